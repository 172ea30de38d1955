// What stands beside a list where there is room, and over the page as a sheet where there is not.

const NARROW = window.matchMedia("(max-width: 1080px)")

// Its frame, with what stands before and after the title, and what is in it.
const drawerFrame = ({title, kind = "", label = "Details", dir = null, before = null, more = null}, ...body) => [
  h("div", {class: "veil", data: {act: "close", key: "veil"}}),
  h(
    "aside",
    {class: `card drawer ${kind}`, "aria-label": label, data: {key: "drawer"}},
    h(
      "div",
      {class: "top", data: {key: "top"}},
      before,
      h("h2", {tabindex: "-1"}, h("bdi", {dir}, title)),
      more,
      h("button", {type: "button", class: "icon", "aria-label": "Close details", data: {act: "close"}}, "✕"),
    ),
    ...body,
  ),
]

// What every drawer does: Escape closes it, another thing in it begins at its top, a sheet takes the focus and keeps it,
// and what had the focus gets it back. `of`: what a view is told apart by; `placed(open)` makes room for it in the page.
function drawer({el}, {of = "id", placed} = {}) {
  const beside = open => el.getRootNode().host?.closest(".work")?.classList.toggle("single", !open)
  const box = self => self.root.querySelector(".drawer")
  let back = null
  return {
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (event.key === "Tab" && NARROW.matches) keepInside(box(self), event)
        // Escape in a field for a search empties that; what was open within the drawer has heard it before.
        if (event.key !== "Escape" || event.target.type === "search" || event.defaultPrevented) return
        event.stopPropagation()
        event.preventDefault()
        self.send("close")
      })
    },
    drawn(self) {
      const {view, before = {}} = self
      ;(placed ?? beside)(Boolean(view.open))
      if (view.open && view[of] !== before[of]) box(self).scrollTop = 0
      if (view.open && !dialogOpen()) {
        const lost = before.open && focused() === document.body // what had it is not shown any more
        if (!before.open) back = focused()
        if (NARROW.matches && (lost || !before.open)) self.root.querySelector("h2").focus({preventScroll: true})
      }
      if (!view.open && before.open) {
        const here = focused()
        const lost = here === document.body || self.root.contains(here)
        // The keys act on the row at the cursor, which may be another one than that from which this was opened.
        const there = back !== document.body && back?.isConnected && !back.matches("[role=row]")
        if (lost && there) back.focus({preventScroll: true})
        else if (lost) window.dispatchEvent(new Event("indexium:list"))
        back = null
      }
    },
  }
}

function focused() {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node
}

function keepInside(box, event) {
  const can = "button:not(:disabled), a[href], input:not(:disabled), select, summary, [tabindex='0']"
  const stops = [...box.querySelectorAll(can)].filter(stop => stop.offsetParent)
  const [first, last] = [stops[0], stops.at(-1)]
  const here = box.getRootNode().activeElement
  if (event.shiftKey && (here === first || !stops.includes(here))) {
    event.preventDefault()
    last.focus()
  } else if (!event.shiftKey && here === last) {
    event.preventDefault()
    first.focus()
  }
}
