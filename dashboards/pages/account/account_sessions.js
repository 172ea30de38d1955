// The card with the browsers in which the person has signed in.
import {h} from "#face/dom.js"
import {button, chip} from "#face/widgets.js"

/** @param {OwnSessionView} session */
const drawSession = ({id, browser, client, address, seen, since, is_here: isHere}) =>
  h(
    "li",
    {class: "session", data: {key: id}},
    h(
      "span",
      {class: "what"},
      h("b", {title: client}, browser),
      isHere && [" ", chip("safe", "this browser", "✓")],
      h("small", null, "from ", h("bdi", null, address), ` · signed in ${since}`),
    ),
    h("span", {class: "num"}, `used ${seen}`),
    isHere
      ? h("span", {class: "none"})
      : button("End", "end", {kind: "quiet", data: {id}, "aria-label": `End the session of ${browser}, used ${seen}`}),
  )

/** @param {OwnSessionsView} sessions */
export const drawSessions = ({rows, others}) =>
  h(
    "section",
    {class: "card pad own-sessions", "aria-label": "Sessions", data: {key: "sessions"}},
    h("h2", null, "Where you are signed in"),
    h("ul", {class: "sessions", data: {key: "list"}}, rows.map(drawSession)),
    others && h("div", {class: "acts"}, button("Sign out everywhere…", "end_all", {})),
  )
