// Which part of the wall is visible: its layout, its scrolling, and the months at its edge.
import {store, stored} from "#face/local_storage.js"
import {Layout} from "#face/pictures_layout.js"

/** @typedef {import("#face/pictures_page.js").PicturesPage} PicturesPage */

const GAP = 8
const CAPTION = 67 // pixels below a picture
const PHONE_CAPTION = 45
const HEAD = 36
const PHONE_HEAD = 44
const ROW = 52 // of the table
const MARGIN = 500 // pixels above and below the window that are drawn too
const STEP = 200 // pixels of scrolling after which the wall is drawn again
const BELOW = 80 // pixels at the lower edge of the window that the footer may cover
const SIZE = "indexium.tile"
export const PHONE = window.matchMedia("(max-width: 700px)")

export class WallScroll {
  layout = new Layout([], {columns: 1, rowHeight: 1, headHeight: 0})
  measured = "" // what the layout was made from
  width = 0 // of the grid in pixels
  tileSize = Number(stored(SIZE)) || 146
  from = -MARGIN // the part that is drawn, in pixels from the start of the grid
  to = 1500
  month = 0 // the month at the top, by its place in the timeline
  wentTo = {month: 0, y: -10} // the month that a person chose, and where the window is since

  /** @param {PicturesPage} page */
  constructor(page) {
    this.page = page
  }

  /** @param {string} selector @returns {HTMLElement | null} */
  find(selector) {
    return this.page.root.querySelector(selector)
  }

  get overview() {
    return this.page.tiles.overview
  }

  get months() {
    return this.overview?.months ?? []
  }

  /** @param {number} size */
  resize(size) {
    this.tileSize = size
    store(SIZE, String(size))
    this.page.draw()
  }

  columns() {
    if (this.page.isTable()) return 1
    return PHONE.matches ? 3 : Math.max(2, Math.floor((this.width + GAP) / (this.tileSize + GAP)))
  }

  /** Make the layout again if its measures have changed. */
  measure() {
    const {overview} = this
    if (!overview) return
    const columns = this.columns()
    const width = (this.width - GAP * (columns - 1)) / columns
    const caption = PHONE.matches ? PHONE_CAPTION : CAPTION
    const rowHeight = this.page.isTable() ? ROW : Math.round((width * 2) / 3) + caption + GAP
    const hasHeads = overview.sections.length > 0
    const head = PHONE.matches ? PHONE_HEAD : HEAD
    const measured = JSON.stringify([overview.list_id, columns, rowHeight, hasHeads, head])
    if (measured === this.measured) return
    this.measured = measured
    const sections = hasHeads
      ? overview.sections.map(({day, files}) => ({label: day, files}))
      : [{label: "", files: overview.total}].filter(each => each.files)
    this.layout = new Layout(sections, {columns, rowHeight, headHeight: hasHeads ? head : 0})
  }

  /** Return the places of the first tile that is drawn, and behind the last one. @returns {[from: number, to: number]} */
  range() {
    const {layout} = this
    return [layout.tileAt(this.from), layout.tileAt(this.to) + layout.columns]
  }

  /** Note which part of the wall is visible; draw if it has changed. */
  follow() {
    const grid = this.find(".grid")
    if (!grid || !this.page.isShown()) return
    const {top, width} = grid.getBoundingClientRect()
    const from = Math.floor((-top - MARGIN) / STEP) * STEP
    const to = Math.ceil((window.innerHeight - top + MARGIN) / STEP) * STEP
    const month = this.monthAt(Math.max(0, this.stickyHeight() + HEAD + this.layout.rowHeight / 2 - top))
    if (from === this.from && to === this.to && width === this.width && month === this.month) return
    const hasResized = width !== this.width && this.width > 0 && top < 0
    const anchor = hasResized ? this.layout.tileAt(-top) : -1
    if (from !== this.from || to !== this.to) this.page.tiles.readFailedAgain()
    Object.assign(this, {from, to, width, month})
    this.page.draw()
    if (anchor > 0) this.scrollTo(anchor)
  }

  /** Return the month that is shown at a place, or the month that a person went to. @param {number} at */
  monthAt(at) {
    if (Math.abs(window.scrollY - this.wentTo.y) < 2) return this.wentTo.month
    const {months} = this
    if (!months.length) return 0
    const firsts = months.map(each => each.first)
    return Layout.lastUpTo(firsts, this.layout.tileAt(at))
  }

  /** Go to a month of the timeline. @param {number} month */
  goToMonth(month) {
    this.scrollTo(this.months[month].first)
    this.wentTo = {month, y: window.scrollY}
    this.follow()
  }

  /** Show a tile at the top of the window. @param {number} at */
  scrollTo(at) {
    const top = window.scrollY + this.find(".grid").getBoundingClientRect().top + this.layout.topOf(at)
    window.scrollTo({top: Math.max(0, top - HEAD - this.stickyHeight()), behavior: "instant"})
  }

  /** Scroll as little as needed to show a tile. @param {number} at */
  show(at) {
    const grid = this.find(".grid")
    if (!grid) return
    const y = grid.getBoundingClientRect().top + this.layout.topOf(at)
    const [low, high] = [this.stickyHeight() + HEAD, window.innerHeight - this.layout.rowHeight - BELOW]
    if (y < low) window.scrollBy({top: y - low, behavior: "instant"})
    else if (y > high) window.scrollBy({top: y - high, behavior: "instant"})
    this.follow()
  }

  /** The search stays at the upper edge of the window. */
  stickyHeight() {
    return this.find(".bar.finding")?.offsetHeight ?? 0
  }

  /** Return the place of the first tile that is wholly visible. */
  firstInSight() {
    const top = this.find(".grid")?.getBoundingClientRect().top ?? 0
    return top >= 0 ? 0 : this.layout.tileAt(-top + this.layout.rowHeight)
  }

  /** Handle a key of the timeline; return whether it is one. @param {KeyboardEvent} event */
  onKey(event) {
    if (!(/** @type {Element} */ (event.target).matches(".months"))) return false
    const {month} = this
    const last = this.months.length - 1
    /** @type {Record<string, number>} */
    const places = {ArrowDown: month + 1, ArrowUp: month - 1, Home: 0, End: last}
    const next = places[event.key]
    if (next === undefined) return false
    event.preventDefault()
    this.goToMonth(Math.max(0, Math.min(next, last)))
    return true
  }

  /** Go to the month that is nearest to a click on the timeline. @param {MouseEvent} event */
  onClick(event) {
    const timeline = /** @type {Element} */ (event.target).closest(".months")
    if (!timeline) return
    const bars = /** @type {HTMLElement[]} */ ([...timeline.querySelectorAll("[data-first]")])
    const distance = (/** @type {HTMLElement} */ bar) => Math.abs(bar.getBoundingClientRect().top - event.clientY)
    const nearest = bars.reduce((best, bar) => (distance(bar) < distance(best) ? bar : best))
    this.goToMonth(this.months.findIndex(each => each.first === Number(nearest.dataset.first)))
  }
}
