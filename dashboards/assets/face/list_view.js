// How a list looks: title, chips, rows, pages, and the details of the open row.
import {CELLS} from "#face/cells.js"
import {h} from "#face/dom.js"
import {drawPortrait} from "#face/images.js"
import {boneRows, button, closeButton, drawSelect, emptyState, pager} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */

/** @type {(list: List, row: any) => HTMLElement} */
function drawRow(list, row) {
  const {spec} = list
  const id = list.rows.idOf(row)
  const isCursor = id === list.cursorId()
  const isSelected = spec.selects ? list.selected.has(id) : isCursor && (!spec.folds || Boolean(list.opened()))
  return h(
    "div",
    {
      class: `row lrow${isCursor ? " cursor" : ""}${hasTiles(list) ? " tile" : ""}`,
      role: "row",
      tabindex: id === list.stopId() ? "0" : "-1",
      "aria-selected": String(isSelected),
      data: {act: "open", key: id},
    },
    spec.selects &&
      h(
        "span",
        {class: "c", role: "gridcell"},
        h(
          "label",
          {class: "hit", data: {act: "pick"}},
          h("input", {
            type: "checkbox",
            tabindex: "-1",
            checked: list.selected.has(id),
            "aria-label": `Select ${spec.name(row)}`,
          }),
        ),
      ),
    columnsOf(list).map(({kind, phone, value}) =>
      h("span", {class: `cell ${CLASSES[kind]}`, role: "gridcell", data: {phone}}, CELLS[kind](value(row))),
    ),
    hasInline(spec) &&
      h(
        "span",
        {class: "cell turn", role: "gridcell", data: {phone: "last"}},
        drawActions(list, row, "row", {isInline: true}),
      ),
  )
}

/** Return whether the rows are tiles, side by side. @param {List} list */
const hasTiles = list => list.spec.hasTiles?.(list.place()) ?? false

/** Return whether the actions stand in the rows, because there are no details. @param {ListSpec} spec */
const hasInline = spec => !spec.details && spec.actions.length > 0

/** Return the columns for which there is room. @param {List} list */
const columnsOf = list => list.spec.columns.filter(({isSpare}) => !(isSpare && list.opened()))

/** The titles of the columns, if they have any. @param {List} list */
function drawHeads(list) {
  const columns = columnsOf(list)
  if (!columns.some(({head}) => head)) return null
  return h(
    "div",
    {class: "row lrow th", role: "row", data: {key: "heads"}},
    list.spec.selects && h("span", {role: "columnheader"}, h("span", {class: "vh"}, "Selected")),
    columns.map(({head, kind}) =>
      h("span", {class: CLASSES[kind] === "num" ? "num" : "", role: "columnheader"}, head ?? ""),
    ),
  )
}

/** @type {Record<CellKind, string>} */
const CLASSES = {
  name: "file",
  picture: "picture",
  tags: "tags",
  number: "num",
  text: "text",
  link: "text",
  time: "num",
  state: "state",
}

/** @param {List} list */
function drawRows(list) {
  const {spec} = list
  /** @type {HTMLElement[]} */
  const drawn = [drawHeads(list)]
  let group = ""
  for (const row of list.rows.shown()) {
    const own = spec.groupOf?.(row) ?? ""
    if (own !== group) drawn.push(h("h2", {class: "group", data: {key: `group-${own}`}}, own))
    group = own
    drawn.push(drawRow(list, row))
  }
  return h(
    "div",
    {
      role: "grid",
      class: hasTiles(list) ? "tiles" : "",
      "aria-label": plural(list.rows.total, spec.noun, spec.nouns),
      "aria-rowcount": list.rows.total,
      data: {key: "rows"},
    },
    drawn,
  )
}

/** @param {List} list */
function drawHead(list) {
  const {spec} = list
  const {value} = list.rows.head()
  return h(
    "div",
    {class: "head", data: {key: "head"}},
    h(
      "h1",
      {tabindex: "-1"},
      spec.crumb && [h("a", {class: "crumb", href: spec.crumb.href}, spec.crumb.label), " "],
      spec.title(value, list.rows.total),
    ),
    h("p", {"aria-live": "polite"}, spec.summary?.(value, list.rows.total, list.place()) ?? ""),
    h("span", {class: "grow"}),
    !spec.search && drawChoice(list),
    spec.links?.map(({label, href, title}) => h("a", {class: "btn quiet", href, title}, label)),
    drawActions(list, undefined, "head"),
  )
}

/** @param {List} list */
function drawChoice(list) {
  const {value} = list.rows.head()
  const choice = value && list.spec.choice?.(value, list.place())
  return (
    choice &&
    drawSelect(choice.choices, {
      "aria-label": choice.label,
      data: {change: "choice", name: choice.name, key: "choice"},
    })
  )
}

/** The search, and how the rows are shown. @param {List} list */
function drawBar(list) {
  const {search, nouns, noun, displays} = list.spec
  if (!search) return null
  const text = list.place()[search.name] ?? ""
  return h(
    "div",
    {class: "bar", data: {key: "bar"}},
    h(
      "label",
      {class: "search"},
      h("kbd", {"aria-hidden": "true"}, "/"),
      h("input", {
        class: "q",
        type: "text",
        role: "searchbox",
        value: text,
        autocomplete: "off",
        spellcheck: "false",
        "aria-label": `Search ${nouns ?? `${noun}s`}`,
        placeholder: search.placeholder,
      }),
      text && closeButton("Clear the search", {act: "empty-search", key: "empty-search"}),
    ),
    drawChoice(list),
    displays &&
      h(
        "div",
        {class: "seg", role: "group", "aria-label": "Show"},
        displays(list.place()).map(({label, on, to}) =>
          h(
            "button",
            {type: "button", "aria-pressed": String(on), data: {act: "to", to: JSON.stringify(to), key: label}},
            label,
          ),
        ),
      ),
  )
}

/** @param {List} list */
function drawChips(list) {
  const {value} = list.rows.head()
  if (!list.spec.chips) return null
  const chips = value ? list.spec.chips(value, list.place()) : []
  return h(
    "div",
    {class: "chips", role: "group", "aria-label": list.spec.title(undefined, undefined), data: {key: "chips"}},
    chips.map(({id, label, total, on, to}) =>
      h(
        "button",
        {
          type: "button",
          class: total ? "stat" : "stat none",
          "aria-pressed": String(on),
          data: {act: "to", to: JSON.stringify(to), key: id},
        },
        h("b", null, count(total)),
        h("span", null, label),
      ),
    ),
  )
}

/** Return the look of a button. @type {(action: ListAction<any, any>, isInline: boolean) => string} */
function kindOf({where, isPrimary, isQuiet, isRisky}, isInline) {
  if (isPrimary) return "primary"
  const isLink = isInline || where === "all"
  const kind = isLink ? "link" : isQuiet || where === "head" ? "quiet" : "small"
  return isRisky ? `${kind} risky` : kind
}

/** @type {(list: List, row: any, where: ListAction<any, any>["where"], options?: {isInline?: boolean, isOfMany?: boolean}) => HTMLElement[]} */
function drawActions(list, row, where, {isInline = false, isOfMany = false} = {}) {
  const place = list.place()
  const actions = list.actionsAt(row, where).filter(({isSingle}) => !(isOfMany && isSingle))
  return actions.map(action => {
    const label = typeof action.label === "function" ? action.label(row, place, list.rows.head().value) : action.label
    const hint = action.hint?.(row, place)
    const id = `hint-${action.act}`
    const made = button(label, action.act, {
      key: where === "row" && !isInline ? action.key : null,
      kind: kindOf(action, isInline),
      data: {key: action.act},
      ...(isInline && {"aria-label": `${label}: ${list.spec.name(row)}`}),
      ...(hint && {"aria-describedby": id}),
    })
    return hint
      ? h("div", {class: "resolution", data: {key: `hinted-${action.act}`}}, made, h("small", {id}, hint))
      : made
  })
}

/** @param {List} list */
function drawAbove(list) {
  const {spec, selected} = list
  if (selected.size)
    return h(
      "div",
      {class: "pager top", data: {key: "top"}},
      h("b", null, `${plural(selected.size, spec.noun, spec.nouns)} selected`),
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
  if (!text && !turn && !acts.length) return null
  return h(
    "div",
    {class: "pager top", data: {key: "top"}},
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
      button("Try again", "retry", {kind: "link"}),
    )
  )
}

/** @param {List} list */
function drawBody(list) {
  const {spec, rows} = list
  const error = errorOf(list)
  if (error && !rows.isKnown())
    return h(
      "div",
      {class: "empty", role: "alert", data: {key: "error"}},
      h("b", null, error.message),
      button("Try again", "retry"),
    )
  if (!rows.isKnown()) return h("div", {"aria-busy": "true", data: {key: "bones"}}, boneRows(8))
  const hasMore = rows.hasNext() && rows.goneHere().size > 0
  if (rows.shown().length) return drawRows(list)
  if (hasMore) return h("div", {"aria-busy": "true", data: {key: "bones"}}, boneRows(8))
  const {title, text, act} = spec.empty(list.place(), rows.head().value)
  return h("div", {data: {key: "empty"}}, emptyState(title, text, act && drawPageForm(list, act)))
}

/** The form of an action in the page. @type {(list: List, act: string) => Child} */
function drawPageForm(list, act) {
  const form = list.formOf(act)
  if (!form) return null
  const {title, confirm} = form.question
  return h(
    "form",
    {class: "page-form", novalidate: true, "aria-label": title, data: {form: act, key: `form-${act}`}},
    form.draw(),
    h("button", {type: "submit", class: "btn primary", "aria-busy": form.isWaiting ? "true" : null}, confirm),
  )
}

/** @param {List} list */
function drawPager({rows, spec, keysShown}) {
  const {total} = rows
  if (!total) return null
  const first = (rows.number - 1) * rows.perPage + 1
  const last = Math.min(first + rows.shown().length - 1, first - 1 + rows.perPage)
  return pager({
    page: rows.number,
    pages: rows.pages,
    total,
    range: `${count(first)}–${count(last)} of ${count(total)}`,
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
function drawSide(list) {
  const row = list.opened()
  if (!row) return null
  const {spec} = list
  const place = list.place()
  const more = list.rows.more(row)
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
        spec.details(row, place, {hinted, plain}, {head: list.rows.head().value, more: more.value}),
        more.error && h("p", {class: "bad-text", role: "alert", data: {key: "more-error"}}, more.error.message),
      ),
    ),
  )
}

/** Return the elements of a list. @param {List} list */
export function drawList(list) {
  const side = list.spec.details ? drawSide(list) : null
  const {selects} = list.spec
  const widths = [selects && "34px", ...columnsOf(list).map(({width}) => width), hasInline(list.spec) && "max-content"]
  return [
    drawHead(list),
    drawBar(list),
    drawChips(list),
    h(
      "div",
      {class: side ? "work" : "work single", data: {key: "work"}},
      h(
        "div",
        {class: "card list", style: {"--columns": widths.filter(Boolean).join(" ")}, data: {key: "list"}},
        drawAbove(list),
        drawComplaint(list),
        drawBody(list),
        drawPager(list),
      ),
      side,
    ),
  ].filter(Boolean)
}
