// One person: role, sign-in, password, sessions.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {button, drawSelect, facts, label} from "#face/widgets.js"
import {folderFields, passwordFields, typedIn} from "./account_fields.js"

/**
 * @typedef {{setsPassword: boolean, saved: number}} State
 *   `saved`: how many passwords were set when the form was opened.
 * @typedef {Component<AccountDetailsView, State>} Self
 */

/** @param {AccountDetailsView} view */
const drawRole = ({role, roles, meaning}) =>
  h(
    "label",
    {class: "field", data: {key: "role"}},
    "Role",
    drawSelect(roles, {data: {change: "role", key: "role-select"}}, role),
    h("small", {class: "hint"}, meaning),
  )

/** @param {AccountDetailsView} view */
const drawSwitch = ({enabled}) =>
  h(
    "label",
    {class: "switch", data: {key: "enabled"}},
    h("input", {type: "checkbox", role: "switch", checked: enabled, data: {change: "enable", key: "enable"}}),
    h("span", null, enabled ? "can sign in" : "cannot sign in"),
  )

/** @param {AccountDetailsView} view */
const drawFolders = ({is_limitable, sees_all, folders}) => [
  label("Folders", {key: "folders-label"}),
  is_limitable
    ? folderFields(sees_all, folders)
    : h(
        "p",
        {class: "hint", data: {key: "all-folders"}},
        folders.length ? "An administrator sees all folders." : "none",
      ),
]

/** @type {(self: Self) => boolean} */
const isFormOpen = ({view, state}) => state.setsPassword && state.saved === view.saved

/** @param {Self} self */
const drawPasswordForm = self =>
  h(
    "div",
    {class: "person-form", role: "group", "aria-label": "Set a password", data: {editor: "", key: "password-form"}},
    passwordFields(self),
    h(
      "div",
      {class: "acts"},
      button("Set the password", "set-password", {kind: "primary", "data-waits": ""}),
      button("Cancel", "close-password", {kind: "quiet"}),
    ),
  )

/** @param {AccountSessionView} session */
const drawSession = ({id, browser, client, address, seen}) =>
  h(
    "li",
    {data: {key: id}},
    h("b", {title: client}, browser),
    button("End", "end", {
      kind: "link",
      data: {session: id},
      "aria-label": `End the session of ${browser}, used ${seen}`,
    }),
    h("small", null, "from ", h("bdi", null, address), ` · used ${seen}`),
  )

/** @param {AccountDetailsView} view */
const drawSessions = ({sessions}) => [
  label("Signed in", {key: "sessions-label"}),
  sessions.length
    ? h("ul", {class: "listing", data: {key: "sessions"}}, sessions.map(drawSession))
    : h("p", {class: "hint", data: {key: "no-sessions"}}, "nowhere"),
]

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (!view.open) return null
  return drawerFrame(
    {title: view.title, kind: "account-drawer", label: "Person"},
    facts(view.facts),
    drawRole(view),
    drawSwitch(view),
    drawFolders(view),
    view.problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, view.problem),
    isFormOpen(self) && drawPasswordForm(self),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      !isFormOpen(self) && button("New password…", "open-password"),
      button("Rename…", "rename", {kind: "quiet"}),
      view.sessions.length > 0 && button("End all sessions", "end_all", {kind: "quiet"}),
      button("Remove…", "remove", {kind: "quiet risky"}),
    ),
    drawSessions(view),
  )
}

/** @param {Self} self */
function setPassword(self) {
  const [password, again] = ["password", "again"].map(part => typedIn(self, part))
  self.send("password", {id: self.view.id, password, again})
}

// Each message names the shown person, because the server may already show another one.
/** @type {(name: string) => Action<Self>} */
const ofPerson = name => (self, data) => self.send(name, {id: self.view.id, session: Number(data.session ?? 0)})

/** @param {RenderContext} context */
export function render(context) {
  const beside = drawer(context)
  component(context, {
    ...beside,
    state: /** @returns {State} */ () => ({setsPassword: false, saved: 0}),
    draw,
    onDrawn(/** @type {Self} */ self) {
      const {view, before, state} = self
      if (state.setsPassword && before?.open && before.id !== view.id) {
        state.setsPassword = false
        self.paint()
      }
      beside.onDrawn(self)
    },
    listeners: {
      keydown(self, event) {
        if (event.key === "Enter" && event.target.matches(".person-form input")) setPassword(self)
      },
    },
    actions: {
      ...Object.fromEntries(["rename", "end", "end_all", "remove"].map(name => [name, ofPerson(name)])),
      role: (self, _, {value}) => self.send("role", {id: self.view.id, role: value}),
      enable: (self, _, {checked}) => self.send("enable", {id: self.view.id, on: checked}),
      see_all: (self, _, {checked}) => self.send("see_all", {id: self.view.id, on: checked}),
      see: (self, {folder}, {checked}) => self.send("see", {id: self.view.id, folder: Number(folder), on: checked}),
      "open-password"(self) {
        Object.assign(self.state, {setsPassword: true, saved: self.view.saved})
        self.paint()
        self.focus("[data-part=password]")
      },
      "close-password"(self) {
        self.state.setsPassword = false
        self.paint()
        self.focus("[data-act=open-password]")
      },
      "set-password": setPassword,
    },
  })
}
