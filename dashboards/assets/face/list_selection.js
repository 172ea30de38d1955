// What is selected in a list: rows of a page, or a fixed set over all pages. A fixed set has rows one by one, or all rows
// that a search finds in one version of the list; a row that comes later does not join.
import {call, read} from "#face/calls.js"
import {home, toast} from "#face/frame.js"
import {ofTab, store, stored} from "#face/local_storage.js"
import {count} from "#face/wording.js"

const STORED = "indexium.selection"
const MOST_STORED = 20_000 // ids that survive a reload
const PATIENCE = 80 // milliseconds without another choice before the library counts the selection

/** @typedef {import("#face/list.js").List<any, any>} List */
/**
 * @typedef {{query: string | null, risk: string[], included: number[], excluded: number[], plan_id?: number}} Chosen
 *   A selection as an argument of calls.
 * @typedef {{query: string, risk: string[], plan_id: number}} Base What was selected as a whole, and in which version.
 */

/** Select files of the plan in place of those that are selected. @param {number[]} ids */
export function selectFiles(ids) {
  store(STORED, JSON.stringify({home, query: null, risk: [], included: ids, excluded: []}), ofTab)
  for (const each of fixed) each.restore()
}

/**
 * @typedef {object} SelectionText What the bar of a list says.
 * @property {string} title
 * @property {string} note
 * @property {number} total Selected rows that its actions mean.
 * @property {number} able Rows that can be selected at once.
 * @property {string} [omitted] Which selected rows the actions leave out.
 * @property {number} [hidden] Selected rows that the search does not find.
 * @property {number} [fresh] Rows that the search of the selection finds since it was made.
 */

/** @type {Set<FixedSelection>} */
const fixed = new Set()

/** The selected rows of a page: another page has none. */
export class PageSelection {
  lasts = false // other pages and filters keep it
  /** @type {Set<any>} */
  ids = new Set()
  /** @type {any} */
  anchor = null // the id from which a range is selected
  /** @type {any} */
  last // the numbers that were read last, of a selection with numbers

  /** @param {List} list */
  constructor(list) {
    this.list = list
  }

  get size() {
    return this.ids.size
  }

  /** @param {any} row */
  has(row) {
    return this.ids.has(this.list.rows.idOf(row))
  }

  /** Whether a row can be selected. @param {any} _row @returns {boolean} */
  canHave(_row) {
    return true
  }

  /** @type {(rows: any[], isOn: boolean) => void} */
  set(rows, isOn) {
    for (const row of rows) this.ids[isOn ? "add" : "delete"](this.list.rows.idOf(row))
  }

  /** Select a row, or all rows from the one that was selected last. @type {(row: any, isRange?: boolean) => void} */
  pick(row, isRange = false) {
    const {rows} = this.list
    const shown = rows.shown()
    const places = shown.map(each => rows.idOf(each))
    const at = places.indexOf(rows.idOf(row))
    if (at < 0) {
      this.set([row], !this.has(row)) // the address names it
      return
    }
    const from = isRange && places.includes(this.anchor) ? places.indexOf(this.anchor) : at
    const isOn = isRange && from !== at ? true : !this.has(row)
    this.set(shown.slice(Math.min(from, at), Math.max(from, at) + 1), isOn)
    this.anchor = rows.idOf(row)
  }

  clear() {
    this.ids.clear()
  }

  /** Another page is shown. */
  leavePage() {
    this.clear()
  }

  /** Rows have gone. @param {any[]} ids */
  drop(ids) {
    for (const id of ids) this.ids.delete(id)
  }

  follow() {}

  /** Select all rows that can be selected at once. @returns {unknown} */
  all() {
    return undefined
  }

  /** Select what is not selected, and nothing else. @returns {unknown} */
  invert() {
    return undefined
  }

  /** Return what an action of the bar means. @returns {any[]} */
  chosen() {
    return []
  }

  /** Return the number of selected rows. */
  count() {
    return this.size
  }

  /** Return what the bar says; null: there is none. @returns {SelectionText | null} */
  told() {
    return null
  }
}

/** Files of the plan. They stay selected on other pages, under other searches, and over a reload. */
export class FixedSelection extends PageSelection {
  lasts = true
  /** @type {Base | null} */
  base = null
  /** @type {Set<number>} */
  included = new Set() // ids beside the base
  /** @type {Set<number>} */
  excluded = new Set() // ids of the base that are not selected
  /** @type {Map<number, boolean>} */
  known = new Map() // whether the base has a row: it may be shown in another version or by another search
  /** @type {Values.SelectedFiles | undefined} */
  last = undefined // the numbers that were read last
  changedAt = -PATIENCE
  timer = 0
  changes = 0

  /**
   * @param {List} list
   * @param {ListSelection} spec
   */
  constructor(list, spec) {
    super(list)
    this.spec = spec
    fixed.add(this)
    this.restore()
  }

  get size() {
    return this.included.size + (this.base ? 1 : 0)
  }

  /** Whether the rows that are shown are those of the base: the same search in the same version. */
  isOfPage() {
    const version = this.list.rows.page().value?.plan_id
    return this.base?.plan_id === version && this.base?.query === this.spec.search(this.list.place())
  }

  /** @param {any} row */
  canHave(row) {
    return this.spec.canHave(row)
  }

  /** @param {any} row */
  has(row) {
    const id = this.list.rows.idOf(row)
    if (!this.canHave(row)) return false
    if (this.included.has(id)) return true
    return !this.excluded.has(id) && this.isInBase(row, id)
  }

  /** @type {(row: any, id: number) => boolean} */
  isInBase(row, id) {
    if (!this.base) return false
    if (this.isOfPage()) return !this.base.risk.length || this.base.risk.includes(row.risk_level)
    return this.known.get(id) ?? false
  }

  /** Remember what the base has: the next version of the list may show the same rows. */
  follow() {
    if (!this.base || !this.isOfPage()) return
    for (const row of this.list.rows.shown()) {
      const id = this.list.rows.idOf(row)
      this.known.set(id, this.canHave(row) && this.isInBase(row, id))
    }
  }

  /** @type {(rows: any[], isOn: boolean) => void} */
  set(rows, isOn) {
    for (const row of rows.filter(each => this.canHave(each))) {
      const id = this.list.rows.idOf(row)
      const isInBase = this.isInBase(row, id)
      this.included[isOn && !isInBase ? "add" : "delete"](id)
      this.excluded[!isOn && isInBase ? "add" : "delete"](id)
    }
    this.change()
  }

  /** Select all rows of a search in the version that is shown. @type {(query: string, risk?: string[]) => void} */
  takeAll(query, risk = []) {
    const version = this.list.rows.page().value?.plan_id
    if (version === undefined) return
    this.start({query, risk, plan_id: version})
  }

  all() {
    this.takeAll(this.spec.search(this.list.place()))
  }

  /** Take the rows, too, that the search finds by now. */
  join() {
    this.base = {...this.base, plan_id: this.list.rows.page().value?.plan_id ?? this.base.plan_id}
    this.known.clear()
    this.change()
  }

  clear() {
    this.start(null)
  }

  leavePage() {}

  drop() {}

  /** @param {Base | null} base */
  start(base) {
    this.base = base
    for (const each of [this.included, this.excluded, this.known]) each.clear()
    this.change()
  }

  /** Select what the search finds and is not selected, and nothing else. */
  async invert() {
    const query = this.spec.search(this.list.place())
    const {included, excluded} = this
    if (!this.base || (this.isOfPage() && !this.base.risk.length)) {
      const [wasBase, kept] = [Boolean(this.base), this.base ? [...excluded] : [...included]]
      if (wasBase) this.start(null)
      else this.all()
      for (const id of kept) this[wasBase ? "included" : "excluded"].add(id)
      this.change()
      return
    }
    const {changes} = this
    const ids = await call("plan.ids", {plan: {query}, selection: this.argument()})
    if (changes !== this.changes) return // the person has chosen something else meanwhile
    this.takeAll(query)
    for (const id of ids) this.excluded.add(id)
    this.change()
  }

  change() {
    this.changes += 1
    this.changedAt = performance.now()
    this.store()
    this.list.draw()
  }

  /** Return the selection as an argument of calls. @returns {Chosen} */
  argument() {
    const {query = null, risk = [], plan_id: version} = this.base ?? {}
    const [included, excluded] = [this.included, this.excluded].map(ids => [...ids].sort((a, b) => a - b))
    return {query, risk, included, excluded, ...(version !== undefined && {plan_id: version})}
  }

  /** Return the numbers of the selection, as far as they are known; undefined without a selection. */
  numbers() {
    if (!this.size) {
      this.last = undefined
      return undefined
    }
    const left = this.changedAt + PATIENCE - performance.now()
    if (left > 0 && this.last) {
      this.timer ||= setTimeout(() => {
        this.timer = 0
        this.list.draw()
      }, left)
      return this.last
    }
    const ids = this.list.rows.shown().map(row => this.list.rows.idOf(row))
    const {value, error} = read(this.spec.read(this.argument(), this.list.place(), ids), this.list.spec.news)
    if (/** @type {{code?: string}} */ (error)?.code) this.refuse(error) // a lost connection changes nothing
    if (value) this.take(value, ids)
    return this.last
  }

  /** @type {(value: Values.SelectedFiles, ids: number[]) => void} */
  take(value, ids) {
    this.last = value
    if (!this.base || this.isOfPage()) return
    const selected = new Set(value.ids)
    let hasNews = false
    for (const id of ids) {
      const isSelected = selected.has(id)
      if (this.included.has(id) || this.excluded.has(id) || this.known.get(id) === isSelected) continue
      this.known.set(id, isSelected)
      hasNews = true
    }
    if (hasNews) setTimeout(() => this.list.draw())
  }

  /** The version of the selection does not exist any more, for example after a restart. @param {Error} error */
  refuse({message}) {
    const version = this.list.rows.page().value?.plan_id
    if (this.base && version === undefined) return // the version of now is on its way
    if (!this.base || version === this.base.plan_id) {
      toast(message, {kind: "error"})
      setTimeout(() => this.clear())
      return
    }
    toast("The plan was made again since these files were selected: all that the search finds now are selected.", {
      kind: "info",
    })
    setTimeout(() => this.join())
  }

  /** Return the number of selected rows; before the library has counted them, what the page knows. */
  count() {
    if (!this.base) return this.included.size
    const isWhole = this.isOfPage() && !this.base.risk.length && !this.included.size && !this.excluded.size
    const able = this.spec.able(this.list.rows.head().value)
    if (isWhole && able !== undefined) return able
    return this.last?.summary.count ?? 0
  }

  /** @returns {SelectionText | null} */
  told() {
    const able = this.spec.able(this.list.rows.head().value) ?? 0
    if (!able && !this.size) return null
    const numbers = this.numbers()
    const total = this.count()
    const {omitted = "", new: fresh = 0} = numbers ?? {}
    if (!total) {
      const title = this.size ? (numbers ? "No selected file can be written" : "…") : "Nothing selected"
      return {title, note: "only selected files are written", omitted, fresh, total, able}
    }
    const hidden = numbers?.summary.hidden ?? 0
    return {title: `${count(total)} selected`, note: numbers?.promise ?? "", omitted, hidden, fresh, total, able}
  }

  // Over a reload.

  store() {
    const isLarge = this.included.size + this.excluded.size > MOST_STORED
    store(STORED, this.size && !isLarge ? JSON.stringify({home, ...this.argument()}) : "", ofTab)
  }

  restore() {
    try {
      const {home: own, query, risk, included, excluded, plan_id: version} = JSON.parse(stored(STORED, ofTab) || "{}")
      if (own !== home) return
      this.base = query === null ? null : {query, risk, plan_id: version}
      this.included = new Set(included)
      this.excluded = new Set(excluded)
    } catch {
      // Nothing is selected.
    }
  }
}
