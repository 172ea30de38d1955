// The log of one job, in a dialog of a fixed height. It scrolls to new lines until a person scrolls up.
import {component} from "../../components/browser/component.js"
import {h, morph} from "#face/dom.js"
import {hasModifier} from "../../components/browser/keyboard.js"
import {markDialogClosed, openDialog, placeDialog} from "#face/modal.js"
import {button, closeButton} from "#face/widgets.js"

const NEAR = 24 // within this distance in pixels, a position counts as the end

/**
 * @typedef {object} State
 * @property {HTMLDialogElement} box
 * @property {boolean} isFollowing The newest line stays in sight.
 * @property {boolean} isProblemsOnly
 * @property {number | null} shown The job that is shown.
 * @property {boolean} isClosedHere The server does not know yet that the dialog is closed: its views must not open it.
 *
 * @typedef {Component<JobLogContentView, State>} Self
 */

/** @param {LogLineView} line */
const drawLine = line =>
  h(
    "li",
    {class: `line ${line.level}`, data: {key: line.key}},
    h("time", {title: line.on}, line.at),
    h("span", {class: "level"}, line.word),
    h(
      "span",
      {class: "what"},
      h("bdi", {dir: "ltr"}, line.text),
      line.more.map(([name, value]) =>
        h("span", {class: "more"}, h("i", null, `${name} `), h("bdi", {dir: "auto"}, value)),
      ),
      line.trace && h("pre", {tabindex: "0", role: "region", "aria-label": "Traceback"}, line.trace),
    ),
  )

/** @type {(name: string, label: string, isOn: boolean, key?: string) => HTMLElement} */
const drawTick = (name, label, isOn, key) =>
  h(
    "label",
    {class: "inline"},
    h("input", {type: "checkbox", checked: isOn, data: {do: name, key: name}}),
    h("span", null, label, key && h("kbd", {"aria-hidden": "true"}, key)),
  )

/** @type {(view: JobLogContentView, state: State) => HTMLElement} */
function drawLines(view, {isProblemsOnly}) {
  const lines = isProblemsOnly ? view.lines.filter(line => line.is_problem) : view.lines
  return h(
    "div",
    {class: "lines", tabindex: "0", role: "region", "aria-label": "Lines of the log", data: {key: "lines"}},
    lines.length > 0
      ? [
          view.earlier && h("p", {class: "hint", data: {key: "earlier"}}, view.earlier),
          h("ol", {data: {key: "list"}}, lines.map(drawLine)),
        ]
      : h("p", {class: "hint none"}, isProblemsOnly && view.lines.length ? "No warning and no error." : view.none),
  )
}

/** @type {(view: JobLogContentView, state: State) => HTMLElement[]} */
const drawLog = (view, state) => [
  h(
    "div",
    {class: "d-head"},
    h("h2", {id: "log-title"}, h("bdi", null, view.title)),
    closeButton("Close", {do: "close"}),
  ),
  h(
    "div",
    {class: "log-bar"},
    drawTick("follow", "Follow", state.isFollowing, "f"),
    drawTick("problems", "Only warnings and errors", state.isProblemsOnly),
    h("span", {class: "grow"}),
    h("span", {class: "hint", role: "status"}, view.state),
  ),
  drawLines(view, state),
  h("div", {class: "d-foot"}, button("Close", "", {data: {do: "close", key: "close"}})),
]

/** @param {State} state */
const linesOf = ({box}) => /** @type {HTMLElement} */ (box.querySelector(".lines"))

/** @param {State} state */
function scrollToEnd(state) {
  const lines = linesOf(state)
  if (lines) lines.scrollTop = lines.scrollHeight
}

/** @param {State} state */
function isAtEnd(state) {
  const lines = linesOf(state)
  return lines.scrollHeight - lines.scrollTop - lines.clientHeight < NEAR
}

/** @param {Self} self */
function paintBox({view, state}) {
  morph(state.box, drawLog(view, state))
  if (state.isFollowing) scrollToEnd(state)
}

/** @type {(self: Self, isOn: boolean) => void} */
function follow(self, isOn) {
  self.state.isFollowing = isOn
  paintBox(self)
}

/** @param {Self} self */
function onDrawn(self) {
  const {view, state} = self
  const {box} = state
  if (!view.open) {
    if (box.open) box.close()
    state.shown = null
    state.isClosedHere = false
    return
  }
  if (state.isClosedHere) return
  if (view.id !== state.shown) Object.assign(state, {shown: view.id, isFollowing: true, isProblemsOnly: false})
  paintBox(self)
  if (box.open || !box.isConnected) return // the first view comes before the box is in the page
  openDialog(box)
  scrollToEnd(state)
  linesOf(state).focus({preventScroll: true})
}

/** @type {Record<string, (self: Self, event: PageEvent) => void>} */
const HANDLERS = {
  click({state}, {target}) {
    const name = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do
    if (state.box.isSameNode(target) || name === "close") state.box.close()
  },
  change(self, {target}) {
    const name = target.dataset.do
    if (name === "follow") follow(self, target.checked)
    if (name !== "problems") return
    self.state.isProblemsOnly = target.checked
    paintBox(self)
  },
  keydown(self, event) {
    if (event.key !== "f" || hasModifier(event)) return
    event.preventDefault()
    follow(self, !self.state.isFollowing)
  },
  close(self) {
    const {view, state} = self
    if (state.box.open) return
    markDialogClosed()
    state.isClosedHere = view.open
    if (view.open) self.send("close", {id: view.id})
  },
}

/** @param {RenderContext} context */
export function render(context) {
  const box = h("dialog", {class: "log", "aria-labelledby": "log-title"})
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      box,
      isFollowing: true,
      isProblemsOnly: false,
      shown: null,
      isClosedHere: false,
    }),
    draw: () => null,
    onDrawn,
  })
  placeDialog(context.el, box)
  self.paint()
  for (const [name, handler] of Object.entries(HANDLERS))
    box.addEventListener(name, event => handler(self, /** @type {PageEvent} */ (event)))
  // A person who scrolls up is reading: new lines no longer move the text.
  const onScroll = (/** @type {Event} */ {target}) => {
    if (target === linesOf(self.state) && self.state.isFollowing && !isAtEnd(self.state)) follow(self, false)
  }
  box.addEventListener("scroll", onScroll, true)
  context.model.on("remove", () => box.open && box.close())
}
