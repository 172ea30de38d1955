// A sender in detail: its address and secret, the map of its folders, a path to try, and its events.
import {h} from "#face/dom.js"
import {GLYPHS, button, chip, pager, placeOf} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {Pick<Values.WebhookSource, "name" | "kind" | "label" | "about" | "enabled" | "address" | "header" | "folder_map" | "anchor" | "secret_set" | "events_this_month">} Source
 * @typedef {Pick<Values.WebhookEvent, "id" | "source" | "what" | "name" | "when" | "outcome" | "state" | "has_arrived" | "may_be_repeated" | "job_id">} Event
 * @typedef {Pick<Values.PathTrial, "path" | "here" | "rule" | "library_id" | "library" | "there" | "exists" | "anchor" | "is_anchored" | "anchor_state" | "unmapped" | "problem">} Trial
 * @typedef {{items: Event[], total: number, page: number, per_page: number}} Events
 * @typedef {{sources: Source[], last: Event[], folders: {path: string}[], libraries: Values.LibraryAutomation[], more: {trials?: Trial[], events?: Events, trial?: Trial}}} Known
 * @typedef {SectionParts<Source>} Parts
 */

export const PER_PAGE = 50 // events
export const EVENT = {
  ...{id: 1, source: 1, what: 1, name: 1, when: 1, outcome: 1, state: 1},
  ...{has_arrived: 1, may_be_repeated: 1, job_id: 1},
}
export const TRIAL = {
  ...{path: 1, here: 1, rule: 1, library_id: 1, library: 1, there: 1, exists: 1},
  ...{anchor: 1, is_anchored: 1, anchor_state: 1, unmapped: 1, problem: 1},
}

const ARR = "Settings, Connect, Webhook: method POST; on import, upgrade, rename and delete."
/** Where its address is entered. @type {Record<string, string>} */
const HINTS = {
  radarr: ARR,
  sonarr: ARR,
  jellyfin: "Plug-in Webhook, Generic Destination: Item Added, Item Deleted, Send All Properties.",
  generic: 'POST a small JSON text: {"path": "…", "tmdb_id": 11, "isUpgrade": true}.',
}
/** @type {Record<string, string>} */
const EXAMPLES = {
  sonarr: "/tv/Cinder Street/Season 2/Cinder Street S02E01.mkv",
  jellyfin: "/media/films/Quiet Harbour (2012)/Quiet Harbour.mkv",
}
const EXAMPLE = "/movies/Quiet Harbour (2012)/Quiet Harbour.mkv"

/** @type {Record<Values.WebhookEvent["state"], [level: string, text: string]>} */
const STATES = {
  waiting: ["warning", "waits"],
  handled: ["safe", "done"],
  ignored: ["unchanged", "no effect"],
  failed: ["danger", "failed"],
}
/** @type {Record<Values.PathTrial["anchor_state"], [level: string, text: string] | null>} */
const ANCHORS = {
  no_library: ["danger", "in no library"],
  no_folder: ["danger", "folder missing"],
  unused: null,
  found: ["safe", "found"],
  missing: ["danger", "missing"],
}

/** @param {Event} event */
const drawState = ({state, has_arrived: hasArrived}) =>
  chip(...(hasArrived ? /** @type {[string, string]} */ (["safe", "received"]) : STATES[state]))

/** Whether a sender is off, or else the state of its last event. @type {(source: Source, last?: Event) => Child} */
export const drawSenderState = ({enabled}, last) => (enabled ? last && drawState(last) : chip("blocked", "off", "–"))

/** @type {(source: Source, parts: Parts) => HTMLElement} */
function drawAccess(source, {act, held, copy, refusal}) {
  const {name, kind, label, address, header} = source
  const url = new URL(address, location.origin).href
  const made = [held("add-sender"), held("new-secret", source)].find(each => each?.source.name === name)
  return h(
    "div",
    {class: "pair", data: {key: "access"}},
    h(
      "div",
      null,
      h("span", {class: "label"}, `Address for ${label}`),
      h("div", {class: "held"}, h("bdi", {dir: "ltr", title: url}, url), copy("the address", url)),
      h("p", {class: "hint"}, HINTS[kind]),
    ),
    h(
      "div",
      null,
      h("span", {class: "label"}, "Secret", h("small", null, ` · header ${header}`)),
      made
        ? [
            h(
              "div",
              {class: "held secret", data: {key: "secret"}},
              h("bdi", {dir: "ltr"}, made.secret),
              copy("the secret", made.secret, {data: {text: made.secret, first: "", key: "the secret"}}),
            ),
            h("p", {class: "hint once"}, `! Shown only now. Copy it to ${label}; later it can be replaced, not read.`),
          ]
        : [
            h(
              "div",
              {class: "held", data: {key: "set"}},
              h("span", null, source.secret_set),
              act("new-secret", source, {kind: "quiet"}),
            ),
            h("p", {class: "hint"}, "It is not stored in readable form."),
          ],
      refusal("new-secret", source),
    ),
  )
}

/** Return the trial of a stored folder of the map; undefined for a row that is not stored. @type {(source: Source, trials: Trial[] | undefined, pair: string[]) => Trial | undefined} */
const trialOf = ({folder_map: stored}, trials, [theirs, ours]) =>
  trials?.[stored.findIndex(each => each[0] === theirs && each[1] === ours)]

/** @param {Trial | undefined} trial */
function drawAnchor(trial) {
  if (!trial) return h("small", null, "not saved")
  const state = ANCHORS[trial.anchor_state]
  return [state ? chip(...state) : h("small", null, "not used"), trial.library && h("small", null, trial.library)]
}

/** What is known of a path that was tried: a level, and text with the path in it. @type {(trial: Trial, known: Known) => [level: string, before: string, path?: string, after?: string][]} */
export function trialLines(trial, {libraries}) {
  /** @type {[string, string, string?, string?][]} */
  const lines = []
  const {library_id: id, library, here, rule, there, exists, anchor, is_anchored: isAnchored, problem} = trial
  if (id !== null) {
    const mode = libraries.find(each => each.library_id === id)?.config.automation_mode
    lines.push(["safe", "lands in ", here, rule ? ` by the row ${rule}` : ", as it is"])
    lines.push([exists ? "safe" : "warning", `library ${[library, mode].filter(Boolean).join(", ")} · ${there}`])
  }
  if (anchor && isAnchored) lines.push(["safe", "anchor file ", anchor, " exists · without it nothing is done"])
  if (problem) lines.push(["danger", problem])
  return lines
}

/** @type {(source: Source, known: Known, parts: Parts) => HTMLElement} */
function drawTrial(source, known, {form}) {
  const {trial} = known.more
  return h(
    "div",
    {class: "trial", data: {key: "trial"}},
    form("try-path", source),
    h(
      "div",
      {role: "status", data: {key: "results"}},
      trial &&
        h(
          "ul",
          {class: "results", "aria-label": "Results"},
          trialLines(trial, known).map(([level, before, path, after]) =>
            h(
              "li",
              {class: level === "danger" ? "why danger" : null},
              h("i", {class: `sign ${level}`, "aria-hidden": "true"}, GLYPHS[level]),
              h("span", null, before, path && h("code", null, path), after && h("small", null, after)),
            ),
          ),
        ),
      trial?.unmapped &&
        button(`Add a row for ${trial.unmapped}`, "pair-more", {
          kind: "link",
          data: {of: `map-folders ${source.name}`, field: "folders", text: trial.unmapped, key: "offer"},
        }),
    ),
  )
}

/** @type {(event: Event, source: Source, parts: Parts) => HTMLElement} */
function drawEvent(event, source, {act, refused}) {
  const {id, what, name, when, outcome, job_id: job} = event
  const problem = refused("repeat-event", source)
  return h(
    "li",
    {data: {key: `event-${id}`}},
    h("span", {class: "at"}, when),
    h("span", {class: "what"}, h("b", null, what), name && ` · ${name}`, outcome && h("small", null, outcome)),
    h("span", {class: "state"}, drawState(event)),
    h(
      "span",
      {class: "more"},
      job !== null && h("a", {class: "btn link", href: `/jobs?job=${job}`}, "Job"),
      event.may_be_repeated &&
        act("repeat-event", source, {
          kind: "small",
          "aria-label": `Repeat the event ${what} ${name}`,
          data: {event: id, key: "repeat"},
        }),
    ),
    problem?.given.event === String(id) && h("p", {class: "bad-text", role: "alert"}, problem.text),
  )
}

/** @type {(events: Events, source: Source, parts: Parts) => HTMLElement} */
const drawEvents = (events, source, parts) =>
  h(
    "div",
    {class: "event-list", data: {key: "events"}},
    events.items.length
      ? h(
          "ul",
          {"aria-label": `Events of ${source.label}`},
          events.items.map(event => drawEvent(event, source, parts)),
        )
      : h("p", {class: "hint"}, "No event yet. Send a test, or wait for the next file."),
    pager({...placeOf(events), name: "page"}, ["Newer", "Older"]),
  )

/** @type {(source: Source, known: Known, parts: Parts, place: Route) => HTMLElement} */
export function drawPanel(source, known, parts, {events: areShown}) {
  const {act, form} = parts
  const {events} = known.more
  return h(
    "div",
    {class: "panel", role: "group", "aria-label": `${source.label} in detail`, data: {key: "panel"}},
    drawAccess(source, parts),
    form("map-folders", source),
    drawTrial(source, known, parts),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      act("send-test", source, {kind: "small"}),
      button("Last events", "part", {
        kind: "small",
        "aria-expanded": String(Boolean(areShown)),
        data: {to: JSON.stringify({events: areShown ? "" : "1", page: ""}), key: "last-events"},
      }),
      h("span", {class: "grow"}),
      act("remove-sender", source, {kind: "small quiet", "aria-label": `Remove… ${source.label}`}),
    ),
    areShown && events && drawEvents(events, source, parts),
  )
}

// Actions.

/** @type {ListAction<Source, Known>[]} */
export const detailActions = [
  {
    act: "map-folders",
    needs: "webhooks.change",
    label: "Save the folders",
    keeps: true,
    asks: ([source], _place, {folders, more}) => ({
      title: "Where its paths are here",
      lasts: "draft",
      fields: [
        {
          name: "folders",
          kind: "pairs",
          label: "Where its paths are here",
          value: source.folder_map,
          none: "Without a row, each path is taken as it is: that fits a program on this machine.",
          pairs: {
            columns: [
              {part: 0, head: `${source.label} names`, label: `Folder of ${source.label}`, placeholder: "/movies"},
              {
                part: 1,
                head: "Folder here",
                label: "Folder here",
                placeholder: "/media/films",
                offers: folders.map(({path}) => path),
              },
            ],
            aside: {head: "Anchor file", draw: pair => drawAnchor(trialOf(source, more.trials, pair))},
            isMarked: pair => more.trial?.library_id > 0 && more.trial.rule === pair[0],
            add: "Add a row",
            remove: ([theirs], row) => theirs || row,
          },
        },
        {
          name: "anchor",
          label: "Anchor file",
          value: source.anchor,
          placeholder: ".indexium-anchor",
          title:
            "A file in each of these folders. While it is missing, the disk counts as not mounted, and nothing is done.",
          required: false,
        },
      ],
      confirm: "Save the folders",
    }),
    call: ([{name}], {folders, anchor}) => ["webhooks.change", {name, folder_map: folders, anchor}],
    done: () => "The folders are saved.",
  },
  {
    act: "try-path",
    needs: "webhooks.try_path",
    label: "Try",
    keeps: true,
    holds: "open",
    asks: ([{kind, label}]) => ({
      title: "Try a path",
      lasts: "text",
      fields: [
        {
          name: "path",
          label: `Try a path as ${label} would send it`,
          placeholder: EXAMPLES[kind] ?? EXAMPLE,
          longest: 4096,
        },
      ],
      confirm: "Try",
    }),
    call: ([{name}], {path}) => ["webhooks.try_path", {name, path}],
  },
  {
    act: "new-secret",
    needs: "webhooks.new_secret",
    label: "New secret…",
    keeps: true,
    holds: true,
    asks: () => ({
      title: "Make a new secret?",
      warning: "The present secret stops working at once: events are refused until the sender has the new one.",
      confirm: "Make a new secret",
      risky: true,
      stays: true,
    }),
    call: ([{name}]) => ["webhooks.new_secret", {name}],
    done: () => "The secret is replaced. Copy the new one.",
  },
  {
    act: "send-test",
    needs: "webhooks.send_test",
    label: "Send test",
    keeps: true,
    call: ([{name}]) => ["webhooks.send_test", {name}],
    shownAt: () => ({events: "1", page: ""}),
    done: ({state}) =>
      state === "failed" ? {text: "The test failed; the list says why.", kind: "error"} : "The test is received.",
  },
  {
    act: "repeat-event",
    needs: "webhooks.repeat",
    label: "Repeat",
    keeps: true,
    isRefusedInPlace: true,
    call: (_, {event}) => ["webhooks.repeat", {event_id: Number(event)}],
    done: ({state, result}) => (state === "waiting" ? "The event waits again." : {text: result, kind: "info"}),
  },
  {
    act: "remove-sender",
    needs: "webhooks.remove",
    label: "Remove…",
    asks: ([{label, events_this_month: events}]) => ({
      title: `Remove ${label}?`,
      warning: `Its address stops working, and its events are removed (${plural(events, "event")} this month). No file is changed.`,
      confirm: "Remove the sender",
      risky: true,
      stays: true,
    }),
    call: ([{name}]) => ["webhooks.remove", {name}],
    shownAt: () => ({sender: "", events: "", page: ""}),
    done: () => "The sender is removed.",
  },
]
