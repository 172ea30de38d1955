// The frame of every page: the rail, the toasts, the list of keys, and the state of the connection.
import {component, currentPage, listen} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {makeKeyList} from "./key_list.js"
import {keys} from "../components/browser/keyboard.js"
import {ofTab, store, stored} from "../components/browser/local_storage.js"
import {isDialogOpen, placeDialog} from "#face/modal.js"
import {signOut} from "./account_menu.js"
import {drawNavigation, switchTheme} from "./navigation.js"
import {Toasts} from "./toasts.js"

/**
 * @typedef {{toasts: Toasts | null, line: string, isBusy: boolean, isOpen: boolean, isMenuOpen: boolean}} State
 *   `isOpen`: on a phone, the other pages are shown above the bar. `isMenuOpen`: the menu of the account is open.
 *   `line` is a key of LINE_TEXTS, or "" while the connection works.
 * @typedef {Component<ShellView, State>} Self
 */

/** @type {Record<string, string>} */
const LINE_TEXTS = {
  lost: "Connection lost. This page shows the last known state and reconnects automatically.",
  gone: "Indexium does not answer. If it has stopped, start it again. This page shows the last known state and reconnects automatically.",
}
/** @type {Record<string, string>} */
const BACK_TEXTS = {
  line: "Connected again. Your search and your selection were restored.",
  restarted: "Indexium was restarted. Your search and your selection were restored.",
}

// The second key of the sequences that lead to a page: `g p` opens the plan.
/** @type {Record<string, string>} */
const LETTERS = {
  p: "plan",
  c: "checks",
  d: "decide",
  r: "progress",
  h: "history",
  l: "library",
  t: "titles",
  e: "people",
  q: "query",
  j: "jobs",
  s: "settings",
}

const focusContent = () => document.getElementById("main")?.focus({preventScroll: true})

// If the focused element was removed, the focus goes to the page's content; else Tab would start at the top again.
const keepFocus = () => {
  if (document.activeElement === document.body && !isDialogOpen()) focusContent()
}

/** @type {(self: Self, name: string) => void} */
function showPage(self, name) {
  document.documentElement.dataset.page = name
  self.paint()
  requestAnimationFrame(() => setTimeout(keepFocus)) // the browser moves the focus when it draws
}

/** Return whether the browser draws a page and owns its address. @param {string} page */
const isFacePage = page => Boolean(document.querySelector(`[data-face="${page}"]`))

/** @param {Self} self */
const draw = ({view, state}) => [
  drawNavigation(view, state.isOpen, state.isMenuOpen),
  state.toasts.draw(),
  h(
    "div",
    {class: "busy", hidden: !state.isBusy, role: "status", data: {key: "busy"}},
    h("span", {class: "vh"}, state.isBusy && "working"),
  ),
  h(
    "div",
    {class: "connection", data: {key: "line"}, role: "alert"},
    state.line && h("div", {class: "gone"}, LINE_TEXTS[state.line]),
  ),
]

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  go(self, {page}) {
    window.scrollTo({top: 0})
    self.state.isOpen = self.state.isMenuOpen = false
    if (page === currentPage()) {
      self.paint()
      return
    }
    if (isFacePage(page)) {
      history.pushState({depth: 0}, "", self.view.pages.find(({id}) => id === page).href)
      window.dispatchEvent(new Event("indexium:address"))
    }
    showPage(self, page)
    self.send("go", {page})
  },
  more(self) {
    self.state.isOpen = !self.state.isOpen
    self.paint()
  },
  theme: switchTheme,
  account(self) {
    self.state.isMenuOpen = !self.state.isMenuOpen
    self.paint()
    if (self.state.isMenuOpen) self.focus(".account-menu a")
  },
  "sign-out": signOut,
  dismiss: (self, data) => self.state.toasts.keep(toast => toast.id !== Number(data.id)),
  undo(self, data) {
    self.state.toasts.keep(toast => toast.id !== Number(data.id))
    self.send("undo", {id: Number(data.step)})
  },
  plan(self, data) {
    self.state.toasts.keep(toast => toast.id !== Number(data.id))
    self.send("plan", {query: data.query})
  },
  stop(self, data) {
    self.state.toasts.keep(toast => toast.id !== Number(data.id))
    self.send("stop", {id: Number(data.job)})
  },
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, before} = self
  if (view.page && view.page !== before?.page && view.page !== currentPage()) showPage(self, view.page)
  if (view.title) document.title = view.title
  if (view.title && !before?.title) window.dispatchEvent(new Event("indexium:frame")) // the session has started
  if (view.url && view.url !== before?.url && view.url !== location.pathname + location.search)
    updateAddress(view, before)
  if (view.selection !== undefined && view.selection !== before?.selection)
    store("indexium.selection", view.selection, ofTab)
}

/** @type {(view: ShellView, before: ShellView | undefined) => void} */
function updateAddress(view, before) {
  const isFirst = before?.url === undefined // the first page adds no step to the history
  const isOtherPage = view.url.split("?")[0] !== location.pathname
  const method = !isFirst && (isOtherPage || view.push) ? "pushState" : "replaceState"
  history[method]({depth: 0}, "", view.url)
  if (isFacePage(view.page)) window.dispatchEvent(new Event("indexium:address"))
}

/** @type {(self: Self, message: any) => void} */
function onMessage(self, message) {
  const {state} = self
  if (message.text) state.toasts.add(message)
  if (message.undo) window.dispatchEvent(new Event("indexium:decided"))
  if (message.cleared) state.toasts.keep(toast => toast.kind !== "error" || toast.topic !== message.cleared)
  if (message.undoable !== undefined) state.toasts.setUndoable(message.undoable)
  if (message.busy !== undefined) {
    state.isBusy = message.busy
    if (!message.busy) window.dispatchEvent(new Event("indexium:answered"))
    self.paint()
  }
  if (message.events) window.dispatchEvent(new CustomEvent("indexium:events", {detail: message.events}))
  if (message.answered) window.dispatchEvent(new Event("indexium:answered"))
}

// The page starts below the text about the connection, or at the top if there is no such text.
/** @param {Self} self */
function makeRoomForLine(self) {
  const line = self.find(".connection")
  const observer = new ResizeObserver(() =>
    document.documentElement.style.setProperty("--lost", `${line.offsetHeight}px`),
  )
  observer.observe(line)
  self.model.on("remove", () => observer.disconnect())
}

/** @type {(self: Self, openKeyList: () => void) => void} */
function bindKeys(self, openKeyList) {
  /** @type {(page: string) => KeyBinding} */
  const goTo = page => ({
    does: () => `go to ${self.view.pages.find(({id}) => id === page).label}`,
    when: () => Boolean(self.view.pages?.some(({id}) => id === page)),
    run() {
      const link = /** @type {HTMLElement} */ (self.root.querySelector(`nav a[data-page="${page}"]`))
      link.click()
      focusContent()
    },
  })
  keys(self.model, null, {
    ...Object.fromEntries(Object.entries(LETTERS).map(([letter, page]) => [`g ${letter}`, goTo(page)])),
    "?": {does: "list of keys", run: openKeyList},
  })
}

const BELOW = new Set(["account", "accounts", "activity", "connections", "publish"]) // pages that may have no entry

/** Return the page that the address names: the one of a title is below the titles. @param {PageLinkView[]} pages */
function pageAt(pages) {
  const name = new URLSearchParams(location.search).get("view")
  const {pathname} = location
  const last = name ?? pathname.split("/").at(-1)
  if (BELOW.has(last)) return last
  const found =
    pages.find(({id, href}) => (name ? id === name : href === pathname)) ??
    pages.find(({href}) => pathname.startsWith(`${href}/`))
  return found?.id ?? "plan"
}

/** Close the menu of the account on a press elsewhere, and on Escape. @param {Self} self */
function closeMenuElsewhere(self) {
  const {model, state} = self
  const close = () => {
    state.isMenuOpen = false
    self.paint()
  }
  listen(model, document, "pointerdown", event => {
    if (state.isMenuOpen && !event.composedPath().includes(self.find(".account"))) close()
  })
  self.root.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !state.isMenuOpen) return
    event.stopPropagation()
    close()
    self.focus("[data-act=account]")
  })
}

/** @param {Self} self */
function listenToWindow(self) {
  const {model, state} = self
  listen(model, window, "popstate", () => {
    showPage(self, pageAt(self.view.pages ?? []))
    self.send("address", {path: location.pathname, search: location.search})
  })
  closeMenuElsewhere(self)
  listen(model, window, "indexium:adrift", () => setTimeout(keepFocus))
  listen(model, window, "indexium:theme", event => {
    self.paint()
    self.send("theme", {theme: event.detail})
  })
  listen(model, window, "indexium:toast", event => state.toasts.add(event.detail))
  listen(model, window, "indexium:tell", event => self.send(event.detail.type, event.detail))
  listen(model, window, "indexium:connection", event => {
    state.line = event.detail
    self.paint()
  })
  for (const each of Bokeh.documents)
    each.on_event("connection_lost", () => window.dispatchEvent(new Event("indexium:lost")))
}

// After a reload because of the connection, a toast gives the reason.
/** @param {Self} self */
function reportReload(self) {
  const reason = stored("indexium.back", ofTab)
  if (!BACK_TEXTS[reason]) return
  store("indexium.back", "", ofTab)
  self.state.toasts.add({kind: "info", text: BACK_TEXTS[reason]})
}

/** @param {RenderContext} context */
export function render(context) {
  const keyList = makeKeyList()
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      toasts: null,
      line: "",
      isBusy: false,
      isOpen: false,
      isMenuOpen: false,
    }),
    draw,
    onSetup(me) {
      me.state.toasts = new Toasts(me)
    },
    onDrawn,
    onMessage,
    actions: ACTIONS,
  })
  document.querySelector(".boot")?.remove()
  makeRoomForLine(self)
  placeDialog(context.el, keyList.box)
  bindKeys(self, keyList.open)
  listenToWindow(self)
  reportReload(self)
  self.send("hello", {theme: document.documentElement.dataset.theme, selection: stored("indexium.selection", ofTab)})
}
