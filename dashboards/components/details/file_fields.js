// The fields of one file beside the comment: each value is a button that opens an input; a rating is five stars.
import {drawPart} from "#face/comment_text.js"
import {h} from "#face/dom.js"
import {drawSelect, facts, iconButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {drawSection} from "./file_history.js"
import {drawOnlyThis, onlyThis} from "./only_this.js"

/** @import {Kind} from "#face/comment_text.js" */
/** @import {Opened} from "./file_history.js" */

/**
 * @typedef {Component<{id?: number, seen?: number, copies?: string, fields?: FileFieldsView}, any>} Host
 */

const STARS = [1, 2, 3, 4, 5]
const MAX_LENGTH = "10000" // characters of a value

/** The allowed values behind no value; a value of the file that is not allowed stays selectable. @type {(choices: string[], value: string) => {value: string, label: string}[]} */
const optionsOf = (choices, value) => [
  {value: "", label: "no value"},
  ...(value && !choices.includes(value) ? [{value, label: value}] : []),
  ...choices.map(each => ({value: each, label: each})),
]

/** @type {(parts: PartView[] | null, kind: Kind) => Child} */
const drawParts = (parts, kind) => parts?.map(part => drawPart(part, kind))

/** @param {FieldRowView} row */
const drawOld = row =>
  row.changed &&
  row.old &&
  h("span", {class: "was diff", data: {key: "was"}}, h("span", {class: "vh"}, "now "), drawParts(row.old, "old"))

/** @type {Record<string, string>} */
const ORIGINS = {rule: "set by a rule", import: "imported from a spreadsheet"}

/** @type {(row: FieldRowView) => HTMLElement} */
const drawLock = ({key, label, locked}) =>
  h(
    "button",
    {
      type: "button",
      class: "icon lock",
      "aria-pressed": String(locked),
      "aria-label": `Lock ${label.toLowerCase()}`,
      title: locked ? "Unlock it" : "Lock: rules, bulk edits and spreadsheets no longer change it",
      data: {act: "lock", field: key, on: locked ? "" : "1", key: "lock"},
    },
    h("i", {"aria-hidden": "true"}),
  )

/** @param {FieldRowView} row */
const plannedText = ({value, changed}) => value || (changed ? "will be removed" : "none")

/** @param {FieldRowView} row */
const drawPlanned = row =>
  row.new ? drawParts(row.new, row.changed ? "new" : "same") : row.changed ? "will be removed" : "–"

/** @type {(names: FileFieldsView["names"], note: string) => Child} */
const drawNames = (names, note) => [facts(names), note && h("p", {class: "hint"}, note)]

export class FileFields {
  /** @type {string | null} */
  edited = null // the key of the field with an input
  /** @type {FieldRowView | null} */
  original = null // the field when its input was opened
  typed = ""
  problem = ""
  seen = 0 // the newest decision about the file that the person has seen
  isByKey = false // the last action in the select box was a key

  /** @param {Host} host */
  constructor(host) {
    this.host = host
  }

  /** Close the input without drawing. */
  reset() {
    this.edited = null
    this.problem = ""
  }

  rows() {
    const {rows, more} = this.host.view.fields
    return [...rows, ...more]
  }

  /** @param {string} key */
  startEditing(key) {
    this.edited = key
    this.isByKey = false
    this.original = this.rows().find(row => row.key === key)
    const kept = draftOf(this.host.view.id).field
    this.typed = kept?.key === key ? kept.typed : this.original.value
    this.seen = (kept?.key === key ? kept.seen : null) ?? this.host.view.seen
    this.problem = ""
    this.host.paint()
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
    const {id} = this.host.view
    const left = this.unsaved()
    if (left) keepDraft(id, {field: left})
    else this.drop()
    this.stopEditing()
  }

  /** Drop the draft of the field with the input. */
  drop() {
    const {id} = this.host.view
    if (draftOf(id).field?.key === this.edited) dropDraft(id, "field")
  }

  stopEditing() {
    const key = this.edited
    this.reset()
    this.host.paint()
    this.host.focus(`.values [data-act=edit_field][data-field=${key}]`)
  }

  input() {
    return this.host.find(".values .entry :is(input, textarea, select)")
  }

  save() {
    if (this.typed === this.rows().find(row => row.key === this.edited).value) this.leave()
    else this.send(this.edited, this.typed, this.seen)
  }

  /** @type {(key: string, text: string, seen: number) => void} */
  send(key, text, seen) {
    this.host.send("field", {id: this.host.view.id, field: key, text, seen, only: onlyThis(this.host)})
  }

  /** A click on the same star removes the rating. @type {(key: string, stars: number) => void} */
  rate(key, stars) {
    const isSame = this.rows().find(row => row.key === key).stars === stars
    this.problem = ""
    this.send(key, isSame ? "" : String(stars), this.host.view.seen)
  }

  /** @param {HTMLInputElement} target */
  onInput(target) {
    if (target !== this.input()) return
    this.typed = target.value
  }

  /** Save a choice of the pointer at once: a key changes the value of a closed select box with each arrow. @param {HTMLElement} target */
  onChange(target) {
    if (target === this.input() && target.matches("select") && !this.isByKey) this.save()
  }

  /** Save the choice when the select box is left. @param {HTMLElement} target */
  onLeave(target) {
    if (this.edited && target === this.input() && target.matches("select")) this.save()
  }

  /** Handle a key; return whether the input used it. @param {PageEvent} event */
  onKey(event) {
    const {key} = event
    this.isByKey = true
    if (!this.edited || event.target !== this.input()) return false
    const isLineBreak = key === "Enter" && event.shiftKey && event.target.matches("textarea")
    if ((key !== "Enter" && key !== "Escape") || isLineBreak || event.isComposing)
      return !event.ctrlKey && key !== "Tab"
    event.preventDefault()
    event.stopPropagation()
    if (key === "Enter") this.save()
    else this.leave()
    return true
  }

  /** @param {{field?: string, seen?: number | null}} message `field` is a problem with the typed value, "" for none. */
  onMessage({field, seen}) {
    if (field === undefined) return
    this.seen = seen ?? this.seen
    if (field === "" && this.edited) {
      this.drop()
      this.stopEditing()
    } else if (field) {
      this.problem = field
      this.host.paint()
      this.input()?.focus()
    }
  }

  /** @param {FieldRowView} row */
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

  /** @type {(row: FieldRowView, isEditable: boolean) => HTMLElement} */
  drawStars({key, label, stars, is_rejected}, isEditable) {
    const text = is_rejected ? "rejected" : stars ? plural(stars, "star") : "none"
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
            data: {act: "rate", field: key, stars: star, key: `star-${star}`},
          },
          star <= stars ? "★" : "☆",
        ),
      ),
    )
  }

  /** @type {(row: FieldRowView, isEditable: boolean) => Child} */
  drawValue(row, isEditable) {
    const {key, label, stars, is_rejected, why, changed} = row
    if (why) return h("span", {class: "value none"}, why)
    if (this.edited === key) return this.drawInput(row)
    if (stars !== null)
      return [drawOld(row), this.drawStars(row, isEditable), is_rejected && h("span", {class: "value"}, "rejected")]
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
              data: {act: "edit_field", field: key, key: "value"},
            },
            drawPlanned(row),
          )
        : h("span", {class: kind}, drawPlanned(row)),
    ]
  }

  /** @type {(row: FieldRowView, isEditable: boolean) => HTMLElement} */
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
              {act: "revoke_field", field: key},
              {
                title: ORIGINS[origin] ? `Remove this edit (${ORIGINS[origin]})` : "Remove this edit",
                class: "icon revoke",
              },
            ),
          !why && drawLock(row),
        ),
      problem && h("p", {class: "bad-text", data: {key: "problem"}}, problem, " A write leaves the field out."),
    )
  }

  /** @type {(rows: FieldRowView[], isEditable: boolean, name: string) => HTMLElement} */
  drawRows(rows, isEditable, name) {
    return h(
      "ul",
      {class: "props values", "aria-label": name, data: {key: name}},
      rows.map(row => this.drawRow(row, isEditable)),
    )
  }

  /** @param {Opened} opened */
  draw(opened) {
    const {rows, more, editable, names, note} = this.host.view.fields
    return [
      editable && drawOnlyThis(this.host, "fields"),
      rows.length > 0 && this.drawRows(rows, editable, "Fields of this file"),
      more.length > 0 &&
        drawSection(
          opened,
          "more_fields",
          rows.length ? "More fields" : "This file has no other fields yet. Show all",
          this.drawRows(more, editable, "More fields"),
        ),
      names.length > 0 && drawSection(opened, "field_names", "Names in other programs", drawNames(names, note)),
    ]
  }
}

/** @type {Record<string, Action<Component<any, {fields: FileFields}>>>} */
export const FIELD_ACTIONS = {
  edit_field: ({state}, {field}) => state.fields.startEditing(field),
  rate: ({state}, {field, stars}) => state.fields.rate(field, Number(stars)),
  revoke_field: ({send, view}, {field}) => send("revoke_field", {id: view.id, field}),
}
