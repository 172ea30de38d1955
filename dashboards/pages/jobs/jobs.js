// Jobs that are under way, that wait and that have ended, in areas that keep their height whatever is in them.
const AREAS = ["under_way", "waiting", "ended"]
const WORD = {pause: "Pause", resume: "Resume", cancel: "Cancel", retry: "Retry", settle: "What next for", log: "Open the log of"}

const DOES = {pause: ["pause", "resume", "settle"], cancel: ["cancel"], retry: ["retry", "settle"]} // of a key

const act = (item, row) =>
  button(item.label, item.act, {
    kind: item.quiet ? "small quiet" : "small",
    data: {id: row.id, key: item.act},
    "aria-label": `${WORD[item.act]} ${row.name}`,
  })

const drawRank = row =>
  h(
    "span",
    {class: "rank"},
    h(
      "button",
      {
        type: "button",
        class: "icon",
        title: "Sooner (+)",
        "aria-label": `Sooner: ${row.name}`,
        disabled: row.priority <= 1 || null,
        data: {act: "sooner", id: row.id, key: "sooner"},
      },
      "↑",
    ),
    h("span", {title: "1 comes first, 10 last"}, h("span", {class: "vh"}, "priority "), row.priority),
    h(
      "button",
      {
        type: "button",
        class: "icon",
        title: "Later (-)",
        "aria-label": `Later: ${row.name}`,
        disabled: row.priority >= 10 || null,
        data: {act: "later", id: row.id, key: "later"},
      },
      "↓",
    ),
  )

const drawRow = (row, area, attributes) =>
  h(
    "div",
    attributes,
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", {title: row.name}, h("bdi", null, row.name)),
      h("small", {class: "said", title: row.text}, h("bdi", null, row.text)),
      row.gauge && drawGauge(row.name, row.gauge),
    ),
    h(
      "span",
      {class: "r", role: "gridcell"},
      chip(row.level, row.status),
      h("small", null, area === "ended" ? row.when : row.pace),
    ),
    h(
      "span",
      {class: "jacts", role: "gridcell"},
      area === "waiting" && drawRank(row),
      row.acts.map(item => act(item, row)),
      area !== "waiting" && act({label: "Open log", act: "log", quiet: area === "ended"}, row),
    ),
  )

const drawArea = (area, title, list, {attributes, none, more}) =>
  h(
    "section",
    {class: `card area ${area}`, "aria-label": title, data: {key: area}},
    h(
      "div",
      {class: "pager top"},
      h("h2", null, title, h("span", null, list.count)),
      more,
      list.pages > 1 &&
        h(
          "span",
          {class: "turn"},
          h("span", {"aria-live": "polite"}, list.range),
          button("‹ Previous", "turn", {kind: "link", data: {area, page: list.page - 1}, disabled: list.page <= 1}),
          button("Next ›", "turn", {kind: "link", data: {area, page: list.page + 1}, disabled: list.page >= list.pages}),
        ),
    ),
    list.rows.length > 0
      ? h(
          "div",
          {class: "rows", role: "grid", "aria-label": title, "aria-rowcount": list.total},
          list.rows.map(row => drawRow(row, area, attributes(row))),
        )
      : h("div", {class: "rows none"}, h("div", {class: area === "ended" ? "empty" : ""}, h("p", null, none))),
  )

const drawFilter = list =>
  h(
    "label",
    {class: "grow"},
    h("span", {class: "vh"}, "Show"),
    h(
      "select",
      {class: "select", data: {change: "ended", key: "ended"}},
      list.shown.map(item => h("option", {value: item.value, selected: item.value === list.value || null}, item.label)),
    ),
  )

export function render(context) {
  const {model} = context
  const rows = view => AREAS.flatMap(area => view[area]?.rows ?? [])
  const list = rowsWithCursor("jobs", {rows, moved: (self, id) => self.send("cursor", {id})})
  const attributes = row => list.row(row, "jrow")
  const moveBy = step => {
    const row = list.current()
    if ((me.view.waiting?.rows ?? []).includes(row)) rank(row.id, step)
    else me.send("unable", {text: "Choose a job that waits: only those come up sooner or later."})
  }
  const rank = (id, step) => {
    const row = rows(me.view).find(each => each.id === id)
    if (row) me.send("priority", {id, priority: Math.max(1, Math.min(row.priority + step, 10))})
  }
  const rankHere = (id, step) => {
    list.point(id) // the keys go on with it
    rank(id, step)
  }

  const me = component(context, {
    draw(view) {
      if (view.error)
        return h(
          "div",
          {class: "card", data: {key: "error"}},
          h(
            "div",
            {class: "empty", role: "alert"},
            h("b", null, "The jobs cannot be listed now"),
            h("p", null, view.error),
            button("Try again", "again", {kind: "primary"}),
          ),
        )
      if (!view.ended) return null
      return h(
        "div",
        {class: "areas", data: {key: "areas"}},
        drawArea("under_way", "Under way", view.under_way, {attributes, none: "Nothing is under way."}),
        drawArea("waiting", "Waiting", view.waiting, {attributes, none: "Nothing waits."}),
        drawArea("ended", "Finished", view.ended, {attributes, none: view.ended.none, more: drawFilter(view.ended)}),
      )
    },
    act: {
      ...list.act,
      ...Object.fromEntries(
        ["log", "pause", "resume", "cancel", "retry", "settle"].map(name => [
          name,
          (data, event, self) => {
            list.point(Number(data.id))
            self.send(name, {id: Number(data.id)})
          },
        ]),
      ),
      sooner: data => rankHere(Number(data.id), -1),
      later: data => rankHere(Number(data.id), 1),
      turn: (data, event, self) => self.send(data.area === "ended" ? "page" : "waiting_page", {page: Number(data.page)}),
      ended: (data, event, self, target) => self.send("ended", {value: target.value}),
    },
    drawn: self => list.follow(self.view.cursor),
    setup: list.setup,
  })
  // A key that can do nothing with the job says why.
  const press = name => () => {
    const row = list.current()
    const item = row.acts.find(each => DOES[name].includes(each.act))
    if (item) me.send(item.act, {id: row.id})
    else me.send("unable", {text: `${row.name}: ${row.cannot[name] ?? ""}`})
  }
  const chosen = () => Boolean(list.current())
  keys(model, "jobs", {
    ...list.keys("job"),
    P: {does: "pause or resume the job", group: "Do", when: chosen, run: press("pause")},
    c: {does: "cancel the job…", group: "Do", when: chosen, run: press("cancel")},
    r: {does: "retry the job", group: "Do", when: chosen, run: press("retry")},
    l: {does: "open the log of the job", group: "Do", when: chosen, run: () => me.send("log", {id: list.current().id})},
    "+": {does: "let the job come up sooner", group: "Do", run: () => moveBy(-1)},
    "-": {does: "let the job come up later", group: "Do", run: () => moveBy(1)},
    f: {does: "in a log: follow its end, or not", group: "Do"},
  })
}
