// The steps from an empty home to a first plan, each with its assurance.
import {h} from "#face/dom.js"
import {drawPromise} from "#face/promise.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {{scanned_at: string | null}} Folder
 * @typedef {{folders: Folder[], quality: Pick<Values.Quality, "persons" | "waiting">, numbers: {planned: number, operations: number}, scanning: object | null}} Known
 * @typedef {{title: string, text: string, promise: string}} Step
 */

/** @param {Known} known @returns {Step[]} */
const stepsOf = ({numbers: {planned}}) => [
  {
    title: "Choose a folder",
    text: "The folder with your videos and photos, or with your films and series. It includes subfolders.",
    promise: "No file is changed.",
  },
  {
    title: "Scan the folder",
    text: "A scan reads the names, sizes and comments of the files.",
    promise: "A scan changes no file.",
  },
  {
    title: "Add people",
    text: "From a list, from the comments of the files, or by hand.",
    promise: "The people are stored in the home of Indexium. No file is changed.",
  },
  {
    title: "Review the plan",
    text: planned ? `${plural(planned, "file")} would change.` : "The plan shows what would be written into each file.",
    promise: "Nothing is written before you confirm, and every write can be rolled back.",
  },
]

/** The index of the first step that is not done: those before it are. @param {Known} known */
export function currentStep({folders, quality: {persons, waiting}, scanning}) {
  if (!folders.length) return 0
  if (scanning || !folders.some(({scanned_at: at}) => at)) return 1
  return persons || waiting ? 3 : 2
}

let isGuided = false // the steps were shown in this tab: the last one appears after people were added

/** Whether the steps are shown: in an empty home, and then until the first write. @param {Known} known */
export function isLed({folders, quality: {persons, waiting}, numbers: {operations}}) {
  if (operations) return false
  isGuided ||= !(folders.length && (persons || waiting))
  return isGuided
}

/** @type {(step: Step, index: number, current: number, body: Child) => HTMLElement} */
const drawStep = ({title, text, promise}, index, current, body) => {
  const isDone = index < current
  const isCurrent = index === current
  return h(
    "li",
    {
      class: `step${isDone ? " done" : ""}${isCurrent ? " current" : ""}`,
      "aria-current": isCurrent ? "step" : null,
      data: {key: `step${index}`},
    },
    h("span", {class: "place", "aria-hidden": "true"}, isDone ? "✓" : index + 1),
    h(
      "div",
      null,
      h("h2", null, title, isDone && h("span", {class: "vh"}, " (done)")),
      isCurrent && [h("p", null, text), drawPromise(promise), body],
    ),
  )
}

/**
 * The first steps.
 *
 * @param {{add(): Child, people(parts: SectionParts): Child}} bodies What a person does in the steps.
 * @param {Record<string, ReadCall>} reads
 * @returns {SectionSpec<any, Known>}
 */
export const firstSteps = (bodies, reads) => ({
  name: "first-steps",
  title: "First steps",
  hasNoTitle: true,
  isFlush: true,
  reads: () => reads,
  when: isLed,
  draw(known, parts) {
    const current = currentStep(known)
    const all = [
      bodies.add,
      () => !known.scanning && h("div", {class: "acts"}, parts.act("scan-now", undefined, {kind: "primary"})),
      () => bodies.people(parts),
      () => h("div", {class: "acts"}, h("a", {class: "btn primary", href: "/plan"}, "Review the plan")),
    ]
    return h(
      "ol",
      {class: "steps", "aria-label": "First steps", data: {key: "steps"}},
      stepsOf(known).map((step, index) => drawStep(step, index, current, index === current && all[index]())),
    )
  },
})
