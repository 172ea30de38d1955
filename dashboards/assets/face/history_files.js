// The files of one operation: a list with pages, a filter, a search, and a choice of files to roll back.
import {drawComment, drawFieldValues} from "#face/comment_text.js"
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {detailsSearch} from "#face/list_filters.js"
import {button, chip, cutName, drawTag, facts, label, pager, placeOf} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const PER_PAGE = 50
const MANY = 5 // files from which on the list has a search
const ITEM = {id: 1, name: 1, file_path: 1, status: 1, code: 1, tags: 1, reason: 1, is_in_force: 1}
const SHOWN = {
  ...{comments: 1, keeps_comment: 1, side_files: 1, changed_fields: 1, facts: 1, proof_lines: 1, tries: 1, status: 1},
  id: 1,
}
/** The filters: words, and statuses of items. @type {Record<string, [text: string, statuses: string[]]>} */
const FILTERS = {
  "": ["all", []],
  problems: ["problems", ["failed", "conflict", "unknown"]],
  done: ["written", ["success"]],
  skipped: ["skipped", ["skipped"]],
}

/**
 * @typedef {import("#face/history.js").Row} Row
 * @typedef {import("#face/history.js").State} State
 * @typedef {Omit<Values.ItemDetails, "comments" | "changed_fields"> & {comments: {before: TextPart[] | null, after: TextPart[] | null}, changed_fields: ChangedValue[]}} Item
 * @typedef {{items: Item[], items_total: number, page: number, retryable: number, states: Record<string, string[]>, progress: Pick<Values.OperationStatus, "counts" | "words">}} Details
 * @typedef {{details: Details, item?: {items: Item[]}, check?: Values.RollbackCheck, state: State}} Known
 */

/** @type {{more(row: Row, place: Route): Record<string, ReadCall>, later(row: Row, place: Route): Record<string, ReadCall>}} */
export const FILE_READS = {
  more: ({id}, {files = "", find = "", filepage = "1"}) => ({
    details: [
      "history.get_operation_details",
      {
        operation_id: id,
        statuses: FILTERS[files]?.[1] ?? [],
        text: find,
        page: Number(filepage) || 1,
        per_page: PER_PAGE,
      },
      {items: ITEM, items_total: 1, page: 1, retryable: 1, states: 1, progress: {counts: 1, words: 1}},
    ],
  }),
  later: ({id}, {file}) =>
    Number(file)
      ? {item: ["history.get_operation_details", {operation_id: id, item_ids: [Number(file)]}, {items: SHOWN}]}
      : {},
}

/** @type {(item: Item) => Child} */
const drawComments = ({comments: {before, after}, keeps_comment: isSame, side_files: beside, status}) =>
  !beside.length &&
  (isSame
    ? [label("Comment, unchanged"), drawComment(after, "same", "Comment")]
    : [
        label("Comment before"),
        drawComment(before, "old", "Old comment"),
        label(status === "success" ? "Comment after" : "Comment planned"),
        drawComment(after, "new", "New comment"),
      ])

/** @type {(item: Item) => HTMLElement} */
function drawItem(item) {
  const {id, changed_fields: fields, proof_lines: proof, tries, status} = item
  return h(
    "div",
    {class: "detail", data: {key: `detail-${id}`}},
    drawComments(item),
    fields.length > 0 && [label(status === "success" ? "Fields" : "Fields, planned"), drawFieldValues(fields)],
    proof.length > 0 && [
      label("Verification"),
      h(
        "ul",
        {class: "proof"},
        proof.map(text => h("li", null, h("span", {"aria-hidden": "true"}, "✓ "), text)),
      ),
    ],
    tries.length > 0 && [
      label("Earlier attempts"),
      h(
        "ul",
        {class: "proof", "aria-label": "Earlier attempts"},
        tries.map(text => h("li", null, h("bdi", null, text))),
      ),
    ],
    facts(item.facts),
  )
}

/** Return why an item cannot be chosen; "" if it can. @type {(item: Item, check?: Values.RollbackCheck) => string} */
function whyNot({id, reason, is_in_force: isInForce}, check) {
  const excluded = check?.excluded[id]
  return isInForce ? (excluded ?? "") : excluded || reason || "The file was not written."
}

/** @type {(item: Item, why: string, state: State) => HTMLElement} */
const drawTick = ({id, name}, why, {chosen}) =>
  h(
    "label",
    {class: "hit", title: why || null},
    h("input", {
      type: "checkbox",
      checked: chosen.includes(id),
      disabled: why ? true : null,
      "aria-label": `Choose ${name}`,
      data: {change: "choose", item: id, key: `tick-${id}`},
    }),
  )

/** @type {(item: Item, place: Route, known: Known) => HTMLElement} */
function drawFile(item, place, {details, item: read, check, state}) {
  const {id, name, file_path: path, reason, tags} = item
  const isOpen = Number(place.file) === id
  const isChoosing = state.isChoosing && Boolean(check?.is_possible)
  const why = isChoosing ? whyNot(item, check) : ""
  const [text, level, glyph] = details.states[id]
  const shown = isOpen && read?.items.find(each => each.id === id)
  return h(
    "li",
    {class: isChoosing ? "choosable" : "", data: {key: id}},
    isChoosing && drawTick(item, why, state),
    h(
      "button",
      {
        type: "button",
        class: "file-open",
        "aria-expanded": String(isOpen),
        title: path,
        data: {act: "part", to: JSON.stringify({file: isOpen ? "" : id}), key: `open-${id}`},
      },
      h("i", {"aria-hidden": "true"}, "›"),
      cutName(name, {dir: "ltr"}),
    ),
    chip(level, text, glyph),
    tags.length > 0 && h("span", {class: "tags"}, /** @type {any[]} */ (tags).map(drawTag)),
    reason && h("small", null, h("bdi", null, reason)),
    why && why !== reason && h("small", null, why),
    shown && drawItem(shown),
  )
}

/** @type {(row: Row, place: Route, details: Details) => HTMLElement} */
function drawFilter({file_count: total}, {files = "", find = ""}, {progress: {counts, words}}) {
  const shown = Object.entries(FILTERS).map(([value, [text, statuses]]) => {
    const own = statuses.length === 1 ? words[statuses[0]] : undefined
    const number = (statuses.length ? statuses : Object.keys(counts)).reduce(
      (sum, each) => sum + (counts[each] ?? 0),
      0,
    )
    return {value, text: `${own ?? text} ${count(number)}`}
  })
  return h(
    "div",
    {class: "narrowing", data: {key: "narrowing"}},
    h(
      "label",
      null,
      h("span", {class: "vh"}, "Show files"),
      h(
        "select",
        {class: "select", data: {change: "part", name: "files", to: JSON.stringify({filepage: ""}), key: "files"}},
        shown.map(({value, text}) => h("option", {value, selected: value === files || null}, text)),
      ),
    ),
    (find || total > MANY) &&
      detailsSearch({
        name: "find",
        label: "Find in this operation",
        placeholder: "Find a file or person …",
        value: find,
        clears: ["filepage"],
      }),
  )
}

/** @type {(row: Row, place: Route, known: Known) => HTMLElement} */
function drawChoice({noun}, {find}, {details: {items, items_total: total}, check, state: {chosen}}) {
  const free = items.filter(item => !whyNot(item, check) && !chosen.includes(item.id)).map(({id}) => id)
  return h(
    "div",
    {class: "choosing", data: {key: "choosing"}},
    h("span", {"aria-live": "polite"}, chosen.length ? `${count(chosen.length)} chosen` : `Choose ${noun}s below.`),
    chosen.length > 0 &&
      button(`Roll back ${plural(chosen.length, noun)}…`, "roll-back-chosen", {
        kind: "small",
        data: {items: [...chosen].sort((a, b) => a - b).join(" "), key: "choice"},
      }),
    find &&
      total > 0 &&
      button(`Roll back all ${plural(total, noun)} found…`, "roll-back-found", {
        kind: "small",
        data: {query: find, key: "found"},
      }),
    free.length > 0 &&
      button("All on this page", "choose-page", {kind: "link", data: {items: free.join(" "), key: "all"}}),
    chosen.length > 0 && button("None", "choose-none", {kind: "link", data: {key: "none"}}),
  )
}

/** @type {(row: Row, place: Route, known: Known) => Child} */
export function drawFiles(row, place, known) {
  const {details, check, state} = known
  const isChoosing = state.isChoosing && Boolean(check?.is_possible) && may("history.begin_rollback")
  const shown = placeOf({items: details.items, total: details.items_total, page: details.page, per_page: PER_PAGE})
  return [
    label(row.noun === "file" ? "Files" : "Titles", {key: "files-label"}),
    drawFilter(row, place, details),
    isChoosing && drawChoice(row, place, known),
    details.items.length > 0
      ? h(
          "ul",
          {class: "listing files", "aria-label": "Files of this operation", data: {key: "files-list"}},
          details.items.map(item => drawFile(item, place, known)),
        )
      : h("p", {class: "hint", data: {key: "no-files"}}, "No file of the operation matches."),
    shown.pages > 1 && pager({...shown, name: "filepage"}),
  ]
}
