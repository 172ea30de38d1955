// Some dialogs open some time after their key: the library has to say which one. What a person types meanwhile is no key
// of the page.
import {layerKeys} from "#face/keys.js"
import {isDialogOpen} from "#face/modal.js"

const STEP = 20 // milliseconds between two looks
const LONGEST = 5000 // milliseconds; then the server has refused

/** Keep the keys until a dialog is open; returns a function that ends the wait. */
function keepKeys() {
  let isOver = false
  const binding = {repeats: true, run: () => !isOver && !isDialogOpen()} // it may have opened since the last look
  const table = new Proxy({}, {get: (_, key) => (key === "Escape" ? undefined : binding)})
  const forget = layerKeys({isReady: () => true, table})
  const start = performance.now()
  const look = () => {
    if (isOver || isDialogOpen() || performance.now() - start > LONGEST) forget()
    else setTimeout(look, STEP)
  }
  setTimeout(look, STEP)
  return () => {
    isOver = true
  }
}

/**
 * Keep the keys while work finds out which dialog opens, and return its result.
 *
 * @template Result
 * @param {Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function whileDialogOpens(work) {
  const end = keepKeys()
  try {
    return await work
  } catch (error) {
    end() // no dialog opens
    throw error
  }
}
