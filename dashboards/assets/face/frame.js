// The frame around a page: which page is shown, its toasts, and what only the server can do.

/**
 * @typedef {{home: string, user: number | null, session: number | null, local: boolean, forbidden: string[], pages: PageLink[],
 *   account: {name: string, role: string} | null,
 *   roles: Record<string, string>, refused: Record<string, [title: string, text: string]>,
 *   states: Record<string, [text: string, level: string]>, has_titles: boolean, has_accounts: boolean, edits: boolean,
 *   page_size: number, opening: {query: string, sort: string, descending: boolean} | null}} Facts
 */
/** @type {Facts} */
const FACTS = JSON.parse(document.getElementById("face").textContent)
const FORBIDDEN = new Set(FACTS.forbidden)

export const {home, pages} = FACTS
export const me = FACTS.user // the id of the person; null: nobody has signed in
export const {account} = FACTS // of this person; null: nobody has signed in
export const mySession = FACTS.session // the id of the sign-in of this browser
export const isLocal = FACTS.local // only this computer is served
export const {roles} = FACTS // what each role is for
export const canEdit = FACTS.edits // a setting allows edits in the dashboard
export const pageSize = FACTS.page_size // rows of a page of the plan

export const openingView = FACTS.opening // the saved view with which the plan opens; null for none
export const atStart = {has_titles: FACTS.has_titles, has_accounts: FACTS.has_accounts} // the numbers of the home are later

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

let areFactsOld = false // a setting has changed since they were read
window.addEventListener("indexium:events", event => {
  if ("settings:changed" in /** @type {CustomEvent} */ (event).detail) areFactsOld = true
})
let isThere = false // the session has started
/** @type {object[]} */
let waiting = []

window.addEventListener("indexium:frame", () => {
  isThere = true
  const late = waiting
  waiting = []
  for (const message of late) send(message)
})

/**
 * Return whether the next page is loaded from the server: with the facts of now, or because the session has not started,
 * whose websocket has the address of this page.
 */
export const needsLoad = () => areFactsOld || !isThere

/** @param {object} message */
function send(message) {
  if (isThere) window.dispatchEvent(new CustomEvent("indexium:tell", {detail: message}))
  else waiting.push(message)
}

/** Send a message of the frame to the server. @type {(type: string, data: object) => void} */
export const tell = (type, data) => send({type, ...data})

/**
 * Show a sentence for a few seconds. `undo`: a step that can be undone; `plan`: a search of the plan that it offers;
 * `topic`: the subject of an error, whose next success closes it; `stop`: a scan, by its job, that it offers to stop.
 *
 * @type {(text: string, options?: {kind?: "good" | "info" | "error", undo?: number | null, plan?: string, topic?: string, stop?: number | null}) => void}
 */
export const toast = (text, {kind = "good", undo = null, plan = "", topic = "", stop = null} = {}) => {
  window.dispatchEvent(new CustomEvent("indexium:toast", {detail: {kind, text, undo, plan, topic, stop}}))
}

/** Name the window after what it shows. @param {string} title */
export const nameWindow = title => {
  document.title = `${title} · Indexium`
}
