// The menu of saved views: open, save, rename, remove and restore a view, and choose the one that the plan opens with.
import {change, read} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may, openingView, toast} from "#face/frame.js"
import {SearchMenu} from "#face/search_menu.js"
import {button, closeButton, iconButton} from "#face/widgets.js"

const RESTORABLE = 12_000 // milliseconds for which a removed view can be restored
const NEWS = ["views:changed"]
const VIEW = {view_id: 1, name: 1, query: 1, sort: 1, descending: 1, is_default: 1, is_built_in: 1, means: 1}

/** @typedef {Pick<Values.SavedView, "view_id" | "name" | "query" | "sort" | "descending" | "is_default" | "is_built_in" | "means">} View */

/** The view with which the plan opens. @type {{view: Pick<View, "query" | "sort" | "descending"> | null}} */
export const opening = {view: openingView}

/** @returns {View[]} */
export const savedViews = () => read(["views.list", {}, VIEW], NEWS).value ?? []

export class ViewsMenu extends SearchMenu {
  /** @type {number | null} */
  renamed = null // the view that is being renamed
  newName = ""
  /** @type {Values.SavedView | null} */
  removed = null // the view that was removed last
  timer = 0
  /** @type {number | null} */
  openedId = null // the view that was opened last

  /** @param {import("#face/plan_search.js").PlanSearch} search */
  constructor(search) {
    super(search, {act: "views", first: ".views .view-open"})
  }

  onToggle() {
    this.renamed = null
    this.newName = ""
  }

  /** Change the saved views. @type {(name: CallName, args: object, done?: (view: any) => void) => Promise<void>} */
  async send(name, args, done = () => {}) {
    try {
      const {value} = await change(name, args, {also: [["views.list", {}, VIEW]]})
      opening.view = savedViews().find(view => view.is_default) ?? null
      done(value)
    } catch (/** @type {any} */ error) {
      toast(error.message, {kind: "error"})
    }
    this.search.paint()
  }

  /** @param {string} name */
  save(name) {
    if (!name.trim()) return
    const {query, order} = this.search
    this.toggle(false)
    void this.send(
      "views.save",
      {name: name.trim(), query, sort: order.by, descending: order.isDescending},
      (/** @type {View} */ view) => {
        this.openedId = view.view_id
        toast(`Saved as “${view.name}”.`)
      },
    )
  }

  /** @param {number} id */
  open(id) {
    const view = savedViews().find(each => each.view_id === id)
    this.toggle(false)
    if (!view) return
    this.openedId = id
    this.search.show(view)
  }

  /** @param {string} name */
  onTyped(name) {
    this.newName = name
    this.search.paint()
  }

  /** Show a field for the new name of a view. @param {number} id */
  startRenaming(id) {
    this.renamed = id
    this.search.paint()
    const field = /** @type {HTMLInputElement} */ (this.search.find("[data-rename]"))
    field?.focus()
    field?.select()
  }

  /** Close the name field; return whether it was open. */
  stopRenaming() {
    if (this.renamed === null) return false
    this.renamed = null
    this.search.paint()
    return true
  }

  /** @param {number} id */
  rename(id) {
    const name = /** @type {HTMLInputElement} */ (this.search.find("[data-rename]"))?.value.trim() ?? ""
    const before = savedViews().find(view => view.view_id === id)?.name
    if (name && name !== before)
      void this.send("views.rename", {view_id: id, name}, view => toast(`Renamed to “${view.name}”.`))
    this.stopRenaming()
  }

  /** The plan opens with a view; pressed again, with all files. @param {number} id */
  setDefault(id) {
    const isDefault = savedViews().find(view => view.view_id === id)?.is_default
    void this.send("views.set_default", {view_id: isDefault ? null : id})
  }

  /** @param {number} id */
  remove(id) {
    void this.send("views.remove", {view_id: id}, view => {
      clearTimeout(this.timer)
      this.removed = view
      this.timer = setTimeout(() => this.forgetRemoved(), RESTORABLE)
    })
  }

  forgetRemoved() {
    clearTimeout(this.timer)
    this.removed = null
    this.search.paint()
  }

  putBack() {
    const view = this.removed
    this.forgetRemoved()
    void this.send("views.restore", {view}, () => toast(`“${view.name}” was restored.`))
  }

  /** @param {View} view */
  drawRenaming({view_id: id, name}) {
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
      button("Rename", "view-renamed", {kind: "small", data: {id}}),
    )
  }

  /** @param {View} view */
  drawView(view) {
    const {view_id: id, name, is_default: isDefault, is_built_in: isBuiltIn} = view
    if (id === this.renamed) return this.drawRenaming(view)
    const isHere = this.search.shows(view)
    /** @type {(sign: string, title: string, act: string, attributes?: object) => HTMLElement} */
    const icon = (sign, title, act, attributes) => iconButton(sign, title, {act, id, key: act}, {title, ...attributes})
    const opensWith = isDefault ? `The plan opens with ${name}. Open it with all files` : `Open the plan with ${name}`
    return h(
      "li",
      {class: isHere ? "view here" : "view", data: {key: id}},
      h(
        "button",
        {
          type: "button",
          class: "view-open",
          "aria-current": isHere ? "true" : null,
          data: {act: "view-open", id, key: "open"},
        },
        h("b", null, h("bdi", null, name)),
        h("small", null, h("bdi", null, view.means), ` · ${this.search.orderText(view.sort, view.descending)}`),
      ),
      may("views.save") && [
        icon(isDefault ? "★" : "☆", opensWith, "view-default", {"aria-pressed": String(isDefault)}),
        !isBuiltIn && [icon("✎", `Rename ${name}`, "view-rename"), icon("✕", `Remove ${name}`, "view-remove")],
      ],
    )
  }

  /** @param {View[]} views */
  drawSave(views) {
    const name = this.newName
    const opened = views.find(view => view.view_id === this.openedId)
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
        button(existing ? "Overwrite" : "Save", "view-save", {
          kind: "small primary",
          disabled: !name.trim() || existing?.is_built_in,
        }),
      ),
      existing &&
        h(
          "p",
          {class: "hint"},
          existing.is_built_in
            ? `“${existing.name}” is built in. Choose another name.`
            : `“${existing.name}” will be overwritten.`,
        ),
      opened &&
        !this.search.shows(opened) &&
        !opened.is_built_in &&
        button(["Update “", h("bdi", null, opened.name), "” with this"], "view-update", {
          kind: "small",
          data: {name: opened.name},
        }),
    )
  }

  draw() {
    const views = this.isOpen ? savedViews() : []
    return h(
      "div",
      {class: "anchor", data: {key: "views"}},
      this.drawButton(["Saved views", h("span", {"aria-hidden": "true"}, "▾")], "Saved views (v)"),
      this.isOpen &&
        this.drawPanel(
          "views",
          "Saved views",
          h(
            "ul",
            {data: {key: "list"}},
            h(
              "li",
              {class: this.search.showsEverything() ? "view here" : "view", data: {key: "everything"}},
              h(
                "button",
                {type: "button", class: "view-open", data: {act: "view-everything", key: "open"}},
                h("b", null, "Everything"),
                h("small", null, "no search · by risk"),
              ),
            ),
            views.map(each => this.drawView(each)),
          ),
          may("views.save") && this.drawSave(views),
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
        h("p", null, "Removed the view “", h("bdi", null, this.removed.name), "”."),
        button("Undo", "view-restore", {kind: "link"}),
        closeButton("Dismiss", {act: "view-forget"}),
      ),
    )
  }
}
