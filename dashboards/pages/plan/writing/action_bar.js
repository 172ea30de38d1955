// The foot of a page: what is selected or waiting, and what can be done with it.
export function render(context) {
  const draw = item =>
    button(item.label, item.act, {
      kind: item.kind,
      key: item.key,
      disabled: item.disabled,
      data: {key: item.act, ...(item.data ?? {})},
    })
  const me = component(context, {
    draw(view) {
      if (!view.title) return null
      return h(
        "div",
        {class: "foot", role: "region", "aria-label": "Actions"},
        h(
          "div",
          {class: "grow"},
          h(
            "div",
            {class: "what", "aria-live": "polite"},
            h("b", null, h("bdi", null, view.title)),
            view.hidden && h("span", {class: "hidden-part"}, ", ", view.hidden.text),
          ),
          view.hidden && button(view.hidden.label, view.hidden.act, {kind: "link", "aria-label": "Show what is hidden"}),
          h("small", null, view.warning && h("span", {class: "left-out"}, view.warning), view.warning && view.note && " · ", view.note),
        ),
        h("div", {class: "others"}, view.buttons.filter(item => item.kind !== "primary").map(draw)),
        view.buttons.filter(item => item.kind === "primary").map(draw),
      )
    },
  })
  const offer = act => me.view.title && me.view.buttons?.find(item => item.act === act && item.key && !item.disabled)
  const press = (act, does) => ({
    does,
    group: "Act",
    run: () => me.send(offer(act) ? act : "unselected"),
  })
  keys(context.model, "plan", {w: press("write", "write what is selected"), d: press("dry_run", "dry run of what is selected")})
}
