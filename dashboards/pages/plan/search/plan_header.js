// Headline, risk levels, search with its facets and saved views, the description of the search, and the order.
import {component, listen} from "../../../components/browser/component.js"
import {h} from "#face/dom.js"
import {ExchangeMenu} from "../exchange_menu.js"
import {FacetsMenu} from "./facets.js"
import {keys} from "../../../components/browser/keyboard.js"
import {store} from "#face/local_storage.js"
import {stepThrough} from "./menu.js"
import {drawError, drawLoading, drawMeaning, drawProblem, drawReview, drawSort, isDense} from "./plan_header_parts.js"
import {SearchCompletion, lengthOf} from "./search_completion.js"
import {ResultJump, SEARCH_DELAY, drawSearchField} from "#face/search_field.js"
import {ViewsMenu} from "./views.js"
import {drawRisks} from "#face/widgets.js"

/**
 * @typedef {object} State
 * @property {SearchCompletion} completion
 * @property {FacetsMenu} facets
 * @property {ViewsMenu} views
 * @property {ExchangeMenu} exchange
 * @property {ResultJump} jump
 * @property {string[]} sent Searches without an answer yet. An answer may arrive while a person types.
 * @property {number} searchTimer
 * @property {number} errorTimer
 * @property {number} typedAt In milliseconds.
 *
 * @typedef {Component<PlanHeaderView, State>} Self
 */

const PATIENCE = 1200 // milliseconds without typing before an unfinished word counts as an error

/** @param {Self} self */
const input = self => self.find("input.q")

/** @param {Self} self */
function searchNow(self) {
  const {state} = self
  clearTimeout(state.searchTimer)
  state.searchTimer = 0
  send(self, false)
}

/** @param {Self} self */
function searchSoon(self) {
  const {state} = self
  clearTimeout(state.searchTimer)
  state.searchTimer = setTimeout(() => {
    state.searchTimer = 0
    if (input(self).value !== (state.sent.at(-1) ?? self.view.query)) send(self, true)
  }, SEARCH_DELAY)
}

/** @type {(self: Self, isTyped: boolean) => void} */
function send(self, isTyped) {
  const query = input(self).value
  self.state.sent.push(query)
  self.send("search", {query, typed: isTyped})
}

/** Search for another text. @type {(self: Self, query: string) => void} */
function setSearch(self, query) {
  input(self).value = query
  input(self).focus()
  self.state.completion.close()
  searchNow(self)
}

/** Return the error of the search; an unfinished word is an error only after a pause. @param {Self} self */
function currentError({view: {error, query}, state, paint}) {
  clearTimeout(state.errorTimer)
  if (!error) return null
  const rest = PATIENCE - (performance.now() - state.typedAt)
  const isUnfinished = error.position + lengthOf(error.word) >= lengthOf(query) && !/\s$/.test(query)
  if (rest <= 0 || !isUnfinished) return error
  state.errorTimer = setTimeout(paint, rest)
  return null
}

/** @param {Self} self */
function followJump({view, state}) {
  if (!view.error && !view.problem) state.jump.follow(view.shown, view.listed > 0)
}

/** @type {(self: Self, hasError: boolean) => HTMLElement} */
const drawSearch = ({view, state}, hasError) =>
  h(
    "div",
    {class: "seeker", data: {key: "seeker"}},
    drawSearchField(view.query, hasError, {
      ...state.completion.inputAttributes(),
      "aria-label": "Search the plan",
      placeholder: "Search names, folders, people, or risk:danger …",
      autocapitalize: "off",
      autocorrect: "off",
      enterkeyhint: "search",
      "aria-describedby": hasError ? "complaint" : "meaning",
      data: {key: "q"},
    }),
    state.completion.drawList(),
  )

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (!view.headline) return drawLoading()
  const error = currentError(self)
  return [
    h("div", {class: "head", data: {key: "head"}}, h("h1", null, view.headline), h("p", null, view.summary)),
    drawRisks(view.chips),
    h(
      "div",
      {class: "bar", data: {key: "bar"}},
      drawSearch(self, Boolean(error)),
      state.facets.drawOpener(view),
      state.facets.draw(view),
      state.views.draw(view),
      state.exchange.draw(view),
    ),
    error && drawError(error, view.query),
    view.problem && drawProblem(view.problem),
    view.reviewing && drawReview(view.reviewing),
    h("div", {class: "under", data: {key: "under"}}, drawMeaning(view), drawSort(view.sort)),
    state.views.drawRemoved(),
  ]
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, before, state} = self
  // An answer to a search of this field must not replace newer text; any other search becomes the text of the field.
  const answered = view === before ? -1 : state.sent.lastIndexOf(view.query)
  if (view.query !== before?.query && input(self) && answered < 0) input(self).value = view.query
  state.sent.splice(0, answered + 1)
  followJump(self)
}

/** @param {State} state */
const menusOf = ({facets, views, exchange}) => [facets, views, exchange]

/** @type {(self: Self, name: "facets" | "views" | "exchange") => void} */
function toggleMenu({state}, name) {
  const menu = state[name]
  const isOpen = !menu.isOpen
  for (const other of menusOf(state)) if (other !== menu) other.toggle(false)
  menu.toggle(isOpen)
}

/** @type {Record<string, Action<Self>>} */
const VIEW_ACTIONS = {
  views: self => toggleMenu(self, "views"),
  everything({state, send}) {
    state.views.toggle(false)
    send("everything")
  },
  open_view({state, send}, {id}) {
    state.views.toggle(false)
    send("open_view", {id})
  },
  default_view({view, send}, {id}) {
    const isDefault = view.views.find(each => String(each.id) === id)?.default
    send("default_view", {id: isDefault ? null : id})
  },
  rename: ({state}, {id}) => state.views.startRenaming(Number(id)),
  renamed: ({state}, {id}) => state.views.rename(Number(id)),
  save: ({state}) => state.views.save(state.views.newName),
  update: ({state}, {name}) => state.views.save(name),
  forget: ({state}) => state.views.forgetRemoved(),
  put_back({state, send}) {
    state.views.forgetRemoved()
    send("put_back")
  },
}

/** A link that opens other files and disappears: the focus goes to their list. @type {(name: string) => Action<Self>} */
const opensList = name => (self, data) => {
  self.state.jump.leave(self.view.shown)
  self.send(name, data)
}
const showNextDanger = () => window.dispatchEvent(new Event("indexium:danger"))

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  ...VIEW_ACTIONS,
  review: opensList("review"),
  skipped: opensList("skipped"),
  stop_skipping: opensList("stop_skipping"),
  next_danger: showNextDanger,
  option: ({state}, {index}) => state.completion.pick(Number(index)),
  empty: self => setSearch(self, ""),
  filters: self => toggleMenu(self, "facets"),
  facet: ({state}, {facet, value}, target) => state.facets.choose(facet, value, target.checked),
  every: ({send}, {facet}, target) => send("every", {facet, on: target.checked}),
  sort: ({send}, _, target) => send("sort", {sort: target.value, descending: false}),
  turn: ({send}, {sort, descending}) => send("sort", {sort, descending: descending === "1"}),
  dense(self) {
    store("indexium.dense", isDense() ? "" : "1")
    window.dispatchEvent(new Event("indexium:dense"))
    self.paint()
  },
  drop: ({send}, {place, query}) => send("drop", {place: Number(place), query}),
  exchange: self => toggleMenu(self, "exchange"),
  as_sql({state, send}) {
    state.exchange.toggle(false)
    send("as_sql")
  },
  export_all: ({state}, _, target) => state.exchange.setIncludesAll(target.checked),
  export_fields: ({state}, _, target) => state.exchange.setHasAllFields(target.checked),
  upload({state}, _, target) {
    state.exchange.upload(target.files[0])
    target.value = "" // the same file can be chosen once more
  },
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target, isComposing}) {
  const {state} = self
  if (target.matches(".q")) {
    state.typedAt = performance.now()
    state.jump.cancel()
    searchSoon(self)
    if (!isComposing) state.completion.ask(false)
  }
  if (target.matches(".facet .seek")) state.facets.search(target.dataset.facet, target.value)
  if (target.matches(".save .seek")) state.views.onTyped(target.value)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onFocusOut(self, {target}) {
  const {state} = self
  if (!target.matches(".q")) return
  state.completion.close()
  if (state.searchTimer) searchNow(self) // the typed text applies before the next button
  state.jump.cancel()
}

/** @type {(self: Self, event: PageEvent) => void} */
function onSearchKey(self, event) {
  const {key, target} = event
  const {state} = self
  if (state.completion.key(event)) return
  if (key === "Enter") {
    state.typedAt = -PATIENCE
    searchNow(self)
    state.jump.query = target.value
    followJump(self)
  }
  if (key !== "Escape") return
  if (target.value) setSearch(self, "")
  else target.blur()
}

/** @type {(self: Self, event: PageEvent) => void} */
function onMenuKey(self, event) {
  const {key} = event
  const {facets, views} = self.state
  if (key === "Escape") {
    if (!views.stopRenaming()) (facets.isOpen ? facets : views).toggle(false)
    event.stopPropagation()
  } else moveInMenu(self, event)
  if (key.length === 1) event.stopPropagation() // the single keys of the page do nothing here
}

/** @type {(self: Self, event: PageEvent) => void} */
function moveInMenu({root, state: {views}}, event) {
  const {key, target} = event
  if (target.matches(".options input")) {
    stepThrough(event, [...target.closest(".facet").querySelectorAll("input[type=checkbox]")].map(asElement))
  } else if (target.matches(".facet .seek") && key === "ArrowDown") {
    event.preventDefault()
    asElement(target.closest(".facet").querySelector(".options input"))?.focus()
  } else if (target.matches(".view-open") && key.startsWith("Arrow")) {
    stepThrough(event, [...root.querySelectorAll(".views .view-open")].map(asElement))
  } else if (key === "Enter" && target.matches("[data-rename], .save .seek")) {
    event.preventDefault() // the focus goes to a button, which must not be pressed by the same key
    if (target.matches("[data-rename]")) views.rename(Number(target.dataset.rename))
    else views.save(views.newName)
  }
}

/** @type {(node: Element) => HTMLElement} */
const asElement = node => /** @type {HTMLElement} */ (node)

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {key, target} = event
  if (target.matches(".q")) onSearchKey(self, event)
  else if (target.closest(".exchange") && key === "Escape") {
    self.state.exchange.toggle(false)
    event.stopPropagation()
  } else if (target.closest(".facets, .views")) onMenuKey(self, event)
}

/** Close the menus after a press outside them. @type {(self: Self, event: PointerEvent) => void} */
function onPointerDown({state: {facets, views, exchange}}, event) {
  /** @type {(selector: string) => boolean} */
  const isInside = selector => event.composedPath().some((/** @type {any} */ node) => node.matches?.(selector))
  if (!isInside(".facets, [data-act=filters]")) facets.toggle(false)
  if (!isInside(".anchor[data-key=views]")) views.toggle(false)
  if (!isInside(".anchor[data-key=exchange]")) exchange.toggle(false)
}

/** @type {(self: Self, message: any) => void} */
function onMessage({state}, {completions, facets, sought, removed}) {
  if (completions) state.completion.show(completions.serial, completions.items)
  if (facets) state.facets.show(facets)
  if (sought) state.facets.showFound(sought)
  if (removed) state.views.onRemoved(removed)
}

/** @param {Self} self @returns {Record<string, KeyBinding>} */
const keysOf = self => ({
  "/": {
    does: "search",
    group: "Find",
    run() {
      input(self)?.focus()
      input(self)?.select()
    },
  },
  F: {does: "filters", group: "Find", run: () => toggleMenu(self, "facets")},
  E: {does: "export and import", group: "Find", run: () => toggleMenu(self, "exchange")},
  v: {does: "saved views", group: "Find", run: () => toggleMenu(self, "views")},
  d: {
    does: "next dangerous file to decide",
    group: "Decide",
    when: () => self.view.reviewing?.left > 0,
    run: showNextDanger,
  },
  Escape: {
    run() {
      const open = menusOf(self.state).find(menu => menu.isOpen)
      open?.toggle(false)
      return Boolean(open)
    },
  },
})

/** @param {Self} self */
const newState = self => ({
  completion: new SearchCompletion(self, () => searchNow(self)),
  facets: new FacetsMenu(self),
  views: new ViewsMenu(self),
  exchange: new ExchangeMenu(self),
  jump: new ResultJump("first"),
  sent: /** @type {string[]} */ ([]),
  searchTimer: 0,
  errorTimer: 0,
  typedAt: -PATIENCE,
})

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    draw,
    onSetup(me) {
      me.state = newState(me)
    },
    onDrawn,
    onMessage,
    listeners: {
      submit: (_, event) => event.preventDefault(),
      input: onInput,
      focusin: ({state}, {target}) => state.facets.onFocus(target),
      focusout: onFocusOut,
      // The search field keeps the focus while a completion is clicked.
      pointerdown: (_, event) => event.target.closest(".offers") && event.preventDefault(),
      keydown: onKey,
    },
    actions: ACTIONS,
  })
  listen(context.model, document, "pointerdown", event => onPointerDown(self, event))
  keys(context.model, "plan", keysOf(self))
}
