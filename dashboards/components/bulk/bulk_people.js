// The tabs that change people in the dialog for many files: add and remove, replace, and templates.
import {h} from "#face/dom.js"
import {includesName} from "#face/person_field.js"
import {button, drawTag, fileName, iconButton, label} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @import {Self} from "./bulk.js" */
const SEARCHABLE = 24 // a longer list of people has a search field

/** @typedef {{name: string, files: number, isNew?: boolean}} Person */

const SIGNS = {add: "+", del: "−"}

/**
 * Return the number of files that contain, or will contain, a person.
 *
 * @type {(person: Person, state: "add" | "del" | "keep", total: number) => string}
 */
function describe({files, isNew}, state, total) {
  if (state === "add") return isNew ? `to all ${plural(total, "file")}` : `from ${files} to all ${count(total)}`
  if (state === "del") return `from ${plural(files, "file")}`
  if (files < total) return `${count(files)} of ${count(total)}`
  return total === 1 ? "in it" : `in all ${count(total)}`
}

/** @type {(sign: string, text: string, act: string, name: string) => HTMLElement} */
const drawRound = (sign, text, act, name) =>
  h(
    "button",
    {type: "button", class: "round", title: text, "aria-label": text, data: {act, name, key: act}},
    h("span", {"aria-hidden": "true"}, sign),
  )

/** @type {(person: Person, state: string, total: number) => Child} */
function drawPersonButtons({name, files, isNew}, state, total) {
  if (state !== "keep") return drawRound("↺", isNew ? `Do not add ${name}` : `Do not change ${name}`, "keep", name)
  return [
    files < total && drawRound("+", `Add ${name} to all ${plural(total, "file")}`, "more", name),
    drawRound("−", `Remove ${name} from ${plural(files, "file")}`, "less", name),
  ]
}

/** @type {(self: Self, person: Person) => HTMLElement} */
function drawPerson({view, state: {draft}}, person) {
  const {name} = person
  const state = draft.stateOf(name)
  const isInAll = person.files === view.files
  const description = describe(person, state, view.files)
  const outcome = {
    add: `will be added ${description}`,
    del: `will be removed ${description}`,
    keep: `stays: ${description}`,
  }[state]
  return h(
    "div",
    {
      class: `who ${state}${isInAll ? " whole" : ""}`,
      role: "group",
      "aria-label": `${name}: ${outcome}`,
      data: {key: `who:${name}`},
    },
    h("span", {class: "sign", "aria-hidden": "true"}, state === "keep" ? (isInAll ? "●" : "◐") : SIGNS[state]),
    h(state === "del" ? "s" : "b", null, h("bdi", null, name)),
    h("small", null, description),
    drawPersonButtons(person, state, view.files),
  )
}

/** @type {(view: BulkView) => HTMLElement} */
const drawFind = ({total}) =>
  h("input", {
    type: "search",
    class: "find",
    "aria-label": "Find a person in these files",
    placeholder: `Find among ${count(total)} people…`,
    data: {key: "find"},
  })

/** @param {Self} self */
export function drawPeople(self) {
  const {view, state} = self
  const {draft, fields} = state
  const known = view.people.map(person => person.name)
  const added = draft.add.filter(name => !includesName(known, name)).map(name => ({name, files: 0, isNew: true}))
  const people = [...added, ...view.people]
  const field = fields["bulk-add"]
  return [
    drawField(self, "bulk-add", "Add a person to all of them…"),
    field.drawHint(name => includesName(draft.add, name)),
    (view.total > SEARCHABLE || view.found) && drawFind(view),
    people.length > 0
      ? h(
          "div",
          {class: "whos", role: "group", "aria-label": "People in these files"},
          people.map(person => drawPerson(self, person)),
        )
      : h("p", {class: "hint"}, view.found ? "No person matches." : "No people yet."),
    view.rest && h("p", {class: "hint"}, view.rest),
    draft.add.length > 0 && !draft.remove.length && drawNaming(self, "these additions"),
  ]
}

/** @type {(self: Self, id: string, placeholder: string) => HTMLElement} */
const drawField = ({state: {draft, fields}}, id, placeholder) =>
  h("div", {class: "field-box"}, fields[id].draw({placeholder, problem: draft.problem, describedBy: "bulk-problem"}))

/** @type {(side: string, name: string) => HTMLElement} */
const drawChosen = (side, name) =>
  h(
    "span",
    {class: "person", data: {key: `p:${side}`}},
    h("bdi", null, name),
    h("button", {type: "button", "aria-label": `Remove ${name} from the selection`, data: {act: "drop", side}}, "✕"),
  )

/** @type {(self: Self, side: "old" | "new", text: string) => HTMLElement} */
function drawSide(self, side, text) {
  const name = self.state.draft.pair[side]
  return h(
    "div",
    {class: "line", data: {key: `line-${side}`}},
    h("span", {class: "label"}, text),
    name ? drawChosen(side, name) : drawField(self, `bulk-${side}`, "A person…"),
  )
}

/** @param {Self} self */
export function drawReplace(self) {
  const {view, state} = self
  const {draft, fields} = state
  return [
    h("p", {class: "hint"}, "In files with the first person, the second person replaces the first one."),
    drawSide(self, "old", "Find"),
    drawSide(self, "new", "Replace by"),
    fields["bulk-new"].drawHint(name => includesName([draft.pair.new], name)),
    draft.change() && [drawExamples(draft.effect(view)), drawNaming(self, "this replacement")],
  ]
}

/** @type {(self: Self, what: string) => HTMLElement} */
function drawNaming({state: {draft}}, what) {
  const {templateName: name} = draft
  if (name === null)
    return h(
      "p",
      {class: "saving", data: {key: "saving"}, role: "status"},
      draft.isSaved()
        ? h("span", {class: "hint"}, "✓ Saved as a template.")
        : button(`Save ${what} as a template…`, "name", {kind: "link"}),
    )
  const attributes = {type: "text", maxlength: "100", value: name, autocomplete: "off", data: {key: "naming"}}
  return h(
    "div",
    {class: "saving", data: {key: "saving"}},
    h("label", {class: "field"}, "Name of the template", h("input", attributes)),
    button("Keep", "save", {kind: "small", disabled: !name.trim()}),
    button("Cancel", "unname", {kind: "quiet small"}),
  )
}

/** @type {(template: {name: string, does: string}, isChosen: boolean) => HTMLElement} */
const drawTemplate = ({name, does}, isChosen) =>
  h(
    "div",
    {class: isChosen ? "here" : "", data: {key: `t:${name}`}},
    h(
      "label",
      null,
      h("input", {type: "radio", name: "template", checked: isChosen, data: {change: "template", name}}),
      h("span", null, h("b", null, h("bdi", null, name)), h("small", null, h("bdi", null, does))),
    ),
    iconButton("✕", `Remove the template ${name}`, {act: "forget", name}, {title: "Remove the template"}),
  )

/** @param {Self} self @returns {Child} */
export function drawTemplates({view, state: {draft}}) {
  if (!view.templates.length)
    return h(
      "div",
      {class: "none"},
      h("p", null, "No template yet."),
      h("p", {class: "hint"}, "You can save a frequent edit as a template: choose it under People or Replace."),
    )
  return [
    h(
      "div",
      {class: "templates", role: "radiogroup", "aria-label": "Templates"},
      view.templates.map(template => drawTemplate(template, template.name === draft.template)),
    ),
    draft.template && drawExamples(draft.effect(view)),
  ]
}

/** @param {BulkEffectView["examples"][number]} example */
const drawExample = ({id, name, path, tags}) =>
  h(
    "li",
    {data: {key: id}},
    fileName(name, path),
    h("div", {class: "tags"}, tags.length ? tags.map(drawTag) : h("span", {class: "hint"}, "no people")),
  )

/** @type {(effect: BulkEffectView | null) => Child} */
const drawExamples = effect =>
  effect?.examples?.length > 0 &&
  h(
    "div",
    {data: {key: "examples"}},
    label("For example"),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": "Files that would change"},
      effect.examples.map(drawExample),
    ),
    effect.more && h("p", {class: "hint"}, effect.more),
  )
