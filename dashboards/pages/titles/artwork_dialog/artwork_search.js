// The search of pictures at providers: which of them, and what each answered.
import {h, morph} from "#face/dom.js"
import {hasModifier} from "../../../components/browser/keyboard.js"
import {markDialogClosed, openDialog} from "#face/modal.js"
import {button} from "#face/widgets.js"
import {focusIn} from "./artwork_state.js"

/** @import {Self} from "./artwork_state.js" */

/** @type {Record<string, string>} */
const GLYPHS = {found: "✓ ", failed: "▲ "}

/** @type {(provider: ArtworkProviderView, isTicked: boolean, isRunning: boolean) => HTMLElement} */
const drawProvider = ({id, label, on, about, text, level}, isTicked, isRunning) =>
  h(
    "li",
    {data: {key: id}},
    h(
      "label",
      null,
      h("input", {
        type: "checkbox",
        value: id,
        checked: isTicked && on,
        disabled: !on || isRunning,
        data: {key: "box"},
      }),
      h("span", null, h("b", null, label), about && h("small", null, h("bdi", null, about))),
    ),
    on || level
      ? h("span", {class: `a-answer ${level}`}, h("span", {"aria-hidden": "true"}, GLYPHS[level] ?? ""), text)
      : button("Settings", "", {
          kind: "link",
          "aria-label": `Settings of ${label}`,
          data: {do: "settings", key: "set"},
        }),
  )

/** @param {Self} self */
const tickedOf = ({view, state}) =>
  (view.search?.providers ?? []).filter(({id, on}) => on && !state.unticked.has(id)).map(({id}) => id)

/** Draw the search while it is open. @param {Self} self */
export function paintSearch(self) {
  const {searching, unticked} = self.state
  const {search} = self.view
  if (!searching.open || !search) return
  const {length} = tickedOf(self)
  const parts = [
    h("h2", {id: "a-search", tabindex: "-1"}, "Search more providers"),
    h("p", null, "The providers get the ids of the title, and nothing else of your library."),
    h(
      "ul",
      {class: "a-providers"},
      search.providers.map(each => drawProvider(each, !unticked.has(each.id), search.running)),
    ),
    search.problem && h("p", {class: "danger", role: "alert", data: {key: "problem"}}, search.problem),
    h("p", {class: "vh", role: "status", data: {key: "status"}}, search.running ? "searching" : ""),
    h(
      "div",
      {class: "a-acts"},
      button("Close", "", {kind: "quiet", data: {do: "close", key: "close"}}),
      button(`Search ${length || ""}`.trim(), "", {
        kind: "primary",
        disabled: !length || search.running,
        "aria-busy": search.running ? "true" : null,
        "aria-label": length === 1 ? "Search 1 provider" : `Search ${length} providers`,
        data: {do: "search", key: "search"},
      }),
    ),
  ]
  morph(searching, /** @type {Node[]} */ (parts.filter(Boolean)))
}

/** Show the search as soon as the server has sent the providers. @param {Self} self */
export function followSearch(self) {
  const {searching} = self.state
  const {search} = self.view
  if (!search && searching.open) searching.close()
  if (!search || searching.open || !self.state.isSearchWanted) return
  self.state.isSearchWanted = false
  openDialog(searching)
  paintSearch(self)
  focusIn(searching, "#a-search")
}

/** @param {Self} self */
export function askSearch(self) {
  self.state.isSearchWanted = true
  self.send("providers")
}

/** @param {Self} self */
function search(self) {
  const providers = tickedOf(self)
  if (providers.length && !self.view.search.running) self.send("search", {providers})
}

/** Return the dialog, closed. @param {() => Self} own */
export function makeSearch(own) {
  const box = h("dialog", {class: "a-search", "aria-labelledby": "a-search"})
  for (const name of ["cancel", "close"]) box.addEventListener(name, markDialogClosed)
  box.addEventListener("change", event => {
    const {value, checked} = /** @type {HTMLInputElement} */ (event.target)
    own().state.unticked[checked ? "delete" : "add"](value)
    paintSearch(own())
  })
  box.addEventListener("keydown", event => {
    const isOnButton = /** @type {HTMLElement} */ (event.target).matches("button")
    if (event.key !== "Enter" || event.repeat || hasModifier(event) || isOnButton) return
    event.preventDefault()
    search(own())
  })
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target)
    const name = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do
    if (target === box || name === "close") box.close()
    else if (name === "search") search(own())
    else if (name === "settings") own().send("settings")
  })
  return box
}
