// Requests for approval, the newest first.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {chip, emptyState, pager} from "#face/widgets.js"

/** @type {(row: RequestRowView, list: RowCursor<RequestRowView>) => HTMLElement} */
const drawRow = (row, list) =>
  h(
    "div",
    list.attributes(row, "qrow"),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", {title: row.title}, h("bdi", null, row.title)),
      h("small", null, h("bdi", null, row.who)),
    ),
    h("span", {class: "n num", role: "gridcell"}, row.files),
    h("span", {class: "t", role: "gridcell"}, row.why),
    h("span", {class: "r", role: "gridcell"}, chip(row.level, row.state)),
  )

/** @type {(view: RequestsListView, list: RowCursor<RequestRowView>) => Child} */
function draw(view, list) {
  if (!view.rows) return null
  if (view.empty) return h("div", {class: "card"}, emptyState(view.empty.title, view.empty.text))
  return h(
    "div",
    {class: "card qcard"},
    h(
      "div",
      {role: "grid", "aria-label": "Requests", "aria-rowcount": view.total},
      view.rows.map(row => drawRow(row, list)),
    ),
    pager(view, ["Newer", "Older"]),
  )
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<RequestRowView>} */
  const list = new RowCursor("requests", {
    rowsOf: (/** @type {RequestsListView} */ view) => view.rows ?? [],
    onMove: (self, id) => self.send("cursor", {id}),
  })
  component(context, {
    draw: (/** @type {Component<RequestsListView>} */ {view}) => draw(view, list),
    onSetup: me => list.attach(me),
    onDrawn: me => list.follow(me.view.cursor),
    actions: {
      open: (_, data) => list.onClick(data),
      page: (me, data) => me.send("page", {page: Number(data.page)}),
    },
  })
  keys(context.model, "requests", list.keys("request"))
}
