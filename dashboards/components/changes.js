// One change of a property of a file: its old and its new value, or its lock.
import {h} from "#face/dom.js"

/** @type {(change: ChangeView) => Child} */
export const drawChange = change => [
  h("dt", null, change.label),
  h(
    "dd",
    null,
    change.done ?? [
      h("del", null, change.old),
      h("span", {"aria-hidden": "true"}, " → "),
      h("span", {class: "vh"}, " became "),
      h("ins", null, change.new),
    ],
  ),
]
