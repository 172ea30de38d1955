// The filters of a list: buttons that open the values of a filter with their counts.
import {listen} from "./browser/component.js"
import {h} from "#face/dom.js"
import {drawSearchField} from "#face/search_field.js"
import {iconButton} from "#face/widgets.js"

/**
 * @typedef {{value: string, label: string, count: string, on: boolean}} Option `count` is the number of items.
 *
 * @typedef {object} MenuState
 * @property {string} menu The key of the opened filter, "" for none.
 * @property {Option[] | null} options Its values, null until they are counted.
 * @property {boolean} isUnfolded The filters are shown on a phone.
 *
 * @typedef {Component<any, MenuState>} Filtered A list with filters.
 */

/** @type {(options: Option[] | null, key: string) => Child} */
const drawOptions = (options, key) => {
  if (!options) return h("p", {class: "hint", role: "status"}, "Counting…")
  if (!options.length) return h("p", {class: "hint"}, "None has a value.")
  return options.map(({value, label, count, on}) =>
    h(
      "label",
      {class: "opt", data: {key: value}},
      h("input", {type: "checkbox", checked: on, value, data: {change: "option", facet: key}}),
      h("span", {class: "grow"}, h("bdi", null, label)),
      h("span", null, count),
    ),
  )
}

/** @type {(filter: FilterView, open: string, options: Option[] | null) => HTMLElement} */
export const drawFilter = ({key, label, text}, open, options) =>
  h(
    "span",
    {class: "anchor", data: {key}},
    h(
      "button",
      {
        type: "button",
        class: text ? "pill on" : "pill",
        "aria-expanded": String(open === key),
        "aria-haspopup": "dialog",
        data: {act: "menu", facet: key, key: "menu"},
      },
      text ? [label, " ", h("b", null, h("bdi", null, text))] : label,
      h("span", {"aria-hidden": "true"}, " ▾"),
    ),
    text && iconButton("×", `Remove the filter ${label}`, {act: "drop", facet: key, key: "drop"}, {class: "icon drop"}),
    open === key &&
      h(
        "div",
        {
          class: "pop facet",
          role: "dialog",
          "aria-label": `Filter by ${label.toLowerCase()}`,
          tabindex: "-1",
          data: {editor: ""},
        },
        drawOptions(options, key),
      ),
  )

/**
 * Draw the search field of a list and its filters. A phone shows the filters after a touch of their button.
 *
 * @param {{search: Parameters<typeof drawSearchField>, set: number, isUnfolded: boolean}} bar `set` is the number of
 *   filters that are set.
 * @param {Child[]} pills
 */
export const drawFilterBar = ({search, set, isUnfolded}, ...pills) =>
  h(
    "div",
    {class: "filters", role: "search", "aria-label": "Filters", data: {key: "filters"}},
    drawSearchField(...search),
    h(
      "button",
      {
        type: "button",
        class: `pill unfold${set ? " on" : ""}`,
        "aria-expanded": String(isUnfolded),
        data: {act: "unfold", key: "unfold"},
      },
      "Filters ",
      h("b", null, set || ""),
    ),
    h("div", {class: isUnfolded ? "pills unfolded" : "pills", data: {key: "pills"}}, pills),
  )

/**
 * Draw what a list shows if it has no items.
 *
 * @type {(title: string, text: Child, acts: Child) => HTMLElement}
 */
export const drawEmptyList = (title, text, acts) =>
  h(
    "div",
    {class: "card empty", data: {key: "empty"}},
    h("b", null, title),
    h("p", null, text),
    h("div", {class: "acts"}, acts),
  )

/** @returns {MenuState} */
export const newMenuState = () => ({menu: "", options: null, isUnfolded: false})

/** @type {Record<string, Action<Filtered>>} */
export const FILTER_ACTIONS = {
  menu(self, {facet}) {
    const {state} = self
    state.menu = state.menu === facet ? "" : facet
    state.options = null
    self.paint()
    if (state.menu) self.send("facet", {key: facet})
  },
  option(self, {facet}, target) {
    const {options} = self.state
    const values = options.filter(each => (each.value === target.value ? target.checked : each.on))
    // A person may check the next value before the server answers
    for (const each of options) each.on = values.includes(each)
    self.send("filter", {key: facet, values: values.map(each => each.value)})
  },
  unfold({state, paint}) {
    state.isUnfolded = !state.isUnfolded
    paint()
  },
  drop: (self, {facet}) => self.send("filter", {key: facet, values: []}),
}

/**
 * Close the opened filter after Escape, and return whether one was open.
 *
 * @type {(self: Filtered, event: PageEvent) => boolean}
 */
export function closesFilter(self, event) {
  const key = self.state.menu
  if (event.key !== "Escape" || !key) return false
  event.preventDefault()
  event.stopPropagation()
  self.state.menu = ""
  self.paint()
  self.focus(`[data-act=menu][data-facet=${key}]`)
  return true
}

/** Close the opened filter after a press elsewhere. @param {Filtered} self */
export const closeFilterOutside = self =>
  listen(self.model, document, "pointerdown", event => {
    if (!self.state.menu) return
    if (event.composedPath().some((/** @type {any} */ each) => each.classList?.contains("anchor"))) return
    self.state.menu = ""
    self.paint()
  })
