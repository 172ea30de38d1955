// Checks: the findings of one kind, and the ways to resolve each.
import {List} from "#face/list.js"
import {runSql, showPlan} from "#face/address.js"
import {drawNameTag} from "#face/cells.js"
import {h} from "#face/dom.js"
import {call} from "#face/calls.js"
import {fileName, label} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const COMPARED = {file_name: 1, file_path: 1, place: 1, media: 1, names: 1}
const ROW = {
  ...{kind: 1, subject: 1, shown_title: 1, title: 1, below: 1, text: 1, tags: 1, is_of_file: 1, is_counted: 1},
  ...{file_count: 1, names: 1, mends: 1, query: 1, compared: COMPARED},
}
const SOMETHING = "Nothing of this kind is inconsistent."
/** What a kind without findings says. @type {Record<string, string>} */
const NONE = {
  copies: "All copies of a file have the same people.",
  differ: "Every person named in a file is also assigned to this file in the database.",
  faces: "Every named face is among the people of its photo.",
  ambiguous_person: "Every name in the files matches one person, or the person is assigned to the file.",
  spelling: "No two names are similar.",
  unknown: "The database has every name in the files.",
  placeholder: "No file names a placeholder.",
  single: "All people are in more than one file.",
  corruption: "No verified file differs from its known hash. “indexium cache verify” reads the files.",
  same_name: "No file of the old Indexium could be a file with the same name here.",
  other_recording: "No file may be a recording that is missing, with people or decisions.",
  copied_people: "No file has people that an earlier version took from another recording.",
  several_files: "Every film and every episode has one file, or its files are parts or editions.",
  shared_id: "No two films or series of a library have the same id.",
}

/**
 * A finding as the list reads it.
 * @typedef {Values.CheckRow & {shown_title: string, below: string, tags: NameTag[], is_of_file: boolean, is_counted: boolean, mends: Values.Resolution[], compared: Values.ComparedFile[]}} Row
 * @typedef {{groups: Values.CheckGroup[]}} Head
 */

/** @type {(place: Route, head: Head) => Values.CheckGroup} */
const groupOf = ({kind}, {groups}) =>
  groups.find(each => each.kind === kind) ?? groups.find(({total}) => total) ?? groups[0]

/** @param {Route} place */
const isIgnored = place => Boolean(place.right)

/** @param {Values.CheckGroup[]} groups @param {"total" | "dismissed"} field */
const sum = (groups, field) => groups.reduce((total, each) => total + each[field], 0)

/** @type {(row: Row, place: Route, acts: {hinted: HTMLElement[], plain: HTMLElement[]}) => Child} */
const drawDetails = (row, place, {hinted, plain}) => [
  h("p", {class: `why ${isIgnored(place) ? "note" : "warning"}`}, row.text),
  row.kind !== "single" &&
    row.names.length > 0 &&
    h(
      "dl",
      {class: "names"},
      row.names.map(({name, is_known: isKnown, assigned, named}) => [
        h("dt", null, h("bdi", null, name)),
        h(
          "dd",
          null,
          isKnown ? `in the database, ${plural(assigned, "file")}` : "not in the database",
          " · ",
          named ? `named in ${plural(named, "comment")}` : "in no comment yet",
        ),
      ]),
    ),
  hinted.length > 0 && [label("Resolve"), h("div", {class: "resolutions"}, hinted)],
  h("div", {class: "acts"}, plain),
  row.compared.length > 0 && [
    label("Files"),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": "Files of this finding"},
      row.compared.map(file => drawFile(file, row)),
      row.file_count > row.compared.length &&
        h("li", null, h("small", null, `and ${plural(row.file_count - row.compared.length, "file")} more`)),
    ),
  ],
]

/** @type {(file: Values.ComparedFile, row: Row) => HTMLElement} */
const drawFile = ({file_name: name, file_path: path, place, media, names}, row) =>
  h(
    "li",
    null,
    fileName(name, path),
    h("small", {class: "place"}, h("bdi", null, place)),
    media && h("small", null, media),
    names.map(({label: text, tags}) =>
      h(
        "div",
        {class: "who"},
        text && h("small", null, text),
        h(
          "span",
          {class: "tags"},
          tags.length
            ? tags.map(tag => drawNameTag({...tag, kind: DIFFERING.has(row.kind) ? "odd" : "meant"}))
            : h("span", {class: "hint"}, "no people"),
        ),
      ),
    ),
  )

// In other findings, the marked names are what the finding is about: they are the same in each file.
const DIFFERING = new Set(["copies", "differ", "ambiguous_person"])

/** @type {(key: string, index: number) => ListAction<Row, Head>} */
const resolve = (key, index) => ({
  act: `resolve-${index}`,
  isSingle: true,
  needs: "checks.resolve",
  key,
  label: row => row.mends[index].label + (row.mends[index].asks ? "…" : ""),
  does: "resolve",
  hint: row => row.mends[index].text,
  when: (row, place) => !isIgnored(place) && Boolean(row?.mends[index]),
  asks: ([row]) => {
    const {label: title, text, asks, files} = row.mends[index]
    const confirm = files ? `${title} (${plural(files, "file")})` : title
    return asks && {title: `${title}?`, text, hint: "No file changes now: check the plan and write it.", confirm}
  },
  call: ([row]) => ["checks.resolve", {kind: row.kind, subject: row.subject, code: row.mends[index].code}],
})

/** What is asked before all findings of a kind are resolved. @type {(group: Values.CheckGroup) => Question} */
function questionAboutAll({kind, at_once: atOnce, total}) {
  const number = count(atOnce)
  const left = total - atOnce
  const adds = {title: `Add all ${number} to the database?`, confirm: `Add all ${number}`}
  const hint = "Check the list first: misspelt names become people, too."
  if (kind === "differ")
    return {...adds, hint, text: `The database adds the people of these ${number} files. The files do not change.`}
  if (kind === "unknown")
    return {
      ...adds,
      hint,
      text: `The database adds these ${number} names, in all their files. The files do not change.`,
    }
  if (kind === "faces")
    return {
      ...adds,
      hint,
      text: `The database adds the named faces of these ${number} photos. The plan then adds these names to the photos; the next write stores them.`,
    }
  return {
    title: `Are ${left ? "these" : "all"} ${number} the same recordings?`,
    text: "Each file gets the people and decisions of the recording that it may be. The files do not change.",
    hint: left ? `${plural(left, "file")} without sure evidence ${left === 1 ? "waits" : "wait"}.` : "",
    confirm: answerOf({at_once: atOnce, total}),
  }
}

/** @type {(group: {at_once: number, total: number}) => string} */
const answerOf = ({at_once: atOnce, total}) =>
  atOnce === total ? `Answer all ${count(atOnce)}` : `Answer ${count(atOnce)} with sure evidence`

/** @type {ListAction<Row, Head>[]} */
const OF_ALL = [
  {
    act: "resolve-all",
    needs: "checks.resolve_all",
    where: "all",
    label: (_, place, head) => {
      const group = groupOf(place, head)
      return group.kind === "other_recording"
        ? `${answerOf(group)}…`
        : `Add all ${count(group.at_once)} to the database…`
    },
    when: (_, place, head) => {
      const group = head && groupOf(place, head)
      return Boolean(group) && !isIgnored(place) && group.total > 1 && group.at_once > 0
    },
    asks: (_, place, head) => questionAboutAll(groupOf(place, head)),
    call: (_rows, _answers, place, head) => ["checks.resolve_all", {kind: groupOf(place, head).kind}],
  },
  {
    act: "ignore-all",
    needs: "checks.ignore_all",
    where: "all",
    label: (_, place, head) => `Ignore all ${count(groupOf(place, head).total)}…`,
    when: (_, place, head) => Boolean(head) && !isIgnored(place) && groupOf(place, head).total > 1,
    asks: (_, place, head) => {
      const number = count(groupOf(place, head).total)
      return {
        title: `Ignore all ${number} findings?`,
        text: `All ${number} findings are hidden until their data changes. You can open them again.`,
        confirm: `Ignore all ${number}`,
      }
    },
    call: (_rows, _answers, place, head) => ["checks.ignore_all", {kind: groupOf(place, head).kind}],
    done: number => `${plural(number, "finding is", "findings are")} ignored.`,
  },
  {
    act: "as-sql",
    needs: "checks.as_sql",
    where: "head",
    label: "Open as SQL",
    when: (_, _place, head) => Boolean(head),
    run: async (_, place, head) => {
      const args = {kind: groupOf(place, head).kind, ignored: isIgnored(place)}
      runSql(await call("checks.as_sql", args))
    },
  },
]

/** @param {Row[]} rows */
const subjectsOf = rows => ({kind: rows[0].kind, subjects: rows.map(({subject}) => subject)})

/** @type {ListSpec<Row, Head>} */
export const checks = {
  page: "checks",
  noun: "finding",
  id: "subject",
  news: ["plan:changed", "checks:changed", "scan:completed", "write:completed"],
  head: () => ({groups: ["checks.groups", {}]}),
  read: (place, perPage, head) =>
    head
      ? [
          "checks.page",
          {kind: groupOf(place, head).kind, number: Number(place.page), per_page: perPage, dismissed: isIgnored(place)},
          {items: ROW, total: 1, page: 1},
        ]
      : null,
  title: head => {
    if (!head) return "Checks"
    const total = sum(head.groups, "total")
    return total ? plural(total, "finding") : "No findings"
  },
  summary: head => {
    if (!head) return ""
    const ignored = sum(head.groups, "dismissed")
    return [
      sum(head.groups, "total") && "inconsistencies between the database and the files",
      ignored && plural(ignored, "ignored finding"),
    ]
      .filter(Boolean)
      .join(" · ")
  },
  chips: (head, place) =>
    head.groups.map(({kind, title, total}) => ({
      id: kind,
      label: title,
      total,
      on: groupOf(place, head).kind === kind,
      to: {kind, right: ""},
    })),
  above: (head, place) => groupOf(place, head).text,
  turn: (head, place) => {
    const {total, dismissed} = groupOf(place, head)
    const {kind} = groupOf(place, head)
    if (isIgnored(place)) return {label: `Back to ${plural(total, "open finding")}`, on: true, to: {right: "", kind}}
    return dismissed ? {label: `${count(dismissed)} ignored`, on: false, to: {right: "1", kind}} : null
  },
  name: ({title}) => title,
  columns: [
    {
      kind: "name",
      width: "minmax(150px, 1.2fr)",
      phone: "first",
      value: ({shown_title: title, below, is_of_file: isFile}) => ({title, below, isFile}),
    },
    {kind: "tags", width: "minmax(150px, 1.5fr)", phone: "below", value: ({tags, text}) => ({tags, text})},
    {
      kind: "text",
      width: "72px",
      phone: "end",
      value: ({is_counted: isCounted, file_count: files}) => (isCounted ? plural(files, "file") : ""),
    },
  ],
  details: drawDetails,
  selects: true,
  actions: [
    ...["a", "b", "c"].map(resolve),
    {
      act: "ignore",
      needs: "checks.ignore",
      key: "r",
      label: "Ignore",
      does: "ignore or open again",
      when: (_, place) => !isIgnored(place),
      isOwn: true,
      call: rows => ["checks.ignore", subjectsOf(rows)],
      done: (_, rows) =>
        rows.length > 1
          ? `${plural(rows.length, "finding")} ignored until their data changes.`
          : "Ignored: the finding is hidden until its data changes.",
    },
    {
      act: "unignore",
      needs: "checks.unignore",
      key: "r",
      label: "Open the finding again",
      does: "ignore or open again",
      when: (_, place) => isIgnored(place),
      isOwn: true,
      call: rows => ["checks.unignore", subjectsOf(rows)],
      done: (_, rows) =>
        rows.length > 1 ? `${plural(rows.length, "finding")} are open again.` : "The finding is open again.",
    },
    {
      act: "plan",
      isSingle: true,
      key: "o",
      label: "Open in the plan",
      does: "open in the plan",
      when: row => Boolean(row?.query),
      run: ([row]) => showPlan(row.query),
    },
    ...OF_ALL,
  ],
  empty: (place, head) =>
    isIgnored(place)
      ? {title: "No ignored findings", text: "This list shows the findings that you ignore."}
      : {title: "No findings", text: (head && NONE[groupOf(place, head).kind]) || SOMETHING},
}

/** @param {HTMLElement} host */
export const makePage = host => new List(checks, host)
