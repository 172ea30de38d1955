// Jobs: what runs, what waits and what has ended, each with its progress, its actions and its log.
import {List} from "#face/list.js"
import {drawGauge, gaugeOf} from "#face/gauge.js"
import {go, runSql} from "#face/address.js"
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {stateOf} from "#face/frame.js"
import {askInterrupted} from "#face/interruptions.js"
import {followLog} from "#face/job_log.js"
import {askToRetry} from "#face/retry_question.js"
import {GLYPHS, drawSelect, facts, label, turnButtons} from "#face/widgets.js"
import {count} from "#face/wording.js"

const AT_ONCE = 50 // started jobs
const WAITING = 20 // on a page
const CHANGES = 20 // changed properties on a page
const READING = ["scan", "rescan"] // kinds that change properties of files
const STARTED = ["running", "paused", "interrupted"]
const ROW = {
  ...{id: 1, name: 1, job_type: 1, status: 1, state: 1, text: 1, pace: 1, gauge: 1, ended: 1, priority: 1},
  ...{actions: 1, cancel_effect: 1, progress_current: 1, operation_id: 1},
}
const PAGE = {items: ROW, total: 1, page: 1, per_page: 1}
const MORE = {...ROW, added: 1, facts: 1, outcome: 1, has_ended: 1}
const CHANGE = {id: 1, file_id: 1, file_path: 1, label: 1, field_place: 1, action: 1, before: 1, after: 1}

/**
 * @typedef {Pick<Values.FollowedJob, "id" | "name" | "job_type" | "status" | "state" | "text" | "pace" | "gauge" | "ended" | "priority" | "actions" | "cancel_effect" | "progress_current" | "operation_id">} Row
 * @typedef {Row & Pick<Values.FollowedJob, "added" | "facts" | "outcome" | "has_ended">} Details
 * @typedef {{items: Row[], total: number, page: number, per_page: number}} Part
 * @typedef {{kinds: Values.KindCounts[], started: Part, waiting: Part, paused: {items: (Row & {is_long_paused: boolean, long_pause_text: string})[]}}} Head
 * @typedef {Pick<Values.AuditEvent, "id" | "file_id" | "file_path" | "label" | "field_place" | "action" | "before" | "after">} Change
 * @typedef {{items: Change[], total: number}} Changes
 * @typedef {ListAction<Row, Head>} Act
 */

/** The ended jobs that are listed, by the value of the filter. @type {Record<string, {label: string, states: string[]}>} */
const ENDED = {
  "": {label: "all", states: ["completed", "completed_with_errors", "failed", "cancelled"]},
  completed: {label: "completed", states: ["completed"]},
  completed_with_errors: {label: "with errors", states: ["completed_with_errors"]},
  failed: {label: "failed", states: ["failed"]},
  cancelled: {label: "cancelled", states: ["cancelled"]},
}
const NOTHING = "No job has ended yet. Writes, rollbacks, scans and rescans are listed here, each with its log."

/** What a card counts: words, state, level if the number is not 0. @type {[label: string, state: string, level: string][]} */
const CARD = [
  ["running", "running", ""],
  ["waiting", "pending", ""],
  ["failed", "failed", "danger"],
  ["paused", "paused", "warning"],
]

// Numbers.

/** @type {(kinds: Values.KindCounts[], state: string) => number} */
const sum = (kinds, state) => kinds.reduce((total, {states}) => total + (states[state] ?? 0), 0)

/** The numbers of open jobs in one line. @param {Values.KindCounts[]} kinds */
function summaryOf(kinds) {
  const [running, waiting] = [sum(kinds, "running"), sum(kinds, "pending")]
  const numbers = {running, waiting, paused: sum(kinds, "paused"), interrupted: sum(kinds, "interrupted")}
  const parts = Object.entries(numbers)
    .filter(([, number]) => number)
    .map(([word, number]) => `${count(number)} ${word}`)
  if (!parts.length) return "no open jobs"
  return [...parts, ...(running || waiting ? ["continues if you close this page"] : [])].join(" · ")
}

/** The numbers of started jobs by state, in the words of the cards. @type {(kinds: Values.KindCounts[], kind?: string) => string} */
function startedNote(kinds, kind) {
  const meant = kinds.filter(each => !kind || each.kind === kind)
  const parts = STARTED.map(state => ({state, number: sum(meant, state)})).filter(({number}) => number)
  return parts.map(({state, number}) => `${count(number)} ${state}`).join(" · ") || "0"
}

/** @type {(counted: Values.KindCounts, chosen?: string) => ListChip} */
function cardOf({kind, title, states}, chosen) {
  const isOn = kind === chosen
  return {
    id: kind,
    label: title,
    total: 0,
    on: isOn,
    to: {kind: isOn ? "" : kind, waiting: ""},
    parts: CARD.map(([text, state, level]) => ({label: text, total: states[state] ?? 0, level})),
    mark: states.interrupted ? `${count(states.interrupted)} interrupted` : "",
  }
}

/** @type {(head: Head, place: Route) => ListArea<Row>[]} */
const areasOf = ({kinds, started, waiting}, {kind, show = ""}) => [
  {id: "running", title: "Running", note: startedNote(kinds, kind), none: "No job is running.", page: started},
  {id: "waiting", title: "Waiting", none: "The queue is empty.", page: waiting, turn: "waiting"},
  {
    id: "ended",
    title: "Finished",
    none: show || kind ? "No job of this kind has ended with this status." : NOTHING,
    choice: {
      label: "Show",
      name: "show",
      choices: Object.entries(ENDED).map(([value, each]) => ({value, label: each.label, on: value === show})),
    },
  },
]

// A job.

/** @param {Row} row */
const isStarted = ({status}) => STARTED.includes(status)

/** @param {Row} row */
function stateCell(row) {
  const below = row.status === "pending" ? `priority ${row.priority}` : isStarted(row) ? row.pace : row.ended
  const state = stateOf(row.state)
  return {...state, glyph: GLYPHS[state.level], below}
}

/** Why the key of an action has no effect now. @type {(verb: string) => (row?: Row) => string} */
const refusal = verb => row => {
  if (!row) return ""
  if (row.state === "cancelling") return `${row.name}: The job is already being cancelled.`
  return `${row.name}: The job is ${stateOf(row.status).text} and cannot be ${verb}.`
}

/** The page that shows the operation of a job. @param {Row} row */
function drawFollow({operation_id: operation, status}) {
  if (operation === null) return null
  return ["running", "paused", "pending"].includes(status)
    ? h("a", {class: "btn", href: `/progress?op=${operation}`, data: {key: "follow"}}, "Show progress")
    : h("a", {class: "btn", href: `/history?op=${operation}`, data: {key: "follow"}}, "Show in History")
}

/** @param {Row} row */
const drawPriority = ({priority}) =>
  h(
    "label",
    {class: "inline rank-field", data: {key: "priority"}},
    "Priority",
    drawSelect(
      Array.from({length: 10}, (_, place) => ({value: String(place + 1), label: priorityText(place + 1)})),
      {data: {change: "priority", key: "priority-in"}},
      String(priority),
    ),
  )

/** @type {Record<number, string>} */
const RANKS = {1: "highest", 2: "high", 5: "normal", 8: "low", 10: "lowest"}

/** @param {number} priority */
const priorityText = priority => (RANKS[priority] ? `${priority}, ${RANKS[priority]}` : String(priority))

/** @param {Change} change */
const drawChange = ({label: text, action, before, after}) => [
  h("dt", null, text),
  h(
    "dd",
    null,
    action === "lock" || action === "unlock"
      ? `${action}ed`
      : [
          h("del", null, before),
          h("span", {"aria-hidden": "true"}, " → "),
          h("span", {class: "vh"}, " became "),
          h("ins", null, after),
        ],
  ),
]

/** Return the changes of a page by file, each in the usual order of the properties. @param {Change[]} items */
export function filesOf(items) {
  /** @type {Change[][]} */
  const files = []
  for (const each of items) {
    const last = files.at(-1)
    if (last?.[0].file_id === each.file_id) last.push(each)
    else files.push([each])
  }
  return files.map(changes => changes.sort((a, b) => a.field_place - b.field_place))
}

/** @param {Change[]} changes */
function drawFile(changes) {
  const [{id, file_id: file, file_path: path}] = changes
  const name = path.split(/[\\/]/).at(-1) || "A file that was forgotten"
  return h(
    "li",
    {data: {key: `change-${id}`}},
    path
      ? h("a", {class: "btn link", href: `/track/${file}`, title: path}, h("bdi", {dir: "ltr"}, name))
      : h("span", {class: "hint"}, name),
    h("dl", {class: "changed"}, changes.map(drawChange)),
  )
}

/** @type {(job: Details, changes: Changes | undefined, place: Route) => Child} */
function drawChanges(job, changes, place) {
  if (!changes) return null
  const {items, total} = changes
  if (!total)
    return (
      job.job_type === "rescan" &&
      job.has_ended &&
      h("p", {class: "hint", data: {key: "unchanged"}}, "The properties of these files have not changed.")
    )
  const page = changesPage(place)
  const pages = Math.ceil(total / CHANGES)
  const first = (page - 1) * CHANGES
  return [
    label(`Changes (${count(total)})`, {key: "changed"}),
    h("ul", {class: "listing changes", "aria-label": "Changes", data: {key: "changes"}}, filesOf(items).map(drawFile)),
    pages > 1 &&
      h(
        "div",
        {class: "pager", data: {key: "changes-pages"}},
        h("span", {"aria-live": "polite"}, `${count(first + 1)}–${count(first + items.length)} of ${count(total)}`),
        h(
          "span",
          {class: "turn"},
          turnButtons({page, pages}, to => ["part", {to: JSON.stringify({changes: to > 1 ? to : ""})}]),
        ),
      ),
  ]
}

/** @param {Route} place */
const changesPage = ({changes}) => Math.max(1, Math.trunc(Number(changes)) || 1)

/** @type {(row: Row, place: Route, acts: {plain: HTMLElement[]}, known: {more: {job: Details, changed?: Changes}}) => Child} */
const drawDetails = (row, place, {plain}, {more}) => {
  const job = more?.job
  const {text: state, level} = stateOf(row.state)
  return [
    h("div", {class: "path"}, [`Job ${row.id}`, ...(job?.added ? [job.added] : [])].join(" · ")),
    h(
      "p",
      {class: `why ${level}`, data: {key: "verdict"}},
      h("b", null, state),
      h("span", null, row.text[0].toUpperCase() + row.text.slice(1)),
    ),
    isStarted(row) &&
      h(
        "div",
        {class: "progress", data: {key: "gauge"}},
        drawGauge("Done", gaugeOf(row.gauge)),
        h("p", {class: "hint"}, row.pace),
      ),
    h("div", {class: "acts", data: {key: "acts"}}, plain, drawFollow(row)),
    job && !job.has_ended && drawPriority(row),
    label("Facts", {key: "facts-label"}),
    job
      ? h("div", {data: {key: "facts"}}, facts(job.facts))
      : h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading")),
    job?.outcome.length > 0 && [
      label(isStarted(row) ? "So far" : "Result", {key: "outcome-label"}),
      h("div", {class: "outcome", data: {key: "outcome"}}, facts(job.outcome)),
    ],
    job && drawChanges(job, more.changed, place),
  ]
}

// Actions.

/** @type {(action: Values.FollowedJob["actions"][number]) => (row?: Row) => boolean} */
const can = action => row => Boolean(row?.actions.includes(action))

/** @type {(step: number) => Pick<Act, "refuses" | "when" | "shows" | "call" | "keeps" | "isInline" | "isSingle">} */
const rank = step => ({
  isInline: "only",
  isSingle: true,
  keeps: true,
  refuses: () => "Choose a waiting job: only waiting jobs have a priority.",
  when: row => row?.status === "pending",
  shows: ({priority}) => ({priority: moved(priority, step)}),
  call: ([{id, priority}]) => ["jobs.set_priority", {job_id: id, priority: moved(priority, step)}],
})

/** @type {(priority: number, step: number) => number} */
const moved = (priority, step) => Math.max(1, Math.min(priority + step, 10))

/** @type {Act[]} */
const PRIORITY = [
  {
    act: "sooner",
    needs: "jobs.set_priority",
    key: "+",
    label: "Sooner",
    sign: "↑",
    does: "increase the priority of the job",
    ...rank(-1),
  },
  {
    act: "later",
    needs: "jobs.set_priority",
    key: "-",
    label: "Later",
    sign: "↓",
    does: "decrease the priority of the job",
    ...rank(1),
  },
  {
    act: "priority",
    needs: "jobs.set_priority",
    where: "field",
    label: "Priority",
    keeps: true,
    shows: (_, {value}) => ({priority: Number(value)}),
    call: ([{id}], {value}) => ["jobs.set_priority", {job_id: id, priority: Number(value)}],
  },
]

/** @type {Act[]} */
const ACTIONS = [
  {
    act: "pause",
    needs: "jobs.pause",
    key: "P",
    label: "Pause",
    does: "pause or resume the job",
    isInline: true,
    keeps: true,
    refuses: refusal("paused or resumed"),
    when: can("pause"),
    shows: ({status}) => ({state: status === "running" ? "pausing" : "paused", actions: []}),
    call: ([{id}]) => ["jobs.pause", {job_id: id, wait: false}],
  },
  {
    act: "resume",
    needs: "jobs.resume",
    key: "P",
    label: "Resume",
    does: "pause or resume the job",
    isInline: true,
    keeps: true,
    when: can("resume"),
    shows: () => ({state: "pending", actions: []}),
    call: ([{id}]) => ["jobs.resume", {job_id: id}],
  },
  ...["P", "r"].map((key, place) => resolve(key, place > 0)),
  {
    act: "retry",
    needs: "jobs.retry",
    key: "r",
    label: "Retry",
    does: "retry the job",
    isInline: true,
    keeps: true,
    refuses: refusal("retried"),
    when: row => can("retry")(row) && row.operation_id === null,
    shows: () => ({actions: []}),
    call: ([{id}]) => ["jobs.retry", {job_id: id}],
  },
  {
    act: "retry-files",
    needs: "jobs.retry",
    key: "r",
    label: "Retry",
    does: "retry the job",
    isInline: true,
    when: row => can("retry")(row) && row.operation_id !== null,
    run: ([{operation_id: id}]) => askToRetry(id), // the question names the files
  },
  {
    act: "cancel",
    needs: "jobs.cancel",
    key: "c",
    label: "Cancel",
    does: "cancel the job…",
    isInline: true,
    keeps: true,
    refuses: refusal("cancelled"),
    when: can("cancel"),
    asks: ([{name, cancel_effect: text, progress_current: done}]) => ({
      title: `Cancel “${name}”?`,
      text,
      confirm: done ? "Cancel the rest" : "Cancel the job",
      back: "Keep running",
      risky: true,
    }),
    shows: () => ({state: "cancelling", actions: []}),
    call: ([{id}]) => ["jobs.cancel", {job_id: id}],
  },
  {
    act: "log",
    key: "l",
    label: "Open log",
    does: "open the log of the job",
    isInline: row => row.status !== "pending", // there is hardly a line yet
    run: ([{id}], {job}) => go({job: id, log: 1, ...(job === String(id) ? {} : {changes: ""})}),
  },
  {
    act: "as-sql",
    needs: "jobs.as_sql",
    where: "head",
    label: "Open as SQL",
    when: (_, _place, head) => Boolean(head),
    run: async (_, {kind = ""}) => runSql(await call("jobs.as_sql", {kind})),
  },
]

/** An interrupted operation is resumed or rolled back; the question has its files. @type {(key: string, isSecond: boolean) => Act} */
function resolve(key, isSecond) {
  return {
    act: isSecond ? "resolve-again" : "resolve",
    needs: "operations.resume",
    key,
    label: "Resolve…",
    does: key === "P" ? "pause or resume the job" : "retry the job",
    isInline: !isSecond,
    when: can("resolve"),
    run: ([{operation_id: id}]) => askInterrupted(id),
  }
}

/** @type {ListSpec<Row, Head>} */
export const jobs = {
  page: "jobs",
  noun: "job",
  id: "id",
  opens: "job",
  ofRow: ["log", "changes"],
  folds: true,
  perPage: 10, // as many as fit without scrolling
  news: ["job:changed"],
  live: {
    parts: ["started", "waiting", "job"],
    news: [
      "write:progress",
      "rollback:progress",
      "publish:progress",
      "scan:progress",
      "rescan:progress",
      "verify:progress",
      "thumbnails:progress",
      "identify:progress",
      "enrich:progress",
      "artwork:progress",
      "database_backup:progress",
      "snapshot:progress",
      "ratings:progress",
    ],
    // A large file can take minutes without an event, and so can a waiting time.
    pace: ({started, waiting}) =>
      started.items.some(({status}) => status === "running") ? 1000 : started.total || waiting.total ? 2000 : 0,
  },
  head: ({kind, waiting}) => {
    const kinds = kind ? [kind] : []
    const page = Math.max(1, Math.trunc(Number(waiting)) || 1)
    return {
      kinds: ["jobs.kinds", {}],
      started: ["jobs.page", {kinds, statuses: STARTED, per_page: AT_ONCE}, PAGE],
      waiting: ["jobs.page", {kinds, statuses: ["pending"], page, per_page: WAITING}, PAGE],
      paused: [
        "jobs.page",
        {statuses: ["paused"], per_page: AT_ONCE},
        {items: {...ROW, is_long_paused: 1, long_pause_text: 1}},
      ],
    }
  },
  read: ({kind, show = "", page}, perPage) => [
    "jobs.page",
    {
      kinds: kind ? [kind] : [],
      statuses: (ENDED[show] ?? ENDED[""]).states,
      page: Number(page),
      per_page: perPage,
    },
    PAGE,
  ],
  one: id => ["jobs.details", {job_id: Math.trunc(Number(id)) || 0}, MORE],
  more: ({id, job_type: kind}, place) => ({
    job: ["jobs.details", {job_id: id}, MORE],
    ...(READING.includes(kind) && {
      changed: ["audit.page", {job_id: id, page: changesPage(place), per_page: CHANGES}, {items: CHANGE, total: 1}],
    }),
  }),
  follow: followLog,
  title: () => "Jobs",
  summary: head => (head ? summaryOf(head.kinds) : ""),
  chips: ({kinds}, {kind}) => kinds.map(each => cardOf(each, kind)),
  notices: ({paused}) =>
    paused.items.filter(each => each.is_long_paused).map(row => ({row, text: row.long_pause_text})),
  areas: areasOf,
  name: ({name}) => name,
  columns: [
    {
      kind: "name",
      width: "minmax(0, 1fr)",
      phone: "first",
      value: row => ({title: row.name, below: row.text, gauge: isStarted(row) ? row.gauge : null}),
    },
    {kind: "state", width: "158px", phone: "end", value: stateCell},
  ],
  inlineWidth: "248px",
  details: drawDetails,
  actions: [...PRIORITY, ...ACTIONS],
  empty: () => ({title: "", text: NOTHING}), // each area has its own sentence
}

/** @param {HTMLElement} host */
export const makePage = host => new List(jobs, host)
