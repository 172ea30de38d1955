// The one dialog: a question or a form. It opens within the key press that asks for it, so no letter is lost; it is a
// step of the history, and it owns the keys while it is open.
import {layer} from "#face/address.js"
import {h} from "#face/dom.js"
import {layerKeys} from "#face/keys.js"
import {markDialogClosed, mayFocusText, openDialog} from "#face/modal.js"
import {adoptSheets} from "#face/sheets.js"
import {closeButton} from "#face/widgets.js"

const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/** @param {Question} question */
const drawFields = ({fields = []}) =>
  fields.map(({name, label, value = "", required = true}) =>
    h(
      "label",
      {class: "field"},
      h("span", null, label),
      h("input", {name, value, type: "text", autocomplete: "off", required: required || null}),
      h("span", {class: "bad-text", role: "alert"}),
    ),
  )

/** @param {Question} question */
const drawForm = question =>
  h(
    "form",
    {method: "dialog", novalidate: true},
    h("div", {class: "d-head"}, h("h2", {id: "title"}, question.title), closeButton("Close", {do: "close"})),
    h(
      "div",
      {class: "d-body"},
      [question.text ?? []].flat().map(text => h("p", null, text)),
      question.hint && h("p", {class: "hint"}, question.hint),
      drawFields(question),
    ),
    h(
      "div",
      {class: "d-foot"},
      h("button", {type: "button", class: "btn", data: {do: "close"}}, "Cancel"),
      h(
        "button",
        {type: "submit", class: `btn primary${question.risky ? " risky" : ""}`, data: {do: "confirm"}},
        question.confirm,
      ),
    ),
  )

/** Say at each empty field that it needs a text; return whether all have one. @param {HTMLFormElement} form */
function areFilled(form) {
  const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[required]")])
  for (const field of fields) {
    const isEmpty = !field.value.trim()
    field.setAttribute("aria-invalid", String(isEmpty))
    field.nextElementSibling.textContent = isEmpty ? "Enter a text." : ""
  }
  const first = fields.find(field => !field.value.trim())
  first?.focus()
  return !first
}

/**
 * Ask a question; the promise has the values of its fields, or null if the person does not confirm.
 *
 * @param {Question} question
 * @returns {Promise<Record<string, string> | null>}
 */
export function ask(question) {
  return new Promise(resolve => {
    const before = /** @type {HTMLElement} */ (question.from ?? document.activeElement)
    const form = /** @type {HTMLFormElement} */ (drawForm(question))
    const box = h("dialog", {"aria-labelledby": "title", class: "question"}, form)
    const host = h("div", null)
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "dialog.css"])
    root.append(h("div", {class: "ix", style: {height: "auto"}}, box))
    /** @type {Record<string, string> | null} */
    let answer = null
    const close = layer(() => {
      forgetKeys()
      box.close()
      markDialogClosed()
      host.remove()
      before?.focus?.({preventScroll: true})
      resolve(answer)
    })
    const openedAt = performance.now()
    const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(".field input")])
    const submit = () => {
      if ((!fields.length && performance.now() - openedAt < CALM) || !areFilled(form)) return
      answer = Object.fromEntries(fields.map(({name, value}) => [name, value.trim()]))
      close()
    }
    const forgetKeys = layerKeys({
      isReady: () => true,
      table: {Escape: {run: close}, Enter: {run: submit}},
    })
    form.addEventListener("submit", event => {
      event.preventDefault()
      submit()
    })
    form.addEventListener("keydown", event => {
      if (event.key === "Escape") {
        event.preventDefault()
        event.stopPropagation()
        close()
      } else if (event.key === "Enter" && event.repeat) event.preventDefault()
    })
    box.addEventListener("click", ({target}) => {
      if (target === box || /** @type {Element} */ (target).closest("[data-do=close]")) close()
    })
    box.addEventListener("cancel", event => {
      event.preventDefault()
      close()
    })
    document.body.append(host)
    openDialog(box)
    const first = (mayFocusText() && fields[0]) || /** @type {HTMLElement} */ (form.querySelector("[data-do=confirm]"))
    first.focus()
    fields[0]?.select()
  })
}
