// A sender in detail: its address and secret, the map of its folders, a path to try, and its events.
import {h} from "#face/dom.js"
import {button, iconButton} from "#face/widgets.js"
import {drawEvents} from "./sender_events.js"
import {drawFolder, drawMapArrow, drawMapHead, drawState, refusal} from "./connection_parts.js"

/** @import {MapDraft, Self} from "./connections.js" */

/** The address that the sender calls. @param {SenderPanelView} panel */
export const addressOf = panel => new URL(panel.address, location.origin).href

/** @type {(self: Self) => number} */
const savedMaps = ({view}) => view.saved.map ?? 0

/** Return the typed map, or null if it is as stored. @param {Self} self */
function openDraft(self) {
  const {map} = self.state
  return map && map.of === self.view.panel?.name && map.saved === savedMaps(self) ? map : null
}

/** Return the typed map; it starts as it is stored. @type {(self: Self) => MapDraft} */
export function mapDraft(self) {
  const {panel} = self.view
  self.state.map = openDraft(self) ?? {
    of: panel.name,
    saved: savedMaps(self),
    rows: panel.rows.map(({theirs, ours}) => [theirs, ours]),
    anchor: panel.anchor,
  }
  return self.state.map
}

/** @type {(self: Self, what: string, label: string, text: string, shown: boolean) => HTMLElement} */
const drawCopy = ({state}, what, label, text, isSecret) =>
  h(
    "div",
    {class: isSecret ? "held secret" : "held"},
    h("bdi", {dir: "ltr", title: isSecret ? null : text}, text),
    button(state.copied === text ? "Copied" : "Copy", "copy", {
      kind: "quiet",
      data: {what, key: `copy-${what}`},
      "aria-label": `${state.copied === text ? "Copied" : "Copy"}: ${label}`,
    }),
  )

/** @type {(self: Self, panel: SenderPanelView) => HTMLElement} */
const drawAccess = (self, panel) =>
  h(
    "div",
    {class: "pair", data: {key: "access"}},
    h(
      "div",
      null,
      h("span", {class: "label"}, `Address for ${panel.label}`),
      drawCopy(self, "address", "the address", addressOf(panel), false),
      h("p", {class: "hint"}, panel.hint),
    ),
    h(
      "div",
      null,
      h("span", {class: "label"}, "Secret", h("small", null, ` · header ${panel.header}`)),
      panel.secret
        ? [
            drawCopy(self, "secret", "the secret", panel.secret, true),
            h(
              "p",
              {class: "hint once"},
              `! Shown only now. Copy it to ${panel.label}; later it can be replaced, not read.`,
            ),
          ]
        : [
            h(
              "div",
              {class: "held"},
              h("span", null, panel.made),
              button("New secret…", "secret", {kind: "quiet", data: {name: panel.name}}),
            ),
            h("p", {class: "hint"}, "It is not stored in readable form."),
          ],
      refusal(self.view, "secret"),
    ),
  )

/** @type {(typed: string, row: number, label: string, value: string, attributes: object) => HTMLElement} */
const drawTyped = (typed, row, label, value, attributes) =>
  drawFolder(label, value, {typed, row, key: `${typed}-${row}`}, attributes)

/** @type {(panel: SenderPanelView, pair: string[], index: number) => HTMLElement} */
function drawRow(panel, [theirs, ours], index) {
  const stored = panel.rows.find(row => row.theirs === theirs && row.ours === ours)
  const place = `row ${index + 1}`
  return h(
    "div",
    {class: stored?.hit ? "map-row hit" : "map-row", data: {key: `row-${index}`}},
    drawTyped("theirs", index, `Folder of ${panel.label}, ${place}`, theirs, {placeholder: "/movies"}),
    drawMapArrow(),
    drawTyped("ours", index, `Folder here, ${place}`, ours, {placeholder: "/media/films", list: "library-folders"}),
    h(
      "span",
      {class: "anchored"},
      stored
        ? [drawState(stored.anchor), stored.library && h("small", null, stored.library)]
        : h("small", null, "not saved"),
    ),
    iconButton("✕", `Remove ${theirs || place}`, {act: "remove-row", row: index, key: `remove-${index}`}),
  )
}

/** @type {(self: Self, panel: SenderPanelView) => HTMLElement} */
function drawMap(self, panel) {
  const draft = openDraft(self)
  const rows = draft?.rows ?? panel.rows.map(({theirs, ours}) => [theirs, ours])
  return h(
    "div",
    {class: "map", role: "group", "aria-label": "Where its paths are here", data: {key: "map", editor: ""}},
    h("span", {class: "label"}, "Where its paths are here"),
    rows.length
      ? h(
          "div",
          {class: "map-rows", data: {key: "rows"}},
          drawMapHead(`${panel.label} names`, "", "Folder here", "Anchor file", ""),
          rows.map((pair, index) => drawRow(panel, pair, index)),
        )
      : h("p", {class: "hint"}, "Without a row, each path is taken as it is: that fits a program on this machine."),
    h(
      "div",
      {class: "map-foot"},
      button("Add a row", "add-row", {kind: "small", data: {key: "add-row"}}),
      h(
        "label",
        {class: "inline anchor-name"},
        "Anchor file",
        h("input", {
          type: "text",
          value: draft?.anchor ?? panel.anchor,
          placeholder: ".indexium-anchor",
          title:
            "A file in each of these folders. While it is missing, the disk counts as not mounted, and nothing is done.",
          autocomplete: "off",
          spellcheck: "false",
          data: {typed: "anchor", key: "anchor"},
        }),
      ),
      draft && [
        h("span", {class: "grow"}),
        button("Discard", "discard-map", {kind: "small quiet"}),
        button("Save the folders", "save-map", {kind: "small primary"}),
      ],
    ),
    refusal(self.view, "map"),
  )
}

/** @param {TrialLineView} line */
const drawLine = ({level, before, path, after}) =>
  h(
    "li",
    {class: level === "danger" ? "why danger" : null},
    h("i", {class: `sign ${level}`, "aria-hidden": "true"}, {safe: "✓", warning: "!", danger: "▲"}[level]),
    h("span", null, before, path && h("code", null, path), after && h("small", null, after)),
  )

/** @type {(self: Self, panel: SenderPanelView) => HTMLElement} */
const drawTrial = (self, panel) =>
  h(
    "div",
    {class: "trial", data: {key: "trial"}},
    h("label", {class: "label", for: "try-path"}, "Try a path", h("small", null, ` as ${panel.label} would send it`)),
    h(
      "div",
      {class: "held"},
      h("textarea", {
        id: "try-path",
        rows: "1",
        spellcheck: "false",
        value: self.state.paths[panel.name] ?? panel.trial?.path ?? "",
        placeholder: panel.placeholder,
        data: {typed: "path", key: "typed-path"},
      }),
      button("Try", "try", {kind: "quiet", data: {key: "try"}}),
    ),
    h(
      "div",
      {role: "status", data: {key: "results"}},
      panel.trial && h("ul", {class: "results", "aria-label": "Results"}, panel.trial.lines.map(drawLine)),
      panel.trial?.offer &&
        button(`Add a row for ${panel.trial.offer}`, "offer-row", {kind: "link", data: {folder: panel.trial.offer}}),
    ),
    refusal(self.view, "try"),
  )

/** @type {(self: Self, panel: SenderPanelView) => HTMLElement} */
export const drawPanel = (self, panel) =>
  h(
    "div",
    {class: "panel", role: "group", "aria-label": `${panel.label} in detail`, data: {key: `panel-${panel.name}`}},
    drawAccess(self, panel),
    drawMap(self, panel),
    drawTrial(self, panel),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      button("Send test", "test", {kind: "small", data: {name: panel.name, waits: ""}}),
      button("Last events", "toggle-events", {kind: "small", "aria-expanded": String(Boolean(panel.events))}),
      h("span", {class: "grow"}),
      button("Remove…", "remove", {
        kind: "small quiet",
        data: {name: panel.name},
        "aria-label": `Remove… ${panel.label}`,
      }),
    ),
    refusal(self.view, "test"),
    refusal(self.view, "remove"),
    panel.events && drawEvents(self, panel, panel.events),
  )

/** @type {(self: Self, theirs: string) => void} */
function addRow(self, theirs) {
  const {rows} = mapDraft(self)
  rows.push([theirs, ""])
  self.paint()
  self.focus(`[data-typed=${theirs ? "ours" : "theirs"}][data-row="${rows.length - 1}"]`)
}

/** @type {Record<string, Action<Self>>} */
export const MAP_ACTIONS = {
  "add-row": self => addRow(self, ""),
  "offer-row": (self, {folder}) => addRow(self, folder),
  "remove-row"(self, {row}) {
    mapDraft(self).rows.splice(Number(row), 1)
    self.paint()
    self.focus("[data-act=add-row]")
  },
  "discard-map"(self) {
    self.state.map = null
    self.paint()
    self.focus("[data-act=add-row]")
  },
  "save-map"(self) {
    const {of: name, rows, anchor} = mapDraft(self)
    self.send("map", {name, rows, anchor})
  },
}
