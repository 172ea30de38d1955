// The chart of a result, with the fields that choose its columns.
import {h} from "#face/dom.js"
import {drawPart} from "#face/server_part.js"
import {drawSelect} from "#face/widgets.js"

/**
 * @typedef {{value: string, options: {value: string, label: string}[]}} ChartField
 *
 * @typedef {object} QueryPlot
 * @property {Record<"kind" | "x" | "y" | "colour", ChartField>} [choices]
 * @property {{colour: string, label: string}[]} [legend]
 * @property {string} [note]
 * @property {string} [problem] Why there is no chart.
 * @property {boolean} [lying] The bars are horizontal: the column of the names is on the y axis.
 * @property {string} [description]
 */

/** The fields of the chart: their names, words and titles. @param {QueryPlot} view */
const drawnAxes = ({lying}) =>
  /** @type {const} */ ([
    ["kind", "", "Kind of chart"],
    ["x", lying ? "y axis" : "x axis", lying ? "y axis" : "x axis"],
    ["y", lying ? "x axis" : "y axis", lying ? "x axis" : "y axis"],
    ["colour", "colour", "Colour"],
  ])

/** @param {QueryPlot} view */
const draw = view =>
  view.choices && [
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

/** @param {QueryPlot} view */
const drawLegend = ({legend, note}) => [
  ...legend.map(({colour, label}) =>
    h("span", null, h("i", {style: {background: `var(--${colour})`}}), h("bdi", null, label)),
  ),
  note && h("span", null, note),
]

/** @param {RenderContext} context */
export function render(context) {
  const {model, el} = context
  const plot = h("div", {class: "plot", role: "img"})
  const legend = h("div", {class: "legend"})
  drawPart(context, {
    draw,
    onDrawn(/** @type {QueryPlot} */ view) {
      const isDrawn = Boolean(view.choices) && !view.problem
      plot.hidden = legend.hidden = !isDrawn
      plot.setAttribute("aria-label", view.description ?? "")
      legend.replaceChildren(.../** @type {Node[]} */ (isDrawn ? drawLegend(view).filter(Boolean) : []))
    },
    acts: {
      chart: ({dataset: {name}, value}) => model.send_msg({type: "chart", [name]: value}),
    },
  })
  window.addEventListener("indexium:result", event =>
    model.send_msg({type: "draw", ticket: /** @type {CustomEvent<string>} */ (event).detail}),
  )
  el.classList.add("ix", "result-parts")
  const chart = model.get_child("plot")
  if (chart) plot.append(chart)
  el.append(plot, legend)
}
