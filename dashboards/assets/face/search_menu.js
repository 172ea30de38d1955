// A menu beside the search of a list: a button that opens a panel, with the focus in it.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @typedef {import("#face/plan_search.js").PlanSearch} PlanSearch */

export class SearchMenu {
  isOpen = false

  /**
   * @param {PlanSearch} search
   * @param {{act: string, first: string}} options The act of the button, and the element of the panel that gets the focus.
   */
  constructor(search, {act, first}) {
    this.search = search
    this.act = act
    this.first = first
  }

  /** Open or close the panel. @param {boolean} isOpen */
  toggle(isOpen) {
    if (this.isOpen === isOpen) return
    this.isOpen = isOpen
    this.onToggle()
    this.search.paint()
    this.search.focus(isOpen ? this.first : `[data-act=${this.act}]`)
  }

  /** Prepare the panel before it is drawn. */
  onToggle() {}

  /** @type {(label: Child, title: string) => HTMLElement} */
  drawButton(label, title) {
    return button(label, this.act, {
      "aria-expanded": String(this.isOpen),
      "aria-haspopup": "dialog",
      title,
      data: {key: "opener"},
    })
  }

  /** Draw the cover over the page behind the panel on a phone. */
  drawShade() {
    return h("div", {class: "shade", data: {key: "shade", act: this.act}})
  }

  /** @type {(className: string, label: string, ...content: Child[]) => Child} */
  drawPanel(className, label, ...content) {
    return (
      this.isOpen && [
        this.drawShade(),
        h(
          "div",
          {class: `pop ${className}`, role: "dialog", "aria-label": label, tabindex: "-1", data: {key: "pop"}},
          ...content,
        ),
      ]
    )
  }
}

/**
 * Move the focus in a list with the arrow keys; other keys do nothing.
 *
 * @type {(event: KeyboardEvent, nodes: HTMLElement[]) => void}
 */
export function stepThrough(event, nodes) {
  const here = nodes.indexOf(/** @type {HTMLElement} */ (event.target))
  /** @type {Record<string, number>} */
  const places = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: nodes.length - 1}
  const next = places[event.key]
  if (next === undefined) return
  event.preventDefault()
  nodes[Math.max(0, Math.min(next, nodes.length - 1))]?.focus()
}
