// The text of a comment and of other fields, with its changes marked.
import {h} from "#face/dom.js"

/**
 * @typedef {"old" | "new" | "same"} Kind
 */

/** @type {(part: TextPart, kind: Kind) => Child} */
export const drawPart = (part, kind) => {
  const text = part.show ?? part.text
  return part.mark ? h(kind === "old" ? "del" : "ins", null, text) : text
}

/**
 * @param {TextPart[] | null} parts Null if there is no comment.
 * @param {Kind} kind
 * @param {string} name
 * @param {(part: TextPart, kind: Kind, index: number) => Child} [draw]
 */
export const drawComment = (parts, kind, name, draw = drawPart) => {
  if (parts === null) return h("div", {class: "diff none"}, "No comment")
  if (parts.length === 0) return h("div", {class: "diff none"}, "An empty comment")
  return h(
    "div",
    {class: `diff ${kind}`, tabindex: "0", role: "region", "aria-label": name, dir: "auto"},
    parts.map((part, index) => draw(part, kind, index)),
  )
}

/** @type {(parts: TextPart[] | null, kind: Kind) => Child} */
const drawValue = (parts, kind) => (parts ? parts.map(part => drawPart(part, kind)) : "none")

/** @param {ChangedValue[]} fields */
export const drawFieldValues = fields =>
  h(
    "dl",
    {class: "facts field-values", "aria-label": "Fields"},
    fields.map(({label, old: before, new: after}) => [
      h("dt", null, label),
      h(
        "dd",
        null,
        h("span", {class: before ? "value was" : "value"}, drawValue(before, "old")),
        h("span", {"aria-hidden": "true"}, " → "),
        h("span", {class: "vh"}, " became "),
        h("span", {class: after ? "value new" : "value"}, drawValue(after, "new")),
      ),
    ]),
  )
