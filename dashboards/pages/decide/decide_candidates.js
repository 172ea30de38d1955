// Three candidates side by side, with the score of each and its reasons.
import {h} from "#face/dom.js"
import {drawPoster} from "#face/images.js"
import {button, chip} from "#face/widgets.js"

export const SHOWN = 3 // candidates side by side

/** @type {(offer: OfferedTitleView) => Child} */
const drawScore = ({score, relation, parts, reasons, brief, conflict}) =>
  h(
    "div",
    {class: "score"},
    h("div", {class: "sum"}, h("b", null, score), relation),
    h(
      "div",
      {class: "meter", role: "img", "aria-label": `${score} of 1.00`},
      parts.map(part => h("i", {style: {width: `${part}%`}})),
    ),
    h(
      "ul",
      {class: "reasons"},
      reasons.map(({level, sign, text, full, points}) =>
        h(
          "li",
          {class: level, title: full},
          h("i", {"aria-hidden": "true"}, sign),
          h("span", null, text),
          h("b", null, points),
        ),
      ),
    ),
    h("p", {class: "brief"}, brief),
    conflict && h("p", {class: "conflict"}, conflict),
  )

/** @type {(offer: OfferedTitleView, number: number) => HTMLElement} */
const drawOffer = (offer, number) =>
  h(
    "article",
    {
      class: number === 1 ? "card cand best" : "card cand",
      "aria-label": `Candidate ${number}: ${offer.title}${offer.year ? `, ${offer.year}` : ""}`,
      data: {key: offer.key},
    },
    h(
      "div",
      {class: "top"},
      drawPoster(offer),
      h(
        "div",
        {class: "facts-of"},
        h("span", {class: "key", "aria-hidden": "true"}, String(number)),
        h("span", {class: "year"}, offer.year || "—"),
        offer.facts.map(text => h("span", null, text)),
        h("small", {class: "id"}, offer.ids),
      ),
    ),
    h("h3", {dir: "auto"}, offer.title),
    h("p", {class: "orig", dir: "auto"}, offer.original),
    h("p", {class: "cast"}, h("bdi", null, offer.cast), offer.castMore && h("span", null, ` ${offer.castMore}`)),
    h("p", {class: "plot", dir: "auto"}, offer.plot),
    drawScore(offer),
    offer.accepted
      ? button("✓ Matched", "accept", {disabled: true})
      : button(
          ["Accept", h("span", {class: "vh"}, ` candidate ${number}: ${offer.title}, ${offer.year || "no year"}`)],
          "accept",
          {kind: number === 1 ? "primary" : "", key: String(number), data: {number}},
        ),
  )

/** Ask whether a video is a film. @param {QuestionView} question */
const drawDoubt = question =>
  h(
    "div",
    {class: "card doubt", data: {key: "doubt"}},
    h("h3", null, "Is it a film or an episode?"),
    question.evidence.map(({title, sentences}) => [
      h("h4", null, title),
      h(
        "ul",
        null,
        sentences.map(text => h("li", null, text)),
      ),
    ]),
    h(
      "p",
      null,
      "A film or an episode is searched at the providers at once. Undo removes your answer and the result, not the request. ",
      "A home video is ignored, and nothing about it is sent.",
    ),
    h(
      "div",
      {class: "acts"},
      button("It is a film or an episode", "confirm", {key: "f"}),
      button("It is a home video", "ignore", {key: "s"}),
    ),
  )

/** @type {(question: QuestionView, shown: OfferedTitleView[]) => Child} */
function drawOffers(question, shown) {
  if (question.kept) return drawDoubt(question)
  if (shown.length > 0) {
    const offers = shown.map((offer, place) => drawOffer(offer, place + 1))
    return h("div", {class: "three", data: {key: "three"}}, offers)
  }
  return h(
    "div",
    {class: "card nothing", data: {key: "nothing"}},
    h("b", null, "No candidates"),
    "Search by another title, or by the id of the film. ",
    question.ignored ? "If it is a film or an episode after all, press f." : "If it is not a film or series, press s.",
  )
}

/** @type {(question: QuestionView, first: number) => Child} */
export function drawCandidates(question, first) {
  const shown = question.candidates.slice(first, first + SHOWN)
  const {level, sign, text} = question.label
  return [
    h(
      "div",
      {class: "asked", data: {key: "asked"}},
      chip(level, text, sign),
      h("span", null, question.why),
      question.missing && h("small", {class: "missing"}, question.missing),
    ),
    drawOffers(question, shown),
  ]
}
