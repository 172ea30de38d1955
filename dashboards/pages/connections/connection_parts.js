// Parts that several sections of the page of connections draw.
import {h} from "#face/dom.js"
import {chip, GLYPHS} from "#face/widgets.js"

/** @type {Record<string, string>} */
const SIGNS = {...GLYPHS, off: "–", new: "○"}
/** @type {Record<string, string>} */
const CLASSES = {off: "blocked", new: "unchanged"}

/** A chip with its sign; nothing for a state without a word. @param {ChipView} of */
export const drawState = ({level, text}) => text && chip(CLASSES[level] ?? level, text, SIGNS[level])

/** A switch without a visible word: its label names what it switches. @type {(label: string, on: boolean, data: object) => HTMLElement} */
export const drawSwitch = (label, on, data) =>
  h("label", {class: "switch"}, h("input", {type: "checkbox", role: "switch", checked: on, "aria-label": label, data}))

/** The input of a folder in a map. @type {(label: string, value: string, data: object, attributes: object) => HTMLElement} */
export const drawFolder = (label, value, data, attributes) =>
  h("input", {
    type: "text",
    value,
    title: value || null,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    ...attributes,
    data,
  })

/** The head of a map of folders; "" for a column without a title. @type {(...titles: string[]) => HTMLElement} */
export const drawMapHead = (...titles) =>
  h(
    "div",
    {class: "map-row th", "aria-hidden": "true"},
    titles.map(title => h("span", null, title)),
  )

/** The arrow between the two folders of a row of a map. */
export const drawMapArrow = () => h("span", {class: "arrow", "aria-hidden": "true"}, "→")

/** The sentence why an input was refused. @type {(view: ConnectionsView, place: string) => Child} */
export const refusal = ({problems}, place) =>
  problems[place] && h("p", {class: "bad-text", role: "alert", data: {key: `problem-${place}`}}, problems[place])

/** How often the input of a place was stored. @type {(self: {view: ConnectionsView}, place: string) => number} */
export const savedOf = ({view}, place) => view.saved[place] ?? 0
