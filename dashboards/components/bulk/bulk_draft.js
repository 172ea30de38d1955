// The choices of a person in the dialog for many files, until they are applied.
import {includesName, withoutName} from "#face/person_field.js"

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
  isOnly = false // only the selected files change, not their copies

  /**
   * @param {BulkTabView} tab
   * @param {BulkChangeView | null} [savedChange] The change that was saved as a template last.
   */
  constructor(tab, savedChange = null) {
    this.tab = tab
    this.savedChange = savedChange
  }

  /** Return the change of the tab that is shown; null while it is incomplete. @returns {BulkChangeView | null} */
  change() {
    const change = this.changeOfTab()
    return change && this.isOnly ? {...change, only: true} : change
  }

  /** @returns {BulkChangeView | null} */
  changeOfTab() {
    const {tab, add, remove, pair, template, fieldKey, rule, isRemoved} = this
    if (tab === "people" && (add.length || remove.length)) return {add, remove}
    if (tab === "replace" && pair.old && pair.new) return {old: pair.old, new: pair.new}
    if (tab === "fields" && (rule || isRemoved)) return {field: fieldKey, value: isRemoved ? "" : rule}
    return tab === "templates" && template ? {template} : null
  }

  /** Return the effect of the change; null until the server has counted the files. @param {BulkView} view */
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

  /** @param {BulkView} view */
  suggestedDay({days}) {
    return days[1].day
  }

  /** Return the ISO date until which the files are skipped, "" for no day. @param {BulkView} view */
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
