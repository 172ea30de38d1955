// A list of people that is sent to the library: what its import does, line by line, and the import.
import {announce, call, change} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may, toast} from "#face/frame.js"
import {drawPromise} from "#face/promise.js"
import {upload} from "#face/upload.js"
import {button, chip, drawSelect} from "#face/widgets.js"
import {count} from "#face/wording.js"

const ADDRESS = "/files/people"
const FILE = "people-file" // the id of the field for the list
const PACE = 400 // milliseconds between two looks at how far a comparison is
const REPORT = {matched: 1, waiting: 1, problems: 1, legacy_facts: 1, content: 1, waiting_hint: 1}
const LINES = {rows: 1, total: 1, more: 1}
const CHECK = {
  ...{summary: 1, has_rows: 1, relative: 1, root: 1, report: REPORT},
  ...{rejected_lines: LINES, skipped_lines: LINES, waiting_lines: LINES, unmatched_lines: LINES},
}

/**
 * @typedef {Pick<Values.ImportCheck, "summary" | "has_rows" | "relative" | "root" | "rejected_lines" | "skipped_lines" | "waiting_lines" | "unmatched_lines"> & {report: Pick<Values.ImportReport, "matched" | "waiting" | "problems" | "legacy_facts" | "content" | "waiting_hint">}} Check
 * @typedef {{folders: {path: string}[]}} Known
 */

export class PeopleImport {
  sending = "" // name of the file that is on its way
  token = "" // of the list; "" for none
  name = "" // of its file
  root = "" // that a person has chosen for its paths
  replace = false
  /** @type {Check | null} */
  check = null
  isNew = false // nobody has seen the check of this list yet
  /** @type {Values.ListComparison | null} */
  comparison = null // how far the files are compared with a legacy database
  timer = 0
  isTaking = false // the import runs
  /** @type {HTMLElement | null} */
  page = null // the element with the field for the list

  get isShown() {
    return Boolean(this.token && (this.check || this.comparison))
  }

  /** Take the list that a person chooses in an element. @param {HTMLElement} page */
  attach(page) {
    this.page = page
    page.addEventListener("change", ({target}) => {
      const field = /** @type {HTMLInputElement} */ (target)
      if (field.id !== FILE) return
      void this.send(field.files[0])
      field.value = "" // the same file can be chosen once more
    })
  }

  /** Let a person choose a list. */
  choose() {
    /** @type {HTMLElement | null} */
    const field = this.page?.querySelector(`#${FILE}`)
    field?.click()
  }

  /** Send a list, and show what its import would do. @param {File | undefined} file */
  async send(file) {
    if (!file) return
    this.sending = file.name
    announce()
    const headers = {"Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)}
    const answer = await upload(ADDRESS, file, headers)
    this.sending = ""
    if (answer.ok) {
      this.leave()
      Object.assign(this, {token: JSON.parse(answer.text).token, name: file.name, isNew: true})
      await this.look()
    } else toast(answer.text, {kind: "error"})
    announce()
  }

  /** Show what the import would do now; the answer to an earlier question is dropped. */
  async look() {
    const {token, root, replace} = this
    const isSame = () => token === this.token && root === this.root && replace === this.replace
    const end = this.watch()
    try {
      const check = await call("people_lists.check", {token, root, replace}, CHECK)
      if (isSame()) this.check = /** @type {any} */ (check)
    } catch (error) {
      if (!isSame()) return
      this.leave()
      toast(/** @type {Error} */ (error).message, {kind: "error"})
    } finally {
      end()
      announce()
    }
  }

  /** Show how far a comparison is until the returned function is called. */
  watch() {
    const {token} = this
    let isOver = false
    const look = async () => {
      const found = await call("people_lists.comparison", {token}).catch(/** @returns {null} */ () => null)
      if (isOver || token !== this.token) return
      this.comparison = found
      if (found) announce()
      this.timer = setTimeout(look, PACE)
    }
    clearTimeout(this.timer)
    this.timer = setTimeout(look, PACE)
    return () => {
      isOver = true
      if (token === this.token) this.comparison = null
    }
  }

  /** Show what the import would do in another way. @param {{root?: string, replace?: boolean}} changes */
  async change(changes) {
    Object.assign(this, changes)
    await this.look()
  }

  /** Import the list. */
  async take() {
    if (this.isTaking) return
    const {token, root, replace, check} = this
    const end = this.watch()
    this.isTaking = true
    try {
      const args = {token, root: root || check.root, replace}
      const {value} = await change("people_lists.take", args, {want: {text: 1}})
      this.leave()
      toast(value.text)
    } finally {
      end()
      this.isTaking = false
      announce()
    }
  }

  /** Show the list no longer. */
  leave() {
    Object.assign(this, {token: "", name: "", root: "", replace: false, check: null, comparison: null, isNew: false})
    announce()
  }

  /** Forget the list. */
  async discard() {
    const {token} = this
    this.leave()
    await call("people_lists.discard", {token})
  }

  /** What a person can do to add people. @param {SectionParts} parts */
  drawButtons({act}) {
    const {sending} = this
    const label = sending ? `Sending ${sending}…` : "Import a list…"
    const canSend = may("people_lists.take")
    return h(
      "div",
      {class: "acts", data: {key: "people"}},
      canSend && button(label, "choose-list", {key: "i", disabled: Boolean(sending), data: {key: "choose-list"}}),
      act("take-people"),
      may("people.add_typed") &&
        button("Add by hand…", "show-list", {kind: "quiet", data: {kind: "nobody", key: "by-hand"}}),
      canSend &&
        h("input", {
          id: FILE,
          type: "file",
          accept: ".csv,.tsv,.txt,.json,.db,.sqlite,.sqlite3",
          hidden: true,
          tabindex: "-1",
          "aria-label": "A list of people",
          data: {key: "file"},
        }),
    )
  }
}

/** @type {(label: string, lines: Check["rejected_lines"]) => Child} */
const drawLines = (label, {rows, more}) =>
  rows.length > 0 &&
  h(
    "div",
    {data: {key: label}},
    h("h3", {class: "label"}, label),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": label},
      rows.map(({where, text}) => h("li", null, h("b", null, where), h("small", null, h("bdi", null, text)))),
    ),
    more && h("p", {class: "hint"}, more),
  )

/** @type {(number: number, level: string, one: string, many: string) => HTMLElement} */
const drawLevel = (number, level, one, many) =>
  h("span", null, h("span", {class: "n"}, count(number)), chip(level, number === 1 ? one : many))

/** @param {Check} check */
const drawLevels = ({report: {matched, waiting}, rejected_lines: rejected, skipped_lines: skipped}) =>
  h(
    "div",
    {class: "levels", data: {key: "levels"}},
    drawLevel(matched, "safe", "name of a scanned file", "names of scanned files"),
    drawLevel(waiting, "warning", "name waiting for a scan", "names waiting for a scan"),
    drawLevel(rejected.total, "danger", "row rejected", "rows rejected"),
    skipped.total > 0 && drawLevel(skipped.total, "note", "name skipped", "names skipped"),
  )

/** @type {(list: PeopleImport, check: Check, known: Known) => HTMLElement} */
const drawModes = ({root, replace}, {relative, root: found, has_rows: hasRows}, {folders}) =>
  h(
    "div",
    {class: "modes", data: {key: "modes"}},
    relative &&
      h(
        "label",
        {class: "inline"},
        "Paths start from",
        drawSelect(
          [...new Set([found, ...folders.map(({path}) => path)])].map(value => ({value, label: value})),
          {data: {change: "list-root", key: "root"}},
          root || found,
        ),
      ),
    hasRows &&
      h(
        "label",
        {class: "inline"},
        h("input", {type: "checkbox", checked: replace, data: {change: "list-replace", key: "replace"}}),
        "Replace the people of these files instead of adding",
      ),
  )

/** @type {(list: PeopleImport, known: Known, parts: SectionParts) => Child} */
function drawPreview(list, known, {act}) {
  const {check, name} = list
  const {report, has_rows: hasRows, summary, unmatched_lines: unmatched} = check
  return [
    h("h2", {data: {key: "title"}}, h("bdi", {dir: "ltr"}, name), h("small", null, hasRows && summary)),
    hasRows && drawLevels(check),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      act("import-list", undefined, {kind: "primary"}),
      act("discard-list", undefined, {kind: "quiet"}),
    ),
    report.problems.map(text => h("p", {class: "why warning"}, text)),
    report.legacy_facts.map(text => h("p", null, text)),
    report.waiting_hint && h("p", {class: "quiet"}, report.waiting_hint),
    drawModes(list, check, known),
    drawLines("Rejected", check.rejected_lines),
    drawLines("Skipped", check.skipped_lines),
    unmatched.rows.length > 0
      ? drawLines("Files that do not match", unmatched)
      : drawLines("Waiting for a scan", check.waiting_lines),
    drawPromise("Indexium stores the import in its own database. No file is changed."),
  ]
}

/** @param {Values.ListComparison} comparison */
const drawComparison = ({done, total}) =>
  h("p", {class: "quiet", role: "status"}, `Comparing files by their content … ${count(done)} of ${count(total)}`)

/** The list that a person has sent. @type {(list: PeopleImport, folders: ReadCall) => SectionSpec<any, Known>} */
export const importSection = (list, folders) => ({
  name: "import",
  title: "Import",
  hasNoTitle: true,
  reads: () => ({folders}),
  when: () => list.isShown,
  draw: (known, parts) => (list.comparison ? drawComparison(list.comparison) : drawPreview(list, known, parts)),
  actions: [
    {
      act: "import-list",
      needs: "people_lists.take",
      label: () => `Import ${list.check?.report.content}`,
      when: () => Boolean(list.check?.report.content),
      run: () => list.take(),
    },
    {act: "discard-list", label: "Discard", run: () => list.discard()},
    {act: "list-root", label: "Paths start from", run: (_rows, _at, _head, {value}) => list.change({root: value})},
    {act: "list-replace", label: "Replace", run: (_rows, _at, _head, {checked}) => list.change({replace: checked})},
    {
      act: "choose-list",
      needs: "people_lists.take",
      key: "i",
      label: "Import a list…",
      does: "import a list of people",
      run: () => list.choose(),
    },
  ],
})
