// People: a list with pictures, one person in detail, and the changes of persons with a preview.
import {List} from "#face/list.js"
import {runSql, showPlan} from "#face/address.js"
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {drawPortrait, thumbnail} from "#face/images.js"
import {portraitOf} from "#face/person_picker.js"
import {button, facts, fileName, label} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const SHOWN_FILES = 12 // files with a picture in the details
const SPLIT_FILES = 200 // files that the question about a split lists
const LABEL_HINT = "A text in parentheses at the end tells people with one name apart. It is never written into files."
const PREVIEW_HINT = "No file changes now: check the plan and write it. Undo reverts the change."
const ROW = {
  ...{person_id: 1, name: 1, label: 1, qualifier: 1, other_names: 1, files: 1, years: 1},
  ...{picture_id: 1, picture_version: 1},
}
const PROFILE = {
  companions: {person_id: 1, label: 1, files: 1},
  files: {file_id: 1, file_name: 1, path: 1, place: 1, picture_version: 1},
  merged: 1,
}

/**
 * @typedef {import("#face/person_picker.js").Person} Person
 * @typedef {Pick<Values.PersonCard, "person_id" | "name" | "label" | "qualifier" | "other_names" | "files" | "years" | "picture_id" | "picture_version">} Row
 * @typedef {Pick<Values.PersonFile, "file_id" | "file_name" | "path" | "place" | "picture_version">} File
 * @typedef {{companions: Values.Companion[], files: File[], merged: string[]}} Profile
 */

/** The read of what only the details of a person need. @type {(id: number) => ReadCall} */
const profileOf = id => ["people.details", {person_id: id, files: SPLIT_FILES}, PROFILE]

/** @param {Row} row */
const alsoCalled = ({other_names: names}) => names.join(", ")

// Details.

/** @type {(file: File, row: Row) => HTMLElement} */
const drawFile = ({file_id: id, file_name: name, path, place, picture_version: version}, {picture_id: pictureId}) =>
  h(
    "li",
    {data: {key: id}},
    drawPortrait({initials: name.slice(0, 1).toUpperCase(), src: thumbnail(id, version)}),
    h("span", {class: "file"}, fileName(name, path), h("small", null, h("bdi", null, place))),
    id === pictureId
      ? h("span", {class: "num"}, "the picture")
      : version &&
          button("Use as picture", "picture", {
            kind: "link",
            data: {file: id, version},
            "aria-label": `Use as picture: ${name}`,
          }),
  )

/** @param {Profile} profile */
const drawCompanions = ({companions}) =>
  companions.length > 0 && [
    label("Together with", {key: "companions-label"}),
    h(
      "div",
      {class: "tags", data: {key: "companions"}},
      companions.map(({person_id: id, label: name, files}) =>
        h(
          "button",
          {type: "button", class: "tag", data: {act: "part", to: JSON.stringify({of: id}), key: id}},
          h("bdi", null, name),
          h("span", {class: "num"}, ` ${count(files)}`),
        ),
      ),
    ),
  ]

/** @param {Profile} profile */
const drawMerged = ({merged}) =>
  merged.length > 0 && [
    label("Merged into this person", {key: "merged-label"}),
    h(
      "ul",
      {class: "listing merged", data: {key: "merged"}},
      merged.map(name =>
        h(
          "li",
          {data: {key: name}},
          h("span", {class: "grow"}, h("bdi", null, name)),
          button("Separate…", "separate", {kind: "link", data: {merged: name}, "aria-label": `Separate… ${name}`}),
        ),
      ),
    ),
  ]

/** @type {(profile: Profile, row: Row) => Child} */
function drawFiles({files}, row) {
  const rest = row.files - Math.min(files.length, SHOWN_FILES)
  return (
    files.length > 0 && [
      label("Files", {key: "files-label"}),
      h(
        "ul",
        {class: "listing person-files", tabindex: "0", "aria-label": "Newest files", data: {key: "files"}},
        files.slice(0, SHOWN_FILES).map(file => drawFile(file, row)),
        rest > 0 && h("li", null, h("small", null, `and ${plural(rest, "file")} more`)),
      ),
    ]
  )
}

/** @type {(row: Row, place: Route, acts: {plain: HTMLElement[]}, known: {more: {profile: Profile} | undefined}) => Child} */
const drawDetails = (row, _place, {plain}, {more}) => [
  facts(
    [
      ["Files", count(row.files)],
      ["Years", row.years],
      ["Also called", alsoCalled(row)],
      ["Qualifier", row.qualifier && `${row.qualifier} (never written into files)`],
      ["Id", `#${row.person_id}`],
    ].filter(([, text]) => text),
  ),
  h("div", {class: "acts", data: {key: "acts"}}, plain),
  more
    ? [drawCompanions(more.profile), drawMerged(more.profile), drawFiles(more.profile, row)].flat()
    : h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading")),
]

// Actions. The preview of a change says what it would do.

/** @type {(title: string, confirm: string) => (effect: Values.PersonChange) => Question | null} */
const previewed = (title, confirm) => effect =>
  effect.text ? {title, text: effect.text, hint: PREVIEW_HINT, confirm} : null

/** @type {ListAction<Row, {}>[]} */
const CHANGES = [
  {
    act: "rename",
    needs: "people.relabel",
    key: "e",
    label: "Rename…",
    does: "rename",
    isQuiet: true,
    keeps: true,
    asks: ([{label: name}]) => ({
      title: `Rename ${name}`,
      hint: LABEL_HINT,
      fields: [{name: "label", label: "New name", value: name}],
      confirm: "Preview…",
    }),
    call: ([{person_id: id}], {label: name}) => ["people.relabel", {person_id: id, label: name}],
    preview: ([{label: name}], _, effect) => previewed(`Rename ${name}?`, "Rename")(effect),
  },
  {
    act: "merge",
    needs: "people.merge",
    key: "m",
    label: "Merge…",
    does: "merge",
    isQuiet: true,
    asks: ([{person_id: id, label: name}]) => ({
      title: `Merge ${name} into another person`,
      text: `The files of ${name} become files of the other person, and the name becomes an alias.`,
      fields: [
        {
          name: "into",
          kind: "person",
          label: "Person that stays",
          placeholder: "Name, qualifier or alias",
          without: [id],
        },
      ],
      confirm: "Preview…",
    }),
    call: ([{person_id: id}], {into}) => ["people.merge", {names: [`#${id}`], into: `#${into.id}`}],
    preview: ([{label: name}], {into}, effect) => previewed(`Merge ${name} into ${into.label}?`, "Merge")(effect),
  },
  {
    act: "merge-others",
    needs: "people.merge",
    label: "Merge others…",
    isQuiet: true,
    keeps: true,
    asks: ([{person_id: id, label: name}]) => ({
      title: `Merge other people into ${name}`,
      text: `Their files become files of ${name}, and their names become aliases.`,
      fields: [
        {
          name: "others",
          kind: "person",
          isMany: true,
          label: "Other people",
          placeholder: "Name, qualifier or alias",
          without: [id],
        },
      ],
      confirm: "Preview…",
    }),
    call: ([{person_id: id}], {others}) => [
      "people.merge",
      {names: others.map((/** @type {Person} */ other) => `#${other.id}`), into: `#${id}`},
    ],
    preview: ([{label: name}], {others}, effect) =>
      previewed(
        `Merge ${others.length === 1 ? others[0].label : plural(others.length, "person", "people")} into ${name}?`,
        "Merge",
      )(effect),
  },
  {
    act: "split",
    needs: "people.split_files",
    key: "s",
    label: "Split…",
    does: "split",
    isQuiet: true,
    keeps: true,
    when: row => Boolean(row && row.files > 1),
    asks: ([{person_id: id, name, label: shown, qualifier, files}]) => ({
      title: `Split files of ${shown} off to a new person`,
      text: "Choose the files of the new person.",
      hint:
        files > SPLIT_FILES
          ? `${LABEL_HINT} The ${SPLIT_FILES} newest files are listed. The command 'indexium people split' takes any file.`
          : LABEL_HINT,
      reads: () => profileOf(id),
      fields: [
        {name: "label", label: "New person", value: qualifier ? name : `${name} (2)`},
        {
          name: "files",
          kind: "checks",
          label: "Files",
          required: true,
          optionsOf: profile =>
            profile.files.map((/** @type {File} */ {file_id: fileId, file_name: text, path, place}) => ({
              value: String(fileId),
              label: text,
              title: path,
              hint: place,
            })),
        },
      ],
      confirm: "Preview…",
    }),
    call: ([{person_id: id}], {label: name, files}) => [
      "people.split_files",
      {person_id: id, file_ids: files.map(Number), label: name},
    ],
    preview: (_, {files}, effect) => previewed(`Split ${plural(files.length, "file")} off?`, "Split")(effect),
  },
  {
    act: "separate",
    needs: "people.unmerge",
    where: "field",
    label: "Separate…",
    keeps: true,
    call: ([{person_id: id}], {merged}) => ["people.unmerge", {name: `#${id}`, merged}],
    preview: ([{label: name}], {merged}, effect) => previewed(`Separate ${merged} from ${name}?`, "Separate")(effect),
  },
  {
    act: "picture",
    needs: "people.set_picture",
    where: "field",
    label: "Use as picture",
    keeps: true,
    shows: (_, {file, version}) => ({picture_id: Number(file), picture_version: version}),
    call: ([{person_id: id}], {file}) => ["people.set_picture", {person_id: id, file_id: Number(file)}],
  },
]

/** @type {ListSpec<Row, {}>} */
export const people = {
  page: "people",
  noun: "person",
  nouns: "people",
  id: "person_id",
  folds: true,
  perPage: 60,
  news: ["plan:changed", "scan:completed", "write:completed"],
  read: ({q: text = "", page, sort}, perPage) => [
    "people.page",
    {text: text.trim(), number: Number(page), per_page: perPage, by_files: sort === "files"},
    {items: ROW, total: 1, page: 1},
  ],
  one: id => ["people.card", {person_id: Number(id)}, ROW],
  more: ({person_id: id}) => ({profile: profileOf(id)}),
  title: (_, total) => (total === undefined ? "People" : plural(total, "person", "people")),
  summary: (_, _total, {q: text = ""}) => (text.trim() ? `whose name contains “${text.trim()}”` : "in the database"),
  search: {name: "q", label: "Search people", placeholder: "Name, qualifier or alias …"},
  filters: (_, {sort = ""}) => [
    {
      label: "Sort",
      name: "sort",
      choices: [
        {value: "", label: "By name", on: sort !== "files"},
        {value: "files", label: "Most files first", on: sort === "files"},
      ],
    },
  ],
  displays: ({display}) => [
    {label: "Pictures", on: display !== "list", to: {display: ""}},
    {label: "List", on: display === "list", to: {display: "list"}},
  ],
  hasTiles: ({display}) => display !== "list",
  name: ({label: name}) => name,
  portrait: portraitOf,
  columns: [
    {kind: "picture", width: "40px", phone: "start", value: portraitOf},
    {
      kind: "name",
      width: "minmax(140px, 1fr)",
      phone: "first",
      value: row => ({
        title: row.name,
        aside: row.qualifier && `(${row.qualifier})`,
        below: row.other_names.length ? `also ${alsoCalled(row)}` : "",
      }),
    },
    {
      kind: "number",
      width: "max-content",
      phone: "below",
      value: ({files, years}) => [plural(files, "file"), years].filter(Boolean).join(" · "),
    },
  ],
  details: drawDetails,
  actions: [
    {
      act: "plan",
      key: "o",
      label: "Open in the plan",
      does: "open in the plan",
      run: async ([{person_id: id}]) => {
        const {plan_query: query} = await call("people.details", {person_id: id, files: 1}, {plan_query: 1})
        showPlan(query)
      },
    },
    {
      act: "files",
      needs: "people.files_as_sql",
      key: "f",
      label: "List the files",
      does: "list the files",
      isQuiet: true,
      run: async ([{person_id: id}]) => runSql(await call("people.files_as_sql", {person_id: id})),
    },
    ...CHANGES,
    {
      act: "as-sql",
      needs: "people.as_sql",
      where: "head",
      label: "Open as SQL",
      run: async (_, {q: text = ""}) => runSql(await call("people.as_sql", {text})),
    },
  ],
  empty: ({q: text}) =>
    text
      ? {title: "No person found", text: "No name, qualifier or alias contains this text."}
      : {title: "No people yet", text: "Import a list, or add the people in comments, on the page Library."},
}

/** @param {HTMLElement} host */
export const makePage = host => new List(people, host)
