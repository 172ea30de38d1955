// Decisions about one file: the row shows them at once, and an error puts the row back.

const REPORT = {text: 1, copies_text: 1, step_id: 1, files: 1}

/** @typedef {{text: string, copies_text: string, step_id: number | null, files: number}} Report */
/** @typedef {{file_id: number, file_name: string, row_tags: any[], postponed: boolean, comment_mode: string, shown_values?: Record<string, string>}} FileRow */

/** @param {string} moment */
const dayOf = moment => {
  const date = new Date(moment)
  const isThisYear = date.getFullYear() === new Date().getFullYear()
  return date.toLocaleDateString("en-GB", {day: "numeric", month: "short", ...(!isThisYear && {year: "numeric"})})
}

/** Return a sentence and the copies that the decision reached. @type {(text: string, report: Report) => any} */
const withCopies = (text, {copies_text: copies, step_id: step}) => {
  const told = [text, copies].filter(Boolean).join(" ")
  return step ? told : {text: told, kind: "info"}
}

/** Return the tags of a row whose people are edited: it keeps its other fields. @type {(row: FileRow, people: string[]) => Record<string, any>} */
function withPeople(row, people) {
  const before = row.row_tags.filter(({title}) => !title)
  const fields = row.row_tags.filter(({title}) => title)
  const existing = before.filter(({kind}) => kind !== "add").map(({text}) => text)
  const tags = [
    ...people.filter(name => existing.includes(name)).map(text => ({text, kind: ""})),
    ...existing.filter(name => !people.includes(name)).map(text => ({text, kind: "del"})),
    ...people.filter(name => !existing.includes(name)).map(text => ({text, kind: "add"})),
  ]
  return {row_tags: [...tags, ...fields], people_tags: tags, mark: "edited"}
}

/** @param {FileRow} row */
const peopleOf = ({row_tags: tags}) => tags.filter(({title, kind}) => !title && kind !== "del").map(({text}) => text)

/** @type {ListAction<FileRow, any>[]} */
export const FILE_ACTIONS = [
  {
    act: "skip",
    needs: "decisions.postpone",
    key: "s",
    isSingle: true,
    label: "Skip",
    does: "skip for now",
    isOwn: ({files}) => files === 1,
    want: REPORT,
    call: ([{file_id: id, postponed}], {until}) =>
      postponed && !until
        ? ["decisions.end_postponements", {target: [id]}]
        : ["decisions.postpone", {target: [id], ...(until && {until})}],
    done: (report, [{file_name: name, postponed}], {until}) => {
      if (postponed && !until) return withCopies(`${name} is no longer skipped.`, report)
      return withCopies(`${name} is skipped ${until ? `until ${dayOf(until)}` : "until you stop skipping it"}.`, report)
    },
  },
  {
    act: "preserve",
    needs: "decisions.set_mode",
    key: "p",
    isSingle: true,
    keeps: true,
    label: "Preserve",
    does: "preserve the comment’s custom text",
    want: REPORT,
    call: ([{file_id: id, comment_mode: mode}]) => [
      "decisions.set_mode",
      {target: [id], comment_mode: mode === "preserve" ? "replace" : "preserve"},
    ],
    shows: ({comment_mode: mode}) => ({comment_mode: mode === "preserve" ? "replace" : "preserve"}),
    done: (report, [{file_name: name, comment_mode: mode}]) =>
      withCopies(
        `${name}: ${mode === "preserve" ? "only the people stay in the comment." : "the custom text of the comment is kept."}`,
        report,
      ),
  },
  {
    act: "revoke",
    needs: "decisions.revoke_of",
    where: "field",
    label: "Remove my edits",
    keeps: true,
    want: REPORT,
    call: ([{file_id: id}]) => ["decisions.revoke_of", {target: [id], kinds: ["edit", "fields", "mode"]}],
    done: report => withCopies("The plan uses the database again.", report),
  },
  {
    act: "save-people",
    needs: "decisions.edit",
    where: "field",
    label: "Save",
    keeps: true,
    want: REPORT,
    call: ([{file_id: id}], {people, seen, only}) => ["decisions.edit", {target: [id], people, seen, only_this: only}],
    shows: (row, {people}) => withPeople(row, people),
    done: report => withCopies("Saved.", report),
  },
  {
    act: "add-name",
    needs: "decisions.change_people",
    where: "field",
    label: "Add",
    keeps: true,
    want: REPORT,
    call: ([{file_id: id}], {name, replaces, only}) =>
      replaces
        ? ["decisions.replace_person", {target: [id], old: replaces, new: name, only_this: only}]
        : ["decisions.change_people", {target: [id], add: [name], only_this: only}],
    shows: (row, {name, replaces}) => withPeople(row, [...peopleOf(row).filter(each => each !== replaces), name]),
    done: (report, _, {name, replaces}) =>
      withCopies(replaces ? `${name} instead of ${replaces}.` : `${name} added.`, report),
  },
  {
    act: "refuse-name",
    needs: "decisions.decline",
    where: "field",
    label: "Not in this file",
    keeps: true,
    call: ([{file_id: id}], {name}) => ["decisions.decline", {target: [id], names: [name]}],
    done: () => "",
  },
  {
    act: "set-field",
    needs: "decisions.set_fields",
    where: "field",
    label: "Save the value",
    keeps: true,
    want: REPORT,
    call: ([{file_id: id}], {field, text, seen, only}) => [
      "decisions.set_fields",
      {target: [id], values: {[field]: text}, as_typed: true, seen, only_this: only},
    ],
    shows: (row, {field, text}) => ({shown_values: {...row.shown_values, [field]: text}, mark: "edited"}),
    done: report => withCopies(report.text, {...report, copies_text: ""}),
  },
  {
    act: "revoke-value",
    needs: "decisions.revoke_of",
    where: "field",
    label: "Remove the edit",
    keeps: true,
    want: REPORT,
    call: ([{file_id: id}], {field}) => ["decisions.revoke_of", {target: [id], kinds: [`field:${field}`]}],
    done: report => withCopies("The field keeps its value.", report),
  },
  {
    act: "lock-field",
    needs: "locks.lock",
    where: "field",
    label: "Lock",
    keeps: true,
    call: ([{file_id: id}], {field}) => ["locks.lock", {target: [id], fields: [field]}],
  },
  {
    act: "unlock-field",
    needs: "locks.unlock",
    where: "field",
    label: "Unlock",
    keeps: true,
    call: ([{file_id: id}], {field}) => ["locks.unlock", {target: [id], fields: [field]}],
  },
  {
    act: "set-property",
    needs: "locks.set",
    where: "field",
    label: "Save the property",
    keeps: true,
    call: ([{file_id: id}], {field, text}) => ["locks.set", {target: [id], field, text}],
  },
  {
    act: "rescan",
    needs: "rescans.read_file",
    where: "field",
    label: "Rescan",
    keeps: true,
    want: {text: 1, failed: 1, missing: 1, skipped: 1},
    call: ([{file_id: id}], {refresh}) => ["rescans.read_file", {file_id: id, refresh}],
    done: ({text, failed, missing, skipped}) => (failed || missing || skipped ? {text, kind: "info"} : text),
  },
]
