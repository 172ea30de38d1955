// The log of a job, in a dialog that the address opens. It scrolls to new lines until a person scrolls up.
import {go, onAddress, place} from "#face/address.js"
import {call} from "#face/calls.js"
import {h, morph} from "#face/dom.js"
import {currentPage, toast} from "#face/frame.js"
import {bindings, layerKeys} from "#face/keys.js"
import {markDialogClosed, openDialog} from "#face/modal.js"
import {adoptSheets} from "#face/sheets.js"
import {button, closeButton} from "#face/widgets.js"

const SHOWN = 500 // lines
const EVERY = 5000 // milliseconds between two reads
const NEAR = 24 // within this distance in pixels, a position counts as the end
const LONGEST = 2000 // characters of one value
const ELSEWHERE = new Set(["at", "level", "event", "job_id", "traceback"]) // fields with a place of their own
/** @type {Record<string, [word: string, level: string]>} */
const LEVELS = {warning: ["warning", "warning"], error: ["error", "danger"], critical: ["error", "danger"]}

/** @typedef {{key: number, at: string, on: string, word: string, level: string, text: string, more: [string, string][], trace: string}} Line */

/** @type {(number: number, digits?: number) => string} */
const padded = (number, digits = 2) => String(number).padStart(digits, "0")

/** The time of day with milliseconds, and the date with the time. @param {any} text @returns {[at: string, on: string]} */
function momentOf(text) {
  const moment = new Date(text)
  if (Number.isNaN(moment.getTime())) return [String(text ?? ""), ""]
  const clock = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(part => padded(part)).join(":")
  const day = [moment.getFullYear(), padded(moment.getMonth() + 1), padded(moment.getDate())].join("-")
  return [`${clock}.${padded(moment.getMilliseconds(), 3)}`, `${day} ${clock}`]
}

/** @param {string} name */
const words = name => name.replaceAll("_", " ")

/** @param {any} value */
const isEmpty = value =>
  value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length)

/** @param {any} value @returns {string} */
function valueText(value) {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)))
  const isCounts = typeof value === "object" && !Array.isArray(value) && Object.values(value).every(Number.isInteger)
  if (isCounts) {
    const counted = Object.entries(value).filter(([, number]) => number)
    return counted.map(([name, number]) => `${number} ${words(name)}`).join(", ") || "0"
  }
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} …`
}

/** Return a line of the log as it is shown; fields that are not known are shown unchanged. @type {(entry: Record<string, any>, key: number) => Line} */
export function lineOf(entry, key) {
  const [word, level] = LEVELS[entry.level] ?? [String(entry.level ?? ""), ""]
  const [at, on] = momentOf(entry.at)
  const others = Object.entries(entry).filter(([name, value]) => !ELSEWHERE.has(name) && !isEmpty(value))
  return {
    ...{key, at, on, word, level},
    text: String(entry.event ?? ""),
    more: others.map(([name, value]) => [words(name), valueText(value)]),
    trace: String(entry.traceback ?? ""),
  }
}

/** @param {Line} line */
const drawLine = ({key, at, on, word, level, text, more, trace}) =>
  h(
    "li",
    {class: `line ${level}`, data: {key}},
    h("time", {title: on}, at),
    h("span", {class: "level"}, word),
    h(
      "span",
      {class: "what"},
      h("bdi", {dir: "ltr"}, text),
      more.map(([name, value]) => h("span", {class: "more"}, h("i", null, `${name} `), h("bdi", {dir: "auto"}, value))),
      trace && h("pre", {tabindex: "0", role: "region", "aria-label": "Traceback"}, trace),
    ),
  )

/** @type {(name: string, text: string, isOn: boolean, key?: string) => HTMLElement} */
const drawTick = (name, text, isOn, key) =>
  h(
    "label",
    {class: "inline"},
    h("input", {type: "checkbox", checked: isOn, data: {do: name, key: name}}),
    h("span", null, text, key && h("kbd", {"aria-hidden": "true"}, key)),
  )

class JobLogDialog {
  /** @type {{name: string, has_ended: boolean} | null} */
  job = null // null until it is read
  /** @type {Line[]} */
  lines = [] // the newest
  next = -1 // the position of the first line that is not read; -1: only the newest lines are wanted
  known = 0 // lines that were read
  isFollowing = true // the newest line stays in sight
  isProblemsOnly = false
  timer = 0

  /** @param {number} id */
  constructor(id) {
    this.id = id
    this.box = h("dialog", {class: "log", "aria-labelledby": "log-title"})
    this.host = h("div", null)
    const root = this.host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "face.css"])
    root.append(h("div", {class: "ix", style: {height: "auto"}}, this.box))
    this.box.addEventListener("click", event => this.onClick(event))
    this.box.addEventListener("change", event => this.onChange(/** @type {HTMLInputElement} */ (event.target)))
    this.box.addEventListener("cancel", event => {
      event.preventDefault()
      leave()
    })
    // A person who scrolls up is reading: new lines no longer move the text.
    this.box.addEventListener("scroll", () => this.isFollowing && !this.isAtEnd() && this.follow(false), true)
    this.forgetKeys = layerKeys({
      isReady: () => true,
      table: {f: {run: () => this.follow(!this.isFollowing)}, Escape: {run: leave}},
    })
    document.body.append(this.host)
    this.draw()
    openDialog(this.box)
    this.listed().focus({preventScroll: true})
    void this.load()
  }

  close() {
    clearTimeout(this.timer)
    this.forgetKeys()
    this.box.close()
    markDialogClosed()
    this.host.remove()
    window.dispatchEvent(new Event("indexium:list")) // the keys act on its job again
  }

  /** Read the lines that are new, and again later. @returns {Promise<void>} */
  async load() {
    try {
      // The job first, so that the log of a job that has ended is complete.
      const job = await call("jobs.details", {job_id: this.id}, {name: 1, has_ended: 1})
      let page
      do {
        page = await call("jobs.log", {job_id: this.id, after: this.next, limit: SHOWN})
        const first = this.known
        this.lines = [...this.lines, ...page.lines.map((line, place) => lineOf(line, first + place))].slice(-SHOWN)
        this.known += page.lines.length
        this.next = page.next
      } while (page.lines.length === SHOWN && page.next > 0)
      this.job = job
    } catch (error) {
      if (log !== this) return
      toast(/** @type {Error} */ (error).message, {kind: "error"})
      leave()
    }
    if (log !== this) return
    this.draw()
    this.timer = setTimeout(() => this.load(), EVERY)
  }

  listed() {
    return /** @type {HTMLElement} */ (this.box.querySelector(".lines"))
  }

  isAtEnd() {
    const {scrollHeight, scrollTop, clientHeight} = this.listed()
    return scrollHeight - scrollTop - clientHeight < NEAR
  }

  draw() {
    morph(this.box, this.parts())
    if (this.isFollowing) this.listed().scrollTop = this.listed().scrollHeight
  }

  parts() {
    const {job} = this
    const state = job?.has_ended ? "The job has ended" : `Updated every ${EVERY / 1000} s`
    return [
      h(
        "div",
        {class: "d-head"},
        h("h2", {id: "log-title"}, h("bdi", null, job ? `Log: ${job.name}` : "Log")),
        closeButton("Close", {do: "close"}),
      ),
      h(
        "div",
        {class: "log-bar"},
        drawTick("follow", "Follow", this.isFollowing, "f"),
        drawTick("problems", "Only warnings and errors", this.isProblemsOnly),
        h("span", {class: "grow"}),
        h("span", {class: "hint", role: "status"}, job ? state : ""),
      ),
      this.drawLines(),
      h("div", {class: "d-foot"}, button("Close", "", {data: {do: "close", key: "close"}})),
    ]
  }

  drawLines() {
    const {job, isProblemsOnly} = this
    const lines = isProblemsOnly ? this.lines.filter(({level}) => level) : this.lines
    const none = job?.has_ended ? "Nothing was logged." : "Nothing was logged yet."
    const isCut = this.lines.length >= SHOWN
    return h(
      "div",
      {class: "lines", tabindex: "0", role: "region", "aria-label": "Lines of the log", data: {key: "lines"}},
      lines.length > 0
        ? [
            isCut && h("p", {class: "hint", data: {key: "earlier"}}, `Up to ${SHOWN} lines are shown, the newest.`),
            h("ol", {data: {key: "list"}}, lines.map(drawLine)),
          ]
        : h("p", {class: "hint none"}, !job ? "loading" : this.lines.length ? "No warning and no error." : none),
    )
  }

  /** @param {boolean} isOn */
  follow(isOn) {
    this.isFollowing = isOn
    this.draw()
  }

  /** @param {HTMLInputElement} target */
  onChange({dataset, checked}) {
    if (dataset.do === "follow") this.follow(checked)
    if (dataset.do !== "problems") return
    this.isProblemsOnly = checked
    this.draw()
  }

  /** @param {Event} event */
  onClick({target}) {
    if (target === this.box || /** @type {Element} */ (target).closest("[data-do=close]")) leave()
  }
}

/** @type {JobLogDialog | null} */
let log = null // the one that is open

const leave = () => go({log: ""})

/** Open the log that the address names, or close it. */
export function followLog() {
  const {job, log: isOpen} = place()
  const id = currentPage() === "jobs" && isOpen ? Math.trunc(Number(job)) || 0 : 0
  if (id === (log?.id ?? 0)) return
  const before = log
  log = null
  before?.close()
  if (id) log = new JobLogDialog(id)
}
onAddress(followLog)
bindings().add({key: "f", does: "in a log: follow new lines on or off", group: "Decide", pages: ["jobs"]})
