// The selection of the grid, and the decisions about the selected files or the file at the cursor.
import {store, stored} from "#face/local_storage.js"
import {focusCursor, moveTo} from "./pictures_scroll.js"

/** @import {Self} from "./pictures_scroll.js" */
/** @import {Tile} from "./pictures_tiles.js" */

/** @type {(self: Self, tile: Tile | undefined) => boolean} */
export const isSelected = ({state}, tile) => Boolean(tile) && state.ids.has(tile.id) !== state.isAll

/** @param {Self} self */
export const selectedCount = ({view, state}) => (state.isAll ? view.total - state.ids.size : state.ids.size)

/** The files of the selection, or the file at the cursor. @param {Self} self */
export function target(self) {
  const {state, view} = self
  if (state.isAll) return {all: true, except: [...state.ids], query: view.query}
  if (state.ids.size) return {ids: [...state.ids]}
  const tile = state.tiles.get(state.cursor)
  return tile ? {ids: [tile.id]} : null
}

// Selection.

/** @type {(self: Self, tile: Tile | undefined, isOn: boolean) => void} */
export function mark({state}, tile, isOn) {
  if (!tile) return
  if (isOn === state.isAll) state.ids.delete(tile.id)
  else state.ids.add(tile.id)
}

/** @type {(self: Self, index: number) => void} */
export function toggle(self, index) {
  const {state} = self
  const tile = state.tiles.get(index)
  state.anchor = index
  if (tile) mark(self, tile, !isSelected(self, tile))
  else sendSection(self, index, 1, !state.isAll)
  self.paint()
}

/** Select the tiles from the anchor to a place. @type {(self: Self, index: number) => void} */
export function selectRange(self, index) {
  const {state} = self
  const from = state.anchor < 0 ? state.cursor : state.anchor
  state.anchor = from
  const [first, last] = [Math.min(from, index), Math.max(from, index)]
  let isWhole = true
  for (let place = first; place <= last; place += 1) {
    mark(self, state.tiles.get(place), true)
    isWhole &&= state.tiles.has(place)
  }
  if (!isWhole) sendSection(self, first, last - first + 1, true)
  self.paint()
}

/** Select or deselect consecutive files, whose tiles may not be read. @type {(self: Self, first: number, files: number, on: boolean) => void} */
export const sendSection = ({send, view}, first, files, on) =>
  send("section", {first, files, on, list_id: view.list_id})

/** @type {(self: Self, isAll: boolean) => void} */
export function selectAll(self, isAll) {
  Object.assign(self.state, {isAll, ids: new Set(), anchor: -1})
  self.paint()
}

// Decisions.

/** Show the ratings before the server has stored them. @type {(self: Self, change: (tile: Tile) => Partial<Tile>) => void} */
function showAtOnce(self, change) {
  const {state} = self
  const hasSelection = selectedCount(self) > 0
  for (const [index, tile] of state.tiles)
    if (hasSelection ? isSelected(self, tile) : index === state.cursor)
      state.tiles.set(index, {...tile, ...change(tile)})
  self.paint()
}

/** @type {(self: Self, stars: number) => void} */
export function rate(self, stars) {
  const files = self.view.editable && target(self)
  if (!files) return
  showAtOnce(self, () => ({rating: stars, favorite: stars === 5}))
  self.send("rate", {...files, stars})
}

/** Whether the cursor goes to the next file after a rating; the browser remembers it. */
export const isAdvancing = () => stored("indexium.advance") === "1"
/** @param {boolean} isOn */
export const setAdvancing = isOn => store("indexium.advance", isOn ? "1" : "")

/** Rate, and go to the next file if the person wants that and rates one file. @type {(self: Self, stars: number) => void} */
export function rateByKey(self, stars) {
  const isOne = selectedCount(self) === 0
  rate(self, stars)
  if (isOne && isAdvancing()) moveTo(self, self.state.cursor + 1)
}

/** @param {Self} self */
export function toggleFavorite(self) {
  const files = self.view.editable && target(self)
  if (!files) return
  const isOne = selectedCount(self) === 0
  const wanted = !(isOne && self.state.tiles.get(self.state.cursor)?.favorite)
  showAtOnce(self, () => ({favorite: wanted}))
  self.send("favorite", {...files, wanted})
}

/** @type {(self: Self, tab: string) => void} */
export function openBulk(self, tab) {
  const files = target(self)
  if (files) self.send("bulk", {...files, tab})
}

/** Act on the file at the cursor, with or without a selection. @type {(self: Self, act: (self: Self) => void) => void} */
export function onCursor(self, act) {
  const {isAll, ids} = self.state
  Object.assign(self.state, {isAll: false, ids: new Set()})
  act(self)
  Object.assign(self.state, {isAll, ids})
  self.paint()
}

/** Act on one tile, with or without a selection. @type {(self: Self, node: Element, act: (self: Self) => void) => void} */
export function onTile(self, node, act) {
  self.state.cursor = Number(/** @type {HTMLElement} */ (node.closest("[role=gridcell]")).dataset.index)
  onCursor(self, act)
  focusCursor(self)
}

/** @type {(self: Self, index: number) => void} */
export function open(self, index) {
  const tile = self.state.tiles.get(index)
  if (!tile) return
  self.state.cursor = index
  self.paint()
  focusCursor(self)
  self.send("open", {id: tile.id})
}
