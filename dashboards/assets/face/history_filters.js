// The filters of the history: type, states and days, and each of them as a part that can be removed.
import {stateOf} from "#face/frame.js"

const STATES = [
  "completed",
  "completed_with_errors",
  "interrupted",
  "cancelled",
  "failed",
  "rolled_back",
  "partly_rolled_back",
  "in_progress",
  "paused",
]
/** @type {Record<string, string>} */
const TYPES = {"": "All operations", write: "Writes", publish: "Publications", rollback: "Rollbacks"}
/** @type {Record<string, string>} */
const PRESETS = {"": "All time", today: "Today", week: "Last 7 days", month: "Last 30 days", year: "This year"}
/** @type {Record<string, number>} */
const DAYS_BACK = {today: 0, week: 6, month: 29}
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")

/** @typedef {import("#face/history.js").Head} Head */

/** @param {Route} place */
const statesOf = ({status = ""}) => status.split(",").filter(Boolean)

/** The arguments of the calls that list operations. @param {Route} place */
export const listed = ({q = "", status = "", type = "", error = "", since = "", until = ""}) => ({
  query: q,
  status: statesOf({status}),
  operation_type: type,
  error,
  since: since || null,
  until: until || null,
})

/** Return a day of the person as ISO text. @param {Date} day */
const isoDay = day =>
  [day.getFullYear(), String(day.getMonth() + 1).padStart(2, "0"), String(day.getDate()).padStart(2, "0")].join("-")

/** Return the first and the last day of a preset; "" for no limit. @type {(preset: string, today: Date) => {since: string, until: string}} */
export function daysOf(preset, today) {
  if (preset === "year") return {since: `${today.getFullYear()}-01-01`, until: isoDay(today)}
  if (!(preset in DAYS_BACK)) return {since: "", until: ""}
  const first = new Date(today.getFullYear(), today.getMonth(), today.getDate() - DAYS_BACK[preset])
  return {since: isoDay(first), until: isoDay(today)}
}

/** @param {string} [text] */
function dayName(text = "") {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (!MONTHS[Number(month) - 1]) return ""
  return `${Number(day)} ${MONTHS[Number(month) - 1]}${Number(year) === new Date().getFullYear() ? "" : ` ${year}`}`
}

/** Return the days of the list in words; "" for all. @param {Route} place */
export function daysInWords({since, until}) {
  const [first, last] = [dayName(since), dayName(until)]
  if (first && last) return first === last ? first : `${first} to ${last}`
  return first ? `from ${first}` : last && `until ${last}`
}

/** @type {(place: Route, name: string, on: boolean) => Route} */
const withState = (place, name, on) => ({
  status: [...statesOf(place).filter(each => each !== name), ...(on ? [name] : [])].join(","),
})

/** @type {(head: Head | undefined, place: Route) => ListMenu} */
function statusMenu(head, place) {
  const {type = ""} = place
  const chosen = statesOf(place)
  const {by_status: byStatus, by_type: byType} = head?.counts ?? {by_status: {}, by_type: {}}
  /** @type {Record<string, number>} */
  const totals = {"": Object.values(byType).reduce((sum, each) => sum + each, 0), ...byType}
  return {
    name: "Status",
    label: "Status",
    sign: chosen.length + (type ? 1 : 0),
    groups: [
      {
        label: "Type",
        options: Object.entries(TYPES).map(([id, label]) => ({
          ...{id, label, total: totals[id] ?? 0, on: id === type},
          to: {type: id},
        })),
      },
      {
        label: "Status",
        isMany: true,
        none: "No operation matches.",
        options: STATES.filter(name => byStatus[name] || chosen.includes(name)).map(name => ({
          ...{id: name, label: stateOf(name).text, total: byStatus[name] ?? 0, on: chosen.includes(name)},
          to: withState(place, name, !chosen.includes(name)),
        })),
      },
    ],
  }
}

/** @type {(place: Route, today: Date) => ListMenu} */
function dateMenu(place, today) {
  const {since = "", until = ""} = place
  return {
    name: "Date",
    label: daysInWords(place) || "Date",
    groups: [
      {
        label: "Days",
        options: Object.entries(PRESETS).map(([id, label]) => {
          const to = daysOf(id, today)
          return {id, label, on: to.since === since && to.until === until, to}
        }),
      },
    ],
    days: [
      {name: "since", label: "From day", value: since, max: until || null},
      {name: "until", label: "To day", value: until, min: since || null},
    ],
  }
}

/** @type {(head: Head | undefined, place: Route) => ListMenu[]} */
export const filtersOf = (head, place) => [statusMenu(head, place), dateMenu(place, new Date())]

/** @type {(head: Head | undefined, place: Route) => {label: string, to: Route}[]} */
export function narrowedBy(head, place) {
  const days = daysInWords(place)
  return [
    place.type && {label: (TYPES[place.type] ?? place.type).toLowerCase(), to: {type: ""}},
    ...statesOf(place).map(name => ({label: stateOf(name).text, to: withState(place, name, false)})),
    days && {label: days, to: {since: "", until: ""}},
    ...(head?.terms ?? []).map(({kind, label, rest}) => ({label, to: kind === "error" ? {error: ""} : {q: rest}})),
  ].filter(Boolean)
}
