// The totals of all operations, in one line.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    /** @param {Component<HistoryHeaderView>} self */
    draw: ({view}) =>
      h(
        "div",
        {class: "head"},
        h("h1", null, "History"),
        h("p", null, view.summary ?? ""),
        h("span", {class: "grow"}),
        button("Activity", "activity", {kind: "quiet", title: "Who did what: decisions and jobs, too"}),
        view.summary && button("Open as SQL", "as_sql", {kind: "quiet", title: "The listed operations as a query"}),
      ),
  })
}
