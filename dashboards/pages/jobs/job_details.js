// One job: what it does or came to, what is known of it, and what can be done with it.
const way = (item, id) => button(item.label, item.act, {data: {id, key: item.act}})

// What it changed, file by file; there may be very much of it.
const drawChanged = changes => [
  h("div", {class: "label", data: {key: "changed"}}, `What changed (${changes.total.toLocaleString("en")})`),
  h(
    "ul",
    {class: "listing changes", "aria-label": "What changed", data: {key: "changes"}},
    changes.files.map(file =>
      h(
        "li",
        null,
        file.id === null
          ? h("span", {class: "hint"}, file.name)
          : button(h("bdi", {dir: "ltr"}, file.name), "file", {kind: "link", data: {id: file.id}, title: file.path}),
        h("dl", {class: "changed"}, file.lines.map(drawChange)),
      ),
    ),
  ),
  changes.pages > 1 && pager(changes),
]

export function render(context) {
  const withId = name => (data, event, self) => self.send(name, {id: self.view.id})
  component(context, {
    ...drawer(context),
    draw(view) {
      if (!view.open) return null
      return drawerFrame(
        {title: view.title, kind: "job"},
        h("div", {class: "path"}, view.when),
        h("p", {class: `why ${view.level}`, data: {key: "verdict"}}, h("b", null, view.status), h("span", null, view.text)),
        view.gauge &&
          h(
            "div",
            {data: {key: "gauge"}},
            drawGauge("Done", view.gauge),
            h("p", {class: "hint"}, view.pace),
          ),
        h(
          "div",
          {class: "acts", data: {key: "acts"}},
          view.acts.map(item => way(item, view.id)),
          way({label: "Open log", act: "log"}, view.id),
          view.follow && button(view.follow.label, view.follow.act, {data: {key: "follow"}}),
        ),
        view.priorities.length > 0 &&
          h(
            "label",
            {class: "inline rank-field", data: {key: "priority"}},
            "Priority",
            h(
              "select",
              {class: "select", data: {change: "priority", key: "priority-in"}},
              view.priorities.map(each =>
                h("option", {value: each.value, selected: each.value === view.priority || null}, each.label),
              ),
            ),
          ),
        h("div", {class: "label"}, "What is known of it"),
        facts(view.facts),
        view.outcome.length > 0 && [h("div", {class: "label"}, view.gauge ? "So far" : "What came of it"), h("div", {class: "outcome"}, facts(view.outcome))],
        view.changes?.total > 0 && drawChanged(view.changes),
        view.changes?.none && h("p", {class: "hint"}, view.changes.none),
      )
    },
    act: {
      ...Object.fromEntries(
        ["log", "pause", "resume", "cancel", "retry", "settle", "progress", "history"].map(name => [name, withId(name)]),
      ),
      file: (data, event, self) => self.send("file", {id: Number(data.id)}),
      page: (data, event, self) => self.send("changes", {page: Number(data.page)}),
      priority: (data, event, self, target) => self.send("priority", {id: self.view.id, priority: Number(target.value)}),
    },
  })
}
