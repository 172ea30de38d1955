// One listener for all keys. The topmost layer alone gets a key: a dialog, or else the page that is shown.
import {focusedElement} from "#face/dom.js"
import {currentPage} from "#face/frame.js"

const TYPED =
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file], [type=range]), textarea, select, [contenteditable]"
const CONTROL = "button, a, summary, [role=button]"
const LONGEST_DELAY = 5000 // milliseconds; the effect of an older key would surprise
const SEQUENCE = 1500 // milliseconds between the two keys of a sequence of the frame, such as `g p`

/** @type {Map<string, KeyLayer>} */
const pages = new Map()
/** @type {KeyLayer[]} */
const above = []
/** @type {{event: KeyboardEvent, page: string}[]} */
let delayed = [] // keys for a page whose rows are not there yet
let sequenceAt = -SEQUENCE

/** Return the layer that gets the keys; undefined while a page or a dialog of the frame has them. */
const top = () =>
  above.at(-1) ?? (document.documentElement.hasAttribute("data-dialog") ? undefined : pages.get(currentPage()))

/** @type {(event: Event) => HTMLElement} */
const targetOf = event => /** @type {HTMLElement} */ (event.composedPath()[0])

/**
 * Give a page its keys. They are in the list of keys, too.
 *
 * @param {string} page
 * @param {KeyLayer} layer
 */
export function pageKeys(page, layer) {
  pages.set(page, layer)
  globalThis.indexiumKeys ??= new Set()
  for (const [key, {does, group, when}] of Object.entries(layer.table))
    if (does) globalThis.indexiumKeys.add({key, does, group, when, pages: [page]})
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

/** Return whether a key ends a sequence such as `g p`, which belongs to the frame. @type {(layer: KeyLayer, event: KeyboardEvent) => boolean} */
function endsSequence(layer, {key, timeStamp}) {
  const isSecond = timeStamp - sequenceAt < SEQUENCE
  sequenceAt = key === "g" && !layer.table.g ? timeStamp : -SEQUENCE
  return isSecond && !above.length
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const layer = top()
  const {key} = event
  if (!layer || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const target = targetOf(event)
  if (target.matches?.(TYPED) || (key === "Enter" && target.closest?.(CONTROL))) return
  if (key.startsWith("Arrow") && target !== document.body && !target.closest?.("[role=row]")) return // it scrolls
  if (endsSequence(layer, event)) return
  if (!layer.isReady() && !layer.table[key]?.isFree) {
    if (layer.table[key]) take(event)
  } else if (act(layer, event)) event.preventDefault()
}

/** @param {KeyboardEvent} event */
function take(event) {
  delayed.push({event, page: currentPage()})
  event.preventDefault()
}

/** Press the keys that a person pressed before the rows were there. */
export function pressDelayed() {
  const now = performance.now()
  while (delayed.length && top()?.isReady()) {
    const {event, page} = delayed.shift()
    const isMeant = page === currentPage() && now - event.timeStamp < LONGEST_DELAY
    const field = focusedElement()
    if (isMeant && field.matches(TYPED)) typeInto(/** @type {HTMLInputElement} */ (field), event)
    else if (isMeant && !endsSequence(top(), event)) act(top(), event)
  }
}

/** Type a key into the field to which an earlier key has moved the focus. @type {(field: HTMLInputElement, event: KeyboardEvent) => void} */
function typeInto(field, {key}) {
  if (key.length > 1) return
  field.value += key
  field.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
}

/** Forget these keys: the rows do not come. */
export function dropDelayed() {
  delayed = []
}

/** Take the keys that were pressed before this module was there, and listen to all others. */
export function listenToKeys() {
  delayed = globalThis.indexiumEarlyKeys ?? []
  globalThis.indexiumEarlyKeys = null
  window.addEventListener("keydown", onKey, true)
}
