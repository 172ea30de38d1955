// The people who sign in: a row each, and the form for a new one.
import {component, listen} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {button, chip, drawSelect, emptyState, loadingPage} from "#face/widgets.js"
import {folderFields, passwordFields, textField, typedIn} from "./account_fields.js"

/**
 * @typedef {{isAdding: boolean, role: string, seesAll: boolean, seen: Set<number>, added: number, isFirst: boolean}} State
 *   `seesAll`, `seen`: the folders of the new person. `added`: how many people were added when the form was opened.
 *   `isFirst`: the first person was sent.
 * @typedef {Component<AccountsView, State>} Self
 */

const NARROW = window.matchMedia("(max-width: 1080px)")
/** @type {Record<string, string>} */
const SIGNS = {safe: "✓", warning: "!", blocked: "–"}

/** @type {(self: Self) => boolean} */
const isOpen = ({view, state}) => state.isAdding && state.added === view.added

/** @param {Self} self */
const drawHead = self =>
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h(
      "h1",
      null,
      h("a", {class: "crumb", href: self.view.settings, data: {act: "settings"}}, "Settings /"),
      " Accounts",
    ),
    h("p", null, self.view.summary),
    h("span", {class: "grow"}),
    self.view.rows?.length > 0 &&
      button("Add a person…", "open-add", {kind: "primary", "aria-expanded": String(isOpen(self))}),
  )

/** An administrator sees all folders. @type {(self: Self) => boolean} */
const isLimitable = ({view, state}) => view.rows.length > 0 && view.folders.length > 0 && state.role !== "admin"

/** @param {Self} self */
const drawForm = self => {
  const {view, state} = self
  const isFirst = view.rows.length === 0
  return h(
    "div",
    {
      class: isFirst ? "person-form first" : "card person-form",
      role: "group",
      "aria-label": isFirst ? "First administrator" : "New person",
      data: {editor: "", key: "person-form"},
    },
    textField(self, "Name", "name", {maxlength: "60", autocomplete: "off"}),
    !isFirst &&
      h(
        "label",
        {class: "field", data: {key: "role"}},
        "Role",
        drawSelect(
          view.roles,
          {"aria-describedby": "role-means", data: {change: "new-role", key: "new-role"}},
          state.role,
        ),
        h("small", {id: "role-means", class: "hint"}, view.meaning[state.role]),
      ),
    passwordFields(self),
    isLimitable(self) &&
      h(
        "div",
        {class: "new-folders", data: {key: "new-folders"}},
        h("span", {class: "hint"}, "Folders"),
        folderFields(
          state.seesAll,
          view.folders.map(folder => ({...folder, on: state.seen.has(folder.id)})),
        ),
      ),
    view.problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, view.problem),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      button(isFirst ? "Make the first administrator" : "Add", "add", {kind: "primary", "data-waits": ""}),
      !isFirst && button("Cancel", "close-add", {kind: "quiet"}),
    ),
  )
}

/** @type {(row: AccountRowView, list: RowCursor<AccountRowView>) => HTMLElement} */
const drawPerson = (row, list) =>
  h(
    "div",
    list.attributes(row, "account-row"),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", null, h("bdi", null, row.name)),
      row.is_own && h("small", null, "you"),
    ),
    h("span", {class: "role", role: "gridcell"}, row.role, row.folders && h("small", null, row.folders)),
    h("span", {class: "state", role: "gridcell"}, chip(row.state.level, row.state.text, SIGNS[row.state.level])),
    h("span", {class: "seen num", role: "gridcell"}, row.seen),
    h("span", {class: "sessions num", role: "gridcell"}, row.sessions),
  )

const HEADS = ["Name", "Role", "Sign-in", "Last seen", "Sessions"]

/** @type {(self: Self, list: RowCursor<AccountRowView>) => HTMLElement} */
const drawList = ({view}, list) =>
  h(
    "div",
    {class: "card accounts", data: {key: "list"}},
    h(
      "div",
      {role: "grid", "aria-label": "People who sign in", data: {key: "grid"}},
      h(
        "div",
        {class: "row th account-row", role: "row", data: {key: "head"}},
        HEADS.map((title, place) => h("span", {role: "columnheader", class: place > 2 ? "num" : ""}, title)),
      ),
      view.rows.map(row => drawPerson(row, list)),
    ),
  )

/** @param {Self} self */
const drawFirst = self =>
  h(
    "div",
    {class: "card", data: {key: "first"}},
    h(
      "div",
      {class: "empty"},
      h("b", null, "Nobody has an account"),
      h(
        "p",
        null,
        "Without any account, no sign-in is needed: whoever uses this computer may do everything. As soon as there is one, the pages and REST need a sign-in, and you decide who may do what.",
      ),
      drawForm(self),
    ),
  )

/** @type {(self: Self, list: RowCursor<AccountRowView>) => Child} */
function draw(self, list) {
  const {view} = self
  if (view.error) return [h("div", {class: "head"}, h("h1", null, "Accounts")), emptyState("", view.error)]
  if (!view.rows) return loadingPage("Accounts")
  if (view.rows.length === 0) return [drawHead(self), drawFirst(self)]
  return [drawHead(self), isOpen(self) && drawForm(self), drawList(self, list)]
}

/** @param {Self} self */
function add(self) {
  self.state.isFirst = self.view.rows.length === 0
  const role = self.state.isFirst ? "admin" : self.state.role
  self.send("add", {
    name: typedIn(self, "name"),
    role,
    password: typedIn(self, "password"),
    again: typedIn(self, "again"),
    libraries: isLimitable(self) && !self.state.seesAll ? [...self.state.seen] : null,
  })
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<AccountRowView>} */
  const list = new RowCursor("accounts", {
    rowsOf: (/** @type {AccountsView} */ view) => view.rows ?? [],
    onMove: (self, id) => (!NARROW.matches || self.view.open) && self.send("open", {id}),
  })
  component(context, {
    state: /** @returns {State} */ () => ({
      isAdding: false,
      role: "viewer",
      seesAll: true,
      seen: new Set(),
      added: 0,
      isFirst: false,
    }),
    draw: (/** @type {Self} */ self) => draw(self, list),
    onSetup(self) {
      list.attach(self)
      // From the first person on, everything needs a sign-in: the connection of this page ends.
      listen(self.model, window, "indexium:lost", () => {
        if (self.state.isFirst) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`)
      })
    },
    onDrawn: self => list.follow(self.view.open),
    listeners: {
      keydown(self, event) {
        if (event.key === "Enter" && event.target.matches(".person-form input")) add(self)
      },
    },
    actions: {
      open: (_, data) => list.onClick(data),
      "open-add"(self) {
        Object.assign(self.state, {isAdding: true, seesAll: true, seen: new Set(), added: self.view.added})
        self.paint()
        self.focus("[data-part=name]")
      },
      "close-add"(self) {
        self.state.isAdding = false
        self.paint()
        self.focus("[data-act=open-add]")
      },
      "new-role"(self, _, {value}) {
        self.state.role = value
        self.paint()
      },
      see_all(self, _, {checked}) {
        self.state.seesAll = checked
        self.paint()
      },
      see(self, {folder}, {checked}) {
        if (checked) self.state.seen.add(Number(folder))
        else self.state.seen.delete(Number(folder))
        self.paint()
      },
      add,
    },
  })
  keys(context.model, "accounts", list.keys("person"))
}
