// What a list and a page of sections do in the same way: they are drawn again when the address or a read changes, run
// actions, and send forms. `knownTo`, `show`, `readsAfter`, `settle` and `putBack` are their own.
import {go, onAddress, place, visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, forget, onNews} from "#face/calls.js"
import {h} from "#face/dom.js"
import {Form, followPeople} from "#face/form.js"
import {currentPage, may, toast} from "#face/frame.js"
import {adoptSheets} from "#face/sheets.js"
import {button, pageIn, typedPage} from "#face/widgets.js"

/** @template [Row=any], [Head=any] */
export class FacePage {
  /** @type {Map<string, Form>} */
  forms = new Map() // in the page, by their actions
  leadsTo = "" // the address that is shown as soon as the dialog of the action is closed

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
    if (action.isForm) {
      this.openForm(action, meant[0])
      return
    }
    const at = place()
    const head = this.knownTo(action)
    const question = action.asks?.(meant, at, head) || null
    const send = (/** @type {Answers} */ answers) =>
      this[action.preview ? "preview" : "perform"](action, meant, {...given, ...answers}, {at, head, question})
    if (question && (question.stays || action.preview)) {
      await ask(question, send)
      this.leaveTo()
      return
    }
    const answers = question ? await ask(question) : {}
    if (!answers) return
    const work = action.run ? this.work(action, meant, given, {at, head}) : send(answers)
    await work.catch(error => this.tellRefusal(action, meant, given, error))
    this.leaveTo()
  }

  /** Show the page to which the action has led. */
  leaveTo() {
    const to = this.leadsTo
    this.leadsTo = ""
    if (to) visit(to)
  }

  /** Do what an action does in place of a call. @type {(action: ListAction<Row, Head>, meant: Row[], given: Answers, asked: {at: Route, head: Head}) => Promise<any>} */
  async work(action, meant, given, {at, head}) {
    return action.run(meant, at, head, given)
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
    const weighing = this.weighing(action, meant, answers, asked)
    const effect = weighing && (await call(weighing[0], /** @type {any} */ (weighing[1])))
    const question = weighing ? action.preview(meant, answers, effect) : false
    if (question === null) throw new Error("Nothing changes.")
    if (!question) {
      await this.perform(action, meant, answers, asked)
      return true
    }
    const isMade = Boolean(await ask(question, () => this.perform(action, meant, answers, asked)))
    if (!isMade) this.showStored()
    return isMade
  }

  /** Return the call that tells what the change of an action would do; null: nothing that a person has to know. @type {(action: ListAction<Row, Head>, meant: Row[], answers: Answers, asked: {at: Route, head: Head}) => CallOf | null} */
  weighing(action, meant, answers, {at, head}) {
    if (action.weighs) return action.weighs(meant, answers)
    const [name, args] = action.call(meant, answers, at, head)
    return /** @type {any} */ ([name, {...args, dry_run: true}])
  }

  /** Show again what is stored, because a person does not make the change of a field. */
  showStored() {}

  /** Say why an action was refused. @type {(action: ListAction<Row, Head>, meant: Row[], given: Answers, error: Error) => void} */
  tellRefusal({act}, _meant, _given, {message}) {
    toast(message, {kind: "error", topic: act})
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
      const isSecret = action.holds === true || Boolean(question?.fields?.some(({kind}) => kind === "password"))
      const made = await change(name, args, {also: this.readsAfter(action, shown), isSecret, want: action.want})
      const {value} = made
      window.dispatchEvent(new CustomEvent("indexium:cleared", {detail: action.act})) // an earlier refusal is history
      if (action.leads) {
        location.assign(action.leads(value)) // nothing is read meanwhile
        return
      }
      const told = action.done?.(value, meant, answers) ?? value?.text
      if (told?.text) toast(told.text, told)
      else if (told) toast(told, {undo: value?.step_id ?? null})
      this.leadsTo = action.visits?.(value, meant) ?? ""
      this.settle(action, shown, made)
      if (action.shownAt) go(action.shownAt(value))
      void action.follows?.(value, meant, answers)
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

  /** Return the name of a form: its action, and the id of its row. @type {(act: string, row?: Row) => string} */
  formName(act) {
    return act
  }

  /** Return the form of an action that stands in the page; null if it is closed, or the person may not use it. @type {(act: string, row?: Row) => Form | null} */
  formOf(act, row) {
    const action = this.actions.find(each => each.act === act)
    const name = this.formName(act, row)
    if (action?.isForm && !this.forms.has(name)) return null
    const question = action?.asks(row ? [row] : [], place(), this.knownTo(action))
    if (!question) return null
    const form = this.forms.get(name) ?? new Form(question, () => this.draw())
    form.follow(question)
    this.forms.set(name, form)
    return form
  }

  /** Show the form of an action. @type {(action: ListAction<Row, Head>, row?: Row) => void} */
  openForm(action, row) {
    const name = this.formName(action.act, row)
    const question = action.asks(row ? [row] : [], place(), this.knownTo(action))
    if (question && !this.forms.has(name)) this.forms.set(name, new Form(question, () => this.draw()))
    this.draw()
    this.focusIn(`[data-form="${name}"] .field :is(input, select)`)
  }

  /** Give the focus to an element, if it is there. @param {string} selector */
  focusIn(selector) {
    /** @type {HTMLElement | null} */
    const node = this.root.querySelector(selector)
    node?.focus()
  }

  /** @type {(act: string, row?: Row) => Promise<void>} */
  async sendForm(act, row) {
    const form = this.formOf(act, row)
    if (!form) return
    const action = this.actions.find(each => each.act === act)
    const name = this.formName(act, row)
    const answers = form.isWaiting ? null : await form.settled()
    const asked = {at: place(), head: this.knownTo(action), question: form.question}
    const send = (/** @type {Answers} */ given) => this.perform(action, row ? [row] : [], given, asked)
    if (answers && (await form.send(answers, send, () => this.draw()))) {
      if (form.question.lasts) form.settle()
      else this.forms.delete(name)
    }
    this.draw()
    this.focusIn(`[data-form="${name}"] [aria-invalid=true]`)
  }

  /** The form of an action in the page. @type {(act: string, row?: Row, ...more: Child[]) => HTMLElement | null} */
  drawForm(act, row, ...more) {
    const form = this.formOf(act, row)
    if (!form) return null
    const {title, confirm, hint, lasts} = form.question
    const name = this.formName(act, row)
    const isOpened = this.actions.some(each => each.act === act && each.isForm)
    const isDraft = lasts === "draft"
    return h(
      "form",
      {
        class: "page-form",
        novalidate: true,
        "aria-label": title,
        data: {form: name, key: `form-${name}-${form.number}`},
      },
      form.draw(),
      (!isDraft || form.isChanged()) &&
        h(
          "div",
          {class: "acts", data: {key: "acts"}},
          h(
            "button",
            {type: "submit", class: "btn primary", "aria-busy": form.isWaiting ? "true" : null},
            String(confirm),
          ),
          isOpened && button("Cancel", "close-form", {kind: "quiet", data: {key: "close"}}),
          isDraft && button("Discard", "discard", {kind: "quiet", data: {key: "discard"}}),
          more,
          hint && h("span", {class: "hint"}, hint),
        ),
    )
  }

  /** Return what the buttons of a form do; one outside names its form. @param {HTMLElement} target @returns {Record<string, () => unknown>} */
  formActs(target) {
    const {field, pair, text = "", of} = target.dataset
    const around = target.closest("[data-form]")
    const name = around instanceof HTMLElement ? around.dataset.form : of
    const form = this.forms.get(name)
    return {
      "close-form": () => {
        this.forms.delete(name)
        this.draw()
      },
      discard: () => {
        form.restart()
        this.draw()
        this.focusIn(`[data-form="${name}"] :is(input, select)`)
      },
      "pair-less": () => {
        form.answers[field].splice(Number(pair), 1)
        this.draw()
        this.focusIn(`[data-form="${name}"] [data-act=pair-more]`)
      },
      "pair-more": () => {
        const place = form.answers[field].push([text, ""]) - 1
        this.draw()
        const inputs = `[data-form="${name}"] input[data-field="${field}"][data-pair="${place}"]`
        this.focusIn(text ? `${inputs}[data-part="1"]` : inputs)
      },
    }
  }

  // What a person clicks and types.

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-act], a[href]")
    if (target instanceof HTMLAnchorElement) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
      if (target.origin !== location.origin || target.hasAttribute("download")) return // another program opens it
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
    const own = {...this.formActs(target), ...this.ownActs(target, event, row)}
    if (own[act]) own[act]()
    else this.press(act, row, {...target.dataset})
  }

  /** Return what clicks do that are no action of the declaration. @type {(target: HTMLElement, event?: MouseEvent, row?: Row) => Record<string, () => unknown>} */
  ownActs({dataset: {to}}) {
    return {
      "read-again": () => forget(() => true),
      part: () => go(JSON.parse(to)), // another page of a part of the page
    }
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
    if (!form) return false
    form.take(target)
    if (form.question.lasts === "draft") this.draw() // its buttons
    return true
  }

  /** Send a form of the page, or turn a list in it to the page number that a person has typed. @param {SubmitEvent} event */
  onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target)
    const {form: own, name} = form.dataset
    event.preventDefault()
    if (own) void this.sendForm(own.split(" ")[0], this.rowAt(form))
    else if (name) {
      const shown = {page: Number(form.dataset.page), pages: Number(form.dataset.pages)}
      const page = typedPage(form.querySelector("input"), shown)
      if (page !== shown.page) go(pageIn(name, page))
    }
  }
}
