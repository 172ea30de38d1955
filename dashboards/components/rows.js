// The rows of a list as a grid with a cursor. The keys act on the row at the cursor; this row is the only tab stop.
import {currentPage, listen} from "./browser/component.js"
import {h} from "#face/dom.js"
import {closesDetails} from "./browser/keyboard.js"

const STEPS = {ArrowDown: 1, ArrowUp: -1}

/** The box that selects a row. @type {(row: {id: number, name: string, can: boolean, selected: boolean}) => HTMLElement} */
export const drawRowBox = ({id, name, can, selected}) =>
  h(
    "span",
    {class: "c", role: "gridcell"},
    h(
      "label",
      {class: "hit"},
      h("input", {
        type: "checkbox",
        tabindex: "-1",
        checked: selected,
        disabled: !can || null,
        "aria-label": `Select ${name}`,
        data: {change: "pick", id},
      }),
    ),
  )

/** The box that selects all rows of a list, on all its pages. @type {(head: {all?: string, able?: number}, description: string) => HTMLElement} */
export const drawHeadBox = ({all, able}, description) =>
  h(
    "span",
    {class: "c", role: "columnheader"},
    h(
      "label",
      {class: "hit"},
      h("input", {
        type: "checkbox",
        checked: all === "all",
        indeterminate: all === "some",
        disabled: !able || null,
        title: description,
        "aria-label": description,
        data: {change: "all"},
      }),
    ),
  )

/** @template {Record<string, any>} Row */
export class RowCursor {
  /** @type {string | number | null} */
  cursorId = null
  /** @type {string | number | null | undefined} */
  opened = undefined // the row that the server showed last in the details
  /** @type {Component<any, any>} */
  list = null

  /**
   * @param {string} page
   * @param {object} options
   * @param {(view: any) => Row[]} options.rowsOf The rows that a view shows, in their order.
   * @param {(list: Component<any, any>, id: any) => void} options.onMove The keys moved the cursor.
   * @param {string} [options.idField] The property that identifies a row; messages have it under this name.
   */
  constructor(page, {rowsOf, onMove, idField = "id"}) {
    this.page = page
    this.rowsOf = rowsOf
    this.onMove = onMove
    this.idField = idField
  }

  /** Use the rows of a component; call it in `onSetup`. @param {Component<any, any>} list */
  attach(list) {
    this.list = list
    list.root.addEventListener("keydown", event => {
      const step = STEPS[/** @type {"ArrowUp"} */ (event.key)]
      if (!step || !(/** @type {Element} */ (event.target).matches("[role=row]"))) return
      event.preventDefault()
      this.move(step)
    })
    listen(list.model, window, "indexium:list", () => {
      if (currentPage() === this.page) (this.cursorNode() ?? list.find("[role=row]"))?.focus({preventScroll: true})
    })
  }

  rows() {
    return this.rowsOf(this.list.view)
  }

  current() {
    return this.rows().find(row => row[this.idField] === this.cursorId)
  }

  cursorNode() {
    return this.list.find(`[role=row][data-key="${CSS.escape(String(this.cursorId))}"]`)
  }

  /** Put the cursor on a row. @param {string | number} id */
  point(id) {
    this.cursorId = id
    this.list.paint()
  }

  /** Put the cursor on a row and open its details. @param {string | number} id */
  open(id) {
    this.point(id)
    this.cursorNode()?.focus({preventScroll: true})
    this.list.send("open", {[this.idField]: id})
  }

  /** @param {number} step */
  move(step) {
    const rows = this.rows()
    const place = rows.findIndex(row => row[this.idField] === this.cursorId)
    const next = rows[Math.max(0, Math.min(place + step, rows.length - 1))]
    if (!next) return
    const hasMoved = next[this.idField] !== this.cursorId
    if (hasMoved) this.point(next[this.idField])
    this.cursorNode()?.focus()
    if (hasMoved) this.onMove(this.list, this.cursorId)
  }

  /** Return the attributes of one row. @param {Row} row @param {string} className */
  attributes(row, className) {
    const rows = this.rows()
    const id = row[this.idField]
    const isCursor = id === this.cursorId
    const tabStop = this.current() ? this.cursorId : rows[0]?.[this.idField]
    return {
      class: `row ${className}${isCursor ? " cursor" : ""}`,
      role: "row",
      tabindex: id === tabStop ? "0" : "-1",
      "aria-selected": String(isCursor),
      data: {act: "open", key: id},
    }
  }

  /** Open the row that was clicked, unless the click selects text. @param {DOMStringMap} data */
  onClick({key}) {
    if (!String(window.getSelection()))
      this.open(this.rows().find(row => String(row[this.idField]) === key)[this.idField])
  }

  /**
   * Follow the row that the server shows in the details: the cursor moves there, and the focus too if it is on a row.
   *
   * @param {string | number | null | undefined} opened
   */
  follow(opened) {
    const hasChanged = opened !== this.opened
    this.opened = opened
    if (hasChanged && (opened ?? null) !== null && opened !== this.cursorId) {
      this.list.before = this.list.view
      this.point(opened)
    }
    const {activeElement} = /** @type {ShadowRoot} */ (this.list.root.getRootNode())
    const active = /** @type {HTMLElement | null} */ (activeElement)
    if (active?.matches("[role=row]") && active.dataset.key !== String(this.cursorId))
      this.cursorNode()?.focus({preventScroll: true})
  }

  /** Return the keys of the list. @param {string} noun The word for a row. @returns {Record<string, KeyBinding>} */
  keys(noun) {
    return {
      j: {does: `next ${noun}`, group: "Move", repeats: true, run: () => this.move(1)},
      k: {does: `previous ${noun}`, group: "Move", repeats: true, run: () => this.move(-1)},
      Enter: {
        does: `details of the ${noun}`,
        group: "Move",
        run: () => {
          if (this.cursorId === null) return false
          this.open(this.cursorId)
        },
      },
      Escape: closesDetails(() => this.list),
    }
  }
}
