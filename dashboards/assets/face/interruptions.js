// The questions about interrupted work: after a start, about each operation without a decision, and about one that a
// person opens. A scan that a former process began continues: the question, or a toast without one, offers to stop it.
import {visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, OPERATIONS, read} from "#face/calls.js"
import {drawSection} from "#face/dialog_sections.js"
import {may, toast} from "#face/frame.js"
import {askRollback} from "#face/rollback.js"
import {placeOf} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const PER_PAGE = 50 // files
const REPORT = {
  ...{id: 1, title: 1, description: 1, stop_reason: 1, promise: 1, resume_text: 1, rollback_text: 1, total: 1},
  outcomes: {outcome: 1, label: 1, files: 1},
  files: {item_id: 1, file_name: 1, file_path: 1, outcome: 1, label: 1, message: 1},
}
/** @type {import("#face/calls.js").Read} */
const OPEN = ["interruptions.operations", {files: 0}, {id: 1, is_postponed: 1, resumes_automatically: 1}]
const NEWS = [...OPERATIONS, "job:changed", "write:progress", "rollback:progress", "publish:progress"]
const DECIDED = "The operation was resumed, rolled back or left for later in another window."

/** The level and the sign of each outcome of a file. @type {Record<string, [level: string, glyph: string]>} */
const CHIPS = {
  unknown: ["warning", "?"],
  undone: ["note", "↺"],
  failed: ["danger", "✕"],
  conflict: ["danger", "⊘"],
  not_started: ["blocked", "·"],
  skipped: ["blocked", "–"],
  written: ["safe", "✓"],
  restored: ["safe", "✓"],
}

/**
 * @typedef {Pick<Values.InterruptedOperation, "id" | "title" | "description" | "stop_reason" | "promise" | "resume_text" | "rollback_text" | "total" | "outcomes" | "files">} Report
 * @typedef {Pick<Values.InterruptedOperation, "id" | "is_postponed" | "resumes_automatically">} Open
 */

/** @type {(report: Report, turned: Record<string, string>) => object} */
function filesOf({files, outcomes, total}, {files: page = "1", "files-shown": chosen = ""}) {
  const listed = chosen ? (outcomes.find(({outcome}) => outcome === chosen)?.files ?? 0) : total
  const items = files.map(({item_id: key, file_name: name, file_path: path, outcome, label: status, message}) => {
    const [level, glyph] = CHIPS[outcome]
    return {key, name, path, status, level, glyph, message}
  })
  return {
    ...{kind: "items", key: "files", label: "Files", items},
    ...placeOf({items, total: listed, page: Number(page), per_page: PER_PAGE}),
    choices: [
      {value: "", label: `all ${count(total)}`, on: !chosen},
      ...outcomes.map(({outcome: value, label, files: number}) => ({
        ...{value, label: `${label} ${count(number)}`, on: value === chosen},
      })),
    ],
  }
}

/** The sections of the question. @type {(report: Report, turned?: Record<string, string>) => object[]} */
export function sectionsOf(report, turned = {}) {
  const {description, stop_reason: reason, promise, outcomes} = report
  const levels = outcomes.map(({outcome, label: text, files}) => {
    const [level, glyph] = CHIPS[outcome]
    return {level, glyph, text, count: count(files)}
  })
  return [
    {kind: "text", text: description},
    reason && {kind: "why", level: "warning", text: reason},
    {kind: "levels", levels: levels.reverse()},
    {kind: "text", text: promise},
    filesOf(report, turned),
  ].filter(Boolean)
}

/** Return how an operation was decided elsewhere since its question opened; "" if it was not, as far as that is known. @type {(operation: Pick<Open, "id" | "is_postponed">) => "" | "answered" | "postponed"} */
function decisionElsewhere({id, is_postponed: wasPostponed}) {
  const {value: open, isOld} = read(OPEN, NEWS)
  if (!open || isOld) return ""
  const own = /** @type {Open[]} */ (open).find(each => each.id === id)
  if (!own) return "answered"
  return own.is_postponed && !wasPostponed ? "postponed" : ""
}

/** The scan that continues, while the question offers to stop it. */
class ContinuedScan {
  /** @param {Values.ResumedScan} scan */
  constructor({job_id: id, text}) {
    this.id = id
    this.text = text
    this.isRunning = true
  }

  async stop() {
    this.isRunning = false
    await stopScan(this.id)
  }
}

/** Stop the scan of a job. @param {number} id */
export async function stopScan(id) {
  try {
    await change("jobs.cancel", {job_id: id})
    toast("The scan was stopped. The next scan reads the rest.", {kind: "info"})
  } catch (/** @type {any} */ error) {
    toast(error.message, {kind: "error"})
  }
}

/** The question about an operation. @type {(id: number, asked: {others: number, scan: ContinuedScan | null, isOver: () => boolean}) => Question} */
const question = (id, {others, scan, isOver}) => ({
  title: "Interrupted work",
  titleOf: (/** @type {Report | null} */ report) => {
    if (!report) return "Nothing to decide"
    return others ? `${report.title} (and ${plural(others, "other")})` : report.title
  },
  reads: ({files: page = "1", "files-shown": outcome = ""}) => [
    "interruptions.get",
    {operation_id: id, outcome, page: Number(page), per_page: PER_PAGE},
    REPORT,
  ],
  parts: (/** @type {Report | null} */ report, turned) => [
    scan?.isRunning && drawSection({kind: "text", text: scan.text}),
    (report ? sectionsOf(report, turned) : [{kind: "text", text: DECIDED}]).map(section =>
      drawSection(/** @type {any} */ (section)),
    ),
  ],
  others: (/** @type {Report | null} */ report) => [
    ...(report?.rollback_text && may("history.begin_rollback")
      ? [{label: report.rollback_text, act: "roll-back"}]
      : []),
    ...(scan?.isRunning ? [{label: "Stop the scan", act: "stop", run: () => scan.stop()}] : []),
  ],
  isOver,
  confirm: "Resume",
  confirmOf: (/** @type {Report | null} */ report) => report?.resume_text ?? "",
  back: "Later",
  isWide: true,
})

/**
 * Ask about one operation: resume, roll back, or decide later. Nobody is asked about it again by itself.
 *
 * @type {(operation: Pick<Open, "id" | "is_postponed">, more?: {others?: number, scan?: ContinuedScan | null}) => Promise<void>}
 */
async function askAbout(operation, {others = 0, scan = null} = {}) {
  const {id} = operation
  let isResuming = false
  const elsewhere = () => (isResuming ? "" : decisionElsewhere(operation))
  const answer = await ask(question(id, {others, scan, isOver: () => elsewhere() !== ""}), async () => {
    isResuming = true
    await change("operations.resume", {operation_id: id}).finally(() => (isResuming = false))
  })
  if (!answer && elsewhere()) {
    if (elsewhere() === "answered") toast(DECIDED, {kind: "info"})
    return
  }
  await change("interruptions.postpone", {operation_id: id}, {also: [OPEN]})
  const shown = answer?.act === "roll-back" ? await askRollback(id) : answer && id
  if (shown !== null) visit(`/progress?op=${shown}`)
}

/** Ask about an operation, or show its progress if it is no longer interrupted. @param {number} id */
export async function askInterrupted(id) {
  const open = /** @type {Open[]} */ (await call("interruptions.operations", {files: 0}, OPEN[2]))
  const own = open.find(each => each.id === id)
  if (own) await askAbout(own)
  else visit(`/progress?op=${id}`)
}

/** Ask about each interrupted operation without a decision, one after the other. */
export async function askAboutInterruptions() {
  if (!may("interruptions.postpone")) return
  const found = may("scans.take_resumed") ? (await change("scans.take_resumed", {})).value : null
  let scan = found && new ContinuedScan(found)
  for (;;) {
    const all = /** @type {Open[]} */ (await call("interruptions.operations", {files: 0}, OPEN[2]))
    const [next, ...others] = all.filter(each => !each.is_postponed && !each.resumes_automatically)
    if (!next) break
    await askAbout(next, {others: others.length, scan})
    scan = null
  }
  if (scan) toast(scan.text, {kind: "info", stop: scan.id})
}
