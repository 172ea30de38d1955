// The pictures of the library: all files as a wall of tiles or as a table.
import {PicturesPage} from "#face/pictures_page.js"
import {visit} from "#face/address.js"
import {editFiles} from "#face/edit_files.js"
import {FILE_ACTIONS} from "#face/file_actions.js"
import {fileReads, fileReadsLater, FileDetails} from "#face/file_details.js"
import {toast} from "#face/frame.js"
import {drawLibrarySwitch} from "#face/library_switch.js"
import {ratingOf} from "#face/pictures_rows.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/pictures_page.js").Files} Files */
/** @typedef {Pick<Values.MediaOverview, "list_id" | "query" | "sort" | "total" | "offline" | "sections" | "months" | "parts" | "chosen" | "numbers" | "contents" | "people_text">} Overview */
/** @typedef {{overview: Overview, everything: number, scan: object | null, folders: {name: string, state: string}[]}} Head */

const MOST_NAMED = 5000 // files that a search of the plan names by id
const OVERVIEW = {
  ...{list_id: 1, query: 1, sort: 1, total: 1, offline: 1, sections: 1, months: 1, chosen: 1, contents: 1},
  ...{people_text: 1, parts: 1, numbers: {label: 1, files: 1, is_chosen: 1, turned: 1}},
}
const ROW = {
  ...{file_id: 1, file_name: 1, row_tags: 1, risk_level: 1, postponed: 1, comment_mode: 1},
}
const REPORT = {text: 1, step_id: 1, unsupported: 1, unsupported_text: 1}
/** @type {Record<string, string>} */
const SORTS = {
  newest: "Newest first",
  oldest: "Oldest first",
  name: "By name",
  rating: "Best rated first",
  largest: "Largest first",
}
/** The filters: keys of the search whose values are counted. @type {[key: string, label: string][]} */
const FACETS = [
  ["type", "Type"],
  ["dated", "Year"],
  ["rating", "Rating"],
  ["person", "Person"],
  ["camera", "Camera"],
]

/** @param {Route} place */
const sortOf = ({sort = "newest"}) => (sort in SORTS ? sort : "newest")

/** @type {(key: string, label: string, query: string, overview: Overview | undefined) => ListMenu} */
const facetMenu = (key, label, query, overview) => ({
  name: `Filter by ${label.toLowerCase()}`,
  label,
  sign: overview?.chosen[key],
  reads: ["media.facet", {key, query, plan: {}}, {value: 1, label: 1, files: 1, is_chosen: 1, turned: 1}],
  groupsOf: values => [
    {
      label,
      isMany: true,
      none: "No file has a value.",
      options: values.map(
        (/** @type {Values.MediaFacetValue} */ {value, label: text, files, is_chosen: on, turned}) => ({
          ...{id: value, label: text, total: files, on},
          to: {q: turned},
        }),
      ),
    },
  ],
})

/** @type {(query: string) => ListMenu} */
const viewsMenu = query => ({
  name: "Saved views",
  label: "Saved views",
  reads: ["views.list", {}, {view_id: 1, name: 1, query: 1}],
  groupsOf: views => [
    {
      label: "Saved views",
      none: "The plan saves searches as views.",
      options: views.map((/** @type {Values.SavedView} */ view) => ({
        id: String(view.view_id),
        label: view.name,
        on: view.query === query,
        to: {q: view.query},
      })),
    },
  ],
})

/** @type {(head: Head | undefined, place: Route) => (ListMenu | ListSelect)[]} */
const filtersOf = (head, place) => [
  ...FACETS.map(([key, label]) => facetMenu(key, label, place.q ?? "", head?.overview)),
  viewsMenu(place.q ?? ""),
  {
    label: "Order",
    name: "sort",
    isOrder: true,
    choices: Object.entries(SORTS).map(([value, label]) => ({value, label, on: value === sortOf(place)})),
  },
]

/** Return what a decision about ratings did, and in which files it is not possible. @type {(report: Values.DecisionReport, files: Files[]) => Told} */
function toldOf({text, step_id: undo, unsupported, unsupported_text: where}, [{tile}]) {
  const why = tile ? `${tile.file_ext.toUpperCase()} files have no place for it.` : "the container cannot store it."
  return {text: unsupported ? `${text} ${where}: ${why}` : text, undo}
}

/** Show files on the page of the plan. @type {(files: Files, search: string | null) => void} */
function showInPlan({ids}, search) {
  if (search === null && ids.length > MOST_NAMED) {
    const few = `Select at most ${count(MOST_NAMED)} files one by one`
    toast(`${few}, or find the files with a search and select all of them.`, {kind: "info"})
    return
  }
  const q = search ?? `id:${ids.join(",")}`
  visit(q ? `/plan?${new URLSearchParams({q})}` : "/plan")
}

/** @type {ListAction<Files, Head>[]} */
const ACTIONS = [
  {
    act: "rate",
    needs: "decisions.set_fields",
    where: "field",
    label: "Rate",
    keeps: true,
    want: REPORT,
    call: ([{ids}], {stars}) => ["decisions.set_fields", {target: ids, values: {rating: stars ? String(stars) : ""}}],
    shows: (_, {stars}) => ({...ratingOf(stars), shown_values: {rating: stars ? String(stars) : ""}}),
    done: toldOf,
  },
  {
    act: "favourite",
    needs: "decisions.set_fields",
    where: "field",
    label: "Favourite",
    keeps: true,
    want: REPORT,
    call: ([{ids}], {wanted}) => ["decisions.set_fields", {target: ids, values: {favorite: wanted ? "yes" : "no"}}],
    shows: (_, {wanted}) => (wanted ? ratingOf(5) : {favorite: false}),
    done: toldOf,
  },
  {
    act: "edit-many",
    needs: "decisions.change_people",
    where: "field",
    label: "Edit…",
    run: ([{ids}], _place, _head, {tab}) =>
      editFiles(
        ids.map(id => ({id})),
        tab,
      ),
  },
  {
    act: "plan",
    where: "field",
    label: "Plan",
    run: ([files], _place, _head, {search}) => showInPlan(files, search),
  },
  {
    act: "stop-scan",
    needs: "scans.cancel",
    where: "field",
    label: "Stop",
    keeps: true,
    call: () => ["scans.cancel", {}],
  },
]

/** The decisions of the details: the file stays in the list, and their keys mean the open file. @type {ListAction<any, Head>[]} */
const DETAILS_ACTIONS = FILE_ACTIONS.map(action => ({
  ...action,
  keeps: true,
  ...(action.key && {when: (_row, {file}) => Boolean(file)}),
}))

/** @type {ListSpec<any, Head>} */
export const pictures = {
  page: "library",
  noun: "file",
  id: "file_id",
  opens: "file",
  ofRow: ["changes"],
  folds: true,
  returns: true,
  sheets: ["pictures.css", "library_switch.css", "file_drawer.css", "properties.css", "file_fields.css"],
  news: ["plan:changed", "rescan:completed", "scan:started", "scan:completed", "views:changed", "locks:changed"],
  opensDetails: list => new FileDetails(list),
  head: place => ({
    overview: ["media.overview", {query: place.q ?? "", sort: sortOf(place), plan: {}}, OVERVIEW],
    everything: ["media.count", {plan: {}}],
    scan: ["scans.progress", {}],
    folders: ["inventory.list", {}, {name: 1, state: 1}],
  }),
  read: () => null, // the page reads the tiles that are in view
  one: id => ["files.item", {file_id: Number(id), plan: {}}, ROW],
  more: fileReads,
  later: fileReadsLater,
  search: {name: "q", label: "Search the library", placeholder: "Name, folder, person, camera …"},
  filters: filtersOf,
  narrowed: head => (head?.overview.parts ?? []).map(({text, rest}) => ({label: text, to: {q: rest}})),
  chips: ({overview}) =>
    overview.numbers.map(({label, files, is_chosen: on, turned}) => ({
      ...{id: label, label, on},
      total: files,
      to: {q: turned},
    })),
  lasting: {
    can: () => true,
    knows: () => null,
    all: place => ["media.ids", {query: place.q ?? "", sort: sortOf(place), plan: {}}],
    able: head => head.overview.total,
    text: chosen => ({title: chosen.length ? `${count(chosen.length)} selected` : "", note: ""}),
  },
  title: head => (head ? plural(head.overview.total, "file") : "Library"),
  summary(head) {
    if (!head) return ""
    const {everything, overview} = head
    const of = overview.total === everything ? "" : `of ${count(everything)}`
    return [of, overview.contents].filter(Boolean).join(" · ")
  },
  beside: place => drawLibrarySwitch(place.show === "table" ? "table" : "pictures", place),
  name: ({file_name: name}) => name,
  columns: [],
  details: () => null, // `opensDetails` draws them
  actions: [...DETAILS_ACTIONS, ...ACTIONS],
  empty: ({q = ""}, head) =>
    head?.everything || q
      ? {title: "No file matches all filters", text: "No file of the library matches this search."}
      : {
          title: "No files yet",
          text: "Choose the folder with your videos or photos. A scan reads the files and changes nothing.",
        },
}

/** @param {HTMLElement} host */
export const makePage = host => new PicturesPage(pictures, host)
