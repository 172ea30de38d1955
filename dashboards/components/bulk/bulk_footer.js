// The footer of the dialog for many files: the effect in words, and the button that applies the change.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @import {Self} from "./bulk.js" */
/**
 * @typedef {object} Footer
 * @property {string} [text] The effect in words.
 * @property {string} [warning]
 * @property {string} act
 * @property {string} label
 * @property {boolean} isReady
 */

/** Return a date in words. @param {string} day In ISO form. */
const dateText = day =>
  new Date(`${day}T12:00`).toLocaleDateString("en-GB", {day: "numeric", month: "short", year: "numeric"})

/** @param {Self} self @returns {Footer} */
function skipFooter({view, state: {draft}}) {
  const files = plural(view.own, "file")
  const day = draft.until(view)
  const suggested = draft.day !== "date" && view.days.find(item => item.day === day)
  const until = suggested ? suggested.text : dateText(day)
  return {act: "skip", label: day ? `Skip ${files} until ${until}` : `Skip ${files}`, isReady: true}
}

/** @param {Self} self @returns {Footer} */
function mediaFooter({view, state: {draft}}) {
  const files = plural(view.own, "file")
  const {size} = draft.fields
  if (draft.media === "rescan") {
    const text = "It runs in the background. The jobs page shows its progress."
    return {text, act: "rescan", label: `Rescan ${files}`, isReady: true}
  }
  const verb = draft.media === "lock" ? "Lock" : "Unlock"
  return {act: "lock", label: size ? `${verb} ${plural(size, "field")} of ${files}` : verb, isReady: size > 0}
}

/** @param {Self} self @returns {Footer} */
function modesFooter({view, state: {draft}}) {
  const {people, comment} = draft.modes
  return {act: "modes", label: `Set for ${plural(view.own, "file")}`, isReady: Boolean(people || comment)}
}

/** @type {(verb: string, hint?: string) => (self: Self) => Footer} */
const changeFooter =
  (verb, hint = "") =>
  ({view, state: {draft}}) => {
    const [shortVerb] = verb.split(" ")
    const effect = draft.effect(view)
    if (!effect) return {text: draft.change() ? "Counting…" : hint, act: "apply", label: shortVerb, isReady: false}
    const {files, text, rest, warning} = effect
    return {
      text: [text, rest].filter(Boolean).join(" "),
      warning,
      act: "apply",
      label: files ? `${verb} ${plural(files, "file")}` : shortVerb,
      isReady: Boolean(files),
    }
  }

/** @type {Record<BulkTabView, (self: Self) => Footer>} */
const FOOTERS = {
  people: changeFooter("Change", "Choose the people to add or to remove. All others stay."),
  replace: changeFooter("Replace in"),
  fields: changeFooter("Apply to", "Choose a field and enter its new value."),
  templates: changeFooter("Apply to"),
  skip: skipFooter,
  modes: modesFooter,
  media: mediaFooter,
}

/** @param {Self} self */
export const drawFooter = self => {
  const {draft} = self.state
  const {text, warning, act, label, isReady} = FOOTERS[draft.tab](self)
  const isBad = draft.effect(self.view)?.bad
  return h(
    "div",
    {class: "d-foot"},
    h(
      "p",
      {class: `grow sum${isBad ? " bad-text" : ""}`, "aria-live": "polite"},
      text,
      warning && h("span", {class: "warn"}, ` ! ${warning}`),
    ),
    button("Cancel", "shut", {data: {key: "cancel"}}),
    button(label, act, {kind: "primary", disabled: !isReady, data: {key: "go"}}),
  )
}
