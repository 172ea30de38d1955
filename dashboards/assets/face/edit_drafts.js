// Edits that a person left without saving: the page keeps them as drafts until the person applies or drops them.
import {ofTab, store, stored} from "#face/local_storage.js"

/**
 * @typedef {{names: string[], text: string, seen: number, adds?: boolean}} PeopleDraft `text` is the text of the field,
 *   without a choice; `seen` is the newest decision about the file that the person has seen; `adds`: the names join the
 *   people of the file, who were not known.
 * @typedef {{key: string, label: string, typed: string, seen?: number}} ValueDraft
 * @typedef {{people?: PeopleDraft | null, field?: ValueDraft | null, media?: ValueDraft | null}} Draft
 * @typedef {keyof Draft} DraftKind
 */

const HOME = document.querySelector("script[data-home]")?.getAttribute("data-home") ?? ""
const STORED = `indexium.drafts.${HOME}` // another home has other files with the same ids
globalThis.indexiumDrafts ??= new Map(JSON.parse(stored(STORED, ofTab) ?? "[]"))
/** @type {Map<number, Draft>} By file: the drafts belong to the page, not to one list, and they survive its reload. */
const DRAFTS = globalThis.indexiumDrafts

function announce() {
  store(STORED, JSON.stringify([...DRAFTS]), ofTab)
  setTimeout(() => window.dispatchEvent(new Event("indexium:drafts")))
}

/** @param {number} id @returns {Draft} */
export const draftOf = id => DRAFTS.get(id) ?? {}
/** @param {number} id */
export const hasDraft = id => DRAFTS.has(id)

/** Keep what a person left without saving. @type {(id: number, left: Draft) => void} */
export function keepDraft(id, left) {
  const kept = Object.entries(left).filter(([, edit]) => edit)
  if (!kept.length) return
  DRAFTS.set(id, {...draftOf(id), ...Object.fromEntries(kept)})
  announce()
}

/** @type {(id: number, kind: DraftKind) => void} */
export function dropDraft(id, kind) {
  const {[kind]: dropped, ...rest} = draftOf(id)
  if (!dropped) return
  if (Object.values(rest).some(Boolean)) DRAFTS.set(id, rest)
  else DRAFTS.delete(id)
  announce()
}
