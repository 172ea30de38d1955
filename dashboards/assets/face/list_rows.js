// The rows of a list: the page that is shown, without the rows that an action has taken away.
import {place} from "#face/address.js"
import {forget, read} from "#face/calls.js"

const QUIET = 1000 // milliseconds after an action in which the list is not read again: more actions may follow

/** @template Row, Head */
export class ListRows {
  /** @type {Map<any, number>} */
  gone = new Map() // id → the moment from which on a read lacks the row; Infinity while the action runs
  running = 0 // actions
  quietUntil = 0
  timer = 0

  /**
   * @param {ListSpec<Row, Head>} spec
   * @param {number} perPage
   */
  constructor(spec, perPage) {
    this.spec = spec
    this.perPage = perPage
  }

  get number() {
    return Math.max(1, Math.trunc(Number(place().page)) || 1)
  }

  /** @param {Row} row */
  idOf(row) {
    return /** @type {any} */ (row)[this.spec.id]
  }

  /** Return the calls that read what stands above the list. */
  headReads() {
    return this.spec.head?.(place()) ?? {}
  }

  /** Return what stands above the list, once all of it is known. @returns {{value?: Head, error?: Error}} */
  head() {
    const reads = Object.entries(this.headReads()).map(([name, own]) => [name, this.read(own)])
    const error = reads.map(([, found]) => found.error).find(Boolean)
    if (reads.some(([, {value}]) => value === undefined)) return {error}
    return {value: /** @type {any} */ (Object.fromEntries(reads.map(([name, {value}]) => [name, value]))), error}
  }

  /** During actions, their own answers tell what has changed: nothing is read again. @type {(own: ReadCall) => any} */
  read(own) {
    return read(own, this.spec.news, this.running > 0 || performance.now() < this.quietUntil)
  }

  /** Return what is known of a page. @returns {{value?: any, error?: Error, sentAt?: number}} */
  page(number = this.number) {
    const own = this.spec.read({...place(), page: String(number)}, this.perPage, this.head().value)
    return own ? this.read(own) : {}
  }

  /** Return whether the rows of the page are known. */
  isKnown() {
    return Boolean(this.page().value)
  }

  /** The number of all rows; undefined until it is known. @returns {number | undefined} */
  get total() {
    const {value} = this.page()
    return value && Math.max(0, value.total - this.gone.size)
  }

  get pages() {
    return Math.max(1, Math.ceil((this.page().value?.total ?? 0) / this.perPage))
  }

  /** Return the rows: the next page fills the places of those that are gone. @returns {Row[]} */
  shown() {
    const {value, sentAt} = this.page()
    if (!value) return []
    for (const [id, since] of this.gone) if (sentAt > since) this.gone.delete(id)
    const rows = this.remaining(value.items)
    if (!this.gone.size || this.number >= this.pages) return rows
    return [...rows, ...this.remaining(this.page(this.number + 1).value?.items ?? [])].slice(0, this.perPage)
  }

  /** @param {Row[]} items @returns {Row[]} */
  remaining(items) {
    const rows = this.spec.rowOf ? items.map(this.spec.rowOf) : items
    return this.gone.size ? rows.filter(row => !this.gone.has(this.idOf(row))) : rows
  }

  /** Read the next page before it is asked for. */
  readAhead() {
    if (this.isKnown() && this.number < this.pages) this.page(this.number + 1)
  }

  /** Take rows away while an action runs. @param {any[]} ids */
  take(ids) {
    this.running += 1
    for (const id of ids) this.gone.set(id, Number.POSITIVE_INFINITY)
  }

  /** Note the end of an action: the rows stay away until the list is read again. @type {(ids: any[], answeredAt: number) => void} */
  settle(ids, answeredAt) {
    this.running -= 1
    for (const id of ids) this.gone.set(id, answeredAt)
    this.quietUntil = performance.now() + QUIET
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.readAgain(), QUIET + 1)
  }

  /** Put rows back, because the action has failed. @param {any[]} ids */
  putBack(ids) {
    this.running -= 1
    for (const id of ids) this.gone.delete(id)
  }

  readAgain() {
    if (this.running) return
    const own = this.spec.read({...place(), page: "1"}, this.perPage, this.head().value)
    forget(name => name === own?.[0])
  }
}
