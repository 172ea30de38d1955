// The dialog that edits many files: people, fields, templates, skipping, how they are written, media properties. It opens
// within the key press that asks for it. Its choices are a draft until they are applied; the library counts their effect.
import {call, change, forget, onNews, read} from "#face/calls.js"
import {startOf} from "#face/days.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {EditDraft, reachesCopies} from "#face/edit_files_draft.js"
import {drawFieldTab} from "#face/edit_files_fields.js"
import {drawFoot} from "#face/edit_files_foot.js"
import {drawMedia, drawModes, drawNote, drawSkip} from "#face/edit_files_options.js"
import {drawPeople, drawReplace, drawTemplates} from "#face/edit_files_people.js"
import {canEdit, toast} from "#face/frame.js"
import {mayFocusText, placeDialog} from "#face/modal.js"
import {ModalStep} from "#face/modal_step.js"
import {nameField} from "#face/name_suggestions.js"
import {includesName} from "#face/person_field.js"
import {adoptSheets} from "#face/sheets.js"
import {closeButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @typedef {import("#face/edit_files_draft.js").EditTab} EditTab */
/** @typedef {import("#face/list_selection.js").Chosen} Selection */
/**
 * @typedef {{selection: Selection, query?: string} | {id: number}[]} FilesTarget
 *   A selection of the plan, with the search that the page shows; or the selected rows of another list.
 * @typedef {object} Effect What a change would do.
 * @property {number} changed Files.
 * @property {string} [sentence]
 * @property {string} notes
 * @property {string} warning
 * @property {number} more Files that the examples do not show.
 * @property {{file_id: number, file_name: string, file_path?: string, tags: Tag[], problem?: string}[]} examples
 */

const SHOWN = 60 // maximum number of people that are shown at once
const PAUSE = 120 // milliseconds without typing before the library is asked
const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog
const NEWS = ["plan:changed", "plan:refreshed", "scan:completed"]
const REPORT = {text: 1, step_id: 1}
const EFFECT = {changed: 1, notes: 1, warning: 1, more: 1}
const EXAMPLE = {file_id: 1, file_name: 1, tags: 1}
const OF_PEOPLE = {...EFFECT, sentence: 1, examples: {...EXAMPLE, file_path: 1}}
const OF_FIELDS = {...EFFECT, examples: {...EXAMPLE, problem: 1}}
const PEOPLE = {files: 1, copies: 1, total: 1, people: {name: 1, files: 1}}
const TEMPLATE = {name: 1, does: 1}

/** @type {{name: EditTab, label: string, draw: (editor: FilesEditor) => Child, title: (files: string, total: number) => string}[]} */
const TABS = [
  {name: "people", label: "People", draw: drawPeople, title: files => `Edit people of ${files}`},
  {name: "replace", label: "Replace", draw: drawReplace, title: files => `Replace a person in ${files}`},
  {name: "fields", label: "Fields", draw: drawFieldTab, title: files => `Set a field of ${files}`},
  {name: "templates", label: "Templates", draw: drawTemplates, title: files => `Apply a template to ${files}`},
  {name: "skip", label: "Skip", draw: drawSkip, title: files => `Skip ${files}`},
  {
    ...{name: "modes", label: "How to write", draw: drawModes},
    title: (files, total) => `How ${files} ${total === 1 ? "is" : "are"} written`,
  },
  {name: "media", label: "Media properties", draw: drawMedia, title: files => `Media properties of ${files}`},
]

/** The tabs that a person may use: a setting forbids edits. */
const shownTabs = () => TABS.filter(({name}) => canEdit || !reachesCopies(name))

/** @type {Record<string, (editor: FilesEditor, data: DOMStringMap) => void>} */
const ACTIONS = {
  shut: editor => editor.close(),
  tab: (editor, {tab}) => editor.showTab(/** @type {EditTab} */ (tab)),
  more: (editor, {name}) => editor.changePerson(name, draft => draft.addPerson(name)),
  less: (editor, {name}) => editor.changePerson(name, draft => draft.removePerson(name)),
  keep: (editor, {name}) => editor.changePerson(name, draft => draft.keepPerson(name)),
  option: ({fields}, {field, index}) => fields[field].pick(Number(index)),
  meant(editor, {old, name}) {
    editor.update(draft => draft.correct(old, name))
    ;(editor.find("#edit-add") ?? editor.find("h2")).focus()
  },
  drop(editor, {side}) {
    editor.choosePair({[side]: ""})
    editor.find(`#edit-${side}`).focus()
  },
  name(editor) {
    editor.update(draft => Object.assign(draft, {templateName: ""}))
    editor.find(".saving input").focus()
  },
  unname: editor => editor.update(draft => Object.assign(draft, {templateName: null})),
  save: editor => void editor.saveTemplate(),
  forget: (editor, {name}) => void editor.forgetTemplate(name),
  help: editor => editor.update(draft => Object.assign(draft, {showsHelp: !draft.showsHelp})),
  rule: (editor, {name, rule}) => editor.writeRule(name, rule),
  apply: editor => void editor.apply(),
  skip: editor => void editor.skip(),
  modes: editor => void editor.setModes(),
  rescan: editor => void editor.rescan(),
  lock: editor => void editor.lock(),
}

/** What a person chooses in a field. @type {Record<string, (draft: EditDraft, target: HTMLInputElement, editor: FilesEditor) => void>} */
const CHOICES = {
  template(draft, {dataset}) {
    draft.template = dataset.name
  },
  day(draft, {value}) {
    draft.day = value
  },
  date(draft, {value}) {
    Object.assign(draft, {date: value, day: "date"})
  },
  "people-mode"(draft, {value}) {
    draft.modes.people = value
  },
  "comment-mode"(draft, {value}) {
    draft.modes.comment = value
  },
  "field-key"(draft, {value}) {
    draft.fieldKey = value
  },
  "remove-field"(draft, {checked}) {
    draft.isRemoved = checked
  },
  only(draft, {checked}) {
    draft.isOnly = checked
  },
  media: (draft, {value}) => draft.setMedia(value),
  tick: (draft, {checked, dataset}) => draft.properties[checked ? "add" : "delete"](dataset.field),
  "tick-all"(draft, {checked}, {choices}) {
    draft.properties = new Set(checked ? choices.properties.map(({key}) => key) : [])
  },
}

export class FilesEditor {
  draft = new EditDraft("people")
  /** @type {FilesTarget} */
  target = []
  openedAt = 0 // in milliseconds
  timer = 0
  isTyping = false // the library is asked when a person pauses
  /** @type {Pick<Values.BulkPeople, "files" | "copies" | "total" | "people"> | undefined} */
  people // the newest ones that are known
  /** @type {HTMLElement | null} */
  before = null // what had the focus

  constructor() {
    const host = h("div", null)
    this.root = host.attachShadow({mode: "open"})
    adoptSheets(this.root, ["indexium.css", "person_field.css", "edit_files.css"])
    document.body.append(host)
    this.box = h("dialog", {class: "edit-files", "aria-labelledby": "edit-title"})
    placeDialog(/** @type {any} */ (this.root), this.box)
    this.step = new ModalStep(this.box, () => this.onClosed())
    this.fields = this.makeFields()
    this.listen()
    onNews(() => this.draw())
  }

  makeFields() {
    const host = {
      root: this.box,
      find: (/** @type {string} */ selector) => /** @type {any} */ (this.find(selector)),
      paint: () => this.draw(),
    }
    const none = () => /** @type {string[]} */ ([])
    return /** @type {Record<string, ReturnType<typeof nameField>>} */ ({
      "edit-add": nameField(host, {
        ...{id: "edit-add", label: "Add a person to all files", taken: () => this.draft.add},
        onChoose: name => this.update(draft => draft.addPerson(this.spelling(name))),
      }),
      "edit-old": nameField(host, {
        ...{id: "edit-old", label: "Person to replace", taken: none},
        newLabel: name => [`“${name}”`, "exactly this spelling"],
        onChoose: name => {
          this.choosePair({old: name})
          this.find("#edit-new")?.focus()
        },
      }),
      "edit-new": nameField(host, {
        ...{id: "edit-new", label: "New person", taken: none},
        onChoose: name => this.choosePair({new: name}),
      }),
    })
  }

  /** @param {{old?: string, new?: string}} names */
  choosePair(names) {
    this.update(draft => Object.assign(draft, {pair: {...draft.pair, ...names}}))
  }

  /** Return the name as the files have it. @param {string} name */
  spelling(name) {
    return this.people?.people.find(person => includesName([name], person.name))?.name ?? name
  }

  // What the library knows.

  /** The files as an argument of calls. */
  get files() {
    return Array.isArray(this.target) ? this.target.map(({id}) => id) : this.target.selection
  }

  /** The number of files, without copies, in words. */
  get ownFiles() {
    return this.people ? plural(this.people.files - this.people.copies, "file") : "files"
  }

  /** The number of selected files that the search of the page does not find. */
  get hidden() {
    if (Array.isArray(this.target)) return 0
    const {
      selection: {plan_id: at, ...selection},
      query = "",
    } = this.target
    const found = read(
      ["previews.of_selection", {plan: {query}, selection, at: at ?? null}, {summary: {hidden: 1}}],
      NEWS,
    )
    return /** @type {number} */ (found.value?.summary.hidden ?? 0)
  }

  /** @returns {Values.EditChoices | undefined} */
  get choices() {
    return read(["bulk.choices", {}], NEWS).value
  }

  /** @returns {Pick<Values.Template, "name" | "does">[] | undefined} */
  get templates() {
    return read(["templates.list", {}, TEMPLATE], []).value
  }

  /** What is known of the effect of the change. */
  weighed() {
    const change = this.draft.change()
    if (!change || this.isTyping) return undefined
    const [name, args] = change.preview
    const want = this.draft.tab === "fields" ? OF_FIELDS : OF_PEOPLE
    return read([name, {...args, target: this.files, only_this: this.draft.isOnly}, want], NEWS)
  }

  /** The effect of the change; null until the library has counted the files. @returns {Effect | null} */
  get effect() {
    const found = this.weighed()
    return found?.error || !found?.value ? null : found.value
  }

  /** Why the change is not possible; "" if it is, or while that is unknown. */
  get effectError() {
    return this.weighed()?.error?.message ?? ""
  }

  /** Read the people of the files; while others are looked for, those before are shown. */
  readPeople() {
    const like = this.draft.like
    const {value, error} = read(["bulk.people_in", {target: this.files, like, limit: SHOWN}, PEOPLE], NEWS)
    if (error) this.refuse(error.message)
    else if (value && !value.files) this.refuse("No selected file can be edited.")
    else if (value) this.people = value
  }

  /** There is nothing to edit. @param {string} reason */
  refuse(reason) {
    setTimeout(() => {
      if (!this.step.isOpen) return
      this.close()
      toast(reason, {kind: "info"})
    })
  }

  // Opening and closing.

  /** @type {(target: FilesTarget, tab: EditTab) => void} */
  open(target, tab) {
    const {savedTemplate} = this.draft
    const tabs = shownTabs().map(({name}) => name)
    this.draft = Object.assign(new EditDraft(tabs.includes(tab) ? tab : tabs[0]), {savedTemplate})
    Object.assign(this, {target, people: undefined, isTyping: false})
    for (const field of Object.values(this.fields)) field.reset()
    this.before = focusedElement()
    this.step.open()
    this.openedAt = performance.now()
    this.draw()
    this.focusFirst()
    const {draft} = this
    void call("decisions.newest").then(
      id => {
        draft.seen = id
      },
      () => {}, // a decision says what is wrong
    )
  }

  focusFirst() {
    const field = mayFocusText() && (this.find(".d-body input:checked") ?? this.find(".d-body input"))
    ;(field || this.find("h2")).focus()
  }

  close() {
    this.step.close()
  }

  onClosed() {
    clearTimeout(this.timer)
    morph(this.box, [])
    this.before?.focus?.({preventScroll: true})
    if (focusedElement() === document.body) window.dispatchEvent(new Event("indexium:list")) // its button has gone
  }

  // Drawing.

  /** @param {string} selector @returns {HTMLElement | null} */
  find(selector) {
    return this.box.querySelector(selector)
  }

  draw() {
    if (!this.step.isOpen) return
    this.readPeople()
    const shown = TABS.find(({name}) => name === this.draft.tab)
    morph(this.box, [this.drawHead(shown), this.drawTabs(), this.drawPanel(shown), drawFoot(this)])
  }

  /** @param {typeof TABS[number]} tab */
  drawHead({name, title}) {
    const {files = 0, copies = 0} = this.people ?? {}
    const total = reachesCopies(name) ? files : files - copies
    return h(
      "div",
      {class: "d-head", data: {key: "head"}},
      h("h2", {id: "edit-title", tabindex: "-1"}, title(this.people ? plural(total, "file") : "…", total)),
      closeButton("Close", {act: "shut"}),
    )
  }

  drawTabs() {
    return h(
      "div",
      {class: "tabs", role: "tablist", "aria-label": "What to edit", data: {key: "tabs"}},
      shownTabs().map(({name, label}) => {
        const isShown = name === this.draft.tab
        return h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${name}`,
            "aria-selected": String(isShown),
            "aria-controls": "edit-panel",
            tabindex: isShown ? "0" : "-1",
            data: {act: "tab", tab: name, key: `tab-${name}`},
          },
          label,
        )
      }),
    )
  }

  /** @param {typeof TABS[number]} tab */
  drawPanel({name, draw}) {
    return h(
      "div",
      {
        class: "d-body",
        role: "tabpanel",
        id: "edit-panel",
        "aria-labelledby": `tab-${name}`,
        data: {key: `panel-${name}`},
      },
      drawNote(this),
      draw(this),
      h("p", {class: "bad-text", id: "edit-problem", role: "alert"}, this.draft.problem),
    )
  }

  // What a person chooses.

  /** Change the draft, and show it. @param {(draft: EditDraft) => void} change */
  update(change) {
    this.draft.problem = ""
    change(this.draft)
    this.draw()
  }

  /** @param {EditTab} tab */
  showTab(tab) {
    for (const field of Object.values(this.fields)) field.reset()
    this.update(draft => Object.assign(draft, {tab, templateName: null}))
    this.find(`#tab-${tab}`).focus()
  }

  /** The pressed button goes: another button of the person gets the focus, or the field. @type {(name: string, change: (draft: EditDraft) => void) => void} */
  changePerson(name, change) {
    this.update(change)
    const people = /** @type {NodeListOf<HTMLElement>} */ (this.box.querySelectorAll(".who"))
    const person = [...people].find(node => includesName([name], node.dataset.key.slice("who:".length)))
    ;(person?.querySelector("button") ?? this.find("#edit-add")).focus()
  }

  /** Put a placeholder, or a whole rule, into the field. @type {(name?: string, rule?: string) => void} */
  writeRule(name, rule) {
    const input = /** @type {HTMLInputElement} */ (this.find("input.rule"))
    if (rule) input.value = rule
    else input.setRangeText(`{${name}}`, input.selectionStart, input.selectionEnd, "end")
    this.update(draft => Object.assign(draft, {rule: input.value}))
    input.focus()
  }

  /** Show what a person types, and ask the library after a pause. @param {(draft: EditDraft) => void} later */
  pause(later) {
    clearTimeout(this.timer)
    this.isTyping = true
    this.timer = setTimeout(() => {
      this.isTyping = false
      this.update(later)
    }, PAUSE)
    this.draw()
  }

  /** @param {HTMLInputElement} target */
  onType(target) {
    const {id, value} = target
    if (this.fields[id]) this.fields[id].onTyped()
    else if (target.matches(".find")) this.pause(draft => Object.assign(draft, {like: value}))
    else if (target.matches(".rule")) {
      this.draft.rule = value
      this.pause(() => {})
    } else if (target.matches(".saving input")) this.update(draft => Object.assign(draft, {templateName: value}))
  }

  // Decisions.

  /**
   * Make a change; the dialog is open until it is made, and says why it is refused. A template leaves it open.
   *
   * @param {CallName} name
   * @param {object} args
   * @param {{want?: object, done: (value: any) => void, staysOpen?: boolean}} options
   */
  async decide(name, args, {want, done, staysOpen = false}) {
    const {draft} = this
    if (draft.isWaiting) return
    const isShown = () => this.draft === draft && this.step.isOpen
    draft.isWaiting = true
    this.draw()
    try {
      const {value} = await change(name, args, {want})
      if (isShown() && !staysOpen) this.close()
      done(value)
    } catch (/** @type {any} */ error) {
      draft.seen = error.seen ?? draft.seen
      draft.problem = error.message
      if (!isShown()) toast(error.message, {kind: "error"})
    } finally {
      draft.isWaiting = false
      this.draw()
    }
  }

  /** Decide about the files, and tell what was done. @type {(name: CallName, args: object) => Promise<void>} */
  decideFiles(name, args) {
    const done = (/** @type {{text: string, step_id: number | null}} */ {text, step_id: step}) =>
      toast(text, step ? {undo: step} : {kind: "info"})
    return this.decide(name, {...args, target: this.files}, {want: REPORT, done})
  }

  apply() {
    const {draft} = this
    const [name, args] = draft.change().decision
    const seen = draft.tab === "fields" && {seen: draft.seen}
    return this.decideFiles(name, {...args, ...seen, only_this: draft.isOnly})
  }

  async skip() {
    const field = /** @type {HTMLInputElement | null} */ (this.find("input[type=date]"))
    if (this.draft.day === "date" && !field.reportValidity()) return
    const day = this.draft.until()
    await this.decideFiles("decisions.postpone", {until: day ? startOf(day) : null})
  }

  setModes() {
    const {people, comment} = this.draft.modes
    return this.decideFiles("decisions.set_mode", {mode: people || null, comment_mode: comment || null})
  }

  /** Let a job read the media properties of the files again. */
  rescan() {
    const {files} = this
    const refresh = [...this.draft.properties]
    return this.decide("rescans.add", Array.isArray(files) ? {file_ids: files, refresh} : {query: files, refresh}, {
      want: {title: 1},
      done: ({title}) => toast(`${title} has started. The jobs page shows its progress.`),
    })
  }

  /** Lock or unlock media properties of the files. */
  lock() {
    const {media, properties} = this.draft
    const [name, word] = media === "lock" ? ["locks.lock", "locked"] : ["locks.unlock", "unlocked"]
    return this.decide(
      /** @type {CallName} */ (name),
      {target: this.files, fields: [...properties]},
      {
        done: ({changed, files}) =>
          toast(
            changed
              ? `${plural(changed, "field")} of ${plural(files, "file")} ${word}.`
              : `Nothing to do: all fields were ${word} already.`,
          ),
      },
    )
  }

  saveTemplate() {
    const {draft} = this
    const name = draft.templateName.trim()
    const template = draft.change()?.template
    if (!name || !template) return undefined
    const done = () => {
      draft.noteSaved(template)
      forget(each => each === "templates.list")
    }
    return this.decide("templates.save", {name, ...template}, {done, staysOpen: true})
  }

  /** @param {string} name */
  forgetTemplate(name) {
    const {draft} = this
    if (draft.template === name) draft.template = ""
    const done = () => forget(each => each === "templates.list" || each === "templates.preview")
    return this.decide("templates.remove", {name}, {done, staysOpen: true})
  }

  // What a person presses.

  listen() {
    const {box} = this
    box.addEventListener("click", event => this.onClick(event))
    box.addEventListener("keydown", event => this.onKey(event))
    box.addEventListener("input", ({target}) => this.onType(/** @type {HTMLInputElement} */ (target)))
    box.addEventListener("change", ({target}) => {
      const field = /** @type {HTMLInputElement} */ (target)
      const choose = CHOICES[field.dataset.change]
      if (choose) this.update(draft => choose(draft, field, this))
    })
  }

  /** A click beside the dialog closes it, but does not discard a choice. @param {MouseEvent} event */
  onClick({target}) {
    const button = /** @type {HTMLElement} */ (target).closest("[data-act]")
    if (target === this.box && !this.draft.change()) this.close()
    else if (button instanceof HTMLElement) ACTIONS[button.dataset.act](this, button.dataset)
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const {key, ctrlKey, metaKey} = event
    const target = /** @type {HTMLElement} */ (event.target)
    const field = this.fields[target.id]
    if (key === "Enter" && (ctrlKey || metaKey)) this.confirm(event)
    else if (field?.key(event)) event.stopPropagation()
    else if (target.matches("[role=tab]")) this.turnTab(event)
    else if (key === "Enter" && target.matches(".saving input")) {
      event.preventDefault()
      void this.saveTemplate()
    }
  }

  /** Press the button that applies the change. @param {KeyboardEvent} event */
  confirm(event) {
    event.preventDefault()
    const isEarly = event.repeat || performance.now() - this.openedAt <= CALM
    if (!isEarly) this.find(".d-foot .primary:not(:disabled)")?.click()
  }

  /** @param {KeyboardEvent} event */
  turnTab(event) {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key]
    if (!step) return
    event.preventDefault()
    const names = shownTabs().map(({name}) => name)
    const place = names.indexOf(this.draft.tab)
    this.showTab(names[(place + step + names.length) % names.length])
  }
}

/** @type {FilesEditor | null} */
let made = null

/** Show the dialog for some files, with one of its tabs. @type {(target: FilesTarget, tab?: EditTab) => void} */
export function editFiles(target, tab = "people") {
  made ??= new FilesEditor()
  made.open(target, tab)
}
