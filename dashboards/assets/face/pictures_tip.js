// The facts of a tile in a box beside it, while the mouse or the keyboard focus rests on the tile.
import {h} from "#face/dom.js"
import {dayText, drawPeople, starText} from "#face/pictures_tiles.js"

/** @typedef {import("#face/pictures_page.js").PicturesPage} PicturesPage */

const DELAY = 400 // milliseconds
const [WIDTH, HEIGHT] = [256, 150] // the most pixels of the box; `pictures.css` has the width, too
const TILE = ".tile[data-index]"

export class TileTip {
  /** @type {HTMLElement | null} */
  tile = null // whose facts are shown, or will be at `shownAt`
  shownAt = 0 // in milliseconds of `performance.now`
  timer = 0

  /** @param {PicturesPage} page */
  constructor(page) {
    this.page = page
    const {root} = page
    root.addEventListener("pointerover", ({target, pointerType}) => {
      if (pointerType === "mouse") this.rest(/** @type {Element} */ (target).closest(TILE))
    })
    for (const name of ["pointerleave", "pointerdown", "focusout"]) root.addEventListener(name, () => this.rest(null))
    root.addEventListener("focusin", ({target}) => {
      if (/** @type {Element} */ (target).matches(`${TILE}:focus-visible`)) this.rest(/** @type {Element} */ (target))
    })
    window.addEventListener("scroll", () => this.isShown() && this.rest(null))
  }

  isShown() {
    return Boolean(this.tile?.isConnected) && performance.now() >= this.shownAt
  }

  /** Show the facts of a tile soon, or hide them. @param {Element | null} tile */
  rest(tile) {
    if (this.tile === tile) return
    const wasShown = this.isShown()
    this.tile = /** @type {HTMLElement | null} */ (tile)
    this.shownAt = performance.now() + DELAY
    clearTimeout(this.timer)
    // Draw later: drawing can remove the focused element, which causes `focusout`, which calls this function again.
    if (wasShown) setTimeout(() => this.page.draw())
    if (tile) this.timer = setTimeout(() => this.page.draw(), DELAY + 5)
  }

  draw() {
    const tile = this.isShown() && this.page.tiles.at(Number(this.tile.dataset.index))
    if (!tile) return null
    const {left, top, bottom} = this.tile.getBoundingClientRect()
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
      h("b", null, h("bdi", null, tile.shown_title)),
      tile.file_name !== tile.shown_title && h("p", null, h("bdi", {dir: "ltr"}, tile.file_name)),
      h("p", null, `${dayText(tile.shown_at.slice(0, 10))} · ${tile.dated.toLowerCase()}`),
      h("p", null, [tile.badge, tile.pixels, tile.size_text].filter(Boolean).join(" · ")),
      h("p", null, starText(tile)),
      drawPeople(tile),
    )
  }
}
