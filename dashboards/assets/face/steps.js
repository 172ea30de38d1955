// Undo and redo of decisions: the next steps, and the buttons that name them.
import {change, onNews, read} from "#face/calls.js"
import {h, morph} from "#face/dom.js"
import {may, toast} from "#face/frame.js"
import {frameKeys} from "#face/keys.js"
import {adoptSheets} from "#face/sheets.js"

/** @typedef {Pick<Values.StepRow, "step_id" | "label">} Step */
/** @typedef {{undo: Step | null, redo: Step | null, undoable: number[]}} NextSteps */

const STEP = {step_id: 1, label: 1}
const NEWS = ["plan:changed", "matches:changed", "movie:updated", "series:updated"]
const PAGES = ["plan", "checks", "library", "titles", "title"] // on which the keys work
/** @type {import("#face/calls.js").Read} */
const NEXT = ["steps.next", {}, {undo: STEP, redo: STEP, undoable: 1}]
/** @type {NextSteps} */
const NONE = {undo: null, redo: null, undoable: []}
const UNDO = {act: "undo", sign: "↶", word: "Undo", key: "z", does: "undo the last decision"}
const REDO = {act: "redo", sign: "↷", word: "Redo", key: "Z", does: "redo the last undone decision about the plan"}

/** @type {{step: Step, known: NextSteps} | null} */
let told = null // the step of the newest message, and what was read before it

/** @returns {NextSteps} */
const knownSteps = () => read(NEXT, NEWS).value ?? NONE

/** Return the steps that can be undone and redone now, as far as they are known: a message about a step is newer than a read. */
export function nextSteps() {
  const known = knownSteps()
  if (!told || told.known !== known) return known
  return {undo: told.step, redo: null, undoable: [...known.undoable, told.step.step_id]}
}

/** A key that comes right after the message about a decision means this one. @param {Event} event */
function onToast(event) {
  const {undo: id, text} = /** @type {CustomEvent} */ (event).detail
  const known = knownSteps()
  if (id > (known.undo?.step_id ?? 0) && id !== known.redo?.step_id) told = {step: {step_id: id, label: text}, known}
}

/** Undo a step. A page that counts its own decisions undoes them itself. @param {number} id */
export function undo(id) {
  if (window.dispatchEvent(new CustomEvent("indexium:undo", {detail: id, cancelable: true})))
    void turn("steps.undo", id)
}

/** @type {(name: "steps.undo" | "steps.redo", id: number) => Promise<void>} */
async function turn(name, id) {
  try {
    const {value} = await change(name, {step_id: id}, {also: [NEXT]})
    if (value) toast(value.summary, {kind: value.files && !value.left ? "good" : "info"})
    else toast("There is nothing to undo or redo.", {kind: "info"})
  } catch (/** @type {any} */ error) {
    toast(error.message, {kind: "error"})
  }
}

/** @param {string} act */
function press(act) {
  const {[/** @type {"undo" | "redo"} */ (act)]: step} = nextSteps()
  if (!step) return
  if (act === "undo") undo(step.step_id)
  else void turn("steps.redo", step.step_id)
}

/** @type {(button: typeof UNDO, step: Step | null) => HTMLElement} */
const drawButton = ({act, sign, word, key}, step) =>
  h(
    "button",
    {
      type: "button",
      class: "btn quiet turnback",
      disabled: !step || null,
      title: step ? `${word}: ${step.label} (${key})` : `Nothing to ${act}`,
      "aria-label": step ? `${word}: ${step.label}` : `Nothing to ${act}`,
      data: {act, id: step?.step_id, key: act},
    },
    h("span", {"aria-hidden": "true"}, sign),
    h("span", {class: "word", "aria-hidden": "true"}, word),
  )

/** Draw the buttons into their place, and bind their keys. @param {HTMLElement} host */
export function showSteps(host) {
  if (!may("steps.undo")) return
  const tree = host.attachShadow({mode: "open"})
  adoptSheets(tree, ["indexium.css"])
  const root = h("div", {class: "ix"})
  tree.append(root)
  const draw = () => {
    const {undo: last, redo: next} = nextSteps()
    morph(root, [
      h(
        "div",
        {class: "review", role: "group", "aria-label": "Undo and redo"},
        drawButton(UNDO, last),
        drawButton(REDO, next),
      ),
    ])
  }
  root.addEventListener("click", event => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-act]")
    if (button instanceof HTMLElement) press(button.dataset.act)
  })
  for (const {act, key, does} of [UNDO, REDO])
    frameKeys(PAGES, {
      [key]: {
        does,
        group: "Decide",
        when: () => Boolean(nextSteps()[/** @type {"undo" | "redo"} */ (act)]),
        run: () => press(act),
      },
    })
  onNews(draw)
  window.addEventListener("indexium:toast", event => {
    onToast(event)
    draw()
  })
  draw()
}
