// The players: how the last contact with each ended, what it shows of what was published, and its forms.
import {h} from "#face/dom.js"
import {chip, emptyState} from "#face/widgets.js"
import {andMore, count, plural} from "#face/wording.js"

/**
 * @typedef {Pick<Values.PlayerConnection, "id" | "kind" | "program" | "name" | "url" | "folders" | "version" | "about" | "enabled" | "state" | "reason" | "next_attempt" | "read" | "waiting" | "waits" | "seen" | "not_yet" | "differs">} Player
 * @typedef {Pick<Values.PlayerReading, "entity_type" | "entity_id" | "name" | "state" | "reasons" | "read">} Reading
 * @typedef {{items: Reading[], counts: Record<string, number>}} Readings
 * @typedef {{players: Player[], differing: Values.PlayerReading[], folders: {path: string}[], paused: boolean, more: Record<string, Readings>}} Known
 * @typedef {SectionParts<Player>} Parts
 */

/** @type {ReadCall} */
export const PLAYERS = [
  "players.list",
  {},
  {
    ...{id: 1, kind: 1, program: 1, name: 1, url: 1, folders: 1, version: 1, about: 1, enabled: 1, state: 1},
    ...{reason: 1, next_attempt: 1, read: 1, waiting: 1, waits: 1, seen: 1, not_yet: 1, differs: 1},
  },
]
/** @type {ReadCall} */
export const PAUSED = ["automation.is_paused", {}]
const MOST_TITLES = 200 // that are listed of a player
const READING = {entity_type: 1, entity_id: 1, name: 1, state: 1, reasons: 1, read: 1}
const PROGRAMS = [
  {value: "jellyfin", label: "Jellyfin"},
  {value: "emby", label: "Emby"},
  {value: "kodi", label: "Kodi"},
  {value: "plex", label: "Plex"},
]
/** What the key of a kind of player is. @type {Record<string, string>} */
const KEYS = {jellyfin: "API key", emby: "API key", kodi: "user:password", plex: "Token"}

/** @type {Record<Values.PlayerConnection["state"], [level: string, text: string, sign?: string]>} */
const STATES = {
  new: ["unchanged", "new", "○"],
  connected: ["safe", "connected"],
  waits: ["warning", "waits"],
  refused: ["danger", "refused"],
  failed: ["danger", "failed"],
}
/** The words for one title, and for several. @type {[state: Values.PlayerReading["state"], one: string, many: string][]} */
const READ_STATES = [
  ["seen", "seen", "seen"],
  ["not_yet", "not yet", "not yet"],
  ["differs", "differs", "differ"],
]

/** @param {Player} player */
export const countsOf = player =>
  READ_STATES.map(([state, one, many]) => ({
    state,
    number: player[state],
    text: player[state] === 1 ? one : many,
  })).filter(({number}) => number)

/** @param {Player} player */
const unseenOf = ({not_yet: notYet, differs}) => notYet + differs

/** @param {Player} player */
function drawCounts(player) {
  const counts = countsOf(player)
  if (!counts.length) return null
  return [
    h(
      "div",
      {
        class: "back",
        role: "img",
        "aria-label": counts.map(({number, text}) => `${count(number)} ${text}`).join(", "),
        data: {key: "back"},
      },
      counts.map(({state, number}) => h("i", {class: `of-${state}`, style: {flex: String(number)}})),
    ),
    h(
      "p",
      {class: "counts", data: {key: "counts"}},
      player.read && h("span", null, `${player.read}:`),
      counts.map(({state, number, text}) =>
        h("span", null, h("i", {class: `of-${state}`, "aria-hidden": "true"}), h("b", null, count(number)), ` ${text}`),
      ),
    ),
  ]
}

/** Why a player waits or does not answer, otherwise the first title that it shows in another way. @type {(player: Player, known: Pick<Known, "differing" | "paused">) => {level: string, sign: string, title: string, text: string} | null} */
export function reasonOf({id, enabled, state, reason, next_attempt: next}, {differing, paused}) {
  if (!enabled) return null
  const [level, sign] = state === "waits" ? ["warning", "!"] : ["danger", "▲"]
  if (reason) return {level, sign, title: "", text: [reason, !paused && next].filter(Boolean).join(" ")}
  const first = differing.find(each => each.player_id === id)
  return first ? {level, sign, title: first.name, text: first.reasons.join(" ")} : null
}

/** @type {(player: Player, known: Known) => Child} */
function drawReason(player, known) {
  const found = reasonOf(player, known)
  if (!found) return null
  const {level, sign, title, text} = found
  return h(
    "p",
    {class: `why ${level}`, data: {key: "reason"}},
    h("span", {"aria-hidden": "true"}, `${sign} `),
    title && [h("b", null, h("bdi", null, title)), ": "],
    text,
  )
}

/** The titles of which it has to be told, and why it is not. @type {(player: Player, paused: boolean) => string} */
export function waitingOf({waits, enabled}, paused) {
  if (!waits) return ""
  return `${waits}${paused ? " while all automation is paused" : enabled ? "" : " until the player is on"}.`
}

/** @type {(player: Player, readings: Readings) => HTMLElement} */
function drawTitles({name}, {items, counts}) {
  const shown = items.filter(({state}) => state !== "seen") // these are first
  return h(
    "div",
    {class: "player-titles", data: {key: "titles"}},
    h(
      "ul",
      {"aria-label": `Titles that ${name} does not show as they are`, tabindex: "0"},
      shown.map(each =>
        h(
          "li",
          {data: {key: `${each.entity_type}-${each.entity_id}`}},
          h("b", null, h("bdi", null, each.name)),
          each.state === "differs" ? chip("danger", "differs") : chip("unchanged", "not yet"),
          h("small", null, each.reasons.join(" ")),
          h("small", {class: "at"}, each.read),
        ),
      ),
    ),
    h("p", {class: "hint"}, andMore(counts.not_yet + counts.differs - shown.length)),
  )
}

/** @type {(player: Player, parts: Parts) => HTMLElement} */
function drawActs(player, {act, fold, isUnfolded}) {
  const {id, name, enabled, waiting} = player
  const unseen = unseenOf(player)
  const titles = `titles-${id}`
  /** @type {(own: string, label: string, kind?: string) => Child} */
  const own = (own, label, kind = "small") => act(own, player, {kind, "aria-label": `${label}: ${name}`})
  const shown = `${isUnfolded(titles) ? "Hide" : "Show"} the ${count(unseen)}`
  return h(
    "div",
    {class: "acts", data: {key: "acts"}},
    unseen > 0 && fold(titles, shown, {kind: "small", "aria-label": `${shown}: ${name}`}),
    waiting > 0 && enabled && own("notify-player", "Tell now"),
    countsOf(player).length > 0 && own("read-player", "Read back again"),
    own("test-player", "Test"),
    h(
      "span",
      {data: {key: "quiet"}},
      own("set-key", "New key…", "small quiet"),
      own("edit-player", "Folders…", "small quiet"),
      own("remove-player", "Remove…", "small quiet"),
    ),
  )
}

/** What it has answered to the test that was just made. @param {Values.PlayerTest | undefined} test */
const drawTest = test =>
  h(
    "div",
    {role: "status", data: {key: "test"}},
    test?.accepted &&
      h("p", {class: "why note"}, h("span", {"aria-hidden": "true"}, "✓ "), [test.message, ...test.may].join(" ")),
    test?.missing.map(text => h("p", {class: "why warning"}, text)),
  )

/** @type {(player: Player, known: Known, parts: Parts) => HTMLElement} */
function drawPlayer(player, known, parts) {
  const {id, kind, program, name, version, about, enabled, state} = player
  const {form, held, toggle, refusal, isUnfolded} = parts
  const shown = name === program ? version : `${program} ${version}`.trim()
  const titles = unseenOf(player) > 0 && isUnfolded(`titles-${id}`) && known.more[`titles-${id}`]
  const waiting = waitingOf(player, known.paused)
  return h(
    "div",
    {class: "player", role: "group", "aria-label": name, data: {row: id, key: `player-${id}`}},
    h(
      "div",
      {class: "top", data: {key: "top"}},
      h("span", {class: `mark ${kind}`, "aria-hidden": "true"}),
      h("span", null, h("b", null, h("bdi", null, name)), shown && ` ${shown}`, h("small", {title: about}, about)),
      enabled ? chip(...STATES[state]) : chip("blocked", "off", "–"),
      toggle("enable-player", player, name, enabled),
    ),
    refusal("enable-player", player),
    drawCounts(player),
    waiting && h("p", {class: "counts", data: {key: "waiting"}}, waiting),
    drawReason(player, known),
    drawTest(held("test-player", player)),
    drawActs(player, parts),
    titles && drawTitles(player, titles),
    form("set-key", player),
    form("edit-player", player),
  )
}

// Forms.

/** @type {(player: Pick<Player, "url" | "name" | "folders"> & {kind?: string}, folders: Known["folders"]) => QuestionField[]} */
const fieldsOf = ({kind: own, url, name, folders: pairs}, folders) => [
  {
    name: "url",
    label: "Address",
    value: url,
    placeholder: ({kind = own}) => (kind === "plex" ? "http://192.168.1.20:32400" : "http://192.168.1.20:8096"),
    longest: 300,
    inputmode: "url",
  },
  {
    name: "name",
    label: "Name",
    value: name,
    placeholder: ({kind = own}) => PROGRAMS.find(({value}) => value === kind).label,
    longest: 60,
    required: false,
  },
  {
    name: "folders",
    kind: "pairs",
    label: "Its folders",
    value: pairs.map(({theirs, ours}) => [theirs, ours]),
    none: "Without a row, its paths are the same as here.",
    pairs: {
      columns: [
        {
          part: 1,
          head: "Folder here",
          label: "Folder here",
          placeholder: "/media/films",
          offers: folders.map(({path}) => path),
        },
        {part: 0, head: "The player names it", label: "Folder of the player", placeholder: "/movies"},
      ],
      add: "Add a folder",
      remove: (_, row) => row,
    },
  },
]

/** Return the typed folders; a row without a text is none. @param {string[][]} pairs */
const typedPairs = pairs => pairs.filter(pair => pair.some(text => text.trim()))

/** @type {ListAction<Player, Known>[]} */
const FORMS = [
  {
    act: "add-player",
    needs: "players.add",
    label: "Add…",
    isForm: true,
    asks: (_rows, _place, {folders}) => {
      const [url, name, own] = fieldsOf({url: "", name: "", folders: []}, folders)
      return {
        title: "New player",
        fields: [
          {name: "kind", kind: "select", label: "Program", choices: PROGRAMS, value: "jellyfin"},
          url,
          name,
          {
            name: "key",
            kind: "password",
            label: ({kind}) => `${KEYS[kind]} (may be given later)`,
            autocomplete: "off",
            required: false,
          },
          own,
        ],
        confirm: "Add the player",
      }
    },
    call: (_, {kind, url, name, key, folders}) => ["players.add", {kind, url, name, key, folders: typedPairs(folders)}],
    done: ({name}) => `${name} is added. Test it.`,
  },
  {
    act: "edit-player",
    needs: "players.change",
    label: "Folders…",
    isForm: true,
    keeps: true,
    asks: ([player], _place, {folders}) => ({
      title: "Address and folders",
      fields: fieldsOf(player, folders),
      confirm: "Save",
    }),
    call: ([{id}], {url, name, folders}) => [
      "players.change",
      {player_id: id, url, name, folders: typedPairs(folders)},
    ],
    done: ({name}) => `${name} is saved.`,
  },
  {
    act: "set-key",
    needs: "players.set_key",
    label: "New key…",
    isForm: true,
    keeps: true,
    asks: ([{kind, name}]) => ({
      title: `New key of ${name}`,
      fields: [{name: "key", kind: "password", label: `${KEYS[kind]} of ${name}`, autocomplete: "off"}],
      hint: "It is stored on this machine, and never shown again.",
      confirm: "Store the key",
    }),
    call: ([{id}], {key}) => ["players.set_key", {player_id: id, key}],
    done: ({name}) => `The key of ${name} is stored.`,
  },
]

/** @type {SectionSpec<Player, Known>} */
export const players = {
  name: "players",
  title: "Players",
  isFlush: true,
  beside: (_, {act}) => [
    h("p", null, "told after a publication"),
    h("span", {class: "grow"}),
    act("add-player", undefined, {kind: "small", "aria-label": "Add… a player"}),
  ],
  reads: () => ({
    players: PLAYERS,
    differing: ["players.differing", {}, {player_id: 1, name: 1, reasons: 1}],
    folders: ["inventory.list", {}, {path: 1}],
    paused: PAUSED,
  }),
  more: ({players: known}, _place, {isUnfolded}) =>
    Object.fromEntries(
      known
        .filter(({id}) => isUnfolded(`titles-${id}`))
        .map(({id}) => [
          `titles-${id}`,
          ["players.reads", {player_id: id, per_page: MOST_TITLES}, {items: READING, counts: 1}],
        ]),
    ),
  rows: "players",
  id: "id",
  draw(known, parts) {
    const added = parts.form("add-player")
    return [
      added,
      known.players.map(player => drawPlayer(player, known, parts)),
      !known.players.length &&
        !added &&
        emptyState(
          "",
          "A player (Jellyfin, Emby, Kodi, Plex) learns from Indexium what was published, and is read back later.",
          parts.act("add-player", undefined, {kind: "primary", "aria-label": "Add… the first player"}),
        ),
      h(
        "p",
        {class: "players-foot", data: {key: "foot"}},
        "Told once per run. A player that fails never stops a publication.",
      ),
    ]
  },
  actions: [
    ...FORMS,
    {
      act: "enable-player",
      needs: "players.change",
      label: "On or off",
      keeps: true,
      isRefusedInPlace: true,
      shows: (_, {checked}) => ({enabled: checked}),
      call: ([{id}], {checked}) => ["players.change", {player_id: id, enabled: checked}],
      done: ({name, enabled}) => `${name} is ${enabled ? "on" : "off"}.`,
    },
    {
      act: "test-player",
      needs: "players.test",
      label: "Test",
      keeps: true,
      holds: true,
      call: ([{id}]) => ["players.test", {player_id: id}],
      done: ({accepted, message}) => (accepted ? "" : {text: message, kind: "error"}),
    },
    {
      act: "notify-player",
      needs: "players.notify",
      label: "Tell now",
      keeps: true,
      call: ([{id}]) => ["players.notify", {player_id: id}],
      done: ([{message, waiting}]) => (waiting ? {text: message, kind: "error"} : message),
    },
    {
      act: "read-player",
      needs: "players.read_back",
      label: "Read back again",
      keeps: true,
      call: ([{id}]) => ["players.read_back", {player_id: id}],
      done: found => `${plural(found.length, "title is", "titles are")} read back.`,
    },
    {
      act: "remove-player",
      needs: "players.remove",
      label: "Remove…",
      asks: ([{name, waiting}]) => ({
        title: `Remove ${name}?`,
        warning: [
          "Its key, its messages and what it showed are removed.",
          waiting && `${plural(waiting, "message")} to it will not be sent.`,
          "Nothing changes in the player.",
        ]
          .filter(Boolean)
          .join(" "),
        confirm: "Remove the player",
        risky: true,
        stays: true,
      }),
      call: ([{id}]) => ["players.remove", {player_id: id}],
      done: () => "The player is removed.",
    },
  ],
}
