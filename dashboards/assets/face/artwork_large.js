// The picture at the cursor over the whole window, beside the one that is chosen.
import {h, morph} from "#face/dom.js"
import {button, closeButton} from "#face/widgets.js"
import {
  addressesOf,
  allPictures,
  currentPicture,
  focusIn,
  hasModifier,
  isRejected,
  kindOf,
  languageKey,
  languageName,
  mainOf,
  scoreOf,
  shapeOf,
  shownPictures,
} from "#face/artwork_state.js"

/** @import {Picture, Self} from "#face/artwork_state.js" */

const DELAY = 250 // milliseconds on a picture before its original is read
const SWIPE = 50 // pixels
/** @type {Set<string>} */
const BROKEN = new Set() // addresses of originals that are not there

let timer = 0

/** @type {(picture: Picture, isSharp: boolean) => Child} */
const drawImages = (picture, isSharp) => {
  const {source, size_text: size} = picture
  const {preview, original} = addressesOf(picture)
  return [
    h("img", {src: preview, alt: `${source}, ${size}`, data: {key: preview}}),
    isSharp && !BROKEN.has(original) && h("img", {class: "whole", src: original, alt: "", data: {key: original}}),
  ]
}

/** @type {(picture: Picture, name: string, isOn: boolean, isSharp: boolean, shape: [number, number]) => HTMLElement} */
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
          class: isRejected(picture) ? "a-big rej" : "a-big",
          style: {"--ratio": String(width / height)},
          data: {key: "big"},
        },
        drawImages(picture, isSharp),
        isRejected(picture) && h("span", {class: "a-rejected"}, h("b", null, "✗ Rejected")),
      ),
    ),
    h(
      "figcaption",
      null,
      h("b", null, name),
      ` · ${[picture.source, picture.size_text, languageName(languageKey(picture)), scoreOf(picture)].filter(Boolean).join(" · ")}`,
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
  const {preview, original} = addressesOf(current)
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
          h("img", {src: BROKEN.has(original) ? preview : original, alt: current.source}),
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
    h("p", {class: "vh", role: "status", data: {key: "place"}}, `${name}, ${current.source}, ${current.size_text}`),
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
  const {large} = self
  const {cursor, sharp} = self.state
  if (!large.isOpen) return
  if (!currentPicture(self)) large.close()
  morph(large.box, drawLarge(self))
  if (sharp === cursor) return
  clearTimeout(timer)
  timer = setTimeout(() => {
    self.state.sharp = self.state.cursor
    if (large.isOpen) morph(large.box, drawLarge(self))
  }, DELAY)
}

/** @param {Self} self */
export function showLarge(self) {
  if (!currentPicture(self)) return
  Object.assign(self.state, {sharp: 0, isFull: false, parts: 0})
  self.large.open()
  paintLarge(self)
  focusIn(self.large.box, "h2")
}

/** The picture is not shown large any more. @param {Self} self */
export function leaveLarge(self) {
  clearTimeout(timer)
  morph(self.large.box, [])
  self.paint()
  self.focusCursor()
}

/** @type {(self: Self, name: string, by?: number) => void} */
function perform(self, name, by = 0) {
  if (name === "close") self.large.close()
  else if (name === "full") {
    self.state.isFull = !self.state.isFull
    paintLarge(self)
  } else if (name === "move") self.moveBy(by)
  else if (name === "select") self.select()
  else if (name === "reject") self.reject()
  else if (name === "undo") self.undo()
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

/** @type {(self: Self, event: KeyboardEvent) => void} */
function onKey(self, event) {
  const [name, by] = BOUND[event.key] ?? []
  const isOnButton = /** @type {HTMLElement} */ (event.target).closest("button")
  if (!name || hasModifier(event) || (isOnButton && (event.key === "Enter" || event.key === " "))) return
  event.preventDefault()
  if (!event.repeat || name === "move") perform(self, name, by)
}

/** Let the large view react. @param {Self} self */
export function listenToLarge(self) {
  const {box} = self.large
  let startX = Number.NaN
  box.addEventListener("keydown", event => onKey(self, event))
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-do]")
    const {do: name, by} = /** @type {HTMLElement | null} */ (target)?.dataset ?? {}
    if (name) perform(self, name, Number(by))
  })
  box.addEventListener(
    "error",
    event => {
      BROKEN.add(/** @type {Element} */ (event.target).getAttribute("src"))
      paintLarge(self)
    },
    true,
  )
  box.addEventListener("touchstart", ({touches}) => {
    startX = touches.length === 1 ? touches[0].clientX : Number.NaN
  })
  box.addEventListener("touchend", ({changedTouches}) => {
    const moved = changedTouches[0].clientX - startX
    if (Math.abs(moved) > SWIPE && !self.state.isFull) self.moveBy(-Math.sign(moved))
  })
}
