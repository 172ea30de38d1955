// The rows of a list as a grid with a cursor: the row that the keys act on, the only tab stop, and the one whose details
// stand beside it.
//
// `where`: the page. `rows(view)`: those that are shown, in their order. `of`: the property that they are told apart by,
// which messages name. `moved(self, id)`: the keys moved the cursor.
function rowsWithCursor(where, {rows, of = "id", moved}) {
  let cursor = null,
    told, // which one the server said last
    me
  const shown = () => rows(me.view)
  const at = id => me.root.querySelector(`[role=row][data-key="${CSS.escape(id)}"]`)
  const stand = id => {
    cursor = id
    me.paint()
    at(id)?.focus({preventScroll: true})
  }
  const open = id => {
    stand(id)
    me.send("open", {[of]: id})
  }
  const move = step => {
    const all = shown()
    const place = all.findIndex(row => row[of] === cursor)
    const next = all[Math.max(0, Math.min(place + step, all.length - 1))]
    if (!next) return
    const other = next[of] !== cursor
    cursor = next[of]
    if (other) me.paint()
    at(cursor)?.focus()
    if (other) moved(me, cursor)
  }
  return {
    current: () => shown().find(row => row[of] === cursor),
    // The attributes of one row, `look` being its class.
    row(row, look) {
      const all = shown()
      const stop = all.some(each => each[of] === cursor) ? cursor : all[0]?.[of]
      const here = row[of] === cursor
      return {
        class: `row ${look}${here ? " cursor" : ""}`,
        role: "row",
        tabindex: row[of] === stop ? "0" : "-1",
        "aria-selected": String(here),
        data: {act: "open", key: row[of]},
      }
    },
    act: {
      open(data) {
        if (!String(window.getSelection())) open(shown().find(row => String(row[of]) === data.key)[of])
      },
    },
    point(id) {
      cursor = id
      me.paint()
    },
    setup(self, model) {
      me = self
      self.root.addEventListener("keydown", event => {
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
        if (!step || !event.target.matches("[role=row]")) return
        event.preventDefault()
        move(step)
      })
      listen(model, window, "indexium:list", () => {
        if (page() === where) (at(cursor) ?? self.root.querySelector("[role=row]"))?.focus({preventScroll: true})
      })
    },
    // The server says which one is open, null for none: the cursor goes where that is another one than before, and the
    // focus with it where a row has it.
    follow(opened) {
      const other = opened !== told
      told = opened
      if (other && (opened ?? null) !== null && opened !== cursor) {
        cursor = opened
        me.before = me.view
        me.paint()
      }
      const active = me.root.getRootNode().activeElement
      if (active?.matches("[role=row]") && active.dataset.key !== String(cursor)) at(cursor)?.focus({preventScroll: true})
    },
    keys: what => ({
      j: {does: `next ${what}`, group: "Move", run: () => move(1)},
      k: {does: `previous ${what}`, group: "Move", run: () => move(-1)},
      Enter: {does: `details of the ${what}`, group: "Move", run: () => cursor !== null && (open(cursor), true)},
      Escape: closesDetails(() => me),
    }),
  }
}
