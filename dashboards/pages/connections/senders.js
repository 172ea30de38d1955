// The senders: a row each, the form for a new one, and the sender in detail below its row.
import {h} from "#face/dom.js"
import {button, drawSelect, emptyState} from "#face/widgets.js"
import {drawState, drawSwitch, refusal} from "./connection_parts.js"
import {drawPanel} from "./sender_panel.js"

/** @import {Self} from "./connections.js" */

/** @type {(sender: SenderView, isOpen: boolean) => HTMLElement} */
const drawRow = ({name, label, kind, about, enabled, event, result, chip: state}, isOpen) =>
  h(
    "div",
    {class: isOpen ? "sender open" : "sender", data: {key: `sender-${name}`}},
    h("span", {class: `mark ${kind}`, "aria-hidden": "true"}),
    h(
      "button",
      {
        type: "button",
        class: "opener",
        "aria-expanded": String(isOpen),
        data: {act: "open", name, key: `open-${name}`},
      },
      h("b", null, label),
      h("small", null, about),
    ),
    h("span", {class: "last"}, h("span", {title: event}, event), h("small", {title: result}, result)),
    h("span", {class: "state"}, drawState(state)),
    drawSwitch(label, enabled, {change: "enable", name, key: `enable-${name}`}),
  )

/** @param {Self} self */
const drawForm = ({view, state}) =>
  h(
    "div",
    {class: "add-sender", role: "group", "aria-label": "New sender", data: {key: "add-sender", editor: ""}},
    h(
      "label",
      {class: "field"},
      "Program",
      drawSelect(view.kinds, {data: {change: "kind", key: "kind"}}, state.add.kind),
    ),
    h(
      "label",
      {class: "field grow"},
      "Name, a part of its address",
      h("input", {
        type: "text",
        value: state.add.name,
        placeholder: state.add.kind,
        autocomplete: "off",
        spellcheck: "false",
        maxlength: "60",
        "aria-invalid": view.problems.add ? "true" : null,
        data: {typed: "name", key: "typed-name"},
      }),
    ),
    h(
      "div",
      {class: "acts"},
      button("Add the sender", "add", {kind: "primary small", "data-waits": ""}),
      button("Cancel", "close-add", {kind: "small quiet"}),
    ),
    refusal(view, "add"),
  )

/** @param {Self} self */
export function drawSenders(self) {
  const {view, state} = self
  const {senders, panel} = view
  return h(
    "section",
    {class: "card senders", "aria-label": "Senders", data: {key: "senders"}},
    h(
      "div",
      {class: "card-head"},
      h("h2", null, "Senders"),
      h("p", null, "programs that bring files and tell it"),
      h("span", {class: "grow"}),
      button("Add…", "open-add", {
        kind: "small",
        "aria-expanded": String(Boolean(state.add)),
        "aria-label": "Add… a sender",
      }),
    ),
    state.add && drawForm(self),
    senders.map(sender => [
      drawRow(sender, panel?.name === sender.name),
      refusal(view, `sender-${sender.name}`),
      panel?.name === sender.name && drawPanel(self, panel),
    ]),
    !senders.length &&
      !state.add &&
      emptyState(
        "",
        "A sender is a program that tells Indexium of each new, renamed or deleted file, such as Radarr, Sonarr or Jellyfin: its folder is then scanned at once, and what an upgrade removes is restored.",
        button("Add…", "open-add", {kind: "primary", "aria-label": "Add… the first sender"}),
      ),
  )
}
