// The choices of a person in the dialog that edits many files, until they are applied.
import {dayFromNow, skipDays} from "#face/days.js"
import {may} from "#face/frame.js"
import {includesName, withoutName} from "#face/person_field.js"

/** @typedef {"people" | "replace" | "fields" | "templates" | "skip" | "modes" | "media"} EditTab */
/**
 * @typedef {object} FilesChange What a tab would change; the arguments lack the files.
 * @property {[CallName, Record<string, any>]} preview
 * @property {[CallName, Record<string, any>]} decision
 * @property {Record<string, any>} [template] What a template of it has.
 */

/** The change of each tab that reaches copies; null while it is incomplete. @type {Partial<Record<EditTab, (draft: EditDraft) => FilesChange | null>>} */
const CHANGES = {
  people({add, remove}) {
    if (!add.length && !remove.length) return null
    return {
      preview: ["bulk.preview", {add, remove, examples: 0}],
      decision: ["decisions.change_people", {add, remove}],
      ...(!remove.length && {template: {people: add}}),
    }
  },
  replace({pair: {old, new: name}}) {
    if (!old || !name) return null
    const replace = [old, name]
    return {
      preview: ["bulk.preview", {replace}],
      decision: ["decisions.replace_person", {old, new: name}],
      template: {replace},
    }
  },
  fields({fieldKey, rule, isRemoved}) {
    if (!rule && !isRemoved) return null
    const values = {[fieldKey]: isRemoved ? "" : rule}
    return {preview: ["bulk.preview_fields", {values}], decision: ["decisions.set_fields", {values}]}
  },
  templates({template: name}) {
    return name ? {preview: ["templates.preview", {name}], decision: ["templates.apply", {name}]} : null
  },
}

/** Whether the edits of a tab reach the copies of the files. @param {EditTab} tab */
export const reachesCopies = tab => Boolean(CHANGES[tab])

export class EditDraft {
  problem = "" // why the library has refused it
  isWaiting = false // for the answer to a decision
  seen = 0 // the newest decision when the dialog was opened
  /** @type {string[]} */
  add = []
  /** @type {string[]} */
  remove = []
  pair = {old: "", new: ""}
  template = ""
  /** @type {string | null} */
  templateName = null // of a new template
  savedTemplate = "" // the template that was saved last, as JSON
  days = skipDays()
  day = "next" // "next" (week), "date", "" (no day) or an ISO date
  date = "" // the chosen date, "" for the suggested one
  modes = {people: "", comment: ""}
  media = may("rescans.add") ? "rescan" : "lock" // or "unlock"
  /** @type {Set<string>} */
  properties = new Set() // the chosen media properties
  fieldKey = "title" // the field that is set
  rule = "" // its value, or the rule that makes it
  isRemoved = false // the field is removed
  showsHelp = false // the placeholders are shown
  isOnly = false // only the selected files change, not their copies
  like = "" // what the names of the listed people contain

  /** @param {EditTab} tab */
  constructor(tab) {
    this.tab = tab
  }

  /** Return the change of the tab that is shown; null while it is incomplete, and of a tab without one. @returns {FilesChange | null} */
  change() {
    return CHANGES[this.tab]?.(this) ?? null
  }

  isSaved() {
    return this.savedTemplate !== "" && this.savedTemplate === JSON.stringify(this.change()?.template)
  }

  /** @param {object} template */
  noteSaved(template) {
    this.savedTemplate = JSON.stringify(template)
    this.templateName = null
  }

  /** @param {string} name @returns {"add" | "del" | "keep"} */
  stateOf(name) {
    if (includesName(this.add, name)) return "add"
    return includesName(this.remove, name) ? "del" : "keep"
  }

  /** @param {string} name */
  addPerson(name) {
    this.remove = withoutName(this.remove, name)
    if (!includesName(this.add, name)) this.add = [...this.add, name]
  }

  /** @param {string} name */
  removePerson(name) {
    this.add = withoutName(this.add, name)
    if (!includesName(this.remove, name)) this.remove = [...this.remove, name]
  }

  /** @param {string} name */
  keepPerson(name) {
    this.add = withoutName(this.add, name)
    this.remove = withoutName(this.remove, name)
  }

  /** Replace a new name by a known person. @type {(old: string, name: string) => void} */
  correct(old, name) {
    if (this.tab !== "people") this.pair = {...this.pair, new: name}
    else if (includesName(this.add, name)) this.add = withoutName(this.add, old)
    else this.add = this.add.map(each => (each === old ? name : each))
  }

  /** The day that is chosen at the start. */
  get suggestedDay() {
    return (this.days[1] ?? this.days[0]).day
  }

  get earliestDay() {
    return dayFromNow(1)
  }

  /** Return the day until which the files are skipped, "" for none. */
  until() {
    if (this.day === "date") return this.date || this.suggestedDay
    return this.day === "next" ? this.suggestedDay : this.day
  }

  /** @param {string} action */
  setMedia(action) {
    if ((this.media === "rescan") !== (action === "rescan")) this.properties.clear()
    this.media = action
  }
}
