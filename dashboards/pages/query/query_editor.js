// The editor of a query: its text with colours and completions, its fields, and the buttons that run and save it.
import {component, listen} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {drawError, drawField, drawHead, drawRun} from "./query_editor_parts.js"
import {SqlCompletion, coloured} from "./sql_text.js"

/**
 * @typedef {object} State
 * @property {SqlCompletion} completion
 * @property {string} text
 * @property {Record<string, string>} values
 * @property {boolean} isNaming The name of the query is being typed.
 * @property {boolean} isCleared A new query was started here, and the server has not answered yet.
 * @property {number} typedTimer
 * @property {number} clock
 * @property {number} startedAt In milliseconds.
 *
 * @typedef {Component<QueryEditorView, State>} Self
 */

const TYPED_DELAY = 250 // milliseconds without typing before the server reads the fields
const ROWS = 7

/** @param {Self} self @returns {HTMLTextAreaElement} */
const area = self => /** @type {any} */ (self.find("textarea.sql-text"))

/** @param {Self} self */
const query = ({view, state}) => ({
  text: state.text,
  values: Object.fromEntries((view.fields ?? []).map(({name}) => [name, state.values[name] ?? ""])),
})

/** @param {Self} self */
function run(self) {
  if (self.view.running || !self.state.text.trim()) return
  clearTimeout(self.state.typedTimer)
  self.state.completion.close()
  self.send("run", query(self))
}

/** @param {Self} self */
function onTyped(self) {
  const {state} = self
  state.text = area(self).value
  clearTimeout(state.typedTimer)
  state.typedTimer = setTimeout(() => self.send("typed", query(self)), TYPED_DELAY)
  self.paint()
}

/** Replace the selected text so that the browser can undo it. @type {(area: HTMLTextAreaElement, text: string) => void} */
function replaceSelection(area, text) {
  area.focus()
  if (!document.execCommand("insertText", false, text))
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end")
}

/** @type {(self: Self, name: string) => void} */
function insertName(self, name) {
  const node = area(self)
  const before = node.value.slice(0, node.selectionStart)
  replaceSelection(node, (/[\w)"']$/.test(before) ? " " : "") + name)
  onTyped(self)
}

/** Select the word with the error. @param {Self} self */
function goToError(self) {
  const {position, length} = self.view.error
  const letters = [...self.state.text]
  const start = letters.slice(0, position).join("").length
  const end = letters.slice(0, position + Math.max(1, length)).join("").length
  area(self).focus()
  area(self).setSelectionRange(start, end)
}

/** @param {Self} self */
function startNaming(self) {
  if (!self.state.text.trim()) return
  self.state.isNaming = true
  self.paint()
  const field = self.find(".naming input")
  field.focus()
  field.select()
}

/** @param {Self} self */
function save(self) {
  const name = self.find(".naming input").value.trim()
  if (!name) return
  self.send("save", {name, ...query(self)})
  stopNaming(self)
}

/** @param {Self} self */
function stopNaming(self) {
  self.state.isNaming = false
  self.paint()
  area(self).focus()
}

/** Return the error, if it is about the text that the editor has. @param {Self} self */
const errorOf = ({view, state}) => (view.error?.text === state.text ? view.error : null)

/** @param {Self} self */
function drawText(self) {
  const {state} = self
  const {completion, text} = state
  const error = errorOf(self)
  const lines = text.split("\n")
  const bad = error?.position === null || !error ? 0 : [...text].slice(0, error.position).join("").split("\n").length
  const rows = Math.max(ROWS, lines.length)
  return h(
    "div",
    {class: "sql", data: {key: "sql"}},
    h(
      "div",
      {class: "sql-lines", "aria-hidden": "true", data: {key: "lines"}},
      Array.from({length: rows}, (_, index) =>
        h("span", {class: index + 1 === bad ? "bad" : ""}, index < lines.length ? index + 1 : ""),
      ),
    ),
    h(
      "div",
      {class: "sql-sheet", data: {key: "sheet"}},
      h("pre", {"aria-hidden": "true", data: {key: "paint"}}, coloured(text), "\n"),
      h("textarea", {
        class: "sql-text",
        value: text,
        rows,
        spellcheck: "false",
        autocapitalize: "off",
        autocorrect: "off",
        autocomplete: "off",
        wrap: "off",
        placeholder: "SELECT … FROM files",
        ...completion.inputAttributes(),
        "aria-label": "SQL",
        "aria-invalid": error ? "true" : null,
        "aria-describedby": error ? "sql-error" : null,
        data: {key: "text"},
      }),
    ),
  )
}

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (view.text === undefined)
    return h("div", {class: "card sql-card", "aria-hidden": "true"}, h("div", {class: "bone line"}))
  return h(
    "section",
    {class: "card sql-card", "aria-label": "SQL", data: {key: "editor"}},
    drawHead(self),
    h(
      "div",
      {class: "sql-place", data: {key: "place"}},
      drawText(self),
      h(
        "div",
        {class: "sql-offers", style: state.completion.place(), data: {key: "offers"}},
        state.completion.drawList(),
      ),
    ),
    errorOf(self) && drawError(self.view.error),
    view.fields.length > 0 &&
      h(
        "div",
        {class: "sql-fields", role: "group", "aria-label": "Fields of this query", data: {key: "fields"}},
        view.fields.map(field => drawField(field, state)),
      ),
    drawRun(self),
  )
}

/** @type {(self: Self, text: string) => void} */
function setText(self, text) {
  const {state} = self
  if (state.text.trim() && state.text !== text)
    // the history keeps it
    window.dispatchEvent(new CustomEvent("indexium:replaced", {detail: {text: state.text, values: query(self).values}}))
  clearTimeout(state.typedTimer)
  state.text = text
  state.values = {}
  state.isNaming = false
  state.completion.clearOptions()
  if (area(self)) area(self).value = text
}

/** @param {Self} self */
function startNew(self) {
  setText(self, "")
  self.state.isCleared = true
  self.send("new")
  area(self).focus()
  self.paint()
}

/** @param {Self} self */
function takeView(self) {
  const {view, before, state} = self
  if (view.text === undefined) return
  if (view.serial !== before?.serial) {
    if (!state.isCleared || view.text) setText(self, view.text)
    else if (state.text) self.send("typed", query(self)) // it was typed before the server answered
    state.isCleared = false
  }
  for (const {name, value} of view.fields) state.values[name] ??= value
}

/** Show the seconds while a query is running. @param {Self} self */
function watchClock(self) {
  const {view, state} = self
  if (view.running && !state.clock) {
    state.startedAt = performance.now()
    state.clock = setInterval(() => self.paint(), 200)
  } else if (!view.running && state.clock) {
    clearInterval(state.clock)
    state.clock = 0
  }
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {key, target} = event
  const isCommand = event.ctrlKey || event.metaKey
  if (key === "Enter" && isCommand) {
    event.preventDefault()
    run(self)
  } else if (key === "s" && isCommand) {
    event.preventDefault()
    startNaming(self)
  } else if (target.matches(".sql-text") && self.state.completion.key(event)) event.stopPropagation()
  else if (key === "Enter" && target.matches(".naming input")) {
    event.preventDefault()
    save(self)
  } else if (key === "Enter" && target.matches(".sql-field input")) {
    event.preventDefault()
    run(self)
  } else if (key === "Escape") onEscape(self, event)
}

/** @type {(self: Self, event: PageEvent) => void} */
function onEscape(self, event) {
  if (self.state.isNaming) stopNaming(self)
  else if (self.view.running) self.send("cancel")
  else event.target.blur()
}

/** @param {Self} self @returns {Record<string, KeyBinding>} */
const keysOf = self => ({
  "Ctrl Enter": {does: "run the query", group: "Query"},
  "Ctrl S": {does: "save the query", group: "Query"},
  "Ctrl Space": {does: "complete a table or column", group: "Query"},
  e: {does: "edit the SQL", group: "Query", run: () => area(self)?.focus()},
  n: {
    does: "new query",
    group: "Query",
    run: () => startNew(self),
  },
  Escape: {
    does: "cancel the query",
    group: "Query",
    run: () => (self.view.running ? self.send("cancel") : false),
  },
})

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    draw(me) {
      takeView(me)
      return draw(me)
    },
    onSetup(me) {
      const insert = (/** @type {HTMLTextAreaElement} */ node, /** @type {string} */ text) => {
        replaceSelection(node, text)
        onTyped(me)
      }
      me.state = {
        completion: new SqlCompletion(me, insert),
        text: "",
        values: {},
        isNaming: false,
        isCleared: false,
        typedTimer: 0,
        clock: 0,
        startedAt: 0,
      }
    },
    onDrawn: watchClock,
    onMessage: ({state}, {completions}) => state.completion.show(completions.serial, completions.items),
    listeners: {
      submit: (_, event) => event.preventDefault(),
      input(me, event) {
        const {target} = event
        if (target.matches(".sql-text")) {
          onTyped(me)
          if (!event.isComposing) me.state.completion.ask(false)
        } else if (target.dataset.field) me.state.values[target.dataset.field] = target.value
      },
      focusout: (me, {target}) => target.matches(".sql-text") && me.state.completion.close(),
      pointerdown: (_, event) => event.target.closest(".offers") && event.preventDefault(),
      keydown: onKey,
    },
    actions: {
      run,
      option: ({state}, {index}) => state.completion.pick(Number(index)),
      error: goToError,
      name: startNaming,
      store: save,
      unname: stopNaming,
      new: startNew,
    },
  })
  listen(context.model, window, "indexium:insert", ({detail}) => insertName(self, detail))
  listen(context.model, document, "keydown", event => {
    const isElsewhere = !event.composedPath().includes(self.root) && document.documentElement.dataset.page === "query"
    if (isElsewhere && event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(self)
  })
  keys(context.model, "query", keysOf(self))
}
