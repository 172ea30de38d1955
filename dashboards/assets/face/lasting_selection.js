// A selection that stays for all pages and filters of a list: a fixed set, which no event changes.

/** @typedef {{id: any, known: any, isFound: boolean}} Chosen A selected row; `isFound`: it was selected with all others. */

/** @template [Row=any] */
export class LastingSelection {
  /** @type {Map<any, any>} */
  known = new Map() // what is known of each selected row, by its id
  /** @type {Set<any>} */
  found = new Set() // ids that were selected all at once, not one by one
  /** @type {Set<(() => void)[]>} */
  waiting = new Set() // for each answer that is awaited, the changes since

  /** @param {(row: Row) => any} knows Returns what stays known of a row. */
  constructor(knows) {
    this.knows = knows
  }

  get size() {
    return this.known.size
  }

  /** @param {any} id */
  has(id) {
    return this.known.has(id)
  }

  /** Select a row by hand. @type {(id: any, row: Row) => void} */
  add(id, row) {
    this.change(() => {
      this.known.set(id, this.knows(row))
      this.found.delete(id)
    })
  }

  /** @param {any} id */
  delete(id) {
    this.change(() => {
      this.known.delete(id)
      this.found.delete(id)
    })
  }

  clear() {
    this.change(() => {
      this.known.clear()
      this.found.clear()
    })
  }

  /** Make a change, now and again after the answer to an earlier one. @param {() => void} make */
  change(make) {
    make()
    for (const later of this.waiting) later.push(make)
  }

  /** Note that rows are looked for; what a person selects meanwhile comes after them. Return what `replace` needs. */
  wait() {
    /** @type {(() => void)[]} */
    const later = []
    this.waiting.add(later)
    return later
  }

  /**
   * Select exactly these rows. What a person has selected one by one stays so. `later` is from `wait`.
   *
   * @type {(known: Map<any, any> | Record<string, any>, isFound: boolean, later: (() => void)[]) => void}
   */
  replace(known, isFound, later) {
    this.waiting.delete(later)
    const byHand = new Set([...this.known.keys()].filter(id => !this.found.has(id)))
    this.known = known instanceof Map ? known : new Map(Object.entries(known))
    this.found = new Set(isFound ? [...this.known.keys()].filter(id => !byHand.has(id)) : [])
    for (const make of later) make()
  }

  /** Take what is known of a row now, if it is selected. @type {(id: any, row: Row) => void} */
  renew(id, row) {
    if (this.has(id)) this.known.set(id, this.knows(row))
  }

  /** Return the selected rows. @returns {Chosen[]} */
  chosen() {
    return [...this.known].map(([id, known]) => ({id, known, isFound: this.found.has(id)}))
  }
}
