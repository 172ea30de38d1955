// How far each library may go by itself: its mode, its limit and quiet time, and a switch for each detail.
import {h} from "#face/dom.js"
import {askOptions} from "#face/publish_options.js"
import {count} from "#face/wording.js"

const MODES = ["manual", "hybrid", "automatic"]
/** @type {Record<string, string>} */
const SWITCHES = {
  auto_enrich: "Look titles up",
  auto_select_assets: "Choose pictures",
  auto_publish: "Publish rows that are safe",
  webhook_enabled: "React to events",
  webhook_auto_publish: "Restore what an upgrade removes",
  scheduled_scan: "Scan each night",
}

/** @type {ReadCall} */
export const AUTOMATION = [
  "automation.list",
  {},
  {
    ...{library_id: 1, library: 1, about: 1, summary: 1, limit: 1, is_publishing: 1, waiting: 1},
    config: {
      ...{automation_mode: 1, idle: 1, quiet: 1, night_limit: 1, quiet_from: 1, quiet_until: 1},
      ...Object.fromEntries(Object.keys(SWITCHES).map(name => [name, 1])),
    },
  },
]

/**
 * @typedef {Pick<Values.LibraryAutomation, "library_id" | "library" | "about" | "summary" | "limit" | "is_publishing" | "waiting"> & {config: Omit<Values.AutomationConfig, "library_id">}} Row
 * @typedef {{libraries: Row[]}} Known
 * @typedef {SectionParts<Row>} Parts
 */

/** @type {(row: Row, parts: Parts) => HTMLElement} */
const drawModes = (row, {act}) =>
  h(
    "div",
    {class: "seg", role: "group", "aria-label": `Automation of ${row.library}`},
    MODES.map(mode =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(mode === row.config.automation_mode),
          disabled: !act("set-mode", row),
          data: {act: "set-mode", mode, key: mode},
        },
        mode[0].toUpperCase() + mode.slice(1),
      ),
    ),
  )

/** @type {(row: Row, parts: Parts) => Child} */
function drawWaiting(row, {act}) {
  const {library_id: id, library, is_publishing: isPublishing, waiting} = row
  if (!isPublishing) return act("set-options", row, {kind: "link", "aria-label": `Set what it publishes… ${library}`})
  if (!waiting) return "Nothing waits."
  const text = `${count(waiting)} ${waiting === 1 ? "waits" : "wait"} for you`
  return h("a", {class: "btn link", href: `/titles/publish?folder=${id}`}, text)
}

/** @type {(row: Row, parts: Parts) => HTMLElement} */
const drawDetails = (row, {form, toggle}) =>
  h(
    "div",
    {class: "library-details", role: "group", "aria-label": `Details of ${row.library}`, data: {key: "details"}},
    h(
      "div",
      {class: "flags"},
      Object.entries(SWITCHES).map(([name, label]) => {
        const {automation_mode: mode, idle, [/** @type {keyof Row["config"]} */ (name)]: isOn} = row.config
        const isIdle = idle.includes(name)
        return h(
          "div",
          {class: isIdle ? "flag idle" : "flag", data: {key: name}},
          toggle("set-switch", row, `${label}: ${row.library}`, Boolean(isOn), {name}),
          h("span", null, label, isIdle && h("small", null, `no effect in the mode ${mode}`)),
        )
      }),
    ),
    form("set-limits", row),
  )

/** @type {(row: Row, parts: Parts) => HTMLElement} */
function drawLibrary(row, parts) {
  const {library_id: id, library, about, summary, limit, config} = row
  const {fold, isUnfolded, refusal} = parts
  const details = `details-${id}`
  return h(
    "div",
    {data: {row: id, key: `library-${id}`}},
    h(
      "div",
      {class: "library", data: {key: "row"}},
      h("span", {class: "named"}, h("b", null, library), h("small", null, about)),
      drawModes(row, parts),
      h("p", null, summary),
      h("span", {class: "limit"}, h("small", null, limit), h("small", null, config.quiet)),
      h("span", {class: "waiting"}, drawWaiting(row, parts)),
      fold(details, "Details", {kind: "small quiet", "aria-label": `Details of ${library}`}),
    ),
    refusal("set-mode", row),
    refusal("set-switch", row),
    isUnfolded(details) && drawDetails(row, parts),
  )
}

/** Return a typed limit as a number; the library refuses what is none. @param {string} text */
export function limitOf(text) {
  const digits = text.trim().replaceAll(",", "")
  return /^\d{1,14}$/.test(digits) ? Number(digits) : digits || 0
}

/** @type {(row: Row, changes: Partial<Row["config"]>) => Partial<Row>} */
const withConfig = ({config}, changes) => ({config: {...config, ...changes}})

/** @type {Pick<ListAction<Row, Known>, "needs" | "keeps" | "done">} */
const CHANGE = {
  needs: "automation.change",
  keeps: true,
  done: ({library, summary}) => `${library}: ${summary}`,
}

/** @type {SectionSpec<Row, Known>} */
export const automation = {
  name: "automation",
  title: "Automation",
  isWide: true,
  isFlush: true,
  beside: () => h("p", null, "how far each library may go without you"),
  reads: () => ({libraries: AUTOMATION}),
  rows: "libraries",
  id: "library_id",
  draw: ({libraries}, parts) =>
    libraries.length
      ? libraries.map(row => drawLibrary(row, parts))
      : h("p", {class: "hint none"}, "There is no library yet. Add a folder on the page Library."),
  actions: [
    {
      ...CHANGE,
      act: "set-mode",
      label: "Mode",
      isRefusedInPlace: true,
      shows: (row, {mode}) => withConfig(row, {automation_mode: mode}),
      call: ([{library_id: id}], {mode}) => ["automation.change", {library_id: id, values: {automation_mode: mode}}],
    },
    {
      ...CHANGE,
      act: "set-switch",
      label: "Switch",
      isRefusedInPlace: true,
      shows: (row, {name, checked}) => withConfig(row, {[name]: checked}),
      call: ([{library_id: id}], {name, checked}) => ["automation.change", {library_id: id, values: {[name]: checked}}],
    },
    {
      ...CHANGE,
      act: "set-limits",
      label: "Save",
      asks: ([{library, config}]) => ({
        title: `Limits of ${library}`,
        lasts: "draft",
        fields: [
          {
            name: "limit",
            label: "Files in 24 hours",
            value: config.night_limit ? String(config.night_limit) : "",
            inputmode: "numeric",
            placeholder: "no limit",
            required: false,
          },
          {name: "start", kind: "time", label: "Quiet from", value: config.quiet_from, required: false},
          {name: "end", kind: "time", label: "Quiet until", value: config.quiet_until, required: false},
        ],
        confirm: "Save",
      }),
      call: ([{library_id: id}], {limit, start, end}) => [
        "automation.change",
        {library_id: id, values: {night_limit: limitOf(limit), quiet_from: start, quiet_until: end}},
      ],
    },
    {
      act: "set-options",
      needs: "publications.set_options",
      label: "Set what it publishes…",
      run: ([{library_id: id}]) => askOptions(id),
    },
  ],
}
