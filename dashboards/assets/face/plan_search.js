// The search of the plan: the levels of risk, the field with completion, filters, saved views, the order, and links to
// what needs a person.
import {go, runSql} from "#face/address.js"
import {call} from "#face/calls.js"
import {h} from "#face/dom.js"
import {may, toast} from "#face/frame.js"
import {ListPart} from "#face/list_part.js"
import {store} from "#face/local_storage.js"
import {ExchangeMenu} from "#face/plan_exchange.js"
import {SearchCompletion, lengthOf} from "#face/search_completion.js"
import {FacetsMenu} from "#face/search_facets.js"
import {ResultJump, SEARCH_DELAY, drawSearchField} from "#face/search_field.js"
import {stepThrough} from "#face/search_menu.js"
import {ViewsMenu, opening} from "#face/search_views.js"
import {isDense} from "#face/tag_fit.js"
import {button, chip, drawSelect, drawStat, iconButton} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/list.js").List<any, any>} List */
/** @typedef {import("#face/search_views.js").View} View */
/** @typedef {{message: string, position?: number, word?: string}} SearchError */

const PATIENCE = 1200 // milliseconds without typing before an unfinished word counts as an error
/** The orders: the label, and what comes first in each direction. @type {Record<string, [label: string, first: string, last: string]>} */
const ORDERS = {
  risk: ["Risk", "danger first", "safe first"],
  name: ["Name", "A to Z", "Z to A"],
  path: ["Path", "A to Z", "Z to A"],
  tags: ["People", "fewest first", "most first"],
  new_tags: ["New people", "fewest first", "most first"],
  size: ["Size", "smallest first", "largest first"],
  mtime: ["Last change", "oldest first", "newest first"],
  category: ["Change", "additions first", "blocked first"],
  cost: ["Cost", "cheapest first", "most expensive first"],
}

/** @param {Element} node */
const asElement = node => /** @type {HTMLElement} */ (node)

export class PlanSearch extends ListPart {
  typed = "" // what is in the field
  /** @type {SearchError | null} */
  error = null // why what is typed cannot be searched
  typedAt = -PATIENCE
  searchTimer = 0
  errorTimer = 0
  hasTyped = false // the last step of the history of the browser is made by typing
  /** @type {Promise<unknown>} */
  last = Promise.resolve() // the change of the search that was asked for last
  newest = "" // the search of this change

  /** @param {List} list */
  constructor(list) {
    super(list)
    this.news = list.spec.news
    this.completion = new SearchCompletion(this, () => this.searchNow())
    this.facets = new FacetsMenu(this)
    this.views = new ViewsMenu(this)
    this.exchange = new ExchangeMenu(this)
    this.jump = new ResultJump()
    this.typed = this.query
    this.root.addEventListener("focusin", event => this.facets.onFocus(/** @type {any} */ (event.target)))
    this.root.addEventListener("focusout", event => this.onFocusOut(event))
    document.addEventListener("pointerdown", event => this.onPointerDown(event))
    // The search field keeps the focus while a completion is clicked.
    this.root.addEventListener("pointerdown", event => {
      if (asElement(/** @type {any} */ (event.target)).closest(".offers")) event.preventDefault()
    })
  }

  // What the menus and the completion use.

  get query() {
    return this.list.place().q ?? ""
  }

  get order() {
    return this.list.order()
  }

  /** The completion asks the library itself. */
  send() {}

  activeElement() {
    return /** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement
  }

  /** @returns {HTMLInputElement | null} */
  input() {
    return this.find("input.q")
  }

  /** The numbers of the plan, those of an earlier search until they are read. @returns {Values.PlanNumbers | undefined} */
  numbers() {
    return this.list.rows.shownHead()?.numbers
  }

  // Changing the search.

  /**
   * Show another search. Typing is one step of the history of the browser.
   *
   * @type {(query: string, options?: {isTyped?: boolean, order?: Route}) => void}
   */
  go(query, {isTyped = false, order = {}} = {}) {
    const push = !(isTyped && this.hasTyped)
    this.hasTyped = isTyped
    this.newest = query
    this.error = null
    if (!isTyped) this.showText(query)
    this.list.narrow({q: query, everything: opening.view && !query.trim() ? "1" : "", ...order}, {push})
  }

  /** Show a text in the field. @param {string} text */
  showText(text) {
    this.typed = text
    const input = this.input()
    if (input && input.value !== text) input.value = text
  }

  /** Change the search by a call; changes that follow quickly are made one after the other. @param {(text: string) => CallOf} callOf */
  change(callOf) {
    if (this.pending === 0) this.newest = this.query
    this.pending += 1
    this.last = this.last.then(async () => {
      try {
        const [name, args] = callOf(this.newest)
        const {query} = /** @type {any} */ (await call(name, /** @type {any} */ (args), {query: 1}))
        this.go(query)
      } catch (/** @type {any} */ error) {
        toast(error.message, {kind: "error"})
      }
      this.pending -= 1
      this.paint()
    })
  }

  pending = 0 // changes without an answer

  entered = 0 // searches that a person has entered, and that are not shown yet

  /** Whether the keys wait for the search that a person has entered or changed. */
  isWaiting() {
    return this.entered > 0 || this.pending > 0
  }

  searchNow() {
    clearTimeout(this.searchTimer)
    this.searchTimer = 0
    this.entered += 1
    void this.search(this.input()?.value ?? "", false).finally(() => {
      this.entered -= 1
      this.paint()
    })
  }

  searchSoon() {
    clearTimeout(this.searchTimer)
    this.searchTimer = setTimeout(() => {
      this.searchTimer = 0
      void this.search(this.input()?.value ?? "", true)
    }, SEARCH_DELAY)
  }

  /** Search for a text that a person has typed. One with an error changes nothing. @type {(text: string, isTyped: boolean) => Promise<void>} */
  async search(text, isTyped) {
    this.typed = text
    if (text.trim() === this.query.trim()) {
      this.error = null
      this.paint()
      return
    }
    const problem = await call("search.problem", {text}).catch(error => error) // without an answer, the list says so
    if (text !== this.typed) return
    if (problem) {
      this.error = problem
      this.paint()
    } else this.go(text, {isTyped})
  }

  /** Search for another text, with the focus in the field. @param {string} text */
  setSearch(text) {
    this.input().value = text
    this.input().focus()
    this.completion.close()
    this.searchNow()
  }

  /** Show a saved view. @param {View} view */
  show({query, sort, descending}) {
    this.go(query, {order: this.list.sorted(sort, descending)})
  }

  /** Whether a saved view is shown. @param {View} view */
  shows({query, sort, descending}) {
    const {by, isDescending} = this.order
    return this.query.trim() === query && by === sort && isDescending === descending
  }

  showsEverything() {
    const {by, isDescending} = this.order
    return !this.query.trim() && by === "risk" && !isDescending
  }

  /** @type {(by: string, isDescending: boolean) => string} */
  orderText(by, isDescending) {
    const [label, first, last] = ORDERS[by]
    return `by ${label.toLowerCase()}, ${isDescending ? last : first}`
  }

  /** A link leads to other files and disappears: the focus goes to their list. @param {() => void} show */
  leave(show) {
    this.jump.leave(this.query)
    show()
  }

  /** The page is shown, perhaps after another one: an address without a search opens the default view. */
  enter() {
    const {q, file, everything} = this.list.place()
    if (opening.view && q === undefined && file === undefined && !everything) {
      const {query, sort, descending} = opening.view
      go({q: query, ...this.list.sorted(sort, descending)}, {push: false})
    }
    this.take()
  }

  /** Take the search of the address in place of what a person has typed. */
  take() {
    clearTimeout(this.searchTimer)
    this.searchTimer = 0
    this.error = null
    this.newest = this.query
    this.showText(this.query)
  }

  // The list has been drawn.

  follow() {
    const input = this.input()
    const isTyping = this.searchTimer || this.error
    if (input && !isTyping && input.value !== this.typed && this.activeElement() !== input) this.showText(this.typed)
    this.facets.follow()
    this.openFirst()
    const {value} = this.list.rows.page()
    if (!this.error && value) this.jump.follow(this.query, value.total > 0)
  }

  /** A review begins with the first file in detail. */
  openFirst() {
    if (!this.opensFirst || this.pending || !this.list.rows.isKnown()) return
    this.opensFirst = false
    const id = this.list.firstId()
    if (id !== undefined) setTimeout(() => this.list.open(id))
  }

  /** The text of the field is that of the address, unless a person is typing. */
  followAddress() {
    if (this.query !== this.newest && !this.pending)
      this.take() // a link, or a step of the history
    else if (!this.searchTimer && !this.error && this.typed.trim() !== this.query.trim()) this.showText(this.query)
  }

  /** Return the error of the search; an unfinished word is an error only after a pause. */
  currentError() {
    clearTimeout(this.errorTimer)
    const error = this.error ?? /** @type {SearchError | undefined} */ (this.list.searchError())
    if (!error) return null
    const rest = PATIENCE - (performance.now() - this.typedAt)
    const end = (error.position ?? 0) + lengthOf(error.word ?? "")
    const isUnfinished = end >= lengthOf(this.typed) && !/\s$/.test(this.typed)
    if (rest <= 0 || !isUnfinished) return error
    this.errorTimer = setTimeout(() => this.paint(), rest)
    return null
  }

  menus() {
    return [this.facets, this.views, this.exchange]
  }

  /** @param {FacetsMenu | ViewsMenu | ExchangeMenu} menu */
  toggleMenu(menu) {
    const isOpen = !menu.isOpen
    for (const other of this.menus()) if (other !== menu) other.toggle(false)
    menu.toggle(isOpen)
  }

  /** Close a menu; return whether one was open. */
  close() {
    const open = this.menus().find(menu => menu.isOpen)
    open?.toggle(false)
    return Boolean(open)
  }

  // What a person clicks and types.

  /** @param {HTMLElement} target @returns {Record<string, () => unknown>} */
  acts({dataset: {id, level, facet, index, name, rest, sort, descending}}) {
    const {views, facets, exchange} = this
    const selection = /** @type {import("#face/list_selection.js").FixedSelection} */ (this.list.picked)
    const aside = this.numbers()?.search.without_risk ?? ""
    return {
      risk: () =>
        this.list.whenKnown(() => {
          const isOn = !this.numbers().levels.find(each => each.level === level).is_chosen
          this.change(text => ["search.with_value", {text, key: "risk", value: level, on: isOn}])
        }),
      option: () => this.completion.pick(Number(index)),
      empty: () => this.setSearch(""),
      filters: () => this.toggleMenu(facets),
      only: () => this.change(text => ["search.with_values", {text, key: facet, values: []}]),
      "clear-filters": () => this.change(text => ["search.without_filters", {text}]),
      views: () => this.toggleMenu(views),
      "view-everything": () => {
        views.toggle(false)
        views.openedId = null
        this.go("", {order: {sort: "", desc: ""}})
      },
      "view-open": () => views.open(Number(id)),
      "view-default": () => views.setDefault(Number(id)),
      "view-rename": () => views.startRenaming(Number(id)),
      "view-renamed": () => views.rename(Number(id)),
      "view-remove": () => views.remove(Number(id)),
      "view-restore": () => views.putBack(),
      "view-forget": () => views.forgetRemoved(),
      "view-save": () => views.save(views.newName),
      "view-update": () => views.save(name),
      exchange: () => this.toggleMenu(exchange),
      "as-sql": () => this.openAsSql(),
      "drop-part": () => this.go(rest),
      turn: () => this.list.narrow(this.list.sorted(sort, descending === "1")),
      dense: () => {
        store("indexium.dense", isDense() ? "" : "1")
        this.paint()
      },
      review: () => this.leave(() => this.review()),
      "end-review": () => this.go(aside),
      "next-danger": () => this.goOn(),
      skipped: () => this.leave(() => this.go("postponed:yes")),
      "select-safe": () => selection.takeAll(aside, ["safe"]),
      "search-for": () => this.go(rest),
      "clear-search": () => this.go(""),
    }
  }

  async openAsSql() {
    this.exchange.toggle(false)
    try {
      runSql(await call("search.as_sql", {text: this.query}))
    } catch (/** @type {any} */ error) {
      toast(error.message, {kind: "error"})
    }
  }

  /** List the dangerous files of the search, with the first one in detail. */
  review() {
    this.opensFirst = true
    this.change(text => ["search.with_values", {text, key: "risk", values: ["danger"]}])
  }

  opensFirst = false // the details of the first row open when it is read

  /** Put the cursor on the next dangerous file that is neither selected nor skipped. */
  goOn() {
    const {rows, picked} = this.list
    const shown = rows.shown()
    const at = shown.findIndex(row => rows.idOf(row) === this.list.cursorId())
    const next = [...shown.slice(at + 1), ...shown.slice(0, Math.max(at, 0))].find(
      row => row.risk_level === "danger" && !picked.has(row) && !row.postponed,
    )
    if (next) this.list.moveTo(rows.idOf(next))
    else this.list.turnTo(rows.number + 1, 0)
  }

  /** Number of dangerous files of a review that are not decided; a selected file is written as it is. */
  leftToReview() {
    const {found} = this.numbers()
    const accepted = /** @type {any} */ (this.list.picked).numbers?.()?.summary.by_risk.danger ?? 0
    return {left: Math.max(0, found.danger_count - accepted), accepted}
  }

  /** @param {HTMLInputElement} target Whether it is a field of the search. */
  onType(target) {
    if (target.matches(".q")) {
      this.typedAt = performance.now()
      this.typed = target.value
      this.jump.cancel()
      this.searchSoon()
      this.completion.ask(false)
    } else if (target.matches(".facet .seek")) this.facets.seek(target.dataset.facet, target.value)
    else if (target.matches(".save .seek")) this.views.onTyped(target.value)
    else return false
    return true
  }

  /** @param {Event} event Whether it is of the search. */
  onChange(event) {
    const target = /** @type {HTMLInputElement} */ (event.target)
    const {change: name, facet, value} = target.dataset
    /** @type {Record<string, () => void>} */
    const changes = {
      facet: () => this.facets.choose(facet, value, target.checked),
      every: () => {
        const values = this.facets.facets.facets[facet].values.filter(each => each.chosen).map(each => each.value)
        this.change(text => ["search.with_values", {text, key: facet, values, all_of: target.checked}])
      },
      sort: () => this.list.narrow(this.list.sorted(target.value, false)),
      "export-all": () => {
        this.exchange.includesAll = target.checked
        this.paint()
      },
      "export-fields": () => {
        this.exchange.hasAllFields = target.checked
        this.paint()
      },
      upload: () => {
        void this.exchange.upload(target.files[0])
        target.value = "" // the same file can be chosen once more
      },
    }
    changes[name]?.()
    return Boolean(changes[name]) || target.matches(".q, .seek")
  }

  /** @param {FocusEvent} event */
  onFocusOut({target}) {
    if (!asElement(/** @type {any} */ (target)).matches(".q")) return
    this.completion.close()
    if (this.searchTimer) this.searchNow() // the typed text applies before the next button
    this.jump.cancel()
  }

  /** Close the menus after a press outside them. @param {PointerEvent} event */
  onPointerDown(event) {
    /** @type {(selector: string) => boolean} */
    const isInside = selector => event.composedPath().some((/** @type {any} */ node) => node.matches?.(selector))
    if (!isInside(".facets, [data-act=filters]")) this.facets.isOpen && this.facets.toggle(false)
    if (!isInside(".anchor[data-key=views]")) this.views.isOpen && this.views.toggle(false)
    if (!isInside(".anchor[data-key=exchange]")) this.exchange.isOpen && this.exchange.toggle(false)
  }

  /** Handle a key; return whether the search used it. @param {KeyboardEvent} event */
  onKey(event) {
    const target = asElement(/** @type {any} */ (event.target))
    if (target.matches(".q")) this.onSearchKey(event)
    else if (target.closest(".exchange") && event.key === "Escape") {
      this.exchange.toggle(false)
      event.stopPropagation()
    } else if (target.closest(".facets, .views")) this.onMenuKey(event)
    else return false
    return true
  }

  /** @param {KeyboardEvent} event */
  onSearchKey(event) {
    const {key} = event
    const target = /** @type {HTMLInputElement} */ (event.target)
    if (this.completion.key(event)) return
    if (key === "Enter") {
      event.preventDefault()
      this.typedAt = -PATIENCE
      this.searchNow()
      this.jump.query = target.value
      this.follow()
    }
    if (key !== "Escape") return
    if (target.value) this.setSearch("")
    else target.blur()
  }

  /** @param {KeyboardEvent} event */
  onMenuKey(event) {
    const {key} = event
    const {facets, views} = this
    if (key === "Escape") {
      if (!views.stopRenaming()) (facets.isOpen ? facets : views).toggle(false)
      event.stopPropagation()
    } else this.moveInMenu(event)
    if (key.length === 1) event.stopPropagation() // the single keys of the page do nothing here
  }

  /** @param {KeyboardEvent} event */
  moveInMenu(event) {
    const {key} = event
    const target = asElement(/** @type {any} */ (event.target))
    if (target.matches(".options input")) {
      stepThrough(event, [...target.closest(".facet").querySelectorAll("input[type=checkbox]")].map(asElement))
    } else if (target.matches(".facet .seek") && key === "ArrowDown") {
      event.preventDefault()
      asElement(target.closest(".facet").querySelector(".options input"))?.focus()
    } else if (target.matches(".view-open") && key.startsWith("Arrow")) {
      stepThrough(event, [...this.root.querySelectorAll(".views .view-open")].map(asElement))
    } else if (key === "Enter" && target.matches("[data-rename], .save .seek")) {
      event.preventDefault() // the focus goes to a button, which must not be pressed by the same key
      if (target.dataset.rename) this.views.rename(Number(target.dataset.rename))
      else this.views.save(this.views.newName)
    }
  }

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    return {
      "/": {
        does: "search",
        group: "Find",
        isFree: true,
        run: () => {
          this.input()?.focus()
          this.input()?.select()
        },
      },
      F: {does: "filters", group: "Find", run: () => this.toggleMenu(this.facets)},
      E: {does: "export and import", group: "Find", run: () => this.toggleMenu(this.exchange)},
      v: {does: "saved views", group: "Find", run: () => this.toggleMenu(this.views)},
      d: {
        does: "dry run of the selected files; in a review, the next dangerous file to decide",
        group: "Decide",
        run: () => (this.numbers()?.search.is_review && this.leftToReview().left ? this.goOn() : this.list.runKey("d")),
      },
    }
  }

  // Drawing.

  draw() {
    const numbers = this.numbers()
    const error = this.currentError()
    if (!numbers) return this.drawLoading(error)
    const {levels, search, listed} = numbers
    return [
      h(
        "div",
        {class: "chips levels-line", role: "group", "aria-label": "Risk", data: {key: "chips"}},
        levels.map(drawLevel),
      ),
      h(
        "div",
        {class: "bar", data: {key: "bar"}},
        this.drawField(Boolean(error)),
        this.facets.drawOpener(search.filter_count),
        this.facets.draw(search.filter_count, plural(listed, "file")),
        this.views.draw(),
        this.exchange.draw(numbers),
      ),
      error && this.drawError(error),
      search.is_review && this.drawReview(),
      h("div", {class: "under", data: {key: "under"}}, this.drawMeaning(numbers), this.drawOrder()),
      this.views.drawRemoved(),
    ]
  }

  /** @param {boolean} hasError */
  drawField(hasError) {
    return h(
      "div",
      {class: "seeker", data: {key: "seeker"}},
      drawSearchField(this.typed, hasError, {
        ...this.completion.inputAttributes(),
        "aria-label": "Search the plan",
        placeholder: "Search names, folders, people, or risk:danger …",
        autocapitalize: "off",
        autocorrect: "off",
        enterkeyhint: "search",
        "aria-describedby": hasError ? "complaint" : "meaning",
        data: {key: "q"},
      }),
      this.completion.drawList(),
    )
  }

  /** @param {SearchError} error */
  drawError({message, position = 0, word = ""}) {
    const letters = [...this.typed]
    const before = letters.slice(0, position).join("")
    const rest = letters.slice(position).join("")
    return h(
      "div",
      {class: "complain danger", role: "alert", id: "complaint", data: {key: "complaint"}},
      message,
      word && rest.startsWith(word) && h("code", null, before, h("mark", null, word), rest.slice(word.length)),
    )
  }

  drawReview() {
    const {left, accepted} = this.leftToReview()
    const rest = `${plural(accepted, "file is", "files are")} selected to be written as planned.`
    const text = left
      ? "Edit, preserve or skip each one, or select it to be written as planned."
      : accepted
        ? rest
        : "No dangerous file is left in this search."
    const title = left ? `${plural(left, "dangerous file")} to decide` : "Review done"
    return h(
      "div",
      {class: "reviewing", role: "group", "aria-label": "Review", data: {key: "reviewing"}},
      h("p", {role: "status"}, chip(left ? "danger" : "safe", title), h("span", {class: "how"}, text)),
      left > 0 && button("Next", "next-danger", {kind: "small", key: "d", data: {key: "next"}}),
      button(left ? "End review" : "Done", "end-review", {kind: `small ${left ? "quiet" : "primary"}`}),
    )
  }

  /** @param {Values.PlanNumbers} numbers */
  drawMeaning(numbers) {
    const {search, listed} = numbers
    const files = plural(listed, "file")
    return h(
      "div",
      {class: "meaning", data: {key: "meaning"}},
      h("p", {class: "line", data: {key: "acts"}}, this.drawLinks(numbers)),
      search.parts.length > 0 && h("span", {class: "sep", "aria-hidden": "true", data: {key: "sep"}}, "|"),
      h(
        "p",
        {class: "vh", id: "meaning", "aria-live": "polite", data: {key: "meaning"}},
        search.text && `shown: ${search.text} · ${files}`,
      ),
      search.parts.length > 0 &&
        h(
          "div",
          {class: "line", data: {key: "parts"}},
          h("span", {"aria-hidden": "true"}, "shown:"),
          search.parts.map(drawPart),
          h("span", {"aria-hidden": "true", class: "found"}, files),
        ),
    )
  }

  /** @param {Values.PlanNumbers} numbers */
  drawLinks({to_review: review, safe, skipped, search, listed}) {
    const link = {kind: "link"}
    const title = "All safe files of this search, without its risk filter"
    const postponed = search.finds_skipped ? listed : 0
    const stopSkipping = postponed === 1 ? "Stop skipping" : `Stop skipping all ${count(postponed)}`
    return [
      review > 0 && button(`Review danger (${count(review)})`, "review", link),
      safe > 0 && button(`Select all safe (${count(safe)})`, "select-safe", {...link, title}),
      safe > 0 && may("operations.begin_write") && button("Write all safe…", "write-safe", link),
      postponed > 0 && may("decisions.end_postponements") && button(stopSkipping, "stop-skipping", link),
      skipped > 0 && button(`${count(skipped)} skipped`, "skipped", link),
    ]
      .filter(Boolean)
      .flatMap((act, index) => (index ? [h("span", {"aria-hidden": "true"}, "·"), act] : [act]))
  }

  drawOrder() {
    const {by, isDescending} = this.order
    const [, first, last] = ORDERS[by] ?? ORDERS.risk
    const [now, turned] = isDescending ? [last, first] : [first, last]
    return h(
      "div",
      {class: "sorter", data: {key: "sorter"}},
      h(
        "label",
        null,
        h("span", null, "Sort"),
        drawSelect(
          Object.entries(ORDERS).map(([value, [label]]) => ({value, label, on: value === by})),
          {"aria-label": "Sort", data: {change: "sort", key: "by"}},
          by,
        ),
      ),
      iconButton(
        isDescending ? "↓" : "↑",
        `${now}; turn to ${turned}`,
        {act: "turn", sort: by, descending: isDescending ? "" : "1", key: "turn"},
        {title: `${now} (click: ${turned})`},
      ),
      iconButton(
        "≡",
        "Narrow rows",
        {act: "dense", key: "dense"},
        {class: "icon close-rows", "aria-pressed": String(isDense()), title: "Narrow rows"},
      ),
    )
  }

  /** What stands there before the numbers are read. @param {SearchError | null} error */
  drawLoading(error) {
    return [
      h(
        "div",
        {class: "chips levels-line", "aria-hidden": "true", data: {key: "chips"}},
        [180, 240, 210, 200].map(width => h("div", {class: "stat bone", style: {width: `${width}px`}})),
      ),
      h("div", {class: "bar", data: {key: "bar"}}, this.drawField(Boolean(error))),
      error && this.drawError(error),
      h("div", {class: "under", "aria-hidden": "true", data: {key: "under"}}, h("div", {class: "meaning"})),
    ]
  }
}

/** @param {Values.LevelCount} level */
const drawLevel = ({level, files, hint, is_chosen: isChosen}) =>
  drawStat(files, isChosen, {act: "risk", level, key: level}, chip(level, level), hint)

/** @type {(part: Values.SearchPart, place: number) => HTMLElement} */
const drawPart = ({text, rest}, place) =>
  h(
    "button",
    {
      type: "button",
      class: "term",
      "aria-label": `Remove ${text}`,
      title: "Remove this from the search",
      data: {act: "drop-part", rest, key: `${place}${text}`},
    },
    h("bdi", null, text),
    h("span", {"aria-hidden": "true"}, "✕"),
  )
