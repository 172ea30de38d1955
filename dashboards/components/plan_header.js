// Headline, risk chips, search with its filters, and what is shown in plain words.
const FILTERS = [
  ["risk", "Risk"],
  ["tags", "People in the result"],
  ["container", "Container"],
  ["issue", "Reason"],
]

function drawError(error, query) {
  const {message, position, word} = error
  const at = query.slice(position, position + word.length) === word && word ? position : query.indexOf(word)
  return h(
    "div",
    {class: "complain danger", role: "alert", id: "complaint"},
    message,
    word && at >= 0 && h("code", null, query.slice(0, at), h("mark", null, word), query.slice(at + word.length)),
  )
}

function drawFilters(view, open) {
  return h(
    "div",
    {class: "anchor", data: {key: "filters"}},
    button(
      [
        "Filters",
        view.filtered > 0 ? h("span", {class: "count"}, view.filtered) : h("span", {"aria-hidden": "true"}, "▾"),
      ],
      "filters",
      {"aria-expanded": String(open), "aria-haspopup": "dialog"},
    ),
    open &&
      h(
        "div",
        {class: "pop", role: "dialog", "aria-label": "Filters", data: {key: "pop"}},
        h(
          "div",
          {class: "cols"},
          FILTERS.filter(([key]) => view.filters[key].length).map(([key, label]) =>
            h(
              "fieldset",
              {data: {key}},
              h("legend", null, label),
              view.filters[key].map(option =>
                h(
                  "label",
                  {class: "opt", data: {key: option.value}},
                  h("input", {
                    type: key === "tags" ? "radio" : "checkbox",
                    name: key,
                    checked: option.on,
                    data: {change: "filter", key: "in", filter: key, value: option.value},
                  }),
                  h("span", {class: "grow"}, option.label),
                  h("span", null, option.count),
                ),
              ),
            ),
          ),
        ),
        h(
          "div",
          {class: "foot-row"},
          button("Clear filters", "clear_filters", {kind: "quiet small", disabled: !view.filtered}),
          button("Done", "filters", {kind: "small"}),
        ),
      ),
  )
}

export function render(context) {
  const {model} = context
  let open = false,
    timer = 0,
    sent = null
  const input = me => me.root.querySelector("input.q")
  const search = (me, now) => {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        const query = input(me).value
        if (query !== sent || now) {
          sent = query
          me.send("search", {query})
        }
      },
      now ? 0 : 220,
    )
  }
  const put = (me, query) => {
    const box = input(me)
    box.value = query
    box.focus()
    search(me, true)
  }

  const me = component(context, {
    draw(view, self) {
      if (!view.headline) return h("div", {class: "head"}, h("h1", null, "Plan"), h("p", null, "reading the plan…"))
      return [
        h("div", {class: "head", data: {key: "head"}}, h("h1", null, view.headline), h("p", null, view.summary)),
        h(
          "div",
          {class: "chips", role: "group", "aria-label": "Risk", data: {key: "chips"}},
          view.chips.map(item =>
            h(
              "button",
              {
                type: "button",
                class: item.count ? "stat" : "stat none",
                "aria-pressed": String(item.on),
                data: {act: "risk", level: item.level, key: item.level},
              },
              h("b", null, item.shown),
              chip(item.level, item.level),
              h("small", null, item.hint),
            ),
          ),
        ),
        h(
          "div",
          {class: "bar", data: {key: "bar"}},
          h(
            "label",
            {class: view.error ? "search bad" : "search"},
            h("kbd", {"aria-hidden": "true"}, "/"),
            h("input", {
              class: "q",
              type: "text",
              role: "searchbox",
              value: view.query,
              "aria-label": "Search the plan",
              placeholder: "Search names, folders, people, or risk:danger …",
              autocomplete: "off",
              autocapitalize: "off",
              spellcheck: "false",
              "aria-invalid": view.error ? "true" : null,
              "aria-describedby": view.error ? "complaint" : "meaning",
              data: {key: "q"},
            }),
            view.query &&
              h(
                "button",
                {type: "button", class: "icon", "aria-label": "Clear the search", data: {act: "empty", key: "empty"}},
                "✕",
              ),
          ),
          drawFilters(view, open),
        ),
        view.error && drawError(view.error, view.query),
        h(
          "p",
          {class: "meaning", id: "meaning", data: {key: "meaning"}},
          view.review > 0 && [
            button(`Review danger (${view.review.toLocaleString("en")})`, "review", {kind: "link"}),
            " · ",
          ],
          view.safe > 0 && [
            button("Select all safe", "select_safe", {kind: "link"}),
            " · ",
            button("Write all safe…", "write_safe", {kind: "link"}),
          ],
          view.meaning && (view.review > 0 || view.safe > 0) && h("span", {class: "sep", "aria-hidden": "true"}, "|"),
          h("span", {"aria-live": "polite", class: view.meaning ? "" : "vh"}, view.meaning),
          view.brings_back > 0 && [
            " · ",
            button(view.brings_back === 1 ? "Bring it back" : `Bring all ${view.brings_back.toLocaleString("en")} back`, "bring_back", {
              kind: "link",
            }),
          ],
          view.skipped > 0 &&
            view.brings_back === 0 && [
              (view.meaning || view.review > 0 || view.safe > 0) && " · ",
              button(`${view.skipped.toLocaleString("en")} skipped`, "skipped", {kind: "link"}),
            ],
        ),
      ]
    },
    act: {
      filters(data, event, self) {
        open = !open
        self.paint()
        if (open) self.root.querySelector(".pop input")?.focus()
        else self.root.querySelector("[data-act=filters]").focus()
      },
      filter(data, event, self, target) {
        self.send("filter", {filter: data.filter, value: data.value, on: target.checked})
      },
      empty(data, event, self) {
        put(self, "")
      },
    },
    setup(self) {
      self.root.addEventListener("input", event => {
        if (event.target.matches(".q")) search(self)
      })
      self.root.addEventListener("keydown", event => {
        if (event.target.matches(".q") && event.key === "Enter") search(self, true)
        if (event.target.matches(".q") && event.key === "Escape") {
          event.target.value ? put(self, "") : event.target.blur()
        }
        if (event.key === "Escape" && open && !event.target.matches(".q")) {
          open = false
          self.paint()
          self.root.querySelector("[data-act=filters]").focus()
        }
      })
      listen(model, document, "pointerdown", event => {
        if (open && !event.composedPath().some(node => node.classList?.contains("anchor"))) {
          open = false
          self.paint()
        }
      })
    },
    drawn(self) {
      if (self.view.query !== self.before?.query) sent = self.view.query
    },
  })
  keys(model, "plan", {
    "/": () => {
      input(me)?.focus()
      input(me)?.select()
      return true
    },
  })
}
