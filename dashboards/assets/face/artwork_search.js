// The search of pictures at providers: which of them, and what each answered.
import {visit} from "#face/address.js"
import {allPictures, focusIn, hasModifier, kindOf, readPictures, readSlots} from "#face/artwork_state.js"
import {call, forget} from "#face/calls.js"
import {h, morph} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @import {Self} from "#face/artwork_state.js" */
/** @typedef {{provider: string, name: string, is_on: boolean, plain_reason: string}} Provider */
/** @typedef {{text: string, level: string, about: string}} Answer */

/** @type {Record<string, string>} */
const GLYPHS = {found: "✓ ", failed: "▲ "}

/** What a provider has, or has answered. @type {(self: Self, provider: Provider) => Answer} */
export function answerOf(self, {provider, is_on: isOn, plain_reason: reason}) {
  const {search} = self.state
  const result = search.results.get(provider)
  const about = isOn ? "" : reason
  if (search.running.has(provider)) return {text: "searching…", level: "running", about}
  if (result?.state === "failed") return {text: "no answer", level: "failed", about: result.message}
  if (result) return {text: result.total ? plural(result.total, "picture") : "no picture", level: result.state, about}
  const known = allPictures(self).filter(each => each.provider === provider).length
  return {text: known ? plural(known, kindOf(self).name) : "", level: "", about}
}

/** @type {(provider: Provider, answer: Answer, isTicked: boolean, isRunning: boolean) => HTMLElement} */
const drawProvider = ({provider, name, is_on: isOn}, {text, level, about}, isTicked, isRunning) =>
  h(
    "li",
    {data: {key: provider}},
    h(
      "label",
      null,
      h("input", {
        type: "checkbox",
        value: provider,
        checked: isTicked && isOn,
        disabled: !isOn || isRunning,
        data: {key: "box"},
      }),
      h("span", null, h("b", null, name), about && h("small", null, h("bdi", null, about))),
    ),
    isOn || level
      ? h("span", {class: `a-answer ${level}`}, h("span", {"aria-hidden": "true"}, GLYPHS[level] ?? ""), text)
      : button("Settings", "", {
          kind: "link",
          "aria-label": `Settings of ${name}`,
          data: {do: "settings", key: "set"},
        }),
  )

/** @param {Self} self @returns {string[]} */
const tickedOf = ({state: {search, unticked}}) =>
  (search?.providers ?? [])
    .filter((/** @type {Provider} */ {provider, is_on: isOn}) => isOn && !unticked.has(provider))
    .map((/** @type {Provider} */ {provider}) => provider)

/** Draw the search while it is open. @param {Self} self */
export function paintSearch(self) {
  const {searching} = self
  const {search, unticked} = self.state
  if (!searching.isOpen || !search) return
  const {length} = tickedOf(self)
  const isRunning = search.running.size > 0
  const parts = [
    h("h2", {id: "a-search", tabindex: "-1"}, "Search more providers"),
    h("p", null, "The providers get the ids of the title, and nothing else of your library."),
    h(
      "ul",
      {class: "a-providers"},
      search.providers.map((/** @type {Provider} */ each) =>
        drawProvider(each, answerOf(self, each), !unticked.has(each.provider), isRunning),
      ),
    ),
    search.problem && h("p", {class: "danger", role: "alert", data: {key: "problem"}}, search.problem),
    h("p", {class: "vh", role: "status", data: {key: "status"}}, isRunning ? "searching" : ""),
    h(
      "div",
      {class: "a-acts"},
      button("Close", "", {kind: "quiet", data: {do: "close", key: "close"}}),
      button(`Search ${length || ""}`.trim(), "", {
        kind: "primary",
        disabled: !length || isRunning,
        "aria-busy": isRunning ? "true" : null,
        "aria-label": length === 1 ? "Search 1 provider" : `Search ${length} providers`,
        data: {do: "search", key: "search"},
      }),
    ),
  ]
  morph(searching.box, /** @type {Node[]} */ (parts.filter(Boolean)))
}

/** Read which providers can be searched, and show them. @param {Self} self */
export async function askSearch(self) {
  const {title} = self.state
  try {
    const want = {provider: 1, name: 1, is_on: 1, plain_reason: 1}
    const providers = await call("providers.status", {}, want)
    if (title !== self.state.title || !self.main.isOpen) return
    self.state.search = {providers, running: new Set(), results: new Map(), problem: ""}
  } catch (error) {
    self.state.problem = /** @type {Error} */ (error).message
    self.paint()
    return
  }
  self.searching.open()
  paintSearch(self)
  focusIn(self.searching.box, "#a-search")
}

/** @param {Self} self */
async function search(self) {
  const {search: own, title} = self.state
  const providers = tickedOf(self)
  if (!providers.length || own.running.size) return
  Object.assign(own, {running: new Set(providers), results: new Map(), problem: ""})
  self.paint()
  try {
    // No other change waits for it: a provider may take a minute.
    const found = await call("picture_search.search", {
      entity_type: title.entity_type,
      entity_id: title.id,
      providers,
    })
    own.results = new Map(found.map(each => [each.provider, each]))
  } catch (error) {
    own.problem = /** @type {Error} */ (error).message
  }
  own.running = new Set()
  const names = [readPictures(self)[0], readSlots(title)[0]]
  forget(name => names.includes(/** @type {any} */ (name)))
  self.paint()
}

/** Let the search react. @param {Self} self */
export function listenToSearch(self) {
  const {box} = self.searching
  box.addEventListener("change", event => {
    const {value, checked} = /** @type {HTMLInputElement} */ (event.target)
    self.state.unticked[checked ? "delete" : "add"](value)
    paintSearch(self)
  })
  box.addEventListener("keydown", event => {
    const isOnButton = /** @type {HTMLElement} */ (event.target).matches("button")
    if (event.key !== "Enter" || event.repeat || hasModifier(event) || isOnButton) return
    event.preventDefault()
    void search(self)
  })
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target)
    const name = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do
    if (target === box || name === "close") self.searching.close()
    else if (name === "search") void search(self)
    else if (name === "settings") {
      self.main.close()
      visit("/settings")
    }
  })
}
