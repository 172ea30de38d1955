// Publications: the NFO files and pictures that would be written beside the media, reviewed, selected and published.
import {List} from "#face/list.js"
import {go, place as currentPlace, visit} from "#face/address.js"
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may, toast} from "#face/frame.js"
import {DETAILS, drawActors, drawPicture, drawPublication, drawSideFile} from "#face/publish_details.js"
import {askOptions} from "#face/publish_options.js"
import {askPublication, dryRun} from "#face/publish_question.js"
import {cutName} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const PEOPLE = 6 // of a row
const LEVELS = ["safe", "warning", "danger"] // risks that are published
/** The words of the risks. @type {Record<string, string>} */
const RISKS = {
  safe: "new or ours",
  warning: "edits or restores a file",
  danger: "something would be lost",
  blocked: "cannot be written",
  unchanged: "",
}
const SORTS = {risk: "Highest risk first", title: "By title", folder: "By folder"}
/** The filters with several choices: the name in the address, and the label. @type {Record<"action" | "code" | "library", {name: string, label: string}>} */
const FILTERS = {
  action: {name: "files", label: "Files"},
  code: {name: "note", label: "Note"},
  library: {name: "folder", label: "Folder"},
}
const UNSELECTED = "Select titles first: press x for the title at the cursor."
const ROW = {
  ...{address: 1, entity_type: 1, entity_id: 1, name: 1, about: 1, folder: 1, initials: 1, chips: 1, remarks: 1},
  ...{is_video: 1, is_wide: 1},
  ...{people: 1, risk: 1, reason: 1, why: 1, can_publish: 1},
}
const OVERVIEW = {
  ...{risks: 1, titles: 1, selectable: 1, by_action: 1, by_code: 1, by_library: 1, has_libraries: 1, about: 1},
  ...{summary: 1, rollback: 1},
}

/**
 * @typedef {Pick<Values.PublicationItem, "address" | "entity_type" | "entity_id" | "name" | "about" | "folder" | "initials" | "is_video" | "is_wide" | "chips" | "remarks" | "people" | "risk" | "reason" | "why" | "can_publish">} Row
 * @typedef {Pick<Values.PublicationOverview, "risks" | "titles" | "selectable" | "by_action" | "by_code" | "by_library" | "has_libraries" | "about" | "summary" | "rollback">} Overview
 * @typedef {{overview: Overview}} Head
 * @typedef {import("#face/lasting_selection.js").Chosen} Chosen Its `known` is the risk of the title.
 */

// Filters.

/** @type {(place: Route, name: string) => string[]} */
const valuesOf = (place, name) => (place[name] ?? "").split("|").filter(Boolean)

/** The arguments of the calls that find titles. @param {Route} place */
export const found = place => ({
  query: place.q ?? "",
  risk: place.risk ? [place.risk] : [],
  action: valuesOf(place, "files"),
  code: valuesOf(place, "note"),
  library_id: place.folder ? Number(place.folder) : null,
})

/** @param {Route} place */
const isNarrowed = place => ["q", "risk", "files", "note", "folder"].some(name => place[name])

const EVERYTHING = {q: "", risk: "", files: "", note: "", folder: ""}

/** @type {(place: Route, name: string, value: string) => Route} */
function turned(place, name, value) {
  const values = valuesOf(place, name)
  const others = values.filter(each => each !== value)
  return {[name]: (others.length < values.length ? others : [...values, value]).join("|")}
}

/** @param {Overview} overview */
const choicesOf = ({by_action: action, by_code: code, by_library: library}) => ({action, code, library})

/** @type {(head: Head | undefined, place: Route) => ListMenu[]} */
const filtersOf = (head, place) =>
  head
    ? Object.entries(choicesOf(head.overview)).map(([key, choices]) => {
        const {name, label} = FILTERS[/** @type {keyof typeof FILTERS} */ (key)]
        const chosen = valuesOf(place, name)
        const isMany = key !== "library"
        return {
          ...{name: label, label, sign: chosen.length},
          groups: [
            {
              ...{label, isMany, none: "No title has one."},
              options: choices.map(({value, label: text, total}) => ({
                ...{id: value, label: text, total, on: chosen.includes(value)},
                to: isMany ? turned(place, name, value) : {[name]: value},
              })),
            },
          ],
        }
      })
    : []

/** @type {(head: Head | undefined, place: Route) => {label: string, to: Route}[]} */
function narrowedBy(head, place) {
  const choices = head ? choicesOf(head.overview) : {action: [], code: [], library: []}
  return [
    ...(place.risk ? [{label: place.risk, to: {risk: ""}}] : []),
    ...Object.entries(FILTERS).flatMap(([key, {name}]) =>
      valuesOf(place, name).map(value => ({
        label: choices[/** @type {keyof typeof choices} */ (key)].find(each => each.value === value)?.label ?? value,
        to: turned(place, name, value),
      })),
    ),
  ]
}

/** @type {(head: Head, place: Route) => ListChip[]} */
const chipsOf = ({overview: {risks}}, place) =>
  Object.entries(RISKS).map(([level, hint]) => ({
    ...{id: level, label: level, total: risks[level] ?? 0, level, hint},
    on: place.risk === level,
    to: {risk: place.risk === level ? "" : level},
  }))

// The selection.

/** Return the selected titles as the calls take them. @param {Chosen[]} chosen */
export const namedBy = chosen => ({
  addresses: chosen.filter(({isFound}) => !isFound).map(({id}) => id),
  found: chosen.filter(({isFound}) => isFound).map(({id}) => id),
})

/** @type {(chosen: Chosen[], head: Head) => {title: string, note: string}} */
function selectionText(chosen, {overview: {titles, rollback}}) {
  if (!chosen.length) return {title: titles ? "Nothing selected" : "", note: "only selected titles are published"}
  const counts = LEVELS.map(level => ({level, total: chosen.filter(({known}) => known === level).length}))
  const levels = counts.filter(({total}) => total).map(({level, total}) => `${count(total)} ${level}`)
  return {
    title: `${count(chosen.length)} of ${plural(Math.max(titles, chosen.length), "title")} selected`,
    note: `${levels.join(", ")} · ${rollback}`,
  }
}

// Rows and details.

/** @type {(row: Row, place: Route, acts: {plain: HTMLElement[]}, known: {more: any, isSelected: boolean}) => Child} */
const drawDetails = (row, place, {plain}, {more, isSelected}) =>
  drawPublication({row, details: more?.details, isMember: Boolean(place.member), isSelected, acts: plain})

/** The address of the page on which the values of a title or a video are edited. @param {string} address */
function editingOf(address) {
  const [kind, id] = address.split(":")
  return kind === "video" ? `/track/${id}` : `/titles/${id}`
}

/** Ask what the libraries publish if none publishes anything: a person has pressed *Publish* for the first time. */
async function offerOptions() {
  const libraries = await call("publications.libraries")
  if (!libraries.some(({options}) => options.publish !== "off")) await askOptions()
}

/** What is stored for a decision about a file, and whether the title is then selected. @type {Record<string, [choice: string, isSelected: boolean]>} */
const DECISIONS = {
  keep: ["keep", false],
  replace: ["replace", true],
  restore: ["replace", true],
  stop: ["stop", false],
  resume: ["resume", true],
  take_back: ["", false],
  take_back_and_select: ["", true],
}

/** @type {ListAction<Row, Head>[]} */
const ACTIONS = [
  {
    act: "select-safe",
    where: "all",
    needs: "publications.start_titles",
    label: (_, _place, head) => `Select all safe (${count(head.overview.risks.safe ?? 0)})`,
    when: (_, _place, head) => Boolean(head?.overview.risks.safe),
    selectsFound: place => ["publications.selectable", {wanted: {...found(place), risk: ["safe"]}}],
  },
  {
    act: "publish-safe",
    where: "all",
    needs: "publications.start_titles",
    label: "Publish all safe…",
    when: (_, _place, head) => Boolean(head?.overview.risks.safe),
    clears: true,
    run: async (_, place) => {
      const safe = await call("publications.selectable", {wanted: {...found(place), risk: ["safe"]}})
      return askPublication({found: Object.keys(safe)})
    },
  },
  {
    act: "options",
    where: "all",
    needs: "publications.set_options",
    label: "Change what is published…",
    run: () => askOptions(),
  },
  {act: "folders", where: "empty", label: "Open the library", run: () => visit("/library?show=folders")},
  {
    act: "dry-run",
    where: "bar",
    key: "d",
    label: "Dry run",
    does: "dry run of the selected titles",
    refuses: () => UNSELECTED,
    clears: true,
    run: chosen => dryRun(namedBy(/** @type {any} */ (chosen))),
  },
  {
    act: "publish",
    where: "bar",
    needs: "publications.start_titles",
    key: "w",
    label: (_row, _place, _head, selected) => `Publish ${plural(selected, "title")}…`,
    does: "publish the selected titles",
    isPrimary: true,
    refuses: () => UNSELECTED,
    clears: true,
    run: chosen => askPublication(namedBy(/** @type {any} */ (chosen))),
  },
  {
    act: "edit",
    needs: "titles.set",
    key: "e",
    isSingle: true,
    label: "Edit values",
    does: "edit the values",
    run: ([{address}], {member}) => visit(editingOf(member ?? address)),
  },
  {
    act: "decide-file",
    where: "field",
    needs: "publications.choose",
    label: "Decide about a file",
    keeps: true,
    picks: ({decision}) => DECISIONS[decision][1],
    call: (_, {address, path, decision}) => ["publications.choose", {address, choice: DECISIONS[decision][0], path}],
    done: ({summary}) => summary,
  },
  {
    act: "select-file",
    where: "field",
    needs: "publications.choose",
    label: "Select to write ours",
    picks: () => true,
    run: () => toast("The title is selected. Publish it to write our file.", {kind: "info"}),
  },
  {
    act: "discard-changes",
    where: "field",
    needs: "publications.discard_changes",
    label: "Discard changes…",
    keeps: true,
    asks: () => ({
      title: "Discard the changes?",
      text: "The values and pictures that you chose since the last publication are undone, as one step.",
      hint: "No file on the disk is changed.",
      confirm: "Discard the changes",
      stays: true,
    }),
    call: (_, {kind, id}) => ["publications.discard_changes", {entity_type: kind, entity_id: Number(id)}],
    done: ({summary}) => summary,
  },
]

const FIRST_OPTIONS = {label: "Choose what to publish…", act: "options", isPrimary: true}

/** @type {(place: Route, head: Head | undefined) => ReturnType<ListSpec["empty"]>} */
function emptyOf(place, head) {
  if (!head) return {title: "", text: ""} // it comes
  const {about, has_libraries: hasLibraries, risks} = head.overview
  if (!about)
    return {
      title: "No folder publishes yet",
      text: "Indexium can write NFO files and pictures beside your films, series and videos, so that Kodi, Jellyfin and Plex show them. People of home videos become actors. You see every change before it is written, and every byte can be rolled back.",
      acts: [hasLibraries ? FIRST_OPTIONS : {label: "Open the library", act: "folders"}],
    }
  if (isNarrowed(place))
    return {
      title: "No title matches",
      text: "Remove a filter, or search for other words.",
      acts: [{label: "Clear all filters", act: "to", to: EVERYTHING}],
    }
  if (risks.unchanged)
    return {
      title: "Everything is published",
      text: `The files of ${plural(risks.unchanged, "title")} are as they should be.`,
    }
  return {
    title: "Nothing to publish",
    text: "No title of the chosen folders has values that players could read. Home videos are published if they have people or values by hand.",
    acts: [FIRST_OPTIONS],
  }
}

/** @type {ListSpec<Row, Head>} */
export const publish = {
  page: "publish",
  noun: "title",
  id: "address",
  opens: "title",
  ofRow: ["member"],
  folds: true,
  perPage: 40,
  sheets: ["publish.css"],
  news: [
    ...["publications:changed", "publish:completed", "rollback:completed", "scan:completed"],
    ...["movie:updated", "series:updated"],
  ],
  head: place => ({overview: ["publications.overview", {wanted: found(place)}, OVERVIEW]}),
  read: (place, perPage) => [
    "publications.plan",
    {...found(place), sort: place.sort ?? "risk", page: Number(place.page), per_page: perPage},
    {items: ROW, total: 1, page: 1},
  ],
  one: id => {
    const [kind, number] = id.split(":")
    return ["publications.get", {entity_type: kind, entity_id: Number(number)}, ROW]
  },
  more: ({address}, {member}) => {
    const [kind, number] = (member ?? address).split(":")
    return {details: ["publications.details", {entity_type: kind, entity_id: Number(number)}, DETAILS]}
  },
  // Files may have changed on the disk; who may not look asks for what is known.
  entered: () => {
    if (may("publications.refresh")) void call("publications.refresh", {disk: true}).catch(() => {})
  },
  follow: () => {
    if (!currentPlace().ask) return
    go({ask: ""}, {push: false})
    void offerOptions()
  },
  search: {
    name: "q",
    label: "Search the publications",
    placeholder: "Search titles and files, or note:locked …",
  },
  filters: filtersOf,
  narrowed: narrowedBy,
  isBare: ({overview}) => !overview.about,
  title: (head, total) => {
    if (!head?.overview.about) return "Publish"
    const {titles} = head.overview
    if (titles) return `${plural(titles, "title")} would be published`
    return isNarrowed(currentPlace()) ? `${plural(total ?? 0, "title")} found` : "Nothing to publish"
  },
  summary: head => (head?.overview.about ? head.overview.summary : ""),
  chips: chipsOf,
  choice: ({overview}, {sort = "risk"}) =>
    overview.about
      ? {
          label: "Order",
          name: "sort",
          choices: Object.entries(SORTS).map(([value, label]) => ({value, label, on: value === sort})),
        }
      : null,
  above: ({overview}) => overview.about,
  turn: ({overview: {risks}}, {risk}) =>
    risks.danger && risk !== "danger"
      ? {label: `Review danger (${count(risks.danger)})`, on: false, to: {risk: "danger", page: ""}}
      : null,
  name: ({name}) => name,
  lasting: {
    can: ({can_publish: can}) => can,
    knows: ({risk}) => risk,
    all: place => ["publications.selectable", {wanted: found(place)}],
    able: ({overview}) => overview.selectable,
    text: selectionText,
    takes: {name: "pick", read: ids => ["publications.risks_of", {addresses: ids}]},
  },
  columns: [
    {kind: "own", width: "34px", phone: "start", value: row => drawPicture(row)},
    {
      kind: "own",
      width: "minmax(0, 1fr)",
      phone: "first",
      head: "Title and files",
      value: ({name, about, folder}) =>
        h(
          "span",
          {class: "file"},
          h("b", {title: name}, cutName(name), about && h("small", null, ` ${about}`)),
          h("small", {title: folder}, h("bdi", null, folder)),
        ),
    },
    {
      kind: "state",
      width: "minmax(110px, auto)",
      phone: "below",
      head: "Risk",
      value: ({risk, reason, why}) => ({level: risk, text: reason, title: why}),
    },
  ],
  below: ({chips, remarks, people}) => [
    chips.length > 0 && h("div", {class: "side-files"}, chips.map(drawSideFile)),
    remarks.map(({level, text}) => h("p", {class: `says ${level}`}, h("bdi", null, text))),
    drawActors(people.slice(0, PEOPLE), people.length - PEOPLE),
  ],
  details: drawDetails,
  actions: ACTIONS,
  empty: emptyOf,
}

/** @param {HTMLElement} host */
export const makePage = host => new List(publish, host)
