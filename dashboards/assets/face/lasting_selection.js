// A selection that stays for all pages and filters of a list: a fixed set, which no event changes.
import {go} from "#face/address.js"
import {call} from "#face/calls.js"
import {toast} from "#face/frame.js"
import {PageSelection} from "#face/list_selection.js"

/** @typedef {import("#face/list.js").List<any, any>} List */
/** @typedef {{id: any, known: any, isFound: boolean}} Chosen A selected row; `isFound`: it was selected with all others. */

export class LastingSelection extends PageSelection {
  lasts = true
  /** @type {Map<any, any>} */
  known = new Map() // what is known of each selected row, by its id
  /** @type {Set<any>} */
  found = new Set() // ids that were selected all at once, not one by one
  /** @type {Set<(() => void)[]>} */
  waiting = new Set() // for each answer that is awaited, the changes since

  /**
   * @param {List} list
   * @param {ListLasting<any, any>} spec
   */
  constructor(list, spec) {
    super(list)
    this.spec = spec
  }

  get size() {
    return this.known.size
  }

  /** @param {any} row */
  has(row) {
    return this.known.has(this.list.rows.idOf(row))
  }

  /** @param {any} row */
  canHave(row) {
    return this.spec.can(row)
  }

  /** @type {(rows: any[], isOn: boolean) => void} */
  set(rows, isOn) {
    const meant = rows.filter(row => !isOn || this.canHave(row))
    this.change(() => {
      for (const row of meant) {
        const id = this.list.rows.idOf(row)
        if (isOn) this.known.set(id, this.spec.knows(row))
        else this.known.delete(id)
        this.found.delete(id)
      }
    })
  }

  clear() {
    this.change(() => {
      this.known.clear()
      this.found.clear()
    })
  }

  leavePage() {}

  /** @param {any[]} ids */
  drop(ids) {
    this.change(() => {
      for (const id of ids) this.known.delete(id)
    })
  }

  /** Take what is known now of the selected rows, and rows that another page has selected. */
  follow() {
    const {rows, place} = this.list
    for (const row of rows.shown()) if (this.has(row)) this.known.set(rows.idOf(row), this.spec.knows(row))
    const {takes} = this.spec
    const given = takes && place()[takes.name]
    if (!given) return
    go({[takes.name]: ""}, {push: false})
    void this.take(takes.read(given.split("|")), false)
  }

  /** Select exactly the rows that a call finds, or some of them. @type {(own: ReadCall, isFound: boolean, isMeant?: (id: any) => boolean) => Promise<void>} */
  async take([name, args], isFound, isMeant = () => true) {
    const later = this.wait()
    try {
      const found = /** @type {any} */ (await call(name, /** @type {any} */ (args)))
      /** @type {[id: any, known: any][]} */
      const known = Array.isArray(found)
        ? found.map(id => /** @type {[any, any]} */ ([id, null]))
        : Object.entries(found)
      this.replace(new Map(known.filter(([id]) => isMeant(id))), isFound, later)
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error"})
    }
    this.list.draw()
  }

  /** Select all rows of the list that can be selected at once, on all its pages. */
  all() {
    return this.take(this.spec.all(this.list.place()), true)
  }

  /** Select the rows of the list that are not selected, and no others. */
  invert() {
    const before = new Set(this.known.keys())
    return this.take(this.spec.all(this.list.place()), true, id => !before.has(id))
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

  /** Return the selected rows. @returns {Chosen[]} */
  chosen() {
    return [...this.known].map(([id, known]) => ({id, known, isFound: this.found.has(id)}))
  }

  /** @returns {import("#face/list_selection.js").SelectionText | null} */
  told() {
    const head = this.list.rows.shownHead()
    if (!head) return null
    const {title, note} = this.spec.text(this.chosen(), head)
    return title ? {title, note, total: this.size, able: this.spec.able(head, this.list.rows.total ?? 0)} : null
  }
}
