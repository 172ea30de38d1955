// The tabs that change people in the dialog for many files: add and remove, replace, templates; and examples of files.
import {h} from "#face/dom.js"
import {includesName} from "#face/person_field.js"
import {button, drawTag, fileName, iconButton, label} from "#face/widgets.js"
import {andMore, count, plural} from "#face/wording.js"

/** @typedef {import("#face/edit_files.js").FilesEditor} FilesEditor */
/** @typedef {import("#face/edit_files.js").Effect} Effect */
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

/** @type {(person: Person, state: "add" | "del" | "keep", total: number) => HTMLElement} */
function drawPerson(person, state, total) {
  const {name} = person
  const isInAll = person.files === total
  const description = describe(person, state, total)
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
    drawPersonButtons(person, state, total),
  )
}

/** @param {number} total */
const drawFind = total =>
  h("input", {
    type: "search",
    class: "find",
    "aria-label": "Find a person in these files",
    placeholder: `Find among ${count(total)} people…`,
    data: {key: "find"},
  })

/** The people of the files, and those who are added. @param {FilesEditor} editor @returns {Child} */
function drawEverybody({draft, people}) {
  if (!people) return h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
  const known = people.people.map(({name}) => name)
  const added = draft.add.filter(name => !includesName(known, name)).map(name => ({name, files: 0, isNew: true}))
  const everybody = [...added, ...people.people]
  const rest = people.total - people.people.length
  return [
    (people.total > SEARCHABLE || draft.like) && drawFind(people.total),
    everybody.length > 0
      ? h(
          "div",
          {class: "whos", role: "group", "aria-label": "People in these files"},
          everybody.map(person => drawPerson(person, draft.stateOf(person.name), people.files)),
        )
      : h("p", {class: "hint"}, draft.like ? "No person matches." : "No people yet."),
    rest > 0 && h("p", {class: "hint"}, `${andMore(rest)}; type a name to find them`),
  ]
}

/** @param {FilesEditor} editor */
export function drawPeople(editor) {
  const {draft, fields} = editor
  return [
    drawField(editor, "edit-add", "Add a person to all of them…"),
    fields["edit-add"].drawHint(name => includesName(draft.add, name)),
    drawEverybody(editor),
    draft.add.length > 0 && !draft.remove.length && drawNaming(draft, "these additions"),
  ]
}

/** @type {(editor: FilesEditor, id: string, placeholder: string) => HTMLElement} */
const drawField = ({draft, fields}, id, placeholder) =>
  h("div", {class: "field-box"}, fields[id].draw({placeholder, problem: draft.problem, describedBy: "edit-problem"}))

/** @type {(side: string, name: string) => HTMLElement} */
const drawChosen = (side, name) =>
  h(
    "span",
    {class: "person", data: {key: `p:${side}`}},
    h("bdi", null, name),
    h("button", {type: "button", "aria-label": `Remove ${name} from the selection`, data: {act: "drop", side}}, "✕"),
  )

/** @type {(editor: FilesEditor, side: "old" | "new", text: string) => HTMLElement} */
function drawSide(editor, side, text) {
  const name = editor.draft.pair[side]
  return h(
    "div",
    {class: "line", data: {key: `line-${side}`}},
    h("span", {class: "label"}, text),
    name ? drawChosen(side, name) : drawField(editor, `edit-${side}`, "A person…"),
  )
}

/** @param {FilesEditor} editor */
export function drawReplace(editor) {
  const {draft, fields} = editor
  return [
    h("p", {class: "hint"}, "In files with the first person, the second person replaces the first one."),
    drawSide(editor, "old", "Find"),
    drawSide(editor, "new", "Replace by"),
    fields["edit-new"].drawHint(name => includesName([draft.pair.new], name)),
    draft.change() && [drawExamples(editor.effect), drawNaming(draft, "this replacement")],
  ]
}

/** @type {(draft: import("#face/edit_files_draft.js").EditDraft, what: string) => HTMLElement} */
function drawNaming(draft, what) {
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

/** @param {FilesEditor} editor @returns {Child} */
export function drawTemplates({draft, templates, effect}) {
  if (!templates?.length)
    return h(
      "div",
      {class: "none"},
      h("p", null, templates ? "No template yet." : "…"),
      h("p", {class: "hint"}, "You can save a frequent edit as a template: choose it under People or Replace."),
    )
  return [
    h(
      "div",
      {class: "templates", role: "radiogroup", "aria-label": "Templates"},
      templates.map(template => drawTemplate(template, template.name === draft.template)),
    ),
    draft.template && drawExamples(effect),
  ]
}

/** @param {Effect["examples"][number]} example */
const drawExample = ({file_id: id, file_name: name, file_path: path, tags, problem}) =>
  h(
    "li",
    {data: {key: id}},
    fileName(name, path),
    problem
      ? h("p", {class: "bad-text"}, problem)
      : h("div", {class: "tags"}, tags.length ? tags.map(drawTag) : h("span", {class: "hint"}, "no people")),
  )

/** Some of the files that a change concerns. @type {(effect: Effect | null) => Child} */
export const drawExamples = effect =>
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
    effect.more > 0 && h("p", {class: "hint"}, andMore(effect.more)),
  )
