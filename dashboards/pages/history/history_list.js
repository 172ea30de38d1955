// Operations, newest first.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {button, chip, emptyState, pager} from "#face/widgets.js"

/**
 * @typedef {Component<HistoryListView, {offered: number | null}>} Self
 */

const HAS_ROOM = window.matchMedia("(min-width: 1081px)")

/** Prevent line breaks within each part of a sum. @param {string} sum */
const drawSum = sum => sum.split(" · ").map((part, place) => [place > 0 && " · ", h("span", null, part)])

/** @param {OperationView} row */
const drawRollback = row =>
  h(
    "span",
    {class: "n rollback", role: "gridcell"},
    row.able &&
      button("Roll back…", "rollback", {
        kind: "link",
        "aria-label": `Roll back ${row.title}…`,
        data: {id: row.id, key: `back-${row.id}`},
      }),
    h("small", {title: row.why || null}, row.rollback),
  )

/** @type {(row: OperationView, list: RowCursor<OperationView>) => HTMLElement} */
const drawRow = (row, list) =>
  h(
    "div",
    list.attributes(row, "hrow"),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", {title: row.title}, h("bdi", null, row.title)),
      h("small", null, row.when),
    ),
    h("span", {class: "n num", role: "gridcell"}, row.files),
    h("span", {class: "t sum", role: "gridcell"}, drawSum(row.sum)),
    h("span", {class: "r", role: "gridcell"}, chip(row.level, row.status)),
    drawRollback(row),
  )

/** @type {(view: HistoryListView, list: RowCursor<OperationView>) => Child} */
function draw(view, list) {
  if (!view.rows) return null
  if (view.empty) return h("div", {class: "card"}, emptyState(view.empty.title, view.empty.text))
  return h(
    "div",
    {class: "card hcard"},
    h(
      "div",
      {role: "grid", "aria-label": "Operations", "aria-rowcount": view.total},
      view.rows.map(row => drawRow(row, list)),
    ),
    pager(view, ["Newer", "Older"]),
  )
}

// If there is room, the newest operation appears beside the list without a click.
/** @param {Self} self */
function openFirst({view, before, state, send}) {
  const first = view.rows?.[0]?.id ?? null
  const isDue = first !== state.offered || (before?.cursor ?? null) !== null
  if (!HAS_ROOM.matches || first === null || view.cursor !== null || !isDue) return
  state.offered = first
  send("first", {id: first})
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<OperationView>} */
  const list = new RowCursor("history", {
    rowsOf: (/** @type {HistoryListView} */ view) => view.rows ?? [],
    onMove: (self, id) => self.send("cursor", {id}),
  })
  const self = component(context, {
    state: /** @returns {{offered: number | null}} */ () => ({offered: null}),
    draw: (/** @type {Self} */ {view}) => draw(view, list),
    onSetup: me => list.attach(me),
    onDrawn(me) {
      openFirst(me)
      list.follow(me.view.cursor)
    },
    actions: {
      open: (_, data) => list.onClick(data),
      page: (me, data) => me.send("page", {page: Number(data.page)}),
      rollback: (me, data) => me.send("rollback", {id: Number(data.id)}),
    },
  })
  keys(context.model, "history", {
    ...list.keys("operation"),
    r: {
      does: "roll the operation back",
      group: "Do",
      act: "rollback",
      when: () => Boolean(list.current()),
      run() {
        const {id, able, title, rollback} = list.current()
        if (able) self.send("rollback", {id})
        else self.send("unable", {text: `${title}: ${rollback}.`})
      },
    },
  })
}
