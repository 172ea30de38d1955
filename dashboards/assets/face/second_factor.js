// The second factor of the person who has signed in: an app, its first code, the recovery codes, and the switch.
import {h} from "#face/dom.js"
import {plural} from "#face/wording.js"

/** @param {Values.SecondFactorState} state */
function stateText({is_on: isOn, recovery_codes: codes}) {
  if (!isOn) return "Your sign-in needs the password only."
  return `Your sign-in needs the password, and a code of your app. You have ${plural(codes, "recovery code")} left.`
}

/** The secret in groups of four characters, for a person who types it. @param {string} secret */
const grouped = secret => secret.match(/.{1,4}/g).join(" ")

/** @type {(start: Values.SecondFactorStart, parts: SectionParts) => Child[]} */
const drawStart = ({secret, uri, qr}, {form, drop}) => [
  h("p", null, "Scan the picture with an app for codes, such as Aegis, 2FAS or a password manager."),
  h("img", {
    class: "qr",
    src: `data:image/svg+xml;base64,${btoa(qr)}`,
    alt: "The secret as a QR code",
    width: "200",
    height: "200",
  }),
  h(
    "p",
    {class: "hint"},
    "Without a camera: ",
    h("a", {href: uri}, "open the app on this device"),
    ", or type ",
    h("code", null, grouped(secret)),
    ".",
  ),
  form("confirm-second-factor", undefined, drop("Cancel", {kind: "quiet"})),
]

/** @type {(codes: string[], parts: SectionParts) => Child[]} */
const drawCodes = (codes, {drop}) => [
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
  h("div", {class: "acts"}, drop("I have kept them", {kind: "primary"})),
]

/** @type {SectionSpec<any, {state: Values.SecondFactorState}>} */
export const secondFactor = {
  name: "second-factor",
  title: "Second factor",
  reads: () => ({state: ["second_factor.state", {}]}),
  draw({state}, parts) {
    const [start, codes] = [parts.held("start-second-factor"), parts.held("confirm-second-factor")]
    const body = () => {
      if (codes) return drawCodes(codes, parts)
      if (start) return drawStart(start, parts)
      if (state.is_on) return parts.form("switch-off-second-factor")
      return h("div", {class: "acts"}, parts.act("start-second-factor"))
    }
    return [h("p", {class: "hint"}, stateText(state)), body()]
  },
  actions: [
    {
      act: "start-second-factor",
      needs: "second_factor.start",
      label: "Set up an app…",
      holds: true,
      call: () => ["second_factor.start", {}],
    },
    {
      act: "confirm-second-factor",
      needs: "second_factor.confirm",
      label: "Switch on",
      holds: true,
      asks: () => ({
        title: "Switch the second factor on",
        fields: [
          {
            name: "code",
            label: "The code that the app shows now",
            longest: 10,
            autocomplete: "one-time-code",
            inputmode: "numeric",
          },
        ],
        confirm: "Switch on",
      }),
      call: (_, {code}) => ["second_factor.confirm", {code}],
      done: () => "The second factor is on. Your next sign-in needs a code.",
    },
    {
      act: "switch-off-second-factor",
      needs: "second_factor.switch_off",
      label: "Switch off",
      isQuiet: true,
      asks: () => ({
        title: "Switch the second factor off",
        fields: [{name: "password", kind: "password", label: "Your password", autocomplete: "current-password"}],
        confirm: "Switch off",
      }),
      call: (_, {password}) => ["second_factor.switch_off", {password}],
      done: () => "The second factor is off.",
    },
  ],
}
