// The notes of a file that has edits which are not saved.
import {h} from "#face/dom.js"
import {draftOf} from "#face/edit_drafts.js"
import {button} from "#face/widgets.js"

/** @import {DraftKind, PeopleDraft} from "#face/edit_drafts.js" */

/** @type {(draft: PeopleDraft) => string} */
const peopleText = ({names, text}) =>
  [names.join(", ") || "no people", text && `“${text}” not chosen yet`].filter(Boolean).join(" · ")

/** @type {(kind: DraftKind, label: string, text: string, canApply: boolean) => HTMLElement} */
const drawDraft = (kind, label, text, canApply) =>
  h(
    "div",
    {class: "draft note", role: "group", "aria-label": `Draft: ${label}`, data: {key: `draft-${kind}`}},
    h("p", null, h("b", null, "Draft, not saved"), ` · ${label}: `, h("bdi", null, text)),
    h(
      "div",
      {class: "acts"},
      canApply && button("Apply", "apply-draft", {kind: "small", data: {kind, key: "apply"}}),
      button("Continue", "continue-draft", {kind: "small", data: {kind, key: "continue"}}),
      button("Drop", "drop-draft", {kind: "small quiet", data: {kind, key: "drop"}}),
    ),
  )

/**
 * Draw the drafts of a file, except those whose editor is open.
 *
 * @type {(id: number, opened: Record<DraftKind, boolean>) => Child}
 */
export function drawDrafts(id, opened) {
  const {people, field, media} = draftOf(id)
  return [
    people && !opened.people && drawDraft("people", "people", peopleText(people), !people.text),
    [field, media].map((edit, place) => {
      const kind = place ? "media" : "field"
      return edit && !opened[kind] && drawDraft(kind, edit.label, edit.typed || "no value", true)
    }),
  ]
}
