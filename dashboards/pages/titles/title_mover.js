// The dialog that moves a file to another title: a search, a role, and the number of an episode.
import {component} from "../../components/browser/component.js"
import {h, morph} from "#face/dom.js"
import {markDialogClosed, mayFocusText, openDialog, placeDialog} from "#face/modal.js"
import {button, closeButton} from "#face/widgets.js"

const DELAY = 200 // milliseconds without typing before a search

/**
 * @typedef {{text: string, role: string, season_number: string, episode_numbers: string, year: string}} Typed
 * @typedef {Typed & {box: HTMLDialogElement, shown: number, timer: number, target: string, label: string, numbered: boolean}} State
 * @typedef {Component<TitleMoverView, State>} Self
 */

const EMPTY = {
  text: "",
  role: "main",
  season_number: "1",
  episode_numbers: "",
  year: "",
  target: "",
  label: "",
  numbered: false,
}
const ROLES = {main: "The film or the episode itself", extra: "An extra", trailer: "A trailer", sample: "A sample"}

/** @type {(self: Self, key: string, label: Child, about: string, numbered: boolean) => HTMLElement} */
const drawTarget = ({state}, key, label, about, numbered) =>
  h(
    "label",
    {class: key === state.target ? "choice on" : "choice", data: {key}},
    h("input", {
      type: "radio",
      name: "move-target",
      value: key,
      checked: key === state.target,
      data: {do: "target", numbered: numbered ? "1" : ""},
    }),
    h("bdi", null, label),
    h("small", null, about),
  )

/** @param {Self} self */
function drawTargets(self) {
  const {view, state} = self
  const text = state.text.trim()
  const isListed = view.titles.some(each => String(each.id) === state.target)
  return h(
    "div",
    {class: "targets", role: "radiogroup", "aria-label": "Titles"},
    state.target &&
      !state.target.startsWith("new") &&
      !isListed &&
      drawTarget(self, state.target, state.label, "chosen", state.numbered),
    view.titles.map(each => drawTarget(self, String(each.id), each.label, each.about, each.numbered)),
    !view.titles.length && h("p", {class: "hint", role: "status"}, "No title has this name."),
    text && [
      drawTarget(self, "new-movie", `“${text}”`, "a new film", false),
      drawTarget(self, "new-series", `“${text}”`, "a new series", true),
    ],
  )
}

/** @type {(state: State, name: "season_number" | "episode_numbers" | "year", label: string, hint?: string) => HTMLElement} */
const drawInput = (state, name, label, hint = "") =>
  h(
    "label",
    {class: "field", data: {key: name}},
    label,
    h("input", {
      type: "text",
      inputmode: "numeric",
      value: state[name],
      placeholder: hint,
      autocomplete: "off",
      data: {do: name, key: `in-${name}`},
    }),
  )

/** @param {Self} self */
const drawDetails = ({state}) =>
  h(
    "div",
    {class: "move-details", data: {key: "details"}},
    h(
      "label",
      {class: "field", data: {key: "role"}},
      "The file is",
      h(
        "select",
        {data: {do: "role", key: "in-role"}},
        Object.entries(ROLES).map(([value, label]) => h("option", {value, selected: value === state.role}, label)),
      ),
    ),
    state.target.startsWith("new") && drawInput(state, "year", "Year", "optional"),
    state.numbered && state.role === "main" && drawInput(state, "season_number", "Season"),
    state.numbered && state.role === "main" && drawInput(state, "episode_numbers", "Episode", "2, or 2 3 for two"),
  )

/** @param {State} state */
const canMove = state => state.target && (!state.numbered || state.role !== "main" || /\d/.test(state.episode_numbers))

/** @param {Self} self */
function paintBox(self) {
  const {view, state} = self
  morph(
    state.box,
    [
      h(
        "div",
        {class: "d-head"},
        h("h2", {id: "move-title"}, "Move to another title"),
        closeButton("Close", {do: "close"}),
      ),
      h(
        "div",
        {class: "d-body"},
        h("p", {class: "moved-file", title: view.path}, h("bdi", {dir: "ltr"}, view.name)),
        h(
          "label",
          {class: "field", data: {key: "search"}},
          "Film or series",
          h("input", {
            type: "text",
            class: "move-search",
            value: state.text,
            placeholder: "Words of the title",
            autocomplete: "off",
            spellcheck: "false",
            data: {do: "text", key: "in-text"},
          }),
        ),
        drawTargets(self),
        state.target && drawDetails(self),
        view.problem && h("p", {class: "complain danger", role: "alert"}, view.problem),
        h("p", {class: "hint"}, "The file stays there, whatever its name says later."),
      ),
      h(
        "div",
        {class: "d-foot"},
        button("Cancel", "", {data: {do: "close", key: "close"}}),
        view.by_hand && button("Identify the file again", "", {data: {do: "automatic", key: "automatic"}}),
        button("Move the file", "", {kind: "primary", disabled: !canMove(state), data: {do: "move", key: "move"}}),
      ),
    ].filter(part => part instanceof Node),
  )
}

/** @param {Self} self */
function move(self) {
  const {target, text, role, numbered, year} = self.state
  // The inputs of the numbers keep their texts while they are hidden.
  const season_number = numbered ? self.state.season_number : ""
  const episode_numbers = numbered ? self.state.episode_numbers : ""
  if (canMove(self.state)) self.send("move", {target, text, role, season_number, episode_numbers, year})
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, state} = self
  if (!view.open) {
    if (state.box.open) state.box.close()
    return
  }
  const isNew = view.serial !== state.shown
  if (isNew) Object.assign(state, EMPTY, {shown: view.serial, role: view.role})
  paintBox(self)
  if (!state.box.open) openDialog(state.box)
  const first = mayFocusText() ? ".move-search" : ".d-foot .btn"
  if (isNew) /** @type {HTMLElement} */ (state.box.querySelector(first)).focus()
}

/** @type {(self: Self, event: PageEvent) => void} */
function onClick(self, {target}) {
  const name = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do
  if (self.state.box.isSameNode(target) || name === "close") self.state.box.close()
  else if (name === "move") move(self)
  else if (name === "automatic") self.send("automatic")
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  const {state, view} = self
  const {do: name, numbered} = target.dataset
  if (name === "target") {
    const label = view.titles.find(each => String(each.id) === target.value)?.label ?? state.label
    Object.assign(state, {target: target.value, numbered: Boolean(numbered), label})
  } else Object.assign(state, {[name]: target.value})
  if (name === "text") {
    clearTimeout(state.timer)
    state.timer = window.setTimeout(() => self.send("find", {text: state.text}), DELAY)
  }
  paintBox(self)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return
  event.preventDefault()
  move(self)
}

/** @param {Self} self */
function onClosed(self) {
  markDialogClosed()
  if (self.view.open) self.send("close")
}

/** @param {RenderContext} context */
export function render(context) {
  const box = h("dialog", {"aria-labelledby": "move-title", class: "move-file"})
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({box, ...EMPTY, shown: 0, timer: 0}),
    draw: () => null,
    onDrawn,
  })
  placeDialog(context.el, box)
  const handlers = {click: onClick, input: onInput, keydown: onKey, close: onClosed}
  for (const [name, handler] of Object.entries(handlers))
    box.addEventListener(name, event => handler(self, /** @type {PageEvent} */ (event)))
  context.model.on("remove", () => box.open && box.close())
}
