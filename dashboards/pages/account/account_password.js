// The card with the form for a new password. It keeps no text: the fields are emptied after the change.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @import {Self} from "./account.js" */

/** @type {(self: Self, part: string) => HTMLInputElement} */
const fieldOf = (self, part) => self.find(`[data-part=${part}]`)

/** @type {(self: Self, label: string, part: string, complete: string, hint?: string) => HTMLElement} */
const drawField = (self, label, part, complete, hint) =>
  h(
    "label",
    {class: "field", data: {key: part}},
    label,
    h("input", {
      type: "password",
      autocomplete: complete,
      maxlength: "1000",
      placeholder: hint,
      value: fieldOf(self, part)?.value ?? "", // what is typed stays while the page is drawn again
      data: {part, key: `part-${part}`},
    }),
  )

/** @param {Self} self */
export function drawPassword(self) {
  const {name, problem} = self.view.password
  return h(
    "section",
    {class: "card pad own-password", "aria-label": "Password", data: {key: "password"}},
    h("h2", null, "Password"),
    h(
      "div",
      {class: "fields", data: {key: "fields"}},
      h("input", {type: "text", value: name, autocomplete: "username", hidden: true, data: {key: "user"}}),
      drawField(self, "Present password", "current", "current-password"),
      drawField(self, "New password", "password", "new-password", "at least 8 characters"),
      drawField(self, "New password, once more", "again", "new-password"),
    ),
    problem && h("p", {class: "bad-text", role: "alert", data: {key: "problem"}}, problem),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      button("Change the password", "change-password", {kind: "primary", "data-waits": ""}),
      h("span", {class: "hint"}, "Your other browsers have to sign in again."),
    ),
  )
}

/** @param {Self} self */
export function submitPassword(self) {
  const parts = ["current", "password", "again"]
  self.send("password", Object.fromEntries(parts.map(part => [part, fieldOf(self, part).value])))
}

/** After a change, the fields are emptied. @param {Self} self */
export function onPasswordDrawn(self) {
  const {view, state} = self
  if (!view.password || view.password.saved === state.saved) return
  state.saved = view.password.saved
  for (const field of self.root.querySelectorAll("[data-part]")) /** @type {HTMLInputElement} */ (field).value = ""
}

/** @type {Record<string, Action<Self>>} */
export const PASSWORD_ACTIONS = {"change-password": submitPassword}
