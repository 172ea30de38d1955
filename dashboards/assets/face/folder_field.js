// A field for the path of a folder, with suggested folders for the typed text. Tab accepts the first suggestion, so a
// person types a path one folder at a time, as in a shell.
/** @import {Host} from "#face/combobox.js" */
import {call} from "#face/calls.js"
import {Combobox} from "#face/combobox.js"
import {h} from "#face/dom.js"
import {isLocal} from "#face/frame.js"

/** @typedef {Values.FolderSuggestion} Suggestion */

/** @extends {Combobox<Suggestion>} */
export class FolderField extends Combobox {
  isAsking = false // the suggestions are those of an older text
  isTabWaiting = false // Tab accepts the first suggestion as soon as it is known

  /**
   * @param {Host} host
   * @param {{onAdd: () => void, onText: () => void}} handlers `onText`: the field has another text.
   */
  constructor(host, {onAdd, onText}) {
    super(host, {id: "folder", listLabel: "Folders of this machine"})
    this.onAdd = onAdd
    this.onText = onText
  }

  ask() {
    if (!isLocal) return
    this.isAsking = true
    this.isTabWaiting = false
    this.request(serial => void this.suggest(serial))
  }

  /** @param {number} serial */
  async suggest(serial) {
    const found = await call("inventory.folders", {text: this.input().value}).catch(
      () => /** @type {Suggestion[]} */ ([]),
    )
    if (serial !== this.serial) return
    this.isAsking = false
    this.show(serial, found)
    if (this.isTabWaiting) this.pick(0)
    this.isTabWaiting = false
  }

  clearOptions() {
    super.clearOptions()
    this.isAsking = false
    this.isTabWaiting = false
  }

  /** @param {Suggestion} suggestion */
  accept({path}) {
    this.input().value = `${path}/`
    this.close()
    this.input().focus()
    this.onText()
    this.ask()
  }

  /** The typed text is the answer if it is the path of a folder. */
  preferred() {
    const {value} = this.input()
    const isFolder = !value || value.endsWith("/") || this.results.some(({path}) => path === value)
    return isFolder ? -1 : super.preferred()
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  onKey(event) {
    const {key} = event
    if (key === "Enter") {
      if (this.active >= 0 && !this.isAsking) this.pick(this.active)
      else this.onAdd()
      return true
    }
    if (key === "Tab") return this.onTab(event)
    if (key === "ArrowDown" && !this.results.length) this.ask()
    return super.onKey(event) || key === "ArrowDown"
  }

  /** Accept a suggestion for the text as it is now; without one, Tab leaves the field. @param {KeyboardEvent} event */
  onTab({shiftKey}) {
    if (!shiftKey && this.input().value) {
      if (this.isAsking) this.isTabWaiting = true
      else this.pick(Math.max(this.active, 0))
      if (this.isAsking) return true // also of the suggestion that was accepted
    }
    this.close()
    return false
  }

  /** Handle an event of the field. @param {Event} event */
  onEvent(event) {
    if (event.target !== this.input()) return
    if (event.type === "keydown") this.key(/** @type {KeyboardEvent} */ (event))
    else if (event.type === "focusout") this.close()
    else if (event.type === "input" || !this.input().value) this.ask()
    if (event.type === "input") this.onText()
  }

  /** @param {string} text */
  draw(text) {
    return h(
      "div",
      {class: "folder-field", data: {key: "field"}},
      h("input", {
        id: this.id,
        type: "text",
        "aria-label": "Folder of your videos",
        placeholder: "~/Videos, or a full path: /media/films",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        value: text,
        ...this.inputAttributes(),
        data: {key: this.id},
      }),
      this.drawList(),
    )
  }

  /** @param {Suggestion} suggestion */
  drawOption({path, known}) {
    return [h("bdi", {class: "grow", dir: "ltr"}, path), known && h("small", null, "scanned already")]
  }

  /** @param {Suggestion} suggestion */
  keyOf({path}) {
    return path
  }
}
