// How a page of sections looks: its title, and a card for each section.
import {h} from "#face/dom.js"
import {boneRows, button, emptyState} from "#face/widgets.js"

/** @typedef {import("#face/sections.js").Sections} Sections */

/** @type {(page: Sections, section: SectionSpec, known: any) => SectionParts} */
const partsOf = (page, section, known) => ({
  act(act, row, attributes = {}) {
    const action = page.actions.find(each => each.act === act)
    if (!action || !(action.when?.(row, page.place(), known) ?? true)) return null
    const label = typeof action.label === "function" ? action.label(row, page.place(), known) : action.label
    const kind = action.isPrimary ? "primary" : action.isQuiet ? "quiet" : ""
    return button(label, act, {kind: action.isRisky ? `${kind} risky` : kind, data: {key: act}, ...attributes})
  },
  form: (act, ...more) => page.drawForm(act, ...more),
  held(act) {
    const held = page.held.get(section.name)
    return held?.act === act ? held.value : undefined
  },
  drop: (label, attributes = {}) => button(label, "drop", {data: {key: "drop"}, ...attributes}),
})

/** @type {(text: string) => Child} */
const drawError = text =>
  h(
    "p",
    {class: "bad-text", role: "alert", data: {key: "error"}},
    `${text} `,
    button("Try again", "retry", {kind: "link"}),
  )

/** @type {(page: Sections, section: SectionSpec) => Child} */
function drawSection(page, section) {
  const {name, title, label = title, isWide} = section
  const {value, error} = page.known(section)
  if (section.when && !(value && section.when(value))) return null
  return h(
    "section",
    {
      class: `card pad ${name}${isWide ? " wide" : ""}`,
      "aria-label": label,
      "aria-busy": value || error ? null : "true",
      data: {section: name, key: name},
    },
    h("h2", {tabindex: "-1"}, title),
    error && drawError(value ? `${error.message} This is as it was before.` : error.message),
    value && section.draw(value, partsOf(page, section, value)),
    !value && !error && boneRows(2),
  )
}

/** Return the elements of a page of sections. @param {Sections} page */
export function drawSections(page) {
  const {title, summary, sections, closed} = page.spec
  const why = closed?.()
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", {tabindex: "-1"}, title),
      h("p", {"aria-live": "polite"}, summary?.(why ? undefined : page.head().value) ?? ""),
    ),
    why
      ? h("div", {class: "card closed", data: {key: "closed"}}, emptyState("", why))
      : h(
          "div",
          {class: "sections", data: {key: "sections"}},
          sections.map(section => drawSection(page, section)),
        ),
  ]
}
