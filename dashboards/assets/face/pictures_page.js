// The page of pictures: a wall that scrolls through all files of the library. The cursor is a place in the list; the keys
// act on its file, or on the selection.
import {go} from "#face/address.js"
import {focusedElement, h} from "#face/dom.js"
import {canEdit} from "#face/frame.js"
import {List} from "#face/list.js"
import {store, stored} from "#face/local_storage.js"
import {drawActions, drawPictures} from "#face/pictures_parts.js"
import {TileRows} from "#face/pictures_rows.js"
import {PHONE, WallScroll} from "#face/pictures_scroll.js"
import {TileSelection} from "#face/pictures_selection.js"
import {TileTip} from "#face/pictures_tip.js"
import {PictureViewer} from "#face/pictures_viewer.js"
import {button} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @typedef {import("#face/pictures_rows.js").Tile} Tile */
/** @typedef {import("#face/library.js").Head} Head */
/** @typedef {{ids: number[], tile: Tile | null}} Files What a decision means: the selection, or one file. */

const ADVANCE = "indexium.advance"
const MOST_ALSO = 10 // reads that come with an answer, see `dashboards/face.py`
const STARS = [0, 1, 2, 3, 4, 5]

/** @extends {List<any, Head>} */
export class PicturesPage extends List {
  isPointed = false // the cursor is visible: a key or the focus was on a tile

  /**
   * @param {ListSpec<any, Head>} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    super(spec, host)
    this.scroll = new WallScroll(this)
    this.tip = new TileTip(this)
    this.viewer = new PictureViewer(this)
    const follow = () => requestAnimationFrame(() => this.scroll.follow())
    for (const name of ["scroll", "resize"]) window.addEventListener(name, follow)
    new ResizeObserver(follow).observe(this.root)
    this.root.addEventListener("click", event => this.scroll.onClick(event))
  }

  /** @override */
  newRows() {
    return new TileRows(this.spec, Number.POSITIVE_INFINITY)
  }

  /** @override */
  barActions() {
    return drawActions(this)
  }

  /** @override */
  newSelection() {
    return new TileSelection(this, this.spec.lasting)
  }

  /** @type {TileRows} */
  get tiles() {
    return /** @type {any} */ (this.rows)
  }

  isTable() {
    return this.place().show === "table"
  }

  isEditable() {
    return canEdit && this.has("rate")
  }

  /** Whether the person may do something. @param {string} act */
  has(act) {
    return this.actions.some(each => each.act === act)
  }

  // What is shown.

  /** @override */
  content() {
    return drawPictures(this)
  }

  /** @override */
  draw() {
    if (!this.isShown()) return
    this.scroll.measure()
    this.tiles.look(...this.scroll.range(), this.cursorPlace)
    super.draw()
    this.viewer.paint()
    document.documentElement.toggleAttribute("data-selecting", this.picked.size > 0)
    requestAnimationFrame(() => this.scroll.follow())
  }

  /** @override */
  leave() {
    super.leave()
    document.documentElement.removeAttribute("data-selecting")
  }

  /** Searches that find files if the shown one finds none. */
  drawWider() {
    const {q: query = ""} = this.place()
    const {value} = query ? this.rows.read(["media.wider", {query, plan: {}}, {query: 1, words: 1, files: 1}]) : {}
    return h(
      "div",
      {class: "acts"},
      value?.map((/** @type {Values.Wider} */ each) =>
        button(`${plural(each.files, "file")} ${each.words}`, "to", {
          kind: "small",
          data: {to: JSON.stringify({q: each.query}), key: each.query},
        }),
      ),
      query && button("Clear all filters", "to", {kind: "small quiet", data: {to: '{"q":""}', key: "all"}}),
    )
  }

  // The cursor.

  /** Return the tile at the cursor, if it is read. @returns {Tile | undefined} */
  tile() {
    return this.tiles.at(this.cursorPlace)
  }

  /** Return the file that a key means: that of the address, if it is not in view. @override */
  current() {
    return this.outside().value ?? this.tile()
  }

  /** @override */
  isReady() {
    const id = this.openValue()
    if (!this.rows.isKnown() || (id && !this.rows.outside(id).value)) return false
    return !this.rows.total || Boolean(this.current())
  }

  /** The cursor stays on its file in another list, if the file is in view; else at its place. @override */
  keepCursor() {
    const {tiles} = this
    if (!tiles.total) return
    this.cursorPlace = Math.max(0, Math.min(this.cursorPlace, tiles.total - 1))
    const found = this.cursor === null ? -1 : tiles.placeOf(this.cursor)
    if (found >= 0) this.cursorPlace = found
    else this.cursor = this.tile()?.file_id ?? this.cursor
  }

  /** The details of a file have more than its tile. @override */
  opened() {
    const id = this.openValue()
    if (!id) return undefined
    const known = this.rows.outside(id).value
    const tile = this.rows.shown().find(each => String(each?.file_id) === id)
    return known ?? (tile && {row_tags: [], ...tile})
  }

  /** @param {number} at @override */
  moveTo(at) {
    const {tiles} = this
    if (!tiles.total) return
    this.isPointed = true
    this.cursorPlace = Math.max(0, Math.min(at, tiles.total - 1))
    this.cursor = this.tile()?.file_id ?? null
    this.scroll.show(this.cursorPlace)
    if (this.openValue() && this.cursor !== null) go(this.opening(this.cursor), {push: false})
    else this.draw()
    this.focusCursor()
  }

  /** @param {number} step @override */
  move(step) {
    this.moveTo(this.cursorPlace + step)
  }

  /** @override */
  focusCursor() {
    if (this.hasSheet && this.root.querySelector(".drawer")) return
    const node = this.root.querySelector(`[role=gridcell][data-key=tile${this.cursorPlace}]`)
    const target = node ?? document.querySelector("main")
    if (target instanceof HTMLElement) target.focus({preventScroll: true})
  }

  /** The cursor follows its file into the next list. @override */
  leaveRows() {
    this.rows.letGo()
  }

  /** Show the cursor at the first visible tile, if no tile has it yet; return whether it was invisible. */
  showsCursor() {
    const isNew = !this.isPointed && !this.openValue()
    if (isNew) this.moveTo(this.scroll.firstInSight())
    return isNew
  }

  /** @param {FocusEvent} event @override */
  onFocus({target}) {
    const cell = /** @type {Element} */ (target).closest("[role=gridcell][data-index]")
    // A closed dialog gives the focus back to the tile that opened it; the viewer may show another file.
    if (!(cell instanceof HTMLElement) || this.viewer?.hasFocus) return
    const at = Number(cell.dataset.index)
    if (at === this.cursorPlace && this.isPointed) return
    Object.assign(this, {cursorPlace: at, cursor: this.tiles.at(at)?.file_id ?? null, isPointed: true})
    setTimeout(() => this.draw())
  }

  // Decisions.

  /** Return the file at the cursor. @returns {Files | null} */
  tileFiles() {
    const tile = this.tile()
    return tile ? {ids: [tile.file_id], tile} : null
  }

  /** Return the selected files, or the file at the cursor. @returns {Files | null} */
  files() {
    const {known} = /** @type {TileSelection} */ (this.picked)
    return known.size ? {ids: [...known.keys()], tile: null} : this.tileFiles()
  }

  /** @type {(act: string, files: Files | null, given?: Answers) => void} */
  decide(act, files, given = {}) {
    const action = this.actions.find(each => each.act === act)
    if (action && files) void this.run(action, [files], given)
  }

  /** Rate, and go to the next file if the person wants that and rates one file. @type {(stars: number, files?: Files | null) => void} */
  rate(stars, files = this.files()) {
    if (!this.isEditable()) return
    this.decide("rate", files, {stars})
    if (files?.tile && this.isAdvancing()) this.move(1)
  }

  /** Make files favourites; a single favourite is none any more. */
  favor(files = this.files()) {
    if (this.isEditable()) this.decide("favourite", files, {wanted: !files?.tile?.favorite})
  }

  /** @type {(tab: string, files?: Files | null) => void} */
  editMany(tab, files = this.files()) {
    if (this.isEditable()) this.decide("edit-many", files, {tab})
  }

  isAdvancing() {
    return stored(ADVANCE) === "1"
  }

  /** @param {boolean} isOn */
  setAdvancing(isOn) {
    store(ADVANCE, isOn ? "1" : "")
    this.draw()
  }

  /** A decision about many files is one edit of all of them. @type {List<any, Head>["show"]} */
  show(action, meant, answers, head) {
    const ids = meant[0]?.ids
    if (!ids) return super.show(action, meant, answers, head)
    const edits = action.shows
      ? [this.tiles.editAll(ids, /** @type {any} */ (action.shows(meant[0], answers, head)))]
      : []
    return {taken: this.rows.take([]), edits, meant, answers, isOfList: true}
  }

  /** @override */
  readsAfter() {
    return [this.rows.headReads().overview, ...this.tiles.tileReads().slice(0, MOST_ALSO - 1)]
  }

  /** The decisions of the details mean the open file. @override */
  meantBy(/** @type {ListAction<any, Head>} */ action) {
    const row = this.opened()
    return row ? [row] : super.meantBy(action)
  }

  // Keys.

  /** Act on the file at the cursor; a key first shows which file that is. @param {() => void} act */
  atCursor(act) {
    if (!this.showsCursor()) act()
  }

  /** Act on the selection, or on the file at the cursor. @param {() => void} act */
  onFiles(act) {
    if (this.picked.size) act()
    else this.atCursor(act)
  }

  /** @override @returns {Record<string, KeyBinding>} */
  selectingKeys() {
    const group = "Select"
    const {picked} = this
    return {
      x: {does: "select the file", group, run: () => this.atCursor(() => this.selection.toggle(this.cursorPlace))},
      a: {does: "select all files of the search", group, run: () => void picked.all()},
      n: {does: "clear the selection", group, run: () => this.pickNone()},
    }
  }

  /** @returns {TileSelection} */
  get selection() {
    return /** @type {any} */ (this.picked)
  }

  /** @override @returns {Record<string, KeyBinding>} */
  turningKeys() {
    const group = "Move"
    /** @type {(next: () => number, does?: string) => KeyBinding} */
    const moves = (next, does = "move the cursor") => ({
      does,
      group,
      repeats: true,
      run: event => this.step(event, next()),
    })
    const aside = (/** @type {number} */ by) => moves(() => this.cursorPlace + by)
    const upright = (/** @type {number} */ by) => moves(() => this.scroll.layout.vertical(this.cursorPlace, by))
    return {
      ...{ArrowRight: aside(1), ArrowLeft: aside(-1), ArrowDown: upright(1), ArrowUp: upright(-1)},
      ...{l: aside(1), h: aside(-1), j: upright(1), k: upright(-1)},
      Home: moves(() => 0, "first and last file"),
      End: moves(() => this.rows.total - 1, "first and last file"),
    }
  }

  /** Move the cursor; with the shift key, select the files on the way. @type {(event: KeyboardEvent, at: number) => boolean} */
  step({shiftKey}, at) {
    if (focusedElement().matches(".months")) return false
    if (this.showsCursor()) return true
    if (shiftKey) this.selection.selectTo(Math.max(0, Math.min(at, this.rows.total - 1)))
    this.moveTo(at)
    return true
  }

  /** @override */
  keys() {
    const table = super.keys()
    const canDecide = () => this.isEditable()
    const opensViewer = {
      does: "show the file in the whole window",
      group: "Move",
      run: () => this.atCursor(() => this.viewer.open()),
    }
    for (const stars of STARS)
      table[stars] = {
        does: "rate with 1 to 5 stars; 0 removes the rating",
        group: "Act",
        when: canDecide,
        run: () => this.onFiles(() => this.rate(stars)),
      }
    return Object.assign(table, {
      Enter: opensViewer,
      " ": {...opensViewer, run: () => (this.isFreeOfButton() ? opensViewer.run() : false)},
      i: {does: "details of the file", group: "Move", run: () => this.atCursor(() => this.openAtCursor())},
      f: {
        does: "make it a favourite, or no favourite",
        group: "Act",
        when: canDecide,
        run: () => this.onFiles(() => this.favor()),
      },
      b: {
        does: "edit the people of the selected files",
        group: "Act",
        when: () => canDecide() && this.has("edit-many"),
        run: () => this.onFiles(() => this.editMany("people")),
      },
    })
  }

  /** A button with the focus has the space bar. */
  isFreeOfButton() {
    return !focusedElement().matches("button, a, summary, input")
  }

  openAtCursor() {
    const tile = this.tile()
    if (tile) this.open(tile.file_id)
  }

  // What a person clicks.

  /** The details have more of their file than its tile. @param {Element} target @override */
  rowAt(target) {
    return target.closest(".side") ? this.opened() : super.rowAt(target)
  }

  /** @type {List<any, Head>["ownActs"]} */
  ownActs(target, event, row) {
    const {index, stars, first, files, on, tab} = target.dataset
    const cell = target.closest("[role=gridcell]")
    const at = Number(index ?? (cell instanceof HTMLElement ? cell.dataset.index : 0))
    return {
      ...super.ownActs(target, event, row),
      tile: () => this.pressTile(at, event),
      view: () => {
        this.moveTo(at)
        this.viewer.open()
      },
      check: () => {
        this.pointTo(at)
        if (event.shiftKey) this.selection.selectTo(at)
        else this.selection.toggle(at)
        this.focusCursor()
      },
      star: () => {
        this.pointTo(at)
        this.decide("rate", this.tileFiles(), {stars: Number(stars)})
      },
      heart: () => {
        this.pointTo(at)
        this.favor(this.tileFiles())
      },
      section: () => void this.selection.setPlaces(Number(first), Number(files), Boolean(on)),
      "rate-all": () => this.rate(Number(stars)),
      "favourite-all": () => this.favor(),
      "edit-selected": () => this.editMany(tab),
      "plan-selected": () => this.decide("plan", this.files(), {search: this.selection.wholeSearch()}),
    }
  }

  /** Put the cursor on a tile. @param {number} at */
  pointTo(at) {
    Object.assign(this, {cursorPlace: at, cursor: this.tiles.at(at)?.file_id ?? null})
    this.focusCursor()
  }

  /** A click opens a file; with a key that selects, it selects the file. @type {(at: number, event: MouseEvent) => void} */
  pressTile(at, event) {
    if (event.shiftKey) {
      this.selection.selectTo(at)
      this.moveTo(at)
    } else if (event.ctrlKey || event.metaKey) this.selection.toggle(at)
    else if (PHONE.matches && !this.isTable()) {
      this.moveTo(at)
      this.viewer.open()
    } else if (this.tiles.at(at)) {
      this.isPointed = true
      this.cursorPlace = at
      this.open(this.tiles.at(at).file_id)
    }
  }

  /** @param {KeyboardEvent} event @override */
  onKey(event) {
    if (event.key === "Escape") this.tip.rest(null)
    if (!this.scroll.onKey(event)) super.onKey(event)
  }

  /** @param {Event} event @override */
  onChange(event) {
    const {dataset, value, checked} = /** @type {HTMLInputElement} */ (event.target)
    if (dataset.change === "size") this.scroll.resize(Number(value))
    else if (dataset.change === "advance") this.setAdvancing(checked)
    else super.onChange(event)
  }
}
