// One file as a tile of the grid, or as a row of the table.
import {h} from "#face/dom.js"
import {drawImage, thumbnail} from "#face/images.js"
import {cutName} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/pictures_rows.js").Tile} Tile */
/**
 * @typedef {{tile: Tile | undefined, hasDraft: boolean, index: number, isCursor: boolean, isPointed: boolean, isSelected: boolean, editable: boolean}} Shown
 *   `isPointed`: the cursor is visible.
 */

const NAMED = 2 // people of a tile
const SMALL = 320 // pixels of the width of its picture
/** @type {Record<string, string>} */
const SIGNS = {audio: "♪", photo: "▣", video: "▶"}
export const STARS = [1, 2, 3, 4, 5]
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

/** Return the people that a tile names, and the number of the others. @param {Tile} tile */
function namesOf({people, people_count: total}) {
  const names = people.slice(0, NAMED)
  return {names, more: total - names.length}
}

/** @type {(tile: Tile, note: string) => string} */
function labelOf(tile, note) {
  const {shown_title: title, file_name: name, favorite, badge} = tile
  const {names: people, more} = namesOf(tile)
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
    {class: "tile-stars"},
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

/** Return the address of the picture of a file with a width; "" without one. @type {(tile: Tile, width: number) => string} */
export function pictureOf({file_id: id, picture_version: version}, width) {
  const address = thumbnail(id, version)
  return address && `${address}&width=${width}`
}

/** @param {Tile} tile */
const drawPicture = tile => [
  h("span", {class: "sign", "aria-hidden": "true"}, SIGNS[tile.kind] ?? SIGNS.video),
  drawImage(pictureOf(tile, SMALL), "lazy"),
]

/** @param {Tile} tile */
export function drawPeople(tile) {
  const {names, more} = namesOf(tile)
  return h(
    "span",
    {class: "tile-people"},
    names.length ? names.map(name => h("span", null, cutName(name))) : h("span", {class: "none"}, "no people"),
    more > 0 && h("span", {class: "n"}, `+${more}`),
  )
}

/** @type {(shown: Shown, kind: string) => Record<string, any>} */
const attributes = ({tile, index, isCursor, isPointed, isSelected}, kind) => ({
  class: `${kind}${isCursor && isPointed ? " cursor" : ""}${tile ? "" : " waits"}`,
  role: "gridcell",
  tabindex: isCursor ? "0" : "-1",
  "aria-selected": String(isSelected),
  data: {act: "tile", index, row: tile?.file_id, key: `tile${index}`},
})

/** @param {Shown} shown */
const noteOf = ({tile, hasDraft}) => (hasDraft ? "draft" : tile.note)

/** The text of a tile for screen readers. Its visible parts are hidden from them, except the buttons. @param {Shown} shown */
const drawLabel = shown => h("span", {class: "vh"}, labelOf(shown.tile, noteOf(shown)))
const drawLoading = () => h("span", {class: "vh"}, "loading")
const HIDDEN = {"aria-hidden": "true"}

/** @param {Shown} shown */
export function drawTile(shown) {
  const {tile, editable} = shown
  if (!tile)
    return h("div", attributes(shown, "tile"), drawLoading(), h("div", {class: "pic bone"}), h("div", {class: "cap"}))
  const {shown_title: title, badge, info} = tile
  const note = noteOf(shown)
  return h(
    "div",
    attributes(shown, "tile"),
    drawLabel(shown),
    h(
      "div",
      {class: "pic"},
      drawPicture(tile),
      drawCheck(shown),
      drawHeart(tile, editable),
      drawOpener(),
      h("span", {class: "tile-kind", ...HIDDEN}, badge),
      note && h("span", {class: "tile-note", ...HIDDEN}, note),
    ),
    h(
      "div",
      {class: "cap", ...HIDDEN},
      h("div", {class: "tile-name"}, cutName(title)),
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
  const {shown_title: title, file_name: name, place, shown_at: at, dated, size_text: size, badge} = tile
  const note = noteOf(shown)
  return h(
    "div",
    attributes(shown, "trow"),
    drawLabel(shown),
    drawCheck(shown),
    h("span", {class: "pic", ...HIDDEN}, drawPicture(tile)),
    h(
      "span",
      {class: "file", ...HIDDEN},
      h("b", {title: name}, cutName(title)),
      h("small", null, h("bdi", {dir: "ltr"}, name === title ? place : `${place} / ${name}`)),
    ),
    h("span", {class: "kind", ...HIDDEN}, badge, note && h("small", null, note)),
    h(
      "span",
      {class: "tile-date", title: dated, ...HIDDEN},
      shortDay(at),
      tile.date_source === "name" && h("small", null, "file name"),
    ),
    h("span", {class: "rated"}, h("span", HIDDEN, drawStars(tile, editable)), drawHeart(tile, editable)),
    h("span", {class: "with", ...HIDDEN}, drawPeople(tile)),
    h("span", {class: "num", ...HIDDEN}, size),
  )
}

/**
 * @param {import("#face/pictures_layout.js").Line} line
 * @param {string[]} folders The folders of the loaded tiles of the section.
 * @param {boolean} isSelected All its files are selected.
 */
export const drawHeading = ({section, first, count: files}, folders, isSelected) => {
  const named = folders.slice(0, 2).join(", ") + (folders.length > 2 ? ", …" : "")
  return h(
    "div",
    {class: "wall-day", role: "gridcell"},
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
