// A field that finds something by name while a person types: what it finds can be chosen below it. The answer about an older
// text is dropped.
import {h} from "#face/dom.js"

const DELAY = 200 // milliseconds without typing before the library is asked

export class OfferField {
  text = ""
  /** @type {FieldOffer | null} */
  chosen = null
  /** @type {FieldOffer[] | null} */
  offers = null // for the text; null until the library has answered
  problem = ""
  timer = 0

  /**
   * @param {QuestionField} field
   * @param {() => void} draw Draws the field again.
   */
  constructor(field, draw) {
    this.field = field
    this.draw = draw
    void this.look()
  }

  /** The answer of the field. */
  get value() {
    return this.chosen
  }

  isUnsettled() {
    return false
  }

  async settle() {}

  complaint() {
    return this.problem || "Choose one of the list."
  }

  /** Take the text that a person has typed, or the choice. @param {HTMLInputElement} input */
  type({type, value}) {
    if (type === "radio") this.chosen = this.options().find(each => each.value === value) ?? null
    else if (value !== this.text) {
      this.text = value
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.look(), DELAY)
    }
    this.draw()
  }

  async look() {
    const {text} = this
    try {
      const found = await this.field.finds(text.trim())
      if (text !== this.text) return
      this.offers = found
      this.problem = ""
    } catch (error) {
      if (text !== this.text) return
      this.problem = /** @type {Error} */ (error).message
    }
    this.draw()
  }

  /** Return what can be chosen: the choice stays, whatever the text finds. @returns {FieldOffer[]} */
  options() {
    const found = this.offers ?? []
    const others = this.text.trim() ? (this.field.adds?.(this.text.trim()) ?? []) : []
    const all = [...found, ...others]
    const isListed = !this.chosen || all.some(({value}) => value === this.chosen.value)
    return isListed ? all : [this.chosen, ...all]
  }

  key() {
    return false
  }

  pick() {}

  remove() {}

  close() {}

  /** @type {(error: string, words: {label: string, placeholder: string}) => HTMLElement} */
  drawField(error, {label, placeholder}) {
    const {name} = this.field
    const options = this.options()
    const input = h("input", {
      name,
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      placeholder,
      "aria-invalid": error ? "true" : null,
      "aria-describedby": error ? `error-${name}` : null,
      data: {field: name, key: `in-${name}`},
    })
    input.value = this.text
    return h(
      "div",
      {class: "part", data: {key: `part-${name}`}},
      h("label", {class: "field"}, h("span", null, label), input),
      h("span", {class: "bad-text", role: "alert", id: `error-${name}`}, error),
      h(
        "div",
        {class: "found-offers", role: "radiogroup", "aria-label": "Found", data: {key: `offers-${name}`}},
        options.map(each => this.drawOption(each)),
        this.offers && !this.offers.length && h("p", {class: "hint", role: "status"}, "Nothing has this name."),
      ),
    )
  }

  /** @param {FieldOffer} offer */
  drawOption({value, label, hint}) {
    const isOn = this.chosen?.value === value
    return h(
      "label",
      {class: isOn ? "choice on" : "choice", data: {key: `offer-${value}`}},
      h("input", {
        type: "radio",
        name: `${this.field.name}-offer`,
        value,
        checked: isOn,
        data: {field: this.field.name, key: `radio-${value}`},
      }),
      h("bdi", null, label),
      h("small", null, hint),
    )
  }
}
