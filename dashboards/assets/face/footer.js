// The footer of every page: work that runs, work that waits for a person, and the newest result with its rollback. A row
// that a person dismisses stays dismissed in this browser, also after a reload; a good result dismisses itself.
import {place, visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, forget, onNews, OPERATIONS, paced} from "#face/calls.js"
import {h, morph} from "#face/dom.js"
import {currentPage, home, may, toast} from "#face/frame.js"
import {drawGauge, gaugeOf} from "#face/gauge.js"
import {store, stored} from "#face/local_storage.js"
import {askRollback} from "#face/rollback.js"
import {adoptSheets} from "#face/sheets.js"
import {button, closeButton} from "#face/widgets.js"
import {count} from "#face/wording.js"

const OPERATION = {
  ...{id: 1, type: 1, state: 1, progress_text: 1, progress_note: 1, done: 1, total: 1, cancel_effect: 1},
  parts: {kind: 1, label: 1, share: 1},
}
const JOB = {id: 1, name: 1, text: 1, gauge: 1, operation_id: 1, long_pause_text: 1}
/** @type {Record<string, string>} */
const KEEP = {write: "Keep writing", rollback: "Keep restoring", publish: "Keep publishing"}

/** The question before an operation is cancelled. @type {(operation: {type: string, cancel_effect: string}) => Question} */
export const cancelQuestion = ({type, cancel_effect: text}) => ({
  title: "Cancel the rest?",
  text,
  confirm: "Cancel the rest",
  back: KEEP[type],
  risky: true,
})

/** @type {import("#face/calls.js").Read} */
const WORK = [
  "overview.work",
  {},
  {
    running: OPERATION,
    jobs: JOB,
    scan: {text: 1, pace: 1, done: 1, total: 1},
    long_paused: JOB,
    unrecorded: {job_id: 1, operation_id: 1, description: 1, waiting_text: 1},
    interrupted: {id: 1, text: 1, note: 1, restorable: 1, left: 1},
    newest: {id: 1, text: 1, note: 1, has_problems: 1, is_good: 1, can_roll_back: 1, files: 1},
    requests: {text: 1, own: 1},
  },
]
const NEWS = [
  ...OPERATIONS,
  ...["write:progress", "rollback:progress", "publish:progress", "scan:started", "scan:progress", "scan:completed"],
  ...["rescan:started", "rescan:progress", "rescan:completed", "job:changed", "approvals:changed"],
]
const PACE = 500 // milliseconds between two reads of the work
const PATIENCE = 1000 // milliseconds: a large file may take minutes without an event

/**
 * @typedef {Pick<Values.FollowedOperation, "id" | "type" | "state" | "progress_text" | "progress_note" | "done" | "total" | "cancel_effect" | "parts">} Operation
 * @typedef {Pick<Values.FollowedJob, "id" | "name" | "text" | "gauge" | "operation_id" | "long_pause_text">} Job
 * @typedef {Omit<Values.CurrentWork, "running" | "jobs" | "long_paused"> & {running: Operation[], jobs: Job[], long_paused: Job[]}} Work
 * @typedef {{label: string, act: string, kind?: string, spoken?: string}} RowButton `spoken` is the text for a screen reader.
 * @typedef {{key: string, id: number, kind: string, title: string, note: string, bar?: Bar, level?: string, glyph?: string, buttons: RowButton[], canDismiss?: boolean, fades?: boolean}} Row
 *   `bar` of running work, otherwise `level` and `glyph`; a row that `fades` dismisses itself after a while.
 */

const WAITS = {kind: "interrupted", level: "warning", glyph: "!"}
const DETAILS = {label: "Details", kind: "opt"}

// The rows.

/** @type {(operation: Operation) => Row} */
const runningRow = ({id, state, progress_text: title, progress_note: note, done, total, parts}) => ({
  ...{key: `run${id}`, id, kind: "running", title, note},
  bar: {now: done, max: total, parts},
  buttons: [
    state === "paused" ? {label: "Resume", act: "resume"} : {label: "Pause", act: "pause"},
    {label: "Cancel", act: "cancel"},
    {...DETAILS, act: "details"},
  ],
})

/** @type {(job: Job) => Row} */
const jobRow = ({id, name: title, text: note, gauge}) => ({
  ...{key: `job${id}`, id, kind: "running", title, note},
  bar: gaugeOf(gauge),
  buttons: [
    {label: "Pause", act: "pause-job"},
    {...DETAILS, act: "job"},
  ],
})

/** @type {(scan: Pick<Values.ScanProgress, "text" | "pace" | "done" | "total">) => Row} */
const scanRow = ({text: title, pace, done, total}) => ({
  ...{key: "scan", id: 0, kind: "running", title, note: total === null ? "a scan changes no file" : pace},
  bar: gaugeOf({done, total, bad: 0, going: 0}),
  buttons: [
    {label: "Stop", act: "stop-scan", spoken: "Stop the scan"},
    {...DETAILS, act: "scan"},
  ],
})

/** @type {(found: Values.UnrecordedResults) => Row} */
const unrecordedRow = ({job_id: id, description: title, waiting_text: note}) => ({
  ...WAITS,
  ...{key: `wait${id}`, id, title, note},
  buttons: [{...DETAILS, act: "job"}],
})

/** @type {(job: Job) => Row} */
const longPausedRow = ({id, name, text: note, long_pause_text: pause}) => ({
  ...WAITS,
  ...{key: `held${id}`, id, title: `${name} ${pause}`, note},
  buttons: [
    {label: "Show", act: "job", kind: "opt"},
    {label: "Resume", act: "resume-job", kind: "primary"},
  ],
})

/** @type {(work: Values.InterruptedWork) => Row} */
const interruptedRow = ({id, text: title, note, restorable, left}) => ({
  ...WAITS,
  ...{key: `cut${id}`, id, title, note, canDismiss: true},
  buttons: [
    {label: "Show", act: "details", kind: "opt"},
    ...(restorable ? [{label: `Roll back ${count(restorable)}`, act: "roll-back"}] : []),
    ...(left ? [{label: `Resume ${count(left)}`, act: "resume", kind: "primary"}] : []),
  ],
})

/** @type {(text: string) => Row} */
const requestsRow = title => ({
  ...WAITS,
  ...{key: "requests", id: 0, title, note: "nothing is written before that"},
  buttons: [{label: "Show", act: "requests", spoken: "Show the requests"}],
})

/** @type {(work: Values.EndedWork) => Row} */
const endedRow = ({
  id,
  text: title,
  note,
  has_problems: hasProblems,
  is_good: fades,
  can_roll_back: canUndo,
  files,
}) => ({
  ...{key: `done${id}`, id, kind: "done", title, note, canDismiss: true, fades},
  level: fades ? "safe" : "warning",
  glyph: fades ? "✓" : "!",
  buttons: [
    ...(hasProblems ? [{label: "Show problems", act: "problems"}] : []),
    ...(canUndo ? [{label: "Roll back…", act: "roll-back", spoken: `Roll back ${files}…`}] : []),
    {...DETAILS, act: "details"},
  ],
})

/** Return the operation that the page of progress shows: without a number, the one that runs or else the newest. @type {(work: Work) => number | undefined} */
const shownOperation = ({running, newest}) =>
  currentPage() === "progress" ? ((Number(place().op) || running[0]?.id) ?? newest?.id) : undefined

/** Return the rows; what the page shows itself is left out. @type {(work: Work) => Row[]} */
export function rowsOf(work) {
  const page = currentPage()
  const shown = shownOperation(work)
  const isOfJobs = page === "jobs"
  const paused = isOfJobs ? [] : work.long_paused
  const listed = new Set([...paused, ...work.unrecorded].map(({operation_id: id}) => id))
  const isNews = (/** @type {{id: number}} */ {id}) => id !== shown
  return [
    ...work.unrecorded.map(unrecordedRow),
    ...paused.map(longPausedRow),
    ...(isOfJobs ? [] : work.running.filter(each => isNews(each) && !listed.has(each.id)).map(runningRow)),
    ...(isOfJobs ? [] : work.jobs.map(jobRow)),
    ...(work.scan && !isOfJobs && page !== "folders" ? [scanRow(work.scan)] : []),
    ...work.interrupted.filter(isNews).map(interruptedRow),
    ...(work.requests.text && page !== "requests" ? [requestsRow(work.requests.text)] : []),
    ...(work.newest && isNews(work.newest) ? [endedRow(work.newest)] : []),
  ]
}

// What a person does.

/** Make a change, and read the work again with its answer. @type {(name: CallName, args: object) => Promise<unknown>} */
const make = (name, args) => change(name, args, {also: [WORK]})

/** @type {Record<string, {needs?: CallName, run: (id: number) => unknown}>} */
const ACTIONS = {
  pause: {
    needs: "operations.pause_operation",
    run: id => make("operations.pause_operation", {operation_id: id, wait: false}),
  },
  // Who has started a write may resume it.
  resume: {needs: "operations.rename", run: id => make("operations.resume", {operation_id: id})},
  cancel: {needs: "operations.cancel", run: askCancel},
  "roll-back": {needs: "history.begin_rollback", run: id => askRollback(id)},
  "pause-job": {needs: "jobs.pause", run: id => make("jobs.pause", {job_id: id, wait: false})},
  "resume-job": {needs: "jobs.resume", run: id => make("jobs.resume", {job_id: id})},
  "stop-scan": {needs: "scans.cancel", run: () => make("scans.cancel", {})},
  details: {run: id => visit(`/progress?op=${id}`)},
  problems: {run: id => visit(`/progress?op=${id}&show=failed`)},
  job: {run: id => visit(`/jobs?job=${id}`)},
  scan: {run: () => visit("/folders")},
  requests: {run: () => visit("/requests")},
}

/** @param {number} id */
async function askCancel(id) {
  const operation = readWork()?.running.find(each => each.id === id)
  if (operation && (await ask(cancelQuestion(operation)))) await make("operations.cancel", {operation_id: id})
}

// The rows that are dismissed.

const DISMISSED = `indexium.dismissed.${home}` // another home has other operations with the same ids
const MOST_DISMISSED = 20
const LIFETIME = 30 // seconds for which a good result is visible
const SEEN = 4 // seconds after which a decision dismisses it
const CAN_HOVER = window.matchMedia("(hover: hover)") // a touched element counts as hovered
const PHONE = window.matchMedia("(max-width: 700px)")

/** @type {string[] | null} */
let dismissedHere = null // if the browser stores nothing, the page keeps them in memory

/** Return the keys of the dismissed rows. @returns {Set<string>} */
function dismissed() {
  if (dismissedHere) return new Set(dismissedHere)
  try {
    return new Set(JSON.parse(stored(DISMISSED) ?? "[]"))
  } catch {
    return new Set() // another program wrote the value
  }
}

/** @param {string} key */
function dismiss(key) {
  const list = [...dismissed(), key].slice(-MOST_DISMISSED)
  if (!store(DISMISSED, JSON.stringify(list))) dismissedHere = list
}

// What is read.

/** @type {() => Work | undefined} */
const readWork = paced(WORK, NEWS, PACE)
let timer = 0
/** @type {number[]} */
let proposed = [] // requests of the person that waited at the last look

/** Read again what changes without an event, while it runs. @param {Work} work */
function waitForTime({running, jobs, unrecorded}) {
  if (timer || !(running.length || jobs.length || unrecorded.length)) return
  timer = setTimeout(() => {
    timer = 0
    if (!document.hidden) forget(name => name === WORK[0])
  }, PATIENCE)
}

/** Say what became of the requests of the person that waited. @param {Work} work */
async function followRequests({requests: {own}}) {
  const ended = proposed.filter(id => !own.includes(id))
  proposed = own
  if (!ended.length) return
  for (const text of await call("approvals.endings", {approval_ids: ended})) toast(text, {kind: "info"})
}

// The drawing.

/** @param {Row} row */
const drawRow = row =>
  h(
    "div",
    {class: `doing ${row.kind}`, role: "group", "aria-label": row.title, data: {key: row.key}},
    row.bar ? drawGauge(row.title, row.bar) : h("span", {class: `sign ${row.level}`, "aria-hidden": "true"}, row.glyph),
    h(
      "div",
      {class: "grow"},
      h("b", {role: row.bar ? null : "status"}, h("bdi", null, row.title)),
      row.note && h("small", null, h("bdi", null, row.note)),
    ),
    row.buttons
      .filter(({act}) => may(ACTIONS[act].needs ?? ""))
      .map(({label, act, kind, spoken}) =>
        button(label, act, {kind: `small ${kind ?? ""}`, data: {id: row.id, key: act}, "aria-label": spoken ?? null}),
      ),
    row.canDismiss && closeButton("Dismiss", {act: "dismiss", dismiss: row.key}),
  )

class Footer {
  isUnfolded = false
  /** @type {Map<string, number>} */
  seconds = new Map() // for how long each row that dismisses itself has been visible

  /** @param {HTMLElement} host */
  constructor(host) {
    const tree = host.attachShadow({mode: "open"})
    adoptSheets(tree, ["indexium.css", "footer.css"])
    this.root = h("div", {class: "ix"})
    tree.append(this.root)
    this.root.addEventListener("click", event => this.onClick(event))
  }

  /** Return the rows that are not dismissed. */
  rows() {
    const work = readWork()
    const hidden = dismissed()
    return work ? rowsOf(work).filter(({key, canDismiss}) => !(canDismiss && hidden.has(key))) : []
  }

  draw() {
    const work = readWork()
    if (work) {
      waitForTime(work)
      void followRequests(work)
    }
    const rows = this.rows()
    const room = PHONE.matches ? 2 : 3 // maximum number of rows that leave the page readable
    const folded = rows.length > room ? rows.length - room + 1 : 0
    const drawn = (folded && !this.isUnfolded ? rows.slice(0, -folded) : rows).map(drawRow)
    const region = () =>
      h("div", {class: "doings", role: "region", "aria-label": "Work"}, drawn, folded > 0 && this.drawFold(folded))
    morph(this.root, rows.length ? [region()] : [])
  }

  /** @param {number} folded */
  drawFold(folded) {
    return h(
      "button",
      {type: "button", class: "fold", "aria-expanded": String(this.isUnfolded), data: {act: "fold", key: "fold"}},
      this.isUnfolded ? "Show fewer" : `${folded} more`,
    )
  }

  /** Dismiss the rows that have been visible for some seconds. @param {number} least */
  fade(least) {
    const gone = [...this.seconds].filter(([, age]) => age >= least)
    for (const [key] of gone) {
      this.seconds.delete(key)
      dismiss(key)
    }
    if (gone.length) this.draw()
  }

  /** Count the seconds of the rows that are not in use. */
  age() {
    const used = CAN_HOVER.matches ? ".done:is(:hover, :focus-within)" : ".done:focus-within"
    if (document.hidden || this.root.querySelector(used)) return
    for (const {key, fades} of this.rows()) if (fades) this.seconds.set(key, (this.seconds.get(key) ?? 0) + 1)
    this.fade(LIFETIME)
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-act]")
    if (!(target instanceof HTMLElement)) return
    const {act, id, dismiss: key} = target.dataset
    if (act === "fold") this.isUnfolded = !this.isUnfolded
    else if (act === "dismiss") dismiss(key)
    else void run(act, Number(id))
    this.draw()
  }
}

/** @type {(act: string, id: number) => Promise<void>} */
async function run(act, id) {
  try {
    await ACTIONS[act].run(id)
  } catch (/** @type {any} */ error) {
    toast(error.message, {kind: "error", topic: act})
  }
}

// Pages and toasts end above the footer. A new height restyles the whole page, so the new text is painted first.
/** @param {HTMLElement} dock */
function makeRoom(dock) {
  const makeSpace = () => document.documentElement.style.setProperty("--dock", `${dock.offsetHeight}px`)
  new ResizeObserver(() => requestAnimationFrame(makeSpace)).observe(dock)
}

/** Draw the footer into its place. @param {HTMLElement} host */
export function showFooter(host) {
  const footer = new Footer(host)
  const draw = () => footer.draw()
  makeRoom(host.closest(".dock"))
  onNews(draw)
  new MutationObserver(draw).observe(document.documentElement, {attributes: true, attributeFilter: ["data-page"]})
  window.addEventListener("storage", draw)
  window.addEventListener("indexium:decided", () => footer.fade(SEEN))
  PHONE.addEventListener("change", draw)
  setInterval(() => footer.age(), 1000)
  draw()
}
