// The values of a title with origin and padlock; of the open one, the other values and the form for a value by hand.
import {may} from "#face/frame.js"
import {h} from "#face/dom.js"

const LONG = 80 // characters from which a value has a field of several lines
export const VALUE = {
  ...{field: 1, label: 1, about: 1, line: 1, text: 1, value: 1, origin: 1, origin_text: 1, since: 1, fetched_at: 1},
  ...{locked: 1, locked_by_nfo: 1, shown: 1, is_editable: 1},
}

/**
 * @typedef {Pick<Values.TitleValue, "field" | "label" | "about" | "line" | "text" | "value" | "origin" | "origin_text" | "since" | "fetched_at" | "locked" | "locked_by_nfo" | "shown" | "is_editable">} Value
 * @typedef {{values: Value[], candidates: Value[], title: import("#face/title.js").Title}} Known
 * @typedef {SectionParts<Value>} Parts
 */

/** @type {(value: Value, candidate: Value, place: number) => HTMLElement} */
const drawChoice = ({field}, {line, origin_text: origin, since, shown}, place) =>
  h(
    "li",
    {data: {key: `choice${place}`}},
    h(
      "button",
      {
        type: "button",
        class: shown ? "choice on" : "choice",
        "aria-pressed": String(shown),
        data: {act: "choose-value", field, number: place},
      },
      h("span", {class: "tick", "aria-hidden": "true"}, shown ? "✓" : ""),
      h("bdi", null, line || "empty"),
      h("small", null, `${origin}, ${since}`),
    ),
  )

/** @type {(value: Value, candidates: Value[], parts: Parts) => HTMLElement} */
const drawOpened = (value, candidates, {form, act}) =>
  h(
    "div",
    {class: "candidates", id: `candidates-${value.field}`, data: {key: "opened"}},
    candidates.length > 0 &&
      h(
        "ul",
        {"aria-label": `Candidates for ${value.label}`},
        candidates.map((each, place) => drawChoice(value, each, place)),
      ),
    form("set-value", value),
    candidates.some(({origin}) => origin === "hand") && act("remove-value", value, {class: "btn link"}),
  )

/** @param {Value} value */
function lockTitle({locked, locked_by_nfo: isOfFile}) {
  if (locked) return "Locked: scans and providers do not change it"
  return isOfFile ? "Locked by its NFO file: providers do not change it. Lock it here, too" : "Lock this value"
}

/** @param {Value} value */
const drawLock = value =>
  may("titles.set_lock") &&
  h("button", {
    type: "button",
    class: value.locked ? "icon lock on" : value.locked_by_nfo ? "icon lock nfo" : "icon lock",
    "aria-pressed": String(value.locked),
    "aria-label": `Lock ${value.label}`,
    title: lockTitle(value),
    data: {act: "lock-value", key: "lock"},
  })

/** @type {(value: Value, candidates: Value[], isOpen: boolean, parts: Parts) => HTMLElement} */
const drawValue = (value, candidates, isOpen, parts) =>
  h(
    "div",
    {class: isOpen ? "value open" : "value", data: {row: value.field, key: value.field}},
    h(
      "button",
      {
        type: "button",
        class: "shown",
        title: value.about,
        "aria-expanded": String(isOpen),
        "aria-controls": isOpen ? `candidates-${value.field}` : null,
        data: {act: "open", key: "shown"},
      },
      h("span", {class: "what"}, value.label),
      h("bdi", null, value.line || "empty"),
      h(
        "small",
        null,
        [value.origin_text, value.since].filter(Boolean).join(", "),
        value.locked_by_nfo && " · locked by the file",
        candidates.length > 1 && h("span", {class: "others"}, ` · ${candidates.length} values`),
      ),
    ),
    value.origin && drawLock(value),
    isOpen && drawOpened(value, candidates, parts),
  )

/** A field that has no value yet. @type {(field: Values.FieldWithoutValue) => Value} */
const withoutValue = ({field, label}) => ({
  ...{field, label, about: "", line: "", text: "", value: null, origin: "", origin_text: "", since: "", fetched_at: ""},
  ...{locked: false, locked_by_nfo: false, shown: false, is_editable: true},
})

/** The values, and a field that a person adds. @type {(known: Known, place: Route) => Value[]} */
export function shownValues({values, title}, {value: opened}) {
  const added = title.addable.filter(({field}) => field === opened)
  return [...values, ...added.map(withoutValue)]
}

/** @type {(known: Known, place: Route) => Child} */
const drawAdding = ({title}, {value: opened = ""}) =>
  may("titles.edit") &&
  title.addable.length > 0 &&
  h(
    "div",
    {class: "adding", data: {key: "adding"}},
    h(
      "select",
      {class: "select", "aria-label": "Add a value", data: {change: "open", key: `add-${opened}`}},
      h("option", {value: ""}, "Add a value …"),
      title.addable.map(({field, label}) => h("option", {value: field}, label)),
    ),
  )

/** @type {(known: Known, parts: Parts, place: Route) => Child} */
export const drawValues = (known, parts, place) => [
  h(
    "div",
    {class: "value-list", data: {key: "values"}},
    shownValues(known, place).map(value =>
      drawValue(
        value,
        known.candidates.filter(({field}) => field === value.field),
        place.value === value.field,
        parts,
      ),
    ),
  ),
  drawAdding(known, place),
]

/** The form for a value by hand. @param {Value} value @returns {Question | null} */
export const valueForm = value =>
  value?.is_editable
    ? {
        title: `${value.label} by hand`,
        fields: [
          {
            name: "value",
            kind: value.text.length > LONG ? "lines" : "text",
            label: `${value.label} by hand`,
            value: value.text,
            required: false,
          },
        ],
        confirm: "Save",
        lasts: "draft",
      }
    : null
