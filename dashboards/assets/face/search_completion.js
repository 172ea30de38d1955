// Completion of the word at the cursor of the search field.
/** @import {Host} from "#face/combobox.js" */
import {Combobox} from "#face/combobox.js"
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {count} from "#face/wording.js"

/**
 * @typedef {{text: string, label: string, hint: string, count: string, start: number, end: number}} Completion
 *   It replaces the characters from `start` to `end`.
 */

const CLOSING_KEYS = new Set(["Escape", "ArrowLeft", "ArrowRight", "Home", "End"])

/** Return the number of characters; `length` would count some characters twice. @param {string} text */
export const lengthOf = text => [...text].length

/** @extends {Combobox<Completion>} */
export class SearchCompletion extends Combobox {
  /**
   * @param {Host} host
   * @param {() => void} onComplete The search is complete.
   */
  constructor(host, onComplete) {
    super(host, {id: "completions", listLabel: "Completions", selector: "input.q"})
    this.onComplete = onComplete
  }

  /**
   * Ask for completions. `isWanted`: a person asked for completions, even without a started word.
   *
   * @param {boolean} isWanted
   */
  ask(isWanted) {
    const {value, selectionStart: cursor, selectionEnd} = this.input()
    const before = value.slice(0, cursor)
    if (cursor !== selectionEnd || (!isWanted && (!before || /[\s()]$/.test(before)))) {
      this.close()
      return
    }
    this.request(serial => void this.complete(value, lengthOf(before), serial), isWanted ? 0 : undefined)
  }

  /** @type {(text: string, position: number, serial: number) => Promise<void>} */
  async complete(text, position, serial) {
    const offers = await call("search.complete", {plan: {}, text, position}).catch(() => /** @type {any[]} */ ([]))
    this.show(
      serial,
      offers.map(({count: files, ...offer}) => ({...offer, count: files === null ? "" : count(files)})),
    )
  }

  /** @param {Completion} completion */
  accept({text, start, end}) {
    const letters = [...this.input().value]
    const rest = letters.slice(end).join("")
    const needsValue = text.endsWith(":")
    const space = needsValue || /^[\s)]/.test(rest) ? "" : " "
    const before = letters.slice(0, start).join("") + text + space
    this.input().value = before + rest
    this.input().setSelectionRange(before.length, before.length)
    this.close()
    if (needsValue) this.ask(true)
    else this.onComplete()
  }

  /** Return the index of the option that continues the typed word, or -1: a word of its own or a complete one is searched. */
  preferred() {
    const [first] = this.results
    if (!first) return -1
    const {value, selectionStart: cursor} = this.input()
    const typed = [...value.slice(0, cursor)].slice(first.start).join("").toLowerCase()
    const text = first.text.toLowerCase()
    return typed && typed !== text && text.startsWith(typed) ? 0 : -1
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey(event) {
    const {key} = event
    if (CLOSING_KEYS.has(key)) {
      const wasOpen = this.close()
      return key === "Escape" && wasOpen
    }
    if (key === "Enter" || key === "Tab") return this.onTaken(event)
    if (key === "ArrowDown" && !this.results.length) this.ask(true)
    return super.onKey(event) || key === "ArrowDown"
  }

  /** @param {KeyboardEvent} event */
  onTaken({key, shiftKey}) {
    const index = key === "Tab" && shiftKey ? -1 : this.hasMoved ? this.active : this.preferred() // for the text of now
    if (index >= 0) this.pick(index)
    else this.close()
    return index >= 0
  }

  /** @param {Completion} completion */
  drawOption({label, hint, count: files}) {
    return [
      h("b", null, h("bdi", null, label)),
      h("span", {class: "grow"}, hint),
      files !== "" && h("span", {class: "num"}, files),
    ]
  }

  /** @param {Completion} completion */
  keyOf({text}) {
    return text
  }
}
