// The senders of events: a row each, with the last event, and the sender in detail below its row.
import {AUTOMATION} from "#face/automation.js"
import {h} from "#face/dom.js"
import {EVENT, PER_PAGE, TRIAL, detailActions, drawPanel, drawSenderState} from "#face/sender_details.js"
import {emptyState} from "#face/widgets.js"

/**
 * @typedef {import("#face/sender_details.js").Known} Known
 * @typedef {import("#face/sender_details.js").Source} Source
 * @typedef {import("#face/sender_details.js").Event} Event
 */

/** @type {ReadCall} */
export const SOURCES = [
  "webhooks.list",
  {},
  {
    ...{name: 1, kind: 1, label: 1, about: 1, enabled: 1, address: 1, header: 1, folder_map: 1, anchor: 1},
    ...{secret_set: 1, events_this_month: 1, waiting: 1, failed: 1},
  },
]
const KINDS = [
  {value: "radarr", label: "Radarr"},
  {value: "sonarr", label: "Sonarr"},
  {value: "jellyfin", label: "Jellyfin"},
  {value: "generic", label: "Another program"},
]

/** @type {(source: Source, last: Event | undefined, isOpen: boolean, parts: SectionParts) => HTMLElement} */
function drawRow(source, last, isOpen, {toggle}) {
  const {label, kind, about, enabled} = source
  const event = last ? [last.what, last.name].filter(Boolean).join(" · ") : "No event yet"
  const result = last
    ? [last.when, last.outcome].filter(Boolean).join(" · ")
    : "It waits for the first event, or for a test."
  return h(
    "div",
    {class: isOpen ? "sender open" : "sender", data: {key: "row"}},
    h("span", {class: `mark ${kind}`, "aria-hidden": "true"}),
    h(
      "button",
      {type: "button", class: "opener", "aria-expanded": String(isOpen), data: {act: "open", key: "open"}},
      h("b", null, label),
      h("small", null, about),
    ),
    h("span", {class: "last"}, h("span", {title: event}, event), h("small", {title: result}, result)),
    h("span", {class: "state"}, drawSenderState(source, last)),
    toggle("enable-sender", source, label, enabled),
  )
}

/** @type {SectionSpec<Source, Known>} */
export const senders = {
  name: "senders",
  title: "Senders",
  isFlush: true,
  beside: (_, {act}) => [
    h("p", null, "programs that bring files and tell it"),
    h("span", {class: "grow"}),
    act("add-sender", undefined, {kind: "small", "aria-label": "Add… a sender"}),
  ],
  reads: () => ({
    sources: SOURCES,
    last: ["webhooks.last_events", {}, EVENT],
    folders: ["inventory.list", {}, {path: 1}],
    libraries: AUTOMATION,
  }),
  more({sources}, {sender, events, page}, {held}) {
    const source = sources.find(({name}) => name === sender)
    if (!source) return {}
    const name = sender
    const tried = held("try-path", source)
    return {
      trials: ["webhooks.try_folders", {name}, TRIAL],
      ...(events && {
        events: [
          "webhooks.events",
          {name, page: Math.max(1, Math.trunc(Number(page)) || 1), per_page: PER_PAGE},
          {items: EVENT, total: 1, page: 1, per_page: 1},
        ],
      }),
      ...(tried && {trial: ["webhooks.try_path", {name, path: tried.path}, TRIAL]}),
    }
  },
  rows: "sources",
  id: "name",
  opens: "sender",
  ofRow: ["events", "page"],
  draw(known, parts, place) {
    const {act, form, refusal} = parts
    const {sources, last} = known
    const added = form("add-sender")
    return [
      added,
      sources.map(source => {
        const isOpen = place.sender === source.name
        return h(
          "div",
          {data: {row: source.name, key: source.name}},
          drawRow(
            source,
            last.find(each => each.source === source.name),
            isOpen,
            parts,
          ),
          refusal("enable-sender", source),
          isOpen && drawPanel(source, known, parts, place),
        )
      }),
      !sources.length &&
        !added &&
        emptyState(
          "",
          "A sender is a program that tells Indexium of each new, renamed or deleted file, such as Radarr, Sonarr or Jellyfin: its folder is then scanned at once, and what an upgrade removes is restored.",
          act("add-sender", undefined, {kind: "primary", "aria-label": "Add… the first sender"}),
        ),
    ]
  },
  actions: [
    {
      act: "add-sender",
      needs: "webhooks.add",
      label: "Add…",
      isForm: true,
      holds: true,
      asks: () => ({
        title: "New sender",
        fields: [
          {name: "kind", kind: "select", label: "Program", choices: KINDS, value: "radarr"},
          {
            name: "name",
            label: "Name, a part of its address",
            placeholder: ({kind}) => kind,
            longest: 60,
            required: false,
          },
        ],
        confirm: "Add the sender",
      }),
      call: (_, {kind, name}) => ["webhooks.add", {kind, name}],
      shownAt: ({source}) => ({sender: source.name, events: "", page: ""}),
      done: () => "The sender is added. Copy its address and its secret.",
    },
    {
      act: "enable-sender",
      needs: "webhooks.change",
      label: "On or off",
      keeps: true,
      isRefusedInPlace: true,
      shows: (_, {checked}) => ({enabled: checked}),
      call: ([{name}], {checked}) => ["webhooks.change", {name, enabled: checked}],
      done: ({enabled}, [{label}]) => `${label} is ${enabled ? "on" : "off"}.`,
    },
    ...detailActions,
  ],
}
