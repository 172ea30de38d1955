// A page that the person may not use: its title, and why.
import {h, morph} from "#face/dom.js"
import {refusalOf} from "#face/frame.js"
import {adoptSheets} from "#face/sheets.js"
import {emptyState} from "#face/widgets.js"

/** Draw it in the place of the page. @type {(page: string, host: HTMLElement) => void} */
export function drawRefusal(page, host) {
  const root = host.shadowRoot ?? host.attachShadow({mode: "open"})
  adoptSheets(root, ["indexium.css"])
  const [title, text] = refusalOf(page)
  morph(/** @type {any} */ (root), [
    h(
      "div",
      {class: "ix"},
      h("div", {class: "head"}, h("h1", {tabindex: "-1"}, title)),
      h("div", {class: "card"}, emptyState("", text)),
    ),
  ])
}
