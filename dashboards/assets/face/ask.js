// The one dialog: a question or a form. It opens within the key press that asks for it, so no letter is lost; it is a
// step of the history, and it owns the keys while it is open.
import {layer} from "#face/address.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {Form} from "#face/form.js"
import {toast} from "#face/frame.js"
import {layerKeys} from "#face/keys.js"
import {markDialogClosed, mayFocusText, openDialog} from "#face/modal.js"
import {adoptSheets} from "#face/sheets.js"
import {closeButton} from "#face/widgets.js"

const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/** @param {Form} form */
const drawParts = form => {
  const {question} = form
  return [
    h("div", {class: "d-head"}, h("h2", {id: "title"}, question.title), closeButton("Close", {do: "close"})),
    h(
      "div",
      {class: "d-body"},
      [question.text ?? []].flat().map(text => h("p", null, text)),
      question.warning && h("p", {class: "why warning"}, question.warning),
      question.hint && h("p", {class: "hint"}, question.hint),
      form.draw(),
    ),
    h(
      "div",
      {class: "d-foot"},
      h("button", {type: "button", class: "btn", data: {do: "close"}}, "Cancel"),
      h(
        "button",
        {
          type: "submit",
          class: `btn primary${question.risky ? " risky" : ""}`,
          "aria-busy": form.isWaiting ? "true" : null,
          data: {do: "confirm"},
        },
        question.confirm,
      ),
    ),
  ]
}

/**
 * Ask a question; the promise has the values of its fields, or null if the person does not confirm.
 *
 * @param {Question} question
 * @param {(answers: Answers) => Promise<unknown>} [send]
 *   Makes the change: the dialog stays open until it is made, and says why it is refused.
 * @returns {Promise<Answers | null>}
 */
export function ask(question, send) {
  return new Promise(resolve => {
    const before = /** @type {HTMLElement} */ (document.activeElement)
    const own = new Form(question, () => box.open && draw())
    const form = h("form", {method: "dialog", novalidate: true}, drawParts(own))
    const box = h("dialog", {"aria-labelledby": "title", class: "question"}, form)
    const host = h("div", null)
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "dialog.css", "person_field.css", "face.css"])
    root.append(h("div", {class: "ix", style: {height: "auto"}}, box))
    /** @type {Answers | null} */
    let answer = null
    const close = layer(() => {
      forgetKeys()
      box.close()
      markDialogClosed()
      host.remove()
      before?.focus?.({preventScroll: true})
      if (focusedElement() === document.body) window.dispatchEvent(new Event("indexium:list")) // its button has gone
      resolve(answer)
    })
    const openedAt = performance.now()
    const isCalm = () => question.fields?.length > 0 || performance.now() - openedAt >= CALM
    const draw = () => morph(form, drawParts(own))
    const complain = () => {
      draw()
      const wrong = /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"))
      if (box.open) wrong?.focus()
      else if (own.problem) toast(own.problem, {kind: "error"}) // closed before the library has refused it
    }
    const submit = async () => {
      if (own.isWaiting) return
      const answers = await own.settled(draw)
      if (!box.open) return
      if (answers && (!send || (await own.send(answers, send, draw)))) {
        answer = answers
        close()
      } else complain()
    }
    const forgetKeys = layerKeys({
      isReady: () => true,
      table: {Escape: {run: close}, Enter: {run: () => isCalm() && void submit()}},
    })
    form.addEventListener("submit", event => {
      event.preventDefault()
      void submit()
    })
    form.addEventListener("input", event => own.take(/** @type {HTMLInputElement} */ (event.target)))
    form.addEventListener("change", draw)
    form.addEventListener("focusin", event => own.enter(/** @type {HTMLElement} */ (event.target)))
    form.addEventListener("mousedown", event => {
      if (/** @type {Element} */ (event.target).closest("[data-offer]")) event.preventDefault() // the field keeps the focus
    })
    form.addEventListener("keydown", event => {
      if (own.key(event)) {
        event.preventDefault()
        event.stopPropagation()
      } else if (event.key === "Escape") {
        event.preventDefault()
        event.stopPropagation()
        close()
      } else if (event.key === "Enter" && (event.repeat || !isCalm())) event.preventDefault()
    })
    box.addEventListener("click", ({target}) => {
      own.pick(/** @type {Element} */ (target))
      if (target === box || /** @type {Element} */ (target).closest("[data-do=close]")) close()
    })
    box.addEventListener("cancel", event => {
      event.preventDefault()
      close()
    })
    document.body.append(host)
    openDialog(box)
    const field = /** @type {HTMLInputElement | null} */ (form.querySelector(".field input"))
    const first = (mayFocusText() && field) || /** @type {HTMLElement} */ (form.querySelector("[data-do=confirm]"))
    first.focus()
    field?.select()
  })
}
