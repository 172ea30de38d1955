// The editor for the people of one file: a draft of the list, and a field that adds to it.
import {h} from "#face/dom.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {nameField} from "#face/name_suggestions.js"
import {cleanName, includesName} from "#face/person_field.js"
import {button} from "#face/widgets.js"

/** @typedef {import("#face/file_details.js").FileDetails} FileDetails */

export class PeopleEditing {
  /** @type {string[] | null} */
  draft = null // null while the editor is closed
  original = "" // the list when the editor was opened, as JSON
  problem = ""
  seen = 0 // the newest decision about the file that the person has seen
  isLate = false // it was opened before the people of the file were known

  /** @param {FileDetails} details */
  constructor(details) {
    this.details = details
    const host = {
      root: details.root,
      find: (/** @type {string} */ selector) => details.find(selector),
      paint: () => details.paint(),
    }
    this.field = nameField(host, {
      id: "add-person",
      label: "Add a person",
      taken: () => this.draft ?? [],
      onChoose: name => this.add(name),
    })
  }

  /** Open the editor; what a person types is kept until the people of the file are known. */
  open() {
    const {view, id} = this.details
    const kept = draftOf(id).people
    this.isLate = !view
    this.original = JSON.stringify(view?.item.result_people ?? [])
    this.draft = kept && !kept.adds ? [...kept.names] : this.withPeople(kept?.names ?? [])
    this.seen = kept?.seen ?? view?.newest_decision ?? 0
    this.problem = ""
    this.field.reset()
    this.details.paint()
    this.field.input()?.focus()
    if (kept?.text) this.field.fill(kept.text)
    this.details.find(".editor")?.scrollIntoView({block: "nearest"})
  }

  /** Return the people of the file, as far as they are known, and names that they lack. @param {string[]} names */
  withPeople(names) {
    const people = this.details.view?.item.result_people ?? []
    return [...people, ...names.filter(name => !includesName(people, name))]
  }

  /** The people of the file are known now: they join the names that were added meanwhile. */
  follow() {
    const {view} = this.details
    if (!this.isLate || !this.draft || !view) return
    this.isLate = false
    this.original = JSON.stringify(view.item.result_people)
    this.draft = this.withPeople(this.draft)
    this.seen = view.newest_decision
    setTimeout(() => this.details.paint())
  }

  /** Return what is not saved, null for nothing. */
  unsaved() {
    if (!this.draft) return null
    const text = cleanName(this.field.typedText)
    if (!text && JSON.stringify(this.draft) === this.original) return null
    return {names: this.draft, text, seen: this.seen, ...(this.isLate && {adds: true})}
  }

  /** Close the editor and keep what is not saved. */
  leave() {
    const {id} = this.details
    const left = this.unsaved()
    if (left) keepDraft(id, {people: left})
    else dropDraft(id, "people")
    this.close()
  }

  /** Close the editor and drop what is not saved. */
  cancel() {
    dropDraft(this.details.id, "people")
    this.close()
  }

  /** Discard the list without drawing. */
  discard() {
    this.draft = null
    this.problem = ""
    this.field.reset()
  }

  close() {
    this.discard()
    this.details.paint()
    this.details.list.focusCursor()
    if (this.details.list.hasSheet) this.details.focus("h2")
  }

  /** @param {string[]} draft */
  change(draft) {
    this.draft = draft
    this.details.paint()
  }

  /** @param {string} name */
  add(name) {
    this.problem = ""
    this.change(includesName(this.draft, name) ? this.draft : [...this.draft, name])
  }

  /** @param {number} index */
  remove(index) {
    this.problem = ""
    this.change(this.draft.filter((_, place) => place !== index))
    this.field.input().focus()
  }

  /** Replace a new name by a known person. @type {(old: string, name: string) => void} */
  replace(old, name) {
    const isPresent = includesName(this.draft, name)
    this.change(
      isPresent ? this.draft.filter(each => each !== old) : this.draft.map(each => (each === old ? name : each)),
    )
    this.field.input().focus()
  }

  /** Save the list; until the library has answered, the row shows it. */
  save() {
    const {field, details} = this
    if (this.isLate || field.waits(() => this.save())) return
    const typed = cleanName(field.text())
    const name = field.named()
    if (typed && name === null) {
      this.problem = `Choose a person for “${typed}”, or empty the field.`
      details.paint()
      field.input().focus()
      return
    }
    const people = typed && !includesName(this.draft, name) ? [...this.draft, name] : this.draft
    const {id, seen} = {id: details.id, seen: this.seen}
    this.close()
    void details.decide("save-people", {people, seen}).then(
      () => dropDraft(id, "people"),
      error => this.refuse(error, id, people, seen),
    )
  }

  /** Open the editor again with the list that is not saved. @type {(error: Error & {seen?: number}, id: number, people: string[], seen: number) => void} */
  refuse(error, id, people, seen) {
    keepDraft(id, {people: {names: people, text: "", seen: error.seen ?? seen}})
    if (id !== this.details.id || !this.details.isFree()) {
      this.details.complain(error)
      return
    }
    this.open()
    this.problem = error.message
    this.details.paint()
  }

  /** Handle a key; return whether the field used it. @param {KeyboardEvent} event */
  onKey(event) {
    const {key} = event
    const target = /** @type {HTMLInputElement} */ (event.target)
    if (!this.draft || target !== this.field.input()) return false
    if (this.field.key(event)) event.stopPropagation()
    else if (key === "Enter") {
      event.preventDefault()
      this.save()
    } else if (key === "Backspace" && !target.value && this.draft.length) this.change(this.draft.slice(0, -1))
    else if (key === "Escape") {
      event.stopPropagation()
      event.preventDefault()
      this.leave()
    }
    return true
  }

  /** @type {(name: string, index: number) => HTMLElement} */
  drawPerson(name, index) {
    return h(
      "span",
      {class: "person", data: {key: `p:${name}`}},
      h("bdi", null, name),
      h("button", {type: "button", "aria-label": `Remove ${name}`, data: {act: "remove-name", index}}, "✕"),
    )
  }

  draw() {
    const {draft, problem, field} = this
    return h(
      "div",
      {class: "editor", data: {editor: "", key: "editor"}},
      h("div", {class: "label", id: "people-label"}, "People in this file"),
      h(
        "div",
        {class: "people", role: "group", "aria-labelledby": "people-label", "aria-busy": this.isLate ? "true" : null},
        draft.map((name, index) => this.drawPerson(name, index)),
        field.draw({
          placeholder: draft.length ? "Add another…" : "No people yet. Add a person…",
          problem,
          describedBy: "edit-problem",
        }),
      ),
      field.drawHint(name => includesName(draft, name)),
      h("p", {class: "bad-text", id: "edit-problem", role: "alert"}, problem),
      h(
        "p",
        {class: "hint"},
        "Enter adds the first suggestion, Backspace removes the last name, Escape keeps a draft. This file keeps your list, also after a write, until you remove the edit.",
      ),
      this.details.drawOnlyThis("people"),
      h("div", {class: "acts"}, button("Save", "save-draft", {kind: "primary"}), button("Cancel", "cancel-edit")),
    )
  }
}
