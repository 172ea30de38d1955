// A text field with a list of options for the typed text: a combobox with a list box (ARIA). Enter takes the active option.
// The first option is active from the start, unless the typed text is an answer of its own (see `preferred`). Subclasses
// define where the options come from, how an option is drawn, and what it does.
import {h} from "#face/dom.js"

const STEPS = {ArrowDown: 1, ArrowUp: -1}
const DELAY = 90 // milliseconds without typing before a request

/**
 * @typedef {object} Host What draws the field.
 * @property {HTMLElement} root
 * @property {(selector: string) => HTMLInputElement | null} find
 * @property {(type: string, data?: object) => void} send
 * @property {() => void} paint
 */

/** @template Option */
export class Combobox {
  /** @type {Option[]} */
  results = []
  active = -1 // index of the active option
  hasMoved = false // the arrow keys chose it
  serial = 0 // number of the newest request; answers to earlier requests are ignored
  timer = 0
  wraps = false // the arrow keys go from the last option to the first one, without a stop in the field

  /**
   * @param {Host} host
   * @param {{id: string, listLabel: string, selector?: string}} options
   */
  constructor(host, {id, listLabel, selector = `#${id}`}) {
    this.host = host
    this.id = id
    this.listLabel = listLabel
    this.selector = selector
  }

  input() {
    return this.host.find(this.selector)
  }

  hasFocus() {
    const {activeElement} = /** @type {ShadowRoot} */ (this.host.root.getRootNode())
    return activeElement === this.input()
  }

  options() {
    return this.results
  }

  /** Ask the server after a pause in typing. @param {(serial: number) => void} send @param {number} [delay] */
  request(send, delay = DELAY) {
    clearTimeout(this.timer)
    this.serial += 1
    const {serial} = this
    this.timer = setTimeout(() => send(serial), delay)
  }

  /** Show the answer to the newest request. @param {number} serial @param {Option[]} results */
  show(serial, results) {
    if (serial !== this.serial || !this.hasFocus()) return
    this.results = results
    this.hasMoved = false
    this.active = this.preferred()
    this.host.paint()
  }

  /** Return the index of the option that Enter takes without an arrow key, -1 for the typed text. @returns {number} */
  preferred() {
    return this.options().length ? 0 : -1
  }

  /** Clear the options without drawing. */
  clearOptions() {
    clearTimeout(this.timer)
    this.serial += 1
    this.results = []
    this.hasMoved = false
    this.active = -1
  }

  /** Close the list; return whether it was open. */
  close() {
    const wasOpen = this.options().length > 0
    this.clearOptions()
    if (wasOpen) this.host.paint()
    return wasOpen
  }

  /** Make the next option active; return whether there is one. @param {number} step */
  move(step) {
    const {length} = this.options()
    if (!length) return false
    this.hasMoved = true
    if (this.wraps) this.active = (Math.max(this.active, step < 0 ? 0 : -1) + step + length) % length
    else this.active = ((this.active + 1 + step + length + 1) % (length + 1)) - 1
    this.host.paint()
    this.host.find(`#${this.id}-list [aria-selected=true]`)?.scrollIntoView({block: "nearest"})
    return true
  }

  /** Choose an option. @param {number} index */
  pick(index) {
    const option = this.options()[index]
    if (option) this.accept(option)
  }

  /** Handle a key of the field; return whether the list used it. @param {KeyboardEvent} event */
  key(event) {
    const isHandled = !event.isComposing && this.onKey(event)
    if (isHandled) event.preventDefault()
    return isHandled
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey({key}) {
    if (key in STEPS) return this.move(STEPS[/** @type {"ArrowUp"} */ (key)])
    return key === "Escape" && this.close()
  }

  inputAttributes() {
    const isOpen = this.options().length > 0
    return {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": String(isOpen),
      "aria-controls": `${this.id}-list`,
      "aria-activedescendant": isOpen && this.active >= 0 ? `${this.id}-${this.active}` : null,
    }
  }

  drawList() {
    const options = this.options()
    const id = `${this.id}-list`
    return h(
      "ul",
      {class: "offers", role: "listbox", id, "aria-label": this.listLabel, hidden: !options.length, data: {key: id}},
      options.map((option, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${this.id}-${index}`,
            "aria-selected": String(index === this.active),
            data: {act: "option", field: this.id, index, key: `${this.id}:${this.keyOf(option)}`},
          },
          this.drawOption(option),
        ),
      ),
    )
  }

  /** Run the action of an option. @param {Option} _option */
  accept(_option) {}

  /** @param {Option} _option @returns {Child} */
  drawOption(_option) {
    return null
  }

  /** Return the key of an option. @param {Option} _option */
  keyOf(_option) {
    return ""
  }
}
