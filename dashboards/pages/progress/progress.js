// One operation during and after its run: the bar, the counts, the actions, and each file.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawGauge} from "#face/gauge.js"
import {keys} from "../../components/browser/keyboard.js"
import {button, chip, drawSelect, emptyState, fileName, loadingPage, pager} from "#face/widgets.js"

/**
 * @typedef {Component<ProgressView>} Self
 */

/** @param {ProgressView} view */
const drawBar = ({now, max, parts, rest}) => [
  drawGauge("Files done", {now, max, parts}),
  h(
    "div",
    {class: "legend"},
    parts.map(({kind, label}) => [h("i", {class: kind, "aria-hidden": "true"}), label]),
    rest && [h("i", {class: "rest", "aria-hidden": "true"}), rest],
  ),
]

/** @param {ButtonItemView[]} buttons */
const drawButtons = buttons =>
  h(
    "div",
    {class: "acts"},
    buttons.map(({label, act, kind, key}) => button(label, act, {kind, key})),
    h("span", {class: "grow"}),
    button("Open log", "log", {kind: "quiet"}),
  )

/** @param {ProgressView} view */
const drawRunning = view =>
  h(
    "div",
    {class: "card pad", data: {key: "running"}},
    h(
      "div",
      {class: "pline"},
      h("b", null, view.done),
      `of ${view.total}`,
      h("span", {class: "grow"}),
      h("span", null, view.line),
    ),
    drawBar(view),
    h("p", {class: "hint now"}, view.current && ["now: ", h("bdi", {dir: "ltr"}, view.current)]),
    drawButtons(view.buttons),
  )

/** @param {ProgressView} view */
const drawFinished = view => {
  const {title, level, glyph, lines, buttons} = view.summary
  return h(
    "div",
    {class: "card pad", data: {key: "finished"}},
    h(
      "div",
      {class: "summary"},
      h("div", {class: `big ${level}`, "aria-hidden": "true"}, glyph),
      h(
        "div",
        {class: "grow", role: "status"},
        h("h2", null, title),
        lines.map(line => h("p", null, line)),
      ),
      h("span", {class: "num"}, view.line),
    ),
    drawBar(view),
    drawButtons(buttons),
  )
}

/** @param {ProgressItemView} item */
const drawItem = item =>
  h(
    "div",
    {class: `row orow${item.faded ? " faded" : ""}`, role: "row", data: {key: item.id}},
    h("span", {class: "f file", role: "cell"}, fileName(item.name, item.path), h("small", null, item.tags)),
    h("span", {class: "t sum", role: "cell"}, item.what),
    h("span", {class: "r", role: "cell"}, chip(item.level, item.status, item.glyph)),
  )

/** @param {ProgressView} view */
const drawItems = ({order, statuses, items}) =>
  h(
    "div",
    {class: "card", data: {key: "items"}},
    h(
      "div",
      {class: "pager top"},
      h("span", null, order),
      h("label", null, h("span", {class: "vh"}, "Show"), drawSelect(statuses, {data: {change: "status"}})),
    ),
    h(
      "div",
      {role: "table", "aria-label": "Files of this operation", "aria-rowcount": items.total},
      items.rows.map(drawItem),
    ),
    items.total === 0 && emptyState(null, "No file of this kind."),
    pager(items),
  )

/** @param {ProgressView} view */
const drawEmpty = ({empty: {title, text, buttons}}) =>
  h(
    "div",
    {class: "stack"},
    h(
      "div",
      {class: "card"},
      emptyState(
        title,
        text,
        h(
          "div",
          {class: "acts"},
          buttons.map(({label, act, kind}) => button(label, act, {kind})),
        ),
      ),
    ),
  )

/** @param {Self} self */
function draw({view}) {
  if (!view.title) return loadingPage("Progress")
  return [
    h("div", {class: "head", data: {key: "head"}}, h("h1", null, h("bdi", null, view.title)), h("p", null, view.sub)),
    view.empty
      ? drawEmpty(view)
      : h(
          "div",
          {class: "stack", data: {key: "stack"}},
          view.summary ? drawFinished(view) : drawRunning(view),
          drawItems(view),
        ),
  ]
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    draw,
    actions: {
      status: (me, _, target) => me.send("status", {status: target.value}),
      page: (me, data) => me.send("page", {page: Number(data.page)}),
    },
  })
  const pauseOrResume = () => self.view.buttons?.find(({act}) => act === "pause" || act === "resume")
  const canRetry = () => Boolean(self.view.summary?.buttons.some(({act}) => act === "retry"))
  keys(context.model, "progress", {
    r: {
      does: "retry files that were not written",
      group: "Act",
      act: "retry",
      when: canRetry,
      run: () => self.send("retry"),
    },
    P: {
      does: "pause or resume",
      group: "Act",
      act: "pause",
      when: () => Boolean(pauseOrResume()),
      run: () => self.send(pauseOrResume().act),
    },
  })
}
