// Some dialogs open some time after their key: the server has to say which one, or makes it. The button shows at once
// that it waits. What a person types meanwhile is text for the first field of the dialog, and no key of the page.
import {announce} from "#face/calls.js"
import {focusedElement} from "#face/dom.js"
import {layerKeys} from "#face/keys.js"
import {isDialogOpen} from "#face/modal.js"

const STEP = 20 // milliseconds between two looks
const LONGEST = 5000 // milliseconds; then the server has refused
const LONGEST_BUSY = 20_000 // milliseconds for which a button waits: the server counts the files before it answers
const TEXT = "input[type=text], input[type=search], textarea"

let awaited = "" // the act whose dialog the server prepares
let timer = 0

/** Whether the button of an act waits for the server. @param {string} act */
export const isAwaited = act => act === awaited

/** @param {string} act */
function showWait(act) {
  clearTimeout(timer)
  if (act) timer = setTimeout(() => showWait(""), LONGEST_BUSY)
  awaited = act
  announce()
}
window.addEventListener("indexium:answered", () => awaited && showWait(""))

/**
 * Keep the keys until the dialog of an act is open; `isText`: then they are typed into its first field. Returns a function
 * that ends the wait.
 *
 * @type {(act: string, isText: boolean) => () => void}
 */
export function waitForDialog(act, isText) {
  showWait(act)
  let isOver = false
  /** @type {string[]} */
  const typed = []
  const hasField = () => isDialogOpen() && (!isText || focusedElement().matches(TEXT))
  const binding = {
    repeats: true,
    run: (/** @type {KeyboardEvent} */ event) => {
      if (hasField()) return false // the dialog has opened since the last look
      if (event.key.length === 1) typed.push(event.key)
      return true
    },
  }
  const table = new Proxy({}, {get: (_, key) => (key === "Escape" ? undefined : binding)})
  const forget = layerKeys({isReady: () => true, table})
  const start = performance.now()
  const look = () => {
    isOver ||= performance.now() - start > LONGEST
    if (!isOver && !hasField()) {
      setTimeout(look, STEP)
      return
    }
    forget()
    if (!isText || !typed.length || !hasField()) return
    const input = /** @type {HTMLInputElement} */ (focusedElement())
    for (const key of typed) input.setRangeText(key, input.selectionStart, input.selectionEnd, "end")
    input.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
  }
  setTimeout(look, STEP)
  return () => {
    isOver = true
    if (isAwaited(act)) showWait("")
  }
}

/**
 * Keep the keys while work finds out which dialog an act opens, and return its result.
 *
 * @template Result
 * @param {string} act
 * @param {Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function whileDialogOpens(act, work) {
  const end = waitForDialog(act, false)
  try {
    return await work
  } catch (error) {
    end() // no dialog opens
    throw error
  }
}
