// The rail with its pages, the theme, toasts, the help on keys, and the line to the server.
const HELP = [
  [["/"], "search"],
  [["j", "k"], "next and previous file"],
  [["x"], "select or leave out"],
  [["Enter"], "details"],
  [["Esc"], "close details"],
  [["a"], "select all that are found"],
  [["n"], "select none"],
  [["i"], "select the others"],
  [["e"], "edit the people"],
  [["p"], "preserve the comment’s other text"],
  [["s"], "skip for now"],
  [["?"], "this list"],
]

function drawNav(view, me) {
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
          class: "icon",
          data: {act: "theme"},
          title: dark ? "Light theme" : "Dark theme",
          "aria-label": dark ? "Use the light theme" : "Use the dark theme",
        },
        dark ? "☀" : "☾",
      ),
    ),
  )
}

function drawHelp(me) {
  return h(
    "dialog",
    {"aria-labelledby": "keys", data: {key: "help"}},
    h(
      "div",
      {class: "d-head"},
      h("h2", {id: "keys"}, "Keys"),
      h("button", {type: "button", class: "icon", "aria-label": "Close", data: {act: "help"}}, "✕"),
    ),
    h(
      "div",
      {class: "d-body"},
      h(
        "dl",
        {class: "keylist"},
        HELP.map(([names, text]) => [
          h(
            "dt",
            null,
            names.map(name => h("kbd", null, name)),
          ),
          h("dd", null, text),
        ]),
      ),
      h(
        "p",
        {class: "hint"},
        'In the search box: bare words match names, folders and people; risk:danger, person:"Ann Lee", -path:archive, size:>1gb narrow it.',
      ),
    ),
  )
}

export function render(context) {
  const {model} = context
  const state = {toasts: [], lost: false, busy: false, next: 1}
  let help
  const drop = (id, me) => {
    state.toasts = state.toasts.filter(item => item.id !== id)
    me.paint()
  }
  const toast = (me, {kind, text}) => {
    const id = state.next++
    state.toasts = [...state.toasts.filter(item => item.text !== text).slice(-3), {id, kind, text}]
    me.paint()
    setTimeout(() => drop(id, me), kind === "error" ? 12000 : 5000)
  }
  const show = (name, me) => {
    document.documentElement.dataset.page = name
    me.paint()
  }

  const me = component(context, {
    draw(view, self) {
      return [
        drawNav(view, self),
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
          {data: {key: "line"}, role: "alert"},
          state.lost && h("div", {class: "gone"}, "The connection to Indexium is lost. Trying again…"),
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
      theme(data, event, self) {
        const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark"
        try {
          localStorage.setItem("indexium.theme", next)
        } catch {
          /* private window: for this page only */
        }
        document.documentElement.dataset.theme = next
        window.dispatchEvent(new CustomEvent("indexium:theme", {detail: next}))
      },
      dismiss(data, event, self) {
        drop(Number(data.id), self)
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

  help = drawHelp(me)
  context.el.append(h("div", {class: "ix", style: {height: "auto"}}, help))
  help.addEventListener("close", () => document.documentElement.removeAttribute("data-dialog"))
  help.addEventListener("click", event => {
    if (event.target === help || event.target.closest("[data-act]")) help.close()
  })
  keys(model, null, {
    "?": () => {
      document.documentElement.setAttribute("data-dialog", "")
      help.showModal()
      return true
    },
  })

  model.on("msg:custom", message => {
    if (message.text) toast(me, message)
    if (message.busy !== undefined) {
      state.busy = message.busy
      me.paint()
    }
  })
  listen(model, window, "popstate", () => {
    const name = new URLSearchParams(location.search).get("view") ?? location.pathname.split("/").pop()
    show(["plan", "progress", "history"].includes(name) ? name : "plan", me)
    me.send("address", {path: location.pathname, search: location.search})
  })
  listen(model, window, "indexium:theme", event => {
    me.paint()
    me.send("theme", {theme: event.detail})
  })
  listen(model, window, "indexium:connection", event => {
    state.lost = event.detail
    me.paint()
  })
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
