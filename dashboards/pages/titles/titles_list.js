// Films and series as posters or as a table, with filters, counts and the state of the providers.
import {Selection} from "../../components/browser/selection.js"
import {SEARCH_DELAY} from "#face/search_field.js"
import {component, currentPage, listen} from "../../components/browser/component.js"
import {focusedElement, h} from "#face/dom.js"
import {keys, mayAct} from "../../components/browser/keyboard.js"
import {isDialogOpen} from "#face/modal.js"
import {
  FILTER_ACTIONS,
  closeFilterOutside,
  closesFilter,
  drawEmptyList,
  drawFilter,
  drawFilterBar,
  newMenuState,
} from "../../components/filter_menu.js"
import {button, drawSelect, loadingPage, pager, turnButtons} from "#face/widgets.js"
import {forgetMissing, hideBroken} from "#face/images.js"
import {drawItems} from "./titles_items.js"
import {SELECTION_ACTIONS, drawActs, drawAllBox, selectionKeys} from "./titles_selection.js"

/** @import {MenuState} from "../../components/filter_menu.js" */
/**
 * @typedef {object} SelectionState
 * @property {Selection<TitlesListView>} selection
 * @property {boolean} isShifted The last click was made with the shift key.
 *
 * @typedef {Component<TitlesListView, MenuState & SelectionState & {searchTimer: number}>} Self
 */

/** @param {TitlesListView} view */
const drawHead = ({title, about, shows, decide, publish, look_up: lookUp}) =>
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", {tabindex: "-1"}, title),
    h("p", {class: "grow", "aria-live": "polite"}, about),
    lookUp && button(lookUp.label, "look_up", {kind: "small"}),
    decide &&
      h(
        "a",
        {
          class: `btn small ${decide.open ? "primary" : "done"}`,
          href: decide.href,
          data: {act: "decide", key: "decide"},
        },
        decide.open ? ["To decide ", h("span", {class: "badge"}, decide.count)] : "Nothing to decide",
      ),
    publish &&
      h(
        "a",
        {
          class: `btn small ${publish.done ? "done" : ""}`,
          href: publish.href,
          data: {act: "publish", key: "publish"},
        },
        publish.label,
      ),
    h(
      "span",
      {class: "shows", role: "group", "aria-label": "Show the titles as", data: {key: "shows"}},
      ["Posters", "Table"].map(label =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(label.toLowerCase() === shows),
            data: {act: "show", as: label.toLowerCase(), key: label},
          },
          label,
        ),
      ),
    ),
  )

/** @type {(quick: QuickView) => HTMLElement} */
const drawQuick = ({key, value, label, count, on}) =>
  h(
    "button",
    {
      type: "button",
      class: on ? "pill on" : "pill",
      "aria-pressed": String(on),
      data: {act: "quick", facet: key, value, key: `quick-${key}`},
    },
    label,
    " ",
    h("span", {class: "amount"}, count),
  )

/** @param {Self} self */
const drawFilters = ({view: {query, filters, quick}, state: {menu, options, isUnfolded}}) =>
  drawFilterBar(
    {
      search: [
        query,
        false,
        {placeholder: "Title, series or tag …", "aria-label": "Search the titles", data: {key: "q"}},
      ],
      set: filters.filter(each => each.text).length + quick.filter(each => each.on).length,
      isUnfolded,
    },
    filters.map(each => drawFilter(each, menu, options)),
    quick.map(drawQuick),
  )

/** @param {TitlesListView} view */
const drawMeaning = ({narrowed, sorts, sort, ...list}) =>
  h(
    "p",
    {class: "meaning", data: {key: "meaning"}},
    h("span", null, list.range),
    list.pages > 1 &&
      h(
        "span",
        {class: "turn"},
        turnButtons(list, page => ["page", {page}]),
      ),
    narrowed && button("Clear filters", "clear", {kind: "link"}),
    h("span", {class: "grow"}),
    drawAllBox(list.all, list.able),
    drawSelect(sorts, {"aria-label": "Order", data: {change: "sort", key: "sort"}}, sort),
  )

/** @param {LookUpProgressView} progress */
const drawProgress = ({id, text, share}) =>
  h(
    "div",
    {class: "running", role: "status", data: {key: `job${id}`}},
    h("span", null, text),
    h(
      "span",
      {class: "line", role: "progressbar", "aria-label": text, "aria-valuenow": share},
      h("i", {style: {width: `${share ?? 0}%`}}),
    ),
  )

/** @param {TitlesListView} view */
const drawJobs = ({progress, result, look_up: lookUp}) => [
  lookUp &&
    h(
      "details",
      {class: "running", data: {key: "due"}},
      h("summary", null, "Which titles are looked up"),
      h("p", {dir: "auto"}, lookUp.names),
    ),
  progress.map(drawProgress),
  result &&
    h(
      "p",
      {class: "running", role: "status", data: {key: "result"}},
      h("span", null, result.text, " ", result.left && button(result.left, "not_found", {kind: "link"})),
    ),
]

/** @param {TitlesListView["empty"]} empty */
const drawEmpty = ({title, text, acts, folders = [], kinds = []}) =>
  drawEmptyList(title, text, [
    folders.map(({id, name}) =>
      h(
        "label",
        {class: "inline", data: {key: `folder${id}`}},
        h("bdi", null, name),
        " holds",
        drawSelect(kinds, {data: {change: "set_kind", id, key: `kind${id}`}}, "home"),
      ),
    ),
    acts.map(({act, label}) => button(label, act, {kind: "small"})),
  ])

/** @param {TitlesListView} view */
const drawAttribution = ({attribution}) =>
  h(
    "footer",
    {class: "attribution", data: {key: "attribution"}},
    attribution.map(({text, href}) =>
      h(
        "p",
        null,
        text,
        " ",
        href && h("a", {href, target: "_blank", rel: "noreferrer"}, href.replace("https://", "")),
      ),
    ),
  )

/** @param {Self} self */
function draw(self) {
  const {view, before} = self
  if (before?.progress?.length && !view.progress?.length) forgetMissing()
  if (view.hidden) return null
  if (view.items) self.state.selection.applyPending(view)
  if (!view.shows) return loadingPage("Titles")
  if (view.bare)
    return [
      h("div", {class: "head bare", data: {key: "head"}}, h("h1", {tabindex: "-1"}, "Titles")),
      drawJobs(view),
      drawEmpty(view.empty),
      drawAttribution(view),
    ]
  return [
    drawHead(view),
    drawFilters(self),
    view.problem && h("p", {class: "complain danger", role: "alert", data: {key: "problem"}}, view.problem),
    view.notice &&
      h(
        "p",
        {class: "why providers-off", data: {key: "notice"}},
        view.notice,
        " ",
        button("Open the settings", "settings", {kind: "link"}),
      ),
    drawJobs(view),
    drawMeaning(view),
    view.empty ? drawEmpty(view.empty) : drawItems(view),
    view.pages > 1 && pager(view),
    drawActs(view.selection, self.model.forbidden),
    drawAttribution(view),
  ]
}

/** @type {Record<string, (list: Element[], index: number) => number>} */
const STEPS = {
  ArrowRight: (_, index) => index + 1,
  ArrowLeft: (_, index) => index - 1,
  ArrowDown: (list, index) => index + columnsOf(list),
  ArrowUp: (list, index) => index - columnsOf(list),
}

/** @param {Element[]} list */
const columnsOf = list => {
  const top = list[0].getBoundingClientRect().top
  const wrapped = list.findIndex(each => each.getBoundingClientRect().top > top + 1)
  return wrapped < 0 ? list.length : wrapped
}

/** @type {(self: Self, isTyped: boolean) => void} */
function search(self, isTyped) {
  clearTimeout(self.state.searchTimer)
  const field = self.find("input.q") // null: a title was opened while the search waited
  if (field) self.send("find", {query: field.value, typed: isTyped})
}

/** @param {Self} self */
function emptySearch(self) {
  self.find("input.q").value = ""
  self.focus("input.q")
  search(self, false)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput(self, {target}) {
  if (!target.matches("input.q")) return
  clearTimeout(self.state.searchTimer)
  self.state.searchTimer = setTimeout(() => search(self, true), SEARCH_DELAY)
}

/** @type {(self: Self) => HTMLElement[]} */
const titlesOf = self => [.../** @type {NodeListOf<HTMLElement>} */ (self.root.querySelectorAll("[data-act=open]"))]

/** Focus the first visible title. @param {Self} self */
const focusFirst = self =>
  titlesOf(self)
    .find(each => each.getBoundingClientRect().bottom > 0)
    ?.focus()

/** Move the focus between the titles. @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  if (closesFilter(self, event)) return
  if (event.target.matches("input.q")) {
    if (event.key === "Enter") search(self, false)
    if (event.key === "Escape") event.target.value ? emptySearch(self) : event.target.blur()
    return
  }
  const step = STEPS[event.key]
  if (!step || !event.target.matches("[data-act=open]") || event.ctrlKey || event.metaKey || event.altKey) return
  const list = titlesOf(self)
  const next = list[step(list, list.indexOf(event.target))]
  if (!next) return
  event.preventDefault()
  next.focus()
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  ...FILTER_ACTIONS,
  ...SELECTION_ACTIONS,
  open: (self, {id}) => self.send("open", {id: Number(id)}),
  page(self, {page}) {
    self.send("page", {page: Number(page)})
    window.scrollTo({top: 0})
  },
  quick: (self, {facet, value}) => self.send("filter", {key: facet, values: value ? [value] : []}),
  empty: emptySearch,
  set_kind: (self, {id}, target) => self.send("set_kind", {id: Number(id), kind: target.value}),
  sort: (self, _, target) => self.send("sort", {sort: target.value}),
}

/** @type {(self: Self, message: any) => void} */
function onMessage(self, {options}) {
  if (options?.key !== self.state.menu) return
  const isNew = !self.state.options
  self.state.options = options.rows
  self.paint()
  if (isNew) self.focus(".facet input")
}

/** @param {RenderContext} context */
export function render(context) {
  const {model} = context
  /** @type {Self} */
  const self = component(context, {
    state: () => ({
      ...newMenuState(),
      searchTimer: 0,
      selection: /** @type {Selection<TitlesListView>} */ (null),
      isShifted: false,
    }),
    draw,
    onSetup(me) {
      hideBroken(me.root)
      me.state.selection = new Selection(me, view => view.items)
      me.root.addEventListener("click", event => (me.state.isShifted = event.shiftKey), true)
      closeFilterOutside(me)
    },
    onMessage,
    listeners: {input: onInput, keydown: onKey},
    actions: ACTIONS,
  })
  const when = () => currentPage() === "titles" && !self.view.hidden
  listen(model, document, "keydown", event => {
    const isFree = focusedElement().matches("body, #main, h1") // after loading, no title has the focus
    if (!STEPS[event.key] || !when() || !isFree || !mayAct(event) || isDialogOpen()) return
    event.preventDefault()
    focusFirst(self)
  })
  const moves = {does: "move between the titles", group: "Move", when}
  keys(model, "titles", {
    "/": {does: "search", group: "Move", when, run: () => self.focus("input.q")},
    ArrowLeft: moves,
    ArrowDown: moves,
    ArrowUp: moves,
    ArrowRight: moves,
    Enter: {does: "open the title", group: "Move", when, run: () => focusFirst(self)},
    ...selectionKeys(self, when),
  })
}
