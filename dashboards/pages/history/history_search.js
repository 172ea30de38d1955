// Search and filters of the list of operations; each part of them has a button that removes it.
import {component, listen} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {ResultJump, SEARCH_DELAY, drawSearchField} from "#face/search_field.js"
import {button} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {{opened: "" | "status" | "date", timer: number, jump: ResultJump}} State
 * @typedef {Component<HistorySearchView, State>} Self
 */

/** @type {(kind: "radio" | "checkbox", name: string, option: StatusOptionView, isChecked: boolean) => HTMLElement} */
const drawOption = (kind, name, {value, label, count: files}, isChecked) =>
  h(
    "label",
    {class: "opt", data: {key: `${name}-${value}`}},
    h("input", {type: kind, name, checked: isChecked, data: {change: name, value}}),
    h("span", {class: "grow"}, label),
    files !== undefined && h("span", null, count(files)),
  )

/** @type {(name: string, label: string, ...content: Child[]) => HTMLElement} */
const drawPopup = (name, label, ...content) =>
  h(
    "div",
    {class: "pop narrow", role: "dialog", "aria-label": label, data: {key: `pop-${name}`}},
    ...content,
    h("div", {class: "foot-row"}, h("span", null), button("Done", "toggle", {kind: "small", data: {pop: name}})),
  )

/** @param {HistorySearchView} view */
const drawStatuses = ({types, kind, statuses}) =>
  drawPopup(
    "status",
    "Status",
    h(
      "fieldset",
      null,
      h("legend", null, "Type"),
      types.map(option => drawOption("radio", "kind", option, option.value === kind)),
    ),
    h(
      "fieldset",
      null,
      h("legend", null, "Status"),
      statuses.length > 0
        ? statuses.map(option => drawOption("checkbox", "status", option, option.on))
        : h("p", {class: "hint"}, "No operation matches."),
    ),
  )

/** @type {(name: string, label: string, value: string, limits: object) => HTMLElement} */
const drawDay = (name, label, value, limits) =>
  h(
    "label",
    {class: "field"},
    label,
    h("input", {type: "date", value, ...limits, data: {change: "date", name, key: name}}),
  )

/** @param {HistorySearchView} view */
const drawDates = ({presets, preset, since, until}) =>
  drawPopup(
    "date",
    "Date",
    h(
      "fieldset",
      null,
      h("legend", null, "Days"),
      presets.map(option => drawOption("radio", "preset", option, option.value === preset)),
    ),
    h(
      "div",
      {class: "pair"},
      drawDay("since", "From day", since, {max: until || null}),
      drawDay("until", "To day", until, {min: since || null}),
    ),
  )

/** @type {(name: string, label: string, sign: Child, popup: HTMLElement | null) => HTMLElement} */
const drawMenu = (name, label, sign, popup) =>
  h(
    "div",
    {class: "anchor", data: {key: `anchor-${name}`}},
    button([label, sign || h("span", {"aria-hidden": "true"}, "▾")], "toggle", {
      "aria-expanded": String(Boolean(popup)),
      "aria-haspopup": "dialog",
      data: {pop: name, key: `toggle-${name}`},
    }),
    popup,
  )

/** @param {Self} self */
const drawBar = ({view, state}) =>
  h(
    "div",
    {class: "bar finding", data: {key: "bar"}},
    drawSearchField(view.query, Boolean(view.error), {
      role: "searchbox",
      "aria-label": "Search operations",
      placeholder: 'Search files, people and notes …  person:"Ann Lee"',
    }),
    drawMenu(
      "status",
      "Status",
      view.filtered > 0 && h("span", {class: "count"}, view.filtered),
      state.opened === "status" ? drawStatuses(view) : null,
    ),
    drawMenu("date", view.dates || "Date", null, state.opened === "date" ? drawDates(view) : null),
  )

/** @param {SearchChipView} chip */
const drawChip = ({kind, text, label}) =>
  h(
    "button",
    {
      type: "button",
      class: "chip",
      "aria-label": `Remove the filter ${label}`,
      data: {act: "drop", kind, text, key: `${kind}-${text}`},
    },
    h("bdi", null, label),
    h("span", {"aria-hidden": "true"}, "✕"),
  )

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (view.query === undefined) return null
  return [
    drawBar(self),
    view.error && h("p", {class: "complain danger", role: "alert", data: {key: "complaint"}}, view.error),
    view.chips.length > 0 &&
      h(
        "div",
        {class: "narrowed", role: "group", "aria-label": "Filters of the list", data: {key: "narrowed"}},
        h("span", {"aria-hidden": "true"}, "only"),
        view.chips.map(drawChip),
        view.chips.length > 1 && button("Clear all", "clear", {kind: "link", data: {key: "clear"}}),
      ),
  ]
}

/** @type {(self: Self, delay: number) => void} */
function search({state, find, send}, delay) {
  clearTimeout(state.timer)
  state.timer = setTimeout(() => send("search", {query: find("input.q").value}), delay)
}

/** Open or close a menu. @type {(self: Self, name: State["opened"], givesFocusBack: boolean) => void} */
function toggle({state, paint, focus}, name, givesFocusBack) {
  const before = state.opened
  state.opened = before === name ? "" : name
  paint()
  if (state.opened) focus(".pop input")
  else if (givesFocusBack) focus(`[data-key="toggle-${before}"]`)
}

/** @param {Self} self */
const followJump = ({view, state}) => {
  if (!view.error) state.jump.follow(view.query)
}

/** @param {Self} self */
function emptySearch(self) {
  self.find("input.q").value = ""
  self.focus("input.q")
  search(self, 0)
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  empty: emptySearch,
  toggle: (self, data) => toggle(self, /** @type {State["opened"]} */ (data.pop), true),
  status: ({send}, {value}, target) => send("status", {value, on: target.checked}),
  kind: ({send}, {value}) => send("kind", {value}),
  preset: ({send}, {value}) => send("preset", {value}),
  date: ({send}, {name}, target) => send("dates", {[name]: target.value}),
  drop: ({send}, {kind, text}) => send("drop", {kind, text}),
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  if (!target.matches(".q")) return
  self.state.jump.cancel()
  search(self, SEARCH_DELAY)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {key, target} = event
  const {state} = self
  if (key === "Escape" && state.opened) {
    event.stopPropagation()
    toggle(self, state.opened, true)
    return
  }
  if (!target.matches(".q")) return
  if (key === "Enter") {
    search(self, 0)
    state.jump.query = target.value
    followJump(self)
  }
  if (key !== "Escape") return
  if (!target.value) target.blur()
  else if (self.view.query) emptySearch(self)
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({opened: "", timer: 0, jump: new ResultJump()}),
    draw,
    onDrawn: followJump,
    listeners: {input: onInput, keydown: onKey},
    actions: ACTIONS,
  })
  listen(context.model, document, "pointerdown", event => {
    const menu = self.find(".pop")?.parentElement
    if (self.state.opened && !event.composedPath().includes(menu)) toggle(self, self.state.opened, false)
  })
  keys(context.model, "history", {"/": {does: "search", group: "Find", run: () => self.focus("input.q")}})
}
