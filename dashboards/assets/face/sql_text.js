// The colours of SQL, and the completion of the word at the cursor.
/** @import {Host} from "#face/combobox.js" */
import {Combobox} from "#face/combobox.js"
import {h} from "#face/dom.js"

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\$[a-z_]\w*)|\b(\d[\w.]*)|\b(all|and|anti|any|as|asc|between|by|case|cross|desc|describe|distinct|else|end|except|exists|explain|false|filter|from|full|group|having|ilike|in|inner|intersect|interval|is|join|left|like|limit|natural|not|null|nulls|offset|on|or|order|outer|over|partition|pivot|qualify|recursive|right|select|semi|show|summarize|then|true|union|unpivot|using|values|when|where|window|with)\b/gi
const KINDS = ["comment", "string", "", "field", "number", "keyword"]

/** Return the text as nodes: each token in the colour of its kind. @param {string} text @returns {Child[]} */
export function coloured(text) {
  /** @type {Child[]} */
  const nodes = []
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    const kind = KINDS[match.slice(1).findIndex(Boolean)]
    nodes.push(text.slice(end, match.index), kind ? h("span", {class: `sql-${kind}`}, match[0]) : match[0])
    end = match.index + match[0].length
  }
  return [...nodes, text.slice(end)]
}

/** @typedef {{text: string, hint: string, start: number, end: number}} Completion `start` and `end` count characters. */

/** @type {(text: string, position: number) => number} */
const unitsBefore = (text, position) => [...text].slice(0, position).join("").length

const CLOSING_KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"])

/** @extends {Combobox<Completion>} */
export class SqlCompletion extends Combobox {
  wraps = true

  /**
   * @param {Host} host
   * @param {(area: HTMLTextAreaElement, text: string) => void} onInsert The completion has replaced the word.
   */
  constructor(host, onInsert) {
    super(host, {id: "sql-options", listLabel: "Completions", selector: "textarea.sql-text"})
    this.onInsert = onInsert
  }

  /** @returns {HTMLTextAreaElement} */
  area() {
    return /** @type {any} */ (this.input())
  }

  /** Ask for completions. `isWanted`: also without a started word. @param {boolean} isWanted */
  ask(isWanted) {
    const {value, selectionStart: cursor, selectionEnd} = this.area()
    const before = value.slice(0, cursor)
    const isInWord = /[\w.]$/.test(before) && !/^\w/.test(value.slice(cursor))
    if (cursor !== selectionEnd || (!isWanted && !isInWord)) this.close()
    else this.request(serial => this.host.send("complete", {text: value, position: [...before].length, serial}), 60)
  }

  /** @param {Completion} completion */
  accept({text, start, end}) {
    const area = this.area()
    area.focus()
    area.setSelectionRange(unitsBefore(area.value, start), unitsBefore(area.value, end))
    this.clearOptions()
    this.onInsert(area, text)
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey(event) {
    const {key, ctrlKey, metaKey, shiftKey} = event
    if (key === " " && ctrlKey) {
      this.ask(true)
      return true
    }
    if (ctrlKey || metaKey) return false
    if (CLOSING_KEYS.has(key)) this.close()
    if (key === "Tab" && !shiftKey && this.results.length) {
      this.pick(Math.max(0, this.active))
      return true
    }
    if (key === "Enter" && this.active >= 0) {
      this.pick(this.active)
      return true
    }
    return super.onKey(event)
  }

  /** @returns {any} */
  inputAttributes() {
    const {role: _, "aria-expanded": __, ...attributes} = super.inputAttributes()
    return attributes // a text area has its own role, which has no expanded state
  }

  /** Enter begins a new line, so only Tab takes the first completion. */
  preferred() {
    return -1
  }

  /** The place of the list: below the word, in lines, characters, and pixels that are scrolled away. */
  place() {
    const [first] = this.results
    if (!first) return {}
    const before = this.area().value.slice(0, unitsBefore(this.area().value, first.start))
    const lines = before.split("\n")
    const {scrollTop, scrollLeft} = this.area().closest(".sql")
    return {
      "--text-line": lines.length,
      "--text-column": lines.at(-1).length,
      "--up": `${scrollTop}px`,
      "--back": `${scrollLeft}px`,
    }
  }

  /** @param {Completion} completion */
  drawOption({text, hint}) {
    return [h("b", null, text), h("small", null, hint)]
  }

  /** @param {Completion} completion */
  keyOf({text}) {
    return text
  }
}
