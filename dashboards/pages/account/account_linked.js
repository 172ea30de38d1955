// The card with the accounts of the OpenID Connect provider with which the person signs in, too.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @import {Self} from "./account.js" */

/** @param {LinkedAccountView} account */
const drawAccount = ({subject, issuer, since}) =>
  h(
    "li",
    {class: "session", data: {key: `${issuer} ${subject}`}},
    h(
      "span",
      {class: "what"},
      h("b", null, h("bdi", null, subject)),
      h("small", null, h("bdi", null, issuer), ` · since ${since}`),
    ),
    button("Remove", "unlink", {kind: "quiet", data: {subject}, "aria-label": `Remove the link to ${subject}`}),
  )

/** @param {LinkedView} linked */
export const drawLinked = ({provider, rows}) =>
  (provider || rows.length > 0) &&
  h(
    "section",
    {class: "card pad linked", "aria-label": "Linked accounts", data: {key: "linked"}},
    h("h2", null, "Linked accounts"),
    h(
      "p",
      {class: "hint"},
      rows.length
        ? "You can sign in with these accounts, too."
        : `You can sign in with an account of ${provider}, too.`,
    ),
    rows.length > 0 && h("ul", {class: "sessions", data: {key: "linked-list"}}, rows.map(drawAccount)),
    provider && h("div", {class: "acts"}, button(`Link an account of ${provider}`, "link", {"data-waits": ""})),
  )

/** Go to the provider. @param {Self} self */
export function onLinkedDrawn({view, before}) {
  const address = view.linked?.address
  if (address && address !== before?.linked?.address) location.assign(address)
}

/** @type {Record<string, Action<Self>>} */
export const LINKED_ACTIONS = {
  link: self => self.send("link"),
  unlink: (self, {subject}) => self.send("unlink", {subject}),
}
