// Connections: the senders of events, the players, how far each library may go by itself, and the schedules.
import {Sections} from "#face/sections.js"
import {AUTOMATION, automation} from "#face/automation.js"
import {h} from "#face/dom.js"
import {PAUSED, PLAYERS, players} from "#face/players.js"
import {schedules} from "#face/schedule_section.js"
import {SOURCES, senders} from "#face/senders.js"
import {facts} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/**
 * @typedef {{paused: boolean, sources: Values.WebhookSource[]}} Known
 * @typedef {{libraries: Values.LibraryAutomation[], sources: Values.WebhookSource[], players: Values.PlayerConnection[]}} Head
 */

const PAUSE_READS = /** @returns {Record<string, ReadCall>} */ () => ({paused: PAUSED, sources: SOURCES})

/** @type {ListAction<any, Known>} */
const PAUSE = {
  act: "pause",
  needs: "automation.pause",
  label: "Pause all automation",
  isRefusedInPlace: true,
  shows: (_, {checked}) => ({paused: checked}),
  call: (_, {checked}) => ["automation.pause", {is_paused: checked}],
  done: (_, _rows, {checked}) => (checked ? "All automation is paused." : "Automation continues."),
}

/** The common switch. @type {SectionSpec<any, Known>} */
const pause = {
  name: "pause",
  title: "All automation",
  isInHead: true,
  reads: PAUSE_READS,
  draw: ({paused}, {toggle, refusal}) => [
    h("span", {"aria-hidden": "true"}, h("b", null, "Pause all automation"), h("small", null, paused ? "on" : "off")),
    toggle("pause", undefined, "Pause all automation", paused),
    refusal("pause"),
  ],
  actions: [PAUSE],
}

/** @param {Known} known */
function waitingEvents({sources}) {
  const waiting = sources.reduce((sum, each) => sum + each.waiting, 0)
  return waiting ? plural(waiting, "event") : ""
}

/** What the pause means, while it lasts. @type {SectionSpec<any, Known>} */
const banner = {
  name: "banner",
  title: "Automation is paused",
  isWide: true,
  hasNoTitle: true,
  reads: PAUSE_READS,
  when: ({paused}) => paused,
  draw(known, {act, refusal}) {
    const waiting = waitingEvents(known)
    return [
      h(
        "p",
        {class: "why warning", role: "status"},
        h("span", {"aria-hidden": "true"}, "! "),
        h("b", null, "All automation is paused."),
        ` Events are still received and kept${waiting ? ` (${waiting} so far)` : ""}.`,
      ),
      facts([
        ["Stopped", "schedules, reactions to events, publication, messages to players"],
        ["Continues", "a scan that is running, and everything that you start yourself"],
      ]),
      act("continue", undefined, {kind: "primary small"}),
      refusal("continue"),
    ]
  },
  actions: [
    {
      ...PAUSE,
      act: "continue",
      label: (_, _place, known) => {
        const waiting = waitingEvents(known)
        return waiting ? `Continue with ${waiting}` : "Continue"
      },
      shows: () => ({paused: false}),
      call: () => ["automation.pause", {is_paused: false}],
    },
  ],
}

/** What needs a person. @param {Head} head */
function summaryOf({libraries, sources, players: known}) {
  const waiting = libraries.reduce((sum, each) => sum + (each.is_publishing ? each.waiting : 0), 0)
  const failed = sources.reduce((sum, each) => sum + each.failed, 0)
  const inState = (/** @type {string} */ state) => known.filter(each => each.enabled && each.state === state).length
  const numbers = [
    waiting && `${count(waiting)} ${waiting === 1 ? "waits" : "wait"} for you`,
    failed && `${plural(failed, "event")} failed`,
    ...["refused", "failed"].map(state => inState(state) && `${plural(inState(state), "player")} ${state}`),
  ]
  return numbers.filter(Boolean).join(" · ") || "what may start by itself, and who may cause it"
}

/** @type {SectionsSpec<Head>} */
export const connections = {
  page: "connections",
  title: "Connections",
  crumb: {label: "Settings /", href: "/settings"},
  sheets: ["connections.css"],
  news: ["connections:changed", "players:changed", "publications:changed", "publish:completed", "job:changed"],
  head: () => ({libraries: AUTOMATION, sources: SOURCES, players: PLAYERS}),
  summary: head => (head ? summaryOf(head) : ""),
  sections: [pause, banner, senders, players, automation, schedules],
}

/** @param {HTMLElement} host */
export const makePage = host => new Sections(connections, host)
