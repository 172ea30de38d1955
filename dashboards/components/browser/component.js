// Makes a Panel component from a drawing function: draws the view, and sends the actions of a person to the server.
import {h, morph} from "#face/dom.js"
import {adoptSheets} from "#face/sheets.js"
import {typedPage} from "#face/widgets.js"

globalThis.indexiumRoots ??= new Set()
/**
 * Put a component into its place, if it was created after the page: Bokeh appends it to the end of the page.
 *
 * BokehJS would send its model back with its first message, as if it were unknown to the server.
 *
 * @param {string} name
 * @param {Element} host
 */
function takePlace(name, host) {
  const place = document.querySelector(`[data-place="${name}"]:empty`)
  if (!place) return
  place.append(host)
  for (const {_new_models: models} of Bokeh.documents) models?.clear()
}

/**
 * Show `spec.draw` in the element of `context`, again for each view, and return the component.
 *
 * @template View
 * @template State
 * @param {RenderContext} context
 * @param {ComponentSpec<View, State>} spec
 * @returns {Component<View, State>}
 */
export function component({model, el}, spec) {
  const root = h("div", {class: "ix"})
  const tree = /** @type {ShadowRoot} */ (el.getRootNode())
  adoptSheets(tree, model.sheets)
  globalThis.indexiumRoots.add(root)
  model.on("remove", () => globalThis.indexiumRoots.delete(root))
  el.replaceChildren(root)
  takePlace(model.place, tree.host)
  /** @type {Component<View, State>} */
  const self = {
    root,
    model,
    view: /** @type {View} */ ({}),
    before: undefined,
    state: spec.state?.(),
    send: (type, data = {}) => model.send_msg({type, ...data}),
    paint: () => paint(self, spec),
    find: selector => root.querySelector(selector),
    focus: selector => self.find(selector)?.focus(),
  }
  const readView = () => {
    const old = self.view
    self.view = JSON.parse(model.shown)
    self.before = old
    self.paint()
  }
  root.addEventListener("click", event => onClick(self, spec, /** @type {PageEvent} */ (event)))
  root.addEventListener("change", event => {
    const target = /** @type {HTMLInputElement} */ (event.target).closest("[data-change]")
    if (target) perform(self, spec, "change", target, event)
  })
  root.addEventListener("submit", event => onSubmit(self, spec, event))
  for (const [name, handler] of Object.entries(spec.listeners ?? {}))
    root.addEventListener(name, event => handler(self, /** @type {PageEvent} */ (event)))
  model.on("shown", readView)
  if (spec.onMessage) model.on("msg:custom", message => spec.onMessage(self, message))
  spec.onSetup?.(self)
  readView()
  return self
}

/** @type {(self: Component<any, any>, spec: ComponentSpec<any, any>) => void} */
function paint(self, spec) {
  const {root} = self
  const tree = /** @type {ShadowRoot} */ (root.getRootNode())
  const hadFocus = root.contains(tree.activeElement)
  const drawn = /** @type {any[]} */ ([spec.draw(self)].flat(3).filter(Boolean))
  morph(root, permitted(drawn, self.model.forbidden))
  spec.onDrawn?.(self)
  self.before = self.view
  if (hadFocus && !tree.activeElement) window.dispatchEvent(new Event("indexium:adrift"))
}

/**
 * Take the actions that the person may not use from drawn nodes: buttons and links go, fields show their value only.
 *
 * @type {(nodes: any[], forbidden: string[]) => any[]}
 */
function permitted(nodes, forbidden) {
  if (!forbidden.length) return nodes
  const buttons = forbidden.map(act => `[data-act="${act}"]`).join()
  const fields = forbidden.map(act => `[data-change="${act}"]`).join()
  const remaining = nodes.filter(node => !node.matches?.(buttons))
  for (const node of remaining) {
    for (const each of node.querySelectorAll?.(buttons) ?? []) each.remove()
    for (const each of node.querySelectorAll?.(fields) ?? []) each.disabled = true
  }
  return remaining
}

/** @type {(self: Component<any, any>, spec: ComponentSpec<any, any>, event: PageEvent) => void} */
function onClick(self, spec, event) {
  const target = event.target.closest("[data-act]")
  if (!target || !self.root.contains(target) || target.getAttribute("aria-disabled") === "true") return
  const isLink = target.matches("a")
  if (isLink && (event.metaKey || event.ctrlKey || event.shiftKey || event.button)) return
  if (isLink) event.preventDefault()
  perform(self, spec, "act", target, event)
}

/**
 * Turn to the page number that a person has typed: the nearest page that exists.
 *
 * @type {(self: Component<any, any>, spec: ComponentSpec<any, any>, event: Event) => void}
 */
function onSubmit(self, spec, event) {
  const form = /** @type {HTMLElement} */ (event.target).closest("form[data-turn]")
  if (!(form instanceof HTMLElement)) return
  event.preventDefault()
  const page = Number(form.dataset.page)
  const number = typedPage(form.querySelector("input"), {page, pages: Number(form.dataset.pages)})
  if (number === page) return
  form.dataset.page = String(number)
  perform(self, spec, "turn", form, event)
}

/** @type {(self: Component<any, any>, spec: ComponentSpec<any, any>, kind: string, target: any, event: any) => void} */
function perform(self, spec, kind, target, event) {
  const {[kind]: name, ...data} = target.dataset
  if (self.model.forbidden.includes(name)) return
  const action = spec.actions?.[name]
  if (target.hasAttribute("data-waits")) showWait(target)
  if (action) action(self, data, target, event)
  else if (kind !== "change") self.send(name, data)
}

const LONGEST_WAIT = 20_000 // milliseconds

/**
 * Show at once that a pressed button waits for the server; until the server has answered or a dialog opens.
 *
 * @param {HTMLElement} target
 */
export function showWait(target) {
  const stop = () => {
    clearTimeout(timer)
    target.removeAttribute("aria-busy")
    window.removeEventListener("indexium:answered", stop)
  }
  const timer = setTimeout(stop, LONGEST_WAIT)
  target.setAttribute("aria-busy", "true")
  window.addEventListener("indexium:answered", stop)
}

/**
 * Listen on the document or the window for as long as the component lives.
 *
 * @param {PanelModel} model
 * @param {EventTarget} target
 * @param {string} name
 * @param {(event: any) => void} handler
 */
export function listen(model, target, name, handler) {
  target.addEventListener(name, handler)
  model.on("remove", () => target.removeEventListener(name, handler))
}

/** Return the name of the page that is shown. */
export const currentPage = () => document.documentElement.dataset.page
