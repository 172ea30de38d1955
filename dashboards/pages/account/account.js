// The page of the person who has signed in: a card for each section.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {emptyState, loadingPage} from "#face/widgets.js"
import {drawLinked, LINKED_ACTIONS, onLinkedDrawn} from "./account_linked.js"
import {drawPassword, onPasswordDrawn, PASSWORD_ACTIONS, submitPassword} from "./account_password.js"
import {drawProfile} from "./account_profile.js"
import {drawSessions} from "./account_sessions.js"
import {drawTokens, TOKEN_ACTIONS} from "./account_tokens.js"
import {drawSecondFactor, SECOND_FACTOR_ACTIONS} from "../../components/second_factor/second_factor.js"

/**
 * @typedef {{saved: number, addsToken: boolean, tokens: number}} State
 *   `saved`: how often the password was changed when the form was emptied last. `tokens`: how many tokens were added
 *   when the form for one was opened.
 * @typedef {Component<OwnAccountView, State>} Self
 */

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (view.error) return [h("div", {class: "head"}, h("h1", null, "My account")), emptyState("", view.error)]
  if (!view.profile) return loadingPage("My account")
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", {tabindex: "-1"}, "My account"),
      h("p", null, view.profile.name),
    ),
    h(
      "div",
      {class: "account-cards", data: {key: "cards"}},
      drawProfile(view.profile),
      drawPassword(self),
      drawSecondFactor(view.second_factor),
      drawLinked(view.linked),
      drawSessions(view.sessions),
      drawTokens(self),
    ),
  ]
}

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    state: /** @returns {State} */ () => ({saved: 0, addsToken: false, tokens: 0}),
    draw,
    onDrawn(/** @type {Self} */ self) {
      onPasswordDrawn(self)
      onLinkedDrawn(self)
    },
    listeners: {
      keydown(self, event) {
        if (event.key === "Enter" && event.target.matches(".own-password input")) submitPassword(self)
      },
    },
    actions: {...PASSWORD_ACTIONS, ...SECOND_FACTOR_ACTIONS, ...LINKED_ACTIONS, ...TOKEN_ACTIONS},
  })
}
