// The question why a picture is rejected: numbered reasons, or a text.
import {h, morph} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {currentPicture, focusIn, hasModifier} from "#face/artwork_state.js"

/** @import {Self} from "#face/artwork_state.js" */

const OTHER = "other"

/** @param {Self} self */
const reasonsOf = ({state: {title}}) => [
  "too dark",
  title.entity_type === "movie" ? "wrong film" : "wrong series",
  "wrong language",
  "poor quality",
  OTHER,
]

/** @param {Self} self */
function paintQuestion(self) {
  const {reason, text} = self.state
  morph(self.rejecting.box, [
    h("h2", {id: "a-why"}, "Why not this one?"),
    h("p", null, "It is not offered again, also after the next look-up. It can be undone."),
    h(
      "div",
      {class: "a-reasons", role: "radiogroup", "aria-labelledby": "a-why"},
      reasonsOf(self).map((name, place) =>
        h(
          "label",
          {class: name === reason ? "a-reason on" : "a-reason", data: {key: name}},
          h("input", {
            type: "radio",
            name: "a-reason",
            value: name,
            checked: name === reason,
            data: {do: "reason", key: "radio"},
          }),
          h("kbd", {"aria-hidden": "true"}, place + 1),
          name === OTHER ? "other…" : name,
        ),
      ),
    ),
    .../** @type {Node[]} */ (
      [
        reason === OTHER &&
          h("input", {
            type: "text",
            class: "a-text",
            value: text,
            maxlength: "200",
            autocomplete: "off",
            placeholder: "The reason",
            "aria-label": "The reason",
            data: {do: "text", key: "text"},
          }),
      ].filter(Boolean)
    ),
    h(
      "div",
      {class: "a-acts"},
      button("Cancel", "", {kind: "quiet", data: {do: "cancel", key: "cancel"}}),
      button("Reject", "", {key: "Enter", data: {do: "reject", key: "reject"}}),
    ),
  ])
}

/** @param {Self} self */
function reject(self) {
  const {reason, text, cursor} = self.state
  self.rejecting.close()
  self.act("reject", cursor, reason === OTHER ? text.trim() : reason)
}

/** @type {(self: Self, reason: string) => void} */
function choose(self, reason) {
  self.state.reason = reason
  paintQuestion(self)
  if (reason === OTHER) /** @type {HTMLElement} */ (self.rejecting.box.querySelector(".a-text")).focus()
}

/** @type {(self: Self, event: KeyboardEvent) => void} */
function onKey(self, event) {
  const target = /** @type {HTMLElement} */ (event.target)
  if (hasModifier(event) || event.isComposing) return
  const reason = reasonsOf(self)[Number(event.key) - 1]
  if (reason && !target.matches(".a-text")) {
    event.preventDefault()
    if (event.repeat) return
    choose(self, reason)
    if (reason !== OTHER) reject(self)
  } else if (event.key === "Enter" && !target.matches("button")) {
    event.preventDefault()
    if (!event.repeat) reject(self)
  }
}

/** Ask why the picture at the cursor is rejected. @param {Self} self */
export function askReason(self) {
  if (!currentPicture(self)) return
  Object.assign(self.state, {reason: "", text: ""})
  paintQuestion(self)
  self.rejecting.open()
  focusIn(self.rejecting.box, "input")
}

/** Let the question react. @param {Self} self */
export function listenToRejection(self) {
  const {box} = self.rejecting
  box.addEventListener("keydown", event => onKey(self, event))
  box.addEventListener("input", event => {
    const {dataset, value} = /** @type {HTMLInputElement} */ (event.target)
    if (dataset.do === "reason") choose(self, value)
    else self.state.text = value
  })
  box.addEventListener("click", event => {
    const target = /** @type {HTMLElement} */ (event.target)
    const name = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do
    if (target === box || name === "cancel") self.rejecting.close()
    else if (name === "reject") reject(self)
  })
}
