// The result of a query: a table with pages, a chart that the server draws, and a description of the columns.
import {h} from "#face/dom.js"
import {button, chip, drawSelect, emptyState, placeOf, turnButtons} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/**
 * @typedef {import("#face/query.js").QueryPage} QueryPage
 * @typedef {import("#face/query.js").Result} Result
 * @typedef {import("#face/query.js").Tab} Tab
 * @typedef {import("#face/query.js").Answer["columns"][number]} ResultColumn
 */

/** @type {[Tab, string][]} */
const TABS = [
  ["table", "Table"],
  ["chart", "Chart"],
  ["columns", "Columns"],
]
const FACTS = ["Column", "Type", "Filled", "Different", "Smallest", "Largest"]
const LONG = 24 // characters of a cell that has a tip

/** @param {QueryPage} page */
const drawNone = page =>
  h(
    "section",
    {class: "card result", "aria-label": "Result", data: {key: "none"}},
    emptyState(
      "No result yet",
      "Write a query and run it with Ctrl+Enter, or start with a question:",
      h(
        "div",
        {class: "questions"},
        page.examples().map(({name}, index) => button(name, "example", {kind: "small", data: {index, key: index}})),
      ),
    ),
  )

/** @param {Result} result */
function drawExports({text, values}) {
  const v = Object.keys(values).length ? {v: JSON.stringify(values)} : {}
  const search = new URLSearchParams({q: text, ...v})
  const api = new URLSearchParams({sql: text, ...(v.v && {values: v.v})})
  /** @type {(label: string, kind: string) => HTMLElement} */
  const file = (label, kind) =>
    h("a", {class: "btn small quiet", href: `/files/query.${kind}?${search}`, download: "", data: {key: kind}}, label)
  return [
    file("CSV", "csv"),
    file("Parquet", "parquet"),
    button("Copy link", "copy-link", {
      kind: "small quiet",
      title: "Address of this result as JSON, for programs",
      data: {link: `/api/query?${api}`, key: "link"},
    }),
    button("Copy as pandas", "copy-pandas", {kind: "small quiet", data: {key: "copy"}}),
  ]
}

/** The order on a phone, where the table has no heads. @param {QueryPage} page */
const drawSorting = ({result, order}) =>
  drawSelect(
    [
      {value: "-1", label: "order of the query"},
      ...result.answer.columns.map(({name}, index) => ({value: String(index), label: name})),
    ],
    {class: "select sorting", "aria-label": "Sort by", data: {change: "order", key: "order"}},
    String(order?.column ?? -1),
  )

/** @type {(page: QueryPage, rows: Values.ResultPage | undefined) => HTMLElement} */
function drawHead(page, rows) {
  const {result, tab} = page
  const isTable = tab === "table"
  const pages = page.pages()
  return h(
    "div",
    {class: "result-head", data: {key: "head"}},
    h(
      "div",
      {class: "seg", role: "group", "aria-label": "Show the result as"},
      TABS.map(([name, label]) =>
        h(
          "button",
          {type: "button", "aria-pressed": String(name === tab), data: {act: "tab", tab: name, key: name}},
          label,
        ),
      ),
    ),
    h("span", {class: "num", role: "status"}, isTable && rows?.total ? placeOf(rows).range : result.answer.number_text),
    isTable &&
      pages > 1 &&
      h(
        "span",
        {class: "turn"},
        turnButtons({page: page.number, pages}, number => ["page", {page: number}]),
      ),
    isTable && result.answer.kept > 0 && drawSorting(page),
    h("span", {class: "grow"}),
    h("span", {class: "exports"}, drawExports(result)),
  )
}

/** @param {QueryPage} page */
function drawFiles(page) {
  const found = page.files()
  if (!found) return null
  const {files, count: changed, text, hint, is_editable: isEditable} = found
  return h(
    "div",
    {class: "of-plan", role: "group", "aria-label": "Files of the result", data: {key: "selection"}},
    h("div", {class: "grow"}, h("b", null, text), h("small", null, hint)),
    isEditable &&
      button(files === 1 ? "Edit this file" : `Edit these ${plural(files, "file")}`, "edit", {kind: "small"}),
    button(`Select ${plural(changed, "file")} in the plan`, "select", {
      kind: "primary small",
      disabled: changed === 0,
    }),
  )
}

/** @param {Values.ResultCell} cell @returns {Child} */
function drawCell({kind, text, items, more}) {
  if (kind === "null") return h("i", {class: "null"}, "null")
  if (kind === "risk") return chip(text, text)
  if (kind === "list")
    return h(
      "span",
      {class: "tags", title: items.join(", ")},
      items.map(item => h("span", {class: "tag"}, h("bdi", null, item))),
      more > 0 && h("span", {class: "tag"}, `+${more}`),
    )
  return h("bdi", {title: text.length > LONG ? text : null}, text)
}

/** @type {(page: QueryPage, column: ResultColumn, index: number) => HTMLElement} */
function drawColumnHead({order}, {name, kind, is_amount: isAmount}, index) {
  const isSorted = order?.column === index
  return h(
    "th",
    {
      scope: "col",
      class: isAmount ? "right" : "",
      "aria-sort": isSorted ? (order.descending ? "descending" : "ascending") : null,
    },
    h(
      "button",
      {type: "button", title: `Sort by ${name}`, data: {act: "sort", column: index, key: index}},
      h("span", null, name, isSorted && h("span", {"aria-hidden": "true"}, order.descending ? " ↓" : " ↑")),
      h("small", null, kind),
    ),
  )
}

/** @type {(column: ResultColumn, cell: Values.ResultCell) => HTMLElement} */
const drawValue = ({name, is_amount: isAmount}, cell) =>
  h("td", {class: isAmount ? "right" : "", data: {label: name}}, drawCell(cell))

/** @type {(page: QueryPage, rows: Values.ResultPage | undefined) => HTMLElement} */
function drawTable(page, rows) {
  const {columns, kept} = page.result.answer
  if (!kept)
    return h(
      "div",
      {data: {key: "none"}},
      emptyState("No rows", "The query ran without an error and returned no rows."),
    )
  return h(
    "div",
    {class: "scroller", tabindex: "0", role: "group", "aria-label": "Rows of the result", data: {key: "table"}},
    h(
      "table",
      {"aria-label": "Result"},
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map((column, index) => drawColumnHead(page, column, index)),
        ),
      ),
      h(
        "tbody",
        null,
        rows?.items.map(row =>
          h(
            "tr",
            null,
            row.map((cell, index) => drawValue(columns[index], cell)),
          ),
        ),
      ),
    ),
  )
}

/** @param {Values.ColumnFacts[] | undefined} found */
const drawColumns = found =>
  h(
    "div",
    {class: "scroller", tabindex: "0", role: "group", "aria-label": "Columns of the result", data: {key: "facts"}},
    h(
      "table",
      {class: "plain", "aria-label": "Columns"},
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          FACTS.map((name, index) => h("th", {scope: "col", class: isNumber(index) ? "right" : ""}, name)),
        ),
      ),
      h(
        "tbody",
        null,
        found?.map(({name, kind, filled, different, smallest, largest}) =>
          h(
            "tr",
            null,
            [name, kind, count(filled), count(different), smallest, largest].map((text, index) =>
              h(
                "td",
                {class: isNumber(index) ? "right" : "", data: {label: FACTS[index]}},
                h("bdi", null, text || "–"),
              ),
            ),
          ),
        ),
      ),
    ),
  )

/** @param {number} index */
const isNumber = index => index === 2 || index === 3

/** The rows, the chart or the columns. @type {(page: QueryPage, rows: Values.ResultPage | undefined) => Child} */
function drawTab(page, rows) {
  if (page.tab === "chart") return h("slot", {data: {key: "slot"}})
  if (page.tab === "columns") return drawColumns(page.columnFacts().value)
  return drawTable(page, rows)
}

/** @param {QueryPage} page */
export function drawResult(page) {
  const {result, running, tab} = page
  if (!result) return drawNone(page)
  const {cut_text: cut} = result.answer
  const rows = page.rows()
  const error = tab === "columns" ? page.columnFacts().error : rows.error
  return h(
    "section",
    {class: running ? "card result faded" : "card result", "aria-label": "Result", data: {key: "result"}},
    drawHead(page, rows.value),
    cut && h("p", {class: "cut warning", data: {key: "cut"}}, h("span", {"aria-hidden": "true"}, "! "), cut),
    error && h("p", {class: "cut danger", role: "alert", data: {key: "error"}}, error.message),
    drawFiles(page),
    drawTab(page, rows.value),
  )
}
