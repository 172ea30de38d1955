// The settings as rows of sections: the purpose of each, its value with a field to change it, and where the value comes
// from. A text is sent when the focus leaves its field.
import {h} from "#face/dom.js"
import {chip, drawSelect} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @type {ReadCall} */
export const SETTINGS = [
  "configuration.table",
  {},
  {
    ...{name: 1, variable: 1, value: 1, default: 1, source: 1, help: 1, choices: 1, kind: 1, counts: 1, locked: 1},
    ...{label: 1, group: 1, place: 1, is_advanced: 1, may_cost_backups: 1},
  },
]

/**
 * @typedef {Pick<Values.SettingRow, "name" | "variable" | "value" | "default" | "source" | "help" | "choices" | "kind" | "counts" | "locked"> & Record<"label" | "group", string> & {place: number, is_advanced: boolean, may_cost_backups: boolean}} Row
 * @typedef {{settings: Row[]}} Known
 * @typedef {SectionParts<Row>} Parts
 */

/** @type {Record<Row["source"], string>} */
const ORIGINS = {environment: "environment", file: "set here", default: "", start: "start argument"}
/** @type {Record<string, string>} */
const SWITCH_WORDS = {true: "on", false: "off"}

/** Return a value as people read and type it. @type {(row: Row, value?: string) => string} */
export function shownValue({kind, value: own}, value = own) {
  if (kind === "switch") return SWITCH_WORDS[value]
  return kind === "number" && /^\d+$/.test(value) ? count(Number(value)) : value
}

/** @param {Row} row */
const helpOf = ({kind, help}) => (kind === "switch" ? help.replaceAll("True", "On").replaceAll("False", "Off") : help)

/** @type {(row: Row, problem: ReturnType<Parts["refused"]>) => HTMLElement} */
function drawField(row, problem) {
  const {name, kind, value, choices, locked} = row
  const attributes = {
    id: `set-${name}`,
    "aria-describedby": `help-${name}${problem ? ` bad-${name}` : ""}`,
    "aria-invalid": problem ? "true" : null,
    disabled: Boolean(locked),
    data: {change: "set-value", key: `set-${name}`},
  }
  if (kind === "switch")
    return h(
      "label",
      {class: "switch"},
      h("input", {...attributes, type: "checkbox", role: "switch", checked: value === "true"}),
      h("span", {"aria-hidden": "true"}, SWITCH_WORDS[value]),
    )
  if (kind === "choice")
    return drawSelect(
      choices.map(each => ({value: each, label: each})),
      attributes,
      value,
    )
  return h("input", {
    ...attributes,
    type: "text",
    class: problem ? "set bad" : "set",
    inputmode: kind === "number" ? "numeric" : null,
    value: problem ? problem.given.value : shownValue(row),
    autocomplete: "off",
    spellcheck: "false",
  })
}

/** @type {(row: Row, parts: Parts, note?: string) => HTMLElement} */
export function drawSetting(row, {act, refused, refusal}, note = "") {
  const {name, label, source, counts, locked} = row
  const problem = refused("set-value", row)
  const reset = act("reset-value", row, {
    kind: "link",
    "aria-label": `${label}: back to ${shownValue(row, row.default)}`,
  })
  return h(
    "div",
    {class: "setting", data: {row: name, key: name}},
    h(
      "div",
      {class: "what"},
      h("label", {for: `set-${name}`}, label),
      h("p", {id: `help-${name}`}, [helpOf(row), note].filter(Boolean).join(" ")),
    ),
    h(
      "div",
      {class: "how"},
      drawField(row, problem),
      problem && h("p", {class: "bad-text", id: `bad-${name}`, role: "alert"}, problem.text),
      refusal("reset-value", row),
      locked && h("p", {class: "quiet"}, locked),
    ),
    h(
      "div",
      {class: "from"},
      ORIGINS[source] && chip(source === "file" ? "safe" : "note", ORIGINS[source], ""),
      reset ?? h("small", null, counts),
    ),
  )
}

/** Return the call that tells what a change costs; null: nothing. @type {(row: Row, text: string) => CallOf | null} */
const costOf = ({name, may_cost_backups: mayCost}, text) => (mayCost ? ["configuration.effect", {name, text}] : null)

/** What is asked before a change that deletes backups. @type {(row: Row, text: string, effect: string) => Question | false} */
const costQuestion = ({label}, text, effect) =>
  Boolean(effect) && {
    title: `${label}: ${text}?`,
    warning: effect,
    confirm: `Set to ${text}`,
    risky: true,
  }

/** The value that a field was given, as the library takes it. @type {(row: Row, given: Answers) => string} */
const typed = ({kind}, {value, checked}) => (kind === "switch" ? String(checked) : value.trim())

/** @type {(changed: Row, rows: Row[]) => string} */
const sentenceOf = ({value, counts}, [row]) => `${row.label}: ${shownValue(row, value)}. The change ${counts}.`

/** @type {ListAction<Row, Known>[]} */
export const settingActions = [
  {
    act: "set-value",
    needs: "configuration.set",
    label: "Value",
    keeps: true,
    isRefusedInPlace: true,
    weighs: ([row], given) => costOf(row, typed(row, given)),
    preview: ([row], given, effect) => costQuestion(row, typed(row, given), effect),
    shows: (row, given) => ({value: typed(row, given)}),
    call: ([row], given) => ["configuration.set", {name: row.name, text: typed(row, given)}],
    done: sentenceOf,
  },
  {
    act: "reset-value",
    needs: "configuration.set",
    label: row => `Back to ${shownValue(row, row.default)}`,
    when: row => row?.source === "file" && !row.locked,
    keeps: true,
    isRefusedInPlace: true,
    weighs: ([row]) => costOf(row, row.default),
    preview: ([row], _given, effect) => costQuestion(row, row.default, effect),
    shows: row => ({value: row.default, source: "default"}),
    call: ([{name}]) => ["configuration.set", {name, text: null}],
    done: sentenceOf,
  },
]
