// How a page of sections looks: its title, and a card for each section.
import {h} from "#face/dom.js"
import {boneRows, button, drawTitle, emptyState} from "#face/widgets.js"

/** @typedef {import("#face/sections.js").Sections} Sections */

/** @type {(page: Sections, known: any, own: {act: string, row?: any, attributes: object}) => HTMLElement | null} */
function drawAct(page, known, {act, row, attributes}) {
  const action = page.actions.find(each => each.act === act)
  if (!action || !(action.when?.(row, page.place(), known) ?? true)) return null
  const label = typeof action.label === "function" ? action.label(row, page.place(), known) : action.label
  const kind = action.isPrimary ? "primary" : action.isQuiet ? "quiet" : ""
  const name = page.formName(act, row)
  return button(label, act, {
    kind: action.isRisky ? `${kind} risky` : kind,
    "aria-busy": page.busy.has(name) ? "true" : null,
    "aria-expanded": action.isForm ? String(page.forms.has(name)) : null,
    data: {key: act},
    ...attributes,
  })
}

/** @type {(page: Sections, section: SectionSpec, known: any) => SectionParts} */
const partsOf = (page, section, known) => ({
  ...page.stateOf(section),
  act: (act, row, attributes = {}) => drawAct(page, known, {act, row, attributes}),
  form: (act, row, ...more) => page.drawForm(act, row, ...more),
  drop: (label, attributes = {}) => button(label, "drop", {data: {key: "drop"}, ...attributes}),
  refused: (act, row) => page.refusals.get(page.formName(act, row)),
  refusal(act, row) {
    const found = page.refusals.get(page.formName(act, row))
    return found && h("p", {class: "bad-text", role: "alert", data: {key: `refused-${act}`}}, found.text)
  },
  toggle: (act, row, label, isOn, data = {}) =>
    h(
      "label",
      {class: "switch"},
      h("input", {
        type: "checkbox",
        role: "switch",
        checked: isOn,
        disabled: !page.actions.some(each => each.act === act),
        "aria-label": label,
        data: {change: act, key: page.formName(act, row), ...data},
      }),
    ),
  fold: (name, label, attributes = {}) =>
    button(label, "fold", {
      "aria-expanded": String(page.stateOf(section).isUnfolded(name)),
      data: {fold: name, key: `fold-${name}`},
      ...attributes,
    }),
  copy(label, text, attributes = {}) {
    const word = page.copied === text ? "Copied" : "Copy"
    return button(word, "copy", {
      kind: "quiet",
      "aria-label": `${word}: ${label}`,
      data: {text, key: label},
      ...attributes,
    })
  },
})

/** @type {(text: string) => Child} */
const drawError = text =>
  h(
    "p",
    {class: "bad-text", role: "alert", data: {key: "error"}},
    `${text} `,
    button("Try again", "read-again", {kind: "link"}),
  )

/** @param {SectionSpec} section */
const classOf = ({name, isWide, isFlush, isBare}) =>
  [!isBare && "card", !isBare && !isFlush && "pad", name, isWide && "wide"].filter(Boolean).join(" ")

/** @type {(page: Sections, section: SectionSpec) => Child} */
function drawSection(page, section) {
  const {name, title, label = title, hasNoTitle} = section
  const {value, error} = page.known(section)
  if (section.when && !(value && section.when(value))) return null
  const parts = value && partsOf(page, section, value)
  const heading = h("h2", {tabindex: "-1"}, title)
  return h(
    "section",
    {
      class: classOf(section),
      "aria-label": label,
      "aria-busy": value || error ? null : "true",
      data: {section: name, key: name},
    },
    !hasNoTitle &&
      (section.beside ? h("div", {class: "card-head"}, heading, value && section.beside(value, parts)) : heading),
    error && drawError(value ? `${error.message} This is as it was before.` : error.message),
    value && section.draw(value, parts, page.place()),
    !value && !error && boneRows(2),
  )
}

/** A section beside the title of the page. @type {(page: Sections, section: SectionSpec) => Child} */
function drawInHead(page, section) {
  const {name, title} = section
  const {value} = page.known(section)
  return (
    value &&
    h(
      "div",
      {class: name, role: "group", "aria-label": title, data: {section: name, key: name}},
      section.draw(value, partsOf(page, section, value), page.place()),
    )
  )
}

/** The sections; those of two columns stand beside one another. @type {(page: Sections, sections: SectionSpec[]) => Child} */
function drawColumns(page, sections) {
  const draw = (/** @type {SectionSpec} */ section) => drawSection(page, section)
  const first = sections.findIndex(({side}) => side)
  if (first < 0) return sections.map(draw)
  const rest = sections.slice(first)
  return [
    sections.slice(0, first).map(draw),
    h(
      "div",
      {class: "columns", data: {key: "columns"}},
      ["main", "aside"].map(own =>
        h("div", {class: own, data: {key: own}}, rest.filter(({side}) => side === own).map(draw)),
      ),
    ),
    rest.filter(({side}) => !side).map(draw),
  ].flat()
}

/** @param {ClosedPage} page */
const drawClosed = ({title, text, link}) =>
  h(
    "div",
    {class: "card empty", role: "alert", data: {key: "closed"}},
    h("h1", {tabindex: "-1"}, title),
    h("p", null, text),
    h("div", {class: "acts"}, h("a", {class: "btn small", href: link.href}, link.label)),
  )

/** Return the elements of a page of sections. @param {Sections} page */
export function drawSections(page) {
  const {page: name, crumb, links, summary, sections, closed, hasOwnHead, beside} = page.spec
  const why = closed?.(() => page.head())
  if (why && typeof why !== "string") return [drawClosed(why)]
  const above = why ? [] : sections.filter(({isInHead}) => isInHead)
  const head =
    !hasOwnHead &&
    h(
      "div",
      {class: "head", data: {key: "head"}},
      drawTitle(page.title, crumb),
      h("p", {"aria-live": "polite"}, summary?.(why ? undefined : page.head().value) ?? ""),
      (above.length > 0 || links || beside) && h("span", {class: "grow"}),
      links?.().map(({label, href}) => h("a", {class: "btn", href, data: {key: href}}, label)),
      above.map(section => drawInHead(page, section)),
      beside?.(page.place(), why ? undefined : page.head().value),
    )
  const below = sections.filter(({isInHead}) => !isInHead)
  const body = why
    ? h("div", {class: "card closed", data: {key: "closed"}}, emptyState("", String(why)))
    : h("div", {class: `sections of-${name}`, data: {key: "sections"}}, drawColumns(page, below))
  return [head, body].filter(part => part instanceof Node)
}
