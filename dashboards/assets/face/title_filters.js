// The filters of the films and series: what the address has of them, as arguments of calls, in words, and what is wrong.

/** @typedef {{facets: Record<string, {options: Values.TitleFacetValue[]}>, libraries: {library_id: number, name: string, kind: string}[]}} Known */

const SEVERAL = new Set(["genre", "tag", "actor", "director"]) // filters that take several values
const FLAGS = ["matched", "incomplete", "unpublished"]
/** @type {Record<string, string>} */
const LABELS = {
  kind: "Kind",
  genre: "Genre",
  year: "Year",
  rating: "Rating",
  actor: "Actor",
  director: "Director",
  state: "State",
  library: "Folder",
  tag: "Tag",
}
/** The menus, and the filters in each. @type {[label: string, names: string[]][]} */
const MENUS = [
  ["Kind", ["kind"]],
  ["Genre", ["genre"]],
  ["Year", ["year"]],
  ["Rating", ["rating"]],
  ["People", ["actor", "director"]],
  ["More", ["state", "library", "tag"]],
]
/** The filters of the address. @type {string[]} */
export const FILTERS = [...Object.keys(LABELS), ...FLAGS]
const KINDS = ["movie", "series", "season", "episode"]
const STATES = ["discovered", "identified", "enriched", "published", "ignored"]
const SORTS = {
  title: "By title",
  year: "Newest year first",
  rating: "Best rated first",
  added: "Newest files first",
  state: "By state",
}
const DISPLAYS = ["posters", "table"]
const DESCENDING = new Set(["year", "rating", "added"])
const YEARS = /^(\d{1,4}(-\d{0,4})?|-\d{1,4})$/
/** Filters with a button of their own: the value that it sets, and its words. @type {[name: string, value: string, label: string][]} */
const QUICK = [
  ["matched", "no", "Unmatched"],
  ["incomplete", "yes", "Incomplete series"],
  ["unpublished", "yes", "Unpublished"],
]
/** The words of a flag that no button has. @type {Record<string, string>} */
const OTHER_FLAGS = {matched: "Matched", incomplete: "Complete series", unpublished: "No unpublished change"}

/** @param {Route} place @param {string} name */
const valuesOf = (place, name) =>
  (SEVERAL.has(name) ? (place[name] ?? "").split("|") : [place[name] ?? ""]).filter(Boolean)

/** @type {(noun: string, known: string[]) => (text: string) => string} */
const oneOf = (noun, known) => text =>
  known.includes(text) ? "" : `There is no ${noun} “${text.slice(0, 40)}”. Choose one of: ${known.join(", ")}.`

/** @param {string} name */
const flag = name => (/** @type {string} */ text) =>
  ["yes", "no"].includes(text)
    ? ""
    : `The filter “${name[0].toUpperCase()}${name.slice(1)}” is yes or no, not “${text.slice(0, 40)}”.`

/** Why the text of the address is no value of a filter; "" if it is one. @type {Record<string, (text: string, known: Known | undefined) => string>} */
const CHECKS = {
  kind: oneOf("kind", KINDS),
  state: oneOf("state", STATES),
  sort: oneOf("sort key", ["title", "year", "state", "rating", "added"]),
  show: oneOf("view", DISPLAYS),
  year: text =>
    YEARS.test(text) ? "" : `“${text.slice(0, 40)}” is neither a year nor a range of years, such as 1994 or 1990-1999.`,
  rating: text =>
    /^\d+$/.test(text) && Number(text) <= 10 ? "" : `A rating is a number from 0 to 10, not “${text.slice(0, 40)}”.`,
  library: (text, known) =>
    !known || known.libraries.some(({library_id: id}) => String(id) === text)
      ? ""
      : `There is no library folder ${text.slice(0, 40)}.`,
  ...Object.fromEntries(FLAGS.map(name => [name, flag(name)])),
}

/** Return what is wrong in the address, by the names of its values. @type {(place: Route, known: Known | undefined) => Record<string, string>} */
export function problemsOf(place, known) {
  const found = Object.entries(CHECKS).map(([name, check]) => [name, place[name] ? check(place[name], known) : ""])
  return Object.fromEntries(found.filter(([, problem]) => problem))
}

/** Return the address without what is wrong. @type {(place: Route, known: Known | undefined) => Route} */
function checked(place, known) {
  const wrong = problemsOf(place, known)
  return Object.fromEntries(Object.entries(place).filter(([name]) => !wrong[name]))
}

/** Return changes of the address, which also remove what is wrong. @type {(place: Route, known: Known | undefined, changes: Route) => Route} */
const changed = (place, known, changes) => ({
  ...Object.fromEntries(Object.keys(problemsOf(place, known)).map(name => [name, ""])),
  ...changes,
})

/** Return the filters as the calls that list titles take them. @type {(place: Route, known: Known | undefined) => any} */
export function listed(place, known) {
  const own = checked(place, known)
  const {q: query = "", kind = "", state = "", library, year = "", rating} = own
  return {
    ...{query, kind, state, year},
    library_id: library ? Number(library) : null,
    rating: rating ? Number(rating) : null,
    ...Object.fromEntries([...SEVERAL].map(name => [name, valuesOf(own, name)])),
    ...Object.fromEntries(FLAGS.map(name => [name, own[name] ? own[name] === "yes" : null])),
  }
}

/** Return the order of the list. @type {(place: Route) => {sort: string, descending: boolean}} */
export function orderOf(place) {
  const {sort = "title"} = checked(place, undefined)
  return {sort, descending: DESCENDING.has(sort)}
}

/** @param {Route} place */
export const hasTable = ({show}) => show === "table"

/** Return whether a search or a filter is set. @type {(place: Route, known: Known | undefined) => boolean} */
export function isNarrowed(place, known) {
  const own = checked(place, known)
  return ["q", ...FILTERS].some(name => own[name])
}

/** Return the address of all titles. @returns {Route} */
export const cleared = () => Object.fromEntries(["q", ...FILTERS].map(name => [name, ""]))

/** @type {(name: string, value: string, known: Known | undefined) => string} */
function wordOf(name, value, known) {
  if (name === "library") return known?.libraries.find(({library_id: id}) => String(id) === value)?.name ?? value
  if (name === "rating") return `rated ${value} and more`
  return known?.facets[name]?.options.find(each => each.value === value)?.label ?? value
}

/** @type {(place: Route, name: string, value: string, isOn: boolean) => Route} */
function withValue(place, name, value, isOn) {
  if (!SEVERAL.has(name)) return {[name]: isOn ? value : ""}
  const others = valuesOf(place, name).filter(each => each !== value)
  return {[name]: [...others, ...(isOn ? [value.replace("|", " ")] : [])].join("|")}
}

/** The values of a filter: the chosen ones that no title has come first. @type {(place: Route, known: Known | undefined, name: string, facet: {options: Values.TitleFacetValue[]}) => ListOptions} */
function groupOf(place, known, name, {options}) {
  const chosen = valuesOf(place, name)
  const missing = chosen.filter(each => options.every(({value}) => value !== each))
  const rows = [
    ...missing.map(value => ({value, label: wordOf(name, value, known), titles: 0})),
    ...options.map(({value, label, titles}) => ({value, label, titles})),
  ]
  return {
    label: LABELS[name],
    isMany: true,
    none: "No title has one.",
    options: rows.map(({value, label, titles}) => ({
      ...{id: value, label, total: titles, on: chosen.includes(value)},
      to: changed(place, known, withValue(place, name, value, !chosen.includes(value))),
    })),
  }
}

/** The name of a filter for the library. @param {string} name */
const keyOf = name => (name === "library" ? "library_id" : name)

/** @type {(place: Route, known: Known | undefined) => (ListMenu | ListSelect)[]} */
export function filtersOf(place, known) {
  const own = checked(place, known)
  const menus = MENUS.map(([label, names]) => {
    const keys = names.map(keyOf)
    return /** @type {ListMenu} */ ({
      name: `Filter by ${label.toLowerCase()}`,
      label,
      sign: names.flatMap(name => valuesOf(own, name)).length,
      reads: [
        "titles.facets",
        {keys, ...listed(place, known)},
        Object.fromEntries(keys.map(key => [key, {options: 1}])),
      ],
      groupsOf: found => names.map(name => groupOf(own, known, name, found[keyOf(name)])),
    })
  })
  const {sort} = orderOf(place)
  const choices = Object.entries(SORTS).map(([value, label]) => ({
    ...{value: value === "title" ? "" : value, label, on: value === sort},
  }))
  return [...menus, {label: "Order", name: "sort", isOrder: true, choices}]
}

/** Each part of the search and the filters, with the address without it. @type {(place: Route, known: Known | undefined) => {label: string, to: Route}[]} */
export function narrowedBy(place, known) {
  const own = checked(place, known)
  const parts = FILTERS.filter(name => !FLAGS.includes(name)).flatMap(name =>
    valuesOf(own, name).map(value => ({
      label: wordOf(name, value, known),
      to: changed(place, known, withValue(own, name, value, false)),
    })),
  )
  const flags = FLAGS.filter(name => own[name] && QUICK.every(([key, value]) => key !== name || own[name] !== value))
  return [
    ...parts,
    ...flags.map(name => ({label: OTHER_FLAGS[name], to: changed(place, known, {[name]: ""})})),
    ...(own.q ? [{label: `“${own.q}”`, to: changed(place, known, {q: ""})}] : []),
  ]
}

/** The filters with a button of their own, and their numbers. @type {(place: Route, known: Known) => ListChip[]} */
export const quickFilters = (place, known) =>
  QUICK.map(([name, value, label]) => {
    const on = place[name] === value
    const total = known.facets[name].options.find(each => each.value === value)?.titles ?? 0
    return {id: name, label, total, on, to: changed(place, known, {[name]: on ? "" : value})}
  }).filter(({id, total, on}) => id !== "unpublished" || total || on)
