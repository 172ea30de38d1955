// The log of one job, in a dialog of a fixed height: it grows by itself, and is followed until somebody scrolls up.
const NEAR = 24 // pixels from the end that still count as the end

const drawLine = line =>
  h(
    "li",
    {class: `line ${line.level}`, data: {key: line.key}},
    h("time", {title: line.on}, line.at),
    h("span", {class: "level"}, line.word),
    h(
      "span",
      {class: "what"},
      h("bdi", {dir: "ltr"}, line.text),
      line.more.map(([name, value]) => h("span", {class: "more"}, h("i", null, `${name} `), h("bdi", {dir: "auto"}, value))),
      line.trace && h("pre", {tabindex: "0", role: "region", "aria-label": "Where it happened"}, line.trace),
    ),
  )

export function render(context) {
  let follow = true,
    grave = false,
    shown = null,
    putAway = false // closed here, which the server does not know yet: what it sends meanwhile opens nothing
  const box = h("dialog", {class: "log", "aria-labelledby": "log-title"})
  const root = document.documentElement
  const place = () => box.querySelector(".lines")
  const atEnd = () => place().scrollHeight - place().scrollTop - place().clientHeight < NEAR
  const toEnd = () => {
    const area = place()
    if (area) area.scrollTop = area.scrollHeight
  }
  const me = component(context, {
    draw: () => null,
    drawn(self) {
      const {view} = self
      if (!view.open) {
        if (box.open) box.close()
        shown = null
        putAway = false
        return
      }
      if (putAway) return
      if (view.id !== shown) {
        shown = view.id
        follow = true
        grave = false
      }
      paint()
      if (box.open) return
      root.setAttribute("data-dialog", "")
      box.showModal()
      toEnd()
      place().focus({preventScroll: true})
    },
  })
  const paint = () => {
    morph(box, content(me.view))
    if (follow) toEnd()
  }
  const tick = (name, label, on, keyName) =>
    h(
      "label",
      {class: "inline"},
      h("input", {type: "checkbox", checked: on, data: {do: name, key: name}}),
      h("span", null, label, keyName && h("kbd", {"aria-hidden": "true"}, keyName)),
    )
  const content = view => {
    const lines = grave ? view.lines.filter(line => line.grave) : view.lines
    return [
      h(
        "div",
        {class: "d-head"},
        h("h2", {id: "log-title"}, h("bdi", null, view.title)),
        h("button", {type: "button", class: "icon", "aria-label": "Close", data: {do: "close"}}, "✕"),
      ),
      h(
        "div",
        {class: "log-bar"},
        tick("follow", "Follow", follow, "f"),
        tick("grave", "Only warnings and errors", grave),
        h("span", {class: "grow"}),
        h("span", {class: "hint", role: "status"}, view.state),
      ),
      h(
        "div",
        {class: "lines", tabindex: "0", role: "region", "aria-label": "Lines of the log", data: {key: "lines"}},
        lines.length > 0
          ? [view.earlier && h("p", {class: "hint", data: {key: "earlier"}}, view.earlier), h("ol", {data: {key: "list"}}, lines.map(drawLine))]
          : h("p", {class: "hint none"}, grave && view.lines.length ? "No warning and no error." : view.none),
      ),
      h("div", {class: "d-foot"}, button("Close", "", {data: {do: "close", key: "close"}})),
    ]
  }
  const turn = on => {
    follow = on
    paint()
  }
  context.el.append(h("div", {class: "ix", style: {height: "auto"}}, box))
  box.addEventListener("click", event => {
    const name = event.target.closest("[data-do]")?.dataset.do
    if (event.target === box || name === "close") box.close()
  })
  box.addEventListener("change", event => {
    const {do: name} = event.target.dataset
    if (name === "follow") turn(event.target.checked)
    if (name === "grave") {
      grave = event.target.checked
      paint()
    }
  })
  box.addEventListener("keydown", event => {
    if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    turn(!follow)
  })
  // Whoever scrolls up wants to read, and is not taken away from it.
  box.addEventListener("scroll", event => event.target === place() && follow && !atEnd() && turn(false), true)
  box.addEventListener("close", () => {
    if (box.open) return
    root.removeAttribute("data-dialog")
    putAway = me.view.open
    if (me.view.open) me.send("close", {id: me.view.id})
  })
  context.model.on("remove", () => box.open && box.close())
}
