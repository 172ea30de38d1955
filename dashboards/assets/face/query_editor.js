// The editor of a query: its text with colours and completions, its fields, and the buttons that run and save it.
import {h} from "#face/dom.js"
import {coloured} from "#face/sql_text.js"
import {button, chip, drawSelect} from "#face/widgets.js"

/** @typedef {import("#face/query.js").QueryPage} QueryPage */

const ROWS = 7
const SECONDS = 10 // in which a query is stopped
/** @type {Record<string, object>} */
const INPUTS = {
  number: {type: "text", inputmode: "decimal", size: "8"},
  date: {type: "date"},
  text: {type: "text"},
  any: {type: "text"},
}

/** @param {QueryPage} page */
const drawNaming = ({opened}) =>
  h(
    "div",
    {class: "naming", data: {key: "naming"}},
    h("input", {
      type: "text",
      class: "named",
      value: opened?.name ?? "",
      maxlength: "80",
      placeholder: "Name of the query",
      "aria-label": "Name of the query",
      autocomplete: "off",
      data: {key: "name"},
    }),
    button("Save", "store", {kind: "small primary", data: {key: "store"}}),
    button("Cancel", "unname", {kind: "small quiet", data: {key: "unname"}}),
  )

/** @param {QueryPage} page */
function drawHead(page) {
  const {text, opened, isNaming} = page
  const isChanged = text.trim() !== "" && text !== opened?.text
  return h(
    "div",
    {class: "sql-head", data: {key: "head"}},
    isNaming
      ? drawNaming(page)
      : [
          h("b", {dir: "auto"}, opened?.name || "New query"),
          isChanged && chip("note", opened ? "changed" : "not saved"),
          h("span", {class: "grow"}),
          button("New", "new", {kind: "small quiet", key: "n", data: {key: "new"}}),
          button("Save…", "name", {kind: "small", disabled: !text.trim(), data: {key: "save"}}),
        ],
  )
}

/** @type {(page: QueryPage, fault: import("#face/query.js").SqlFault | null) => HTMLElement} */
function drawText({text, completion}, fault) {
  const lines = text.split("\n")
  const hasPlace = fault && fault.position !== null
  const bad = hasPlace ? [...text].slice(0, fault.position).join("").split("\n").length : 0
  const rows = Math.max(ROWS, lines.length)
  return h(
    "div",
    {class: "sql", data: {key: "sql"}},
    h(
      "div",
      {class: "sql-lines", "aria-hidden": "true", data: {key: "lines"}},
      Array.from({length: rows}, (_, index) =>
        h("span", {class: index + 1 === bad ? "bad" : ""}, index < lines.length ? index + 1 : ""),
      ),
    ),
    h(
      "div",
      {class: "sql-sheet", data: {key: "sheet"}},
      h("pre", {"aria-hidden": "true", data: {key: "paint"}}, coloured(text), "\n"),
      h("textarea", {
        class: "sql-text",
        value: text,
        rows,
        spellcheck: "false",
        autocapitalize: "off",
        autocorrect: "off",
        autocomplete: "off",
        wrap: "off",
        placeholder: "SELECT … FROM files",
        ...completion.inputAttributes(),
        "aria-label": "SQL",
        "aria-invalid": fault ? "true" : null,
        "aria-describedby": fault ? "sql-error" : null,
        data: {key: "text"},
      }),
    ),
  )
}

/** @type {(page: QueryPage, field: Values.QueryField) => HTMLElement} */
function drawField({values}, {name, kind}) {
  const attributes = {"aria-label": `$${name}`, data: {key: `field-${name}`, field: name}}
  const choices = [
    {value: "", label: "…"},
    {value: "true", label: "yes"},
    {value: "false", label: "no"},
  ]
  return h(
    "label",
    {class: `sql-field ${kind}`, data: {key: name}},
    h("span", null, `$${name}`),
    kind === "flag"
      ? drawSelect(choices, attributes, values[name] ?? "")
      : h("input", {...INPUTS[kind], value: values[name] ?? "", autocomplete: "off", ...attributes}),
  )
}

/** @param {QueryPage} page */
function drawRun({running, text, status}) {
  const elapsed = running ? (performance.now() - running.startedAt) / 1000 : 0
  return h(
    "div",
    {class: "sql-run", data: {key: "run"}},
    button(["Run", h("kbd", {"aria-hidden": "true"}, "Ctrl ↵")], "run", {
      kind: "primary",
      disabled: Boolean(running) || !text.trim(),
      data: {key: "go"},
    }),
    button(["Cancel", h("kbd", {"aria-hidden": "true"}, "Esc")], "cancel", {
      disabled: !running,
      data: {key: "cancel"},
    }),
    h(
      "span",
      {class: "status", role: "status"},
      running
        ? [
            h("span", {"aria-hidden": "true"}, `${elapsed.toFixed(1)} s of at most ${SECONDS} s`),
            h("span", {class: "vh"}, "The query is running."),
          ]
        : status,
    ),
    h("span", {class: "grow"}),
    h("small", {class: "limits"}, `limits: ${SECONDS} s, 1 GB of memory, 10,000 rows`),
    running &&
      h("i", {
        class: "sql-time",
        "aria-hidden": "true",
        style: {"--share": `${Math.min(100, (elapsed / SECONDS) * 100)}%`},
      }),
  )
}

/** @param {import("#face/query.js").SqlFault} fault */
const drawFault = ({message, position}) =>
  h(
    "div",
    {class: "sql-error danger", id: "sql-error", role: "alert", data: {key: "error"}},
    h("p", null, h("span", {"aria-hidden": "true"}, "▲ "), message),
    position !== null && button("Show it", "fault", {kind: "link"}),
  )

/** @param {QueryPage} page */
export function drawEditor(page) {
  const {completion, fields} = page
  const fault = page.faultHere()
  return h(
    "section",
    {class: "card sql-card", "aria-label": "SQL", data: {key: "editor"}},
    drawHead(page),
    h(
      "div",
      {class: "sql-place", data: {key: "place"}},
      drawText(page, fault),
      h("div", {class: "sql-offers", style: completion.place(), data: {key: "offers"}}, completion.drawList()),
    ),
    fault && drawFault(fault),
    fields.length > 0 &&
      h(
        "div",
        {class: "sql-fields", role: "group", "aria-label": "Fields of this query", data: {key: "fields"}},
        fields.map(field => drawField(page, field)),
      ),
    drawRun(page),
  )
}
