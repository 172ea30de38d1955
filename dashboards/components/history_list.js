// Operations, newest first.
export function render(context) {
  const {model} = context
  const roomy = window.matchMedia("(min-width: 1081px)")
  let cursor = null,
    offered = null
  const at = (me, id) => me.root.querySelector(`.row[data-key="${id}"]`)
  const open = (me, id) => {
    cursor = id
    me.paint()
    at(me, id)?.focus({preventScroll: true})
    me.send("open", {id})
  }
  const move = (me, step) => {
    const rows = me.view.rows ?? []
    if (!rows.length) return
    const here = rows.findIndex(row => row.id === cursor)
    const next = rows[Math.max(0, Math.min(here + step, rows.length - 1))].id
    const moved = next !== cursor
    cursor = next
    if (moved) me.paint()
    at(me, cursor)?.focus()
    if (moved) me.send("cursor", {id: cursor})
  }
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
          view.rows.map((row, index) =>
            h(
              "div",
              {
                class: row.id === cursor ? "row hrow cursor" : "row hrow",
                role: "row",
                tabindex: row.id === cursor || (cursor === null && index === 0) ? "0" : "-1",
                "aria-selected": String(row.id === cursor),
                data: {act: "open", id: row.id, key: row.id},
              },
              h(
                "span",
                {class: "f file", role: "gridcell"},
                h("b", {title: row.title}, h("bdi", null, row.title)),
                h("small", null, row.when),
              ),
              h("span", {class: "n num", role: "gridcell"}, row.files),
              h("span", {class: "t sum", role: "gridcell"}, row.sum),
              h("span", {class: "r", role: "gridcell"}, chip(row.level, row.status)),
              back(row),
            ),
          ),
        ),
        pager(view, ["Newer", "Older"]),
      )
    },
    act: {
      open(data, event, self) {
        if (!String(window.getSelection())) open(self, Number(data.id))
      },
      page: (data, event, self) => self.send("page", {page: Number(data.page)}),
      rollback: (data, event, self) => self.send("rollback", {id: Number(data.id)}),
    },
    drawn(self) {
      // Where a row has the focus it is the one that the keys act on, also when that is listed only later.
      const active = self.root.getRootNode().activeElement
      if (active?.matches("[role=row]") && Number(active.dataset.id) !== cursor) at(self, cursor)?.focus({preventScroll: true})
      const first = self.view.rows?.[0]?.id ?? null
      // Where there is room, the newest one stands beside the list without having been asked for.
      const anew = first !== offered || (self.before?.cursor ?? null) !== null
      if (roomy.matches && first !== null && self.view.cursor === null && anew) {
        offered = first
        self.send("first", {id: first})
      }
      if (self.view.cursor === undefined || self.view.cursor === self.before?.cursor) return
      if (self.view.cursor !== cursor) {
        cursor = self.view.cursor
        self.before = self.view
        self.paint()
      }
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (!event.target.matches("[role=row]")) return
        if (event.key === "ArrowDown") {
          event.preventDefault()
          move(self, 1)
        }
        if (event.key === "ArrowUp") {
          event.preventDefault()
          move(self, -1)
        }
      })
    },
  })
  listen(model, window, "indexium:operations", () => {
    if (page() === "history") (at(me, cursor) ?? me.root.querySelector(".hrow"))?.focus()
  })
  const current = () => me.view.rows?.find(row => row.id === cursor)
  keys(model, "history", {
    r: {
      does: "roll the operation back",
      group: "Do",
      when: () => Boolean(current()),
      run() {
        const {id, able, title, undo} = current()
        if (able) me.send("rollback", {id})
        else me.send("unable", {text: `${title}: ${undo}.`})
      },
    },
    j: {does: "next operation", group: "Move", run: () => move(me, 1)},
    k: {does: "previous operation", group: "Move", run: () => move(me, -1)},
    Enter: {does: "details of the operation", group: "Move", run: () => cursor !== null && (open(me, cursor), true)},
    Escape: {
      does: "close the details",
      group: "Move",
      run() {
        me.send("close")
        return false
      },
    },
  })
}
