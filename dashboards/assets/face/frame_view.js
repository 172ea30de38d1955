// The frame of every page: the rail, the toasts, the list of keys, and the state of the connection.
import {entryAddress, showPlan, visit} from "#face/address.js"
import {onNews, paced} from "#face/calls.js"
import {h, morph} from "#face/dom.js"
import {account, atStart, currentPage, home, me, nameWindow, pages, refusalOf, tell} from "#face/frame.js"
import {stopScan} from "#face/interruptions.js"
import {makeKeyList} from "#face/key_list.js"
import {frameKeys} from "#face/keys.js"
import {ofTab, store, stored} from "#face/local_storage.js"
import {isDialogOpen, placeDialog} from "#face/modal.js"
import {drawNavigation, signOut, switchTheme} from "#face/navigation.js"
import {adoptSheets} from "#face/sheets.js"
import {nextSteps, undo} from "#face/steps.js"
import {Toasts} from "#face/toasts.js"
import {count} from "#face/wording.js"

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

const TITLE = /^\/titles\/\d+$/ // the address of the page of one title

const NEWS = [
  "plan:changed",
  "matches:changed",
  "movie:updated",
  "series:updated",
  "job:changed",
  "approvals:changed",
  "scan:started",
  "scan:progress",
  "scan:completed",
  "rescan:started",
  "rescan:completed",
  "write:started",
  "write:progress",
  "write:completed",
  "rollback:started",
  "rollback:progress",
  "rollback:completed",
  "publish:started",
  "publish:progress",
  "publish:completed",
]
const FOUND = ["plan:changed", "checks:changed", "scan:completed", "write:completed"]
const PACE = 1000 // milliseconds between two reads of the numbers
const DELAY = 300 // milliseconds before they are read, so that the page is read first
const FINDINGS_PACE = 15_000 // milliseconds between two reads of the findings, which cost more
const FINDINGS_DELAY = 1500 // milliseconds before they are counted

/** @type {() => Values.HomeNumbers | undefined} */
const readNumbers = paced(["overview.numbers", {}], NEWS, PACE, DELAY)
/** @type {() => Values.CheckGroup[] | undefined} */
const readFindings = paced(["checks.groups", {}], FOUND, FINDINGS_PACE, FINDINGS_DELAY)

/** @typedef {{numbers?: Values.HomeNumbers, findings?: number}} Known */
const KNOWN = `indexium.numbers.${home}.${me}`
/** @type {Known} */
let known = JSON.parse(stored(KNOWN, ofTab) ?? "{}") // also before they are read again after a reload

/** Return the numbers of the frame, as far as they are known. @returns {Known} */
function readKnown() {
  const numbers = readNumbers() ?? known.numbers
  const groups = readFindings()
  const findings = groups ? groups.reduce((sum, {total}) => sum + total, 0) : known.findings
  if (numbers !== known.numbers || findings !== known.findings) {
    known = {numbers, findings}
    store(KNOWN, JSON.stringify(known), ofTab)
  }
  return known
}

const state = {line: "", isOpen: false, isMenuOpen: false} // `line`: a key of LINE_TEXTS, or ""
const root = h("div", {class: "ix"})
const toasts = new Toasts({find: selector => root.querySelector(selector), paint: () => draw()})

/** Return the entries of the navigation with their numbers. @param {Known} known */
function entries({numbers, findings}) {
  const {has_titles: hasTitles, has_accounts: hasAccounts} = numbers ?? atStart
  const hidden = new Set([...(hasTitles ? ["publish"] : ["titles", "decide"]), ...(hasAccounts ? [] : ["requests"])])
  /** @type {Record<string, number | undefined>} */
  const counts = {
    plan: numbers?.planned,
    checks: findings,
    decide: numbers?.to_decide,
    library: numbers?.files,
    titles: numbers?.titles,
    requests: numbers?.to_approve,
    history: numbers?.operations,
    jobs: numbers?.open_jobs,
  }
  return pages
    .filter(({id, group}) => group && !hidden.has(id) && !refusalOf(id))
    .map(page => ({
      ...page,
      count: counts[page.id] ? count(counts[page.id]) : "",
      live: page.id === "progress" ? numbers?.done_percent : null,
    }))
}

let steps = nextSteps()

/** A toast offers to undo a step until the steps that are read next lack it. */
function followSteps() {
  if (steps === nextSteps()) return
  steps = nextSteps()
  toasts.undoable = [...steps.undoable]
}

function draw() {
  const shown = readKnown()
  followSteps()
  const tree = /** @type {ShadowRoot} */ (root.getRootNode())
  const hadFocus = root.contains(tree.activeElement)
  morph(root, [
    drawNavigation({pages: entries(shown), page: currentPage(), account, numbers: shown.numbers}, state),
    toasts.draw(),
    h(
      "div",
      {class: "connection", data: {key: "line"}, role: "alert"},
      state.line && h("div", {class: "gone"}, LINE_TEXTS[state.line]),
    ),
  ])
  if (hadFocus && !tree.activeElement) keepFocus()
}

// Moving between pages.

const focusContent = () => document.getElementById("main")?.focus({preventScroll: true})

// If the focused element was removed, the focus goes to the page's content; else Tab would start at the top again.
const keepFocus = () => {
  if (document.activeElement === document.body && !isDialogOpen()) focusContent()
}

/** @param {string} id */
function showPage(id) {
  document.documentElement.dataset.page = id
  const page = pages.find(each => each.id === id)
  if (page) nameWindow(page.label)
  draw()
  requestAnimationFrame(() => setTimeout(keepFocus)) // the browser moves the focus when it draws
}

/** Return the page that the address names. */
function pageAt() {
  const {pathname} = location
  if (TITLE.test(pathname)) return "title"
  const above = pages.filter(({href}) => pathname === href || pathname.startsWith(`${href}/`))
  return above.sort((a, b) => b.href.length - a.href.length)[0]?.id ?? "plan"
}

/** @param {string} id */
function open(id) {
  window.scrollTo({top: 0})
  state.isOpen = state.isMenuOpen = false
  if (id === currentPage()) {
    draw()
    return
  }
  const {href} = pages.find(each => each.id === id)
  visit(entryAddress(href))
}

/** @type {Record<string, (data: DOMStringMap) => void>} */
const ACTIONS = {
  go: ({page}) => open(page),
  more() {
    state.isOpen = !state.isOpen
    draw()
  },
  theme: switchTheme,
  account() {
    state.isMenuOpen = !state.isMenuOpen
    draw()
    if (state.isMenuOpen) focus(".account-menu a")
  },
  "sign-out": signOut,
  dismiss: dropToast,
  undo(data) {
    dropToast(data)
    undo(Number(data.step))
  },
  plan(data) {
    dropToast(data)
    showPlan(data.query)
  },
  stop(data) {
    dropToast(data)
    void stopScan(Number(data.job))
  },
}

/** @param {DOMStringMap} data */
function dropToast({id}) {
  toasts.keep(toast => toast.id !== Number(id))
}

/** @param {string} selector */
function focus(selector) {
  const found = root.querySelector(selector)
  if (found instanceof HTMLElement) found.focus()
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {HTMLElement} */ (event.target).closest("[data-act]")
  if (!(target instanceof HTMLElement)) return
  const isLink = target.matches("a")
  if (isLink && (event.metaKey || event.ctrlKey || event.shiftKey || event.button)) return
  if (isLink) event.preventDefault()
  ACTIONS[target.dataset.act](target.dataset)
}

// Close the menu of the account on a press elsewhere, and on Escape.
function closeMenuElsewhere() {
  const close = () => {
    state.isMenuOpen = false
    draw()
  }
  document.addEventListener("pointerdown", event => {
    if (state.isMenuOpen && !event.composedPath().includes(root.querySelector(".account"))) close()
  })
  root.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !state.isMenuOpen) return
    event.stopPropagation()
    close()
    focus("[data-act=account]")
  })
}

/** Call a function with the detail of an event of the window. @type {(name: string, handle: (detail: any) => void) => void} */
const on = (name, handle) =>
  window.addEventListener(`indexium:${name}`, event => handle(/** @type {CustomEvent} */ (event).detail))

/** @param {import("#face/toasts.js").Message} message */
function showToast(message) {
  toasts.add(message)
  if (message.undo) window.dispatchEvent(new Event("indexium:decided"))
}

function listenToWindow() {
  window.addEventListener("popstate", () => {
    showPage(pageAt())
    tell("show", {page: currentPage()})
  })
  document.addEventListener("visibilitychange", draw)
  on("theme", draw)
  on("toast", showToast)
  on("cleared", topic => toasts.keep(toast => toast.kind !== "error" || toast.topic !== topic))
  on("connection", line => {
    state.line = line
    draw()
  })
}

function bindKeys() {
  const keyList = makeKeyList()
  placeDialog(/** @type {any} */ (root.getRootNode()), keyList.box)
  /** @type {(id: string) => KeyBinding} */
  const goTo = id => ({
    does: () => `go to ${pages.find(each => each.id === id).label}`,
    when: () => Boolean(root.querySelector(`nav a[data-page="${id}"]`)),
    run() {
      open(id)
      focusContent()
    },
  })
  frameKeys(null, {
    ...Object.fromEntries(Object.entries(LETTERS).map(([letter, id]) => [`g ${letter}`, goTo(id)])),
    "?": {does: "list of keys", run: keyList.open},
  })
}

// The page starts below the text about the connection, or at the top if there is no such text.
function makeRoomForLine() {
  const line = /** @type {HTMLElement} */ (root.querySelector(".connection"))
  new ResizeObserver(() => document.documentElement.style.setProperty("--lost", `${line.offsetHeight}px`)).observe(line)
}

// After a reload because of the connection, a toast gives the reason.
function reportReload() {
  const reason = stored("indexium.back", ofTab)
  if (!BACK_TEXTS[reason]) return
  store("indexium.back", "", ofTab)
  showToast({kind: "info", text: BACK_TEXTS[reason]})
}

/** Draw the frame. @param {HTMLElement} host */
export function showFrame(host) {
  const tree = host.attachShadow({mode: "open"})
  adoptSheets(tree, ["indexium.css", "navigation.css"])
  tree.append(root)
  root.addEventListener("click", onClick)
  onNews(draw)
  draw()
  makeRoomForLine()
  bindKeys()
  closeMenuElsewhere()
  listenToWindow()
  reportReload()
  const page = pages.find(({id}) => id === currentPage())
  if (page) nameWindow(page.label)
}
