// The panel of facets: the values that narrow the search, with counts. Each list is one tab stop with arrow keys.
import {h} from "#face/dom.js"
import {Menu} from "./menu.js"
import {button} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {[value: string, label: string, count: string, isOn: boolean]} Value
 *
 * @typedef {object} Facet
 * @property {string} key
 * @property {string} title
 * @property {Value[]} values
 * @property {number} total Number of all values.
 * @property {boolean} all_of A file must have all of the values.
 * @property {boolean} searched The values can be searched.
 *
 * @typedef {{text: string, serial?: number, facet?: Facet}} ValueSearch
 */

const SEARCH_DELAY = 140 // milliseconds without typing before values are searched
const SEARCHABLE = 8 // a longer list has a search field
/** @type {Record<string, string>} */
const NOUNS = {person: "person", folder: "folder"}

export class FacetsMenu extends Menu {
  /** @type {Facet[] | null} */
  facets = null // null until they are counted
  serial = 0
  timer = 0
  /** @type {Map<string, string[]>} */
  order = new Map() // the first order of each facet's values, so that no value moves under the pointer
  /** @type {Map<string, boolean>} */
  pending = new Map() // clicked values that are not in the counts yet
  /** @type {Map<string, ValueSearch>} */
  searches = new Map() // the running search in each facet
  /** @type {Map<string, string>} */
  tabStops = new Map() // the value of each facet that is the tab stop

  /** @param {Component<any, any>} host */
  constructor(host) {
    super(host, {act: "filters", first: ".facets"})
  }

  onToggle() {
    this.facets = null
    for (const map of [this.order, this.pending, this.searches, this.tabStops]) map.clear()
    this.host.send("facets", {on: this.isOpen})
  }

  /** Show new counts. @param {Facet[]} facets */
  show(facets) {
    if (!this.isOpen) return
    const isFirst = this.facets === null
    this.facets = facets
    for (const facet of facets) this.remember(facet)
    this.host.paint()
    const panel = this.host.find(".facets")
    const {activeElement} = /** @type {ShadowRoot} */ (this.host.root.getRootNode())
    if (isFirst && panel === activeElement) this.host.focus(".facets input")
    for (const [key, {text}] of this.searches) this.search(key, text)
  }

  /** @param {Facet} facet */
  remember({key, values}) {
    const order = this.order.get(key) ?? []
    this.order.set(key, order)
    for (const [value, , , isOn] of values) {
      if (!order.includes(value)) order.push(value)
      if (this.pending.get(`${key}:${value}`) === isOn) this.pending.delete(`${key}:${value}`)
    }
  }

  /** Search the values of a facet. @param {string} key @param {string} text */
  search(key, text) {
    clearTimeout(this.timer)
    if (!text.trim()) {
      this.searches.delete(key)
      this.host.paint()
      return
    }
    this.serial += 1
    const {serial} = this
    this.searches.set(key, {...this.searches.get(key), text, serial})
    this.timer = setTimeout(() => this.host.send("seek", {facet: key, text: text.trim(), serial}), SEARCH_DELAY)
  }

  /** Show the values that a search has found. @param {{serial: number, facet: Facet}} answer */
  showFound({serial, facet}) {
    const search = this.searches.get(facet.key)
    if (search?.serial !== serial) return
    search.facet = facet
    this.host.paint()
  }

  /** @param {string} key @param {string} value @param {boolean} isOn */
  choose(key, value, isOn) {
    this.pending.set(`${key}:${value}`, isOn)
    this.host.send("facet", {facet: key, value, on: isOn})
  }

  /** Make the focused value the tab stop of its facet. @param {HTMLInputElement} target */
  onFocus(target) {
    const {facet, value} = target.dataset
    if (value === undefined || this.tabStops.get(facet) === value) return
    this.tabStops.set(facet, value)
    const boxes = /** @type {NodeListOf<HTMLElement>} */ (
      target.closest(".facet").querySelectorAll("input[data-value]")
    )
    for (const box of boxes) box.tabIndex = box === target ? 0 : -1
  }

  /** Return the values of a facet in the order in which they are drawn. @param {Facet} facet */
  sorted({key, values}) {
    const found = this.searches.get(key)?.facet
    if (found) return found.values
    const order = this.order.get(key) ?? []
    return [...values].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))
  }

  /** @type {(key: string, value: Value, tabStop: string) => HTMLElement} */
  drawValue(key, [value, label, files, isOn], tabStop) {
    const isChecked = this.pending.get(`${key}:${value}`) ?? isOn
    return h(
      "label",
      {class: files === "0" && !isChecked ? "opt none" : "opt", data: {key: `v${value}`}},
      h("input", {
        type: "checkbox",
        checked: isChecked,
        tabindex: value === tabStop ? "0" : "-1",
        data: {change: "facet", facet: key, value, key: "in"},
      }),
      h("span", {class: "grow", title: label}, h("bdi", null, label)),
      h("span", {class: "num"}, files),
    )
  }

  /** @param {string} key */
  drawSearch(key) {
    return h("input", {
      type: "text",
      class: "seek",
      placeholder: `Find a ${NOUNS[key]}`,
      "aria-label": `Find a ${NOUNS[key]}`,
      autocomplete: "off",
      spellcheck: "false",
      value: this.searches.get(key)?.text ?? "",
      data: {key: "seek", facet: key},
    })
  }

  /** @param {Facet} facet */
  drawValues(facet) {
    const {key} = facet
    const found = this.searches.get(key)?.facet
    const values = this.sorted(facet)
    const remembered = this.tabStops.get(key)
    const tabStop = values.some(([value]) => value === remembered) ? remembered : values[0]?.[0]
    const total = found?.total ?? facet.total
    return [
      h(
        "div",
        {class: "options", data: {key: "options"}},
        values.map(value => this.drawValue(key, value, tabStop)),
        found && !values.length && h("p", {class: "hint"}, `No ${NOUNS[key]} like this here.`),
      ),
      values.length < total && h("p", {class: "hint"}, `${values.length} of ${count(total)}; type to find more`),
    ]
  }

  /** @param {Facet} facet */
  drawFacet(facet) {
    const {key, title, total, searched, all_of: allOf, values} = facet
    const chosenCount = values.filter(value => value[3]).length
    const clear = {kind: "link", data: {facet: key, key: "only"}, "aria-label": `Clear ${title}`}
    return h(
      "fieldset",
      {class: "facet", data: {key}},
      h("legend", null, title, chosenCount > 0 && button("clear", "only", clear)),
      searched && (total > SEARCHABLE || this.searches.has(key)) && this.drawSearch(key),
      this.drawValues(facet),
      key === "person" &&
        chosenCount > 1 &&
        h(
          "label",
          {class: "opt every", data: {key: "every"}},
          h("input", {type: "checkbox", checked: allOf, data: {change: "every", facet: key, key: "in"}}),
          h("span", {class: "grow"}, "All of them in one file"),
        ),
    )
  }

  /** Draw the button with the number of the chosen filters. @param {{filtered: number}} view */
  drawOpener({filtered}) {
    const sign = filtered > 0 ? h("span", {class: "count"}, filtered) : h("span", {"aria-hidden": "true"}, "▾")
    const label = ["Filters", sign, filtered > 0 && h("span", {class: "vh"}, "chosen")]
    return this.drawButton(label, "Filters (F)", "filters")
  }

  /** @param {{filtered: number, found: string}} view */
  draw({filtered, found}) {
    if (!this.isOpen) return null
    const {facets} = this
    return [
      this.drawShade(),
      h(
        "div",
        {class: "facets", role: "dialog", "aria-label": "Filters", tabindex: "-1", data: {key: "facets"}},
        h(
          "div",
          {class: "groups", "aria-busy": facets ? null : "true", data: {key: "groups"}},
          facets?.map(facet => this.drawFacet(facet)),
          !facets?.length && h("p", {class: "hint"}, facets ? "There is nothing to choose from." : "counting…"),
        ),
        h(
          "div",
          {class: "foot-row", data: {key: "foot"}},
          button("Clear filters", "clear_filters", {kind: "quiet small", disabled: !filtered}),
          h("span", {class: "grow"}),
          h("span", {class: "hint", "aria-live": "polite"}, found),
          button(["Done", h("span", {class: "phone"}, `· ${found}`)], "filters", {kind: "small"}),
        ),
      ),
    ]
  }
}
