// The one list: each list page is a declaration. Cursor, selection and focus live here; the page, its filters and the
// open row are in the address; the rows are what the library has returned.
import {go, place, visit} from "#face/address.js"
import {call} from "#face/calls.js"
import {focusedElement, morph} from "#face/dom.js"
import {FacePage} from "#face/face_page.js"
import {keepFocusInside} from "#face/focus.js"
import {may, tell, toast} from "#face/frame.js"
import {hideBroken} from "#face/images.js"
import {dropDelayed, pageKeys, pressDelayed} from "#face/keys.js"
import {LastingSelection} from "#face/lasting_selection.js"
import {SearchTyping} from "#face/list_filters.js"
import {ListRows} from "#face/list_rows.js"
import {drawList} from "#face/list_view.js"
import {typedPage} from "#face/widgets.js"

const PER_PAGE = 25
const OF_ROWS = new Set(["row", "bar"]) // the places of actions that mean rows
const WIDE = window.matchMedia("(min-width: 1081px)") // the details stand beside the list

/**
 * @template [Row=any], [Head=any]
 * @extends {FacePage<Row, Head>}
 */
export class List extends FacePage {
  /** @type {any} */
  cursor = null // the id of the row that the keys act on; null: the first one
  cursorPlace = 0 // its place on the page, for the time when the row is gone
  /** @type {Set<any> | LastingSelection<Row>} */
  selected = new Set() // ids; a row that comes later does not join them
  /** @type {any} */
  anchor = null // the id from which a range is selected
  hasSheet = false // the details cover the page: a narrow window
  wanted = "" // the row that the address names, until the list is read
  awaited = "" // the row that the address names, while the list does not have it
  /** @type {Set<string>} */
  used = new Set() // areas that had a row: they keep their height
  timer = 0 // until what changes as time passes is read again
  menu = "" // the name of the open menu of the filters
  told = "" // the values of the address that the server knows
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
    if (spec.lasting) this.selected = new LastingSelection(spec.lasting.knows)
    this.openName = spec.details ? (spec.opens ?? "of") : "" // the name of the open row in the address
    this.rows = new ListRows(spec, spec.perPage ?? PER_PAGE)
    this.typing = new SearchTyping(this)
    this.root.addEventListener("keydown", event => this.onKey(event))
    document.addEventListener("pointerdown", event => {
      if (this.menu && !event.composedPath().includes(this.root.querySelector(".pop")?.parentElement)) this.toggle("")
    })
    hideBroken(this.root)
    this.wanted = this.openValue() ?? ""
    pageKeys(spec.page, {isReady: () => this.isReady(), table: this.keys()})
    WIDE.addEventListener("change", () => this.draw())
    window.addEventListener("indexium:list", () => this.isShown() && this.focusCursor())
    spec.entered?.()
  }

  place = place

  /** Return what the address has as the open row. @returns {string | undefined} */
  openValue() {
    return place()[this.openName]
  }

  // What is shown.

  /** Tell the server what is shown: its components in this page, or the frame, need it. */
  tellServer() {
    const {page, tells} = this.spec
    if (!tells) return
    const values = Array.isArray(tells)
      ? Object.fromEntries(Object.entries(place()).filter(([name]) => tells.includes(name)))
      : tells(this.rows.head().value)
    if (!values) return
    const search = new URLSearchParams(values).toString()
    if (search !== this.told) tell("values", {page, search})
    this.told = search
  }

  /** Return why the text of the search is refused. @returns {Error | undefined} */
  searchError() {
    const error = /** @type {Error & {code?: string}} */ (this.rows.page().error)
    return this.spec.search && error?.code === "bad_query" ? error : undefined
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
    if (!this.spec.news.length) this.rows.readAllAgain()
    this.spec.entered?.()
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
    if (this.rows.isKnown() && this.rows.number > this.rows.pages) {
      go({page: this.rows.pages > 1 ? this.rows.pages : ""}, {push: false})
      return
    }
    this.rows.readAhead()
    const hasJoined = this.followJoined()
    this.keepCursor()
    if (this.wanted && this.rows.isKnown()) this.lookForWanted()
    this.lookForOutside()
    if (this.spec.lasting) this.followSelection()
    morph(this.root, this.content())
    this.spec.follow?.()
    this.waitForTime()
    this.followSheet()
    this.tellServer()
    this.typing.follow()
    if (hadFocus && hasJoined) this.focusCursor()
    else if (hadFocus && focusedElement() === document.body) this.focusAgain()
    setTimeout(pressDelayed)
    if (!this.rows.isKnown() && (this.rows.page().error ?? this.rows.head().error)) dropDelayed()
  }

  /** Return the elements of the page. */
  content() {
    return drawList(this)
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
    if (this.cursor === null && shown.length) this.cursor = this.openId(shown) ?? this.rows.idOf(shown[0])
    const at = shown.findIndex(row => this.rows.idOf(row) === this.cursor)
    if (at >= 0) this.cursorPlace = at
    else if (shown.length && this.cursor !== null) {
      this.cursorPlace = Math.min(this.cursorPlace, shown.length - 1)
      this.cursor = this.rows.idOf(shown[this.cursorPlace])
    }
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
    if (this.selected.size && !this.spec.lasting)
      return this.rows.shown().filter(row => this.selected.has(this.rows.idOf(row)))
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
    else if (this.selected.size && !this.spec.lasting) {
      this.selected.clear()
      this.draw()
    } else if (this.openValue()) go(this.opening(""))
    else return false
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
    const node = this.root.querySelector('[role=row][tabindex="0"]')
    if (node instanceof HTMLElement) node.focus()
  }

  /** Return the number of rows side by side. */
  columns() {
    if (!this.spec.hasTiles?.(place())) return 1
    const tiles = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll(".lrow.tile")])
    return Math.max(1, tiles.filter(each => each.offsetTop === tiles[0].offsetTop).length)
  }

  /** Return whether a row can be selected. @param {Row} row */
  canPick(row) {
    return this.spec.lasting?.can(row) ?? true
  }

  /** Select a row, or all rows from the one that was selected last. @type {(row: Row, isRange?: boolean) => void} */
  pick(row, isRange = false) {
    if (!this.canPick(row)) return
    const shown = this.rows.shown()
    const ids = shown.map(each => this.rows.idOf(each))
    const id = this.rows.idOf(row)
    const isOn = !this.selected.has(id)
    if (ids.includes(id)) {
      const from = isRange && ids.includes(this.anchor) ? ids.indexOf(this.anchor) : ids.indexOf(id)
      const [first, last] = [from, ids.indexOf(id)].sort((a, b) => a - b)
      for (const each of shown.slice(first, last + 1)) this.setPicked(each, isOn)
    } else this.setPicked(row, isOn) // the address names it
    this.anchor = id
    this.draw()
  }

  /** @type {(row: Row, isOn: boolean) => void} */
  setPicked(row, isOn) {
    const id = this.rows.idOf(row)
    if (!isOn) this.selected.delete(id)
    else if (this.canPick(row)) this.selected.add(id, row)
  }

  // A selection that lasts.

  /** Take rows that another page has selected, and what is known now of those that are selected. */
  followSelection() {
    const {takes} = this.spec.lasting
    for (const row of this.rows.shown()) this.lasting.renew(this.rows.idOf(row), row)
    const given = takes && place()[takes.name]
    if (!given) return
    go({[takes.name]: ""}, {push: false})
    void this.select(takes.read(given.split("|")), false)
  }

  get lasting() {
    return /** @type {LastingSelection<Row>} */ (this.selected)
  }

  /** Select exactly the rows that a call finds, or some of them. @type {(own: ReadCall, isFound: boolean, isMeant?: (id: any) => boolean) => Promise<void>} */
  async select([name, args], isFound, isMeant = () => true) {
    const later = this.lasting.wait()
    try {
      const found = /** @type {any} */ (await call(name, /** @type {any} */ (args)))
      /** @type {[id: any, known: any][]} */
      const known = Array.isArray(found)
        ? found.map(id => /** @type {[any, any]} */ ([id, null]))
        : Object.entries(found)
      this.lasting.replace(new Map(known.filter(([id]) => isMeant(id))), isFound, later)
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error"})
    }
    this.draw()
  }

  /** Select all rows of the list that can be selected at once, on all its pages. */
  selectAll() {
    return this.select(this.spec.lasting.all(place()), true)
  }

  /** Select the rows of the list that are not selected, and no others. */
  invert() {
    const before = new Set(this.lasting.known.keys())
    return this.select(this.spec.lasting.all(place()), true, id => !before.has(id))
  }

  selectNone() {
    this.selected.clear()
    this.draw()
  }

  /** Return whether all rows that can be selected are: "some" of them, or "none". */
  coverage() {
    const {value} = this.rows.head()
    if (!this.selected.size || !value) return "none"
    const shown = this.rows.shown().filter(row => this.canPick(row))
    const isWhole = this.selected.size >= this.spec.lasting.able(value, this.rows.total ?? 0)
    return isWhole && shown.length && shown.every(row => this.selected.has(this.rows.idOf(row))) ? "all" : "some"
  }

  // Actions.

  /** Return the rows that an action means if its key is pressed now. @param {ListAction<Row, Head>} action @returns {Row[]} */
  meantBy({where = "row", isSingle}) {
    if (where === "bar") return /** @type {any[]} */ (this.lasting.chosen())
    if (where !== "row") return []
    return isSingle ? [this.current()].filter(Boolean) : this.targets()
  }

  knownTo() {
    return this.rows.head().value
  }

  /** @type {FacePage<Row, Head>["run"]} */
  async run(action, meant = this.meantBy(action), given = {}) {
    if (action.selectsFound) {
      await this.select(action.selectsFound(place()), true)
      return
    }
    if (!action.sets) {
      await super.run(action, meant, given)
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
    if (clears) this.selected.clear()
    for (const row of picks ? meant : []) this.setPicked(row, picks(answers))
    this.draw()
  }

  /** Return the ids of the rows that an action takes away. @type {(action: ListAction<Row, Head>, meant: Row[], answers: Answers) => any[]} */
  takenBy({keeps, takes}, meant, answers) {
    return keeps ? [] : [...meant.map(row => this.rows.idOf(row)), ...(takes?.(meant, answers) ?? [])]
  }

  /** @type {FacePage<Row, Head>["show"]} */
  show(action, meant, answers, head) {
    const ids = this.takenBy(action, meant, answers)
    const shown = (/** @type {Row} */ row) => /** @type {Partial<Row>} */ (action.shows(row, answers, head))
    const edits = action.shows ? meant.map(row => this.rows.edit(row, shown(row))) : []
    const taken = this.rows.take(ids)
    for (const id of ids) this.selected.delete(id)
    this.followTaken(ids)
    return {taken, edits, meant, answers, isOfList: action.keeps || !meant.length}
  }

  /** @type {FacePage<Row, Head>["readsAfter"]} */
  readsAfter(_action, {isOfList}) {
    return [...Object.values(this.rows.headReads()), isOfList && this.rows.ownRead()].filter(Boolean)
  }

  /** @type {FacePage<Row, Head>["settle"]} */
  settle(action, {taken, edits, meant, answers, isOfList}, made) {
    this.rows.settle(taken, made, edits, action.isOwn)
    this.afterAction(action, meant, answers)
    if (isOfList) this.rows.readMoreAgain()
    if (this.spec.folds && taken.ids.map(String).includes(this.openValue())) go(this.opening(""), {push: false})
  }

  /** @type {FacePage<Row, Head>["putBack"]} */
  putBack({taken, edits}) {
    this.rows.putBack(taken, edits)
  }

  /** The address names the row that is open: not one that an action has taken away. @param {any[]} ids */
  followTaken(ids) {
    if (this.spec.folds || !ids.map(String).includes(this.openValue())) return
    this.keepCursor()
    go(this.opening(this.rows.shown().length ? this.cursor : ""), {push: false})
  }

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    const {noun, selects, details, lasting, href, hasTiles} = this.spec
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
    if (selects || lasting)
      table.x = {does: "select", group: "Select", run: () => this.current() && this.pick(this.current())}
    if (lasting) Object.assign(table, this.selectionKeys())
    for (const {key, does, label} of this.actions) {
      if (!key) continue
      table[key] = {
        does: does ?? String(label),
        group: "Decide",
        when: () => Boolean(this.actionOf(key)) || this.actions.some(each => each.key === key && each.refuses),
        run: () => this.runKey(key),
      }
    }
    if (this.spec.search) table["/"] = {does: "search", group: "Find", isFree: true, run: () => this.focusSearch()}
    return table
  }

  /** @returns {Record<string, KeyBinding>} */
  selectionKeys() {
    const group = "Select"
    const {noun, nouns = `${noun}s`} = this.spec
    return {
      X: {
        does: "select from the last one to here",
        group,
        run: () => this.current() && this.pick(this.current(), true),
      },
      a: {does: `select all ${nouns} that can be selected`, group, run: () => void this.selectAll()},
      n: {does: "select none", group, run: () => this.selectNone()},
      i: {does: "invert the selection", group, run: () => void this.invert()},
    }
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
      const rows = OF_ROWS.has(action.where ?? "row") ? this.meantBy(action) : [undefined]
      return action.key === key && rows.length > 0 && rows.every(row => action.when?.(row, place(), value) ?? true)
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
  keysShown({actions, details, lasting, href}) {
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
    const {page, to, menu} = target.dataset
    return {
      ...super.ownActs(target),
      open: () => row && !String(window.getSelection()) && this.open(this.rows.idOf(row)),
      pick: () => row && this.pick(row, event.shiftKey),
      "pick-all": () => (this.coverage() === "all" ? this.selectNone() : void this.selectAll()),
      "pick-none": () => this.selectNone(),
      close: () => go(this.opening("")),
      clear: () => this.close(),
      page: () => this.turn(Number(page)),
      to: () => this.narrow(JSON.parse(to)),
      menu: () => this.toggle(menu),
      empty: () => this.typing.empty(target.parentElement.querySelector("input")),
    }
  }

  /** The keys act on the row whose button was pressed. @type {FacePage<Row, Head>["onAct"]} */
  onAct(target, event) {
    const row = target.dataset.act === "pick" ? undefined : this.rowAt(target)
    if (row && target.closest("[role=row]")) this.cursor = this.rows.idOf(row)
    super.onAct(target, event)
  }

  /** Return the row in which an element is. @param {Element} target */
  rowAt(target) {
    const node = target.closest("[role=row], [data-row]")
    const key = node instanceof HTMLElement ? (node.dataset.row ?? node.dataset.key) : undefined
    const noticed = this.rows.notices().map(({row}) => row)
    const rows = [...this.rows.shown(), ...noticed, this.outside().value]
    return rows.find(each => each && String(this.rows.idOf(each)) === key)
  }

  /** @param {number} page */
  turn(page) {
    this.cursor = null
    if (!this.spec.lasting) this.selected.clear()
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
    this.cursor = null
    if (!this.spec.lasting) this.selected.clear()
    go({page: "", ...this.opening(""), ...to}, options)
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target)
    if (event.key === "Tab" && this.hasSheet) keepFocusInside(this.root.querySelector(".drawer"), event)
    else if (field.dataset.search) this.typing.press(field, event)
    else if (event.key === "Escape" && this.menu) this.toggle(this.menu) // from a field for a day
  }

  /** @param {Event} event */
  onChange(event) {
    const {value, dataset} = /** @type {HTMLInputElement} */ (event.target)
    if (dataset.search) return // it is applied while a person types
    if (dataset.change === "order") this.reorder({[dataset.name]: value})
    else if (dataset.change === "choice") this.narrow({[dataset.name]: value})
    else if (dataset.change === "to") this.narrow(JSON.parse(dataset.to))
    else if (dataset.change === "part") go({...JSON.parse(dataset.to), [dataset.name]: value})
    else super.onChange(event)
  }

  /** @param {HTMLInputElement} target */
  onType(target) {
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
