// Activity: who did what, newest first, by days.
import {List} from "#face/list.js"
import {OPERATIONS} from "#face/calls.js"
import {dayOf} from "#face/cells.js"
import {stateOf} from "#face/frame.js"
import {plural} from "#face/wording.js"

const PEOPLE = ["user", "local"] // kinds of actors that are people
/** @type {Record<string, string>} */
const ADDRESSES = {operation: "/history?op=", job: "/jobs?job=", request: "/requests?request="}

/** @typedef {Values.ActivityRow & {key: string}} Row */

/** @type {ListSpec<Row, {actors: Values.ActivityActor[], steps: Values.Steps}>} */
export const activity = {
  page: "activity",
  noun: "entry",
  nouns: "entries",
  id: "key",
  perPage: 50,
  news: ["plan:changed", "matches:changed", "job:changed", "approvals:changed", ...OPERATIONS],
  head: () => ({actors: ["activity.actors", {}], steps: ["steps.next", {}, {undoable: 1}]}),
  read: ({of: actor = "", page}, perPage) => ["activity.page", {actor, page: Number(page), per_page: perPage}],
  rowOf: row => ({...row, key: `${row.kind}-${row.id}-${row.at}`}), // a request has several rows
  title: () => "Activity",
  summary: (head, total) =>
    head && total !== undefined ? `${plural(total, "entry", "entries")}, ${plural(head.actors.length, "actor")}` : "",
  choice: ({actors}, {of: actor = ""}) => ({
    label: "Of",
    name: "of",
    choices: [
      {value: "", label: "Everybody", on: !actor},
      ...new Set(actors.map(({name}) => name).filter(Boolean)),
    ].map(each => (typeof each === "string" ? {value: each, label: each, on: each === actor} : each)),
  }),
  links: [{label: "History", href: "/history", title: "Writes, rollbacks and publications"}],
  name: ({text}) => text,
  groupOf: ({at}) => dayOf(at),
  columns: [
    {kind: "time", width: "48px", phone: "end", value: ({at}) => at},
    {
      kind: "name",
      width: "minmax(90px, 180px)",
      phone: "below",
      value: ({actor_name: name, actor_kind: kind}) => ({
        title: name || "unknown",
        below: PEOPLE.includes(kind) ? "" : kind,
      }),
    },
    {
      kind: "link",
      width: "minmax(0, 1fr)",
      phone: "first",
      value: ({kind, id, text}) => ({text, href: ADDRESSES[kind] && ADDRESSES[kind] + id}),
    },
    {kind: "state", width: "max-content", phone: "last", value: ({state}) => stateOf(state)},
  ],
  actions: [
    {
      act: "undo",
      needs: "steps.undo",
      key: "z",
      label: "Undo",
      does: "undo the step",
      keeps: true,
      when: (row, _, head) => row?.kind === "step" && Boolean(head?.steps.undoable.includes(row.id)),
      call: ([row]) => ["steps.undo", {step_id: row.id}],
      done: report => report?.summary ?? "There is nothing to undo.",
    },
  ],
  empty: ({of: actor}) => ({
    title: "Nothing yet",
    text: actor
      ? `${actor} did nothing yet.`
      : "Decisions, writes, rollbacks, publications, requests, scans and sign-ins appear here.",
  }),
}

/** @param {HTMLElement} host */
export const makePage = host => new List(activity, host)
