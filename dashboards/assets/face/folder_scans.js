// The scans of the folders: the one that runs, and the report of the newest one that this tab has started.
import {announce, call, change} from "#face/calls.js"
import {h} from "#face/dom.js"
import {toast} from "#face/frame.js"
import {drawGauge, gaugeOf} from "#face/gauge.js"
import {drawPromise} from "#face/promise.js"
import {button, closeButton} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {Pick<Values.ScanProgress, "done" | "total" | "number_text" | "pace" | "folder">} Progress
 * @typedef {Pick<Values.FollowedJob, "has_ended" | "status" | "text">} Job
 * @typedef {Pick<Values.ScanReport, "text" | "messages" | "unusable">} Report
 */

/** Whether a scan runs: it is known at the start and the end of one. @type {ReadCall} */
export const SCANNING = ["scans.progress", {}, {total: 1}]
const UNUSABLE = "issue:corrupt OR issue:unreadable OR issue:unsupported_container" // files that a scan cannot use, in the plan
const MESSAGES = 20 // that are shown
const JOB = {has_ended: 1, status: 1, text: 1}
const REPORT = {text: 1, messages: 1, unusable: 1}
const ENDS = ["scan:completed", "job:changed"]

export class Scans {
  job = 0 // the newest scan that this tab has started; 0 for none
  isStopping = false
  isTold = true // a person has seen how it ended

  /** Scan folders, and tell how it ends; `full`: every file is read again. @param {number[]} ids */
  async start(ids, {full = false} = {}) {
    try {
      const {value} = await change("scans.add_libraries", {library_ids: ids, full}, {want: {id: 1}})
      this.watch(value.id)
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error", topic: "scan"})
    }
  }

  /** Tell how a scan ends. @param {number} job */
  watch(job) {
    Object.assign(this, {job, isTold: false, isStopping: false})
    announce()
  }

  /** Tell no longer about the newest scan. */
  dismiss() {
    this.job = 0
    announce()
  }

  /** Note that a scan runs, or none; return whether one does. @param {Progress | null} scan */
  follow(scan) {
    if (!scan) this.isStopping = false
    return Boolean(scan)
  }

  /** Return whether one of these events may be the end of a scan. @param {Record<string, number>} events */
  endsWith(events) {
    return !this.isTold && ENDS.some(name => events[name])
  }

  /** Tell on another page how the scan has ended. */
  async tell() {
    const job = await call("jobs.details", {job_id: this.job}, JOB)
    if (!job.has_ended || this.isTold) return
    this.isTold = true
    const report = await call("scans.report", {job_id: this.job}, {text: 1})
    toast(report?.text ?? job.text, {kind: report ? "info" : "error"})
  }
}

/** @type {(scan: Progress, stop: Child) => Child} */
const drawScan = ({done, total, number_text: text, pace, folder}, stop) => [
  h(
    "div",
    {class: "pline", data: {key: "line"}},
    h("b", null, count(done)),
    h("span", {class: "grow"}, text),
    h("span", null, pace),
  ),
  drawGauge("Scan", gaugeOf({done, total, bad: 0, going: 0})),
  h(
    "div",
    {class: "acts", data: {key: "acts"}},
    h("p", {class: "grow now"}, folder && ["in ", h("bdi", {dir: "ltr"}, folder)]),
    stop,
  ),
  drawPromise("A scan only reads. It continues if you close this page."),
]

/** The scan that runs. @param {Scans} scans @returns {SectionSpec<any, {scan: Progress | null}>} */
export const scanSection = scans => ({
  name: "scan",
  title: "Scan",
  hasNoTitle: true,
  news: ["scan:started", "scan:progress", "scan:completed"],
  reads: () => ({scan: ["scans.progress", {}, {done: 1, total: 1, number_text: 1, pace: 1, folder: 1}]}),
  when: ({scan}) => scans.follow(scan),
  draw: ({scan}, {act}) =>
    drawScan(
      scan,
      scans.isStopping
        ? button("Stopping…", "stop-scan", {kind: "small", disabled: true, data: {key: "stop-scan"}})
        : act("stop-scan", undefined, {kind: "small"}),
    ),
  actions: [
    {
      act: "stop-scan",
      needs: "scans.cancel",
      label: "Stop the scan",
      call: () => ["scans.cancel", {}],
      follows: isStopping => {
        scans.isStopping = isStopping
      },
    },
  ],
})

/** @type {(job: Job, report: Report | null | undefined) => Child} */
const drawReport = ({text}, report) => [
  h(
    "p",
    {role: "status", class: report ? "" : "why warning", data: {key: "text"}},
    report ? report.text : text,
    report?.unusable > 0 && [
      " ",
      h("a", {class: "btn link", href: `/plan?${new URLSearchParams({q: UNUSABLE})}`}, "Show their reasons"),
    ],
  ),
  report?.messages.slice(0, MESSAGES).map(message => h("p", {class: "why warning"}, message)),
  closeButton("Dismiss", {act: "dismiss-report", key: "dismiss"}),
]

/** How the newest scan has ended. @param {Scans} scans @returns {SectionSpec<any, {scanning: object | null, more: {job?: Job, report?: Report | null}}>} */
export const reportSection = scans => ({
  name: "report",
  title: "Last scan",
  hasNoTitle: true,
  news: ["scan:started", ...ENDS],
  reads: () => ({scanning: SCANNING}),
  more: () =>
    scans.job
      ? {job: ["jobs.details", {job_id: scans.job}, JOB], report: ["scans.report", {job_id: scans.job}, REPORT]}
      : {},
  when({scanning, more: {job, report}}) {
    const isShown = Boolean(!scanning && job?.has_ended && (report || job.status === "failed"))
    if (isShown) scans.isTold = true
    return isShown
  },
  draw: ({more: {job, report}}) => drawReport(job, report),
  actions: [{act: "dismiss-report", label: "Dismiss", run: () => scans.dismiss()}],
})
