// The frame around a page: which page is shown, its toasts, and what only the server can do.

/**
 * @type {{home: string, user: number | null, session: number | null, local: boolean, forbidden: string[],
 *   roles: Record<string, string>, refused: Record<string, [title: string, text: string]>,
 *   states: Record<string, [text: string, level: string]>}}
 */
const FACTS = JSON.parse(document.getElementById("face").textContent)
const FORBIDDEN = new Set(FACTS.forbidden)

export const {home} = FACTS
export const me = FACTS.user // the id of the person; null: nobody has signed in
export const mySession = FACTS.session // the id of the sign-in of this browser
export const isLocal = FACTS.local // only this computer is served
export const {roles} = FACTS // what each role is for

/** Return the title of a page that the person may not use, and why; undefined for any other page. @param {string} page */
export const refusalOf = page => FACTS.refused[page]

/** Return whether the person may make a call: what needs it is not drawn otherwise. @param {string} name */
export const may = name => !FORBIDDEN.has(name)

/** Return the words and the level of a state of an operation or a job; null for none. @param {string} state */
export function stateOf(state) {
  if (!state) return null
  const [text, level] = FACTS.states[state] ?? [state, "blocked"]
  return {text, level}
}

/** Return the name of the page that is shown. */
export const currentPage = () => document.documentElement.dataset.page

let isThere = false
/** @type {[string, any][]} */
let waiting = []

/** @type {(name: string, detail: any) => void} */
function send(name, detail) {
  if (isThere) window.dispatchEvent(new CustomEvent(name, {detail}))
  else waiting.push([name, detail])
}
window.addEventListener("indexium:frame", () => {
  isThere = true
  const late = waiting
  waiting = []
  for (const [name, detail] of late) send(name, detail)
})

/** Show a sentence for a few seconds. @type {(text: string, options?: {kind?: "good" | "info" | "error", undo?: number | null}) => void} */
export const toast = (text, {kind = "good", undo = null} = {}) => send("indexium:toast", {kind, text, undo})

/** Send a message of the frame to the server. @type {(type: string, data: object) => void} */
export const tell = (type, data) => send("indexium:tell", {type, ...data})
