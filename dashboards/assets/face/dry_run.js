// The dry run: the same checks as a write, for every selected file, with a report.
import {ask} from "#face/ask.js"
import {call, read} from "#face/calls.js"
import {choicesOf, drawSection} from "#face/dialog_sections.js"
import {may} from "#face/frame.js"
import {placeOf} from "#face/widgets.js"
import {askToWrite} from "#face/write_question.js"
import {count, plural} from "#face/wording.js"

const STATE = {ticket: 1, done: 1, total: 1, ready: 1, is_done: 1, verdict: 1, level: 1, outcomes: 1, facts: 1}
const FILES = "/files/dry-run/"

/**
 * @typedef {import("#face/write_question.js").Target} Target
 * @typedef {Pick<Values.DryRunState, "ticket" | "done" | "total" | "ready" | "is_done" | "verdict" | "level" | "outcomes" | "facts">} State
 * @typedef {{state: State, target: Target}} Report A dry run, and what is written after it.
 */

/** Return the target of a write of the files that are ready. @type {(state: State, target: Target) => Promise<Target>} */
async function readyOf({ticket, ready, total}, target) {
  if (!ready || ready === total) return target
  const included = await call("dry_runs.ready", {ticket})
  return {...target, selection: {query: null, risk: [], included, excluded: []}}
}

/** Check files part by part, until all are checked or nobody wants to know it any more. @type {(target: Target, tell: (report: Report) => void, isOpen: () => boolean) => Promise<Report>} */
async function check(target, tell, isOpen) {
  const {selection, plan_id: version} = target
  /** @type {State} */
  let state = await call("dry_runs.begin", {plan: {plan_id: version}, selection}, STATE)
  while (!state.is_done && isOpen()) {
    tell({state, target})
    state = await call("dry_runs.go_on", {ticket: state.ticket}, STATE)
  }
  return {state, target: await readyOf(state, target)}
}

/** The checked files of a report, a page at a time. */
class CheckedFiles {
  /** @type {Values.DryRunFilePage | undefined} */
  last // what is shown until another page is read

  /** @type {(state: State, turned: Record<string, string>) => object | false} */
  section({ticket, done, ready}, {results: page = "1", "results-shown": shown = ""}) {
    this.last = read(["dry_runs.page", {ticket, shown, page: Number(page)}], []).value ?? this.last
    if (!this.last) return false
    const isAllReady = ready === done
    return {
      kind: "items",
      key: "results",
      label: isAllReady ? "Files" : "Files, those that would not be written first",
      items: this.last.items.map(({file_id: key, ...item}) => ({key, ...item})),
      ...placeOf(this.last),
      choices: ready && !isAllReady ? choicesOf({done, ready, shown}) : [],
    }
  }
}

/** The sections of a dry run: its progress, then its report. @type {(state: State, files: object | false) => (object | false)[]} */
export function stateSections({ticket, done, total, is_done: isDone, verdict, level, outcomes, facts}, files) {
  if (!isDone) {
    const text = `${count(done)} of ${plural(total, "file")} checked. Nothing is changed.`
    return [{kind: "gauge", now: done, max: total, text}]
  }
  const links = ["csv", "json"].map(kind => ({label: kind.toUpperCase(), href: `${FILES}${ticket}.${kind}`}))
  return [
    {kind: "why", level, text: verdict},
    outcomes.length > 0 && {kind: "levels", levels: outcomes},
    {kind: "facts", pairs: facts},
    files,
    {kind: "links", label: "Save this report as", links},
  ].filter(Boolean)
}

/** Check files without writing, and offer to write those that are ready; return the id of the operation, or null. @param {Target} target */
export async function runDry(target) {
  const files = new CheckedFiles()
  /** @type {Report | undefined} */
  let report
  const confirmed = await ask({
    title: "Dry run",
    works: async (tell, isOpen) => {
      report = await check(target, tell, isOpen)
      return report
    },
    parts: ({state}, turned) =>
      stateSections(state, state.is_done && files.section(state, turned)).map(section =>
        drawSection(/** @type {any} */ (section)),
      ),
    confirm: "Write…",
    confirmOf: ({state: {ready}}) => (ready && may("operations.begin_write") ? `Write ${plural(ready, "file")}…` : ""),
    back: "Close",
    isWide: true,
  })
  return confirmed ? askToWrite(report.target) : null
}
