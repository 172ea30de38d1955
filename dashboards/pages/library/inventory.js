// The numbers of the home; each number opens its list of files, one page at a time.
import {h} from "#face/dom.js"
import {button, chip, closeButton, drawTag, emptyState, fileName, pager} from "#face/widgets.js"

/** @param {InventoryTileView} tile */
const drawTile = ({kind, count, label, level, on}) =>
  h(
    "button",
    {
      type: "button",
      class: "stat held",
      "aria-pressed": String(on),
      data: {act: "kind", kind: on ? "" : kind, key: kind},
    },
    h("b", {class: level}, count),
    h("small", null, label),
  )

/** @param {ListedFileView} row */
const drawFile = row =>
  h(
    "div",
    {class: "row frow", role: "row", data: {key: row.id}},
    h(
      "span",
      {class: "f file", role: "cell"},
      fileName(row.name, row.path),
      h("small", {class: "place"}, h("bdi", {dir: "ltr"}, row.place), h("span", null, "· ", row.size)),
    ),
    h(
      "span",
      {class: "t tags", role: "cell"},
      row.people.map(name => drawTag({text: name, kind: ""})),
      row.only_named && h("span", {class: "quiet"}, "from the file"),
      row.what && h("span", {class: "sum"}, h("bdi", null, row.what)),
    ),
    h(
      "span",
      {class: "r", role: "cell"},
      row.state && chip(row.level, row.state),
      button("Add people…", "add_people", {
        kind: "link",
        data: {id: row.id, name: row.name},
        "aria-label": `Add people to ${row.name}`,
      }),
    ),
  )

/** @param {FileListView} list */
const drawTop = ({title, take, planned}) =>
  h(
    "div",
    {class: "pager top"},
    h("b", null, title),
    h(
      "span",
      {class: "turn"},
      take && button(take, "take", {kind: "link"}),
      planned && button("Show in the plan", "planned", {kind: "link", data: {query: planned}}),
      closeButton("Close the list", {act: "kind", kind: ""}),
    ),
  )

/** @param {FileListView & PagedView} list */
const drawList = list =>
  h(
    "section",
    {class: "card", "aria-label": list.title, data: {key: `list-${list.kind}`}},
    drawTop(list),
    list.texts.length > 0 &&
      h(
        "ul",
        {class: "texts", "aria-label": "Duplicate texts"},
        list.texts.map(({text, files}) =>
          h("li", null, h("q", null, h("bdi", null, text)), h("span", {class: "num"}, files)),
        ),
      ),
    list.rows.length
      ? h("div", {role: "table", "aria-label": list.title, "aria-rowcount": list.total}, list.rows.map(drawFile))
      : emptyState(null, "No file in this list."),
    pager(list),
  )

/** @type {(inventory: InventoryView) => Child} */
export const drawInventory = ({tiles, list}) =>
  tiles && [
    h(
      "div",
      {class: "chips tiles", role: "group", "aria-label": "Lists of files", data: {key: "tiles"}},
      tiles.map(drawTile),
    ),
    list && drawList(list),
  ]
