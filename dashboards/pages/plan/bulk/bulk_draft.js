// The choices of a person in the dialog for many files, until they are applied.
import {includesName, withoutName} from "../../../components/person_field.js"

/** @import {Offer} from "../../../components/person_field.js" */
/** @import {Tag} from "../../../components/widgets.js" */

/**
 * @typedef {"people" | "replace" | "fields" | "templates" | "skip" | "modes" | "media"} Tab
 * @typedef {{add: string[], remove: string[]} | {old: string, new: string} | {template: string} | {field: string, value: string}} Change
 *   An empty value removes the field.
 * @typedef {{name: string, about: string}} Placeholder
 * @typedef {{label: string, rule: string}} Suggestion A rule that is often wanted.
 *
 * @typedef {object} Effect The effect of a change.
 * @property {Change} change
 * @property {number} files
 * @property {string} text
 * @property {string} [rest]
 * @property {string} [warning]
 * @property {boolean} [bad] The change is not possible; `text` is the reason.
 * @property {{id: number, name: string, path: string, tags: Tag[], problem?: string}[]} [examples] `problem`: why a value
 *   is not valid.
 * @property {string} [more]
 *
 * @typedef {{day: string, label: string, text: string}} Day `day` is an ISO date.
 *
 * @typedef {object} View
 * @property {boolean} open
 * @property {number} [serial] Number of the opening; messages carry it.
 * @property {Tab} [tab] The initial tab.
 * @property {Tab[]} [tabs]
 * @property {Record<Tab, string>} [titles]
 * @property {number} [files]
 * @property {number} [own] Number of files without copies.
 * @property {string} [note]
 * @property {string} [field_note] The note of the tab *Fields*.
 * @property {string} [hidden]
 * @property {Offer[]} [people]
 * @property {number} [total] Number of all people.
 * @property {string} [rest]
 * @property {string} [found] The text of the search for people.
 * @property {{name: string, does: string}[]} [templates]
 * @property {Day[]} [days]
 * @property {string} [least] The first day that can be chosen.
 * @property {{field: string, label: string, on_request: boolean}[]} [fields] `on_request`: a rescan reads it only on request.
 * @property {{value: string, label: string, about: string, example: string, suggestions: Suggestion[]}[]} [editable] The
 *   fields that can be set.
 * @property {Placeholder[]} [placeholders] Of the rules.
 * @property {string} [rule_help] What else a rule may have.
 * @property {Effect | null} [effect] Of the change that was requested last.
 * @property {number} [saved] A number that changes when a template is saved.
 */

/** @type {(a: unknown, b: unknown) => boolean} */
const isEqual = (a, b) => JSON.stringify(a) === JSON.stringify(b)

export class BulkDraft {
  problem = ""
  /** @type {string[]} */
  add = []
  /** @type {string[]} */
  remove = []
  pair = {old: "", new: ""}
  template = ""
  /** @type {string | null} */
  templateName = null // name of a new template
  day = "next" // "next" (week), "date", "" (no day) or an ISO date
  date = "" // the chosen date, "" for the suggested one
  modes = {people: "", comment: ""}
  media = "rescan" // "rescan", "lock" or "unlock"
  /** @type {Set<string>} */
  fields = new Set() // the chosen media properties
  fieldKey = "title" // the field that is set
  rule = "" // its value, or the rule that makes it
  isRemoved = false // the field is removed
  showsHelp = false // the placeholders are shown

  /**
   * @param {Tab} tab
   * @param {Change | null} [savedChange] The change that was saved as a template last.
   */
  constructor(tab, savedChange = null) {
    this.tab = tab
    this.savedChange = savedChange
  }

  /** Return the change of the tab that is shown; null while it is incomplete. @returns {Change | null} */
  change() {
    const {tab, add, remove, pair, template, fieldKey, rule, isRemoved} = this
    if (tab === "people" && (add.length || remove.length)) return {add, remove}
    if (tab === "replace" && pair.old && pair.new) return {old: pair.old, new: pair.new}
    if (tab === "fields" && (rule || isRemoved)) return {field: fieldKey, value: isRemoved ? "" : rule}
    return tab === "templates" && template ? {template} : null
  }

  /** Return the effect of the change; null until the server has counted the files. @param {View} view */
  effect({effect}) {
    const change = this.change()
    return change && effect && isEqual(effect.change, change) ? effect : null
  }

  isSaved() {
    return isEqual(this.savedChange, this.change())
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

  /** Replace a new name by a known person. @param {string} old @param {string} name */
  correct(old, name) {
    if (this.tab !== "people") this.pair = {...this.pair, new: name}
    else if (includesName(this.add, name)) this.add = withoutName(this.add, old)
    else this.add = this.add.map(each => (each === old ? name : each))
  }

  /** @param {View} view */
  suggestedDay({days}) {
    return days[1].day
  }

  /** Return the ISO date until which the files are skipped, "" for no day. @param {View} view */
  until(view) {
    if (this.day === "date") return this.date || this.suggestedDay(view)
    return this.day === "next" ? this.suggestedDay(view) : this.day
  }

  /** @param {string} action */
  setMedia(action) {
    if ((this.media === "rescan") !== (action === "rescan")) this.fields.clear()
    this.media = action
  }
}
