// The foot of the dialog for many files: the effect in words, and the button that applies the change.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @typedef {import("#face/edit_files.js").FilesEditor} FilesEditor */
/**
 * @typedef {object} EditFoot
 * @property {string} [text] The effect in words.
 * @property {string} [warning]
 * @property {string} act
 * @property {string} label
 * @property {boolean} isReady
 * @property {boolean} [isBad] The change is not possible; the text is the reason.
 */

/** Return a date in words. @param {string} day In ISO form. */
const dateText = day =>
  new Date(`${day}T12:00`).toLocaleDateString("en-GB", {day: "numeric", month: "short", year: "numeric"})

/** @type {(editor: FilesEditor) => EditFoot} */
function skipFoot({draft, ownFiles}) {
  const day = draft.until()
  const suggested = draft.day !== "date" && draft.days.find(each => each.day === day)
  const until = suggested ? suggested.text : dateText(day)
  return {act: "skip", label: day ? `Skip ${ownFiles} until ${until}` : `Skip ${ownFiles}`, isReady: true}
}

/** @type {(editor: FilesEditor) => EditFoot} */
function mediaFoot({draft: {media, properties}, ownFiles}) {
  const {size} = properties
  if (media === "rescan") {
    const text = "It runs in the background. The jobs page shows its progress."
    return {text, act: "rescan", label: `Rescan ${ownFiles}`, isReady: true}
  }
  const verb = media === "lock" ? "Lock" : "Unlock"
  return {act: "lock", label: size ? `${verb} ${plural(size, "field")} of ${ownFiles}` : verb, isReady: size > 0}
}

/** @type {(editor: FilesEditor) => EditFoot} */
const modesFoot = ({draft: {modes}, ownFiles}) => ({
  act: "modes",
  label: `Set for ${ownFiles}`,
  isReady: Boolean(modes.people || modes.comment),
})

/** The effect in a sentence. @type {(editor: FilesEditor) => string} */
function effectText({draft: {fieldKey, isRemoved}, choices, effect: {sentence, changed}}) {
  if (sentence) return sentence
  if (!changed) return "Nothing would change."
  const title = choices?.fields.find(({key}) => key === fieldKey)?.title ?? fieldKey
  return `${isRemoved ? "Removes" : "Sets"} the field ${title} ${isRemoved ? "from" : "of"} ${plural(changed, "file")}.`
}

/** @type {(verb: string, hint?: string) => (editor: FilesEditor) => EditFoot} */
const changeFoot =
  (verb, hint = "") =>
  editor => {
    const {draft, effect, effectError} = editor
    const [shortVerb] = verb.split(" ")
    if (effectError) return {text: effectError, isBad: true, act: "apply", label: shortVerb, isReady: false}
    if (!effect) return {text: draft.change() ? "Counting…" : hint, act: "apply", label: shortVerb, isReady: false}
    const {changed, notes, warning} = effect
    return {
      text: [effectText(editor), notes].filter(Boolean).join(" "),
      warning,
      act: "apply",
      label: changed ? `${verb} ${plural(changed, "file")}` : shortVerb,
      isReady: changed > 0,
    }
  }

/** @type {Record<import("#face/edit_files_draft.js").EditTab, (editor: FilesEditor) => EditFoot>} */
const FEET = {
  people: changeFoot("Change", "Choose the people to add or to remove. All others stay."),
  replace: changeFoot("Replace in"),
  fields: changeFoot("Apply to", "Choose a field and enter its new value."),
  templates: changeFoot("Apply to"),
  skip: skipFoot,
  modes: modesFoot,
  media: mediaFoot,
}

/** @param {FilesEditor} editor */
export const drawFoot = editor => {
  const {text, warning, isBad, act, label, isReady} = FEET[editor.draft.tab](editor)
  return h(
    "div",
    {class: "d-foot", data: {key: "foot"}},
    h(
      "p",
      {class: `grow sum${isBad ? " bad-text" : ""}`, "aria-live": "polite"},
      text,
      warning && h("span", {class: "warn"}, ` ! ${warning}`),
    ),
    button("Cancel", "shut", {data: {key: "cancel"}}),
    button(label, act, {
      kind: "primary",
      disabled: !isReady || !editor.people,
      "aria-busy": editor.draft.isWaiting ? "true" : null,
      data: {key: "go"},
    }),
  )
}
