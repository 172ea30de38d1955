// Single keys: a page binds them, and the list of keys in the frame of every page reads them.
import {currentPage, listen} from "./component.js"
import {focusedElement} from "#face/dom.js"
import {isDialogOpen} from "#face/modal.js"

const NOT_TYPED = "input:is([type=checkbox], [type=radio], [type=button], [type=submit], [type=file], [type=range])"
// Keys that scroll, move the focus or belong to the browser's own menus are never bound.
const RESERVED = /^(Tab|Backspace| |Page(Up|Down)|Home|End|Arrow\w+|F\d+|Alt|Control|Meta|Shift|Dead|Process)$/

/** @type {(event: Event) => any} */
const targetOf = event => event.composedPath()[0]

/** @type {(event: KeyboardEvent) => boolean} */
function isTyping(event) {
  const target = targetOf(event)
  if (event.isComposing || target?.isContentEditable) return true
  return (target?.matches?.("input, textarea, select") && !target.matches(NOT_TYPED)) ?? false
}

/**
 * Return whether an editor is open on the page. An editor is an element with `data-editor`: a form or a menu that opens
 * beside other content and waits for an answer.
 */
const isEditorOpen = () =>
  [...(globalThis.indexiumRoots ?? [])].some(root =>
    [...root.querySelectorAll("[data-editor]")].some(editor => editor.getClientRects().length > 0),
  )

/** @type {(event: KeyboardEvent) => boolean} */
const isOnControl = event => Boolean(targetOf(event)?.closest?.("button, a, input, select, summary, [role=button]"))

/** @type {(event: KeyboardEvent) => boolean} */
export const hasModifier = event => event.ctrlKey || event.metaKey || event.altKey

globalThis.indexiumKeys ??= new Set()
const SEQUENCE = 1500 // milliseconds between the two keys of a sequence
let first = "" // the key that began a sequence such as `g p`
let firstAt = 0

/** Return the pressed key, or the sequence that it ends. @type {(event: KeyboardEvent) => string} */
const pressed = ({key, timeStamp}) => (first && timeStamp - firstAt < SEQUENCE ? `${first} ${key}` : key)

/**
 * Return whether a single key may act in a part of the page: it has no modifier, types nothing, and ends no sequence.
 *
 * @param {KeyboardEvent} event
 */
export const mayAct = event => !hasModifier(event) && !isTyping(event) && pressed(event) === event.key

/**
 * Stop a key that belongs to no control while an editor is open: its text was meant for the editor, wherever the focus
 * is, and must not command the page. Keys that move (arrows, Escape, Tab) still work.
 *
 * @param {KeyboardEvent} event
 */
function stopCommand(event) {
  const {key} = event
  if ((key.length > 1 && key !== "Enter") || hasModifier(event) || isDialogOpen() || isTyping(event)) return
  const pressesControl = (key === "Enter" || key === " ") && isOnControl(event)
  if (!pressesControl && isEditorOpen()) event.stopImmediatePropagation()
}
globalThis.window?.addEventListener("keydown", stopCommand, true)

// The bindings listen on the document, so they see a key before it is noted as the first key of a sequence.
globalThis.window?.addEventListener("keydown", event => {
  const isFirst = [...bindings()].some(({key}) => key.startsWith(`${event.key} `))
  first = isFirst && !hasModifier(event) && !isDialogOpen() && !isTyping(event) ? event.key : ""
  firstAt = event.timeStamp
})

/** Let a held Enter press a button once: the next press would decide what came under the focus. @param {KeyboardEvent} event */
function pressOnce(event) {
  if (event.key === "Enter" && event.repeat && targetOf(event)?.closest?.("button, a, summary, [role=button]"))
    event.preventDefault()
}
globalThis.window?.addEventListener("keydown", pressOnce, true)

const LONGEST_DELAY = 5000 // milliseconds; the effect of an older key would surprise
let incompletePage = ""
/** @type {KeyboardEvent[]} */
let delayed = []

/** Press a delayed key on the element that has the focus now. @param {KeyboardEvent} event */
function pressAgain({key, code, shiftKey, repeat}) {
  const node = /** @type {HTMLInputElement} */ (focusedElement())
  const init = {key, code, shiftKey, repeat, bubbles: true, composed: true, cancelable: true}
  const isHandled = !node.dispatchEvent(new KeyboardEvent("keydown", init))
  if (isHandled || key.length > 1 || !node.matches("input, textarea")) return
  node.setRangeText(key, node.selectionStart, node.selectionEnd, "end")
  node.dispatchEvent(new InputEvent("input", {data: key, bubbles: true, composed: true}))
}

/**
 * Delay the keys that a person presses while parts of a page are missing, until the page is complete.
 *
 * @param {string} page
 * @param {boolean} isIncomplete
 */
export function delayKeys(page, isIncomplete) {
  if (isIncomplete) incompletePage = page
  else if (page === incompletePage) setTimeout(pressDelayedKeys) // after the drawing that completes the page
}

function pressDelayedKeys() {
  const now = performance.now()
  const events = delayed
  incompletePage = ""
  delayed = []
  for (const event of events) if (now - event.timeStamp < LONGEST_DELAY) pressAgain(event)
}

/** @param {KeyboardEvent} event */
function delay(event) {
  if (incompletePage !== currentPage() || hasModifier(event) || isDialogOpen() || isTyping(event)) return
  const isText = event.key === " " && delayed.length > 0 // a space in the text of a search
  if ((RESERVED.test(event.key) && !isText) || (event.key === "Enter" && isOnControl(event))) return
  delayed.push(event)
  event.preventDefault()
  event.stopImmediatePropagation()
}
globalThis.window?.addEventListener("keydown", delay, true)

/** Return every binding of the page. */
export const bindings = () => globalThis.indexiumKeys

/**
 * Bind single keys. They do not work on a hidden page, in a dialog, beside an open editor, with a modifier, or while a
 * person types.
 *
 * A key may be a sequence of two, such as `g p`.
 *
 * The list of keys shows what each binding `does` under its `group`; keys of one group with the same text share a line,
 * and a binding without a text is not listed. A binding without `run` is only listed. `run` returns false if it
 * did nothing. A person who may not use its `act` does not have the key. While `when` is false, the key does nothing and is not listed. A held key acts once, because it must not
 * decide what follows; a binding that only moves may say that it `repeats`.
 *
 * @param {PanelModel} model
 * @param {string | string[] | null} pages Null for all pages.
 * @param {Record<string, KeyBinding>} table By key.
 */
export function keys(model, pages, table) {
  const places = pages === null ? null : [pages].flat()
  /** @type {ListedKey[]} */
  const own = Object.entries(table)
    .filter(([, {act}]) => !model.forbidden.includes(act))
    .map(([key, binding]) => {
      if (binding.run && RESERVED.test(key)) throw new Error(`The browser uses ${key} itself.`)
      return {key, pages: places, ...binding}
    })
  for (const each of own) bindings().add(each)
  model.on("remove", () => {
    for (const each of own) bindings().delete(each)
  })
  listen(model, document, "keydown", event => {
    if (hasModifier(event) || event.defaultPrevented) return
    if (places && !places.includes(currentPage())) return
    if (isDialogOpen() || isTyping(event) || (event.key === "Enter" && isOnControl(event))) return
    const name = pressed(event)
    const binding = own.find(each => each.key === name && each.run && (each.when?.() ?? true))
    if (binding && press(binding, event)) event.preventDefault()
  })
}

/** Return whether a key needs nothing else: its binding acted, or the key is held and acted before. @type {(binding: KeyBinding, event: KeyboardEvent) => boolean} */
const press = (binding, event) => (event.repeat && !binding.repeats) || binding.run(event) !== false
