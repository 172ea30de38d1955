// A text field that suggests people while a person types: first those with the text in their names, then similar names
// (both from the server, see person_field.py), then the text itself as a new person. Enter takes the first suggestion, so
// a new person is a choice of its own, unless there is no other suggestion.
/** @import {Host} from "#face/combobox.js" */
import {Combobox} from "#face/combobox.js"
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {PersonOffer & {isNew?: boolean, isMeant?: boolean}} PersonOption
 * @typedef {object} Offers People for a text.
 * @property {string} for The text.
 * @property {PersonOffer[]} names
 * @property {PersonOffer[]} similar
 * @property {boolean} known A person has exactly this name.
 * @property {boolean} complete Similar names are searched, too, or not needed.
 * @property {boolean} [entered] The answer to a name that was entered before its suggestions arrived.
 *
 * @typedef {(name: string) => [string, string]} NewLabel The text of a new name in the list, and its description.
 */

/** @param {string} name */
export const cleanName = name => name.trim().replace(/\s+/g, " ")
/** @param {string} name */
const folded = name => cleanName(name).toLowerCase()
/** @type {(names: string[], name: string) => boolean} */
export const includesName = (names, name) => names.some(other => folded(other) === folded(name))
/** @type {(names: string[], name: string) => string[]} */
export const withoutName = (names, name) => names.filter(other => folded(other) !== folded(name))

/** @type {NewLabel} */
const NEW_PERSON = name => [`New person “${name}”`, ""]

/** @extends {Combobox<PersonOption>} */
export class PersonField extends Combobox {
  wraps = true
  typedText = ""
  isOpen = false
  added = "" // the new name that was added last
  /** @type {string[]} */
  entered = [] // names that were entered before their suggestions arrived
  /** @type {(() => void) | null} */
  afterAnswers = null // runs when the answers that an action waits for are there
  /** @type {Offers | null} */
  offers = null

  /**
   * @param {Host} host
   * @param {object} options
   * @param {string} options.id
   * @param {string} options.label
   * @param {() => string[]} options.taken Names that are not offered.
   * @param {(name: string) => void} options.onChoose
   * @param {NewLabel} [options.newLabel]
   */
  constructor(host, {id, label, taken, onChoose, newLabel = NEW_PERSON}) {
    super(host, {id, listLabel: "People"})
    this.label = label
    this.taken = taken
    this.onChoose = onChoose
    this.newLabel = newLabel
  }

  options() {
    return this.isOpen && this.offers?.for === this.typedText ? this.optionsOf(this.offers) : []
  }

  /** @param {Offers} offers @returns {PersonOption[]} */
  optionsOf({for: text, names, similar, known}) {
    const taken = this.taken()
    const name = cleanName(text)
    /** @type {PersonOption[]} */
    const found = [...names, ...similar.map(offer => ({...offer, isMeant: true}))]
    const isNew = name && !known && !includesName(taken, name)
    return [...found.filter(offer => !includesName(taken, offer.name)), ...(isNew ? [{name, files: 0, isNew}] : [])]
  }

  preferred() {
    const [first] = this.options()
    const isUnsure = !first || (first.isNew && !this.offers.complete)
    return isUnsure || includesName(this.taken(), this.typedText) ? -1 : 0
  }

  clearOptions() {
    super.clearOptions()
    this.isOpen = false
  }

  /** Empty the field. */
  clear() {
    this.typedText = ""
    this.clearOptions()
    if (this.input()) this.input().value = ""
  }

  /** Type a text. @param {string} text */
  fill(text) {
    this.input().value = text
    this.onTyped()
  }

  /** Empty the field and clear the last name, because the editor was closed. */
  reset() {
    this.clear()
    this.offers = null
    this.added = ""
    this.entered = []
    this.afterAnswers = null
  }

  text() {
    return this.input()?.value ?? ""
  }

  /** Choose a name. @param {string} name @param {boolean} isKnown */
  take(name, isKnown) {
    this.clear()
    this.choose(name, isKnown)
    this.input()?.focus()
  }

  /** Choose a name and keep the text of the field. @param {string} name @param {boolean} isKnown */
  choose(name, isKnown) {
    this.added = isKnown ? "" : name
    this.onChoose(name)
    if (this.added) this.host.send("typing", {text: name})
  }

  /** Choose the first suggestion for a name whose suggestions have not arrived. @param {string} name */
  enter(name) {
    this.clear()
    this.entered.push(name)
    this.host.send("typing", {text: name, entered: true})
    this.host.paint()
  }

  /** @param {Offers} offers */
  onEntered(offers) {
    const place = this.entered.indexOf(offers.for)
    if (place < 0) return
    this.entered.splice(place, 1)
    const [option] = includesName(this.taken(), offers.for) ? [] : this.optionsOf(offers)
    if (option) this.choose(option.name, !option.isNew)
    if (!this.entered.length) this.goOn()
  }

  /** Return whether suggestions are missing, for the text or for an entered name; `then` runs when they are there.
   *
   * @param {() => void} then
   */
  waits(then) {
    const isAnswered = !cleanName(this.typedText) || (this.offers?.for === this.typedText && this.offers.complete)
    if (isAnswered && !this.entered.length) return false
    this.afterAnswers = then
    this.isOpen = true
    if (!isAnswered) this.host.send("typing", {text: this.typedText})
    return true
  }

  goOn() {
    const then = this.afterAnswers
    this.afterAnswers = null
    then?.()
  }

  /** Return the person that the text of the field names without a choice; null if there is a choice. */
  named() {
    const name = cleanName(this.text())
    const option = this.options()[this.preferred()]
    const isSure = option && (option.isNew || includesName([name], option.name))
    return isSure || includesName(this.taken(), name) ? (option?.name ?? name) : null
  }

  /** @param {PersonOption} option */
  accept({name, isNew}) {
    this.take(name, !isNew)
  }

  /** The text of the field has changed. */
  onTyped() {
    this.clearOptions()
    this.afterAnswers = null
    this.typedText = this.text()
    this.isOpen = Boolean(this.typedText.trim())
    if (this.isOpen) this.request(() => this.host.send("typing", {text: this.typedText}))
    this.host.paint()
  }

  /** Show people for the typed text, or for the new name that was added last. @param {Offers} offers */
  onOffers(offers) {
    if (offers.entered) {
      this.onEntered(offers)
      return
    }
    if (offers.for !== this.typedText && offers.for !== this.added) return
    const isPoorer = this.offers?.for === offers.for && this.offers.complete && !offers.complete
    if (isPoorer) return // if two answers are for the same text, keep the one with more names
    const chosen = this.hasMoved ? this.options()[this.active] : null
    this.offers = offers
    this.active = chosen ? this.options().findIndex(each => this.keyOf(each) === this.keyOf(chosen)) : this.preferred()
    this.host.paint()
    if (offers.complete && offers.for === this.typedText) this.goOn()
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey(event) {
    const {key} = event
    const isActive = this.active >= 0 && this.active < this.options().length
    if (isActive && (key === "Enter" || (key === "," && this.hasMoved))) {
      this.pick(this.active)
      return true
    }
    const name = cleanName(this.text())
    if (key === "Enter" && name) {
      if (includesName(this.taken(), name)) this.take(name, true)
      else this.enter(name)
      return true
    }
    return super.onKey(event)
  }

  /** @param {{placeholder: string, problem: string, describedBy: string}} options */
  draw({placeholder, problem, describedBy}) {
    return [
      h("input", {
        type: "text",
        id: this.id,
        "aria-label": this.label,
        "aria-invalid": problem ? "true" : null,
        "aria-describedby": describedBy,
        placeholder,
        autocomplete: "off",
        autocapitalize: "words",
        spellcheck: "false",
        enterkeyhint: "done",
        value: this.typedText,
        ...this.inputAttributes(),
        data: {key: this.id},
      }),
      this.drawList(),
    ]
  }

  /** Draw the people whose names are similar to the last new name; null if there are none.
   *
   * @param {(name: string) => boolean} isPresent
   */
  drawHint(isPresent) {
    const isAsked = this.added && this.offers?.for === this.added && isPresent(this.added)
    const meant = isAsked ? this.offers.similar[0] : null
    if (!meant) return null
    return h(
      "p",
      {class: "mean", role: "status", data: {key: `${this.id}-mean`}},
      h(
        "span",
        null,
        "Did you mean ",
        h("b", null, h("bdi", null, meant.name)),
        `? In ${plural(meant.files, "file")}: ${meant.reason}.`,
      ),
      button("Use that name", "meant", {kind: "link", data: {old: this.added, name: meant.name}}),
    )
  }

  /** @param {PersonOption} option */
  drawOption({name, files, reason, isNew, isMeant}) {
    const [text, note] = isNew ? this.newLabel(name) : [name, plural(files, "file")]
    return [
      isMeant && h("small", null, "Did you mean "),
      h("bdi", null, text),
      note && h("small", {class: "num"}, note),
      isMeant && h("small", {class: "wide"}, reason),
    ]
  }

  /** @param {PersonOption} option */
  keyOf({name, isNew}) {
    return isNew ? `fresh:${name}` : name
  }
}
