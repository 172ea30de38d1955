// The titles of the list: posters, or the rows of a table.
import {h} from "#face/dom.js"
import {cutName} from "#face/widgets.js"
import {drawPoster} from "#face/images.js"
import {drawBox} from "./titles_selection.js"

/** The badges of a poster. @param {SelectableTitleView} tile */
const drawMarks = ({notes, unpublished}) => [
  notes.length > 0 && h("span", {class: "mark"}, notes.join(" · ")),
  unpublished && h("span", {class: "mark low", title: "It has changes that are not published"}, "unpublished"),
]

/** @param {SelectableTitleView} tile */
const drawTile = tile =>
  h(
    "li",
    {class: tile.selected ? "chosen" : null, data: {key: tile.id}},
    h(
      "a",
      {class: "title-tile", href: tile.href, data: {act: "open", id: tile.id, key: "tile"}},
      drawPoster(tile, drawMarks(tile)),
      h("b", {title: tile.title}, cutName(tile.title)),
      h(
        "small",
        null,
        tile.rating && [h("span", {class: "vh"}, "rating "), `★ ${tile.rating} · `],
        [tile.year, tile.kind === "Film" ? tile.genres[0] : tile.size].filter(Boolean).join(" · "),
      ),
    ),
    drawBox(tile),
  )

/** @param {SelectableTitleView} tile */
const drawNotes = ({notes, unpublished}) => {
  const texts = unpublished ? [...notes, "unpublished"] : notes
  return texts.length > 0 && h("small", null, texts.join(" · "))
}

/** @param {SelectableTitleView} tile */
const drawRow = tile =>
  h(
    "tr",
    {class: tile.selected ? "chosen" : null, data: {key: tile.id}},
    h("td", {class: "box"}, drawBox(tile)),
    h(
      "td",
      {class: "name"},
      h(
        "a",
        {href: tile.href, data: {act: "open", id: tile.id, key: "tile"}},
        drawPoster(tile),
        h("b", {title: tile.title}, cutName(tile.title)),
      ),
    ),
    h("td", null, tile.kind),
    h("td", {class: "num"}, tile.year),
    h("td", {class: "num"}, tile.rating),
    h("td", {class: "wide"}, h("bdi", null, tile.genres.join(", "))),
    h("td", {class: "wide"}, tile.size),
    h("td", null, tile.state, drawNotes(tile)),
  )

/** @param {TitlesListView} view */
export const drawItems = ({shows, items, selection}) =>
  shows === "table"
    ? h(
        "div",
        {class: "card titles-table", data: {key: "table"}},
        h(
          "table",
          null,
          h("caption", {class: "vh"}, "Titles"),
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              h("td", {class: "box"}),
              [
                ["Title", ""],
                ["Kind", ""],
                ["Year", "num"],
                ["Rating", "num"],
                ["Genres", "wide"],
                ["Files", "wide"],
                ["State", ""],
              ].map(([text, kind]) => h("th", {scope: "col", class: kind}, text)),
            ),
          ),
          h("tbody", null, items.map(drawRow)),
        ),
      )
    : h(
        "ul",
        {class: `posters${selection ? " selecting" : ""}`, "aria-label": "Titles", data: {key: "posters"}},
        items.map(drawTile),
      )
