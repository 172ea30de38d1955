// Questions that a component of the server in this page asks.
import {askOptions} from "#face/publish_options.js"

/** @type {Record<string, (args: any) => Promise<unknown>>} */
const QUESTIONS = {
  options: ({id}) => askOptions(id),
}

export function listenToQuestions() {
  window.addEventListener("indexium:ask", event => {
    const {name, ...args} = /** @type {CustomEvent} */ (event).detail
    void QUESTIONS[name](args)
  })
}
