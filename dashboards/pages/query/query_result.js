// The result of a query: a table with pages, a chart, and a description of the columns.
import {copyText} from "#face/clipboard.js"
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {button, chip, drawSelect, turnButtons} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {Component<QueryResultView>} Self
 */

const NARROW = window.matchMedia("(max-width: 700px)")
/** @type {[string, string][]} */
const TABS = [
  ["table", "Table"],
  ["chart", "Chart"],
  ["columns", "Columns"],
]
/** The fields of the chart: their names, words and titles. @param {QueryResultView} view */
const drawnAxes = ({lying}) =>
  /** @type {const} */ ([
    ["kind", "", "Kind of chart"],
    ["x", lying ? "y axis" : "x axis", lying ? "y axis" : "x axis"],
    ["y", lying ? "x axis" : "y axis", lying ? "x axis" : "y axis"],
    ["colour", "colour", "Colour"],
  ])

/** @param {QueryResultView} view */
const drawEmpty = ({examples}) =>
  h(
    "section",
    {class: "card result", "aria-label": "Result", data: {key: "empty"}},
    h(
      "div",
      {class: "empty"},
      h("b", null, "No result yet"),
      h("p", null, "Write a query and run it with Ctrl+Enter, or start with a question:"),
      h(
        "div",
        {class: "questions"},
        examples.map(({index, name}) => button(name, "example", {kind: "small", data: {index, key: index}})),
      ),
    ),
  )

/** @param {QueryResultView} view */
const drawExport = ({files, search, api}) => [
  files &&
    h("a", {class: "btn small quiet", href: `${files}query.csv?${search}`, download: "", data: {key: "csv"}}, "CSV"),
  files &&
    h(
      "a",
      {class: "btn small quiet", href: `${files}query.parquet?${search}`, download: "", data: {key: "pq"}},
      "Parquet",
    ),
  api &&
    button("Copy link", "link", {
      kind: "small quiet",
      title: "Address of this result as JSON, for programs",
      data: {key: "link"},
    }),
  button("Copy as pandas", "copy", {kind: "small quiet", data: {key: "copy"}}),
]

/** The order on a phone, where the table has no heads. @param {QueryResultView} view */
const drawSorting = ({columns, sort}) =>
  drawSelect(
    [
      {value: "-1", label: "order of the query"},
      ...columns.map(({name}, index) => ({value: String(index), label: name})),
    ],
    {class: "select sorting", "aria-label": "Sort by", data: {change: "order", key: "order"}},
    String(sort?.column ?? -1),
  )

/** @param {QueryResultView} view */
const drawHead = view =>
  h(
    "div",
    {class: "result-head", data: {key: "head"}},
    h(
      "div",
      {class: "seg", role: "group", "aria-label": "Show the result as"},
      TABS.map(([tab, label]) =>
        h(
          "button",
          {type: "button", "aria-pressed": String(tab === view.tab), data: {act: "tab", tab, key: tab}},
          label,
        ),
      ),
    ),
    h("span", {class: "num", role: "status"}, view.tab === "table" ? view.range : view.number),
    view.tab === "table" &&
      view.pages > 1 &&
      h(
        "span",
        {class: "turn"},
        turnButtons(view, page => ["page", {page}]),
      ),
    view.tab === "table" && view.total > 0 && drawSorting(view),
    h("span", {class: "grow"}),
    h("span", {class: "exports"}, drawExport(view)),
  )

/** @param {QueryResultView} view */
const drawSelection = ({selection}) =>
  selection &&
  h(
    "div",
    {class: "of-plan", role: "group", "aria-label": "Files of the result", data: {key: "selection"}},
    h("div", {class: "grow"}, h("b", null, selection.text), h("small", null, selection.hint)),
    selection.edit && button(selection.edit, "edit", {kind: "small", "data-waits": true}),
    button(`Select ${plural(selection.count, "file")} in the plan`, "select", {
      kind: "primary small",
      disabled: selection.count === 0,
      "data-waits": true,
    }),
  )

/** @param {ResultCellView} cell @returns {Child} */
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
  return h("bdi", {title: text.length > 24 ? text : null}, text)
}

/** @type {(view: QueryResultView, column: ResultColumnView, index: number) => HTMLElement} */
function drawColumnHead({sort}, {name, type, right}, index) {
  const isSorted = sort?.column === index
  return h(
    "th",
    {
      scope: "col",
      class: right ? "right" : "",
      "aria-sort": isSorted ? (sort.descending ? "descending" : "ascending") : null,
    },
    h(
      "button",
      {type: "button", title: `Sort by ${name}`, data: {act: "sort", column: index, key: index}},
      h("span", null, name, isSorted && h("span", {"aria-hidden": "true"}, sort.descending ? " ↓" : " ↑")),
      h("small", null, type),
    ),
  )
}

/** @param {QueryResultView} view */
const drawTable = view =>
  view.total === 0
    ? h(
        "div",
        {class: "empty", data: {key: "none"}},
        h("b", null, "No rows"),
        h("p", null, "The query ran without an error and returned no rows."),
      )
    : h(
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
              view.columns.map((column, index) => drawColumnHead(view, column, index)),
            ),
          ),
          h(
            "tbody",
            null,
            view.rows.map(row =>
              h(
                "tr",
                null,
                row.map((cell, index) =>
                  h(
                    "td",
                    {class: view.columns[index].right ? "right" : "", data: {label: view.columns[index].name}},
                    drawCell(cell),
                  ),
                ),
              ),
            ),
          ),
        ),
      )

/** @param {QueryResultView} view */
const drawChart = view => [
  h(
    "div",
    {class: "axes", data: {key: "axes"}},
    drawnAxes(view).map(([name, word, title]) =>
      h(
        "label",
        {data: {key: name}},
        word,
        drawSelect(
          view.choices[name].options,
          {"aria-label": title, data: {change: "chart", name, key: `chart-${name}`}},
          view.choices[name].value,
        ),
      ),
    ),
  ),
  view.problem && h("p", {class: "hint chart-problem", role: "status", data: {key: "problem"}}, view.problem),
]

/** @param {QueryResultView} view */
const drawFacts = ({facts}) =>
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
          ["Column", "Type", "Filled", "Different", "Smallest", "Largest"].map((name, index) =>
            h("th", {scope: "col", class: index === 2 || index === 3 ? "right" : ""}, name),
          ),
        ),
      ),
      h(
        "tbody",
        null,
        facts.map(cells =>
          h(
            "tr",
            null,
            cells.map((text, index) =>
              h(
                "td",
                {
                  class: index === 2 || index === 3 ? "right" : "",
                  data: {label: ["Column", "Type", "Filled", "Different", "Smallest", "Largest"][index]},
                },
                h("bdi", null, text || "–"),
              ),
            ),
          ),
        ),
      ),
    ),
  )

/** @param {Self} self */
function draw({view}) {
  if (!view.state) return null
  if (view.state === "empty") return drawEmpty(view)
  return [
    drawHead(view),
    view.cut && h("p", {class: "cut warning", data: {key: "cut"}}, h("span", {"aria-hidden": "true"}, "! "), view.cut),
    drawSelection(view),
    view.tab === "table" && drawTable(view),
    view.tab === "chart" && drawChart(view),
    view.tab === "columns" && drawFacts(view),
  ]
}

/** @param {QueryResultView} view */
const drawLegend = ({legend, note}) => [
  ...legend.map(({colour, label}) =>
    h("span", null, h("i", {style: {background: `var(--${colour})`}}), h("bdi", null, label)),
  ),
  note && h("span", null, note),
]

/** Show a new result from its first row; on a phone, the editor is above it. @type {(self: Self, el: HTMLElement) => void} */
function showBeginning({view, before, find}, el) {
  if (view.state !== "result" || !before || view.run === before.run) return
  find(".scroller")?.scrollTo({top: 0, left: 0})
  if (NARROW.matches) el.scrollIntoView({block: "start"})
}

/** @param {RenderContext} context */
export function render(context) {
  const {model, el} = context
  const plot = h("div", {class: "plot", role: "img"})
  const legend = h("div", {class: "legend"})
  /** @type {Self} */
  component(context, {
    draw,
    onDrawn(self) {
      const {view} = self
      const isChart = view.state === "result" && view.tab === "chart" && !view.problem
      plot.hidden = legend.hidden = !isChart
      plot.setAttribute("aria-label", view.description ?? "")
      legend.replaceChildren(.../** @type {Node[]} */ (isChart ? drawLegend(view).filter(Boolean) : []))
      el.classList.toggle("card", view.state === "result")
      el.classList.toggle("faded", Boolean(view.faded))
      showBeginning(self, el)
    },
    actions: {
      tab: (self, {tab}) => self.send("tab", {tab}),
      sort: (self, {column}) => self.send("sort", {column: Number(column)}),
      order: (self, _, target) => self.send("order", {column: Number(target.value)}),
      page: (self, {page}) => self.send("page", {page: Number(page)}),
      example: (self, {index}) => self.send("example", {index: Number(index)}),
      chart: (self, {name}, target) => self.send("chart", {[name]: target.value}),
      copy: async self => self.send("copied", {ok: await copyText(self.view.pandas)}),
      link: async self => self.send("linked", {ok: await copyText(new URL(self.view.api, location.href).href)}),
    },
  })
  el.classList.add("ix", "result-parts")
  const chart = model.get_child("plot")
  if (chart) plot.append(chart)
  el.append(plot, legend)
}
