// A question or a report in a modal <dialog>: the browser keeps the focus inside, and Escape closes.
//
// The focus does not start on the button that confirms, and a key that was pressed before it opened does nothing.
import {component, showWait} from "./browser/component.js"
import {drawSection, drawTypedWord, isTyped} from "#face/dialog_sections.js"
import {h, morph} from "#face/dom.js"
import {hasModifier} from "./browser/keyboard.js"
import {markDialogClosed, mayFocusText, openDialog, placeDialog} from "#face/modal.js"
import {hideBroken} from "#face/images.js"
import {button, closeButton} from "#face/widgets.js"
import {count} from "#face/wording.js"

const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/**
 * @typedef {object} State
 * @property {HTMLDialogElement} box
 * @property {boolean} isTicked The box `ack` is ticked.
 * @property {Set<string>} options Keys of the ticked options.
 * @property {string} note
 * @property {string} typed
 * @property {number} shown Number of the question that is shown.
 * @property {number | null} left Number of the question that a person closed last.
 * @property {number} openedAt In milliseconds.
 *
 * @typedef {Component<DialogView, State>} Self
 */

/** @param {Self} self */
const isWordWrong = ({view, state}) => view.typed && !isTyped(view.typed, state.typed)

/** @param {Self} self */
const canConfirm = self => {
  const {view, state} = self
  if (!view.confirm || view.blocked || (view.ack && !state.isTicked) || isWordWrong(self)) return false
  if (view.wants_note && !state.note.trim()) return false
  return !view.needs?.length || view.needs.some(key => state.options.has(key))
}

/** @param {Self} self */
function confirm(self) {
  const {view, state} = self
  if (!canConfirm(self)) return
  const {note, typed, isTicked: ack} = state
  showWait(state.box.querySelector("[data-do=confirm]"))
  self.send("confirm", {serial: view.serial, note, ticked: [...state.options], typed, ack})
}

/** Return the text of the confirming button: ticked options can add files. @param {Self} self */
function confirmText({view: {confirm: text, counted}, state}) {
  const added = Object.entries(counted?.adds ?? {})
    .filter(([keys]) => keys.split(" ").every(key => state.options.has(key)))
    .reduce((sum, [, number]) => sum + number, 0)
  if (!added) return text
  const files = counted.base + added
  return files === 1 ? counted.one : counted.many.replace("{}", count(files))
}

/** @param {Self} self */
const drawNote = ({view, state}) =>
  h(
    "label",
    {class: "field", data: {key: "note"}},
    view.note,
    h("input", {
      type: "text",
      value: state.note,
      maxlength: "200",
      autocomplete: "off",
      class: "note-text",
      data: {do: "note", key: "note-in"},
    }),
  )

/** @param {Self} self */
const drawBody = ({view, state}) =>
  h(
    "div",
    {class: "d-body"},
    view.sections.map(drawSection),
    view.ack &&
      h(
        "label",
        {class: "ack danger"},
        h("input", {type: "checkbox", checked: state.isTicked, data: {do: "tick"}}),
        h("span", null, view.ack),
      ),
    (view.options ?? []).map(({key, label, hint}) =>
      h(
        "label",
        {class: "ack note", data: {key: `option-${key}`}},
        h("input", {type: "checkbox", checked: state.options.has(key), data: {do: "pick", option: key}}),
        h("span", null, label, hint && h("span", {class: "hint"}, ` ${hint}`)),
      ),
    ),
  )

/** @param {Self} self */
const drawFooter = self => {
  const {view} = self
  return h(
    "div",
    {class: "d-foot"},
    button(view.back ?? (view.confirm ? "Cancel" : "Close"), "", {data: {do: "close", key: "close"}}),
    (view.actions ?? []).map(({label, act, kind}) =>
      button(label, "", {kind, data: {do: "act", name: act, key: `act-${act}`}}),
    ),
    view.confirm &&
      h(
        "button",
        {
          type: "button",
          class: `btn primary${view.risky ? " risky" : ""}`,
          disabled: !canConfirm(self) || null,
          data: {do: "confirm", key: "confirm"},
        },
        confirmText(self),
      ),
  )
}

/** @param {Self} self */
function paintBox(self) {
  const {view, state} = self
  morph(
    state.box,
    [
      h("div", {class: "d-head"}, h("h2", {id: "title"}, view.title), closeButton("Close", {do: "close"})),
      drawBody(self),
      h(
        "div",
        {class: "d-end"}, // on a phone the field for the word stays visible with the button that it enables
        (view.typed || view.note) &&
          h(
            "div",
            {class: "d-ask"},
            view.typed && drawTypedWord(view.typed, self.state.typed),
            view.note && drawNote(self),
          ),
        drawFooter(self),
      ),
    ].filter(part => part instanceof Node),
  )
}

// The focus starts where Enter changes nothing: in the field for the word, on a box, or on the closing button.
// If Enter has to confirm, the focus starts on the confirming button.
/** @param {Self} self */
function focusSafely(self) {
  const {view, state} = self
  /** @type {(selector: string) => HTMLElement | null} */
  const find = selector => state.box.querySelector(selector)
  const field = view.wants_note ? ".note-text" : ".typed input"
  const first = view.enter && canConfirm(self) ? find("[data-do=confirm]") : mayFocusText() && find(field)
  const place = first || find(".d-body input[type=checkbox]") || find(".d-foot .btn:not(:disabled)")
  place?.focus()
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, state} = self
  const {box} = state
  if (!view.open || (view.follows && view.follows === state.left)) {
    if (box.open) box.close()
    return
  }
  const isNew = view.serial !== state.shown
  if (isNew) Object.assign(state, answer(view), view.follows && view.follows === state.shown && {note: state.note}) // typed text stays
  box.className = view.wide ? "wide" : ""
  paintBox(self)
  if (!box.open) openDialog(box)
  if (!isNew) return
  state.openedAt = performance.now()
  focusSafely(self)
  box.querySelector(".d-body").scrollTop = 0
}

/** Return the state of an answer that a person has not changed yet. @param {DialogView} view */
const answer = view => ({
  isTicked: false,
  options: /** @type {Set<string>} */ (new Set()),
  note: view.written ?? "",
  typed: "",
  shown: view.serial,
})

/** @type {(self: Self, event: PageEvent) => void} */
function onClick(self, event) {
  const {view, state} = self
  const target = event.target.closest("[data-do]")
  const {do: name, ...data} = /** @type {HTMLElement | null} */ (target)?.dataset ?? {}
  if (state.box.isSameNode(event.target) || name === "close") state.box.close()
  else if (name === "tick") state.isTicked = event.target.checked
  else if (name === "pick") state.options[event.target.checked ? "add" : "delete"](data.option)
  else if (name === "turn") self.send("turn", {serial: view.serial, list: data.list, page: Number(data.page)})
  else if (name === "act") {
    showWait(/** @type {HTMLElement} */ (target))
    self.send("act", {serial: view.serial, act: data.name})
  } else if (name === "confirm") confirm(self)
  if (name === "tick" || name === "pick") paintBox(self)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onChange(self, {target}) {
  const {do: name, list} = target.dataset
  if (name === "choose") self.send("turn", {serial: self.view.serial, list, page: 1, choice: target.value})
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  const name = target.dataset.do
  if (name === "note") self.state.note = target.value
  if (name === "type") self.state.typed = target.value
  if (name === "type" || self.view.wants_note) paintBox(self)
}

// A person who types beside the fields means the field for the word or for the note, and no button.
/** @type {(self: Self, event: PageEvent) => void} */
function typeIntoField({state}, event) {
  const isText = event.key.length === 1 && event.key !== " " && !hasModifier(event) && !event.isComposing
  if (isText && event.target.matches("button, dialog, h2"))
    /** @type {HTMLElement | null} */ (state.box.querySelector("[data-do=type], [data-do=note]"))?.focus()
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  typeIntoField(self, event)
  if (event.key !== "Enter" || event.isComposing) return
  const {view, state} = self
  const isEarly = event.repeat || performance.now() - state.openedAt < CALM
  const usesEnter = event.target.closest("button, a, input, select, textarea, summary")
  const isAnywhere = view.enter && canConfirm(self) && !usesEnter
  const isMeant = event.target.matches("input[type=text]") || event.ctrlKey || event.metaKey || isAnywhere
  if (isEarly || isMeant) event.preventDefault()
  if (!isEarly && isMeant) confirm(self)
}

/** @param {Self} self */
function onClosed(self) {
  const {view, state} = self
  if (state.box.open) return // the next question is already shown
  markDialogClosed()
  if (!view.open) return
  state.left = view.serial
  self.send("close", {serial: view.serial})
}

/** @param {RenderContext} context */
export function render(context) {
  const box = h("dialog", {"aria-labelledby": "title"})
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      box,
      ...answer(/** @type {DialogView} */ ({open: false})),
      left: null,
      openedAt: 0,
    }),
    draw: () => null,
    onDrawn,
  })
  placeDialog(context.el, box)
  hideBroken(box)
  const handlers = {click: onClick, change: onChange, input: onInput, keydown: onKey, close: onClosed}
  for (const [name, handler] of Object.entries(handlers))
    box.addEventListener(name, event => handler(self, /** @type {PageEvent} */ (event)))
  context.model.on("remove", () => box.open && box.close())
}
