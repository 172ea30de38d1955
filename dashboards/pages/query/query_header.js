// The title of the page of queries.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    /** @param {Component<QueryHeaderView>} self */
    draw: ({view}) => h("div", {class: "head"}, h("h1", null, "Query"), h("p", null, view.summary ?? "")),
  })
}
