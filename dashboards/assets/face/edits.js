// What rows show of actions whose effect is not read yet: changes, and rows that are gone.

/**
 * @typedef {object} Edit
 * @property {Set<any>} ids Of its rows.
 * @property {object | null} changes null: the row is gone.
 * @property {number} since A read that is sent later has it; Infinity while the action runs.
 */

export class Edits {
  /** @type {Edit[]} */
  made = []

  /** Show a change of a row while an action runs. @type {(id: any, changes: object | null) => Edit} */
  add(id, changes) {
    return this.addAll([id], changes)
  }

  /** Show the same change of several rows. @type {(ids: any[], changes: object | null) => Edit} */
  addAll(ids, changes) {
    const edit = {ids: new Set(ids), changes, since: Number.POSITIVE_INFINITY}
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
   * Return rows as the edits show them; `sentAt`: when the rows were read, if they lack later edits only.
   *
   * @template Row
   * @param {Row[]} rows
   * @param {(row: Row) => any} idOf
   * @param {number} [sentAt]
   * @returns {Row[]}
   */
  shownIn(rows, idOf, sentAt = Number.NEGATIVE_INFINITY) {
    const later = this.made.filter(({since}) => sentAt < since)
    if (!later.length) return rows
    return rows.flatMap(row => {
      const own = later.filter(({ids}) => ids.has(idOf(row))).map(({changes}) => changes)
      return own.includes(null) ? [] : [own.length ? Object.assign({}, row, ...own) : row]
    })
  }
}
