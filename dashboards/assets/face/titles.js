// Films and series: posters or a table, with filters, the titles that are selected, and the state of look-ups.
import {List} from "#face/list.js"
import {visit} from "#face/address.js"
import {call, read} from "#face/calls.js"
import {h} from "#face/dom.js"
import {toast} from "#face/frame.js"
import {forgetMissing} from "#face/images.js"
import {
  FILTERS,
  cleared,
  filtersOf,
  hasTable,
  isNarrowed,
  listed,
  narrowedBy,
  orderOf,
  problemsOf,
  quickFilters,
} from "#face/title_filters.js"
import {TITLE_NEWS, notePictures, posterOf} from "#face/title_pictures.js"
import {picturesQuestion, ruleOf, toldValues, valuesQuestion} from "#face/title_questions.js"
import {count, plural} from "#face/wording.js"

const ROW = {
  ...{id: 1, entity_type: 1, title: 1, name: 1, year: 1, country: 1, rating: 1, genres: 1, series_id: 1},
  ...{kind_name: 1, state_label: 1, size_text: 1, initials: 1},
  ...{is_matched: 1, is_incomplete: 1, is_unpublished: 1},
}
const JOB = {
  id: 1,
  title: 1,
  status: 1,
  progress_current: 1,
  progress_total: 1,
  error_message: 1,
  summary: 1,
  has_ended: 1,
}
const FACETS = ["kind", "state", "matched", "incomplete", "unpublished"]
/** The words for several titles of a kind. @type {Record<string, string>} */
const MANY = {movie: "films", series: "series", season: "seasons", episode: "episodes"}
const MOST_GENRES = 3
/** What a folder may hold. @type {{value: string, label: string}[]} */
const FOLDER_KINDS = [
  {value: "movies", label: "Films"},
  {value: "series", label: "Series"},
  {value: "mixed", label: "Films and series"},
  {value: "educational", label: "Courses and lectures"},
  {value: "other", label: "Other videos"},
  {value: "home", label: "Home videos: nothing is identified"},
]

/**
 * @typedef {Pick<Values.TitleItem, "id" | "entity_type" | "title" | "name" | "year" | "country" | "rating" | "genres" | "series_id" | "kind_name" | "state_label" | "size_text" | "initials" | "is_matched" | "is_incomplete" | "is_unpublished">} Row
 * @typedef {Pick<Values.Job, "id" | "title" | "status" | "progress_current" | "progress_total" | "error_message" | "summary" | "has_ended">} Job
 * @typedef {import("#face/title_filters.js").Known & {
 *   providers: (Pick<Values.ProviderStatus, "is_on" | "needs_action" | "state"> & {plain_reason: string})[], jobs: {items: Job[]},
 *   counts: Record<string, number>, due: Pick<Values.DueTitles, "titles" | "videos" | "names_text" | "reason">,
 *   notices: Values.ProviderNotice[]}} Head
 */

// What a title shows.

/** @param {Row} row */
const href = ({id}) => `/titles/${id}`

/** @param {Row} row */
const nameOf = ({title}) => title || "Without a title"

/** @param {Row} row */
const yearOf = ({country, year}) => [country, year].filter(Boolean).join(" · ")

/** @param {Row} row */
const ratingOf = ({rating}) => (rating ? rating.toFixed(1) : "")

/** @param {Row} row */
const notesOf = ({entity_type: kind, is_matched: isMatched, is_incomplete: isIncomplete}) =>
  [!isMatched && ["movie", "series"].includes(kind) && "unmatched", isIncomplete && "incomplete"].filter(Boolean)

/** @param {Row} row */
export function tileOf(row) {
  const notes = notesOf(row)
  return {
    poster: posterOf(row),
    initials: row.initials,
    marks: [
      notes.length > 0 && {text: notes.join(" · ")},
      row.is_unpublished && {text: "unpublished", kind: "low", title: "It has changes that are not published"},
    ].filter(Boolean),
  }
}

/** The line below the poster of a title. @param {Row} row */
export const lineOf = row =>
  [row.rating && `★ ${ratingOf(row)}`, yearOf(row), row.entity_type === "movie" ? row.genres[0] : row.size_text]
    .filter(Boolean)
    .join(" · ")

// Look-ups.

/** @type {Set<number>} */
const followed = new Set() // jobs that this tab has seen before their end

/** Return the jobs that run, and the newest that has ended while it was followed. @type {(jobs: Job[]) => {running: Job[], ended: Job | undefined}} */
export function followJobs(jobs) {
  const running = jobs.filter(each => !each.has_ended)
  if (followed.size && !running.length) forgetMissing() // a look-up may have fetched pictures
  for (const {id} of running) followed.add(id)
  return {running, ended: jobs.find(each => each.has_ended && followed.has(each.id))}
}

/** Follow a job that a person has started, and say so. @param {Job} job */
function startedJob({id, title}) {
  followed.add(id)
  return {text: `${title}: it runs in the background.`, kind: /** @type {const} */ ("info")}
}

/** @param {Job} job */
function drawProgress({id, title, progress_current: done, progress_total: total}) {
  const text = `${title}: ${total ? `${count(done)} of ${plural(total, "file")}` : "starts"}`
  const share = total ? Math.min(100, Math.round((100 * done) / total)) : null
  return h(
    "div",
    {class: "running", role: "status", data: {key: `job${id}`}},
    h("span", null, text),
    h(
      "span",
      {class: "line", role: "progressbar", "aria-label": text, "aria-valuenow": share},
      h("i", {style: {width: `${share ?? 0}%`}}),
    ),
  )
}

/** @param {Job} job */
function drawResult({title, error_message: error, summary, status}) {
  const text = String(error || summary.message || status)
  const left = Number(summary.unmatched ?? 0)
  return h(
    "p",
    {class: "running", role: "status", data: {key: "result"}},
    h(
      "span",
      null,
      `${title}: ${text.replace(/\.$/, "")}. `,
      left > 0 &&
        h("a", {class: "btn link", href: "/titles/decide?show=none"}, `Show the ${count(left)} without a match`),
    ),
  )
}

/** Why nothing can be looked up; "" if a provider is on, or no title is known. @param {Head} head */
export function noticeOf(head) {
  const {providers} = head
  if (!totalOf(head) || providers.some(each => each.is_on)) return ""
  const broken = providers.find(each => each.needs_action || each.state === "paused") ?? providers[0]
  return broken ? `No provider is asked for plots, casts and posters. ${broken.plain_reason}` : ""
}

/** The number of films and series. @param {Head} head */
const totalOf = ({facets}) => facets.kind.options.reduce((sum, {titles}) => sum + titles, 0)

/** @param {Head} head */
const canLookUp = ({due, jobs}) => due.titles > 0 && !due.reason && jobs.items.every(each => each.has_ended)

/** @type {(head: Head | undefined, place: Route) => Child[]} */
function drawParts(head, place) {
  if (!head) return []
  const {running, ended} = followJobs(head.jobs.items)
  const problems = Object.values(problemsOf(place, head))
  const notice = noticeOf(head)
  return [
    problems.length > 0 &&
      h("p", {class: "complain danger", role: "alert", data: {key: "problem"}}, problems.join(" ")),
    notice &&
      h(
        "p",
        {class: "why providers-off", data: {key: "notice"}},
        `${notice} `,
        h("a", {class: "btn link", href: "/settings"}, "Open the settings"),
      ),
    canLookUp(head) &&
      h(
        "details",
        {class: "running", data: {key: "due"}},
        h("summary", null, "Which titles are looked up"),
        h("p", {dir: "auto"}, head.due.names_text),
      ),
    ...running.map(drawProgress),
    ended && drawResult(ended),
  ]
}

/** @param {Head | undefined} head */
const drawAttribution = head =>
  h(
    "footer",
    {class: "attribution", data: {key: "attribution"}},
    head?.notices.map(({text, href: address}) =>
      h(
        "p",
        null,
        `${text} `,
        address && h("a", {href: address, target: "_blank", rel: "noreferrer"}, address.replace("https://", "")),
      ),
    ),
  )

// The head.

/** @type {(head: Head, place: Route) => string} */
export function summaryOf(head, place) {
  const total = totalOf(head)
  if (place.kind || place.state === "ignored") return `of ${plural(total, "film or series", "films and series")}`
  const parts = head.facets.kind.options.map(({value, titles}) => `${count(titles)} ${MANY[value]}`)
  return [isNarrowed(place, head) && `of ${count(total)}`, ...parts].filter(Boolean).join(" · ")
}

/** What leads to the pages below the titles. @type {(head: Head | undefined) => ListLink[]} */
function linksOf(head) {
  if (!head) return []
  const open = (head.counts.open ?? 0) + (head.counts.maybe ?? 0)
  /** @type {Values.PublishOffer & {label: string} | undefined} */
  const offer = read(["publications.offer", {}, {is_on: 1, titles: 1, label: 1}], NEWS).value
  const isDone = offer?.is_on && !offer.titles
  return [
    open
      ? {label: "To decide", sign: count(open), href: "/titles/decide", kind: "small primary"}
      : {label: "Nothing to decide", href: "/titles/decide", kind: "small done"},
    offer && {label: offer.label, href: PUBLISH, kind: isDone ? "small done" : "small"},
  ].filter(Boolean)
}

const PUBLISH = "/titles/publish?ask=1"

const NEWS = [
  ...TITLE_NEWS,
  ...["publications:changed", "publish:completed", "rollback:completed", "scan:completed"],
  ...["identify:completed", "enrich:completed", "matches:changed"],
]

// Actions.

/** @param {{id: number}[]} rows */
const idsOf = rows => rows.map(({id}) => id)

/** Show the publications of some titles, selected. @param {Row[]} rows */
async function publish(rows) {
  const addresses = await call("publications.addresses_of", {title_ids: idsOf(rows)})
  if (addresses.length) return visit(`/titles/publish?${new URLSearchParams({pick: addresses.join("|")})}`)
  const {is_on: isOn} = await call("publications.offer")
  if (isOn) toast("There is nothing to publish for the selected titles.", {kind: "info"})
  else visit(PUBLISH)
}

/** @type {ListAction<Row, Head>[]} */
const ACTIONS = [
  {
    act: "look-up-all",
    needs: "enrichment.schedule_library_enrichment",
    where: "head",
    label: (_row, _place, {due}) => `Look up ${plural(due.titles, "title")} (${plural(due.videos, "file")})`,
    does: "look titles up",
    keeps: true,
    when: (_row, _place, head) => Boolean(head && canLookUp(head)),
    call: () => ["enrichment.schedule_library_enrichment", {}],
    done: startedJob,
  },
  {
    act: "look-up-selected",
    where: "bar",
    needs: "enrichment.schedule_titles",
    label: (_row, _place, _head, selected) => `Look up ${plural(selected, "title")}`,
    isPrimary: true,
    keeps: true,
    when: (_row, _place, head) => Boolean(head?.providers.some(each => each.is_on)),
    call: rows => ["enrichment.schedule_titles", {title_ids: idsOf(rows), force: true}],
    done: startedJob,
  },
  {
    act: "plan-values",
    where: "bar",
    needs: "titles.plan_values",
    label: "Plan values…",
    keeps: true,
    asks: rows => valuesQuestion(idsOf(rows)),
    call: rows => ["titles.plan_values", {title_ids: idsOf(rows)}],
    done: toldValues,
  },
  {
    act: "choose-pictures",
    where: "bar",
    needs: "picture_selection.apply",
    label: "Choose pictures…",
    keeps: true,
    asks: rows => picturesQuestion(idsOf(rows)),
    call: (rows, answers) => ["picture_selection.apply", {title_ids: idsOf(rows), rule: ruleOf(answers)}],
    done({step_id: undo, titles, summary}, rows) {
      notePictures(idsOf(rows))
      return {text: summary, undo, kind: titles ? "good" : "info"}
    },
  },
  {
    act: "publish-selected",
    where: "bar",
    needs: "publications.start",
    label: "Publish…",
    keeps: true,
    run: publish,
  },
  {
    act: "set-kind",
    needs: "inventory.set_kind",
    where: "empty",
    label: "Set what a folder holds",
    asks: (_rows, _place, {libraries}) => ({
      title: "What a folder holds",
      fields: [
        {
          name: "folder",
          kind: "select",
          label: "Folder",
          value: String(libraries[0].library_id),
          choices: libraries.map(({library_id: id, name}) => ({value: String(id), label: name})),
        },
        {name: "kind", kind: "select", label: "It holds", value: "home", choices: FOLDER_KINDS},
      ],
      confirm: "Save",
      lasts: "text",
    }),
    call: (_, {folder, kind}) => ["inventory.set_kind", {library_id: Number(folder), kind}],
    done: () => "Identify its titles next: it needs no network.",
  },
  {
    act: "library",
    where: "empty",
    label: "Open the library",
    run: () => visit("/library?show=folders"),
  },
  {
    act: "identify-titles",
    needs: "titles.identify",
    where: "empty",
    label: "Identify titles",
    asks: () => ({title: "Identify titles", confirm: "Identify titles", lasts: "text"}),
    call: () => ["titles.identify", {}],
    done: startedJob,
  },
]

/** @type {(place: Route, head: Head | undefined) => {title: string, text: string, act?: string, acts?: LeadingButton[]}} */
function emptyOf(place, head) {
  if (!head || (isNarrowed(place, head) && totalOf(head)))
    return {
      title: "No title matches these filters",
      text: "Remove a filter, or search for other words.",
      acts: [{label: "Clear all filters", act: "to", to: cleared()}],
    }
  if (head.libraries.every(({kind}) => kind === "home")) {
    const isEmpty = head.libraries.length === 0
    return {
      title: "No folder holds films or series",
      text: isEmpty
        ? "Add a folder first. Its films and series appear here after its first scan."
        : "Home videos are not identified. A folder with films, series or courses needs this kind. Then its titles appear on this page.",
      act: isEmpty ? "" : "set-kind",
      acts: [{label: "Open the library", act: "library"}],
    }
  }
  if (head.jobs.items.some(each => !each.has_ended))
    return {title: "Titles are being identified", text: "They appear here as soon as they are known."}
  return {
    title: "No title is identified yet",
    text: "An identification reads the names, tags and NFO files of your videos. It needs no network.",
    act: "identify-titles",
  }
}

/** @type {ListSpec<Row, Head>} */
export const titles = {
  page: "titles",
  noun: "title",
  id: "id",
  perPage: 60,
  sheets: ["titles.css"],
  news: NEWS,
  live: {parts: ["jobs"], news: ["job:changed", "identify:progress", "enrich:progress"], pace: () => 0},
  head: () => ({
    facets: ["titles.facets", {keys: FACETS}, Object.fromEntries(FACETS.map(key => [key, {options: 1}]))],
    libraries: ["inventory.list", {}, {library_id: 1, name: 1, kind: 1}],
    providers: ["providers.status", {}, {is_on: 1, needs_action: 1, state: 1, plain_reason: 1}],
    jobs: ["jobs.list", {kinds: ["identify", "enrich"], per_page: 20}, {items: JOB}],
    counts: ["matches.counts", {}],
    due: ["enrichment.due", {}, {titles: 1, videos: 1, names_text: 1, reason: 1}],
    notices: ["providers.notices", {}],
  }),
  read: (place, perPage, head) =>
    place.library && !head // whether there is such a folder is in the head
      ? null
      : [
          "titles.list",
          {...listed(place, head), ...orderOf(place), page: Number(place.page), per_page: perPage},
          {items: ROW, total: 1, page: 1},
        ],
  title: (head, total) => (total === undefined || (head && isBare(head, {})) ? "Titles" : plural(total, "title")),
  summary: (head, _total, place) => (head ? summaryOf(head, place) : ""),
  links: linksOf,
  chips: (head, place) => quickFilters(place, head),
  search: {name: "q", label: "Search the titles", placeholder: "Title, series or tag …"},
  filters: (head, place) => filtersOf(place, head),
  narrowed: (head, place) => narrowedBy(place, head),
  displays: place => [
    {label: "Posters", on: !hasTable(place), to: {show: ""}},
    {label: "Table", on: hasTable(place), to: {show: "table"}},
  ],
  hasTiles: place => !hasTable(place),
  isBare,
  parts: drawParts,
  foot: drawAttribution,
  name: ({name}) => name,
  href,
  lasting: {
    can: () => true,
    knows: () => null,
    all: place => ["titles.ids", {...listed(place, undefined), ...orderOf(place)}],
    able: (_, total) => total,
    text: chosen => ({title: chosen.length ? `${plural(chosen.length, "title")} selected` : "", note: ""}),
  },
  columns: [
    {kind: "poster", width: "auto", only: "tiles", value: tileOf},
    {
      kind: "name",
      width: "auto",
      only: "tiles",
      value: row => ({title: nameOf(row), href: href(row), below: lineOf(row)}),
    },
    {
      kind: "poster",
      width: "32px",
      only: "rows",
      phone: "start",
      value: row => ({...tileOf(row), marks: []}),
    },
    {
      kind: "name",
      width: "minmax(150px, 1.6fr)",
      only: "rows",
      phone: "first",
      head: "Title",
      value: row => ({title: nameOf(row), href: href(row)}),
    },
    {kind: "text", width: "72px", only: "rows", head: "Kind", value: ({kind_name: kind}) => kind},
    {kind: "number", width: "90px", only: "rows", phone: "end", head: "Year", value: yearOf},
    {kind: "number", width: "56px", only: "rows", head: "Rating", value: ratingOf},
    {
      kind: "text",
      width: "minmax(90px, 1fr)",
      only: "rows",
      head: "Genres",
      value: ({genres}) => genres.slice(0, MOST_GENRES).join(", "),
    },
    {kind: "text", width: "140px", only: "rows", head: "Files", value: ({size_text: size}) => size},
    {
      kind: "text",
      width: "140px",
      only: "rows",
      phone: "below",
      head: "State",
      value: row => ({
        text: row.state_label,
        below: [...notesOf(row), row.is_unpublished && "unpublished"].filter(Boolean).join(" · "),
      }),
    },
  ],
  actions: ACTIONS,
  empty: emptyOf,
}

/** @type {(head: Head | undefined, place: Route) => boolean} */
function isBare(head, place) {
  return Boolean(head) && !totalOf(head) && !["q", ...FILTERS].some(name => place[name])
}

/** @param {HTMLElement} host */
export const makePage = host => new List(titles, host)
