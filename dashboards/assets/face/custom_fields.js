// The fields that people define: a row each, and the form for a new or a changed one.
import {h} from "#face/dom.js"
import {facts} from "#face/widgets.js"

const LARGEST = 999_999_999 // of a whole number

/** @type {Record<Values.CustomField["type"], string>} */
const TYPES = {
  text: "Text",
  integer: "Whole number",
  date: "Date",
  datetime: "Date and time",
  list: "List of words",
}

/**
 * @typedef {Pick<Values.CustomField, "key" | "title" | "type" | "choices" | "lowest" | "highest" | "tag" | "mp4" | "xmp"> & {limits: string}} Row
 * @typedef {{fields: Row[]}} Known
 * @typedef {SectionParts<Row>} Parts
 */

/** @param {Row} row */
const meaningOf = ({key, type, limits}) =>
  `${TYPES[type]}${limits && (type === "integer" ? ` ${limits}` : `: ${limits}`)}. In searches and rules: ${key}.`

/** @type {(row: Row, parts: Parts) => HTMLElement} */
function drawRow(row, {act, form}) {
  const {key, title, tag, mp4, xmp} = row
  const changed = form("change-field", row)
  return h(
    "div",
    {class: changed ? "" : "custom-field", data: {row: key, key}},
    changed ?? [
      h("div", {class: "what"}, h("b", null, title), h("p", null, meaningOf(row))),
      h(
        "div",
        {class: "names"},
        facts([
          ["Matroska, Ogg, WMV, FLV", tag],
          ["MP4, MOV", mp4],
          ["Photos", xmp],
        ]),
      ),
      h(
        "div",
        {class: "from"},
        act("change-field", row, {kind: "link", "aria-label": `Change the field ${title}`}),
        act("remove-field", row, {kind: "link", "aria-label": `Remove the field ${title}`}),
      ),
    ],
  )
}

// The form.

const isInteger = (/** @type {Answers} */ {type}) => type === "integer"
const mayHaveChoices = (/** @type {Answers} */ {type}) => type === "text" || type === "list"
const hasNames = (/** @type {Answers} */ {names}) => names

/** The names of a new field; those of a present one stay. @type {QuestionField[]} */
const NAMES = [
  {name: "key", label: "Key, for searches and rules", placeholder: "tape_number"},
  {name: "tag", label: "Name in Matroska, Ogg, WMV and FLV", placeholder: "TAPE_NUMBER"},
  {name: "mp4", label: "Name in MP4 and MOV", placeholder: "com.apple.iTunes:TAPE_NUMBER"},
  {name: "xmp", label: "XMP property of photos", placeholder: "indexium:tape_number"},
  {
    name: "namespace",
    label: "Namespace of its prefix, if it is not well known",
    placeholder: "http://example.com/ns/1.0/",
  },
]

/** @type {(row?: Row) => QuestionField[]} */
const fieldsOf = row => [
  {name: "title", label: "Title", placeholder: "Tape number", value: row?.title, longest: 250},
  {
    name: "type",
    label: "Type",
    kind: "select",
    choices: Object.entries(TYPES).map(([value, label]) => ({value, label})),
    value: row?.type ?? "text",
  },
  {
    name: "choices",
    label: "Allowed values, one per line (empty: all)",
    kind: "lines",
    value: row?.choices.join("\n"),
    required: false,
    when: mayHaveChoices,
  },
  ...[
    {name: "lowest", label: "Smallest value", placeholder: "0", value: row?.lowest},
    {name: "highest", label: "Largest value", placeholder: String(LARGEST), value: row?.highest},
  ].map(each => ({
    ...each,
    value: String(each.value ?? ""),
    inputmode: "numeric",
    required: false,
    when: isInteger,
  })),
  ...(row
    ? []
    : [
        {name: "names", label: "Names in files", kind: /** @type {const} */ ("switch")},
        ...NAMES.map(each => ({...each, longest: 250, required: false, when: hasNames})),
      ]),
]

/** @param {Answers} answers */
function checkLimits(answers) {
  const wrong = [answers.lowest, answers.highest].find(text => text && !/^\d+$/.test(text))
  return wrong ? `“${wrong.slice(0, 40)}” is no whole number.` : ""
}

/** Return what both calls take; an empty limit is none. @param {Answers} answers */
export const partsOf = ({title, type, choices = "", lowest, highest}) => ({
  title,
  type,
  choices: /** @type {string} */ (choices)
    .split("\n")
    .map(each => each.trim())
    .filter(Boolean),
  ...(type === "integer" && {lowest: Number(lowest || 0), highest: Number(highest || LARGEST)}),
})

/** @type {SectionSpec<Row, Known>} */
export const customFields = {
  name: "custom-fields",
  title: "Custom fields",
  isWide: true,
  isFlush: true,
  reads: () => ({
    fields: [
      "fields.list",
      {},
      {...{key: 1, title: 1, type: 1, choices: 1, lowest: 1, highest: 1}, ...{tag: 1, mp4: 1, xmp: 1, limits: 1}},
    ],
  }),
  rows: "fields",
  id: "key",
  draw: ({fields}, parts) => [
    h(
      "p",
      {class: "hint lead"},
      "Fields of your own beside title, date and the others: they are searched, edited, written and rolled back in the same way.",
    ),
    fields.map(row => drawRow(row, parts)),
    h("div", {class: "new-field", data: {key: "new-field"}}, parts.form("add-field") ?? parts.act("add-field")),
  ],
  actions: [
    {
      act: "add-field",
      needs: "fields.define",
      label: "Add a field…",
      isForm: true,
      asks: () => ({title: "New field", fields: fieldsOf(), check: checkLimits, confirm: "Add the field"}),
      call: (_, answers) => {
        const {key = "", tag = "", mp4 = "", xmp = "", namespace = ""} = answers
        return ["fields.define", {key, ...partsOf(answers), tag, mp4, xmp, namespace}]
      },
      done: ({title}) => `${title} is a field now. The next scan reads its values from the files.`,
    },
    {
      act: "change-field",
      needs: "fields.change",
      label: "Change…",
      isForm: true,
      asks: ([row]) => ({title: `Change ${row.key}`, fields: fieldsOf(row), check: checkLimits, confirm: "Save"}),
      keeps: true,
      call: ([{key}], answers) => ["fields.change", {key, ...partsOf(answers)}],
      done: ({title}) => `${title} is changed. Values in files stay as they are.`,
    },
    {
      act: "remove-field",
      needs: "fields.remove",
      label: "Remove…",
      asks: ([{key, title}]) => ({
        title: `Remove the field ${title}?`,
        text: `Searches, rules and saved views with ${key} no longer work. The values in the files stay.`,
        confirm: "Remove the field",
        risky: true,
      }),
      call: ([{key}]) => ["fields.remove", {key}],
      done: ({title}) => `${title} is no field any more.`,
    },
  ],
}
