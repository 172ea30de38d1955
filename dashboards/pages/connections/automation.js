// How far each library may go by itself: its mode, its limit and quiet time, and a switch for each detail.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {drawSwitch, refusal} from "./connection_parts.js"

/** @import {Self} from "./connections.js" */

/** @type {(self: Self, id: string | number) => number} */
const savedLimits = ({view}, id) => view.saved[`limits-${id}`] ?? 0

/** @type {(self: Self, id: string | number) => LimitsView | null} */
const openLimits = (self, id) => {
  const draft = self.state.limits[id]
  return draft?.saved === savedLimits(self, id) ? draft.texts : null
}

/** Return the typed limit and quiet time of a library; they start as they are stored. @type {(self: Self, id: string) => LimitsView} */
export function typedLimits(self, id) {
  const stored = self.view.automation.find(row => row.id === Number(id)).limits
  const texts = openLimits(self, id) ?? {...stored}
  self.state.limits[id] = {saved: savedLimits(self, id), texts}
  return texts
}

/** @type {(self: Self, library: LibraryAutomationView) => HTMLElement} */
const drawModes = ({view}, {id, name, mode}) =>
  h(
    "div",
    {class: "seg", role: "group", "aria-label": `Automation of ${name}`},
    view.modes.map(({value, label}) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(value === mode),
          data: {act: "mode", id, mode: value, key: `mode-${id}-${value}`},
        },
        label,
      ),
    ),
  )

/** @param {LibraryAutomationView} library */
function drawWaiting({id, name, waiting, href, publishes}) {
  if (!publishes)
    return button("Set what it publishes…", "options", {
      kind: "link",
      data: {id},
      "aria-label": `Set what it publishes… ${name}`,
    })
  return href ? h("a", {class: "btn link", href, data: {act: "publish", id}}, waiting) : waiting
}

/** @type {(self: Self, library: LibraryAutomationView) => HTMLElement} */
function drawLimits(self, {id, name, limits}) {
  const typed = openLimits(self, id)
  const texts = typed ?? limits
  /** @type {(field: keyof LimitsView, label: string, attributes: object) => HTMLElement} */
  const input = (field, label, attributes) =>
    h(
      "label",
      {class: "field"},
      label,
      h("input", {value: texts[field], ...attributes, data: {typed: field, id, key: `${field}-${id}`}}),
    )
  return h(
    "div",
    {class: "limits", role: "group", "aria-label": `Limits of ${name}`, data: {editor: ""}},
    input("limit", "Files in 24 hours", {
      type: "text",
      inputmode: "numeric",
      placeholder: "no limit",
      autocomplete: "off",
      "aria-invalid": self.view.problems[`limits-${id}`] ? "true" : null,
    }),
    input("start", "Quiet from", {type: "time"}),
    input("end", "Quiet until", {type: "time"}),
    typed && [
      button("Save", "save-limits", {kind: "small primary", data: {id}}),
      button("Discard", "discard-limits", {kind: "small quiet", data: {id}}),
    ],
    refusal(self.view, `limits-${id}`),
  )
}

/** @type {(self: Self, library: LibraryAutomationView) => HTMLElement} */
const drawDetails = (self, library) =>
  h(
    "div",
    {
      class: "library-details",
      role: "group",
      "aria-label": `Details of ${library.name}`,
      data: {key: `details-${library.id}`},
    },
    h(
      "div",
      {class: "flags"},
      library.switches.map(({name, label, on, note}) =>
        h(
          "div",
          {class: note ? "flag idle" : "flag", data: {key: name}},
          drawSwitch(`${label}: ${library.name}`, on, {
            change: "flag",
            id: library.id,
            name,
            key: `flag-${library.id}-${name}`,
          }),
          h("span", null, label, note && h("small", null, note)),
        ),
      ),
    ),
    drawLimits(self, library),
  )

/** @type {(self: Self, library: LibraryAutomationView) => Child} */
function drawLibrary(self, library) {
  const {id, name, about, summary, limit, quiet} = library
  const isUnfolded = Boolean(self.state.unfolded[id])
  return [
    h(
      "div",
      {class: "library", data: {key: `library-${id}`}},
      h("span", {class: "named"}, h("b", null, name), h("small", null, about)),
      drawModes(self, library),
      h("p", null, summary),
      h("span", {class: "limit"}, h("small", null, limit), h("small", null, quiet)),
      h("span", {class: "waiting"}, drawWaiting(library)),
      button("Details", "unfold", {
        kind: "small quiet",
        data: {id, key: `unfold-${id}`},
        "aria-expanded": String(isUnfolded),
        "aria-label": `Details of ${name}`,
      }),
    ),
    refusal(self.view, `library-${id}`),
    isUnfolded && drawDetails(self, library),
  ]
}

/** @param {Self} self */
export const drawAutomation = self =>
  h(
    "section",
    {class: "card automation", "aria-label": "Automation", data: {key: "automation"}},
    h(
      "div",
      {class: "card-head"},
      h("h2", null, "Automation"),
      h("p", null, "how far each library may go without you"),
    ),
    self.view.automation.length
      ? self.view.automation.map(library => drawLibrary(self, library))
      : h("p", {class: "hint none"}, "There is no library yet. Add a folder on the page Library."),
  )

/** @type {Record<string, Action<Self>>} */
export const AUTOMATION_ACTIONS = {
  flag(self, {id, name}, {checked}) {
    self.send("flag", {id: Number(id), name, on: checked})
  },
  unfold(self, {id}) {
    self.state.unfolded[id] = !self.state.unfolded[id]
    self.paint()
  },
  "save-limits"(self, {id}) {
    self.send("limits", {id: Number(id), texts: typedLimits(self, id)})
  },
  "discard-limits"(self, {id}) {
    delete self.state.limits[id]
    self.paint()
    self.focus(`[data-act=unfold][data-id="${id}"]`)
  },
}
