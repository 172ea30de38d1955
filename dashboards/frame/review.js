// Undo and redo of decisions; each button names its step in its tip and to a screen reader.
import {component} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../components/browser/keyboard.js"

const UNDO = {act: "undo", sign: "↶", word: "Undo", key: "z"}
const REDO = {act: "redo", sign: "↷", word: "Redo", key: "Z"}

/** @type {(button: typeof UNDO, step: UndoStepView | null) => HTMLElement} */
const drawButton = ({act, sign, word, key}, step) =>
  h(
    "button",
    {
      type: "button",
      class: "btn quiet turnback",
      disabled: !step || null,
      title: step ? `${word}: ${step.label} (${key})` : `Nothing to ${act}`,
      "aria-label": step ? `${word}: ${step.label}` : `Nothing to ${act}`,
      data: {act, id: step?.id, key: act},
    },
    h("span", {"aria-hidden": "true"}, sign),
    h("span", {class: "word", "aria-hidden": "true"}, word),
  )

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Component<ReviewView>} */
  const self = component(context, {
    draw: ({view}) =>
      h(
        "div",
        {class: "review", role: "group", "aria-label": "Undo and redo"},
        drawButton(UNDO, view.undo),
        drawButton(REDO, view.redo),
      ),
    actions: {
      undo: (me, data) => me.send("undo", {id: Number(data.id)}),
      redo: (me, data) => me.send("redo", {id: Number(data.id)}),
    },
  })
  /** @type {(act: "undo" | "redo", does: string) => KeyBinding} */
  const press = (act, does) => ({
    does,
    group: "Decide",
    act,
    when: () => Boolean(self.view[act]),
    run: () => self.send(act, {id: self.view[act].id}),
  })
  keys(context.model, ["plan", "checks", "library", "titles"], {
    z: press("undo", "undo the last decision"),
    Z: press("redo", "redo the last undone decision about the plan"),
  })
}
