// The chart of a result, with the fields that choose its columns; and what the page of queries wants with a result.
import {component, listen} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawSelect} from "#face/widgets.js"

/** @typedef {Component<QueryPlotView>} Self */

/** The fields of the chart: their names, words and titles. @param {QueryPlotView} view */
const drawnAxes = ({lying}) =>
  /** @type {const} */ ([
    ["kind", "", "Kind of chart"],
    ["x", lying ? "y axis" : "x axis", lying ? "y axis" : "x axis"],
    ["y", lying ? "x axis" : "y axis", lying ? "x axis" : "y axis"],
    ["colour", "colour", "Colour"],
  ])

/** @param {Self} self */
const draw = ({view}) =>
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

/** @param {QueryPlotView} view */
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
  /** @type {Self} */
  const self = component(context, {
    draw,
    onDrawn({view}) {
      const isDrawn = Boolean(view.choices) && !view.problem
      plot.hidden = legend.hidden = !isDrawn
      plot.setAttribute("aria-label", view.description ?? "")
      legend.replaceChildren(.../** @type {Node[]} */ (isDrawn ? drawLegend(view).filter(Boolean) : []))
    },
    actions: {
      chart: (me, {name}, target) => me.send("chart", {[name]: target.value}),
    },
  })
  listen(model, window, "indexium:result", ({detail}) => self.send(detail.act, {ticket: detail.ticket}))
  el.classList.add("ix", "result-parts")
  const chart = model.get_child("plot")
  if (chart) plot.append(chart)
  el.append(plot, legend)
}
