// The sections of a dialog, by their kind.
import {h} from "#face/dom.js"
import {drawGauge} from "#face/gauge.js"
import {drawImage} from "#face/images.js"
import {button, chip, drawSelect, drawTag, facts, fileName, placeOf, turnButtons} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @param {DialogItem} item */
const chipsOf = ({chips, level, status, glyph}) =>
  (chips ?? [{level, text: status, glyph}])
    .filter(each => each.text)
    .map(each => chip(each.level, each.text, each.glyph))

/** @type {(was: string, now: string) => HTMLElement} */
const drawChange = (was, now) =>
  h(
    "div",
    {class: "was"},
    h("span", {class: "vh"}, "before: "),
    h("del", null, h("bdi", null, was || "nothing")),
    h("span", {"aria-hidden": "true"}, " → "),
    h("span", {class: "vh"}, " now: "),
    h("ins", null, h("bdi", null, now || "nothing")),
  )

/** @type {(value: {label: string, was: string, now: string}) => Child} */
const drawValue = ({label, was, now}) => [h("dt", null, label), h("dd", null, drawChange(was, now))]

/** @type {(pictures: {source: string, text: string}[]) => Child} */
const drawPictures = pictures =>
  h(
    "div",
    {class: "pair"},
    pictures.map(({source, text}, place) => [
      place > 0 && h("span", {"aria-hidden": "true"}, "→"),
      h(
        "span",
        null,
        h("span", {class: "thumb"}, drawImage(source, "lazy")),
        h("span", {class: "vh"}, pictures.length === 1 ? "" : place ? " now: " : "before: "),
        h("small", null, text),
      ),
    ]),
  )

/** @param {DialogItem} item */
const drawItem = item =>
  h(
    "li",
    {data: {key: item.key ?? null}},
    fileName(item.name, item.path),
    chipsOf(item),
    item.message && h("small", null, h("bdi", null, item.message)),
    item.text !== undefined && item.text !== null && h("q", null, item.text),
    item.texts?.map(({where, text}) => [
      where && h("small", {class: "where"}, h("bdi", {dir: "ltr"}, where)),
      h("q", {dir: "auto"}, text),
    ]),
    item.was !== undefined && drawChange(item.was, item.now),
    item.pictures && drawPictures(item.pictures),
    item.values && h("dl", {class: "values"}, item.values.map(drawValue)),
    item.tags && h("div", {class: "tags"}, item.tags.map(drawTag)),
  )

/** @param {DialogListing} listing */
const drawTurn = ({key, page, pages, range}) =>
  pages > 1 &&
  h(
    "div",
    {class: "turning"},
    h("span", {"aria-live": "polite"}, range),
    turnButtons({page, pages}, number => ["", {do: "turn", list: key, page: number}]),
  )

/** @param {DialogListing} listing */
const drawListing = listing =>
  h(
    "div",
    {data: {key: `list-${listing.key ?? listing.label}`}},
    h(
      "div",
      {class: "label split"},
      h("span", null, listing.label),
      listing.choices?.length > 1 &&
        drawSelect(listing.choices, {"aria-label": "Show", data: {do: "choose", list: listing.key}}),
    ),
    h(
      "ul",
      {class: `listing ${listing.style ?? ""}`, tabindex: "0", "aria-label": listing.label},
      listing.items.map(drawItem),
    ),
    drawTurn(listing),
    listing.more && h("p", {class: "hint"}, listing.more),
  )

/** @param {DialogLevel} level */
const drawLevel = ({level, count: number, text, glyph}) =>
  h("span", null, h("span", {class: "n"}, number), chip(level, text ?? level, glyph))

/** @param {{text: string, actions: {label: string, act: string}[]}} line */
const drawLine = ({text, actions}) =>
  h(
    "li",
    null,
    h("span", {class: "grow"}, text),
    actions.map(({label, act}) =>
      button(label, "", {kind: "small", "aria-label": `${label}: ${text}`, data: {do: "act", name: act, key: act}}),
    ),
  )

/** @param {DialogSection} section @returns {Child} */
export function drawSection(section) {
  switch (section.kind) {
    case "text":
      return h("p", null, section.text)
    case "hint":
      return h("p", {class: "hint"}, section.text)
    case "levels":
      return h("div", {class: "levels"}, section.levels.map(drawLevel))
    case "facts":
      return facts(section.pairs)
    case "why":
      return h("p", {class: `why ${section.level}`}, section.text)
    case "lines":
      return h("ul", {class: `lines ${section.level}`}, section.lines.map(drawLine))
    case "items":
      return drawListing(section)
    case "gauge": {
      const {now, max, text} = section
      const gauge = drawGauge(text, {now, max, parts: [{kind: "ok", share: (100 * now) / max}]})
      return h("div", {data: {key: "gauge"}}, gauge, h("p", {class: "hint"}, text))
    }
    case "links":
      return h(
        "p",
        {class: "saving"},
        section.label && h("span", null, section.label),
        section.links.map(link => h("a", {class: "btn small", href: link.href, download: ""}, link.label)),
      )
  }
}

/** The section of the dangerous files: what each would lose. @param {Values.DangerousFilePage} files */
export const lostFiles = files => ({
  kind: "items",
  key: "dangers",
  style: "losses",
  label: plural(files.total, "dangerous file"),
  items: files.items.map(({file_id: key, name, path, labels, texts, people, message}) => ({
    ...{key, name, path, texts, message},
    chips: labels.map(text => ({level: "danger", text})),
    tags: people.length ? people.map(text => ({text, kind: "del"})) : null,
  })),
  ...placeOf(files),
})

/** The word that a person types before dangerous files or titles are written. @type {(verb: string, number: number, noun: string) => TypedWord} */
export function dangerousWord(verb, number, noun) {
  const them = number === 1 ? `this dangerous ${noun}` : `these ${count(number)} dangerous ${noun}s`
  return {before: "Type", word: `${verb} ${number}`, after: `to ${verb} ${them}, too.`}
}

/** Which checked files or titles of a dry run a person can see. @type {(report: {done: number, ready: number, shown: string}) => Choice[]} */
export const choicesOf = ({done, ready, shown}) => [
  {value: "", label: `all ${count(done)}`, on: shown === ""},
  {value: "not", label: `not written ${count(done - ready)}`, on: shown === "not"},
  {value: "ready", label: `ready ${count(ready)}`, on: shown === "ready"},
]

/** @param {string} text */
const folded = text => text.trim().replace(/\s+/g, " ").toLowerCase()

/** Return whether a person has typed a word; case and extra spaces do not matter. @type {(word: TypedWord, typed: string) => boolean} */
export const isTyped = ({word}, typed) => folded(typed) === folded(word)

/** The field for a word that a person types before dangerous work. @type {(word: TypedWord, typed: string) => HTMLElement} */
export const drawTypedWord = (typedWord, typed) =>
  h(
    "label",
    {class: "field typed danger", data: {key: "typed"}},
    h("span", null, typedWord.before, " ", h("code", null, typedWord.word), " ", typedWord.after),
    h("input", {
      type: "text",
      value: typed,
      autocomplete: "off",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      "aria-invalid": typed && !isTyped(typedWord, typed) ? "true" : null,
      data: {do: "type", key: "typed-in"},
    }),
  )
