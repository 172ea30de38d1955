// The folders of the library: the first steps, their scans, their settings, lists of their files, and people from a list.
import {h} from "#face/dom.js"
import {FolderAdding} from "#face/folder_adding.js"
import {fileLists} from "#face/folder_lists.js"
import {SCANNING, Scans, reportSection, scanSection} from "#face/folder_scans.js"
import {FOLDERS, folderSection} from "#face/folder_section.js"
import {currentStep, firstSteps, isLed} from "#face/folder_steps.js"
import {focusedElement} from "#face/dom.js"
import {drawLibrarySwitch} from "#face/library_switch.js"
import {PeopleImport, importSection} from "#face/people_import.js"
import {drawPromise} from "#face/promise.js"
import {Sections} from "#face/sections.js"
import {plural, size} from "#face/wording.js"

/** @typedef {import("#face/folder_card.js").Folder} Folder */
/**
 * @typedef {object} Known
 * @property {Folder[]} folders
 * @property {Pick<Values.Quality, "all" | "persons" | "waiting" | "unknown">} quality
 * @property {Pick<Values.HomeNumbers, "planned" | "operations">} numbers
 * @property {object | null} scanning A scan runs.
 */

/** @type {Record<string, ReadCall>} */
const READS = {
  folders: FOLDERS,
  quality: ["inventory.quality", {}],
  numbers: ["overview.numbers", {}, {planned: 1, operations: 1}],
  scanning: SCANNING,
}
const LIST_HINT =
  "A list is a CSV file with the columns path and people (names separated by ;), a JSON file, or the database (.db) of the old Indexium."

/** @type {(total: number, text: string) => string} */
const unlessZero = (total, text) => (total ? text : "")

/** The numbers of all folders in a line. @type {(known: Known) => string} */
export function summaryOf({folders, quality: {persons}}) {
  if (!folders.length) return "no folder yet"
  const sum = (/** @type {"file_count" | "bytes"} */ name) => folders.reduce((total, each) => total + each[name], 0)
  const newest = folders.reduce((one, other) => ((other.scanned_at ?? "") > (one.scanned_at ?? "") ? other : one))
  const parts = [
    `${plural(sum("file_count"), "file")} in ${plural(folders.length, "folder")}`,
    unlessZero(sum("bytes"), size(sum("bytes"))),
    unlessZero(persons, `${plural(persons, "person", "people")} known`),
    newest.scanned_text,
  ]
  return parts.filter(Boolean).join(" · ")
}

/** @param {Known["quality"]} quality */
const peopleText = ({persons, waiting}) =>
  [
    unlessZero(persons, plural(persons, "person", "people")),
    unlessZero(waiting, `${plural(waiting, "name is", "names are")} waiting for a scan`),
  ]
    .filter(Boolean)
    .join(" · ")

/** @type {(scans: Scans, adding: FolderAdding) => SectionSpec<any, Known>} */
const headSection = (scans, adding) => ({
  name: "folder-actions",
  title: "Actions",
  isInHead: true,
  reads: () => READS,
  draw(known, {act}) {
    if (isLed(known)) return null
    const {folders, scanning} = known
    return [
      act("scan-all", undefined, {key: "s", disabled: Boolean(scanning) || !folders.length}),
      act("start-adding", undefined, {key: "f", "aria-expanded": String(adding.isOpen)}),
    ]
  },
  actions: [
    {
      act: "scan-all",
      needs: "scans.add_libraries",
      key: "s",
      label: "Scan all",
      does: "scan all folders",
      when: (_row, _place, known) => Boolean(known?.folders.length && !known.scanning),
      run: (_rows, _place, {folders}) => scans.start(folders.map(({library_id: id}) => id)),
    },
    {
      act: "scan-now",
      needs: "scans.add_libraries",
      label: "Scan now",
      run: (_rows, _place, {folders}) => scans.start(folders.map(({library_id: id}) => id)),
    },
    {
      act: "start-adding",
      needs: "inventory.add",
      key: "f",
      label: "Add a folder…",
      does: "add a folder",
      run: () => adding.turn(),
    },
  ],
})

/** @type {(scans: Scans, adding: FolderAdding) => SectionSpec<any, Known>} */
const addingSection = (scans, adding) => ({
  name: "adding",
  title: "Add a folder",
  hasNoTitle: true,
  reads: () => READS,
  when: known => adding.isOpen && !isLed(known),
  draw: () => [adding.draw(), drawPromise("A scan only reads; nothing in the folder changes.")],
  actions: [
    ...adding.actions,
    {
      act: "add-folder",
      needs: "inventory.add",
      label: "Add and scan",
      call: () => ["inventory.add", {folder: adding.path, photos: adding.photos, kind: adding.kind || "auto"}],
      want: {library_id: 1},
      follows({library_id: id}) {
        adding.reset()
        return scans.start([id])
      },
    },
  ],
})

/** @param {PeopleImport} list @returns {SectionSpec<any, Known>} */
const peopleSection = list => ({
  name: "people-of-files",
  title: "People",
  hasNoTitle: true,
  reads: () => READS,
  when: known => !isLed(known),
  draw: ({quality}, parts) => [
    h("h2", {tabindex: "-1", data: {key: "title"}}, "People ", h("small", null, peopleText(quality))),
    list.drawButtons(parts),
  ],
  actions: [
    {
      act: "take-people",
      needs: "people.take_from_files",
      label: (_row, _place, {quality: {unknown}}) =>
        `Add the people that ${plural(unknown, "file")} name${unknown === 1 ? "s" : ""}`,
      when: (_row, _place, known) => Boolean(known?.quality.unknown),
      call: () => ["people.take_from_files", {}],
      want: {text: 1},
    },
  ],
})

/** @type {(scans: Scans, adding: FolderAdding, list: PeopleImport) => SectionsSpec<Known>} */
export const folders = (scans, adding, list) => ({
  page: "folders",
  title: head => (head && isLed(head) && !head.folders.length ? "Welcome to Indexium" : "Folders"),
  sheets: ["library_switch.css", "folders.css"],
  news: ["scan:started", "scan:completed", "plan:changed", "publications:changed"],
  head: () => READS,
  summary: head => (head ? (head.folders.length ? summaryOf(head) : "Four steps to your first plan.") : ""),
  beside: (place, head) => Boolean(head?.quality.all) && drawLibrarySwitch("folders", place),
  sections: [
    headSection(scans, adding),
    firstSteps(
      {
        add: () => adding.draw(),
        people: parts => [list.drawButtons(parts), h("p", {class: "hint"}, LIST_HINT)],
      },
      READS,
    ),
    addingSection(scans, adding),
    scanSection(scans),
    importSection(list, FOLDERS),
    reportSection(scans),
    fileLists,
    folderSection(scans),
    peopleSection(list),
  ],
})

/** Return whether no control has the focus, as after the focused one was removed. */
const isFocusFree = () => focusedElement().matches("body, #main, h1, h2")

export class FoldersPage extends Sections {
  step = -1 // that was shown last

  /** @param {HTMLElement} host */
  constructor(host) {
    const scans = new Scans()
    const list = new PeopleImport()
    const adding = new FolderAdding(() => this.press("add-folder"))
    super(folders(scans, adding, list), host)
    this.list = list
    this.adding = adding
    adding.attach(this.root)
    list.attach(this.root)
    window.addEventListener("indexium:events", event => {
      const {detail} = /** @type {CustomEvent} */ (event)
      if (!this.isShown() && scans.endsWith(detail)) void scans.tell()
    })
  }

  leave() {
    this.adding.reset()
    super.leave()
  }

  draw() {
    super.draw()
    if (!this.isShown()) return
    if (this.adding?.wantsFocus) this.adding.focus()
    this.focusImport()
    this.focusStep()
  }

  /** Give the focus to the button that imports a new list: Enter continues. */
  focusImport() {
    const confirm = this.root.querySelector("[data-act=import-list]")
    if (!this.list?.isNew || !(confirm instanceof HTMLElement)) return
    this.list.isNew = false
    confirm.scrollIntoView({block: "nearest"})
    confirm.focus({preventScroll: true})
  }

  /** Give the focus to the next of the first steps, if no control has it: Enter continues. */
  focusStep() {
    const known = this.head().value
    if (!known) return
    const step = isLed(known) ? currentStep(known) : -1
    const isNext = this.step >= 0 && step !== this.step
    this.step = step
    if (isNext && isFocusFree()) this.focusIn(".step.current .acts :is(button, a)")
  }
}

/** @param {HTMLElement} host */
export const makePage = host => new FoldersPage(host)
