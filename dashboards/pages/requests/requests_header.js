// The title of the page of requests, how many wait, and the filter.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawSelect} from "#face/widgets.js"

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    /** @param {Component<RequestsHeaderView>} self */
    draw: ({view}) =>
      h(
        "div",
        {class: "head"},
        h("h1", null, "Requests"),
        h("p", null, view.summary ?? ""),
        h("span", {class: "grow"}),
        view.states && drawSelect(view.states, {"aria-label": "State", data: {change: "state", key: "state"}}),
      ),
    actions: {
      state: (self, _, target) => self.send("state", {value: target.value}),
    },
  })
}
