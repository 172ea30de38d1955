// The tables with their columns, the saved queries and examples, and the queries that this browser ran.
import {component, listen} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {store, stored} from "#face/local_storage.js"
import {boneRows, button, closeButton, iconButton} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {object} State
 * @property {string} sought
 * @property {Set<string>} opened The tables whose columns are listed.
 * @property {"" | "schema" | "saved" | "history"} fold On a phone, the part that is open.
 * @property {QueryRunView[]} runs The newest first.
 * @property {number} serial Of the last run in `runs`.
 * @property {string} removed
 *
 * @typedef {Component<QuerySideView, State>} Self
 */

const KEPT = 100 // runs

/** @param {QuerySideView} view */
const storageName = view => `indexium.queries.${view.home}`

/** @type {(text: string, sought: string) => boolean} */
const isMatch = (text, sought) => text.toLowerCase().includes(sought.toLowerCase())

/** @param {SnapshotColumnView} column */
const drawColumn = ({name, type, description}) =>
  h(
    "li",
    {data: {key: name}},
    h(
      "button",
      {type: "button", class: "insert", title: `Insert ${name}`, data: {act: "insert", name}},
      h("b", null, name),
      h("span", {class: "type"}, type),
      h("small", null, description),
    ),
  )

/** @type {(table: SnapshotTableView, state: State) => HTMLElement} */
function drawTable({name, description, rows, columns}, {sought, opened}) {
  const matching = sought ? columns.filter(column => isMatch(column.name, sought)) : columns
  const isOpen = opened.has(name) || (sought !== "" && matching.length > 0)
  return h(
    "li",
    {class: "table", data: {key: name}},
    h(
      "div",
      {class: "table-name"},
      h(
        "button",
        {
          type: "button",
          class: "fold",
          "aria-expanded": String(isOpen),
          "aria-label": `Columns of ${name}`,
          data: {act: "fold", name, key: `fold-${name}`},
        },
        h("span", {"aria-hidden": "true"}, "▸"),
      ),
      h(
        "button",
        {type: "button", class: "insert", title: `Insert ${name}`, data: {act: "insert", name}},
        h("b", null, name),
        h("span", {class: "type"}, rows),
      ),
    ),
    isOpen && [
      h("p", null, description),
      h("ul", {class: "columns"}, (matching.length ? matching : columns).map(drawColumn)),
    ],
  )
}

/** @type {(name: string, title: string, hint: string, self: Self, ...content: Child[]) => HTMLElement} */
const drawPart = (name, title, hint, {state}, ...content) =>
  h(
    "section",
    {class: state.fold === name ? "card part open" : "card part", "aria-label": title, data: {key: name}},
    h("h2", null, title, h("small", null, hint)),
    ...content,
  )

/** @param {Self} self */
function drawSchema(self) {
  const {tables} = self.view
  if (!tables.length)
    return drawPart(
      "schema",
      "Tables",
      "",
      self,
      h("div", {class: "loading", role: "status", "aria-label": "loading"}, boneRows(8)),
    )
  const {sought} = self.state
  const shown = tables.filter(
    table => isMatch(table.name, sought) || table.columns.some(column => isMatch(column.name, sought)),
  )
  return drawPart(
    "schema",
    "Tables",
    `${tables.length}`,
    self,
    h("input", {
      type: "text",
      class: "seek",
      value: sought,
      placeholder: "Find a table or column",
      "aria-label": "Find a table or column",
      autocomplete: "off",
      data: {key: "seek"},
    }),
    h(
      "div",
      {class: "scroll", tabindex: "0", role: "group", "aria-label": "List of tables", data: {key: "tree"}},
      shown.length > 0
        ? h(
            "ul",
            {class: "tree"},
            shown.map(table => drawTable(table, self.state)),
          )
        : h("p", {class: "hint"}, "No table and no column has this name."),
    ),
  )
}

/** @param {SavedQueryView} query */
const drawSaved = ({id, name, fields, here}) =>
  h(
    "li",
    {class: here ? "item here" : "item", data: {key: id}},
    h(
      "button",
      {type: "button", class: "pick", "aria-current": here ? "true" : null, data: {act: "open", id}},
      h("b", {dir: "auto"}, name),
      fields > 0 && h("small", null, plural(fields, "field")),
    ),
    iconButton("✕", `Remove ${name}`, {act: "remove", id}, {title: `Remove ${name}`}),
  )

/** @param {ExampleQueryView} example */
const drawExample = ({index, name, fields}) =>
  h(
    "li",
    {class: "item", data: {key: `example-${index}`}},
    h(
      "button",
      {type: "button", class: "pick", data: {act: "example", index}},
      h("b", null, name),
      fields > 0 && h("small", null, plural(fields, "field")),
    ),
  )

/** @param {Self} self */
const drawQueries = self =>
  drawPart(
    "saved",
    "Queries",
    "",
    self,
    self.state.removed &&
      h(
        "div",
        {class: "removed", role: "status"},
        h("span", null, "Removed “", h("bdi", null, self.state.removed), "”."),
        button("Undo", "restore", {kind: "link"}),
        closeButton("Dismiss", {act: "forget"}),
      ),
    h("ul", {class: "items"}, self.view.saved.map(drawSaved)),
    self.view.saved.length === 0 && h("p", {class: "hint"}, "No saved queries yet."),
    h("h3", {class: "label"}, "Examples"),
    h("ul", {class: "items"}, self.view.examples.map(drawExample)),
  )

/** @param {string} moment */
const timeOf = moment => {
  const [date, now] = [new Date(moment), new Date()]
  const isToday = date.toDateString() === now.toDateString()
  return isToday
    ? date.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"})
    : date.toLocaleDateString("en-GB", {day: "numeric", month: "short"})
}

/** @param {QueryRunView} run @param {number} index */
const drawRunOf = ({text, outcome, at}, index) =>
  h(
    "li",
    {class: "item", data: {key: `${at}-${index}`}},
    h(
      "button",
      {type: "button", class: "pick run", data: {act: "load", index}},
      h("code", null, text.replaceAll(/\s+/g, " ").slice(0, 120)),
      h("small", {class: outcome === "error" ? "bad-text" : ""}, `${outcome} · ${timeOf(at)}`),
    ),
  )

/** @param {Self} self */
const drawHistory = self =>
  drawPart(
    "history",
    "History",
    self.state.runs.length ? "in this browser" : "",
    self,
    self.state.runs.length > 0
      ? h(
          "div",
          {class: "scroll", tabindex: "0", role: "group", "aria-label": "Earlier queries"},
          h("ul", {class: "items"}, self.state.runs.map(drawRunOf)),
        )
      : h("p", {class: "hint"}, "Queries that you run or replace are listed here."),
  )

/** @type {(self: Self, name: string, label: string) => HTMLElement} */
const drawFold = ({state}, name, label) =>
  button([label, h("span", {"aria-hidden": "true"}, "▾")], "part", {
    "aria-expanded": String(state.fold === name),
    data: {name, key: `part-${name}`},
  })

/** @param {Self} self */
function draw(self) {
  const {view} = self
  if (!view.tables) return null
  return [
    h(
      "div",
      {class: "folds", role: "group", "aria-label": "Tables, queries and history", data: {key: "folds"}},
      drawFold(self, "schema", "Tables"),
      drawFold(self, "saved", "Queries"),
      drawFold(self, "history", "History"),
    ),
    drawSchema(self),
    drawQueries(self),
    drawHistory(self),
  ]
}

/** Add the last run to the history of this browser. @param {Self} self */
function takeRun({view, state}) {
  if (!view.tables) return
  if (state.serial < 0) {
    state.serial = 0
    try {
      state.runs = JSON.parse(stored(storageName(view)) ?? "[]")
    } catch {
      state.runs = []
    }
  }
  if (!view.last || view.last.serial === state.serial) return
  state.serial = view.last.serial
  keep({view, state}, view.last)
}

/** @type {(self: Pick<Self, "view" | "state">, run: QueryRunView) => void} */
function keep({view, state}, run) {
  state.runs = [run, ...state.runs.filter(({text}) => text !== run.text)].slice(0, KEPT)
  store(storageName(view), JSON.stringify(state.runs))
}

/** Keep a text that another one replaces in the editor, unless the history has it. @type {(self: Self, text: string, values: Record<string, string>) => void} */
function keepReplaced(self, text, values) {
  if (!self.view.tables || self.state.runs.some(run => run.text === text)) return
  keep(self, {serial: self.state.serial, text, values, outcome: "not run", at: new Date().toISOString()})
  self.paint()
}

/** @type {(self: Self, send: () => void) => void} */
function close(self, send) {
  self.state.fold = ""
  send()
  self.paint()
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({sought: "", opened: new Set(), fold: "", runs: [], serial: -1, removed: ""}),
    /** @param {Self} self */
    draw(self) {
      takeRun(self)
      return draw(self)
    },
    onMessage(self, {removed}) {
      self.state.removed = removed
      self.paint()
    },
    listeners: {
      input(self, {target}) {
        self.state.sought = target.value.trim()
        self.paint()
      },
    },
    actions: {
      insert(self, {name}) {
        self.state.fold = ""
        window.dispatchEvent(new CustomEvent("indexium:insert", {detail: name}))
        self.paint()
      },
      fold(self, {name}) {
        const {opened} = self.state
        if (!opened.delete(name)) opened.add(name)
        self.paint()
      },
      part(self, {name}) {
        self.state.fold = self.state.fold === name ? "" : /** @type {"schema"} */ (name)
        self.paint()
      },
      open: (self, {id}) => close(self, () => self.send("open", {id: Number(id)})),
      example: (self, {index}) => close(self, () => self.send("example", {index: Number(index)})),
      load: (self, {index}) => close(self, () => self.send("load", self.state.runs[Number(index)])),
      remove: (self, {id}) => self.send("remove", {id: Number(id)}),
      restore(self) {
        self.state.removed = ""
        self.send("restore")
        self.paint()
      },
      forget(self) {
        self.state.removed = ""
        self.paint()
      },
    },
  })
  listen(context.model, window, "indexium:replaced", ({detail}) => keepReplaced(self, detail.text, detail.values))
}
