// The fields of a question, in a dialog or in the page. What a person has typed stays while they are drawn again.
import {h} from "#face/dom.js"
import {OfferField} from "#face/offer_field.js"
import {PersonPicker} from "#face/person_picker.js"
import {button, drawSelect, iconButton} from "#face/widgets.js"

/** @typedef {{key: string, change?: string, field?: string}} Keyed The data of an element. */

/** @type {Record<string, any>} */
const EMPTY = {switch: false, checks: [], pairs: []}
/** @type {Record<string, string>} */
const MISSING = {
  ...{text: "Enter a text.", lines: "Enter a text.", password: "Enter a password.", time: "Enter a time."},
  checks: "Choose at least one.",
}

/** @type {(field: QuestionField) => QuestionField["kind"]} */
const kindOf = ({kind = "text"}) => kind

const TRIMMED = new Set(["text", "lines"])
const EMPTY_ALLOWED = new Set(["checks", "pairs"]) // kinds of fields that need no answer unless they say so

/** Return whether a field needs an answer that it does not have. @type {(field: QuestionField, value: any) => boolean} */
const isMissing = (field, value) =>
  (field.required ?? !EMPTY_ALLOWED.has(kindOf(field))) && (value === null || value?.length === 0)

/** Return the answers before a person has given one. @param {Question} question @returns {Answers} */
const firstAnswers = ({fields = []}) =>
  Object.fromEntries(fields.map(field => [field.name, structuredClone(field.value ?? EMPTY[kindOf(field)] ?? "")]))

/** The fields that find something while a person types. @type {Record<string, typeof PersonPicker | typeof OfferField>} */
const PICKERS = {person: PersonPicker, offer: OfferField}

let made = 0

export class Form {
  /** @type {Set<string>} */
  missing = new Set() // names of the fields that need an answer
  /** @type {Map<string, PersonPicker | OfferField>} */
  pickers = new Map() // by the names of their fields
  problem = "" // why the answers are refused
  isWaiting = false // for the answer of the library
  isTouched = false // a person has typed since the form was made or sent: the text in a field may be that of the stored value
  number = ++made // other than that of each other form: a new one starts with new fields

  /**
   * @param {Question} question
   * @param {() => void} [onChange] Draws the form again.
   */
  constructor(question, onChange = () => {}) {
    this.question = question
    this.onChange = onChange
    for (const field of question.fields ?? [])
      if (PICKERS[kindOf(field)]) this.pickers.set(field.name, new PICKERS[kindOf(field)](field, () => onChange()))
    this.answers = firstAnswers(question)
    this.first = structuredClone(this.answers)
  }

  /** Return whether a person has changed an answer since the form was made or sent. */
  isChanged() {
    return JSON.stringify(this.answers) !== JSON.stringify(this.first)
  }

  /** Take the question as it is now; a draft that nobody has changed shows what is stored now. @param {Question} question */
  follow(question) {
    this.question = question
    if (question.lasts !== "draft") return
    if (this.isTouched) this.first = firstAnswers(question)
    else if (!this.isChanged()) this.restart()
  }

  /** Take the fields that a value of the library decides, once; a later value changes nothing. @param {QuestionField[]} fields */
  begin(fields) {
    if (this.question.fields) return
    this.question = {...this.question, fields}
    this.restart()
  }

  /** Show the first answers again. */
  restart() {
    this.answers = firstAnswers(this.question)
    this.first = structuredClone(this.answers)
    this.problem = ""
    this.isTouched = false
    this.missing.clear()
  }

  /** Note that the answers are stored. */
  settle() {
    this.isTouched = false
    this.first = structuredClone(this.answers)
  }

  /** Return the fields that the other answers leave open. */
  fields() {
    return (this.question.fields ?? []).filter(({when}) => when?.(this.answers) ?? true)
  }

  /** Take what a person has typed or chosen. @param {HTMLInputElement} target */
  take(target) {
    const {type, value, checked} = target
    const {field, option, pair, part} = target.dataset
    if (!field) return
    this.isTouched = true
    const before = this.answers[field]
    if (this.pickers.has(field)) this.tell(field, picker => picker.type(target))
    else if (pair !== undefined) this.answers[field][Number(pair)][Number(part)] = value
    else if (option === undefined) this.answers[field] = type === "checkbox" ? checked : value
    else {
      const others = before.filter((/** @type {string} */ each) => each !== option)
      this.answers[field] = checked ? [...others, option] : others
    }
    if (before !== this.answers[field]) this.forgetComplaint(field)
  }

  /** Show no longer why the answers were refused: one has changed. @param {string} field */
  forgetComplaint(field) {
    const isOfField = this.missing.delete(field)
    if (!isOfField && !this.problem) return
    this.problem = ""
    this.onChange()
  }

  /** Let a field that finds something act. @type {<Result>(field: string, act: (picker: PersonPicker | OfferField) => Result) => Result | undefined} */
  tell(field, act) {
    const picker = this.pickers.get(field)
    if (!picker) return undefined
    const {text, chosen} = picker
    const result = act(picker)
    if (picker.chosen !== chosen) this.answers[field] = picker.value
    if (picker.text !== text || picker.chosen !== chosen) this.forgetComplaint(field)
    return result
  }

  /** Handle a key of a field that finds people; return whether it is used up. @param {KeyboardEvent} event */
  key(event) {
    const {field} = /** @type {HTMLElement} */ (event.target).dataset
    return this.tell(field, picker => picker.key(event)) ?? false
  }

  /** Take a person who was clicked, or remove one. @param {HTMLElement} target */
  pick({dataset: {field, offer, chosen}}) {
    this.tell(field, picker => (chosen === undefined ? picker.pick(Number(offer)) : picker.remove(Number(chosen))))
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

  /** Return the answers as `result`, once each typed name stands for a person. */
  async settled() {
    const pickers = this.fields()
      .map(({name}) => this.pickers.get(name))
      .filter(Boolean)
    this.isWaiting = true
    if (pickers.length) this.onChange()
    await Promise.all(pickers.map(each => each.settle()))
    this.isWaiting = false
    return this.result()
  }

  /** Return the answers to the fields that are shown; null if one is missing or does not fit. @returns {Answers | null} */
  result() {
    const fields = this.fields()
    this.problem = ""
    const answers = Object.fromEntries(
      fields.map(field => {
        const picker = this.pickers.get(field.name)
        const value = picker ? picker.value : this.answers[field.name]
        return [field.name, TRIMMED.has(kindOf(field)) ? value.trim() : value] // each space of a password counts
      }),
    )
    const missing = fields.filter(
      field => this.pickers.get(field.name)?.isUnsettled() || isMissing(field, answers[field.name]),
    )
    this.missing = new Set(missing.map(({name}) => name))
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

  /**
   * Return the fields, and why the answers are refused.
   *
   * @param {any} [found] What the question has read; null if it failed, undefined until it is read.
   * @returns {Child[]}
   */
  draw(found) {
    const {account} = this.question
    return [
      account && h("input", {name: "account", autocomplete: "username", value: account, hidden: true}),
      this.fields().map(field => this.drawField(field, found)),
      this.problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, this.problem),
    ]
  }

  /** @type {(field: QuestionField, found: any) => Child} */
  drawField(field, found) {
    const {name, choices = [], none = ""} = field
    const label = this.word(field.label)
    const isWrong = this.missing.has(name)
    const picker = this.pickers.get(name)
    if (picker)
      return picker.drawField(isWrong ? picker.complaint() : picker.problem, {
        label,
        placeholder: this.word(field.placeholder),
      })
    const value = this.answers[name]
    const data = {field: name, key: `in-${name}`}
    if (field.kind === "select") return selectField({label, choices, value, data})
    if (field.kind === "switch") return switchField(label, value, data)
    if (field.kind === "pairs") return drawPairs(field, label, value)
    if (field.kind !== "checks") return this.drawText(field, found)
    if (field.optionsOf && found === undefined)
      return h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
    const options = (field.optionsOf ? found && field.optionsOf(found) : field.options) ?? []
    if (!options.length && !none) return null
    const ticked = options.map(each => ({...each, on: value.includes(each.value)}))
    return h(
      "div",
      {class: "part", data: {key: `part-${name}`}},
      h("span", {class: "field", "aria-hidden": "true"}, label),
      tickFields({
        ...{label, options: ticked, none, error: isWrong ? MISSING.checks : ""},
        dataOf: option => ({field: name, option}),
      }),
    )
  }

  /** Return a word that the answers, or what the question has read, may decide. @type {(of?: OfAnswers, found?: any) => string | undefined} */
  word(of, found) {
    return typeof of === "function" ? of(this.answers, found) : of
  }

  /** @type {(field: QuestionField, found: any) => HTMLElement} */
  drawText(field, found) {
    const {name, title, longest, inputmode, autocomplete} = field
    const isSecret = field.kind === "password"
    const error = this.missing.has(name) ? MISSING[kindOf(field)] : ""
    const isLong = field.kind === "lines"
    const input = h(isLong ? "textarea" : "input", {
      name,
      title,
      ...(isLong ? {rows: 3} : {type: kindOf(field)}),
      autocomplete: autocomplete ?? (isSecret ? "new-password" : "off"),
      inputmode,
      spellcheck: "false",
      maxlength: longest,
      placeholder: this.word(field.placeholder, found),
      "aria-invalid": error ? "true" : null,
      "aria-describedby": error ? `error-${name}` : null,
      data: {field: name, key: `in-${name}`},
    })
    input.value = this.answers[name] // not as an attribute: the text of the page has no password
    return h(
      "div",
      {class: "part", data: {key: `part-${name}`}},
      h("label", {class: "field"}, h("span", null, this.word(field.label)), input),
      h("span", {class: "bad-text", role: "alert", id: `error-${name}`}, error),
    )
  }
}

/** Two texts in each row. @type {(field: QuestionField, label: string, value: string[][]) => HTMLElement} */
function drawPairs({name, none, pairs: {columns, add, remove, aside, isMarked}}, label, value) {
  const heads = [
    ...columns.flatMap(({head}, place) => (place ? ["", head] : [head])),
    ...(aside ? [aside.head] : []),
    "",
  ]
  return h(
    "div",
    {class: "pairs", role: "group", "aria-label": label, data: {key: `part-${name}`}},
    h("span", {class: "label"}, label),
    value.length
      ? h(
          "div",
          {class: "pair-rows", data: {key: "rows"}},
          h(
            "div",
            {class: "pair-row th", "aria-hidden": "true"},
            heads.map(head => h("span", null, head)),
          ),
          value.map((pair, place) => {
            const row = `row ${place + 1}`
            const data = {field: name, pair: place}
            return h(
              "div",
              {class: isMarked?.(pair) ? "pair-row hit" : "pair-row", data: {key: `row-${place}`}},
              columns.map((column, at) => [
                at > 0 && h("span", {class: "arrow", "aria-hidden": "true"}, "→"),
                drawPart(column, pair, row, {...data, part: column.part, key: `${name}-${column.part}`}),
              ]),
              aside && h("span", {class: "aside"}, aside.draw(pair)),
              iconButton("✕", `Remove ${remove(pair, row)}`, {...data, act: "pair-less", key: "less"}),
            )
          }),
        )
      : h("p", {class: "hint"}, none),
    button(add, "pair-more", {kind: "small", data: {field: name, key: "more"}}),
    columns.map(
      ({part, offers}) =>
        offers &&
        h(
          "datalist",
          {id: `offers-${part}`, data: {key: `offers-${part}`}},
          offers.map(each => h("option", {value: each})),
        ),
    ),
  )
}

/** @type {(column: PairsField["columns"][number], pair: string[], row: string, data: object) => HTMLElement} */
const drawPart = ({part, label, placeholder, offers}, pair, row, data) =>
  h("input", {
    type: "text",
    value: pair[part],
    title: pair[part] || null,
    "aria-label": `${label}, ${row}`,
    placeholder,
    list: offers ? `offers-${part}` : null,
    autocomplete: "off",
    spellcheck: "false",
    data,
  })

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

/**
 * Let the fields that find people react to keys, clicks and the focus.
 *
 * @param {HTMLElement} root An element with forms.
 * @param {(target: HTMLElement) => Form | undefined} formOf
 */
export function followPeople(root, formOf) {
  const targetOf = (/** @type {Event} */ event) => /** @type {HTMLElement} */ (event.target)
  const pickedBy = (/** @type {Event} */ event) => targetOf(event).closest("[data-offer], [data-chosen]")
  root.addEventListener("keydown", event => {
    if (!formOf(targetOf(event))?.key(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  })
  root.addEventListener("focusin", event => formOf(targetOf(event))?.enter(targetOf(event)))
  root.addEventListener("mousedown", event => {
    if (pickedBy(event)) event.preventDefault() // the field keeps the focus
  })
  root.addEventListener("click", event => {
    const picked = /** @type {HTMLElement | null} */ (pickedBy(event))
    if (picked) formOf(picked)?.pick(picked)
  })
}
