// The numbers of the library; each number opens its list of files, one page at a time.
import {go} from "#face/address.js"
import {h} from "#face/dom.js"
import {FILE_STATES} from "#face/folder_card.js"
import {chip, closeButton, drawTag, emptyState, fileName, pager, placeOf} from "#face/widgets.js"
import {count, plural, size} from "#face/wording.js"

const PER_PAGE = 25
const TEXTS = 8 // custom texts of several files
const FILE = {
  ...{file_id: 1, file_name: 1, file_path: 1, place: 1, size: 1, state: 1, message: 1, people: 1, named: 1, text: 1},
  copies: 1,
}

/**
 * @typedef {Pick<Values.ListedFile, "file_id" | "file_name" | "file_path" | "place" | "size" | "state" | "message" | "people" | "named" | "text" | "copies">} Row
 * @typedef {{items: Row[], total: number, page: number, per_page: number}} FilePage
 * @typedef {{quality: Values.Quality, more: {files?: FilePage}}} Known
 * @typedef {SectionParts<Row>} Parts
 *
 * @typedef {object} FileList
 * @property {string} [label] Of its number; a list without one has no number.
 * @property {string} [level] If its number is not 0.
 * @property {string} title
 * @property {string} [planned] The search of the plan that finds the same files.
 */

/** @type {Record<string, FileList>} */
export const LISTS = {
  all: {label: "files", title: "Every file"},
  people: {label: "with people", level: "good", title: "Files with people"},
  nobody: {label: "no people yet", title: "Files without people"},
  named: {title: "Files whose comment names people"},
  unknown: {
    ...{label: "with people from the file only", level: "look"},
    title: "Files whose comment names people that are not in the database",
  },
  text: {label: "with custom text", title: "Files whose comment has a custom text", planned: "issue:custom_comment"},
  copies: {label: "duplicates", title: "Files with duplicates", planned: "issue:duplicate_content"},
  broken: {
    ...{label: "damaged, empty or unreadable", level: "bad"},
    title: "Files that are damaged, empty or unreadable",
    planned: "issue:corrupt OR issue:unreadable",
  },
  unwritable: {
    label: "cannot be written",
    title: "Intact files that cannot be written, with the reason",
    planned: "issue:no_strategy_yet OR issue:unsupported_container OR issue:read_only",
  },
  missing: {
    ...{label: "missing since a scan", level: "look"},
    title: "Files that the last scan did not find",
    planned: "issue:missing_file",
  },
  offline: {
    ...{label: "in offline folders", level: "look"},
    title: "Files of offline folders",
    planned: "issue:offline",
  },
}
const ALWAYS = new Set(["all", "people", "nobody"]) // numbers that are shown if they are 0, too

/** The shown numbers of files. @param {Values.Quality} quality */
export const numbersOf = quality =>
  Object.entries(LISTS)
    .map(([kind, {label, level}]) => ({kind, label, level, number: Number(quality[/** @type {"all"} */ (kind)])}))
    .filter(({kind, label, number}) => label && (number || ALWAYS.has(kind)))

/** @type {(shown: ReturnType<typeof numbersOf>[number], isOn: boolean) => HTMLElement} */
const drawNumber = ({kind, label, level = "", number}, isOn) =>
  h(
    "button",
    {
      type: "button",
      class: "stat held",
      "aria-pressed": String(isOn),
      data: {act: "show-list", kind: isOn ? "" : kind, key: kind},
    },
    h("b", {class: number ? level : ""}, count(number)),
    h("small", null, label),
  )

/** What a file has to do with its list. @type {(file: Row, kind: string) => string} */
export function reasonOf({copies, text, message}, kind) {
  if (kind === "copies") return `${plural(copies, "file")} with the same media`
  return (kind === "text" && text) || message
}

/** @type {(file: Row, kind: string, parts: Parts) => HTMLElement} */
function drawFile(file, kind, {act}) {
  const {file_id: id, file_name: name, file_path: path, place, size: bytes, people, named, state} = file
  const [word, level] = FILE_STATES[state] ?? []
  const reason = reasonOf(file, kind)
  return h(
    "div",
    {class: "row frow", role: "row", data: {row: id, key: id}},
    h(
      "span",
      {class: "f file", role: "cell"},
      fileName(name, path),
      h("small", {class: "place"}, h("bdi", {dir: "ltr"}, place), h("span", null, "· ", size(bytes))),
    ),
    h(
      "span",
      {class: "t tags", role: "cell"},
      (people.length ? people : named).map(text => drawTag({text, kind: ""})),
      !people.length && named.length > 0 && h("span", {class: "quiet"}, "from the file"),
      reason && h("span", {class: "sum"}, h("bdi", null, reason)),
    ),
    h(
      "span",
      {class: "r", role: "cell"},
      word && chip(level, word),
      act("add-people", file, {kind: "link", "aria-label": `Add people to ${name}`}),
    ),
  )
}

/** @type {(kind: string, page: FilePage, parts: Parts) => HTMLElement} */
const drawTop = (kind, {total}, {act}) =>
  h(
    "div",
    {class: "pager top", data: {key: "top"}},
    h("b", null, LISTS[kind].title),
    h(
      "span",
      {class: "turn"},
      kind === "unknown" && total > 0 && act("take-people", undefined, {kind: "link"}),
      LISTS[kind].planned &&
        total > 0 &&
        h("a", {class: "btn link", href: `/plan?${new URLSearchParams({q: LISTS[kind].planned})}`}, "Show in the plan"),
      closeButton("Close the list", {act: "show-list", kind: "", key: "close"}),
    ),
  )

/** @param {Values.Quality} quality */
function drawTexts({texts}) {
  const shown = texts.filter(({files}) => files > 1).slice(0, TEXTS)
  if (!shown.length) return null
  return h(
    "ul",
    {class: "texts", "aria-label": "Duplicate texts"},
    shown.map(({text, files}) =>
      h("li", null, h("q", null, h("bdi", null, text)), h("span", {class: "num"}, plural(files, "file"))),
    ),
  )
}

/** @type {(kind: string, known: Known, parts: Parts) => HTMLElement} */
function drawList(kind, {quality, more: {files}}, parts) {
  const {title} = LISTS[kind]
  return h(
    "section",
    {class: "card", "aria-label": title, data: {key: `list-${kind}`}},
    drawTop(kind, files, parts),
    kind === "text" && drawTexts(quality),
    files.items.length
      ? h(
          "div",
          {role: "table", "aria-label": title, "aria-rowcount": files.total, data: {key: "table"}},
          files.items.map(file => drawFile(file, kind, parts)),
        )
      : emptyState(null, "No file in this list."),
    pager({...placeOf(files), name: "page"}),
  )
}

/** The list that the address names; "" for none. @param {Route} place */
const listed = ({list = ""}) => (list in LISTS ? list : "")

/** @type {SectionSpec<Row, Known>} */
export const fileLists = {
  name: "file-lists",
  title: "Lists of files",
  hasNoTitle: true,
  isBare: true,
  reads: () => ({quality: ["inventory.quality", {}]}),
  more: (_, place) =>
    listed(place)
      ? {
          files: [
            "inventory.files",
            {kind: listed(place), page: Math.max(1, Math.trunc(Number(place.page)) || 1), per_page: PER_PAGE},
            {items: FILE, total: 1, page: 1, per_page: 1},
          ],
        }
      : {},
  rowsOf: ({more: {files}}) => files?.items ?? [],
  id: "file_id",
  when: ({quality: {all, missing}}) => all + missing > 0,
  draw(known, parts, place) {
    const kind = listed(place)
    return [
      h(
        "div",
        {class: "chips tiles", role: "group", "aria-label": "Lists of files", data: {key: "tiles"}},
        numbersOf(known.quality).map(each => drawNumber(each, each.kind === kind)),
      ),
      kind && known.more.files && drawList(kind, known, parts),
    ]
  },
  actions: [
    {act: "show-list", label: "Show the list", run: (_rows, _at, _head, {kind}) => go({list: kind, page: ""})},
    {
      act: "add-people",
      needs: "people.add_typed",
      label: "Add people…",
      keeps: true,
      asks: ([{file_name: name}]) => ({
        title: `Who is in ${name}?`,
        text: "Enter names separated by commas. They are added to the database. No file is changed.",
        hint: 'Put a name with a comma in double quotes: "Lee, Thomas Jr."',
        fields: [{name: "text", label: "People", longest: 2000}],
        confirm: "Add",
        stays: true,
      }),
      call: ([{file_id: id}], {text}) => ["people.add_typed", {file_id: id, text}],
      want: {text: 1},
    },
  ],
}
