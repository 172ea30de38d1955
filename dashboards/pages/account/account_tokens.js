// The card with the API tokens of the person. The text of a new one is shown once.
import {h} from "#face/dom.js"
import {button, drawSelect} from "#face/widgets.js"

/** @import {Self} from "./account.js" */

/** @param {OwnTokenView} token */
const drawToken = ({id, name, may, facts, has_ended: hasEnded}) =>
  h(
    "li",
    {class: `session${hasEnded ? " over" : ""}`, data: {key: id}},
    h("span", {class: "what"}, h("b", null, h("bdi", null, name)), h("small", null, may)),
    h("span", {class: "num"}, facts),
    button("Revoke", "revoke-token", {kind: "quiet", data: {id}, "aria-label": `Revoke the token ${name}`}),
  )

/** @type {(choice: ChoiceView, place: number) => HTMLElement} */
const drawPermission = ({value, label}, place) =>
  h(
    "label",
    {class: "tick", data: {key: value}},
    h("input", {type: "checkbox", name: "token-may", value, checked: place === 0, data: {key: `may-${value}`}}),
    label,
  )

/** @type {(self: Self) => Child[]} */
const drawForm = ({view: {tokens}}) => [
  h(
    "div",
    {class: "fields", data: {key: "token-fields"}},
    h(
      "label",
      {class: "field"},
      "Name",
      h("input", {
        type: "text",
        maxlength: "60",
        autocomplete: "off",
        placeholder: "what the token is for",
        data: {token: "name", key: `token-name-${tokens.added}`},
      }),
    ),
    h(
      "label",
      {class: "field"},
      "Ends",
      drawSelect(tokens.days, {data: {token: "days", key: `token-days-${tokens.added}`}}, "90"),
    ),
  ),
  h(
    "div",
    {class: "ticks", role: "group", "aria-label": "The token may", data: {key: `token-may-${tokens.added}`}},
    tokens.may.map(drawPermission),
  ),
  tokens.problem && h("p", {class: "bad-text", role: "alert", data: {key: "token-problem"}}, tokens.problem),
  h(
    "div",
    {class: "acts", data: {key: "token-acts"}},
    button("Add the token", "add-token", {kind: "primary", "data-waits": ""}),
    button("Cancel", "close-token", {kind: "quiet"}),
  ),
]

/** @param {OwnTokensView} tokens */
const drawSecret = ({secret, new_name: name}) =>
  h(
    "div",
    {class: "new-token", role: "status", data: {key: "new-token"}},
    h("p", null, "Keep the text of “", h("bdi", null, name), "” in a safe place. It is not shown again."),
    h("code", {tabindex: "0"}, secret),
    h("div", {class: "acts"}, button("I have kept it", "hide-token", {kind: "primary"})),
  )

/** @type {(self: Self) => boolean} */
const isFormOpen = ({view, state}) => state.addsToken && state.tokens === view.tokens.added

/** @param {Self} self */
export function drawTokens(self) {
  const {tokens} = self.view
  return h(
    "section",
    {class: "card pad own-sessions own-tokens", "aria-label": "API tokens", data: {key: "tokens"}},
    h("h2", null, "API tokens"),
    h("p", {class: "hint"}, "A program signs in with a token, and may do a part of what you may."),
    tokens.rows.length > 0 && h("ul", {class: "sessions", data: {key: "token-list"}}, tokens.rows.map(drawToken)),
    tokens.secret && drawSecret(tokens),
    isFormOpen(self) && drawForm(self),
    !isFormOpen(self) && !tokens.secret && h("div", {class: "acts"}, button("Add a token…", "open-token", {})),
  )
}

/** @type {Record<string, Action<Self>>} */
export const TOKEN_ACTIONS = {
  "open-token"(self) {
    Object.assign(self.state, {addsToken: true, tokens: self.view.tokens.added})
    self.paint()
    self.focus("[data-token=name]")
  },
  "close-token"(self) {
    self.state.addsToken = false
    self.paint()
    self.focus("[data-act=open-token]")
  },
  "add-token"(self) {
    const ticked = [
      .../** @type {NodeListOf<HTMLInputElement>} */ (self.root.querySelectorAll("[name=token-may]:checked")),
    ]
    self.send("add_token", {
      name: self.find("[data-token=name]").value,
      days: self.find("[data-token=days]").value,
      permissions: ticked.map(({value}) => value),
    })
  },
  "revoke-token": (self, {id}) => self.send("revoke_token", {id: Number(id)}),
  "hide-token": self => self.send("hide_token"),
}
