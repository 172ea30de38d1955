// The choice of a new folder: its path with suggestions, the folders of this machine, its kind, and its addition.
import {announce, call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {drawBrowser} from "#face/folder_browser.js"
import {FolderField} from "#face/folder_field.js"
import {drawFolderOptions} from "#face/folder_options.js"
import {isLocal, may} from "#face/frame.js"
import {button} from "#face/widgets.js"

/** @import {Proposal} from "#face/folder_options.js" */

const SETTLED = 400 // milliseconds without a key: the typed path is complete

/** @param {string} path */
const isFull = path => path.startsWith("/") || path.startsWith("~")

export class FolderAdding {
  isOpen = false
  wantsFocus = false // the field gets the focus as soon as it is there
  text = "" // that is typed
  photos = true
  kind = "" // the choice of the person
  /** @type {Proposal | null} */
  proposal = null // of the typed path, or of a former one
  /** @type {Values.FolderListing | null} */
  listing = null // the opened folder while a person looks for one
  timer = 0
  /** @type {HTMLElement | null} */
  root = null

  /** @param {() => void} onAdd Adds the folder. */
  constructor(onAdd) {
    const find = (/** @type {string} */ selector) => this.root?.querySelector(selector)
    const own = this
    const host = {
      get root() {
        return own.root
      },
      find,
      send() {},
      paint: announce,
    }
    this.field = new FolderField(/** @type {any} */ (host), {onAdd, onText: () => this.follow()})
  }

  /** Take the events of the fields in an element. @param {HTMLElement} root */
  attach(root) {
    this.root = root
    for (const type of ["input", "focusin", "focusout", "keydown"])
      root.addEventListener(type, event => this.field.onEvent(event))
    root.addEventListener("pointerdown", event => {
      if (/** @type {Element} */ (event.target).closest(".folder-field .offers")) event.preventDefault() // the field keeps the focus
    })
  }

  /** Show the field, and give it the focus; close it if it has it. */
  turn() {
    this.isOpen = !(this.isOpen && this.field.hasFocus())
    announce()
    this.focus()
  }

  /** Forget what was typed and chosen. */
  reset() {
    clearTimeout(this.timer)
    Object.assign(this, {
      isOpen: false,
      wantsFocus: false,
      text: "",
      photos: true,
      kind: "",
      proposal: null,
      listing: null,
    })
    this.field.clearOptions()
    const input = this.field.input()
    if (input) input.value = ""
  }

  focus() {
    const field = this.field.input()
    field?.focus()
    this.wantsFocus = !field
  }

  get path() {
    return this.text.trim()
  }

  /** Ask what the names in the folder propose when the typed path has settled. */
  follow() {
    const before = this.path
    this.text = this.field.input().value
    if (this.path === before) return
    clearTimeout(this.timer)
    if (isLocal && isFull(this.path)) this.timer = setTimeout(() => this.propose(this.path), SETTLED)
    announce()
  }

  /** @param {string} path @returns {Promise<void>} */
  async propose(path) {
    const {kind, reason} = await call("inventory.propose_kind", {folder: path}).catch(
      /** @returns {Pick<Proposal, "kind" | "reason">} */ error => ({kind: "", reason: error.message}),
    )
    if (path !== this.path) return
    this.proposal = {path, kind, reason}
    announce()
  }

  /** Show the folders inside a folder; "" for the places where a person starts to look. @param {string} folder */
  async browse(folder) {
    this.listing = await call("inventory.browse", {folder})
    announce()
  }

  /** Show the folders of this machine, or no longer. */
  async turnBrowser() {
    if (this.listing) {
      this.listing = null
      announce()
    } else await this.browse("")
  }

  /** Take a folder that a person has found. @param {string} path */
  use(path) {
    this.listing = null
    this.field.input().value = path
    this.follow()
    announce()
    this.focus()
  }

  draw() {
    if (!may("inventory.add")) return h("p", {class: "hint", data: {key: "add"}}, "An administrator adds folders.")
    const {photos, kind, listing, proposal} = this
    return h(
      "div",
      {class: "add", data: {key: "add"}},
      this.field.draw(this.text),
      isLocal &&
        button("Browse…", "turn-browser", {"aria-expanded": String(Boolean(listing)), data: {key: "browsing"}}),
      button("Add and scan", "add-folder", {kind: "primary", data: {key: "add-folder"}}),
      drawFolderOptions({photos, kind, proposal: proposal?.path === this.path ? proposal : null}),
      listing && drawBrowser(listing),
    )
  }

  /** @returns {ListAction<any, any>[]} */
  get actions() {
    return [
      {act: "turn-browser", needs: "inventory.browse", label: "Browse…", run: () => this.turnBrowser()},
      {
        act: "browse",
        needs: "inventory.browse",
        label: "Browse",
        run: (_rows, _at, _head, {path}) => this.browse(path),
      },
      {act: "use-folder", label: "Use this folder", run: (_rows, _at, _head, {path}) => this.use(path)},
      {
        act: "option",
        label: "Suggested folder",
        run: (_rows, _at, _head, {index}) => this.field.pick(Number(index)),
      },
      {
        act: "with-photos",
        label: "Photos",
        run: (_rows, _at, _head, {checked}) => {
          this.photos = checked
        },
      },
      {
        act: "new-kind",
        label: "Kind",
        run: (_rows, _at, _head, {value}) => {
          this.kind = value
        },
      },
    ]
  }
}
