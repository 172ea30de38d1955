// The text of a comment and of other fields, with its changes marked.
import {h} from "./browser/dom.js"

/**
 * @typedef {{text: string, mark: boolean, show?: string, fold?: boolean}} Part
 *   `show` replaces an invisible text; `fold`: the part is long and can be folded.
 * @typedef {"old" | "new" | "same"} Kind
 * @typedef {{label: string, old: Part[] | null, new: Part[] | null}[]} FieldValues Changed fields beside the comment.
 */

/** @type {(part: Part, kind: Kind) => Child} */
export const drawPart = (part, kind) => {
  const text = part.show ?? part.text
  return part.mark ? h(kind === "old" ? "del" : "ins", null, text) : text
}

/**
 * @param {Part[] | null} parts Null if there is no comment.
 * @param {Kind} kind
 * @param {string} name
 * @param {(part: Part, kind: Kind, index: number) => Child} [draw]
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

/** @type {(parts: Part[] | null, kind: Kind) => Child} */
const drawValue = (parts, kind) => (parts ? parts.map(part => drawPart(part, kind)) : "none")

/** @param {FieldValues} fields */
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
