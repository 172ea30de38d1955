// The one page of sections: each page of this kind is a declaration. A section has reads, rows and actions of its own,
// so it is loading, refused or changed without the others.
import {go, place} from "#face/address.js"
import {forget, read, readAll} from "#face/calls.js"
import {copyText} from "#face/clipboard.js"
import {focusedElement, morph} from "#face/dom.js"
import {Edits} from "#face/edits.js"
import {FacePage} from "#face/face_page.js"
import {nameWindow} from "#face/frame.js"
import {hideBroken} from "#face/images.js"
import {bindings, pageKeys} from "#face/keys.js"
import {drawSections} from "#face/sections_view.js"

/** @typedef {import("#face/edits.js").Edit} Edit */
/** @typedef {{section: SectionSpec, name: string, id: any, edits: [Edits, Edit[]], values: [Edits, Edit][]}} Shown What is shown while an action runs. */
/** @typedef {{section: SectionSpec, act: string, id: any, isOpen: boolean, value: any}} Held What an action has returned; `isOpen`: for the open row. */

const MOST_ALSO = 10 // reads that the answer to a change may have, see `dashboards/face.py`

/** Return whether an element is a field for a text that is sent by itself. @param {EventTarget} node @returns {node is HTMLInputElement} */
const isOwnField = node =>
  node instanceof HTMLInputElement && Boolean(node.dataset.change) && ["text", "search"].includes(node.type)

export class Sections extends FacePage {
  /** @type {Held[]} */
  held = []
  /** @type {Map<string, Edits>} */
  edits = new Map() // of rows, by the read that has them, as JSON: several sections may show it
  /** @type {Map<string, Edits>} */
  values = new Map() // of whole values, by the read as JSON
  /** @type {Map<string, {text: string, given: Answers}>} */
  refusals = new Map() // that stand in their places, by the name of the form or of the field
  /** @type {Set<string>} */
  unfolded = new Set() // parts that are shown, each with its section
  /** @type {Set<string>} */
  busy = new Set() // names of the actions that run
  running = 0 // actions
  about = "" // what the page is about
  copied = "" // the text that was copied last
  focused = "" // the section that has the focus, or had it before its element went away
  focusedForm = "" // the form in it
  started = "" // the name in the address of what has got the focus first

  /**
   * @param {SectionsSpec} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    const {sections, sheets = []} = spec
    super(
      spec,
      sections.flatMap(({actions = []}) => actions),
      host,
      ["indexium.css", "face.css", "sections.css", ...sheets],
    )
    this.spec = spec
    hideBroken(this.root)
    pageKeys(spec.page, {isReady: () => true, table: this.keys()})
    for (const each of spec.lists ?? []) bindings().add({...each, pages: [spec.page]})
    this.root.addEventListener("focusin", event => this.noteFocus(/** @type {Element} */ (event.target)))
    this.root.addEventListener("keydown", event => this.onKey(event))
    window.addEventListener("indexium:list", () => this.isShown() && this.focusSection())
  }

  place = place

  enter() {
    if (!this.spec.news.length) this.readAgain()
  }

  /** Nothing that was shown once or typed is kept. */
  leave() {
    this.forgetAll()
    morph(this.root, [])
  }

  forgetAll() {
    this.held = []
    this.copied = ""
    this.started = ""
    for (const each of [this.forms, this.refusals, this.unfolded, this.values]) each.clear()
    for (const {name} of this.spec.sections) this.edits.set(name, new Edits())
  }

  /** The page is about another thing now. */
  followSubject() {
    const about = this.spec.about?.() ?? ""
    if (about === this.about) return
    this.about = about
    this.forgetAll()
    window.scrollTo({top: 0})
  }

  draw() {
    if (!this.isShown()) return
    this.followSubject()
    const hadFocus = this.root.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement)
    morph(this.root, drawSections(this))
    if (typeof this.spec.title === "function") nameWindow(this.title)
    if (hadFocus && focusedElement() === document.body) this.focusSection()
    this.focusStart()
  }

  /** Give the focus to what the address names, once, when everything above it is there. */
  focusStart() {
    const name = place()[this.spec.starts] ?? ""
    if (name === this.started || this.root.querySelector("section[aria-busy]")) return
    this.started = name
    const places = [`[data-start="${name}"]`, `[data-section="${name}"] h2`]
    const node = places.map(each => this.root.querySelector(each)).find(Boolean)
    if (name && node instanceof HTMLElement) node.focus()
  }

  get title() {
    const {title} = this.spec
    return typeof title === "function" ? title(this.head().value) : title
  }

  /** The keys of the page, and those of actions that need no row. @returns {Record<string, KeyBinding>} */
  keys() {
    const own = this.actions.filter(({key}) => key)
    return {
      ...this.spec.keys,
      ...Object.fromEntries(
        own.map(action => [
          action.key,
          {
            does: action.does ?? String(action.label),
            group: "Act",
            when: () => action.when?.(undefined, place(), this.knownTo(action)) ?? true,
            run: () => void this.run(action),
          },
        ]),
      ),
    }
  }

  /** @param {Element} target */
  noteFocus(target) {
    const form = target.closest("[data-form]")
    this.focused = this.sectionAt(target)?.name ?? ""
    this.focusedForm = form instanceof HTMLElement ? form.dataset.form : ""
  }

  /**
   * Give the focus away from an element that has gone: to what its section shows first, the button that has opened its
   * form, or a title.
   */
  focusSection() {
    const section = `[data-section="${this.focused}"]`
    const [act, id] = this.focusedForm.split(" ")
    const opener = `${id === undefined ? "" : `[data-row="${id}"] `}[data-act="${act}"]`
    const places = [`${section} [data-first]`, `${section} ${opener}`, `${section} h2`, "h1"]
    const node = places.map(each => this.root.querySelector(each)).find(Boolean)
    if (node instanceof HTMLElement) node.focus({preventScroll: true})
  }

  // What is known.

  /** Return what stands beside the title, once all of it is known. */
  head() {
    return readAll(this.spec.head?.(place()) ?? {}, own => this.read(own))
  }

  /** Return what a section has read, as its running actions show it. @param {SectionSpec} section */
  known(section) {
    const read = (/** @type {ReadCall} */ own) => this.read(own, section.news)
    const found = readAll(section.reads?.(place()) ?? {}, read)
    if (!found.value) return found
    const value = {...found.value}
    if (section.rows) {
      const edits = this.editsOf(section)
      edits.forget(found.sentAt)
      value[section.rows] = edits.shownIn(/** @type {any[]} */ (value[section.rows]), row => row[section.id])
    }
    const more = Object.entries(this.moreOf(section, value)).map(([name, own]) => ({name, ...read(own)}))
    const error = found.error ?? more.find(each => each.error)?.error
    return {...found, error, value: {...value, more: Object.fromEntries(more.map(each => [each.name, each.value]))}}
  }

  /** Return the edits of the rows of a section. @param {SectionSpec} section */
  editsOf({reads, rows}) {
    const key = JSON.stringify(rows ? reads(place())[rows] : null)
    const edits = this.edits.get(key) ?? new Edits()
    this.edits.set(key, edits)
    return edits
  }

  /** Return the calls that a section needs because of what it has read. @type {(section: SectionSpec, known: any) => Record<string, ReadCall>} */
  moreOf(section, known) {
    return (known && section.more?.(known, place(), this.stateOf(section))) ?? {}
  }

  /** Return what a section shows for a while. @param {SectionSpec} section @returns {SectionState} */
  stateOf(section) {
    const idOf = (/** @type {any} */ row) => row?.[section.id]
    return {
      held: (act, row) => this.held.find(each => each.act === act && each.id === idOf(row))?.value,
      isUnfolded: name => this.unfolded.has(`${section.name} ${name}`),
    }
  }

  /** During actions, their own answers tell what has changed: nothing is read again. @param {ReadCall} own */
  read(own, news = this.spec.news) {
    const found = read(own, news, this.running > 0 || Boolean(this.leadsTo))
    const edits = this.values.get(JSON.stringify(own))
    if (!edits || found.value === undefined) return found
    edits.forget(found.sentAt)
    const [{value}] = edits.shownIn([{value: found.value}], () => null)
    return {...found, value}
  }

  /** Read everything again, except what some reads have. @param {ReadCall[]} [except] */
  readAgain(except = []) {
    const reads = [this.spec.head, ...this.spec.sections.map(section => section.reads)]
    const calls = reads.flatMap(each => Object.values(each?.(place()) ?? {}))
    const kept = new Set(except.map(([name]) => name))
    const old = new Set(calls.map(([name]) => name).filter(name => !kept.has(name)))
    forget(name => old.has(/** @type {CallName} */ (name)))
  }

  // Actions.

  /** @param {ListAction<any, any>} action */
  sectionOf(action) {
    return this.spec.sections.find(({actions}) => actions?.includes(action))
  }

  /** @param {Element} target */
  sectionAt(target) {
    const node = target.closest("[data-section]")
    return node instanceof HTMLElement && this.spec.sections.find(({name}) => name === node.dataset.section)
  }

  /** @type {FacePage["knownTo"]} */
  knownTo(action) {
    return this.known(this.sectionOf(action)).value
  }

  /** @type {FacePage["rowAt"]} */
  rowAt(target) {
    const section = this.sectionAt(target)
    const node = target.closest("[data-row]")
    if (!section?.id || !(node instanceof HTMLElement)) return undefined
    const {value} = this.known(section)
    const rows = value && (section.rowsOf?.(value) ?? value[section.rows])
    return rows?.find((/** @type {any} */ row) => String(row[section.id]) === node.dataset.row)
  }

  /** @type {FacePage["formName"]} */
  formName(act, row) {
    const section = this.spec.sections.find(({actions}) => actions?.some(each => each.act === act))
    return row === undefined ? act : `${act} ${row[section.id]}`
  }

  /** A second press is dropped while the first one runs, unless it sets another value. @type {FacePage["run"]} */
  async run(action, meant = [], given = {}) {
    if (action.shows || !this.busy.has(this.formName(action.act, meant[0]))) await super.run(action, meant, given)
  }

  /** @type {(action: ListAction<any, any>, meant: any[], answers: Answers, head: any) => Shown} */
  show(action, meant, answers, head) {
    const section = this.sectionOf(action)
    const own = this.editsOf(section)
    const made = action.shows || !action.keeps ? meant : []
    const name = this.formName(action.act, meant[0])
    this.running += 1
    this.busy.add(name)
    this.refusals.delete(name)
    return {
      section,
      name,
      id: meant[0]?.[section.id],
      edits: [own, made.map(row => own.add(row[section.id], action.keeps ? action.shows(row, answers, head) : null))],
      values: meant.length || !action.shows ? [] : this.showValues(section, action.shows(undefined, answers, head)),
    }
  }

  /** Show values in place of those that a section has read, wherever they are shown. @type {(section: SectionSpec, shown: Record<string, any>) => [Edits, Edit][]} */
  showValues(section, shown) {
    const reads = section.reads(place())
    return Object.entries(shown).map(([name, value]) => {
      const key = JSON.stringify(reads[name])
      const edits = this.values.get(key) ?? new Edits()
      this.values.set(key, edits)
      return [edits, edits.add(null, {value})]
    })
  }

  /** @type {(action: ListAction<any, any>, shown: Pick<Shown, "section">) => ReadCall[]} */
  readsAfter(_action, {section}) {
    const reads = section.reads?.(place()) ?? {}
    return Object.values({...reads, ...this.moreOf(section, this.known(section).value)}).slice(0, MOST_ALSO)
  }

  /** @param {Shown} shown */
  end({name}) {
    this.running -= 1
    this.busy.delete(name)
  }

  /** @type {(action: ListAction<any, any>, shown: Shown, answer: {value: any, answeredAt: number}) => void} */
  settle(action, shown, {value, answeredAt}) {
    const {
      section,
      id,
      edits: [rows, made],
      values,
    } = shown
    this.end(shown)
    rows.settle(made, answeredAt)
    for (const [own, edit] of values) own.settle([edit], answeredAt)
    const isSame = (/** @type {Held} */ each) => each.act === action.act && each.id === id
    this.held = this.held.filter(each => each.section !== section || (each.isOpen && !isSame(each)))
    if (action.holds) this.held.push({section, act: action.act, id, isOpen: action.holds === "open", value})
    const own = this.readsAfter(action, shown)
    const isOld = this.known(section).sentAt < answeredAt // another action runs, or a read has failed
    if (isOld && !this.leadsTo) forget(name => own.some(([each]) => each === name))
    if (!this.spec.news.length) this.readAgain(own)
  }

  /** The library may know more after a refusal, too: it is read again. @param {Shown} shown */
  putBack(shown) {
    const {
      edits: [rows, made],
      values,
    } = shown
    this.end(shown)
    rows.remove(made)
    for (const [own, edit] of values) own.remove([edit])
    const names = this.readsAfter(null, shown).map(([name]) => name)
    forget(name => names.includes(/** @type {CallName} */ (name)))
  }

  /** @type {FacePage["tellRefusal"]} */
  tellRefusal(action, meant, given, error) {
    if (!action.isRefusedInPlace || !this.isShown()) {
      super.tellRefusal(action, meant, given, error)
      return
    }
    this.refusals.set(this.formName(action.act, meant[0]), {text: error.message, given})
    this.draw()
  }

  // What a person clicks and types.

  /** @type {FacePage["ownActs"]} */
  ownActs(target, _event, row) {
    const section = this.sectionAt(target)
    const {fold, text} = target.dataset
    return {
      ...super.ownActs(target),
      drop: () => this.drop(section),
      open: () => row && this.open(section, String(row[section.id])),
      fold: () => this.turn(`${section.name} ${fold}`),
      copy: () => this.copy(text),
    }
  }

  /** Show no longer what a section holds. @param {SectionSpec} section */
  drop(section) {
    this.held = this.held.filter(each => each.section !== section)
    for (const {act} of section.actions) this.forms.delete(act)
    this.draw()
  }

  /** Show a row in detail, or no longer. @type {(section: SectionSpec, id: string) => void} */
  open(section, id) {
    const {opens, ofRow = []} = section
    this.held = this.held.filter(each => each.section !== section)
    go({...Object.fromEntries(ofRow.map(name => [name, ""])), [opens]: place()[opens] === id ? "" : id})
    if (section.hasForm) this.focusIn(`[data-row="${id}"] [data-form] :is(input, textarea)`)
  }

  /** Show a part that is folded, or fold it. @param {string} name */
  turn(name) {
    if (!this.unfolded.delete(name)) this.unfolded.add(name)
    this.draw()
  }

  /** @param {string} text */
  async copy(text) {
    this.copied = (await copyText(text)) ? text : ""
    this.draw()
  }

  /** A choice may open a row. @param {Event} event */
  onChange(event) {
    const target = /** @type {HTMLSelectElement} */ (event.target)
    if (target.dataset.change !== "open") super.onChange(event)
    else if (target.value) this.open(this.sectionAt(target), target.value)
  }

  /** Escape in an open row closes it; in a field that is sent by itself, it shows what is stored. @param {KeyboardEvent} event */
  onKey({key, target}) {
    if (key === "Escape" && !this.closeRow(/** @type {Element} */ (target)) && isOwnField(target))
      this.showStored(target)
  }

  /** Close the open row in which an element is, if it has a form; return whether it was open. @param {Element} target */
  closeRow(target) {
    const section = this.sectionAt(target)
    const row = section?.hasForm && this.rowAt(target)
    if (!row || place()[section.opens] !== String(row[section.id])) return false
    this.open(section, String(row[section.id]))
    this.focusIn(`[data-row="${row[section.id]}"] [data-act=open]`)
    return true
  }

  /** @param {Element} [field] */
  showStored(field = focusedElement()) {
    const isOwn = isOwnField(field)
    if (isOwn) this.refusals.delete(this.formName(field.dataset.change, this.rowAt(field)))
    this.draw()
    if (isOwn) field.value = field.defaultValue
  }
}
