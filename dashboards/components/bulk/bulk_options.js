// The tabs with options in the dialog for many files: skip, modes and media.
import {h} from "#face/dom.js"
import {label} from "#face/widgets.js"

/** @import {Self} from "./bulk.js" */

/** @type {(name: string, value: string, chosen: string, text: string, hint: string) => HTMLElement} */
const drawOption = (name, value, chosen, text, hint) =>
  h(
    "label",
    {class: `option${value === chosen ? " here" : ""}`, data: {key: `${name}:${value}`}},
    h("input", {type: "radio", name, value, checked: value === chosen, data: {change: name, value}}),
    h("span", null, h("b", null, text), hint && h("small", null, hint)),
  )

/** @param {Self} self */
const drawDate = ({view, state: {draft}}) => {
  const isChosen = draft.day === "date"
  const value = draft.date || draft.suggestedDay(view)
  return h(
    "label",
    {class: `option${isChosen ? " here" : ""}`, data: {key: "day:date"}},
    h("input", {type: "radio", name: "day", value: "date", checked: isChosen, data: {change: "day", value: "date"}}),
    h(
      "span",
      null,
      h("b", null, "A day"),
      h("input", {type: "date", min: view.least, value, "aria-label": "Day", data: {change: "date", key: "date"}}),
    ),
  )
}

/** @param {Self} self */
export const drawSkip = self => {
  const {view, state} = self
  const {draft} = state
  const chosen = draft.day === "date" ? "date" : draft.until(view)
  return [
    h(
      "p",
      {class: "hint"},
      "Lists and writes do not include skipped files. Skipping stops automatically on the day that you choose.",
    ),
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "Skip until"},
      view.days.map(item => drawOption("day", item.day, chosen, item.label, item.text)),
      drawDate(self),
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

/** @param {Self} self */
export const drawModes = ({state: {draft}}) =>
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

/** @param {Self} self */
const drawFields = ({view: {fields}, state: {draft}}) => {
  const isRescan = draft.media === "rescan"
  const {size} = draft.fields
  const all = {checked: size === fields.length, indeterminate: size > 0 && size < fields.length}
  return h(
    "fieldset",
    {class: "ticks", data: {key: `ticks-${draft.media}`}},
    h("legend", {class: "label"}, MEDIA_LEGENDS[draft.media]),
    !isRescan &&
      h("label", {class: "tick all"}, h("input", {type: "checkbox", ...all, data: {change: "tick-all"}}), "All fields"),
    fields
      .filter(item => !isRescan || item.on_request)
      .map(({field, label: text}) =>
        h(
          "label",
          {class: "tick", data: {key: `tick:${field}`}},
          h("input", {type: "checkbox", checked: draft.fields.has(field), data: {change: "tick", field}}),
          text,
        ),
      ),
  )
}

/** @param {Self} self */
export const drawMedia = self => {
  const {media} = self.state.draft
  const rescanHint = "read resolution, codecs, frame rate and other properties again; locked fields stay"
  return [
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "What to do"},
      drawOption("media", "rescan", media, "Rescan", rescanHint),
      drawOption("media", "lock", media, "Lock", "scans and rescans no longer change these fields"),
      drawOption("media", "unlock", media, "Unlock", "scans and rescans change these fields again"),
    ),
    drawFields(self),
  ]
}

/** @type {BulkTabView[]} */
const REACHING = ["people", "replace", "fields", "templates"] // their edits reach the copies of the files

/** What the files of the tab are, and the choice to leave copies alone. @param {Self} self @returns {Child} */
export const drawNote = ({view, state: {draft}}) => {
  const {tab, isOnly} = draft
  const reachesCopies = REACHING.includes(tab)
  const note = !reachesCopies || isOnly ? view.hidden : tab === "fields" ? view.field_note : view.note
  return [
    note && h("p", {class: "hint"}, note),
    reachesCopies &&
      view.only &&
      h(
        "label",
        {class: "tick", data: {key: "only"}},
        h("input", {type: "checkbox", checked: isOnly, data: {change: "only", key: "only-box"}}),
        view.only,
      ),
  ]
}
