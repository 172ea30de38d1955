// The tables with their columns, the saved queries and examples, and the queries that this browser ran.
import {h} from "#face/dom.js"
import {boneRows, button, closeButton, iconButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {import("#face/query.js").QueryPage} QueryPage
 * @typedef {import("#face/query.js").Saved} Saved
 * @typedef {{name: string, kind: string, description: string}} Column
 * @typedef {{name: string, description: string, rows_text: string, columns: Column[]}} Table
 */

/** @type {(text: string, sought: string) => boolean} */
const isMatch = (text, sought) => text.toLowerCase().includes(sought.toLowerCase())

/** @param {Column} column */
const drawColumn = ({name, kind, description}) =>
  h(
    "li",
    {data: {key: name}},
    h(
      "button",
      {type: "button", class: "insert", title: `Insert ${name}`, data: {act: "insert", name}},
      h("b", null, name),
      h("span", {class: "type"}, kind),
      h("small", null, description),
    ),
  )

/** @type {(page: QueryPage, table: Table) => HTMLElement} */
function drawTable({sought, unfolded}, {name, description, rows_text: rows, columns}) {
  const matching = sought ? columns.filter(column => isMatch(column.name, sought)) : columns
  const isOpen = unfolded.has(name) || (sought !== "" && matching.length > 0)
  return h(
    "li",
    {class: "table", data: {key: name}},
    h(
      "div",
      {class: "table-name"},
      h(
        "button",
        {
          type: "button",
          class: "fold",
          "aria-expanded": String(isOpen),
          "aria-label": `Columns of ${name}`,
          data: {act: "fold", name, key: `fold-${name}`},
        },
        h("span", {"aria-hidden": "true"}, "▸"),
      ),
      h(
        "button",
        {type: "button", class: "insert", title: `Insert ${name}`, data: {act: "insert", name}},
        h("b", null, name),
        h("span", {class: "type"}, rows),
      ),
    ),
    isOpen && [
      h("p", null, description),
      h("ul", {class: "columns"}, (matching.length ? matching : columns).map(drawColumn)),
    ],
  )
}

/** @type {(page: QueryPage, name: string, title: string, hint: string, ...content: Child[]) => HTMLElement} */
const drawPart = ({part}, name, title, hint, ...content) =>
  h(
    "section",
    {class: part === name ? "card side-part open" : "card side-part", "aria-label": title, data: {key: name}},
    h("h2", null, title, h("small", null, hint)),
    ...content,
  )

/** @param {QueryPage} page */
function drawTables(page) {
  const {sought} = page
  const {value: tables, error} = page.tables()
  if (error && !tables)
    return drawPart(page, "tables", "Tables", "", h("p", {class: "hint", role: "alert"}, error.message))
  if (!tables) {
    const bones = h("div", {class: "loading", role: "status", "aria-label": "loading"}, boneRows(8))
    return drawPart(page, "tables", "Tables", "", bones)
  }
  const shown = tables.filter(
    (/** @type {Table} */ {name, columns}) => isMatch(name, sought) || columns.some(each => isMatch(each.name, sought)),
  )
  return drawPart(
    page,
    "tables",
    "Tables",
    String(tables.length),
    h("input", {
      type: "text",
      class: "seek",
      value: sought,
      placeholder: "Find a table or column",
      "aria-label": "Find a table or column",
      autocomplete: "off",
      data: {key: "seek"},
    }),
    h(
      "div",
      {class: "scroll", tabindex: "0", role: "group", "aria-label": "List of tables", data: {key: "tree"}},
      shown.length > 0
        ? h(
            "ul",
            {class: "tree"},
            shown.map((/** @type {Table} */ table) => drawTable(page, table)),
          )
        : h("p", {class: "hint"}, "No table and no column has this name."),
    ),
  )
}

/** @param {Saved} query */
const drawFieldsOf = ({values}) => {
  const fields = Object.keys(values).length
  return fields > 0 && h("small", null, plural(fields, "field"))
}

/** @type {(page: QueryPage, query: Saved, index: number) => HTMLElement} */
function drawSaved({opened}, query, index) {
  const {query_id: id, name} = query
  const isHere = opened?.query_id === id
  return h(
    "li",
    {class: isHere ? "item here" : "item", data: {key: id}},
    h(
      "button",
      {type: "button", class: "pick", "aria-current": isHere ? "true" : null, data: {act: "saved", index}},
      h("b", {dir: "auto"}, name),
      drawFieldsOf(query),
    ),
    iconButton("✕", `Remove ${name}`, {act: "remove", index}, {title: `Remove ${name}`}),
  )
}

/** @type {(query: Saved, index: number) => HTMLElement} */
const drawExample = (query, index) =>
  h(
    "li",
    {class: "item", data: {key: `example-${index}`}},
    h(
      "button",
      {type: "button", class: "pick", data: {act: "example", index}},
      h("b", null, query.name),
      drawFieldsOf(query),
    ),
  )

/** @param {QueryPage} page */
function drawQueries(page) {
  const {removed} = page
  const saved = page.saved()
  return drawPart(
    page,
    "saved",
    "Queries",
    "",
    removed &&
      h(
        "div",
        {class: "removed", role: "status"},
        h("span", null, "Removed “", h("bdi", null, removed.name), "”."),
        button("Undo", "restore", {kind: "link"}),
        closeButton("Dismiss", {act: "dismiss"}),
      ),
    h(
      "ul",
      {class: "items"},
      saved?.map((query, index) => drawSaved(page, query, index)),
    ),
    saved?.length === 0 && h("p", {class: "hint"}, "No saved queries yet."),
    h("h3", {class: "label"}, "Examples"),
    h("ul", {class: "items"}, page.examples().map(drawExample)),
  )
}

/** @param {string} moment */
const timeOf = moment => {
  const [date, now] = [new Date(moment), new Date()]
  const isToday = date.toDateString() === now.toDateString()
  return isToday
    ? date.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"})
    : date.toLocaleDateString("en-GB", {day: "numeric", month: "short"})
}

/** @type {(run: import("#face/query.js").Run, index: number) => HTMLElement} */
const drawRunOf = ({text, outcome, at}, index) =>
  h(
    "li",
    {class: "item", data: {key: `${at}-${index}`}},
    h(
      "button",
      {type: "button", class: "pick run", data: {act: "earlier", index}},
      h("code", null, text.replaceAll(/\s+/g, " ").slice(0, 120)),
      h("small", {class: outcome === "error" ? "bad-text" : ""}, `${outcome} · ${timeOf(at)}`),
    ),
  )

/** @param {QueryPage} page */
const drawHistory = page =>
  drawPart(
    page,
    "history",
    "History",
    page.runs.length ? "in this browser" : "",
    page.runs.length > 0
      ? h(
          "div",
          {class: "scroll", tabindex: "0", role: "group", "aria-label": "Earlier queries"},
          h("ul", {class: "items"}, page.runs.map(drawRunOf)),
        )
      : h("p", {class: "hint"}, "Queries that you run or replace are listed here."),
  )

/** @type {(page: QueryPage, name: string, label: string) => HTMLElement} */
const drawFold = ({part}, name, label) =>
  button([label, h("span", {"aria-hidden": "true"}, "▾")], "side", {
    "aria-expanded": String(part === name),
    data: {name, key: `part-${name}`},
  })

/** @param {QueryPage} page */
export const drawSide = page => [
  h(
    "div",
    {class: "folds", role: "group", "aria-label": "Tables, queries and history", data: {key: "folds"}},
    drawFold(page, "tables", "Tables"),
    drawFold(page, "saved", "Queries"),
    drawFold(page, "history", "History"),
  ),
  drawTables(page),
  drawQueries(page),
  drawHistory(page),
]
