// A part of a list that draws and handles more than a declaration says: its search, or the details of a row.

/** @typedef {import("#face/list.js").List<any, any>} List */

export class ListPart {
  /** @param {List} list */
  constructor(list) {
    this.list = list
    this.root = list.root
  }

  /** @param {string} selector @returns {any} */
  find(selector) {
    return this.root.querySelector(selector)
  }

  paint() {
    this.list.draw()
  }

  /** @param {string} selector */
  focus(selector) {
    this.find(selector)?.focus({preventScroll: true})
  }
}
