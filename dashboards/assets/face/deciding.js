// The list of questions that a person decides: one of them is the page, the others are its queue. A key decides about the
// question that the person sees, and the next one stands there at once.
import {go} from "#face/address.js"
import {change} from "#face/calls.js"
import {drawDeciding} from "#face/deciding_view.js"
import {may, toast} from "#face/frame.js"
import {List} from "#face/list.js"
import {adoptSheets} from "#face/sheets.js"

const PAUSE = 120_000 // milliseconds; a longer pause between two decisions does not count as work
const NOTHING_TO_UNDO = "There is nothing to undo: this page has made no decision since it was opened."
const REFUSED = "This decision was refused: there is nothing to undo."

/**
 * A decision of this page.
 * @typedef {{row: any, text: string, list: string, titles: number, step: number | null}} Decision
 * The question as the person sees it; `isReturning`: until the list has it again.
 * @typedef {{row: any, list: string, isOutside: boolean, isReturning: boolean}} Seen
 */

/**
 * @template [Row=any], [Head=any]
 * @extends {List<Row, Head>}
 */
export class Deciding extends List {
  /** @type {Decision[]} */
  made = [] // in their order, without those that are undone
  decided = 0 // questions
  worked = 0 // milliseconds
  lastAt = 0
  /** @type {Seen | null} */
  seen = null
  /** @type {{id: any, text: string} | null} */
  searching = null
  isEntering = true

  /**
   * @param {DecidingSpec<Row, Head>} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    super(spec, host)
    this.openName = spec.opens
    adoptSheets(/** @type {ShadowRoot} */ (this.root.getRootNode()), ["decide.css"])
    window.addEventListener("indexium:undo", event => this.onUndo(/** @type {CustomEvent<number>} */ (event)))
  }

  /** @returns {DecidingSpec<Row, Head>} */
  get questions() {
    return /** @type {DecidingSpec<Row, Head>} */ (this.spec)
  }

  // What is shown.

  /** @override */
  content() {
    return drawDeciding(this)
  }

  /** @override */
  enter() {
    this.isEntering = true
    super.enter()
  }

  /** @override */
  draw() {
    if (!this.isShown() || this.hasEntry()) return
    super.draw()
    this.noteSeen()
  }

  /** Show another list if the page is opened without a question. */
  hasEntry() {
    const {value} = this.rows.head()
    if (!this.isEntering || !value || !this.rows.isKnown()) return false
    this.isEntering = false
    const to = this.questions.entry(this.place(), value, this.rows.total)
    if (to) this.narrow(to, {push: false})
    return Boolean(to)
  }

  /** Note the question that the person sees now; the address names it. */
  noteSeen() {
    const row = this.current()
    if (!row || !this.rows.isKnown() || this.seen?.isReturning || this.replacement()) return
    const id = this.rows.idOf(row)
    this.seen = {row, list: this.listName(), isOutside: this.hasOutside(), isReturning: false}
    if (this.openValue() !== String(id)) go(this.opening(id), {push: false})
  }

  /** Return what identifies the list, whatever page of it is shown. */
  listName() {
    return JSON.stringify(this.rows.ownRead(1))
  }

  /** Return the question with an id as it is now. @param {any} id @returns {Row | undefined} */
  known(id) {
    const own = this.rows.shown().find(row => this.rows.idOf(row) === id)
    return own ?? (this.seen?.isOutside ? this.rows.outside(String(id)).value : undefined)
  }

  /**
   * Return what others have done to the shown question; "" if it is still the same.
   *
   * The page keeps it until the person moves on: a key that was meant for it must not decide another one.
   */
  replacement() {
    const {seen} = this
    if (!seen || seen.isReturning || this.searching || !this.rows.isKnown() || seen.list !== this.listName()) return ""
    const now = this.known(this.rows.idOf(seen.row))
    if (!now) return "has changed the list, and this title is no longer in it"
    return this.questions.factsOf(now) === this.questions.factsOf(seen.row) ? "" : "has changed this question"
  }

  /** Return whether the shown question is another one than the list has. */
  isHeld() {
    return Boolean(this.seen?.isReturning || this.replacement())
  }

  /** @override @returns {Row | undefined} */
  current() {
    return this.isHeld() ? this.seen.row : super.current()
  }

  /** @override */
  keepCursor() {
    if (!this.isHeld()) super.keepCursor()
  }

  /** A question that was in the list is not looked for outside of it. @override */
  hasOutside() {
    const isSeen = this.seen && !this.seen.isOutside && String(this.rows.idOf(this.seen.row)) === this.openValue()
    return !isSeen && super.hasOutside()
  }

  /** @override */
  followAddress() {
    if (this.seen && String(this.rows.idOf(this.seen.row)) !== this.openValue()) this.seen = null
    super.followAddress()
  }

  // Moving.

  /** @override @param {any} id */
  point(id) {
    this.seen = null
    this.cursor = id
    this.keepCursor()
    go(this.opening(this.rows.shown().length ? this.cursor : ""), {push: false})
    this.showTop()
  }

  /** @override @param {any} id */
  open(id) {
    this.point(id)
    this.focusCursor()
  }

  showTop() {
    const {top} = this.root.getBoundingClientRect()
    if (top < 0) window.scrollBy({top})
  }

  /** Show the question that has replaced the shown one. */
  showReplacement() {
    this.point(this.rows.idOf(this.seen.row)) // or the one at its place
  }

  /** @override @param {number} step */
  move(step) {
    const shown = this.rows.shown()
    const at = shown.findIndex(row => this.rows.idOf(row) === this.cursorId())
    if (this.isHeld() && at < 0) this.showReplacement()
    else if (shown[at + step]) {
      this.point(this.rows.idOf(shown[at + step]))
      this.focusCursor()
    } else this.turnBy(this.rows.number + step, step)
  }

  /** Show the first question of the next page, or the last one of the page before. @type {(page: number, step: number) => void} */
  turnBy(page, step) {
    if (page < 1 || page > this.rows.pages) return
    this.seen = null
    if (step < 0) Object.assign(this, {cursor: undefined, cursorPlace: Number.POSITIVE_INFINITY})
    else this.cursor = null
    if (this.rows.goneHere().size) this.rows.readAgain() // the rows of each page have moved up
    go({page: page > 1 ? page : "", ...this.opening("")}, {push: false})
  }

  // Decisions.

  /** A decision about a question that others have changed only shows what is there now. @type {List<Row, Head>["run"]} */
  async run(action, meant = this.meantBy(action), given = {}) {
    if (action.call && !action.where && this.replacement()) this.showReplacement()
    else await super.run(action, meant, action.sets || !meant.length ? given : {...this.stateOf(meant[0]), ...given})
  }

  /** @type {List<Row, Head>["show"]} */
  show(action, meant, answers, head) {
    if (!action.decides) {
      if (!action.where) this.searching = {id: this.rows.idOf(meant[0]), text: answers.text ?? this.spec.name(meant[0])}
      return super.show(action, meant, answers, head)
    }
    const gone = this.takenBy(action, meant, answers)
    /** @type {Decision} */
    const decision = {row: meant[0], text: action.decides, list: this.listName(), titles: gone.length, step: null}
    this.count(decision)
    this.cursor = this.nextOf(gone)
    this.seen = null
    const shown = super.show(action, meant, answers, head)
    this.showTop()
    return {...shown, decision}
  }

  /** Return the id of the question that follows those that go. @param {any[]} gone */
  nextOf(gone) {
    const ids = this.rows.shown().map(row => this.rows.idOf(row))
    const at = ids.indexOf(gone[0])
    return [...ids.slice(at + 1), ...ids.slice(0, at).reverse()].find(id => !gone.includes(id)) ?? null
  }

  /** @param {Decision} decision */
  count(decision) {
    const now = performance.now()
    if (this.decided && now - this.lastAt < PAUSE) this.worked += now - this.lastAt
    this.lastAt = now
    this.decided += decision.titles
    this.made.push(decision)
  }

  /** A decision is refused or undone. @param {Decision} decision */
  discount(decision) {
    this.made = this.made.filter(each => each !== decision)
    this.decided = Math.max(0, this.decided - decision.titles)
  }

  /** @type {List<Row, Head>["settle"]} */
  settle(action, shown, made) {
    const {decision} = shown
    if (decision) {
      this.decided += made.value.titles - decision.titles
      Object.assign(decision, {step: made.value.decision_id, titles: made.value.titles})
    } else this.endSearch()
    super.settle(action, shown, made)
  }

  /** @type {List<Row, Head>["putBack"]} */
  putBack(shown) {
    super.putBack(shown)
    if (shown.decision) this.discount(shown.decision)
    else this.endSearch()
    this.rows.readAllAgain() // no event tells what has changed
  }

  /** The question of a search is shown with its new candidates. */
  endSearch() {
    this.searching = null
    this.seen = null
  }

  /** @param {CustomEvent<number>} event */
  onUndo(event) {
    const decision = this.made.find(({step}) => step === event.detail)
    if (!decision) return
    event.preventDefault()
    void this.takeBack(decision)
  }

  /** Undo a decision of this page, by default the last one: other pages and commands decide, too. */
  async takeBack(decision = this.made.at(-1)) {
    if (!decision) {
      toast(NOTHING_TO_UNDO, {kind: "info"})
      return
    }
    this.discount(decision)
    const returning = this.showAgain(decision)
    const args = () => {
      if (decision.step === null) throw new Error(REFUSED) // by now, the library has answered
      return {decision_id: decision.step}
    }
    try {
      const also = [...Object.values(this.rows.headReads()), this.rows.ownRead()]
      const {value} = await change(this.questions.undo, args, {also: /** @type {any[]} */ (also)})
      toast(value.description, {kind: "info"})
    } catch (/** @type {any} */ error) {
      toast(error.message, {kind: "error"})
      this.rows.readAllAgain()
    }
    if (this.seen === returning) this.seen = null // otherwise, the person already sees another question
    this.draw()
  }

  /** Show the question of a decision at once; in another list, the shown question stays. @param {Decision} decision @returns {Seen | null} */
  showAgain({row, list}) {
    if (!this.isShown() || list !== this.listName()) {
      this.seen = null // the list changes, but by this page
      return null
    }
    const id = this.rows.idOf(row)
    this.cursor = id
    this.seen = {row, list, isOutside: false, isReturning: true}
    go(this.opening(id), {push: false})
    return this.seen
  }

  // What a person presses and types.

  /** @override @returns {Record<string, KeyBinding>} */
  keys() {
    const when = () => Boolean(this.current())
    return {
      ...super.keys(),
      "/": {does: "search by title or id", group: "Find", when, run: () => this.focusSearch()},
      Escape: {does: "leave the search field", group: "Find", when, run: () => false},
      ...(may(this.questions.undo) && {
        z: {does: "undo the last decision", group: "Decide", run: () => void this.takeBack()},
      }),
    }
  }

  /** @override @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target)
    if (!field.matches("input.q")) return
    if (event.key === "Escape") field.blur()
    const text = field.value.trim()
    if (event.key !== "Enter" || event.isComposing || event.repeat || !text) return
    event.preventDefault()
    this.press("search-for", this.current(), {text})
    field.select() // the focus stays: keys that follow are text for the next search, and decide nothing
  }

  /** @override @param {Element} target */
  rowAt(target) {
    return target.closest("[role=row]") ? super.rowAt(target) : this.current()
  }

  /** The second click of a double click would decide the next question. @override @type {List<Row, Head>["onAct"]} */
  onAct(target, event) {
    const isDecision = this.actions.some(({act, decides}) => decides && act === target.dataset.act)
    if (!isDecision || event.detail < 2) super.onAct(target, event)
  }

  /** @override @type {List<Row, Head>["ownActs"]} */
  ownActs(target, event, row) {
    return {
      ...super.ownActs(target, event, row),
      "take-back": () => void this.takeBack(),
      replacement: () => this.showReplacement(),
    }
  }
}
