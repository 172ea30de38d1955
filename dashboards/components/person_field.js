// A text field that suggests people while a person types: first the names that may be meant, then those with
// the text in their names (from the server, see person_field.py), then the text itself as a new person.
/** @import {Host} from "./combobox.js" */
import {Combobox} from "./combobox.js"
import {h} from "./browser/dom.js"
import {button} from "./widgets.js"
import {plural} from "./wording.js"

/**
 * @typedef {{name: string, files: number, reason?: string}} Offer
 * @typedef {Offer & {isNew?: boolean, isMeant?: boolean}} PersonOption
 * @typedef {{for: string, names: Offer[], similar: Offer[], known: boolean}} Offers
 *   People for the text `for`; `known`: a person has exactly this name.
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
const NEW_PERSON = name => [`Add “${name}”`, "a new person"]

/** @extends {Combobox<PersonOption>} */
export class PersonField extends Combobox {
  wraps = true
  typedText = ""
  isOpen = false
  added = "" // the new name that was added last
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
    if (!this.isOpen || this.offers?.for !== this.typedText) return []
    const {names, similar, known} = this.offers
    const taken = this.taken()
    const name = cleanName(this.typedText)
    /** @type {PersonOption[]} */
    const found = [...similar.map(offer => ({...offer, isMeant: true})), ...names]
    const isNew = name && !known && !includesName(taken, name)
    return [...found.filter(offer => !includesName(taken, offer.name)), ...(isNew ? [{name, files: 0, isNew}] : [])]
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

  /** Empty the field and clear the last name, because the editor was closed. */
  reset() {
    this.clear()
    this.offers = null
    this.added = ""
  }

  text() {
    return this.input()?.value ?? ""
  }

  /** Choose a name. @param {string} name @param {boolean} isKnown */
  take(name, isKnown) {
    this.clear()
    this.added = isKnown ? "" : name
    this.onChoose(name)
    if (this.added) this.host.send("typing", {text: name})
    this.input()?.focus()
  }

  /** @param {PersonOption} option */
  accept({name, isNew}) {
    this.take(name, !isNew)
  }

  /** The text of the field has changed. */
  onTyped() {
    this.clearOptions()
    this.typedText = this.text()
    this.isOpen = Boolean(this.typedText.trim())
    if (this.isOpen) this.request(() => this.host.send("typing", {text: this.typedText}))
    this.host.paint()
  }

  /** Show people for the typed text, or for the new name that was added last. @param {Offers} offers */
  onOffers(offers) {
    if (offers.for !== this.typedText && offers.for !== this.added) return
    const isPoorer = this.offers?.for === offers.for && this.offers.similar.length > offers.similar.length
    if (isPoorer) return // if two answers are for the same text, keep the one with more names
    this.offers = offers
    this.host.paint()
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey(event) {
    const {key} = event
    const isActive = this.active >= 0 && this.active < this.options().length
    if ((key === "Enter" || key === ",") && isActive) {
      this.pick(this.active)
      return true
    }
    const name = cleanName(this.text())
    if (key === "Enter" && name) {
      this.take(name, this.offers?.for === this.typedText && this.offers.known)
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
      h("small", {class: "num"}, note),
      isMeant && h("small", {class: "wide"}, reason),
    ]
  }

  /** @param {PersonOption} option */
  keyOf({name, isNew}) {
    return isNew ? `fresh:${name}` : name
  }
}
