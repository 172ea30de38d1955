// How a value of each kind is drawn in a list.
import {h} from "#face/dom.js"
import {drawGauge, gaugeOf} from "#face/gauge.js"
import {drawPortrait, drawPoster} from "#face/images.js"
import {fitTags} from "#face/tag_fit.js"
import {chip, cutName, drawTag, fileName} from "#face/widgets.js"
import {andMore, count} from "#face/wording.js"

const MOST_TAGS = 6

/** A name; one that differs from the others is marked. @param {NameTag} tag */
export const drawNameTag = ({name, differs = false, note = "", kind = "odd"}) =>
  h(
    "span",
    {class: `tag ${differs ? kind : ""}`},
    differs && kind === "odd" && [h("span", {class: "vh"}, "differs: "), h("span", {"aria-hidden": "true"}, "≠ ")],
    h("bdi", null, name),
    note && h("span", {class: "note"}, ` ${note}`),
  )

/** Return the kind of the hidden tag that loses most: a removed value, then a replaced one. @param {Tag[]} tags */
const strongest = tags => ["del", "set"].find(kind => tags.some(tag => tag.kind === kind)) ?? ""

/** @type {(fitted: {shown: Tag[], hidden: Tag[]}, more: number) => Child} */
function drawFitting({shown, hidden}, more) {
  const left = hidden.length + more
  const names = hidden.map(tag => tag.text).join(", ")
  const hidesFields = hidden.some(tag => tag.title) // only the tags of fields have titles
  return [
    shown.map(drawTag),
    left > 0 &&
      h(
        "span",
        {class: `tag ${strongest(hidden)}`, title: names || null},
        `+${left}`,
        h("span", {class: "vh"}, ` more ${hidesFields ? "changes" : "people"} ${names}`),
      ),
  ]
}

/** The row takes the focus, not its link. @type {(href: string | undefined, text: Child) => Child} */
const linked = (href, text) => (href ? h("a", {href, tabindex: "-1"}, text) : text)

/** @type {Record<CellKind, (value: any) => Child>} */
export const CELLS = {
  /** The first column: a title, what stands beside it, and below. @param {{title: string, tip?: string, href?: string, aside?: string, below?: string, isFile?: boolean, gauge?: Values.JobGauge | null}} value */
  name: ({title, tip = title, href, aside, below, isFile, gauge}) => [
    h("b", {title: tip}, linked(href, cutName(title, {dir: isFile ? "ltr" : null}))),
    aside && h("small", {class: "aside"}, aside),
    below && h("small", {title: below}, h("bdi", null, below)),
    gauge && drawGauge(title, gaugeOf(gauge)),
  ],
  /** A file: its name, what a person has decided about it, its folder and its size. @param {{name: string, marks: string[], place: string, folder: string, size: string, extension: string}} value */
  file: ({name, marks, place, folder, size, extension}) => [
    fileName(name),
    h(
      "small",
      {class: "place"},
      marks.map(mark => h("span", {class: "mark"}, `${mark} ·`)),
      place && h("bdi", {dir: "ltr", title: folder}, place),
      h("span", null, place && "· ", size, extension && h("span", {class: "ext"}, ` · ${extension}`)),
    ),
  ],
  /** How long a write takes, and how it is made if that is not in place. @param {{method: string, text: string}} value */
  cost: ({method, text}) => [method && h("span", {class: "method"}, `${method} `), h("span", null, text)],
  /** @param {Portrait} value */
  picture: value => drawPortrait(value),
  /** @param {{poster: string, initials: string, marks: {text: string, kind?: string, title?: string}[]}} value */
  poster: ({marks, ...poster}) =>
    drawPoster(
      poster,
      marks.map(({text, kind = "", title}) => h("span", {class: `mark ${kind}`, title}, text)),
    ),
  /** @param {{tags: NameTag[], text?: string}} value */
  tags: ({tags, text = ""}) => [
    tags.slice(0, MOST_TAGS).map(drawNameTag),
    tags.length > MOST_TAGS && h("span", {class: "tag"}, andMore(tags.length - MOST_TAGS)),
    tags.length === 0 && h("span", {class: "vh"}, text),
  ],
  /** People and fields that change, as many as fit. @param {{tags: Tag[], more: number}} value */
  changes: ({tags, more}) => drawFitting(fitTags(tags, more), more),
  /** The level of risk and its reason. @param {{level: string, reason: string, why: string}} value */
  risk: ({level, reason, why}) =>
    h("span", {title: why || null}, reason !== level && h("span", {class: "vh"}, `${level}: `), chip(level, reason)),
  /** @param {number | string | null} value */
  number: value => (typeof value === "number" ? count(value) : (value ?? "")),
  /** @param {string | {text: string, below?: string}} value */
  text: value =>
    typeof value === "string"
      ? h("bdi", null, value)
      : [h("bdi", null, value.text), value.below && h("small", null, value.below)],
  /** @param {{text: string, href?: string}} value */
  link: ({text, href}) => (href ? h("a", {href, class: "btn link"}, text) : h("bdi", null, text)),
  /** @param {string} value */
  time: value => h("time", {datetime: value, title: new Date(value).toLocaleString()}, clockTime(value)),
  /** What the declaration draws. @param {Child} value */
  own: value => value,
  /** @param {{level: string, text: string, glyph?: string, below?: string} | null} value */
  state: value =>
    value && [chip(value.level, value.text, value.glyph ?? ""), value.below && h("small", null, value.below)],
}

/** @param {string} moment */
const clockTime = moment => new Date(moment).toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"})

const TODAY = new Intl.RelativeTimeFormat("en", {numeric: "auto"})
const DAY = new Intl.DateTimeFormat("en-GB", {day: "numeric", month: "long", year: "numeric"})

/** Return the day of a moment as people say it: Today, Yesterday, 3 November 2026. @param {string} moment */
export function dayOf(moment) {
  const start = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  const days = Math.round((start(new Date(moment)) - start(new Date())) / 86_400_000)
  const text = days > -2 && days < 1 ? TODAY.format(days, "day") : DAY.format(new Date(moment))
  return text[0].toUpperCase() + text.slice(1)
}
