// The facts of a tile in a box beside it, while the mouse or the keyboard focus rests on the tile.
import {h} from "#face/dom.js"
import {dayText, drawPeople, starText} from "./pictures_tiles.js"

/** @import {Self} from "./pictures_scroll.js" */

const DELAY = 400 // milliseconds
const [WIDTH, HEIGHT] = [256, 150] // the most pixels of the box; `pictures.css` has the width, too

/**
 * Show the facts of a tile soon, or hide them.
 * @type {(self: Self, tile: Element | null) => void}
 */
export function tipOf(self, tile) {
  const {state} = self
  if (state.tipOf === tile) return
  const wasShown = state.tipOf && performance.now() >= state.tipAt
  Object.assign(state, {tipOf: tile, tipAt: performance.now() + DELAY})
  clearTimeout(state.tipTimer)
  // Paint later: painting can remove the focused element, which causes `focusout`, which calls this function again.
  if (wasShown) setTimeout(() => self.paint())
  if (tile) state.tipTimer = setTimeout(() => self.paint(), DELAY + 5)
}

/** @param {Self} self */
export function drawTip({state: {tipOf, tipAt, tiles}}) {
  const cell = /** @type {HTMLElement | null} */ (tipOf)
  const tile = cell?.isConnected && performance.now() >= tipAt && tiles.get(Number(cell.dataset.index))
  if (!tile) return null
  const {left, top, bottom} = cell.getBoundingClientRect()
  const isBelow = bottom + HEIGHT < window.innerHeight
  const side = isBelow ? {top: `${bottom + 6}px`} : {bottom: `${window.innerHeight - top + 6}px`}
  return h(
    "div",
    {
      class: "tip",
      "aria-hidden": "true", // screen readers have the label of the tile
      style: {left: `${Math.max(6, Math.min(left, window.innerWidth - WIDTH - 6))}px`, ...side},
      data: {key: "tip"},
    },
    h("b", null, h("bdi", null, tile.title)),
    tile.name !== tile.title && h("p", null, h("bdi", {dir: "ltr"}, tile.name)),
    h("p", null, `${dayText(tile.at.slice(0, 10))} · ${tile.dated.toLowerCase()}`),
    h("p", null, [tile.badge, tile.pixels, tile.size].filter(Boolean).join(" · ")),
    h("p", null, starText(tile)),
    drawPeople(tile),
  )
}
