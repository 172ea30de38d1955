// A page of findings.
import {component} from "../../components/browser/component.js"
import {h} from "../../components/browser/dom.js"
import {drawFindingTag} from "./finding_tag.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {button, cutName, pager} from "../../components/widgets.js"
import {andMore} from "../../components/wording.js"

/**
 * @typedef {Component<ChecksListView, {offered: string}>} Self
 */

const HAS_ROOM = window.matchMedia("(min-width: 1081px)")

/** @type {(row: FindingView, list: RowCursor<FindingView>) => HTMLElement} */
const drawRow = (row, list) =>
  h(
    "div",
    list.attributes(row, "crow"),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", {title: row.title}, cutName(row.title, {dir: row.is_file ? "ltr" : null})),
      h("small", null, h("bdi", null, row.sub)),
    ),
    h(
      "span",
      {class: "t tags", role: "gridcell"},
      row.tags.map(drawFindingTag),
      row.more > 0 && h("span", {class: "tag"}, andMore(row.more)),
      row.tags.length === 0 && h("span", {class: "vh"}, row.text),
    ),
    h("span", {class: "n num", role: "gridcell"}, row.files),
  )

/** @param {ChecksListView} view */
const drawTop = ({text, at_once: acts, turn, ignored}) =>
  h(
    "div",
    {class: "pager top", data: {key: "top"}},
    h("span", {class: "grow"}, text),
    h(
      "span",
      {class: "turn"},
      acts.map(({label, act}) => button(label, act, {kind: "link", data: {key: act}})),
      turn &&
        button(turn, "ignored", {
          kind: "link",
          data: {on: ignored ? "" : "1", key: "turn"},
          "aria-pressed": String(ignored),
        }),
    ),
  )

const drawKeys = () =>
  h(
    "span",
    {class: "keys"},
    h("span", null, h("kbd", null, "j"), h("kbd", null, "k"), "move"),
    h("span", null, h("kbd", null, "a"), h("kbd", null, "b"), "resolve"),
    h("span", null, h("kbd", null, "r"), "ignore"),
  )

/** @type {(view: ChecksListView, list: RowCursor<FindingView>) => Child} */
function draw(view, list) {
  if (!view.rows) return null
  const rows = () =>
    h(
      "div",
      {
        role: "grid",
        "aria-label": `${view.title}${view.ignored ? ", ignored" : ""}`,
        "aria-rowcount": view.total,
        data: {key: "rows"},
      },
      view.rows.map(row => drawRow(row, list)),
    )
  return h(
    "div",
    {class: "card ccard"},
    drawTop(view),
    view.empty
      ? h("div", {class: "empty", data: {key: "empty"}}, h("b", null, view.empty.title), h("p", null, view.empty.text))
      : rows(),
    pager({...view, hint: drawKeys()}),
  )
}

// A wide window shows the first finding beside the list without a click.
/** @param {Self} self */
function openFirst({view, state, send}) {
  const first = view.rows?.[0]?.subject ?? ""
  if (view.subject) state.offered = first
  else if (HAS_ROOM.matches && first && first !== state.offered) {
    state.offered = first
    send("first", {subject: first})
  }
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<FindingView>} */
  const list = new RowCursor("checks", {
    rowsOf: (/** @type {ChecksListView} */ view) => view.rows ?? [],
    idField: "subject",
    onMove: (self, subject) => (HAS_ROOM.matches || self.view.subject) && self.send("open", {subject}),
  })
  component(context, {
    state: () => ({offered: ""}),
    draw: (/** @type {Self} */ self) => draw(self.view, list),
    onSetup: self => list.attach(self),
    onDrawn(self) {
      openFirst(self)
      list.follow(self.view.subject || null)
    },
    actions: {
      open: (_, data) => list.onClick(data),
      page: (self, data) => self.send("page", {page: Number(data.page)}),
      ignored: (self, data) => self.send("ignored", {on: data.on === "1"}),
    },
  })
  keys(context.model, "checks", list.keys("finding"))
}
