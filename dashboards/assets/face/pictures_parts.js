// The parts of the wall: what stands above it, the grid with the months at its edge, and the actions for the selection.
import {h, keyedNodes, reuse} from "#face/dom.js"
import {hasDraft} from "#face/edit_drafts.js"
import {may} from "#face/frame.js"
import {drawFilters} from "#face/list_filters.js"
import {drawChips, drawHead, drawSide} from "#face/list_view.js"
import {PHONE} from "#face/pictures_scroll.js"
import {STARS, dayText, drawHeading, drawTableRow, drawTile} from "#face/pictures_tiles.js"
import {boneRows, button, emptyState} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/pictures_page.js").PicturesPage} PicturesPage */
/** @typedef {import("#face/pictures_layout.js").Line} Line */

const MOST_LOOKED_AT = 60 // tiles of a section that tell its folders, and whether all of it is selected

/** @type {(page: PicturesPage, line: Line) => import("#face/pictures_rows.js").Tile[]} */
const tilesOf = ({tiles}, {first, count: number}) =>
  Array.from({length: Math.min(number, MOST_LOOKED_AT)}, (_, place) => tiles.at(first + place)).filter(Boolean)

/** @type {(page: PicturesPage, line: Line, attributes: object, old: Element | undefined) => HTMLElement} */
function drawHeadLine(page, line, attributes, old) {
  const own = tilesOf(page, line)
  const folders = [...new Set(own.map(each => each.folder_name))]
  const isRead = own.length > 0 && own.length === Math.min(line.count, MOST_LOOKED_AT)
  const isSelected = isRead && own.every(each => page.picked.has(each))
  return reuse(old, [line, folders, isSelected], () => h("div", attributes, drawHeading(line, folders, isSelected)))
}

/** @type {(page: PicturesPage, line: Line, nodes: Map<string, Element>) => HTMLElement} */
function drawLine(page, line, nodes) {
  const {key, top, number, first, isHead} = line
  const attributes = {
    class: isHead ? "wall-line heading" : "wall-line",
    role: "row",
    "aria-rowindex": String(number),
    style: {top: `${top}px`},
    data: {key},
  }
  if (isHead) return drawHeadLine(page, line, attributes, nodes.get(key))
  const editable = page.isEditable() && !PHONE.matches
  const shown = Array.from({length: line.count}, (_, place) => {
    const tile = page.tiles.at(first + place)
    return {
      tile,
      hasDraft: Boolean(tile) && hasDraft(tile.file_id),
      index: first + place,
      isCursor: first + place === page.cursorPlace,
      isPointed: page.isPointed,
      isSelected: Boolean(tile) && page.picked.has(tile),
      editable,
    }
  })
  const draw = page.isTable() ? drawTableRow : drawTile
  return reuse(nodes.get(key), [top, page.isTable(), shown], () => h("div", attributes, shown.map(draw)))
}

/** @param {PicturesPage} page */
function drawGrid(page) {
  const {layout, from, to} = page.scroll
  const nodes = keyedNodes(page.root)
  return h(
    "div",
    {
      class: `grid ${page.isTable() ? "as-table card" : "as-tiles"}${page.picked.size ? " selecting" : ""}`,
      role: "grid",
      "aria-label": "Files",
      "aria-multiselectable": "true",
      "aria-rowcount": String(layout.lineCount),
      style: {height: `${layout.height}px`, "--columns": String(layout.columns), "--height": `${layout.rowHeight}px`},
      data: {key: "grid"},
    },
    layout.linesBetween(from, to).map(line => drawLine(page, line, nodes)),
  )
}

/**
 * Draw the months: one control, whose arrow keys go to the next and the previous month.
 *
 * @type {(months: Values.Month[], now: Values.Month) => HTMLElement}
 */
export function drawMonths(months, now) {
  const most = Math.max(...months.map(each => each.files))
  /** @type {Map<string, Values.Month[]>} */
  const years = new Map()
  for (const each of months) years.set(each.month.slice(0, 4), [...(years.get(each.month.slice(0, 4)) ?? []), each])
  const isDescending = months.length > 1 && months[0].month > months[1].month
  /** @type {(month: string) => string} */
  const placeOf = month => {
    const number = Number(month.slice(5)) - 1
    return `${((isDescending ? 11 - number : number) * 100) / 12}%`
  }
  const place = months.indexOf(now)
  return h(
    "div",
    {
      class: "months",
      role: "slider",
      tabindex: "0",
      "aria-label": "Month",
      "aria-orientation": "vertical",
      "aria-valuemin": "1",
      "aria-valuemax": String(months.length),
      "aria-valuenow": String(place + 1),
      "aria-valuetext": `${dayText(now.month)}, ${plural(now.files, "file")}`,
      data: {key: "months"},
    },
    [...years].map(([year, own]) =>
      h(
        "div",
        {class: "year", data: {key: year}},
        h("b", null, year),
        h(
          "span",
          null,
          own.map(each =>
            h("i", {
              class: each === now ? "now" : "",
              title: `${dayText(each.month)} · ${count(each.files)}`,
              style: {top: placeOf(each.month), width: `${Math.max(12, (100 * each.files) / most)}%`},
              data: {first: each.first, key: each.month},
            }),
          ),
        ),
      ),
    ),
  )
}

/** @param {PicturesPage} page */
function drawTimeline({scroll: {months, month}}) {
  return months.length > 1 && drawMonths(months, months[Math.min(month, months.length - 1)])
}

/** The files, or why there are none. @param {PicturesPage} page */
function drawFiles(page) {
  const {tiles: rows, spec} = page
  const {error} = rows.head()
  if (!rows.overview) {
    if (!error || page.searchError())
      return h("div", {class: "card", "aria-busy": "true", data: {key: "bones"}}, boneRows(8))
    return h(
      "div",
      {class: "card", data: {key: "failed"}},
      emptyState("", error.message, button("Try again", "read-again")),
    )
  }
  if (rows.total) return h("div", {class: "stage", data: {key: "stage"}}, drawGrid(page), drawTimeline(page))
  const {title, text, more} = spec.empty(page.place(), rows.shownHead())
  return h("div", {class: "card", data: {key: "empty"}}, emptyState(title, text, more, page.drawWider()))
}

/** What the files of the list lack, and a scan that adds to them. @param {PicturesPage} page */
function drawMeaning(page) {
  const head = page.rows.shownHead()
  if (!head) return null
  const {overview, scan, folders} = head
  const offline = folders.filter(each => each.state === "offline").map(each => each.name)
  return [
    h(
      "p",
      {class: "meaning", data: {key: "meaning"}},
      h("span", null, overview.people_text),
      scan && drawScan(),
      h("span", {class: "grow"}),
      drawSize(page),
      page.isEditable() &&
        h(
          "label",
          {class: "advance", data: {key: "advance"}},
          h("input", {type: "checkbox", checked: page.isAdvancing(), data: {change: "advance", key: "advances"}}),
          "Next file after a rating",
        ),
    ),
    offline.length > 0 &&
      overview.offline > 0 &&
      h("p", {class: "why warning", data: {key: "offline"}}, offlineText(offline, overview.offline)),
  ]
}

const drawScan = () =>
  h(
    "span",
    {role: "status", data: {key: "scan"}},
    "A scan is running. ",
    h("a", {class: "btn link", href: "/folders"}, "Show the scan"),
    may("scans.cancel") && [" · ", button("Stop", "stop-scan", {kind: "link", "aria-label": "Stop the scan"})],
  )

/** @type {(names: string[], files: number) => string} */
const offlineText = (names, files) =>
  `${new Intl.ListFormat("en-GB").format(names)} ${names.length === 1 ? "is" : "are"} offline: ${plural(files, "file")} of this list show the picture that is kept here. Edits can be planned now and written when the folder is online again.`

/** @param {PicturesPage} page */
const drawSize = page =>
  !page.isTable() &&
  h(
    "label",
    {class: "size", data: {key: "size"}},
    h("span", {"aria-hidden": "true"}, "▫"),
    h("input", {
      type: "range",
      min: "110",
      max: "320",
      step: "6",
      value: String(page.scroll.tileSize),
      "aria-label": "Size of the pictures",
      data: {change: "size", key: "slider"},
    }),
    h("span", {"aria-hidden": "true"}, "◻"),
  )

/** The actions for the selection, in the bar of the list. @param {PicturesPage} page @returns {{others: Child, main: Child}} */
export function drawActions(page) {
  const selected = page.picked.size
  const edits = page.has("edit-many")
  return {
    others: [
      button("Clear", "pick-none", {kind: "quiet opt", key: "n", data: {key: "none"}}),
      page.isEditable() && [
        drawRating(),
        button("♥\uFE0E Favourite", "favourite-all", {key: "f", data: {key: "favourite"}}),
        edits && button("Edit…", "edit-selected", {key: "b", data: {tab: "people", key: "people"}}),
        edits && button("Fields and dates…", "edit-selected", {data: {tab: "fields", key: "fields"}}),
      ],
    ],
    main: button(`Plan ${selected === 1 ? "this file" : `these ${count(selected)}`}`, "plan-selected", {
      kind: "primary",
      data: {key: "plan"},
    }),
  }
}

const drawRating = () =>
  h(
    "span",
    {class: "rate", role: "group", "aria-label": "Rate the selected files", data: {key: "rate"}},
    [0, ...STARS].map(star => {
      const label = star ? plural(star, "star") : "No rating"
      const data = {act: "rate-all", stars: star, key: `star${star}`}
      return h("button", {type: "button", "aria-label": label, title: label, data}, star ? "★" : "⊘")
    }),
  )

/** Return the elements of the page. @param {PicturesPage} page */
export function drawPictures(page) {
  const side = drawSide(page)
  return [
    drawHead(page),
    drawChips(page),
    ...drawFilters(page),
    drawMeaning(page),
    h(
      "div",
      {class: side ? "work" : "work single", data: {key: "work"}},
      h("div", {data: {key: "files"}}, drawFiles(page)),
      side,
    ),
    page.tip.draw(),
  ]
    .flat()
    .filter(Boolean)
}
