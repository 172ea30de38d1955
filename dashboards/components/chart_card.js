// A card with a chart: title and tabs above it, legend and the same figures as a table below it.
const tabs = view =>
  view.tabs?.length > 0 &&
  h(
    "div",
    {class: "seg", role: "group", "aria-label": "Charts"},
    view.tabs.map(item =>
      h(
        "button",
        {type: "button", "aria-pressed": String(item.on), data: {act: "tab", name: item.key, key: `tab-${item.key}`}},
        item.label,
      ),
    ),
  )

const bars = view =>
  h(
    "div",
    {class: "hbars", data: {key: "bars"}},
    view.bars.map(item =>
      h(
        "button",
        {
          type: "button",
          class: "hbar",
          "aria-pressed": String(item.on),
          "aria-label": `${item.name}: ${item.hint}`,
          title: item.name,
          data: {act: "pick", name: item.key, key: item.key},
        },
        h("span", null, h("bdi", null, item.name)),
        h("i", {"aria-hidden": "true"}, h("i", {style: {width: `${item.share}%`}})),
        h("b", null, item.count.toLocaleString("en")),
      ),
    ),
  )

const figures = view =>
  h(
    "div",
    {class: "figures", tabindex: "0", role: "group", "aria-label": view.title, data: {key: "figures"}},
    h(
      "table",
      null,
      h("caption", {class: "vh"}, view.title),
      h("thead", null, h("tr", null, view.columns.map(name => h("th", {scope: "col"}, name)))),
      h(
        "tbody",
        null,
        view.lines.map(line =>
          h(
            "tr",
            {data: {key: line.key}},
            h(
              "th",
              {scope: "row"},
              h(
                "button",
                {type: "button", class: "btn link", "aria-pressed": String(line.on), data: {act: "pick", name: line.key}},
                h("bdi", null, line.cells[0]),
              ),
            ),
            line.cells.slice(1).map(cell => h("td", null, cell)),
          ),
        ),
      ),
    ),
  )

export function render(context) {
  const {model, el} = context
  const plot = h("div", {class: "plot", role: "img"})
  let open = false
  const me = component(context, {
    draw(view) {
      if (!view.title) return null
      return [
        h(
          "div",
          {class: "chart-head", data: {key: "head"}},
          h("h2", null, view.title, view.hint && h("small", null, ` ${view.hint}`)),
          tabs(view),
        ),
        view.empty && h("p", {class: "hint chart-empty", data: {key: "empty"}}, view.empty),
        view.bars?.length > 0 && bars(view),
        view.lines?.length > 0 &&
          h(
            "div",
            {class: "chart-foot", data: {key: "foot"}},
            h(
              "div",
              {class: "legend"},
              view.legend.map(item =>
                h("span", null, h("i", {style: {background: `var(--${item.colour})`}}), item.label),
              ),
              button(open ? "Hide the table" : "As a table", "figures", {
                kind: "link",
                "aria-expanded": String(open),
                "aria-label": `${view.title} as a table`,
                data: {key: "toggle"},
              }),
            ),
            open && figures(view),
          ),
      ]
    },
    act: {
      tab: (data, event, self) => self.send("tab", {key: data.name}),
      pick: (data, event, self) => self.send("pick", {key: data.name}),
      figures(data, event, self) {
        open = !open
        self.paint()
      },
    },
    drawn({view}) {
      plot.hidden = !(view.lines?.length > 0)
      plot.setAttribute("aria-label", view.said ?? "")
    },
  })
  me.root.classList.add("chart-parts")
  el.classList.add("ix", "card", "pad", "chart-card")
  const child = model.get_child("plot")
  if (child) {
    child.tabIndex = -1 // nothing in it is a stop of Tab: whoever has no pointer uses the table
    plot.append(child)
  }
  el.append(plot)
}
