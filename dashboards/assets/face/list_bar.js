// The bar at the foot of a list: what is selected over all pages, and the actions for it.
import {h, morph} from "#face/dom.js"
import {currentPage} from "#face/frame.js"
import {adoptSheets} from "#face/sheets.js"
import {button} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */
/** @typedef {import("#face/list_selection.js").FixedSelection} FixedSelection */

/** Return the text of a button that means the selection. @type {(list: List, label: ListAction<any, any>["label"]) => string} */
export const barLabel = (list, label) =>
  typeof label === "function" ? label(undefined, list.place(), list.rows.head().value, list.picked.count()) : label

export class ListBar {
  /** @param {List} list */
  constructor(list) {
    this.list = list
    const host = document.querySelector(`[data-bar="${list.spec.page}"]`)
    const tree = host.attachShadow({mode: "open"})
    adoptSheets(tree, ["indexium.css", "footer.css", "face.css"])
    this.root = h("div", {class: "ix"})
    tree.append(this.root)
    this.root.addEventListener("click", event => list.onClick(event))
  }

  draw() {
    if (currentPage() === this.list.spec.page) morph(this.root, [this.drawFoot()].filter(Boolean))
  }

  drawFoot() {
    const {list} = this
    const picked = /** @type {FixedSelection} */ (list.picked)
    const numbers = picked.numbers()
    const total = picked.count()
    const able = list.spec.selection.able(list.rows.head().value) ?? 0
    if (!able && !picked.size) return null
    const isEmpty = !picked.size || (numbers && !total && picked.base === null && !picked.included.size)
    return h(
      "div",
      {class: "foot", role: "region", "aria-label": "Actions"},
      this.drawTitle(picked, isEmpty ? undefined : numbers, total),
      h(
        "div",
        {class: "others", data: {key: "others"}},
        total ? this.drawActions(false) : this.drawOffers(picked, able),
      ),
      total > 0 && this.drawActions(true),
    )
  }

  /** @type {(picked: FixedSelection, numbers: Values.SelectedFiles | undefined, total: number) => HTMLElement} */
  drawTitle(picked, numbers, total) {
    const hidden = total ? (numbers?.summary.hidden ?? 0) : 0
    const note = total ? (numbers?.promise ?? "") : "only selected files are written"
    const none = picked.size && numbers ? "No selected file can be written" : picked.size ? "…" : "Nothing selected"
    return h(
      "div",
      {class: "grow", data: {key: "title"}},
      h(
        "div",
        {class: "what", "aria-live": "polite"},
        h("b", null, total ? `${count(total)} selected` : none),
        hidden > 0 && h("span", {class: "hidden-part"}, `, ${count(hidden)} hidden by the filter`),
      ),
      hidden > 0 && button("Show", "show-hidden", {kind: "link", "aria-label": "Show hidden files"}),
      (numbers?.new ?? 0) > 0 &&
        button(`+ ${plural(numbers.new, "new match", "new matches")}`, "join", {
          kind: "link",
          title: "The search finds more files now. Select them, too",
        }),
      h(
        "small",
        null,
        numbers?.omitted && h("span", {class: "left-out"}, numbers.omitted),
        numbers?.omitted && note && " · ",
        note,
      ),
    )
  }

  /** @type {(picked: FixedSelection, able: number) => Child[]} */
  drawOffers(picked, able) {
    return [
      picked.size > 0 && button("Clear", "pick-none", {kind: "quiet", key: "n", data: {key: "none"}}),
      able > 0 && button(`Select all ${count(able)}`, "pick-all", {key: "a", data: {key: "all"}}),
    ]
  }

  /** @param {boolean} isPrimary */
  drawActions(isPrimary) {
    const {list} = this
    const picked = /** @type {FixedSelection} */ (list.picked)
    const acts = list
      .actionsAt(undefined, "bar")
      .filter(each => !each.isHidden && Boolean(each.isPrimary) === isPrimary && (each.suits?.(picked.last) ?? true))
    const drawn = acts.map(({act, label, key, isQuiet, isOptional}) =>
      button(barLabel(list, label), act, {
        kind: [isPrimary ? "primary" : isQuiet ? "quiet" : "", isOptional ? "opt" : ""].join(" ").trim(),
        key,
        data: {key: act},
      }),
    )
    const clear = button("Clear", "pick-none", {kind: "quiet opt", key: "n", data: {key: "none"}})
    return isPrimary ? drawn : [clear, ...drawn]
  }
}
