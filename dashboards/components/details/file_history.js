// The parts of a file's details that open on demand: its history, changes, streams, tags, and its place on the disk.
import {drawChange} from "../changes.js"
import {drawComment, drawFieldValues, drawPart} from "#face/comment_text.js"
import {h} from "#face/dom.js"
import {button, chip, drawTag, facts, label, pager} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @import {Kind} from "#face/comment_text.js" */
/**
 * @typedef {{sections: Set<string>, isUnfolded: boolean}} Opened
 *   Keys of the open sections; `isUnfolded`: comments are shown in full.
 */

/**
 * A section that stays open for the next file.
 *
 * @type {(opened: Opened, key: string, label: string, body: Child) => HTMLElement}
 */
export const drawSection = ({sections}, key, text, body) => {
  const isOpen = sections.has(key)
  return h(
    "section",
    {class: "more", data: {key}},
    h(
      "button",
      {type: "button", class: "fold", "aria-expanded": String(isOpen), data: {act: "more", which: key}},
      h("span", {"aria-hidden": "true"}, isOpen ? "▾" : "▸"),
      text,
    ),
    isOpen && h("div", {class: "inside"}, body),
  )
}

/**
 * A comment whose long unchanged parts are folded.
 *
 * @type {(parts: PartView[] | null, kind: Kind, name: string, isUnfolded: boolean) => HTMLElement}
 */
export const drawFolded = (parts, kind, name, isUnfolded) =>
  drawComment(parts, kind, name, (part, partKind, index) =>
    part.fold && !isUnfolded
      ? button(`⋯ ${count(part.text.length)} characters ⋯`, "unfold", {kind: "link", data: {key: `f${index}`}})
      : drawPart(part, partKind),
  )

/** @type {(event: FileEventView, opened: Opened) => HTMLElement} */
const drawEvent = (event, {sections, isUnfolded}) => {
  const key = `event${event.id}`
  const isOpen = sections.has(key)
  return h(
    "li",
    {class: "event", data: {key}},
    h(
      "div",
      {class: "line"},
      button(`${event.title} ${event.id}`, "operation", {kind: "link", data: {id: event.id}}),
      h("span", null, event.when),
      chip(event.level, event.status),
    ),
    event.tags.length > 0 && h("div", {class: "tags"}, event.tags.map(drawTag)),
    event.note && h("p", {class: "note-text"}, h("bdi", null, event.note)),
    event.message && h("p", {class: "hint"}, event.message),
    event.back && h("p", {class: "hint"}, event.back),
    button(isOpen ? "Hide the values" : "Before and after", "more", {
      kind: "link",
      data: {which: key},
      "aria-expanded": String(isOpen),
    }),
    isOpen &&
      !event.same && [
        label("Before"),
        drawFolded(event.old, "old", "Before", isUnfolded),
        label("After"),
        drawFolded(event.new, "new", "After", isUnfolded),
      ],
    isOpen && event.fields.length > 0 && [label("Fields"), drawFieldValues(event.fields)],
  )
}

/** @type {(record: FileRecordView, opened: Opened) => Child} */
const drawHistory = ({history, past}, opened) => [
  h(
    "ul",
    null,
    history.map(event => drawEvent(event, opened)),
  ),
  past > history.length && button(`All ${count(past)} on the History page`, "past", {kind: "link"}),
]

/** @param {ChangeLineView} line */
const drawLine = line =>
  h(
    "li",
    {data: {key: line.id}},
    h("dl", {class: "changed"}, drawChange(line)),
    h(
      "small",
      null,
      line.job === null
        ? line.who
        : button(line.who, "job", {kind: "link", data: {id: line.job}, title: "See this job"}),
    ),
  )

/** @param {ChangeLogView} changes */
const drawChanges = changes => [
  h("ul", {class: "changes"}, changes.lines.map(drawLine)),
  changes.all && button(`All ${count(changes.total)} changes`, "changes", {kind: "link", data: {page: 1}}),
  !changes.all && changes.pages > 1 && pager(changes, ["Newer", "Older"]),
]

/** @type {(record: FileRecordView, opened: Opened) => Child} */
export function drawRecord(record, opened) {
  const {past, changes, streams, places} = record
  const tagCount = places.reduce((sum, place) => sum + place.rows.length, 0)
  return [
    past > 0 && drawSection(opened, "history", `History of this file (${count(past)})`, drawHistory(record, opened)),
    changes.total > 0 &&
      drawSection(opened, "changes", `Changes of its properties (${count(changes.total)})`, drawChanges(changes)),
    streams.length > 0 && drawSection(opened, "streams", `Streams (${streams.length})`, facts(streams)),
    tagCount > 0 &&
      drawSection(
        opened,
        "tags",
        `All tags (${tagCount})`,
        places.map(place => [label(place.name), facts(place.rows)]),
      ),
    drawSection(opened, "file", "The file on its disk", facts(record.facts)),
  ]
}
