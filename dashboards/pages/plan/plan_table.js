// One page of the plan as an ARIA grid: a row a file, one tab stop, single-key commands, cards on a phone (by CSS).
const COLUMNS = [
  ["name", "File", "f"],
  ["tags", "People", "t"],
  ["risk", "Risk", "r"],
  ["cost", "Cost", "n num"],
]

// What a press of the box in the head does. It takes every file of the search that can be written, on all pages.
const boxSays = ({all, able}) => {
  if (!able) return "No file here can be written"
  if (all === "all") return "Select none"
  return able === 1 ? "Select the one file that can be written" : `Select the ${able.toLocaleString("en")} files that can be written`
}

function drawHead(view) {
  const box = h("input", {
    type: "checkbox",
    checked: view.all === "all",
    indeterminate: view.all === "some",
    disabled: !view.able || null,
    title: boxSays(view),
    "aria-label": boxSays(view),
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

function drawRow(row, index, view, here, stop) {
  const id = row.id
  return h(
    "div",
    {
      class: `row${here ? " cursor" : ""}${row.faded ? " faded" : ""}`,
      role: "row",
      id: `row${id}`,
      tabindex: stop ? "0" : "-1",
      "aria-rowindex": view.first + index + 1,
      "aria-selected": row.can ? String(row.selected) : null,
      "aria-labelledby": `f${id} t${id} r${id} n${id}`,
      data: {act: "open", id, key: id},
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
          data: {change: "pick", id},
        }),
      ),
    ),
    h(
      "span",
      {class: "f file", role: "gridcell", id: `f${id}`},
      fileName(row.name),
      h(
        "small",
        {class: "place"},
        row.mark && h("span", {class: "mark"}, row.mark + " ·"),
        row.place && h("bdi", {dir: "ltr"}, row.place),
        h("span", null, row.place && "· ", row.size, row.ext && h("span", {class: "ext"}, ` · ${row.ext}`)),
      ),
    ),
    h(
      "span",
      {class: "t tags", role: "gridcell", id: `t${id}`},
      row.tags.map(tagSpan),
      row.more > 0 && h("span", {class: "tag"}, `and ${row.more} more`),
    ),
    h(
      "span",
      {class: "r", role: "gridcell", id: `r${id}`, title: row.why || null},
      row.reason !== row.risk && h("span", {class: "vh"}, `${row.risk}: `),
      chip(row.risk, row.reason),
    ),
    h(
      "span",
      {class: "n num", role: "gridcell", id: `n${id}`},
      row.way && h("span", {class: "way"}, row.way + " "),
      h("span", null, row.cost),
    ),
  )
}

function drawEmpty(empty) {
  return h(
    "div",
    {class: "empty"},
    h("b", null, empty.title),
    h("p", null, empty.text),
    empty.code && h("code", null, empty.code),
    empty.ways?.length > 0 &&
      h(
        "ul",
        {class: "ways"},
        empty.ways.map(way => h("li", null, button(way.label, "search", {kind: "link", data: {query: way.query}}))),
      ),
    empty.act && h("div", {class: "acts"}, button(empty.label, empty.act)),
  )
}

const drawWaiting = () =>
  h(
    "div",
    {class: "card", "aria-busy": "true"},
    h("div", {class: "row th"}),
    Array.from({length: 8}, () =>
      h("div", {class: "row"}, h("span"), h("span", {class: "bone"}), h("span", {class: "bone"})),
    ),
  )

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
  let cursor = null, // id of the row that the keys act on
    place = 0, // where on the page it was drawn last
    anchor = null, // where a range begins
    arriving = null, // which row gets the cursor when the page has been turned
    returning = false, // the focus is in a row, and has to be in one after drawing, too
    strayed = false, // the row that has the focus stands elsewhere now: what was decided changes the order
    turned = false, // by the pager: the next page begins at its top
    shifted = false,
    serial = 0
  const pending = [] // what the server has not counted in yet: a view made before must not undo it
  const rows = me => me.view.rows ?? []
  const rowOf = (me, id) => me.root.querySelector(`[data-key="${id}"].row`)
  const current = me => rows(me).find(row => row.id === cursor)

  // Choosing shows at once; `change` is repeated on every view that the server made without knowing of it.
  const choose = (me, change, type, data = {}) => {
    const entry = {serial: ++serial, change, type}
    pending.push(entry)
    change(rows(me))
    tally(me.view, type)
    me.paint()
    me.send(type, {...data, serial: entry.serial})
  }
  const mark = (me, ids, on) => {
    const meant = new Set(ids)
    const change = list => list.forEach(row => row.can && meant.has(row.id) && (row.selected = on))
    choose(me, change, "pick", {ids: [...meant], on})
  }
  const all = me => choose(me, list => list.forEach(row => (row.selected = row.can)), "all")
  const none = me => choose(me, list => list.forEach(row => (row.selected = false)), "none")
  const inverse = me => choose(me, list => list.forEach(row => (row.selected = row.can && !row.selected)), "inverse")
  // From where the last choice was made to the cursor, all as the first of them.
  const range = (me, id) => {
    const list = rows(me)
    const to = list.findIndex(row => row.id === id)
    const from = list.findIndex(row => row.id === anchor)
    const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
    const on = from < 0 || from === to ? !list[to].selected : list[from].selected
    mark(
      me,
      list.slice(low, high + 1).filter(row => row.can).map(row => row.id),
      on,
    )
  }
  const toggle = me => {
    const row = current(me)
    if (!row?.can) return
    anchor = row.id
    mark(me, [row.id], !row.selected)
  }

  const stand = (me, id, focus = true) => {
    cursor = id
    me.paint()
    const node = rowOf(me, id)
    // A sheet over the table keeps the focus: the keys go on to move behind it.
    if (focus && !document.documentElement.hasAttribute("data-sheet")) node?.focus({preventScroll: true})
    if (node) sight(node)
    me.send("cursor", {id})
  }
  const turn = (me, page, arrive) => {
    if (page < 1 || page > me.view.pages) return false
    arriving = arrive
    me.send("page", {page})
    return true
  }
  const move = (me, step) => {
    const list = rows(me)
    if (!list.length) return
    const at = list.findIndex(row => row.id === cursor)
    const next = at < 0 ? 0 : at + step
    if (list[next]) stand(me, list[next].id)
    else turn(me, me.view.page + Math.sign(step), step > 0 ? 0 : Infinity)
  }
  const onCursor = name => () => {
    const row = current(me)
    if (row) me.send(name, {id: row.id})
    return Boolean(row)
  }
  const open = (me, id) => {
    cursor = id
    me.paint()
    rowOf(me, id)?.focus({preventScroll: true})
    me.send("open", {id})
  }

  // A row that has gone leaves the cursor, and the focus, to the one that took its place.
  const settle = (me, view) => {
    const list = view.rows
    if (!list.length || list.some(row => row.id === cursor)) return
    const same = view.look === me.looked
    if (arriving !== null) cursor = list[Math.min(arriving, list.length - 1)].id
    else if (cursor !== null) cursor = same ? list[Math.min(place, list.length - 1)].id : returning ? list[0].id : null
    if (cursor !== null) queueMicrotask(() => me.send("cursor", {id: cursor}))
  }

  const me = component(context, {
    draw(view, self) {
      if (!view.rows) return drawWaiting()
      while (pending.length && pending[0].serial <= view.picked) pending.shift()
      for (const entry of pending) entry.change(view.rows)
      if (pending.length) tally(view, pending.at(-1).type)
      returning = Boolean(self.root.getRootNode().activeElement?.matches("[role=row]"))
      settle(self, view)
      const at = view.rows.findIndex(row => row.id === cursor)
      const other = view.look !== self.looked && (turned || window.scrollY < 100)
      self.looked = view.look
      self.shown = other ? Math.max(at + 1, fitting(self)) : view.rows.length
      const rest = view.rows.length - self.shown
      strayed = returning && !other && Math.max(at, 0) !== place
      place = Math.max(at, 0)
      const drawn = standing(self.root)
      return h(
        "div",
        {class: `card list${self.dense ? " dense" : ""}`},
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
                view.rows.slice(0, self.shown).map((row, index) => {
                  const [here, stop] = [index === at, index === place]
                  const draw = () => drawRow(row, index, view, here, stop)
                  return lasting(drawn.get(String(row.id)), [row, view.first, index, here, stop], draw)
                }),
                rest > 0 && h("div", {style: {height: `${rest * height(self)}px`}, data: {key: "rest"}}),
              ),
              pager({...view, hint: HINT.cloneNode(true)}),
            ],
      )
    },
    act: {
      open(data, event, self) {
        if (event.target.closest("label")) return
        const id = Number(data.id)
        if (event.shiftKey) return range(self, id)
        if (event.ctrlKey || event.metaKey) {
          cursor = id
          return toggle(self)
        }
        if (String(window.getSelection())) return
        open(self, id)
      },
      pick(data, event, self, target) {
        const id = Number(data.id)
        if (shifted && anchor !== null) {
          range(self, id)
          target.checked = rows(self).find(row => row.id === id).selected // the browser has turned it already
          return
        }
        anchor = id
        mark(self, [id], target.checked)
      },
      all(data, event, self, target) {
        target.checked ? all(self) : none(self)
      },
      page(data, event, self) {
        turned = true
        self.send("page", {page: Number(data.page)})
      },
    },
    drawn(self) {
      if (self.shown < self.view.rows?.length) requestAnimationFrame(() => setTimeout(self.paint))
      if (turned && self.view.page !== self.before?.page) {
        turned = false
        window.scrollTo({top: 0})
      }
      const arrived = arriving !== null && self.view.page !== self.before?.page
      const active = self.root.getRootNode().activeElement
      if (arrived) arriving = null
      const node = (arrived || (returning && (strayed || !active))) && rowOf(self, cursor)
      if (!node) return
      node.focus({preventScroll: true})
      sight(node)
    },
    setup(self) {
      self.dense = kept("indexium.dense") === "1"
      listen(model, window, "indexium:dense", () => {
        self.dense = kept("indexium.dense") === "1"
        self.paint()
      })
      const steps = {ArrowDown: 1, ArrowUp: -1}
      self.root.addEventListener("keydown", event => {
        if (!event.target.matches("[role=row]") || event.ctrlKey || event.metaKey || event.altKey) return
        const list = rows(self)
        if (event.key in steps) move(self, steps[event.key])
        else if (event.key === " ") event.shiftKey ? range(self, cursor) : toggle(self)
        else if (event.key === "Home") stand(self, list[0].id)
        else if (event.key === "End") stand(self, list.at(-1).id)
        else if (event.key === "PageDown") turn(self, self.view.page + 1, place) || stand(self, list.at(-1).id)
        else if (event.key === "PageUp") turn(self, self.view.page - 1, place) || stand(self, list[0].id)
        else return
        event.preventDefault()
      })
      self.root.addEventListener("focusin", event => {
        if (event.target.matches("[role=row]") && cursor === null) {
          cursor = Number(event.target.dataset.id)
          self.paint()
        }
      })
      self.root.addEventListener("mousedown", event => {
        if (event.shiftKey && event.target.closest(".row[data-id]")) event.preventDefault() // no text is marked
      })
      self.root.addEventListener("click", event => (shifted = event.shiftKey), true)
    },
  })
  // What was acted on elsewhere is gone, and the focus with it: it comes back to the list.
  listen(model, window, "indexium:list", event => {
    if (page() !== "plan") return
    const node = rowOf(me, cursor)
    if (!node && event.detail === "first" && rows(me).length) stand(me, rows(me)[0].id)
    node?.focus({preventScroll: true})
    if (node && event.detail === "first") sight(node)
  })

  listen(model, window, "indexium:step", event => move(me, event.detail))
  keys(model, "plan", {
    j: {does: "next file", group: "Move", run: () => move(me, 1)},
    k: {does: "previous file", group: "Move", run: () => move(me, -1)},
    Enter: {does: "details of the file", group: "Move", run: onCursor("open")},
    Escape: closesDetails(() => me),
    Home: {does: "first and last file of the page", group: "Move"},
    End: {does: "first and last file of the page", group: "Move"},
    PageDown: {does: "next and previous page", group: "Move"},
    PageUp: {does: "next and previous page", group: "Move"},
    x: {does: "select or leave out", group: "Select", run: () => toggle(me)},
    X: {
      does: "select from the last one to here",
      group: "Select",
      run() {
        if (current(me)) range(me, cursor)
      },
    },
    a: {does: "select all files that can be written", group: "Select", run: () => all(me)},
    n: {does: "select none", group: "Select", run: () => none(me)},
    i: {does: "select the others", group: "Select", run: () => inverse(me)},
    e: {does: "edit the people", group: "Decide", run: onCursor("edit")},
    s: {does: "skip for now", group: "Decide", run: onCursor("skip")},
    p: {does: "preserve the comment’s other text", group: "Decide", run: onCursor("preserve")},
  })
}

// Rows get their own height only where they are seen (content-visibility), which may push a row out of sight again.
function sight(node, tries = 4) {
  const {top} = node.getBoundingClientRect()
  node.scrollIntoView({block: "nearest"})
  requestAnimationFrame(() => {
    if (tries && node.isConnected && node.getBoundingClientRect().top !== top) sight(node, tries - 1)
  })
}

// Another list shows first what is in sight; the rows below it follow once that is painted.
const height = me => (me.dense ? 33 : 49) // pixels of most rows
const fitting = me => Math.ceil(window.innerHeight / height(me)) + 1

// The box in the head says all, some or none of the search before the server has counted: a choice of all or none is
// certain, of single rows only where one page shows them all.
function tally(view, type) {
  const chosen = view.rows.filter(row => row.can && row.selected).length
  if (type === "all") view.all = view.able ? "all" : "none"
  else if (type === "none") view.all = "none"
  else if (view.pages > 1) view.all = chosen ? "some" : view.all === "none" ? "none" : "some"
  else view.all = chosen && chosen === view.able ? "all" : chosen ? "some" : "none"
}
