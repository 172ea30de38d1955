// The fields of one file beside the comment: each value is a button that opens an input; a rating is five stars.
import {drawPart} from "#face/comment_text.js"
import {h} from "#face/dom.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {drawSelect, facts, iconButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @typedef {import("#face/comment_text.js").Kind} Kind */
/** @typedef {import("#face/file_details.js").FileDetails} FileDetails */
/**
 * @typedef {object} FieldRow
 * @property {string} key
 * @property {string} label
 * @property {string} about What the field means.
 * @property {string} hint What can be typed.
 * @property {boolean} multiline
 * @property {string[]} choices The allowed values; none: all.
 * @property {number | null} stars Of a rating: the planned number, 0 for none.
 * @property {boolean} is_rejected Of a rating: another program marked the photo as rejected.
 * @property {string} value The planned value.
 * @property {TextPart[] | null} old The value in the file; null for none.
 * @property {TextPart[] | null} new The planned value; null for none.
 * @property {boolean} changed
 * @property {boolean} edited An edit is in force.
 * @property {string} origin Of the planned value: file, edit, rule or import; "" for no value.
 * @property {boolean} locked Rules, bulk edits and spreadsheets do not change it.
 * @property {boolean} is_shown The file or an edit has a value.
 * @property {string} why The reason if the file has no place for the field.
 * @property {string} problem The reason if the file cannot store the planned value.
 */

const STARS = [1, 2, 3, 4, 5]
const MAX_LENGTH = "10000" // characters of a value

/** The allowed values behind no value; a value of the file that is not allowed stays selectable. @type {(choices: string[], value: string) => {value: string, label: string}[]} */
const optionsOf = (choices, value) => [
  {value: "", label: "no value"},
  ...(value && !choices.includes(value) ? [{value, label: value}] : []),
  ...choices.map(each => ({value: each, label: each})),
]

/** @type {(parts: TextPart[] | null, kind: Kind) => Child} */
const drawParts = (parts, kind) => parts?.map(part => drawPart(part, kind))

/** @param {FieldRow} row */
const drawOld = row =>
  row.changed &&
  row.old &&
  h("span", {class: "was diff", data: {key: "was"}}, h("span", {class: "vh"}, "now "), drawParts(row.old, "old"))

/** @type {Record<string, string>} */
const ORIGINS = {rule: "set by a rule", import: "imported from a spreadsheet"}

/** @param {FieldRow} row */
const plannedText = ({value, changed}) => value || (changed ? "will be removed" : "none")

/** @param {FieldRow} row */
const drawPlanned = row =>
  row.new ? drawParts(row.new, row.changed ? "new" : "same") : row.changed ? "will be removed" : "–"

/** Return a field with a value that is not read yet. @type {(row: FieldRow, text: string) => FieldRow} */
const withValue = (row, text) => ({
  ...row,
  value: text,
  stars: row.stars === null ? null : Number(text) || 0,
  is_rejected: false,
  new: text ? [{text, mark: true}] : null,
  changed: true,
  edited: true,
})

export class ValueEditing {
  /** @type {string | null} */
  edited = null // the key of the field with an input
  /** @type {FieldRow | null} */
  original = null // the field when its input was opened
  typed = ""
  problem = ""
  seen = 0 // the newest decision about the file that the person has seen
  isByKey = false // the last action in the select box was a key

  /** @param {FileDetails} details */
  constructor(details) {
    this.details = details
  }

  /** Close the input without drawing. */
  reset() {
    this.edited = null
    this.problem = ""
  }

  /** @returns {FieldRow[]} */
  rows() {
    const rows = /** @type {any} */ (this.details.view?.field_rows ?? [])
    const shown = this.details.row?.shown_values ?? {}
    return rows.map((/** @type {FieldRow} */ row) => (row.key in shown ? withValue(row, shown[row.key]) : row))
  }

  /** @param {string} key */
  startEditing(key) {
    const {id, view} = this.details
    this.edited = key
    this.isByKey = false
    this.original = this.rows().find(row => row.key === key)
    const kept = draftOf(id).field
    this.typed = kept?.key === key ? kept.typed : this.original.value
    this.seen = (kept?.key === key ? kept.seen : null) ?? view.newest_decision
    this.problem = ""
    this.details.paint()
    const input = /** @type {HTMLInputElement} */ (this.input())
    input?.focus()
    input?.select?.() // a select box has no text
  }

  /** Return what is not saved, null for nothing. A choice of a list is no work that could be lost. */
  unsaved() {
    const {edited: key, typed, original} = this
    if (!key || original.choices.length || typed === original.value) return null
    return {key, label: original.label, typed, seen: this.seen}
  }

  /** Close the input and keep what is not saved. */
  leave() {
    const left = this.unsaved()
    if (left) keepDraft(this.details.id, {field: left})
    else this.drop(this.details.id, this.edited)
    this.stopEditing()
  }

  /** Drop the draft of a field. @type {(id: number, key: string) => void} */
  drop(id, key) {
    if (draftOf(id).field?.key === key) dropDraft(id, "field")
  }

  stopEditing() {
    const key = this.edited
    this.reset()
    this.details.paint()
    this.details.focus(`.values [data-act=edit-field][data-field=${key}]`)
  }

  input() {
    return this.details.find(".values .entry :is(input, textarea, select)")
  }

  save() {
    const {edited: key, typed, seen} = this
    if (typed === this.rows().find(row => row.key === key).value) {
      this.leave()
      return
    }
    const {id} = this.details
    this.stopEditing()
    this.send(key, typed, seen).then(
      () => this.drop(id, key),
      error => this.refuse(error, id, key, typed),
    )
  }

  /** @type {(key: string, text: string, seen: number) => Promise<void>} */
  send(key, text, seen) {
    return this.details.decide("set-field", {field: key, text, seen})
  }

  /** Open the input again with the value that is not saved. @type {(error: Error & {seen?: number}, id: number, key: string, typed: string) => void} */
  refuse(error, id, key, typed) {
    const {label} = this.rows().find(row => row.key === key) ?? {label: key}
    keepDraft(id, {field: {key, label, typed, seen: error.seen ?? this.seen}})
    if (id !== this.details.id || !this.details.isFree()) {
      this.details.complain(error)
      return
    }
    this.startEditing(key)
    this.problem = error.message
    this.details.paint()
  }

  /** A click on the same star removes the rating. @type {(key: string, stars: number) => void} */
  rate(key, stars) {
    const isSame = this.rows().find(row => row.key === key).stars === stars
    this.problem = ""
    this.send(key, isSame ? "" : String(stars), this.details.view.newest_decision).catch(error =>
      this.details.complain(error),
    )
  }

  /** @param {HTMLElement} target Whether it is the input. */
  onType(target) {
    if (!this.edited || target !== this.input()) return false
    this.typed = /** @type {HTMLInputElement} */ (target).value
    return true
  }

  /** Save a choice of the pointer at once: a key changes the value of a closed select box with each arrow. @param {HTMLElement} target */
  onChange(target) {
    if (!this.edited || target !== this.input()) return false
    this.onType(target)
    if (target.matches("select") && !this.isByKey) this.save()
    return true
  }

  /** Save the choice when the select box is left. @param {HTMLElement} target */
  onLeave(target) {
    if (this.edited && target === this.input() && target.matches("select")) this.save()
  }

  /** Handle a key; return whether the input used it. @param {KeyboardEvent} event */
  onKey(event) {
    const {key} = event
    const target = /** @type {HTMLElement} */ (event.target)
    this.isByKey = true
    if (!this.edited || target !== this.input()) return false
    const isLineBreak = key === "Enter" && event.shiftKey && target.matches("textarea")
    if ((key !== "Enter" && key !== "Escape") || isLineBreak || event.isComposing) return true
    event.preventDefault()
    event.stopPropagation()
    if (key === "Enter") this.save()
    else this.leave()
    return true
  }

  /** @param {FieldRow} row */
  drawInput({key, label, hint, multiline, choices, value}) {
    const {problem} = this
    const attributes = {
      autocomplete: "off",
      maxlength: MAX_LENGTH,
      "aria-label": label,
      "aria-invalid": problem ? "true" : null,
      "aria-describedby": "field-problem",
      data: {key: "in"},
    }
    const isChoice = choices.length > 0
    const keys = isChoice
      ? "Enter saves, and so does leaving the list; a choice with the mouse is saved at once. Escape cancels."
      : `Enter saves${multiline ? ", Shift Enter adds a line" : ""}, Escape keeps a draft.${value ? " An empty value removes the field." : ""}`
    return h(
      "div",
      {class: "entry", data: {editor: "", key: `set-${key}`}},
      isChoice
        ? drawSelect(optionsOf(choices, this.typed), attributes, this.typed)
        : multiline
          ? h("textarea", {rows: "4", ...attributes, value: this.typed})
          : h("input", {type: "text", ...attributes, value: this.typed}),
      h("p", {class: problem ? "bad-text" : "hint", id: "field-problem", role: "alert"}, problem || `${hint} ${keys}`),
    )
  }

  /** @type {(row: FieldRow, isEditable: boolean) => HTMLElement} */
  drawStars({key, label, stars, is_rejected: isRejected}, isEditable) {
    const text = isRejected ? "rejected" : stars ? plural(stars, "star") : "none"
    if (!isEditable) return h("span", {class: "stars", role: "img", "aria-label": text}, "★".repeat(stars))
    return h(
      "span",
      {class: "stars", role: "group", "aria-label": `${label}: ${text}`},
      STARS.map(star =>
        h(
          "button",
          {
            type: "button",
            class: star <= stars ? "on" : "",
            "aria-pressed": String(star === stars),
            "aria-label": star === stars ? "Remove the rating" : plural(star, "star"),
            title: star === stars ? "Remove the rating" : plural(star, "star"),
            data: {act: "rate-field", field: key, stars: star, key: `star-${star}`},
          },
          star <= stars ? "★" : "☆",
        ),
      ),
    )
  }

  /** @type {(row: FieldRow, isEditable: boolean) => Child} */
  drawValue(row, isEditable) {
    const {key, label, stars, is_rejected: isRejected, why, changed} = row
    if (why) return h("span", {class: "value none"}, why)
    if (this.edited === key) return this.drawInput(row)
    if (stars !== null)
      return [drawOld(row), this.drawStars(row, isEditable), isRejected && h("span", {class: "value"}, "rejected")]
    const kind = changed && row.new ? "value diff new" : changed ? "value gone" : row.new ? "value" : "value none"
    return [
      drawOld(row),
      isEditable
        ? h(
            "button",
            {
              type: "button",
              class: kind,
              title: "Edit this value",
              "aria-label": `${label}: ${plannedText(row)}. Edit this value`,
              data: {act: "edit-field", field: key, key: "value"},
            },
            drawPlanned(row),
          )
        : h("span", {class: kind}, drawPlanned(row)),
    ]
  }

  /** @type {(row: FieldRow, isEditable: boolean) => HTMLElement} */
  drawRow(row, isEditable) {
    const {key, label, about, edited, locked, origin, problem, why} = row
    return h(
      "li",
      {class: why ? "barred" : locked ? "locked" : "", data: {key: `fv-${key}`}},
      h("span", {class: "name", title: about}, label),
      h("div", {class: "both"}, this.drawValue(row, isEditable)),
      isEditable &&
        h(
          "span",
          {class: "field-acts", data: {key: "acts"}},
          edited &&
            iconButton(
              "↺",
              `Remove the edit of the field ${label}`,
              {act: "revoke-field", field: key},
              {
                title: ORIGINS[origin] ? `Remove this edit (${ORIGINS[origin]})` : "Remove this edit",
                class: "icon revoke",
              },
            ),
          !why &&
            drawLock(
              key,
              label,
              locked,
              locked ? "Unlock it" : "Lock: rules, bulk edits and spreadsheets no longer change it",
            ),
        ),
      problem && h("p", {class: "bad-text", data: {key: "problem"}}, problem, " A write leaves the field out."),
    )
  }

  /** @type {(rows: FieldRow[], isEditable: boolean, name: string) => HTMLElement} */
  drawRows(rows, isEditable, name) {
    return h(
      "ul",
      {class: "props values", "aria-label": name, data: {key: name}},
      rows.map(row => this.drawRow(row, isEditable)),
    )
  }

  draw() {
    const {details} = this
    const isEditable = details.mayEdit()
    const rows = this.rows()
    const isRatable = (/** @type {FieldRow} */ row) => isEditable && row.stars !== null && !row.why
    const shown = rows.filter(row => row.is_shown || isRatable(row) || row.edited)
    const more = rows
      .filter(row => !shown.includes(row))
      .sort((a, b) => Number(Boolean(a.why)) - Number(Boolean(b.why)))
    const {rows: names, note} = /** @type {any} */ (details.view.field_names)
    return [
      isEditable && details.drawOnlyThis("fields"),
      shown.length > 0 && this.drawRows(shown, isEditable, "Fields of this file"),
      more.length > 0 &&
        details.drawSection(
          "more_fields",
          shown.length ? "More fields" : "This file has no other fields yet. Show all",
          () => this.drawRows(more, isEditable, "More fields"),
        ),
      names.length > 0 &&
        details.drawSection("field_names", "Names in other programs", () => [
          facts(names),
          note && h("p", {class: "hint"}, note),
        ]),
    ]
  }
}

/** The padlock of a field or a property. @type {(field: string, label: string, isLocked: boolean, title: string) => HTMLElement} */
export const drawLock = (field, label, isLocked, title) =>
  h(
    "button",
    {
      type: "button",
      class: "icon lock",
      "aria-pressed": String(isLocked),
      "aria-label": `Lock ${label.toLowerCase()}`,
      title,
      data: {act: isLocked ? "unlock" : "lock", field, key: "lock"},
    },
    h("i", {"aria-hidden": "true"}),
  )
