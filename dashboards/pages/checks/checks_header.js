// How many findings there are, and of which kind.
export function render(context) {
  component(context, {
    draw(view) {
      if (!view.groups) return null
      return [
        h(
          "div",
          {class: "head"},
          h("h1", {tabindex: "-1"}, view.title),
          h("p", {"aria-live": "polite"}, view.summary),
        ),
        h(
          "div",
          {class: "chips checks", role: "group", "aria-label": "Checks"},
          view.groups.map(item =>
            h(
              "button",
              {
                type: "button",
                class: item.count === "0" ? "stat none" : "stat",
                "aria-pressed": String(item.on),
                data: {act: "kind", kind: item.kind, key: item.kind},
              },
              h("b", null, item.count),
              h("span", null, item.title),
            ),
          ),
        ),
      ]
    },
    act: {
      kind: (data, event, self) => self.send("kind", {kind: data.kind}),
    },
  })
}
