// The events of a sender: what it sent, when, and what that led to.
import {h} from "#face/dom.js"
import {button, pager} from "#face/widgets.js"
import {drawState, refusal} from "./connection_parts.js"

/** @import {Self} from "./connections.js" */

/** @type {(self: Self, event: SenderEventView) => HTMLElement} */
const drawEvent = ({view}, {id, what, name, when, chip, result, job, href, repeats}) =>
  h(
    "li",
    {data: {key: `event-${id}`}},
    h("span", {class: "at"}, when),
    h("span", {class: "what"}, h("b", null, what), name && ` · ${name}`, result && h("small", null, result)),
    h("span", {class: "state"}, drawState(chip)),
    h(
      "span",
      {class: "more"},
      job !== null && h("a", {class: "btn link", href, data: {act: "job", id: job}}, "Job"),
      repeats &&
        button("Repeat", "repeat", {
          kind: "small",
          data: {id, key: `repeat-${id}`},
          "aria-label": `Repeat the event ${what} ${name}`,
        }),
    ),
    refusal(view, `event-${id}`),
  )

/** @type {(self: Self, panel: SenderPanelView, events: EventListView) => HTMLElement} */
export const drawEvents = (self, panel, events) =>
  h(
    "div",
    {class: "event-list", data: {key: "events"}},
    events.rows.length
      ? h(
          "ul",
          {"aria-label": `Events of ${panel.label}`},
          events.rows.map(event => drawEvent(self, event)),
        )
      : h("p", {class: "hint"}, "No event yet. Send a test, or wait for the next file."),
    pager(events, ["Newer", "Older"]),
  )
