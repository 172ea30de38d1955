// The players: how the last contact with each ended, what it shows of what was published, and its forms.
import {h} from "#face/dom.js"
import {button, emptyState} from "#face/widgets.js"
import {drawState, drawSwitch, refusal, savedOf} from "./connection_parts.js"
import {drawKeyForm, drawPlayerForm} from "./player_form.js"

/** @import {Self} from "./connections.js" */

/** Of a draft, the place of its refusals. @param {number} id */
const formPlace = id => (id ? `player-edit-${id}` : "player-add")
/** @param {number} id */
const keyPlace = id => `player-key-${id}`

/** @type {Record<string, string>} */
const SIGNS = {danger: "▲", warning: "!"}

/** @param {PlayerCardView} player */
const drawCounts = ({counts, read}) =>
  counts.length > 0 && [
    h(
      "div",
      {
        class: "back",
        role: "img",
        "aria-label": counts.map(({shown, text}) => `${shown} ${text}`).join(", "),
        data: {key: "back"},
      },
      counts.map(({state, number}) => h("i", {class: `of-${state}`, style: {flex: String(number)}})),
    ),
    h(
      "p",
      {class: "counts", data: {key: "counts"}},
      read && h("span", null, `${read}:`),
      counts.map(({state, shown, text}) =>
        h("span", null, h("i", {class: `of-${state}`, "aria-hidden": "true"}), h("b", null, shown), ` ${text}`),
      ),
    ),
  ]

/** @param {PlayerReasonView} reason */
const drawReason = ({level, title, text}) =>
  h(
    "p",
    {class: `why ${level}`, data: {key: "reason"}},
    h("span", {"aria-hidden": "true"}, `${SIGNS[level]} `),
    title && [h("b", null, h("bdi", null, title)), ": "],
    text,
  )

/** @type {(player: PlayerCardView, titles: PlayerTitlesView) => HTMLElement} */
const drawTitles = ({name}, {rows, more}) =>
  h(
    "div",
    {class: "player-titles", data: {key: "titles"}},
    h(
      "ul",
      {"aria-label": `Titles that ${name} does not show as they are`, tabindex: "0"},
      rows.map(each =>
        h(
          "li",
          {data: {key: each.key}},
          h("b", null, h("bdi", null, each.name)),
          drawState(each.chip),
          h("small", null, each.reasons.join(" ")),
          h("small", {class: "at"}, each.when),
        ),
      ),
    ),
    more && h("p", {class: "hint"}, more),
  )

/** @param {PlayerCardView} player */
function drawActs({id, name, enabled, counts, waiting, unseen, titles}) {
  /** @type {(label: string, act: string, kind?: string, attributes?: object) => HTMLElement} */
  const act = (label, name_, kind = "small", attributes = {}) =>
    button(label, name_, {kind, data: {id, key: name_}, "aria-label": `${label}: ${name}`, ...attributes})
  const waits = {"data-waits": ""}
  return h(
    "div",
    {class: "acts", data: {key: "acts"}},
    unseen &&
      act(`${titles ? "Hide" : "Show"} ${unseen}`, "player_titles", "small", {
        "aria-expanded": String(Boolean(titles)),
      }),
    waiting && enabled && act("Tell now", "player_notify", "small", waits),
    counts.length > 0 && act("Read back again", "player_read", "small", waits),
    act("Test", "player_test", "small", waits),
    h(
      "span",
      {data: {key: "quiet"}},
      act("New key…", "player-open-key", "small quiet"),
      act("Folders…", "player-open", "small quiet"),
      act("Remove…", "player_remove", "small quiet"),
    ),
  )
}

/** @type {(self: Self, player: PlayerCardView) => HTMLElement} */
function drawPlayer(self, player) {
  const {view, state} = self
  const {id, kind, program, name, version, about, enabled, reason, waiting, titles, test, missing} = player
  const shown = name === program ? version : `${program} ${version}`.trim()
  return h(
    "div",
    {class: "player", role: "group", "aria-label": name, data: {key: `player-${id}`}},
    h(
      "div",
      {class: "top", data: {key: "top"}},
      h("span", {class: `mark ${kind}`, "aria-hidden": "true"}),
      h("span", null, h("b", null, h("bdi", null, name)), shown && ` ${shown}`, h("small", {title: about}, about)),
      drawState(player.chip),
      drawSwitch(name, enabled, {change: "player-enable", id, key: `player-enable-${id}`}),
    ),
    refusal(view, `player-${id}`),
    drawCounts(player),
    waiting && h("p", {class: "counts", data: {key: "waiting"}}, waiting),
    reason && drawReason(reason),
    h(
      "div",
      {role: "status", data: {key: "test"}},
      test && h("p", {class: "why note"}, h("span", {"aria-hidden": "true"}, "✓ "), test),
      missing.map(text => h("p", {class: "why warning"}, text)),
    ),
    ["test", "notify", "read", "remove"].map(what => refusal(view, `player-${what}-${id}`)),
    drawActs(player),
    titles && drawTitles(player, titles),
    state.playerKey?.id === id && drawKeyForm(self, player, keyPlace(id)),
    state.player?.id === id && drawPlayerForm(self, state.player, formPlace(id)),
  )
}

/** @param {Self} self */
export function drawPlayers(self) {
  const {view, state} = self
  const isNew = state.player?.id === 0
  return h(
    "section",
    {class: "card players", "aria-label": "Players", data: {key: "players"}},
    h(
      "div",
      {class: "card-head"},
      h("h2", null, "Players"),
      h("p", null, "told after a publication"),
      h("span", {class: "grow"}),
      button("Add…", "player-open", {
        kind: "small",
        data: {id: 0, key: "player-new"},
        "aria-expanded": String(isNew),
        "aria-label": "Add… a player",
      }),
    ),
    isNew && drawPlayerForm(self, state.player, formPlace(0)),
    view.players.map(player => drawPlayer(self, player)),
    !view.players.length &&
      !isNew &&
      emptyState(
        "",
        "A player (Jellyfin, Emby, Kodi, Plex) learns from Indexium what was published, and is read back later.",
        button("Add…", "player-open", {kind: "primary", data: {id: 0}, "aria-label": "Add… the first player"}),
      ),
    h("p", {class: "players-foot"}, "Told once per run. A player that fails never stops a publication."),
  )
}

/** Close the forms whose input was stored. @param {Self} self */
export function closeStored(self) {
  const {state, before} = self
  const {player, playerKey} = state
  if (!before?.saved) return
  const isStored = player && player.saved !== savedOf(self, formPlace(player.id))
  const isKeyStored = playerKey && playerKey.saved !== savedOf(self, keyPlace(playerKey.id))
  if (isStored) state.player = null
  if (isKeyStored) state.playerKey = null
  if (!isStored && !isKeyStored) return
  self.paint()
  focusOpener(self, isKeyStored ? "player-open-key" : "player-open", isKeyStored ? playerKey.id : player.id)
}

/** @type {(self: Self, act: string, id: number) => void} */
const focusOpener = (self, act, id) => self.focus(`[data-act=${act}][data-id="${id}"]`)

/** Keep a typed text; a key only until its form is closed. @type {(self: Self, field: HTMLInputElement) => void} */
export function onPlayerText({state}, {dataset: {part, row}, value}) {
  if (part === "new-key") state.playerKey.key = value
  else if (part === "url" || part === "name" || part === "key") state.player[part] = value
  else if (part === "theirs" || part === "ours") state.player.rows[Number(row)][part === "ours" ? 1 : 0] = value
}

/** @type {Record<string, Action<Self>>} */
export const PLAYER_ACTIONS = {
  "player-enable"(self, {id}, {checked}) {
    self.send("player_enable", {id, on: checked})
  },
  "player-open"(self, {id: text}) {
    const id = Number(text)
    const player = self.view.players.find(each => each.id === id)
    self.state.player = {
      id,
      saved: savedOf(self, formPlace(id)),
      kind: player?.kind ?? self.view.player_kinds[0].value,
      url: player?.url ?? "",
      name: player?.name ?? "",
      key: "",
      rows: player?.rows.map(row => [...row]) ?? [],
    }
    self.paint()
    self.focus(id ? "[data-part=url]" : "[data-change=player-kind]")
  },
  "player-close"(self) {
    const {id} = self.state.player
    self.state.player = null
    self.paint()
    focusOpener(self, "player-open", id)
  },
  "player-kind"(self, _, {value}) {
    self.state.player.kind = value
    self.paint()
  },
  "player-row-more"(self) {
    const {rows} = self.state.player
    rows.push(["", ""])
    self.paint()
    self.focus(`[data-part=ours][data-row="${rows.length - 1}"]`)
  },
  "player-row-less"(self, {row}) {
    self.state.player.rows.splice(Number(row), 1)
    self.paint()
    self.focus("[data-act=player-row-more]")
  },
  "player-save"(self) {
    const {id, kind, url, name, key, rows} = self.state.player
    if (id) self.send("player_change", {id, url, name, rows})
    else self.send("player_add", {kind, url, name, rows, key})
  },
  "player-open-key"(self, {id: text}) {
    const id = Number(text)
    self.state.playerKey = {id, saved: savedOf(self, keyPlace(id)), key: ""}
    self.paint()
    self.focus("[data-part=new-key]")
  },
  "player-close-key"(self) {
    const {id} = self.state.playerKey
    self.state.playerKey = null
    self.paint()
    focusOpener(self, "player-open-key", id)
  },
  "player-store-key"(self) {
    const {id, key} = self.state.playerKey
    if (key.trim()) self.send("player_key", {id, key})
    else self.focus("[data-part=new-key]")
  },
}
