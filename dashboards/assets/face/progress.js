// Progress: one operation while it runs and after its end, with each of its files. Without a number in the address, it is
// the one that runs, or else the newest one.
import {List} from "#face/list.js"
import {visit} from "#face/address.js"
import {call, OPERATIONS} from "#face/calls.js"
import {h} from "#face/dom.js"
import {cancelQuestion} from "#face/footer.js"
import {stateOf, toast} from "#face/frame.js"
import {drawGauge} from "#face/gauge.js"
import {askToRetry} from "#face/retry_question.js"
import {rollBack} from "#face/rollback.js"
import {count, plural} from "#face/wording.js"

const OPERATION = {
  ...{id: 1, type: 1, noun: 1, state: 1, title: 1, started: 1, done: 1, total: 1, total_text: 1, pace: 1, rest: 1},
  ...{current: 1, left: 1, has_problems: 1, report: 1, counts: 1, words: 1, can_resume: 1, retryable: 1},
  ...{can_rollback: 1, cancel_effect: 1, parts: {kind: 1, label: 1, share: 1}},
}
const ITEM = {id: 1, name: 1, path: 1, changes: 1, text: 1, state: 1, level: 1, glyph: 1}
const PACE = 1000 // milliseconds: a large file may take minutes without an event
const ACTIVE = ["pending", "in_progress", "paused"]

/**
 * @typedef {{id: number} & Record<"name" | "path" | "changes" | "text" | "state" | "level" | "glyph", string>} Row
 * @typedef {{kind: string, label: string, share: number}} Part
 * @typedef {Record<"id" | "done" | "total" | "left" | "retryable", number> & Record<"type" | "noun" | "state" | "title" | "started" | "total_text" | "pace" | "rest" | "current" | "cancel_effect", string> & Record<"has_problems" | "can_resume" | "can_rollback", boolean> & {report: string[], parts: Part[], counts: Record<string, number>, words: Record<string, string>}} Operation
 * @typedef {{operation: Operation | null}} Head
 */

/** The files that are listed, by the value of the filter: words, and statuses of items. @type {Record<string, [text: string, statuses: string[]]>} */
const SHOWN = {
  "": ["all", []],
  failed: ["problems", ["failed", "conflict", "unknown"]],
  success: ["written", ["success"]],
  skipped: ["skipped", ["skipped"]],
  pending: ["waiting", ["pending", "writing"]],
}

/** @type {(operation: Operation, statuses: string[]) => number} */
const numberOf = ({total, counts}, statuses) =>
  statuses.length ? statuses.reduce((sum, each) => sum + (counts[each] ?? 0), 0) : total

// The card of the operation.

/** @param {Operation} operation */
const drawBar = ({done, total, parts, rest}) => [
  drawGauge("Files done", {now: done, max: total, parts}),
  h(
    "div",
    {class: "legend", data: {key: "legend"}},
    parts.map(({kind, label}) => [h("i", {class: kind, "aria-hidden": "true"}), label]),
    rest && [h("i", {class: "rest", "aria-hidden": "true"}), rest],
  ),
]

/** @param {Operation} operation */
const drawRunning = operation => [
  h(
    "div",
    {class: "pline", data: {key: "numbers"}},
    h("b", null, count(operation.done)),
    `of ${operation.total_text}`,
    h("span", {class: "grow"}),
    h("span", null, operation.pace),
  ),
  drawBar(operation),
  h(
    "p",
    {class: "hint now", data: {key: "now"}},
    operation.current && ["now: ", h("bdi", {dir: "ltr"}, operation.current)],
  ),
]

/** @type {Record<string, string>} */
const SIGNS = {safe: "✓", blocked: "■"}

/** @param {Operation} operation */
function drawEnded(operation) {
  const {text, level} = stateOf(operation.state)
  return [
    h(
      "div",
      {class: "summary", data: {key: "summary"}},
      h("div", {class: `big ${level}`, "aria-hidden": "true"}, SIGNS[level] ?? "!"),
      h(
        "div",
        {class: "grow", role: "status"},
        h("h2", null, text[0].toUpperCase() + text.slice(1)),
        operation.report.map(line => h("p", null, line)),
      ),
      h("span", {class: "num"}, operation.pace),
    ),
    drawBar(operation),
  ]
}

/** @type {(head: Head, acts: HTMLElement[]) => Child} */
const drawCard = ({operation}, acts) =>
  operation &&
  h(
    "div",
    {class: "card pad followed", data: {key: `operation-${operation.id}`}},
    isActive(operation) ? drawRunning(operation) : drawEnded(operation),
    h("div", {class: "acts", data: {key: "acts"}}, acts),
  )

// Actions.

/** @param {Operation | null | undefined} operation */
const isActive = operation => ACTIVE.includes(operation?.state)

/** @type {(isMeant: (operation: Operation) => boolean) => ListAction<Row, Head>["when"]} */
const when = isMeant => (_row, _place, head) => Boolean(head?.operation && isMeant(head.operation))

/** @type {(href: (operation: Operation) => string) => ListAction<Row, Head>["run"]} */
const lead = href => (_rows, _place, head) => visit(href(head.operation))

/** @param {Operation} operation */
async function showLog({id}) {
  const {job} = await call("stories.build", {operation_id: id, per_page: 1}, {job: {id: 1}})
  if (job) visit(`/jobs?job=${job.id}&log=1`)
  else toast("This operation has no log: it is older than the log retention.", {kind: "info"})
}

/** @param {Operation} operation */
const isOfTitles = ({noun}) => noun === "title"

/** @type {ListAction<Row, Head>[]} */
const ACTIONS = [
  {
    act: "pause",
    needs: "operations.pause_operation",
    where: "card",
    key: "P",
    label: "Pause after this file",
    does: "pause or resume",
    when: when(({state}) => state === "pending" || state === "in_progress"),
    call: (_rows, _answers, _place, {operation: {id}}) => [
      "operations.pause_operation",
      {operation_id: id, wait: false},
    ],
  },
  {
    act: "resume",
    needs: "operations.rename", // who has started a write may resume it
    where: "card",
    key: "P",
    label: (_row, _place, {operation: {state, left}}) => (state === "paused" ? "Resume" : `Resume ${count(left)}`),
    does: "pause or resume",
    isPrimary: true,
    when: when(({can_resume: canResume}) => canResume),
    call: (_rows, _answers, _place, {operation: {id}}) => ["operations.resume", {operation_id: id}],
  },
  {
    act: "cancel",
    needs: "operations.cancel",
    where: "card",
    label: "Cancel",
    when: when(isActive),
    asks: (_rows, _place, {operation}) => cancelQuestion(operation),
    call: (_rows, _answers, _place, {operation: {id}}) => ["operations.cancel", {operation_id: id}],
  },
  {
    act: "retry",
    needs: "retries.start",
    where: "card",
    key: "r",
    label: (_row, _place, {operation: {retryable, noun}}) => `Retry ${plural(retryable, noun)}…`,
    does: "retry files that were not written",
    isPrimary: true,
    when: when(({retryable}) => retryable > 0),
    run: (_rows, _place, {operation: {id}}) => askToRetry(id),
  },
  {
    act: "roll-back",
    needs: "history.begin_rollback",
    where: "card",
    label: "Roll back…",
    when: when(({can_rollback: canRollback}) => canRollback),
    run: (_rows, _place, {operation: {id}}) => rollBack(id),
  },
  {
    act: "history",
    where: "card",
    label: "Show in History",
    when: when(operation => !isActive(operation)),
    run: lead(({id}) => `/history?op=${id}`),
  },
  {
    act: "back",
    where: "card",
    label: (_row, _place, {operation}) => (isOfTitles(operation) ? "Back to Publish" : "Back to the plan"),
    isQuiet: true,
    when: when(operation => !isActive(operation)),
    run: lead(operation => (isOfTitles(operation) ? "/titles/publish" : "/plan")),
  },
  {act: "plan", where: "field", label: "Go to the plan", when: () => true, run: () => visit("/plan")},
  {
    act: "log",
    needs: "stories.build",
    where: "card",
    label: "Open log",
    isQuiet: true,
    when: when(() => true),
    run: (_rows, _place, {operation}) => showLog(operation),
  },
]

/** @type {ListSpec<Row, Head>} */
export const progress = {
  page: "progress",
  noun: "file",
  id: "id",
  perPage: 50,
  news: OPERATIONS,
  live: {
    parts: ["operation", "rows"],
    news: ["write:progress", "rollback:progress", "publish:progress"],
    pace: ({operation}) => (operation?.state === "in_progress" ? PACE : 0),
  },
  head: ({op}) => ({operation: ["history.follow", {operation_id: op ? Number(op) : null}, OPERATION]}),
  read: ({show = "", page}, perPage, head) => {
    if (!head) return null
    if (!head.operation) return ["history.__call__", {per_page: 1}, {items: {id: 1}, total: 1}] // there is no operation
    const statuses = SHOWN[show]?.[1] ?? []
    return [
      "history.followed_items",
      {operation_id: head.operation.id, statuses, page: Number(page), per_page: perPage},
      {items: ITEM, total: 1, page: 1},
    ]
  },
  title: head => head?.operation?.title ?? "Progress",
  summary: head => head?.operation?.started ?? "",
  card: drawCard,
  chips: ({operation}, {show = ""}) =>
    operation
      ? Object.entries(SHOWN).map(([id, [text, statuses]]) => ({
          id,
          label: operation.words[statuses[0]] ?? text,
          total: numberOf(operation, statuses),
          on: id === show,
          to: {show: id},
        }))
      : [],
  above: ({operation}) => (operation?.has_problems ? "Failures first" : ""),
  name: ({name}) => name,
  columns: [
    {
      kind: "name",
      width: "minmax(150px, 1.4fr)",
      phone: "first",
      value: ({name, path, changes}) => ({title: name, tip: path, below: changes, isFile: true}),
    },
    {kind: "text", width: "minmax(140px, 1.2fr)", phone: "below", value: ({text}) => text},
    {
      kind: "state",
      width: "148px",
      phone: "end",
      value: ({state, level, glyph}) => ({text: state, level, glyph}),
    },
  ],
  actions: ACTIONS,
  empty: (_place, head) =>
    head?.operation
      ? {title: "", text: "No file of this kind."}
      : {
          title: "Nothing is being written",
          text: "When you write from the plan, you can watch it here. It continues if you close the page.",
          acts: [{label: "Go to the plan", act: "plan", isPrimary: true}],
        },
}

/** @param {HTMLElement} host */
export const makePage = host => new List(progress, host)
