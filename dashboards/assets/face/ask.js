// The one dialog: a question or a form. It opens within the key press that asks for it, so no letter is lost; it is a
// step of the history, and it owns the keys while it is open.
import {layer} from "#face/address.js"
import {call, onNews} from "#face/calls.js"
import {drawTypedWord, isTyped} from "#face/dialog_sections.js"
import {focusedElement, h, morph} from "#face/dom.js"
import {Form, followPeople} from "#face/form.js"
import {toast} from "#face/frame.js"
import {hideBroken} from "#face/images.js"
import {layerKeys} from "#face/keys.js"
import {markDialogClosed, mayFocusText, openDialog} from "#face/modal.js"
import {adoptSheets} from "#face/sheets.js"
import {closeButton} from "#face/widgets.js"

const CALM = 400 // milliseconds after opening in which Enter is ignored: it probably opened the dialog

/** What a question shows from the library, and the word that a person types. */
class Shown {
  /** @type {any} */
  found // the newest value; undefined until it is read
  /** @type {any} */
  first // the value that is confirmed, whatever a turned page tells later; undefined until it is read
  firstAt = 0 // when that came, in milliseconds
  error = ""
  typed = ""
  /** @type {Record<string, string>} */
  turned = {} // pages of lists by name
  /** @type {Record<string, string>} */
  asked = {} // what else a person has asked for

  isOpen = true
  isActing = false // an act of a section changes what is asked about

  /**
   * @param {Question} question
   * @param {() => void} onChange
   */
  constructor(question, onChange) {
    this.question = question
    this.onChange = onChange
  }

  /** Return whether the library is asked for what the question shows. */
  isRead() {
    return Boolean(this.question.reads ?? this.question.works)
  }

  /** Read what the question shows; the answer to an earlier page is dropped. */
  async read() {
    const {turned} = this
    const answer = await this.newest().then(
      found => ({found, error: ""}),
      error => ({error: error.message}),
    )
    if (turned !== this.turned) return
    Object.assign(this, answer)
    if (this.first === undefined && !this.error) Object.assign(this, {first: this.found, firstAt: performance.now()})
    this.onChange()
  }

  /** Return what the library finds. */
  newest() {
    const {reads, works} = this.question
    if (works)
      return works(
        found => this.tell(found),
        () => this.isOpen,
      )
    return this.answerTo(reads({...this.turned, ...this.asked}, this.first))
  }

  /** @param {ReadCall | Promise<ReadCall>} own */
  async answerTo(own) {
    const [name, args, want] = await own
    return call(name, args, want)
  }

  /** Show what work has found until now. @param {any} found */
  tell(found) {
    if (!this.isOpen) return
    this.found = found
    this.onChange()
  }

  /** Show another part of a list: its page, or another choice of rows. @param {Record<string, string>} parts */
  turn(parts) {
    this.turned = {...this.turned, ...parts}
    if (this.question.works) this.onChange()
    else void this.read()
  }

  /** Do what a button of a section is for. @type {(name: string, close: () => void) => Promise<void>} */
  async act(name, close) {
    const own = this.question.acts?.[name]
    if (!own) this.change(name)
    if (!own || !this.takesActs()) return
    this.isActing = true
    this.onChange()
    try {
      if (await own(this.first, close)) this.readAgain()
    } catch (error) {
      this.error = /** @type {Error} */ (error).message
    }
    this.isActing = false
    if (this.isOpen) this.onChange()
  }

  /** Return whether the buttons of the sections mean what is shown: not while it is read again. */
  takesActs() {
    return this.first !== undefined && !this.isActing
  }

  /** Ask about something else: what `reads` makes of the name of an act. @param {string} name */
  change(name) {
    this.asked = {...this.asked, [name]: "1"}
    this.readAgain()
  }

  /** Read everything again, because the library has refused what was shown: the word belonged to that. */
  readAgain() {
    if (!this.question.reads) return
    Object.assign(this, {first: undefined, typed: "", turned: {}})
    void this.read()
  }

  /** Return answers with what they get from the value that was shown. @param {Answers | null} given @returns {Answers | null} */
  complete(given) {
    return given && {...given, ...this.question.answers?.(this.first, this.asked)}
  }

  get word() {
    const value = this.first ?? this.found
    return (value !== undefined && this.question.typed?.(value)) || null
  }

  get title() {
    const {title, titleOf} = this.question
    return titleOf && this.first !== undefined ? titleOf(this.first) : title
  }

  /** Return whether what is confirmed has been shown, and the word is typed. @param {Answers} answers */
  isReady(answers) {
    if (this.isActing || (this.isRead() && this.first === undefined)) return false
    if (this.instead) return true
    if (!this.confirm(answers) || this.question.allows?.(this.first, answers) === false) return false
    return !this.word || isTyped(this.word, this.typed)
  }

  /** Return the buttons beside the one that confirms. */
  others() {
    return (this.first !== undefined && this.question.others?.(this.first)) || []
  }

  /** Do what another button does; return whether it is the answer. @param {string} act */
  isAnswer(act) {
    const {run} = this.others().find(each => each.act === act)
    run?.()
    return !run
  }

  /** Return the text of the button that confirms; "" if there is nothing to confirm. @param {Answers} answers */
  confirm(answers) {
    const {confirm, confirmOf} = this.question
    if (this.instead) return this.instead.label
    return confirmOf && this.first !== undefined ? confirmOf(this.first, answers) : confirm
  }

  /** What the button does in place of confirming. */
  get instead() {
    return (this.first !== undefined && this.question.insteadOf?.(this.first)) || null
  }

  /** Do what the button does in place of confirming; return whether it does. @type {(form: Form, close: () => void) => boolean} */
  actInstead(form, close) {
    const {instead} = this
    if (!instead) return false
    form.problem = ""
    void this.act(instead.act, close)
    return true
  }

  /** Return whether there is something to confirm: otherwise no field and no word is asked for. @param {Answers} answers */
  asks(answers) {
    return Boolean(this.confirm(answers)) && !this.instead
  }

  /** Return whether an Enter can mean this question: one that comes sooner was for what stood there before. */
  isCalm() {
    return performance.now() - this.firstAt >= CALM
  }

  /** @param {Answers} answers */
  draw(answers) {
    const {parts} = this.question
    if (!this.isRead()) return parts?.(undefined, this.turned, answers)
    const error =
      this.error &&
      h(
        "div",
        {class: "complain warning", role: "alert", data: {key: "unread"}},
        `${this.error} `,
        h("button", {type: "button", class: "btn link", data: {do: "retry"}}, "Try again"),
      )
    if (this.found !== undefined) return [error, parts?.(this.found, this.turned, answers)]
    return error || (parts && h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading")))
  }

  drawWord() {
    return this.word && !this.instead && drawTypedWord(this.word, this.typed)
  }
}

/** @type {(form: Form, shown: Shown) => HTMLElement} */
const drawFoot = ({question, isWaiting, answers}, shown) => {
  const confirm = shown.confirm(answers)
  return h(
    "div",
    {class: "d-foot"},
    h("button", {type: "button", class: "btn", data: {do: "close"}}, confirm ? (question.back ?? "Cancel") : "Close"),
    shown
      .others()
      .map(({label, act}) =>
        h("button", {type: "button", class: "btn", data: {do: "other", name: act, key: act}}, label),
      ),
    confirm &&
      h(
        "button",
        {
          type: "submit",
          class: `btn primary${(question.risky || shown.word) && !shown.instead ? " risky" : ""}`,
          disabled: !shown.isReady(answers) || null,
          "aria-busy": isWaiting ? "true" : null,
          data: {do: "confirm"},
        },
        confirm,
      ),
  )
}

/** @type {(form: Form, shown: Shown) => HTMLElement[]} */
const drawParts = (form, shown) => {
  const {question, answers} = form
  const fields = shown.asks(answers) && form.draw(shown.first ?? shown.found ?? (shown.error ? null : undefined))
  return [
    h(
      "div",
      {class: "d-head"},
      h("h2", {id: "title", tabindex: "-1"}, shown.title),
      closeButton("Close", {do: "close"}),
    ),
    h(
      "div",
      {class: "d-body"},
      [question.text ?? []].flat().map(text => h("p", null, text)),
      question.warning && h("p", {class: "why warning"}, question.warning),
      question.hint && h("p", {class: "hint"}, question.hint),
      shown.draw(answers),
      !question.typed && fields,
      shown.first !== undefined && question.below?.(shown.first, answers, shown.turned),
    ),
    // On a phone, the field for the word stays visible with the button that it enables.
    question.typed
      ? h(
          "div",
          {class: "d-end"},
          fields && h("div", {class: "d-ask"}, shown.drawWord(), fields),
          drawFoot(form, shown),
        )
      : drawFoot(form, shown),
  ]
}

/** A person who types beside the fields means the first of them, and no button. @type {(form: HTMLFormElement, event: KeyboardEvent) => void} */
function typeIntoField(form, {key, target, ctrlKey, metaKey, altKey, isComposing}) {
  const isText = key.length === 1 && key !== " " && !(ctrlKey || metaKey || altKey || isComposing)
  if (!isText || !(/** @type {Element} */ (target).matches("button, dialog, h2"))) return
  if (form.querySelector("[data-key=reading]")) return // the field for the word may come
  /** @type {HTMLElement | null} */
  const field = form.querySelector(".field input")
  field?.focus()
}

/** Escape closes the dialog, Ctrl+Enter confirms, and an early Enter does nothing. @type {(event: KeyboardEvent, does: {close: () => void, isCalm: () => boolean, submit: () => void}) => void} */
function onKeyInForm(event, {close, isCalm, submit}) {
  if (event.key === "Escape") {
    event.preventDefault()
    event.stopPropagation()
    close()
  } else if (event.key === "Enter" && (event.repeat || !isCalm())) event.preventDefault()
  else if (event.key === "Enter" && event.ctrlKey) submit()
}

/** Draw a question; the buttons of its sections wait while it is read again. @type {(form: HTMLFormElement, own: Form, shown: Shown) => void} */
function drawForm(form, own, shown) {
  morph(form, drawParts(own, shown))
  if (!shown.isRead() || shown.takesActs()) return
  for (const each of form.querySelectorAll("[data-do=act]")) each.setAttribute("aria-disabled", "true")
}

/** Focus the first field, or the button that confirms. @param {HTMLFormElement} form */
function focusFirst(form) {
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector(".field input"))
  const button = /** @type {HTMLElement} */ (form.querySelector("[data-do=confirm]:not(:disabled)"))
  const first = (mayFocusText() && field) || button
  first?.focus()
  field?.select()
}

/** Focus the first field, unless a person has gone to one. @type {(form: HTMLFormElement, root: ShadowRoot) => void} */
function focusUnlessUsed(form, {activeElement: used}) {
  if (!used || used.matches("h2, dialog")) focusFirst(form)
}

/** @param {HTMLFormElement} form */
const focusTitle = form => /** @type {HTMLElement} */ (form.querySelector("h2")).focus()

/** Focus the first field; the title, if what is read decides what can be typed. @type {(form: HTMLFormElement, shown: Shown) => void} */
function focusAtStart(form, shown) {
  const {typed, fields} = shown.question
  if (shown.isRead() && (typed || !fields || !mayFocusText())) focusTitle(form)
  else focusFirst(form)
}

/** Show other rows of a list, if the element chooses them. @type {(target: HTMLSelectElement, shown: Shown) => boolean} */
function chooseRows({value, dataset: {do: act, list}}, shown) {
  if (act !== "choose") return false
  shown.turn({[list]: "1", [`${list}-shown`]: value})
  return true
}

/** @type {(event: MouseEvent, shown: Shown, close: () => void, choose: (act: string) => void) => void} */
function onClick({target, currentTarget: box}, shown, close, choose) {
  const button = /** @type {Element} */ (target).closest("[data-do]")
  const {do: act, list, page, name} = button instanceof HTMLElement ? button.dataset : {}
  if (act === "other") choose(name)
  else if (target === box || act === "close") close()
  else if (act === "turn") shown.turn({[list]: page})
  else if (act === "act") void shown.act(name, close)
  else if (act === "retry") void shown.read()
}

/** Show why the answers are not taken. A field that has the focus keeps its text: not the word. @type {(form: HTMLFormElement, shown: Shown, draw: () => void, isRefused: boolean) => void} */
function showProblem(form, shown, draw, isRefused) {
  if (isRefused) shown.readAgain()
  const {typed} = shown
  draw()
  /** @type {HTMLInputElement | null} */
  const word = form.querySelector("[data-do=type]")
  if (word && word.value !== typed) word.value = typed
  /** @type {HTMLElement | null} */
  const wrong = form.querySelector("[aria-invalid=true]")
  wrong?.focus()
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
    const shown = new Shown(question, () => onRead())
    const form = h("form", {method: "dialog", novalidate: true}, drawParts(own, shown))
    const box = h("dialog", {"aria-labelledby": "title", class: question.isWide ? "question wide" : "question"}, form)
    const host = h("div", null)
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["indexium.css", "dialog.css", "person_field.css", "face.css"])
    root.append(h("div", {class: "ix", style: {height: "auto"}}, box))
    /** @type {Answers | null} */
    let answer = null
    const close = layer(() => {
      forgetKeys()
      forgetNews()
      shown.isOpen = false
      box.close()
      markDialogClosed()
      host.remove()
      before?.focus?.({preventScroll: true})
      if (focusedElement() === document.body) window.dispatchEvent(new Event("indexium:list")) // its button has gone
      resolve(answer)
    })
    shown.firstAt = performance.now()
    // A field that needs a text stops an early Enter.
    const isCalm = () => question.fields?.some(({required = true}) => required) || shown.isCalm()
    const draw = () => {
      const {activeElement: used} = root
      drawForm(form, own, shown)
      if (used && !used.isConnected) focusTitle(form)
    }
    const complain = (/** @type {boolean} */ isRefused) => {
      if (box.open) showProblem(form, shown, draw, isRefused)
      else if (own.problem) toast(own.problem, {kind: "error"}) // closed before the library has refused it
    }
    const submit = async () => {
      if (own.isWaiting || !shown.isReady(own.answers) || shown.actInstead(own, close)) return
      const answers = shown.complete(await own.settled())
      if (!box.open) return
      if (answers && (!send || (await own.send(answers, send, draw)))) {
        answer = answers
        close()
      } else complain(Boolean(answers && own.problem))
    }
    const choose = (/** @type {string} */ act) => {
      if (!shown.isAnswer(act)) return draw()
      answer = {act}
      return close()
    }
    const follow = () => box.open && (question.isOver?.() ? close : draw)()
    const forgetKeys = layerKeys({
      isReady: () => true,
      table: {Escape: {run: close}, Enter: {run: () => isCalm() && void submit()}},
    })
    const forgetNews = onNews(follow) // what is drawn may have reads of its own
    followPeople(form, () => own)
    hideBroken(form)
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
    form.addEventListener("change", ({target}) => {
      if (!chooseRows(/** @type {HTMLSelectElement} */ (target), shown)) draw()
    })
    form.addEventListener("keydown", event => onKeyInForm(event, {close, isCalm, submit}))
    box.addEventListener("click", event => onClick(event, shown, close, choose))
    box.addEventListener("keydown", event => typeIntoField(form, event))
    box.addEventListener("cancel", event => {
      event.preventDefault()
      close()
    })
    document.body.append(host)
    openDialog(box)
    /** @type {any} */
    let known // the value for which the first field had the focus
    function onRead() {
      if (question.fieldsOf && shown.first !== undefined) own.begin(question.fieldsOf(shown.first))
      draw()
      if (shown.first === undefined) return // there is nothing to confirm yet
      if (shown.first !== known && box.open) focusUnlessUsed(form, root)
      known = shown.first
    }
    if (shown.isRead()) void shown.read()
    focusAtStart(form, shown)
  })
}
