// What a list and a page of sections do in the same way: they are drawn again when the address or a read changes, run
// actions, and send forms. `knownTo`, `show`, `readsAfter`, `settle` and `putBack` are their own.
import {onAddress, place, visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, forget, onNews} from "#face/calls.js"
import {h} from "#face/dom.js"
import {Form, followPeople} from "#face/form.js"
import {currentPage, may, toast} from "#face/frame.js"
import {adoptSheets} from "#face/sheets.js"

/** @template [Row=any], [Head=any] */
export class FacePage {
  /** @type {Map<string, Form>} */
  forms = new Map() // in the page, by their actions

  /**
   * @param {{page: string}} spec
   * @param {ListAction<Row, Head>[]} actions
   * @param {HTMLElement} host
   * @param {string[]} [sheets]
   */
  constructor(spec, actions, host, sheets = ["indexium.css", "face.css"]) {
    this.page = spec.page
    const root = host.attachShadow({mode: "open"})
    adoptSheets(root, ["person_field.css", ...sheets])
    this.root = h("div", {class: "ix"})
    root.append(this.root)
    this.actions = actions.filter(action => may(action.needs ?? ""))
    this.root.addEventListener("click", event => this.onClick(event))
    this.root.addEventListener("change", event => this.onChange(event))
    this.root.addEventListener("input", event => this.onType(/** @type {HTMLInputElement} */ (event.target)))
    this.root.addEventListener("submit", event => this.onSubmit(event))
    followPeople(this.root, target => this.forms.get(target.closest("form")?.dataset.form))
    onAddress(() => this.followAddress())
    onNews(() => this.draw())
  }

  isShown() {
    return currentPage() === this.page
  }

  /** Show the page again after another one. */
  enter() {}

  /** Another page is shown. */
  leave() {}

  followAddress() {
    this.draw()
  }

  draw() {}

  // Actions.

  /** Return what an action may know besides its rows. @param {ListAction<Row, Head>} _action @returns {Head | undefined} */
  knownTo(_action) {
    return undefined
  }

  /** Return the rows that an action means if it names none. @param {ListAction<Row, Head>} _action @returns {Row[]} */
  meantBy(_action) {
    return []
  }

  /** Return the row at the cursor. @returns {Row | undefined} */
  current() {
    return undefined
  }

  /** Return the row in which an element is. @param {Element} _target @returns {Row | undefined} */
  rowAt(_target) {
    return undefined
  }

  /** Show the effect of an action before the library has answered; return what `settle` and `putBack` need. @type {(action: ListAction<Row, Head>, meant: Row[], answers: Answers, head: Head) => any} */
  show() {
    return null
  }

  /** Return the reads whose new values come with the answer. @type {(action: ListAction<Row, Head>, shown: any) => ReadCall[]} */
  readsAfter() {
    return []
  }

  /** Note that the library has made the change. @type {(action: ListAction<Row, Head>, shown: any, made: import("#face/calls.js").Made) => void} */
  settle() {}

  /** Show everything as it was, because the action has failed. @type {(shown: any) => void} */
  putBack() {}

  /**
   * Run an action on the rows that were meant when the key was pressed.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} [meant]
   * @param {Answers} [given] Of a field in the page.
   */
  async run(action, meant = this.meantBy(action), given = {}) {
    const at = place()
    const head = this.knownTo(action)
    const question = action.asks?.(meant, at, head) || null
    const send = (/** @type {Answers} */ answers) =>
      this[action.preview ? "preview" : "perform"](action, meant, {...given, ...answers}, {at, head, question})
    if (question && (question.stays || action.preview)) {
      await ask(question, send)
      return
    }
    const answers = question ? await ask(question) : {}
    if (!answers) return
    const work = action.run ? Promise.resolve(action.run(meant, at, head, given)) : send(answers)
    await work.catch(error => toast(error.message, {kind: "error"}))
  }

  /**
   * Show what the change of an action would do, and make it when a person confirms it; return whether it is made.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} meant
   * @param {Answers} answers
   * @param {{at: Route, head: Head, question: Question | null}} asked
   */
  async preview(action, meant, answers, asked) {
    const [name, args] = action.call(meant, answers, asked.at, asked.head)
    const effect = await call(name, /** @type {any} */ ({...args, dry_run: true}))
    const question = action.preview(meant, answers, effect)
    if (!question) throw new Error("Nothing changes.")
    return Boolean(await ask(question, () => this.perform(action, meant, answers, asked)))
  }

  /**
   * Make the change of an action. The page shows it before the library has answered; an error puts it back.
   *
   * @param {ListAction<Row, Head>} action
   * @param {Row[]} meant
   * @param {Answers} answers
   * @param {{at: Route, head: Head, question: Question | null}} asked
   */
  async perform(action, meant, answers, {at, head, question}) {
    const [name, args] = action.call(meant, answers, at, head)
    const shown = this.show(action, meant, answers, head)
    this.draw()
    try {
      const isSecret = action.holds || Boolean(question?.fields?.some(({kind}) => kind === "password"))
      const made = await change(name, args, {also: this.readsAfter(action, shown), isSecret})
      const {value} = made
      if (action.leads) {
        location.assign(action.leads(value)) // nothing is read meanwhile
        return
      }
      const text = action.done?.(value, meant) ?? value?.text
      if (text) toast(text, {undo: value?.step_id ?? null})
      this.settle(action, shown, made)
      if (action.visits) visit(action.visits(value, meant))
    } catch (error) {
      this.putBack(shown)
      throw error
    } finally {
      this.draw()
    }
  }

  /** Run an action that was clicked, or whose field was changed. @type {(act: string, row?: Row, given?: Answers) => void} */
  press(act, row, given = {}) {
    const action = this.actions.find(
      each => each.act === act && (each.when?.(row ?? this.current(), place(), this.knownTo(each)) ?? true),
    )
    if (action) void this.run(action, row && [row], given)
  }

  // Forms in the page.

  /** Return the form of an action that stands in the page; null if the person may not use it. @param {string} act */
  formOf(act) {
    const action = this.actions.find(each => each.act === act)
    const question = action?.asks([], place(), this.knownTo(action))
    if (!question) return null
    const form = this.forms.get(act) ?? new Form(question, () => this.draw())
    form.question = question
    this.forms.set(act, form)
    return form
  }

  /** @param {string} act */
  async sendForm(act) {
    const form = this.formOf(act)
    const action = this.actions.find(each => each.act === act)
    const asked = {at: place(), head: this.knownTo(action), question: form.question}
    const send = (/** @type {Answers} */ given) => this.perform(action, [], given, asked)
    const answers = form.isWaiting ? null : await form.settled()
    if (answers && (await form.send(answers, send, () => this.draw()))) this.forms.delete(act)
    this.draw()
    /** @type {HTMLElement | null} */
    const wrong = this.root.querySelector(`[data-form="${act}"] [aria-invalid=true]`)
    wrong?.focus()
  }

  /** The form of an action in the page. @type {(act: string, ...more: Child[]) => HTMLElement | null} */
  drawForm(act, ...more) {
    const form = this.formOf(act)
    if (!form) return null
    const {title, confirm, hint} = form.question
    return h(
      "form",
      {class: "page-form", novalidate: true, "aria-label": title, data: {form: act, key: `form-${act}-${form.number}`}},
      form.draw(),
      h(
        "div",
        {class: "acts", data: {key: "acts"}},
        h("button", {type: "submit", class: "btn primary", "aria-busy": form.isWaiting ? "true" : null}, confirm),
        more,
        hint && h("span", {class: "hint"}, hint),
      ),
    )
  }

  // What a person clicks and types.

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-act], a[href]")
    if (target instanceof HTMLAnchorElement) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
      if (target.origin !== location.origin) return // another program opens it
      event.preventDefault()
      visit(target.getAttribute("href"))
    } else if (target instanceof HTMLElement) this.onAct(target, event)
  }

  /** @type {(target: HTMLElement, event: MouseEvent) => void} */
  onAct(target, event) {
    const {act} = target.dataset
    const isLabel = target instanceof HTMLLabelElement && !(event.target instanceof HTMLInputElement)
    if (isLabel) event.preventDefault() // it would click its field, too
    const row = this.rowAt(target)
    const own = this.ownActs(target, event, row)
    if (own[act]) own[act]()
    else this.press(act, row, target.dataset)
  }

  /** Return what clicks do that are no action of the declaration. @type {(target?: HTMLElement, event?: MouseEvent, row?: Row) => Record<string, () => unknown>} */
  ownActs() {
    return {"read-again": () => forget(() => true)}
  }

  /** @param {Event} event */
  onChange(event) {
    const target = /** @type {HTMLInputElement} */ (event.target)
    const {value, checked, dataset} = target
    if (dataset.change) this.press(dataset.change, this.rowAt(target), {...dataset, value, checked})
    else if (this.onType(target)) this.draw()
  }

  /** Take what a person types into a form of the page; return whether it is one. @param {HTMLInputElement} target */
  onType(target) {
    const form = this.forms.get(target.form?.dataset.form)
    form?.take(target)
    return Boolean(form)
  }

  /** Send a form of the page. @param {SubmitEvent} event */
  onSubmit(event) {
    const {dataset} = /** @type {HTMLFormElement} */ (event.target)
    event.preventDefault()
    if (dataset.form) void this.sendForm(dataset.form)
  }
}
