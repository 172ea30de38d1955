// What is counted goes to the next line as a whole.
const whole = sum => sum.split(" · ").map((part, place) => [place > 0 && " · ", h("span", null, part)])

// Operations, newest first.
export function render(context) {
  const {model} = context
  const roomy = window.matchMedia("(min-width: 1081px)")
  let offered = null
  const list = rowsWithCursor("history", {
    rows: view => view.rows ?? [],
    moved: (self, id) => self.send("cursor", {id}),
  })
  const back = row =>
    h(
      "span",
      {class: "n undo", role: "gridcell"},
      row.able &&
        button("Roll back…", "rollback", {
          kind: "link",
          "aria-label": `Roll back ${row.title}…`,
          data: {id: row.id, key: `back-${row.id}`},
        }),
      h("small", {title: row.why || null}, row.undo),
    )
  const me = component(context, {
    draw(view) {
      if (!view.rows) return null
      if (view.empty)
        return h(
          "div",
          {class: "card"},
          h("div", {class: "empty"}, h("b", null, view.empty.title), h("p", null, view.empty.text)),
        )
      return h(
        "div",
        {class: "card hcard"},
        h(
          "div",
          {role: "grid", "aria-label": "Operations", "aria-rowcount": view.total},
          view.rows.map(row =>
            h(
              "div",
              list.row(row, "hrow"),
              h(
                "span",
                {class: "f file", role: "gridcell"},
                h("b", {title: row.title}, h("bdi", null, row.title)),
                h("small", null, row.when),
              ),
              h("span", {class: "n num", role: "gridcell"}, row.files),
              h("span", {class: "t sum", role: "gridcell"}, whole(row.sum)),
              h("span", {class: "r", role: "gridcell"}, chip(row.level, row.status)),
              back(row),
            ),
          ),
        ),
        pager(view, ["Newer", "Older"]),
      )
    },
    act: {
      ...list.act,
      page: (data, event, self) => self.send("page", {page: Number(data.page)}),
      rollback: (data, event, self) => self.send("rollback", {id: Number(data.id)}),
    },
    drawn(self) {
      const first = self.view.rows?.[0]?.id ?? null
      // Where there is room, the newest one stands beside the list without having been asked for.
      const anew = first !== offered || (self.before?.cursor ?? null) !== null
      if (roomy.matches && first !== null && self.view.cursor === null && anew) {
        offered = first
        self.send("first", {id: first})
      }
      list.follow(self.view.cursor)
    },
    setup: list.setup,
  })
  keys(model, "history", {
    ...list.keys("operation"),
    r: {
      does: "roll the operation back",
      group: "Do",
      when: () => Boolean(list.current()),
      run() {
        const {id, able, title, undo} = list.current()
        if (able) me.send("rollback", {id})
        else me.send("unable", {text: `${title}: ${undo}.`})
      },
    },
  })
}
