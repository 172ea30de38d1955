// Parts of the plan's header that only draw: the risk levels, the description of the search, the order, and messages.
import {h} from "#face/dom.js"
import {stored} from "#face/local_storage.js"
import {button, chip, iconButton} from "#face/widgets.js"
import {count} from "#face/wording.js"

export const isDense = () => stored("indexium.dense") === "1"

/** @type {(error: SearchErrorView, query: string) => HTMLElement} */
export function drawError({message, position, word}, query) {
  const letters = [...query]
  const before = letters.slice(0, position).join("")
  const rest = letters.slice(position).join("")
  return h(
    "div",
    {class: "complain danger", role: "alert", id: "complaint", data: {key: "complaint"}},
    message,
    word && rest.startsWith(word) && h("code", null, before, h("mark", null, word), rest.slice(word.length)),
  )
}

/** @param {string} text */
export const drawProblem = text =>
  h(
    "div",
    {class: "complain warning", role: "alert", data: {key: "problem"}},
    text,
    " The list is not up to date. ",
    button("Try again", "retry", {kind: "link"}),
  )

/** @type {(text: string, place: number, query: string) => HTMLElement} */
const drawPart = (text, place, query) =>
  h(
    "button",
    {
      type: "button",
      class: "term",
      "aria-label": `Remove ${text}`,
      title: "Remove this from the search",
      data: {act: "drop", place, query, key: `${place}${text}`},
    },
    h("bdi", null, text),
    h("span", {"aria-hidden": "true"}, "✕"),
  )

/** @param {SearchView} search */
const drawActs = ({review, safe, skipped, brings_back: postponed}) => {
  const link = {kind: "link"}
  const title = "All safe files of this search, without its risk filter"
  const stopSkipping = postponed === 1 ? "Stop skipping" : `Stop skipping all ${count(postponed)}`
  return [
    review > 0 && button(`Review danger (${count(review)})`, "review", link),
    safe > 0 && button(`Select all safe (${count(safe)})`, "select_safe", {...link, title}),
    safe > 0 && button("Write all safe…", "write_safe", {...link, data: {waits: ""}}),
    postponed > 0 && button(stopSkipping, "stop_skipping", link),
    skipped > 0 && button(`${count(skipped)} skipped`, "skipped", link),
  ]
    .filter(Boolean)
    .flatMap((act, index) => (index ? [h("span", {"aria-hidden": "true"}, "·"), act] : [act]))
}

/** @param {ReviewProgressView} review */
export const drawReview = ({left, title, text}) =>
  h(
    "div",
    {class: "reviewing", role: "group", "aria-label": "Review", data: {key: "reviewing"}},
    h("p", {role: "status"}, chip(left ? "danger" : "safe", title), h("span", {class: "how"}, text)),
    left > 0 && button("Next", "next_danger", {kind: "small", key: "d", data: {key: "next"}}),
    button(left ? "End review" : "Done", "end_review", {kind: `small ${left ? "quiet" : "primary"}`}),
  )

/** The header before its first view. */
export const drawLoading = () => [
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", null, "Plan"),
    h("p", {class: "bone line", role: "status"}, h("span", {class: "vh"}, "reading the plan")),
  ),
  h(
    "div",
    {class: "chips levels-line", "aria-hidden": "true"},
    [180, 240, 210, 200].map(width => h("div", {class: "stat bone", style: {width: `${width}px`}})),
  ),
  h("div", {class: "search", "aria-hidden": "true"}),
  h("div", {class: "under", "aria-hidden": "true"}, h("div", {class: "meaning"})),
]

/** @param {SearchView} search */
export const drawMeaning = search => {
  const {parts, shown, meaning, found} = search
  return h(
    "div",
    {class: "meaning", data: {key: "meaning"}},
    h("p", {class: "line", data: {key: "acts"}}, drawActs(search)),
    parts.length > 0 && h("span", {class: "sep", "aria-hidden": "true", data: {key: "sep"}}, "|"),
    h("p", {class: "vh", id: "meaning", "aria-live": "polite", data: {key: "meaning"}}, meaning),
    parts.length > 0 &&
      h(
        "div",
        {class: "line", data: {key: "parts"}},
        h("span", {"aria-hidden": "true"}, "shown:"),
        parts.map((text, place) => drawPart(text, place, shown)),
        h("span", {"aria-hidden": "true", class: "found"}, found),
      ),
  )
}

/** @param {SortView} sort */
export const drawSort = ({key, descending, order, reversed, options}) =>
  h(
    "div",
    {class: "sorter", data: {key: "sorter"}},
    h(
      "label",
      null,
      h("span", null, "Sort"),
      h(
        "select",
        {class: "select", "aria-label": "Sort", value: key, data: {change: "sort", key: "by"}},
        options.map(([value, label]) => h("option", {value, selected: value === key}, label)),
      ),
    ),
    iconButton(
      descending ? "↓" : "↑",
      `${order}; turn to ${reversed}`,
      {act: "turn", sort: key, descending: descending ? "" : "1", key: "turn"},
      {title: `${order} (click: ${reversed})`},
    ),
    iconButton(
      "≡",
      "Narrow rows",
      {act: "dense", key: "dense"},
      {class: "icon close-rows", "aria-pressed": String(isDense()), title: "Narrow rows"},
    ),
  )
