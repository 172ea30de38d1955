// Undo and redo of what was decided; each button says in its tip, and to a screen reader, what it would turn.
export function render(context) {
  const {model} = context
  const turn = (act, sign, word, key, step) =>
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
  const me = component(context, {
    draw: view => h(
      "div",
      {class: "review", role: "group", "aria-label": "What was decided"},
      turn("undo", "↶", "Undo", "z", view.undo),
      turn("redo", "↷", "Redo", "Z", view.redo),
    ),
    act: {
      undo: (data, event, self) => self.send("undo", {id: Number(data.id)}),
      redo: (data, event, self) => self.send("redo", {id: Number(data.id)}),
    },
  })
  const press = (act, does) => ({
    does,
    group: "Decide",
    when: () => Boolean(me.view[act]),
    run: () => me.send(act, {id: me.view[act].id}),
  })
  keys(model, ["plan", "checks"], {
    z: press("undo", "undo what was decided last"),
    Z: press("redo", "redo it"),
  })
}
