// What surrounds the grid of files: the head with filters, the months at the edge, and the actions for the selection.
import {h} from "#face/dom.js"
import {drawEmptyList, drawFilter, drawFilterBar} from "../../../components/filter_menu.js"
import {button, drawSelect} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"
import {drawShows} from "./pictures_shows.js"
import {isAdvancing} from "./pictures_selection.js"
import {STARS, dayText} from "./pictures_tiles.js"

/** @import {Option} from "../../../components/filter_menu.js" */

/**
 * @typedef {{month: string, first: number, files: number}} Month
 */

/** @type {(view: PicturesHeadView, tileSize: number) => HTMLElement} */
export const drawHead = ({title, about, shows}, tileSize) =>
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", null, title),
    h("p", {class: "grow"}, about),
    shows === "pictures" &&
      h(
        "label",
        {class: "size", data: {key: "size"}},
        h("span", {"aria-hidden": "true"}, "▫"),
        h("input", {
          type: "range",
          min: "110",
          max: "320",
          step: "6",
          value: String(tileSize),
          "aria-label": "Size of the pictures",
          data: {change: "size"},
        }),
        h("span", {"aria-hidden": "true"}, "◻"),
      ),
    drawShows(shows),
  )

/**
 * @param {PicturesHeadView} view
 * @param {string} open The key of the opened filter.
 * @param {Option[] | null} options
 * @param {boolean} isUnfolded Filters are shown on a phone, too.
 */
export const drawFilters = (view, open, options, isUnfolded) =>
  drawFilterBar(
    {
      search: [
        view.query,
        Boolean(view.problem),
        {placeholder: "Name, folder, person, camera …", "aria-label": "Search the library", data: {key: "q"}},
      ],
      set: view.filters.filter(each => each.text).length + Number(view.favorites),
      isUnfolded,
    },
    view.filters.map(filter => drawFilter(filter, open, options)),
    h(
      "button",
      {
        type: "button",
        class: view.favorites ? "pill on" : "pill",
        "aria-pressed": String(view.favorites),
        data: {act: "favorites", key: "favorites"},
      },
      "♡\uFE0E Favourites",
    ),
    view.views.length > 0 &&
      drawSelect([{value: "", label: "Saved views"}, ...view.views], {
        class: "select views",
        "aria-label": "Saved views",
        data: {change: "saved", key: "views"},
      }),
  )

/** @param {PicturesHeadView & {editable: boolean}} view */
export const drawMeaning = ({editable, problem, meaning, sorts, sort, query, scan, offline}) => [
  problem && h("p", {class: "complain danger", role: "alert", data: {key: "problem"}}, problem),
  h(
    "p",
    {class: "meaning", data: {key: "meaning"}},
    h("span", null, meaning),
    query && button("Clear filters", "clear", {kind: "link"}),
    scan &&
      h(
        "span",
        {role: "status"},
        scan,
        " ",
        button("Show the scan", "show", {kind: "link", data: {as: "folders"}}),
        " · ",
        button("Stop", "stop_scan", {kind: "link", "aria-label": "Stop the scan"}),
      ),
    h("span", {class: "grow"}),
    editable &&
      h(
        "label",
        {class: "advance", data: {key: "advance"}},
        h("input", {type: "checkbox", checked: isAdvancing(), data: {change: "advance"}}),
        "Next file after a rating",
      ),
    drawSelect(sorts, {"aria-label": "Order", data: {change: "sort", key: "sort"}}, sort),
  ),
  offline && h("p", {class: "why warning", data: {key: "offline"}}, offline),
]

/** @param {NoPicturesView} empty */
export const drawNothing = ({title, text, searches}) =>
  drawEmptyList(title, text, [
    searches.map(({query, label}) => button(label, "find", {kind: "small", data: {query}})),
    button("Clear all filters", "clear", {kind: "small quiet"}),
  ])

/**
 * Draw the months: one control, whose arrow keys go to the next and the previous month.
 *
 * @type {(months: Month[], now: Month) => HTMLElement}
 */
export function drawMonths(months, now) {
  const most = Math.max(...months.map(each => each.files))
  /** @type {Map<string, Month[]>} */
  const years = new Map()
  for (const each of months) years.set(each.month.slice(0, 4), [...(years.get(each.month.slice(0, 4)) ?? []), each])
  const isDescending = months.length > 1 && months[0].month > months[1].month
  /** @type {(month: string) => string} */
  const placeOf = month => {
    const number = Number(month.slice(5)) - 1
    return `${((isDescending ? 11 - number : number) * 100) / 12}%`
  }
  const place = months.indexOf(now)
  return h(
    "div",
    {
      class: "months",
      role: "slider",
      tabindex: "0",
      "aria-label": "Month",
      "aria-orientation": "vertical",
      "aria-valuemin": "1",
      "aria-valuemax": String(months.length),
      "aria-valuenow": String(place + 1),
      "aria-valuetext": `${dayText(now.month)}, ${plural(now.files, "file")}`,
      data: {key: "months"},
    },
    [...years].map(([year, own]) =>
      h(
        "div",
        {class: "year", data: {key: year}},
        h("b", null, year),
        h(
          "span",
          null,
          own.map(each =>
            h("i", {
              class: each === now ? "now" : "",
              title: `${dayText(each.month)} · ${count(each.files)}`,
              style: {top: placeOf(each.month), width: `${Math.max(12, (100 * each.files) / most)}%`},
              data: {first: each.first, key: each.month},
            }),
          ),
        ),
      ),
    ),
  )
}

/** @type {(selected: number, editable: boolean) => Child} */
export const drawBar = (selected, editable) =>
  selected > 0 &&
  h(
    "div",
    {class: "selbar", role: "region", "aria-label": "Actions", data: {key: "bar"}},
    h("b", {class: "grow", "aria-live": "polite"}, `${count(selected)} selected`),
    button("Clear", "unselect", {kind: "quiet", key: "n"}),
    editable &&
      h(
        "span",
        {class: "others"},
        h(
          "span",
          {class: "rate", role: "group", "aria-label": "Rate the selected files"},
          [0, ...STARS].map(star =>
            h(
              "button",
              {
                type: "button",
                "aria-label": star ? plural(star, "star") : "No rating",
                title: star ? plural(star, "star") : "No rating",
                data: {act: "rate_all", stars: star, key: `star${star}`},
              },
              star ? "★" : "⊘",
            ),
          ),
        ),
        button("♥\uFE0E Favourite", "favorite_all", {key: "f"}),
        button("Edit…", "bulk", {key: "b", data: {tab: "people", key: "people"}}),
        button("Fields and dates…", "bulk", {data: {tab: "fields", key: "fields"}}),
      ),
    button(`Plan ${selected === 1 ? "this file" : `these ${count(selected)}`}`, "plan", {kind: "primary"}),
  )
