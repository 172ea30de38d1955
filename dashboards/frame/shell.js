// The rail with its pages, the theme, toasts, the help on keys, and the line to the server.
const GROUPS = ["Move", "Select", "Decide", "Act", "Find", "Page", "Everywhere"] // others stand before the last two
const NAMES = {Escape: "Esc", PageDown: "PgDn", PageUp: "PgUp", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", " ": "Space"}

// The bindings that live on the page that is shown: [[group, [[names, does], …]], …].
function liveKeys() {
  const groups = new Map()
  for (const {key, pages, does, group, when} of bindings()) {
    if (!does || (pages && !pages.includes(page())) || (when && !when())) continue
    const name = group ?? (pages ? "Page" : "Everywhere")
    const lines = groups.get(name) ?? groups.set(name, new Map()).get(name)
    const words = typeof does === "function" ? does() : does
    const names = lines.get(words) ?? lines.set(words, []).get(words)
    if (!names.includes(key)) names.push(key)
  }
  const place = name => (GROUPS.includes(name) ? GROUPS.indexOf(name) : GROUPS.length - 2.5)
  return [...groups].sort((a, b) => place(a[0]) - place(b[0])).map(([name, lines]) => [name, [...lines]])
}

const HINTS = {
  plan: 'In the search box: bare words match names, folders and people; risk:danger, person:"Ann Lee", -path:archive, size:>1gb narrow it. Enter goes to the list.',
  history: 'In the search box: bare words match paths, people and notes; person:"Ann Lee" and path:2019 narrow it. Enter goes to the list.',
}
const SEEN = 3 // toasts at a time
const TICK = 250 // milliseconds
const STAY = {error: 12_000, undo: 10_000, other: 6000} // milliseconds for which a toast is there
const LINE = {
  lost: "Connection lost. This page shows the last known state and reconnects by itself.",
  gone: "Indexium does not answer. If it has stopped, start it again. This page shows the last known state and reconnects by itself.",
}
const BACK = {
  line: "Connected again. Your search and your selection are as you left them.",
  restarted: "Indexium was started again. Your search and your selection are as you left them.",
}

function turnTheme() {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark"
  keep("indexium.theme", next) // a private window: for this page only
  document.documentElement.dataset.theme = next
  window.dispatchEvent(new CustomEvent("indexium:theme", {detail: next}))
}

function drawNav(view) {
  const dark = document.documentElement.dataset.theme === "dark"
  return h(
    "nav",
    {"aria-label": "Pages"},
    h("div", {class: "brand"}, "Index", h("i", null, "ium")),
    (view.pages ?? []).map(item =>
      h(
        "a",
        {href: item.href, "aria-current": item.id === page() ? "page" : null, data: {act: "go", page: item.id}},
        item.label,
        item.live !== undefined && item.live !== null
          ? h(
              "span",
              {class: "live", role: "img", "aria-label": `${item.live} percent done`},
              h("i", {style: {width: `${item.live}%`}}),
            )
          : h("span", null, item.count),
      ),
    ),
    h(
      "div",
      {class: "root"},
      h(
        "p",
        null,
        view.roots && [
          h("span", {class: view.offline ? "dot off" : "dot", "aria-hidden": "true"}, "● "),
          view.roots,
          h("br"),
          view.scanned,
        ],
      ),
      h(
        "button",
        {
          type: "button",
          class: dark ? "icon theme dark" : "icon theme",
          data: {act: "theme"},
          title: dark ? "Light theme" : "Dark theme",
          "aria-label": dark ? "Use the light theme" : "Use the dark theme",
        },
        h("span", {class: "word", "aria-hidden": "true"}, dark ? "Light" : "Dark"),
      ),
    ),
  )
}

function drawHelp() {
  const groups = liveKeys()
  return [
    h(
      "div",
      {class: "d-head"},
      h("h2", {id: "keys"}, "Keys"),
      h("button", {type: "button", class: "icon", "aria-label": "Close", data: {act: "help"}}, "✕"),
    ),
    h(
      "div",
      {class: "d-body", tabindex: "0", role: "region", "aria-labelledby": "keys"},
      h(
        "div",
        {class: "keygroups"},
        groups.map(([group, lines]) =>
          h(
            "section",
            {"aria-label": group},
            h("h3", {class: "label"}, group === "Page" ? "On this page" : group),
            h(
              "dl",
              {class: "keylist"},
              lines.map(([does, names]) => [
                h(
                  "dt",
                  null,
                  names.map(name => h("kbd", null, NAMES[name] ?? name)),
                ),
                h("dd", null, does),
              ]),
            ),
          ),
        ),
      ),
      groups.some(([name]) => name === "Find") && h(
        "p",
        {class: "hint"},
        HINTS[page()] ?? "",
      ),
    ),
  ]
}

export function render(context) {
  const {model} = context
  const state = {toasts: [], line: "", busy: false, next: 1, undoable: null}
  const mouse = window.matchMedia("(hover: hover)") // on a touch screen what was touched last counts as hovered
  let help,
    clock = 0
  // The pointer or the focus is on a toast: none goes.
  const held = me => Boolean(me.root.querySelector(mouse.matches ? ".toast:is(:hover, :focus-within)" : ".toast:focus-within"))
  const drop = (id, me) => {
    state.toasts = state.toasts.filter(item => item.id !== id)
    me.paint()
  }
  // The newest is seen at once; where there are too many, those go first that can be missed most easily.
  const toast = (me, {kind, text, undo = null, topic = ""}) => {
    const id = state.next++
    const others = state.toasts.filter(item => item.text !== text)
    if (undo) state.undoable = undo
    while (others.length >= SEEN) {
      const least = others.findIndex(item => item.kind !== "error" && !offers(item))
      others.splice(Math.max(least, 0), 1)
    }
    state.toasts = [...others, {id, kind, text, undo, topic, left: STAY[kind] ?? STAY[undo ? "undo" : "other"]}]
    me.paint()
    clock ||= setInterval(() => age(me), TICK)
  }
  // Steps are undone newest first: only the one that is next can be undone.
  const offers = item => Boolean(item.undo) && item.undo === state.undoable
  const age = me => {
    if (held(me) || document.hidden) return
    state.toasts.forEach(item => (item.left -= TICK))
    const staying = state.toasts.filter(item => item.left > 0)
    if (staying.length < state.toasts.length) {
      state.toasts = staying
      me.paint()
    }
    if (!staying.length) {
      clearInterval(clock)
      clock = 0
    }
  }
  // What had the focus is gone: it goes to the page's content, so that Tab does not begin at the top again.
  const moor = () => {
    if (document.activeElement === document.body && !dialogOpen()) toContent()
  }
  const toContent = () => document.getElementById("main")?.focus({preventScroll: true})
  const show = (name, me) => {
    document.documentElement.dataset.page = name
    me.paint()
    requestAnimationFrame(() => setTimeout(moor)) // the browser takes the focus from what is hidden when it draws
  }

  const me = component(context, {
    draw(view) {
      return [
        drawNav(view),
        h(
          "div",
          {class: "toasts", role: "status", "aria-live": "polite", data: {key: "toasts"}},
          state.toasts.map(item =>
            h(
              "div",
              {
                class: `toast ${item.kind}`,
                role: item.kind === "error" ? "alert" : null,
                data: {key: `toast${item.id}`},
              },
              h("p", null, item.text),
              offers(item) && button("Undo", "undo", {kind: "small", data: {id: item.id, step: item.undo}}),
              h(
                "button",
                {type: "button", class: "icon", "aria-label": "Dismiss", data: {act: "dismiss", id: item.id}},
                "✕",
              ),
            ),
          ),
        ),
        h(
          "div",
          {class: "busy", hidden: !state.busy, role: "status", data: {key: "busy"}},
          h("span", {class: "vh"}, state.busy && "working"),
        ),
        h(
          "div",
          {class: "connection", data: {key: "line"}, role: "alert"},
          state.line && h("div", {class: "gone"}, LINE[state.line]),
        ),
      ]
    },
    act: {
      go(data, event, self) {
        if (data.page === page()) {
          window.scrollTo({top: 0})
          return
        }
        show(data.page, self)
        window.scrollTo({top: 0})
        self.send("go", {page: data.page})
      },
      theme: turnTheme,
      dismiss(data, event, self) {
        drop(Number(data.id), self)
      },
      undo(data, event, self) {
        drop(Number(data.id), self)
        self.send("undo", {id: Number(data.step)})
      },
      help() {
        help.close()
      },
    },
    drawn(self) {
      const {url, page: name, title, selection} = self.view
      if (name && name !== self.before?.page && name !== page()) show(name, self)
      if (title) document.title = title
      if (url && url !== self.before?.url && url !== location.pathname + location.search) {
        const arrived = self.before?.url === undefined // the page that was opened is no step to go back over
        const moved = url.split("?")[0] !== location.pathname
        history[!arrived && (moved || self.view.push) ? "pushState" : "replaceState"]({}, "", url)
      }
      if (selection !== undefined && selection !== self.before?.selection) {
        try {
          sessionStorage.setItem("indexium.selection", selection)
        } catch {
          /* then it lives as long as the page */
        }
      }
    },
  })

  // The page begins below what is said of the line, and at the top again when nothing is.
  const said = me.root.querySelector(".connection")
  const measure = new ResizeObserver(() =>
    document.documentElement.style.setProperty("--lost", `${said.offsetHeight}px`),
  )
  measure.observe(said)
  model.on("remove", () => measure.disconnect())

  help = h("dialog", {"aria-labelledby": "keys", class: "keysheet", data: {key: "help"}})
  context.el.append(h("div", {class: "ix", style: {height: "auto"}}, help))
  // Escape cancels at once, while "close" is told later: a key that follows quickly is for the page already.
  for (const name of ["cancel", "close"])
    help.addEventListener(name, () => document.documentElement.removeAttribute("data-dialog"))
  help.addEventListener("click", event => {
    if (event.target === help || event.target.closest("[data-act]")) help.close()
  })
  const goTo = place => ({
    does: () => `go to ${me.view.pages[place].label}`,
    when: () => Boolean(me.view.pages?.[place]),
    run() {
      me.root.querySelectorAll("nav a")[place].click()
      toContent()
    },
  })
  keys(model, null, {
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(number => [number, goTo(number - 1)])),
    "?": {
      does: "this list",
      run() {
        document.documentElement.setAttribute("data-dialog", "")
        morph(help, drawHelp())
        help.showModal()
      },
    },
  })

  model.on("msg:custom", message => {
    if (message.text) toast(me, message)
    if (message.settled) {
      state.toasts = state.toasts.filter(item => item.kind !== "error" || item.topic !== message.settled)
      me.paint()
    }
    if (message.undoable !== undefined) {
      state.undoable = message.undoable
      me.paint()
    }
    if (message.busy !== undefined) {
      state.busy = message.busy
      me.paint()
    }
  })
  listen(model, window, "popstate", () => {
    const name = new URLSearchParams(location.search).get("view") ?? location.pathname.split("/").pop()
    show((me.view.pages ?? []).some(item => item.id === name) ? name : "plan", me)
    me.send("address", {path: location.pathname, search: location.search})
  })
  listen(model, window, "indexium:adrift", () => setTimeout(moor))
  listen(model, window, "indexium:theme", event => {
    me.paint()
    me.send("theme", {theme: event.detail})
  })
  listen(model, window, "indexium:connection", event => {
    state.line = event.detail
    me.paint()
  })
  try {
    const back = sessionStorage.getItem("indexium.back")
    sessionStorage.removeItem("indexium.back")
    if (BACK[back]) toast(me, {kind: "info", text: BACK[back]})
  } catch {
    /* then nothing is said of it */
  }
  for (const doc of Bokeh.documents)
    doc.on_event("connection_lost", () => window.dispatchEvent(new Event("indexium:lost")))

  let selection = null
  try {
    selection = sessionStorage.getItem("indexium.selection")
  } catch {
    /* none then */
  }
  me.send("hello", {theme: document.documentElement.dataset.theme, selection})
}
