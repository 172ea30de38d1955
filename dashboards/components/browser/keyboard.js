// Single keys: a page binds them, and the list of keys in the frame of every page reads them.
import {currentPage, listen} from "./component.js"
import {isDialogOpen} from "./modal.js"

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

/** @type {(event: KeyboardEvent) => boolean} */
const isOnControl = event => Boolean(targetOf(event)?.closest?.("button, a, input, select, summary, [role=button]"))

/** @type {(event: KeyboardEvent) => boolean} */
export const hasModifier = event => event.ctrlKey || event.metaKey || event.altKey

globalThis.indexiumKeys ??= new Set()

/** Return every binding of the page. */
export const bindings = () => globalThis.indexiumKeys

/**
 * Bind single keys. They do not work on a hidden page, in a dialog, with a modifier, or while a person types.
 *
 * The list of keys shows what each binding `does` under its `group`; keys of one group with the same text share a line,
 * and a binding without a text is not listed. A binding without `run` is only listed. `run` returns false if it
 * did nothing. While `when` is false, the key does nothing and is not listed.
 *
 * @param {PanelModel} model
 * @param {string | string[] | null} pages Null for all pages.
 * @param {Record<string, KeyBinding>} table By key.
 */
export function keys(model, pages, table) {
  const places = pages === null ? null : [pages].flat()
  /** @type {ListedKey[]} */
  const own = Object.entries(table).map(([key, binding]) => {
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
    const binding = own.find(each => each.key === event.key && each.run && (each.when?.() ?? true))
    if (binding && binding.run(event) !== false) event.preventDefault()
  })
}

/**
 * Return the binding of Escape in a list with details beside it. Escape also closes other things, so `run` is false.
 *
 * @param {() => {send(type: string): void}} list
 * @returns {KeyBinding}
 */
export const closesDetails = list => ({
  does: "close the details",
  group: "Move",
  run() {
    list().send("close")
    return false
  },
})
