// The plan: which metadata should go into which file, how risky that is, and the selection for a write.
import {List} from "#face/list.js"
import {announce} from "#face/calls.js"
import {h} from "#face/dom.js"
import {hasDraft} from "#face/edit_drafts.js"
import {editFiles} from "#face/edit_files.js"
import {runDry} from "#face/dry_run.js"
import {FILE_ACTIONS} from "#face/file_actions.js"
import {FileDetails, fileReads, fileReadsLater} from "#face/file_details.js"
import {pageSize} from "#face/frame.js"
import {PlanSearch} from "#face/plan_search.js"
import {button} from "#face/widgets.js"
import {askToWrite} from "#face/write_question.js"
import {count, plural} from "#face/wording.js"

const ROW = {
  ...{file_id: 1, file_name: 1, file_ext: 1, row_tags: 1, more_tags: 1, place: 1, place_in_home: 1, folder_text: 1},
  ...{library: 1, size_text: 1, mark: 1, risk_level: 1, reason: 1, why: 1, method: 1, cost_text: 1, is_selectable: 1},
  ...{postponed: 1, comment_mode: 1},
}
const NUMBERS = {
  ...{plan_id: 1, listed: 1, able: 1, safe: 1, headline: 1, summary: 1, levels: 1, skipped: 1, to_review: 1},
  ...{export_text: 1, whole_export_text: 1, folders: 1, wider: {query: 1, words: 1, files: 1}},
  search: {query: 1, text: 1, parts: 1, filter_count: 1, is_review: 1, finds_skipped: 1, without_risk: 1},
  found: {danger_count: 1, unchanged_count: 1},
  everything: {total_files: 1, postponed_count: 1},
}
const REPORT = {text: 1, step_id: 1}
const UNSELECTED = "Select files first: press x for the file at the cursor, or a for all found files."
const RATINGS = ["0", "1", "2", "3", "4", "5"] // numbers of stars

/** @typedef {import("#face/list_selection.js").Chosen} Chosen */
/** @typedef {Pick<Values.PlanItem, "file_id" | "file_name" | "file_ext" | "row_tags" | "more_tags" | "place" | "place_in_home" | "folder_text" | "library" | "size_text" | "mark" | "risk_level" | "reason" | "why" | "method" | "cost_text" | "is_selectable" | "postponed" | "comment_mode">} Row */
/** @typedef {{numbers: Values.PlanNumbers, written?: Pick<Values.MetadataOperation, "status" | "success_count" | "file_count">}} Head */

const ROLLED_BACK = ["rolled_back", "partly_rolled_back"]
const WRITTEN = {status: 1, success_count: 1, file_count: 1}

/** The last write of this page: its files are no longer listed. @type {{query: string, id: number} | null} */
let lastWrite = null

/** @typedef {import("#face/write_question.js").Target} Target */

/** Let a question start a write of what is shown, and remember the write. @type {(ask: (target: Target) => Promise<number | null>, target: Target) => Promise<void>} */
async function write(ask, target) {
  const id = await ask(target)
  if (id === null) return
  lastWrite = {query: target.within, id}
  announce()
}

// The actions for the selection, or for the file at the cursor.

/** @type {ListAction<Row, Head>[]} */
const SELECTED_ACTIONS = [
  {
    act: "edit-many",
    needs: "decisions.change_people",
    where: "bar",
    key: "b",
    label: "Edit…",
    does: "edit the people of the selected files",
    isQuiet: true,
    takesCursor: true,
    refuses: () => UNSELECTED,
    run: (_, {q = ""}, __, {selection}) => editFiles({selection, query: q}),
  },
  {
    act: "skip-many-until",
    needs: "decisions.postpone",
    where: "bar",
    isHidden: true,
    key: "S",
    label: "Skip until a day",
    does: "skip until a day",
    takesCursor: true,
    refuses: () => UNSELECTED,
    run: (_, {q = ""}, __, {selection}) => editFiles({selection, query: q}, "skip"),
  },
  {
    act: "skip-many",
    needs: "decisions.postpone",
    where: "bar",
    label: "Skip",
    isQuiet: true,
    isOptional: true,
    clears: true,
    keeps: true,
    want: REPORT,
    call: (_, {selection}) => ["decisions.postpone", {target: selection}],
  },
  {
    act: "preserve-many",
    needs: "decisions.set_mode",
    where: "bar",
    label: "Preserve text",
    isQuiet: true,
    isOptional: true,
    keeps: true,
    suits: numbers => (numbers?.summary.loses_text ?? 0) > 0,
    want: REPORT,
    call: (_, {selection}) => ["decisions.set_mode", {target: selection, comment_mode: "preserve"}],
  },
  {
    act: "dry-run",
    where: "bar",
    key: "d",
    label: "Dry run",
    does: "dry run of the selected files",
    refuses: () => UNSELECTED,
    run: (_, {q = ""}, _head, {selection, version}) => write(runDry, {selection, plan_id: version, within: q}),
  },
  {
    act: "write",
    needs: "operations.begin_write",
    where: "bar",
    key: "w",
    label: (_row, _place, _head, total) => `Write ${plural(total, "file")}…`,
    does: "write the selected files",
    isPrimary: true,
    refuses: () => UNSELECTED,
    run: (_, {q = ""}, _head, {selection, version}) => write(askToWrite, {selection, plan_id: version, within: q}),
  },
  ...RATINGS.map(
    stars =>
      /** @type {ListAction<Row, Head>} */ ({
        act: `rate-${stars}`,
        needs: "decisions.set_fields",
        where: "bar",
        isHidden: true,
        key: stars,
        label: "Rate",
        does: "rate with stars; 0 removes the rating",
        takesCursor: true,
        keeps: true,
        refuses: () => UNSELECTED,
        want: REPORT,
        call: (_, {selection}) => ["decisions.set_fields", {target: selection, values: {rating: stars}}],
      }),
  ),
  {
    act: "favourite",
    needs: "decisions.set_fields",
    where: "bar",
    isHidden: true,
    key: "f",
    label: "Favourite",
    does: "mark as a favourite (5 stars), or restore the rating from before",
    takesCursor: true,
    keeps: true,
    refuses: () => UNSELECTED,
    want: REPORT,
    call: (_, {selection}) => ["decisions.set_fields", {target: selection, values: {favorite: "toggle"}}],
  },
  {
    act: "write-safe",
    needs: "operations.begin_write",
    where: "field",
    label: "Write all safe…",
    run: (_, {q = ""}, {numbers: {plan_id: version, search}}) => {
      /** @type {Chosen} */
      const selection = {query: search.without_risk, risk: ["safe"], included: [], excluded: [], plan_id: version}
      const options = {user_action: "write_all_safe"}
      return write(askToWrite, {selection, plan_id: version, within: q, options})
    },
  },
  {
    act: "stop-skipping",
    needs: "decisions.end_postponements",
    where: "field",
    label: "Stop skipping",
    keeps: true,
    want: {...REPORT, files: 1},
    call: (_rows, _answers, {q = ""}) => ["decisions.end_postponements", {target: q}],
    shownAt: () => ({q: ""}),
    done: ({files}) => `${plural(files, "file")} no longer skipped.`,
  },
]

// An empty list.

/** @type {(searches: {label: string, query: string}[]) => Child} */
const drawSearches = searches =>
  searches.length > 0 &&
  h(
    "ul",
    {class: "searches"},
    searches.map(({label, query}) => h("li", null, button(label, "search-for", {kind: "link", data: {rest: query}}))),
  )

/** @type {(head: Head) => [title: string, text: string]} */
function emptyTexts({numbers: {found}, written}) {
  if (ROLLED_BACK.includes(written?.status))
    return ["No file matches", "Files of this search were rolled back: the plan skips them."]
  if (written?.success_count) {
    const {success_count: done, file_count: total} = written
    const text =
      done < total
        ? `${count(done)} of ${plural(total, "file")} are written`
        : `All ${plural(done, "file")} are written`
    return [done === 1 && total === 1 ? "The file is written" : text, "All files of this search are written."]
  }
  if (found.unchanged_count)
    return ["Nothing to change here", "The files of this search already contain the planned people."]
  return ["No file matches", "This search finds no file of the plan."]
}

/** @type {(place: Route, head: Head) => {title: string, text: string, more?: Child}} */
function emptyList({q = ""}, head) {
  const {folders, wider, found, everything} = head.numbers
  if (!folders)
    return {
      title: "No folder has been scanned yet",
      text: "Choose the folder with your videos or photos. A scan reads the files and changes nothing.",
      more: h("div", {class: "acts"}, h("a", {class: "btn", href: "/folders"}, "Choose a folder")),
    }
  if (q.trim()) {
    const [title, text] = emptyTexts(head)
    const searches = wider.map(({query, words, files}) => ({query, label: `${plural(files, "file")} ${words}`}))
    if (found.unchanged_count)
      searches.push({
        query: `(${q}) risk:unchanged`,
        label: `${plural(found.unchanged_count, "file")} with nothing to change`,
      })
    return {
      title,
      text: searches.length ? `${text} Similar searches find:` : text,
      more: [drawSearches(searches), h("div", {class: "acts"}, button("Clear the search", "clear-search"))],
    }
  }
  const skipped = everything.postponed_count
  if (!everything.total_files && !skipped)
    return {
      title: "No people yet",
      text: "Add the people of your files: from a list, from the comments of the files, or by hand.",
      more: h("div", {class: "acts"}, h("a", {class: "btn", href: "/library"}, "Add people")),
    }
  if (skipped)
    return {
      title: "Nothing to change",
      text: `${plural(skipped, "file is", "files are")} skipped. Every other file already contains the planned people.`,
      more: drawSearches([{query: "postponed:yes", label: `Show the ${plural(skipped, "file")}`}]),
    }
  return {title: "Nothing to change", text: "Every file already contains the planned people."}
}

/** @type {ListSpec<Row, Head>} */
export const plan = {
  page: "plan",
  noun: "file",
  id: "file_id",
  opens: "file",
  ofRow: ["changes"],
  folds: true,
  holds: true,
  perPage: pageSize,
  order: "risk",
  sheets: ["plan.css", "file_drawer.css", "properties.css", "file_fields.css"],
  news: ["plan:changed", "plan:refreshed", "scan:completed", "locks:changed", "rescan:completed"],
  tells: ["q", "sort", "desc"],
  asides: true,
  narrows: true,
  returns: true,
  finding: list => new PlanSearch(list),
  opensDetails: list => new FileDetails(list),
  goesOn: (_, head) => head?.numbers.search.is_review ?? false, // a review continues with the next file
  selection: {
    canHave: row => row.is_selectable,
    search: ({q = ""}) => q,
    searches: "q",
    able: head => head?.numbers.able,
    read: ({plan_id: at, ...selection}, {q = ""}, ids) => [
      "previews.of_selection",
      {plan: {query: q}, selection, at: at ?? null, among: ids},
      {
        ...{ids: 1, new: 1, promise: 1, omitted: 1},
        summary: {count: 1, hidden: 1, loses_text: 1, by_risk: 1},
      },
    ],
  },
  head: ({q = ""}) => ({
    numbers: ["search.numbers", {plan: {query: q}}, NUMBERS],
    ...(lastWrite?.query === q && {written: ["history.get", {operation_id: lastWrite.id}, WRITTEN]}),
  }),
  isHeadLate: true,
  read: ({q = "", page, sort = "risk", desc}, perPage) => [
    "plan.page",
    {plan: {query: q}, number: Number(page), per_page: perPage, sort, descending: desc === "1"},
    {items: ROW, total: 1, page: 1, plan_id: 1},
  ],
  one: id => ["files.item", {file_id: Number(id), plan: {}}, ROW],
  more: fileReads,
  later: fileReadsLater,
  title: head => head?.numbers.headline ?? "Plan",
  summary: head => head?.numbers.summary ?? "",
  name: ({file_name: name}) => name,
  isFaded: ({postponed, risk_level: level}) => postponed || level === "unchanged",
  columns: [
    {
      kind: "file",
      width: "minmax(140px, 1.3fr)",
      phone: "first",
      head: "File",
      sort: "name",
      value: (row, head) => ({
        name: row.file_name,
        marks: [hasDraft(row.file_id) ? "draft" : "", row.mark].filter(Boolean),
        place: head?.numbers.folders > 1 ? row.place_in_home : row.place,
        folder: head?.numbers.folders > 1 ? `${row.library} / ${row.folder_text}` : row.folder_text,
        size: row.size_text,
        extension: row.file_ext,
      }),
    },
    {
      kind: "changes",
      width: "minmax(150px, 1.5fr)",
      phone: "below",
      head: "Changes",
      sort: "tags",
      value: ({row_tags: tags, more_tags: more}) => ({tags, more}),
    },
    {
      kind: "risk",
      width: "minmax(134px, 150px)",
      phone: "end",
      head: "Risk",
      sort: "risk",
      value: ({risk_level: level, reason, why}) => ({level, reason, why}),
    },
    {
      kind: "cost",
      width: "minmax(62px, 116px)",
      head: "Cost",
      sort: "cost",
      value: ({method, cost_text: text}) => ({method, text}),
    },
  ],
  details: () => null, // `opensDetails` draws them
  selects: true,
  actions: [...FILE_ACTIONS, ...SELECTED_ACTIONS],
  empty: emptyList,
}

/** @param {HTMLElement} host */
export const makePage = host => new List(plan, host)
