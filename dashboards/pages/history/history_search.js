// Search and filters of the list of operations, and everything that narrows it, to be taken away one by one.
const option = (kind, name, item, checked) =>
  h(
    "label",
    {class: "opt", data: {key: `${name}-${item.value}`}},
    h("input", {type: kind, name, checked, data: {change: name, value: item.value}}),
    h("span", {class: "grow"}, item.label),
    item.count !== undefined && h("span", null, item.count.toLocaleString("en")),
  )

const states = view =>
  h(
    "div",
    {class: "pop narrow", role: "dialog", "aria-label": "Status", data: {key: "pop-status"}},
    h(
      "fieldset",
      null,
      h("legend", null, "Type"),
      view.types.map(item => option("radio", "kind", item, item.value === view.kind)),
    ),
    h(
      "fieldset",
      null,
      h("legend", null, "Status"),
      view.statuses.length > 0
        ? view.statuses.map(item => option("checkbox", "status", item, item.on))
        : h("p", {class: "hint"}, "No operation is found."),
    ),
    h("div", {class: "foot-row"}, h("span", null), button("Done", "toggle", {kind: "small", data: {pop: "status"}})),
  )

const day = (name, label, value, limits) =>
  h("label", {class: "field"}, label, h("input", {type: "date", value, ...limits, data: {change: "date", name, key: name}}))

const dates = view =>
  h(
    "div",
    {class: "pop narrow", role: "dialog", "aria-label": "Date", data: {key: "pop-date"}},
    h(
      "fieldset",
      null,
      h("legend", null, "Days"),
      view.presets.map(item => option("radio", "preset", item, item.value === view.preset)),
    ),
    h(
      "div",
      {class: "pair"},
      day("since", "From day", view.since, {max: view.until || null}),
      day("until", "To day", view.until, {min: view.since || null}),
    ),
    h("div", {class: "foot-row"}, h("span", null), button("Done", "toggle", {kind: "small", data: {pop: "date"}})),
  )

const anchor = (name, label, count, open, content) =>
  h(
    "div",
    {class: "anchor", data: {key: `anchor-${name}`}},
    button([label, count || h("span", {"aria-hidden": "true"}, "▾")], "toggle", {
      "aria-expanded": String(open),
      "aria-haspopup": "dialog",
      data: {pop: name, key: `toggle-${name}`},
    }),
    open && content(),
  )

export function render(context) {
  const {model} = context
  let timer = 0,
    shown = ""
  let going = null // what Enter asked for: when that is found, the list gets the focus
  const arrive = me => {
    if (going === null || me.view.error || me.view.query?.trim() !== going.trim()) return
    going = null
    setTimeout(() => window.dispatchEvent(new Event("indexium:list")))
  }
  const box = me => me.root.querySelector("input.q")
  const search = (me, wait) => {
    clearTimeout(timer)
    timer = setTimeout(() => me.send("search", {query: box(me).value}), wait)
  }
  const turn = (me, name, focus) => {
    const before = shown
    shown = shown === name ? "" : name
    me.paint()
    if (shown) me.root.querySelector(".pop input")?.focus()
    else if (focus) me.root.querySelector(`[data-key="toggle-${before}"]`)?.focus()
  }
  const me = component(context, {
    draw(view) {
      if (view.query === undefined) return null
      return [
        h(
          "div",
          {class: "bar finding", data: {key: "bar"}},
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
              placeholder: 'Search files, people and notes …  person:"Ann Lee"',
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
          anchor(
            "status",
            "Status",
            view.filtered > 0 && h("span", {class: "count"}, view.filtered),
            shown === "status",
            () => states(view),
          ),
          anchor("date", view.dates || "Date", false, shown === "date", () => dates(view)),
        ),
        view.error && h("p", {class: "complain danger", role: "alert", data: {key: "complaint"}}, view.error),
        view.chips.length > 0 &&
          h(
            "div",
            {class: "narrowed", role: "group", "aria-label": "The list shows only", data: {key: "narrowed"}},
            h("span", {"aria-hidden": "true"}, "only"),
            view.chips.map(item =>
              h(
                "button",
                {
                  type: "button",
                  class: "chip",
                  "aria-label": `Show not only ${item.label}`,
                  data: {act: "drop", kind: item.kind, text: item.text, key: `${item.kind}-${item.text}`},
                },
                h("bdi", null, item.label),
                h("span", {"aria-hidden": "true"}, "✕"),
              ),
            ),
            view.chips.length > 1 && button("Clear all", "clear", {kind: "link", data: {key: "clear"}}),
          ),
      ]
    },
    act: {
      empty(data, event, self) {
        box(self).value = ""
        box(self).focus()
        search(self, 0)
      },
      toggle: (data, event, self) => turn(self, data.pop, true),
      status: (data, event, self, target) => self.send("status", {value: data.value, on: target.checked}),
      kind: (data, event, self) => self.send("kind", {value: data.value}),
      preset: (data, event, self) => self.send("preset", {value: data.value}),
      date: (data, event, self, target) => self.send("dates", {[data.name]: target.value}),
      drop: (data, event, self) => self.send("drop", {kind: data.kind, text: data.text}),
    },
    drawn: arrive,
    setup(self) {
      self.root.addEventListener("input", event => {
        if (!event.target.matches(".q")) return
        going = null
        search(self, 220)
      })
      self.root.addEventListener("keydown", event => {
        if (event.key === "Escape" && shown) {
          event.stopPropagation()
          turn(self, shown, true)
        } else if (event.target.matches(".q")) {
          if (event.key === "Enter") {
            search(self, 0)
            going = event.target.value
            arrive(self)
          }
          if (event.key === "Escape") event.target.value ? self.root.querySelector("[data-act=empty]")?.click() : event.target.blur()
        }
      })
    },
  })
  listen(model, document, "pointerdown", event => {
    if (shown && !event.composedPath().includes(me.root.querySelector(".pop")?.parentElement)) turn(me, shown, false)
  })
  keys(model, "history", {
    "/": {does: "search", group: "Find", run: () => box(me)?.focus()},
  })
}
