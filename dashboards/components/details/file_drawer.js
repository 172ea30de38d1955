// What would change in one file and why: beside the table on wide screens, in a sheet on narrow ones.
import {copyText} from "#face/clipboard.js"
import {component, currentPage, listen} from "../browser/component.js"
import {h} from "#face/dom.js"
import {NARROW, drawer, drawerFrame} from "../drawer.js"
import {keys, mayAct} from "../browser/keyboard.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {drawDrafts} from "#face/draft_notes.js"
import {FIELD_ACTIONS, FileFields} from "./file_fields.js"
import {PeopleEditor} from "./people_editor.js"
import {
  drawActs,
  drawComments,
  drawGrip,
  drawIssue,
  drawPath,
  drawPeople,
  drawPicture,
  drawShows,
  drawSteps,
  drawSuggestions,
  drawTexts,
} from "./file_drawer_parts.js"
import {drawRecord, drawSection} from "./file_history.js"
import {ONLY_THIS_ACTIONS, onlyThis} from "./only_this.js"
import {MEDIA_ACTIONS, MediaProperties} from "./properties.js"
import {closeByDragging} from "#face/sheet_dragging.js"
import {facts, label} from "#face/widgets.js"

/** @import {Opened} from "./file_history.js" */
/** @import {DraftKind, ValueDraft} from "#face/edit_drafts.js" */
/**
 * @typedef {object} LocalState
 * @property {PeopleEditor} editor
 * @property {MediaProperties} media
 * @property {FileFields} fields
 * @property {boolean} isPostponing The field for the day is shown.
 * @property {string} day
 * @property {boolean} isCopied
 * @property {number} onlyThis The file whose copies edits leave alone; 0 for none.
 * @property {Map<string, string>} pictures By address: "there", "there tall" or "none".
 *
 * @typedef {LocalState & Opened} State
 * @typedef {Component<FileDetailsView, State>} Self
 */

const COPIED_FOR = 2000 // milliseconds
/** @type {Record<string, string>} */
const ACTS_OF_KEYS = {e: "edit", p: "preserve", s: "skip"}

// The details reach down to the footer, at any scroll position, so that the last line is always reachable.
function fitHeight() {
  const side = /** @type {HTMLElement | null} */ (document.querySelector(`.page-${currentPage()} .side`))
  side?.style.setProperty("--top", `${Math.max(16, Math.round(side.getBoundingClientRect().top))}px`)
}

/** The details replace the chart beside the list; without a chart, the list is alone. @param {RenderContext} context */
const placeBeside =
  ({el}) =>
  (/** @type {boolean} */ isDrawerOpen) => {
    const work = /** @type {ShadowRoot} */ (el.getRootNode()).host?.closest(".work")
    const card = /** @type {HTMLElement | null | undefined} */ (work?.querySelector(".overview"))
    if (card) card.hidden = isDrawerOpen
    work?.classList.toggle(card ? "folded" : "single", !isDrawerOpen)
  }

/** @param {Self} self */
const drawPlanned = ({view, state}) => [
  label("People"),
  drawPeople(view.tags, state.sections.has("everybody")),
  view.origins.sum && drawSection(state, "origins", `Sources: ${view.origins.sum}`, facts(view.origins.each)),
  view.same_texts.length > 0 && [label("Places in the file"), facts(view.same_texts)],
  drawTexts(view.texts, state.isUnfolded),
  drawSuggestions(view.suggestions),
]

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  const {editor, media} = state
  if (!view.open) return null
  return drawerFrame(
    {title: view.name, kind: "details", dir: "ltr", before: drawGrip(), after: drawSteps()},
    drawPath(view, state.isCopied),
    drawPicture(view, state.pictures.get(view.picture) ?? "", state.pictures.get(view.original) !== "none"),
    h("div", {class: "strip", data: {key: "strip"}}, view.strip.join(" · ")),
    drawDrafts(view.id, {
      people: Boolean(editor.draft),
      field: Boolean(state.fields.edited),
      media: Boolean(media.edited),
    }),
    !editor.draft && drawComments(/** @type {PlanCommentsView} */ (view), state.isUnfolded),
    view.issues.map(drawIssue),
    editor.draft ? editor.draw() : drawPlanned(self),
    drawSection(state, "fields", "Fields", state.fields.draw(state)),
    drawShows(view.shows),
    label("Write method"),
    facts(view.how),
    drawSection(state, "media", "Media properties", media.draw()),
    drawRecord(view, state),
    !editor.draft && drawActs(view.acts, view.until, state),
  )
}

/** @param {Self} self */
function startEditing({state}) {
  state.isPostponing = false
  state.editor.open()
}

/** @param {Self} self */
function skipUntil({view, find, send}) {
  const input = find(".until input")
  if (input.reportValidity()) send("skip", {id: view.id, until: input.value})
}

/** @type {(self: Self) => Promise<void>} */
async function copyPath({view, state, paint}) {
  state.isCopied = await copyText(view.path)
  paint()
  setTimeout(() => {
    state.isCopied = false
    paint()
  }, COPIED_FOR)
}

/** @type {(name: string) => Action<Self>} */
const sendId = name => (self, data) => self.send(name, {id: data.id ? Number(data.id) : self.view.id})

/** @type {(self: Self, data: DOMStringMap) => void} */
const turnChanges = ({send}, {page}) => send("changes", {page: Number(page)})

/** The editor of each kind of draft. @type {{people: "editor", field: "fields", media: "media"}} */
const EDITORS = {people: "editor", field: "fields", media: "media"}

/** Open the editor of a draft, with its values. @type {(self: Self, data: DOMStringMap) => void} */
function continueDraft(self, {kind}) {
  const {state, view} = self
  const {[/** @type {DraftKind} */ (kind)]: draft} = draftOf(view.id)
  if (kind === "people") {
    startEditing(self)
    return
  }
  const {key} = /** @type {ValueDraft} */ (draft)
  if (kind === "media") state.sections.add("media")
  else for (const name of ["fields", "more_fields"]) state.sections.add(name)
  state[kind === "media" ? "media" : "fields"].startEditing(key)
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  ...MEDIA_ACTIONS,
  ...FIELD_ACTIONS,
  ...ONLY_THIS_ACTIONS,
  edit: startEditing,
  cancel_edit: ({state}) => state.editor.cancel(),
  "continue-draft": continueDraft,
  "apply-draft"(self, data) {
    continueDraft(self, data)
    self.state[EDITORS[/** @type {DraftKind} */ (data.kind)]].save()
  },
  "drop-draft"(self, {kind}) {
    dropDraft(self.view.id, /** @type {DraftKind} */ (kind))
    self.paint()
    self.focus("h2")
  },
  remove: ({state}, {index}) => state.editor.remove(Number(index)),
  option: ({state}, {index}) => state.editor.field.pick(Number(index)),
  meant: ({state}, {old, name}) => state.editor.replace(old, name),
  save: ({state}) => state.editor.save(),
  preserve: sendId("preserve"),
  skip: sendId("skip"),
  revoke: sendId("revoke"),
  operation: sendId("operation"),
  job: sendId("job"),
  until({state, paint, focus}) {
    state.isPostponing = !state.isPostponing
    paint()
    focus(".until input")
  },
  day({state}, _, target) {
    state.day = target.value
  },
  skip_until: skipUntil,
  add(self, {name, replaces}) {
    self.send("add", {id: self.view.id, name, replaces: replaces ?? "", only: onlyThis(self)})
  },
  decline: ({send, view}, {name}) => send("decline", {id: view.id, name}),
  changes: turnChanges,
  page: turnChanges,
  more({state: {sections}, paint}, {which}) {
    if (!sections.delete(which)) sections.add(which)
    paint()
  },
  unfold({state, paint}) {
    state.isUnfolded = true
    paint()
  },
  step: (_, {by}) => window.dispatchEvent(new CustomEvent("indexium:step", {detail: Number(by)})),
  copy: copyPath,
}

/** Keep what is typed in the open editors as drafts of a file. @type {(state: State, id: number | undefined) => void} */
function keepUnsaved({editor, fields, media}, id) {
  if (id) keepDraft(id, {people: editor.unsaved(), field: fields.unsaved(), media: media.unsaved()})
}

/** @param {Self} self */
function followView(self) {
  const {view, before, state} = self
  const isClosed = before?.open && !view.open
  if (view.id !== before?.id || isClosed) {
    keepUnsaved(state, before?.id)
    Object.assign(state, {isPostponing: false, isUnfolded: false, isCopied: false, onlyThis: 0, day: ""})
    state.media.reset()
    state.fields.reset()
    if (state.editor.draft) {
      state.editor.discard()
      self.before = view
      self.paint()
      return
    }
  }
  if (view.open && view.edit && view.edit !== before?.edit) {
    self.before = view
    startEditing(self)
  }
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {state, find} = self
  const {key, target} = event
  if (state.media.onKey(event) || state.fields.onKey(event) || state.editor.onKey(event)) return
  if (key === "Escape" && (state.editor.draft || state.isPostponing)) {
    event.stopPropagation()
    event.preventDefault()
    leaveForm(self)
  }
  if (key === "Enter" && target.matches(".until input")) {
    event.preventDefault()
    skipUntil(self)
  }
  const act = ACTS_OF_KEYS[key]
  if (!act || !mayAct(event)) return
  const button = find(`.bottom [data-act=${act}]`)
  if (!button) return
  event.preventDefault()
  button.click()
}

/** Close the editor and keep a draft; if it is not open, close the field for the day. @param {Self} self */
function leaveForm({state, paint, focus}) {
  if (state.editor.draft) {
    state.editor.leave()
    return
  }
  state.isPostponing = false
  paint()
  focus("[data-act=until]")
}

/** Remember whether a picture could be shown, and its shape. @type {(self: Self, event: Event) => void} */
function onPicture({state, paint}, {type, target}) {
  const image = /** @type {HTMLImageElement} */ (target)
  if (image.matches?.(".thumb video") && type === "error") {
    state.pictures.set(image.dataset.key, "none")
    paint()
  }
  if (!image.matches?.(".thumb img")) return
  const shape = image.naturalWidth < 1.5 * image.naturalHeight ? "there tall" : "there"
  state.pictures.set(image.dataset.key, type === "error" ? "none" : shape)
  paint()
}

/** The key that the button *Edit* of the library's details names; the plan has one of its own. @type {(self: Self) => KeyBinding} */
const editKey = self => {
  const edit = () => self.view.open && self.find(".bottom [data-act=edit]")
  return {
    does: "edit the people of the open file",
    group: "Act",
    when: () => Boolean(edit()),
    run: () => edit().click(),
  }
}

/** @param {Self} self @returns {State} */
const newState = self => ({
  editor: new PeopleEditor(self),
  media: new MediaProperties(self),
  fields: new FileFields(self),
  isPostponing: false,
  isUnfolded: false,
  isCopied: false,
  onlyThis: 0,
  day: "",
  sections: new Set(["history", "media", "fields"]),
  pictures: new Map(),
})

/** @param {RenderContext} context */
export function render(context) {
  const {model} = context
  const beside = drawer(context, {onPlaced: placeBeside(context)})
  component(context, {
    draw,
    onSetup(/** @type {Self} */ self) {
      self.state = newState(self)
      beside.onSetup(self)
      for (const name of ["load", "error"]) self.root.addEventListener(name, event => onPicture(self, event), true)
      closeByDragging(self.root, () => self.send("close"))
      if (model.place === "library_details") keys(model, "library", {e: editKey(self)})
      listen(model, window, "scroll", fitHeight)
      listen(model, window, "indexium:drafts", () => self.paint())
      listen(model, window, "pagehide", () => keepUnsaved(self.state, self.view.id))
      listen(model, window, "resize", fitHeight)
    },
    onDrawn(self) {
      document.documentElement.toggleAttribute("data-sheet", Boolean(self.view.open) && NARROW.matches)
      beside.onDrawn(self)
      fitHeight() // the place of the details is known now
      followView(self)
    },
    onMessage({state}, message) {
      state.editor.onMessage(message)
      state.media.onMessage(message)
      state.fields.onMessage(message)
    },
    listeners: {
      keydown: onKey,
      pointerdown({state}) {
        state.fields.isByKey = false
      },
      change({state}, {target}) {
        state.fields.onChange(target)
      },
      focusout({state}, {target}) {
        state.fields.onLeave(target)
      },
      input({state}, {target}) {
        state.media.onInput(target)
        state.fields.onInput(target)
        if (target === state.editor.field.input()) state.editor.field.onTyped()
      },
    },
    actions: ACTIONS,
  })
  model.on("remove", () => document.documentElement.removeAttribute("data-sheet"))
}
