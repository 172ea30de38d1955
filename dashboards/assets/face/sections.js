// The one page of sections: each page of this kind is a declaration. A section has reads, rows and actions of its own,
// so it is loading, refused or changed without the others.
import {place} from "#face/address.js"
import {forget, read, readAll} from "#face/calls.js"
import {focusedElement, morph} from "#face/dom.js"
import {Edits} from "#face/edits.js"
import {FacePage} from "#face/face_page.js"
import {drawSections} from "#face/sections_view.js"

/** @typedef {import("#face/edits.js").Edit} Edit */
/** @typedef {{section: SectionSpec, edits: Edit[]}} Shown What a section shows while an action runs. */

export class Sections extends FacePage {
  /** @type {Map<string, {act: string, value: any}>} */
  held = new Map() // what actions have returned that is shown once, by section
  /** @type {Map<string, Edits>} */
  edits = new Map() // by section
  running = 0 // actions
  focused = "" // the section that has the focus, or had it before its element went away

  /**
   * @param {SectionsSpec} spec
   * @param {HTMLElement} host
   */
  constructor(spec, host) {
    const {sections} = spec
    super(
      spec,
      sections.flatMap(({actions = []}) => actions),
      host,
      ["indexium.css", "face.css", "sections.css"],
    )
    this.spec = spec
    for (const {name} of sections) this.edits.set(name, new Edits())
    this.root.addEventListener("focusin", ({target}) => {
      this.focused = this.sectionAt(/** @type {Element} */ (target))?.name ?? ""
    })
    window.addEventListener("indexium:list", () => this.isShown() && this.focusSection())
  }

  place = place

  enter() {
    if (!this.spec.news.length) this.readAgain()
  }

  /** Nothing that was shown once or typed is kept. */
  leave() {
    this.held.clear()
    this.forms.clear()
    morph(this.root, [])
  }

  draw() {
    if (!this.isShown()) return
    const hadFocus = this.root.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement)
    morph(this.root, drawSections(this))
    if (hadFocus && focusedElement() === document.body) this.focusSection()
  }

  /** Give the focus to the title of the section whose element has gone, or to that of the page. */
  focusSection() {
    const title = this.root.querySelector(this.focused ? `[data-section="${this.focused}"] h2` : "h1")
    if (title instanceof HTMLElement) title.focus({preventScroll: true})
  }

  // What is known.

  /** Return what stands beside the title, once all of it is known. */
  head() {
    return readAll(this.spec.head?.(place()) ?? {}, own => this.read(own))
  }

  /** Return what a section has read, as its running actions show it. @param {SectionSpec} section */
  known(section) {
    const found = readAll(section.reads?.(place()) ?? {}, own => this.read(own))
    if (!found.value || !section.rows) return found
    const edits = this.edits.get(section.name)
    edits.forget(found.sentAt)
    const rows = edits.shownIn(/** @type {any[]} */ (found.value[section.rows]), row => row[section.id])
    return {...found, value: {...found.value, [section.rows]: rows}}
  }

  /** During actions, their own answers tell what has changed: nothing is read again. @param {ReadCall} own */
  read(own) {
    return read(own, this.spec.news, this.running > 0)
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
    if (!section?.rows || !(node instanceof HTMLElement)) return undefined
    const {value} = this.known(section)
    return value?.[section.rows].find((/** @type {any} */ row) => String(row[section.id]) === node.dataset.row)
  }

  /** @type {(action: ListAction<any, any>, meant: any[], answers: Answers, head: any) => Shown} */
  show(action, meant, answers, head) {
    const section = this.sectionOf(action)
    const edits = this.edits.get(section.name)
    const made = action.shows || !action.keeps ? meant : []
    this.running += 1
    return {
      section,
      edits: made.map(row => edits.add(row[section.id], action.keeps ? action.shows(row, answers, head) : null)),
    }
  }

  /** @type {(action: ListAction<any, any>, shown: Shown) => ReadCall[]} */
  readsAfter(_action, {section}) {
    return Object.values(section.reads?.(place()) ?? {})
  }

  /** @type {(action: ListAction<any, any>, shown: Shown, answer: {value: any, answeredAt: number}) => void} */
  settle(action, {section, edits}, {value, answeredAt}) {
    this.running -= 1
    this.edits.get(section.name).settle(edits, answeredAt)
    if (action.holds) this.held.set(section.name, {act: action.act, value})
    else this.held.delete(section.name)
    const own = this.readsAfter(action, {section, edits})
    const isOld = this.known(section).sentAt < answeredAt // another action runs, or a read has failed
    if (isOld) forget(name => own.some(([each]) => each === name))
    if (!this.spec.news.length) this.readAgain(own)
  }

  /** @param {Shown} shown */
  putBack({section, edits}) {
    this.running -= 1
    this.edits.get(section.name).remove(edits)
  }

  /** @type {FacePage["ownActs"]} */
  ownActs(target) {
    return {...super.ownActs(), drop: () => this.drop(this.sectionAt(target))}
  }

  /** Show no longer what a section holds. @param {SectionSpec} section */
  drop(section) {
    this.held.delete(section.name)
    for (const {act} of section.actions) this.forms.delete(act)
    this.draw()
  }
}
