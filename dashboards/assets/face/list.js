// The one list: each list page is a declaration. Cursor, selection and focus live here; the page, its filters and the
// open row are in the address; the rows are what the library has returned.
import {go, keepFilters, place, visit} from "#face/address.js"
import {focusedElement, morph} from "#face/dom.js"
import {FacePage} from "#face/face_page.js"
import {keepFocusInside} from "#face/focus.js"
import {may, tell, toast} from "#face/frame.js"
import {hideBroken} from "#face/images.js"
import {dropDelayed, pageKeys, pressDelayed} from "#face/keys.js"
import {LastingSelection} from "#face/lasting_selection.js"
import {ListBar} from "#face/list_bar.js"
import {SearchTyping} from "#face/list_filters.js"
import {ListRows} from "#face/list_rows.js"
import {FixedSelection, PageSelection} from "#face/list_selection.js"
import {drawList} from "#face/list_view.js"
import {cell, forgetWidths} from "#face/tag_fit.js"
import {typedPage} from "#face/widgets.js"

const PER_PAGE = 25
const OF_ROWS = new Set(["row", "bar"]) // the places of actions that mean rows
const WIDE = window.matchMedia("(min-width: 1081px)") // the details stand beside the list

/** Return the selection of one row. @param {number} id @returns {import("#face/list_selection.js").Chosen} */
const onlyRow = id => ({query: null, risk: [], included: [id], excluded: []})

/**
 * @template [Row=any], [Head=any]
 * @extends {FacePage<Row, Head>}
 */
export class List extends FacePage {
  /** @type {any} */
  cursor = null // the id of the row that the keys act on; null: the first one
  cursorPlace = 0 // its place on the page, for the time when the row is gone
  /** @type {number | null} */
  arriving = null // the place of the cursor on the page to which a key turns
  hasSheet = false // the details cover the page: a narrow window
  wanted = "" // the row that the address names, until the list is read
  awaited = "" // the row that the address names, while the list does not have it
  /** @type {Set<string>} */
  used = new Set() // areas that had a row: they keep their height
  timer = 0 // until what changes as time passes is read again
  menu = "" // the name of the open menu of the filters
  told = "" // the values of the address that the server knows
  /** @type {(() => void) | null} */
  early = null // what a person pressed before the numbers above the list were read
  /** @type {{id: any, value: Record<string, any>} | undefined} */
  own // what a person has changed in the details of a row

  /**
   * @param {ListSpec<Row, Head>} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    super(spec, spec.actions, host, [
      ...["indexium.css", "changes.css", "field_values.css", "face.css"],
      ...(spec.sheets ?? []),
    ])
    this.spec = spec
    this.openName = spec.details ? (spec.opens ?? "of") : "" // the name of the open row in the address
    if (spec.returns) keepFilters(`/${spec.page}`, this.openName)
    this.rows = this.newRows()
    this.typing = new SearchTyping(this)
    /** @type {PageSelection | FixedSelection} */
    this.picked = this.newSelection()
    this.finding = spec.finding?.(this)
    this.details = spec.opensDetails?.(this)
    this.bar = spec.selection || spec.lasting ? new ListBar(this) : null
    this.finding?.enter()
    this.root.addEventListener("keydown", event => this.onKey(event))
    this.root.addEventListener("focusin", event => this.onFocus(event))
    document.addEventListener("pointerdown", event => {
      if (this.menu && !event.composedPath().includes(this.root.querySelector(".pop")?.parentElement)) this.toggle("")
    })
    hideBroken(this.root)
    this.wanted = this.openValue() ?? ""
    const isEditing = () => this.details?.isEditing() ?? false
    pageKeys(spec.page, {isReady: () => this.isReady(), isEditing, table: this.keys()})
    WIDE.addEventListener("change", () => this.draw())
    window.addEventListener("indexium:list", () => this.isShown() && this.focusCursor())
    new ResizeObserver(() => this.fitTags()).observe(this.root)
    document.fonts.ready.then(() => {
      forgetWidths()
      this.draw()
    })
    spec.entered?.()
  }

  /** Fit the tags of the rows into their column, before the browser paints them. */
  fitTags() {
    const width = this.root.querySelector(".probe > .changes")?.clientWidth
    if (!width || width === cell.width) return
    cell.width = width
    this.draw()
  }

  place = place

  /** Return what the address has as the open row. @returns {string | undefined} */
  openValue() {
    return place()[this.openName]
  }

  // What is shown.

  /** Tell the server what is shown: its components in this page need it. */
  tellServer() {
    const {page, tells} = this.spec
    if (!tells || !(this.rows.isKnown() || this.rows.page().error)) return // the rows come first
    const values = Object.entries(place()).filter(([name]) => tells.includes(name))
    const search = new URLSearchParams(values).toString()
    if (search !== this.told) tell("values", {page, search})
    this.told = search
  }

  /** Return why the text of the search is refused. @returns {Error | undefined} */
  searchError() {
    const error = /** @type {Error & {code?: string}} */ (this.rows.page().error)
    return (this.spec.search || this.finding) && error?.code === "bad_query" ? error : undefined
  }

  /** Return what a person has changed in the details of a row. @param {Row} row @returns {Record<string, any>} */
  stateOf(row) {
    const id = this.rows.idOf(row)
    if (this.own?.id !== id) this.own = {id, value: {...this.spec.state}}
    return this.own.value
  }

  /** Show the list again after another page. */
  enter() {
    this.told = ""
    this.finding?.enter()
    if (!this.spec.news.length) this.rows.readAllAgain()
    this.spec.entered?.()
  }

  /** Another page is shown. */
  leave() {
    document.documentElement.removeAttribute("data-beside")
  }

  /** A step in the history may lead to another open row. */
  followAddress() {
    if (!this.isShown()) return
    this.finding?.followAddress()
    const id = this.openId(this.rows.shown())
    if (id !== null) this.cursor = id
    this.draw()
  }

  draw() {
    if (!this.isShown()) return
    const hadFocus = this.root.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement)
    if (this.rows.isKnown() && this.rows.number > this.rows.pages) {
      go({page: this.rows.pages > 1 ? this.rows.pages : ""}, {push: false})
      return
    }
    this.rows.readAhead()
    const hasJoined = this.followJoined()
    const hasArrived = this.arriving !== null && this.rows.isKnown()
    this.keepCursor()
    this.picked.follow()
    if (this.wanted && this.rows.isKnown()) this.lookForWanted()
    this.lookForOutside()
    morph(this.root, this.content())
    this.waitForTime()
    this.followSheet()
    this.followDrawing()
    this.keepFocus(hadFocus, hasJoined || hasArrived)
    setTimeout(pressDelayed)
    setTimeout(() => this.pressEarly())
    if (!this.rows.isKnown() && (this.rows.page().error ?? this.rows.head().error)) dropDelayed()
  }

  /** Return the elements of the page. */
  content() {
    return drawList(this)
  }

  /** The focus stays in the list; it follows the cursor to another row. @type {(hadFocus: boolean, isElsewhere: boolean) => void} */
  keepFocus(hadFocus, isElsewhere) {
    if (!hadFocus) return
    if (isElsewhere) this.focusCursor()
    else if (focusedElement() === document.body) this.focusAgain()
  }

  /** Everything beside the rows follows them. */
  followDrawing() {
    this.bar?.draw()
    this.details?.follow()
    this.finding?.follow()
    this.spec.follow?.()
    this.tellServer()
    this.typing.follow()
  }

  /** Say so if the row that the address names is not in the list. */
  lookForWanted() {
    const isMissing = !this.spec.one && this.openValue() === this.wanted && this.openId(this.rows.shown()) === null
    this.wanted = ""
    if (!isMissing) return
    toast(`The ${this.spec.noun} of this address is not in the list: it has changed or has gone.`, {kind: "info"})
    go({[this.openName]: ""}, {push: false})
  }

  /** Say why the row that the address names cannot be shown. */
  lookForOutside() {
    const {error} = this.outside()
    if (!error) return
    toast(error.message, {kind: "error"})
    go(this.opening(""), {push: false})
  }

  /** Return whether the address names a row that the list does not have, and no action has taken away. */
  hasOutside() {
    const value = this.openValue()
    if (!value || !this.spec.one || !this.rows.isKnown() || this.openId(this.rows.shown()) !== null) return false
    return ![...this.rows.goneHere().keys()].map(String).includes(value)
  }

  /** Return the row that the address names, if the list does not have it. @returns {{value?: Row, error?: Error}} */
  outside() {
    return this.hasOutside() ? this.rows.outside(this.openValue()) : {}
  }

  /** Return whether it is known on which row a key acts. */
  isReady() {
    if (this.finding?.isWaiting()) return false
    return this.rows.isKnown() && (!this.hasOutside() || this.outside().value !== undefined)
  }

  /** Read again what changes without an event, while the page is shown. */
  waitForTime() {
    const {value} = this.rows.head()
    const pace = value && this.spec.live?.pace(value)
    if (!pace || this.timer) return
    this.timer = setTimeout(() => {
      this.timer = 0
      if (!this.isShown()) return
      if (!document.hidden) this.rows.readLiveAgain()
      this.waitForTime()
    }, pace)
  }

  /** Return what the address has if a row is open, "" for none. @param {any} id @returns {Record<string, any>} */
  opening(id) {
    const others = String(id) === this.openValue() ? [] : (this.spec.ofRow ?? [])
    return {...Object.fromEntries(others.map(name => [name, ""])), [this.openName]: id}
  }

  /** Details that cover the page take the focus, and give it back to their row. */
  followSheet() {
    const sheet = this.root.querySelector(".drawer")
    const hasSheet = Boolean(sheet) && !WIDE.matches
    if (hasSheet && !this.hasSheet) /** @type {HTMLElement} */ (sheet.querySelector("h2")).focus({preventScroll: true})
    else if (!hasSheet && this.hasSheet) this.focusCursor()
    this.hasSheet = hasSheet
    document.documentElement.toggleAttribute("data-beside", Boolean(sheet) && WIDE.matches) // toasts leave room
  }

  /** Give the focus to the list, or to the details that cover it, because its element has gone. */
  focusAgain() {
    /** @type {HTMLElement | null} */
    const title = this.hasSheet ? this.root.querySelector(".drawer h2") : null
    if (title) title.focus({preventScroll: true})
    else this.focusCursor()
  }

  /** Put the cursor on the row that the address names when the list gets it: it is open. Return whether that happened. */
  followJoined() {
    const id = this.openId(this.rows.shown())
    const hasJoined = id !== null && String(id) === this.awaited
    if (hasJoined) this.cursor = id
    this.awaited = id === null ? (this.openValue() ?? "") : ""
    return hasJoined
  }

  /** Keep the cursor on its row, whatever comes above it, and at its place when the row has gone. */
  keepCursor() {
    const shown = this.rows.shown()
    if (this.cursor === null && shown.length) {
      const first = shown[Math.min(this.arriving ?? 0, shown.length - 1)]
      this.cursor = this.openId(shown) ?? this.rows.idOf(first)
      if (this.arriving !== null) this.followArrival()
    }
    const at = shown.findIndex(row => this.rows.idOf(row) === this.cursor)
    if (at >= 0) this.cursorPlace = at
    else if (shown.length && this.cursor !== null) {
      this.cursorPlace = Math.min(this.cursorPlace, shown.length - 1)
      this.cursor = this.rows.idOf(shown[this.cursorPlace])
    }
  }

  /** A key has turned the page: details that are open follow the cursor. */
  followArrival() {
    this.arriving = null
    if (this.openValue()) go(this.opening(this.cursor), {push: false})
  }

  /** @returns {Row | undefined} */
  current() {
    const {value: outside} = this.outside()
    if (outside) return outside
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

  firstId() {
    const [row] = this.rows.shown()
    return row && this.rows.idOf(row)
  }

  cursorId() {
    const row = this.current()
    return row && this.rows.idOf(row)
  }

  /** Return the row whose details are shown. @returns {Row | undefined} */
  opened() {
    if (!this.spec.details) return undefined
    const {value: outside} = this.outside()
    if (outside) return outside
    if (this.spec.folds) return this.openId(this.rows.shown()) === null ? undefined : this.current()
    return WIDE.matches || this.openValue() ? this.current() : undefined
  }

  /** Return the rows that an action means now: the selected ones, or else the one at the cursor. @returns {Row[]} */
  targets() {
    if (this.picked.size && !this.picked.lasts) return this.rows.shown().filter(row => this.picked.has(row))
    return [this.current()].filter(Boolean)
  }

  /** Return the actions of the bar if the page draws them itself. @returns {{others: Child, main: Child} | null} */
  barActions() {
    return null
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
    const next = shown[at + step]
    if (next) this.moveTo(this.rows.idOf(next))
    else if (!this.turnTo(this.rows.number + Math.sign(step), step > 0 ? 0 : Number.POSITIVE_INFINITY))
      this.moveToEnd(step > 0 ? -1 : 0)
  }

  /** Put the cursor and the focus on a row. @param {any} id */
  moveTo(id) {
    this.point(id)
    this.focusCursor()
  }

  /** Return whether the numbers above the list are those of the filters before. */
  isHeadOld() {
    const {value, error} = this.rows.head()
    return !value && !error
  }

  /** Do what a press of a number means, as soon as the numbers of the filters of now are read. @param {() => void} act */
  whenKnown(act) {
    if (this.isHeadOld()) this.early = act
    else act()
  }

  /** Narrow the list by one of its numbers. @type {(key: string, to: Route) => void} */
  pressNumber(key, to) {
    if (!this.isHeadOld()) {
      this.narrow(to)
      return
    }
    this.early = () => {
      const button = this.root.querySelector(`[data-act=to][data-key="${key}"]`)
      if (button instanceof HTMLElement) button.click()
    }
  }

  /** Do what was pressed before the numbers of now were read. */
  pressEarly() {
    if (!this.early || this.isHeadOld()) return
    const act = this.early
    this.early = null
    act()
  }

  /** Turn to a page, with the cursor at a place of it; return whether it exists. @type {(page: number, at: number) => boolean} */
  turnTo(page, at) {
    if (this.spec.areas || page < 1 || page > this.rows.pages || page === this.rows.number) return false
    this.arriving = at
    this.leaveRows()
    go({page: page > 1 ? page : ""}, {push: false})
    return true
  }

  /** Put the cursor on the first or the last row of the page. @param {number} at */
  moveToEnd(at) {
    const row = this.rows.shown().at(at)
    if (row) this.moveTo(this.rows.idOf(row))
  }

  /** The row at the cursor has the focus: keys such as `Home` are its own. */
  isOnRow() {
    return focusedElement().matches("[role=row]")
  }

  /** Turn the page with the cursor at its place; at the end of the list, go to its last row. @param {number} step */
  leaf(step) {
    if (!this.turnTo(this.rows.number + step, this.cursorPlace)) this.moveToEnd(step > 0 ? -1 : 0)
  }

  /** Put the cursor on a row; open details follow it. @param {any} id */
  point(id) {
    this.cursor = id
    this.keepCursor()
    const follows = WIDE.matches && this.spec.details && !this.spec.folds
    if (this.openValue() || follows) go(this.opening(id), {push: false})
    else this.draw()
  }

  /** @param {any} id */
  open(id) {
    this.cursor = id
    this.keepCursor()
    const {href} = this.spec
    if (href) visit(href(this.current()))
    else if (this.spec.details) go(this.opening(id), {push: (!WIDE.matches || this.spec.folds) && !this.openValue()})
    else this.draw()
    this.focusCursor()
  }

  close() {
    if (this.menu) this.toggle(this.menu)
    else if (this.finding?.close()) return
    else if (this.details?.isEditing()) this.details.leaveEditor()
    else if (this.picked.size && !this.picked.lasts) {
      this.picked.clear()
      this.draw()
    } else if (this.openValue()) {
      go(this.opening(""))
      this.focusCursor()
    } else return false
  }

  /** Open a menu of the filters, or close it; a press elsewhere ("") closes it, too. @param {string} name */
  toggle(name) {
    const before = this.menu
    this.menu = before === name ? "" : name
    this.draw()
    const target = this.menu ? ".pop input" : name && `[data-key="menu-${before}"]`
    if (target) /** @type {HTMLElement | null} */ (this.root.querySelector(target))?.focus()
  }

  focusCursor() {
    if (this.hasSheet && this.root.querySelector(".drawer")) return
    const node = this.root.querySelector('[role=row][tabindex="0"]') ?? document.querySelector("main") // without rows
    if (node instanceof HTMLElement) node.focus({preventScroll: node.id === "main"})
  }

  /** Return the number of rows side by side. */
  columns() {
    if (!this.spec.hasTiles?.(place())) return 1
    const tiles = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll(".lrow.tile")])
    return Math.max(1, tiles.filter(each => each.offsetTop === tiles[0].offsetTop).length)
  }

  /** @type {(row: Row, isRange?: boolean) => void} */
  pick(row, isRange = false) {
    if (this.picked.canHave(row)) this.picked.pick(row, isRange)
    this.draw()
  }

  /** @returns {ListRows<Row, Head>} */
  newRows() {
    return new ListRows(this.spec, this.spec.perPage ?? PER_PAGE)
  }

  /** Return what is selected at the start: nothing, or what was selected before a reload. @returns {PageSelection} */
  newSelection() {
    const {selection, lasting} = this.spec
    if (selection) return new FixedSelection(this, selection)
    return lasting ? new LastingSelection(this, lasting) : new PageSelection(this)
  }

  pickNone() {
    this.picked.clear()
    this.draw()
  }

  /** Return whether all rows that can be selected are: "some" of them, or "none". */
  coverage() {
    const {picked} = this
    const {value} = this.rows.head()
    const able = (value && (this.spec.selection ?? this.spec.lasting)?.able(value, this.rows.total ?? 0)) ?? 0
    const total = picked.count()
    if (!total) return "none"
    const shown = this.rows.shown().filter(row => picked.canHave(row))
    return able > 0 && total >= able && shown.every(row => picked.has(row)) ? "all" : "some"
  }

  /** Select all rows that can be selected, on all pages, or none. */
  pickAll() {
    if (this.coverage() === "all") this.pickNone()
    else void this.picked.all()
  }

  // Actions.

  /** Return the rows that an action means if its key is pressed now. @param {ListAction<Row, Head>} action @returns {Row[]} */
  meantBy({where = "row", isSingle}) {
    if (where === "bar") return this.picked.chosen()
    if (where !== "row") return []
    return isSingle ? [this.current()].filter(Boolean) : this.targets()
  }

  /** Return the selection that an action of the bar means: some mean the row at the cursor if nothing is selected. @param {ListAction<Row, Head>} action */
  selectionFor({takesCursor}) {
    const {picked} = this
    if (picked instanceof FixedSelection && picked.size) return picked.argument()
    const row = takesCursor && this.current()
    return row ? onlyRow(this.rows.idOf(row)) : null
  }

  knownTo() {
    return this.rows.head().value
  }

  /** @type {FacePage<Row, Head>["run"]} */
  async run(action, meant = this.meantBy(action), given = {}) {
    if (action.selectsFound && this.picked instanceof LastingSelection) {
      await this.picked.take(action.selectsFound(place()), true)
      return
    }
    if (!action.sets) {
      const selection = action.where === "bar" && this.selectionFor(action)
      const version = this.rows.page().value?.plan_id // what a person has seen
      await super.run(action, meant, selection ? {...given, selection, version} : given)
      return
    }
    Object.assign(this.stateOf(meant[0]), action.sets(this.stateOf(meant[0]), given))
    this.draw()
  }

  /** @type {FacePage<Row, Head>["work"]} */
  async work(action, meant, given, asked) {
    const result = await super.work(action, meant, given, asked)
    if (result !== false) this.afterAction(action, meant, given)
    return result
  }

  /** Show what an action does to the selection. @type {(action: ListAction<Row, Head>, meant: Row[], answers: Answers) => void} */
  afterAction({clears, picks}, meant, answers) {
    if (!clears && !picks) return
    if (clears) this.picked.clear()
    for (const row of picks ? meant : []) this.picked.set([row], picks(answers))
    this.draw()
  }

  /** Return the ids of the rows that an action takes away. @type {(action: ListAction<Row, Head>, meant: Row[], answers: Answers) => any[]} */
  takenBy({keeps, takes}, meant, answers) {
    return keeps ? [] : [...meant.map(row => this.rows.idOf(row)), ...(takes?.(meant, answers) ?? [])]
  }

  /** @type {FacePage<Row, Head>["show"]} */
  show(action, meant, answers, head) {
    const ids = this.takenBy(action, meant, answers)
    if (action.keeps && this.spec.holds) this.rows.hold(meant)
    const shown = (/** @type {Row} */ row) => /** @type {Partial<Row>} */ (action.shows(row, answers, head))
    const edits = action.shows ? meant.map(row => this.rows.edit(row, shown(row))) : []
    const taken = this.rows.take(ids)
    this.picked.drop(ids)
    this.followTaken(ids)
    return {taken, edits, meant, answers, isOfList: action.keeps || !meant.length}
  }

  /** @type {FacePage<Row, Head>["readsAfter"]} */
  readsAfter(_action, {isOfList}) {
    return [...Object.values(this.rows.headReads()), isOfList && this.rows.ownRead()].filter(Boolean)
  }

  /** @type {FacePage<Row, Head>["settle"]} */
  settle(action, {taken, edits, meant, answers, isOfList}, made) {
    const isOwn = typeof action.isOwn === "function" ? action.isOwn(made.value) : action.isOwn
    this.rows.settle(taken, made, edits, isOwn)
    this.afterAction(action, meant, answers)
    if (isOfList) this.rows.readMoreAgain()
    const isOpen = taken.ids.map(String).includes(this.openValue())
    if (isOpen && this.spec.folds && !this.goesOn()) go(this.opening(""), {push: false})
  }

  /** @type {FacePage<Row, Head>["putBack"]} */
  putBack({taken, edits}) {
    this.rows.putBack(taken, edits)
  }

  /** The address names the row that is open: not one that an action has taken away. @param {any[]} ids */
  followTaken(ids) {
    if ((this.spec.folds && !this.goesOn()) || !ids.map(String).includes(this.openValue())) return
    this.keepCursor()
    go(this.opening(this.rows.shown().length ? this.cursor : ""), {push: false})
  }

  /** Whether the details continue with the next row when theirs has gone. */
  goesOn() {
    return this.spec.goesOn?.(place(), this.rows.head().value) ?? false
  }

  /** Go to the next row that a person has to decide. */
  goOn() {
    this.finding?.goOn()
  }

  /** The keys that select rows. @returns {Record<string, KeyBinding>} */
  selectingKeys() {
    const {picked} = this
    const group = "Select"
    const pick = (isRange = false) => this.current() && this.pick(this.current(), isRange)
    if (!picked.lasts) return {x: {does: "select", group, run: () => pick()}}
    const {nouns = `${this.spec.noun}s`, selection} = this.spec
    return {
      x: {does: "select or deselect", group, run: () => pick()},
      X: {does: "select from the last one to here", group, run: () => pick(true)},
      " ": {run: event => (this.isOnRow() ? pick(event.shiftKey) : false)},
      a: {
        does: `select all ${nouns} that can be ${selection ? "written" : "selected"}`,
        group,
        run: () => picked.all(),
      },
      n: {does: "select none", group, run: () => this.pickNone()},
      i: {does: "invert the selection", group, run: () => void picked.invert()},
    }
  }

  /** The keys of a row with the focus: the ends of the page, and other pages. @returns {Record<string, KeyBinding>} */
  turningKeys() {
    const group = "Move"
    const onRow = (/** @type {() => void} */ run) => () => (this.isOnRow() ? run() : false)
    const [ends, pages] = [`first and last ${this.spec.noun} of the page`, "next and previous page"]
    return {
      Home: {does: ends, group, run: onRow(() => this.moveToEnd(0))},
      End: {does: ends, group, run: onRow(() => this.moveToEnd(-1))},
      PageDown: {does: pages, group, run: onRow(() => this.leaf(1))},
      PageUp: {does: pages, group, run: onRow(() => this.leaf(-1))},
    }
  }

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    const {noun, selects, details, href, hasTiles} = this.spec
    const group = "Move"
    /** @type {Record<string, KeyBinding>} */
    const table = {
      j: {does: `next ${noun}`, group, repeats: true, run: () => this.move(1)},
      k: {does: `previous ${noun}`, group, repeats: true, run: () => this.move(-1)},
      ArrowDown: {repeats: true, run: () => this.move(this.columns())},
      ArrowUp: {repeats: true, run: () => this.move(-this.columns())},
      Escape: {does: details && "close the details", group, run: () => this.close()},
    }
    if (hasTiles)
      Object.assign(table, {
        ArrowRight: {repeats: true, when: () => hasTiles(place()), run: () => this.move(1)},
        ArrowLeft: {repeats: true, when: () => hasTiles(place()), run: () => this.move(-1)},
      })
    if (details || href) {
      const does = href ? `open the ${noun}` : `details of the ${noun}`
      table.Enter = {does, group, run: () => this.current() && this.open(this.cursorId())}
    }
    if (selects || this.picked.lasts) Object.assign(table, this.selectingKeys())
    if (!this.spec.areas) Object.assign(table, this.turningKeys())
    Object.assign(table, this.actionKeys(), this.finding?.keys(), this.details?.keys())
    const when = () => Boolean(this.root.querySelector(".search input")) // an empty page has no search
    if (this.spec.search)
      table["/"] = {does: "search", group: "Find", isFree: true, when, run: () => this.focusSearch()}
    return table
  }

  /** @returns {Record<string, KeyBinding>} */
  actionKeys() {
    /** @type {Record<string, KeyBinding>} */
    const table = {}
    for (const {key, does, label} of this.actions) {
      if (!key) continue
      table[key] = {
        does: does ?? String(label),
        group: "Decide",
        when: () => Boolean(this.actionOf(key)) || this.actions.some(each => each.key === key && each.refuses),
        run: () => this.runKey(key),
      }
    }
    return table
  }

  focusSearch() {
    /** @type {HTMLInputElement} */
    const field = this.root.querySelector(".search input")
    field.focus()
    field.select()
  }

  /** Return the first action of a key that is possible now. @param {string} key */
  actionOf(key) {
    const {value} = this.rows.head()
    return this.actions.find(action => {
      if (action.key !== key) return false
      const isOfSearch = action.where === "bar" && this.spec.selection
      if (isOfSearch && !this.selectionFor(action)) return false
      const rows = !isOfSearch && OF_ROWS.has(action.where ?? "row") ? this.meantBy(action) : [undefined]
      return rows.length > 0 && rows.every(row => action.when?.(row, place(), value) ?? true)
    })
  }

  /** Run the action of a key, or say why there is none now. @param {string} key */
  runKey(key) {
    const action = this.actionOf(key)
    if (action) {
      void this.run(action)
      return
    }
    const text = this.actions.find(each => each.key === key && each.refuses)?.refuses(this.current(), place())
    if (text) toast(text, {kind: "info"})
  }

  /** Return the keys that the list names below its rows. @param {ListSpec<Row, Head>} spec */
  keysShown({actions, details, selection, lasting, href}) {
    if (selection)
      return [
        {keys: ["j", "k"], text: "move"},
        {keys: ["x"], text: "select"},
        {keys: ["Enter"], text: "details"},
        {keys: ["?"], text: "all keys"},
      ]
    const shown = actions.filter(({key, needs}) => key && may(needs ?? ""))
    /** @type {Map<string, string[]>} */
    const texts = new Map([["move", ["j", "k"]]])
    if (lasting) texts.set("select", ["x"])
    for (const {key, does, label} of shown) {
      const text = does ?? String(label)
      texts.set(text, [...new Set([...(texts.get(text) ?? []), key])])
    }
    return details || href || shown.length ? [...texts].map(([text, keys]) => ({keys, text})) : []
  }

  // What a person clicks.

  /** @type {FacePage<Row, Head>["ownActs"]} */
  ownActs(target, event, row) {
    const {page, to, menu, sort, key} = target.dataset
    return {
      ...super.ownActs(target),
      ...this.finding?.acts(target),
      ...this.details?.acts(target),
      open: () => row && this.pressRow(row, event),
      pick: () => row && this.pick(row, event.shiftKey),
      "pick-all": () => this.pickAll(),
      "pick-none": () => this.pickNone(),
      ...this.barActs(),
      close: () => go(this.opening("")),
      clear: () => this.close(),
      sort: () => this.narrow(this.sorted(sort)),
      page: () => this.turn(Number(page)),
      to: () => this.pressNumber(key, JSON.parse(to)),
      menu: () => this.toggle(menu),
      empty: () => this.typing.empty(target.parentElement.querySelector("input")),
    }
  }

  /** Return what the buttons of the bar do that are no actions. @returns {Record<string, () => unknown>} */
  barActs() {
    const {picked} = this
    if (!(picked instanceof FixedSelection)) return {}
    return {
      join: () => picked.join(),
      "show-hidden": () => this.narrow({[this.spec.selection.searches]: picked.included.size ? "" : picked.base.query}),
    }
  }

  /** A click opens a row; with a key that selects, it selects the row. @type {(row: Row, event: MouseEvent) => void} */
  pressRow(row, event) {
    const {selects} = this.spec
    if (selects && (event.shiftKey || event.ctrlKey || event.metaKey)) this.pick(row, event.shiftKey)
    else if (!String(window.getSelection())) this.open(this.rows.idOf(row))
  }

  /** Return the order of the address. */
  order() {
    const {sort = this.spec.order, desc} = place()
    return {by: sort, isDescending: desc === "1"}
  }

  /** Return what the address has for an order; the same column again reverses it. @type {(by: string, isDescending?: boolean) => Route} */
  sorted(by, isDescending) {
    const {by: before, isDescending: was} = this.order()
    const turns = isDescending ?? (by === before && !was)
    return {sort: by === this.spec.order ? "" : by, desc: turns ? "1" : ""}
  }

  /** The keys act on the row whose button was pressed. @type {FacePage<Row, Head>["onAct"]} */
  onAct(target, event) {
    const row = target.dataset.act === "pick" ? undefined : this.rowAt(target)
    if (row && target.closest("[role=row]")) this.cursor = this.rows.idOf(row)
    super.onAct(target, event)
  }

  /** The keys act on the row that has the focus. @param {FocusEvent} event */
  onFocus({target}) {
    const row = target instanceof HTMLElement && target.matches("[role=row]") && this.rowAt(target)
    if (!row || this.rows.idOf(row) === this.cursorId()) return
    this.cursor = this.rows.idOf(row)
    setTimeout(() => this.draw())
  }

  /** Return the row in which an element is. @param {Element} target */
  rowAt(target) {
    const node = target.closest("[role=row], [data-row]")
    const key = node instanceof HTMLElement ? (node.dataset.row ?? node.dataset.key) : undefined
    const noticed = this.rows.notices().map(({row}) => row)
    const rows = [...this.rows.shown(), ...noticed, this.outside().value]
    return rows.find(each => each && String(this.rows.idOf(each)) === key)
  }

  /** Other rows are shown next: nothing of the page stays on them. */
  leaveRows() {
    this.cursor = null
    this.picked.leavePage()
    this.rows.letGo()
  }

  /** @param {number} page */
  turn(page) {
    this.leaveRows()
    if (this.rows.goneHere().size) this.rows.readAgain() // the rows of each page have moved up
    go({page: page > 1 ? page : "", ...this.opening("")})
  }

  /** Show the same rows in another order. @param {Route} to */
  reorder(to) {
    this.cursor = null
    go({page: "", ...this.opening(""), ...to})
  }

  /** Show other rows. @type {(to: Route, options?: {push?: boolean}) => void} */
  narrow(to, options = {}) {
    this.leaveRows()
    go({page: "", ...this.opening(""), ...to}, options)
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target)
    if (event.key === "Tab" && this.hasSheet) keepFocusInside(this.root.querySelector(".drawer"), event)
    else if (this.finding?.onKey(event) || this.details?.onKey(event)) return
    else if (field.dataset.search) this.typing.press(field, event)
    else if (event.key === "Escape" && this.menu) this.toggle(this.menu) // from a field for a day
  }

  /** @param {Event} event */
  onChange(event) {
    const {value, dataset} = /** @type {HTMLInputElement} */ (event.target)
    if (dataset.search || this.finding?.onChange(event) || this.details?.onChange(event)) return
    if (dataset.change === "order") this.reorder({[dataset.name]: value})
    else if (dataset.change === "choice") this.narrow({[dataset.name]: value})
    else if (dataset.change === "to") this.narrow(JSON.parse(dataset.to))
    else if (dataset.change === "part") go({...JSON.parse(dataset.to), [dataset.name]: value})
    else super.onChange(event)
  }

  /** @param {HTMLInputElement} target */
  onType(target) {
    if (this.finding?.onType(target) || this.details?.onType(target)) return false
    if (!target.dataset.search) return super.onType(target)
    this.typing.type(target)
    return false
  }

  /** Send a form of the page, or turn to the page number that a person has typed. @param {SubmitEvent} event */
  onSubmit(event) {
    super.onSubmit(event)
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (form.dataset.form || form.dataset.name) return
    const shown = {page: Number(form.dataset.page), pages: Number(form.dataset.pages)}
    const page = typedPage(form.querySelector("input"), shown)
    if (page !== shown.page) this.turn(page)
  }
}
