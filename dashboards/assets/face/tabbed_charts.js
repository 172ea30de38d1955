// A card with several charts: title and tabs above the chart, its legend and the same figures as a table below it.
import {h} from "#face/dom.js"
import {drawPart} from "#face/server_part.js"
import {button} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {{key: string, label: string, on: boolean}} ChartTab
 * @typedef {{key: string, cells: string[], on: boolean}} ChartLine
 * @typedef {{key: string, name: string, hint: string, share: number, count: number, on: boolean}} ChartBar
 *
 * @typedef {object} ChartCard The chart of one tab.
 * @property {string} [title]
 * @property {string} [hint]
 * @property {ChartTab[]} [tabs]
 * @property {{colour: string, label: string}[]} [legend]
 * @property {string} [description] The alternative text of the chart.
 * @property {string[]} [columns] Of the table with the same figures.
 * @property {ChartLine[]} [lines]
 * @property {string} [empty] A sentence if there are no figures.
 * @property {ChartBar[]} [bars] In place of a chart.
 */

/** @param {ChartCard} view */
const drawTabs = ({tabs}) =>
  tabs?.length > 0 &&
  h(
    "div",
    {class: "seg", role: "group", "aria-label": "Charts"},
    tabs.map(({key, label, on}) =>
      h(
        "button",
        {type: "button", "aria-pressed": String(on), data: {act: "tab", name: key, key: `tab-${key}`}},
        label,
      ),
    ),
  )

/** @param {ChartBar} bar */
const drawBar = bar =>
  h(
    "button",
    {
      type: "button",
      class: "hbar",
      "aria-pressed": String(bar.on),
      title: bar.name,
      data: {act: "pick", name: bar.key, key: bar.key},
    },
    h("span", {class: "vh"}, `${bar.name}: ${bar.hint}`),
    h("span", {"aria-hidden": "true"}, h("bdi", null, bar.name)),
    h("i", {"aria-hidden": "true"}, h("i", {style: {width: `${bar.share}%`}})),
    h("b", {"aria-hidden": "true"}, count(bar.count)),
  )

/** @param {ChartLine} line */
const drawLine = ({key, cells: [name, ...cells], on}) =>
  h(
    "tr",
    {data: {key}},
    h(
      "th",
      {scope: "row"},
      h(
        "button",
        {type: "button", class: "btn link", "aria-pressed": String(on), data: {act: "pick", name: key}},
        h("bdi", null, name),
      ),
    ),
    cells.map(cell => h("td", null, cell)),
  )

/** @param {ChartCard} view */
const drawTable = ({title, columns, lines}) =>
  h(
    "div",
    {class: "figures", tabindex: "0", role: "group", "aria-label": title, data: {key: "figures"}},
    h(
      "table",
      null,
      h("caption", {class: "vh"}, title),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map(name => h("th", {scope: "col"}, name)),
        ),
      ),
      h("tbody", null, lines.map(drawLine)),
    ),
  )

/** @type {(view: ChartCard, isTableOpen: boolean) => Child} */
const drawFooter = (view, isTableOpen) =>
  h(
    "div",
    {class: "chart-foot", data: {key: "foot"}},
    h(
      "div",
      {class: "legend"},
      view.legend.map(({colour, label}) => h("span", null, h("i", {style: {background: `var(--${colour})`}}), label)),
      button(isTableOpen ? "Hide the table" : "As a table", "figures", {
        kind: "link",
        "aria-expanded": String(isTableOpen),
        "aria-label": `${view.title} as a table`,
        data: {key: "toggle"},
      }),
    ),
    isTableOpen && drawTable(view),
  )

/** @type {(view: ChartCard, isTableOpen: boolean) => Child} */
const draw = (view, isTableOpen) =>
  view.title && [
    h(
      "div",
      {class: "chart-head", data: {key: "head"}},
      h("h2", null, view.title, view.hint && h("small", null, ` ${view.hint}`)),
      drawTabs(view),
    ),
    view.empty && h("p", {class: "hint chart-empty", data: {key: "empty"}}, view.empty),
    view.bars?.length > 0 && h("div", {class: "hbars", data: {key: "bars"}}, view.bars.map(drawBar)),
    view.lines?.length > 0 && drawFooter(view, isTableOpen),
  ]

/** @param {RenderContext} context */
export function render(context) {
  const {model, el} = context
  const plot = h("div", {class: "plot", role: "img"})
  let isTableOpen = false
  const send = (/** @type {string} */ type) => (/** @type {HTMLElement} */ target) =>
    model.send_msg({type, key: target.dataset.name})
  const paint = drawPart(context, {
    draw: (/** @type {ChartCard} */ view) => draw(view, isTableOpen),
    onDrawn(view) {
      plot.hidden = !(view.lines?.length > 0)
      plot.setAttribute("aria-label", view.description ?? "")
    },
    acts: {
      tab: send("tab"),
      pick: send("pick"),
      figures() {
        isTableOpen = !isTableOpen
        paint()
      },
    },
  })
  el.firstElementChild.classList.add("chart-parts")
  el.classList.add("ix", "card", "pad", "chart-card")
  const chart = model.get_child("plot")
  if (chart) {
    chart.tabIndex = -1 // the chart has no tab stop: people without a pointer use the table
    plot.append(chart)
  }
  el.append(plot)
}
