// The fields of a question, in a dialog or in the page. What a person has typed stays while they are drawn again.
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {PersonPicker} from "#face/person_picker.js"
import {drawSelect} from "#face/widgets.js"

/** @typedef {{key: string, change?: string, field?: string}} Keyed The data of an element. */

/** @type {Record<string, any>} */
const EMPTY = {switch: false, checks: []}
/** @type {Record<string, string>} */
const MISSING = {text: "Enter a text.", password: "Enter a password.", checks: "Choose at least one."}

/** @type {(field: QuestionField) => "text" | "password" | "select" | "switch" | "checks" | "person"} */
const kindOf = ({kind = "text"}) => kind

/** Return whether a field needs an answer that it does not have. @type {(field: QuestionField, value: any) => boolean} */
function isMissing(field, value) {
  if (kindOf(field) === "checks") return field.required === true && !value.length
  return (field.required ?? true) && (value === "" || value === null)
}

export class Form {
  /** @type {Set<string>} */
  missing = new Set() // names of the fields that need an answer
  /** @type {Map<string, PersonPicker>} */
  pickers = new Map() // by the names of their fields
  /** @type {Map<string, QuestionField["options"]>} */
  read = new Map() // options that the library has returned, by the names of their fields
  problem = "" // why the answers are refused
  isWaiting = false // for the answer of the library

  /**
   * @param {Question} question
   * @param {() => void} [draw] Draws the form again after an answer of the library.
   */
  constructor(question, draw = () => {}) {
    this.question = question
    for (const field of question.fields ?? []) {
      if (kindOf(field) === "person") this.pickers.set(field.name, new PersonPicker(field, draw))
      if (field.reads) void this.readOptions(field, draw)
    }
    /** @type {Answers} */
    this.answers = Object.fromEntries(
      (question.fields ?? []).map(field => [field.name, field.value ?? EMPTY[kindOf(field)] ?? ""]),
    )
  }

  /** @type {(field: QuestionField, draw: () => void) => Promise<void>} */
  async readOptions({name, reads: [call_, args, want], optionsOf}, draw) {
    try {
      this.read.set(name, optionsOf(await call(call_, /** @type {any} */ (args), want)))
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message
    }
    draw()
  }

  /** Return the fields that the other answers leave open. */
  fields() {
    return (this.question.fields ?? []).filter(({when}) => when?.(this.answers) ?? true)
  }

  /** Take what a person has typed or chosen. @param {HTMLInputElement} target */
  take(target) {
    const {type, value, checked} = target
    const {field, option} = target.dataset
    if (!field) return
    if (this.pickers.has(field)) this.pickers.get(field).type(target)
    else if (option === undefined) this.answers[field] = type === "checkbox" ? checked : value
    else {
      const others = this.answers[field].filter((/** @type {string} */ each) => each !== option)
      this.answers[field] = checked ? [...others, option] : others
    }
  }

  /** Handle a key of a field with a list; return whether it is used up. @param {KeyboardEvent} event */
  key(event) {
    const {field} = /** @type {HTMLElement} */ (event.target).dataset
    return this.pickers.get(field)?.key(event) ?? false
  }

  /** Take the option that was clicked, if it is one. @param {Element} target */
  pick(target) {
    const option = target.closest("[data-offer]")
    if (option instanceof HTMLElement) this.pickers.get(option.dataset.field)?.pick(Number(option.dataset.offer))
  }

  /**
   * Close the lists of other fields. A list stays while a button has the focus: buttons that move under the mouse are missed.
   *
   * @param {HTMLElement} target
   */
  enter({dataset: {field}}) {
    if (!field) return
    for (const [name, picker] of this.pickers) if (name !== field) picker.close()
  }

  /** Return the answers as `result`, once each typed name stands for a person. @param {() => void} draw */
  async settled(draw) {
    const pickers = this.fields()
      .map(({name}) => this.pickers.get(name))
      .filter(Boolean)
    if (pickers.length) {
      this.isWaiting = true
      draw()
      await Promise.all(pickers.map(each => each.settle()))
      this.isWaiting = false
    }
    return this.result()
  }

  /** Return the answers to the fields that are shown; null if one is missing or does not fit. @returns {Answers | null} */
  result() {
    const fields = this.fields()
    this.problem = ""
    const answers = Object.fromEntries(
      fields.map(field => {
        const value = this.pickers.has(field.name) ? this.pickers.get(field.name).chosen : this.answers[field.name]
        return [field.name, kindOf(field) === "text" ? value.trim() : value] // each space of a password counts
      }),
    )
    this.missing = new Set(fields.filter(field => isMissing(field, answers[field.name])).map(({name}) => name))
    if (this.missing.size) return null
    this.problem = this.question.check?.(answers) ?? ""
    return this.problem ? null : answers
  }

  /**
   * Send the answers, and return whether they are accepted; otherwise `problem` says why not. `send` returns false if the
   * person goes back.
   *
   * @param {Answers} answers
   * @param {(answers: Answers) => Promise<unknown>} send
   * @param {() => void} draw
   */
  async send(answers, send, draw) {
    this.isWaiting = true
    draw()
    try {
      return (await send(answers)) !== false
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message
      return false
    } finally {
      this.isWaiting = false
    }
  }

  /** Return the fields, and why the answers are refused. @returns {Child[]} */
  draw() {
    return [
      this.fields().map(field => this.drawField(field)),
      this.problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, this.problem),
    ]
  }

  /** @param {QuestionField} field */
  drawField(field) {
    const {name, label, choices = [], none = ""} = field
    const isWrong = this.missing.has(name)
    const picker = this.pickers.get(name)
    if (picker) return picker.drawField(isWrong ? picker.complaint() : picker.problem)
    const value = this.answers[name]
    const data = {field: name, key: `in-${name}`}
    if (field.kind === "select") return selectField({label, choices, value, data})
    if (field.kind === "switch") return switchField(label, value, data)
    if (field.kind !== "checks") return this.drawText(field)
    const options = field.reads ? this.read.get(name) : (field.options ?? [])
    if (!options) return h("p", {class: "bone line", data: {key: `part-${name}`}}, h("span", {class: "vh"}, "loading"))
    const ticked = options.map(each => ({...each, on: value.includes(each.value)}))
    const error = isWrong ? MISSING.checks : ""
    return tickFields({label, options: ticked, none, error, dataOf: option => ({field: name, option})})
  }

  /** @param {QuestionField} field */
  drawText(field) {
    const {name, label, placeholder, longest} = field
    const isSecret = field.kind === "password"
    const error = this.missing.has(name) ? MISSING[kindOf(field)] : ""
    const input = h("input", {
      name,
      type: isSecret ? "password" : "text",
      autocomplete: isSecret ? "new-password" : "off",
      spellcheck: "false",
      maxlength: longest,
      placeholder,
      "aria-invalid": error ? "true" : null,
      "aria-describedby": error ? `error-${name}` : null,
      data: {field: name, key: `in-${name}`},
    })
    input.value = this.answers[name] // not as an attribute: the text of the page has no password
    return h(
      "div",
      {class: "part", data: {key: `part-${name}`}},
      h("label", {class: "field"}, h("span", null, label), input),
      h("span", {class: "bad-text", role: "alert", id: `error-${name}`}, error),
    )
  }
}

/**
 * A choice, with a sentence about what is chosen.
 *
 * @param {{label: string, choices: {value: string, label: string, hint?: string}[], value: string, data: Keyed}} field
 */
export function selectField({label, choices, value, data}) {
  const hint = choices.find(each => each.value === value)?.hint
  const id = `hint-${data.key}`
  return h(
    "div",
    {class: "part", data: {key: `part-${data.key}`}},
    h(
      "label",
      {class: "field"},
      h("span", null, label),
      drawSelect(
        choices.map(each => ({...each, on: each.value === value})),
        {"aria-describedby": hint ? id : null, data},
      ),
    ),
    hint && h("small", {class: "hint", id}, hint),
  )
}

/** @type {(label: string, isOn: boolean, data: Keyed) => HTMLElement} */
export const switchField = (label, isOn, data) =>
  h(
    "label",
    {class: "switch", data: {key: `part-${data.key}`}},
    h("input", {type: "checkbox", role: "switch", checked: isOn, data}),
    h("span", null, label),
  )

/**
 * Boxes of which any number can be ticked; `none` is the sentence if there is no tick, and `error` why one is needed.
 *
 * @param {{label: string, options: {value: string, label: string, title?: string, hint?: string, on: boolean}[], none: string, error?: string, dataOf: (value: string) => object}} field
 */
export const tickFields = ({label, options, none, error = "", dataOf}) =>
  h(
    "div",
    {class: "ticks", role: "group", "aria-label": label, data: {key: `ticks-${label}`}},
    options.map(({value, label: text, title, hint, on}) =>
      h(
        "label",
        {class: "tick", title, data: {key: value}},
        h("input", {type: "checkbox", checked: on, data: {...dataOf(value), key: `tick-${value}`}}),
        h("bdi", null, text),
        hint && h("small", null, h("bdi", null, hint)),
      ),
    ),
    !options.some(({on}) => on) &&
      h("p", {class: error ? "bad-text" : "hint", role: error ? "alert" : null, data: {key: "none"}}, error || none),
  )
