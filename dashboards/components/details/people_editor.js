// The editor for the people of one file: a draft of the list, and a field that adds to it.
import {h} from "#face/dom.js"
import {PersonField, cleanName, includesName} from "#face/person_field.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {drawOnlyThis, onlyThis} from "./only_this.js"
import {button} from "#face/widgets.js"

/** @import {Offers} from "#face/person_field.js" */

export class PeopleEditor {
  /** @type {string[] | null} */
  draft = null // null while the editor is closed
  original = "" // the list when the editor was opened, as JSON
  problem = ""
  seen = 0 // the newest decision about the file that the person has seen

  /** @param {Component<{id?: number, seen?: number, copies?: string, people?: string[]}, any>} host */
  constructor(host) {
    this.host = host
    this.field = new PersonField(host, {
      id: "add-person",
      label: "Add a person",
      taken: () => this.draft ?? [],
      onChoose: name => this.add(name),
    })
  }

  open() {
    const {id, people} = this.host.view
    const kept = draftOf(id).people
    this.original = JSON.stringify(people)
    this.draft = [...(kept?.names ?? people)]
    this.seen = kept?.seen ?? this.host.view.seen
    this.problem = ""
    this.field.reset()
    this.host.paint()
    this.field.input()?.focus()
    if (kept?.text) this.field.fill(kept.text)
    this.host.find(".editor")?.scrollIntoView({block: "nearest"})
  }

  /** Return what is not saved, null for nothing. */
  unsaved() {
    if (!this.draft) return null
    const text = cleanName(this.field.typedText)
    return text || JSON.stringify(this.draft) !== this.original ? {names: this.draft, text, seen: this.seen} : null
  }

  /** Close the editor and keep what is not saved. */
  leave() {
    const {id} = this.host.view
    const left = this.unsaved()
    if (left) keepDraft(id, {people: left})
    else dropDraft(id, "people")
    this.close()
  }

  /** Close the editor and drop what is not saved. */
  cancel() {
    dropDraft(this.host.view.id, "people")
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
    this.host.paint()
    const place = this.host.find("[data-act=edit]") ?? this.host.root
    place.focus()
  }

  /** @param {string[]} draft */
  change(draft) {
    this.draft = draft
    this.host.paint()
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

  /** Replace a new name by a known person. @param {string} old @param {string} name */
  replace(old, name) {
    const isPresent = includesName(this.draft, name)
    this.change(
      isPresent ? this.draft.filter(each => each !== old) : this.draft.map(each => (each === old ? name : each)),
    )
    this.field.input().focus()
  }

  save() {
    const {field} = this
    if (field.waits(() => this.save())) return
    const typed = cleanName(field.text())
    const name = field.named()
    if (typed && name === null) {
      this.problem = `Choose a person for “${typed}”, or empty the field.`
      this.host.paint()
      field.input().focus()
      return
    }
    if (typed && !includesName(this.draft, name)) this.draft = [...this.draft, name]
    field.clear()
    this.host.paint()
    this.host.send("save", {id: this.host.view.id, people: this.draft, seen: this.seen, only: onlyThis(this.host)})
  }

  /** @param {{problem?: string, seen?: number | null, saved?: boolean, offers?: Offers}} message */
  onMessage({problem, seen, saved, offers}) {
    if (problem !== undefined) {
      this.problem = problem
      this.seen = seen ?? this.seen
      this.host.paint()
      this.field.input()?.focus()
    }
    if (saved) this.cancel()
    if (offers) this.field.onOffers(offers)
  }

  /** Handle a key; return whether the field used it. @param {PageEvent} event */
  onKey(event) {
    const {key, target} = event
    if (target !== this.field.input()) return false
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
      h("button", {type: "button", "aria-label": `Remove ${name}`, data: {act: "remove", index}}, "✕"),
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
        {class: "people", role: "group", "aria-labelledby": "people-label"},
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
      drawOnlyThis(this.host, "people"),
      h("div", {class: "acts"}, button("Save", "save", {kind: "primary"}), button("Cancel", "cancel_edit")),
    )
  }
}
