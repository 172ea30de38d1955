// Requests to providers, as the settings page and the page of a title list them.
import {h} from "./browser/dom.js"

/**
 * @typedef {object} ProviderRequest
 * @property {number} id
 * @property {string} day
 * @property {string} time
 * @property {string} provider
 * @property {string} route
 * @property {string[][]} sent Names and values of the parameters that concern a title.
 * @property {string} technical The other parameters.
 * @property {string} answer
 * @property {string} level "bad" without a good answer.
 */

/** @param {ProviderRequest} request */
const drawRequest = ({id, day, time, provider, route, sent, technical, answer, level}) =>
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
    h("span", {class: `answer ${level}`}, answer),
  )

/** @param {ProviderRequest[]} rows */
export const drawProviderRequests = rows =>
  h("ul", {class: "requests", "aria-label": "Requests", data: {key: "requests"}}, rows.map(drawRequest))
