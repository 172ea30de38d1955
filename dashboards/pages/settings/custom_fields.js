// The section of custom fields: the definitions, and the form for a new or a changed one.
import {h} from "#face/dom.js"
import {button, drawSelect, facts} from "#face/widgets.js"

/**
 * @typedef {object} Form
 * @property {TypedValuesView} typed
 * @property {string} of The key of the field that it changes, "" for a new field.
 * @property {boolean} showsNames
 * @property {boolean} isSent Whether a problem belongs to this form.
 * @property {number} saved
 */

/** @type {() => TypedValuesView} */
export const emptyForm = () => ({type: "text"})

/** @param {CustomRowView} row */
const drawRow = ({key, label, about, names}) =>
  h(
    "div",
    {class: "setting custom-field", data: {key}},
    h("div", {class: "what"}, h("b", null, label), h("p", null, about)),
    h("div", {class: "names"}, facts(names)),
    h(
      "div",
      {class: "from"},
      button("Change…", "change-field", {kind: "link", data: {field: key}, "aria-label": `Change the field ${label}`}),
      button("Remove…", "remove-field", {kind: "link", data: {field: key}, "aria-label": `Remove the field ${label}`}),
    ),
  )

/** @type {(typed: TypedValuesView, name: string, label: string, hint: string, attributes?: Record<string, string>) => HTMLElement} */
const drawText = (typed, name, label, hint, attributes) =>
  h(
    "label",
    {class: "field", data: {key: name}},
    label,
    h("input", {
      type: "text",
      value: typed[name] ?? "",
      placeholder: hint,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "250",
      ...attributes,
      data: {typed: name, key: `typed-${name}`},
    }),
  )

/** @param {TypedValuesView} typed */
const drawChoices = typed =>
  h(
    "label",
    {class: "field", data: {key: "choices"}},
    "Allowed values, one per line (empty: all)",
    h("textarea", {rows: "3", value: typed.choices ?? "", data: {typed: "choices", key: "typed-choices"}}),
  )

/** @param {TypedValuesView} typed */
const drawRestriction = typed => {
  if (typed.type === "integer")
    return [
      drawText(typed, "lowest", "Smallest value", "0", {inputmode: "numeric"}),
      drawText(typed, "highest", "Largest value", "999999999", {inputmode: "numeric"}),
    ]
  return (typed.type === "text" || typed.type === "list") && drawChoices(typed)
}

/** @param {TypedValuesView} typed */
const drawNames = typed => [
  drawText(typed, "key", "Key, for searches and rules", "tape_number"),
  drawText(typed, "tag", "Name in Matroska, Ogg, WMV and FLV", "TAPE_NUMBER"),
  drawText(typed, "mp4", "Name in MP4 and MOV", "com.apple.iTunes:TAPE_NUMBER"),
  drawText(typed, "xmp", "XMP property of photos", "indexium:tape_number"),
  drawText(typed, "namespace", "Namespace of its prefix, if it is not well known", "http://example.com/ns/1.0/"),
]

/** @type {(custom: CustomFieldsView, form: Form) => HTMLElement} */
const drawForm = ({types, problem}, {typed, of, showsNames, isSent}) =>
  h(
    "div",
    {
      class: "field-form",
      role: "group",
      "aria-label": of ? `Change ${of}` : "New field",
      data: {editor: "", key: "field-form"},
    },
    h(
      "div",
      {class: "columns", data: {key: "columns"}},
      drawText(typed, "title", "Title", "Tape number"),
      h(
        "label",
        {class: "field", data: {key: "type"}},
        "Type",
        drawSelect(types, {"aria-label": "Type", data: {change: "field-type", key: "field-type"}}, typed.type),
      ),
      drawRestriction(typed),
      showsNames && drawNames(typed),
    ),
    !of &&
      button(showsNames ? "Hide the names in files" : "Names in files…", "field-names", {
        kind: "link",
        "aria-expanded": String(showsNames),
      }),
    isSent && problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, problem),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      button(of ? "Save" : "Add the field", "define", {kind: "primary"}),
      button("Cancel", "close-form", {}),
    ),
  )

/** @type {(custom: CustomFieldsView, form: Form | null) => HTMLElement} */
export const drawCustomFields = (custom, form) =>
  h(
    "section",
    {class: "card settings", "aria-label": "Custom fields", data: {key: "Custom fields"}},
    h("h2", null, "Custom fields"),
    h(
      "p",
      {class: "hint lead"},
      "Fields of your own beside title, date and the others: they are searched, edited, written and rolled back in the same way.",
    ),
    custom.rows.map(row => (form?.of === row.key ? drawForm(custom, form) : drawRow(row))),
    form
      ? !form.of && drawForm(custom, form)
      : h("div", {class: "acts pad", data: {key: "open-form"}}, button("Add a field…", "open-form", {})),
  )
