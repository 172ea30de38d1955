// The picture at the cursor over the whole window, beside the one that is chosen.
import {h, morph} from "#face/dom.js"
import {hasModifier} from "../../../components/browser/keyboard.js"
import {markDialogClosed, openDialog} from "#face/modal.js"
import {button, closeButton} from "#face/widgets.js"
import {
  allPictures,
  currentPicture,
  focusIn,
  kindOf,
  languageKey,
  languageName,
  mainOf,
  shapeOf,
  shownPictures,
} from "./artwork_state.js"

/** @import {Self} from "./artwork_state.js" */
/** @typedef {{move(by: number): void, select(): void, reject(): void, undo(): void, leave(): void}} Acts */

const DELAY = 250 // milliseconds on a picture before its original is read
const SWIPE = 50 // pixels
/** @type {Set<string>} */
const BROKEN = new Set() // addresses of originals that are not there

let timer = 0

/** @type {(picture: ArtworkPictureView, isSharp: boolean) => Child} */
const drawImages = ({preview, original, source, size}, isSharp) => [
  h("img", {src: preview, alt: `${source}, ${size}`, data: {key: preview}}),
  isSharp && !BROKEN.has(original) && h("img", {class: "whole", src: original, alt: "", data: {key: original}}),
]

/** @type {(picture: ArtworkPictureView, name: string, isOn: boolean, isSharp: boolean, shape: [number, number]) => HTMLElement} */
const drawFigure = (picture, name, isOn, isSharp, [width, height]) =>
  h(
    "figure",
    {class: isOn ? "on" : "", data: {key: `${isOn ? "current" : "main"}${picture.id}`}},
    h(
      "div",
      {class: "a-room", data: {key: "room"}},
      h(
        "div",
        {
          class: picture.rejected ? "a-big rej" : "a-big",
          style: {"--ratio": String(width / height)},
          data: {key: "big"},
        },
        drawImages(picture, isSharp),
        picture.rejected && h("span", {class: "a-rejected"}, h("b", null, "✗ Rejected")),
      ),
    ),
    h(
      "figcaption",
      null,
      h("b", null, name),
      ` · ${[picture.source, picture.size, languageName(languageKey(picture)), picture.score].filter(Boolean).join(" · ")}`,
    ),
  )

/** @type {[keys: string[], does: string][]} */
const KEYS = [
  [["←", "→"], "next picture"],
  [["Enter"], "select"],
  [["x"], "reject"],
  [["u"], "undo"],
  [["1"], "full size"],
  [["Space"], "close"],
]

/** @param {Self} self */
function drawLarge(self) {
  const {state} = self
  const shown = shownPictures(self)
  const current = currentPicture(self)
  if (!current) return []
  const main = allPictures(self).find(({id}) => id === mainOf(self))
  const isMain = main?.id === current.id
  const place = `${shown.indexOf(current) + 1} of ${shown.length}`
  const shape = shapeOf(kindOf(self).type)
  const isSharp = state.sharp === current.id
  const name = isMain ? `Chosen · ${place}` : place
  return [
    h(
      "div",
      {class: "a-large-head", data: {key: "head"}},
      h("h2", {id: "a-large", tabindex: "-1"}, isMain ? "The chosen picture" : "Beside the chosen picture"),
      closeButton("Close", {do: "close"}),
    ),
    state.isFull
      ? h(
          "div",
          {class: "a-full", tabindex: "0", role: "region", "aria-label": "Full size", data: {key: `full${current.id}`}},
          h("img", {src: BROKEN.has(current.original) ? current.preview : current.original, alt: current.source}),
        )
      : h(
          "div",
          {class: "a-pair", data: {key: "pair"}},
          main && !isMain && drawFigure(main, "Chosen", false, true, shape),
          drawFigure(current, name, true, isSharp, shape),
        ),
    h(
      "p",
      {class: "a-large-keys", "aria-hidden": "true", data: {key: "keys"}},
      KEYS.map(([names, does]) =>
        h(
          "span",
          null,
          names.map(each => h("kbd", null, each)),
          does,
        ),
      ),
    ),
    h("p", {class: "vh", role: "status", data: {key: "place"}}, `${name}, ${current.source}, ${current.size}`),
    h(
      "div",
      {class: "a-large-acts", data: {key: "acts"}},
      button("‹", "", {"aria-label": "Previous picture", data: {do: "move", by: -1, key: "back"}}),
      button("›", "", {"aria-label": "Next picture", data: {do: "move", by: 1, key: "next"}}),
      button(state.isFull ? "Whole" : "Full size", "", {data: {do: "full", key: "full"}}),
      button("Reject", "", {data: {do: "reject", key: "reject"}}),
      button("Select", "", {kind: "primary", data: {do: "select", key: "select"}}),
    ),
  ]
}

/** Draw the picture again while it is shown large. @param {Self} self */
export function paintLarge(self) {
  const {large, cursor, sharp} = self.state
  if (!large.open) return
  if (!currentPicture(self)) large.close()
  morph(large, drawLarge(self))
  if (sharp === cursor) return
  clearTimeout(timer)
  timer = window.setTimeout(() => {
    self.state.sharp = self.state.cursor
    if (large.open) morph(large, drawLarge(self))
  }, DELAY)
}

/** @param {Self} self */
export function showLarge(self) {
  if (!currentPicture(self)) return
  Object.assign(self.state, {sharp: 0, isFull: false, parts: 0})
  openDialog(self.state.large)
  paintLarge(self)
  focusIn(self.state.large, "h2")
}

/** @type {(self: Self, acts: Acts, name: string, by?: number) => void} */
function perform(self, acts, name, by = 0) {
  if (name === "close") self.state.large.close()
  else if (name === "full") {
    self.state.isFull = !self.state.isFull
    paintLarge(self)
  } else if (name === "move") acts.move(by)
  else acts[/** @type {"select" | "reject" | "undo"} */ (name)]?.()
}

/** @type {Record<string, [name: string, by?: number]>} */
const BOUND = {
  ArrowRight: ["move", 1],
  ArrowDown: ["move", 1],
  ArrowLeft: ["move", -1],
  ArrowUp: ["move", -1],
  Enter: ["select"],
  x: ["reject"],
  u: ["undo"],
  1: ["full"],
  " ": ["close"],
}

/** @type {(self: Self, acts: Acts, event: KeyboardEvent) => void} */
function onKey(self, acts, event) {
  const [name, by] = BOUND[event.key] ?? []
  const isOnButton = /** @type {HTMLElement} */ (event.target).closest("button")
  if (!name || hasModifier(event) || (isOnButton && (event.key === "Enter" || event.key === " "))) return
  event.preventDefault()
  if (!event.repeat || name === "move") perform(self, acts, name, by)
}

/** Return the dialog, closed. @type {(own: () => Self, acts: Acts) => HTMLDialogElement} */
export function makeLarge(own, acts) {
  const box = h("dialog", {class: "a-large", "aria-labelledby": "a-large"})
  let startX = Number.NaN
  box.addEventListener("cancel", markDialogClosed)
  box.addEventListener("close", () => {
    markDialogClosed()
    clearTimeout(timer)
    morph(box, [])
    acts.leave()
  })
  box.addEventListener("keydown", event => onKey(own(), acts, event))
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-do]")
    const {do: name, by} = /** @type {HTMLElement | null} */ (target)?.dataset ?? {}
    if (name) perform(own(), acts, name, Number(by))
  })
  box.addEventListener(
    "error",
    event => {
      BROKEN.add(/** @type {Element} */ (event.target).getAttribute("src"))
      paintLarge(own())
    },
    true,
  )
  box.addEventListener("touchstart", ({touches}) => {
    startX = touches.length === 1 ? touches[0].clientX : Number.NaN
  })
  box.addEventListener("touchend", ({changedTouches}) => {
    const moved = changedTouches[0].clientX - startX
    if (Math.abs(moved) > SWIPE && !own().state.isFull) acts.move(-Math.sign(moved))
  })
  return box
}
