// The menu of saved views: open one, save what is looked at, rename, remove (and put back), choose what the plan opens with.
const REMOVED_FOR = 12000 // milliseconds for which a removed view can be put back

function makeViews(me, closed) {
  let open = false,
    renaming = null,
    name = "",
    removed = null,
    timer = 0

  const toggle = on => {
    if (open === on) return
    open = on
    renaming = null
    name = ""
    me.paint()
    if (open) me.root.querySelector(".views .view-open")?.focus()
    else closed()
  }
  const forget = () => {
    clearTimeout(timer)
    removed = null
    me.paint()
  }
  const known = text => me.view.views.find(view => view.name.toLowerCase() === text.trim().toLowerCase())
  const save = text => {
    if (!text.trim()) return
    me.send("save_view", {name: text.trim()})
    toggle(false)
  }

  const icon = (glyph, label, act, view, more = {}) =>
    h("button", {type: "button", class: "icon", "aria-label": label, title: label, data: {act, id: view.id, key: act}, ...more}, glyph)
  const drawView = view =>
    view.id === renaming
      ? h(
          "li",
          {class: "view", data: {key: view.id}},
          h("input", {
            type: "text",
            class: "seek grow",
            value: view.name,
            maxlength: "80",
            "aria-label": `New name of ${view.name}`,
            data: {key: "rename", rename: view.id},
          }),
          button("Rename", "renamed", {kind: "small", data: {id: view.id}}),
        )
      : h(
          "li",
          {class: view.here ? "view here" : "view", data: {key: view.id}},
          h(
            "button",
            {
              type: "button",
              class: "view-open",
              "aria-current": view.here ? "true" : null,
              data: {act: "open_view", id: view.id, key: "open"},
            },
            h("b", null, h("bdi", null, view.name)),
            h("small", null, h("bdi", null, view.means), ` · ${view.order}`),
          ),
          icon(
            view.default ? "★" : "☆",
            view.default ? `${view.name} is what the plan opens with; open it with everything` : `Open the plan with ${view.name}`,
            "default_view",
            view,
            {"aria-pressed": String(view.default)},
          ),
          icon("✎", `Rename ${view.name}`, "rename", view),
          icon("✕", `Remove ${view.name}`, "remove_view", view),
        )
  const drawSave = view => {
    const opened = view.views.find(item => item.name === view.opened)
    const other = known(name)
    return h(
      "form",
      {class: "save", data: {key: "save"}},
      h("span", {class: "label"}, "Save what you look at"),
      h(
        "div",
        {class: "line"},
        h("input", {
          type: "text",
          class: "seek grow",
          value: name,
          maxlength: "80",
          placeholder: "Name of the view",
          "aria-label": "Name of the view",
          autocomplete: "off",
          data: {key: "name", name: "new"},
        }),
        button(other ? "Overwrite" : "Save", "save", {kind: "small primary", disabled: !name.trim()}),
      ),
      other && h("p", {class: "hint"}, `“${other.name}” will show this instead.`),
      opened &&
        !opened.here &&
        button(["Update “", h("bdi", null, opened.name), "” with this"], "update", {kind: "small", data: {name: opened.name}}),
    )
  }
  return {
    toggle,
    isOpen: () => open,
    rename(id) {
      renaming = id
      me.paint()
      const field = me.root.querySelector("[data-rename]")
      field?.focus()
      field?.select()
    },
    renamed(id) {
      const text = me.root.querySelector("[data-rename]")?.value ?? ""
      const before = me.view.views.find(view => view.id === id)?.name
      renaming = null
      if (text.trim() && text.trim() !== before) me.send("rename_view", {id, name: text.trim()})
      me.paint()
    },
    stopRenaming() {
      if (renaming === null) return false
      renaming = null
      me.paint()
      return true
    },
    typed(text) {
      name = text
      me.paint()
    },
    save: () => save(name),
    update: save,
    removed(text) {
      clearTimeout(timer)
      removed = text
      timer = setTimeout(forget, REMOVED_FOR)
      me.paint()
    },
    forget,
    step(event, target) {
      const rows = [...me.root.querySelectorAll(".views .view-open")]
      const next = {ArrowDown: 1, ArrowUp: -1}[event.key]
      if (!next) return
      event.preventDefault()
      rows[Math.max(0, Math.min(rows.indexOf(target) + next, rows.length - 1))]?.focus()
    },
    draw: view =>
      h(
        "div",
        {class: "anchor", data: {key: "views"}},
        button(["Saved views", h("span", {"aria-hidden": "true"}, "▾")], "views", {
          "aria-expanded": String(open),
          "aria-haspopup": "dialog",
          title: "Saved views (v)",
          data: {key: "button"},
        }),
        open && h("div", {class: "shade", data: {key: "shade", act: "views"}}),
        open &&
          h(
            "div",
            {class: "pop views", role: "dialog", "aria-label": "Saved views", tabindex: "-1", data: {key: "pop"}},
            h(
              "ul",
              {data: {key: "list"}},
              h(
                "li",
                {class: view.everything ? "view here" : "view", data: {key: "everything"}},
                h(
                  "button",
                  {type: "button", class: "view-open", data: {act: "everything", key: "open"}},
                  h("b", null, "Everything"),
                  h("small", null, "no search · by risk"),
                ),
              ),
              view.views.map(drawView),
            ),
            drawSave(view),
          ),
      ),
    drawRemoved: () =>
      removed !== null &&
      h(
        "div",
        {class: "toasts", role: "status", data: {key: "removed"}},
        h(
          "div",
          {class: "toast"},
          h("p", null, "Removed the view “", h("bdi", null, removed), "”."),
          button("Undo", "put_back", {kind: "link"}),
          h("button", {type: "button", class: "icon", "aria-label": "Dismiss", data: {act: "forget"}}, "✕"),
        ),
      ),
  }
}
