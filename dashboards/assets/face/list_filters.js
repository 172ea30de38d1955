// The search of a list and its filters: fields and menus above it, and a button that removes each part of them.
import {go, place} from "#face/address.js"
import {h} from "#face/dom.js"
import {SEARCH_DELAY, drawSearchField} from "#face/search_field.js"
import {button, drawSelect} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */

/** @type {(group: ListOptions, option: ListOption, isOld: boolean) => HTMLElement} */
const drawOption = ({label, isMany}, option, isOld) =>
  h(
    "label",
    {class: "opt", data: {key: `${label}-${option.id}`}},
    h("input", {
      type: isMany ? "checkbox" : "radio",
      name: label,
      checked: option.on,
      data: {change: isOld ? null : "to", to: JSON.stringify(option.to), key: `in-${label}-${option.id}`},
    }),
    h("span", {class: "grow"}, option.label),
    option.total !== undefined && h("span", null, count(option.total)),
  )

/** `isOld`: the options are those of an earlier search, so they lead nowhere. @type {(group: ListOptions, isOld?: boolean) => HTMLElement} */
const drawOptions = (group, isOld = false) =>
  h(
    "fieldset",
    {data: {key: group.label}},
    h("legend", null, group.label),
    group.options.map(option => drawOption(group, option, isOld)),
    group.options.length === 0 && h("p", {class: "hint"}, group.none),
  )

/** @param {ListDay} day */
const drawDay = ({name, label, value, min, max}) =>
  h(
    "label",
    {class: "field", data: {key: `day-${name}`}},
    label,
    h("input", {type: "date", value, min, max, data: {change: "choice", name, key: `in-day-${name}`}}),
  )

/** The last value of an open menu, until that of another search is read. @type {{name: string, value: any} | undefined} */
let lastFound

/** Return options of an earlier search: the one that has led to this search is turned. @type {(group: ListOptions, place: Route) => ListOptions} */
function withChosen(group, place) {
  const isHere = (/** @type {Route} */ to) => Object.entries(to).every(([name, text]) => (place[name] ?? "") === text)
  return {...group, options: group.options.map(each => ({...each, on: isHere(each.to) ? !each.on : each.on}))}
}

/** The groups of an open menu; some are read first. @type {(list: List, menu: ListMenu) => Child} */
function drawGroups(list, {name, groups, reads, groupsOf}) {
  if (!reads) return groups.map(group => drawOptions(group))
  const {value, error} = list.rows.read(reads)
  if (value !== undefined) {
    lastFound = {name, value}
    return groupsOf(value).map(group => drawOptions(group))
  }
  if (!error && lastFound?.name === name)
    return groupsOf(lastFound.value).map(group => drawOptions(withChosen(group, list.place()), true))
  return error
    ? h("p", {class: "bad-text", role: "alert", data: {key: "unread"}}, error.message)
    : h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
}

/** @type {(list: List, menu: ListMenu) => HTMLElement} */
function drawMenu(list, menu) {
  const {label, name, sign, days} = menu
  const isOpen = list.menu === name
  return h(
    "div",
    {class: "anchor", data: {key: `anchor-${name}`}},
    button([label, sign ? h("span", {class: "count"}, sign) : h("span", {"aria-hidden": "true"}, "▾")], "menu", {
      "aria-expanded": String(isOpen),
      "aria-haspopup": "dialog",
      data: {menu: name, key: `menu-${name}`},
    }),
    isOpen &&
      h(
        "div",
        {class: "pop narrow", role: "dialog", "aria-label": name, data: {key: `pop-${name}`}},
        drawGroups(list, menu),
        days && h("div", {class: "pair"}, days.map(drawDay)),
        h(
          "div",
          {class: "foot-row"},
          h("span", null),
          button("Done", "menu", {kind: "small", data: {menu: name, key: "done"}}),
        ),
      ),
  )
}

/** @type {(list: List, filter: ListMenu | ListSelect) => HTMLElement} */
const drawFilter = (list, filter) =>
  "choices" in filter
    ? drawSelect(filter.choices, {
        "aria-label": filter.label,
        data: {change: filter.isOrder ? "order" : "choice", name: filter.name, key: `filter-${filter.name}`},
      })
    : drawMenu(list, filter)

/** @param {List} list */
function drawNarrowed(list) {
  const parts = list.spec.narrowed?.(list.rows.shownHead(), list.place()) ?? []
  return (
    parts.length > 0 &&
    h(
      "div",
      {class: "narrowed", role: "group", "aria-label": "Filters of the list", data: {key: "narrowed"}},
      h("span", {"aria-hidden": "true"}, "only"),
      parts.map(({label, to}) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-label": `Remove the filter ${label}`,
            data: {act: "to", to: JSON.stringify(to), key: `only-${label}`},
          },
          h("bdi", null, label),
          h("span", {"aria-hidden": "true"}, "✕"),
        ),
      ),
      parts.length > 1 &&
        button("Clear all", "to", {
          kind: "link",
          data: {to: JSON.stringify(Object.assign({}, ...parts.map(({to}) => to), searched(list, ""))), key: "clear"},
        }),
    )
  )
}

/** @type {(list: List, text: string) => Route} */
const searched = ({spec}, text) => (spec.search ? {[spec.search.name]: text} : {})

/** The ways in which the rows can be shown. @param {List} list */
const drawDisplays = ({spec, place}) =>
  spec.displays &&
  h(
    "div",
    {class: "seg", role: "group", "aria-label": "Show", data: {key: "displays"}},
    spec
      .displays(place())
      .map(({label, on, to}) =>
        h(
          "button",
          {type: "button", "aria-pressed": String(on), data: {act: "part", to: JSON.stringify(to), key: label}},
          label,
        ),
      ),
  )

/** Return what stands between the title and the rows. @param {List} list @returns {any[]} */
export function drawFilters(list) {
  if (list.finding) return list.finding.draw()
  const {search, filters} = list.spec
  if (!search && !filters) return []
  const error = list.searchError()
  return [
    h(
      "div",
      {class: "bar finding", data: {key: "bar"}},
      search &&
        drawSearchField(list.place()[search.name] ?? "", Boolean(error), {
          role: "searchbox",
          "aria-label": search.label,
          placeholder: search.placeholder,
          data: {search: search.name, key: "search"},
        }),
      (filters?.(list.rows.shownHead(), list.place()) ?? []).map(each => drawFilter(list, each)),
      drawDisplays(list),
    ),
    error && h("p", {class: "complain danger", role: "alert", data: {key: "search-error"}}, error.message),
    drawNarrowed(list),
  ]
}

/** A search field in the details. @param {{name: string, label: string, placeholder: string, value: string, clears: string[]}} field */
export const detailsSearch = ({name, label, placeholder, value, clears}) =>
  h("input", {
    class: "select find",
    type: "search",
    value,
    placeholder,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    data: {search: name, clears: clears.join(" "), key: `search-${name}`},
  })

/** What a person types into the search fields of a list. The text is in the address, a moment after the last key. */
export class SearchTyping {
  timer = 0
  leads = false // the rows of this search get the focus

  /** @param {List} list */
  constructor(list) {
    this.list = list
  }

  /** @param {HTMLInputElement} field */
  type(field) {
    this.leads = false
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.apply(field), SEARCH_DELAY)
  }

  /** Show what the text of a field finds. @param {HTMLInputElement} field */
  apply(field) {
    clearTimeout(this.timer)
    const {search, clears} = field.dataset
    if (!this.list.isShown() || (place()[search] ?? "") === field.value) return
    if (clears === undefined) this.list.narrow({[search]: field.value}, {push: false})
    else go({...Object.fromEntries(clears.split(" ").map(name => [name, ""])), [search]: field.value}, {push: false})
  }

  /** @type {(field: HTMLInputElement, event: KeyboardEvent) => void} */
  press(field, event) {
    if (event.key === "Enter") {
      this.apply(field)
      this.leads = field.dataset.clears === undefined
      this.follow()
    } else if (event.key === "Escape" && field.value) {
      event.preventDefault()
      this.empty(field)
    } else if (event.key === "Escape") field.blur()
  }

  /** @param {HTMLInputElement} field */
  empty(field) {
    field.value = ""
    this.apply(field)
    field.focus()
  }

  /** Give the focus to the rows that Enter has asked for, once they are known. */
  follow() {
    if (!this.leads || !this.list.rows.isKnown()) return
    this.leads = false
    if (this.list.rows.shown().length) this.list.focusCursor()
  }
}
