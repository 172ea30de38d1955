// The page of connections: the common switch, the senders of events, the players, the automation of libraries, and the schedules.
import {copyText} from "../../components/browser/clipboard.js"
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {button, emptyState, loadingPage} from "#face/widgets.js"
import {drawSchedules, SCHEDULE_ACTIONS} from "../../components/schedules/schedules.js"
import {drawSwitch, refusal, savedOf} from "./connection_parts.js"
import {AUTOMATION_ACTIONS, drawAutomation, typedLimits} from "./automation.js"
import {addressOf, MAP_ACTIONS, mapDraft} from "./sender_panel.js"
import {closeStored, drawPlayers, onPlayerText, PLAYER_ACTIONS} from "./players.js"
import {drawSenders} from "./senders.js"

/**
 * Typed texts that are not stored yet: a draft is valid while `saved` is the number of its place in the view.
 *
 * @typedef {{kind: string, name: string, saved: number}} AddDraft
 * @typedef {{of: string, saved: number, rows: string[][], anchor: string}} MapDraft
 * @typedef {{saved: number, texts: LimitsView}} LimitsDraft
 * @typedef {{id: number, saved: number, kind: string, url: string, name: string, key: string, rows: string[][]}} PlayerDraft
 *   An id of 0 is a new player.
 * @typedef {object} State
 * @property {AddDraft | null} add
 * @property {MapDraft | null} map
 * @property {Record<string, string>} paths By the name of the sender.
 * @property {Record<string, LimitsDraft>} limits By library.
 * @property {Record<string, boolean>} unfolded By library.
 * @property {PlayerDraft | null} player
 * @property {{id: number, saved: number, key: string} | null} playerKey The player that gets a new key.
 * @property {string} copied The text that was copied last.
 * @typedef {Component<ConnectionsView, State>} Self
 */

/** @param {Self} self */
const drawHead = self =>
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h(
      "h1",
      null,
      h("a", {class: "crumb", href: self.view.settings, data: {act: "settings"}}, "Settings /"),
      " Connections",
    ),
    h("p", null, self.view.summary),
    h("span", {class: "grow"}),
    h(
      "div",
      {class: "pause"},
      h(
        "span",
        {"aria-hidden": "true"},
        h("b", null, "Pause all automation"),
        h("small", null, self.view.pause.on ? "on" : "off"),
      ),
      drawSwitch("Pause all automation", self.view.pause.on, {change: "pause", key: "pause"}),
    ),
  )

/** @param {PauseView} pause */
const drawBanner = ({waiting}) =>
  h(
    "section",
    {class: "card pad banner", "aria-label": "Automation is paused", data: {key: "banner"}},
    h(
      "p",
      {class: "why warning", role: "status"},
      h("span", {"aria-hidden": "true"}, "! "),
      h("b", null, "All automation is paused."),
      ` Events are still received and kept${waiting ? ` (${waiting} so far)` : ""}.`,
    ),
    h(
      "dl",
      {class: "facts"},
      h("dt", null, "Stopped"),
      h("dd", null, "schedules, reactions to events, publication, messages to players"),
      h("dt", null, "Continues"),
      h("dd", null, "a scan that is running, and everything that you start yourself"),
    ),
    button(waiting ? `Continue with ${waiting}` : "Continue", "continue", {kind: "primary small"}),
  )

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (view.error) return [h("div", {class: "head"}, h("h1", null, "Connections")), emptyState("", view.error)]
  if (!view.pause) return loadingPage("Connections")
  return [
    drawHead(self),
    refusal(view, "pause"),
    view.pause.on && drawBanner(view.pause),
    h("div", {class: "beside", data: {key: "beside"}}, drawSenders(self), drawPlayers(self)),
    drawAutomation(self),
    drawSchedules(view.schedules),
    h(
      "datalist",
      {id: "library-folders", data: {key: "library-folders"}},
      view.folders.map(folder => h("option", {value: folder})),
    ),
  ]
}

/** Keep a typed text. @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  const {typed, row, id} = target.dataset
  const {state, view} = self
  if (target.dataset.part) onPlayerText(self, target)
  if (!typed) return // a switch, too, causes this event
  if (typed === "name") state.add.name = target.value
  else if (typed === "path") state.paths[view.panel.name] = target.value
  else if (typed === "anchor") mapDraft(self).anchor = target.value
  else if (typed === "theirs" || typed === "ours")
    mapDraft(self).rows[Number(row)][typed === "ours" ? 1 : 0] = target.value
  else typedLimits(self, id)[/** @type {keyof LimitsView} */ (typed)] = target.value
  if (typed !== "name" && typed !== "path") self.paint() // buttons for what is changed
}

// The button that Enter presses, by the text that is typed.
/** @type {Record<string, string>} */
const SUBMITS = {
  name: "[data-act=add]",
  path: "[data-act=try]",
  theirs: "[data-act=save-map]",
  ours: "[data-act=save-map]",
  anchor: "[data-act=save-map]",
}

/** Press the main button of the form of a field. @param {HTMLElement} field */
const pressPrimary = field => {
  const found = /** @type {HTMLElement} */ (field.closest("[data-editor]").querySelector(".primary"))
  found.click()
}

/** Enter stores what is typed, Escape restores a cron text. @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {key, target} = event
  const isCron = target.matches(".schedule input.set")
  if (isCron && (key === "Enter" || key === "Escape")) {
    if (key === "Escape") target.value = self.view.schedules.rows.find(({name}) => name === target.dataset.name).cron
    target.blur()
  } else if (key === "Enter" && target.dataset.typed) {
    event.preventDefault()
    const {id, typed} = target.dataset
    self.find(id ? `[data-act=save-limits][data-id="${id}"]` : SUBMITS[typed])?.click()
  } else if (key === "Enter" && target.dataset.part) {
    event.preventDefault()
    pressPrimary(target)
  }
}

/** After a new sender is added, the focus is where its secret is copied. @param {Self} self */
function onDrawn(self) {
  const {view, before, state} = self
  if (state.add && before?.saved && state.add.saved !== savedOf(self, "add")) {
    state.add = null
    self.paint()
  }
  closeStored(self)
  if (view.panel?.secret && !before?.panel?.secret) self.focus("[data-act=copy][data-what=secret]")
}

/** @type {Record<string, Action<Self>>} */
const SENDER_ACTIONS = {
  open(self, {name}) {
    self.state.map = null
    self.send("open", {name: self.view.panel?.name === name ? "" : name})
  },
  enable(self, {name}, {checked}) {
    self.send("enable", {name, on: checked})
  },
  "open-add"(self) {
    self.state.add = {kind: self.view.kinds[0].value, name: "", saved: savedOf(self, "add")}
    self.paint()
    self.focus("[data-change=kind]")
  },
  "close-add"(self) {
    self.state.add = null
    self.paint()
    self.focus("[data-act=open-add]")
  },
  kind(self, _, {value}) {
    self.state.add.kind = value
    self.paint()
  },
  add(self) {
    self.send("add", {kind: self.state.add.kind, name: self.state.add.name})
  },
  try(self) {
    self.send("try", {name: self.view.panel.name, path: self.find("[data-typed=path]").value})
  },
  "toggle-events"(self) {
    self.send("events", {on: !self.view.panel.events})
  },
  async copy(self, {what}) {
    const {panel} = self.view
    const text = what === "secret" ? panel.secret : addressOf(panel)
    self.state.copied = (await copyText(text)) ? text : ""
    self.paint()
    self.focus(`[data-act=copy][data-what=${what}]`)
  },
}

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    state: /** @returns {State} */ () => ({
      add: null,
      map: null,
      paths: {},
      limits: {},
      unfolded: {},
      player: null,
      playerKey: null,
      copied: "",
    }),
    draw,
    onDrawn,
    listeners: {input: onInput, keydown: onKey},
    actions: {
      ...SCHEDULE_ACTIONS,
      ...SENDER_ACTIONS,
      ...MAP_ACTIONS,
      ...AUTOMATION_ACTIONS,
      ...PLAYER_ACTIONS,
      pause(self, _, {checked}) {
        self.send("pause", {on: checked})
      },
      continue(self) {
        self.send("pause", {on: false})
        self.focus("[data-change=pause]")
      },
    },
  })
}
