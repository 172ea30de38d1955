// The selection of a list with pages. The page shows a choice at once; the server then counts the rows.

/**
 * @typedef {"pick" | "all" | "none" | "inverse"} Kind
 * @typedef {{id: number, can: boolean, selected: boolean}} Row
 * @typedef {{serial: number, kind: Kind, apply: (rows: Row[]) => void}} Choice
 * @typedef {{all?: "all" | "some" | "none", able?: number, pages?: number, picked?: number}} View
 *   `picked`: serial number of the last choice that the view includes.
 */

/** @template {View} [V=View] */
export class Selection {
  /** @type {Choice[]} */
  pending = [] // the choices that the server has not counted yet
  /** @type {V | null} */
  applied = null // the view that has all pending choices
  serial = 0
  /** @type {number | null} */
  anchor = null // the row where a range starts

  /** @param {Component<V, any>} table @param {(view: V) => Row[]} rowsOf The rows that a view shows. */
  constructor(table, rowsOf) {
    this.table = table
    this.rowsOf = rowsOf
  }

  rows() {
    return this.rowsOf(this.table.view) ?? []
  }

  /** Repeat the choices that a new view does not include yet. @param {V} view */
  applyPending(view) {
    if (view === this.applied) return
    this.applied = view
    this.pending = this.pending.filter(choice => choice.serial > view.picked)
    for (const {apply} of this.pending) apply(this.rowsOf(view))
    if (this.pending.length) updateHeadBox(view, this.rowsOf(view), this.pending.at(-1).kind)
  }

  /** @param {(rows: Row[]) => void} apply @param {Kind} kind @param {object} [data] */
  choose(apply, kind, data = {}) {
    this.serial += 1
    this.pending.push({serial: this.serial, kind, apply})
    apply(this.rows())
    updateHeadBox(this.table.view, this.rows(), kind)
    this.table.paint()
    this.table.send(kind, {...data, serial: this.serial})
  }

  /** Select or deselect rows. @param {number[]} ids @param {boolean} isOn */
  set(ids, isOn) {
    const chosen = new Set(ids)
    this.choose(
      changeEach(row => (chosen.has(row.id) ? isOn : row.selected)),
      "pick",
      {ids: [...chosen], on: isOn},
    )
  }

  selectAll() {
    this.choose(
      changeEach(() => true),
      "all",
    )
  }

  selectNone() {
    this.choose(
      changeEach(() => false),
      "none",
    )
  }

  invert() {
    this.choose(
      changeEach(row => !row.selected),
      "inverse",
    )
  }

  /** Toggle the selection of one row. @param {Row | undefined} row */
  toggle(row) {
    if (!row?.can) return
    this.anchor = row.id
    this.set([row.id], !row.selected)
  }

  /** Select or deselect the rows from the anchor to `id`, like the anchor. @param {number} id */
  extendTo(id) {
    const rows = this.rows()
    const to = rows.findIndex(row => row.id === id)
    const anchor = rows.findIndex(row => row.id === this.anchor)
    const from = anchor < 0 ? to : anchor
    const isOn = from === to ? !rows[to].selected : rows[from].selected
    const range = rows.slice(Math.min(from, to), Math.max(from, to) + 1).filter(row => row.can)
    this.set(
      range.map(row => row.id),
      isOn,
    )
  }
}

/** Return a change of every row that can be selected. @type {(isOn: (row: Row) => boolean) => (rows: Row[]) => void} */
const changeEach = isOn => rows => {
  for (const row of rows) if (row.can) row.selected = isOn(row)
}

// The box in the head shows all, some or none before the server counts. The result of *all* or *none* is certain; the
// result of a choice of single rows is certain only if one page shows all rows.
/** @type {(view: View, rows: Row[], kind: Kind) => void} */
function updateHeadBox(view, rows, kind) {
  const chosen = rows.filter(row => row.can && row.selected).length
  if (kind === "all") view.all = view.able ? "all" : "none"
  else if (kind === "none") view.all = "none"
  else if (view.pages > 1) view.all = chosen || view.all !== "none" ? "some" : "none"
  else if (chosen === view.able && chosen) view.all = "all"
  else view.all = chosen ? "some" : "none"
}
