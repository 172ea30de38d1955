// One file over the whole window: the picture or the video of the tile at the cursor, its rating, and the next file.
import {h, morph} from "#face/dom.js"
import {hasModifier} from "../../../components/browser/keyboard.js"
import {markDialogClosed, openDialog, placeDialog} from "#face/modal.js"
import {button, closeButton, iconButton} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"
import {focusCursor, moveTo} from "./pictures_scroll.js"
import {isAdvancing, onCursor, open, openBulk, rateByKey, setAdvancing, toggleFavorite} from "./pictures_selection.js"
import {BROKEN, STARS, dayText, drawPeople, starText} from "./pictures_tiles.js"

/** @import {Self} from "./pictures_scroll.js" */
/** @import {Tile} from "./pictures_tiles.js" */

const SWIPE = 50 // pixels
const PREVIEW = 1280 // pixels of the picture that is shown before the original

/** @param {Self} self */
const current = ({state}) => state.tiles.get(state.cursor)

/** @type {(tile: Tile) => Child} */
function drawMedia({id, name, kind, picture, original}) {
  const preview = picture && !BROKEN.has(picture) && `${picture}&width=${PREVIEW}`
  if (kind === "video" && original && !BROKEN.has(original))
    return h("video", {
      src: original,
      poster: preview || null,
      controls: true,
      autoplay: true,
      playsinline: true,
      "aria-label": `Video ${name}`,
      data: {key: `video${id}`},
    })
  const isPhoto = kind === "photo"
  if (!preview) return h("p", {class: "nothing", data: {key: `none${id}`}}, "No picture")
  return [
    h("img", {src: preview, alt: isPhoto ? name : `A frame of ${name}`, data: {key: `preview${id}`}}),
    isPhoto &&
      original &&
      !BROKEN.has(original) &&
      h("img", {class: "whole", src: original, alt: "", decoding: "async", data: {key: `whole${id}`}}),
    kind === "video" && h("p", {class: "cannot"}, "The browser cannot play this video."),
  ]
}

/** @type {(tile: Tile) => HTMLElement} */
const drawStars = tile =>
  h(
    "span",
    {class: "v-stars", role: "group", "aria-label": `Rating: ${starText(tile)}`, data: {key: "stars"}},
    STARS.map(star => {
      const isRemoval = star === tile.rating && !isAdvancing() // a quick run confirms a rating with the same star
      const label = isRemoval ? "Remove the rating" : plural(star, "star")
      return h(
        "button",
        {
          type: "button",
          class: star <= tile.rating ? "on" : "",
          "aria-label": label,
          "aria-pressed": String(star === tile.rating),
          title: `${label}${star === 5 && !isRemoval ? ": a favourite" : ""} (${isRemoval ? 0 : star})`,
          data: {do: "rate", stars: isRemoval ? 0 : star, key: `star${star}`},
        },
        star <= tile.rating ? "★" : "☆",
      )
    }),
  )

/** @param {Tile} tile */
const drawFavorite = ({favorite}) =>
  h(
    "button",
    {
      type: "button",
      class: favorite ? "v-heart on" : "v-heart",
      "aria-pressed": String(favorite),
      "aria-label": "Favourite",
      title: favorite ? "No favourite any more (f)" : "Make it a favourite: 5 stars (f)",
      data: {do: "favorite", key: "favorite"},
    },
    favorite ? "♥\uFE0E" : "♡\uFE0E",
  )

const KEYS_LINE = "← → next · 0–5 rate · f favourite · b people · i details · Esc back"

/** @param {Self} self */
function drawViewer(self) {
  const {state, view} = self
  const tile = current(self)
  const [first, last] = [state.cursor === 0, state.cursor === view.total - 1]
  return [
    h(
      "div",
      {class: "v-head", data: {key: "head"}},
      h("h2", {id: "viewed", tabindex: "-1"}, h("bdi", null, tile?.title ?? "Loading…")),
      h("span", {class: "num", role: "status"}, `${count(state.cursor + 1)} of ${count(view.total)}`),
      closeButton("Close", {do: "close"}),
    ),
    h(
      "div",
      {class: "v-media", data: {key: "media"}},
      tile ? drawMedia(tile) : h("span", {class: "gauge", role: "status"}, "Loading…"),
      iconButton("‹", "Previous file", {do: "step", by: -1, key: "back"}, {class: "icon v-step back", disabled: first}),
      iconButton("›", "Next file", {do: "step", by: 1, key: "next"}, {class: "icon v-step next", disabled: last}),
    ),
    h(
      "div",
      {class: "v-foot", data: {key: "foot"}},
      tile && [
        h(
          "div",
          {class: "v-facts", data: {key: "facts"}},
          h(
            "span",
            null,
            [dayText(tile.at.slice(0, 10)), tile.place, tile.badge, tile.size].filter(Boolean).join(" · "),
          ),
          drawPeople(tile),
          h("span", {class: "v-said", role: "status", data: {key: "said"}}, state.said),
        ),
        h(
          "div",
          {class: "v-acts", data: {key: "acts"}},
          view.editable && [drawStars(tile), drawFavorite(tile)],
          view.editable && button("People…", "", {kind: "small", data: {do: "people", key: "people"}}),
          button("Details", "", {kind: "small", data: {do: "details", key: "details"}}),
          view.editable &&
            h(
              "label",
              {class: "v-switch", data: {key: "advance"}},
              h("input", {type: "checkbox", checked: isAdvancing(), data: {do: "advance", key: "box"}}),
              "Next file after a rating",
            ),
        ),
        h("p", {class: "v-keys", "aria-hidden": "true", data: {key: "keys"}}, KEYS_LINE),
      ],
    ),
    drawAhead(state.tiles.get(state.cursor + 1)),
  ]
}

/** The next picture, so that the browser has it. @type {(tile: Tile | undefined) => Child} */
const drawAhead = tile =>
  tile?.picture &&
  !BROKEN.has(tile.picture) &&
  h("img", {class: "v-ahead", src: `${tile.picture}&width=${PREVIEW}`, alt: "", data: {key: "ahead"}})

/** @type {Record<string, (self: Self, data: DOMStringMap) => void>} */
const ACTIONS = {
  close: ({state}) => state.viewer.close(),
  step: (self, {by}) => moveTo(self, self.state.cursor + Number(by)),
  rate: (self, {stars}) => onCursor(self, () => rateByKey(self, Number(stars))),
  favorite: self => onCursor(self, toggleFavorite),
  people: self => onCursor(self, () => openBulk(self, "people")),
  advance: self => {
    setAdvancing(!isAdvancing())
    self.paint()
  },
  details(self) {
    self.state.viewer.close()
    open(self, self.state.cursor)
  },
}

/** @type {Record<string, [act: string, data?: DOMStringMap]>} */
const KEYS = {
  ArrowRight: ["step", {by: "1"}],
  ArrowLeft: ["step", {by: "-1"}],
  l: ["step", {by: "1"}],
  j: ["step", {by: "1"}],
  h: ["step", {by: "-1"}],
  k: ["step", {by: "-1"}],
  i: ["details"],
  ...Object.fromEntries([0, 1, 2, 3, 4, 5].map(stars => [String(stars), ["rate", {stars: String(stars)}]])),
  f: ["favorite"],
  b: ["people"],
}
const EDITS = new Set(["rate", "favorite", "people"])

/** @type {(self: Self, event: KeyboardEvent) => void} */
function onKey(self, event) {
  const {viewer} = self.state
  if (hasModifier(event) || event.isComposing) return
  if (event.key === " " && !(/** @type {Element} */ (event.target).matches("button, input"))) {
    event.preventDefault()
    const video = viewer.querySelector("video")
    if (video?.paused) video.play().catch(() => {})
    else video?.pause()
    return
  }
  const [act, data = {}] = KEYS[event.key] ?? []
  if (!act || (EDITS.has(act) && !self.view.editable)) return
  event.preventDefault()
  ACTIONS[act](self, data)
}

/** Draw the viewer again while it is open. @param {Self} self */
export function paintViewer(self) {
  const {viewer} = self.state
  if (viewer?.open) morph(viewer, /** @type {any} */ (drawViewer(self).flat(3).filter(Boolean)))
}

/** Open the viewer with the file at the cursor. @param {Self} self */
export function view(self) {
  const {viewer} = self.state
  if (!current(self) || viewer.open) return
  self.state.isViewing = true
  openDialog(viewer)
  paintViewer(self)
  viewer.querySelector("h2").focus()
}

/** Make the viewer, closed. @type {(self: Self, el: HTMLElement) => void} */
export function makeViewer(self, el) {
  const box = h("dialog", {class: "viewer", "aria-labelledby": "viewed"})
  let startX = Number.NaN
  self.state.viewer = box
  placeDialog(el, box)
  box.addEventListener("cancel", markDialogClosed)
  box.addEventListener("close", () => {
    markDialogClosed()
    morph(box, []) // a video stops
    self.state.isViewing = false
    focusCursor(self)
  })
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-do]")
    const {do: act, ...data} = /** @type {HTMLElement | null} */ (target)?.dataset ?? {}
    if (act) ACTIONS[act](self, data)
  })
  box.addEventListener("keydown", event => onKey(self, event), true)
  box.addEventListener(
    "error",
    ({target}) => {
      BROKEN.add(/** @type {Element} */ (target).getAttribute("src").replace(/&width=\d+$/, ""))
      paintViewer(self)
    },
    true,
  )
  box.addEventListener("touchstart", ({touches}) => {
    startX = touches.length === 1 ? touches[0].clientX : Number.NaN
  })
  box.addEventListener("touchend", ({changedTouches}) => {
    const moved = changedTouches[0].clientX - startX
    if (Math.abs(moved) > SWIPE) moveTo(self, self.state.cursor - Math.sign(moved))
  })
}
