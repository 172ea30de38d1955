// One change of a property of a film: from what to what, or that it was locked.
const drawChange = line => [
  h("dt", null, line.label),
  h(
    "dd",
    null,
    line.done ?? [h("del", null, line.old), h("span", {"aria-hidden": "true"}, " → "), h("span", {class: "vh"}, " became "), h("ins", null, line.new)],
  ),
]
