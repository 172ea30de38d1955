// One file as a tile of the grid, or as a row of the table.
import {h} from "#face/dom.js"
import {cutName} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/**
 * @typedef {object} Tile
 * @property {number} id
 * @property {string} name
 * @property {string} title The title, or the name without one.
 * @property {string} place Library and folder.
 * @property {string} folder The last part of the folder, or the library.
 * @property {string} kind
 * @property {string | null} picture
 * @property {string | null} original The address of the file, if browsers show it.
 * @property {string} badge
 * @property {string} at The date, ISO.
 * @property {string} dated Where the date comes from.
 * @property {boolean} by_name The date comes from the file name.
 * @property {number} rating
 * @property {boolean} favorite
 * @property {string[]} people
 * @property {number} more The number of people that are not named.
 * @property {string} info
 * @property {string} pixels Width and height, "" if they are not known.
 * @property {string} size
 * @property {string} note A state of the file, "" for none.
 *
 * @typedef {{tile: Tile | undefined, index: number, isCursor: boolean, isPointed: boolean, isSelected: boolean, editable: boolean}} Shown
 *   `isPointed`: the cursor is visible.
 */

export const STARS = [1, 2, 3, 4, 5]
/** @type {Set<string>} */
export const BROKEN = new Set() // addresses without a picture
const DAY = new Intl.DateTimeFormat("en-GB", {weekday: "long", day: "numeric", month: "long", year: "numeric"})
const MONTH = new Intl.DateTimeFormat("en-GB", {month: "long", year: "numeric"})
const SHORT = new Intl.DateTimeFormat("en-GB", {day: "numeric", month: "short", year: "numeric"})

/** Return "Monday 17 June 2024", "June 2024" for a month, "2024" for a year. @param {string} text */
export function dayText(text) {
  if (text.length === 4) return text
  const [year, month, day] = text.split("-").map(Number)
  const date = new Date(year, month - 1, day || 1)
  return (day ? DAY : MONTH).format(date).replace(",", "")
}

/** @param {string} at */
const shortDay = at => {
  const [year, month, day] = at.slice(0, 10).split("-").map(Number)
  return SHORT.format(new Date(year, month - 1, day))
}

/** @param {Tile} tile */
export const starText = ({rating}) => (rating < 0 ? "rejected" : rating ? `${rating} of 5 stars` : "no rating")

/** @param {Tile} tile */
function labelOf(tile) {
  const {title, name, favorite, people, more, badge, note} = tile
  const names = people.length ? `with ${people.join(", ")}${more ? ` and ${more} more` : ""}` : "no people"
  const stars = starText(tile)
  const file = name !== title && name
  const parts = [title, file, badge.replace(/^[^ ]+ /, ""), stars, favorite && "favourite", names, note]
  return parts.filter(Boolean).join(", ")
}

/** @type {(rating: number, star: number) => HTMLElement} */
const drawStarButton = (rating, star) => {
  const label = star === rating ? "Remove the rating" : plural(star, "star")
  return h(
    "button",
    {
      type: "button",
      tabindex: "-1",
      class: star <= rating ? "on" : "",
      "aria-label": label,
      title: label,
      data: {act: "star", stars: star === rating ? 0 : star},
    },
    star <= rating ? "★" : "☆",
  )
}

/** @type {(tile: Tile, editable: boolean) => HTMLElement} */
const drawStars = ({rating}, editable) => {
  if (rating < 0) return h("span", {class: "reject"}, "⊘ rejected")
  return h(
    "span",
    {class: "stars"},
    editable
      ? STARS.map(star => drawStarButton(rating, star))
      : h(
          "span",
          {"aria-hidden": "true"},
          h("span", {class: "on"}, "★".repeat(rating)),
          "☆".repeat(STARS.length - rating),
        ),
  )
}

/** @type {(shown: Shown) => HTMLElement} */
const drawCheck = ({isSelected}) =>
  h(
    "button",
    {
      type: "button",
      class: "check",
      tabindex: "-1",
      "aria-label": isSelected ? "Deselect" : "Select",
      data: {act: "check", key: "check"},
    },
    isSelected ? "✓" : "",
  )

/** The style sheet draws the heart. @type {(tile: Tile, editable: boolean) => Child} */
const drawHeart = ({favorite}, editable) =>
  editable
    ? h("button", {
        type: "button",
        class: favorite ? "heart on" : "heart",
        tabindex: "-1",
        "aria-label": favorite ? "No favourite any more" : "Make it a favourite: 5 stars",
        data: {act: "heart", key: "heart"},
      })
    : favorite && h("span", {class: "heart on", "aria-hidden": "true"})

const drawOpener = () =>
  h(
    "button",
    {
      type: "button",
      class: "opener",
      tabindex: "-1",
      "aria-label": "Show in the whole window",
      title: "Show in the whole window (Space)",
      data: {act: "view", key: "opener"},
    },
    "⤢",
  )

/** @type {(tile: Tile) => Child} */
const drawPicture = ({picture, kind}) => [
  h("span", {class: "sign", "aria-hidden": "true"}, kind === "audio" ? "♪" : kind === "photo" ? "▣" : "▶"),
  picture &&
    !BROKEN.has(picture) &&
    h("img", {src: `${picture}&width=320`, alt: "", loading: "lazy", decoding: "async"}),
]

/** @param {Tile} tile */
export const drawPeople = ({people, more}) =>
  h(
    "span",
    {class: "who"},
    people.length ? people.map(name => h("span", null, cutName(name))) : h("span", {class: "none"}, "no people"),
    more > 0 && h("span", {class: "n"}, `+${more}`),
  )

/** @type {(shown: Shown, kind: string) => Record<string, any>} */
const attributes = ({tile, index, isCursor, isPointed, isSelected}, kind) => ({
  class: `${kind}${isCursor && isPointed ? " cursor" : ""}${tile ? "" : " waits"}`,
  role: "gridcell",
  tabindex: isCursor ? "0" : "-1",
  "aria-selected": String(isSelected),
  data: {act: "tile", index, key: `tile${index}`},
})

/** The text of a tile for screen readers. Its visible parts are hidden from them, except the buttons. @param {Tile} tile */
const drawLabel = tile => h("span", {class: "vh"}, labelOf(tile))
const drawLoading = () => h("span", {class: "vh"}, "loading")
const HIDDEN = {"aria-hidden": "true"}

/** @param {Shown} shown */
export function drawTile(shown) {
  const {tile, editable} = shown
  if (!tile)
    return h("div", attributes(shown, "tile"), drawLoading(), h("div", {class: "pic bone"}), h("div", {class: "cap"}))
  const {title, badge, info, note} = tile
  return h(
    "div",
    attributes(shown, "tile"),
    drawLabel(tile),
    h(
      "div",
      {class: "pic"},
      drawPicture(tile),
      drawCheck(shown),
      drawHeart(tile, editable),
      drawOpener(),
      h("span", {class: "what", ...HIDDEN}, badge),
      note && h("span", {class: "note", ...HIDDEN}, note),
    ),
    h(
      "div",
      {class: "cap", ...HIDDEN},
      h("div", {class: "name"}, cutName(title)),
      h("div", {class: "rated"}, drawStars(tile, editable), h("span", {class: "info"}, info)),
      drawPeople(tile),
    ),
  )
}

/** @param {Shown} shown */
export function drawTableRow(shown) {
  const {tile, editable} = shown
  if (!tile)
    return h("div", attributes(shown, "trow"), drawLoading(), h("span", {class: "bone"}), h("span", {class: "bone"}))
  const {title, name, place, at, dated, by_name: byName, size, badge, note} = tile
  return h(
    "div",
    attributes(shown, "trow"),
    drawLabel(tile),
    drawCheck(shown),
    h("span", {class: "pic", ...HIDDEN}, drawPicture(tile)),
    h(
      "span",
      {class: "file", ...HIDDEN},
      h("b", {title: name}, cutName(title)),
      h("small", null, h("bdi", {dir: "ltr"}, name === title ? place : `${place} / ${name}`)),
    ),
    h("span", {class: "kind", ...HIDDEN}, badge, note && h("small", null, note)),
    h("span", {class: "day", title: dated, ...HIDDEN}, shortDay(at), byName && h("small", null, "file name")),
    h("span", {class: "rated"}, h("span", HIDDEN, drawStars(tile, editable)), drawHeart(tile, editable)),
    h("span", {class: "with", ...HIDDEN}, drawPeople(tile)),
    h("span", {class: "num", ...HIDDEN}, size),
  )
}

/**
 * @param {import("./pictures_layout.js").Line} line
 * @param {string[]} folders The folders of the loaded tiles of the section.
 * @param {boolean} isSelected All its files are selected.
 */
export const drawHeading = ({section, first, count: files}, folders, isSelected) => {
  const named = folders.slice(0, 2).join(", ") + (folders.length > 2 ? ", …" : "")
  return h(
    "div",
    {class: "day", role: "gridcell"},
    h("b", null, dayText(section.label)),
    h("span", null, " ", [named, plural(files, "file")].filter(Boolean).join(" · ")),
    h(
      "button",
      {
        type: "button",
        class: "btn link all",
        tabindex: "-1",
        "aria-label": `${isSelected ? "Deselect" : "Select"} ${plural(files, "file")} of ${dayText(section.label)}`,
        data: {act: "section", first, files, on: isSelected ? "" : "1", key: "all"},
      },
      `${isSelected ? "Deselect" : "Select"} ${count(files)}`,
    ),
  )
}
