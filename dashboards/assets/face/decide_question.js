// A title whose match a person chooses: what its file says, and three candidates side by side with their scores.
import {h} from "#face/dom.js"
import {drawImage, drawPoster} from "#face/images.js"
import {drawSearchField} from "#face/search_field.js"
import {button, chip} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/**
 * @typedef {Values.Candidate & Record<"other_title" | "provider_name" | "runtime_text" | "name", string>} Candidate
 * @typedef {Pick<Values.MatchReason, "code" | "level" | "text" | "points" | "share" | "has_points">} Reason
 * @typedef {Omit<Values.MatchCandidate, "candidate" | "reasons"> & {candidate: Candidate, reasons: Reason[]}} Offer
 * @typedef {Omit<Values.MatchQuestion, "offers" | "marked_name"> & {offers: Offer[], marked_name: [string, boolean][]}} Row
 */

export const SHOWN = 3 // candidates side by side
const CAST = 3 // names of a candidate
/** @type {Record<string, [level: string, sign: string, text: string]>} */
const LABELS = {
  open: ["warning", "!", "asked because"],
  later: ["note", "", "put off"],
  none: ["note", "", "not found"],
  failed: ["danger", "▲", "search failed"],
  ignored: ["note", "", "ignored"],
  unsearched: ["note", "", "not searched"],
  maybe: ["warning", "?", "maybe a film"],
}
/** @type {Record<string, string>} */
const KINDS = {movie: "Film", tv: "Series"}
/** The class and the sign of each level. @type {Record<string, [string, string]>} */
const LEVELS = {yes: ["y", "✓"], partly: ["m", "~"], no: ["n", "✗"], neutral: ["o", "·"]}

/** Return the place of the first candidate that is shown. @type {(row: Row, place: Route) => number} */
const firstOf = ({offers}, {from}) => (Number(from) < offers.length ? Number(from) || 0 : 0)

/** Return a candidate by its number on the screen. @type {(row: Row, place: Route, number: number) => Offer | undefined} */
export const offerAt = (row, place, number) => row.offers[firstOf(row, place) + number - 1]

// The file.

/** Return the address of a picture of the file. @param {Row} row */
export const stillOf = ({shown_file: file}) =>
  file && file.state !== "missing" ? `/thumbnail/${file.file_id}?width=640` : ""

/** @type {(row: Row, offer: Offer) => string} */
const posterOf = ({title_id: id}, {position, key}) => `/poster/${id}/candidate/${position}?v=${encodeURIComponent(key)}`

/** Return the addresses of the posters that are shown first. @param {Row} row */
export const postersOf = row => row.offers.slice(0, SHOWN).map(offer => posterOf(row, offer))

/** @param {string} text */
const capital = text => text[0].toUpperCase() + text.slice(1)

/** @param {Row} row */
export function drawFile(row) {
  const folders = (row.shown_file?.file_path ?? "").split("/").slice(0, -1).filter(Boolean)
  return h(
    "section",
    {class: "card this", "aria-label": "The file", data: {key: "file"}},
    h("div", {class: "still"}, drawImage(stillOf(row), "eager"), row.length_text && h("span", null, row.length_text)),
    h(
      "div",
      null,
      h(
        "h2",
        {class: "raw"},
        h(
          "bdi",
          {dir: "ltr"},
          row.marked_name.map(([text, isUsed]) => (isUsed ? h("mark", null, text) : text)),
        ),
      ),
      h("p", {class: "where"}, h("bdi", {dir: "ltr"}, folders.slice(-3).join(" / "))),
    ),
    h(
      "dl",
      {class: "says"},
      row.facts.map(({name, text, source_text: source}) => [
        h("dt", null, capital(name)),
        h("dd", null, h("b", {dir: "auto"}, name === "type" ? capital(text) : text), " ", h("small", null, source)),
      ]),
    ),
  )
}

// The candidates.

/** @type {(row: Row, offer: Offer, reason: Reason) => string} */
function reasonText({search_year: wanted}, {candidate}, {code, text, share}) {
  if (code === "title") return share > 0.999 ? "Title: the same" : `Title: ${Math.round(100 * share)}% alike`
  if (code === "year") return yearText(candidate.year, wanted)
  if (code === "popularity") return `Popularity: ${count(Math.round(10 * candidate.popularity) / 10)}`
  return REASONS[code] ?? text
}

/** @type {Record<string, string>} */
const REASONS = {
  no_year: "No year in the name: the other parts count more",
  words: "Title: the same words, another title",
  runtime: "Runtime: more than 20 % off",
  seasons: "Seasons: do not fit",
  country: "Country: another one",
  cast: "Cast: nobody of the file",
  same_runtime: "Runtime: fits",
  same_seasons: "Seasons: fit",
  same_country: "Country: the same",
  same_cast: "Cast: of the file",
  same_titles: "Original title: the same",
  id: "Id: the same",
}

/** @type {(year: number | null, wanted: number | null) => string} */
function yearText(year, wanted) {
  if (year === null || wanted === null) return "Year: not known"
  const gap = Math.abs(year - wanted)
  return gap ? `Year: ${plural(gap, "year")} off` : `Year: ${year}, the same`
}

/** Return points with their sign: "+0.30", "−0.10", "0". @param {Reason} reason */
function pointsText({points, has_points: has}) {
  if (!has) return ""
  const text = Math.abs(points).toFixed(2)
  return text === "0.00" ? "0" : `${points < 0 ? "−" : "+"}${text}`
}

/** Return the width of each part of the score, in percent of the highest score; together they are the score. @param {Offer} offer */
function widthsOf({score, reasons}) {
  const points = reasons.map(each => each.points).filter(each => each > 0)
  const total = points.reduce((sum, each) => sum + each, 0)
  return points.map(each => (100 * score * each) / total)
}

/** The reasons in one line, for a phone. @type {(row: Row, offer: Offer) => string} */
const briefOf = (row, offer) =>
  offer.reasons
    .filter(({code}) => code !== "no_year")
    .map(reason => {
      const [name, ...rest] = reasonText(row, offer, reason).split(": ")
      return [name.toLowerCase(), ...rest].join(" ")
    })
    .join(" · ")

/** @type {(row: Row, offer: Offer) => HTMLElement} */
function drawScore(row, offer) {
  const best = row.offers[0]
  const score = offer.score.toFixed(2)
  return h(
    "div",
    {class: "score"},
    h(
      "div",
      {class: "sum"},
      h("b", null, score),
      offer === best ? "of 1.00 · most likely" : `of 1.00 · ${(best.score - offer.score).toFixed(2)} behind`,
    ),
    h(
      "div",
      {class: "meter", role: "img", "aria-label": `${score} of 1.00`},
      widthsOf(offer).map(width => h("i", {style: {width: `${width}%`}})),
    ),
    h(
      "ul",
      {class: "reasons"},
      offer.reasons.map(reason => {
        const [level, sign] = LEVELS[reason.level]
        return h(
          "li",
          {class: level, title: reason.text},
          h("i", {"aria-hidden": "true"}, sign),
          h("span", null, reasonText(row, offer, reason)),
          h("b", null, pointsText(reason)),
        )
      }),
    ),
    h("p", {class: "brief"}, briefOf(row, offer)),
    offer.conflict && h("p", {class: "conflict"}, offer.conflict),
  )
}

/** @param {string} title */
function initialsOf(title) {
  const words = title.split(/\s+/).filter(word => /^[\p{L}\p{N}]/u.test(word))
  const main = words.filter(word => !["the", "a", "an", "of", "and"].includes(word.toLowerCase()))
  return (
    (main.length ? main : words)
      .map(([first]) => first.toUpperCase())
      .slice(0, 2)
      .join("") || "?"
  )
}

/** @type {(row: Row, offer: Offer, number: number, parts: DecidingParts) => HTMLElement} */
function drawOffer(row, offer, number, {act}) {
  const {candidate} = offer
  const {title, year, cast} = candidate
  const ids = [`${candidate.provider_name} ${candidate.external_id}`, candidate.original_language]
  const more = cast.length - CAST
  return h(
    "article",
    {
      class: number === 1 ? "card cand best" : "card cand",
      "aria-label": `Candidate ${number}: ${title}${year ? `, ${year}` : ""}`,
      data: {key: offer.key},
    },
    h(
      "div",
      {class: "top"},
      drawPoster({title, poster: posterOf(row, offer), initials: initialsOf(title)}),
      h(
        "div",
        {class: "facts-of"},
        h("span", {class: "key", "aria-hidden": "true"}, String(number)),
        h("span", {class: "year"}, year ?? "—"),
        [candidate.runtime_text, KINDS[candidate.content_type]].filter(Boolean).map(text => h("span", null, text)),
        h("small", {class: "id"}, ids.filter(Boolean).join(" · ")),
      ),
    ),
    h("h3", {dir: "auto"}, title),
    h("p", {class: "orig", dir: "auto"}, candidate.other_title),
    h(
      "p",
      {class: "cast"},
      h("bdi", null, cast.slice(0, CAST).join(", ")),
      more > 0 && h("span", null, ` + ${count(more)}`),
    ),
    h("p", {class: "plot", dir: "auto"}, candidate.plot),
    drawScore(row, offer),
    offer.state === "accepted"
      ? button("✓ Matched", "accepted", {disabled: true})
      : act(`accept-${number}`, {
          kind: number === 1 ? "primary" : "",
          more: h("span", {class: "vh"}, ` candidate ${number}: ${title}, ${year ?? "no year"}`),
        }),
  )
}

/** @type {(title: string, sentences: string[]) => Child} */
const drawEvidence = (title, sentences) =>
  sentences.length > 0 && [
    h("h4", null, title),
    h(
      "ul",
      null,
      sentences.map(text => h("li", null, text)),
    ),
  ]

/** Ask whether a video is a film. @type {(row: Row, parts: DecidingParts) => HTMLElement} */
const drawDoubt = (row, {act}) =>
  h(
    "div",
    {class: "card doubt", data: {key: "doubt"}},
    h("h3", null, "Is it a film or an episode?"),
    drawEvidence("For a film or an episode", row.evidence_for),
    drawEvidence("Against it", row.evidence_against),
    h(
      "p",
      null,
      "A film or an episode is searched at the providers at once. Undo removes your answer and the result, not the request. ",
      "A home video is ignored, and nothing about it is sent.",
    ),
    h("div", {class: "acts"}, act("confirm"), act("ignore")),
  )

/** @type {(row: Row, place: Route, parts: DecidingParts) => HTMLElement} */
function drawOffers(row, place, parts) {
  if (row.state === "maybe") return drawDoubt(row, parts)
  const first = firstOf(row, place)
  const shown = row.offers.slice(first, first + SHOWN)
  if (shown.length > 0)
    return h(
      "div",
      {class: "three", data: {key: "three"}},
      shown.map((offer, at) => drawOffer(row, offer, at + 1, parts)),
    )
  return h(
    "div",
    {class: "card nothing", data: {key: "nothing"}},
    h("b", null, "No candidates"),
    "Search by another title, or by the id of the film. ",
    row.state === "ignored"
      ? "If it is a film or an episode after all, press f."
      : "If it is not a film or series, press s.",
  )
}

/** @type {(row: Row, parts: DecidingParts) => Child} */
function drawSearched({searched_text: text, by_hand: byHand}, {act, searching}) {
  if (searching) return h("p", {class: "hint", role: "status", data: {key: "searching"}}, `Searching “${searching}” …`)
  return (
    (text || byHand) &&
    h(
      "p",
      {class: "hint", data: {key: "searched"}},
      text || "Searched by hand.",
      " ",
      act("suggest", {kind: "link", data: {key: "suggest"}}),
    )
  )
}

/** What else a person can do than accept a candidate. @type {(row: Row, parts: DecidingParts) => Child} */
function drawOther(row, parts) {
  const {act, has, state} = parts
  const isKept = row.state === "maybe" // its buttons stand in the question
  const content = [
    has("search-for") &&
      drawSearchField("", false, {
        "aria-label": "Search by title or id",
        placeholder: "Title, or id: tt0118767, tmdb:48211",
        data: {key: `search${row.title_id}`},
      }),
    ...(isKept ? [] : [act("confirm"), act("ignore"), act("later"), act("more-offers", {kind: "quiet"})]),
    !isKept && drawSearched(row, parts),
    has("whole") &&
      h(
        "label",
        {class: "for-all", data: {key: "for-all"}},
        h("input", {type: "checkbox", checked: state.all, data: {change: "whole"}}),
        h("span", null, `${row.others_text} `, h("kbd", {"aria-hidden": "true"}, "a")),
      ),
  ].filter(Boolean)
  return content.length > 0 && h("div", {class: "card other", data: {key: "other"}}, content)
}

/** @param {Row} row @returns {[level: string, sign: string, text: string]} */
const labelOf = ({state, decided_by: by}) =>
  state === "accepted" ? ["safe", "✓", by === "hand" ? "matched by hand" : "matched automatically"] : LABELS[state]

/** @type {(row: Row, place: Route, parts: DecidingParts) => Child} */
export function drawQuestion(row, place, parts) {
  const [level, sign, text] = labelOf(row)
  return [
    h(
      "div",
      {class: "asked", data: {key: "asked"}},
      chip(level, text, sign),
      h("span", null, row.why),
      row.missing_text && h("small", {class: "missing"}, row.missing_text),
    ),
    drawOffers(row, place, parts),
    drawOther(row, parts),
  ]
}
