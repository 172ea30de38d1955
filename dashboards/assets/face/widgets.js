// Parts that many components draw.
import {h} from "#face/dom.js"
import {count, rangeOf} from "#face/wording.js"

/** @type {Record<string, string>} */
export const GLYPHS = {safe: "✓", warning: "!", danger: "▲", blocked: "■", unchanged: "=", done: "✓"}

/** @type {(level: string, text: Child, glyph?: string) => HTMLElement} */
export const chip = (level, text, glyph = GLYPHS[level]) =>
  h("span", {class: `risk ${level}`}, h("span", {"aria-hidden": "true"}, glyph ? glyph + " " : ""), text)

/** @param {RiskCount} risk */
const drawRisk = ({level, count: files, shown, hint, on}) =>
  h(
    "button",
    {
      type: "button",
      class: files ? "stat" : "stat none",
      "aria-pressed": String(on),
      data: {act: "risk", level, key: level},
    },
    h("b", null, shown),
    chip(level, level),
    h("small", null, hint),
  )

/** The risk levels with their numbers; a press of one filters by it. @param {RiskCount[]} levels */
export const drawRisks = levels =>
  h(
    "div",
    {class: "chips levels-line", role: "group", "aria-label": "Risk", data: {key: "chips"}},
    levels.map(drawRisk),
  )

/**
 * A button that runs `act`. `key` is the key for the same act; other options are attributes.
 *
 * @param {Child} label
 * @param {string} act
 * @param {{kind?: string, key?: string, data?: object, disabled?: boolean, [attribute: string]: any}} [options]
 */
export function button(label, act, {kind = "", key, data = {}, disabled, ...rest} = {}) {
  return h(
    "button",
    {type: "button", class: `btn ${kind}`, data: {act, ...data}, disabled: disabled || null, ...rest},
    label,
    key && h("kbd", {"aria-hidden": "true"}, key),
  )
}

/** A button that leads on. @param {LeadingButton} lead */
export const drawLead = ({label, act, to, isPrimary}) =>
  button(label, act, {
    kind: isPrimary ? "small primary" : "small",
    data: {key: `${act}-${label}`, ...(to && {to: JSON.stringify(to)})},
  })

/** @type {(sign: string, label: string, data: object, attributes?: object) => HTMLButtonElement} */
export const iconButton = (sign, label, data, attributes = {}) =>
  h("button", {type: "button", class: "icon", "aria-label": label, data, ...attributes}, sign)

/** @type {(label: string, data: object) => HTMLButtonElement} */
export const closeButton = (label, data) => iconButton("✕", label, data)

/** The sign and the word of each kind of a tag. @type {Record<string, [sign: string, word: string]>} */
const TAG_KINDS = {add: ["+ ", "added "], set: ["→ ", "changed to "], del: ["− ", "removed "]}

const LONG = 20 // characters of a name that may be cut
const END = 9 // characters at the end of such a name, which often tell it from others

/**
 * A name that keeps its end if it is cut: `Summer holiday in … part 2.mp4`.
 *
 * @type {(name: string, attributes?: object) => HTMLElement}
 */
export function cutName(name, attributes = {}) {
  const letters = [...name]
  if (letters.length <= LONG) return h("bdi", attributes, name)
  const [start, end] = [letters.slice(0, -END), letters.slice(-END)].map(part => part.join(""))
  return h("bdi", attributes, h("span", {class: "name-start"}, start), h("span", {class: "name-end"}, end))
}

/** @type {(tag: Tag) => HTMLElement} */
export const drawTag = ({text, kind, title}) => {
  const [sign, word] = TAG_KINDS[kind] ?? []
  const name = cutName(text)
  return h(
    "span",
    {class: `tag ${kind}`, title: title ?? null},
    word && [h("span", {class: "vh"}, word), h("span", {"aria-hidden": "true"}, sign)],
    kind === "del" ? h("s", null, name) : name,
  )
}

/**
 * The two buttons that turn the pages of a list.
 *
 * @param {{page: number, pages: number}} list
 * @param {(page: number) => [string, object]} actOf The act of a button and its data.
 * @param {string[]} [labels]
 */
export function turnButtons(list, actOf, [previous, next] = ["Previous", "Next"]) {
  /** @type {(label: string, page: number, disabled: boolean) => HTMLElement} */
  const turn = (label, page, disabled) => {
    const [act, data] = actOf(page)
    return button(label, act, {kind: "link", data, disabled})
  }
  return [
    turn(`‹ ${previous}`, list.page - 1, list.page <= 1),
    turn(`${next} ›`, list.page + 1, list.page >= list.pages),
  ]
}

const MANY = 3 // pages from which on a person can type a page number

/**
 * Return the page number that a person has typed, or the nearest one that exists, and show it in its field.
 *
 * @type {(field: HTMLInputElement, list: {page: number, pages: number}) => number}
 */
export function typedPage(field, {page, pages}) {
  const typed = Math.trunc(Number(field.value.replace(/[\s,.]/g, "") || Number.NaN))
  const number = Number.isNaN(typed) ? page : Math.min(Math.max(typed, 1), pages)
  field.value = String(number)
  field.select()
  return number
}

/** Return the place of a page in its list. @param {{items: any[], total: number, page: number, per_page: number}} list */
export const placeOf = ({items, total, page, per_page: perPage}) => {
  const first = (page - 1) * perPage + 1
  return {page, pages: Math.ceil(total / perPage), total, range: rangeOf(first, first - 1 + items.length, total)}
}

/** Return what the address has for a page of a list in the details. @type {(name: string, page: number) => Record<string, string>} */
export const pageIn = (name, page) => ({[name]: page > 1 ? String(page) : ""})

/** The field for a page number; Enter turns to it, see `typedPage`. @param {Omit<PlaceInList, "total" | "range"> & {name?: string}} list */
const drawPageField = ({page, pages, name}) =>
  h(
    "form",
    {class: "page-field", data: {turn: "page", name, page, pages, key: "page-field"}},
    h("label", null, "Page ", h("input", {value: String(page), inputmode: "numeric", autocomplete: "off"})),
    h("span", null, `of ${count(pages)}`),
  )

/**
 * The place in a list, and how to turn its pages. `name`: the value of the address that has the number of the page, of a
 * list in the details.
 *
 * @type {(list: Omit<PlaceInList, "total"> & {hint?: Child, name?: string, total?: number}, labels?: string[]) => Child}
 */
export const pager = (list, labels) =>
  list.total > 0 &&
  h(
    "div",
    {class: "pager"},
    h("span", {"aria-live": "polite"}, list.range),
    list.hint,
    list.pages > 1 &&
      h(
        "span",
        {class: "turn"},
        list.pages >= MANY && drawPageField(list),
        turnButtons(
          list,
          page => (list.name ? ["part", {to: JSON.stringify(pageIn(list.name, page))}] : ["page", {page}]),
          labels,
        ),
      ),
  )

/** @type {(pairs: string[][]) => HTMLElement} */
export const facts = pairs =>
  h(
    "dl",
    {class: "facts"},
    pairs.map(([name, text]) => [h("dt", null, h("bdi", null, name)), h("dd", null, h("bdi", null, text))]),
  )

/** @type {(choices: Choice[], attributes: object, value?: string) => HTMLSelectElement} */
export const drawSelect = (choices, attributes, value) =>
  h(
    "select",
    {class: "select", ...attributes},
    choices.map(each =>
      h("option", {value: each.value, selected: each.on || each.value === value || null}, each.label),
    ),
  )

/**
 * The name of a file, written from left to right as in every file manager.
 *
 * @type {(name: string, path?: string) => HTMLElement}
 */
export const fileName = (name, path) => h("b", {title: path ?? name}, cutName(name, {dir: "ltr"}))

/** A filter with its number. @type {(total: number, isOn: boolean, data: object, label: Child, hint?: string) => HTMLElement} */
export const drawStat = (total, isOn, data, label, hint) =>
  h(
    "button",
    {type: "button", class: total ? "stat" : "stat none", "aria-pressed": String(isOn), data},
    h("b", null, count(total)),
    label,
    hint && h("small", null, hint),
  )

/** @type {(title: Child, text: Child, ...more: Child[]) => HTMLElement} */
export const emptyState = (title, text, ...more) =>
  h("div", {class: "empty"}, title && h("b", null, title), h("p", null, text), ...more)

/** The title of a page, behind the page above it. @type {(title: string, crumb?: {label: string, href: string}) => HTMLElement} */
export const drawTitle = (title, crumb) =>
  h("h1", {tabindex: "-1"}, crumb && [h("a", {class: "crumb", href: crumb.href}, crumb.label), " "], title)

/** The page before its first view: its title, and bones in place of the text. @param {string} title */
export const loadingPage = title => [
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", null, title),
    h("p", {class: "bone line", role: "status"}, h("span", {class: "vh"}, "loading")),
  ),
  h("div", {class: "card", "aria-hidden": "true", data: {key: "bones"}}, boneRows(6)),
]

/** Rows without content, in the place of rows that are read. @param {number} number */
export const boneRows = number =>
  Array.from({length: number}, () =>
    h("div", {class: "row bones"}, h("span"), h("span", {class: "bone"}), h("span", {class: "bone"})),
  )

/** The label above a part. @type {(text: string, data?: object) => HTMLElement} */
export const label = (text, data) => h("div", {class: "label", data}, text)

/**
 * @typedef {Pick<Values.ProviderRequest, "id" | "route"> & Record<"day" | "time" | "label" | "technical" | "answer", string> & {sent: string[][], is_good: boolean}} ProviderRequest
 */

/** @param {ProviderRequest} request */
const drawRequest = ({id, day, time, label: provider, route, sent, technical, answer, is_good: isGood}) =>
  h(
    "li",
    {data: {key: `request-${id}`}},
    h("span", {class: "at"}, h("small", null, day), " ", time),
    h("b", null, provider),
    h(
      "span",
      {class: "asked"},
      h("code", null, route),
      sent.map(([name, text]) => [
        " ",
        h("span", {class: "parameter"}, h("small", null, `${name} `), h("bdi", null, text)),
      ]),
      technical && [" ", h("small", {class: "technical"}, technical)],
    ),
    h("span", {class: isGood ? "answer" : "answer bad"}, answer),
  )

/** @param {ProviderRequest[]} rows */
export const drawProviderRequests = rows =>
  h("ul", {class: "requests", "aria-label": "Requests", data: {key: "requests"}}, rows.map(drawRequest))
