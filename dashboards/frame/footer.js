// What goes on, at the foot of every page: work under way, what was interrupted, and what was done and can be undone.
// What somebody has dismissed stays dismissed in this browser, also over a reload.
const HOME = document.querySelector("script[data-home]")?.dataset.home ?? ""
const DISMISSED = `indexium.dismissed.${HOME}` // another home has other operations of the same numbers
const LONGEST = 20 // dismissals that are remembered
const PHONE = window.matchMedia("(max-width: 700px)")
const room = () => (PHONE.matches ? 2 : 3) // rows beside which the page can still be read

const dismissed = () => {
  try {
    return new Set(JSON.parse(localStorage.getItem(DISMISSED) ?? "[]"))
  } catch {
    return new Set(globalThis.indexiumDismissed ?? [])
  }
}
const remember = key => {
  const kept = [...dismissed(), key].slice(-LONGEST)
  globalThis.indexiumDismissed = kept
  try {
    localStorage.setItem(DISMISSED, JSON.stringify(kept))
  } catch {
    /* private window: for this page only */
  }
}

const doing = row =>
  h(
    "div",
    {class: `doing ${row.kind}`, role: "group", "aria-label": row.title, data: {key: row.key}},
    row.bar
      ? drawGauge(row.title, row.bar)
      : h("span", {class: `sign ${row.level}`, "aria-hidden": "true"}, row.glyph),
    h(
      "div",
      {class: "grow"},
      h("b", {role: row.bar ? null : "status"}, h("bdi", null, row.title)),
      row.note && h("small", null, h("bdi", null, row.note)),
    ),
    row.buttons.map(item =>
      button(item.label, item.act, {
        kind: `small ${item.kind ?? ""}`,
        data: {id: row.id, key: item.act},
        "aria-label": item.spoken ?? null,
      }),
    ),
    row.dismiss &&
      h("button", {type: "button", class: "icon", "aria-label": "Dismiss", data: {act: "dismiss", dismiss: row.dismiss}}, "✕"),
  )

export function render(context) {
  const {model} = context
  const root = document.documentElement
  const shown = view => {
    const gone = dismissed()
    return (view.rows ?? []).filter(row => !(row.dismiss && gone.has(row.dismiss)))
  }
  let unfolded = false
  const me = component(context, {
    draw(view) {
      const rows = shown(view)
      const folds = rows.length > room()
      const more = rows.length - room() + 1
      return (
        rows.length > 0 &&
        h(
          "div",
          {class: "doings", role: "region", "aria-label": "Work"},
          (folds && !unfolded ? rows.slice(0, -more) : rows).map(doing),
          folds &&
            h(
              "button",
              {type: "button", class: "fold", "aria-expanded": String(unfolded), data: {act: "fold", key: "fold"}},
              unfolded ? "Show fewer" : `${more} more`,
            ),
        )
      )
    },
    act: {
      fold(data, event, self) {
        unfolded = !unfolded
        self.paint()
      },
      dismiss(data, event, self) {
        remember(data.dismiss)
        self.paint()
      },
    },
  })
  // Pages and toasts end above whatever stands at the foot.
  const dock = context.el.closest?.(".dock") ?? document.querySelector(".dock")
  if (dock) {
    const measure = new ResizeObserver(() => root.style.setProperty("--dock", `${dock.offsetHeight}px`))
    measure.observe(dock)
    model.on("remove", () => measure.disconnect())
  }
  listen(model, window, "storage", () => me.paint())
  listen(model, PHONE, "change", () => me.paint())
}
