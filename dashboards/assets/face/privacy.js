// What leaves this machine: the switches, the providers with their keys, and every request that was sent. No call
// returns a key.
import {go} from "#face/address.js"
import {h} from "#face/dom.js"
import {drawSetting, SETTINGS, settingActions} from "#face/setting_rows.js"
import {button, chip, drawProviderRequests, drawSelect, pager, placeOf} from "#face/widgets.js"
import {count, keptBack} from "#face/wording.js"

const SENT = [
  "title and year of a film or series, as its files and folders name it",
  "whether it is a film or a series, numbers of seasons",
  "ids of providers, such as tt0017136",
  "your language and country for titles, from the settings",
  "your key, to its provider only",
]
const NEVER = [
  "videos and photos, and pictures of them",
  "paths and names of files",
  "people, comments, ratings and all other values of files",
  "anything about home videos, and names that may be those of home videos",
]
const PER_PAGE = 20 // requests

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

/** @type {SectionSpec<import("#face/setting_rows.js").Row, import("#face/setting_rows.js").Known & {matches: Record<string, number>}>} */
export const privacy = {
  name: "privacy",
  title: "Privacy",
  isWide: true,
  isFlush: true,
  reads: () => ({settings: SETTINGS, matches: ["matches.counts", {}]}),
  rows: "settings",
  id: "name",
  draw: ({settings, matches: {maybe}}, parts) => [
    h(
      "p",
      {class: "hint lead"},
      "Providers of metadata are asked about films and series only if you have set a key. Home videos are never looked up.",
    ),
    settings.filter(({group}) => group === "Privacy").map(row => drawSetting(row, parts)),
    h(
      "div",
      {class: "facts-of-requests", data: {key: "facts"}},
      drawFacts("What a request contains", SENT, "sent"),
      drawFacts("What never leaves this machine", NEVER, "never"),
    ),
    maybe > 0 &&
      h(
        "p",
        {class: "hint kept", data: {key: "kept"}},
        `${keptBack(maybe)} `,
        h("a", {class: "btn link", href: "/titles/decide?show=maybe"}, "Maybe a film?"),
      ),
  ],
  actions: settingActions,
}

// The providers and their keys.

/**
 * @typedef {Pick<Values.ProviderStatus, "provider" | "name" | "is_on" | "state" | "needs_action" | "requests_today" | "requests_per_day"> & Record<"plain_reason" | "leaves", string>} Provider
 * @typedef {{providers: Provider[], keys: Values.KeyState[]}} Known
 */

/** @type {(provider: Provider, known: Known) => Values.KeyState[]} */
const keysOf = ({provider}, {keys}) => keys.filter(each => each.provider === provider)

/** @type {(provider: Provider, known: Known) => boolean} */
const hasKey = (provider, known) => keysOf(provider, known).some(({origin}) => origin)

/** The state of a provider in a word, and its level. @param {Provider} provider @returns {[level: string, word: string]} */
export function stateOfProvider({is_on: isOn, state, needs_action: needsAction}) {
  if (state === "paused") return [needsAction ? "warning" : "note", "paused"]
  if (needsAction) return ["warning", "needs attention"]
  return isOn ? ["safe", "on"] : ["note", "off"]
}

/** @param {Provider} provider */
function countOf({requests_today: today, requests_per_day: limit}) {
  return `${count(today)}${limit ? ` of ${count(limit)}` : ""} in 24 hours`
}

/** @type {(provider: Provider, known: Known, parts: SectionParts<Provider>) => Child} */
function drawKeys(provider, known, {act, form}) {
  const entered = form("enter-key", provider)
  if (entered) return entered
  const {name} = provider
  const isFirst = known.providers.find(each => !hasKey(each, known)) === provider
  const keys = keysOf(provider, known)
  const label = hasKey(provider, known) ? "Replace the key" : "Enter a key"
  return h(
    "div",
    {class: "acts", data: {key: "acts"}},
    act("enter-key", provider, {
      kind: "small",
      "aria-label": `${label} of ${name}`,
      data: {key: "enter-key", start: isFirst ? "privacy" : null},
    }),
    act("test-key", provider, {kind: "small", "aria-label": `Test the key of ${name}`}),
    keys
      .filter(({origin}) => origin === "file")
      .map(key =>
        button(`Remove the ${key.label}`, "remove-key", {
          kind: "link",
          data: {name: key.name, key: key.name},
          "aria-label": `Remove the ${key.label} of ${name}`,
        }),
      ),
    keys
      .filter(({origin}) => origin === "environment")
      .map(key => h("small", {data: {key: key.name}}, `The environment sets the ${key.label}.`)),
  )
}

/** @type {(provider: Provider, known: Known, parts: SectionParts<Provider>) => HTMLElement} */
function drawProvider(provider, known, parts) {
  const {provider: id, name, plain_reason: reason} = provider
  const [level, word] = stateOfProvider(provider)
  return h(
    "li",
    {data: {row: id, key: id}},
    h("b", null, name),
    chip(level, word),
    h("span", {class: "reason"}, h("bdi", null, reason)),
    h("small", {class: "num"}, countOf(provider)),
    h("div", {class: "keys", data: {key: "keys"}}, drawKeys(provider, known, parts)),
  )
}

const KIND = {name: "name", label: "Kind of the key", kind: /** @type {const} */ ("select")}

/** The form for a key of a provider. @type {(provider: Provider, known: Known) => Question} */
function keyQuestion(provider, known) {
  const {name, leaves} = provider
  const keys = keysOf(provider, known)
  const kinds = keys.map(key => ({value: key.name, label: key.label}))
  return {
    title: `Key of ${name}`,
    fields: [
      {
        name: "key",
        label: `Key of ${name}`,
        kind: "password",
        placeholder: "Paste the key",
        autocomplete: "off",
        longest: 1000,
      },
      ...(kinds.length > 1 ? [{...KIND, choices: kinds, value: kinds[0].value}] : []),
    ],
    confirm: "Save and test",
    hint: leaves,
  }
}

/** What a test of a key says. @param {Values.KeyTest} test */
const sentenceOf = ({accepted, message: text}) => (accepted ? text : {text, kind: /** @type {const} */ ("error")})

/** @type {SectionSpec<Provider, Known>} */
export const providers = {
  name: "providers",
  title: "Providers of metadata",
  isWide: true,
  reads: () => ({
    providers: [
      "providers.status",
      {},
      {
        ...{provider: 1, name: 1, is_on: 1, state: 1, needs_action: 1, requests_today: 1, requests_per_day: 1},
        ...{plain_reason: 1, leaves: 1},
      },
    ],
    keys: ["provider_keys.list", {}],
  }),
  rows: "providers",
  id: "provider",
  draw: (known, parts) =>
    h(
      "ul",
      {data: {key: "list"}},
      known.providers.map(each => drawProvider(each, known, parts)),
    ),
  actions: [
    {
      act: "enter-key",
      needs: "provider_keys.enter",
      label: (row, _place, known) => (hasKey(row, known) ? "Replace the key…" : "Enter a key…"),
      isForm: true,
      keeps: true,
      asks: ([row], _place, known) => known && keyQuestion(row, known),
      call: ([row], {name, key}, _place, known) => [
        "provider_keys.enter",
        {name: name ?? keysOf(row, known)[0].name, value: key},
      ],
      done: sentenceOf,
    },
    {
      act: "test-key",
      needs: "provider_keys.test",
      label: "Test",
      when: (row, _place, known) => Boolean(row && known && hasKey(row, known)),
      keeps: true,
      call: ([{provider}]) => ["provider_keys.test", {provider}],
      done: sentenceOf,
    },
    {
      act: "remove-key",
      needs: "provider_keys.remove",
      label: "Remove",
      keeps: true,
      call: (_, {name}) => ["provider_keys.remove", {name}],
      done: () => "The key is removed.",
    },
  ],
}

// The requests.

/** @typedef {{page: Omit<Values.RequestPage, "items"> & {items: import("#face/widgets.js").ProviderRequest[], labels: Record<string, string>}}} Requests */

/** @type {ReadCall[2]} */
const REQUESTS = {
  items: {id: 1, day: 1, time: 1, label: 1, route: 1, sent: 1, technical: 1, answer: 1, is_good: 1},
  ...{total: 1, page: 1, per_page: 1, labels: 1},
}

/** @type {(labels: Record<string, string>, place: Route) => HTMLElement} */
const drawFilters = (labels, {q = "", provider = "", failed}) =>
  h(
    "div",
    {class: "request-filters", data: {key: "filters"}},
    h("input", {
      type: "search",
      class: "set",
      placeholder: "Search titles and ids…",
      "aria-label": "Search requests",
      value: q,
      autocomplete: "off",
      spellcheck: "false",
      data: {change: "find-requests", key: "find-requests"},
    }),
    drawSelect(
      [{value: "", label: "All providers"}, ...Object.entries(labels).map(([value, label]) => ({value, label}))],
      {"aria-label": "Provider", data: {change: "requests-of", key: "requests-of"}},
      provider,
    ),
    h(
      "label",
      {class: "inline"},
      h("input", {type: "checkbox", checked: Boolean(failed), data: {change: "failed-only", key: "failed-only"}}),
      "Failed only",
    ),
  )

/** Show other requests, from their first page. @param {Record<string, string>} values */
const filter = values => go({...values, page: ""})

/** @type {SectionSpec<any, Requests>} */
export const requestLog = {
  name: "request-log",
  title: "Requests that left this machine",
  isWide: true,
  reads: ({q = "", provider = "", failed, page}) => ({
    page: [
      "providers.request_page",
      {text: q, provider, failed: Boolean(failed), page: Number(page) || 1, per_page: PER_PAGE},
      REQUESTS,
    ],
  }),
  draw({page}, _parts, place) {
    const {q, provider, failed} = place
    const isFiltered = Boolean(q || provider || failed)
    const none = isFiltered || page.total ? "No request matches the filter." : "No request has left this machine."
    return [
      (isFiltered || page.total > 0) && drawFilters(page.labels, place),
      page.items.length ? drawProviderRequests(page.items) : h("p", {class: "hint", data: {key: "none"}}, none),
      pager({...placeOf(page), name: "page"}, ["Newer", "Older"]),
    ]
  },
  actions: [
    {act: "find-requests", label: "Search", run: (_rows, _place, _head, {value}) => filter({q: value.trim()})},
    {act: "requests-of", label: "Provider", run: (_rows, _place, _head, {value}) => filter({provider: value})},
    {
      act: "failed-only",
      label: "Failed only",
      run: (_rows, _place, _head, {checked}) => filter({failed: checked ? "1" : ""}),
    },
  ],
}
