// The number of findings of each kind.
import {component} from "../../components/browser/component.js"
import {h} from "../../components/browser/dom.js"
import {button} from "../../components/widgets.js"

/** @param {FindingGroupView} group */
const drawGroup = ({kind, title, count, on}) =>
  h(
    "button",
    {
      type: "button",
      class: count === "0" ? "stat none" : "stat",
      "aria-pressed": String(on),
      data: {act: "kind", kind, key: kind},
    },
    h("b", null, count),
    h("span", null, title),
  )

/** @param {ChecksHeaderView} view */
function draw({title, summary, groups}) {
  if (!groups) return null
  return [
    h(
      "div",
      {class: "head"},
      h("h1", {tabindex: "-1"}, title),
      h("p", {"aria-live": "polite"}, summary),
      h("span", {class: "grow"}),
      button("Open as SQL", "as_sql", {kind: "quiet", title: "The listed findings as a query"}),
    ),
    h("div", {class: "chips checks", role: "group", "aria-label": "Checks"}, groups.map(drawGroup)),
  ]
}

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    draw: self => draw(self.view),
    actions: {kind: (self, data) => self.send("kind", {kind: data.kind})},
  })
}
