// One title of the publications: why, the differences of its NFO files, pictures, players, and the rollback.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {drawImage, hideBroken} from "#face/images.js"
import {GLYPHS, boneRows, button, facts} from "#face/widgets.js"
import {count} from "#face/wording.js"
import {drawAction, drawActors, drawPicture} from "./publish_parts.js"

/**
 * @typedef {object} State
 * @property {Set<string>} unfolded The kept lines that are shown: path and place.
 *
 * @typedef {Component<PublishDetailsView, State>} Self
 */

/** @type {Record<string, [className: string, sign: string, word: string]>} */
const STATES = {
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

/** @type {(line: PublishLineView) => HTMLElement} */
const drawLine = ({state, parts}) => {
  const [className, sign, word] = STATES[state] ?? STATES.kept
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

/** @type {(self: Self, path: string) => (line: PublishLineView, place: number) => Child} */
const drawAnyLine = (self, path) => (line, place) => {
  if (line.state !== "folded") return drawLine(line)
  const fold = `${path}#${place}`
  if (self.state.unfolded.has(fold))
    return line.parts[0].text.split("\n").map(text => drawLine({state: "kept", parts: [{text, mark: false}], count: 1}))
  return h(
    "div",
    {class: "fold"},
    h("i", {"aria-hidden": "true"}, "⋯"),
    h(
      "span",
      null,
      `${count(line.count)} more lines kept byte for byte · `,
      button("show", "unfold", {kind: "link", data: {fold, key: fold}}),
    ),
  )
}

/** @param {PublishChoiceView[]} choices */
const drawChoices = choices =>
  choices.length > 0 &&
  h(
    "div",
    {class: "acts"},
    choices.map(({label, choice, path}) =>
      button(label, "choose", {kind: "small", data: {choice, path, key: `${choice}${path}`}}),
    ),
  )

/** @type {(self: Self) => (nfo: PublishNfoView) => HTMLElement} */
const drawNfo = self => nfo =>
  h(
    "section",
    {data: {key: nfo.path}},
    h(
      "h3",
      {class: "label named"},
      h("bdi", {dir: "ltr"}, nfo.file.name),
      " ",
      drawAction(nfo.file),
      h("small", null, nfo.about),
    ),
    nfo.problem
      ? h("p", {class: "why blocked"}, nfo.problem)
      : nfo.lines.length > 0 &&
          h(
            "div",
            {class: "nfo", role: "group", "aria-label": `Changes of ${nfo.file.name}`, tabindex: "0"},
            nfo.lines.map(drawAnyLine(self, nfo.path)),
          ),
    drawChoices(nfo.choices),
  )

/** @type {(source: string, isWide: boolean, text: string) => HTMLElement} */
const drawSide = (source, isWide, text) =>
  h(
    "span",
    {class: `shot${isWide ? " wide" : ""}${source ? "" : " nil"}`},
    source ? drawImage(source, "lazy") : h("small", null, text),
  )

/** @param {PublishImageView} image */
const drawPair = image => {
  const {file, wide, before, after, is_same: isSame, about, choices} = image
  return h(
    "figure",
    {class: wide ? "pair-of wide" : "pair-of", data: {key: image.path}},
    isSame
      ? drawSide(before, wide, "no preview")
      : h(
          "span",
          {class: "both"},
          h("span", {class: "vh"}, "before: "),
          drawSide(before, wide, file.kind === "new" ? "none" : "no preview"),
          h("i", {"aria-hidden": "true"}, "→"),
          h("span", {class: "vh"}, "after: "),
          drawSide(after, wide, file.kind === "gone" ? "none" : "no preview"),
        ),
    h(
      "figcaption",
      null,
      h("b", null, h("bdi", {dir: "ltr"}, file.name)),
      " ",
      drawAction(file),
      about && h("small", null, about),
    ),
    drawChoices(choices),
  )
}

/** @param {PublishPlayerView} player */
const drawPlayer = ({player, versions, is_shown: isShown, title, about, picture, facts: own}) =>
  h(
    "article",
    {class: "player", data: {key: `${player}${versions}`}},
    h("h4", null, player, " ", h("small", null, versions)),
    h(
      "div",
      {class: "as"},
      drawPicture(picture),
      h("div", null, h("b", null, h("bdi", null, isShown ? title : "not added")), h("small", null, about)),
    ),
    h(
      "ul",
      null,
      own.map(({state, text}) => {
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

/** @param {PublishDetailsView} view */
const drawPlayers = ({players}) => {
  const names = [...new Set(players.map(each => each.player))]
  const known = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]
  return (
    players.length > 0 &&
    part(`What ${known} will show`, "players", h("div", {class: "players"}, players.map(drawPlayer)))
  )
}

/** @param {PublishDetailsView} view */
const drawActs = ({can, selected, can_discard: canDiscard}) =>
  h(
    "div",
    {class: "dacts", data: {key: "acts"}},
    button("Edit values", "edit", {key: "e", data: {key: "edit"}}),
    can && button(selected ? "Leave out" : "Select", "leave", {key: "s", data: {key: "leave"}}),
    canDiscard && button("Discard changes…", "discard", {kind: "quiet", data: {key: "discard"}}),
  )

/** @param {PublishDetailsView} view */
const drawMembers = ({members}) =>
  members.length > 0 &&
  part(
    "Seasons and episodes",
    "members",
    h(
      "ul",
      {class: "members"},
      members.map(({address, name}) =>
        h("li", {data: {key: address}}, button(h("bdi", null, name), "member", {kind: "link", data: {address}})),
      ),
    ),
  )

/** @param {Self} self */
const drawBody = self => {
  const {view} = self
  return h(
    "div",
    {class: "body", data: {key: "body"}},
    view.back &&
      h(
        "p",
        null,
        button(["‹ ", h("bdi", null, view.back.name)], "member", {kind: "link", data: {address: view.back.address}}),
      ),
    h("p", {class: "path"}, h("bdi", null, [view.about, view.path].filter(Boolean).join(" · "))),
    view.published && h("p", {class: "hint"}, view.published),
    view.why.map(({level, text}) =>
      h("p", {class: `why ${level}`}, GLYPHS[level] && h("span", {"aria-hidden": "true"}, `${GLYPHS[level]} `), text),
    ),
    drawActors(view.people),
    view.nfo.map(drawNfo(self)),
    view.images.length > 0 &&
      part(
        ["Pictures", h("small", null, "before → after")],
        "pictures",
        h("div", {class: "pairs"}, view.images.map(drawPair)),
      ),
    drawPlayers(view),
    view.rollback.length > 0 && part("If it is rolled back", "rollback", facts(view.rollback)),
    drawMembers(view),
  )
}

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (!view.open) return null
  if (!view.is_read)
    return drawerFrame({title: "…", kind: "pdrawer"}, h("div", {class: "body", "aria-busy": "true"}, boneRows(5)))
  return drawerFrame({title: view.title, kind: "pdrawer"}, drawBody(self), drawActs(view))
}

/** @param {RenderContext} context */
export function render(context) {
  const behaviour = drawer(context)
  component(context, {
    ...behaviour,
    state: /** @returns {State} */ () => ({unfolded: new Set()}),
    draw,
    onSetup(/** @type {Self} */ self) {
      behaviour.onSetup(self)
      hideBroken(self.root)
    },
    actions: {
      unfold(/** @type {Self} */ self, {fold}) {
        self.state.unfolded.add(fold)
        self.paint()
      },
      choose: (/** @type {Self} */ self, {choice, path}) => self.send("choose", {choice, path}),
      member: (/** @type {Self} */ self, {address}) => self.send("member", {address}),
    },
  })
}
