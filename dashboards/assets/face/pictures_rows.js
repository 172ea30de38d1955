// The tiles of the library that are in view: pages of a list whose files and order the overview names.
import {forget, read} from "#face/calls.js"
import {toast} from "#face/frame.js"
import {ListRows} from "#face/list_rows.js"

const PAGE = 100 // tiles of one call
const MOST_EDITS = 500 // whose effect pages may lack that are out of view
const TILE = {
  ...{file_id: 1, file_name: 1, file_ext: 1, shown_title: 1, place: 1, folder_name: 1, kind: 1, picture_version: 1},
  ...{is_shown_by_browsers: 1, badge: 1, shown_at: 1, dated: 1, date_source: 1, rating: 1, favorite: 1, people: 1},
  ...{people_count: 1, info: 1, pixels: 1, size_text: 1, note: 1},
}

/** @typedef {Pick<Values.Tile, "file_id" | "file_name" | "file_ext" | "shown_title" | "place" | "folder_name" | "kind" | "picture_version" | "is_shown_by_browsers" | "badge" | "shown_at" | "dated" | "date_source" | "rating" | "favorite" | "people" | "people_count" | "info" | "pixels" | "size_text" | "note">} Tile */
/** @typedef {import("#face/library.js").Head} Head */

/** Return a tile with what its details show of decisions that are not read yet. @param {any} tile @returns {Tile} */
function withDecisions({shown_values: values = {}, people_tags: tags, ...tile}) {
  const shown = {...tile}
  if (values.title !== undefined) shown.shown_title = values.title || tile.file_name
  if (values.rating !== undefined) Object.assign(shown, ratingOf(Number(values.rating)))
  if (tags) {
    const names = tags.filter((/** @type {Tag} */ {kind}) => kind !== "del").map((/** @type {Tag} */ tag) => tag.text)
    Object.assign(shown, {people: names, people_count: names.length})
  }
  return shown
}

/** @param {number} stars */
export const ratingOf = stars => ({rating: stars, favorite: stars === 5})

/** @extends {ListRows<Tile, Head>} */
export class TileRows extends ListRows {
  /** @type {Map<number, {tiles: Tile[], sentAt: number}>} */
  inView = new Map() // pages by their numbers
  /** @type {WeakSet<Error>} */
  told = new WeakSet()
  /** @type {Set<number>} */
  failed = new Set() // first places of the pages that could not be read
  outdated = "" // the list in whose place another one was found

  /** The numbers of the list; until those of another search are read, the numbers of the list before. */
  get overview() {
    return this.shownHead()?.overview
  }

  /** @override */
  page() {
    const {error} = this.head()
    const {overview} = this
    return {error, value: overview && {items: this.shown(), total: overview.total}}
  }

  /** Whether the list that the address names is known. @override */
  isKnown() {
    return Boolean(this.head().value)
  }

  /** @override */
  get total() {
    return this.overview?.total
  }

  /** Return the call that reads a page of tiles. @param {number} page @returns {ReadCall} */
  tileRead(page) {
    const {query, sort, list_id: list} = this.overview
    return [
      "media.page",
      {query, sort, list_id: list, first: page * PAGE, count: PAGE, plan: {}},
      {list_id: 1, tiles: TILE},
    ]
  }

  /** Return the calls whose values are in view. @returns {ReadCall[]} */
  tileReads() {
    return [...this.inView.keys()].map(page => this.tileRead(page))
  }

  /** Read the tiles between places, and the one at another place. @type {(from: number, to: number, at: number) => void} */
  look(from, to, at) {
    this.inView.clear()
    const {overview} = this
    if (!overview?.total) return
    const pages = new Set([Math.floor(Math.min(at, overview.total - 1) / PAGE)])
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, overview.total); page += 1) pages.add(page)
    for (const page of [...pages].sort((a, b) => a - b)) this.takePage(page)
  }

  /** Take what is known of a page. @param {number} page */
  takePage(page) {
    const {value, error, sentAt} = read(this.tileRead(page), this.spec.news, this.running > 0)
    if (error && !value) this.tellFailed(page, error)
    if (!value) return
    if (value.list_id === this.overview.list_id) this.inView.set(page, {tiles: value.tiles, sentAt})
    else this.readList(value.list_id)
  }

  /** @type {(page: number, error: Error) => void} */
  tellFailed(page, error) {
    this.failed.add(page * PAGE)
    if (this.told.has(error)) return
    this.told.add(error)
    toast(error.message, {kind: "error"})
  }

  /** Read pages again that could not be read: a person looks at another part of the list. */
  readFailedAgain() {
    const {failed} = this
    if (!failed.size) return
    this.failed = new Set()
    forget((name, args) => name === "media.page" && failed.has(/** @type {any} */ (args).first))
  }

  /** The files have changed: another list has their order now. @param {string} found */
  readList(found) {
    if (this.outdated === found) return
    this.outdated = found
    setTimeout(() => forget(name => name === "media.overview"))
  }

  /** Return the tile at a place, if it is in view and read. @param {number} at @returns {Tile | undefined} */
  at(at) {
    const page = this.inView.get(Math.floor(at / PAGE))
    const tile = page?.tiles[at % PAGE]
    if (!tile) return undefined
    return withDecisions(this.edits.shownIn([tile], row => this.idOf(row), page.sentAt)[0])
  }

  /** Return the place of a file that is in view; -1 for another one. @param {number} id */
  placeOf(id) {
    for (const [page, {tiles}] of this.inView) {
      const at = tiles.findIndex(tile => tile.file_id === id)
      if (at >= 0) return page * PAGE + at
    }
    return -1
  }

  /** Return the tiles that are in view. @override */
  shown() {
    return [...this.inView].flatMap(([page, {tiles}]) => tiles.map((_, at) => this.at(page * PAGE + at)))
  }

  /** @override */
  ownRows() {
    return this.shown()
  }

  /** @override @returns {null} */
  ownRead() {
    return null
  }

  /** Show the same change of several files. @type {(ids: number[], changes: Partial<Tile>) => import("#face/edits.js").Edit} */
  editAll(ids, changes) {
    return this.edits.addAll(ids, changes)
  }

  /** @type {ListRows<Tile, Head>["settle"]} */
  settle(_, {answeredAt}, edits = []) {
    this.running -= 1
    this.edits.settle(edits, answeredAt)
    this.edits.made = this.edits.made.slice(-MOST_EDITS)
  }

  /** @override */
  readAgain() {
    forget(name => name === "media.overview" || name === "media.page" || this.moreNames.has(name))
  }
}
