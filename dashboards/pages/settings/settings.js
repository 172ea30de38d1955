// Every setting: its purpose, its value, and a field to change it. A number is sent when the focus leaves the field.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {button, chip, facts} from "#face/widgets.js"
import {drawCustomFields, emptyForm} from "./custom_fields.js"
import {drawPrivacy, PRIVACY_ACTIONS} from "./privacy.js"
import {KEY_ACTIONS, onKeyField} from "./provider_keys.js"
import {drawSchedules, SCHEDULE_ACTIONS} from "../../components/schedules/schedules.js"

/** @import {Form} from "./custom_fields.js" */
/**
 * @typedef {Component<SettingsFormView, {isAdvanced: boolean, form: Form | null, keyOf: string}>} Self
 */

/** @type {Record<string, string>} */
const SWITCH_TEXTS = {true: "on", false: "off"}

/** @type {(row: SettingView, problem: SettingProblemView | null) => HTMLElement} */
function drawField(row, problem) {
  const attributes = {
    id: `set-${row.name}`,
    "aria-describedby": `help-${row.name}${problem ? ` bad-${row.name}` : ""}`,
    "aria-invalid": problem ? "true" : null,
    disabled: Boolean(row.locked),
    data: {change: "set", name: row.name, key: `set-${row.name}`},
  }
  if (row.kind === "switch")
    return h(
      "label",
      {class: "switch"},
      h("input", {...attributes, type: "checkbox", role: "switch", checked: row.value === "true"}),
      h("span", {"aria-hidden": "true"}, SWITCH_TEXTS[row.value]),
    )
  if (row.kind === "choice")
    return h(
      "select",
      {...attributes, class: "select"},
      row.choices.map(each => h("option", {value: each, selected: each === row.value || null}, each)),
    )
  return h("input", {
    ...attributes,
    type: "text",
    class: problem ? "set bad" : "set",
    inputmode: row.kind === "number" ? "numeric" : null,
    value: problem ? problem.typed : row.value,
    size: ["folder", "names", "executor", "address"].includes(row.kind) ? 34 : 12,
    autocomplete: "off",
    spellcheck: "false",
  })
}

/** @param {SettingView} row */
const defaultText = row => (row.kind === "switch" ? SWITCH_TEXTS[row.default] : row.default)

/** @param {SettingView} row */
const drawOrigin = row =>
  h(
    "div",
    {class: "from"},
    chip(row.level, row.origin, ""),
    row.own && !row.locked
      ? button(`Back to ${defaultText(row)}`, "unset", {
          kind: "link",
          data: {name: row.name},
          "aria-label": `${row.label}: back to ${defaultText(row)}`,
        })
      : h("small", null, row.counts),
  )

/** @type {(row: SettingView, problem: SettingProblemView | null) => HTMLElement} */
const drawRow = (row, problem) =>
  h(
    "div",
    {class: "setting", data: {key: row.name}},
    h(
      "div",
      {class: "what"},
      h("label", {for: `set-${row.name}`}, row.label),
      h("p", {id: `help-${row.name}`}, row.help),
    ),
    h(
      "div",
      {class: "how"},
      drawField(row, problem),
      problem && h("p", {class: "bad-text", id: `bad-${row.name}`, role: "alert"}, problem.text),
      row.locked && h("p", {class: "quiet"}, row.locked),
    ),
    drawOrigin(row),
  )

/** @type {(group: SettingGroupView, problem: SettingProblemView | null) => HTMLElement[]} */
const drawRows = ({rows}, problem) => rows.map(row => drawRow(row, problem?.name === row.name ? problem : null))

/** @type {(group: SettingGroupView, problem: SettingProblemView | null) => HTMLElement} */
const drawGroup = (group, problem) =>
  h(
    "section",
    {class: "card settings", "aria-label": group.title, data: {key: group.title}},
    h("h2", null, group.title),
    drawRows(group, problem),
  )

/** The settings that the section of privacy shows. @param {SettingGroupView} group */
const isPrivacy = ({title}) => title === "Privacy"

/** @param {string[][]} variables */
const drawVariables = variables =>
  h(
    "section",
    {class: "card settings pad", "aria-label": "Environment variables", data: {key: "variables"}},
    h("h2", null, "Environment variables"),
    h("p", {class: "hint"}, "In settings.toml, a name has small letters and no INDEXIUM_."),
    facts(variables),
  )

/** Return the form while its field is not saved yet. @param {Self} self */
const openForm = ({view, state}) => (state.form && state.form.saved === view.custom.saved ? state.form : null)

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  const {file, groups, advanced, variables, problem, custom, privacy, schedules} = view
  const {isAdvanced} = state
  if (!groups) return h("div", {class: "head"}, h("h1", null, "Settings"))
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", null, "Settings"),
      h("p", null, "kept in ", h("bdi", {dir: "ltr"}, file), "; environment variables override it"),
      h("span", {class: "grow"}),
      h("a", {class: "btn", href: view.connections, data: {act: "connections"}}, "Connections"),
      view.accounts && h("a", {class: "btn", href: view.accounts, data: {act: "accounts"}}, "Accounts"),
    ),
    groups.filter(group => !isPrivacy(group)).map(group => drawGroup(group, problem)),
    drawSchedules(schedules),
    drawCustomFields(custom, openForm(self)),
    drawPrivacy(
      privacy,
      groups.filter(isPrivacy).flatMap(group => drawRows(group, problem)),
      state.keyOf,
    ),
    h(
      "div",
      {class: "advanced", data: {key: "advanced"}},
      button(isAdvanced ? "Hide advanced settings" : "Advanced", "advanced", {"aria-expanded": String(isAdvanced)}),
      isAdvanced && [
        advanced.map(group => drawGroup({...group, title: `Advanced: ${group.title}`}, problem)),
        drawVariables(variables),
      ],
    ),
  ]
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKey(self, event) {
  const {view} = self
  const {key, target} = event
  if (onKeyField(self, event)) return
  if (!target.matches("input.set") || (key !== "Enter" && key !== "Escape")) return
  if (key === "Escape") {
    const rows = [...view.groups, ...view.advanced].flatMap(group => group.rows)
    const crons = view.schedules.rows.map(({name, cron}) => ({name: `cron-${name}`, value: cron}))
    const {name, key: field} = target.dataset
    target.value = [...rows, ...crons].find(row => row.name === (field?.startsWith("cron-") ? field : name)).value
  }
  target.blur()
}

/** @type {(self: Self, of: string, typed: TypedValuesView) => void} */
function fillForm(self, of, typed) {
  self.state.form = {typed, of, showsNames: false, isSent: false, saved: self.view.custom.saved}
  self.paint()
  self.focus(".field-form input")
}

/** Show the section that another page has opened, with the focus where a key is missing. @param {Self} self */
function showSection({view, before, find}) {
  if (view.section !== "privacy" || view.entered === before?.entered) return
  const provider = view.privacy.providers.find(({keys}) => keys.length && !keys.some(key => key.origin))
  find(provider ? `[data-act=open-key][data-provider=${provider.id}]` : "#privacy h2").focus()
}

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    state: () => ({isAdvanced: false, form: /** @type {Form | null} */ (null), keyOf: ""}),
    draw,
    onDrawn: showSection,
    listeners: {
      keydown: onKey,
      input({state}, {target}) {
        if (target.dataset.typed && state.form) state.form.typed[target.dataset.typed] = target.value
      },
    },
    actions: {
      ...PRIVACY_ACTIONS,
      ...KEY_ACTIONS,
      ...SCHEDULE_ACTIONS,
      advanced(self) {
        self.state.isAdvanced = !self.state.isAdvanced
        self.paint()
      },
      "open-form": self => fillForm(self, "", emptyForm()),
      "change-field"(self, {field}) {
        fillForm(self, field, {...self.view.custom.rows.find(row => row.key === field).texts})
      },
      "close-form"(self) {
        self.state.form = null
        self.paint()
        self.focus("[data-act=open-form]")
      },
      "field-type"(self, _, target) {
        self.state.form.typed.type = target.value
        self.paint()
      },
      "field-names"(self) {
        self.state.form.showsNames = !self.state.form.showsNames
        self.paint()
      },
      define(self) {
        const {form} = self.state
        form.isSent = true
        self.send(form.of ? "redefine" : "define", {key: form.of, texts: form.typed})
      },
      "remove-field"(self, {field}) {
        self.send("remove", {key: field})
      },
      set(self, {name}, target) {
        self.send("set", {name, value: target.type === "checkbox" ? String(target.checked) : target.value})
      },
    },
  })
}
