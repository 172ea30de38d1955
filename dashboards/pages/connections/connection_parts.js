// Parts that several sections of the page of connections draw.
import {h} from "../../components/browser/dom.js"
import {chip, GLYPHS} from "../../components/widgets.js"

/** @type {Record<string, string>} */
const SIGNS = {...GLYPHS, off: "–", new: "○"}
/** @type {Record<string, string>} */
const CLASSES = {off: "blocked", new: "unchanged"}

/** A chip with its sign; nothing for a state without a word. @param {ChipView} of */
export const drawState = ({level, text}) => text && chip(CLASSES[level] ?? level, text, SIGNS[level])

/** A switch without a visible word: its label names what it switches. @type {(label: string, on: boolean, data: object) => HTMLElement} */
export const drawSwitch = (label, on, data) =>
  h("label", {class: "switch"}, h("input", {type: "checkbox", role: "switch", checked: on, "aria-label": label, data}))

/** The sentence why an input was refused. @type {(view: ConnectionsView, place: string) => Child} */
export const refusal = ({problems}, place) =>
  problems[place] && h("p", {class: "bad-text", role: "alert", data: {key: `problem-${place}`}}, problems[place])

/** How often the input of a place was stored. @type {(self: {view: ConnectionsView}, place: string) => number} */
export const savedOf = ({view}, place) => view.saved[place] ?? 0
