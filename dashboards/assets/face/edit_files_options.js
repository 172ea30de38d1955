// The tabs with options in the dialog for many files: skip, modes and media.
import {h} from "#face/dom.js"
import {reachesCopies} from "#face/edit_files_draft.js"
import {may} from "#face/frame.js"
import {label} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/edit_files.js").FilesEditor} FilesEditor */
/** @typedef {import("#face/edit_files_draft.js").EditDraft} EditDraft */

/** @type {(name: string, value: string, chosen: string, text: string, hint: string) => HTMLElement} */
const drawOption = (name, value, chosen, text, hint) =>
  h(
    "label",
    {class: `option${value === chosen ? " here" : ""}`, data: {key: `${name}:${value}`}},
    h("input", {type: "radio", name, value, checked: value === chosen, data: {change: name, value}}),
    h("span", null, h("b", null, text), hint && h("small", null, hint)),
  )

/** @param {EditDraft} draft */
const drawDate = draft => {
  const isChosen = draft.day === "date"
  const value = draft.date || draft.suggestedDay
  return h(
    "label",
    {class: `option${isChosen ? " here" : ""}`, data: {key: "day:date"}},
    h("input", {type: "radio", name: "day", value: "date", checked: isChosen, data: {change: "day", value: "date"}}),
    h(
      "span",
      null,
      h("b", null, "A day"),
      h("input", {
        type: "date",
        min: draft.earliestDay,
        value,
        "aria-label": "Day",
        data: {change: "date", key: "date"},
      }),
    ),
  )
}

/** @param {FilesEditor} editor */
export const drawSkip = ({draft}) => {
  const chosen = draft.day === "date" ? "date" : draft.until()
  return [
    h(
      "p",
      {class: "hint"},
      "Lists and writes do not include skipped files. Skipping stops automatically on the day that you choose.",
    ),
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "Skip until"},
      draft.days.map(({day, label: text, text: hint}) => drawOption("day", day, chosen, text, hint)),
      drawDate(draft),
      drawOption("day", "", chosen, "Until I stop skipping", "no day"),
    ),
  ]
}

/** @type {{name: "people" | "comment", title: string, options: [value: string, text: string, hint: string][]}[]} */
const MODES = [
  {
    name: "people",
    title: "People",
    options: [
      ["", "No change", "each file keeps its mode"],
      ["merge", "Merge", "people who are only in the file stay"],
      ["exact", "Exact", "only the people of the database; others are removed"],
    ],
  },
  {
    name: "comment",
    title: "Custom text of the comment",
    options: [
      ["", "No change", "each file keeps its mode"],
      ["preserve", "Preserve", "the custom text is kept"],
      ["replace", "Replace", "the comment has only the people; the custom text is lost"],
    ],
  },
]

/** @param {FilesEditor} editor */
export const drawModes = ({draft}) =>
  MODES.map(({name, title, options}) =>
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": title, data: {key: name}},
      label(title),
      options.map(([value, text, hint]) => drawOption(`${name}-mode`, value, draft.modes[name], text, hint)),
    ),
  )

/** @type {Record<string, string>} */
const MEDIA_LEGENDS = {rescan: "Refresh these, too", lock: "Fields to lock", unlock: "Fields to unlock"}

/** @param {FilesEditor} editor */
const drawFields = ({choices, draft: {media, properties: chosen}}) => {
  const all = choices?.properties ?? []
  const isRescan = media === "rescan"
  const {size} = chosen
  const state = {checked: size > 0 && size === all.length, indeterminate: size > 0 && size < all.length}
  return h(
    "fieldset",
    {class: "ticks", data: {key: `ticks-${media}`}},
    h("legend", {class: "label"}, MEDIA_LEGENDS[media]),
    !isRescan &&
      h(
        "label",
        {class: "tick all"},
        h("input", {type: "checkbox", ...state, data: {change: "tick-all"}}),
        "All fields",
      ),
    all
      .filter(each => !isRescan || each.is_on_request)
      .map(({key: field, label: text}) =>
        h(
          "label",
          {class: "tick", data: {key: `tick:${field}`}},
          h("input", {type: "checkbox", checked: chosen.has(field), data: {change: "tick", field}}),
          text,
        ),
      ),
  )
}

/** @param {FilesEditor} editor */
export const drawMedia = editor => {
  const {media} = editor.draft
  const rescanHint = "read resolution, codecs, frame rate and other properties again; locked fields stay"
  return [
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "What to do"},
      may("rescans.add") && drawOption("media", "rescan", media, "Rescan", rescanHint),
      drawOption("media", "lock", media, "Lock", "scans and rescans no longer change these fields"),
      drawOption("media", "unlock", media, "Unlock", "scans and rescans change these fields again"),
    ),
    drawFields(editor),
  ]
}

/** @param {number} hidden Selected files that the search of the page does not find. */
const hiddenText = hidden =>
  hidden ? `${plural(hidden, "file")} of them ${hidden === 1 ? "is" : "are"} hidden by the search.` : ""

/** @type {(copies: number, what: string) => string} */
const copiesText = (copies, what) =>
  copies
    ? `${copies === 1 ? "1 of them is a copy" : `${count(copies)} of them are copies`} of the selected files: ${what}`
    : ""

/** What the files of the tab are, and the choice to leave copies alone. @param {FilesEditor} editor @returns {Child} */
export const drawNote = ({draft: {tab, isOnly}, people, hidden}) => {
  const copies = reachesCopies(tab) ? (people?.copies ?? 0) : 0
  const what = tab === "fields" ? "copies get the field, too." : "copies have the same people."
  const note = [hiddenText(hidden), isOnly ? "" : copiesText(copies, what)].filter(Boolean).join(" ")
  return [
    note && h("p", {class: "hint"}, note),
    copies > 0 &&
      h(
        "label",
        {class: "tick", data: {key: "only"}},
        h("input", {type: "checkbox", checked: isOnly, data: {change: "only", key: "only-box"}}),
        "Edit only the selected files, not their copies",
      ),
  ]
}
