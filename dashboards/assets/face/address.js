// What is shown is in the address: the page, its filters, the open row; each layer above it (a dialog, a picture) is a
// step of the history, so *Back* closes the topmost one.
import {currentPage, needsLoad, pages} from "#face/frame.js"
import {layerKeys} from "#face/keys.js"

const DELAY = 200 // milliseconds between changes: a browser refuses hundreds of them within some seconds

/** @returns {Record<string, string>} */
const parsed = () => Object.fromEntries(new URLSearchParams(location.search))

/** The address of one file leads to its details in the plan. */
function followTrack() {
  const [, id] = location.pathname.match(/^\/track\/(\d+)\/?$/) ?? []
  if (id) history.replaceState(history.state, "", `/plan?file=${id}`)
}
followTrack()

let shown = parsed()
/** @type {Map<string, string>} */
const searches = new Map() // what the addresses of pages had last, by their paths

/** Return the address of a page with the filters that it had last. @param {string} path */
export const lastAddress = path => path + (searches.get(path) ?? "")

/** @type {Map<string, string>} */
const kept = new Map() // paths of pages that a person finds as they were left → the name of what is open there

/** Let the navigation lead to the filters that a page had last; `opened` is left out. @type {(path: string, opened: string) => void} */
export const keepFilters = (path, opened) => kept.set(path, opened)

/** Return the address to which the navigation leads. @param {string} path */
export function entryAddress(path) {
  if (!kept.has(path)) return path
  const values = new URLSearchParams(searches.get(path))
  values.delete(kept.get(path))
  return values.size ? `${path}?${values}` : path
}

function noteSearch() {
  const search = new URLSearchParams(shown).toString()
  searches.set(location.pathname, search && `?${search}`)
}
noteSearch()

/** Give an address without a page that of the page which is shown: not before the websocket is open, whose address it is. */
function nameFirstPage() {
  const first = pages.find(({id}) => id === currentPage())
  if (!first || location.pathname !== "/") return
  history.replaceState(history.state, "", first.href + location.search)
  noteSearch()
}
window.addEventListener("indexium:frame", nameFirstPage, {once: true})

/** @type {Set<() => void>} */
const listeners = new Set()
/** @type {{close: () => void}[]} */
const layers = []
/** @type {(() => void)[] | null} */
let afterBack = null // what waits for the end of a step back; null: none is on its way
let backTimer = 0
let timer = 0
let timerPath = "" // the page whose address waits
let written = 0 // when the address was last changed

const announce = () => {
  for (const listener of listeners) listener()
}

/** Return the values of the address by name. */
export const place = () => shown

/** Call a function after each change of the address. @param {() => void} listener */
export function onAddress(listener) {
  listeners.add(listener)
}

/** @type {(method: "pushState" | "replaceState", depth?: number) => void} */
function write(method, depth = layers.length) {
  clearTimeout(timer)
  timer = 0
  written = performance.now()
  if (method === "replaceState" && location.pathname !== timerPath) return // another page is shown since
  const search = new URLSearchParams(shown).toString()
  const address = location.pathname + (search && `?${search}`)
  if (address !== location.pathname + location.search) history[method]({depth}, "", address)
}

/** Write the address that is shown, if that waits. @param {number} [depth] */
function flush(depth) {
  if (timer) write("replaceState", depth)
}
window.addEventListener("pagehide", () => flush())

/** @param {() => void} work */
function inOrder(work) {
  if (afterBack) afterBack.push(work)
  else work()
}

/**
 * Change values of the address; "" and null remove one. `push` adds a step to the history.
 *
 * @param {Record<string, string | number | null>} changes
 * @param {{push?: boolean}} [options]
 */
export function go(changes, {push = true} = {}) {
  if (push) inOrder(() => flush())
  shown = {...shown}
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) delete shown[name]
    else shown[name] = String(value)
  }
  noteSearch()
  if (push) inOrder(() => write("pushState"))
  else {
    timerPath = location.pathname
    timer ||= setTimeout(() => inOrder(() => write("replaceState")), written + DELAY - performance.now())
  }
  announce()
}

/** Show another page. @param {string} href */
export const visit = href =>
  inOrder(() => {
    flush()
    if (needsLoad()) {
      layerKeys({isReady: () => true, table: {}}) // the keys that follow do not mean this page
      location.assign(href)
      return
    }
    history.pushState({depth: 0}, "", href)
    window.dispatchEvent(new PopStateEvent("popstate", {state: history.state}))
  })

/** Show the files that a search finds, in the plan. @param {string} query */
export const showPlan = query => visit(query ? `/plan?${new URLSearchParams({q: query})}` : "/plan")

/** @type {string | null} */
let sql = null // a query with which another page opens the page of queries

/** Run a query on its page. @param {string} text */
export function runSql(text) {
  sql = text
  visit(`/query?${new URLSearchParams({q: text})}`)
}

/** Return the query with which another page has opened the page of queries, once; null for none. */
export function takeSql() {
  const text = sql
  sql = null
  return text
}

/**
 * Put a layer above the page, and return the function that closes it; *Back* closes it, too.
 *
 * @param {() => void} close Takes the layer away.
 */
export function layer(close) {
  const own = {close}
  const below = layers.length
  layers.push(own)
  inOrder(() => {
    flush(below)
    history.pushState({depth: below + 1}, "")
  })
  return () => {
    const at = layers.indexOf(own)
    if (at < 0) return
    const above = layers.splice(at)
    for (const each of above.reverse()) each.close()
    inOrder(() => {
      afterBack = []
      history.go(-above.length)
      backTimer = setTimeout(endBack, 500) // a browser may drop the event
    })
  }
}

function endBack() {
  clearTimeout(backTimer)
  const late = afterBack ?? []
  afterBack = null
  for (const work of late) work()
}

/** Take the values of another address. The frame shows its page first: the page before must not read what they name. */
function followLocation() {
  followTrack()
  shown = parsed()
  noteSearch()
  setTimeout(announce)
}

/** After a reload, and on the way forward, a step may count layers that are no longer there. @param {any} state */
function noteDepth(state) {
  if ((state?.depth ?? 0) > layers.length) history.replaceState({depth: layers.length}, "")
}
noteDepth(history.state)

window.addEventListener("popstate", ({state}) => {
  if (afterBack) {
    endBack()
    return
  }
  clearTimeout(timer)
  timer = 0
  while (layers.length > (state?.depth ?? 0)) layers.pop().close()
  noteDepth(state)
  followLocation()
})
// A component of the server in this page changes values of the address.
window.addEventListener("indexium:place", event => {
  const {values, push} = /** @type {CustomEvent} */ (event).detail
  go(values, {push})
})
