// The tab that sets one field of all files in the dialog for many files: a value, or a rule with placeholders.
import {h} from "#face/dom.js"
import {drawSelect, drawTag, fileName, label} from "#face/widgets.js"

/** @import {Self} from "./bulk.js" */
/** @param {BulkEffectView["examples"][number]} example */
const drawExample = ({id, name, path, tags, problem}) =>
  h(
    "li",
    {data: {key: id}},
    fileName(name, path),
    problem ? h("p", {class: "bad-text"}, problem) : h("div", {class: "tags"}, tags.map(drawTag)),
  )

/** @param {BulkEffectView | null} effect */
const drawEffect = effect =>
  effect?.examples?.length > 0 && [
    label("For example"),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": "Files that would change"},
      effect.examples.map(drawExample),
    ),
    effect.more && h("p", {class: "hint"}, effect.more),
  ]

/** @param {PlaceholderView} placeholder */
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

/** @param {RuleSuggestionView} suggestion */
const drawSuggestion = ({label: text, rule}) =>
  h("button", {type: "button", class: "btn small", title: rule, data: {act: "rule", rule, key: rule}}, text)

/** @param {RuleSuggestionView[]} suggestions */
const drawSuggestions = suggestions =>
  suggestions.length > 0 &&
  h("div", {class: "suggestions", role: "group", "aria-label": "Rules"}, suggestions.map(drawSuggestion))

/** @param {Self} self */
const drawHelp = ({view, state: {draft}}) => [
  h(
    "button",
    {
      type: "button",
      class: "btn link help",
      "aria-expanded": String(draft.showsHelp),
      data: {act: "help", key: "help"},
    },
    draft.showsHelp ? "Hide the placeholders" : "Placeholders…",
  ),
  draft.showsHelp && [
    h("ul", {class: "listing placeholders", "aria-label": "Placeholders"}, view.placeholders.map(drawPlaceholder)),
    h("p", {class: "hint"}, view.rule_help),
  ],
]

/** @param {Self} self */
export function drawFieldTab(self) {
  const {view, state} = self
  const {draft} = state
  const {isRemoved} = draft
  const field = view.editable.find(each => each.value === draft.fieldKey)
  return [
    h(
      "div",
      {class: "setting-field", data: {key: "setting-field"}},
      h(
        "label",
        {class: "field"},
        "Field",
        drawSelect(
          view.editable,
          {"aria-label": "Field", data: {change: "field-key", key: "field-key"}},
          draft.fieldKey,
        ),
      ),
      h(
        "label",
        {class: "field"},
        "Value or rule",
        h("input", {
          type: "text",
          class: "rule",
          "aria-label": "Value or rule",
          value: isRemoved ? "" : draft.rule,
          disabled: isRemoved || null,
          autocomplete: "off",
          spellcheck: "false",
          maxlength: "10000",
          placeholder: field.example,
          "aria-describedby": "field-about",
          data: {key: "rule"},
        }),
      ),
    ),
    h("p", {class: "hint", id: "field-about"}, field.about),
    !isRemoved && drawSuggestions(field.suggestions),
    h(
      "label",
      {class: "tick"},
      h("input", {type: "checkbox", checked: isRemoved, data: {change: "remove-field", key: "remove-field"}}),
      "Remove the field from the files",
    ),
    !isRemoved && drawHelp(self),
    draft.change() && h("div", {data: {key: "field-effect"}}, drawEffect(draft.effect(view))),
  ]
}
