// The section of schedules: when each runs, its next run and its last result, a switch, and a button that runs it now.
import {h} from "#face/dom.js"
import {button, chip} from "#face/widgets.js"

/** @type {(row: ScheduleView, problem: SchedulesView["problem"]) => HTMLElement} */
const drawSchedule = ({name, label, help, enabled, when, cron, next, last, result, reason, level}, problem) =>
  h(
    "div",
    {class: "setting schedule", data: {key: name}},
    h(
      "div",
      {class: "what"},
      h("label", {for: `cron-${name}`}, label),
      h("p", {id: `when-${name}`}, enabled ? `${when}. ${next}` : "Off."),
      h("p", null, help),
    ),
    h(
      "div",
      {class: "how"},
      h(
        "label",
        {class: "switch"},
        h("input", {
          type: "checkbox",
          role: "switch",
          checked: enabled,
          "aria-label": label,
          data: {change: "switch-schedule", name, key: `switch-${name}`},
        }),
        h("span", {"aria-hidden": "true"}, enabled ? "on" : "off"),
      ),
      h("input", {
        id: `cron-${name}`,
        class: problem ? "set bad" : "set",
        type: "text",
        value: problem ? problem.typed : cron,
        title: "Minute, hour, day of month, month, day of week",
        "aria-describedby": `when-${name}${problem ? ` bad-${name}` : ""}`,
        "aria-invalid": problem ? "true" : null,
        autocomplete: "off",
        spellcheck: "false",
        data: {change: "set-cron", name, key: `cron-${name}`},
      }),
      problem && h("p", {class: "bad-text", id: `bad-${name}`, role: "alert"}, problem.text),
    ),
    h(
      "div",
      {class: "from"},
      button("Run now", "run-schedule", {kind: "small", data: {name}, "aria-label": `Run now: ${label}`}),
      h("small", null, last),
      result && chip(level, result, ""),
      reason && h("p", {class: "bad-text"}, reason),
    ),
  )

/** @param {SchedulesView} schedules */
export const drawSchedules = ({rows, problem}) =>
  h(
    "section",
    {class: "card settings", "aria-label": "Schedules", data: {key: "Schedules"}},
    h("h2", null, "Schedules"),
    h(
      "p",
      {class: "hint lead"},
      "Work that starts by itself while Indexium runs, in local time. A run that was missed comes once after the next start.",
    ),
    rows.map(row => drawSchedule(row, problem?.name === row.name ? problem : null)),
  )

/** @type {Record<string, (self: {send: (message: string, data: object) => void}, data: DOMStringMap, target: HTMLInputElement) => void>} */
export const SCHEDULE_ACTIONS = {
  "switch-schedule"(self, {name}, {checked}) {
    self.send("schedule", {name, enabled: checked, cron: null})
  },
  "set-cron"(self, {name}, {value}) {
    self.send("schedule", {name, enabled: null, cron: value})
  },
  "run-schedule"(self, {name}) {
    self.send("run_schedule", {name})
  },
}
