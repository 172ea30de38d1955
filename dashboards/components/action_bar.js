// The foot of a page: what is selected or waiting, and what can be done with it.
export function render(context) {
  component(context, {
    draw(view) {
      if (!view.title) return null
      return h(
        "div",
        {class: "foot", role: "region", "aria-label": "Actions"},
        h(
          "div",
          {class: "grow", "aria-live": "polite"},
          h("b", null, h("bdi", null, view.title)),
          h("small", null, view.note),
        ),
        view.buttons.map(item =>
          button(item.label, item.act, {kind: item.kind, disabled: item.disabled, data: item.data ?? {}}),
        ),
      )
    },
  })
}
