// One title of the publications: what is worth saying, the differences of its NFO files, pictures, players, the rollback.
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {drawImage, drawPoster} from "#face/images.js"
import {GLYPHS, boneRows, button, facts} from "#face/widgets.js"
import {count} from "#face/wording.js"

const MEMBERS = 60
const WIDE = new Set(["backdrop", "banner", "still", "thumb", "logo", "clearart"]) // kinds of pictures wider than high
const FILE = {path: 1, name: 1, kind: 1, action: 1, chip: 1, is_nfo: 1, is_written: 1}
export const DETAILS = {
  ...{members: 1, published: 1, can_discard: 1, kept_after_rollback: 1, remarks: 1},
  item: {
    ...{address: 1, entity_type: 1, entity_id: 1, name: 1, about: 1, folder: 1, initials: 1},
    people: 1,
    codes: 1,
    is_video: 1,
    is_wide: 1,
  },
  files: {...{about: 1, compared: 1, problem: 1, decisions: 1, before: 1, after: 1}, file: {...FILE, candidate_id: 1}},
  players: {...{player: 1, versions: 1, is_shown: 1, title: 1, about: 1, poster: 1, sentences: 1}},
}
/** What happens to a side file: its class, and its sign. @type {Record<string, [className: string, sign: string]>} */
const ACTIONS = {
  create: ["new", "+"],
  update: ["edit", "~"],
  replace: ["repl", "⇄"],
  remove: ["gone", "−"],
  unchanged: ["same", "="],
  blocked: ["stop", "■"],
}
/** @type {Record<string, [className: string, sign: string, word: string]>} */
const LINES = {
  kept: ["kept", "", "kept: "],
  removed: ["old", "−", "removed: "],
  added: ["new", "+", "added: "],
}
/** @type {Record<string, [className: string, sign: string, word: string]>} */
const FACTS = {
  seen: ["yes", "✓", "shown: "],
  warning: ["partly", "!", "with a restriction: "],
  not_seen: ["no", "✗", "not shown: "],
  condition: ["needs", "·", "condition: "],
}

/**
 * @typedef {import("#face/publish.js").Row} Row
 * @typedef {Pick<Values.SideFilePlan, "path" | "name" | "kind" | "action" | "chip" | "is_nfo" | "is_written" | "candidate_id">} SideFile
 * @typedef {Pick<Values.SideFileDetails, "about" | "problem" | "decisions" | "before" | "after"> & {compared: {state: string, parts: TextPart[], count: number}[], file: SideFile}} Shown
 * @typedef {Pick<Values.PublicationDetails, "published" | "can_discard" | "kept_after_rollback" | "remarks"> & {members: string[][], item: Values.PublicationItem, files: Shown[], players: Values.PlayerView[]}} Details
 */

// Parts that the list draws, too.

/** @param {Values.SideFileChip} chip */
export function drawSideFile({action, name, word}) {
  const [kind, sign] = ACTIONS[action]
  return h(
    "span",
    {class: `side-file ${kind}`},
    h("span", {"aria-hidden": "true"}, `${sign} `),
    kind === "gone" ? h("s", null, h("bdi", null, name)) : h("b", null, h("bdi", null, name)),
    ` ${word}`,
  )
}

/** The poster of a title, or the frame of a video. @type {(item: Pick<Row, "name" | "entity_id" | "initials" | "is_video" | "is_wide">, poster?: string) => HTMLElement} */
export const drawPicture = ({name, entity_id: id, initials, is_video: isVideo, is_wide: isWide}, poster) => {
  const own = isVideo ? `/thumbnail/${id}?width=320` : `/poster/${id}`
  return h("span", {class: isWide ? "pic wide" : "pic"}, drawPoster({title: name, poster: poster ?? own, initials}))
}

/** @type {(people: string[], more?: number) => Child} */
export const drawActors = (people, more = 0) =>
  people.length > 0 &&
  h(
    "p",
    {class: "actors"},
    "actors ",
    people.map(name => h("span", {class: "tag"}, h("bdi", null, name))),
    more > 0 && h("span", {class: "tag"}, `+${more}`),
  )

// Files.

/** What happens to a file, beside its name. @param {SideFile} file */
function drawAction({action, chip}) {
  const [kind, sign] = ACTIONS[action]
  return h("span", {class: `side-file ${kind}`}, `${sign} ${chip.word}`)
}

/** @type {(line: {state: string, parts: TextPart[]}) => HTMLElement} */
function drawLine({state, parts}) {
  const [className, sign, word] = LINES[state] ?? LINES.kept
  return h(
    "div",
    {class: className},
    h("i", {"aria-hidden": "true"}, sign),
    h(
      "code",
      null,
      h("span", {class: "vh"}, word),
      parts.map(part => (part.mark ? h("mark", null, part.show ?? part.text) : part.text)),
    ),
    state === "kept" && h("em", {"aria-hidden": "true"}, "kept"),
  )
}

/** Kept lines that are not beside a change: a press shows them. @type {(line: Shown["compared"][number], key: string) => HTMLElement} */
const drawFolded = ({parts, count: lines}, key) =>
  h(
    "details",
    {class: "fold", data: {key}},
    h("summary", null, h("i", {"aria-hidden": "true"}, "⋯"), `${count(lines)} more lines kept byte for byte`),
    parts[0].text.split("\n").map(text => drawLine({state: "kept", parts: [{text, mark: false}]})),
  )

/** @type {(shown: Shown, address: string) => Child} */
const drawDecisions = ({decisions, file}, address) =>
  decisions.length > 0 &&
  may("publications.choose") &&
  h(
    "div",
    {class: "acts"},
    decisions.map(({name, label}) =>
      button(label, name === "select" ? "select-file" : "decide-file", {
        kind: "small",
        data: {decision: name, path: file.path, address, key: `${name}${file.path}`},
      }),
    ),
  )

/** @type {(shown: Shown, address: string) => HTMLElement} */
const drawNfo = (shown, address) =>
  h(
    "section",
    {data: {key: shown.file.path}},
    h(
      "h3",
      {class: "label named"},
      h("bdi", {dir: "ltr"}, shown.file.name),
      " ",
      drawAction(shown.file),
      h("small", null, shown.about),
    ),
    shown.problem
      ? h("p", {class: "why blocked"}, shown.problem)
      : shown.compared.length > 0 &&
          h(
            "div",
            {class: "nfo", role: "group", "aria-label": `Changes of ${shown.file.name}`, tabindex: "0"},
            shown.compared.map((line, place) =>
              line.state === "folded" ? drawFolded(line, `${shown.file.path}#${place}`) : drawLine(line),
            ),
          ),
    drawDecisions(shown, address),
  )

/** The picture that is in the folder now; its address changes with the picture. @type {(shown: Shown, address: string) => string} */
const presentOf = ({before, file: {path}}, address) =>
  before && `/present-picture/${address}?path=${encodeURIComponent(path)}&v=${before}`

/** @param {Shown} shown */
const plannedOf = ({after, file: {candidate_id: id}}) => after && `/picture/${id}?v=${after}`

/** @type {(source: string, isWideOne: boolean, text: string) => HTMLElement} */
const drawSide = (source, isWideOne, text) =>
  h(
    "span",
    {class: `shot${isWideOne ? " wide" : ""}${source ? "" : " nil"}`},
    source ? drawImage(source, "lazy") : h("small", null, text),
  )

/** @type {(shown: Shown, address: string) => HTMLElement} */
function drawPair(shown, address) {
  const {file, about} = shown
  const isWideOne = WIDE.has(file.kind)
  const present = presentOf(shown, address)
  return h(
    "figure",
    {class: isWideOne ? "pair-of wide" : "pair-of", data: {key: file.path}},
    file.is_written
      ? h(
          "span",
          {class: "both"},
          h("span", {class: "vh"}, "before: "),
          drawSide(present, isWideOne, file.action === "create" ? "none" : "no preview"),
          h("i", {"aria-hidden": "true"}, "→"),
          h("span", {class: "vh"}, "after: "),
          drawSide(plannedOf(shown), isWideOne, file.action === "remove" ? "none" : "no preview"),
        )
      : drawSide(present, isWideOne, "no preview"),
    h(
      "figcaption",
      null,
      h("b", null, h("bdi", {dir: "ltr"}, file.name)),
      " ",
      drawAction(file),
      about && h("small", null, about),
    ),
    drawDecisions(shown, address),
  )
}

// Players.

/** Return the address of the poster that a player shows; undefined: that of the title, "": none. @type {(player: Values.PlayerView, details: Details) => string | undefined} */
export function posterOf({poster}, {item, files}) {
  const shown = files.find(({file}) => file.name === poster)
  if (shown) return plannedOf(shown) || presentOf(shown, item.address)
  const isOwn = poster ? item.codes.includes("local_picture_selected") : item.is_wide
  return isOwn ? undefined : ""
}

/** @type {(player: Values.PlayerView, details: Details) => HTMLElement} */
const drawPlayer = (player, details) =>
  h(
    "article",
    {class: "player", data: {key: `${player.player}${player.versions}`}},
    h("h4", null, player.player, " ", h("small", null, player.versions)),
    h(
      "div",
      {class: "as"},
      drawPicture(details.item, posterOf(player, details)),
      h(
        "div",
        null,
        h("b", null, h("bdi", null, player.is_shown ? player.title : "not added")),
        h("small", null, player.about),
      ),
    ),
    h(
      "ul",
      null,
      player.sentences.map(({state, text}) => {
        const [className, sign, word] = FACTS[state]
        return h(
          "li",
          {class: className},
          h("span", {"aria-hidden": "true"}, sign),
          h("span", null, h("span", {class: "vh"}, word), text),
        )
      }),
    ),
  )

/** @type {(title: Child, key: string, ...body: Child[]) => Child} */
const part = (title, key, ...body) => h("section", {data: {key}}, h("h3", {class: "label named"}, title), ...body)

/** @param {Details} details */
function drawPlayers(details) {
  const names = [...new Set(details.players.map(each => each.player))]
  const known = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]
  return (
    names.length > 0 &&
    part(
      `What ${known} will show`,
      "players",
      h(
        "div",
        {class: "players"},
        details.players.map(each => drawPlayer(each, details)),
      ),
    )
  )
}

// The whole of it.

/** @type {(address: string, name: Child) => HTMLElement} */
const drawMember = (address, name) =>
  button(name, "part", {kind: "link", data: {to: JSON.stringify({member: address}), key: address || "back"}})

/** @param {Details} details */
const drawMembers = ({members}) =>
  members.length > 0 &&
  part(
    "Seasons and episodes",
    "members",
    h(
      "ul",
      {class: "members"},
      members
        .slice(0, MEMBERS)
        .map(([address, name]) => h("li", {data: {key: address}}, drawMember(address, h("bdi", null, name)))),
    ),
  )

/** @param {Details} details */
const drawRemarks = ({remarks}) =>
  remarks.map(({level, text}, place) =>
    h(
      "p",
      {class: `why ${level}`, data: {key: `remark-${place}`}},
      GLYPHS[level] && h("span", {"aria-hidden": "true"}, `${GLYPHS[level]} `),
      text,
    ),
  )

/** @param {{row: Row, details: Details | undefined, isSelected: boolean, acts: HTMLElement[]}} shown */
const drawActs = ({row, details, isSelected, acts}) =>
  h(
    "div",
    {class: "dacts", data: {key: "acts"}},
    acts,
    row.can_publish && button(isSelected ? "Leave out" : "Select", "pick", {key: "x", data: {key: "pick"}}),
    details?.can_discard &&
      may("publications.discard_changes") &&
      button("Discard changes…", "discard-changes", {
        kind: "quiet",
        data: {kind: details.item.entity_type, id: details.item.entity_id, key: "discard"},
      }),
  )

/**
 * `isMember`: the details are those of a season or an episode of the row.
 *
 * @param {{row: Row, details: Details | undefined, isMember: boolean, isSelected: boolean, acts: HTMLElement[]}} shown
 * @returns {Child[]}
 */
export function drawPublication(shown) {
  const {row, details, isMember} = shown
  if (!details) return [h("div", {"aria-busy": "true", data: {key: "reading"}}, boneRows(5)), drawActs(shown)]
  const {item, files} = details
  const pictures = files.filter(({file}) => !file.is_nfo)
  return [
    isMember && h("p", {data: {key: "back"}}, drawMember("", ["‹ ", h("bdi", null, row.name)])),
    isMember && h("h3", {class: "member", data: {key: "member"}}, h("bdi", null, item.name)),
    h("p", {class: "path"}, h("bdi", null, [item.about, item.folder].filter(Boolean).join(" · "))),
    details.published && h("p", {class: "hint", data: {key: "published"}}, details.published),
    drawRemarks(details),
    drawActors(item.people),
    files.filter(({file}) => file.is_nfo).map(each => drawNfo(each, item.address)),
    pictures.length > 0 &&
      part(
        ["Pictures", h("small", null, "before → after")],
        "pictures",
        h(
          "div",
          {class: "pairs-of"},
          pictures.map(each => drawPair(each, item.address)),
        ),
      ),
    drawPlayers(details),
    details.kept_after_rollback.length > 0 &&
      part("If it is rolled back", "rollback", facts(details.kept_after_rollback)),
    drawMembers(details),
    drawActs(shown),
  ]
}
