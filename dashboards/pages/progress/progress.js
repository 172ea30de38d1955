// One operation while it runs and when it is done: the bar, the counts, what can be done, and each file.
const gauge = view => [
  drawGauge("Files done", view),
  h(
    "div",
    {class: "legend"},
    view.parts.map(part => [h("i", {class: part.kind, "aria-hidden": "true"}), part.label]),
    view.rest && [h("i", {class: "rest", "aria-hidden": "true"}), view.rest],
  ),
]
const acts = buttons =>
  h(
    "div",
    {class: "acts"},
    buttons.map(item => button(item.label, item.act, {kind: item.kind, key: item.key})),
    h("span", {class: "grow"}),
    button("Open log", "log", {kind: "quiet"}),
  )

function drawRunning(view) {
  return h(
    "div",
    {class: "card pad", data: {key: "running"}},
    h(
      "div",
      {class: "pline"},
      h("b", null, view.done),
      `of ${view.total} files`,
      h("span", {class: "grow"}),
      h("span", null, view.line),
    ),
    gauge(view),
    h("p", {class: "hint now"}, view.current && ["now: ", h("bdi", {dir: "ltr"}, view.current)]),
    acts(view.buttons),
  )
}

function drawFinished(view) {
  const {summary} = view
  return h(
    "div",
    {class: "card pad", data: {key: "finished"}},
    h(
      "div",
      {class: "summary"},
      h("div", {class: `big ${summary.level}`, "aria-hidden": "true"}, summary.glyph),
      h(
        "div",
        {class: "grow", role: "status"},
        h("h2", null, summary.title),
        summary.lines.map(line => h("p", null, line)),
      ),
      h("span", {class: "num"}, view.line),
    ),
    gauge(view),
    acts(summary.buttons),
  )
}

const itemRow = item =>
  h(
    "div",
    {class: `row orow${item.faded ? " faded" : ""}`, role: "row", data: {key: item.id}},
    h("span", {class: "f file", role: "cell"}, fileName(item.name, item.path), h("small", null, item.tags)),
    h("span", {class: "t sum", role: "cell"}, item.what),
    h("span", {class: "r", role: "cell"}, chip(item.level, item.status, item.glyph)),
  )

export function render(context) {
  const me = component(context, {
    draw(view) {
      if (!view.title) return h("div", {class: "head"}, h("h1", null, "Progress"), h("p", null, "looking…"))
      return [
        h(
          "div",
          {class: "head", data: {key: "head"}},
          h("h1", null, h("bdi", null, view.title)),
          h("p", null, view.sub),
        ),
        view.empty
          ? h(
              "div",
              {class: "stack"},
              h(
                "div",
                {class: "card"},
                h(
                  "div",
                  {class: "empty"},
                  h("b", null, view.empty.title),
                  h("p", null, view.empty.text),
                  h(
                    "div",
                    {class: "acts"},
                    view.empty.buttons.map(item => button(item.label, item.act, {kind: item.kind})),
                  ),
                ),
              ),
            )
          : h(
              "div",
              {class: "stack", data: {key: "stack"}},
              view.summary ? drawFinished(view) : drawRunning(view),
              h(
                "div",
                {class: "card", data: {key: "items"}},
                h(
                  "div",
                  {class: "pager top"},
                  h("span", null, view.order),
                  h(
                    "label",
                    null,
                    h("span", {class: "vh"}, "Show"),
                    h(
                      "select",
                      {class: "select", data: {change: "status"}},
                      view.statuses.map(item =>
                        h("option", {value: item.value, selected: item.on || null}, item.label),
                      ),
                    ),
                  ),
                ),
                h(
                  "div",
                  {role: "table", "aria-label": "Files of this operation", "aria-rowcount": view.items.total},
                  view.items.rows.map(itemRow),
                ),
                view.items.total === 0 && h("div", {class: "empty"}, h("p", null, "No file of this kind.")),
                pager(view.items),
              ),
            ),
      ]
    },
    act: {
      status(data, event, self, target) {
        self.send("status", {status: target.value})
      },
      page(data, event, self) {
        self.send("page", {page: Number(data.page)})
      },
    },
  })
  const turn = () => me.view.buttons?.find(entry => ["pause", "resume"].includes(entry.act))
  const retry = () => me.view.summary?.buttons.some(entry => entry.act === "retry")
  keys(context.model, "progress", {
    r: {does: "retry what was not done", group: "Act", when: () => Boolean(retry()), run: () => me.send("retry")},
    P: {does: "pause or resume", group: "Act", when: () => Boolean(turn()), run: () => me.send(turn().act)},
  })
}
