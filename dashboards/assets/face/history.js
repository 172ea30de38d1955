// History: writes, publications and rollbacks, newest first, and what each of them did to each file.
import {List} from "#face/list.js"
import {runSql, visit} from "#face/address.js"
import {OPERATIONS, call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may as mayCall, stateOf} from "#face/frame.js"
import {FILE_READS, drawFiles} from "#face/history_files.js"
import {filtersOf, listed, narrowedBy} from "#face/history_filters.js"
import {askToRetry} from "#face/retry_question.js"
import {rollBack} from "#face/rollback.js"
import {button, chip, facts, fileName, label} from "#face/widgets.js"
import {andMore, count, plural} from "#face/wording.js"

const ROW = {
  ...{id: 1, operation_type: 1, status: 1, name: 1, started: 1, kind_name: 1, items_text: 1, outcome_text: 1, noun: 1},
  ...{problems_text: 1, rollback_text: 1, rollback_blocker: 1, is_reversible: 1, is_active: 1, about: 1, origin: 1},
  ...{result_text: 1, people_text: 1, kept_text: 1, rollback_until: 1, user_note: 1, reverts_text: 1},
  ...{can_resume: 1, success_count: 1, adds_people: 1, file_count: 1},
}
const CHECK = {
  ...{outlook: 1, hints: 1, is_possible: 1, reason: 1, conflict_count: 1, excluded: 1},
  first_conflicts: {id: 1, name: 1, file_path: 1, message: 1},
}
const CHECKING = "The files are being checked."

/**
 * @typedef {Pick<Values.MetadataOperation, "id" | "operation_type" | "status" | "name" | "started" | "kind_name" | "items_text" | "outcome_text" | "noun" | "problems_text" | "rollback_text" | "rollback_blocker" | "is_reversible" | "is_active" | "about" | "origin" | "result_text" | "people_text" | "kept_text" | "rollback_until" | "user_note" | "reverts_text" | "can_resume" | "success_count" | "adds_people" | "file_count">} Row
 * @typedef {{counts: Values.OperationCounts, totals: Values.HistoryTotals, terms: Values.HistoryTerm[]}} Head
 * @typedef {{check?: {value?: Values.RollbackCheck, error?: Error}, people?: {value?: Values.OperationPerson[], error?: Error}, item?: {value?: {items: import("#face/history_files.js").Item[]}}}} Later
 * @typedef {{isChoosing: boolean, isAsking: boolean, showsConflicts: boolean, item: number, chosen: number[]}} State
 * @typedef {{label: string, act: string, kind?: string, why?: string, on?: boolean, data?: object}} Offer
 */

/** The level of the sentence about the result, and its sign. @type {Record<string, [level: string, sign: string]>} */
const RESULTS = {
  completed: ["safe", "✓ "],
  completed_with_errors: ["warning", "! "],
  partly_rolled_back: ["warning", "! "],
  interrupted: ["danger", "▲ "],
  failed: ["danger", "▲ "],
}

/** @param {Row} row */
function drawResult({status, result_text: text}) {
  const [level, sign] = RESULTS[status] ?? ["note", ""]
  return h("p", {class: `why ${level}`, data: {key: "result"}}, sign + text)
}

/** @param {Row} row */
function factsOf(row) {
  const isOfFiles = row.noun === "file"
  return [
    [isOfFiles ? "Files" : "Titles", row.outcome_text],
    isOfFiles && ["People", row.people_text],
    row.kept_text && ["Kept for rollback", row.kept_text],
    row.rollback_until && ["Rollback until", row.rollback_until],
    row.user_note && ["Title", `“${row.user_note}”`],
    row.origin && ["Origin", `the legacy database ${row.origin}; this entry can only be read`],
    row.reverts_text && ["Rolls back", row.reverts_text],
  ].filter(Boolean)
}

// What a rollback would do now.

/** @param {Values.RollbackCheck} check */
const drawConflicts = ({first_conflicts: conflicts, conflict_count: total}) =>
  h(
    "ul",
    {class: "listing", tabindex: "0", "aria-label": "Files with a conflict", data: {key: "left"}},
    conflicts.map(({name, file_path: path, message}) =>
      h("li", null, fileName(name, path), chip("warning", "conflict"), h("small", null, h("bdi", null, message))),
    ),
    total > conflicts.length && h("li", null, h("small", null, andMore(total - conflicts.length))),
  )

/** @type {(row: Row, check: Later["check"], state: State) => Child} */
function drawCheck(row, check, {showsConflicts}) {
  if (row.is_active || row.origin) return null
  const found = check?.value
  const text = row.rollback_blocker || check?.error?.message || (found ? "" : "Checking every file …")
  return [
    label("If you roll back now", {key: "outlook"}),
    text && h("p", {class: "hint", "aria-live": "polite", data: {key: "looking"}}, text),
    !text && found.outlook.length > 0 && h("div", {class: "counted", data: {key: "pairs"}}, facts(found.outlook)),
    !text && found.hints.map((hint, index) => h("p", {class: "hint", data: {key: `hint-${index}`}}, hint)),
    !text &&
      found.conflict_count > 0 && [
        h(
          "p",
          {class: "hint", data: {key: "which"}},
          button(showsConflicts ? "Hide these files" : "Show these files", "conflicts", {
            kind: "link",
            "aria-expanded": String(showsConflicts),
          }),
        ),
        showsConflicts && drawConflicts(found),
      ],
  ]
}

/** Return why nothing can be rolled back; "" if something can. @type {(row: Row, later: Later) => string} */
function whyNot(row, {check}) {
  if (!row.is_reversible) return row.rollback_blocker
  if (check?.error) return check.error.message
  if (!check?.value) return CHECKING
  return check.value.is_possible ? "" : check.value.reason || "Nothing of it can be rolled back."
}

/** @type {(row: Row, later: Later, state: State, head: Head | undefined) => Offer} */
function offerPerson(row, {people}, {isAsking}, head) {
  const names = (people?.value ?? []).map(({name}) => name)
  const sought = (head?.terms ?? []).filter(({kind}) => kind === "person")
  const wanted = sought.length === 1 ? sought[0].text.toLowerCase() : null
  const known = names.length === 1 ? names[0] : (names.find(each => each.toLowerCase() === wanted) ?? "")
  let why = ""
  if (!row.adds_people) why = "The operation added no name to any file."
  else if (!row.success_count || row.status === "rolled_back" || row.origin) why = row.rollback_blocker
  else if (!people?.value) why = people?.error?.message ?? CHECKING
  else if (!people.value.some(({name, able}) => able && (!known || name === known)))
    why = `No file of the operation contains ${known || "a person it added"} any more, or no file can be reached now.`
  return known
    ? {label: `Only “${known}”…`, act: "roll-back-person", data: {name: known}, why}
    : {label: "One person…", act: "ask-person", on: isAsking, why}
}

/** @type {(row: Row, known: {head: Head | undefined, more: any, later: Later, state: State}) => Offer[]} */
export function offers(row, {head, more, later, state}) {
  const rename = {label: "Rename…", act: "rename"}
  if (row.is_active) return [{label: "Show progress", act: "progress", kind: "primary"}, rename]
  const retryable = more?.details.retryable
  const why = whyNot(row, later)
  return [
    row.can_resume && {label: "Resume", act: "resume", kind: "primary"},
    retryable > 0 && {label: `Retry ${plural(retryable, row.noun)}…`, act: "retry"},
    {label: "Roll back…", act: "roll-back-shown", why},
    row.noun === "file" && offerPerson(row, later, state, head),
    {label: row.noun === "file" ? "Files…" : "Titles…", act: "choosing", on: state.isChoosing, why},
    rename,
  ].filter(each => each && isOffered(each.act))
}

/** @param {string} act */
const isOffered = act => {
  const {needs} = ACTIONS.find(each => each.act === act)
  return !needs || mayCall(needs)
}

// A disabled button can still get the focus: the reason is in its tip and below the buttons.
/** @param {Offer} offer */
const drawOffer = ({label: text, act, kind = "", why, on, data}) =>
  button(text, why ? "" : act, {
    kind,
    "aria-disabled": why ? "true" : null,
    "aria-describedby": why ? "why-not" : null,
    "aria-expanded": on === undefined ? null : String(on),
    title: why || null,
    data: {key: `offer-${act}`, ...data},
  })

/** @param {Offer[]} offered */
function drawOffers(offered) {
  const reasons = [...new Set(offered.map(({why}) => why).filter(Boolean))]
  return [
    h("div", {class: "acts", data: {key: "acts"}}, offered.map(drawOffer)),
    reasons.length > 0 && h("p", {class: "hint", id: "why-not", data: {key: "why-not"}}, reasons.join(" ")),
  ]
}

/** @param {Values.OperationPerson[]} people */
const drawPeople = people =>
  h(
    "ul",
    {class: "listing people", "aria-label": "Remove only this person", data: {key: "people"}},
    people.map(({name, files, able}) => {
      const why = able ? "" : "no file contains this person any more, or no file can be reached now"
      return h(
        "li",
        {data: {key: name}},
        button(["Only “", h("bdi", null, name), "”…"], why ? "" : "roll-back-person", {
          kind: "link",
          "aria-disabled": why ? "true" : null,
          title: why || null,
          data: {name},
        }),
        h("span", {class: "num"}, plural(files, "file")),
        why && h("small", null, why),
      )
    }),
  )

/** @type {(row: Row, place: Route, acts: object, known: {head: Head | undefined, more: any, later: Later, state: State}) => Child} */
function drawDetails(row, place, _acts, known) {
  const {more, later, state} = known
  const people = later.people?.value
  return [
    h("div", {class: "path", data: {key: "about"}}, row.about),
    drawResult(row),
    facts(factsOf(row)),
    drawCheck(row, later.check, state),
    drawOffers(offers(row, known)),
    state.isAsking && people?.length > 0 && drawPeople(people),
    more
      ? drawFiles(row, place, {details: more.details, item: later.item?.value, check: later.check?.value, state})
      : h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading")),
  ]
}

// Actions.

/** @type {ListAction<Row, Head>[]} */
const ACTIONS = [
  {
    act: "as-sql",
    needs: "history.as_sql",
    where: "head",
    label: "Open as SQL",
    when: (_, _place, head) => Boolean(head?.totals.operations),
    run: async (_, place) => runSql(await call("history.as_sql", listed(place))),
  },
  {
    act: "roll-back",
    needs: "history.begin_rollback",
    key: "r",
    label: "Roll back…",
    does: "roll the operation back",
    isInline: "only",
    isQuiet: true,
    isSingle: true,
    when: row => Boolean(row?.is_reversible),
    refuses: row => (row ? `${row.name}: ${row.rollback_text}.` : ""),
    run: ([{id}]) => rollBack(id),
  },
  {
    act: "roll-back-shown",
    needs: "history.begin_rollback",
    where: "field",
    label: "Roll back…",
    run: ([{id}]) => rollBack(id),
  },
  {
    act: "roll-back-person",
    needs: "history.begin_rollback",
    where: "field",
    label: "Only one person…",
    run: ([{id}], _place, _head, {name}) => rollBack(id, {person: name}),
  },
  {
    act: "roll-back-chosen",
    needs: "history.begin_rollback",
    where: "field",
    label: "Roll back some files…",
    run: ([{id}], _place, _head, {items}) => rollBack(id, {item_ids: items.split(" ").map(Number)}),
  },
  {
    act: "roll-back-found",
    needs: "history.begin_rollback",
    where: "field",
    label: "Roll back all files found…",
    run: ([{id}], _place, _head, {query}) => rollBack(id, {query}),
  },
  {
    act: "ask-person",
    needs: "history.begin_rollback",
    where: "field",
    label: "One person…",
    sets: ({isAsking}) => ({isAsking: !isAsking}),
  },
  {
    act: "choosing",
    needs: "history.begin_rollback",
    where: "field",
    label: "Files…",
    sets: ({isChoosing}) => ({isChoosing: !isChoosing}),
  },
  {
    act: "choose",
    where: "field",
    label: "Choose",
    sets: ({chosen}, {item, checked}) => ({
      chosen: [
        ...chosen.filter((/** @type {number} */ each) => each !== Number(item)),
        ...(checked ? [Number(item)] : []),
      ],
    }),
  },
  {
    act: "choose-page",
    where: "field",
    label: "All on this page",
    sets: ({chosen}, {items}) => ({chosen: [...new Set([...chosen, ...items.split(" ").map(Number)])]}),
  },
  {act: "choose-none", where: "field", label: "None", sets: () => ({chosen: []})},
  {
    act: "conflicts",
    where: "field",
    label: "Show these files",
    sets: ({showsConflicts}) => ({showsConflicts: !showsConflicts}),
  },
  {
    act: "rename",
    needs: "operations.rename",
    where: "field",
    label: "Rename…",
    keeps: true,
    asks: ([{id, name}]) => ({
      title: `Rename operation ${id}`,
      text: "The history shows the title, and its search finds the title.",
      fields: [{name: "title", label: "Title", value: name, required: false, longest: 200}],
      confirm: "Rename",
      stays: true,
    }),
    call: ([{id}], {title}) => ["operations.rename", {operation_id: id, title}],
    done: title => (title ? `The operation is called “${title}”.` : "The operation has no title now."),
  },
  {act: "progress", where: "field", label: "Show progress", run: ([{id}]) => visit(`/progress?op=${id}`)},
  {
    act: "resume",
    needs: "operations.rename", // who has started a write may resume it
    where: "field",
    label: "Resume",
    keeps: true,
    call: ([{id}]) => ["operations.resume", {operation_id: id}],
    visits: (_, [{id}]) => `/progress?op=${id}`,
  },
  {act: "retry", needs: "retries.start", where: "field", label: "Retry…", run: ([{id}]) => askToRetry(id)},
]

/** @type {(head: Head | undefined, place: Route) => string} */
function summaryOf(head, place) {
  const {operations, written, rolled_back: reverted, success_text: success} = head?.totals ?? {operations: 0}
  if (!operations) return ""
  return [
    isNarrowed(place) ? `all operations: ${count(operations)}` : plural(operations, "operation"),
    `${plural(written, "file")} written`,
    success && `${success} at the first attempt`,
    reverted && `${count(reverted)} rolled back`,
  ]
    .filter(Boolean)
    .join(" · ")
}

/** @param {Route} place */
const isNarrowed = place => ["q", "status", "type", "error", "since", "until"].some(name => place[name])

/** @type {ListSpec<Row, Head>} */
export const history = {
  page: "history",
  noun: "operation",
  id: "id",
  opens: "op",
  ofRow: ["files", "find", "filepage", "file"],
  news: [...OPERATIONS, "scan:completed"],
  tells: ["q", "status", "type", "error", "since", "until", "chart", "top"],
  head: place => ({
    counts: ["history.counts", listed(place)],
    totals: ["history.totals", {}, {operations: 1, written: 1, rolled_back: 1, success_text: 1}],
    terms: ["history.terms", {query: place.q ?? "", error: place.error ?? ""}],
  }),
  read: (place, perPage) => [
    "history.__call__",
    {...listed(place), page: Number(place.page), per_page: perPage},
    {items: ROW, total: 1, page: 1},
  ],
  one: id => ["history.get", {operation_id: Number(id)}, ROW],
  more: FILE_READS.more,
  later: (row, place) => ({
    ...(row.is_reversible && {
      check: ["history.outlook", {operation_id: row.id}, CHECK],
      people: ["history.people_of", {operation_id: row.id}],
    }),
    ...FILE_READS.later(row, place),
  }),
  state: {isChoosing: false, isAsking: false, showsConflicts: false, chosen: []},
  search: {
    name: "q",
    label: "Search operations",
    placeholder: 'Search files, people and notes …  person:"Ann Lee"',
  },
  filters: filtersOf,
  narrowed: narrowedBy,
  title: () => "History",
  summary: (head, _total, place) => summaryOf(head, place),
  links: [{label: "Activity", href: "/history/activity", title: "Who did what: decisions and jobs, too"}],
  name: ({name}) => name,
  inlineWidth: "86px",
  columns: [
    {
      kind: "name",
      width: "minmax(150px, 1.6fr)",
      phone: "first",
      value: ({name, kind_name: kind, started}) => ({title: name, below: `${kind} · ${started}`}),
    },
    {kind: "number", width: "68px", isSpare: true, value: ({items_text: items}) => items},
    {kind: "text", width: "minmax(96px, 1fr)", phone: "below", value: ({outcome_text: text}) => text},
    {
      kind: "state",
      width: "118px",
      phone: "end",
      value: ({status, problems_text: problems}) => (problems ? {level: "warning", text: problems} : stateOf(status)),
    },
    {kind: "text", width: "92px", value: ({rollback_text: text}) => text},
  ],
  details: drawDetails,
  actions: ACTIONS,
  empty: place =>
    isNarrowed(place)
      ? {title: "No operation matches", text: "Try another word, another state or more days."}
      : {
          title: "Nothing has been written yet",
          text: "Every write, publication and rollback is listed here, with what it changed in which file.",
        },
}

/** @param {HTMLElement} host */
export const makePage = host => new List(history, host)
