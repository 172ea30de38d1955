// Changes of many files at once, in a modal <dialog>. The browser keeps the choices until they are applied. The server
// counts their effect, so the numbers on the screen come from the database.
import {BulkDraft} from "./bulk_draft.js"
import {drawFieldTab} from "./bulk_fields.js"
import {drawFooter} from "./bulk_footer.js"
import {drawMedia, drawModes, drawNote, drawSkip} from "./bulk_options.js"
import {drawPeople, drawReplace, drawTemplates} from "./bulk_people.js"
import {component, listen} from "../browser/component.js"
import {h} from "#face/dom.js"
import {markDialogClosed, mayFocusText, openDialog} from "#face/modal.js"
import {PersonField, includesName} from "#face/person_field.js"
import {closeButton} from "#face/widgets.js"

/**
 * @typedef {object} State
 * @property {BulkDraft} draft
 * @property {Record<string, PersonField>} fields By their ids.
 * @property {number} shown Number of the opening that is shown.
 * @property {number} openedAt In milliseconds.
 * @property {number} timer
 *
 * @typedef {Component<BulkView, State>} Self
 */

/** @type {{name: BulkTabView, label: string, draw: (self: Self) => Child}[]} */
const TABS = [
  {name: "people", label: "People", draw: drawPeople},
  {name: "replace", label: "Replace", draw: drawReplace},
  {name: "fields", label: "Fields", draw: drawFieldTab},
  {name: "templates", label: "Templates", draw: drawTemplates},
  {name: "skip", label: "Skip", draw: drawSkip},
  {name: "modes", label: "How to write", draw: drawModes},
  {name: "media", label: "Media properties", draw: drawMedia},
]
const FIND_DELAY = 120 // milliseconds without typing before people are searched
const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/** @param {Self} self */
const boxOf = ({root}) => /** @type {HTMLDialogElement | null} */ (root.querySelector("dialog"))

/** @param {Self} self */
const tabsOf = ({view}) => TABS.filter(({name}) => view.tabs.includes(name))

/** @type {(self: Self, type: string, data?: object) => void} */
const send = (self, type, data = {}) => self.send(type, {serial: self.view.serial, ...data})

/** Draw the choice, and ask the server for its effect. @param {Self} self */
function preview(self) {
  const {draft} = self.state
  draft.problem = ""
  self.paint()
  const change = draft.change()
  if (change) send(self, "preview", {change})
}

/** @type {(self: Self, name: BulkTabView) => void} */
function showTab(self, name) {
  const {draft, fields} = self.state
  draft.tab = name
  draft.templateName = null
  for (const field of Object.values(fields)) field.reset()
  preview(self)
  self.focus(`#tab-${name}`)
}

/** @param {Self} self @returns {Record<string, PersonField>} */
function makeFields(self) {
  const {state} = self
  /** @type {(name: string) => string} */
  const spelling = name => self.view.people.find(person => includesName([name], person.name))?.name ?? name
  const add = new PersonField(self, {
    id: "bulk-add",
    label: "Add a person to all files",
    taken: () => state.draft.add,
    onChoose(name) {
      state.draft.addPerson(spelling(name))
      preview(self)
    },
  })
  const old = new PersonField(self, {
    id: "bulk-old",
    label: "Person to replace",
    taken: () => [],
    newLabel: name => [`“${name}”`, "exactly this spelling"],
    onChoose(name) {
      state.draft.pair = {...state.draft.pair, old: name}
      preview(self)
      self.focus("#bulk-new")
    },
  })
  const replacement = new PersonField(self, {
    id: "bulk-new",
    label: "New person",
    taken: () => [],
    onChoose(name) {
      state.draft.pair = {...state.draft.pair, new: name}
      preview(self)
    },
  })
  return {[add.id]: add, [old.id]: old, [replacement.id]: replacement}
}

/** @param {Self} self */
const drawTabs = self =>
  h(
    "div",
    {class: "tabs", role: "tablist", "aria-label": "What to edit"},
    tabsOf(self).map(({name, label}) => {
      const isShown = name === self.state.draft.tab
      return h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-selected": String(isShown),
          "aria-controls": "bulk-panel",
          tabindex: isShown ? "0" : "-1",
          data: {act: "tab", tab: name, key: `tab-${name}`},
        },
        label,
      )
    }),
  )

/** @param {Self} self */
const drawPanel = self => {
  const {tab, problem} = self.state.draft
  return h(
    "div",
    {class: "d-body", role: "tabpanel", id: "bulk-panel", "aria-labelledby": `tab-${tab}`, data: {key: `panel-${tab}`}},
    drawNote(self),
    TABS.find(({name}) => name === tab).draw(self),
    h("p", {class: "bad-text", id: "bulk-problem", role: "alert"}, problem),
  )
}

/** Close the dialog before it is removed, so that the focus returns to the page. @param {Self} self */
function close(self) {
  const box = boxOf(self)
  if (!box?.open) return
  box.close()
  markDialogClosed()
}

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (!view.open) {
    close(self)
    return null
  }
  if (view.serial !== state.shown) {
    state.shown = view.serial
    state.openedAt = 0
    state.draft = new BulkDraft(view.tab, state.draft.savedChange)
    for (const field of Object.values(state.fields)) field.reset()
  }
  return h(
    "dialog",
    {class: "edit-files", "aria-labelledby": "bulk-title", open: boxOf(self)?.open || null, data: {key: "bulk"}},
    h(
      "div",
      {class: "d-head"},
      h("h2", {id: "bulk-title", tabindex: "-1"}, view.titles[state.draft.tab]),
      closeButton("Close", {act: "shut"}),
    ),
    drawTabs(self),
    drawPanel(self),
    drawFooter(self),
  )
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, before, state, find} = self
  const {draft} = state
  const box = boxOf(self)
  if (box && !box.open) {
    openDialog(box)
    state.openedAt = performance.now()
    const field = mayFocusText() && (find(".d-body input:checked") ?? find(".d-body input"))
    ;(field || find("h2")).focus()
  }
  if (view.saved && view.saved !== before?.saved && draft.templateName !== null) {
    draft.templateName = null
    draft.savedChange = draft.change()
    self.before = view
    self.paint()
  }
}

/**
 * The pressed button was removed: move the focus to another button of the person, or to the field.
 *
 * @type {(self: Self, name: string) => void}
 */
function focusPerson(self, name) {
  const people = /** @type {NodeListOf<HTMLElement>} */ (self.root.querySelectorAll(".who"))
  const person = [...people].find(node => includesName([name], node.dataset.key.slice("who:".length)))
  const place = person?.querySelector("button") ?? self.find("#bulk-add")
  place?.focus()
}

/** @type {(change: (draft: BulkDraft, name: string) => void) => Action<Self>} */
const changePerson = change => (self, data) => {
  change(self.state.draft, data.name)
  preview(self)
  focusPerson(self, data.name)
}

/** @param {Self} self */
const saveTemplate = self => {
  const {draft} = self.state
  send(self, "save", {name: draft.templateName, change: draft.change()})
}

/**
 * @type {(change: (draft: BulkDraft, data: DOMStringMap, target: HTMLInputElement, self: Self) => void) => Action<Self>}
 */
const changeDraft = change => (self, data, target) => {
  change(self.state.draft, data, target, self)
  self.paint()
}

/** @type {Record<string, Action<Self>>} */
const CHANGES = {
  tab: (self, {tab}) => showTab(self, /** @type {BulkTabView} */ (tab)),
  more: changePerson((draft, name) => draft.addPerson(name)),
  less: changePerson((draft, name) => draft.removePerson(name)),
  keep: changePerson((draft, name) => draft.keepPerson(name)),
  option: ({state}, {field, index}) => state.fields[field].pick(Number(index)),
  meant(self, {old, name}) {
    self.state.draft.correct(old, name)
    preview(self)
    ;(self.find("#bulk-add") ?? self.find("h2")).focus()
  },
  drop(self, {side}) {
    const {draft} = self.state
    draft.pair = {...draft.pair, [side]: ""}
    self.paint()
    self.focus(`#bulk-${side}`)
  },
  name(self) {
    self.state.draft.templateName = ""
    self.paint()
    self.focus(".saving input")
  },
  unname: changeDraft(draft => {
    draft.templateName = null
  }),
  template(self, {name}) {
    self.state.draft.template = name
    preview(self)
  },
  day: changeDraft((draft, {value}) => {
    draft.day = value
  }),
  date: changeDraft((draft, _, target) => {
    draft.date = target.value
    draft.day = "date"
  }),
  "people-mode": changeDraft((draft, {value}) => {
    draft.modes.people = value
  }),
  "comment-mode": changeDraft((draft, {value}) => {
    draft.modes.comment = value
  }),
  "field-key"(self, _, target) {
    self.state.draft.fieldKey = target.value
    preview(self)
  },
  "remove-field"(self, _, target) {
    self.state.draft.isRemoved = target.checked
    preview(self)
  },
  only(self, _, target) {
    self.state.draft.isOnly = target.checked
    preview(self)
  },
  help: changeDraft(draft => {
    draft.showsHelp = !draft.showsHelp
  }),
  rule(self, {name, rule}) {
    const input = self.find("input.rule")
    if (rule) input.value = rule
    else input.setRangeText(`{${name}}`, input.selectionStart, input.selectionEnd, "end")
    self.state.draft.rule = input.value
    preview(self)
    self.focus("input.rule")
  },
  media: changeDraft((draft, {value}) => draft.setMedia(value)),
  tick: changeDraft((draft, {field}, target) => draft.fields[target.checked ? "add" : "delete"](field)),
  "tick-all": changeDraft((draft, _, target, {view}) => {
    draft.fields = new Set(target.checked ? view.fields.map(item => item.field) : [])
  }),
}

/** @type {Record<string, Action<Self>>} */
const MESSAGES = {
  shut: self => boxOf(self).close(),
  save: saveTemplate,
  forget(self, {name}) {
    const {draft} = self.state
    if (draft.template === name) draft.template = ""
    send(self, "forget", {name})
  },
  apply: self => send(self, "apply", {change: self.state.draft.change()}),
  skip(self) {
    const {draft} = self.state
    if (draft.day !== "date" || self.find("input[type=date]").reportValidity())
      send(self, "skip", {until: draft.until(self.view)})
  },
  modes: self => send(self, "modes", {...self.state.draft.modes}),
  rescan: self => send(self, "rescan", {refresh: [...self.state.draft.fields]}),
  lock(self) {
    const {fields, media} = self.state.draft
    send(self, "lock", {fields: [...fields], on: media === "lock"})
  },
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  const {state} = self
  const field = state.fields[target.id]
  if (field) field.onTyped()
  else if (target.matches(".find")) {
    clearTimeout(state.timer)
    state.timer = setTimeout(() => send(self, "find", {text: target.value}), FIND_DELAY)
  } else if (target.matches(".rule")) {
    state.draft.rule = target.value
    clearTimeout(state.timer)
    state.timer = setTimeout(() => preview(self), FIND_DELAY)
    self.paint()
  } else if (target.matches(".saving input")) {
    state.draft.templateName = target.value
    self.paint()
  }
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {key, target} = event
  const {draft, fields} = self.state
  if (fields[target.id]?.key(event)) event.stopPropagation()
  else if (target.matches("[role=tab]")) onTabKey(self, event)
  else if (key === "Enter" && (fields[target.id] || target.matches(".saving input"))) {
    event.preventDefault()
    if (!fields[target.id] && draft.templateName.trim()) saveTemplate(self)
  }
}

/** @type {(self: Self, event: PageEvent) => void} */
function onTabKey(self, event) {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key]
  if (!step) return
  event.preventDefault()
  const names = tabsOf(self).map(({name}) => name)
  const place = names.indexOf(self.state.draft.tab)
  showTab(self, names[(place + step + names.length) % names.length])
}

/** @param {Self} self */
function onSetup(self) {
  self.state = {draft: new BulkDraft("people"), fields: {}, shown: 0, openedAt: 0, timer: 0}
  self.state.fields = makeFields(self)
  const onClosed = () => {
    markDialogClosed()
    if (self.view.open) send(self, "close")
  }
  self.root.addEventListener("close", onClosed, true)
  listen(self.model, document, "keydown", event => {
    const box = boxOf(self)
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !box?.open) return
    event.preventDefault()
    const isEarly = event.repeat || performance.now() - self.state.openedAt <= CALM
    if (!isEarly) self.find(".d-foot .primary:not(:disabled)")?.click()
  })
  listen(self.model, window, "indexium:bulk", event => self.send("open", {tab: event.detail}))
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    draw,
    onSetup,
    onDrawn,
    onMessage(me, {problem, offers}) {
      if (problem !== undefined) {
        me.state.draft.problem = problem
        me.paint()
      }
      if (offers) for (const field of Object.values(me.state.fields)) field.onOffers(offers)
    },
    listeners: {
      input: onInput,
      keydown: onKey,
      // A click beside the dialog closes it, but does not discard a choice.
      click: (me, {target}) => target.matches("dialog") && !me.state.draft.change() && boxOf(me).close(),
    },
    actions: {...CHANGES, ...MESSAGES},
  })
  context.model.on("remove", () => close(self))
}
