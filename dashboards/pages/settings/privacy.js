// The section of privacy: the switches, what is sent and what never is, the providers, and every request that left.
import {h} from "#face/dom.js"
import {drawKeys} from "./provider_keys.js"
import {button, chip, drawProviderRequests, drawSelect, label, pager} from "#face/widgets.js"

/** @type {(title: string, texts: string[], kind: string) => HTMLElement} */
const drawFacts = (title, texts, kind) =>
  h(
    "div",
    {class: kind},
    h("h3", null, title),
    h(
      "ul",
      null,
      texts.map(text => h("li", null, text)),
    ),
  )

/** @type {(provider: ProviderView, keyOf: string) => HTMLElement} */
const drawProvider = (provider, keyOf) => {
  const {id, name, level, state, reason, count} = provider
  return h(
    "li",
    {data: {key: id}},
    h("b", null, name),
    chip(level, state),
    h("span", {class: "reason"}, h("bdi", null, reason)),
    h("small", null, count),
    drawKeys(provider, keyOf === id),
  )
}

/** @param {RequestListView & PagedView} list */
const drawFilters = ({filter, choices}) =>
  h(
    "div",
    {class: "request-filters", data: {key: "request-filters"}},
    h("input", {
      type: "search",
      class: "set",
      placeholder: "Search titles and ids…",
      "aria-label": "Search requests",
      value: filter.text,
      autocomplete: "off",
      spellcheck: "false",
      data: {change: "requests-text", key: "requests-text"},
    }),
    drawSelect(
      choices,
      {"aria-label": "Provider", data: {change: "requests-provider", key: "requests-provider"}},
      filter.provider,
    ),
    h(
      "label",
      {class: "inline"},
      h("input", {
        type: "checkbox",
        checked: filter.failed,
        data: {change: "requests-failed", key: "requests-failed"},
      }),
      "Failed only",
    ),
  )

/** @param {RequestListView & PagedView} list */
const drawRequests = list => [
  label("Requests that left this machine", {key: "requests-label"}),
  !list.is_empty && drawFilters(list),
  list.rows.length
    ? drawProviderRequests(list.rows)
    : h("p", {class: "hint", data: {key: "requests-empty"}}, list.empty),
  pager(list, ["Newer", "Older"]),
]

/** @type {(privacy: PrivacyView, switches: HTMLElement[], keyOf: string) => HTMLElement} */
export const drawPrivacy = (privacy, switches, keyOf) =>
  h(
    "section",
    {class: "card settings privacy", id: "privacy", "aria-label": "Privacy", data: {key: "Privacy"}},
    h("h2", {tabindex: "-1"}, "Privacy"),
    h(
      "p",
      {class: "hint lead"},
      "Providers of metadata are asked about films and series only if you have set a key. Home videos are never looked up.",
    ),
    switches,
    h(
      "div",
      {class: "block both", data: {key: "facts"}},
      drawFacts("What a request contains", privacy.sent, "sent"),
      drawFacts("What never leaves this machine", privacy.never, "never"),
    ),
    privacy.kept &&
      h(
        "div",
        {class: "block kept", data: {key: "kept"}},
        h("p", {class: "hint"}, privacy.kept, " ", button("Maybe a film?", "kept", {kind: "link"})),
      ),
    h(
      "div",
      {class: "block", data: {key: "providers"}},
      label("Providers", {key: "providers-label"}),
      h(
        "ul",
        {class: "providers"},
        privacy.providers.map(each => drawProvider(each, keyOf)),
      ),
    ),
    h("div", {class: "block", data: {key: "requests-block"}}, drawRequests(privacy.requests)),
  )

/** The actions of the list of requests. @type {Record<string, (self: any, data: any, target: any) => void>} */
export const PRIVACY_ACTIONS = {
  "requests-text": (self, _, target) => sendFilter(self, {text: target.value.trim()}),
  "requests-provider": (self, _, target) => sendFilter(self, {provider: target.value}),
  "requests-failed": (self, _, target) => sendFilter(self, {failed: target.checked}),
  kept: self => self.send("kept"),
  page: (self, {page}) => sendFilter(self, {page: Number(page)}),
}

/**
 * Send the filter with a change. The view has the change at once, because the next one may come before the answer.
 *
 * @type {(self: any, change: Partial<RequestFilterView>) => void}
 */
const sendFilter = ({send, view}, change) =>
  send("requests", {...Object.assign(view.privacy.requests.filter, {page: 1}, change)})
