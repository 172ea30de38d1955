// What rows show of actions whose effect is not read yet: changes, and rows that are gone.

/**
 * @typedef {object} Edit
 * @property {any} id Of its row.
 * @property {object | null} changes null: the row is gone.
 * @property {number} since A read that is sent later has it; Infinity while the action runs.
 */

export class Edits {
  /** @type {Edit[]} */
  made = []

  /** Show a change of a row while an action runs. @type {(id: any, changes: object | null) => Edit} */
  add(id, changes) {
    const edit = {id, changes, since: Number.POSITIVE_INFINITY}
    this.made.push(edit)
    return edit
  }

  /** Show edits until a later read has them. @type {(edits: Edit[], answeredAt: number) => void} */
  settle(edits, answeredAt) {
    for (const edit of edits) edit.since = answeredAt
  }

  /** Show the rows as they were before some edits. @param {Edit[]} edits */
  remove(edits) {
    this.made = this.made.filter(each => !edits.includes(each))
  }

  /** Forget the edits that a read has. @param {number} sentAt */
  forget(sentAt) {
    this.made = this.made.filter(({since}) => sentAt < since)
  }

  /**
   * Return rows as the edits show them.
   *
   * @template Row
   * @param {Row[]} rows
   * @param {(row: Row) => any} idOf
   * @returns {Row[]}
   */
  shownIn(rows, idOf) {
    if (!this.made.length) return rows
    return rows.flatMap(row => {
      const own = this.made.filter(({id}) => id === idOf(row)).map(({changes}) => changes)
      return own.includes(null) ? [] : [own.length ? Object.assign({}, row, ...own) : row]
    })
  }
}
