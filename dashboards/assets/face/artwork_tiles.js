// The tiles of the dialog of pictures, and the parts of a score.
import {h, keyedNodes, reuse} from "#face/dom.js"
import {
  addressesOf,
  allPictures,
  isLocal,
  isRejected,
  languageKey,
  languageName,
  rankOf,
  scoreOf,
  shownPictures,
} from "#face/artwork_state.js"
import {button} from "#face/widgets.js"
import {drawPreview} from "#face/artwork_previews.js"

/** @import {Part, Picture, Self} from "#face/artwork_state.js" */
/** @import {Preview} from "#face/artwork_previews.js" */
/**
 * @typedef {{picture: Picture, preview: Preview, isCursor: boolean, isDescribed: boolean, same: string}} TileInputs
 *   `isDescribed`: the parts of its score are shown. `same`: the picture that looks the same.
 */

/** @param {Picture} picture */
export const chosenText = ({is_selected: isSelected, chosen_by: by}) =>
  !isSelected ? "" : by ? `Chosen by ${by}` : "Chosen by the rule"

/** @param {TileInputs} inputs */
function badgesOf({picture, same}) {
  const {chosen_by: by} = picture
  return /** @type {[kind: string, text: string][]} */ ([
    [by ? "on" : "", chosenText(picture)],
    ["", isLocal(picture) && "In the folder"],
    ["", same && `Same as ${same}`],
  ]).filter(([, text]) => text)
}

/** @param {Part[]} parts */
const drawMeter = parts =>
  h(
    "span",
    {class: "a-meter", "aria-hidden": "true"},
    parts.map(({points}) => h("i", {style: {width: `${(100 * points).toFixed(1)}%`}})),
  )

/** @param {TileInputs} inputs */
function drawScore({picture, isCursor, isDescribed}) {
  const {id, score_parts: parts} = picture
  const score = scoreOf(picture)
  if (!score) return h("span", {class: "a-score none"}, drawMeter([]), h("b", null, "–"))
  return h(
    "button",
    {
      type: "button",
      class: "a-score",
      tabindex: isCursor ? "0" : "-1",
      "aria-label": `Score ${score} of 1: its parts`,
      "aria-expanded": String(isDescribed),
      "aria-describedby": isDescribed ? "a-parts" : null,
      data: {do: "parts", id, key: "score"},
    },
    drawMeter(parts),
    h("b", null, score),
  )
}

/** @param {TileInputs} inputs */
const drawFailure = ({picture, preview}) =>
  preview.state === "failed" &&
  h(
    "div",
    {class: "a-failed", data: {key: "failed"}},
    h("b", null, h("span", {"aria-hidden": "true"}, "▲ "), "No picture"),
    h("p", null, preview.text),
    button("Try again", "", {kind: "small", data: {do: "again", address: addressesOf(picture).preview, key: "again"}}),
  )

/** @param {TileInputs} inputs */
function drawTile(inputs) {
  const {picture, preview, isCursor} = inputs
  const {id, size_text: size, source, votes_text: votes, reject_reason: reason} = picture
  const isOut = isRejected(picture)
  const address = addressesOf(picture).preview
  const states = [isCursor && "cur", picture.is_selected && "sel", isOut && "rej", preview.state]
  return h(
    "li",
    {
      class: `a-tile ${states.filter(Boolean).join(" ")}`,
      data: {key: id, preview: address},
    },
    h(
      "button",
      {
        type: "button",
        class: "a-pick",
        tabindex: isCursor ? "0" : "-1",
        "aria-pressed": String(picture.is_selected),
        data: {do: "pick", id, key: "pick"},
      },
      h(
        "span",
        {class: "a-pic"},
        drawPreview(preview, address),
        h(
          "span",
          {class: "a-badges", data: {key: "badges"}},
          badgesOf(inputs).map(([kind, text]) => h("span", {class: kind}, text)),
        ),
        preview.state === "loading" &&
          h("span", {class: "a-loading", "aria-hidden": "true", data: {key: "loading"}}, "loading…"),
        isOut &&
          h(
            "span",
            {class: "a-rejected", data: {key: "rejected"}},
            h("b", null, h("span", {"aria-hidden": "true"}, "✗ "), "Rejected"),
            reason && h("span", null, h("bdi", null, reason)),
          ),
      ),
      h(
        "span",
        {class: "a-meta"},
        h(
          "span",
          null,
          h("b", null, size),
          h("span", {class: "a-language"}, h("bdi", null, languageName(languageKey(picture)))),
        ),
        h("span", null, h("bdi", {title: source}, source), h("span", null, votes)),
      ),
    ),
    drawScore(inputs),
    drawFailure(inputs),
  )
}

/** @param {Self} self */
export function drawTiles(self) {
  const {state, box, previews} = self
  const all = new Map(allPictures(self).map(each => [each.id, each]))
  const old = keyedNodes(box)
  const {cursor, parts} = state
  return shownPictures(self).map(picture => {
    const {id} = picture
    const same = all.get(picture.duplicate_of ?? 0)
    /** @type {TileInputs} */
    const inputs = {
      picture,
      preview: previews.of(addressesOf(picture).preview),
      isCursor: id === cursor,
      isDescribed: id === parts,
      same: same ? [same.source, scoreOf(same)].filter(Boolean).join(" ") : "",
    }
    return reuse(old.get(String(id)), inputs, () => drawTile(inputs))
  })
}

const ROOM = 250 // pixels that the parts need below their tile
const WIDTH = 190
const GAP = 10

/** The parts of a score beside the tile that they belong to. @type {(self: Self) => Child} */
export function drawParts(self) {
  const {box} = self
  const {parts: id} = self.state
  const picture = id && shownPictures(self).find(each => each.id === id)
  const score = picture && box.querySelector(`.a-tile[data-key="${id}"] .a-score`)
  if (!score) return null
  const {left, right, top, bottom} = score.getBoundingClientRect()
  const isBelow = bottom + ROOM < window.innerHeight
  const start = Math.min(Math.max((left + right - WIDTH) / 2, 8), window.innerWidth - WIDTH - 8)
  return h(
    "div",
    {
      class: isBelow ? "a-parts" : "a-parts above",
      id: "a-parts",
      role: "tooltip",
      data: {key: "parts"},
      style: {
        left: `${start}px`,
        width: `${WIDTH}px`,
        [isBelow ? "top" : "bottom"]: `${isBelow ? bottom + GAP : window.innerHeight - top + GAP}px`,
        "--tip": `${(left + right) / 2 - start}px`,
      },
    },
    h("h3", null, `Score ${scoreOf(picture)}`, h("span", null, rankOf(allPictures(self), id))),
    picture.score_parts.map(({label, points, most, reason}) =>
      h(
        "div",
        {class: "a-part"},
        h("span", null, label),
        h("b", null, points.toFixed(2), h("span", null, ` of ${most.toFixed(2)}`)),
        h(
          "span",
          {class: "a-meter", "aria-hidden": "true"},
          h("i", {style: {width: `${most ? (100 * points) / most : 0}%`}}),
        ),
        h("small", null, h("bdi", null, reason)),
      ),
    ),
  )
}
