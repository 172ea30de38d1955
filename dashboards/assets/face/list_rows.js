// The rows of a list: the page that is shown, without the rows that an action has taken away.
import {place} from "#face/address.js"
import {forget, read} from "#face/calls.js"

const MOST_PAGES = 1_000_000_000

/** @typedef {{gone: Map<any, number>, ids: any[]}} Taken The rows that an action takes away, and from which list. */

/** @template Row, Head */
export class ListRows {
  /** @type {Map<string, Map<any, number>>} */
  gone = new Map() // list → id → a read that is sent later lacks the row; Infinity while the action runs
  running = 0 // actions
  /** @type {{id: any, changes: Partial<Row>, since: number}[]} */
  edits = [] // changes that the rows show: `since` as in `gone`
  /** @type {Set<string>} */
  moreNames = new Set() // of the calls that details have made

  /**
   * @param {ListSpec<Row, Head>} spec
   * @param {number} perPage
   */
  constructor(spec, perPage) {
    this.spec = spec
    this.perPage = perPage
  }

  get number() {
    return Math.min(Math.max(1, Math.trunc(Number(place().page)) || 1), MOST_PAGES)
  }

  /** Return the rows that are gone from the list that is shown: other filters show another list. @returns {Map<any, number>} */
  goneHere() {
    const list = JSON.stringify(this.ownRead(1))
    if (!this.gone.has(list)) this.gone.set(list, new Map())
    return this.gone.get(list)
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
    return this.all(this.headReads())
  }

  /** Return what only the details of a row need, once all of it is known: an action may change it at once. @param {Row} row */
  more(row) {
    const calls = this.spec.more?.(row) ?? {}
    for (const [name] of Object.values(calls)) this.moreNames.add(name)
    return this.all(calls, own => read(own, this.spec.news))
  }

  /** Return what is known of a row that the page does not show. @type {(id: string) => {value?: Row, error?: Error}} */
  single(id) {
    const own = this.spec.single.read(id)
    this.moreNames.add(own[0])
    const {value, error} = read(own, this.spec.news)
    return {error, value: value === undefined ? undefined : this.edited(this.spec.single.row(value))}
  }

  /**
   * Return the values of several reads.
   *
   * @param {Record<string, ReadCall>} calls
   * @param {(own: ReadCall) => any} [readOne]
   * @returns {{value?: any, error?: Error}}
   */
  all(calls, readOne = own => this.read(own)) {
    const reads = Object.entries(calls).map(([name, own]) => [name, readOne(own)])
    const error = reads.map(([, found]) => found.error).find(Boolean)
    if (reads.some(([, {value}]) => value === undefined)) return {error}
    return {value: /** @type {any} */ (Object.fromEntries(reads.map(([name, {value}]) => [name, value]))), error}
  }

  /** During actions, their own answers tell what has changed: nothing is read again. @type {(own: ReadCall) => any} */
  read(own) {
    return read(own, this.spec.news, this.running > 0)
  }

  /** Return what is known of a page. @returns {{value?: any, error?: Error, sentAt?: number}} */
  page(number = this.number) {
    const own = this.ownRead(number)
    if (!own) return {}
    const found = this.read(own)
    if (!Array.isArray(found.value)) return found
    const items = found.value.slice((number - 1) * this.perPage, number * this.perPage)
    return {...found, value: {items, total: found.value.length}}
  }

  /** Return the call that reads a page; null until its head is known. @returns {ReadCall | null} */
  ownRead(number = this.number) {
    return this.spec.read({...place(), page: String(number)}, this.perPage, this.head().value)
  }

  /** Return whether the rows of the page are known. */
  isKnown() {
    return Boolean(this.page().value)
  }

  /** The number of all rows; undefined until it is known. @returns {number | undefined} */
  get total() {
    const {value} = this.page()
    return value && Math.max(0, value.total - this.goneHere().size)
  }

  get pages() {
    return Math.max(1, Math.ceil((this.total ?? 0) / this.perPage))
  }

  /** Return whether the list that was read has a page after this one. */
  hasNext() {
    return this.number * this.perPage < (this.page().value?.total ?? 0)
  }

  /** Return the rows: the next page fills the places of those that are gone. @returns {Row[]} */
  shown() {
    const {value, sentAt} = this.page()
    if (!value) return []
    const gone = this.goneHere()
    for (const [id, since] of gone) if (sentAt >= since) gone.delete(id)
    this.edits = this.edits.filter(({since}) => sentAt < since)
    const rows = this.remaining(value.items)
    if (!gone.size || !this.hasNext()) return rows
    return [...rows, ...this.remaining(this.page(this.number + 1).value?.items ?? [])].slice(0, this.perPage)
  }

  /** @param {Row[]} items @returns {Row[]} */
  remaining(items) {
    const read = this.spec.rowOf ? items.map(this.spec.rowOf) : items
    const rows = this.edits.length ? read.map(row => this.edited(row)) : read
    const gone = this.goneHere()
    return gone.size ? rows.filter(row => !gone.has(this.idOf(row))) : rows
  }

  /** @param {Row} row @returns {Row} */
  edited(row) {
    const own = this.edits.filter(({id}) => id === this.idOf(row))
    return own.length ? Object.assign({}, row, ...own.map(({changes}) => changes)) : row
  }

  /** Show a change of a row while an action runs. @type {(row: Row, changes: Partial<Row>) => {since: number}} */
  edit(row, changes) {
    const made = {id: this.idOf(row), changes, since: Number.POSITIVE_INFINITY}
    this.edits.push(made)
    return made
  }

  /** Read the next page before it is asked for. */
  readAhead() {
    if (this.isKnown() && this.hasNext()) this.page(this.number + 1)
  }

  /** Take rows away while an action runs; return them. @param {any[]} ids @returns {Taken} */
  take(ids) {
    this.running += 1
    const gone = this.goneHere()
    for (const id of ids) gone.set(id, Number.POSITIVE_INFINITY)
    return {gone, ids}
  }

  /**
   * Note the end of an action: the rows stay away, and edits are shown, until the list is read again. That waits until
   * the next page has no more rows to fill the places, an event makes the list old, or a person turns the page.
   *
   * @param {Taken} taken
   * @param {number} answeredAt
   * @param {{since: number}[]} [edits]
   */
  settle({gone, ids}, answeredAt, edits = []) {
    this.running -= 1
    for (const id of ids) gone.set(id, answeredAt)
    for (const edit of edits) edit.since = answeredAt
    const [call] = this.ownRead() ?? []
    const kept = [this.number, this.number + 1].map(number => JSON.stringify(this.ownRead(number)?.[1]))
    // No event may tell it: the same rows can be in another list of the page.
    forget((name, args) => name === call && !kept.includes(JSON.stringify(args)))
    if (this.shown().length < Math.min(this.perPage, this.total - (this.number - 1) * this.perPage)) this.readAgain()
  }

  /** Put rows back as they were, because the action has failed. @type {(taken: Taken, edits?: {since: number}[]) => void} */
  putBack({gone, ids}, edits = []) {
    this.running -= 1
    for (const id of ids) gone.delete(id)
    this.edits = this.edits.filter(each => !edits.includes(each))
  }

  readAgain() {
    if (this.running) return
    const [call] = this.ownRead() ?? []
    forget(name => name === call || this.moreNames.has(name))
  }

  /** Read again what only the details need. */
  readMoreAgain() {
    if (this.moreNames.size) forget(name => this.moreNames.has(name))
  }

  /** Read everything again: no event tells what has changed. */
  readAllAgain() {
    const heads = new Set(Object.values(this.headReads()).map(([name]) => name))
    forget(name => heads.has(/** @type {CallName} */ (name)))
    this.readAgain()
  }
}
