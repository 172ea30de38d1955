// The media properties of one file: each with a padlock, a field to set it by hand, and *Rescan* for all of them.
import {h} from "#face/dom.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {button} from "#face/widgets.js"

/**
 * @typedef {Component<{id?: number, media?: MediaView}, any>} Host
 */

const NONE = "-" // the text of a property without a value

/** @param {PropertyView} property */
const typedValue = ({text}) => (text === NONE ? "" : text)

export class MediaProperties {
  /** @type {string | null} */
  edited = null // the field that is being set by hand
  typed = ""
  /** @type {PropertyView | null} */
  original = null // the property when its field was opened
  problem = ""
  isReading = false
  /** @type {Set<string>} */
  refreshed = new Set() // fields that *Rescan* also reads

  /** @param {Host} host */
  constructor(host) {
    this.host = host
  }

  /** Discard the choices for another file. */
  reset() {
    this.edited = null
    this.problem = ""
    this.isReading = false
    this.refreshed.clear()
  }

  /** @param {string} field */
  startEditing(field) {
    this.original = this.host.view.media.rows.find(row => row.field === field)
    const kept = draftOf(this.host.view.id).media
    this.edited = field
    this.typed = kept?.key === field ? kept.typed : typedValue(this.original)
    this.problem = ""
    this.host.paint()
    this.host.find(".setter input")?.select()
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
      keepDraft(this.host.view.id, {media: left})
      this.stopEditing()
    } else this.cancel()
  }

  /** Close the field and drop what is not saved. */
  cancel() {
    const {id} = this.host.view
    if (draftOf(id).media?.key === this.edited) dropDraft(id, "media")
    this.stopEditing()
  }

  stopEditing() {
    const field = this.edited
    this.edited = null
    this.problem = ""
    this.host.paint()
    this.host.focus(`.props [data-act=change][data-field=${field}]`)
  }

  save() {
    this.host.send("set", {id: this.host.view.id, field: this.edited, text: this.typed})
  }

  /** @param {HTMLInputElement} target */
  onInput(target) {
    if (target.matches(".setter input")) this.typed = target.value
  }

  /** Handle a key; return whether the field of a property used it. @param {PageEvent} event */
  onKey(event) {
    const {key} = event
    if (!event.target.matches?.(".setter input")) return false
    if (key !== "Enter" && key !== "Escape") return !event.ctrlKey && key !== "Tab"
    event.preventDefault()
    event.stopPropagation()
    if (key === "Enter") this.save()
    else this.leave()
    return true
  }

  /** @param {{rescanned?: boolean, set?: string}} message `set` is a problem with what was set, "" for none. */
  onMessage({rescanned, set}) {
    if (rescanned) {
      this.isReading = false
      this.host.paint()
    }
    if (set === "" && this.edited) this.cancel()
    else if (set) {
      this.problem = set
      this.host.paint()
      this.host.focus(".setter input")
    }
  }

  rescan() {
    this.isReading = true
    this.host.paint()
    this.host.send("rescan", {id: this.host.view.id, refresh: [...this.refreshed]})
  }

  /** @param {PropertyView} property */
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
      button("Save", "put", {kind: "small"}),
      button("Cancel", "unset", {kind: "small"}),
      h(
        "p",
        {class: problem ? "bad-text" : "hint", id: "set-problem", role: "alert"},
        problem || "A value that you set is locked.",
      ),
    )
  }

  /** @type {(property: PropertyView, isEditable: boolean) => HTMLElement} */
  drawValue(property, isEditable) {
    const {field, label, text} = property
    if (this.edited === field) return this.drawField(property)
    if (!isEditable) return h("span", {class: "value"}, text)
    return h(
      "button",
      {
        type: "button",
        class: "value",
        title: "Set this value",
        "aria-label": `${label}: ${text === NONE ? "none" : text}. Set this value`,
        data: {act: "change", field, key: "value"},
      },
      text,
    )
  }

  /** @type {(property: PropertyView, isEditable: boolean) => HTMLElement} */
  drawProperty(property, isEditable) {
    const {field, label, locked, who} = property
    return h(
      "li",
      {class: locked ? "locked" : "", data: {key: `m-${field}`}},
      h("span", {class: "name"}, label),
      this.drawValue(property, isEditable),
      h(
        "button",
        {
          type: "button",
          class: "icon lock",
          "aria-pressed": String(locked),
          "aria-label": `Lock ${label.toLowerCase()}`,
          title: locked ? `${who}. Unlock it` : "Lock: scans and rescans no longer change it",
          data: {act: "lock", field, on: locked ? "" : "1", key: "lock"},
        },
        h("i", {"aria-hidden": "true"}),
      ),
    )
  }

  /** @type {(field: string) => HTMLElement} */
  drawRefresh(field) {
    const checked = this.refreshed.has(field)
    return h(
      "label",
      {class: "also"},
      h("input", {
        type: "checkbox",
        checked,
        disabled: this.isReading,
        data: {change: "also", field, key: `also-${field}`},
      }),
      field,
    )
  }

  draw() {
    const {rows, editable, problem, read} = this.host.view.media
    const {isReading} = this
    return [
      h(
        "ul",
        {class: "props", data: {key: "props"}},
        rows.map(row => this.drawProperty(row, editable)),
      ),
      problem && h("p", {class: "bad-text"}, problem),
      h(
        "div",
        {class: "again", role: "group", "aria-label": "Read the media again", data: {key: "again"}},
        button(isReading ? "Reading…" : "Rescan", "rescan", {
          kind: "small",
          disabled: isReading,
          title: "Read the media of this file again",
        }),
        h("span", {class: "hint"}, "and also read:"),
        this.drawRefresh("duration"),
        this.drawRefresh("size"),
      ),
      h("p", {class: "hint"}, read),
    ]
  }
}

/** @type {Record<string, Action<Component<any, {media: MediaProperties}>>>} */
export const MEDIA_ACTIONS = {
  lock: ({send, view}, {field, on}) => send("lock", {id: view.id, field, on: on === "1"}),
  change: ({state}, {field}) => state.media.startEditing(field),
  put: ({state}) => state.media.save(),
  unset: ({state}) => state.media.cancel(),
  also: ({state}, {field}, target) => state.media.refreshed[target.checked ? "add" : "delete"](field),
  rescan: ({state}) => state.media.rescan(),
}
