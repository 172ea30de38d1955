// A page that the person may not use: its title, and why.
import {component} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {emptyState} from "#face/widgets.js"

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    draw: ({view}) => [
      h("div", {class: "head", data: {key: "head"}}, h("h1", null, view.title)),
      h("div", {class: "card", data: {key: "why"}}, emptyState("", view.text)),
    ],
  })
}
