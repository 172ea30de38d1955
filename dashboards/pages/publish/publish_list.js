// The titles that would be published, each with its files: a grid with a cursor and a selection.
import {Selection} from "../../components/browser/selection.js"
import {component} from "../../components/browser/component.js"
import {h, keyedNodes, reuse} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {hideBroken} from "#face/images.js"
import {RowCursor, drawHeadBox, drawRowBox} from "../../components/rows.js"
import {boneRows, button, chip, cutName, pager} from "#face/widgets.js"
import {count} from "#face/wording.js"
import {drawActors, drawPicture, drawSideFile} from "./publish_parts.js"

/**
 * @typedef {object} State
 * @property {Selection<PublishListView>} selection
 * @property {boolean} isShifted The last click was made with the shift key.
 *
 * @typedef {Component<PublishListView, State>} Self
 */

/** @param {PublishListView} head */
const describeBox = ({all, able}) => {
  if (!able) return "No title here can be published"
  return all === "all" ? "Select none" : `Select the ${count(able)} titles that can be published`
}

/** @param {PublishListView} view */
const drawHead = view =>
  h(
    "div",
    {class: "row th prow", role: "row", data: {key: "head"}},
    drawHeadBox(view, describeBox(view)),
    h("span", {class: "f", role: "columnheader"}, "Title and files"),
    h("span", {class: "r", role: "columnheader"}, "Risk"),
  )

/** @type {(row: PublishRowView) => Child[]} */
const drawCells = row => [
  drawRowBox(row),
  drawPicture(row.picture),
  h(
    "span",
    {class: "f file", role: "gridcell"},
    h("b", {title: row.title}, cutName(row.title), row.about && h("small", null, ` ${row.about}`)),
    h("small", {title: row.folder}, h("bdi", null, row.folder)),
  ),
  h(
    "span",
    {class: "r", role: "gridcell", title: row.why || null},
    row.reason !== row.risk && h("span", {class: "vh"}, `${row.risk}: `),
    chip(row.risk, row.reason),
  ),
  h(
    "div",
    {class: "more", role: "gridcell"},
    row.files.length > 0 && h("div", {class: "side-files"}, row.files.map(drawSideFile)),
    row.notes.map(({level, text}) => h("p", {class: `says ${level}`}, h("bdi", null, text))),
    drawActors(row.people, row.more_people),
  ),
]

/** @type {(self: Self, list: RowCursor<PublishRowView>) => HTMLElement} */
function drawGrid({view, root}, list) {
  const drawn = keyedNodes(root)
  return h(
    "div",
    {
      role: "grid",
      "aria-label": "Titles to publish",
      "aria-multiselectable": "true",
      "aria-rowcount": view.total + 1,
      data: {key: "grid"},
    },
    drawHead(view),
    view.rows.map(row => {
      const attributes = {...list.attributes(row, "prow"), "aria-selected": row.can ? String(row.selected) : null}
      return reuse(drawn.get(String(row.id)), [row, attributes.class, attributes.tabindex], () =>
        h("div", attributes, drawCells(row)),
      )
    }),
  )
}

const drawKeys = () =>
  h(
    "span",
    {class: "keys", "aria-hidden": "true"},
    h("span", null, h("kbd", null, "j"), h("kbd", null, "k"), "move"),
    h("span", null, h("kbd", null, "x"), "select"),
    h("span", null, h("kbd", null, "Enter"), "details"),
  )

/** @param {PublishListView["empty"]} empty */
const drawEmpty = ({title, text, acts}) =>
  h(
    "div",
    {class: "empty", data: {key: "empty"}},
    h("b", null, title),
    h("p", null, text),
    acts.length > 0 &&
      h(
        "div",
        {class: "acts"},
        acts.map(({label, act}) => button(label, act, {kind: act === "options" ? "primary" : "", data: {key: act}})),
      ),
  )

/** @type {(self: Self, list: RowCursor<PublishRowView>) => Child} */
function draw(self, list) {
  const {view} = self
  if (!view.rows) return h("div", {class: "card", "aria-busy": "true"}, h("div", {class: "row th prow"}), boneRows(8))
  self.state.selection.applyPending(view)
  return h(
    "div",
    {class: "card pcard"},
    view.problem &&
      h(
        "p",
        {class: "complain warning", role: "alert", data: {key: "problem"}},
        view.problem,
        " The list is not up to date. ",
        button("Try again", "retry", {kind: "link"}),
      ),
    view.empty
      ? drawEmpty(view.empty)
      : [drawGrid(self, list), pager({.../** @type {any} */ (view), hint: drawKeys()})],
  )
}

/** @type {(list: RowCursor<PublishRowView>) => Record<string, Action<Self>>} */
const actionsOf = list => ({
  open(self, data, _, event) {
    if (event.target.closest("label")) return
    const id = Number(data.key)
    if (event.shiftKey) self.state.selection.extendTo(id)
    else list.onClick(data)
  },
  pick(self, data, target) {
    const {selection, isShifted} = self.state
    const id = Number(data.id)
    if (isShifted && selection.anchor !== null) {
      selection.extendTo(id)
      target.checked = self.view.rows.find(row => row.id === id).selected // the browser has already toggled the box
      return
    }
    selection.anchor = id
    selection.set([id], target.checked)
  },
  all({state: {selection}}, _, target) {
    if (target.checked) selection.selectAll()
    else selection.selectNone()
  },
  page(self, {page}) {
    self.send("page", {page: Number(page)})
    window.scrollTo({top: 0})
  },
})

/** @type {(self: Self, list: RowCursor<PublishRowView>) => Record<string, KeyBinding>} */
function keysOf(self, list) {
  const {selection} = self.state
  /** @type {(act: (row: PublishRowView) => void) => () => boolean} */
  const onCursor = act => () => {
    const row = list.current()
    if (row) act(row)
    return Boolean(row)
  }
  return {
    ...list.keys("title"),
    x: {does: "select or deselect", group: "Select", run: onCursor(row => selection.toggle(row))},
    X: {does: "select from the last one to here", group: "Select", run: onCursor(row => selection.extendTo(row.id))},
    a: {does: "select all titles that can be published", group: "Select", run: () => selection.selectAll()},
    n: {does: "select none", group: "Select", run: () => selection.selectNone()},
    e: {does: "edit the values", group: "Decide", act: "edit", run: onCursor(({id}) => self.send("edit", {id}))},
    s: {
      does: "leave out, or select again",
      group: "Decide",
      run: onCursor(row => selection.toggle(row)),
    },
  }
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<PublishRowView>} */
  const list = new RowCursor("publish", {
    rowsOf: view => view.rows ?? [],
    onMove: (self, id) => self.view.shown !== null && self.send("open", {id}),
  })
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({selection: null, isShifted: false}),
    draw: (/** @type {Self} */ me) => draw(me, list),
    onSetup(me) {
      list.attach(me)
      hideBroken(me.root)
      me.state.selection = new Selection(me, view => view.rows)
      me.root.addEventListener("click", event => (me.state.isShifted = event.shiftKey), true)
    },
    onDrawn: me => list.follow(me.view.shown),
    actions: actionsOf(list),
  })
  keys(context.model, "publish", keysOf(self, list))
}
