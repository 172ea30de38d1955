// The places of tiles in a virtual grid: sections of rows below each other, each section with a heading or without one.

/**
 * @typedef {{label: string, files: number}} Section
 * @typedef {object} Line A heading or a row of tiles.
 * @property {string} key
 * @property {number} top Pixels from the start of the grid.
 * @property {number} number Of the line in the grid, from 1.
 * @property {Section} section
 * @property {boolean} isHead
 * @property {number} first The place of its first tile in the list.
 * @property {number} count Of its tiles; in a heading, of those of the section.
 *
 * @typedef {{columns: number, rowHeight: number, headHeight: number}} Measures
 */

export class Layout {
  /** @param {Section[]} sections @param {Measures} measures */
  constructor(sections, {columns, rowHeight, headHeight}) {
    this.columns = columns
    this.rowHeight = rowHeight
    this.headHeight = headHeight
    this.sections = sections
    /** @type {number[]} */
    this.tops = []
    /** @type {number[]} */
    this.firsts = []
    /** @type {number[]} */
    this.numbers = []
    let [top, first, number] = [0, 0, 1]
    for (const {files} of sections) {
      this.tops.push(top)
      this.firsts.push(first)
      this.numbers.push(number)
      const rows = Math.ceil(files / columns)
      top += headHeight + rows * rowHeight
      number += rows + (headHeight ? 1 : 0)
      first += files
    }
    this.height = top
    this.total = first
    this.lineCount = number - 1
  }

  /** Return the last place whose value is not above `value`. @type {(values: number[], value: number) => number} */
  static lastUpTo(values, value) {
    let [low, high] = [0, values.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (values[middle] <= value) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Return the section of a tile. @param {number} index */
  sectionOf(index) {
    return Layout.lastUpTo(this.firsts, index)
  }

  /** Return the place of the row of a tile in pixels. @param {number} index */
  topOf(index) {
    const section = this.sectionOf(index)
    const row = Math.floor((index - this.firsts[section]) / this.columns)
    return this.tops[section] + this.headHeight + row * this.rowHeight
  }

  /** Return the first tile at a place in pixels. @param {number} y */
  tileAt(y) {
    if (!this.total) return 0
    const section = Layout.lastUpTo(this.tops, y)
    const row = Math.max(0, Math.floor((y - this.tops[section] - this.headHeight) / this.rowHeight))
    return Math.min(this.firsts[section] + row * this.columns, this.total - 1)
  }

  /** Return the tile above or below a tile. @type {(index: number, step: number) => number} */
  vertical(index, step) {
    const section = this.sectionOf(index)
    const [first, files] = [this.firsts[section], this.sections[section].files]
    const column = (index - first) % this.columns
    const target = index + step * this.columns
    if (target >= first && target < first + files) return target
    const lastRow = Math.floor((files - 1) / this.columns)
    const row = Math.floor((index - first) / this.columns)
    if (step > 0 && row < lastRow) return first + files - 1
    const next = this.sections[section + step]
    if (!next) return index
    const start = this.firsts[section + step]
    if (step > 0) return Math.min(start + column, start + next.files - 1)
    const rowStart = Math.floor((next.files - 1) / this.columns) * this.columns
    return Math.min(start + rowStart + column, start + next.files - 1)
  }

  /** Return the lines between two places in pixels. @type {(from: number, to: number) => Line[]} */
  linesBetween(from, to) {
    /** @type {Line[]} */
    const lines = []
    if (!this.total) return lines
    for (let place = Layout.lastUpTo(this.tops, from); place < this.sections.length; place += 1) {
      if (this.tops[place] > to) break
      this.addLines(lines, place, from, to)
    }
    return lines
  }

  /** @type {(lines: Line[], place: number, from: number, to: number) => void} */
  addLines(lines, place, from, to) {
    const {columns, rowHeight, headHeight} = this
    const section = this.sections[place]
    const [top, first, number] = [this.tops[place], this.firsts[place], this.numbers[place]]
    if (headHeight && top + headHeight >= from)
      lines.push({key: `head${place}`, top, number, section, isHead: true, first, count: section.files})
    const rows = Math.ceil(section.files / columns)
    const start = Math.max(0, Math.floor((from - top - headHeight) / rowHeight))
    for (let row = start; row < rows; row += 1) {
      const y = top + headHeight + row * rowHeight
      if (y > to) break
      const count = Math.min(columns, section.files - row * columns)
      const line = number + row + (headHeight ? 1 : 0)
      lines.push({
        key: `line${place}-${row}`,
        top: y,
        number: line,
        section,
        isHead: false,
        first: first + row * columns,
        count,
      })
    }
  }
}
