// The numbers of the publications, the risk levels, the search and the filters.
import {component, currentPage} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {
  FILTER_ACTIONS,
  closeFilterOutside,
  closesFilter,
  drawFilter,
  drawFilterBar,
  newMenuState,
} from "../../components/filter_menu.js"
import {ResultJump, SEARCH_DELAY} from "#face/search_field.js"
import {button, drawRisks, drawSelect, loadingPage} from "#face/widgets.js"

/** @import {MenuState} from "../../components/filter_menu.js" */
/** @typedef {Component<PublishHeaderView, MenuState & {searchTimer: number, jump: ResultJump}>} Self */

const WAITING = new Set(["publish_safe"]) // the server counts the titles before it answers

/** @param {Self} self */
const drawFilters = ({view, state}) => {
  const {query, filters, unchanged, narrowed} = view
  return drawFilterBar(
    {
      search: [
        query,
        false,
        {
          placeholder: "Search titles and files, or note:locked …",
          "aria-label": "Search the publications",
          data: {key: "q"},
        },
      ],
      set: filters.filter(each => each.text).length + (unchanged.on ? 1 : 0),
      isUnfolded: state.isUnfolded,
    },
    filters.map(each => drawFilter(each, state.menu, state.options)),
    h(
      "button",
      {
        type: "button",
        class: unchanged.on ? "pill on" : "pill",
        "aria-pressed": String(unchanged.on),
        data: {act: "unchanged", key: "unchanged"},
      },
      unchanged.label,
      " ",
      h("span", {class: "amount"}, unchanged.count),
    ),
    narrowed && button("Clear", "clear", {kind: "link", data: {key: "clear"}}),
  )
}

/** @param {PublishHeaderView} view */
const drawUnder = ({acts, about, sorts, sort}) =>
  h(
    "p",
    {class: "meaning", data: {key: "under"}},
    acts.flatMap(({label, act}, place) => [
      place > 0 && h("span", {"aria-hidden": "true"}, "·"),
      button(label, act, {kind: "link", data: {key: act, waits: WAITING.has(act) ? "" : null}}),
    ]),
    acts.length > 0 && h("span", {class: "sep", "aria-hidden": "true"}, "|"),
    h("span", null, about),
    button("Change…", "options", {kind: "link", "aria-label": "Change what is published", data: {key: "options"}}),
    h("span", {class: "grow"}),
    drawSelect(sorts, {"aria-label": "Order", data: {change: "sort", key: "sort"}}, sort),
  )

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (!view.headline) return loadingPage("Publish")
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", {tabindex: "-1"}, view.headline),
      h("p", {"aria-live": "polite"}, view.summary),
    ),
    !view.is_bare && [drawRisks(view.chips), drawFilters(self), drawUnder(view)],
  ]
}

/** @type {(self: Self, isTyped: boolean) => void} */
function search(self, isTyped) {
  clearTimeout(self.state.searchTimer)
  const field = self.find("input.q")
  if (field) self.send("find", {query: field.value, typed: isTyped})
}

/** @param {Self} self */
function emptySearch(self) {
  self.find("input.q").value = ""
  self.focus("input.q")
  search(self, false)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  if (!target.matches("input.q")) return
  clearTimeout(self.state.searchTimer)
  self.state.searchTimer = setTimeout(() => search(self, true), SEARCH_DELAY)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  if (closesFilter(self, event) || !event.target.matches("input.q")) return
  if (event.key === "Enter") {
    self.state.jump.query = event.target.value
    search(self, false)
  }
  if (event.key === "Escape") event.target.value ? emptySearch(self) : event.target.blur()
}

/** @type {(self: Self, message: any) => void} */
function onMessage(self, {options}) {
  if (options?.key !== self.state.menu) return
  const isNew = !self.state.options
  self.state.options = options.rows
  self.paint()
  if (isNew) self.focus(".facet input")
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: () => ({...newMenuState(), searchTimer: 0, jump: new ResultJump()}),
    draw,
    onSetup: closeFilterOutside,
    onDrawn: ({view, state}) => state.jump.follow(view.query),
    onMessage,
    listeners: {input: onInput, keydown: onKey},
    actions: {
      ...FILTER_ACTIONS,
      risk: (me, {level}) => me.send("risk", {level}),
      sort: (me, _, target) => me.send("sort", {sort: target.value}),
      empty: emptySearch,
    },
  })
  keys(context.model, "publish", {
    "/": {
      does: "search",
      group: "Move",
      when: () => currentPage() === "publish" && Boolean(self.find("input.q")),
      run: () => self.focus("input.q"),
    },
  })
}
