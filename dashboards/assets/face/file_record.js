// What a file's details show on demand: its history, changes of its properties, its streams, tags, and place on the disk.
import {drawFieldValues} from "#face/comment_text.js"
import {h} from "#face/dom.js"
import {drawFolded} from "#face/file_parts.js"
import {button, chip, drawTag, facts, label, pager, placeOf} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @typedef {import("#face/file_details.js").FileDetails} FileDetails */
/** @typedef {import("#face/file_details.js").View} View */
/** @typedef {{before: TextPart[] | null, after: TextPart[] | null}} Comments */

const SHOWN_EVENTS = 5
export const FEW_CHANGES = 8 // changes of its properties that are shown first

/** @type {(event: View["history"][number], details: FileDetails) => HTMLElement} */
const drawEvent = (event, {sections, isUnfolded}) => {
  const {operation_id: id, state, note, message, rollback_text: back, changed_fields: fields} = event
  const {before, after} = /** @type {Comments} */ (/** @type {any} */ (event.comments))
  const key = `event${id}`
  const isOpen = sections.has(key)
  const [status, level] = state
  return h(
    "li",
    {class: "event", data: {key}},
    h(
      "div",
      {class: "line"},
      button(`${event.title} ${id}`, "to-operation", {kind: "link", data: {id}}),
      h("span", null, event.when_text),
      chip(level, status),
    ),
    event.change_tags.length > 0 && h("div", {class: "tags"}, /** @type {any[]} */ (event.change_tags).map(drawTag)),
    note && h("p", {class: "note-text"}, h("bdi", null, note)),
    message && h("p", {class: "hint"}, message),
    back && h("p", {class: "hint"}, back),
    button(isOpen ? "Hide the values" : "Before and after", "unfold-part", {
      kind: "link",
      data: {which: key},
      "aria-expanded": String(isOpen),
    }),
    isOpen &&
      !event.keeps_comment && [
        label("Before"),
        drawFolded(before, "old", "Before", isUnfolded),
        label("After"),
        drawFolded(after, "new", "After", isUnfolded),
      ],
    isOpen && fields.length > 0 && [label("Fields"), drawFieldValues(/** @type {any} */ (fields))],
  )
}

/** @type {(view: View, details: FileDetails) => Child} */
const drawHistory = ({history, history_total: total}, details) => [
  h(
    "ul",
    null,
    history.slice(0, SHOWN_EVENTS).map(event => drawEvent(event, details)),
  ),
  total > Math.min(history.length, SHOWN_EVENTS) &&
    button(`All ${count(total)} on the History page`, "to-history", {kind: "link"}),
]

/** One change of a property of a file: its old and its new value, or its lock. @param {Pick<Values.AuditEvent, "label" | "done" | "before" | "after">} change */
const drawChange = ({label: name, done, before, after}) => [
  h("dt", null, name),
  h(
    "dd",
    null,
    done || [
      h("del", null, before),
      h("span", {"aria-hidden": "true"}, " → "),
      h("span", {class: "vh"}, " became "),
      h("ins", null, after),
    ],
  ),
]

/** @param {import("#face/file_details.js").Changes} changes */
const drawChanges = changes => [
  h(
    "ul",
    {class: "changes"},
    changes.items.map(change =>
      h(
        "li",
        {data: {key: change.id}},
        h("dl", {class: "changed"}, drawChange(change)),
        h(
          "small",
          null,
          change.job_id === null
            ? change.source
            : button(change.source, "to-job", {kind: "link", data: {id: change.job_id}, title: "See this job"}),
        ),
      ),
    ),
  ),
  changes.per_page === FEW_CHANGES && changes.total > changes.items.length
    ? button(`All ${count(changes.total)} changes`, "part", {kind: "link", data: {to: JSON.stringify({changes: "1"})}})
    : changes.total > changes.per_page && pager({...placeOf(changes), name: "changes"}, ["Newer", "Older"]),
]

/** @type {(view: View, changes: import("#face/file_details.js").Changes, details: FileDetails) => Child} */
export function drawRecord(view, changes, details) {
  const {history_total: past, stream_facts: streams} = view
  const places = /** @type {{name: string, rows: string[][]}[]} */ (/** @type {any} */ (view.tag_facts))
  const tagCount = places.reduce((sum, place) => sum + place.rows.length, 0)
  return [
    past > 0 &&
      details.drawSection("history", `History of this file (${count(past)})`, () => drawHistory(view, details)),
    changes.total > 0 &&
      details.drawSection("changes", `Changes of its properties (${count(changes.total)})`, () => drawChanges(changes)),
    streams.length > 0 && details.drawSection("streams", `Streams (${streams.length})`, () => facts(streams)),
    tagCount > 0 &&
      details.drawSection("tags", `All tags (${tagCount})`, () =>
        places.map(place => [label(place.name), facts(place.rows)]),
      ),
    details.drawSection("file", "The file on its disk", () => facts(view.disk_facts)),
  ]
}
