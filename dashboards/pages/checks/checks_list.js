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
  let offered = ""
  const list = rowsWithCursor("checks", {
    rows: view => view.rows ?? [],
    of: "subject",
    moved: (self, subject) => (roomy.matches || self.view.subject) && self.send("open", {subject}),
  })
  const line = row =>
    h(
      "div",
      list.row(row, "crow"),
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

  component(context, {
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
              view.rows.map(line),
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
      ...list.act,
      page: (data, event, self) => self.send("page", {page: Number(data.page)}),
      right: (data, event, self) => self.send("right", {on: data.on === "1"}),
    },
    drawn(self) {
      const {rows, subject} = self.view
      const first = rows?.[0]?.subject ?? ""
      // Where there is room, the first one stands beside the list without having been asked for.
      if (subject) offered = first
      else if (roomy.matches && first && first !== offered) {
        offered = first
        self.send("first", {subject: first})
      }
      list.follow(subject || null)
    },
    setup: list.setup,
  })
  keys(model, "checks", list.keys("finding"))
}
