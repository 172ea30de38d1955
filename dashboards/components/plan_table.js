// One page of the plan as an ARIA grid: rows of 50, one tab stop, single-key commands, cards on a phone (by CSS).
const COLUMNS = [
  ["name", "File", "f"],
  ["tags", "People", "t"],
  ["risk", "Risk", "r"],
  ["cost", "Cost", "n num"],
]

function drawHead(view) {
  const box = h("input", {
    type: "checkbox",
    checked: view.all === "all",
    indeterminate: view.all === "some",
    "aria-label": view.all === "all" ? "Select none" : `Select all ${view.found}`,
    data: {change: "all"},
  })
  return h(
    "div",
    {class: "row th", role: "row", "aria-rowindex": "1", data: {key: "head"}},
    h("span", {class: "c", role: "columnheader"}, h("label", {class: "hit"}, box)),
    COLUMNS.map(([key, label, place]) =>
      h(
        "span",
        {
          class: place,
          role: "columnheader",
          "aria-sort": view.sort === key ? (view.descending ? "descending" : "ascending") : null,
        },
        h(
          "button",
          {type: "button", class: place.includes("num") ? "sort right" : "sort", data: {act: "sort", sort: key}},
          label,
          view.sort === key && h("span", {"aria-hidden": "true"}, view.descending ? " ↓" : " ↑"),
        ),
      ),
    ),
  )
}

function drawRow(row, index, view, cursor) {
  const here = row.id === cursor
  return h(
    "div",
    {
      class: `row${here ? " cursor" : ""}${row.faded ? " faded" : ""}`,
      role: "row",
      id: `row${row.id}`,
      tabindex: here || (!view.rows.some(item => item.id === cursor) && index === 0) ? "0" : "-1",
      "aria-rowindex": view.first + index + 1,
      "aria-selected": String(row.selected),
      data: {act: "open", id: row.id, key: row.id},
    },
    h(
      "span",
      {class: "c", role: "gridcell"},
      h(
        "label",
        {class: "hit"},
        h("input", {
          type: "checkbox",
          tabindex: "-1",
          checked: row.selected,
          disabled: !row.can || null,
          "aria-label": `Select ${row.name}`,
          data: {change: "pick", id: row.id},
        }),
      ),
    ),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      fileName(row.name),
      h(
        "small",
        {class: "place"},
        row.mark && h("span", {class: "mark"}, row.mark + " ·"),
        row.place && h("bdi", {dir: "ltr"}, row.place),
        h("span", null, row.place && "· ", row.size),
      ),
    ),
    h(
      "span",
      {class: "t tags", role: "gridcell"},
      row.tags.map(tagSpan),
      row.more > 0 && h("span", {class: "tag"}, `and ${row.more} more`),
    ),
    h("span", {class: "r", role: "gridcell"}, chip(row.risk, row.reason)),
    h("span", {class: "n num", role: "gridcell"}, row.cost),
  )
}

function drawEmpty(empty) {
  return h(
    "div",
    {class: "empty"},
    h("b", null, empty.title),
    h("p", null, empty.text),
    empty.code && h("code", null, empty.code),
    empty.act && h("div", {class: "acts"}, button(empty.label, empty.act)),
  )
}

const HINT = h(
  "span",
  {class: "keys", "aria-hidden": "true"},
  [["j", "k"], ["x"], ["Enter"], ["?"]].map((names, index) =>
    h(
      "span",
      null,
      names.map(name => h("kbd", null, name)),
      ["move", "select", "details", "all keys"][index],
    ),
  ),
)

export function render(context) {
  const {model} = context
  let cursor = null,
    refocus = false,
    serial = 0
  const pending = new Map() // picks that the server has not counted yet: a view made before them must not undo them
  const rowOf = (me, id) => me.root.querySelector(`[data-key="${id}"].row`)
  const mark = (me, row, on) => {
    pending.set(row.id, {on, serial: ++serial})
    row.selected = on
    me.paint()
    me.send("pick", {id: row.id, on, serial})
  }
  const place = (me, id, focus = true) => {
    cursor = id
    me.paint()
    const node = rowOf(me, id)
    if (focus) node?.focus({preventScroll: true})
    node?.scrollIntoView({block: "nearest"})
    me.send("cursor", {id})
  }
  const move = (me, step) => {
    const rows = me.view.rows ?? []
    if (!rows.length) return
    const at = rows.findIndex(row => row.id === cursor)
    const next = at < 0 ? 0 : at + step
    if (next >= 0 && next < rows.length) return place(me, rows[next].id)
    const turn = me.view.page + Math.sign(step)
    if (turn >= 1 && turn <= me.view.pages) {
      refocus = step > 0 ? "first" : "last"
      me.send("page", {page: turn})
    }
  }
  const current = me => (me.view.rows ?? []).find(row => row.id === cursor)
  const onCursor = name => () => {
    const row = current(me)
    if (row) me.send(name, {id: row.id})
    return row && true
  }

  const me = component(context, {
    draw(view) {
      for (const [id, pick] of pending) {
        const row = view.rows?.find(item => item.id === id)
        if (pick.serial <= view.picked) pending.delete(id)
        else if (row) row.selected = pick.on
      }
      if (!view.rows)
        return h(
          "div",
          {class: "card", "aria-busy": "true"},
          h("div", {class: "row th"}),
          Array.from({length: 8}, () =>
            h("div", {class: "row"}, h("span"), h("span", {class: "bone"}), h("span", {class: "bone"})),
          ),
        )
      return h(
        "div",
        {class: "card"},
        view.empty
          ? drawEmpty(view.empty)
          : [
              h(
                "div",
                {
                  role: "grid",
                  "aria-label": "Planned changes",
                  "aria-multiselectable": "true",
                  "aria-rowcount": view.total + 1,
                  class: view.stale ? "stale" : "",
                  data: {key: "grid"},
                },
                drawHead(view),
                view.rows.map((row, index) => drawRow(row, index, view, cursor)),
              ),
              pager({...view, hint: HINT.cloneNode(true)}),
            ],
      )
    },
    act: {
      open(data, event, self) {
        if (event.target.closest("label")) return
        if (String(window.getSelection())) return
        const id = Number(data.id)
        cursor = id
        self.paint()
        rowOf(self, id)?.focus({preventScroll: true})
        self.send("open", {id})
      },
      pick(data, event, self, target) {
        const row = self.view.rows.find(item => item.id === Number(data.id))
        if (row) mark(self, row, target.checked)
      },
      all(data, event, self, target) {
        self.send(target.checked ? "all" : "none")
      },
      page(data, event, self) {
        self.send("page", {page: Number(data.page)})
        window.scrollTo({top: 0})
      },
    },
    drawn(self) {
      const {rows} = self.view
      if (refocus && rows?.length && self.view.page !== self.before?.page) {
        const id = rows[refocus === "first" ? 0 : rows.length - 1].id
        refocus = false
        self.before = self.view
        place(self, id)
      }
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (!event.target.matches("[role=row]")) return
        const steps = {ArrowDown: 1, ArrowUp: -1}
        if (event.key in steps) {
          event.preventDefault()
          move(self, steps[event.key])
        }
        if (event.key === " ") {
          event.preventDefault()
          const row = current(self)
          if (row?.can) mark(self, row, !row.selected)
        }
        if (event.key === "Home" || event.key === "End") {
          event.preventDefault()
          const list = self.view.rows
          place(self, list[event.key === "Home" ? 0 : list.length - 1].id)
        }
      })
      self.root.addEventListener("focusin", event => {
        if (event.target.matches("[role=row]") && cursor === null) {
          cursor = Number(event.target.dataset.id)
          self.paint()
        }
      })
    },
  })

  keys(model, "plan", {
    j: () => {
      move(me, 1)
      return true
    },
    k: () => {
      move(me, -1)
      return true
    },
    x: () => {
      const row = current(me)
      if (row?.can) mark(me, row, !row.selected)
      return true
    },
    a: () => {
      me.send("all")
      return true
    },
    n: () => {
      me.send("none")
      return true
    },
    i: () => {
      me.send("inverse")
      return true
    },
    e: onCursor("edit"),
    s: onCursor("skip"),
    p: onCursor("preserve"),
    Enter: event => (event.composedPath()[0].closest?.("button, a, input, summary") ? undefined : onCursor("open")()),
    Escape: () => {
      me.send("close")
      return undefined
    },
  })
}
