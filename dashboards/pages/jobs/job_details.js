// One job: its work or its result, its facts, and its actions.
import {drawChange} from "../../components/changes.js"
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {drawGauge} from "#face/gauge.js"
import {button, drawSelect, facts, label, pager} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {Component<JobDetailsView>} Self
 */

const ACTS = ["log", "pause", "resume", "cancel", "retry", "resolve", "progress", "history"]

/** @type {(item: ButtonItemView, id: number) => HTMLElement} */
const drawButton = (item, id) => button(item.label, item.act, {data: {id, key: item.act}})

/** @param {JobFileView} file */
const drawFile = ({id, name, path, lines}) =>
  h(
    "li",
    null,
    id === null
      ? h("span", {class: "hint"}, name)
      : button(h("bdi", {dir: "ltr"}, name), "file", {kind: "link", data: {id}, title: path}),
    h("dl", {class: "changed"}, lines.map(drawChange)),
  )

/** @param {JobChangesView} changes */
const drawChanges = changes => [
  label(`Changes (${count(changes.total)})`, {key: "changed"}),
  h("ul", {class: "listing changes", "aria-label": "Changes", data: {key: "changes"}}, changes.files.map(drawFile)),
  changes.pages > 1 && pager(changes),
]

/** @param {JobDetailsView} view */
const drawActs = ({id, acts, follow}) =>
  h(
    "div",
    {class: "acts", data: {key: "acts"}},
    acts.map(item => drawButton(item, id)),
    drawButton({label: "Open log", act: "log"}, id),
    follow && button(follow.label, follow.act, {data: {key: "follow"}}),
  )

/** @param {JobDetailsView} view */
const drawPriority = ({priorities, priority}) =>
  h(
    "label",
    {class: "inline rank-field", data: {key: "priority"}},
    "Priority",
    drawSelect(
      priorities.map(({value, label: text}) => ({value: String(value), label: text})),
      {data: {change: "priority", key: "priority-in"}},
      String(priority),
    ),
  )

/** @param {Self} self */
function draw({view}) {
  if (!view.open) return null
  return drawerFrame(
    {title: view.title, kind: "job"},
    h("div", {class: "path"}, view.when),
    h("p", {class: `why ${view.level}`, data: {key: "verdict"}}, h("b", null, view.status), h("span", null, view.text)),
    view.gauge && h("div", {data: {key: "gauge"}}, drawGauge("Done", view.gauge), h("p", {class: "hint"}, view.pace)),
    drawActs(view),
    view.priorities.length > 0 && drawPriority(view),
    label("Facts"),
    facts(view.facts),
    view.outcome.length > 0 && [
      label(view.gauge ? "So far" : "Result"),
      h("div", {class: "outcome"}, facts(view.outcome)),
    ],
    view.changes?.total > 0 && drawChanges(view.changes),
    view.changes?.none && h("p", {class: "hint"}, view.changes.none),
  )
}

/** @type {(name: string) => [string, Action<Self>]} */
const actOnJob = name => [name, ({send, view}) => send(name, {id: view.id})]

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    ...drawer(context),
    draw,
    actions: {
      ...Object.fromEntries(ACTS.map(actOnJob)),
      file: (self, data) => self.send("file", {id: Number(data.id)}),
      page: (self, data) => self.send("changes", {page: Number(data.page)}),
      priority: (self, _, target) => self.send("priority", {id: self.view.id, priority: Number(target.value)}),
    },
  })
}
