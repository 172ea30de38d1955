// The selection of the titles: the boxes of the titles and of the whole list, and the actions for the selected ones.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @import {Selection} from "../../components/browser/selection.js" */
/** @typedef {Component<TitlesListView, {selection: Selection<TitlesListView>, isShifted: boolean}>} Selecting */

/** @param {SelectableTitleView} tile */
export const drawBox = ({id, name, selected}) =>
  h(
    "label",
    {class: "choose", data: {key: "choose"}},
    h("input", {type: "checkbox", checked: selected, "aria-label": `Select ${name}`, data: {change: "pick", id}}),
  )

/** The box for all titles of the list, on all its pages. @type {(all: string, able: number) => Child} */
export const drawAllBox = (all, able) =>
  able > 0 &&
  h(
    "label",
    {class: "inline choose-all", data: {key: "choose-all"}},
    h("input", {
      type: "checkbox",
      checked: all === "all",
      indeterminate: all === "some",
      data: {change: "all", key: "all"},
    }),
    "Select all",
  )

/** @type {(selection: TitlesListView["selection"], forbidden: string[]) => Child} */
export const drawActs = (selection, forbidden) =>
  selection &&
  h(
    "div",
    {class: "selbar", role: "region", "aria-label": "Actions", data: {key: "bar"}},
    h("b", {class: "grow", "aria-live": "polite"}, selection.text),
    button("Clear", "unselect", {kind: "quiet", key: "n"}),
    h(
      "span",
      {class: "others"},
      selection.acts
        .filter(({act}) => !forbidden.includes(act))
        .map(({act, label}) =>
          button(label, "selected", {kind: act === "enrich" ? "primary" : "", data: {name: act, key: act}}),
        ),
    ),
  )

/** @type {Record<string, Action<Selecting>>} */
export const SELECTION_ACTIONS = {
  pick({state: {selection, isShifted}, view}, data, target) {
    const id = Number(data.id)
    if (isShifted && selection.anchor !== null) {
      selection.extendTo(id)
      target.checked = view.items.find(each => each.id === id).selected // the browser has already toggled the box
      return
    }
    selection.anchor = id
    selection.set([id], target.checked)
  },
  all({state: {selection}}, _, target) {
    if (target.checked) selection.selectAll()
    else selection.selectNone()
  },
  unselect: ({state: {selection}}) => selection.selectNone(),
  selected: ({send}, {name}) => send("act", {name}),
}

/** The keys of the selection. @type {(self: Selecting, when: () => boolean) => Record<string, KeyBinding>} */
export const selectionKeys = (self, when) => {
  const {selection} = self.state
  /** @param {(id: number) => void} act */
  const onTitle = act => () => {
    const root = /** @type {ShadowRoot} */ (self.root.getRootNode())
    const node = /** @type {HTMLElement | null} */ (root.activeElement?.closest("[data-act=open]"))
    if (!node) return false
    act(Number(node.dataset.id))
  }
  const group = "Select"
  return {
    x: {
      does: "select or deselect the title",
      group,
      when,
      run: onTitle(id => selection.toggle(selection.rows().find(each => each.id === id))),
    },
    X: {does: "select from the last one to here", group, when, run: onTitle(id => selection.extendTo(id))},
    a: {does: "select all titles of the list", group, when, run: () => selection.selectAll()},
    n: {does: "select none", group, when, run: () => selection.selectNone()},
    i: {does: "invert the selection", group, when, run: () => selection.invert()},
  }
}
