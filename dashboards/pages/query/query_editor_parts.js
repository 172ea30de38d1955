// The parts of the editor of a query: its head, its fields, the line that runs it, and its error.
import {h} from "#face/dom.js"
import {button, drawSelect} from "#face/widgets.js"

/** @typedef {Pick<import("./query_editor.js").Self, "view" | "state">} Shown */

/** @param {Shown} self */
const drawNaming = ({view}) =>
  h(
    "form",
    {class: "naming", data: {editor: "", key: "naming"}},
    h("input", {
      type: "text",
      class: "named",
      value: view.name,
      maxlength: "80",
      placeholder: "Name of the query",
      "aria-label": "Name of the query",
      autocomplete: "off",
      data: {key: "name"},
    }),
    button("Save", "store", {kind: "small primary", data: {key: "store"}}),
    button("Cancel", "unname", {kind: "small quiet", data: {key: "unname"}}),
  )

/** @param {Shown} self */
export function drawHead(self) {
  const {view, state} = self
  const isChanged = Boolean(state.text.trim()) && state.text !== view.saved
  return h(
    "div",
    {class: "sql-head", data: {key: "head"}},
    state.isNaming
      ? drawNaming(self)
      : [
          h("b", {dir: "auto"}, view.name || "New query"),
          isChanged && h("span", {class: "risk note"}, view.saved ? "changed" : "not saved"),
          h("span", {class: "grow"}),
          button("New", "new", {kind: "small quiet", key: "n", data: {key: "new"}}),
          button("Save…", "name", {kind: "small", disabled: !state.text.trim(), data: {key: "save"}}),
        ],
  )
}

/** @type {Record<string, object>} */
const INPUTS = {
  number: {type: "text", inputmode: "decimal", size: "8"},
  date: {type: "date"},
  text: {type: "text"},
  any: {type: "text"},
}

/** @type {(field: QueryFieldView, state: Shown["state"]) => HTMLElement} */
export const drawField = ({name, kind}, {values}) => {
  const attributes = {"aria-label": `$${name}`, data: {key: `field-${name}`, field: name}}
  const choices = [
    {value: "", label: "…"},
    {value: "true", label: "yes"},
    {value: "false", label: "no"},
  ]
  return h(
    "label",
    {class: `sql-field ${kind}`, data: {key: name}},
    h("span", null, `$${name}`),
    kind === "flag"
      ? drawSelect(choices, attributes, values[name] ?? "")
      : h("input", {...INPUTS[kind], value: values[name] ?? "", autocomplete: "off", ...attributes}),
  )
}

/** @param {Shown} self */
export function drawRun({view, state}) {
  const elapsed = ((performance.now() - state.startedAt) / 1000).toFixed(1)
  return h(
    "div",
    {class: "sql-run", data: {key: "run"}},
    button(["Run", h("kbd", {"aria-hidden": "true"}, "Ctrl ↵")], "run", {
      kind: "primary",
      disabled: view.running || !state.text.trim(),
      data: {key: "go"},
    }),
    button(["Cancel", h("kbd", {"aria-hidden": "true"}, "Esc")], "cancel", {
      disabled: !view.running,
      data: {key: "cancel"},
    }),
    h(
      "span",
      {class: "status", role: "status"},
      view.running ? h("span", {"aria-hidden": "true"}, `${elapsed} s of at most ${view.seconds} s`) : view.status,
      view.running && h("span", {class: "vh"}, "The query is running."),
    ),
    h("span", {class: "grow"}),
    h("small", {class: "limits"}, `limits: ${view.seconds} s, 1 GB of memory, 10,000 rows`),
    view.running &&
      h("i", {
        class: "sql-time",
        "aria-hidden": "true",
        style: {"--share": `${Math.min(100, (Number(elapsed) / view.seconds) * 100)}%`},
      }),
  )
}

/** @param {SqlErrorView} error */
export const drawError = ({message, position}) =>
  h(
    "div",
    {class: "sql-error danger", id: "sql-error", role: "alert", data: {key: "error"}},
    h("p", null, h("span", {"aria-hidden": "true"}, "▲ "), message),
    position !== null && button("Show it", "error", {kind: "link"}),
  )
