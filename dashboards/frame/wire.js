// The connection of a page with its session: what the server tells the frame, and what the frame tells the server.
import {component, currentPage, listen} from "../components/browser/component.js"

/** @typedef {Component<WireView>} Self */

/** @type {(name: string, detail?: any) => void} */
const announce = (name, detail) => window.dispatchEvent(new CustomEvent(`indexium:${name}`, {detail}))

/** @param {Self} self */
function onDrawn({view, before}) {
  const isFirst = Boolean(view.title) && !before?.title
  if (isFirst) announce("frame")
  if (isFirst && view.page !== currentPage()) return // the person has opened another page: the session hears of it now
  if (view.page && view.page !== before?.page && view.page !== currentPage()) announce("page", view.page)
  if (view.title && view.url) document.title = view.title // a page without a url is drawn by the browser, and names the window
  const isOfPage = view.page === currentPage() // not of one that the person has left meanwhile
  if (isOfPage && view.url && view.url !== before?.url && view.url !== location.pathname + location.search)
    updateAddress(view, before)
}

/** @type {(view: WireView, before: WireView | undefined) => void} */
function updateAddress(view, before) {
  const isFirst = before?.url === undefined // the first page adds no step to the history
  const isOtherPage = view.url.split("?")[0] !== location.pathname
  const method = !isFirst && (isOtherPage || view.push) ? "pushState" : "replaceState"
  history[method]({depth: 0}, "", view.url)
  announce("address")
}

/** @param {any} message */
function onMessage(message) {
  if (message.text) announce("toast", message)
  if (message.cleared) announce("cleared", message.cleared)
  if (message.busy !== undefined) announce("busy", message.busy)
  if (message.place) announce("place", message.place)
  if (message.select) announce("select", message.select)
  if (message.sql !== undefined) announce("sql", message.sql)
  if (message.events) announce("events", message.events)
  if (message.answered || message.busy === false) announce("answered")
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {draw: () => [], onDrawn, onMessage: (_, message) => onMessage(message)})
  document.querySelector(".boot")?.remove()
  document.documentElement.dataset.connected = ""
  listen(self.model, window, "indexium:theme", event => self.send("theme", {theme: event.detail}))
  listen(self.model, window, "indexium:tell", event => self.send(event.detail.type, event.detail))
  for (const each of Bokeh.documents) each.on_event("connection_lost", () => announce("lost"))
  self.send("hello", {theme: document.documentElement.dataset.theme})
}
