// The question before a rollback of an operation, or of a part of it.
import {go} from "#face/address.js"
import {ask} from "#face/ask.js"
import {drawSection} from "#face/dialog_sections.js"
import {startOrPropose} from "#face/publish_question.js"
import {andMore, count, plural} from "#face/wording.js"

const PREVIEW = {
  ...{noun: 1, person: 1, restorable: 1, is_proposal: 1, title: 1, is_possible: 1, named: 1, waits: 1, refusal: 1},
  ...{promise: 1, hint: 1, counts: 1, hints: 1, conflict_count: 1, choices: 1, adds: 1, newer: 1, item_ids: 1},
  conflicts: {name: 1, file_path: 1, message: 1},
}

/**
 * The part of an operation that is rolled back; all of it by default.
 * @typedef {{query?: string, item_ids?: number[], person?: string}} Part
 * @typedef {Pick<Values.RollbackPreview, "noun" | "person" | "restorable" | "is_proposal" | "is_possible" | "named" | "waits" | "refusal" | "promise" | "hint" | "counts" | "hints" | "conflict_count" | "choices" | "adds" | "newer" | "item_ids"> & {conflicts: Pick<Values.ConflictItem, "name" | "file_path" | "message">[]}} Preview
 */

/** @param {Preview} preview */
const conflictsOf = ({conflicts, conflict_count: total}) => ({
  kind: "items",
  label: `${plural(total, "file")} with a conflict`,
  items: conflicts.map(({name, file_path: path, message}) => ({
    ...{name, path, message, status: "conflict", level: "warning"},
  })),
  more: andMore(total - conflicts.length),
})

/** The sections of the question. @param {Preview} preview */
export function sectionsOf(preview) {
  const {named, waits, refusal, promise, hint, counts, hints, conflict_count: total} = preview
  return [
    {kind: "text", text: named},
    waits && {kind: "why", level: "warning", text: waits},
    refusal && {kind: "why", level: "warning", text: refusal},
    promise && {kind: "why", level: "safe", text: promise},
    hint && {kind: "hint", text: hint},
    counts.length > 0 && {kind: "facts", pairs: counts},
    ...hints.map(text => ({kind: "hint", text})),
    total > 0 && conflictsOf(preview),
  ].filter(Boolean)
}

/** Return how many files are rolled back with some choices. @type {(preview: Preview, ticked: string[]) => number} */
export const numberOf = ({restorable, adds}, ticked) =>
  Object.entries(adds).reduce(
    (sum, [choice, more]) => sum + (choice.split(" ").every(each => ticked.includes(each)) ? more : 0),
    restorable,
  )

/** Return the text of the button. @type {(preview: Preview, ticked: string[]) => string} */
export function confirmOf(preview, ticked) {
  const {person, noun, is_possible: isPossible, is_proposal: isProposal} = preview
  if (!isPossible) return ""
  const number = numberOf(preview, ticked)
  const part = number ? `Roll back ${plural(number, noun)}` : "Roll back"
  const words = person ? `Remove from ${plural(number, "file")}` : part
  return isProposal ? `Propose to ${words[0].toLowerCase()}${words.slice(1)}` : words
}

/** Return the options of a rollback with some choices. @type {(preview: Preview, ticked: string[]) => object} */
export const rollbackOptions = ({item_ids: items, person, newer}, ticked) => ({
  ...(items && {item_ids: items}),
  ...(person && {person}),
  changed: ["comment", "replace"].find(each => ticked.includes(each)) ?? "skip",
  with_newer: ticked.includes("newer") ? newer : [],
  replan: ticked.includes("replan"),
})

/** @param {Preview} preview @returns {QuestionField[]} */
const fieldsFor = ({choices}) => [
  ...(choices.length
    ? [{name: "choices", kind: /** @type {const} */ ("checks"), label: "You can choose", optionsOf}]
    : []),
  {name: "note", label: "Note (optional)", required: false, longest: 2000},
]

/** @param {Preview} preview */
const optionsOf = ({choices}) => choices

/** The question about a rollback. @type {(id: number, part: Part) => Question} */
export const rollbackQuestion = (id, part) => ({
  title: `Roll back operation ${count(id)}?`,
  titleOf: ({title}) => title,
  reads: () => ["previews.before_rollback", {operation_id: id, options: part}, PREVIEW],
  parts: preview => sectionsOf(preview).map(section => drawSection(/** @type {any} */ (section))),
  fieldsOf: preview => (preview.is_possible ? fieldsFor(preview) : []),
  answers: preview => ({preview}),
  allows: (preview, {choices = []}) => numberOf(preview, choices) > 0,
  confirm: "Roll back",
  confirmOf: (preview, {choices = []}) => confirmOf(preview, choices),
  stays: true,
})

/** Ask whether to roll back an operation, and start; return the id of the rollback, or null. @type {(id: number, part?: Part) => Promise<number | null>} */
export async function askRollback(id, part = {}) {
  /** @type {number | null} */
  let started = null
  await ask(rollbackQuestion(id, part), async ({preview, choices = [], note}) => {
    started = await startOrPropose("history.begin_rollback", {
      operation_id: id,
      options: {...rollbackOptions(preview, choices), note: note.trim()},
      is_proposal: preview.is_proposal,
    })
  })
  return started
}

/** Ask whether to roll back an operation, and show the rollback that has started. @type {(id: number, part?: Part) => Promise<void>} */
export async function rollBack(id, part) {
  const started = await askRollback(id, part)
  if (started !== null) go({op: started, page: ""})
}
