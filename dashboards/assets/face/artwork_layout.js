// The frame of the dialog of pictures: kinds, the chosen picture, filters, tiles and the footer.
import {h} from "#face/dom.js"
import {button, closeButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"
import {
  addressesOf,
  allPictures,
  currentPicture,
  found,
  isFiltered,
  isWaiting,
  isRejected,
  kindOf,
  kindsOf,
  languageKey,
  languageName,
  mainOf,
  shapeOf,
  shownPictures,
} from "#face/artwork_state.js"
import {drawParts, drawTiles} from "#face/artwork_tiles.js"

/** @import {Self} from "#face/artwork_state.js" */
/** @typedef {{value: string, label: string}} FilterOption */

const SIZES = [500, 1000, 2000, 3840] // least widths in pixels that a filter offers
const BONES = 8 // tiles in the place of pictures that are read

/** @param {Self} self */
const drawHead = self =>
  h(
    "div",
    {class: "a-head", data: {key: "head"}},
    h("h2", {id: "a-title", tabindex: "-1"}, `Choose ${kindOf(self).named}`),
    h("p", null, h("bdi", null, self.state.title.name)),
    h("kbd", {"aria-hidden": "true"}, "Esc"),
    closeButton("Close", {do: "close", key: "close"}),
  )

/** @param {Self} self */
const drawKinds = self =>
  h(
    "div",
    {class: "a-kinds", role: "group", "aria-label": "Kinds of pictures", data: {key: "kinds"}},
    kindsOf(self).map(({key, label, count, isChosen}) =>
      h(
        "button",
        {
          type: "button",
          "aria-current": key === self.state.key ? "true" : null,
          data: {do: "kind", kind: key, key},
        },
        label,
        isChosen && [h("i", {"aria-hidden": "true"}, "✓"), h("span", {class: "vh"}, ", chosen by a person")],
        h("span", {class: "a-count"}, count === null ? "" : String(count)),
      ),
    ),
  )

/** @param {Self} self */
const mainPicture = self => allPictures(self).find(({id}) => id === mainOf(self))

/** @param {string} address */
const drawMain = address => h("img", {src: address, alt: "", data: {key: address}})

/** @param {Self} self */
const drawNow = self => {
  const main = mainPicture(self)
  if (!main) return null
  return h(
    "section",
    {class: `a-now ${layoutOf(self)}`, "aria-labelledby": "a-now", data: {key: "now"}},
    h("h3", {id: "a-now"}, "Chosen now"),
    h(
      "div",
      {class: "a-pair"},
      h("span", {class: "a-pic", style: shapeStyle(self)}, drawMain(addressesOf(main).preview)),
      h(
        "dl",
        null,
        h("dt", null, "From"),
        h("dd", null, h("bdi", null, `${main.source}, ${languageName(languageKey(main))}`)),
        h("dt", null, "Size"),
        h("dd", null, main.size_text),
        h("dt", null, "By"),
        h(
          "dd",
          null,
          main.chosen_by ? h("bdi", null, [main.chosen_by, main.chosen_when].filter(Boolean).join(", ")) : "the rule",
        ),
      ),
    ),
    button("Back to automatic", "", {
      disabled: !main.chosen_by,
      title: main.chosen_by ? null : "The rule selects the picture already.",
      data: {do: "release", id: main.id, key: "release"},
    }),
  )
}

/** @type {(options: FilterOption[]) => FilterOption[]} */
const distinct = options => [...new Map(options.map(each => [each.value, each])).values()]

/** @type {(name: string, label: string, value: string, options: FilterOption[]) => HTMLElement} */
const drawFilter = (name, label, value, options) =>
  h(
    "span",
    {class: value ? "a-filter on" : "a-filter", data: {key: name}},
    h(
      "label",
      null,
      `${label}:`,
      h(
        "select",
        {data: {do: "filter", filter: name, key: "select"}},
        [{value: "", label: "all"}, ...options].map(each =>
          h("option", {value: each.value, selected: each.value === value || null}, each.label),
        ),
      ),
      !value && h("span", {class: "caret", "aria-hidden": "true"}, "▾"),
    ),
    value &&
      h(
        "button",
        {type: "button", "aria-label": `Remove the filter ${label}`, data: {do: "drop", filter: name, key: "drop"}},
        "✕",
      ),
  )

/** @param {Self} self */
function drawFilters(self) {
  const {provider, language, least} = self.state.filters
  const all = allPictures(self)
  const widths = all.map(({width}) => width ?? 0)
  const sizes = SIZES.filter(size => size === least || (widths.some(w => w < size) && widths.some(w => w >= size)))
  const shown = shownPictures(self).length
  const isBare = !isWaiting(self) && !all.length
  return h(
    "div",
    {class: isBare ? "a-filters bare" : "a-filters", data: {key: "filters"}},
    drawFilter(
      "provider",
      "Provider",
      provider,
      distinct(all.map(each => ({value: each.provider, label: each.label}))),
    ),
    drawFilter(
      "language",
      "Language",
      language,
      distinct(all.map(each => ({value: languageKey(each), label: languageName(languageKey(each))}))),
    ),
    drawFilter(
      "least",
      "Size",
      least ? String(least) : "",
      sizes.map(size => ({value: String(size), label: `from ${size} px`})),
    ),
    h(
      "span",
      {class: "a-amount", role: "status", data: {key: "amount"}},
      isWaiting(self) ? "" : isFiltered(self) ? `${shown} of ${all.length}` : plural(all.length, "picture"),
    ),
    button("Search more providers", "", {kind: "small", data: {do: "search", key: "search"}}),
  )
}

/** @param {Self} self */
function drawNotices(self) {
  const problem = self.state.problem || found(self).error?.message
  const former = allPictures(self).find(each => each.is_of_former_match)
  return h(
    "div",
    {class: "a-notices", data: {key: "notices"}},
    former &&
      h(
        "p",
        {class: "warning", data: {key: "former"}},
        h("span", null, "Selected for another match of this title. Keep it, or choose another one."),
        button("Keep", "", {kind: "small", data: {do: "keep", id: former.id, key: "keep"}}),
      ),
    problem && h("p", {class: "danger", role: "alert", data: {key: "problem"}}, problem),
  )
}

/** @param {Self} self */
const drawBones = self =>
  h(
    "ul",
    {class: "a-tiles", "aria-hidden": "true", data: {key: `bones-${self.state.key}`}},
    Array.from({length: BONES}, () =>
      h("li", {class: "a-tile loading"}, h("span", {class: "a-pic"}), h("span", {class: "a-bone"})),
    ),
  )

/** @param {Self} self */
function drawPane(self) {
  if (isWaiting(self)) return drawBones(self)
  const {name} = kindOf(self)
  const tiles = drawTiles(self)
  if (tiles.length)
    return h("ul", {class: "a-tiles", "aria-label": "Pictures", data: {key: `tiles-${self.state.key}`}}, tiles)
  return h(
    "div",
    {class: "empty a-empty", data: {key: "empty"}},
    isFiltered(self)
      ? [h("b", null, "No picture passes the filters"), button("Clear all filters", "", {data: {do: "clear"}})]
      : [
          h("b", null, `No ${name} yet`),
          h("p", null, "No look-up and no folder has one of this title. Providers may have new ones."),
          button("Search more providers", "", {kind: "small primary", data: {do: "search"}}),
        ],
  )
}

/** @type {[keys: string[], does: string, kind: string][]} */
const KEYS = [
  [["←", "↑", "↓", "→"], "move", ""],
  [["Enter"], "select", ""],
  [["x"], "reject", ""],
  [["Space"], "large", ""],
  [["u"], "undo", "optional"],
  [["i"], "score", "optional"],
  [["n"], "next title", "optional"],
]

/** @param {Self} self */
function drawFoot(self) {
  const {state} = self
  const current = currentPicture(self)
  const main = mainPicture(self)
  const isUndoing = state.pending.at(-1)?.name === "undo"
  const message = isUndoing ? "Undoing…" : state.pending.length ? "" : state.message
  return h(
    "div",
    {class: "a-foot", data: {key: "foot"}},
    h(
      "p",
      {class: "a-keys", "aria-hidden": "true", data: {key: "keys"}},
      KEYS.map(([names, does, kind]) =>
        h(
          "span",
          {class: kind},
          names.map(each => h("kbd", null, each)),
          ` ${does}`,
        ),
      ),
    ),
    h(
      "p",
      {class: "a-message", data: {key: "message"}},
      h("span", {role: "status", data: {key: "text"}}, h("bdi", null, message)),
      main?.chosen_by &&
        button("Back to automatic", "", {kind: "link a-back", data: {do: "release", id: main.id, key: "back"}}),
      state.steps.length > 0 && button("Undo", "", {kind: "link", data: {do: "undo", key: "undo"}}),
    ),
    h(
      "div",
      {class: "a-touch", data: {key: "touch"}},
      button(current && isRejected(current) ? "Offer again" : "Reject", "", {
        disabled: !current,
        data: {do: "reject", key: "reject"},
      }),
      button("Large", "", {disabled: !current, data: {do: "large", key: "large"}}),
      button("Select", "", {kind: "primary", disabled: !current, data: {do: "select", key: "select"}}),
    ),
    button("Done", "", {kind: "a-done", data: {do: "close", key: "done"}}),
  )
}

/** @param {Self} self */
const shapeStyle = self => ({"--shape": shapeOf(kindOf(self).type).join(" / ")})

/** Return the classes that arrange pictures of the kind. @param {Self} self */
function layoutOf(self) {
  const {type} = kindOf(self)
  const [width, height] = shapeOf(type)
  return `${width > 4 * height ? "flat" : width > height ? "wide" : "tall"} ${type}`
}

/** @param {Self} self */
export function drawDialog(self) {
  return [
    drawHead(self),
    h("div", {class: "a-rail", data: {key: "rail"}}, drawKinds(self), drawNow(self)),
    h(
      "div",
      {
        class: `a-pane ${layoutOf(self)}`,
        style: shapeStyle(self),
        data: {key: "pane"},
      },
      drawFilters(self),
      drawNotices(self),
      drawPane(self),
    ),
    drawFoot(self),
    drawParts(self),
  ].filter(part => part instanceof Node)
}
