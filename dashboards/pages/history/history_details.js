// One operation of the history: its result for each file, and the effect of a rollback.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {drawFiles} from "./history_files.js"
import {button, chip, facts, fileName, label} from "#face/widgets.js"

/**
 * @typedef {Component<HistoryDetailsView, {showsConflicts: boolean, timer: number}>} Self
 */

const FIND_DELAY = 220 // milliseconds without typing before the search starts

// A disabled button can still get the focus: the reason is in its tip and below the buttons.
/** @type {(item: OperationButtonView, index: number) => HTMLElement} */
const drawButton = ({label: text, act, kind, why, on, data}, index) =>
  h(
    "button",
    {
      type: "button",
      class: `btn ${kind ?? ""}`,
      "aria-disabled": why ? "true" : null,
      "aria-describedby": why ? "why-not" : null,
      "aria-expanded": on === undefined ? null : String(on),
      title: why || null,
      data: {act, key: `offer-${index}`, ...data},
    },
    text,
  )

/** @param {OperationButtonView[]} buttons */
const drawButtons = buttons => {
  const reasons = [...new Set(buttons.map(({why}) => why).filter(Boolean))]
  return [
    h("div", {class: "acts", data: {key: "acts"}}, buttons.map(drawButton)),
    reasons.length > 0 && h("p", {class: "hint", id: "why-not", data: {key: "why-not"}}, reasons.join(" ")),
  ]
}

/** @param {RollbackCheckView} check */
const drawConflicts = ({conflicts, more}) =>
  h(
    "ul",
    {class: "listing", tabindex: "0", "aria-label": "Files with a conflict", data: {key: "left"}},
    conflicts.map(({name, path, status, message}) =>
      h("li", null, fileName(name, path), chip("warning", status), h("small", null, h("bdi", null, message))),
    ),
    more && h("li", null, h("small", null, more)),
  )

/** @type {(check: RollbackCheckView | null, showsConflicts: boolean) => Child} */
const drawCheck = (check, showsConflicts) =>
  check && [
    label("If you roll back now", {key: "outlook"}),
    check.text && h("p", {class: "hint", "aria-live": "polite", data: {key: "looking"}}, check.text),
    check.pairs?.length > 0 && h("div", {class: "counted", data: {key: "pairs"}}, facts(check.pairs)),
    check.hints?.map(text => h("p", {class: "hint"}, text)),
    check.conflicts?.length > 0 && [
      h(
        "p",
        {class: "hint", data: {key: "which"}},
        button(showsConflicts ? "Hide these files" : "Show these files", "conflicts", {
          kind: "link",
          "aria-expanded": String(showsConflicts),
        }),
      ),
      showsConflicts && drawConflicts(check),
    ],
  ]

/** @param {OperationPersonView} person */
const drawPerson = ({name, files, why}) =>
  h(
    "li",
    {data: {key: name}},
    h(
      "button",
      {
        type: "button",
        class: "btn link",
        "aria-disabled": why ? "true" : null,
        title: why || null,
        data: {act: "person", name},
      },
      "Only “",
      h("bdi", null, name),
      "”…",
    ),
    h("span", {class: "num"}, files),
    why && h("small", null, why),
  )

/** @param {Self} self */
function draw({view, state}) {
  if (!view.open) return null
  const {verdict, people} = view
  return drawerFrame(
    {title: view.title},
    h("div", {class: "path"}, view.when),
    verdict && h("p", {class: `why ${verdict.level}`}, verdict.text),
    facts(view.facts),
    drawCheck(view.check, state.showsConflicts),
    drawButtons(view.buttons),
    people &&
      h(
        "ul",
        {class: "listing people", "aria-label": "Remove only this person", data: {key: "people"}},
        people.map(drawPerson),
      ),
    drawFiles(view.files),
  )
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  page: ({send}, {page}) => send("page", {page: Number(page)}),
  file: ({send}, {id}) => send("file", {id: Number(id)}),
  person: ({send}, {name}) => send("person", {name}),
  choose: ({send}, {id}, target) => send("choose", {id: Number(id), on: target.checked}),
  files: ({send}, _, target) => send("files", {value: target.value}),
  conflicts({state, paint}) {
    state.showsConflicts = !state.showsConflicts
    paint()
  },
}

/** @type {(self: Self, event: PageEvent) => void} */
function onInput({state, send}, {target}) {
  if (!target.matches(".find")) return
  clearTimeout(state.timer)
  const query = target.value
  state.timer = setTimeout(() => send("find", {query}), FIND_DELAY)
}

/** @param {RenderContext} context */
export function render(context) {
  const {onSetup, onDrawn} = drawer(context)
  /** @type {Self} */
  const self = component(context, {
    state: () => ({showsConflicts: false, timer: 0}),
    draw,
    onSetup(me) {
      const {send} = me
      me.send = (type, data) => send(type, {operation: me.view.id, ...data})
      onSetup(me)
    },
    onDrawn(me) {
      onDrawn(me)
      if (me.view.id !== me.before?.id) me.state.showsConflicts = false
    },
    listeners: {input: onInput},
    actions: ACTIONS,
  })
  context.model.on("remove", () => clearTimeout(self.state.timer))
}
