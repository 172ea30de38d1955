// The values of a title with origin and padlock, the candidates of the open one, and the form for a value by hand.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @type {(title: string, key: string, ...body: Child[]) => HTMLElement} */
export const section = (title, key, ...body) =>
  h(
    "section",
    {class: `card pad title-part ${key}`, "aria-labelledby": `title-${key}`, data: {key}},
    h("h2", {id: `title-${key}`}, title),
    ...body,
  )

/** @type {(value: ValueView, choice: ValueChoiceView) => HTMLElement} */
const drawChoice = ({field}, {place, text, origin, time, shown}) =>
  h(
    "li",
    {data: {key: `choice${place}`}},
    h(
      "button",
      {
        type: "button",
        class: shown ? "choice on" : "choice",
        "aria-pressed": String(shown),
        data: {act: "choose", field, place},
      },
      h("span", {class: "tick", "aria-hidden": "true"}, shown ? "✓" : ""),
      h("bdi", null, text),
      h("small", null, `${origin}, ${time}`),
    ),
  )

/** @type {(field: string, label: string, typed: string, problem: string) => HTMLElement} */
const drawForm = (field, label, typed, problem) =>
  h(
    "form",
    {class: "by-hand", data: {editor: "", field, key: "form"}},
    h("label", {for: "title-value"}, `${label} by hand`),
    typed.length > 80
      ? h("textarea", {id: "title-value", rows: 4, data: {key: `input-${field}`}}, typed)
      : h("input", {id: "title-value", type: "text", value: typed, autocomplete: "off", data: {key: `input-${field}`}}),
    h("button", {type: "submit", class: "btn small primary"}, "Save"),
    problem && h("p", {class: "complain danger", role: "alert"}, problem),
  )

/** @type {(value: ValueView, problem: string) => Child} */
const drawOpened = (value, problem) =>
  value.open &&
  h(
    "div",
    {class: "candidates", id: `candidates-${value.field}`, data: {key: "opened"}},
    h(
      "ul",
      {"aria-label": `Candidates for ${value.label}`},
      value.candidates.map(each => drawChoice(value, each)),
    ),
    value.editable && drawForm(value.field, value.label, value.typed, problem),
    value.by_hand &&
      button("Remove my value", "set", {kind: "link", data: {field: value.field, text: "", key: "remove"}}),
  )

/** @type {(value: ValueView) => string} */
function lockTitle({locked, nfo}) {
  if (locked) return "Locked: scans and providers do not change it"
  return nfo ? "Locked by its NFO file: providers do not change it. Lock it here, too" : "Lock this value"
}

/** @type {(problem: string, value: ValueView) => HTMLElement} */
const drawValue = (problem, value) =>
  h(
    "div",
    {class: value.open ? "value open" : "value", data: {key: value.field}},
    h(
      "button",
      {
        type: "button",
        class: "shown",
        title: value.about,
        "aria-expanded": String(value.open),
        "aria-controls": value.open ? `candidates-${value.field}` : null,
        data: {act: "value", field: value.field, key: "shown"},
      },
      h("span", {class: "what"}, value.label),
      h("bdi", null, value.text),
      h(
        "small",
        null,
        `${value.origin}, ${value.time}`,
        value.nfo && " · locked by the file",
        value.count > 1 && h("span", {class: "others"}, ` · ${value.count} values`),
      ),
    ),
    h("button", {
      type: "button",
      class: value.locked ? "icon lock on" : value.nfo ? "icon lock nfo" : "icon lock",
      "aria-pressed": String(value.locked),
      "aria-label": `Lock ${value.label}`,
      title: lockTitle(value),
      data: {act: value.locked ? "unlock" : "lock", field: value.field, key: "lock"},
    }),
    drawOpened(value, problem),
  )

/** @param {ValuesView} view */
export function drawValues(view) {
  const added = view.more.find(each => each.field === view.opened)
  return section(
    "Values",
    "values",
    h(
      "div",
      {class: "value-list"},
      view.values.map(each => drawValue(view.problem, each)),
    ),
    added && drawForm(added.field, added.label, "", view.problem),
    view.more.length > 0 &&
      h(
        "select",
        {class: "select", "aria-label": "Add a value", data: {change: "add", key: `add${view.opened}`}},
        h("option", {value: ""}, "Add a value …"),
        view.more.map(each => h("option", {value: each.field}, each.label)),
      ),
  )
}
