// Parts of the plan's table that only draw: the head, a row, the empty list, and the list before its first view.
import {h} from "#face/dom.js"
import {drawHeadBox, drawRowBox} from "../../components/rows.js"
import {boneRows, button, chip, drawTag, fileName} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @type {[key: string, label: string, className: string][]} */
const COLUMNS = [
  ["name", "File", "f"],
  ["tags", "Changes", "t"],
  ["risk", "Risk", "r"],
  ["cost", "Cost", "n num"],
]

/** Return the label of the box in the head, which selects every file of the search on all pages. @param {PlanTableHeadView} head */
function describeBox({all, able}) {
  if (!able) return "No file here can be written"
  if (all === "all") return "Select none"
  return able === 1 ? "Select the one file that can be written" : `Select the ${count(able)} files that can be written`
}

/** @type {(head: PlanTableHeadView, column: (typeof COLUMNS)[number]) => HTMLElement} */
const drawColumn = ({sort, descending}, [key, label, className]) => {
  const isSorted = sort === key
  const order = descending ? "descending" : "ascending"
  return h(
    "span",
    {class: className, role: "columnheader", "aria-sort": isSorted ? order : null},
    h(
      "button",
      {type: "button", class: className.includes("num") ? "sort right" : "sort", data: {act: "sort", sort: key}},
      label,
      isSorted && h("span", {"aria-hidden": "true"}, descending ? " ↓" : " ↑"),
    ),
  )
}

/** @param {PlanTableHeadView} head */
export function drawHead(head) {
  return h(
    "div",
    {class: "row th", role: "row", "aria-rowindex": "1", data: {key: "head"}},
    drawHeadBox(head, describeBox(head)),
    COLUMNS.map(column => drawColumn(head, column)),
  )
}

/** @param {PlanRowView} row */
const drawFile = ({id, name, mark, draft, place, folder, size, ext}) =>
  h(
    "span",
    {class: "f file", role: "gridcell", id: `f${id}`},
    fileName(name),
    h(
      "small",
      {class: "place"},
      draft && h("span", {class: "mark"}, "draft ·"),
      mark && h("span", {class: "mark"}, mark + " ·"),
      place && h("bdi", {dir: "ltr", title: folder}, place),
      h("span", null, place && "· ", size, ext && h("span", {class: "ext"}, ` · ${ext}`)),
    ),
  )

/** Return the kind of the hidden tag that loses most: a removed value, then a replaced one. @param {TagView[]} tags */
const strongest = tags => ["del", "set"].find(kind => tags.some(tag => tag.kind === kind)) ?? ""

/** @type {(row: PlanRowView, people: FittedTags) => HTMLElement} */
function drawTags({id, more}, {shown, hidden}) {
  const left = hidden.length + more
  const names = hidden.map(tag => tag.text).join(", ")
  const hidesFields = hidden.some(tag => tag.title) // only the tags of fields have titles
  return h(
    "span",
    {class: "t tags", role: "gridcell", id: `t${id}`},
    shown.map(drawTag),
    left > 0 &&
      h(
        "span",
        {class: `tag ${strongest(hidden)}`, title: names || null},
        `+${left}`,
        h("span", {class: "vh"}, ` more ${hidesFields ? "changes" : "people"} ${names}`),
      ),
  )
}

/**
 * @typedef {{isHere: boolean, isTabStop: boolean}} RowCursor
 * @typedef {{shown: TagView[], hidden: TagView[]}} FittedTags The people that fit into their cell, and the others.
 */

/** @type {(row: PlanRowView, index: number, cursor: RowCursor, people: FittedTags) => HTMLElement} */
export function drawRow(row, index, {isHere, isTabStop}, people) {
  const {id} = row
  return h(
    "div",
    {
      class: `row${isHere ? " cursor" : ""}${row.faded ? " faded" : ""}`,
      role: "row",
      id: `row${id}`,
      tabindex: isTabStop ? "0" : "-1",
      "aria-rowindex": index,
      "aria-selected": row.can ? String(row.selected) : null,
      "aria-labelledby": `f${id} t${id} r${id} n${id}`,
      data: {act: "open", id, key: id},
    },
    drawRowBox(row),
    drawFile(row),
    drawTags(row, people),
    h(
      "span",
      {class: "r", role: "gridcell", id: `r${id}`, title: row.why || null},
      row.reason !== row.risk && h("span", {class: "vh"}, `${row.risk}: `),
      chip(row.risk, row.reason),
    ),
    h(
      "span",
      {class: "n num", role: "gridcell", id: `n${id}`},
      row.method && h("span", {class: "method"}, row.method + " "),
      h("span", null, row.cost),
    ),
  )
}

/** Show in a drawn row whether it is selected. @type {(node: Element, row: PlanRowView) => void} */
export function showSelected(node, {can, selected}) {
  if (!can) return
  if (node.getAttribute("aria-selected") !== String(selected)) node.setAttribute("aria-selected", String(selected))
  node.querySelector("input").checked = selected
}

/** An invisible row without a height: its cells have the widths of all rows. */
export const drawProbe = () =>
  h(
    "div",
    {class: "row probe", "aria-hidden": "true", data: {key: "probe"}},
    ["c", "f", "t", "r", "n"].map(name => h("span", {class: name})),
  )

/** @param {EmptyPlanView} empty */
export const drawEmpty = ({title, text, code, searches, act, label}) =>
  h(
    "div",
    {class: "empty"},
    h("b", null, title),
    h("p", null, text),
    code && h("code", null, code),
    searches?.length > 0 &&
      h(
        "ul",
        {class: "searches"},
        searches.map(each => h("li", null, button(each.label, "search", {kind: "link", data: {query: each.query}}))),
      ),
    act && h("div", {class: "acts"}, button(label, act)),
  )

export const drawLoading = () =>
  h("div", {class: "card", "aria-busy": "true"}, h("div", {class: "row th"}), boneRows(12))

export const drawKeys = () =>
  h(
    "span",
    {class: "keys", "aria-hidden": "true"},
    h("span", null, h("kbd", null, "j"), h("kbd", null, "k"), "move"),
    h("span", null, h("kbd", null, "x"), "select"),
    h("span", null, h("kbd", null, "Enter"), "details"),
    h("span", null, h("kbd", null, "?"), "all keys"),
  )
