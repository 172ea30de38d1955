// Settings: every setting in its group, the schedules, the custom fields, what leaves this machine, and what few people
// need.
import {Sections} from "#face/sections.js"
import {customFields} from "#face/custom_fields.js"
import {h} from "#face/dom.js"
import {refusalOf} from "#face/frame.js"
import {privacy, providers, requestLog} from "#face/privacy.js"
import {schedules} from "#face/schedule_section.js"
import {drawSetting, SETTINGS, settingActions} from "#face/setting_rows.js"
import {facts} from "#face/widgets.js"

/** The groups with a card of their own. */
const GROUPS = [
  "Writing",
  "Backups",
  "People",
  "Films and series",
  "Connections",
  "Accounts",
  "Approval",
  "This dashboard",
  "Home",
]

/**
 * @typedef {import("#face/setting_rows.js").Row} Row
 * @typedef {import("#face/setting_rows.js").Known} Known
 */

/** @param {Row[]} rows */
const inOrder = rows => [...rows].sort((a, b) => a.place - b.place)

/** @type {(title: string) => SectionSpec<Row, Known>} */
const groupSection = title => ({
  name: `group-${title.toLowerCase().replaceAll(" ", "-")}`,
  title,
  isWide: true,
  isFlush: true,
  reads: () => ({settings: SETTINGS}),
  rows: "settings",
  id: "name",
  draw: ({settings: all}, parts) =>
    inOrder(all)
      .filter(({group, is_advanced: isAdvanced}) => group === title && !isAdvanced)
      .map(row => drawSetting(row, parts)),
  actions: settingActions,
})

/** @typedef {Known & {cache: {summary: string}}} Advanced */

/** @type {(title: string, rows: Row[], draw: (row: Row) => HTMLElement) => HTMLElement} */
const drawGroup = (title, rows, draw) => h("div", {data: {key: title}}, h("h3", null, title), rows.map(draw))

/** @type {(known: Advanced, parts: SectionParts<Row>) => Child[]} */
function drawAdvanced({settings: all, cache}, parts) {
  const rows = inOrder(all).filter(each => each.is_advanced)
  const draw = (/** @type {Row} */ row) => drawSetting(row, parts, row.name === "artwork_budget" ? cache.summary : "")
  return [
    [...new Set(rows.map(({group}) => group))].map(title =>
      drawGroup(
        title,
        rows.filter(({group}) => group === title),
        draw,
      ),
    ),
    h(
      "div",
      {class: "variables", data: {key: "variables"}},
      h("h3", null, "Environment variables"),
      h("p", {class: "hint"}, "In settings.toml, a name has small letters and no INDEXIUM_."),
      facts(inOrder(all).map(({label, variable}) => [label, variable])),
    ),
  ]
}

/** @type {SectionSpec<Row, Advanced>} */
const advanced = {
  name: "advanced",
  title: "Advanced",
  isWide: true,
  isFlush: true,
  reads: () => ({settings: SETTINGS, cache: ["artwork.cache_usage", {}, {summary: 1}]}),
  rows: "settings",
  id: "name",
  beside: (_, {fold, isUnfolded}) => {
    const verb = isUnfolded("all") ? "Hide" : "Show"
    return fold("all", verb, {kind: "small quiet", "aria-label": `${verb} the advanced settings`})
  },
  draw: (known, parts) => parts.isUnfolded("all") && drawAdvanced(known, parts),
  actions: settingActions,
}

/** @type {SectionsSpec<{file: string}>} */
export const settings = {
  page: "settings",
  title: "Settings",
  sheets: ["settings.css", "provider_requests.css"],
  starts: "section",
  links: () =>
    [
      {label: "Connections", href: "/settings/connections"},
      {label: "Accounts", href: "/settings/accounts"},
    ].filter(({label}) => !refusalOf(label.toLowerCase())),
  news: [],
  head: () => ({file: ["configuration.file", {}]}),
  summary: head => (head ? `kept in ${head.file}; environment variables override it` : ""),
  sections: [...GROUPS.map(groupSection), schedules, customFields, privacy, providers, requestLog, advanced],
}

/** @param {HTMLElement} host */
export const makePage = host => new Sections(settings, host)
