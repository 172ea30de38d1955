// The folders with their state, the scan while it runs, the first steps, and an uploaded list of people.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawFolder} from "./folder_card.js"
import {drawBrowser} from "./folder_browser.js"
import {FolderField} from "./folder_field.js"
import {drawFolderOptions, follow, newOptions} from "./folder_options.js"
import {drawGauge} from "#face/gauge.js"
import {drawInventory} from "./inventory.js"
import {keys} from "../../components/browser/keyboard.js"
import {drawPeopleImport, drawPromise} from "./people_import.js"
import {upload} from "#face/upload.js"
import {button, closeButton} from "#face/widgets.js"

/** @import {Listing} from "./folder_browser.js" */
/** @import {FolderOptions} from "./folder_options.js" */
/**
 * @typedef {object} State
 * @property {number | null} opened The folder that is shown in full.
 * @property {boolean} isAdding
 * @property {string} sending Name of the file that is being uploaded.
 * @property {FolderField | null} field
 * @property {FolderOptions} options Of the folder that is added.
 * @property {Listing | null} listing The opened folder while a person looks for one.
 *
 * @typedef {Component<FoldersView, State>} Self
 */

/** @param {ScanView} scan */
const drawScan = ({count, what, pace, bar, folder, stopping}) =>
  h(
    "section",
    {class: "card pad scan", "aria-label": "Scan", data: {key: "scan"}},
    h("div", {class: "pline"}, h("b", null, count), h("span", {class: "grow"}, what), h("span", null, pace)),
    drawGauge("Scan", bar),
    h(
      "div",
      {class: "acts"},
      h("p", {class: "grow now"}, folder && ["in ", h("bdi", {dir: "ltr"}, folder)]),
      button(stopping ? "Stopping…" : "Stop the scan", "stop", {kind: "small", disabled: stopping}),
    ),
    drawPromise("A scan only reads. It continues if you close this page."),
  )

/** @param {Self} self */
const drawAdd = ({view, state}) =>
  h(
    "div",
    {class: "add", data: {key: "add"}},
    state.field.draw(),
    view.local &&
      button("Browse…", "browsing", {"aria-expanded": String(Boolean(state.listing)), data: {key: "browsing"}}),
    button("Add and scan", "add", {kind: "primary", disabled: !view.can_scan}),
    drawFolderOptions(state.options, view.kinds),
    state.listing && drawBrowser(state.listing),
  )

/** @param {Self} self */
const drawPeopleButtons = ({view, state: {sending}}) =>
  h(
    "div",
    {class: "acts", data: {key: "people"}},
    view.files &&
      button(sending ? `Sending ${sending}…` : "Import a list…", "pick", {key: "i", disabled: Boolean(sending)}),
    view.people.take && button(view.people.take, "take"),
    button("Add by hand…", "by_hand", {kind: "quiet"}),
    h("input", {
      id: "people-file",
      type: "file",
      accept: ".csv,.tsv,.txt,.json,.db,.sqlite,.sqlite3",
      hidden: true,
      tabindex: "-1",
      "aria-label": "A list of people",
      data: {change: "picked", key: "file"},
    }),
  )

/** The content of each of the first steps. @type {((self: Self) => Child)[]} */
const STEP_BODIES = [
  drawAdd,
  ({view}) => (view.scan ? null : h("div", {class: "acts"}, button("Scan now", "scan", {kind: "primary"}))),
  self => [
    drawPeopleButtons(self),
    h(
      "p",
      {class: "hint"},
      "A list is a CSV file with the columns path and people (names separated by ;), a JSON file, or the database (.db) of the old Indexium.",
    ),
  ],
  () => h("div", {class: "acts"}, button("Review the plan", "plan", {kind: "primary"})),
]

/** @type {(self: Self, step: FirstStepView, index: number) => HTMLElement} */
const drawStep = (self, {title, text, promise, done, now}, index) =>
  h(
    "li",
    {
      class: `step${done ? " done" : ""}${now ? " current" : ""}`,
      "aria-current": now ? "step" : null,
      data: {key: `step${index}`},
    },
    h("span", {class: "place", "aria-hidden": "true"}, done ? "✓" : index + 1),
    h(
      "div",
      null,
      h("h2", null, title, done && h("span", {class: "vh"}, " (done)")),
      now && [h("p", null, text), drawPromise(promise), STEP_BODIES[index](self)],
    ),
  )

/** @param {Self} self */
const drawSteps = self =>
  h(
    "ol",
    {class: "card steps", "aria-label": "First steps", data: {key: "steps"}},
    self.view.steps.map((step, index) => drawStep(self, step, index)),
  )

/** @param {Self} self */
const drawHead = ({view, state}) => {
  const isNew = view.steps && !view.folders.length
  return h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", null, isNew ? "Welcome to Indexium" : view.headline),
    h("p", {class: "grow"}, isNew ? "Four steps to your first plan." : view.summary),
    !view.steps && [
      button("Scan all", "scan", {key: "s", disabled: !view.can_scan || !view.folders.length}),
      button("Add a folder…", "adding", {key: "f", "aria-expanded": String(state.isAdding)}),
    ],
    view.has_pictures && null,
  )
}

/** @param {FoldersView} view */
const drawReport = ({report: {text, messages, bad}}) =>
  h(
    "section",
    {class: "card pad report", "aria-label": "Last scan", data: {key: "report"}},
    h(
      "p",
      {role: "status"},
      text,
      bad && [" ", button("Show their reasons", "planned", {kind: "link", data: {query: bad}})],
    ),
    messages.map(message => h("p", {class: "why warning"}, message)),
    closeButton("Dismiss", {act: "dismiss"}),
  )

/** @param {Self} self */
const drawPeopleCard = self => {
  const {known, waiting} = self.view.people
  return h(
    "section",
    {class: "card pad", "aria-label": "People", data: {key: "people-card"}},
    h("h2", null, "People ", h("small", null, [known, waiting].filter(Boolean).join(" · "))),
    drawPeopleButtons(self),
  )
}

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (view.hidden || !view.headline) return null // the pictures draw the page while it is loading
  return [
    drawHead(self),
    view.steps && drawSteps(self),
    !view.steps &&
      state.isAdding &&
      h(
        "section",
        {class: "card pad", data: {key: "adding"}},
        drawAdd(self),
        drawPromise("A scan only reads; nothing in the folder changes."),
      ),
    view.scan && drawScan(view.scan),
    view.import && drawPeopleImport(view.import),
    view.report && drawReport(view),
    drawInventory(view),
    h(
      "div",
      {class: "folder-list", data: {key: "folders"}},
      view.folders.map(folder => drawFolder(folder, view.can_scan, state.opened === folder.id, view)),
    ),
    !view.steps && drawPeopleCard(self),
  ]
}

/** @type {(self: Self, path: string) => void} */
const addFolder = (self, path) => {
  const {photos, kind} = self.state.options
  if (!path.trim()) self.focus("#folder")
  self.send("add", {path, photos, kind})
}

/** @param {Self} self */
function startAdding(self) {
  self.state.isAdding = true
  self.paint()
  self.focus("#folder")
}

/** @type {(self: Self, file: File | undefined) => Promise<void>} */
async function sendList(self, file) {
  if (!file) return
  self.state.sending = file.name
  self.paint()
  const headers = {"Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)}
  const answer = await upload(`${self.view.files}people`, file, headers)
  if (answer.ok) self.send("uploaded", {token: JSON.parse(answer.text).token, name: file.name})
  else self.send("upload_failed", {text: answer.text})
  self.state.sending = ""
  self.paint()
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  add: self => addFolder(self, self.find("#folder").value),
  adding(self) {
    if (!self.state.isAdding) return startAdding(self)
    self.state.isAdding = false
    self.paint()
  },
  browsing(self) {
    if (!self.state.listing) return self.send("browse", {path: ""})
    self.state.listing = null
    self.paint()
  },
  browse: (self, {path}) => self.send("browse", {path}),
  use(self, {path}) {
    self.state.listing = null
    self.paint()
    self.find("#folder").value = path
    followPath(self)
    self.focus("#folder")
  },
  option(self, data) {
    self.state.field.pick(Number(data.index))
    followPath(self)
  },
  with_photos(self, _, target) {
    self.state.options.photos = target.checked
  },
  new_kind(self, _, target) {
    self.state.options.kind = target.value
  },
  language: (self, {id}, target) => self.send("language", {id: Number(id), language: target.value}),
  publish: (self, {id}, target) => self.send("publish", {id: Number(id), publish: target.value}),
  publish_options: (_, {id}) =>
    window.dispatchEvent(new CustomEvent("indexium:ask", {detail: {name: "options", id: Number(id)}})),
  kind_of: (self, {id}, target) => self.send("kind_of", {id: Number(id), kind: target.value}),
  photos: (self, {id}) => self.send("photos", {id: Number(id)}),
  more(self, data) {
    const id = Number(data.id)
    self.state.opened = self.state.opened === id ? null : id
    self.paint()
  },
  mode: (self, {id, field}, target) => self.send("mode", {id: Number(id), field, value: target.value}),
  media(self, {id, kind}, target) {
    self.send("media", {id: Number(id), kind, on: target.checked})
    target.checked = !target.checked // the next view shows the setting when it applies
  },
  ratings(self, {id}, target) {
    self.send("ratings", {id: Number(id), on: target.checked})
    target.checked = !target.checked // the next view shows the setting when it applies
  },
  exclude: (self, {id}, target) => self.send("exclude", {id: Number(id), patterns: target.value}),
  root: (self, _, target) => self.send("root", {path: target.value}),
  replace: (self, _, target) => self.send("replace", {on: target.checked}),
  page: (self, data) => self.send("page", {page: Number(data.page)}),
  add_people: (self, {id, name}) => self.send("add_people", {id: Number(id), name}),
  pick: self => self.find("#people-file").click(),
  picked(self, _, target) {
    sendList(self, target.files[0])
    target.value = "" // the same file can be chosen once more
  },
}

/** @type {(view: FoldersView | undefined) => number} */
const currentStep = view => view?.steps?.findIndex(({now}) => now) ?? -1

/** Whether no control has the focus, as after the focused one was removed. */
const isFocusFree = () => document.activeElement === document.body || document.activeElement?.id === "main"

// After a folder was added, the field closes. A new import and the next of the first steps get the focus, so that Enter
// continues.
/** @param {Self} self */
function onDrawn({view, before, state, find}) {
  if (view.import?.name && !before?.import?.name) {
    const confirm = find("[data-act=import]")
    confirm?.scrollIntoView({block: "nearest"})
    confirm?.focus({preventScroll: true})
  } else if (before && isFocusFree() && currentStep(view) !== currentStep(before))
    find(".step.current .acts button")?.focus({preventScroll: true})
  if (!before?.folders || !(view.folders?.length > before.folders.length)) return
  state.isAdding = false
  state.listing = null
  state.options = newOptions()
  state.field.close()
  const field = find("#folder")
  if (field) field.value = ""
}

/** Ask what the names in the typed folder propose. @param {Self} self */
const followPath = ({state, find, send}) =>
  follow(state.options, find("#folder")?.value ?? "", path => send("propose", {path}))

/** @type {(self: Self, event: PageEvent) => void} */
const onFieldEvent = (self, event) => {
  self.state.field.onEvent(event)
  if (event.target === self.find("#folder")) followPath(self)
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      opened: null,
      isAdding: false,
      sending: "",
      field: null,
      options: newOptions(),
      listing: null,
    }),
    draw,
    onSetup(me) {
      me.state.field = new FolderField(me, path => addFolder(me, path))
    },
    onDrawn,
    onMessage({state, paint}, message) {
      if (message.hints) state.field.show(message.serial, message.hints)
      if (message.proposal) {
        state.options.proposal = message.proposal
        paint()
      }
      if (message.listing) {
        state.listing = message.listing
        paint()
      }
    },
    listeners: {input: onFieldEvent, focusin: onFieldEvent, focusout: onFieldEvent, keydown: onFieldEvent},
    actions: ACTIONS,
  })
  keys(context.model, "library", {
    s: {
      does: "scan all folders",
      group: "Act",
      act: "scan",
      when: () => Boolean(self.view.can_scan && self.view.folders?.length),
      run: () => self.send("scan", {}),
    },
    f: {
      does: "add a folder",
      group: "Act",
      act: "adding",
      when: () => Boolean(self.view.headline) && !self.view.hidden,
      run: () => startAdding(self),
    },
    i: {
      does: "import a list of people",
      group: "Act",
      act: "pick",
      when: () => Boolean(self.view.files && self.find("#people-file")),
      run: () => self.find("#people-file").click(),
    },
  })
}
