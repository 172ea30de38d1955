// The number of people, the search, and how the list is shown.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {ResultJump, SEARCH_DELAY, drawSearchField} from "#face/search_field.js"
import {button, drawSelect} from "#face/widgets.js"

/**
 * @typedef {Component<PeopleHeaderView, {timer: number, jump: ResultJump}>} Self
 */

const DISPLAYS = {pictures: "Pictures", list: "List"}
const SORTS = [
  {value: "name", label: "By name"},
  {value: "files", label: "Most files first"},
]

/** @param {Self} self */
function draw({view}) {
  if (view.text === undefined) return null
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", {tabindex: "-1"}, view.title),
      h("p", {"aria-live": "polite"}, view.summary),
      h("span", {class: "grow"}),
      button("Open as SQL", "as_sql", {kind: "quiet", title: "The listed people as a query"}),
    ),
    h(
      "div",
      {class: "bar people-bar", data: {key: "bar"}},
      drawSearchField(view.text, false, {
        role: "searchbox",
        "aria-label": "Search people",
        placeholder: "Name, qualifier or alias …",
      }),
      drawSelect(SORTS, {"aria-label": "Sort", data: {change: "sort"}}, view.sort),
      h(
        "div",
        {class: "seg", role: "group", "aria-label": "Show"},
        Object.entries(DISPLAYS).map(([display, text]) =>
          h(
            "button",
            {
              type: "button",
              "aria-pressed": String(view.display === display),
              data: {act: "display", display, key: display},
            },
            text,
          ),
        ),
      ),
    ),
  ]
}

/** @type {(self: Self, delay: number) => void} */
function search({state, find, send}, delay) {
  clearTimeout(state.timer)
  state.timer = setTimeout(() => send("search", {text: find("input.q").value}), delay)
}

/** @param {Self} self */
function emptySearch(self) {
  self.find("input.q").value = ""
  self.focus("input.q")
  search(self, 0)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, {key, target}) {
  if (!target.matches(".q")) return
  if (key === "Enter") {
    search(self, 0)
    self.state.jump.query = target.value
    self.state.jump.follow(self.view.text)
  }
  if (key === "Escape" && !target.value) target.blur()
  else if (key === "Escape") emptySearch(self)
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: () => ({timer: 0, jump: new ResultJump()}),
    draw,
    onDrawn: ({view, state}) => state.jump.follow(view.text),
    listeners: {
      input(owner, {target}) {
        if (!target.matches(".q")) return
        owner.state.jump.cancel()
        search(owner, SEARCH_DELAY)
      },
      keydown: onKey,
    },
    actions: {
      empty: emptySearch,
      display: ({send}, {display}) => send("display", {display}),
      sort: ({send}, _, target) => send("sort", {sort: target.value}),
    },
  })
  keys(context.model, "people", {"/": {does: "search", group: "Find", run: () => self.focus("input.q")}})
}
