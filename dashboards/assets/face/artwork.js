// The dialog that chooses the pictures of a title. A choice is shown at once; the answer of the library corrects it.
import {lastAddress, visit} from "#face/address.js"
import {leaveLarge, listenToLarge, paintLarge, showLarge} from "#face/artwork_large.js"
import {drawDialog} from "#face/artwork_layout.js"
import {Previews} from "#face/artwork_previews.js"
import {askReason, listenToRejection} from "#face/artwork_rejection.js"
import {askSearch, listenToSearch, paintSearch} from "#face/artwork_search.js"
import {
  NO_FILTERS,
  currentPicture,
  focusIn,
  found,
  hasKind,
  hasModifier,
  isRejected,
  isWaiting,
  keyOf,
  kindsOf,
  mainOf,
  readPictures,
  readSlots,
  shownPictures,
} from "#face/artwork_state.js"
import {call, change, forget, onNews} from "#face/calls.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {currentPage, toast} from "#face/frame.js"
import {placeDialog} from "#face/modal.js"
import {ModalStep} from "#face/modal_step.js"
import {adoptSheets} from "#face/sheets.js"
import {listed, orderOf} from "#face/title_filters.js"
import {notePictures, ownerOf} from "#face/title_pictures.js"

/** @import {ActionName, ArtworkState, Pending, PicturedTitle} from "#face/artwork_state.js" */
/** @typedef {{id: number, entity_type: Values.TitleItem["entity_type"], name: string, series_id: number | null}} Item */

const TOUCH = window.matchMedia("(max-width: 700px), (pointer: coarse)") // the style sheet shows buttons, then
const LINGER = 200 // milliseconds until the parts of a score disappear: the pointer may be on its way to them
const MOST_QUEUED = 12
const KINDS = ["[", "]"] // keys that work at once
/** The steps of arrows in the list of kinds. @type {Record<string, number>} */
const STEPS = {ArrowDown: 1, ArrowUp: -1}
const ITEM = {id: 1, entity_type: 1, name: 1, series_id: 1}

/** @type {Record<string, (self: Artwork) => number>} */
const MOVES = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: self => self.columns(),
  ArrowUp: self => -self.columns(),
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
}

/** @type {Record<string, (self: Artwork) => void>} */
const KEYS = {
  Enter: self => self.select(),
  " ": showLarge,
  x: self => self.reject(),
  u: self => self.undo(),
  i: self => self.showParts(self.state.parts ? 0 : self.state.cursor, true),
  n: self => self.turnTitle(1),
  p: self => self.turnTitle(-1),
  "]": self => self.turnKind(1),
  "[": self => self.turnKind(-1),
}

/** @type {Record<string, (self: Artwork, data: DOMStringMap) => void>} */
const ACTIONS = {
  close: self => self.main.close(),
  kind: (self, {kind}) => self.showKind(kind),
  pick: (self, {id}) => self.pick(Number(id)),
  parts: (self, {id}) => self.turnParts(Number(id)),
  again: (self, {address}) => self.loadAgain(address),
  keep: (self, {id}) => self.act("select", Number(id)),
  release: (self, {id}) => self.act("release", Number(id)),
  drop: (self, {filter}) => self.dropFilter(filter),
  clear: self => self.clearFilters(),
  select: self => self.select(),
  reject: self => self.reject(),
  undo: self => self.undo(),
  large: showLarge,
  search: self => void askSearch(self),
}

/** The calls that change the selection of pictures, and the sentence after each. @type {Record<string, {name: CallName, told(reason: string, step: number | null): string}>} */
const CHANGES = {
  select: {
    name: "picture_selection.select_candidate",
    told: (_, step) => (step ? "Selected" : "It is selected already"),
  },
  reject: {
    name: "picture_selection.reject_candidate",
    told: reason => (reason ? `Rejected: ${reason}` : "Rejected"),
  },
  restore: {name: "picture_selection.take_back_rejection", told: () => "Offered again"},
  release: {name: "picture_selection.release", told: () => "The rule selects again"},
}

/** @param {string} text */
const lower = text => text[0].toLowerCase() + text.slice(1)

/** Return a title with the seasons whose pictures can be chosen. @param {Item} item @returns {Promise<PicturedTitle>} */
async function pictured({id, entity_type: kind, name}) {
  if (kind !== "series") return {id, entity_type: kind, name, seasons: []}
  const {seasons} = await call("series.collection", {series_id: id}, {seasons: {number: 1}})
  return {id, entity_type: kind, name, seasons: seasons.map(({number}) => number).filter(number => number !== null)}
}

export class Artwork {
  /** Makes the actions one after the other. @type {Promise<unknown>} */
  queue = Promise.resolve()
  /** @type {number[] | null} */
  ids = null // of the list, for the keys that lead from title to title
  isNew = false // the pictures are those of another kind or title: the cursor gets the focus
  first = 0 // the title with which the dialog was opened
  frame = 0 // until it is drawn again
  /** @type {HTMLElement | null} */
  before = null // what had the focus

  constructor() {
    const host = h("div", null)
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "artwork.css"])
    document.body.append(host)
    const make = (/** @type {string} */ name, /** @type {string} */ label, /** @type {() => void} */ onClosed) => {
      const box = h("dialog", {class: name, "aria-labelledby": label})
      placeDialog(/** @type {any} */ (root), box)
      return new ModalStep(box, onClosed)
    }
    this.main = make("a-dialog", "a-title", () => this.onClosed())
    this.large = make("a-large", "a-large", () => leaveLarge(this))
    this.rejecting = make("a-rejection", "a-why", () => this.paint())
    this.searching = make("a-search", "a-search", () => this.paint())
    this.box = this.main.box
    this.previews = new Previews(() => this.schedule())
    /** @type {ArtworkState} */
    this.state = this.stateFor({id: 0, entity_type: "movie", name: "", seasons: []}, "poster")
    this.listen()
    listenToLarge(this)
    listenToRejection(this)
    listenToSearch(this)
    onNews(() => this.paint())
  }

  /** @type {(title: PicturedTitle, key: string) => ArtworkState} */
  stateFor(title, key) {
    return {
      ...{title, key, order: [], cursor: 0, filters: NO_FILTERS, pending: [], steps: [], message: "", problem: ""},
      ...{queued: [], parts: 0, isPinned: false, sharp: 0, isFull: false, reason: "", text: ""},
      ...{search: null, unticked: new Set()},
    }
  }

  /** Show the pictures of a title, or of one of its seasons. @type {(item: Item, kind: string, season?: number | null) => void} */
  show(item, kind, season = null) {
    const title = {id: item.id, entity_type: item.entity_type, name: item.name, seasons: /** @type {number[]} */ ([])}
    this.state = this.stateFor(title, keyOf(kind, season))
    this.first = item.id
    this.ids = null
    this.isNew = true
    this.before = focusedElement()
    this.main.open()
    this.paint()
    focusIn(this.box, "#a-title")
    pictured(item).then(
      ({seasons}) => {
        title.seasons = seasons
        this.paint()
      },
      error => this.complain(error),
    )
  }

  // Drawing.

  schedule() {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => this.paint())
  }

  paint() {
    if (!this.main.isOpen) return
    this.forgetRead()
    this.placeCursor()
    morph(this.box, drawDialog(this))
    const list = this.box.querySelector(".a-tiles")
    const isThere = !isWaiting(this)
    if (list && isThere) this.previews.watch(list)
    paintLarge(this)
    paintSearch(this)
    this.keepFocus(this.isNew && isThere)
    if (isThere) this.isNew = false
    this.pressQueued()
  }

  /** Forget the actions whose effect is read. */
  forgetRead() {
    const {sentAt} = found(this)
    this.state.pending = this.state.pending.filter(({since}) => !(sentAt >= since))
  }

  /** Keep the focus in the dialog: keys would not reach it if the focused part disappears. @param {boolean} hasCome The pictures are there now. */
  keepFocus(hasCome) {
    const {activeElement} = /** @type {ShadowRoot} */ (this.box.getRootNode())
    const heading = this.box.querySelector("#a-title")
    if ([this.large, this.rejecting, this.searching].some(({isOpen}) => isOpen)) return
    if (!activeElement) focusIn(this.box, "#a-title")
    if (hasCome && (!activeElement || activeElement === heading)) this.focusCursor()
  }

  /** Put the cursor on a picture that is shown: it stays, or the chosen one has it. */
  placeCursor() {
    const shown = shownPictures(this)
    if (shown.some(({id}) => id === this.state.cursor)) return
    const main = shown.find(({id}) => id === mainOf(this))
    this.state.cursor = (main ?? shown[0])?.id ?? 0
  }

  focusCursor() {
    const {cursor} = this.state
    const pick = /** @type {HTMLElement | null} */ (this.box.querySelector(`.a-tile[data-key="${cursor}"] .a-pick`))
    pick?.closest("li").scrollIntoView({block: "nearest"})
    pick?.focus({preventScroll: true})
  }

  /** Return the number of columns. */
  columns() {
    const tiles = /** @type {HTMLElement[]} */ ([...this.box.querySelectorAll(".a-tile")])
    return Math.max(1, tiles.filter(each => each.offsetTop === tiles[0].offsetTop).length)
  }

  // Moving.

  /** @param {number} id */
  moveTo(id) {
    const {state} = this
    state.cursor = id
    if (state.parts && state.isPinned) state.parts = id
    this.paint()
    if (!this.large.isOpen) this.focusCursor()
  }

  /** @param {number} by */
  moveBy(by) {
    const shown = shownPictures(this)
    const place = shown.findIndex(({id}) => id === this.state.cursor)
    const next = shown[Math.min(Math.max(place + by, 0), shown.length - 1)]
    if (next) this.moveTo(next.id)
  }

  /** Another kind, or another title: what belonged to the one before is forgotten. @param {Partial<ArtworkState>} changes */
  restart(changes) {
    this.previews.stop()
    this.isNew = true
    Object.assign(this.state, {order: [], filters: NO_FILTERS, cursor: 0, parts: 0, message: "", problem: ""}, changes)
    this.paint()
  }

  /** @param {string} key */
  showKind(key) {
    if (key !== this.state.key) this.restart({key})
  }

  /** Show the next kind or the one before. @param {number} by */
  turnKind(by) {
    const kinds = kindsOf(this)
    const place = kinds.findIndex(({key}) => key === this.state.key)
    this.showKind(kinds[(place + by + kinds.length) % kinds.length].key)
  }

  /** Show the same kind of the next title of the list, or of the one before; the steps can still be undone. @param {number} by */
  turnTitle(by) {
    const own = this.note("title", by)
    this.inOrder(async () => {
      const next = await this.neighbour(by)
      this.drop(own)
      if (!next) {
        this.state.message = `This is the ${by > 0 ? "last" : "first"} title of the list`
        return
      }
      const [type] = this.state.key.split("-")
      const key = hasKind(next.entity_type, type) ? type : next.entity_type === "episode" ? "still" : "poster"
      this.restart({title: next, key, search: null})
    }, own)
  }

  /** Return the next title of the list, or the one before; null at its end. @param {number} by @returns {Promise<PicturedTitle | null>} */
  async neighbour(by) {
    const place = Object.fromEntries(new URLSearchParams(lastAddress("/titles").split("?")[1] ?? ""))
    this.ids ??= await call("titles.ids", {...listed(place, undefined), ...orderOf(place)})
    const at = this.ids.indexOf(this.state.title.id)
    const id = at < 0 ? undefined : this.ids[at + by]
    if (id === undefined) return null
    const {item} = await call("titles.get", {title_id: id}, {item: ITEM})
    return pictured(item)
  }

  // Actions: one after the other, in the order of the person.

  /** Show an action at once. @type {(name: ActionName, id: number, reason?: string) => Pending} */
  note(name, id, reason = "") {
    const own = {name, id, reason, since: Number.POSITIVE_INFINITY}
    this.state.pending = [...this.state.pending, own]
    this.paint()
    return own
  }

  /** @param {Pending} own */
  drop(own) {
    this.state.pending = this.state.pending.filter(each => each !== own)
  }

  /** Do something after the actions before it. @type {(work: () => Promise<void>, own: Pending) => void} */
  inOrder(work, own) {
    this.queue = this.queue.then(work).catch(error => {
      this.drop(own)
      this.complain(error)
    })
    void this.queue.then(() => this.paint())
  }

  /** @param {Error} error */
  complain({message}) {
    Object.assign(this.state, {problem: message, message: ""})
    this.paint()
  }

  /** Make a change of the pictures, and note since when it is made. @type {(name: CallName, args: object, own: Pending) => Promise<any>} */
  async make(name, args, own) {
    const also = /** @type {import("#face/calls.js").Read[]} */ ([readPictures(this), readSlots(this.state.title)])
    const {value, answeredAt} = await change(name, args, {also})
    own.since = answeredAt
    if (!(found(this).sentAt >= answeredAt)) forget(each => also.some(([read]) => read === each))
    return value
  }

  /** @type {(name: "select" | "reject" | "restore" | "release", id: number, reason?: string) => void} */
  act(name, id, reason = "") {
    const {title} = this.state
    const own = this.note(name, id, reason)
    const {name: called, told} = CHANGES[name]
    this.inOrder(async () => {
      const args = {candidate_id: id, ...(name === "reject" && {reason})}
      const {step_id: step} = await this.make(called, args, own)
      const text = told(reason, step)
      if (step) this.state.steps = [...this.state.steps, {id: step, text, title}]
      this.tell(title, text)
    }, own)
  }

  /** @type {(title: PicturedTitle, text: string) => void} */
  tell(title, text) {
    notePictures([ownerOf({...title, series_id: null})[1]])
    Object.assign(this.state, {message: text, problem: ""})
  }

  undo() {
    if (!this.state.steps.length && !this.state.pending.length) return
    const own = this.note("undo", 0)
    this.inOrder(async () => {
      const step = this.state.steps.at(-1)
      if (!step) {
        this.drop(own)
        this.state.message = "There is nothing to undo"
        return
      }
      this.state.steps = this.state.steps.slice(0, -1)
      await this.make("steps.undo", {step_id: step.id}, own)
      this.tell(step.title, `Undone: ${lower(step.text)}`)
    }, own)
  }

  select() {
    const current = currentPicture(this)
    if (current && !isRejected(current)) this.act("select", current.id) // `x` offers a rejected one again
  }

  /** Reject the picture at the cursor, or offer it again. */
  reject() {
    const current = currentPicture(this)
    if (!current) return
    if (isRejected(current)) this.act("restore", current.id)
    else askReason(this)
  }

  /** A click selects; a touch moves the cursor, and the second one shows the picture large. @param {number} id */
  pick(id) {
    const isCurrent = this.state.cursor === id
    this.moveTo(id)
    if (!TOUCH.matches) this.select()
    else if (isCurrent) showLarge(this)
  }

  // Parts of a score, filters, previews.

  /** @type {(id: number, isPinned: boolean) => void} */
  showParts(id, isPinned) {
    const {state} = this
    if (state.parts === id && state.isPinned === isPinned) return
    Object.assign(state, {parts: id, isPinned})
    this.paint()
  }

  /** @param {number} id */
  turnParts(id) {
    const {parts, isPinned} = this.state
    this.showParts(parts === id && isPinned ? 0 : id, true)
  }

  /** @param {Partial<typeof NO_FILTERS>} changes */
  filter(changes) {
    this.state.filters = {...this.state.filters, ...changes}
    this.state.parts = 0
    this.paint()
  }

  /** @param {string} name */
  dropFilter(name) {
    this.filter({[name]: NO_FILTERS[/** @type {keyof typeof NO_FILTERS} */ (name)]})
    focusIn(this.box, `select[data-filter=${name}]`)
  }

  clearFilters() {
    this.filter(NO_FILTERS)
    this.focusCursor()
  }

  /** @param {string} address */
  loadAgain(address) {
    this.previews.again(address)
    this.paint()
  }

  // What a person presses.

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const {key} = event
    const {state} = this
    const target = /** @type {HTMLElement} */ (event.target)
    if (hasModifier(event) || event.isComposing || target.matches("select")) return
    if (key === "Escape" && state.parts) {
      event.preventDefault()
      this.showParts(0, false)
    } else if (isOwnKey(event)) {
      event.preventDefault()
      if (target.closest(".a-kinds") && STEPS[key]) this.turnKind(STEPS[key])
      else if (isWaiting(this) && !KINDS.includes(key)) state.queued = [...state.queued, key].slice(0, MOST_QUEUED)
      else if (MOVES[key] || !event.repeat) this.press(key)
    }
  }

  /** @param {string} key */
  press(key) {
    if (MOVES[key]) this.moveBy(MOVES[key](this))
    else KEYS[key](this)
  }

  /** Carry out the keys that came before the pictures. */
  pressQueued() {
    const {state} = this
    while (state.queued.length && !isWaiting(this) && !this.rejecting.isOpen && !this.large.isOpen) {
      const [key, ...others] = state.queued
      state.queued = others
      this.press(key)
    }
    if (!isWaiting(this)) state.queued = [] // an inner dialog is open: the keys were not meant for it
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target)
    const button = target.closest("[data-do]")
    const {do: name, ...data} = button instanceof HTMLElement ? button.dataset : /** @type {DOMStringMap} */ ({})
    if (target === this.box) this.main.close()
    else if (name) ACTIONS[name]?.(this, data)
  }

  /** Show the parts of a score while the pointer or the focus is on it. */
  hover() {
    let timer = 0
    return (/** @type {Event} */ event) => {
      const {state} = this
      const target = /** @type {HTMLElement} */ (event.target)
      const score = /** @type {HTMLElement | null} */ (target.closest(".a-score[data-id]"))
      clearTimeout(timer)
      if (state.isPinned && state.parts) return
      if (score) this.showParts(Number(score.dataset.id), false)
      else if (state.parts && !target.closest(".a-parts"))
        timer = setTimeout(() => !state.isPinned && this.showParts(0, false), LINGER)
    }
  }

  /** @type {(image: EventTarget, isThere: boolean) => void} */
  noteImage(image, isThere) {
    const {preview} = /** @type {HTMLElement} */ (image).dataset
    if (!preview) return
    if (isThere) this.previews.loaded(preview)
    else void this.previews.failed(preview)
  }

  listen() {
    const {box} = this
    const onHover = this.hover()
    box.addEventListener("click", event => this.onClick(event))
    box.addEventListener("keydown", event => this.onKey(event))
    for (const name of ["mouseover", "focusin"]) box.addEventListener(name, onHover)
    box.addEventListener("keyup", event => {
      if (event.key === " " && /** @type {HTMLElement} */ (event.target).matches(".a-pick")) event.preventDefault()
    })
    box.addEventListener("change", event => {
      const {value, dataset} = /** @type {HTMLSelectElement} */ (event.target)
      if (dataset.do === "filter") this.filter({[dataset.filter]: dataset.filter === "least" ? Number(value) : value})
    })
    // Neither `load` nor `error` nor `scroll` bubbles.
    box.addEventListener("load", ({target}) => this.noteImage(target, true), true)
    box.addEventListener("error", ({target}) => this.noteImage(target, false), true)
    box.addEventListener("scroll", () => this.state.parts && this.schedule(), true)
    window.addEventListener("resize", () => this.schedule())
  }

  onClosed() {
    const {title, steps} = this.state
    this.previews.stop()
    morph(this.box, [])
    this.before?.focus({preventScroll: true})
    const step = steps.at(-1)
    if (step) toast(`${step.title.name}: ${lower(step.text)}.`, {undo: step.id})
    if (title.id !== this.first && currentPage() === "title") visit(`/titles/${title.id}`)
  }
}

/** Return whether a key is one of the dialog, where it was pressed. @param {KeyboardEvent} event */
function isOwnKey({key, target}) {
  const place = /** @type {HTMLElement} */ (target)
  const isOnOther = place.closest("button") && !place.matches(".a-pick")
  return Boolean(MOVES[key] || KEYS[key]) && !(isOnOther && (key === "Enter" || key === " "))
}

/** @type {Artwork | null} */
let made = null

/** Show the pictures of a title, or of one of its seasons. @type {(item: Item, kind: string, season?: number | null) => void} */
export function showArtwork(item, kind, season = null) {
  made ??= new Artwork()
  made.show(item, kind, season)
}
