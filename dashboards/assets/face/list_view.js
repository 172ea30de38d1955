// How a list looks: title, chips, rows, pages, and the details of the open row.
import {CELLS} from "#face/cells.js"
import {h, keyedNodes, reuse} from "#face/dom.js"
import {drawPortrait} from "#face/images.js"
import {drawFilters} from "#face/list_filters.js"
import {cell, isDense} from "#face/tag_fit.js"
import {
  boneRows,
  button,
  chip,
  closeButton,
  drawLead,
  drawSelect,
  drawStat,
  drawTitle,
  emptyState,
  iconButton,
  pager,
  turnButtons,
} from "#face/widgets.js"
import {count, plural, rangeOf} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */

/** The box that selects a row. @type {(list: List, row: any, canPick: boolean) => HTMLElement} */
const drawPick = (list, row, canPick) =>
  h(
    "span",
    {class: "c", role: "gridcell"},
    h(
      "label",
      {class: "hit", data: {act: "pick"}},
      h("input", {
        type: "checkbox",
        tabindex: "-1",
        checked: canPick && list.picked.has(row),
        disabled: !canPick || null,
        "aria-label": `Select ${list.spec.name(row)}`,
      }),
    ),
  )

/** Return whether a row is selected; null if it cannot be. @type {(list: List, row: any, isCursor: boolean) => boolean | null} */
function isSelected(list, row, isCursor) {
  const {folds} = list.spec
  if (!hasBoxes(list.spec)) return isCursor && (!folds || Boolean(list.opened()))
  return list.picked.canHave(row) ? list.picked.has(row) : null
}

/**
 * A row is made again if something in it changes: of `old` rows, those that stay as they are keep their elements.
 *
 * @type {(list: List, row: any, index?: number, old?: Map<string, Element>) => HTMLElement}
 */
function drawRow(list, row, index, old) {
  const {spec} = list
  const id = list.rows.idOf(row)
  const knows = list.rows.head().value
  const columns = columnsOf(list)
  const isCursor = id === list.cursorId()
  const isStop = isCursor || (id === list.firstId() && Boolean(list.outside().value))
  const selected = isSelected(list, row, isCursor)
  const values = columns.map(({value}) => value(row, knows))
  const classes = ["row lrow", isCursor && "cursor", hasTiles(list) && "tile", spec.isFaded?.(row) && "faded"]
  const attributes = {
    class: classes.filter(Boolean).join(" "),
    role: "row",
    tabindex: isStop ? "0" : "-1",
    "aria-selected": selected === null ? null : String(selected),
    "aria-rowindex": index === undefined ? null : index,
    data: {act: "open", key: id, row: id},
  }
  const draw = () =>
    h(
      "div",
      attributes,
      hasBoxes(spec) && drawPick(list, row, selected !== null),
      columns.map(({kind, phone}, at) =>
        h("span", {class: `cell ${CLASSES[kind]}`, role: "gridcell", data: {phone}}, CELLS[kind](values[at])),
      ),
      hasInline(spec) &&
        h(
          "span",
          {class: "cell turn", role: "gridcell", data: {phone: "last"}},
          drawActions(list, row, "row", {isInline: true}),
        ),
      spec.below && h("div", {class: "cell under", role: "gridcell", data: {phone: "under"}}, spec.below(row)),
    )
  const hasElements = hasInline(spec) || spec.below || columns.some(({kind}) => kind === "own")
  if (!old || hasElements) return draw()
  const kinds = columns.map(({kind, phone}) => [kind, phone])
  return reuse(old.get(String(id)), [attributes, kinds, values, spec.name(row), cell, isDense()], draw)
}

/** Return whether rows can be selected. @param {ListSpec} spec */
const hasBoxes = ({selects, lasting}) => Boolean(selects ?? lasting)

/** Return whether the rows are tiles, side by side. @param {List} list */
const hasTiles = list => list.spec.hasTiles?.(list.place()) ?? false

/** Return whether actions stand in the rows: all of them if rows have neither details nor a page. @param {ListSpec} spec */
const hasInline = spec =>
  spec.actions.some(({isInline, where = "row"}) => isInline || (where === "row" && !(spec.details || spec.href)))

/** Return the columns for which there is room. @param {List} list */
const columnsOf = list =>
  list.spec.columns.filter(
    ({isSpare, only}) => !(isSpare && list.opened()) && (!only || (only === "tiles") === hasTiles(list)),
  )

/** The titles of the columns, if they have any. @param {List} list */
function drawHeads(list) {
  const columns = columnsOf(list)
  if (!columns.some(({head}) => head)) return null
  return h(
    "div",
    {class: "row lrow th", role: "row", data: {key: "heads"}},
    hasBoxes(list.spec) && drawHeadBox(list),
    columns.map(column => drawColumnHead(list, column)),
  )
}

/** @param {string} text */
const vh = text => h("span", {class: "vh"}, text)

/** @type {(list: List, column: ListColumn<any>) => HTMLElement} */
function drawColumnHead(list, {head, kind, sort}) {
  const {by, isDescending} = list.order()
  const isSorted = Boolean(sort) && by === sort
  const isNumber = CLASSES[kind].startsWith("num")
  return h(
    "span",
    {
      class: isNumber ? "num" : "",
      role: "columnheader",
      "aria-sort": isSorted ? (isDescending ? "descending" : "ascending") : null,
    },
    sort
      ? h(
          "button",
          {type: "button", class: isNumber ? "sort right" : "sort", data: {act: "sort", sort, key: `sort-${sort}`}},
          head,
          isSorted && h("span", {"aria-hidden": "true"}, isDescending ? " ↓" : " ↑"),
        )
      : (head ?? ""),
  )
}

/** The box that selects all rows that can be selected, on all pages. @param {List} list */
function drawHeadBox(list) {
  const {selection, lasting, noun, nouns = `${noun}s`} = list.spec
  if (!list.picked.lasts) return h("span", {role: "columnheader"}, vh("Selected"))
  const {value} = list.rows.head()
  const able = (value && (selection ?? lasting).able(value, list.rows.total ?? 0)) ?? 0
  const coverage = list.coverage()
  const verb = selection ? "written" : "selected"
  let text = `Select the ${count(able)} ${nouns} that can be ${verb}`
  if (coverage === "all") text = "Select none"
  else if (lasting && able && able === list.rows.total) text = `Select ${plural(able, noun, nouns)}`
  else if (!able) text = `No ${noun} here can be ${verb}`
  else if (able === 1) text = `Select the one ${noun} that can be ${verb}`
  return h(
    "span",
    {role: "columnheader", class: "c"},
    h(
      "label",
      {class: "hit", data: {act: "pick-all"}},
      h("input", {
        type: "checkbox",
        checked: coverage === "all",
        indeterminate: coverage === "some",
        disabled: !able || null,
        title: text,
        "aria-label": text,
      }),
    ),
  )
}

/** An invisible row without a height: its cell has the width of the tags of all rows. @param {List} list */
const drawProbe = list =>
  columnsOf(list).some(({kind}) => kind === "changes") &&
  h(
    "div",
    {class: "row lrow probe", "aria-hidden": "true", data: {key: "probe"}},
    hasBoxes(list.spec) && h("span"),
    columnsOf(list).map(({kind}) => h("span", {class: CLASSES[kind]})),
  )

/** @type {Record<CellKind, string>} */
const CLASSES = {
  name: "file",
  picture: "picture",
  poster: "poster-cell",
  tags: "tags",
  number: "num",
  text: "text",
  file: "file",
  cost: "num n",
  changes: "tags changes",
  risk: "r",
  link: "text",
  time: "num",
  state: "state",
  own: "own",
}

/** @param {List} list */
function drawRows(list) {
  const {spec} = list
  /** @type {HTMLElement[]} */
  const drawn = [drawHeads(list)]
  const old = keyedNodes(list.root)
  let group = ""
  const first = (list.rows.number - 1) * list.rows.perPage + (drawn[0] ? 2 : 1) // the heads are the first row
  for (const [index, row] of list.rows.ownRows().entries()) {
    const own = spec.groupOf?.(row) ?? ""
    if (own !== group) drawn.push(h("h2", {class: "group", data: {key: `group-${own}`}}, own))
    group = own
    drawn.push(drawRow(list, row, first + index, old))
  }
  return h(
    "div",
    {
      role: "grid",
      class: hasTiles(list) ? "tiles" : "",
      "aria-multiselectable": spec.selects ? "true" : null,
      "aria-label": plural(list.rows.total, spec.noun, spec.nouns),
      "aria-rowcount": list.rows.total,
      data: {key: "rows"},
    },
    drawn,
  )
}

/** The areas of a page with several groups of rows. @param {List} list */
function drawAreas(list) {
  if (!list.rows.isKnown()) return h("div", {class: "card", data: {key: "list"}}, drawBody(list))
  return h("div", {class: "areas", data: {key: "list"}}, [
    drawComplaint(list),
    ...list.rows.areas().map(area => drawArea(list, area)),
  ])
}

/** One area: without a row, it is folded; after its first row it keeps its height, so nothing below it moves. @type {(list: List, area: ListArea<any>) => HTMLElement} */
function drawArea(list, area) {
  const {id, title, note, none, choice} = area
  const rows = list.rows.rowsOf(area)
  if (rows.length) list.used.add(id)
  const isFolded = !list.used.has(id)
  const {total, turn} = drawAreaPages(list, area, rows.length)
  return h(
    "section",
    {class: `card list area ${id}${isFolded ? " folded" : ""}`, "aria-label": title, data: {key: id}},
    h(
      "div",
      {class: "pager top"},
      h("h2", null, title, h("span", null, note ?? count(total))),
      isFolded && h("p", {class: "hint"}, none),
      choice &&
        h(
          "label",
          {class: "grow"},
          h("span", {class: "vh"}, choice.label),
          drawSelect(choice.choices, {data: {change: "choice", name: choice.name, key: "choice"}}),
        ),
      turn,
    ),
    rows.length > 0
      ? h(
          "div",
          {class: "rows", role: "grid", "aria-label": title, "aria-rowcount": total},
          rows.map(row => drawRow(list, row)),
        )
      : !isFolded && h("div", {class: "rows none"}, h("p", null, none)),
  )
}

/** The place of an area in its rows, and the buttons that turn its pages. @type {(list: List, area: ListArea<any>, shown: number) => {total: number, turn: Child}} */
function drawAreaPages({rows}, {page, turn}, shown) {
  const {number, total, perPage} = page
    ? {number: page.page, total: page.total, perPage: page.per_page}
    : {number: rows.number, total: rows.total, perPage: rows.perPage}
  const pages = Math.ceil(total / perPage)
  if (pages < 2 || (page && !turn)) return {total, turn: null}
  const first = (number - 1) * perPage
  return {
    total,
    turn: h(
      "span",
      {class: "turn"},
      h("span", {"aria-live": "polite"}, `${count(first + 1)}–${count(first + shown)} of ${count(total)}`),
      turnButtons({page: number, pages}, to =>
        page ? ["part", {to: JSON.stringify({[turn]: to > 1 ? to : ""})}] : ["page", {page: to}],
      ),
    ),
  }
}

/** @param {List} list */
function drawNotices(list) {
  if (!list.spec.notices) return null
  return h(
    "div",
    {class: "notices", data: {key: "notices"}},
    list.rows.notices().map(({row, text}) =>
      h(
        "div",
        {
          class: "why warning notice",
          role: "alert",
          data: {row: list.rows.idOf(row), key: `notice-${list.rows.idOf(row)}`},
        },
        h("p", null, h("b", null, h("bdi", null, list.spec.name(row))), " ", text),
        drawActions(list, row, "row", {isInline: true, isNotice: true}),
      ),
    ),
  )
}

/** @type {(list: List, head: any) => ListLink[]} */
const linksOf = ({spec: {links = []}, place}, head) => (typeof links === "function" ? links(head, place()) : links)

/** @param {ListLink} link */
const drawLink = ({label, href, title, kind = "quiet", sign}) =>
  h(
    "a",
    {class: `btn ${kind}`, href, title, data: {key: `link-${href}`}},
    label,
    sign && h("span", {class: "count"}, sign),
  )

/** @param {List} list */
export function drawHead(list) {
  const {spec} = list
  const value = list.rows.shownHead()
  const choice = value && spec.choice?.(value, list.place())
  return h(
    "div",
    {class: "head", data: {key: "head"}},
    drawTitle(spec.title(value, list.rows.total), spec.crumb),
    h("p", {"aria-live": "polite"}, spec.summary?.(value, list.rows.total, list.place()) ?? ""),
    h("span", {class: "grow"}),
    choice &&
      drawSelect(choice.choices, {
        "aria-label": choice.label,
        data: {change: "choice", name: choice.name, key: "choice"},
      }),
    linksOf(list, value).map(drawLink),
    drawActions(list, undefined, "head"),
    spec.beside?.(list.place(), value),
  )
}

/** Return whether there is nothing to count, to search and to filter. @param {List} list */
const isBare = list => {
  const head = list.rows.shownHead()
  return Boolean(head && list.spec.isBare?.(head, list.place()))
}

/** What stands below the title. @param {List} list */
function drawCard(list) {
  const value = list.rows.shownHead()
  const {card} = list.spec
  return card && value && card(value, drawActions(list, undefined, "card"))
}

/** @param {List} list */
export function drawChips(list) {
  const value = list.rows.shownHead()
  if (!list.spec.chips) return null
  const chips = value ? list.spec.chips(value, list.place()) : []
  return h(
    "div",
    {
      class: chips.some(({level}) => level) ? "chips levels-line" : "chips",
      role: "group",
      "aria-label": list.spec.title(undefined),
      data: {key: "chips"},
    },
    chips.map(drawChip),
  )
}

/** @param {ListChip} value */
function drawChip({id, label, total, on, to, level, hint, parts, mark}) {
  const data = {act: "to", to: JSON.stringify(to), key: id}
  if (!parts) return drawStat(total, on, data, level ? chip(level, label) : h("span", null, label), hint)
  const spoken = parts.map(part => `${count(part.total)} ${part.label}`).join(", ")
  return h(
    "button",
    {type: "button", class: "stat parted", "aria-pressed": String(on), data},
    h("span", {class: "vh"}, `${label}: ${spoken}${mark ? `, ${mark}` : ""}`),
    h("span", {class: "parted-head", "aria-hidden": "true"}, h("b", null, label), mark && chip("danger", mark)),
    h(
      "span",
      {class: "parts", "aria-hidden": "true"},
      parts.map(part =>
        h(
          "span",
          {class: part.total ? part.level : "none"},
          h("b", null, count(part.total)),
          h("small", null, part.label),
        ),
      ),
    ),
  )
}

/** Return the look of a button. @type {(action: ListAction<any, any>, isInline: boolean) => string} */
function kindOf({where, isPrimary, isQuiet, isRisky}, isInline) {
  if (isPrimary) return "primary"
  const isLink = isInline || where === "all"
  const own = where === "card" ? "" : "small"
  const kind = isLink ? "link" : isQuiet || where === "head" ? "quiet" : own
  return isRisky ? `${kind} risky` : kind
}

/** @type {(action: ListAction<any, any>, row: any) => boolean} */
const isInRow = ({isInline}, row) => (typeof isInline === "function" ? isInline(row) : Boolean(isInline))

/**
 * The buttons of the actions of a row: `isInline`, in the row or in its notice.
 *
 * @type {(list: List, row: any, where: ListAction<any, any>["where"], options?: {isInline?: boolean, isNotice?: boolean, isOfMany?: boolean}) => HTMLElement[]}
 */
function drawActions(list, row, where, {isInline = false, isNotice = false, isOfMany = false} = {}) {
  const place = list.place()
  const isBeside = isInline && Boolean(list.spec.details) // there are details, too
  const actions = list.actionsAt(row, where).filter(each => {
    if (isNotice && (each.sign || each.run)) return false
    return isBeside ? isInRow(each, row) : each.isInline !== "only" && !(isOfMany && each.isSingle)
  })
  return actions.map(action => {
    if (action.sign) return drawSign(list, action, row)
    const label = typeof action.label === "function" ? action.label(row, place, list.rows.head().value) : action.label
    const hint = action.hint?.(row, place)
    const id = `hint-${action.act}`
    const made = button(label, action.act, {
      key: (where === "row" || where === "card") && !isInline ? action.key : null,
      kind: isBeside && !action.isQuiet ? "small" : kindOf(action, isInline),
      data: {key: action.act},
      ...(isInline && {"aria-label": `${label}: ${list.spec.name(row)}`}),
      ...(hint && {"aria-describedby": id}),
    })
    return hint
      ? h("div", {class: "resolution", data: {key: `hinted-${action.act}`}}, made, h("small", {id}, hint))
      : made
  })
}

/** @type {(list: List, action: ListAction<any, any>, row: any) => HTMLElement} */
function drawSign(list, {act, sign, label, key}, row) {
  const text = String(label)
  return iconButton(sign, `${text}: ${list.spec.name(row)}`, {act, key: act}, {title: key ? `${text} (${key})` : text})
}

/** The box for all rows of the list, which has no other one if they are tiles. @param {List} list */
function drawAllBox(list) {
  if (!list.spec.lasting || !hasTiles(list) || !list.rows.total) return null
  const coverage = list.coverage()
  return h(
    "label",
    {class: "inline", data: {act: "pick-all", key: "all"}},
    h("input", {
      type: "checkbox",
      checked: coverage === "all",
      indeterminate: coverage === "some",
      data: {key: "all-box"},
    }),
    "Select all",
  )
}

/** @param {List} list */
function drawAbove(list) {
  const {spec, picked} = list
  if (picked.size && !picked.lasts)
    return h(
      "div",
      {class: "pager top", data: {key: "top"}},
      h("b", null, `${plural(picked.size, spec.noun, spec.nouns)} selected`),
      h(
        "span",
        {class: "turn"},
        drawActions(list, list.targets()[0], "row", {isOfMany: true}),
        button("Clear", "clear", {kind: "link", data: {key: "clear"}}),
      ),
    )
  const {value} = list.rows.head()
  const place = list.place()
  const turn = value && spec.turn?.(value, place)
  const text = value && spec.above?.(value, place)
  const acts = value ? drawActions(list, undefined, "all") : []
  const box = drawAllBox(list)
  if (!text && !turn && !acts.length && !box) return null
  return h(
    "div",
    {class: "pager top", data: {key: "top"}},
    box,
    h("span", {class: "grow"}, text),
    h(
      "span",
      {class: "turn"},
      acts,
      turn &&
        button(turn.label, "to", {
          kind: "link",
          data: {to: JSON.stringify(turn.to), key: "turn"},
          "aria-pressed": String(turn.on),
        }),
    ),
  )
}

/** @param {List} list */
const errorOf = ({rows}) => rows.page().error ?? rows.head().error

/** The rows are those of an earlier read, because the last one has failed. @param {List} list */
function drawComplaint(list) {
  const error = list.rows.isKnown() && errorOf(list)
  return (
    error &&
    h(
      "div",
      {class: "complain warning", role: "alert", data: {key: "complaint"}},
      `${error.message} The list is as it was before. `,
      button("Try again", "read-again", {kind: "link"}),
    )
  )
}

/** @param {List} list */
function drawBody(list) {
  const {spec, rows} = list
  const error = errorOf(list)
  if (error && error === list.searchError()) return null // it stands below the search
  if (error && !rows.isKnown())
    return h(
      "div",
      {class: "empty", role: "alert", data: {key: "error"}},
      h("b", null, error.message),
      button("Try again", "read-again"),
    )
  if (!rows.isKnown()) return h("div", {"aria-busy": "true", data: {key: "bones"}}, boneRows(8))
  const hasMore = rows.hasNext() && rows.goneHere().size > 0
  if (rows.shown().length) return drawRows(list)
  if (hasMore) return h("div", {"aria-busy": "true", data: {key: "bones"}}, boneRows(8))
  if (spec.selection && !rows.head().value) return h("div", {"aria-busy": "true", data: {key: "bones"}}, boneRows(8))
  const {title, text, act, acts = [], more} = spec.empty(list.place(), rows.head().value)
  const leads = acts.filter(lead => lead.to || list.actions.some(each => each.act === lead.act))
  return h(
    "div",
    {data: {key: "empty"}},
    emptyState(
      title,
      text,
      act && list.drawForm(act),
      more,
      leads.length > 0 && h("div", {class: "acts"}, leads.map(drawLead)),
    ),
  )
}

/** @param {List} list */
function drawPager({rows, spec, keysShown}) {
  const {total} = rows
  if (!total) return null
  const first = (rows.number - 1) * rows.perPage + 1
  const last = Math.min(first + rows.ownRows().length - 1, first - 1 + rows.perPage)
  return pager({
    page: rows.number,
    pages: rows.pages,
    total,
    range: rangeOf(first, last, total),
    hint:
      keysShown(spec).length > 0 &&
      h(
        "span",
        {class: "keys"},
        keysShown(spec).map(({keys, text}) =>
          h(
            "span",
            null,
            keys.map(key => h("kbd", null, key)),
            text,
          ),
        ),
      ),
  })
}

/** @param {List} list */
export function drawSide(list) {
  const row = list.opened()
  if (!row) return null
  const {spec} = list
  const place = list.place()
  const more = list.rows.more(row)
  if (list.details) return list.details.draw(row, more)
  const acts = drawActions(list, row, "row")
  const [hinted, plain] = [acts.filter(each => each.matches("div")), acts.filter(each => !each.matches("div"))]
  return h(
    "div",
    {class: "side", data: {key: "side"}},
    h("div", {class: "veil", data: {act: "close", key: "veil"}}),
    h(
      "aside",
      {class: "card drawer", "aria-label": spec.noun[0].toUpperCase() + spec.noun.slice(1), data: {key: "drawer"}},
      h(
        "div",
        {class: "top", data: {key: `top-${list.rows.idOf(row)}`}},
        spec.portrait && drawPortrait(spec.portrait(row)),
        h("h2", {tabindex: "-1"}, h("bdi", null, spec.name(row))),
        closeButton("Close details", {act: "close"}),
      ),
      h(
        "div",
        {class: "facing", data: {row: list.rows.idOf(row), key: `facing-${list.rows.idOf(row)}`}},
        spec.details(
          row,
          place,
          {hinted, plain},
          {
            head: list.rows.head().value,
            more: more.value,
            later: list.rows.later(row),
            state: list.stateOf(row),
            isSelected: list.picked.has(row),
          },
        ),
        more.error && h("p", {class: "bad-text", role: "alert", data: {key: "more-error"}}, more.error.message),
      ),
    ),
  )
}

/** Whether the pager of a list with a bar stays in view. @param {List} list */
const isPaged = list => Boolean(list.spec.selection) && list.rows.pages > 1

/** The card of the rows, with what stands above and below them. @param {List} list */
function drawRowsCard(list) {
  const isNarrow = list.spec.narrows && isDense()
  return h(
    "div",
    {
      class: ["card list", isNarrow && "dense", isPaged(list) && "paged"].filter(Boolean).join(" "),
      data: {key: "list"},
    },
    drawProbe(list),
    drawAbove(list),
    drawComplaint(list),
    drawBody(list),
    drawPager(list),
  )
}

/** Return the widths of the columns. @param {List} list */
function widthsOf(list) {
  const {spec} = list
  const widths = columnsOf(list).map(({width}) => width)
  if (hasBoxes(spec)) widths.unshift("34px")
  if (hasInline(spec)) widths.push(spec.inlineWidth ?? "max-content")
  return widths.join(" ")
}

/** The rows, and their details or what stands in the place of them. @param {List} list */
function drawWork(list) {
  const details = list.spec.details ? drawSide(list) : null
  const aside = list.spec.asides && h("div", {class: "side aside", data: {key: "aside"}}, h("slot"))
  const kind = details ? "" : aside ? " folded" : " single"
  return h(
    "div",
    {class: `work${kind}`, style: {"--columns": widthsOf(list)}, data: {key: "work"}},
    list.spec.areas ? drawAreas(list) : drawRowsCard(list),
    details ?? aside,
  )
}

/** Return the elements of a list. @param {List} list */
export function drawList(list) {
  return [
    drawHead(list),
    list.spec.tells && !list.spec.asides && h("slot", {data: {key: "slot"}}),
    drawNotices(list),
    drawCard(list),
    !isBare(list) && drawChips(list),
    ...(isBare(list) ? [] : drawFilters(list)),
    ...(list.spec.parts?.(list.rows.shownHead(), list.place()) ?? []),
    drawWork(list),
    list.spec.foot?.(list.rows.shownHead(), list.place()),
  ].filter(Boolean)
}
