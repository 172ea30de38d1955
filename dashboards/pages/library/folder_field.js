// A field for the path of a folder, with suggested folders for the typed text. Tab accepts the first suggestion, so a
// person types a path one folder at a time, as in a shell.
import {Combobox} from "#face/combobox.js"
import {h} from "#face/dom.js"

const CLOSE_DELAY = 150 // milliseconds after the field loses the focus: a click on an option comes first

/** @typedef {{path: string, known: boolean}} FolderHint `known`: the folder is scanned already. */

/** @extends {Combobox<FolderHint>} */
export class FolderField extends Combobox {
  /**
   * @param {Component<{local: boolean}, any>} host
   * @param {(path: string) => void} onAdd
   */
  constructor(host, onAdd) {
    super(host, {id: "folder", listLabel: "Folders of this machine"})
    this.isLocal = () => host.view.local
    this.onAdd = onAdd
  }

  ask() {
    if (this.isLocal()) this.request(serial => this.host.send("hints", {text: this.input().value, serial}))
  }

  /** @param {FolderHint} hint */
  accept({path}) {
    this.input().value = `${path}/`
    this.close()
    this.input().focus()
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
      if (this.active >= 0) this.pick(this.active)
      else this.onAdd(this.input().value)
      return true
    }
    if (key === "Tab") {
      if (event.shiftKey || !this.results.length || !this.input().value) {
        this.close()
        return false
      }
      this.pick(Math.max(this.active, 0))
      return true
    }
    if (key === "ArrowDown" && !this.results.length) this.ask()
    return super.onKey(event) || key === "ArrowDown"
  }

  /** Handle an event of the field. @param {PageEvent} event */
  onEvent(event) {
    if (event.target !== this.input()) return
    if (event.type === "keydown") this.key(event)
    else if (event.type === "focusout") setTimeout(() => this.close(), CLOSE_DELAY)
    else if (event.type === "input" || !this.input().value) this.ask()
  }

  draw() {
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
        value: this.input()?.value ?? "",
        ...this.inputAttributes(),
        data: {key: this.id},
      }),
      this.drawList(),
    )
  }

  /** @param {FolderHint} hint */
  drawOption({path, known}) {
    return [h("bdi", {class: "grow", dir: "ltr"}, path), known && h("small", null, "scanned already")]
  }

  /** @param {FolderHint} hint */
  keyOf({path}) {
    return path
  }
}
