// Search and filters of the list of operations.
export function render(context) {
  const {model} = context
  let timer = 0
  const box = me => me.root.querySelector("input.q")
  const search = (me, wait) => {
    clearTimeout(timer)
    timer = setTimeout(() => me.send("search", {query: box(me).value}), wait)
  }
  const me = component(context, {
    draw(view) {
      if (view.query === undefined) return null
      return [
        h(
          "div",
          {class: "bar", style: {"margin-top": "var(--space-3)"}},
          h(
            "label",
            {class: view.error ? "search bad" : "search"},
            h("kbd", {"aria-hidden": "true"}, "/"),
            h("input", {
              class: "q",
              type: "text",
              role: "searchbox",
              value: view.query,
              "aria-label": "Search operations",
              placeholder: "Search files and people …",
              autocomplete: "off",
              spellcheck: "false",
              "aria-invalid": view.error ? "true" : null,
            }),
            view.query &&
              h(
                "button",
                {type: "button", class: "icon", "aria-label": "Clear the search", data: {act: "empty", key: "empty"}},
                "✕",
              ),
          ),
          h(
            "label",
            {class: "inline"},
            h("span", {class: "vh"}, "Status"),
            h(
              "select",
              {class: "btn", data: {change: "status"}},
              view.statuses.map(item => h("option", {value: item.value, selected: item.on || null}, item.label)),
            ),
          ),
          h(
            "label",
            {class: "inline date"},
            "from",
            h("input", {
              class: "btn",
              type: "date",
              value: view.since,
              max: view.until || null,
              "aria-label": "From day",
              data: {change: "since", key: "since"},
            }),
          ),
          h(
            "label",
            {class: "inline date"},
            "to",
            h("input", {
              class: "btn",
              type: "date",
              value: view.until,
              min: view.since || null,
              "aria-label": "To day",
              data: {change: "until", key: "until"},
            }),
          ),
          view.narrowed && button("Clear", "clear", {kind: "quiet"}),
        ),
        view.error && h("p", {class: "complain danger", role: "alert"}, view.error),
      ]
    },
    act: {
      empty(data, event, self) {
        box(self).value = ""
        box(self).focus()
        search(self, 0)
      },
      status(data, event, self, target) {
        self.send("status", {status: target.value})
      },
      since(data, event, self, target) {
        self.send("dates", {since: target.value})
      },
      until(data, event, self, target) {
        self.send("dates", {until: target.value})
      },
    },
    setup(self) {
      self.root.addEventListener("input", event => {
        if (event.target.matches(".q")) search(self, 220)
      })
      self.root.addEventListener("keydown", event => {
        if (!event.target.matches(".q")) return
        if (event.key === "Enter") search(self, 0)
        if (event.key === "Escape") event.target.blur()
      })
    },
  })
  keys(model, "history", {
    "/": () => {
      box(me)?.focus()
      return true
    },
  })
}
