// To decide: titles whose match a person chooses, each with the candidates of the providers.
import {Deciding} from "#face/deciding.js"
import {go, visit} from "#face/address.js"
import {SHOWN, drawFile, drawQuestion, offerAt, postersOf, stillOf} from "#face/decide_question.js"
import {count, keptBack, plural} from "#face/wording.js"

/**
 * @typedef {import("#face/decide_question.js").Row} Row
 * @typedef {Pick<Values.ProviderStatus, "name" | "is_on" | "state" | "needs_action" | "finds_titles" | "reason" | "plain_reason">} Provider
 * @typedef {{counts: Record<string, number>, providers: Provider[]}} Head
 */

const CANDIDATE = {
  ...{title: 1, other_title: 1, year: 1, runtime_text: 1, content_type: 1, provider_name: 1, external_id: 1},
  ...{original_language: 1, cast: 1, plot: 1, popularity: 1, name: 1},
}
const REASON = {code: 1, level: 1, text: 1, points: 1, share: 1, has_points: 1}
const OFFER = {position: 1, key: 1, score: 1, state: 1, conflict: 1, candidate: CANDIDATE, reasons: REASON}
const OTHER = {id: 1, title: 1, year: 1}
const ROW = {
  ...{title_id: 1, revision: 1, state: 1, decided_by: 1, by_hand: 1, same_count: 1, search_year: 1},
  ...{why: 1, missing_text: 1, evidence_for: 1, evidence_against: 1, marked_name: 1, length_text: 1, searched_text: 1},
  ...{others_text: 1, facts: {name: 1, text: 1, source: 1, source_text: 1}},
  ...{item: {id: 1, name: 1, title: 1, year: 1}, others: OTHER, offers: OFFER},
  shown_file: {file_id: 1, file_path: 1, state: 1},
}
const PROVIDER = {name: 1, is_on: 1, state: 1, needs_action: 1, finds_titles: 1, reason: 1, plain_reason: 1}
/** The lists of titles by the state of their match; the last ones are shown only if they have titles. @type {Record<string, string>} */
const LISTS = {
  open: "To decide",
  accepted: "Matched",
  later: "Later",
  ignored: "Ignored",
  maybe: "Maybe a film?",
  unsearched: "Not searched",
  none: "Not found",
  failed: "Failed",
}
const ALWAYS = 4 // of the lists
const FOUND_LATER = "They can be searched as soon as a provider can be asked."

/** @param {Route} place */
const listOf = ({show}) => (show && LISTS[show] ? show : "open")

/** @param {Head} head */
const canSearch = ({providers}) => providers.some(each => each.is_on && each.finds_titles)

// Words above the questions, and in their place.

/** @type {LeadingButton} */
const SETTINGS = {label: "Open settings", act: "settings"}
/** @type {(head: Head) => {text: string, acts: LeadingButton[]}} */
function unsearched(head) {
  const text = `${plural(head.counts.unsearched, "title was", "titles were")} not searched at the providers yet.`
  if (canSearch(head)) return {text, acts: [{label: "Search now", act: "search-all", isPrimary: true}]}
  return {text: `${text} ${FOUND_LATER}`, acts: [{...SETTINGS, isPrimary: true}]}
}

/** What prevents searches or questions, with the remedy. @type {(head: Head, place: Route) => {text: string, acts: LeadingButton[]} | null} */
function warningOf(head, place) {
  const {counts} = head
  const asked = head.providers.filter(each => each.finds_titles)
  const troubled = asked.find(each => each.needs_action)
  if (!canSearch(head)) {
    const paused = asked.find(each => each.needs_action || each.state === "paused") ?? asked[0]
    const reason = paused?.plain_reason ?? ""
    const text = `No provider can be asked. ${reason} Questions whose candidates are stored can be decided.`
    return {text, acts: [SETTINGS]}
  }
  if (listOf(place) === "unsearched" && counts.unsearched) return unsearched(head)
  if (!troubled && !counts.failed) return null
  const parts = [
    troubled && `${troubled.name}: ${troubled.reason}`,
    counts.failed && `The search of ${plural(counts.failed, "title")} has failed.`,
  ]
  return {
    text: parts.filter(Boolean).join(" "),
    acts: [counts.failed ? {label: "Search again", act: "search-all"} : SETTINGS],
  }
}

/** @type {(state: string, label?: string) => LeadingButton} */
const leadTo = (state, label = LISTS[state]) => ({label, act: "to", to: {show: state === "open" ? "" : state}})

/** Why there is no question. @param {Head} head */
function emptyOpen(head) {
  const {accepted, later, unsearched: waiting, maybe} = head.counts
  if (!Object.values(head.counts).some(Boolean))
    return {
      title: "No films and series",
      text: "Films and series are identified in folders that do not hold home videos.",
      acts: [{label: "Open library", act: "library"}],
    }
  const found = waiting
    ? {title: "No questions yet", ...unsearched(head)}
    : {
        title: "Nothing left to decide",
        text: `${plural(accepted, "title has a match", "titles have a match")}.`,
        acts: later ? [leadTo("later", `The ${count(later)} for later`)] : [],
      }
  if (!maybe) return found
  const kept = keptBack(maybe)
  return {...found, text: `${found.text} ${kept}`, acts: [leadTo("maybe"), ...found.acts]}
}

// Decisions.

/** @type {(result: Values.MatchResult) => Told} */
const decided = ({description: text, decision_id: undo}) => ({text, kind: "good", undo})

/** @type {(rows: Row[], answers: Answers) => number[]} */
const othersOf = ([{others}], {all}) => (all ? others.map(({id}) => id) : [])

/** Return the ids of the others with the same title and year: a match counts for them only. @type {(rows: Row[], answers: Answers) => number[]} */
const sameOf = ([{item, others}], {all}) =>
  all ? others.filter(each => each.title === item.title && each.year === item.year).map(({id}) => id) : []

/** @type {(number: number) => ListAction<Row, Head>} */
const accept = number => ({
  act: `accept-${number}`,
  needs: "matches.accept",
  key: String(number),
  label: "Accept",
  does: "accept the candidate",
  decides: "✓ matched",
  when: (row, place) => {
    const offer = row && offerAt(row, place, number)
    return Boolean(offer && offer.state !== "accepted")
  },
  takes: sameOf,
  call: ([row], {all}, place) => {
    const {position, key: expected} = offerAt(row, place, number)
    const others = all && row.same_count > 0
    return ["matches.accept", {title_id: row.title_id, position, expected, others, revision: row.revision}]
  },
  done: decided,
})

/** @type {ListAction<Row, Head>[]} */
const ACTIONS = [
  ...[1, 2, 3].map(accept),
  {
    act: "ignore",
    needs: "matches.ignore",
    key: "s",
    label: row => (row.state === "maybe" ? "It is a home video" : "Not a film or series"),
    does: "not a film or series",
    decides: "ignored",
    when: row => Boolean(row && row.state !== "ignored"),
    takes: othersOf,
    call: ([{title_id: id, revision, others}], {all}) => [
      "matches.ignore",
      {title_id: id, others: all && others.length > 0, revision},
    ],
    done: decided,
  },
  {
    act: "confirm",
    needs: "matches.confirm",
    key: "f",
    label: "It is a film or an episode",
    does: "a film or an episode",
    decides: "a film",
    when: row => ["maybe", "ignored"].includes(row?.state),
    takes: (rows, answers) => (rows[0].state === "maybe" ? othersOf(rows, answers) : []),
    call: ([{title_id: id, revision, others, state}], {all}) => [
      "matches.confirm",
      {title_id: id, others: all && state === "maybe" && others.length > 0, revision},
    ],
    done: decided,
  },
  {
    act: "later",
    needs: "matches.later",
    key: "l",
    label: "Later",
    does: "later",
    decides: "later",
    when: row => ["open", "none", "failed"].includes(row?.state),
    call: ([{title_id: id, revision}]) => ["matches.later", {title_id: id, revision}],
    done: decided,
  },
  {
    act: "whole",
    key: "a",
    label: "The whole folder",
    does: "apply to the whole folder",
    when: row => Boolean(row?.others_text),
    sets: ({all}) => ({all: !all}),
  },
  {
    act: "more-offers",
    key: "m",
    label: row => `${row.offers.length - SHOWN} more`,
    does: "other candidates",
    when: row => Boolean(row && row.offers.length > SHOWN),
    run: ([{offers}], {from}) => {
      const next = (Number(from) || 0) + SHOWN
      go({from: next < offers.length ? next : ""}, {push: false})
    },
  },
  {
    act: "search-for",
    needs: "matches.search",
    label: "Search",
    keeps: true,
    when: row => Boolean(row && row.state !== "maybe"),
    call: ([{title_id: id}], {text}) => ["matches.search", {title_id: id, text}],
    done: ({offers, explanation: text}) => (offers.length ? "" : {text, kind: "info"}),
  },
  {
    act: "suggest",
    needs: "matches.suggest",
    label: "Show the suggestions again",
    keeps: true,
    when: row => Boolean(row?.by_hand),
    call: ([{title_id: id}]) => ["matches.suggest", {title_id: id}],
    done: ({offers, explanation: text}) => (offers.length ? "" : {text, kind: "info"}),
  },
  {
    act: "search-all",
    needs: "enrichment.schedule_library_enrichment",
    where: "field",
    label: "Search now",
    keeps: true,
    call: () => ["enrichment.schedule_library_enrichment", {}],
    done: () => ({text: "The titles are searched in the background.", kind: "info"}),
  },
  {act: "settings", where: "field", label: "Open settings", run: () => visit("/settings?section=privacy")},
  {act: "library", where: "field", label: "Open library", run: () => visit("/library")},
]

/** @type {DecidingSpec<Row, Head>} */
export const decide = {
  page: "decide",
  noun: "title",
  id: "title_id",
  opens: "title",
  ofRow: ["from"],
  perPage: 12,
  news: ["matches:changed", "movie:added", "series:added", "movie:updated", "series:updated", "enrich:completed"],
  head: () => ({counts: ["matches.counts", {}], providers: ["providers.status", {}, PROVIDER]}),
  read: (place, perPage) => [
    "matches.pending",
    {state: listOf(place), page: Number(place.page), per_page: perPage},
    {items: ROW, total: 1, page: 1},
  ],
  one: id => ["matches.get", {title_id: Number(id)}, ROW],
  state: {all: false},
  title: () => "To decide",
  chips: ({counts}, place) =>
    Object.entries(LISTS)
      .filter(([state], at) => at < ALWAYS || counts[state] || state === listOf(place))
      .map(([state, label]) => ({
        id: state,
        label,
        total: counts[state] ?? 0,
        on: state === listOf(place),
        to: leadTo(state).to,
      })),
  name: ({item}) => item.name,
  columns: [],
  actions: ACTIONS,
  empty: (place, head) =>
    listOf(place) === "open"
      ? emptyOpen(head)
      : {
          title: "No titles",
          text: `The list “${LISTS[listOf(place)]}” is empty.`,
          acts: [leadTo("open", "Back to the questions")],
        },
  isOpen: place => listOf(place) === "open",
  entry: (place, {counts}, total) =>
    listOf(place) === "open" && !place.title && !total && counts.maybe ? {show: "maybe"} : null,
  undo: "matches.undo",
  factsOf: ({revision, offers}) => [revision, ...offers.map(({key}) => key)].join(),
  warning: warningOf,
  file: drawFile,
  draw: drawQuestion,
  pictures: row => [stillOf(row), ...postersOf(row)].filter(Boolean),
  best: ({state, offers: [first]}) => {
    if (state === "maybe") return "kept back"
    if (state === "accepted") return "✓ matched"
    return first ? `best ${first.score.toFixed(2)}` : "no candidates"
  },
  said: ({item, why}) => `${item.name}. ${why}`,
}

/** @param {HTMLElement} host */
export const makePage = host => new Deciding(decide, host)
