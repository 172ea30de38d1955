// The menu of saved views: open, save, rename, remove and restore a view, and choose the one that the plan opens with.
import {h} from "#face/dom.js"
import {Menu} from "./menu.js"
import {button, closeButton, iconButton} from "#face/widgets.js"

const RESTORABLE = 12_000 // milliseconds for which a removed view can be restored

export class ViewsMenu extends Menu {
  /** @type {number | null} */
  renamed = null // the view that is being renamed
  newName = ""
  /** @type {string | null} */
  removed = null // name of the view that was removed last
  timer = 0

  /** @param {Component<SavedSearchesView, any>} host */
  constructor(host) {
    super(host, {act: "views", first: ".views .view-open"})
  }

  onToggle() {
    this.renamed = null
    this.newName = ""
  }

  /** @param {string} name */
  save(name) {
    if (!name.trim()) return
    this.host.send("save_view", {name: name.trim()})
    this.toggle(false)
  }

  /** @param {string} name */
  onTyped(name) {
    this.newName = name
    this.host.paint()
  }

  /** Show a field for the new name of a view. @param {number} id */
  startRenaming(id) {
    this.renamed = id
    this.host.paint()
    const field = this.host.find("[data-rename]")
    field?.focus()
    field?.select()
  }

  /** Close the name field; return whether it was open. */
  stopRenaming() {
    if (this.renamed === null) return false
    this.renamed = null
    this.host.paint()
    return true
  }

  /** @param {number} id */
  rename(id) {
    const name = (this.host.find("[data-rename]")?.value ?? "").trim()
    const before = this.host.view.views.find((/** @type {SavedSearchView} */ view) => view.id === id)?.name
    if (name && name !== before) this.host.send("rename_view", {id, name})
    this.stopRenaming()
  }

  /** Offer to restore a view. @param {string} name */
  onRemoved(name) {
    clearTimeout(this.timer)
    this.removed = name
    this.timer = setTimeout(() => this.forgetRemoved(), RESTORABLE)
    this.host.paint()
  }

  forgetRemoved() {
    clearTimeout(this.timer)
    this.removed = null
    this.host.paint()
  }

  /** @param {SavedSearchView} view */
  drawRenaming({id, name}) {
    return h(
      "li",
      {class: "view", data: {key: id}},
      h("input", {
        type: "text",
        class: "seek grow",
        value: name,
        maxlength: "80",
        "aria-label": `New name of ${name}`,
        data: {key: "rename", rename: id},
      }),
      button("Rename", "renamed", {kind: "small", data: {id}}),
    )
  }

  /** @param {SavedSearchView} view */
  drawView(view) {
    const {id, name} = view
    if (id === this.renamed) return this.drawRenaming(view)
    /** @type {(sign: string, title: string, act: string, attributes?: object) => HTMLElement} */
    const icon = (sign, title, act, attributes) => iconButton(sign, title, {act, id, key: act}, {title, ...attributes})
    const opensWith = view.default
      ? `The plan opens with ${name}. Open it with all files`
      : `Open the plan with ${name}`
    return h(
      "li",
      {class: view.here ? "view here" : "view", data: {key: id}},
      h(
        "button",
        {
          type: "button",
          class: "view-open",
          "aria-current": view.here ? "true" : null,
          data: {act: "open_view", id, key: "open"},
        },
        h("b", null, h("bdi", null, name)),
        h("small", null, h("bdi", null, view.means), ` · ${view.order}`),
      ),
      icon(view.default ? "★" : "☆", opensWith, "default_view", {"aria-pressed": String(view.default)}),
      !view.built_in && [icon("✎", `Rename ${name}`, "rename"), icon("✕", `Remove ${name}`, "remove_view")],
    )
  }

  /** @param {SavedSearchesView} views */
  drawSave({views, opened: openedName}) {
    const name = this.newName
    const opened = views.find(view => view.name === openedName)
    const existing = views.find(view => view.name.toLowerCase() === name.trim().toLowerCase())
    return h(
      "form",
      {class: "save", data: {key: "save"}},
      h("span", {class: "label"}, "Save this view"),
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
        button(existing ? "Overwrite" : "Save", "save", {
          kind: "small primary",
          disabled: !name.trim() || existing?.built_in,
        }),
      ),
      existing &&
        h(
          "p",
          {class: "hint"},
          existing.built_in
            ? `“${existing.name}” is built in. Choose another name.`
            : `“${existing.name}” will be overwritten.`,
        ),
      opened &&
        !opened.here &&
        !opened.built_in &&
        button(["Update “", h("bdi", null, opened.name), "” with this"], "update", {
          kind: "small",
          data: {name: opened.name},
        }),
    )
  }

  /** @param {SavedSearchesView} view */
  draw(view) {
    return h(
      "div",
      {class: "anchor", data: {key: "views"}},
      this.drawButton(["Saved views", h("span", {"aria-hidden": "true"}, "▾")], "Saved views (v)", "button"),
      this.isOpen &&
        this.drawPanel(
          "views",
          "Saved views",
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
            view.views.map(each => this.drawView(each)),
          ),
          this.drawSave(view),
        ),
    )
  }

  drawRemoved() {
    if (this.removed === null) return null
    return h(
      "div",
      {class: "toasts", role: "status", data: {key: "removed"}},
      h(
        "div",
        {class: "toast"},
        h("p", null, "Removed the view “", h("bdi", null, this.removed), "”."),
        button("Undo", "put_back", {kind: "link"}),
        closeButton("Dismiss", {act: "forget"}),
      ),
    )
  }
}
