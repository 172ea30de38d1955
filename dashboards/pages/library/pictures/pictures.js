// All files of the library as a virtual grid of pictures or as a table: only visible rows are in the page, and tiles are
// read by pages while a person scrolls.
import {component, currentPage, listen} from "../../../components/browser/component.js"
import {focusedElement, h, keyedNodes, reuse} from "#face/dom.js"
import {hasDraft} from "#face/edit_drafts.js"
import {FILTER_ACTIONS, closeFilterOutside, closesFilter, newMenuState} from "../../../components/filter_menu.js"
import {hasModifier} from "../../../components/browser/keyboard.js"
import {store, stored} from "#face/local_storage.js"
import {isDialogOpen} from "#face/modal.js"
import {SEARCH_DELAY} from "#face/search_field.js"
import {loadingPage} from "#face/widgets.js"
import {PLACES, bindKeys, showsCursor} from "./pictures_keys.js"
import {Layout} from "./pictures_layout.js"
import {drawBar, drawFilters, drawHead, drawMeaning, drawMonths, drawNothing} from "./pictures_parts.js"
import {
  MARGIN,
  PHONE,
  focusCursor,
  follow,
  isShown,
  isTable,
  measure,
  moveTo,
  onMonthKey,
  onMonths,
  requestTiles,
} from "./pictures_scroll.js"
import {
  isSelected,
  onTile,
  open,
  openBulk,
  rate,
  selectAll,
  selectRange,
  selectedCount,
  sendSection,
  setAdvancing,
  target,
  toggle,
  toggleFavorite,
} from "./pictures_selection.js"
import {drawTip, tipOf} from "./pictures_tip.js"
import {BROKEN, drawHeading, drawTableRow, drawTile} from "./pictures_tiles.js"
import {makeViewer, paintViewer, view} from "./pictures_viewer.js"

/** @import {Month} from "./pictures_parts.js" */
/** @import {Line} from "./pictures_layout.js" */
/** @import {Self, State} from "./pictures_scroll.js" */
/** @import {Tile} from "./pictures_tiles.js" */

const TILE = ".tile[data-index]"

/** @type {(self: Self, line: Line) => Tile[]} */
const tilesOf = ({state}, {first, count}) =>
  Array.from({length: count}, (_, place) => state.tiles.get(first + place)).filter(Boolean)

/** @type {(self: Self, line: Line, nodes: Map<string, Element>) => HTMLElement} */
function drawLine(self, line, nodes) {
  const {state, view} = self
  const {key, top, number, first, count, isHead} = line
  const attributes = {
    class: isHead ? "line heading" : "line",
    role: "row",
    "aria-rowindex": String(number),
    style: {top: `${top}px`},
    data: {key},
  }
  if (isHead) {
    const own = tilesOf(self, {...line, count: Math.min(count, 60)})
    const folders = [...new Set(own.map(each => each.folder))]
    const isWhole = own.length > 0 && own.length === Math.min(count, 60) && own.every(each => isSelected(self, each))
    return reuse(nodes.get(key), [top, folders, isWhole, view.list_id], () =>
      h("div", attributes, drawHeading(line, folders, isWhole)),
    )
  }
  const editable = view.editable && !PHONE.matches
  const shown = Array.from({length: count}, (_, place) => {
    const index = first + place
    const tile = state.tiles.get(index)
    return {
      tile: tile && hasDraft(tile.id) ? {...tile, note: "draft"} : tile,
      index,
      isCursor: index === state.cursor,
      isPointed: state.isPointed,
      isSelected: isSelected(self, tile),
      editable,
    }
  })
  const draw = isTable(self) ? drawTableRow : drawTile
  return reuse(nodes.get(key), [top, view.shows, shown], () => h("div", attributes, shown.map(draw)))
}

/** @param {Self} self */
function drawGrid(self) {
  const {state, root} = self
  const {layout} = state
  const nodes = keyedNodes(root)
  return h(
    "div",
    {
      class: `grid ${isTable(self) ? "as-table card" : "as-tiles"}${selectedCount(self) ? " selecting" : ""}`,
      role: "grid",
      "aria-label": "Files",
      "aria-multiselectable": "true",
      "aria-rowcount": String(layout.lineCount),
      style: {height: `${layout.height}px`, "--columns": String(layout.columns), "--height": `${layout.rowHeight}px`},
      data: {key: "grid"},
    },
    layout.linesBetween(state.from, state.to).map(line => drawLine(self, line, nodes)),
  )
}

/** @param {Self} self @returns {Month[]} */
const monthsOf = ({view}) => view.months.map(([month, first, files]) => ({month, first, files}))

/** @param {Self} self */
function drawTimeline(self) {
  const months = monthsOf(self)
  if (months.length < 2) return null
  return drawMonths(months, months[Math.min(self.state.month, months.length - 1)])
}

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (!view.shows) return loadingPage("Library")
  if (!isShown(self)) return null
  measure(self)
  return [
    drawHead(view, state.tileSize),
    drawFilters(view, state.menu, state.options, state.isUnfolded),
    drawMeaning(view),
    view.empty
      ? drawNothing(view.empty)
      : h("div", {class: "stage", data: {key: "stage"}}, drawGrid(self), drawTimeline(self)),
    drawBar(selectedCount(self), view.editable),
    drawTip(self),
  ]
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  if (closesFilter(self, event)) return
  if (event.key === "Escape") tipOf(self, null)
  if (event.target.matches(".months")) return onMonthKey(self, event)
  if (event.key === "Enter" && event.target.matches("input.q")) return find(self, event.target.value)
  if (event.key === "Escape" && event.target.matches("input.q")) return leaveSearch(self, event.target)
  if (!event.target.matches("[role=gridcell]") || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === " ") {
    event.preventDefault()
    view(self)
  }
  const next = PLACES[event.key]
  if (!next) return
  event.preventDefault()
  const index = next(self)
  if (event.shiftKey) selectRange(self, index)
  moveTo(self, index)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  if (!target.matches("input.q")) return
  clearTimeout(self.state.searchTimer)
  self.state.searchTimer = setTimeout(() => self.send("find", {query: target.value, typed: true}), SEARCH_DELAY)
}

/** Empty the search; leave it if it is empty. @type {(self: Self, field: HTMLInputElement) => void} */
function leaveSearch(self, field) {
  if (!field.value) return field.blur()
  clearTimeout(self.state.searchTimer)
  field.value = ""
  self.send("find", {query: ""})
}

/** @type {(self: Self, text: string) => void} */
function find(self, text) {
  clearTimeout(self.state.searchTimer)
  self.send("find", {query: text})
  focusCursor(self)
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  ...FILTER_ACTIONS,
  tile(self, {index}, _, event) {
    const place = Number(index)
    if (event.shiftKey) {
      selectRange(self, place)
      moveTo(self, place)
    } else if (event.ctrlKey || event.metaKey) toggle(self, place)
    else if (PHONE.matches && !isTable(self)) {
      moveTo(self, place)
      view(self)
    } else open(self, place)
  },
  view(self, _, target) {
    moveTo(self, Number(/** @type {HTMLElement} */ (target.closest("[role=gridcell]")).dataset.index))
    view(self)
  },
  advance: (_, __, target) => setAdvancing(target.checked),
  check(self, _, target, event) {
    const place = Number(/** @type {HTMLElement} */ (target.closest("[role=gridcell]")).dataset.index)
    self.state.cursor = place
    if (event.shiftKey) selectRange(self, place)
    else toggle(self, place)
    focusCursor(self)
  },
  star: (self, {stars}, target) => onTile(self, target, me => rate(me, Number(stars))),
  heart: (self, _, target) => onTile(self, target, toggleFavorite),
  section: (self, {first, files, on}) => sendSection(self, Number(first), Number(files), Boolean(on)),
  rate_all: (self, {stars}) => rate(self, Number(stars)),
  favorite_all: toggleFavorite,
  bulk: (self, {tab}) => openBulk(self, tab),
  plan: self => self.send("plan", target(self)),
  unselect: self => selectAll(self, false),
  clear: self => self.send("find", {query: ""}),
  find: (self, {query}) => self.send("find", {query}),
  empty(self) {
    self.find("input.q").value = ""
    find(self, "")
  },
  saved: (self, _, target) => target.value && self.send("find", {query: target.value.slice(1)}),
  size(self, _, target) {
    self.state.tileSize = Number(target.value)
    store("indexium.tile", target.value)
    self.paint()
    requestTiles(self)
  },
  sort: (self, _, target) => self.send("sort", {sort: target.value}),
  show: (self, {as}) => self.send("show", {as}),
  stop_scan: self => self.send("stop_scan"),
}

/** Take a new list: other tiles, or the same tiles with other values. @param {Self} self */
function onView(self) {
  const {view, before, state} = self
  if (!view.shows || view === before) return
  if (view.list_id !== before?.list_id) {
    if (before?.list_id !== undefined) {
      state.sought = state.tiles.get(state.cursor)?.id ?? state.sought
      state.tiles = new Map()
    }
    state.asked = new Set()
    state.cursor = Math.min(state.cursor, Math.max(0, view.total - 1))
    if (state.isAll) Object.assign(state, {isAll: false, ids: new Set()})
  } else if (view.version !== before.version) state.asked = new Set()
}

/** @type {(self: Self, tiles: {first: number, rows: Tile[]}) => void} */
function takeTiles({state, paint}, {first, rows}) {
  for (const [place, tile] of rows.entries()) {
    state.tiles.set(first + place, tile)
    if (tile.id === state.sought) state.cursor = first + place
  }
  state.sought = 0
  paint()
}

/** @type {(self: Self, message: any) => void} */
function onMessage(self, {tiles, unread, options, selected, said}) {
  const {state, view} = self
  if (said && state.isViewing) {
    state.said = said
    self.paint()
  }
  if (tiles && tiles.list_id === view.list_id) takeTiles(self, tiles)
  if (unread !== undefined) state.asked.delete(unread)
  if (options && options.key === state.menu) {
    state.options = options.rows
    self.paint()
    self.focus(".facet input")
  }
  if (selected) {
    for (const id of selected.ids) {
      if (selected.on === state.isAll) state.ids.delete(id)
      else state.ids.add(id)
    }
    self.paint()
  }
}

/** Show the sign of the kind in place of a picture that the server does not have. @param {HTMLImageElement} image */
function onBroken(image) {
  BROKEN.add(image.getAttribute("src").replace(/&width=\d+$/, ""))
  image.hidden = true
}

/** @returns {State} */
const newState = () => ({
  ...newMenuState(),
  tiles: new Map(),
  asked: new Set(),
  layout: new Layout([], {columns: 1, rowHeight: 1, headHeight: 0}),
  measured: "",
  searchTimer: 0,
  width: 0,
  tileSize: Number(stored("indexium.tile")) || 146,
  cursor: 0,
  isPointed: false,
  sought: 0,
  viewer: null,
  isViewing: false,
  said: "",
  isAll: false,
  ids: new Set(),
  anchor: -1,
  month: 0,
  wentTo: {month: 0, y: -10},
  tipOf: null,
  tipAt: 0,
  tipTimer: 0,
  from: -MARGIN,
  to: 1500,
})

/** @param {RenderContext} context */
export function render(context) {
  const {model} = context
  /** @type {Self} */
  const self = component(context, {
    state: newState,
    draw(me) {
      onView(me)
      return draw(me)
    },
    onSetup(me) {
      me.root.addEventListener("error", event => onBroken(/** @type {HTMLImageElement} */ (event.target)), true)
      const schedule = () => requestAnimationFrame(() => follow(me))
      listen(model, window, "indexium:drafts", () => me.paint())
      listen(model, window, "scroll", () => {
        if (me.find(".tip")) tipOf(me, null)
        schedule()
      })
      listen(model, window, "resize", schedule)
      const sizes = new ResizeObserver(schedule)
      sizes.observe(me.root)
      model.on("remove", () => sizes.disconnect())
      closeFilterOutside(me)
      // Without the focus on a part of the page, the arrow keys move the cursor instead of scrolling.
      listen(model, document, "keydown", event => {
        const isFree = [document.body, document.getElementById("main")].includes(focusedElement())
        if (!isFree || !event.key.startsWith("Arrow") || hasModifier(event) || isDialogOpen()) return
        if (currentPage() !== "library" || !isShown(me) || !me.view.total) return
        event.preventDefault()
        if (!showsCursor(me)) moveTo(me, PLACES[event.key](me))
      })
      listen(model, window, "indexium:list", () => {
        if (currentPage() === "library") focusCursor(me)
      })
      listen(model, window, "indexium:step", event => {
        if (currentPage() === "library" && isShown(me)) moveTo(me, me.state.cursor + event.detail)
      })
    },
    onDrawn(me) {
      paintViewer(me)
      document.documentElement.toggleAttribute("data-selecting", isShown(me) && selectedCount(me) > 0)
      if (!isShown(me)) return
      requestAnimationFrame(() => follow(me))
      requestTiles(me)
    },
    onMessage,
    listeners: {
      keydown: onKey,
      input: onInput,
      click: onMonths,
      pointerover: (me, {target, pointerType}) => pointerType === "mouse" && tipOf(me, target.closest(TILE)),
      pointerleave: me => tipOf(me, null),
      pointerdown: me => tipOf(me, null),
      focusout: me => tipOf(me, null),
      focusin(me, {target}) {
        const {state, paint} = me
        const cell = /** @type {HTMLElement | null} */ (target.closest("[role=gridcell][data-index]"))
        if (target.matches(`${TILE}:focus-visible`)) tipOf(me, target)
        const index = Number(cell?.dataset.index ?? state.cursor)
        // A closed dialog gives the focus back to the tile that opened it; the viewer may show another file.
        if (!cell || state.isViewing || (index === state.cursor && state.isPointed)) return
        Object.assign(state, {cursor: index, isPointed: true})
        paint()
      },
    },
    actions: ACTIONS,
  })
  makeViewer(self, context.el)
  bindKeys(self)
}
