// The panel of facets: the values that narrow the search, with counts. Each list is one tab stop with arrow keys.
import {read} from "#face/calls.js"
import {h} from "#face/dom.js"
import {SearchMenu} from "#face/search_menu.js"
import {button} from "#face/widgets.js"
import {count} from "#face/wording.js"

const SEARCH_DELAY = 140 // milliseconds without typing before values are searched
const SEARCHABLE = 8 // a longer list has a search field
/** @type {Record<string, string>} */
const NOUNS = {person: "person", folder: "folder"} // facets that may have thousands of values
/** The facets in the order of the arrow keys. @type {[key: string, title: string][]} */
const FACETS = [
  ["risk", "Risk"],
  ["tags", "People in the result"],
  ["locked", "Locked"],
  ["category", "Change"],
  ["container", "Container"],
  ["issue", "Reason"],
  ["person", "Person"],
  ["folder", "Folder"],
]

/** Return the label of a value; a folder as everywhere: `Family / 2019`. @type {(key: string, label: string) => string} */
const labelOf = (key, label) => (key === "folder" ? label.replaceAll("/", " / ") : label)

export class FacetsMenu extends SearchMenu {
  /** @type {Values.Facets | undefined} */
  facets // of the newest search that is counted
  /** @type {Map<string, string[]>} */
  order = new Map() // the first order of each facet's values, so that no value moves under the pointer
  /** @type {Map<string, boolean>} */
  pending = new Map() // clicked values that are not in the counts yet
  /** @type {Map<string, string>} */
  sought = new Map() // what a person has typed to find values of a facet
  /** @type {Map<string, string>} */
  tabStops = new Map() // the value of each facet that is the tab stop
  isCounted = false
  timer = 0

  /** @param {import("#face/plan_search.js").PlanSearch} search */
  constructor(search) {
    super(search, {act: "filters", first: ".facets"})
  }

  onToggle() {
    this.facets = undefined
    this.isCounted = false
    for (const map of [this.order, this.pending, this.sought, this.tabStops]) map.clear()
  }

  /** Read the counts of the search that is shown, while the panel is open. */
  follow() {
    if (!this.isOpen || !this.isCounted || this.search.activeElement() !== this.search.find(".facets")) return
    this.search.focus(".facets input")
  }

  count() {
    const {query, news} = this.search
    const {value} = read(["search.facets", {plan: {query}}], news)
    if (!value || value === this.facets) return
    this.isCounted = true
    this.facets = value
    for (const [key] of FACETS) this.remember(value.facets[key])
  }

  /** @param {Values.Facet} facet */
  remember({key, values}) {
    const order = this.order.get(key) ?? []
    this.order.set(key, order)
    for (const {value, chosen} of values) {
      if (!order.includes(value)) order.push(value)
      if (this.pending.get(`${key}:${value}`) === chosen) this.pending.delete(`${key}:${value}`)
    }
  }

  /** Find values of a facet. @type {(key: string, text: string) => void} */
  seek(key, text) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      if (text.trim()) this.sought.set(key, text.trim())
      else this.sought.delete(key)
      this.search.paint()
    }, SEARCH_DELAY)
  }

  /** Return the values of a facet that a person looks for, once they are known. @param {string} key @returns {Values.Facet | undefined} */
  found(key) {
    const text = this.sought.get(key)
    if (!text) return undefined
    const {query, news} = this.search
    return read(["search.facets", {plan: {query}, containing: {[key]: text}}], news).value?.facets[key]
  }

  /** @type {(key: string, value: string, isOn: boolean) => void} */
  choose(key, value, isOn) {
    this.pending.set(`${key}:${value}`, isOn)
    this.search.change(text => ["search.with_value", {text, key, value, on: isOn}])
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

  /** Return the values of a facet in the order in which they are drawn. @param {Values.Facet} facet */
  sorted({key, values}) {
    const order = this.order.get(key) ?? []
    return [...values].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
  }

  /** @type {(key: string, value: Values.FacetValue, tabStop: string) => HTMLElement} */
  drawValue(key, {value, label, files, chosen}, tabStop) {
    const isChecked = this.pending.get(`${key}:${value}`) ?? chosen
    const text = labelOf(key, label)
    return h(
      "label",
      {class: !files && !isChecked ? "opt none" : "opt", data: {key: `v${value}`}},
      h("input", {
        type: "checkbox",
        checked: isChecked,
        tabindex: value === tabStop ? "0" : "-1",
        data: {change: "facet", facet: key, value, key: "in"},
      }),
      h("span", {class: "grow", title: text}, h("bdi", null, text)),
      h("span", {class: "num"}, count(files)),
    )
  }

  /** @param {string} key */
  drawSeek(key) {
    return h("input", {
      type: "text",
      class: "seek",
      placeholder: `Find a ${NOUNS[key]}`,
      "aria-label": `Find a ${NOUNS[key]}`,
      autocomplete: "off",
      spellcheck: "false",
      data: {key: "seek", facet: key},
    })
  }

  /** @param {Values.Facet} facet */
  drawValues(facet) {
    const {key} = facet
    const found = this.found(key)
    const values = found ? found.values : this.sorted(facet)
    const remembered = this.tabStops.get(key)
    const tabStop = values.some(({value}) => value === remembered) ? remembered : values[0]?.value
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

  /** @type {(facet: Values.Facet, title: string) => HTMLElement} */
  drawFacet(facet, title) {
    const {key, total, all_of: allOf, values} = facet
    const chosenCount = values.filter(({chosen}) => chosen).length
    const clear = {kind: "link", data: {facet: key, key: "only"}, "aria-label": `Clear ${title}`}
    return h(
      "fieldset",
      {class: "facet", data: {key}},
      h("legend", null, title, chosenCount > 0 && button("clear", "only", clear)),
      key in NOUNS && (total > SEARCHABLE || this.sought.has(key)) && this.drawSeek(key),
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

  /** Draw the button with the number of the chosen filters. @param {number} chosen */
  drawOpener(chosen) {
    const sign = chosen > 0 ? h("span", {class: "count"}, chosen) : h("span", {"aria-hidden": "true"}, "▾")
    return button(["Filters", sign, chosen > 0 && h("span", {class: "vh"}, "chosen")], "filters", {
      "aria-expanded": String(this.isOpen),
      "aria-haspopup": "dialog",
      title: "Filters (F)",
      data: {key: "filters"},
    })
  }

  /** @type {(chosen: number, files: string) => Child} */
  draw(chosen, files) {
    if (!this.isOpen) return null
    this.count()
    const shown = FACETS.filter(([key]) => this.facets?.facets[key].values.length)
    return [
      this.drawShade(),
      h(
        "div",
        {class: "facets", role: "dialog", "aria-label": "Filters", tabindex: "-1", data: {key: "facets"}},
        h(
          "div",
          {class: "groups", "aria-busy": this.facets ? null : "true", data: {key: "groups"}},
          shown.map(([key, title]) => this.drawFacet(this.facets.facets[key], title)),
          !shown.length && h("p", {class: "hint"}, this.facets ? "There is nothing to choose from." : "counting…"),
        ),
        h(
          "div",
          {class: "foot-row", data: {key: "foot"}},
          button("Clear filters", "clear-filters", {kind: "quiet small", disabled: !chosen}),
          h("span", {class: "grow"}),
          h("span", {class: "hint", "aria-live": "polite"}, files),
          button(["Done", h("span", {class: "phone"}, `· ${files}`)], "filters", {kind: "small"}),
        ),
      ),
    ]
  }
}
