// The dialog that chooses the pictures of a title. A choice is shown at once; the answer of the server corrects it.
import {component} from "../../../components/browser/component.js"
import {h, morph} from "#face/dom.js"
import {hasModifier} from "../../../components/browser/keyboard.js"
import {markDialogClosed, openDialog, placeDialog} from "#face/modal.js"
import {makeLarge, paintLarge, showLarge} from "./artwork_large.js"
import {drawDialog} from "./artwork_layout.js"
import {Previews} from "./artwork_previews.js"
import {askReason, makeRejection} from "./artwork_rejection.js"
import {askSearch, followSearch, makeSearch, paintSearch} from "./artwork_search.js"
import {NO_FILTERS, act, currentPicture, focusIn, isWaiting, mainOf, shownPictures, undo} from "./artwork_state.js"

/** @import {ArtworkState, Self} from "./artwork_state.js" */

const TOUCH = window.matchMedia("(max-width: 700px), (pointer: coarse)") // the style sheet shows buttons, then
const LINGER = 200 // milliseconds until the parts of a score disappear: the pointer may be on its way to them

/** @param {Self} self */
function paintBox(self) {
  const {box, previews} = self.state
  if (!box.open) return
  morph(box, drawDialog(self))
  const list = box.querySelector(".a-tiles")
  if (list && !isWaiting(self)) previews.watch(list)
  paintLarge(self)
  paintSearch(self)
  keepFocus(self)
}

/** Keep the focus in the dialog: keys would not reach it if the focused part disappears. @param {Self} self */
function keepFocus({state: {box, large, rejecting, searching}}) {
  const {activeElement} = /** @type {ShadowRoot} */ (box.getRootNode())
  if (activeElement || [large, rejecting, searching].some(({open}) => open)) return
  focusIn(box, "#a-title")
}

/** Put the cursor on a picture that is shown: it stays, or the chosen one has it. @param {Self} self */
function placeCursor(self) {
  const shown = shownPictures(self)
  if (shown.some(({id}) => id === self.state.cursor)) return
  const main = shown.find(({id}) => id === mainOf(self))
  self.state.cursor = (main ?? shown[0])?.id ?? 0
}

/** @param {Self} self */
function focusCursor({state: {box, cursor}}) {
  const pick = /** @type {HTMLElement | null} */ (box.querySelector(`.a-tile[data-key="${cursor}"] .a-pick`))
  pick?.closest("li").scrollIntoView({block: "nearest"})
  pick?.focus({preventScroll: true})
}

/** @type {(self: Self, id: number) => void} */
function moveTo(self, id) {
  const {state} = self
  state.cursor = id
  if (state.parts && state.isPinned) state.parts = id
  paintBox(self)
  if (!state.large.open) focusCursor(self)
}

/** @type {(self: Self, by: number) => void} */
function moveBy(self, by) {
  const shown = shownPictures(self)
  const place = shown.findIndex(({id}) => id === self.state.cursor)
  const next = shown[Math.min(Math.max(place + by, 0), shown.length - 1)]
  if (next) moveTo(self, next.id)
}

/** Return the number of columns. @param {Self} self */
function columnsOf({state: {box}}) {
  const tiles = /** @type {HTMLElement[]} */ ([...box.querySelectorAll(".a-tile")])
  return Math.max(1, tiles.filter(each => each.offsetTop === tiles[0].offsetTop).length)
}

const MOST_QUEUED = 12
const KINDS = ["[", "]"] // keys that work at once
/** The steps of arrows in the list of kinds. @type {Record<string, number>} */
const STEPS = {ArrowDown: 1, ArrowUp: -1}

/** @type {Record<string, (self: Self) => number>} */
const MOVES = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: self => columnsOf(self),
  ArrowUp: self => -columnsOf(self),
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
}

/** @param {Self} self */
function select(self) {
  const current = currentPicture(self)
  if (!current || current.rejected) return // `x` offers a rejected one again
  act(self, "select", current.id)
  paintBox(self)
}

/** Reject the picture at the cursor, or offer it again. @param {Self} self */
function reject(self) {
  const current = currentPicture(self)
  if (!current) return
  if (!current.rejected) askReason(self)
  else {
    act(self, "restore", current.id)
    paintBox(self)
  }
}

/** @param {Self} self */
function undoLast(self) {
  undo(self)
  paintBox(self)
}

/** @type {(self: Self, key: string) => void} */
function showKind(self, key) {
  const {state} = self
  if (key === state.key) return
  state.previews.stop()
  Object.assign(state, {key, filters: NO_FILTERS, cursor: 0, parts: 0})
  self.send("kind", {key})
  paintBox(self)
}

/** Show the next kind or the one before. @type {(self: Self, by: number) => void} */
function turnKind(self, by) {
  const {kinds} = self.view
  const place = kinds.findIndex(({key}) => key === self.state.key)
  showKind(self, kinds[(place + by + kinds.length) % kinds.length].key)
}

/** Show the next title of the list or the one before. @type {(self: Self, by: number) => void} */
function turnTitle(self, by) {
  act(self, "title", by)
  paintBox(self)
}

/** @type {(self: Self, id: number, isPinned: boolean) => void} */
function showParts(self, id, isPinned) {
  const {state} = self
  if (state.parts === id && state.isPinned === isPinned) return
  Object.assign(state, {parts: id, isPinned})
  paintBox(self)
}

/** @type {(self: Self, changes: Partial<typeof NO_FILTERS>) => void} */
function filter(self, changes) {
  self.state.filters = {...self.state.filters, ...changes}
  self.state.parts = 0
  placeCursor(self)
  paintBox(self)
}

/** @type {Record<string, (self: Self, data: DOMStringMap) => void>} */
const ACTIONS = {
  close: ({state}) => state.box.close(),
  kind: (self, {kind}) => showKind(self, kind),
  pick(self, {id}) {
    const isCurrent = self.state.cursor === Number(id)
    moveTo(self, Number(id))
    if (!TOUCH.matches) select(self)
    else if (isCurrent) showLarge(self)
  },
  parts(self, {id}) {
    const {parts, isPinned} = self.state
    const isShown = parts === Number(id) && isPinned
    showParts(self, isShown ? 0 : Number(id), true)
  },
  again(self, {address}) {
    self.state.previews.again(address)
    paintBox(self)
  },
  keep: (self, {id}) => {
    act(self, "select", Number(id))
    paintBox(self)
  },
  release(self, {id}) {
    act(self, "release", Number(id))
    paintBox(self)
  },
  drop(self, {filter: name}) {
    filter(self, {[name]: NO_FILTERS[/** @type {keyof typeof NO_FILTERS} */ (name)]})
    focusIn(self.state.box, `select[data-filter=${name}]`)
  },
  clear(self) {
    filter(self, NO_FILTERS)
    focusCursor(self)
  },
  select,
  reject,
  undo: undoLast,
  large: showLarge,
  search: askSearch,
}

/** @type {Record<string, (self: Self) => void>} */
const KEYS = {
  Enter: select,
  " ": showLarge,
  x: reject,
  u: undoLast,
  i: self => showParts(self, self.state.parts ? 0 : self.state.cursor, true),
  n: self => turnTitle(self, 1),
  p: self => turnTitle(self, -1),
  "]": self => turnKind(self, 1),
  "[": self => turnKind(self, -1),
}

/** Return whether a key is one of the dialog, where it was pressed. @param {KeyboardEvent} event */
function isOwnKey(event) {
  const {key} = event
  const target = /** @type {HTMLElement} */ (event.target)
  const isOnOther = target.closest("button") && !target.matches(".a-pick")
  return Boolean(MOVES[key] || KEYS[key]) && !(isOnOther && (key === "Enter" || key === " "))
}

/** @type {(self: Self, event: KeyboardEvent) => void} */
function onKey(self, event) {
  const {key} = event
  const {state} = self
  const target = /** @type {HTMLElement} */ (event.target)
  if (hasModifier(event) || event.isComposing || target.matches("select")) return
  if (key === "Escape" && state.parts) {
    event.preventDefault()
    showParts(self, 0, false)
  } else if (isOwnKey(event)) {
    event.preventDefault()
    if (target.closest(".a-kinds") && STEPS[key]) turnKind(self, STEPS[key])
    else if (isWaiting(self) && !KINDS.includes(key)) state.queued = [...state.queued, key].slice(0, MOST_QUEUED)
    else if (MOVES[key] || !event.repeat) press(self, key)
  }
}

/** @type {(self: Self, key: string) => void} */
function press(self, key) {
  if (MOVES[key]) moveBy(self, MOVES[key](self))
  else KEYS[key](self)
}

/** Carry out the keys that came before the pictures. @param {Self} self */
function pressQueued(self) {
  const {state} = self
  while (state.queued.length && !isWaiting(self) && !state.rejecting.open && !state.large.open) {
    const [key, ...others] = state.queued
    state.queued = others
    press(self, key)
  }
  if (!isWaiting(self)) state.queued = [] // an inner dialog is open: the keys were not meant for it
}

/** @type {(self: Self, event: PageEvent) => void} */
function onClick(self, event) {
  const target = /** @type {HTMLElement | null} */ (event.target.closest("[data-do]"))
  const {do: name, ...data} = target?.dataset ?? {}
  if (event.target === /** @type {Element} */ (self.state.box)) self.state.box.close()
  else if (name) ACTIONS[name]?.(self, data)
}

/** Show the parts of a score while the pointer or the focus is on it. @type {(self: Self) => (event: Event) => void} */
function hover(self) {
  let timer = 0
  return event => {
    const {state} = self
    const target = /** @type {HTMLElement} */ (event.target)
    const score = /** @type {HTMLElement | null} */ (target.closest(".a-score[data-id]"))
    clearTimeout(timer)
    if (state.isPinned && state.parts) return
    if (score) showParts(self, Number(score.dataset.id), false)
    else if (state.parts && !target.closest(".a-parts"))
      timer = window.setTimeout(() => !state.isPinned && showParts(self, 0, false), LINGER)
  }
}

/** @type {(self: Self, image: EventTarget, isThere: boolean) => void} */
function noteImage({state: {previews}}, image, isThere) {
  const {preview} = /** @type {HTMLElement} */ (image).dataset
  if (!preview) return
  if (isThere) previews.loaded(preview)
  else previews.failed(preview)
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, state} = self
  if (!view.open) {
    if (state.box.open) state.box.close()
    return
  }
  const isNew = view.serial !== state.serial
  if (isNew) {
    const {serial, key} = view
    Object.assign(state, {serial, key, pending: [], filters: NO_FILTERS, cursor: 0, parts: 0})
  }
  state.pending = state.pending.filter(({number}) => number > view.answered)
  placeCursor(self)
  if (!state.box.open) openDialog(state.box)
  const waited = state.box.querySelector(".a-tile.loading > .a-pic")
  paintBox(self)
  const {activeElement} = /** @type {ShadowRoot} */ (state.box.getRootNode())
  const heading = /** @type {HTMLElement} */ (state.box.querySelector("#a-title"))
  if (isNew) heading.focus()
  else if (waited && !isWaiting(self) && activeElement === heading) focusCursor(self)
  pressQueued(self)
  followSearch(self)
}

/** @param {Self} self */
function onClosed(self) {
  markDialogClosed()
  const {state, view} = self
  state.previews.stop()
  state.queued = []
  for (const inner of [state.large, state.rejecting, state.searching]) if (inner.open) inner.close()
  morph(state.box, [])
  if (view.open) self.send("close")
}

/** @param {RenderContext} context */
export function render(context) {
  let frame = 0
  const schedule = () => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => paintBox(self))
  }
  /** @type {Parameters<typeof makeLarge>[1]} */
  const acts = {
    move: by => moveBy(self, by),
    select: () => select(self),
    reject: () => reject(self),
    undo: () => undoLast(self),
    leave() {
      paintBox(self)
      focusCursor(self)
    },
  }
  const box = h("dialog", {class: "a-dialog", "aria-labelledby": "a-title"})
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {ArtworkState} */ () => ({
      box,
      large: makeLarge(() => self, acts),
      rejecting: makeRejection(() => self),
      searching: makeSearch(() => self),
      isSearchWanted: false,
      unticked: new Set(),
      previews: new Previews(schedule),
      serial: 0,
      key: "",
      cursor: 0,
      filters: NO_FILTERS,
      pending: [],
      queued: [],
      parts: 0,
      isPinned: false,
      sharp: 0,
      isFull: false,
      reason: "",
      text: "",
    }),
    draw: () => null,
    onDrawn,
  })
  const {state} = self
  for (const each of [box, state.large, state.rejecting, state.searching]) placeDialog(context.el, each)
  const onHover = hover(self)
  const handlers = {
    click: onClick,
    keydown: onKey,
    close: onClosed,
    cancel: (/** @type {Self} */ _, /** @type {Event} */ event) => markDialogClosed(event),
  }
  for (const [name, handler] of Object.entries(handlers))
    box.addEventListener(name, event => handler(self, /** @type {PageEvent} */ (event)))
  for (const name of ["mouseover", "focusin"]) box.addEventListener(name, onHover)
  box.addEventListener("keyup", event => {
    if (event.key === " " && /** @type {HTMLElement} */ (event.target).matches(".a-pick")) event.preventDefault()
  })
  box.addEventListener("change", event => {
    const {value, dataset} = /** @type {HTMLSelectElement} */ (event.target)
    if (dataset.do === "filter") filter(self, {[dataset.filter]: dataset.filter === "least" ? Number(value) : value})
  })
  // Neither `load` nor `error` nor `scroll` bubbles.
  box.addEventListener("load", ({target}) => noteImage(self, target, true), true)
  box.addEventListener("error", ({target}) => noteImage(self, target, false), true)
  box.addEventListener("scroll", () => state.parts && schedule(), true)
  window.addEventListener("resize", schedule)
  context.model.on("remove", () => {
    window.removeEventListener("resize", schedule)
    if (box.open) box.close()
  })
}
