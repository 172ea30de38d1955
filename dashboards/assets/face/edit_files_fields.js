// The tab that sets one field of all files in the dialog for many files: a value, or a rule with placeholders.
import {h} from "#face/dom.js"
import {drawExamples} from "#face/edit_files_people.js"
import {drawSelect} from "#face/widgets.js"

/** @typedef {import("#face/edit_files.js").FilesEditor} FilesEditor */

/** @param {Values.RulePlaceholder} placeholder */
const drawPlaceholder = ({name, about}) =>
  h(
    "li",
    {data: {key: name}},
    h(
      "button",
      {type: "button", class: "btn link", title: "Add it to the value", data: {act: "rule", name}},
      `{${name}}`,
    ),
    h("span", null, about),
  )

/** @param {Values.OfferedRule} suggestion */
const drawSuggestion = ({label: text, rule}) =>
  h("button", {type: "button", class: "btn small", title: rule, data: {act: "rule", rule, key: rule}}, text)

/** @param {Values.OfferedRule[]} suggestions */
const drawSuggestions = suggestions =>
  suggestions.length > 0 &&
  h("div", {class: "suggestions", role: "group", "aria-label": "Rules"}, suggestions.map(drawSuggestion))

/** @type {(choices: Values.EditChoices, isOpen: boolean) => Child} */
const drawHelp = ({placeholders, more_about_rules: more}, isOpen) => [
  h(
    "button",
    {type: "button", class: "btn link help", "aria-expanded": String(isOpen), data: {act: "help", key: "help"}},
    isOpen ? "Hide the placeholders" : "Placeholders…",
  ),
  isOpen && [
    h("ul", {class: "listing placeholders", "aria-label": "Placeholders"}, placeholders.map(drawPlaceholder)),
    h("p", {class: "hint"}, more),
  ],
]

/** @type {(draft: import("#face/edit_files_draft.js").EditDraft, example: string) => HTMLElement} */
const drawRule = ({isRemoved, rule}, example) =>
  h("input", {
    type: "text",
    class: "rule",
    "aria-label": "Value or rule",
    value: isRemoved ? "" : rule,
    disabled: isRemoved || null,
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "10000",
    placeholder: example,
    "aria-describedby": "field-about",
    data: {key: "rule"},
  })

/** @param {FilesEditor} editor */
export function drawFieldTab({draft, choices, effect}) {
  const {isRemoved, fieldKey} = draft
  const field = choices?.fields.find(({key}) => key === fieldKey)
  const options = choices?.fields.map(({key: value, title}) => ({value, label: title})) ?? []
  return [
    h(
      "div",
      {class: "setting-field", data: {key: "setting-field"}},
      h(
        "label",
        {class: "field"},
        "Field",
        drawSelect(options, {"aria-label": "Field", data: {change: "field-key", key: "field-key"}}, fieldKey),
      ),
      h("label", {class: "field"}, "Value or rule", drawRule(draft, field?.example ?? "")),
    ),
    h("p", {class: "hint", id: "field-about"}, field?.about),
    field && !isRemoved && drawSuggestions(field.rules),
    h(
      "label",
      {class: "tick"},
      h("input", {type: "checkbox", checked: isRemoved, data: {change: "remove-field", key: "remove-field"}}),
      "Remove the field from the files",
    ),
    choices && !isRemoved && drawHelp(choices, draft.showsHelp),
    draft.change() && h("div", {data: {key: "field-effect"}}, drawExamples(effect)),
  ]
}
