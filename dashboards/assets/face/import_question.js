// The question before the import of an edited export: its changes, its errors, and what was decided here since.
import {ask} from "#face/ask.js"
import {change} from "#face/calls.js"
import {drawSection} from "#face/dialog_sections.js"
import {toast} from "#face/frame.js"
import {placeOf} from "#face/widgets.js"
import {plural} from "#face/wording.js"

const SHOWN = {
  preview: {files: 1, facts: 1, loss: 1, hint: 1, conflicts: 1},
  rows: {
    items: {file_id: 1, file_name: 1, file_path: 1, chips: 1, tags: 1, message: 1},
    total: 1,
    page: 1,
    per_page: 1,
  },
  errors: 1,
}
const OVERWRITE = "overwrite"

/**
 * @typedef {Pick<Values.FileChange, "file_id" | "file_name" | "file_path" | "chips" | "tags" | "message">} Row
 * @typedef {{preview: Pick<Values.ChangesPreview, "files" | "facts" | "loss" | "hint" | "conflicts">, rows: Omit<Values.FileChangePage, "items"> & {items: Row[]}, errors: Values.LineErrorPage}} Shown
 */

/** @param {Values.LineErrorPage} errors */
const errorList = errors => ({
  kind: "items",
  key: "errors",
  label: `${plural(errors.total, "row")} cannot be imported`,
  items: errors.items.map(({line, message}) => ({key: `line${line}`, name: `line ${line}`, status: "", message})),
  ...placeOf(errors),
})

/** @param {Shown["rows"]} rows */
const rowList = rows => ({
  kind: "items",
  key: "rows",
  label: `${plural(rows.total, "file")} would be changed`,
  items: rows.items.map(({file_id: key, file_name: name, file_path: path, ...row}) => ({key, name, path, ...row})),
  ...placeOf(rows),
})

/** The sections of the question. @param {Shown} shown */
export function sectionsOf({preview: {facts: pairs, loss, hint}, rows, errors}) {
  return [
    !rows.total && {kind: "why", level: "safe", text: "No row differs from the plan."},
    {kind: "facts", pairs},
    loss && {kind: "why", level: "danger", text: loss},
    {kind: "hint", text: hint},
    errors.total > 0 && errorList(errors),
    rows.total > 0 && rowList(rows),
  ].filter(Boolean)
}

/** Files that were edited here after the export are imported only if a person says so. @param {Shown} shown @returns {QuestionField[]} */
export function fieldsFor({preview: {conflicts}}) {
  if (!conflicts) return []
  const label = `Also the ${plural(conflicts, "file")} that were edited here after the export`
  const hint = "The import replaces these edits. Undo restores them."
  return [{name: "choices", kind: "checks", label: "You can choose", options: [{value: OVERWRITE, label, hint}]}]
}

/** Ask whether to apply the changes of an upload. @type {(ticket: string, name: string) => Promise<unknown>} */
export const askToImport = (ticket, name) =>
  ask(
    {
      title: `Changes of ${name}`,
      titleOf: ({rows}) => `Changes of ${name}${rows.total ? "?" : ""}`,
      reads: ({rows = "1", errors = "1"}) => [
        "changes.uploaded",
        {ticket, page: Number(rows), errors_page: Number(errors)},
        SHOWN,
      ],
      parts: shown => sectionsOf(shown).map(section => drawSection(/** @type {any} */ (section))),
      fieldsOf: fieldsFor,
      allows: ({preview}, {choices = []}) => preview.files > 0 || choices.includes(OVERWRITE),
      confirm: "Apply",
      confirmOf: ({preview: {files}, rows}) =>
        rows.total ? (files ? `Apply to ${plural(files, "file")}` : "Apply") : "",
      stays: true,
      isWide: true,
    },
    async ({choices = []}) => {
      const args = {ticket, overwrite: choices.includes(OVERWRITE)}
      const {files, step_id: undo} = (await change("changes.apply_upload", args, {want: {files: 1, step_id: 1}})).value
      toast(`Changed ${plural(files, "file")}.`, {undo})
    },
  )

/** Tell why an upload was refused. @param {string} text */
export const tellRefusedImport = text =>
  ask({
    title: "This file cannot be imported",
    parts: () => drawSection({kind: "why", level: "warning", text}),
    confirm: "",
  })
