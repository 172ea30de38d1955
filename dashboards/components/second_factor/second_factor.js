// The second factor of the person who signed in: an app, its first code, the recovery codes, and the switch.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @type {(problem: string) => Child} */
const drawProblem = problem => problem && h("p", {class: "bad-text", id: "second-factor-bad", role: "alert"}, problem)

/** @type {(id: string, label: string, problem: string, attributes: object) => HTMLElement} */
const drawField = (id, label, problem, attributes) =>
  h(
    "label",
    {class: "field", data: {key: `field-${id}`}},
    label,
    h("input", {
      id,
      "aria-invalid": problem ? "true" : null,
      "aria-describedby": problem ? "second-factor-bad" : null,
      spellcheck: "false",
      data: {key: id},
      ...attributes,
    }),
  )

/** @type {(start: NewSecretView, problem: string) => Child[]} */
const drawStart = ({secret, uri, picture}, problem) => [
  h("p", null, "Scan the picture with an app for codes, such as Aegis, 2FAS or a password manager."),
  h("img", {class: "qr", src: picture, alt: "The secret as a QR code", width: "200", height: "200"}),
  h(
    "p",
    {class: "hint"},
    "Without a camera: ",
    h("a", {href: uri}, "open the app on this device"),
    ", or type ",
    h("code", null, secret),
    ".",
  ),
  drawField("second-factor-code", "The code that the app shows now", problem, {
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    maxlength: "10",
  }),
  drawProblem(problem),
  h(
    "div",
    {class: "acts", data: {key: "second-factor-acts"}},
    button("Switch on", "confirm-second-factor", {kind: "primary"}),
    button("Cancel", "close-second-factor", {kind: "quiet"}),
  ),
]

/** @type {(codes: string[]) => Child[]} */
const drawCodes = codes => [
  h(
    "p",
    null,
    "Keep these recovery codes in a safe place. Each signs you in once without the app. They are not shown again.",
  ),
  h(
    "ul",
    {class: "recovery-codes", "aria-label": "Recovery codes"},
    codes.map(code => h("li", null, h("code", null, code))),
  ),
  h("div", {class: "acts"}, button("I have kept them", "close-second-factor", {kind: "primary"})),
]

/** @type {(problem: string) => Child[]} */
const drawOff = problem => [
  drawField("second-factor-password", "Your password", problem, {type: "password", autocomplete: "current-password"}),
  drawProblem(problem),
  h("div", {class: "acts"}, button("Switch off", "switch-off-second-factor")),
]

/** @type {(view: SecondFactorView) => Child} */
const drawBody = ({is_on: isOn, start, codes, problem}) => {
  if (codes.length) return drawCodes(codes)
  if (start) return drawStart(start, problem)
  if (isOn) return drawOff(problem)
  return [drawProblem(problem), h("div", {class: "acts"}, button("Set up an app…", "start-second-factor"))]
}

/** @param {SecondFactorView} view */
export const drawSecondFactor = view =>
  h(
    "section",
    {class: "card pad second-factor", "aria-label": "Second factor", data: {key: "second-factor"}},
    h("h2", null, "Second factor"),
    h("p", {class: "hint"}, view.state),
    drawBody(view),
  )

/** @type {Record<string, (self: any) => void>} */
export const SECOND_FACTOR_ACTIONS = {
  "start-second-factor"(self) {
    self.send("start_second_factor", {})
  },
  "confirm-second-factor"(self) {
    self.send("confirm_second_factor", {code: self.find("#second-factor-code").value})
  },
  "switch-off-second-factor"(self) {
    self.send("switch_off_second_factor", {password: self.find("#second-factor-password").value})
  },
  "close-second-factor"(self) {
    self.send("close_second_factor", {})
  },
}
