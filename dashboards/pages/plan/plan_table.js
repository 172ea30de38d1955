// One page of the plan as an ARIA grid: a row for each file, one tab stop, single keys, and cards on a phone (by CSS).
import {component, currentPage, listen} from "../../components/browser/component.js"
import {h, keyedNodes, reuse} from "#face/dom.js"
import {closesDetails, delayKeys, hasModifier, keys} from "../../components/browser/keyboard.js"
import {stored} from "#face/local_storage.js"
import {hasDraft} from "../../components/browser/edit_drafts.js"
import {Selection} from "../../components/browser/selection.js"
import {fitTags, forgetWidths} from "./tag_fit.js"
import {drawEmpty, drawHead, drawKeys, drawLoading, drawProbe, drawRow, showSelected} from "./plan_table_parts.js"
import {pager} from "#face/widgets.js"

/**
 * @typedef {object} State
 * @property {Selection<PlanTableView>} selection
 * @property {number | null} cursor The row that the keys act on.
 * @property {number} place Last drawn place of the cursor on the page.
 * @property {number | null} arriving The place of the cursor on the next page.
 * @property {boolean} hadFocus A row had the focus before drawing and must get it back.
 * @property {boolean} hasMoved The focused row is now at another place.
 * @property {boolean} isTurned The pager turned the page: the next one starts at its top.
 * @property {boolean} isShifted The last click was made with the shift key.
 * @property {string} listKey The list that was drawn last.
 * @property {number} shownCount Number of the drawn rows.
 * @property {number | null} preserving The file that a review is about to preserve.
 * @property {ResizeObserver | null} resizes Observes the width of the people's cell.
 * @property {number} tagWidth Width of the people's cell in pixels; 0 before the first layout.
 *
 * @typedef {Component<PlanTableView, State>} Self
 */

const isDense = () => stored("indexium.dense") === "1"
const rowHeight = () => (isDense() ? 33 : 49) // pixels of most rows
// A new list first draws the visible rows; it draws the others after these are painted.
const rowsInSight = () => Math.ceil(window.innerHeight / rowHeight()) + 1
/** @type {(run: () => void) => void} */
const afterPainting = run => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(run)))

/** @param {Self} self */
const rowsOf = ({view}) => view.rows ?? []
/** @type {(self: Self, id: number | null) => HTMLElement | null} */
const nodeOf = ({find}, id) => find(`[data-key="${id}"].row`)
/** @param {Self} self */
const currentRow = self => rowsOf(self).find(row => row.id === self.state.cursor)
/** @param {Self} self */
const activeElement = ({root}) => /** @type {ShadowRoot} */ (root.getRootNode()).activeElement

/** Put the cursor on a row. @type {(self: Self, id: number) => void} */
function moveTo(self, id) {
  self.state.cursor = id
  self.state.preserving = null
  self.paint()
  const node = nodeOf(self, id)
  // A sheet over the table keeps the focus; the keys move the cursor behind it.
  if (!document.documentElement.hasAttribute("data-sheet")) node?.focus({preventScroll: true})
  if (node) scrollIntoView(node)
  self.send("cursor", {id})
}

/**
 * Turn to a page, with the cursor at a place of that page; return whether the page exists.
 *
 * @type {(self: Self, page: number, place: number) => boolean}
 */
function turnTo(self, page, place) {
  if (page < 1 || page > self.view.pages) return false
  self.state.arriving = place
  self.send("page", {page})
  return true
}

/** @type {(self: Self, step: number) => void} */
function move(self, step) {
  const rows = rowsOf(self)
  if (!rows.length) return
  const place = rows.findIndex(row => row.id === self.state.cursor)
  const next = rows[place < 0 ? 0 : place + step]
  if (next) moveTo(self, next.id)
  else turnTo(self, self.view.page + Math.sign(step), step > 0 ? 0 : Number.POSITIVE_INFINITY)
}

/** Put the cursor on the next dangerous file that is neither selected nor skipped. @param {Self} self */
function moveToDanger(self) {
  const rows = rowsOf(self)
  const place = rows.findIndex(row => row.id === self.state.cursor)
  const next = [...rows.slice(place + 1), ...rows.slice(0, Math.max(place, 0))].find(
    row => row.risk === "danger" && !row.selected && row.mark !== "skipped",
  )
  if (next) moveTo(self, next.id)
  else turnTo(self, self.view.page + 1, 0)
}

/** Preserve the text. In a review the next file follows, and a quick second key takes nothing back. @param {Self} self */
function preserve(self) {
  const {state, view} = self
  const row = currentRow(self)
  if (view.reviewing && row && row.risk !== "danger") moveToDanger(self)
  else if (row && !(view.reviewing && state.preserving === row.id)) {
    state.preserving = row.id
    self.send("preserve", {id: row.id})
  }
  return Boolean(row)
}

/** Go on after the file that a review has preserved. @param {Self} self */
function followPreserved(self) {
  const {state} = self
  const row = rowsOf(self).find(({id}) => id === state.preserving)
  if (!row || row.risk === "danger") return
  state.preserving = null
  if (self.view.reviewing) setTimeout(() => moveToDanger(self)) // after this drawing
}

/** @type {(self: Self, id: number) => void} */
function open(self, id) {
  self.state.cursor = id
  self.paint()
  nodeOf(self, id)?.focus({preventScroll: true})
  self.send("open", {id})
}

/** Return the place of the cursor after its row was removed, -1 for none. @param {Self} self */
function placeOfSuccessor({view, state}) {
  if (state.arriving !== null) return state.arriving
  if (state.cursor === null) return -1
  if (view.list_key === state.listKey) return state.place
  return state.hadFocus ? 0 : -1
}

// If the row of the cursor was removed, the cursor moves to the row that replaced it.
/** @param {Self} self */
function replaceCursor(self) {
  const {view, state, send} = self
  const {rows} = view
  if (!rows.length || rows.some(row => row.id === state.cursor)) return
  const place = placeOfSuccessor(self)
  state.cursor = place < 0 ? null : rows[Math.min(place, rows.length - 1)].id
  if (state.cursor !== null) queueMicrotask(() => send("cursor", {id: state.cursor}))
}

/**
 * Update the data about the list in the state; return the place of the cursor on the page, -1 for none.
 *
 * @param {Self} self
 */
function prepare(self) {
  const {view, state} = self
  state.selection.applyPending(view)
  state.hadFocus = Boolean(activeElement(self)?.matches("[role=row]"))
  replaceCursor(self)
  if (state.cursor === null && view.rows.some(({id}) => id === view.shown)) state.cursor = view.shown
  const place = view.rows.findIndex(row => row.id === state.cursor)
  const isNewList = view.list_key !== state.listKey && (state.isTurned || window.scrollY < 100)
  state.listKey = view.list_key
  state.shownCount = isNewList ? Math.max(place + 1, rowsInSight()) : view.rows.length
  state.hasMoved = state.hadFocus && !isNewList && Math.max(place, 0) !== state.place
  state.place = Math.max(place, 0)
  return place
}

/** @type {(self: Self, cursorPlace: number) => HTMLElement} */
function drawGrid({view, state, root}, cursorPlace) {
  const drawn = keyedNodes(root)
  const missingCount = view.rows.length - state.shownCount
  return h(
    "div",
    {
      role: "grid",
      "aria-label": "Planned changes",
      "aria-multiselectable": "true",
      "aria-rowcount": view.total + 1,
      data: {key: "grid"},
    },
    drawHead(view),
    view.rows.slice(0, state.shownCount).map((row, index) => {
      const cursor = {isHere: index === cursorPlace, isTabStop: index === state.place}
      const number = view.first + index + 1
      const shown = {...row, draft: hasDraft(row.id)}
      const old = drawn.get(String(row.id))
      const people = fitTags(row.tags, row.more, state.tagWidth, isDense())
      // A choice of all rows draws none of them again: only their boxes change. Another width draws only those rows
      // again that show more or fewer people.
      if (old?.matches(".row")) showSelected(old, row)
      const inputs = [{...shown, selected: false}, number, cursor, people.shown.length]
      return reuse(old, inputs, () => drawRow(shown, number, cursor, people))
    }),
    missingCount > 0 && h("div", {style: {height: `${missingCount * rowHeight()}px`}, data: {key: "rest"}}),
  )
}

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (!view.rows) return drawLoading()
  const cursorPlace = prepare(self)
  return h(
    "div",
    {class: `card list${isDense() ? " dense" : ""}${view.pages > 1 ? " paged" : ""}`},
    drawProbe(),
    view.empty ? drawEmpty(view.empty) : [drawGrid(self, cursorPlace), pager({...view, hint: drawKeys()})],
  )
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, before, state} = self
  const isOtherPage = view.page !== before?.page
  delayKeys("plan", !view.rows || view.incomplete)
  if (!before?.rows && view.rows) {
    state.resizes.observe(self.find(".probe .t"))
    requestAnimationFrame(() => setTimeout(() => self.send("painted")))
  }
  followPreserved(self)
  if (state.shownCount < view.rows?.length) afterPainting(self.paint)
  if (state.isTurned && isOtherPage) {
    state.isTurned = false
    window.scrollTo({top: 0})
  }
  const hasArrived = state.arriving !== null && isOtherPage
  if (hasArrived) state.arriving = null
  const needsFocus = hasArrived || (state.hadFocus && (state.hasMoved || !activeElement(self)))
  const node = needsFocus && nodeOf(self, state.cursor)
  if (!node) return
  node.focus({preventScroll: true})
  scrollIntoView(node)
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  open(self, data, _, event) {
    if (event.target.closest("label")) return
    const id = Number(data.id)
    if (event.shiftKey) self.state.selection.extendTo(id)
    else if (event.ctrlKey || event.metaKey) {
      self.state.cursor = id
      self.state.selection.toggle(currentRow(self))
    } else if (!String(window.getSelection())) open(self, id)
  },
  pick(self, data, target) {
    const {selection, isShifted} = self.state
    const id = Number(data.id)
    if (isShifted && selection.anchor !== null) {
      selection.extendTo(id)
      target.checked = rowsOf(self).find(row => row.id === id).selected // the browser has already toggled the box
      return
    }
    selection.anchor = id
    selection.set([id], target.checked)
  },
  all({state: {selection}}, _, target) {
    if (target.checked) selection.selectAll()
    else selection.selectNone()
  },
  page({state, send}, data) {
    state.isTurned = true
    send("page", {page: Number(data.page)})
  },
}

/** The actions of the grid's keys. @type {Record<string, (self: Self, event: PageEvent) => void>} */
const GRID_KEYS = {
  ArrowDown: self => move(self, 1),
  ArrowUp: self => move(self, -1),
  " ": (self, event) => (event.shiftKey ? extendToCursor(self) : self.state.selection.toggle(currentRow(self))),
  Home: self => moveTo(self, rowsOf(self)[0].id),
  End: self => moveTo(self, rowsOf(self).at(-1).id),
  PageDown: self => turnTo(self, self.view.page + 1, self.state.place) || moveTo(self, rowsOf(self).at(-1).id),
  PageUp: self => turnTo(self, self.view.page - 1, self.state.place) || moveTo(self, rowsOf(self)[0].id),
}

/** @param {Self} self */
const extendToCursor = self => {
  if (currentRow(self)) self.state.selection.extendTo(self.state.cursor)
}

/** @type {Record<string, (self: Self, event: PageEvent) => void>} */
const LISTENERS = {
  keydown(self, event) {
    const run = GRID_KEYS[event.key]
    if (!run || !event.target.matches("[role=row]") || hasModifier(event)) return
    run(self, event)
    event.preventDefault()
  },
  focusin(self, {target}) {
    if (!target.matches("[role=row]") || self.state.cursor !== null) return
    self.state.cursor = Number(target.dataset.id)
    self.paint()
  },
  mousedown(_, event) {
    if (event.shiftKey && event.target.closest(".row[data-id]")) event.preventDefault() // no text is selected
  },
}

/** Fit the people of the rows into their cells, before the browser paints them. @param {Self} self */
function fitPeople(self) {
  const width = self.find(".probe .t").clientWidth
  if (!width || width === self.state.tagWidth) return
  self.state.tagWidth = width
  self.paint()
}

/** @param {Self} self */
function onSetup(self) {
  self.state.resizes = new ResizeObserver(() => fitPeople(self))
  document.fonts.ready.then(() => {
    forgetWidths()
    self.paint()
  })
  self.state.selection = new Selection(self, view => view.rows)
  self.root.addEventListener("click", event => (self.state.isShifted = event.shiftKey), true)
  for (const name of ["indexium:dense", "indexium:drafts"]) listen(self.model, window, name, () => self.paint())
  listen(self.model, window, "indexium:step", event => move(self, event.detail))
  listen(self.model, window, "indexium:danger", () => moveToDanger(self))
  // After an action on another part of the page, the focus returns to the list.
  listen(self.model, window, "indexium:list", event => {
    if (currentPage() !== "plan") return
    const node = nodeOf(self, self.state.cursor)
    const isFirst = event.detail === "first"
    if (!node && isFirst && rowsOf(self).length) moveTo(self, rowsOf(self)[0].id)
    node?.focus({preventScroll: true})
    if (node && isFirst) scrollIntoView(node)
  })
}

/** @param {Self} self @returns {Record<string, KeyBinding>} */
function keysOf(self) {
  const {selection} = self.state
  /** @type {(name: string) => () => boolean} */
  const onCursor = name => () => {
    const row = currentRow(self)
    if (row) self.send(name, {id: row.id})
    return Boolean(row)
  }
  return {
    j: {does: "next file", group: "Move", repeats: true, run: () => move(self, 1)},
    k: {does: "previous file", group: "Move", repeats: true, run: () => move(self, -1)},
    Enter: {does: "details of the file", group: "Move", run: onCursor("open")},
    Escape: closesDetails(() => self),
    Home: {does: "first and last file of the page", group: "Move"},
    End: {does: "first and last file of the page", group: "Move"},
    PageDown: {does: "next and previous page", group: "Move"},
    PageUp: {does: "next and previous page", group: "Move"},
    x: {does: "select or deselect", group: "Select", run: () => selection.toggle(currentRow(self))},
    X: {does: "select from the last one to here", group: "Select", run: () => extendToCursor(self)},
    a: {does: "select all files that can be written", group: "Select", run: () => selection.selectAll()},
    n: {does: "select none", group: "Select", run: () => selection.selectNone()},
    i: {does: "invert the selection", group: "Select", run: () => selection.invert()},
    e: {does: "edit the people", group: "Decide", act: "edit", run: onCursor("edit")},
    s: {does: "skip for now", group: "Decide", act: "skip", run: onCursor("skip")},
    p: {does: "preserve the comment’s custom text", group: "Decide", act: "preserve", run: () => preserve(self)},
  }
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      selection: null,
      cursor: null,
      place: 0,
      arriving: null,
      hadFocus: false,
      hasMoved: false,
      isTurned: false,
      isShifted: false,
      listKey: "",
      shownCount: 0,
      preserving: null,
      resizes: null,
      tagWidth: 0,
    }),
    draw,
    onSetup,
    onDrawn,
    listeners: LISTENERS,
    actions: ACTIONS,
  })
  keys(context.model, "plan", keysOf(self))
}

// A row gets its own height only while it is visible (content-visibility), so a new row may move this one out of view.
/** @type {(node: HTMLElement, tries?: number) => void} */
function scrollIntoView(node, tries = 4) {
  const {top} = node.getBoundingClientRect()
  node.scrollIntoView({block: "nearest"})
  requestAnimationFrame(() => {
    if (tries && node.isConnected && node.getBoundingClientRect().top !== top) scrollIntoView(node, tries - 1)
  })
}
