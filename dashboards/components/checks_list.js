// A page of findings.
const oddTag = ({text, kind, note}) =>
  h(
    "span",
    {class: `tag ${kind}`},
    kind === "odd" && [h("span", {class: "vh"}, "does not agree: "), h("span", {"aria-hidden": "true"}, "≠ ")],
    h("bdi", null, text),
    note && h("span", {class: "note"}, ` ${note}`),
  )

export function render(context) {
  const {model} = context
  const roomy = window.matchMedia("(min-width: 1081px)")
  let cursor = "",
    offered = ""
  const rows = me => me.view.rows ?? []
  const at = (me, subject) => [...me.root.querySelectorAll(".crow")].find(row => row.dataset.key === subject)
  const open = (me, subject) => {
    cursor = subject
    me.paint()
    at(me, subject)?.focus({preventScroll: true})
    me.send("open", {subject})
  }
  const move = (me, step) => {
    const list = rows(me)
    const place = list.findIndex(row => row.subject === cursor)
    const next = list[Math.min(list.length - 1, Math.max(0, place + step))]
    if (!next || next.subject === cursor) return
    cursor = next.subject
    me.paint()
    at(me, cursor)?.focus()
    if (roomy.matches || me.view.subject) me.send("open", {subject: cursor})
  }
  const line = (row, index) =>
    h(
      "div",
      {
        class: row.subject === cursor ? "row crow cursor" : "row crow",
        role: "row",
        tabindex: row.subject === cursor || (!cursor && index === 0) ? "0" : "-1",
        "aria-selected": String(row.subject === cursor),
        data: {act: "open", subject: row.subject, key: row.subject},
      },
      h(
        "span",
        {class: "f file", role: "gridcell"},
        h("b", {title: row.title}, h("bdi", {dir: row.is_file ? "ltr" : null}, row.title)),
        h("small", null, h("bdi", null, row.sub)),
      ),
      h(
        "span",
        {class: "t tags", role: "gridcell"},
        row.tags.map(oddTag),
        row.more > 0 && h("span", {class: "tag"}, `and ${row.more.toLocaleString("en")} more`),
        row.tags.length === 0 && h("span", {class: "vh"}, row.text),
      ),
      h("span", {class: "n num", role: "gridcell"}, row.files),
    )
  const turn = view =>
    view.turn &&
    button(view.turn, "right", {kind: "link", data: {on: view.right ? "" : "1", key: "turn"}, "aria-pressed": String(view.right)})

  const me = component(context, {
    draw(view) {
      if (!view.rows) return null
      return h(
        "div",
        {class: "card ccard"},
        h(
          "div",
          {class: "pager top", data: {key: "top"}},
          h("span", {class: "grow"}, view.text),
          h(
            "span",
            {class: "turn"},
            view.at_once.map(item => button(item.label, item.act, {kind: "link", data: {key: item.act}})),
            turn(view),
          ),
        ),
        view.empty
          ? h(
              "div",
              {class: "empty", data: {key: "empty"}},
              h("b", null, view.empty.title),
              h("p", null, view.empty.text),
            )
          : h(
              "div",
              {
                role: "grid",
                "aria-label": `${view.title}${view.right ? ", right as they are" : ""}`,
                "aria-rowcount": view.total,
                data: {key: "rows"},
              },
              rows(me).map(line),
            ),
        pager({
          ...view,
          hint: h(
            "span",
            {class: "keys"},
            h("span", null, h("kbd", null, "j"), h("kbd", null, "k"), "move"),
            h("span", null, h("kbd", null, "a"), h("kbd", null, "b"), "settle it"),
            h("span", null, h("kbd", null, "r"), "right as it is"),
          ),
        }),
      )
    },
    act: {
      open(data, event, self) {
        if (!String(window.getSelection())) open(self, data.subject)
      },
      page: (data, event, self) => self.send("page", {page: Number(data.page)}),
      right: (data, event, self) => self.send("right", {on: data.on === "1"}),
    },
    drawn(self) {
      const {view, before = {}} = self
      const first = rows(self)[0]?.subject ?? ""
      const there = rows(self).some(row => row.subject === cursor)
      const next = view.subject || (there ? cursor : "")
      // Where there is room, the first one stands beside the list without having been asked for.
      if (roomy.matches && first && !view.subject && first !== offered) {
        offered = first
        self.send("first", {subject: first})
      }
      if (view.rows !== before.rows || view.subject !== before.subject) {
        const held = self.root.getRootNode().activeElement?.matches?.(".crow")
        if (next !== cursor) {
          cursor = next
          self.before = view
          self.paint()
        }
        if (held && cursor) at(self, cursor)?.focus({preventScroll: true})
      }
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
        if (!step || !event.target.matches("[role=row]")) return
        event.preventDefault()
        move(self, step)
      })
    },
  })
  keys(model, "checks", {
    j: {does: "next finding", group: "Move", run: () => move(me, 1)},
    k: {does: "previous finding", group: "Move", run: () => move(me, -1)},
    Enter: {does: "details of the finding", group: "Move", run: () => cursor !== "" && (open(me, cursor), true)},
    Escape: {
      does: "close the details",
      group: "Move",
      when: () => Boolean(me.view.subject),
      run() {
        offered = rows(me)[0]?.subject ?? ""
        me.send("close")
        return false
      },
    },
  })
}
