// One film, series, season or episode: its values, its seasons, its people and files, its match, and what is related.
import {Sections} from "#face/sections.js"
import {lastAddress, place, visit} from "#face/address.js"
import {showArtwork} from "#face/artwork.js"
import {ARTWORK_KEYS} from "#face/artwork_state.js"
import {OPERATIONS} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {drawImage, drawPoster} from "#face/images.js"
import {moveCall, moveQuestion} from "#face/title_mover.js"
import {
  answersOf,
  drawFiles,
  drawMatch,
  drawOwnEpisodes,
  drawPeople,
  drawRelated,
  drawRequests,
  drawSeasons,
} from "#face/title_parts.js"
import {TITLE_NEWS, ownerOf, pictureOf, slotsOf} from "#face/title_pictures.js"
import {toldValues, valuesQuestion} from "#face/title_questions.js"
import {VALUE, drawValues, shownValues, valueForm} from "#face/title_values.js"
import {chip} from "#face/widgets.js"
import {plural} from "#face/wording.js"

const ITEM = {
  ...{id: 1, entity_type: 1, title: 1, name: 1, state: 1, state_label: 1, state_text: 1, library_id: 1, initials: 1},
  ...{series_id: 1, series_title: 1, code: 1, file_count: 1},
}
const TITLE = {
  item: ITEM,
  ...{about: 1, plot: 1, can_plan: 1, nfo_sentences: 1, cast: 1, crew: 1, addable: 1},
  files: {file_id: 1, name: 1, file_path: 1, about: 1, by_hand: 1, role: 1},
  children: {id: 1, code: 1, title: 1, file_count: 1},
  gaps: {season: 1, text: 1},
}
const RELATED = {
  item: {
    ...{id: 1, entity_type: 1, title: 1, series_id: 1, initials: 1},
    ...{is_matched: 1, is_incomplete: 1, is_unpublished: 1},
  },
  why: 1,
}
const SEASONS = {seasons: {number: 1, title: 1, episodes: 1, videos: {id: 1, code: 1, title: 1, file_ids: 1}}}
const MATCH = {
  ...{state: 1, state_text: 1, explanation: 1, decided_by: 1, revision: 1},
  accepted: {label: 1, score: 1, reasons: {text: 1, points: 1}},
}
const REQUEST = {
  ...{id: 1, day: 1, time: 1, label: 1, route: 1, sent: 1, technical: 1, answer: 1, is_good: 1},
}
const PER_PAGE = 10 // requests
const MOST_FILES = 60 // that are listed
const MADE = new Set(["enriched", "published"]) // states in which nothing is left to do

/**
 * @typedef {Pick<Values.TitleItem, "id" | "entity_type" | "title" | "name" | "state" | "state_label" | "state_text" | "library_id" | "initials" | "series_id" | "series_title" | "code" | "file_count">} Item
 * @typedef {Pick<Values.IdentifiedTitle, "about" | "plot" | "can_plan" | "nfo_sentences" | "cast" | "crew" | "addable" | "gaps"> & {
 *   item: Item, files: import("#face/title_mover.js").File[], children: Item[]}} Title
 * @typedef {{title: Title, more: any}} Known
 * @typedef {SectionSpec<any, Known>} Section
 */

/** The id of the title in the address. */
const shownId = () => Number(/^\/titles\/(\d+)$/.exec(location.pathname)?.[1] ?? 0)

/** @returns {ReadCall} */
const readTitle = () => ["titles.get", {title_id: shownId()}, TITLE]

const reads = () => ({title: readTitle()})

/** @param {Known} known */
const isWork = ({title}) => ["movie", "series"].includes(title.item.entity_type)

/** Return the kind of pictures that is chosen first. @param {Item} item */
export const mainKind = ({entity_type: kind}) => (kind === "episode" ? "still" : "poster")

/** @param {Item} item */
const nameOf = ({title}) => title || "Without a title"

const backToList = () => visit(lastAddress("/titles"))

// The head.

/** @type {(known: Known) => string} */
const libraryOf = ({title, more}) =>
  more.libraries?.find((/** @type {Values.LibraryRow} */ each) => each.library_id === title.item.library_id)?.name ?? ""

/** @param {Known} known */
const drawCrumbs = ({title: {item}}) =>
  h(
    "p",
    {class: "crumbs", data: {key: "crumbs"}},
    h("a", {class: "btn link", href: lastAddress("/titles")}, "‹ Titles"),
    item.series_id && [
      " / ",
      h("a", {class: "btn link", href: `/titles/${item.series_id}`}, h("bdi", null, item.series_title)),
    ],
  )

/** @type {(known: Known, parts: SectionParts) => Child} */
function drawHead(known, {act}) {
  const {title, more} = known
  const {item, plot} = title
  const published = more.publication?.text
  return [
    h(
      "span",
      {class: "backdrop", "aria-hidden": "true", data: {key: "backdrop"}},
      drawImage(pictureOf(item, "backdrop", more.slots), "eager"),
    ),
    drawPoster({poster: pictureOf(item, "poster", more.slots), initials: item.initials}),
    h(
      "div",
      {class: "title-main", data: {key: "main"}},
      drawCrumbs(known),
      h("h1", {tabindex: "-1"}, h("bdi", null, nameOf(item))),
      h("p", {class: "facts-line"}, [title.about, libraryOf(known)].filter(Boolean).join(" · ")),
      h(
        "p",
        {class: "states"},
        chip(MADE.has(item.state) ? "safe" : "note", item.state_label, ""),
        h("small", null, published ? `${published}.` : item.state_text),
      ),
      more.problem && h("p", {class: "quiet", data: {key: "no-poster"}}, `No poster: ${more.problem}`),
      plot && h("p", {class: "plot", data: {key: "plot"}}, h("bdi", null, plot)),
      h(
        "div",
        {class: "acts", data: {key: "acts"}},
        act("plan-values"),
        act("publish-title"),
        act("look-up-title"),
        act("pictures"),
        act("ignore-title"),
        act("restore-title"),
      ),
    ),
  ]
}

/** @type {(known: Known) => boolean} */
const canLookUp = ({title, more}) =>
  title.item.state !== "ignored" && Boolean(more.providers?.some((/** @type {any} */ each) => each.is_on))

/** @param {Known} known */
const wasLookedUp = ({more}) =>
  more.candidates?.some((/** @type {Values.TitleValue} */ {origin}) => origin === "provider") ?? false

/** The address of the publication of a title, selected: that of a season or an episode is that of its series. @param {Item} item */
function publicationOf(item) {
  const title = ownerOf(item).join(":")
  const member = item.series_id ? {member: `${item.entity_type}:${item.id}`} : {}
  return `/titles/publish?${new URLSearchParams({title, ...member, pick: title})}`
}

/** @type {ReadCall} */
const PROVIDERS = ["providers.status", {}, {is_on: 1}]

/** @type {(id: number) => ReadCall} */
const candidatesOf = id => ["titles.candidates", {title_id: id}, VALUE]

/** @type {Section} */
const head = {
  name: "title-head",
  title: "Title",
  isWide: true,
  isFlush: true,
  hasNoTitle: true,
  reads,
  more: known => {
    const {item} = known.title
    return {
      slots: slotsOf(...ownerOf(item)),
      publication: ["publications.state", {entity_type: item.entity_type, entity_id: item.id}],
      providers: PROVIDERS,
      candidates: candidatesOf(item.id),
      libraries: ["inventory.list", {}, {library_id: 1, name: 1}],
      problem: ["artwork.problem_of", {title_id: item.id}],
      ...(isWork(known) && {match: matchOf(item.id)}),
    }
  },
  draw: drawHead,
  actions: [
    {
      act: "plan-values",
      needs: "titles.plan_values",
      label: "Plan these values…",
      isPrimary: true,
      when: (_row, _place, known) => Boolean(known?.title.can_plan),
      asks: (_rows, _place, {title}) => valuesQuestion([title.item.id]),
      call: (_rows, _answers, _place, {title}) => ["titles.plan_values", {title_ids: [title.item.id]}],
      done: toldValues,
    },
    {
      act: "publish-title",
      label: "Publish…",
      when: (_row, _place, known) => Boolean(known?.more.publication?.can_publish),
      run: (_rows, _place, {title}) => visit(publicationOf(title.item)),
    },
    {
      act: "look-up-title",
      needs: "enrichment.schedule_titles",
      label: (_row, _place, known) => (wasLookedUp(known) ? "Look up again" : "Look up"),
      when: (_row, _place, known) => Boolean(known) && canLookUp(known),
      call: (_rows, _answers, _place, {title}) => [
        "enrichment.schedule_titles",
        {title_ids: [title.item.id], renew: true},
      ],
      done: ({title: name}) => ({text: `${name}: it runs in the background.`, kind: "info"}),
    },
    {
      act: "pictures",
      needs: "picture_selection.select_candidate",
      key: "c",
      label: (_row, _place, known) => `Choose a ${mainKind(known.title.item)}…`,
      does: "choose its poster and other pictures",
      when: (_row, _place, known) => Boolean(known),
      run: (_rows, _place, {title}) => showArtwork(title.item, mainKind(title.item)),
    },
    {
      act: "ignore-title",
      needs: "matches.ignore",
      label: "Not a film or series",
      when: (_row, _place, known) =>
        Boolean(known) && isWork(known) && known.title.item.state !== "ignored" && Boolean(known.more.match),
      call: (_rows, _answers, _place, {title, more}) => [
        "matches.ignore",
        {title_id: title.item.id, revision: more.match.revision},
      ],
      done: ({description: text, decision_id: undo}) => ({text, undo}),
    },
    {
      act: "restore-title",
      needs: "titles.edit",
      label: "It is a film or series",
      when: (_row, _place, known) => known?.title.item.state === "ignored",
      call: (_rows, _answers, _place, {title}) => [
        "titles.edit",
        {title_id: title.item.id, field: "ignored", value: ""},
      ],
    },
  ],
}

// Values.

/** @typedef {import("#face/title_values.js").Value} Value */

/** @type {(value: Value, changes: {field: string, number: string}, known: any) => Value} */
const chosenOf = ({field}, {number}, {candidates}) =>
  candidates.filter((/** @type {Value} */ each) => each.field === field)[Number(number)]

/** @type {SectionSpec<Value, any>} */
const values = {
  name: "values",
  title: "Values",
  side: "main",
  reads: () => ({
    values: ["titles.shown_values", {title_id: shownId()}, VALUE],
    candidates: candidatesOf(shownId()),
    title: readTitle(),
  }),
  rows: "values",
  rowsOf: known => shownValues(known, place()),
  id: "field",
  opens: "value",
  hasForm: true,
  draw: drawValues,
  actions: [
    {
      act: "set-value",
      needs: "titles.edit",
      label: "Save",
      keeps: true,
      asks: ([value]) => valueForm(value),
      shows: (_row, {value}) => ({line: value, text: value}),
      call: ([{field}], {value}) => ["titles.edit", {title_id: shownId(), field, value}],
      shownAt: () => ({value: ""}),
    },
    {
      act: "choose-value",
      needs: "titles.edit",
      label: "Use this value",
      keeps: true,
      shows: (row, given, known) => {
        const {line, text} = chosenOf(row, /** @type {any} */ (given), known)
        return {line, text}
      },
      call: ([row], given, _place, known) => {
        const {field, value} = chosenOf(row, /** @type {any} */ (given), known)
        return ["titles.edit", {title_id: shownId(), field, value}]
      },
      shownAt: () => ({value: ""}),
    },
    {
      act: "remove-value",
      needs: "titles.edit",
      label: "Remove my value",
      keeps: true,
      call: ([{field}]) => ["titles.edit", {title_id: shownId(), field, value: ""}],
      shownAt: () => ({value: ""}),
    },
    {
      act: "lock-value",
      needs: "titles.set_lock",
      label: "Lock",
      keeps: true,
      shows: ({locked}) => ({locked: !locked}),
      call: ([{field, locked}]) => ["titles.set_lock", {title_id: shownId(), field, locked: !locked}],
    },
  ],
}

// Seasons, people, files.

/** @type {Section} */
const seasons = {
  name: "seasons",
  title: "Seasons",
  side: "main",
  reads,
  when: ({title: {item, children}}) => item.entity_type === "series" || children.length > 0,
  more: ({title: {item}}) =>
    item.entity_type === "series" ? {collection: ["series.collection", {series_id: item.id}, SEASONS]} : {},
  draw: ({title, more}) =>
    title.item.entity_type === "series"
      ? drawSeasons(title, more.collection?.seasons ?? [], may("picture_selection.select_candidate"))
      : drawOwnEpisodes(title),
  actions: [
    {
      act: "season-pictures",
      needs: "picture_selection.select_candidate",
      label: "Poster…",
      run: (_rows, _place, {title}, {number}) => showArtwork(title.item, "poster", Number(number)),
    },
  ],
}

/** @type {(id: number) => ReadCall} */
const matchOf = id => ["matches.get", {title_id: id}, MATCH]

/** @type {Section} */
const match = {
  name: "match",
  title: "Match",
  side: "aside",
  reads,
  when: isWork,
  more: known => (isWork(known) ? {match: matchOf(known.title.item.id)} : {}),
  draw: ({title, more}) => more.match && drawMatch(more.match, title.item.id),
}

/** @type {(name: "cast" | "crew", title: string) => Section} */
const people = (name, title) => ({
  name,
  title,
  side: "aside",
  reads,
  when: known => known.title[name].length > 0,
  draw: known => drawPeople(known.title[name]),
})

/** @type {SectionSpec<import("#face/title_mover.js").File, any>} */
const files = {
  name: "files",
  title: "Files",
  side: "aside",
  reads: () => ({title: readTitle()}),
  draw: ({title}, parts) => [
    drawFiles({...title, files: title.files.slice(0, MOST_FILES)}, parts),
    title.files.length > MOST_FILES &&
      h("p", {class: "quiet", data: {key: "more"}}, `and ${plural(title.files.length - MOST_FILES, "more file")}`),
  ],
  rowsOf: ({title}) => title.files,
  id: "file_id",
  actions: [
    {
      act: "move-file",
      needs: "titles.move",
      label: "Move to another title",
      keeps: true,
      asks: ([file]) => moveQuestion(file),
      call: ([file], answers) => moveCall(file, answers),
      visits: ({item, gone}) => (gone.includes(shownId()) ? `/titles/${item.id}` : ""),
    },
    {
      act: "identify-file",
      needs: "titles.unassign",
      label: "Identify again",
      keeps: true,
      when: file => Boolean(file?.by_hand),
      call: ([{file_id: id}]) => ["titles.unassign", {file_ids: [id]}],
      done: () => ({text: "The file is identified again, in the background.", kind: "info"}),
    },
  ],
}

// What is related, and the requests to providers.

/** @type {Section} */
const related = {
  name: "related",
  title: "Related titles",
  isWide: true,
  reads,
  when: isWork,
  more: known => (isWork(known) ? {related: ["titles.related", {title_id: known.title.item.id}, RELATED]} : {}),
  draw: ({more}) =>
    more.related &&
    (more.related.length
      ? drawRelated(more.related)
      : h("p", {class: "quiet"}, "No other title shares its people, genres or collection.")),
}

/** @type {SectionSpec<any, any>} */
const requests = {
  name: "provider-log",
  title: "Requests to providers",
  isWide: true,
  reads: ({requests: page = "1"}) => ({
    candidates: candidatesOf(shownId()),
    page: [
      "providers.request_page",
      {title_id: shownId(), page: Math.max(1, Math.trunc(Number(page)) || 1), per_page: PER_PAGE},
      {items: REQUEST, total: 1, page: 1, per_page: 1},
    ],
  }),
  draw: ({page, candidates}) => drawRequests(page, answersOf(candidates)),
}

const MISSING = "A title disappears with its last file: the file was moved to another title, or its folder was removed."

/** @type {SectionsSpec<{title: Title}>} */
export const title = {
  page: "title",
  title: known => known?.title.item.name ?? "Title",
  hasOwnHead: true,
  sheets: ["titles.css", "provider_requests.css"],
  news: [...TITLE_NEWS, ...OPERATIONS, "publications:changed", "matches:changed", "enrich:completed"],
  about: () => String(shownId()),
  head: reads,
  keys: {
    u: {does: "back to the list of titles", group: "Move", run: backToList},
  },
  lists: ARTWORK_KEYS.map(([key, does]) => ({key, does, group: "While you choose pictures"})),
  closed(read) {
    const {value, error} = read()
    if (value || !error) return ""
    const link = {label: "All titles", href: "/titles"}
    if (error.code !== "unknown_id") return {title: "This title cannot be shown", text: error.message, link}
    return {title: error.message.replace(/\.$/, ""), text: MISSING, link}
  },
  sections: [
    head,
    values,
    seasons,
    match,
    people("cast", "Cast"),
    people("crew", "Crew"),
    files,
    related,
    ...(may("providers.request_page") ? [requests] : []),
  ],
}

/** @param {HTMLElement} host */
export const makePage = host => new Sections(title, host)
