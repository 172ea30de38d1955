// Who did what, newest first, by days.
import {component} from "../../components/browser/component.js"
import {h} from "../../components/browser/dom.js"
import {button, chip, drawSelect, emptyState, loadingPage, pager} from "../../components/widgets.js"

/** @param {ActivityRowView} row */
const drawRow = row =>
  h(
    "li",
    {class: "arow", data: {key: row.key}},
    h("time", null, row.time),
    h("span", {class: "who"}, h("bdi", {title: row.who}, row.who), row.kind && h("small", null, row.kind)),
    h(
      "span",
      {class: "what"},
      row.act
        ? button(row.text, row.act, {kind: "link", data: {id: row.id, key: `open-${row.key}`}})
        : h("bdi", null, row.text),
    ),
    h("span", {class: "state"}, row.state && chip(row.level, row.state, "")),
    h(
      "span",
      {class: "turn-back"},
      row.undo &&
        button("Undo", "undo", {
          kind: "link",
          "aria-label": `Undo: ${row.text}`,
          data: {id: row.id, key: `undo-${row.key}`},
        }),
    ),
  )

/** @param {ActivityDayView} day */
const drawDay = ({day, rows}) =>
  h("section", {"aria-label": day, data: {key: day}}, h("h2", null, day), h("ul", null, rows.map(drawRow)))

/** @param {ActivityView} view */
const draw = view =>
  view.days
    ? [
        h(
          "div",
          {class: "head", data: {key: "head"}},
          h("h1", null, "Activity"),
          h("p", {"aria-live": "polite"}, view.summary),
          h("span", {class: "grow"}),
          drawSelect(view.actors, {"aria-label": "Of", data: {change: "actor", key: "actor"}}),
          button("History", "history", {kind: "quiet", title: "Writes, rollbacks and publications"}),
        ),
        h(
          "div",
          {class: "card activity", data: {key: "days"}},
          view.empty ? emptyState(view.empty.title, view.empty.text) : view.days.map(drawDay),
          pager(view, ["Newer", "Older"]),
        ),
      ]
    : loadingPage("Activity")

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    /** @param {Component<ActivityView>} self */
    draw: self => draw(self.view),
    actions: {
      actor: (self, _, target) => self.send("actor", {value: target.value}),
      page: (self, data) => self.send("page", {page: Number(data.page)}),
      operation: (self, data) => self.send("operation", {id: Number(data.id)}),
      job: (self, data) => self.send("job", {id: Number(data.id)}),
      request: (self, data) => self.send("request", {id: Number(data.id)}),
      undo: (self, data) => self.send("undo", {id: Number(data.id)}),
    },
  })
}
