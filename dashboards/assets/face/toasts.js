// Short messages that disappear automatically; errors stay longest, and no message disappears under the pointer or the
// focus.
import {h} from "#face/dom.js"
import {button, closeButton} from "#face/widgets.js"

/**
 * @typedef {"error" | "good" | "info"} ToastKind
 * @typedef {{kind: ToastKind, text: string, undo?: number | null, stop?: number | null, plan?: string, topic?: string}} Message
 *   `undo` is a step that can be undone, `stop` a job that can be stopped, `plan` a search for the plan, `topic` the subject of an error.
 * @typedef {Message & {id: number, left: number}} Toast `left` is in milliseconds.
 */

const MOST = 2 // maximum number of toasts
const TICK = 250 // milliseconds
/** @type {Record<string, number>} */
const LIFETIMES = {error: 12_000, offer: 10_000, other: 6000} // milliseconds
// On a touch screen the element that was touched last counts as hovered.
const CAN_HOVER = window.matchMedia("(hover: hover)")

export class Toasts {
  /** @type {Toast[]} */
  list = []
  nextId = 1
  clock = 0
  /** @type {number[]} */
  undoable = [] // the steps that can be undone now, as far as known
  /** @param {{find: (selector: string) => Element | null, paint: () => void}} host */
  constructor(host) {
    this.host = host
  }

  /** Show a message. If there are too many, remove the least important ones first. @param {Message} message */
  add({kind, text, undo = null, stop = null, plan = "", topic = ""}) {
    const others = this.list.filter(toast => toast.text !== text && !(undo && toast.undo))
    if (undo) this.undoable.push(undo)
    while (others.length >= MOST) {
      const least = others.findIndex(toast => toast.kind !== "error" && !toast.stop && !this.canUndo(toast))
      others.splice(Math.max(least, 0), 1)
    }
    const left = LIFETIMES[kind] ?? LIFETIMES[undo || stop || plan ? "offer" : "other"]
    this.list = [...others, {id: this.nextId, kind, text, undo, stop, plan, topic, left}]
    this.nextId += 1
    this.host.paint()
    this.clock ||= setInterval(() => this.onTick(), TICK)
  }

  /** @param {Toast} toast */
  canUndo({undo}) {
    return Boolean(undo) && this.undoable.includes(Number(undo))
  }

  /** @param {number[]} steps */
  setUndoable(steps) {
    this.undoable = steps
    this.host.paint()
  }

  /** @param {(toast: Toast) => boolean} isKept */
  keep(isKept) {
    this.list = this.list.filter(isKept)
    this.host.paint()
  }

  onTick() {
    const used = CAN_HOVER.matches ? ".toast:is(:hover, :focus-within)" : ".toast:focus-within"
    if (this.host.find(used) || document.hidden) return
    for (const toast of this.list) toast.left -= TICK
    if (this.list.some(toast => toast.left <= 0)) this.keep(toast => toast.left > 0)
    if (!this.list.length) {
      clearInterval(this.clock)
      this.clock = 0
    }
  }

  draw() {
    return h(
      "div",
      {class: "toasts", role: "status", "aria-live": "polite", data: {key: "toasts"}},
      this.list.map(toast => this.drawToast(toast)),
    )
  }

  /** @param {Toast} toast */
  drawToast(toast) {
    return h(
      "div",
      {class: `toast ${toast.kind}`, role: toast.kind === "error" ? "alert" : null, data: {key: `toast${toast.id}`}},
      h("p", null, toast.text),
      toast.plan && button("Show in the plan", "plan", {kind: "small", data: {id: toast.id, query: toast.plan}}),
      this.canUndo(toast) && button("Undo", "undo", {kind: "small", data: {id: toast.id, step: toast.undo}}),
      toast.stop && button("Stop", "stop", {kind: "small", data: {id: toast.id, job: toast.stop}}),
      closeButton("Dismiss", {act: "dismiss", id: toast.id}),
    )
  }
}
