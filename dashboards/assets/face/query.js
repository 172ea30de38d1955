// The page of queries: SQL with its fields, the tables and queries beside it, and the result.
import {go, place, showPlan, takeSql} from "#face/address.js"
import {call, change, forget, read} from "#face/calls.js"
import {copyText} from "#face/clipboard.js"
import {h, morph} from "#face/dom.js"
import {editFiles} from "#face/edit_files.js"
import {FacePage} from "#face/face_page.js"
import {currentPage, home, toast} from "#face/frame.js"
import {pageKeys} from "#face/keys.js"
import {selectFiles} from "#face/list_selection.js"
import {store, stored} from "#face/local_storage.js"
import {isDialogOpen} from "#face/modal.js"
import {drawEditor} from "#face/query_editor.js"
import {drawResult} from "#face/query_result.js"
import {drawSide} from "#face/query_side.js"
import {SqlCompletion} from "#face/sql_text.js"

const TYPED_DELAY = 250 // milliseconds without typing before the fields are read
const PER_PAGE = 50
const KEPT = 100 // queries of the history
const LISTED = 100 // files of a result that a search of the plan names
const HISTORY = `indexium.queries.${home}`
const NARROW = window.matchMedia("(max-width: 700px)")
const SUMMARY = "SQL on a copy of your library. A query changes nothing."
const COLUMN = {name: 1, kind: 1, description: 1}
/** @type {ReadCall} */
const TABLES = ["queries.schema", {}, {name: 1, description: 1, rows_text: 1, columns: COLUMN}]
/** @type {ReadCall} */
const SAVED = ["saved_queries.list", {}]
/** @type {ReadCall} */
const EXAMPLES = ["saved_queries.examples", {}]
const ANSWER = {
  ...{columns: {name: 1, kind: 1, is_amount: 1}, kept: 1, number_text: 1, found_text: 1, duration_text: 1},
  ...{cut_text: 1, snapshot_at: 1, snapshot_text: 1},
}
const RESULT = {answer: ANSWER, file_count: 1, pandas: 1}
const FILES = {count: 1, files: 1, is_editable: 1, text: 1, hint: 1}

/**
 * A saved query, or an example, as it is in the editor.
 * @typedef {Values.SavedQuery} Saved
 * @typedef {{text: string, values: Record<string, string>, outcome: string, at: string}} Run A query of the history.
 * @typedef {Pick<Values.QueryAnswer, "kept" | "number_text" | "found_text" | "duration_text" | "cut_text" | "snapshot_at" | "snapshot_text"> & {columns: Pick<Values.QueryColumn, "name" | "kind" | "is_amount">[]}} Answer
 * @typedef {{ticket: string, text: string, values: Record<string, string>, answer: Answer, file_count: number, pandas: string}} Result
 * @typedef {{message: string, position: number | null, length: number, text: string}} SqlFault
 * @typedef {"table" | "chart" | "columns"} Tab
 */

/** Return the texts in the fields that an address has. @param {string} text @returns {Record<string, string>} */
function valuesOf(text) {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(text)).map(([name, value]) => [name, String(value)]))
  } catch {
    return {}
  }
}

/** @returns {Run[]} */
function storedRuns() {
  try {
    return JSON.parse(stored(HISTORY) ?? "[]")
  } catch {
    return []
  }
}

/** Replace the selected text so that the browser can undo it. @type {(area: HTMLTextAreaElement, text: string) => void} */
function replaceSelection(area, text) {
  area.focus()
  if (!document.execCommand("insertText", false, text))
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end")
}

function ignore() {
  // A completion or the end of a query is not worth a message.
}

/** @returns {Values.QueryField[]} */
const noFields = () => []

const newTicket = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("")

export class QueryPage extends FacePage {
  // The editor.
  text = ""
  /** @type {Record<string, string>} */
  values = {}
  /** @type {Values.QueryField[]} */
  fields = []
  /** @type {Saved | null} */
  opened = null
  isNaming = false
  /** @type {SqlFault | null} */
  fault = null
  status = ""
  typedTimer = 0
  known = "" // the address that the editor shows
  // The query that runs.
  /** @type {{ticket: string, text: string, values: Record<string, string>, startedAt: number} | null} */
  running = null
  clock = 0
  // Beside the editor.
  sought = ""
  /** @type {Set<string>} */
  unfolded = new Set() // the tables whose columns are listed
  part = "" // on a phone, the part that is open
  /** @type {Run[]} */
  runs = storedRuns() // the newest first
  /** @type {Saved | null} */
  removed = null
  // The result.
  /** @type {Result | null} */
  result = null
  /** @type {Tab} */
  tab = "table"
  number = 1
  /** @type {{column: number, descending: boolean} | null} */
  order = null
  /** @type {Values.ResultPage | undefined} */
  lastPage = undefined // shown until the next one is read
  isNew = false // its beginning is not shown yet
  drawn = "" // the ticket of the result that the chart shows

  /** @param {HTMLElement} host */
  constructor(host) {
    super({page: "query"}, [], host, ["indexium.css", "face.css", "charts.css", "query.css"])
    this.completion = new SqlCompletion(this.completionHost(), (area, text) => {
      replaceSelection(area, text)
      this.takeText()
    })
    this.root.addEventListener("keydown", event => this.onKey(event))
    this.root.addEventListener("focusout", event => {
      if (event.target === this.area()) this.completion.close()
    })
    this.root.addEventListener("pointerdown", event => {
      if (/** @type {Element} */ (event.target).closest(".offers")) event.preventDefault()
    })
    document.addEventListener("keydown", event => this.onKeyElsewhere(event))
    pageKeys("query", {isReady: () => true, table: this.keys()})
    this.load(place().q ?? "", valuesOf(place().v ?? ""))
  }

  completionHost() {
    return {
      root: this.root,
      find: (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (this.root.querySelector(selector)),
      send: (/** @type {string} */ _type, /** @type {any} */ request) => {
        void this.complete(request).catch(ignore)
      },
      paint: () => this.draw(),
    }
  }

  /** @param {{text: string, position: number, serial: number}} request */
  async complete({serial, ...args}) {
    this.completion.show(serial, await call("queries.complete", args))
  }

  /** @returns {HTMLTextAreaElement | null} */
  area() {
    return this.root.querySelector("textarea.sql-text")
  }

  // What is shown.

  draw() {
    if (!this.isShown()) return
    const text = takeSql()
    if (text !== null) {
      this.load(text, {}, {runs: true})
      return
    }
    const {result} = this
    const snapshot = result ? ` The copy shows ${result.answer.snapshot_text}.` : ""
    morph(this.root, [
      h(
        "div",
        {class: "head", data: {key: "head"}},
        h("h1", {tabindex: "-1"}, "Query"),
        h("p", null, SUMMARY + snapshot),
      ),
      h(
        "div",
        {class: "beside", data: {key: "beside"}},
        h("div", null, drawSide(this)),
        h("div", null, drawEditor(this), drawResult(this)),
      ),
    ])
    this.watchClock()
    this.showBeginning()
    this.drawChart()
  }

  enter() {
    forget(name => name === SAVED[0]) // another page may have changed them
  }

  /** Another address has another query. */
  followAddress() {
    const {q = "", v = ""} = place()
    if (!this.isShown()) return
    if (JSON.stringify([q, v]) === this.known) this.draw()
    else this.load(q, valuesOf(v))
  }

  tables() {
    return read(TABLES, [])
  }

  /** @returns {Saved[] | undefined} */
  saved() {
    return read(SAVED, []).value
  }

  /** @returns {Saved[]} */
  examples() {
    return read(EXAMPLES, []).value ?? []
  }

  /** Show the seconds while a query runs. */
  watchClock() {
    if (this.running && !this.clock) this.clock = setInterval(() => this.draw(), 200)
    else if (!this.running && this.clock) {
      clearInterval(this.clock)
      this.clock = 0
    }
  }

  // The text.

  /** Put a query into the editor. @type {(text: string, values: Record<string, string>, options?: {opened?: Saved | null, runs?: boolean}) => void} */
  load(text, values, {opened = null, runs = false} = {}) {
    this.cancel()
    this.keepReplaced(text)
    clearTimeout(this.typedTimer)
    Object.assign(this, {text, values: {...values}, opened, fields: [], fault: null, status: "", isNaming: false})
    this.completion.clearOptions()
    const area = this.area()
    if (area) area.value = text
    void this.readFields()
    this.toAddress(false)
    if (runs) void this.run()
    else this.draw()
  }

  /** Let the address have the query. @param {boolean} push */
  toAddress(push) {
    const v = Object.keys(this.values).length ? JSON.stringify(this.values) : ""
    this.known = JSON.stringify([this.text, v])
    if ((place().q ?? "") !== this.text || (place().v ?? "") !== v) go({q: this.text, v}, {push})
  }

  /** Take what a person types. */
  takeText() {
    this.text = this.area().value
    clearTimeout(this.typedTimer)
    this.typedTimer = setTimeout(() => {
      void this.readFields()
    }, TYPED_DELAY)
    this.draw()
  }

  async readFields() {
    const {text} = this
    const found = text.includes("$") ? await call("queries.fields", {text}).catch(noFields) : []
    if (text !== this.text) return
    this.fields = found
    this.draw()
  }

  /** @param {string} name */
  insert(name) {
    this.part = ""
    const area = this.area()
    const before = area.value.slice(0, area.selectionStart)
    replaceSelection(area, (/[\w)"']$/.test(before) ? " " : "") + name)
    this.takeText()
  }

  /** Return the error, if it is about the text that the editor has. */
  faultHere() {
    return this.fault?.text === this.text ? this.fault : null
  }

  /** Select the word with the error. */
  showFault() {
    const {position, length} = this.fault
    const letters = [...this.text]
    const start = letters.slice(0, position).join("").length
    const end = letters.slice(0, position + Math.max(1, length)).join("").length
    this.area().focus()
    this.area().setSelectionRange(start, end)
  }

  // Saved queries and examples.

  startNaming() {
    if (!this.text.trim()) return
    this.isNaming = true
    this.draw()
    /** @type {HTMLInputElement} */
    const field = this.root.querySelector(".naming input")
    field.focus()
    field.select()
  }

  stopNaming() {
    this.isNaming = false
    this.draw()
    this.area().focus()
  }

  async save() {
    /** @type {HTMLInputElement} */
    const field = this.root.querySelector(".naming input")
    const name = field.value.trim()
    if (!name) return
    const {text} = this
    const values = this.typed()
    this.stopNaming()
    const saved = await this.make("saved_queries.save", {name, text, values})
    if (!saved) return
    if (this.text === text) this.opened = saved
    toast(`Saved “${saved.name}”.`)
    this.draw()
  }

  /** @param {Saved} query */
  async remove(query) {
    if (!(await this.make("saved_queries.remove", {query_id: query.query_id}))) return
    this.removed = query
    if (this.opened?.query_id === query.query_id) this.opened = null
    this.draw()
  }

  async restore() {
    const query = this.removed
    this.removed = null
    await this.make("saved_queries.restore", {query})
    this.draw()
  }

  /** Change the saved queries; return the changed one, unless that is refused. @type {(name: CallName, args: object) => Promise<Saved | null>} */
  async make(name, args) {
    try {
      const {value} = await change(name, args, {also: [SAVED]})
      forget(each => each === SAVED[0])
      return value
    } catch (/** @type {any} */ error) {
      toast(error.message, {kind: "error"})
      return null
    }
  }

  // Running.

  /** Return the texts in the fields of the query. @returns {Record<string, string>} */
  typed() {
    return Object.fromEntries(this.fields.map(({name}) => [name, this.values[name] ?? ""]))
  }

  async run() {
    if (this.running || !this.text.trim()) return
    clearTimeout(this.typedTimer)
    this.completion.close()
    const own = {ticket: newTicket(), text: this.text, values: this.values, startedAt: performance.now()}
    Object.assign(this, {running: own, fault: null, status: ""})
    this.draw()
    await this.readFields()
    if (this.running !== own) return
    this.values = own.values = this.typed()
    if (this.isShown()) this.toAddress(true)
    const {ticket, text, values: typed} = own
    try {
      const found = await call("query_results.run", {ticket, text, typed}, RESULT)
      if (this.running === own) this.showResult({...own, .../** @type {any} */ (found)})
    } catch (/** @type {any} */ error) {
      if (this.running === own) this.fail(error)
    }
    this.draw()
  }

  /** @param {Error & {position?: number, length?: number}} error */
  fail({message, position = null, length = 0}) {
    this.fault = {message, position, length, text: this.running.text}
    this.end("error")
  }

  cancel() {
    if (!this.running) return
    call("query_results.cancel", {ticket: this.running.ticket}).catch(ignore) // it ends by itself, too
    this.end("cancelled")
    this.status = "Cancelled."
    this.draw()
  }

  /** Note the end of the query that runs. @param {string} outcome */
  end(outcome) {
    const {text, values} = this.running
    this.running = null
    this.keep({text, values, outcome, at: new Date().toISOString()})
  }

  /** @param {Result} result */
  showResult(result) {
    const {answer} = result
    this.end(answer.found_text)
    if (this.result?.answer.snapshot_at !== answer.snapshot_at) forget(name => name === TABLES[0])
    Object.assign(this, {result, number: 1, order: null, lastPage: undefined, status: answer.duration_text})
    this.isNew = true
  }

  /** Show a new result from its first row; on a phone, the editor is above it. */
  showBeginning() {
    if (!this.isNew || !this.lastPage) return
    this.isNew = false
    this.root.querySelector(".scroller")?.scrollTo({top: 0, left: 0})
    if (NARROW.matches) this.root.querySelector(".result").scrollIntoView({block: "start"})
  }

  // The history of this browser.

  /** @param {Run} run */
  keep(run) {
    this.runs = [run, ...this.runs.filter(({text}) => text !== run.text)].slice(0, KEPT)
    store(HISTORY, JSON.stringify(this.runs))
  }

  /** Keep the text that another one replaces, unless the history has it. @param {string} text */
  keepReplaced(text) {
    const {text: before} = this
    if (!before.trim() || before === text || this.runs.some(run => run.text === before)) return
    this.keep({text: before, values: this.typed(), outcome: "not run", at: new Date().toISOString()})
  }

  // The result.

  /** Return the rows that are shown; until they are read, those before. @returns {{value?: Values.ResultPage, error?: Error}} */
  rows() {
    const found = this.readPage(this.number)
    if (found.value) this.lastPage = found.value
    if (this.number < this.pages()) this.readPage(this.number + 1) // ahead
    return {value: found.value ?? this.lastPage, error: found.value ? undefined : found.error}
  }

  /** @param {number} page */
  readPage(page) {
    const {ticket} = this.result
    return read(["query_results.page", {ticket, page, per_page: PER_PAGE, ...this.order}], [])
  }

  pages() {
    return Math.max(1, Math.ceil(this.result.answer.kept / PER_PAGE))
  }

  /** Return what the result has in each column. @returns {{value?: Values.ColumnFacts[], error?: Error}} */
  columnFacts() {
    return read(["query_results.columns", {ticket: this.result.ticket}], [])
  }

  /** Return what can be done with the files of the result. @returns {Pick<Values.ResultFiles, "files" | "is_editable"> & Record<"text" | "hint", string> & {count: number} | undefined} */
  files() {
    const {ticket, file_count: files} = this.result
    return files ? read(["query_results.files", {ticket}, FILES], ["plan:changed"]).value : undefined
  }

  /** Sort by a column, descending the second time, and then in the order of the query. @param {number} column */
  sort(column) {
    const {order} = this
    if (order?.column !== column) this.turnOrder({column, descending: false})
    else this.turnOrder(order.descending ? null : {column, descending: true})
  }

  /** @param {QueryPage["order"]} order */
  turnOrder(order) {
    Object.assign(this, {order, number: 1})
    this.draw()
  }

  /** Let the server draw the chart, if it is shown. */
  drawChart() {
    if (!this.result || this.tab !== "chart" || this.drawn === this.result.ticket) return
    this.drawn = this.result.ticket
    window.dispatchEvent(new CustomEvent("indexium:result", {detail: this.result.ticket})) // the server draws it
  }

  /** Edit the files that the result names. */
  async editFiles() {
    try {
      const ids = await call("query_results.file_ids", {ticket: this.result.ticket})
      editFiles(ids.map(id => ({id})))
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error"})
    }
  }

  /** Select the files of the result in the plan, and show it. */
  async selectFiles() {
    try {
      const ids = await call("query_results.file_ids", {ticket: this.result.ticket})
      selectFiles(ids)
      showPlan(ids.length <= LISTED ? `id:${ids.join(",")}` : "")
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error"})
    }
  }

  /** @type {(text: string, what: string) => Promise<void>} */
  async copy(text, what) {
    if (await copyText(text)) toast(`${what} in the clipboard.`)
    else toast("The browser did not allow access to the clipboard.", {kind: "error"})
  }

  // What a person presses and types.

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    const group = "Query"
    const inEditor = () => false // the editor takes these keys itself
    return {
      "Ctrl Enter": {does: "run the query", group, run: inEditor},
      "Ctrl S": {does: "save the query", group, run: inEditor},
      "Ctrl Space": {does: "complete a table or column", group, run: inEditor},
      e: {does: "edit the SQL", group, run: () => this.area()?.focus()},
      n: {does: "new query", group, run: () => this.startNew()},
      Escape: {does: "cancel the query", group, run: () => (this.running ? this.cancel() : false)},
    }
  }

  startNew() {
    this.load("", {})
    this.area().focus()
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const {key} = event
    const target = /** @type {HTMLElement} */ (event.target)
    const isCommand = event.ctrlKey || event.metaKey
    if (isCommand && (key === "Enter" || key === "s")) {
      event.preventDefault()
      if (key === "s") this.startNaming()
      else void this.run()
    } else if (target.matches(".sql-text") && this.completion.key(event)) event.stopPropagation()
    else if (key === "Enter" && target.matches(".naming input, .sql-field input")) {
      event.preventDefault()
      void (target.closest(".naming") ? this.save() : this.run())
    } else if (key === "Escape" && target.matches("input, textarea")) this.onEscape(target)
  }

  /** @param {HTMLElement} field */
  onEscape(field) {
    if (this.isNaming) this.stopNaming()
    else if (this.running) this.cancel()
    else field.blur()
  }

  /** The query runs from everywhere in the page. @param {KeyboardEvent} event */
  onKeyElsewhere(event) {
    const isHere = currentPage() === this.page && !isDialogOpen() && !event.composedPath().includes(this.root)
    if (isHere && event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.run()
  }

  /** @param {HTMLInputElement} target */
  onType(target) {
    if (target.matches(".sql-text")) {
      this.takeText()
      this.completion.ask(false)
    } else if (target.matches(".seek")) {
      this.sought = target.value.trim()
      this.draw()
    } else if (target.dataset.field) this.values[target.dataset.field] = target.value
    return false
  }

  /** @param {Event} event */
  onChange(event) {
    const {value, dataset} = /** @type {HTMLInputElement} */ (event.target)
    if (dataset.change === "order")
      this.turnOrder(Number(value) < 0 ? null : {column: Number(value), descending: false})
    else super.onChange(event)
  }

  /** @type {FacePage["ownActs"]} */
  ownActs(target) {
    const {index, name, column, page, tab} = target.dataset
    const at = Number(index)
    return {
      ...super.ownActs(target),
      ...this.editorActs(at),
      ...this.sideActs(name, at),
      tab: () => this.turnTab(/** @type {Tab} */ (tab)),
      sort: () => this.sort(Number(column)),
      page: () => {
        this.number = Number(page)
        this.draw()
      },
      select: () => this.selectFiles(),
      edit: () => void this.editFiles(),
      "copy-pandas": () => this.copy(this.result.pandas, "The Python code is"),
      "copy-link": () => this.copy(new URL(target.dataset.link, location.href).href, "The address of the result is"),
    }
  }

  /** @param {number} at @returns {Record<string, () => unknown>} */
  editorActs(at) {
    return {
      run: () => this.run(),
      cancel: () => this.cancel(),
      option: () => this.completion.pick(at),
      fault: () => this.showFault(),
      name: () => this.startNaming(),
      store: () => this.save(),
      unname: () => this.stopNaming(),
      new: () => this.startNew(),
    }
  }

  /** @type {(name: string, at: number) => Record<string, () => unknown>} */
  sideActs(name, at) {
    const chosen = (/** @type {() => unknown} */ work) => () => {
      this.part = ""
      work()
    }
    return {
      insert: () => this.insert(name),
      fold: () => this.turnFold(name),
      side: () => this.turnPart(name),
      saved: chosen(() => this.loadSaved(this.saved()[at])),
      example: chosen(() => this.loadSaved(this.examples()[at], {runs: true})),
      earlier: chosen(() => this.load(this.runs[at].text, this.runs[at].values)),
      remove: () => this.remove(this.saved()[at]),
      restore: () => this.restore(),
      dismiss: () => this.dismiss(),
    }
  }

  /** @type {(query: Saved, options?: {runs?: boolean}) => void} */
  loadSaved(query, {runs = false} = {}) {
    this.load(query.text, query.values, {opened: query, runs})
  }

  /** @param {string} name */
  turnFold(name) {
    if (!this.unfolded.delete(name)) this.unfolded.add(name)
    this.draw()
  }

  /** @param {string} name */
  turnPart(name) {
    this.part = this.part === name ? "" : name
    this.draw()
  }

  dismiss() {
    this.removed = null
    this.draw()
  }

  /** @param {Tab} tab */
  turnTab(tab) {
    this.tab = tab
    this.draw()
  }
}

/** @param {HTMLElement} host */
export const makePage = host => new QueryPage(host)
