// The bar at the foot of a list: what is selected over all pages, and the actions for it.
import {h, morph} from "#face/dom.js"
import {currentPage} from "#face/frame.js"
import {adoptSheets} from "#face/sheets.js"
import {button} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */
/** @typedef {import("#face/list_selection.js").SelectionText} SelectionText */

/** Return the text of a button that means the selection. @type {(list: List, label: ListAction<any, any>["label"]) => string} */
const barLabel = (list, label) =>
  typeof label === "function" ? label(undefined, list.place(), list.rows.head().value, list.picked.count()) : label

export class ListBar {
  /** @param {List} list */
  constructor(list) {
    this.list = list
    const host = h("div", {class: `page-${list.spec.page}`})
    const tree = host.attachShadow({mode: "open"})
    adoptSheets(tree, ["indexium.css", "footer.css", "face.css"])
    this.root = h("div", {class: "ix"})
    tree.append(this.root)
    this.root.addEventListener("click", event => list.onClick(event))
    document.querySelector(".dock").append(host)
  }

  draw() {
    if (currentPage() === this.list.spec.page) morph(this.root, [this.drawFoot()].filter(Boolean))
  }

  drawFoot() {
    const told = this.list.picked.told()
    if (!told) return null
    const {total} = told
    const {others, main} = total
      ? (this.list.barActions() ?? this.drawActions())
      : {others: this.drawOffers(told.able), main: null}
    return h(
      "div",
      {class: "foot", role: "region", "aria-label": "Actions"},
      this.drawTitle(told),
      h("div", {class: "others", data: {key: "others"}}, others),
      main,
    )
  }

  /** @param {SelectionText} told */
  drawTitle({title, note, omitted = "", hidden = 0, fresh = 0}) {
    return h(
      "div",
      {class: "grow", data: {key: "title"}},
      h(
        "div",
        {class: "what", "aria-live": "polite"},
        h("b", null, title),
        hidden > 0 && h("span", {class: "hidden-part"}, `, ${count(hidden)} hidden by the filter`),
      ),
      hidden > 0 && button("Show", "show-hidden", {kind: "link", "aria-label": "Show hidden files"}),
      fresh > 0 &&
        button(`+ ${plural(fresh, "new match", "new matches")}`, "join", {
          kind: "link",
          title: "The search finds more files now. Select them, too",
        }),
      h("small", null, omitted && h("span", {class: "left-out"}, omitted), omitted && note && " · ", note),
    )
  }

  /** @param {number} able Rows that can be selected at once. @returns {Child[]} */
  drawOffers(able) {
    return [
      this.list.picked.size > 0 && button("Clear", "pick-none", {kind: "quiet", key: "n", data: {key: "none"}}),
      able > 0 && button(`Select all ${count(able)}`, "pick-all", {key: "a", data: {key: "all"}}),
    ]
  }

  /** @returns {{others: Child, main: Child}} */
  drawActions() {
    const {list} = this
    const acts = list
      .actionsAt(undefined, "bar")
      .filter(each => !each.isHidden && (each.suits?.(list.picked.last) ?? true))
    const draw = (/** @type {boolean} */ isMain) =>
      acts
        .filter(({isPrimary = false}) => isPrimary === isMain)
        .map(({act, label, key, isQuiet, isOptional}) =>
          button(barLabel(list, label), act, {
            kind: [isMain ? "primary" : isQuiet ? "quiet" : "", isOptional ? "opt" : ""].join(" ").trim(),
            key,
            data: {key: act},
          }),
        )
    const clear = button("Clear", "pick-none", {kind: "quiet opt", key: "n", data: {key: "none"}})
    return {others: [clear, draw(false)], main: draw(true)}
  }
}
