// The media properties of one file: each with a padlock, a field to set it by hand, and *Rescan* for all of them.
import {drawLock} from "#face/details_values.js"
import {h} from "#face/dom.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {may} from "#face/frame.js"
import {button} from "#face/widgets.js"

/** @typedef {import("#face/file_details.js").FileDetails} FileDetails */

const NONE = "-" // the text of a property without a value

/** @param {Values.FileProperty} property */
const typedValue = ({text}) => (text === NONE ? "" : text)

export class MediaEditing {
  /** @type {string | null} */
  edited = null // the field that is being set by hand
  typed = ""
  /** @type {Values.FileProperty | null} */
  original = null // the property when its field was opened
  problem = ""
  isReading = false
  /** @type {Set<string>} */
  refreshed = new Set() // fields that *Rescan* also reads

  /** @param {FileDetails} details */
  constructor(details) {
    this.details = details
  }

  /** Discard the choices for another file. */
  reset() {
    this.edited = null
    this.problem = ""
    this.refreshed.clear()
  }

  /** @param {string} field */
  startEditing(field) {
    this.original = this.details.view.properties.find(row => row.field === field)
    const kept = draftOf(this.details.id).media
    this.edited = field
    this.typed = kept?.key === field ? kept.typed : typedValue(this.original)
    this.problem = ""
    this.details.paint()
    this.details.find(".setter input")?.select()
  }

  /** Return what is not saved, null for nothing. */
  unsaved() {
    const {edited: key, typed, original} = this
    return key && typed !== typedValue(original) ? {key, label: original.label, typed} : null
  }

  /** Close the field and keep what is not saved. */
  leave() {
    const left = this.unsaved()
    if (left) {
      keepDraft(this.details.id, {media: left})
      this.stopEditing()
    } else this.cancel()
  }

  /** Close the field and drop what is not saved. */
  cancel() {
    this.drop(this.details.id, this.edited)
    this.stopEditing()
  }

  /** @type {(id: number, field: string) => void} */
  drop(id, field) {
    if (draftOf(id).media?.key === field) dropDraft(id, "media")
  }

  stopEditing() {
    const field = this.edited
    this.edited = null
    this.problem = ""
    this.details.paint()
    this.details.focus(`.props [data-act=edit-property][data-field=${field}]`)
  }

  save() {
    const {edited: field, typed} = this
    const {id} = this.details
    this.stopEditing()
    this.details.decide("set-property", {field, text: typed}).then(
      () => this.drop(id, field),
      error => this.refuse(error, id, field, typed),
    )
  }

  /** Open the field again with the value that is not saved. @type {(error: Error, id: number, field: string, typed: string) => void} */
  refuse(error, id, field, typed) {
    const {label} = this.details.view?.properties.find(row => row.field === field) ?? {label: field}
    keepDraft(id, {media: {key: field, label, typed}})
    if (id !== this.details.id || !this.details.isFree()) {
      this.details.complain(error)
      return
    }
    this.startEditing(field)
    this.problem = error.message
    this.details.paint()
  }

  /** @param {HTMLElement} target Whether it is the field. */
  onType(target) {
    if (!target.matches(".setter input")) return false
    this.typed = /** @type {HTMLInputElement} */ (target).value
    return true
  }

  /** Handle a key; return whether the field of a property used it. @param {KeyboardEvent} event */
  onKey(event) {
    const {key} = event
    if (!(/** @type {HTMLElement} */ (event.target).matches?.(".setter input"))) return false
    if (key !== "Enter" && key !== "Escape") return true
    event.preventDefault()
    event.stopPropagation()
    if (key === "Enter") this.save()
    else this.leave()
    return true
  }

  rescan() {
    this.isReading = true
    this.details.paint()
    const end = () => {
      this.isReading = false
      this.details.paint()
    }
    this.details.decide("rescan", {refresh: [...this.refreshed]}).then(end, error => {
      end()
      this.details.complain(error)
    })
  }

  /** @param {Values.FileProperty} property */
  drawField({field, label}) {
    const {problem} = this
    return h(
      "div",
      {class: "setter", data: {editor: "", key: `set-${field}`}},
      h("input", {
        type: "text",
        value: this.typed,
        autocomplete: "off",
        spellcheck: "false",
        maxlength: "60",
        "aria-label": label,
        "aria-invalid": problem ? "true" : null,
        "aria-describedby": "set-problem",
        data: {key: "in"},
      }),
      button("Save", "save-property", {kind: "small"}),
      button("Cancel", "cancel-property", {kind: "small"}),
      h(
        "p",
        {class: problem ? "bad-text" : "hint", id: "set-problem", role: "alert"},
        problem || "A value that you set is locked.",
      ),
    )
  }

  /** @param {Values.FileProperty} property */
  drawValue(property) {
    const {field, label, text} = property
    if (this.edited === field) return this.drawField(property)
    if (!this.details.mayEdit()) return h("span", {class: "value"}, text)
    return h(
      "button",
      {
        type: "button",
        class: "value",
        title: "Set this value",
        "aria-label": `${label}: ${text === NONE ? "none" : text}. Set this value`,
        data: {act: "edit-property", field, key: "value"},
      },
      text,
    )
  }

  /** @param {Values.FileProperty} property */
  drawProperty(property) {
    const {field, label, lock} = property
    const title = lock ? `${lock.text}. Unlock it` : "Lock: scans and rescans no longer change it"
    return h(
      "li",
      {class: lock ? "locked" : "", data: {key: `m-${field}`}},
      h("span", {class: "name"}, label),
      this.drawValue(property),
      may("locks.lock") && drawLock(field, label, Boolean(lock), title),
    )
  }

  /** @param {string} field */
  drawRefresh(field) {
    return h(
      "label",
      {class: "also"},
      h("input", {
        type: "checkbox",
        checked: this.refreshed.has(field),
        disabled: this.isReading,
        data: {change: "refresh-also", field, key: `also-${field}`},
      }),
      field,
    )
  }

  draw() {
    const {properties, properties_problem: problem, read_text: text} = this.details.view
    const {isReading} = this
    return [
      h(
        "ul",
        {class: "props", data: {key: "props"}},
        properties.map(property => this.drawProperty(property)),
      ),
      problem && h("p", {class: "bad-text"}, problem),
      may("rescans.read_file") &&
        h(
          "div",
          {class: "again", role: "group", "aria-label": "Read the media again", data: {key: "again"}},
          button(isReading ? "Reading…" : "Rescan", "rescan-file", {
            kind: "small",
            disabled: isReading,
            title: "Read the media of this file again",
          }),
          h("span", {class: "hint"}, "and also read:"),
          this.drawRefresh("duration"),
          this.drawRefresh("size"),
        ),
      h("p", {class: "hint"}, text),
    ]
  }
}
