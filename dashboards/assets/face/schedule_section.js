// The schedules: when each runs, its next run and its last result, a switch, and a button that runs it now.
import {h} from "#face/dom.js"
import {chip} from "#face/widgets.js"

/**
 * @typedef {Pick<Values.Schedule, "name" | "label" | "purpose" | "enabled" | "when" | "cron" | "next" | "last" | "result" | "reason">} Row
 * @typedef {SectionParts<Row>} Parts
 */

const ROW = {
  ...{name: 1, label: 1, purpose: 1, enabled: 1, when: 1, cron: 1},
  ...{next: 1, last: 1, result: 1, reason: 1},
}

/** @type {(row: Row, parts: Parts) => HTMLElement} */
function drawSchedule(row, {act, toggle, refused}) {
  const {name, label, purpose, enabled, when, cron, next, last, result, reason} = row
  const problem = refused("set-cron", row)
  return h(
    "div",
    {class: "schedule", data: {row: name, key: name}},
    h(
      "div",
      {class: "what"},
      h("label", {for: `cron-${name}`}, label),
      h("p", {id: `when-${name}`}, enabled ? `${when}. ${next}` : "Off."),
      h("p", null, purpose),
    ),
    h(
      "div",
      {class: "how"},
      h("span", {class: "on"}, toggle("switch-schedule", row, label, enabled), enabled ? "on" : "off"),
      h("input", {
        id: `cron-${name}`,
        class: problem ? "set bad" : "set",
        type: "text",
        value: problem ? problem.given.value : cron,
        title: "Minute, hour, day of month, month, day of week",
        "aria-describedby": `when-${name}${problem ? ` bad-${name}` : ""}`,
        "aria-invalid": problem ? "true" : null,
        autocomplete: "off",
        spellcheck: "false",
        data: {change: "set-cron", key: "cron"},
      }),
      problem && h("p", {class: "bad-text", id: `bad-${name}`, role: "alert"}, problem.text),
    ),
    h(
      "div",
      {class: "from"},
      act("run-schedule", row, {kind: "small", "aria-label": `Run now: ${label}`}),
      h("small", null, last),
      result && chip(result === "completed" ? "safe" : "warning", result, ""),
      reason && h("p", {class: "bad-text"}, reason),
    ),
  )
}

/** What a schedule does after a change. @type {(changed: Row, rows: Row[]) => string} */
const sentenceOf = ({enabled, when}, [{label}]) => (enabled ? `${label}: ${when}.` : `${label} is off.`)

/** @type {SectionSpec<Row, {schedules: Row[]}>} */
export const schedules = {
  name: "schedules",
  title: "Schedules",
  isWide: true,
  isFlush: true,
  news: ["job:changed"], // the result of a run
  reads: () => ({schedules: ["schedules.list", {}, ROW]}),
  rows: "schedules",
  id: "name",
  draw: ({schedules: rows}, parts) => [
    h(
      "p",
      {class: "hint lead"},
      "Work that starts by itself while Indexium runs, in local time. A run that was missed comes once after the next start.",
    ),
    rows.map(row => drawSchedule(row, parts)),
  ],
  actions: [
    {
      act: "switch-schedule",
      needs: "schedules.set",
      label: "On or off",
      keeps: true,
      shows: (_, {checked}) => ({enabled: checked}),
      call: ([{name}], {checked}) => ["schedules.set", {name, enabled: checked}],
      done: sentenceOf,
    },
    {
      act: "set-cron",
      needs: "schedules.set",
      label: "Time",
      keeps: true,
      isRefusedInPlace: true,
      shows: (_, {value}) => ({cron: value}),
      call: ([{name}], {value}) => ["schedules.set", {name, cron: value}],
      done: sentenceOf,
    },
    {
      act: "run-schedule",
      needs: "schedules.run",
      label: "Run now",
      keeps: true,
      call: ([{name}]) => ["schedules.run", {name}],
      done: (_, [{label}]) => `${label} runs; the page Jobs shows it.`,
    },
  ],
}
