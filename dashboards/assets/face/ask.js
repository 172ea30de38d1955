// The one dialog: a question or a form. It opens within the key press that asks for it, so no letter is lost; it is a
// step of the history, and it owns the keys while it is open.
import {layer} from "#face/address.js"
import {call} from "#face/calls.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {Form} from "#face/form.js"
import {toast} from "#face/frame.js"
import {layerKeys} from "#face/keys.js"
import {markDialogClosed, mayFocusText, openDialog} from "#face/modal.js"
import {adoptSheets} from "#face/sheets.js"
import {closeButton} from "#face/widgets.js"

const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/** @param {string} text */
const folded = text => text.trim().replace(/\s+/g, " ").toLowerCase()

/** What a question shows from the library, and the word that a person types. */
class Shown {
  /** @type {any} */
  found // undefined until it is read
  error = ""
  typed = ""
  /** @type {Record<string, string>} */
  turned = {} // pages of lists by name

  /**
   * @param {Question} question
   * @param {() => void} onChange
   */
  constructor(question, onChange) {
    this.question = question
    this.onChange = onChange
  }

  /** Read what the question shows; the answer to an earlier page is dropped. */
  async read() {
    const {reads} = this.question
    if (!reads) return
    const asked = JSON.stringify(this.turned)
    try {
      const [name, args, want] = reads(this.turned)
      const found = await call(name, args, want)
      if (asked === JSON.stringify(this.turned)) Object.assign(this, {found, error: ""})
    } catch (/** @type {any} */ error) {
      this.error = error.message
    }
    this.onChange()
  }

  get word() {
    return (this.found !== undefined && this.question.typed?.(this.found)) || null
  }

  /** Return whether all of it is shown, and the word is typed. */
  isReady() {
    if (this.question.reads && this.found === undefined) return false
    return !this.word || folded(this.typed) === folded(this.word.word)
  }

  draw() {
    const {reads, parts} = this.question
    if (this.error) return h("p", {class: "bad-text", role: "alert", data: {key: "unread"}}, this.error)
    if (reads && this.found === undefined)
      return h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
    return parts?.(this.found)
  }

  drawWord() {
    if (!this.word) return null
    const {before, word, after} = this.word
    return h(
      "label",
      {class: "field typed danger", data: {key: "typed"}},
      h("span", null, before, " ", h("code", null, word), " ", after),
      h("input", {
        type: "text",
        value: this.typed,
        autocomplete: "off",
        autocapitalize: "none",
        autocorrect: "off",
        spellcheck: "false",
        "aria-invalid": this.typed && !this.isReady() ? "true" : null,
        data: {do: "type", key: "typed-in"},
      }),
    )
  }
}

/** @type {(form: Form, shown: Shown) => HTMLElement} */
const drawFoot = ({question, isWaiting}, shown) =>
  h(
    "div",
    {class: "d-foot"},
    h("button", {type: "button", class: "btn", data: {do: "close"}}, question.back ?? "Cancel"),
    h(
      "button",
      {
        type: "submit",
        class: `btn primary${question.risky ? " risky" : ""}`,
        disabled: !shown.isReady() || null,
        "aria-busy": isWaiting ? "true" : null,
        data: {do: "confirm"},
      },
      question.confirm,
    ),
  )

/** @type {(form: Form, shown: Shown) => HTMLElement[]} */
const drawParts = (form, shown) => {
  const {question} = form
  const fields = form.draw()
  return [
    h(
      "div",
      {class: "d-head"},
      h("h2", {id: "title", tabindex: "-1"}, question.title),
      closeButton("Close", {do: "close"}),
    ),
    h(
      "div",
      {class: "d-body"},
      [question.text ?? []].flat().map(text => h("p", null, text)),
      question.warning && h("p", {class: "why warning"}, question.warning),
      question.hint && h("p", {class: "hint"}, question.hint),
      shown.draw(),
      !question.reads && fields,
    ),
    // On a phone, the field for the word stays visible with the button that it enables.
    question.reads
      ? h("div", {class: "d-end"}, h("div", {class: "d-ask"}, shown.drawWord(), fields), drawFoot(form, shown))
      : drawFoot(form, shown),
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
    const own = new Form(question)
    const shown = new Shown(question, () => onRead())
    const form = h("form", {method: "dialog", novalidate: true}, drawParts(own, shown))
    const box = h("dialog", {"aria-labelledby": "title", class: "question"}, form)
    const host = h("div", null)
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "dialog.css", "face.css"])
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
    const draw = () => morph(form, drawParts(own, shown))
    const submit = async () => {
      if (own.isWaiting || !shown.isReady()) return
      const given = own.result()
      const answers = given && {...given, ...question.answers?.(shown.found)}
      if (answers && (!send || (await own.send(answers, send, draw)))) {
        answer = answers
        close()
      } else if (box.open) {
        draw()
        const wrong = /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"))
        wrong?.focus()
      } else toast(own.problem, {kind: "error"}) // closed before the library has refused it
    }
    const forgetKeys = layerKeys({
      isReady: () => true,
      table: {Escape: {run: close}, Enter: {run: () => isCalm() && void submit()}},
    })
    form.addEventListener("submit", event => {
      event.preventDefault()
      void submit()
    })
    form.addEventListener("input", event => {
      const target = /** @type {HTMLInputElement} */ (event.target)
      own.take(target)
      if (target.dataset.do !== "type") return
      shown.typed = target.value
      draw()
    })
    form.addEventListener("change", draw)
    form.addEventListener("keydown", event => {
      if (event.key === "Escape") {
        event.preventDefault()
        event.stopPropagation()
        close()
      } else if (event.key === "Enter" && (event.repeat || !isCalm())) event.preventDefault()
    })
    box.addEventListener("click", ({target}) => {
      const button = /** @type {Element} */ (target).closest("[data-do]")
      const {do: act, list, page} = button instanceof HTMLElement ? button.dataset : {}
      if (target === box || act === "close") close()
      if (act !== "turn") return
      shown.turned = {...shown.turned, [list]: page}
      void shown.read()
    })
    box.addEventListener("cancel", event => {
      event.preventDefault()
      close()
    })
    document.body.append(host)
    openDialog(box)
    const focusFirst = () => {
      const field = /** @type {HTMLInputElement | null} */ (form.querySelector(".field input"))
      const button = /** @type {HTMLElement} */ (form.querySelector("[data-do=confirm]:not(:disabled)"))
      const first = (mayFocusText() && field) || button
      first?.focus()
      field?.select()
    }
    let isFirst = true
    function onRead() {
      draw()
      if (isFirst && box.open) focusFirst()
      isFirst = false
    }
    if (question.reads) {
      /** @type {HTMLElement} */
      form.querySelector("h2").focus()
      void shown.read()
    } else focusFirst()
  })
}
