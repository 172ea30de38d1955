// The one list: each list page is a declaration. Cursor, selection and focus live here; the page, its filters and the
// open row are in the address; the rows are what the library has returned.
import {go, onAddress, place, visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, forget, onNews} from "#face/calls.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {Form} from "#face/form.js"
import {keepFocusInside} from "#face/focus.js"
import {currentPage, may, toast} from "#face/frame.js"
import {hideBroken} from "#face/images.js"
import {dropDelayed, pageKeys, pressDelayed} from "#face/keys.js"
import {ListRows} from "#face/list_rows.js"
import {drawList} from "#face/list_view.js"
import {adoptSheets} from "#face/sheets.js"
import {typedPage} from "#face/widgets.js"

const PER_PAGE = 25
const SEARCH_DELAY = 220 // milliseconds without typing before the search starts
const LONGEST_HOLD = 400 // milliseconds for which the rows of the last search are seen while the next ones are read
const WIDE = window.matchMedia("(min-width: 1081px)") // the details stand beside the list

/** @template [Row=any], [Head=any] */
export class List {
  /** @type {any} */
  cursor = null // the id of the row that the keys act on; null: the first one
  cursorPlace = 0 // its place on the page, for the time when the row is gone
  /** @type {Set<any>} */
  selected = new Set() // ids; a row that comes later does not join them
  /** @type {any} */
  anchor = null // the id from which a range is selected
  hasSheet = false // the details cover the page: a narrow window
  wanted = "" // the row that the address names, until the list is read
  /** @type {Map<string, Form>} */
  forms = new Map() // in the page, by their actions
  searchTimer = 0
  heldUntil = 0 // what is seen stays until then, while rows are read
  isLeavingSearch = false // the rows that are read get the focus

  /**
   * @param {ListSpec<Row, Head>} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    this.spec = spec
    this.openName = spec.details ? (spec.opens ?? "of") : "" // the name of the open row in the address
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "person_field.css", "face.css"])
    this.root = h("div", {class: "ix"})
    root.append(this.root)
    this.rows = new ListRows(spec, spec.perPage ?? PER_PAGE)
    this.actions = spec.actions.filter(action => may(action.needs ?? ""))
    this.root.addEventListener("click", event => this.onClick(event))
    this.root.addEventListener("change", event => this.onChange(event))
    this.root.addEventListener("input", event => this.onInput(/** @type {HTMLInputElement} */ (event.target)))
    this.root.addEventListener("submit", event => this.onSubmit(event))
    hideBroken(this.root)
    this.root.addEventListener("keydown", event => {
      this.onSearchKey(event)
      if (event.key === "Tab" && this.hasSheet) keepFocusInside(this.root.querySelector(".drawer"), event)
    })
    this.wanted = this.openValue() ?? ""
    pageKeys(spec.page, {isReady: () => this.isReady(), table: this.keys()})
    onAddress(() => this.followAddress())
    onNews(() => this.draw())
    WIDE.addEventListener("change", () => this.draw())
    window.addEventListener("indexium:list", () => this.isShown() && this.focusCursor())
  }

  place = place

  /** Return what the address has as the open row. @returns {string | undefined} */
  openValue() {
    return place()[this.openName]
  }

  isShown() {
    return currentPage() === this.spec.page
  }

  /** Return whether it is known on which row a key acts. */
  isReady() {
    const outside = this.outside()
    return this.rows.isKnown() && (!outside || outside.value !== undefined)
  }

  // What is shown.

  /** Show the list again after another page. */
  enter() {
    if (!this.spec.news.length) this.rows.readAllAgain()
  }

  /** A step in the history may lead to another open row. */
  followAddress() {
    if (!this.isShown()) return
    const id = this.openId(this.rows.shown())
    if (id !== null) this.cursor = id
    this.draw()
  }

  draw() {
    if (!this.isShown()) return
    const hadFocus = this.root.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement)
    if (this.isHeld() || this.leavesAddress()) return
    this.rows.readAhead()
    this.keepCursor()
    if (this.wanted && this.rows.isKnown()) this.lookForWanted()
    morph(this.root, drawList(this))
    this.followSheet()
    if (hadFocus && focusedElement() === document.body) this.focusAgain()
    if (this.isLeavingSearch && this.rows.isKnown()) this.leaveSearch()
    if (this.rows.isKnown()) setTimeout(pressDelayed)
    else if (this.rows.page().error ?? this.rows.head().error) dropDelayed()
  }

  /** Return whether the rows of the last search are still seen, because the next ones are read. */
  isHeld() {
    return performance.now() < this.heldUntil && !this.rows.isKnown() && !this.rows.page().error
  }

  /** Leave an address of a page or a row that there is not, and return whether this is one. */
  leavesAddress() {
    if (!this.rows.isKnown()) return false
    const hasPage = this.rows.number <= this.rows.pages
    const problem = hasPage && this.outside()?.error
    if (problem) toast(problem.message, {kind: "info"})
    if (!hasPage) go({page: this.rows.pages > 1 ? this.rows.pages : ""}, {push: false})
    else if (problem) go({[this.openName]: ""}, {push: false})
    return !hasPage || Boolean(problem)
  }

  /** Say so if the row that the address names is not in the list. */
  lookForWanted() {
    const isMissing = this.openValue() === this.wanted && this.openId(this.rows.shown()) === null
    this.wanted = ""
    if (!isMissing || this.spec.single) return
    toast(`The ${this.spec.noun} of this address is not in the list: it has changed or has gone.`, {kind: "info"})
    go({[this.openName]: ""}, {push: false})
  }

  /** Details that cover the page take the focus, and give it back to their row. */
  followSheet() {
    const sheet = this.root.querySelector(".drawer")
    const hasSheet = Boolean(sheet) && !WIDE.matches
    if (hasSheet && !this.hasSheet) /** @type {HTMLElement} */ (sheet.querySelector("h2")).focus({preventScroll: true})
    else if (!hasSheet && this.hasSheet) this.focusCursor()
    this.hasSheet = hasSheet
  }

  /** Give the focus to the list, or to the details that cover it, because its element has gone. */
  focusAgain() {
    /** @type {HTMLElement | null} */
    const title = this.hasSheet ? this.root.querySelector(".drawer h2") : null
    if (title) title.focus({preventScroll: true})
    else this.focusCursor()
  }

  /** Keep the cursor on its row, whatever comes above it, and at its place when the row has gone. */
  keepCursor() {
    const shown = this.rows.shown()
    if (this.cursor === null && shown.length) this.cursor = this.openId(shown) ?? this.rows.idOf(shown[0])
    const at = shown.findIndex(row => this.rows.idOf(row) === this.cursor)
    if (at >= 0) this.cursorPlace = at
    else if (shown.length && this.cursor !== null) {
      this.cursorPlace = Math.min(this.cursorPlace, shown.length - 1)
      this.cursor = this.rows.idOf(shown[this.cursorPlace])
    }
  }

  /** Return what is known of the row that the address names if the page does not show it. @returns {{value?: Row, error?: Error} | null} */
  outside() {
    const value = this.openValue()
    if (!this.spec.single || !value || !this.rows.isKnown() || this.openId(this.rows.shown()) !== null) return null
    const isGone = [...this.rows.goneHere().keys()].some(id => String(id) === value) // an action has taken it away
    return isGone ? null : this.rows.single(value)
  }

  /** @returns {Row | undefined} */
  current() {
    const outside = this.outside()
    if (outside) return outside.value
    const shown = this.rows.shown()
    const wanted = this.cursor ?? this.openId(shown)
    return shown.find(row => this.rows.idOf(row) === wanted) ?? shown[0]
  }

  /** Return the id of the row that the address names. @param {Row[]} shown */
  openId(shown) {
    const value = this.openValue()
    const row = value && shown.find(each => String(this.rows.idOf(each)) === value)
    return row ? this.rows.idOf(row) : null
  }

  cursorId() {
    const row = this.current()
    return row && this.rows.idOf(row)
  }

  /** Return the id of the row at which Tab stops. */
  stopId() {
    const ids = this.rows.shown().map(row => this.rows.idOf(row))
    const id = this.cursorId()
    return ids.includes(id) ? id : ids[0]
  }

  /** Return the row whose details are shown. @returns {Row | undefined} */
  opened() {
    if (!this.spec.details) return undefined
    const outside = this.outside()
    if (outside) return outside.value
    if (this.spec.folds) return this.openId(this.rows.shown()) === null ? undefined : this.current()
    return WIDE.matches || this.openValue() ? this.current() : undefined
  }

  /** Return the rows that an action means now: the selected ones, or else the one at the cursor. @returns {Row[]} */
  targets() {
    if (this.selected.size) return this.rows.shown().filter(row => this.selected.has(this.rows.idOf(row)))
    return [this.current()].filter(Boolean)
  }

  /** Return the actions of a place that are possible now. @type {(row: Row | undefined, where: ListAction<Row, Head>["where"]) => ListAction<Row, Head>[]} */
  actionsAt(row, where) {
    const {value} = this.rows.head()
    return this.actions.filter(
      action => (action.where ?? "row") === where && (action.when?.(row, place(), value) ?? true),
    )
  }

  // Moving.

  /** @param {number} step */
  move(step) {
    const shown = this.rows.shown()
    const at = shown.findIndex(row => this.rows.idOf(row) === this.cursorId())
    const next = shown[Math.max(0, Math.min(at + step, shown.length - 1))]
    if (!next) return
    this.point(this.rows.idOf(next))
    this.focusCursor()
  }

  /** Put the cursor on a row; open details follow it. @param {any} id */
  point(id) {
    this.cursor = id
    this.keepCursor()
    if (this.openValue() || (WIDE.matches && this.spec.details)) go({[this.openName]: id}, {push: false})
    else this.draw()
  }

  /** @param {any} id */
  open(id) {
    this.cursor = id
    this.keepCursor()
    if (this.spec.details) go({[this.openName]: id}, {push: (this.spec.folds || !WIDE.matches) && !this.openValue()})
    else this.draw()
    this.focusCursor()
  }

  close() {
    if (this.selected.size) {
      this.selected.clear()
      this.draw()
    } else if (this.openValue()) go({[this.openName]: ""})
    else return false
  }

  focusCursor() {
    if (this.hasSheet && this.root.querySelector(".drawer")) return
    const node = this.root.querySelector('[role=row][tabindex="0"]')
    if (node instanceof HTMLElement) node.focus()
  }

  /** Select a row, or all rows from the one that was selected last. @type {(row: Row, isRange?: boolean) => void} */
  pick(row, isRange = false) {
    const ids = this.rows.shown().map(each => this.rows.idOf(each))
    const id = this.rows.idOf(row)
    const from = isRange && ids.includes(this.anchor) ? ids.indexOf(this.anchor) : ids.indexOf(id)
    const [first, last] = [from, ids.indexOf(id)].sort((a, b) => a - b)
    const isOn = !this.selected.has(id)
    for (const each of ids.slice(first, last + 1)) {
      if (isOn) this.selected.add(each)
      else this.selected.delete(each)
    }
    this.anchor = id
    this.draw()
  }

  // Actions.

  /** Return the rows that an action means if its key is pressed now. @param {ListAction<Row, Head>} action @returns {Row[]} */
  meantBy({where = "row", isSingle}) {
    if (where !== "row") return []
    return isSingle ? [this.current()].filter(Boolean) : this.targets()
  }

  /**
   * Run an action on the rows that were meant when the key was pressed.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} [meant]
   * @param {Answers} [given] Of a field in the details.
   */
  async run(action, meant = this.meantBy(action), given = {}) {
    const at = place()
    const head = this.rows.head().value
    const question = action.asks?.(meant, at, head) || null
    const send = (/** @type {Answers} */ answers) => {
      const all = {...given, ...answers}
      return action.preview
        ? this.preview(action, meant, all, {at, head, question})
        : this.perform(action, meant, all, {at, head, question})
    }
    if (question && (question.stays || action.preview)) {
      await ask(question, send)
      return
    }
    const answers = question ? await ask(question) : {}
    if (!answers) return
    const work = action.run ? Promise.resolve(action.run(meant, at, head)) : send(answers)
    await work.catch(error => toast(error.message, {kind: "error"}))
  }

  /**
   * Show what the change of an action would do, and make it when a person confirms it; return whether it is made.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} meant
   * @param {Answers} answers
   * @param {{at: Route, head: Head, question: Question | null}} asked
   */
  async preview(action, meant, answers, asked) {
    const [name, args] = action.call(meant, answers, asked.at, asked.head)
    const effect = await call(name, /** @type {any} */ ({...args, dry_run: true}))
    const question = action.preview(meant, answers, effect)
    if (!question) throw new Error("Nothing changes.")
    return Boolean(await ask(question, () => this.perform(action, meant, answers, asked)))
  }

  /**
   * Make the change of an action. The rows show it before the library has answered; an error puts them back.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} meant
   * @param {Answers} answers
   * @param {{at: Route, head: Head, question: Question | null}} asked
   */
  async perform(action, meant, answers, {at, head, question}) {
    const [name, args] = action.call(meant, answers, at, head)
    const ids = action.keeps ? [] : meant.map(row => this.rows.idOf(row))
    const edits = action.shows ? meant.map(row => this.rows.edit(row, action.shows(row, answers, head))) : []
    const isOfList = action.keeps || !meant.length
    const taken = this.rows.take(ids)
    for (const id of ids) this.selected.delete(id)
    this.followTaken(ids)
    this.draw()
    try {
      const also = [...Object.values(this.rows.headReads()), isOfList && this.rows.ownRead()].filter(Boolean)
      const isSecret = Boolean(question?.fields?.some(({kind}) => kind === "password"))
      const {value, answeredAt} = await change(name, args, {also, isSecret})
      if (action.leads) {
        location.assign(action.leads()) // nothing is read meanwhile
        return
      }
      const text = action.done?.(value, meant) ?? value?.text
      if (text) toast(text, {undo: value?.step_id ?? null})
      this.rows.settle(taken, answeredAt, edits)
      if (isOfList) this.rows.readMoreAgain()
      if (this.spec.folds && ids.map(String).includes(this.openValue())) go({[this.openName]: ""}, {push: false})
    } catch (error) {
      this.rows.putBack(taken, edits)
      throw error
    } finally {
      this.draw()
    }
  }

  /** The address names the row that is open: not one that an action has taken away. @param {any[]} ids */
  followTaken(ids) {
    if (this.spec.folds || !ids.map(String).includes(this.openValue())) return
    this.keepCursor()
    go({[this.openName]: this.rows.shown().length ? this.cursor : ""}, {push: false})
  }

  /** Run an action that was clicked, or whose field was changed. @type {(act: string, row?: Row, given?: Answers) => void} */
  press(act, row, given = {}) {
    const {value} = this.rows.head()
    const action = this.actions.find(
      each => each.act === act && (each.when?.(row ?? this.current(), place(), value) ?? true),
    )
    const meant = row ?? (action?.where === "field" ? this.opened() : undefined)
    if (action) void this.run(action, meant && [meant], given)
  }

  /** Return the form of an action that stands in the page; null if the person may not use it. @param {string} act */
  formOf(act) {
    const question = this.actions.find(each => each.act === act)?.asks([], place(), this.rows.head().value)
    if (!question) return null
    const form = this.forms.get(act) ?? new Form(question, () => this.draw())
    form.question = question
    this.forms.set(act, form)
    return form
  }

  /** @param {string} act */
  async sendForm(act) {
    const form = this.formOf(act)
    const action = this.actions.find(each => each.act === act)
    const answers = form.isWaiting ? null : form.result()
    const asked = {at: place(), head: this.rows.head().value, question: form.question}
    const send = (/** @type {Answers} */ given) => this.perform(action, [], given, asked)
    if (answers && (await form.send(answers, send, () => this.draw()))) this.forms.delete(act)
    this.draw()
    /** @type {HTMLElement | null} */
    const wrong = this.root.querySelector("[aria-invalid=true]")
    wrong?.focus()
  }

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    const {noun, selects, details, search} = this.spec
    const group = "Move"
    /** @type {Record<string, KeyBinding>} */
    const table = {
      j: {does: `next ${noun}`, group, repeats: true, run: () => this.move(1)},
      k: {does: `previous ${noun}`, group, repeats: true, run: () => this.move(-1)},
      ArrowDown: {repeats: true, run: () => this.move(1)},
      ArrowUp: {repeats: true, run: () => this.move(-1)},
      Escape: {does: details && "close the details", group, run: () => this.close()},
    }
    if (details)
      table.Enter = {does: `details of the ${noun}`, group, run: () => this.current() && this.open(this.cursorId())}
    if (search) table["/"] = {does: "search", group: "Find", isFree: true, run: () => this.searchField()?.focus()}
    if (selects) table.x = {does: "select", group: "Select", run: () => this.current() && this.pick(this.current())}
    for (const {key, does, label} of this.actions) {
      if (!key) continue
      table[key] = {
        does: does ?? String(label),
        group: "Decide",
        when: () => Boolean(this.actionOf(key)),
        run: () => void this.run(this.actionOf(key)),
      }
    }
    return table
  }

  /** Return the first action of a key that is possible now. @param {string} key */
  actionOf(key) {
    const {value} = this.rows.head()
    return this.actions.find(action => {
      const rows = (action.where ?? "row") === "row" ? this.meantBy(action) : [undefined]
      return action.key === key && rows.length > 0 && rows.every(row => action.when?.(row, place(), value) ?? true)
    })
  }

  /** Return the keys that the list names below its rows. @param {ListSpec<Row, Head>} spec */
  keysShown({actions, details}) {
    const shown = actions.filter(({key, needs}) => key && may(needs ?? ""))
    /** @type {Map<string, string[]>} */
    const texts = new Map([["move", ["j", "k"]]])
    for (const {key, does, label} of shown) {
      const text = does ?? String(label)
      texts.set(text, [...new Set([...(texts.get(text) ?? []), key])])
    }
    return details || shown.length ? [...texts].map(([text, keys]) => ({keys, text})) : []
  }

  // What a person clicks.

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-act], a[href]")
    if (target instanceof HTMLAnchorElement) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
      event.preventDefault()
      visit(target.getAttribute("href"))
    } else if (target instanceof HTMLElement) this.onAct(target, event)
  }

  /** @type {(target: HTMLElement, event: MouseEvent) => void} */
  onAct(target, event) {
    const {act, page, to} = target.dataset
    const isLabel = target instanceof HTMLLabelElement && !(event.target instanceof HTMLInputElement)
    if (isLabel) event.preventDefault() // it would click its field, too
    const row = this.rowAt(target)
    /** @type {Record<string, () => unknown>} */
    const own = {
      open: () => row && !String(window.getSelection()) && this.open(this.rows.idOf(row)),
      pick: () => row && this.pick(row, event.shiftKey),
      close: () => go({[this.openName]: ""}),
      clear: () => this.close(),
      show: () => go({[this.openName]: target.dataset.id}),
      "empty-search": () => this.emptySearch(),
      retry: () => forget(() => true),
      page: () => this.turn(Number(page)),
      to: () => this.narrow(JSON.parse(to)),
    }
    if (own[act]) own[act]()
    else this.press(act, row, target.dataset)
  }

  /** Return the row in which an element is. @param {Element} target */
  rowAt(target) {
    const node = target.closest("[role=row], [data-row]")
    const key = node instanceof HTMLElement ? (node.dataset.row ?? node.dataset.key) : undefined
    return this.rows.shown().find(each => String(this.rows.idOf(each)) === key)
  }

  /** @param {number} page */
  turn(page) {
    this.cursor = null
    this.selected.clear()
    if (this.rows.goneHere().size) this.rows.readAgain() // the rows of each page have moved up
    go({page: page > 1 ? page : "", [this.openName]: ""})
  }

  /** Show other rows. @type {(to: Route, options?: {push?: boolean}) => void} */
  narrow(to, options) {
    this.cursor = null
    this.selected.clear()
    go({page: "", [this.openName]: "", ...to}, options)
  }

  // The search.

  /** @returns {HTMLInputElement | null} */
  searchField() {
    return this.root.querySelector("input.q")
  }

  /** Show the rows that the typed text finds. @param {number} [delay] */
  search(delay = 0) {
    clearTimeout(this.searchTimer)
    this.searchTimer = setTimeout(() => {
      const {name} = this.spec.search
      const text = this.searchField()?.value.trim() ?? ""
      if (!this.isShown() || text === (place()[name] ?? "")) {
        this.draw()
        return
      }
      this.heldUntil = performance.now() + LONGEST_HOLD
      setTimeout(() => this.draw(), LONGEST_HOLD)
      this.narrow({[name]: text}, {push: false})
    }, delay)
  }

  emptySearch() {
    const field = this.searchField()
    field.value = ""
    field.focus()
    this.search()
  }

  /** Enter goes to what is found; Escape empties the field, then leaves it. @param {KeyboardEvent} event */
  onSearchKey({key, target}) {
    const field = this.searchField()
    if (target !== field || !field) return
    if (key === "Enter") {
      this.isLeavingSearch = true
      this.search()
    } else if (key === "Escape" && field.value) this.emptySearch()
    else if (key === "Escape") field.blur()
  }

  /** Give the focus to the first row that is found; the field keeps it if there is none. */
  leaveSearch() {
    this.isLeavingSearch = false
    setTimeout(() => this.focusCursor())
  }

  /** @param {Event} event */
  onChange(event) {
    const target = /** @type {HTMLInputElement} */ (event.target)
    const {value, checked, dataset} = target
    if (dataset.change === "choice") this.narrow({[dataset.name]: value})
    else if (dataset.change) this.press(dataset.change, this.opened(), {...dataset, value, checked})
    else if (this.onType(target)) this.draw()
  }

  /** @param {HTMLInputElement} target */
  onInput(target) {
    if (target === this.searchField()) {
      this.isLeavingSearch = false
      this.search(SEARCH_DELAY)
    } else this.onType(target)
  }

  /** Take what a person types into a form of the page; return whether it is one. @param {HTMLInputElement} target */
  onType(target) {
    const form = this.forms.get(target.form?.dataset.form)
    form?.take(target)
    return Boolean(form)
  }

  /** Send a form of the page, or turn to the page number that a person has typed. @param {SubmitEvent} event */
  onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target)
    event.preventDefault()
    if (form.dataset.form) {
      void this.sendForm(form.dataset.form)
      return
    }
    const page = typedPage(form.querySelector("input"), {page: this.rows.number, pages: this.rows.pages})
    if (page !== this.rows.number) this.turn(page)
  }
}
