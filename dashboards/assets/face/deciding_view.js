// How a page of questions looks: the question beside its queue.
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {drawImage} from "#face/images.js"
import {boneRows, button, drawLead, drawTitle, emptyState, turnButtons} from "#face/widgets.js"
import {andMore, count, duration, estimate, plural} from "#face/wording.js"

/** @typedef {import("#face/deciding.js").Deciding<any, any>} Deciding */

const KEPT = 2 // decisions that the queue still shows
const ENOUGH = 3 // decisions after which their pace says how long the others take

/** Return whether a decision counts in the progress of the list that is shown. @param {Deciding} list */
const countsHere = list => list.questions.isOpen(list.place())

/** Return the place of the shown question in the list: "3 of 11"; "" if it is not in it. @param {Deciding} list */
function placeText(list) {
  const {rows} = list
  const before = countsHere(list) ? list.decided : 0
  const at = rows.shown().findIndex(row => rows.idOf(row) === list.cursorId())
  return at < 0 ? "" : `${count(before + (rows.number - 1) * rows.perPage + at + 1)} of ${count(before + rows.total)}`
}

/** Return how fast the questions are decided. @param {Deciding} list */
function paceText(list) {
  const {decided, worked} = list
  if (!decided || !countsHere(list)) return ""
  const seconds = worked / 1000
  const left = list.rows.total
  return [
    `${count(decided)} decided in ${duration(Math.max(seconds, 1))}`,
    left && decided >= ENOUGH && `${estimate((seconds / decided) * left)} left`,
  ]
    .filter(Boolean)
    .join(" · ")
}

/** @param {Deciding} list */
function drawHead(list) {
  const head = list.rows.shownHead()
  const place = list.rows.isKnown() && placeText(list)
  return h(
    "div",
    {class: "head", data: {key: "head"}},
    drawTitle(list.spec.title(head)),
    h("p", null, place && h("b", null, place), place && paceText(list) && " · ", paceText(list)),
    h("span", {class: "grow"}),
    h(
      "div",
      {class: "seg", role: "group", "aria-label": "Titles", data: {key: "segments"}},
      head && list.spec.chips(head, list.place()).map(drawSegment),
    ),
    may(list.questions.undo) &&
      button(
        [h("span", {"aria-hidden": "true"}, "↶ "), "Undo", h("span", {class: "vh"}, " the last decision")],
        "take-back",
        {kind: "quiet small", key: "z", data: {key: "take-back"}},
      ),
  )
}

/** @param {ListChip} segment */
const drawSegment = ({id, label, total, on, to}) =>
  h(
    "button",
    {type: "button", "aria-pressed": String(on), data: {act: "to", to: JSON.stringify(to), key: id}},
    label,
    h("span", null, ` ${count(total)}`),
  )

/** @param {Deciding} list */
function drawProgress(list) {
  const total = list.decided + (list.rows.total ?? 0)
  const percent = countsHere(list) && total ? (100 * list.decided) / total : 0
  return h(
    "div",
    {
      class: "through",
      role: "progressbar",
      "aria-label": "Decided",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      "aria-valuenow": String(Math.round(percent)),
      data: {key: "through"},
    },
    h("i", {style: {width: `${percent}%`}}),
  )
}

/** What others have done to the shown question, and what prevents the work. @param {Deciding} list */
function drawNotices(list) {
  const head = list.rows.shownHead()
  const warning = head && list.questions.warning(head, list.place())
  const change = list.replacement()
  return [
    warning &&
      h(
        "div",
        {class: "why warning prevented", role: "status", data: {key: "warning"}},
        h("p", null, warning.text),
        warning.acts.map(drawLead),
      ),
    change &&
      h(
        "div",
        {class: "why warning prevented", role: "status", data: {key: "replaced"}},
        h("p", null, `Another page, a command or a job ${change}. Your next decision only shows what is there now.`),
        button("Show it", "replacement", {kind: "small"}),
      ),
  ]
}

/** @type {(list: Deciding, row: any) => DecidingParts} */
const partsOf = (list, row) => ({
  state: list.stateOf(row),
  searching: list.searching?.id === list.rows.idOf(row) ? list.searching.text : "",
  act: (act, options = {}) => drawAct(list, act, row, options),
  has: act => list.actionsAt(row, "row").some(each => each.act === act),
})

/** The button of an action that is possible now. @type {(list: Deciding, act: string, row: any, options: {more?: Child}) => HTMLElement | null} */
function drawAct(list, act, row, {more, ...options}) {
  const action = list.actionsAt(row, "row").find(each => each.act === act)
  if (!action) return null
  const label = typeof action.label === "function" ? action.label(row, list.place(), undefined) : action.label
  return button([label, more], act, {key: action.key, data: {key: act}, ...options})
}

/** @type {(list: Deciding, row: any) => HTMLElement} */
function drawQueueRow(list, row) {
  const id = list.rows.idOf(row)
  const isShown = id === list.cursorId()
  const name = list.spec.name(row)
  return h(
    "div",
    {
      class: "line",
      role: "row",
      tabindex: isShown ? "0" : "-1",
      "aria-current": isShown ? "true" : null,
      data: {act: "open", key: id},
    },
    h("b", {role: "gridcell", dir: "auto", title: name}, name),
    h("small", {role: "gridcell"}, list.questions.best(row)),
  )
}

/** @type {(list: Deciding, decision: import("#face/deciding.js").Decision) => HTMLElement} */
const drawDone = (list, {row, text}) =>
  h(
    "li",
    {data: {key: `done${list.rows.idOf(row)}`}},
    h("b", {dir: "auto"}, list.spec.name(row)),
    h("small", null, text),
  )

/** The last decisions, and the questions around the shown one. @param {Deciding} list */
function drawQueue(list) {
  const {rows} = list
  const shown = rows.ownRows()
  const done = list.made.filter(each => each.list === list.listName()).slice(-KEPT)
  const rest = rows.total - (rows.number - 1) * rows.perPage - shown.length
  return h(
    "section",
    {class: "card queue", "aria-label": "Queue", data: {key: "queue"}},
    h("h2", null, h("span", null, "Queue"), h("span", null, andMore(rest) || plural(rows.total, list.spec.noun))),
    done.length > 0 &&
      h(
        "ul",
        {class: "done", "aria-label": "Decided", data: {key: "done"}},
        done.map(each => drawDone(list, each)),
      ),
    h(
      "div",
      {role: "grid", "aria-label": "Queue", data: {key: "rows"}},
      shown.map(row => drawQueueRow(list, row)),
    ),
    rows.pages > 1 &&
      h(
        "div",
        {class: "turn", data: {key: "turn"}},
        turnButtons({page: rows.number, pages: rows.pages}, page => ["page", {page}]),
      ),
  )
}

/** The keys that have an effect now. @type {(list: Deciding, row: any) => HTMLElement} */
function drawKeys(list, row) {
  /** @type {Map<string, string[]>} */
  const texts = new Map()
  for (const {key, does, decides} of list.actionsAt(row, "row"))
    if (key && decides) texts.set(does, [...(texts.get(does) ?? []), key])
  texts.set("move", ["j", "k"])
  if (may(list.questions.undo)) texts.set("undo", ["z"])
  texts.set("all keys", ["?"])
  return h(
    "p",
    {class: "keysline", "aria-hidden": "true", data: {key: "keysline"}},
    [...texts].map(([text, keys]) =>
      h(
        "span",
        null,
        keys.map(key => [h("kbd", null, key), " "]),
        text,
      ),
    ),
  )
}

/** The pictures of the next question, so that the browser has them. @type {(list: Deciding, row: any) => Child} */
function drawAhead(list, row) {
  const shown = list.rows.shown()
  const next = shown[shown.indexOf(row) + 1]
  return (
    next &&
    h(
      "div",
      {class: "ahead", "aria-hidden": "true", data: {key: "ahead"}},
      list.questions.pictures(next).map(src => drawImage(src, "eager")),
    )
  )
}

/** The question beside its queue. @type {(list: Deciding, row: any) => Child[]} */
function drawQuestion(list, row) {
  const {questions} = list
  const parts = partsOf(list, row)
  return [
    h(
      "div",
      {class: "triage", data: {key: "triage"}},
      h("div", null, questions.file(row), drawQueue(list)),
      h("div", null, questions.draw(row, list.place(), parts), drawKeys(list, row)),
    ),
    h("p", {class: "vh", role: "status", data: {key: "said"}}, questions.said(row)),
    drawAhead(list, row),
  ]
}

/** What stands in the place of a question. @param {Deciding} list */
function drawNone(list) {
  const {rows} = list
  const error = rows.page().error ?? rows.head().error
  if (error && !rows.isKnown())
    return h(
      "div",
      {class: "card empty", role: "alert", data: {key: "error"}},
      h("b", null, error.message),
      button("Try again", "read-again"),
    )
  const head = rows.head().value
  if (!rows.isKnown() || !head || rows.total)
    return h("div", {class: "card", "aria-busy": "true", data: {key: "bones"}}, boneRows(6))
  const {title, text, acts} = list.questions.empty(list.place(), head)
  return h(
    "div",
    {class: "card", data: {key: "empty"}},
    emptyState(title, text, h("div", {class: "acts"}, acts.map(drawLead))),
  )
}

/** Return the elements of a page of questions. @param {Deciding} list @returns {Node[]} */
export function drawDeciding(list) {
  const row = list.rows.isKnown() && list.current()
  const parts = [drawHead(list), drawProgress(list), drawNotices(list), row ? drawQuestion(list, row) : drawNone(list)]
  return /** @type {Node[]} */ (parts.flat().filter(Boolean))
}
