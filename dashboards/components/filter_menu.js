// The filters of a list: buttons that open the values of a filter with their counts.
import {h} from "./browser/dom.js"
import {iconButton} from "./widgets.js"

/**
 * @typedef {{key: string, label: string, text: string, values: string[]}} Filter
 * @typedef {{value: string, label: string, count: string, on: boolean}} Option `count` is the number of items.
 */

/** @type {(options: Option[] | null, key: string) => Child} */
const drawOptions = (options, key) => {
  if (!options) return h("p", {class: "hint", role: "status"}, "Counting…")
  if (!options.length) return h("p", {class: "hint"}, "None has a value.")
  return options.map(({value, label, count, on}) =>
    h(
      "label",
      {class: "opt", data: {key: value}},
      h("input", {type: "checkbox", checked: on, value, data: {change: "option", facet: key}}),
      h("span", {class: "grow"}, h("bdi", null, label)),
      h("span", null, count),
    ),
  )
}

/** @type {(filter: Filter, open: string, options: Option[] | null) => HTMLElement} */
export const drawFilter = ({key, label, text}, open, options) =>
  h(
    "span",
    {class: "anchor", data: {key}},
    h(
      "button",
      {
        type: "button",
        class: text ? "pill on" : "pill",
        "aria-expanded": String(open === key),
        "aria-haspopup": "dialog",
        data: {act: "menu", facet: key, key: "menu"},
      },
      text ? [label, " ", h("b", null, h("bdi", null, text))] : label,
      h("span", {"aria-hidden": "true"}, " ▾"),
    ),
    text && iconButton("×", `Remove the filter ${label}`, {act: "drop", facet: key, key: "drop"}, {class: "icon drop"}),
    open === key &&
      h(
        "div",
        {class: "pop facet", role: "dialog", "aria-label": `Filter by ${label.toLowerCase()}`, tabindex: "-1"},
        drawOptions(options, key),
      ),
  )
