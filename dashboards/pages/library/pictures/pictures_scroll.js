// Which part of the grid is visible: its layout, its scrolling, its cursor, and the tiles that it needs.
import {currentPage} from "../../../components/browser/component.js"
import {Layout} from "./pictures_layout.js"

/** @import {MenuState} from "../../../components/filter_menu.js" */
/** @import {Tile} from "./pictures_tiles.js" */

/**
 * @typedef {object} GridState
 * @property {Map<number, Tile>} tiles By their places in the list.
 * @property {Set<number>} asked Pages that are requested or read.
 * @property {Layout} layout
 * @property {string} measured What the layout was made from.
 * @property {number} searchTimer
 * @property {number} width Of the grid in pixels.
 * @property {number} tileSize
 * @property {number} cursor
 * @property {boolean} isPointed The cursor is visible: a key or the focus was on a tile.
 * @property {number} sought The id of the file that the cursor follows into a new list, 0 for none.
 * @property {HTMLDialogElement | null} viewer
 * @property {string} said What the last decision about the file in the viewer did.
 * @property {boolean} isViewing From the opening of the viewer until the focus is on its tile again.
 * @property {boolean} isAll All files are selected, except those in `ids`.
 * @property {Set<number>} ids
 * @property {number} anchor The place where a range starts.
 * @property {number} from Start of the visible part in pixels.
 * @property {number} to
 * @property {number} month The month at the top, by its place in the timeline.
 * @property {Element | null} tipOf The tile whose facts are shown, or will be at `tipAt`.
 * @property {number} tipAt In milliseconds of `performance.now`.
 * @property {number} tipTimer
 * @property {{month: number, y: number}} wentTo The month that a person chose, and where the window is since.
 *
 * @typedef {GridState & MenuState} State
 * @typedef {Component<PicturesView, State>} Self
 */

const PAGE = 100 // tiles of one request
const GAP = 8
const CAPTION = 67 // pixels below a picture
const PHONE_CAPTION = 45
const HEAD = 36
const PHONE_HEAD = 44
const ROW = 52 // of the table
export const MARGIN = 500 // pixels above and below the window that are drawn too
export const PHONE = window.matchMedia("(max-width: 700px)")

/** @param {Self} self */
export const isTable = ({view}) => view.shows === "table"
/** @param {Self} self */
export const isShown = ({view}) => view.shows === "pictures" || view.shows === "table"

/** Make the layout again if its measures have changed. @param {Self} self */
export function measure(self) {
  const {view, state} = self
  const columns = isTable(self)
    ? 1
    : PHONE.matches
      ? 3
      : Math.max(2, Math.floor((state.width + GAP) / (state.tileSize + GAP)))
  const width = (state.width - GAP * (columns - 1)) / columns
  const caption = PHONE.matches ? PHONE_CAPTION : CAPTION
  const rowHeight = isTable(self) ? ROW : Math.round((width * 2) / 3) + caption + GAP
  const hasHeads = view.sections.length > 0
  const head = PHONE.matches ? PHONE_HEAD : HEAD
  const measured = JSON.stringify([view.list_id, columns, rowHeight, hasHeads, head])
  if (measured === state.measured) return
  state.measured = measured
  const sections = hasHeads
    ? view.sections.map(([label, files]) => ({label, files}))
    : [{label: "", files: view.total}].filter(each => each.files)
  state.layout = new Layout(sections, {columns, rowHeight, headHeight: hasHeads ? head : 0})
}

/** Request the pages of the visible tiles that are not read yet. @param {Self} self */
export function requestTiles(self) {
  const {state, view} = self
  if (!view.total) return
  const {layout} = state
  const [from, to] = [layout.tileAt(state.from), layout.tileAt(state.to) + layout.columns]
  for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, view.total); page += 1) {
    if (state.asked.has(page)) continue
    state.asked.add(page)
    self.send("tiles", {page, list_id: view.list_id})
  }
}

/** Note which part of the grid is visible; draw if it has changed. @param {Self} self */
export function follow(self) {
  const {state, find} = self
  const grid = find(".grid")
  if (!grid || currentPage() !== "library" || !isShown(self)) return
  const {top, width} = grid.getBoundingClientRect()
  const step = 200 // pixels of scrolling after which the grid is drawn again
  const from = Math.floor((-top - MARGIN) / step) * step
  const to = Math.ceil((window.innerHeight - top + MARGIN) / step) * step
  const at = Math.max(0, stickyHeight(self) + HEAD + state.layout.rowHeight / 2 - top)
  const month = monthAt(self, at)
  if (from === state.from && to === state.to && width === state.width && month === state.month) return
  const hasResized = width !== state.width && state.width > 0 && top < 0
  const anchor = hasResized ? state.layout.tileAt(-top) : -1
  Object.assign(state, {from, to, width, month})
  self.paint()
  if (anchor > 0) scrollToTile(self, anchor)
}

/** Return the month that is shown at a place, or the month that a person went to. @type {(self: Self, at: number) => number} */
function monthAt({view, state}, at) {
  if (Math.abs(window.scrollY - state.wentTo.y) < 2) return state.wentTo.month
  const tile = state.layout.tileAt(at)
  return view.months.length
    ? Layout.lastUpTo(
        view.months.map(each => each[1]),
        tile,
      )
    : 0
}

/** Go to a month of the timeline. @type {(self: Self, month: number) => void} */
function goToMonth(self, month) {
  scrollToTile(self, self.view.months[month][1])
  self.state.wentTo = {month, y: window.scrollY}
  follow(self)
}

/** @type {(self: Self, index: number) => void} */
function scrollToTile(self, index) {
  const grid = self.find(".grid")
  const top = window.scrollY + grid.getBoundingClientRect().top + self.state.layout.topOf(index)
  window.scrollTo({top: Math.max(0, top - HEAD - stickyHeight(self)), behavior: "instant"})
}

/** @param {Self} self */
const stickyHeight = ({find}) => find(".filters")?.offsetHeight ?? 0

/** Put the cursor on a tile, and scroll it into view. @type {(self: Self, index: number) => void} */
export function moveTo(self, index) {
  const {state, view, find} = self
  if (!view.total) return
  state.cursor = Math.max(0, Math.min(index, view.total - 1))
  Object.assign(state, {isPointed: true, said: ""})
  const top = state.layout.topOf(state.cursor)
  const y = find(".grid").getBoundingClientRect().top + top
  const [low, high] = [stickyHeight(self) + HEAD, window.innerHeight - state.layout.rowHeight - 80]
  if (y < low) window.scrollBy({top: y - low, behavior: "instant"})
  else if (y > high) window.scrollBy({top: y - high, behavior: "instant"})
  follow(self)
  self.paint()
  focusCursor(self)
  const tile = state.tiles.get(state.cursor)
  if (tile) self.send("cursor", {id: tile.id})
}

/** Return the place of the first tile that is wholly visible. @param {Self} self */
export function firstInSight({find, state}) {
  const top = find(".grid")?.getBoundingClientRect().top ?? 0
  return top >= 0 ? state.layout.tileAt(0) : state.layout.tileAt(-top + state.layout.rowHeight)
}

/** @param {Self} self */
export const focusCursor = self => cursorNode(self)?.focus({preventScroll: true})
/** @type {(self: Self) => HTMLElement | null} */
const cursorNode = ({find, state}) => find(`[role=gridcell][data-key=tile${state.cursor}]`)

/** @type {(self: Self, event: PageEvent) => void} */
export function onMonthKey(self, event) {
  const {month} = self.state
  const last = self.view.months.length - 1
  /** @type {Record<string, number>} */
  const places = {ArrowDown: month + 1, ArrowUp: month - 1, Home: 0, End: last}
  const next = places[event.key]
  if (next === undefined) return
  event.preventDefault()
  goToMonth(self, Math.max(0, Math.min(next, last)))
}

/** @type {(self: Self, event: PageEvent) => void} */
export function onMonths(self, event) {
  const months = event.target.closest(".months")
  if (!months) return
  const bars = /** @type {HTMLElement[]} */ ([...months.querySelectorAll("[data-first]")])
  const distance = (/** @type {HTMLElement} */ bar) => Math.abs(bar.getBoundingClientRect().top - event.clientY)
  const nearest = bars.reduce((best, bar) => (distance(bar) < distance(best) ? bar : best))
  goToMonth(
    self,
    self.view.months.findIndex(each => each[1] === Number(nearest.dataset.first)),
  )
}
