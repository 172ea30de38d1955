// The rows of a list: the page that is shown, without the rows that an action has taken away.
import {place} from "#face/address.js"
import {announce, forget, keepUntil, known, read, readAll} from "#face/calls.js"
import {Edits} from "#face/edits.js"

const MOST_PAGES = 1_000_000_000
const HEAD_DELAY = 60 // milliseconds for which the rows are read alone
const PATIENCE = 150 // milliseconds for which a row is shown before what takes longer is read

/** @typedef {{gone: Map<any, number>, ids: any[]}} Taken The rows that an action takes away, and from which list. */

/** @template Row, Head */
export class ListRows {
  /** @type {Map<string, Map<any, number>>} */
  gone = new Map() // list → id → a read that is sent later lacks the row; Infinity while the action runs
  running = 0 // actions
  edits = new Edits()
  /** @type {{id: any, value: any} | undefined} */
  lastMore
  /** @type {Head | undefined} */
  lastHead
  /** @type {Map<any, {place: number, row: Row}>} */
  held = new Map() // rows that a decision may move: they keep their places until another list is shown
  /** @type {any} */
  laterId // of the row whose details are shown
  laterAt = 0
  awaited = "" // the list whose rows are read alone
  headAt = 0 // when its head is read at the latest
  /** @type {Set<string>} */
  moreNames = new Set() // of the calls that details have made
  /** @type {Record<string, ReadCall>} */
  moreReads = {} // that the details make now

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
    const isLate = this.spec.isHeadLate && this.isHeadEarly()
    return readAll(this.headReads(), (own, part) =>
      isLate ? known(own) : read(own, this.newsOf(part), this.running > 0),
    )
  }

  /** Return whether the rows, which come first, are awaited still: both at once take as long as one after the other. */
  isHeadEarly() {
    const {value, error} = this.page()
    if (value || error) return false
    const list = JSON.stringify(this.ownRead())
    if (list !== this.awaited) {
      this.awaited = list
      this.headAt = performance.now() + HEAD_DELAY
      setTimeout(announce, HEAD_DELAY)
    }
    return performance.now() < this.headAt
  }

  /** Return what stands above the list: until it is read for other filters, it is as before. @returns {Head | undefined} */
  shownHead() {
    this.lastHead = this.head().value ?? this.lastHead
    return this.lastHead
  }

  /**
   * Return what only the details of a row need, once all of it is known: an action may change it at once. Until another
   * page of it is read, it is as before.
   *
   * @param {Row} row
   */
  more(row) {
    this.moreReads = this.spec.more?.(row, place()) ?? {}
    for (const [name] of Object.values(this.moreReads)) this.moreNames.add(name)
    const found = readAll(this.moreReads, (own, part) => read(own, this.newsOf(part)))
    if (found.value !== undefined) this.lastMore = {id: this.idOf(row), value: found.value}
    else if (this.lastMore?.id === this.idOf(row)) return {...found, value: this.lastMore.value}
    return found
  }

  /** Return what is known of what takes longer. @param {Row} row @returns {Record<string, {value?: any, error?: Error}>} */
  later(row) {
    if (this.laterId !== this.idOf(row)) {
      this.laterId = this.idOf(row)
      this.laterAt = performance.now() + (this.spec.holds ? PATIENCE : 0)
      if (this.spec.holds) setTimeout(announce, PATIENCE)
    }
    const calls = performance.now() < this.laterAt ? [] : Object.entries(this.spec.later?.(row, place()) ?? {})
    return Object.fromEntries(calls.map(([name, own]) => [name, read(own, this.spec.news)]))
  }

  /** Return the events that make a part of the head, or of `more`, old. @param {string} part @returns {string[]} */
  newsOf(part) {
    const {news, live} = this.spec
    return live?.parts.includes(part) ? [...news, ...live.news] : news
  }

  /** Return what is known of a row that the list does not have. @param {string} id @returns {{value?: Row, error?: Error}} */
  outside(id) {
    const own = this.spec.one?.(id)
    if (!own) return {}
    const found = read(own, [...this.spec.news, ...(this.spec.live?.news ?? [])])
    const [value] = found.value ? this.edits.shownIn([found.value], row => this.idOf(row)) : []
    return {...found, value}
  }

  /** During actions, their own answers tell what has changed: nothing is read again. @type {(own: ReadCall) => any} */
  read(own) {
    return read(own, this.newsOf("rows"), this.running > 0)
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
    const head = this.spec.isHeadLate ? undefined : this.head().value
    return this.spec.read({...place(), page: String(number)}, this.perPage, head)
  }

  /** Return whether the rows of the page are known. */
  isKnown() {
    return Boolean(this.page().value) && !(this.spec.areas && !this.head().value)
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

  /** @returns {ListArea<Row>[]} */
  areas() {
    const {value} = this.head()
    return (value && this.spec.areas?.(value, place())) || []
  }

  /** @param {ListArea<Row>} area @returns {Row[]} */
  rowsOf({page}) {
    return page ? this.remaining(page.items) : this.ownRows()
  }

  /** Return all rows in their order. @returns {Row[]} */
  shown() {
    if (!this.spec.areas) return this.ownRows()
    return this.isKnown() ? this.areas().flatMap(area => this.rowsOf(area)) : [] // all of them, or none
  }

  /** Return the rows that need a person. */
  notices() {
    const {value} = this.head()
    return (value && this.spec.notices?.(value)) || []
  }

  /** Return the rows of the list: the next page fills the places of those that are gone. @returns {Row[]} */
  ownRows() {
    const {value, sentAt} = this.page()
    if (!value) return []
    const gone = this.goneHere()
    for (const [id, since] of gone) if (sentAt >= since) gone.delete(id)
    this.edits.forget(sentAt)
    const rows = this.withHeld(this.remaining(value.items))
    if (!gone.size || !this.hasNext()) return rows
    return [...rows, ...this.remaining(this.page(this.number + 1).value?.items ?? [])].slice(0, this.perPage)
  }

  /** Keep rows at their places, also if the list that is read next lacks them. @param {Row[]} rows */
  hold(rows) {
    const ids = this.ownRows().map(row => this.idOf(row))
    for (const row of rows) {
      const place = ids.indexOf(this.idOf(row))
      if (place >= 0 && !this.held.has(this.idOf(row))) this.held.set(this.idOf(row), {place, row})
    }
  }

  /** Another list is shown. */
  letGo() {
    this.held.clear()
  }

  /** @param {Row[]} rows @returns {Row[]} */
  withHeld(rows) {
    if (!this.held.size) return rows
    const others = rows.filter(row => !this.held.has(this.idOf(row)))
    for (const [id, {place, row}] of this.held) {
      const own =
        rows.find(each => this.idOf(each) === id) ?? read(this.spec.one(String(id)), this.spec.news).value ?? row
      others.splice(place, 0, ...this.edits.shownIn([own], each => this.idOf(each)))
    }
    return others
  }

  /** @param {Row[]} items @returns {Row[]} */
  remaining(items) {
    const read = this.spec.rowOf ? items.map(this.spec.rowOf) : items
    const rows = this.edits.shownIn(read, row => this.idOf(row))
    const gone = this.goneHere()
    return gone.size ? rows.filter(row => !gone.has(this.idOf(row))) : rows
  }

  /** Show a change of a row while an action runs. @param {Row} row @param {Partial<Row>} changes */
  edit(row, changes) {
    return this.edits.add(this.idOf(row), changes)
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
   * @param {import("#face/calls.js").Made} made
   * @param {import("#face/edits.js").Edit[]} [edits]
   * @param {boolean} [isOwn] Nothing but these rows has changed.
   */
  settle({gone, ids}, {answeredAt, event, isAlone}, edits = [], isOwn = false) {
    this.running -= 1
    for (const id of ids) gone.set(id, answeredAt)
    this.edits.settle(edits, answeredAt)
    const [call] = this.ownRead() ?? []
    const kept = [this.number, this.number + 1].map(number => JSON.stringify(this.ownRead(number)?.[1]))
    if (isOwn && isAlone) keepUntil((name, args) => name === call && kept.includes(JSON.stringify(args)), event)
    // No event may tell it: the same rows can be in another list of the page.
    forget((name, args) => name === call && !kept.includes(JSON.stringify(args)))
    if (this.ownRows().length < Math.min(this.perPage, this.total - (this.number - 1) * this.perPage)) this.readAgain()
  }

  /** Put rows back as they were, because the action has failed. @type {(taken: Taken, edits?: import("#face/edits.js").Edit[]) => void} */
  putBack({gone, ids}, edits = []) {
    this.running -= 1
    for (const id of ids) gone.delete(id)
    this.edits.remove(edits)
  }

  readAgain() {
    if (this.running) return
    const [call] = this.ownRead() ?? []
    forget(name => name === call || this.moreNames.has(name))
  }

  /** Read again what changes as time passes. */
  readLiveAgain() {
    const {parts} = this.spec.live
    const all = {...this.headReads(), ...this.moreReads, rows: this.ownRead()}
    const reads = Object.entries(all).filter(([part, own]) => own && parts.includes(part))
    const calls = new Set(reads.map(([, [name, args]]) => JSON.stringify([name, args])))
    if (!this.running) forget((name, args) => calls.has(JSON.stringify([name, args])))
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
