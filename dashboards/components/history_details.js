// One operation of the past: what it did, file by file, and what taking it back would do.
const files = view => [
  h("div", {class: "label"}, "Files"),
  h(
    "ul",
    {class: "listing", tabindex: "0", "aria-label": "Files of this operation", data: {key: "files"}},
    view.files.rows.map(item =>
      h(
        "li",
        {data: {key: item.id}},
        fileName(item.name, item.path),
        chip(item.level, item.status),
        item.tags.length > 0 && h("span", {class: "tags", style: {"grid-column": "1 / -1"}}, item.tags.map(tagSpan)),
        item.message && h("small", null, item.message),
      ),
    ),
  ),
  view.files.pages > 1 && pager(view.files),
]

export function render(context) {
  const {model} = context
  let back = null
  const narrow = () => window.matchMedia("(max-width: 1080px)").matches
  component(context, {
    draw(view) {
      if (!view.open) return null
      return [
        h("div", {class: "veil", data: {act: "close", key: "veil"}}),
        h(
          "aside",
          {class: "card drawer", "aria-label": "Details", data: {key: "drawer"}},
          h(
            "div",
            {class: "top"},
            h("h2", {tabindex: "-1"}, h("bdi", null, view.title)),
            h("button", {type: "button", class: "icon", "aria-label": "Close details", data: {act: "close"}}, "✕"),
          ),
          h("div", {class: "path"}, view.when),
          view.verdict && h("p", {class: `why ${view.verdict.level}`}, view.verdict.text),
          facts(view.facts),
          view.check && [
            h("div", {class: "label"}, "If you roll back now"),
            view.check.text ? h("p", {class: "hint"}, view.check.text) : facts(view.check.pairs),
            view.check.conflicts?.length > 0 &&
              h(
                "ul",
                {class: "listing", tabindex: "0", "aria-label": "Files that would be left alone"},
                view.check.conflicts.map(item =>
                  h("li", null, fileName(item.name), chip("warning", item.status), h("small", null, item.message)),
                ),
              ),
          ],
          h(
            "div",
            {class: "acts"},
            view.buttons.map(item => button(item.label, item.act, {kind: item.kind, disabled: item.disabled})),
          ),
          files(view),
        ),
      ]
    },
    act: {
      page(data, event, self) {
        self.send("page", {page: Number(data.page)})
      },
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (event.key === "Escape") {
          event.stopPropagation()
          self.send("close")
        }
      })
    },
    drawn(self) {
      const {view, before = {}} = self
      context.el.getRootNode().host?.closest(".work")?.classList.toggle("single", !view.open)
      if (view.open && !before.open && narrow()) {
        back = document.activeElement
        while (back?.shadowRoot?.activeElement) back = back.shadowRoot.activeElement
        self.root.querySelector("h2").focus()
      }
      if (!view.open && before.open && back) {
        back.focus?.()
        back = null
      }
    },
  })
  model.on("remove", () => {
    back = null
  })
}
