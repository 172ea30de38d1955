// The footer of every page: running work, interrupted work, and finished work that can be undone.
// A row that a person dismisses stays dismissed in this browser, also after a reload. A good result dismisses itself.
import {component, listen} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawGauge} from "#face/gauge.js"
import {store, stored} from "#face/local_storage.js"
import {button, closeButton} from "#face/widgets.js"

/**
 * @typedef {{isUnfolded: boolean, seconds: Map<string, number>}} State
 *   `seconds`: for how long each row that dismisses itself has been visible.
 * @typedef {Component<FooterView, State>} Self
 */

const HOME = document.querySelector("script[data-home]")?.getAttribute("data-home") ?? ""
const DISMISSED = `indexium.dismissed.${HOME}` // another home has other operations with the same ids
const MOST_DISMISSED = 20
const LIFETIME = 30 // seconds for which a good result is visible
const SEEN = 4 // seconds after which a decision dismisses it
const CAN_HOVER = window.matchMedia("(hover: hover)") // a touched element counts as hovered
const PHONE = window.matchMedia("(max-width: 700px)")

/** Return the keys of the dismissed rows. @returns {Set<string>} */
function dismissed() {
  if (globalThis.indexiumDismissed) return new Set(globalThis.indexiumDismissed)
  try {
    return new Set(JSON.parse(stored(DISMISSED) ?? "[]"))
  } catch {
    return new Set() // another program wrote the value
  }
}

/** @param {string} key */
function dismiss(key) {
  const list = [...dismissed(), key].slice(-MOST_DISMISSED)
  const isStored = store(DISMISSED, JSON.stringify(list))
  if (!isStored) globalThis.indexiumDismissed = list // if not stored, the page keeps them in memory
}

/** Dismiss the rows that have been visible for some seconds. @type {(self: Self, least: number) => void} */
function fade({state: {seconds}, paint}, least) {
  const gone = [...seconds].filter(([, age]) => age >= least)
  for (const [key] of gone) {
    seconds.delete(key)
    dismiss(key)
  }
  if (gone.length) paint()
}

/** Count the seconds of the rows that are not in use. @param {Self} self */
function age(self) {
  const used = CAN_HOVER.matches ? ".done:is(:hover, :focus-within)" : ".done:focus-within"
  if (document.hidden || self.find(used)) return
  const {seconds} = self.state
  const hidden = dismissed()
  const rows = (self.view.rows ?? []).filter(row => row.fades && !hidden.has(row.dismiss))
  for (const {dismiss: key} of rows) seconds.set(key, (seconds.get(key) ?? 0) + 1)
  fade(self, LIFETIME)
}

/** @param {FooterRowView} row */
const drawRow = row =>
  h(
    "div",
    {class: `doing ${row.kind}`, role: "group", "aria-label": row.title, data: {key: row.key}},
    row.bar ? drawGauge(row.title, row.bar) : h("span", {class: `sign ${row.level}`, "aria-hidden": "true"}, row.glyph),
    h(
      "div",
      {class: "grow"},
      h("b", {role: row.bar ? null : "status"}, h("bdi", null, row.title)),
      row.note && h("small", null, h("bdi", null, row.note)),
    ),
    row.buttons.map(({label, act, kind, spoken}) =>
      button(label, act, {kind: `small ${kind ?? ""}`, data: {id: row.id, key: act}, "aria-label": spoken ?? null}),
    ),
    row.dismiss && closeButton("Dismiss", {act: "dismiss", dismiss: row.dismiss}),
  )

/** @param {Self} self */
function draw({view, state}) {
  const hidden = dismissed()
  const rows = (view.rows ?? []).filter(row => !(row.dismiss && hidden.has(row.dismiss)))
  const room = PHONE.matches ? 2 : 3 // maximum number of rows that leave the page readable
  const isFolding = rows.length > room
  const foldedCount = rows.length - room + 1
  return (
    rows.length > 0 &&
    h(
      "div",
      {class: "doings", role: "region", "aria-label": "Work"},
      (isFolding && !state.isUnfolded ? rows.slice(0, -foldedCount) : rows).map(drawRow),
      isFolding &&
        h(
          "button",
          {type: "button", class: "fold", "aria-expanded": String(state.isUnfolded), data: {act: "fold", key: "fold"}},
          state.isUnfolded ? "Show fewer" : `${foldedCount} more`,
        ),
    )
  )
}

// Pages and toasts end above the footer. A new height restyles the whole page, so the new text is painted first.
/** @param {RenderContext} context */
function makeRoom({model, el}) {
  const dock = /** @type {HTMLElement | null} */ (el.closest?.(".dock") ?? document.querySelector(".dock"))
  if (!dock) return
  const makeSpace = () => document.documentElement.style.setProperty("--dock", `${dock.offsetHeight}px`)
  const observer = new ResizeObserver(() => requestAnimationFrame(makeSpace))
  observer.observe(dock)
  model.on("remove", () => observer.disconnect())
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({isUnfolded: false, seconds: new Map()}),
    draw,
    actions: {
      fold(me) {
        me.state.isUnfolded = !me.state.isUnfolded
        me.paint()
      },
      dismiss(me, data) {
        dismiss(data.dismiss)
        me.paint()
      },
    },
  })
  makeRoom(context)
  const clock = setInterval(() => age(self), 1000)
  context.model.on("remove", () => clearInterval(clock))
  listen(context.model, window, "storage", () => self.paint())
  listen(context.model, window, "indexium:decided", () => fade(self, SEEN))
  listen(context.model, PHONE, "change", () => self.paint())
}
