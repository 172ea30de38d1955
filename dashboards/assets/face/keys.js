// One listener for all keys. The topmost layer alone gets a key: a dialog, or else the page that is shown.
import {focusedElement} from "#face/dom.js"
import {currentPage} from "#face/frame.js"
import {isDialogOpen} from "#face/modal.js"

const TYPED =
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file], [type=range]), textarea, select, [contenteditable]"
const TEXT = "input[type=text], input[type=password], input[type=search], textarea"
const CONTROL = "button, a, summary, [role=button]"
const FREE = "body, #main, h1" // what has the focus after a page is shown
const LONGEST_DELAY = 5000 // milliseconds; the effect of an older key would surprise
const SEQUENCE = 1500 // milliseconds between the two keys of a sequence of the frame, such as `g p`

/** @type {Map<string, KeyLayer>} */
const pages = new Map()
/** @type {KeyLayer[]} */
const above = []
/** @type {{event: KeyboardEvent, page: string, at: number}[]} */
let delayed = [] // keys for a page whose rows are not there yet
/** @type {(KeyBinding & {key: string, places: string[] | null})[]} */
const frame = []
let first = "" // the key that began a sequence of the frame
let firstAt = 0

/** Return the layer that gets the keys; undefined while a page or a dialog of the frame has them. */
const top = () => above.at(-1) ?? (isDialogOpen() ? undefined : pages.get(currentPage()))

/** Return what a key was pressed in; a key that was kept has no path any more. @type {(event: Event) => HTMLElement} */
const targetOf = event => /** @type {HTMLElement} */ (event.composedPath()[0] ?? document.body)

/**
 * Give a page its keys. They are in the list of keys, too.
 *
 * @param {string} page
 * @param {KeyLayer} layer
 */
export function pageKeys(page, layer) {
  pages.set(page, layer)
  for (const [key, {does, group, when}] of Object.entries(layer.table))
    if (does) bindings().add({key, does, group, when, pages: [page]})
}

/** Keep the keys for a page until it is made. @param {string} page */
export const awaitKeys = page => pages.set(page, {isReady: () => false, table: {}, isComing: true})

/** Return every binding that the list of keys may show. @returns {Set<ListedKey>} */
export const bindings = () => (globalThis.indexiumKeys ??= new Set())

/**
 * Bind keys of the frame; a key may be a sequence of two, such as `g p`. They do nothing while a dialog is open.
 *
 * @param {string[] | null} places The pages; null: all.
 * @param {Record<string, KeyBinding>} table
 */
export function frameKeys(places, table) {
  for (const [key, binding] of Object.entries(table)) {
    bindings().add({key, pages: places, ...binding})
    frame.push({key, places, ...binding})
  }
}

/** The keys of a page come first. An open editor of a page stops the event before. @param {KeyboardEvent} event */
function onFrameKey(event) {
  if (event.defaultPrevented) first = ""
  else pressFrameKey(event)
}

/** @param {KeyboardEvent} event */
function pressFrameKey(event) {
  const {key, timeStamp} = event
  const before = endsSequence(event) ? first : ""
  first = ""
  if (isOfBrowser(event) || above.length || isDialogOpen() || isText(event)) return
  const name = before ? `${before} ${key}` : key
  const found = frame.find(
    each => each.key === name && (each.places?.includes(currentPage()) ?? true) && (each.when?.() ?? true),
  )
  if (found) {
    if (!event.repeat) found.run(event)
    event.preventDefault()
  } else if (!before && frame.some(each => each.key.startsWith(`${key} `))) {
    first = key
    firstAt = timeStamp
  }
}

/** Give the keys to a layer above the page until the returned function is called. @param {KeyLayer} layer */
export function layerKeys(layer) {
  above.push(layer)
  return () => {
    above.splice(above.indexOf(layer), 1)
  }
}

/** @type {(layer: KeyLayer, event: KeyboardEvent) => boolean} */
function act({table}, event) {
  const binding = table[event.key]
  if (!binding || (event.repeat && !binding.repeats) || !(binding.when?.() ?? true)) return false
  return binding.run(event) !== false
}

/** Return whether a key ends a sequence such as `g p`, which belongs to the frame. @param {KeyboardEvent} event */
const endsSequence = ({timeStamp}) => first !== "" && timeStamp - firstAt < SEQUENCE && !above.length

/** Return whether an editor of the page is open: letters are its text, wherever the focus is. @param {KeyboardEvent} event */
const isText = ({key}) => key !== "Escape" && Boolean(pages.get(currentPage())?.isEditing?.())

/** Return whether a key is text for a field, or a command of the browser. @param {KeyboardEvent} event */
const isOfBrowser = event =>
  event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (targetOf(event).matches?.(TYPED) ?? false)

/** @param {KeyboardEvent} event */
function onKey(event) {
  const layer = top()
  const {key} = event
  if (!layer || isOfBrowser(event) || (!above.length && isText(event))) return
  const target = targetOf(event)
  if (key === "Enter" && target.closest?.(CONTROL)) return
  if (key.startsWith("Arrow") && !target.matches?.(FREE) && !target.closest?.("[role=row]")) return // it scrolls
  if (endsSequence(event)) return
  if (!isReadyFor(layer, event)) {
    // After a key that is kept, every key is: what follows may be text for the field to which it leads.
    if (layer.table[key] || layer.isComing || delayed.length) take(event)
  } else if (act(layer, event)) {
    event.preventDefault()
    if (!layer.isReady()) dropDelayed() // the person has gone to a field: older keys are no text for it
  }
}

/** Return whether a key has an effect now: one that needs no row does not wait for them. @type {(layer: KeyLayer, event: KeyboardEvent) => boolean} */
const isReadyFor = (layer, {key}) => layer.isReady() || Boolean(layer.table[key]?.isFree)

/** @param {KeyboardEvent} event */
function take(event) {
  delayed.push({event, page: currentPage(), at: performance.now()}) // the time of an event has another clock after a sleep
  event.preventDefault()
}

/** Press the keys that a person pressed before the rows were there. */
export function pressDelayed() {
  const now = performance.now()
  // Keys belong together: without the oldest ones, the others would act on another row.
  if (delayed.some(({at}) => now - at >= LONGEST_DELAY)) dropDelayed()
  /** @type {HTMLInputElement | null} */
  let field = null // to which an earlier key has moved the focus: the other keys are text for it
  while (delayed.length && top() && (field || isReadyFor(top(), delayed[0].event))) {
    const {event, page} = delayed.shift()
    if (page !== currentPage()) continue
    if (field && !field.isConnected) return dropDelayed() // another field stands in its place: this is no text for it
    if (field) typeInto(field, event)
    else field = press(event)
    // A key that leads to another page was pressed before the others: they mean that page.
    for (const each of delayed) if (each.page === page) each.page = currentPage()
  }
}

/** Press a key; return the text field to which it moves the focus. @type {(event: KeyboardEvent) => HTMLInputElement | null} */
function press(event) {
  const before = focusedElement()
  if (endsSequence(event) || !act(top(), event)) pressFrameKey(event)
  const after = focusedElement()
  return after !== before && after.matches(TEXT) ? /** @type {HTMLInputElement} */ (after) : null
}

/** @type {(field: HTMLInputElement, event: KeyboardEvent) => void} */
function typeInto(field, {key}) {
  if (key === "Enter")
    field.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, composed: true}))
  if (key.length > 1) return
  field.setRangeText(key, field.selectionStart, field.selectionEnd, "end")
  field.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
}

/** Forget these keys: the rows do not come. */
export function dropDelayed() {
  delayed = []
}

/** Let a held Enter press a button once: the next press would decide what came under the focus. @param {KeyboardEvent} event */
function pressOnce(event) {
  if (event.key === "Enter" && event.repeat && targetOf(event).closest?.(CONTROL)) event.preventDefault()
}

/** Take the keys that were pressed before this module was there, and listen to all others. */
export function listenToKeys() {
  delayed = globalThis.indexiumEarlyKeys ?? []
  globalThis.indexiumEarlyKeys = null
  window.addEventListener("keydown", pressOnce, true)
  window.addEventListener("keydown", onKey, true)
  document.addEventListener("keydown", onFrameKey)
}
