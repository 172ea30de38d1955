// A text field that finds people while a person types: by name, qualifier and alias, then by similar names. The answer about
// an older text is dropped. Enter and Tab take the option to which the arrow keys have gone, or the one person who is called
// as the text says.
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {drawPortrait, thumbnail} from "#face/images.js"
import {plural} from "#face/wording.js"

const DELAY = 90 // milliseconds without typing before the library is asked
/** @type {Record<string, number>} */
const STEPS = {ArrowDown: 1, ArrowUp: -1}
const CARD = {
  ...{person_id: 1, name: 1, qualifier: 1, label: 1, other_names: 1, files: 1},
  ...{picture_id: 1, picture_version: 1},
}

/**
 * @typedef {{person_id: number, name: string, qualifier: string, label: string, other_names: string[], files: number,
 *   picture_id: number | null, picture_version: string}} Card
 * @typedef {{card: Card, is_meant: boolean, reason: string}} Offer
 * @typedef {{id: number, label: string}} Person
 */

/** @param {string} text */
const clean = text => text.trim().replace(/\s+/g, " ")

/** Return the picture of a person and what stands for it. @param {Pick<Card, "name" | "picture_id" | "picture_version">} card */
export const portraitOf = ({name, picture_id: fileId, picture_version: version}) => ({
  initials: name
    .split(" ")
    .filter(Boolean)
    .slice(0, 2)
    .map(word => [...word][0].toUpperCase())
    .join(""),
  src: thumbnail(fileId, version),
})

export class PersonPicker {
  text = ""
  /** @type {Person[]} */
  chosen = [] // what the text stands for; of a field for several: those beside the text
  /** @type {Offer[] | null} */
  offers = null // for the text; null until the library has answered
  /** @type {{text: string, done: Promise<void>} | null} */
  asked = null
  active = -1 // the index of the highlighted option
  hasMoved = false // the arrow keys have highlighted it
  isOpen = false
  problem = ""
  timer = 0
  /** @type {HTMLInputElement | null} */
  input = null

  /**
   * @param {QuestionField} field
   * @param {() => void} draw Draws the field again.
   */
  constructor(field, draw) {
    this.field = field
    this.draw = draw
  }

  /** The answer of the field. */
  get value() {
    return this.field.isMany ? this.chosen : (this.chosen[0] ?? null)
  }

  /** Return whether there is a text that does not stand for a person. */
  isUnsettled() {
    return Boolean(clean(this.text)) && (this.field.isMany || !this.chosen.length)
  }

  /** Return whether a person is chosen in a field for several. @param {Offer} offer */
  isChosen({card}) {
    return Boolean(this.field.isMany) && this.chosen.some(({id}) => id === card.person_id)
  }

  /** Return whether a person may be chosen here. @param {Offer} offer */
  isPossible({card}) {
    return !this.field.without?.includes(card.person_id)
  }

  /** Return what is offered for the text. @returns {Offer[]} */
  options() {
    if (!this.isOpen || !this.offers) return []
    return this.offers.filter(each => this.isPossible(each) && !this.isChosen(each))
  }

  /** Take the text that a person has typed. @param {HTMLInputElement} input */
  type(input) {
    this.input = input
    if (input.value === this.text) return
    this.write(input.value)
    this.isOpen = Boolean(clean(this.text))
    if (this.isOpen) this.timer = setTimeout(() => this.ask(), DELAY)
    this.draw()
  }

  /** Show a text, and forget what the one before stood for. @param {string} text */
  write(text) {
    clearTimeout(this.timer)
    Object.assign(this, {text, offers: null, asked: null, active: -1, hasMoved: false, problem: "", isOpen: false})
    if (!this.field.isMany) this.chosen = []
    if (this.input) this.input.value = text // a field with the focus keeps its text otherwise
  }

  /** Ask who the text may mean, once. */
  ask() {
    if (this.asked?.text !== this.text) this.asked = {text: this.text, done: this.look()}
    return this.asked.done
  }

  async look() {
    const {text} = this
    try {
      const offers = await call("people.offers", {text: clean(text)}, {card: CARD, is_meant: 1, reason: 1})
      if (text !== this.text) return
      this.offers = offers
      if (!this.hasMoved) this.active = this.exact()
    } catch (error) {
      if (text !== this.text) return
      this.asked = null
      this.problem = /** @type {Error} */ (error).message
    }
    this.draw()
  }

  /** Return the index of the one person who is called as the text says; otherwise -1. */
  exact() {
    const options = this.options()
    const [first, ...others] = options.filter(({is_meant: isMeant}) => isMeant)
    return first && !others.length ? options.indexOf(first) : -1
  }

  /** Let the text stand for the person who is called so; otherwise `problem` says why it cannot. */
  async settle() {
    if (!this.isUnsettled()) return
    const {text} = this
    this.problem = ""
    await this.ask()
    if (text !== this.text || !this.offers) return
    const meant = this.offers.filter(({is_meant: isMeant}) => isMeant)
    const possible = meant.filter(each => this.isPossible(each))
    if (possible.length === 1) this.take(possible[0])
    else this.refuse(clean(text), meant.length, possible.length)
  }

  /** @type {(name: string, meant: number, possible: number) => void} */
  refuse(name, meant, possible) {
    this.isOpen = true
    this.active = -1
    if (possible > 1) this.problem = `${plural(possible, "person", "people")} are called “${name}”. Choose one of them.`
    else if (meant) this.problem = `“${name}” cannot be chosen here. Choose another person.`
    else if (this.options().length)
      this.problem = `Nobody is called “${name}”. Choose one of these, or type another name.`
    else this.problem = `Nobody is called “${name}”. Type another name.`
  }

  /** Choose a person. @param {Offer} offer */
  take(offer) {
    const {person_id: id, label} = offer.card
    const isNew = !this.isChosen(offer)
    this.write(this.field.isMany ? "" : label)
    if (isNew) this.chosen = [...this.chosen, {id, label}]
    this.draw()
  }

  /** Remove a person of several. @param {number} id */
  remove(id) {
    this.chosen = this.chosen.filter(each => each.id !== id)
    this.draw()
    this.input?.focus()
  }

  /** @param {number} index */
  pick(index) {
    const options = this.options()
    if (index in options) this.take(options[index])
  }

  close() {
    if (!this.isOpen) return
    this.isOpen = false
    this.draw()
  }

  /** Handle a key of the field; return whether it is used up. @param {KeyboardEvent} event */
  key(event) {
    const {key, shiftKey: isBack, isComposing} = event
    const {length} = this.options()
    if (isComposing || (!length && !this.opens(key))) return false
    if (!length) return true
    if (key in STEPS) return this.move(STEPS[key], length)
    if (key === "Escape") this.close()
    else if (this.active < 0) return false
    else if (key === "Enter" || (key === "Tab" && !isBack)) this.pick(this.active)
    return key === "Escape" || key === "Enter"
  }

  /** Open the list of a text again, if the key asks for it; return whether it does. @param {string} key */
  opens(key) {
    if (!(key in STEPS) || this.isOpen || !clean(this.text)) return false
    this.isOpen = true
    void this.ask()
    this.draw()
    return true
  }

  /** @type {(step: number, length: number) => true} */
  move(step, length) {
    this.hasMoved = true
    this.active = (Math.max(this.active, step < 0 ? 0 : -1) + step + length) % length
    this.draw()
    return true
  }

  /** Return why there is no answer. */
  complaint() {
    return this.problem || (clean(this.text) ? "Choose a person of the list." : "Enter the name of a person.")
  }

  /** @type {(error: string, words: {label: string, placeholder: string}) => HTMLElement} */
  drawField(error, {label, placeholder}) {
    const {name, isMany} = this.field
    const options = this.options()
    const list = `offers-${name}`
    const input = h("input", {
      name,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder,
      "aria-autocomplete": "list",
      "aria-expanded": String(options.length > 0),
      "aria-controls": list,
      "aria-activedescendant": this.active in options ? `${list}-${this.active}` : null,
      "aria-invalid": error ? "true" : null,
      "aria-describedby": error ? `error-${name}` : null,
      data: {field: name, key: `in-${name}`},
    })
    input.value = this.text
    const isUnknown = this.isOpen && this.offers && !options.length && !error
    return h(
      "div",
      {class: "part picker", data: {key: `part-${name}`}},
      h("label", {class: "field"}, h("span", null, label), input),
      isMany && this.drawChosen(),
      h("span", {class: "bad-text", role: "alert", id: `error-${name}`}, error),
      h("p", {class: "hint", role: "status", data: {key: `none-${name}`}}, isUnknown && "Nobody is called so."),
      h(
        "ul",
        {
          class: "offers",
          role: "listbox",
          id: list,
          "aria-label": "People",
          hidden: !options.length,
          data: {key: list},
        },
        options.map((option, index) => this.drawOption(option, index, `${list}-${index}`)),
      ),
    )
  }

  /** The chosen people of a field for several; each can be removed. */
  drawChosen() {
    const {name, label} = this.field
    return (
      this.chosen.length > 0 &&
      h(
        "div",
        {class: "people-chosen", role: "group", "aria-label": `${label}: chosen`, data: {key: `chosen-${name}`}},
        this.chosen.map(({id, label: text}) =>
          h(
            "button",
            {type: "button", class: "chip", "aria-label": `Remove ${text}`, data: {chosen: id, field: name, key: id}},
            h("bdi", null, text),
            h("span", {"aria-hidden": "true"}, "✕"),
          ),
        ),
      )
    )
  }

  /** @type {(offer: Offer, index: number, id: string) => HTMLElement} */
  drawOption({card, reason}, index, id) {
    const data = {offer: index, field: this.field.name, key: `person-${card.person_id}`}
    return h(
      "li",
      {id, role: "option", "aria-selected": String(index === this.active), data},
      drawPortrait(portraitOf(card)),
      h(
        "span",
        {class: "offered"},
        h("bdi", null, card.name),
        card.qualifier && h("small", null, `(${card.qualifier})`),
        card.other_names.length > 0 && h("small", null, "also ", h("bdi", null, card.other_names.join(", "))),
        reason && h("small", {class: "wide"}, `Did you mean this? ${reason}`),
      ),
      h("small", {class: "num"}, plural(card.files, "file")),
    )
  }
}
