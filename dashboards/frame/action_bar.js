// The footer of a page: the selected or waiting files, and the actions for them.
import {component} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../components/browser/keyboard.js"
import {button} from "#face/widgets.js"

const WAITING = new Set(["write", "dry_run"]) // the server counts the files before it answers

/** @param {ActionView} item */
const drawButton = item =>
  button(item.label, item.act, {
    kind: item.kind,
    key: item.key,
    disabled: item.disabled,
    data: {key: item.act, waits: WAITING.has(item.act) ? "" : null, ...item.data},
  })

/** @param {ActionBarView} view */
const drawSelection = ({title, hidden, warning, note}) =>
  h(
    "div",
    {class: "grow"},
    h(
      "div",
      {class: "what", "aria-live": "polite"},
      h("b", null, h("bdi", null, title)),
      hidden && h("span", {class: "hidden-part"}, ", ", hidden.text),
    ),
    hidden && button(hidden.label, hidden.act, {kind: "link", "aria-label": "Show hidden files"}),
    h("small", null, warning && h("span", {class: "left-out"}, warning), warning && note && " · ", note),
  )

/** @param {ActionBarView} view */
function draw(view) {
  if (!view.title) return null
  const others = view.buttons.filter(item => item.kind !== "primary")
  const primary = view.buttons.filter(item => item.kind === "primary")
  return h(
    "div",
    {class: "foot", role: "region", "aria-label": "Actions"},
    drawSelection(view),
    h("div", {class: "others"}, others.map(drawButton)),
    primary.map(drawButton),
  )
}

/** What the keys of a page do, by the act of its buttons. @type {Record<string, Record<string, string>>} */
const KEYS = {
  plan: {w: "write the selected files", d: "dry run of the selected files"},
}
/** @type {Record<string, string>} */
const ACTS = {w: "write", d: "dry_run"}

/** @param {RenderContext} context */
export function render(context) {
  const {model} = context
  const page = model.place.replace("_bar", "")
  /** @type {Component<ActionBarView>} */
  const self = component(context, {draw: ({view}) => draw(view)})
  /** @type {(act: string) => boolean} */
  const canDo = act =>
    self.view.title && self.view.buttons?.some(item => item.act === act && item.key && !item.disabled)
  /** @type {(key: string, does: string) => [string, KeyBinding]} */
  const press = (key, does) => [
    key,
    {
      does,
      group: "Act",
      act: ACTS[key],
      run() {
        const act = ACTS[key]
        if (canDo(act)) self.find(`[data-act=${act}]`).click()
        else self.send("unselected", {act})
      },
    },
  ]
  keys(model, page, Object.fromEntries(Object.entries(KEYS[page]).map(each => press(...each))))
}
