// The number of running jobs, the jobs with a long pause, and a card for each kind of job.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {button, chip} from "#face/widgets.js"

/**
 * @typedef {Component<JobsHeaderView>} Self
 */

/** @type {Record<string, string>} */
const VERBS = {resume: "Resume", cancel: "Cancel"}

/** @param {JobCardView} card */
function describe({label, counts, interrupted}) {
  const texts = counts.map(each => `${each.count} ${each.label}`)
  return `${label}: ${texts.join(", ")}${interrupted && `, ${interrupted} interrupted`}`
}

/** @param {JobCardView} card */
const drawCard = card =>
  h(
    "button",
    {
      type: "button",
      class: "stat jcard",
      "aria-pressed": String(card.on),
      data: {act: "kind", kind: card.on ? "" : card.kind, key: `card-${card.kind}`},
    },
    h("span", {class: "vh"}, describe(card)),
    h(
      "span",
      {class: "jcard-head", "aria-hidden": "true"},
      h("b", null, card.label),
      card.interrupted && chip("danger", `${card.interrupted} interrupted`, "▲"),
    ),
    h(
      "span",
      {class: "jcard-counts", "aria-hidden": "true"},
      card.counts.map(({level, count, label}) =>
        h("span", {class: level}, h("b", null, count), h("small", null, label)),
      ),
    ),
  )

/** @param {JobBannerView} banner */
const drawBanner = ({id, name, text, acts}) =>
  h(
    "div",
    {class: "why warning jbanner", role: "alert", data: {key: `banner${id}`}},
    h("p", null, h("b", null, h("bdi", null, name)), " ", text),
    acts.map(({label, act}) =>
      button(label, act, {kind: "small", data: {id, key: act}, "aria-label": `${VERBS[act]} ${name}`}),
    ),
  )

/** @param {Self} self */
const draw = ({view}) => [
  h(
    "div",
    {class: "head", data: {key: "head"}},
    h("h1", null, "Jobs"),
    h("p", {"aria-live": "polite", class: view.summary === undefined ? "bone line" : ""}, view.summary ?? ""),
    h("span", {class: "grow"}),
    view.cards && button("Open as SQL", "as_sql", {kind: "quiet", title: "The listed jobs as a query"}),
  ),
  view.cards && [
    h("div", {class: "jbanners", data: {key: "banners"}}, view.banners.map(drawBanner)),
    h(
      "div",
      {class: "jcards", role: "group", "aria-label": "Jobs by kind", data: {key: "cards"}},
      view.cards.map(drawCard),
    ),
  ],
]

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    draw,
    actions: {
      resume: (self, data) => self.send("resume", {id: Number(data.id)}),
      cancel: (self, data) => self.send("cancel", {id: Number(data.id)}),
    },
  })
}
