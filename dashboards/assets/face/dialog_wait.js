// A dialog of the server opens some time after its key. What a person types meanwhile is text for its first field, and no
// key of the page.
import {focusedElement} from "#face/dom.js"
import {layerKeys} from "#face/keys.js"
import {isDialogOpen} from "#face/modal.js"

const STEP = 20 // milliseconds between two looks
const LONGEST = 5000 // milliseconds; then the server has refused
const TEXT = "input[type=text], input[type=search], textarea"

/** Keep the keys until a dialog is open; `isText`: then they are typed into its first field. @param {boolean} isText */
export function waitForDialog(isText) {
  /** @type {string[]} */
  const typed = []
  const binding = {
    repeats: true,
    run: (/** @type {KeyboardEvent} */ event) => {
      if (event.key.length === 1) typed.push(event.key)
    },
  }
  const table = new Proxy({}, {get: (_, key) => (key === "Escape" ? undefined : binding)})
  const forget = layerKeys({isReady: () => true, table})
  const start = performance.now()
  const look = () => {
    const isOver = performance.now() - start > LONGEST
    const field = focusedElement()
    const hasField = isDialogOpen() && (!isText || field.matches(TEXT))
    if (!isOver && !hasField) {
      setTimeout(look, STEP)
      return
    }
    forget()
    if (!isText || !typed.length || !hasField) return
    const input = /** @type {HTMLInputElement} */ (field)
    for (const key of typed) input.setRangeText(key, input.selectionStart, input.selectionEnd, "end")
    input.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
  }
  setTimeout(look, STEP)
}
