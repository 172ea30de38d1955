// One finding: its inconsistency, its files and names, and its resolutions.
import {component} from "../../components/browser/component.js"
import {h} from "../../components/browser/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {drawFindingTag} from "./finding_tag.js"
import {keys} from "../../components/browser/keyboard.js"
import {button, fileName, label} from "../../components/widgets.js"

/**
 * @typedef {Component<ChecksDetailsView>} Self
 */

const RESOLUTION_KEYS = ["a", "b", "c"]

/** @param {FindingFileView} file */
const drawFile = ({name, path, place, media, lists}) =>
  h(
    "li",
    null,
    fileName(name, path),
    h("small", {class: "place"}, h("bdi", null, place)),
    media && h("small", null, media),
    lists.map(list =>
      h(
        "div",
        {class: "who"},
        list.label && h("small", null, list.label),
        h(
          "span",
          {class: "tags"},
          list.tags.length ? list.tags.map(drawFindingTag) : h("span", {class: "hint"}, "no people"),
        ),
      ),
    ),
  )

/** @type {(resolution: ResolutionView, index: number) => HTMLElement} */
const drawResolution = ({code, label: text, text: description}, index) =>
  h(
    "div",
    {class: "resolution", data: {key: code}},
    button(text, "resolve", {
      key: RESOLUTION_KEYS[index] ?? null,
      kind: "small",
      data: {code},
      "aria-describedby": `resolution-${index}`,
    }),
    h("small", {id: `resolution-${index}`}, description),
  )

/** @param {ChecksDetailsView} view */
const drawActions = ({ignored, href}) =>
  h(
    "div",
    {class: "acts", data: {key: "acts"}},
    ignored ? button("Open the finding again", "unignore", {key: "r"}) : button("Ignore", "ignore", {key: "r"}),
    href &&
      h(
        "a",
        {class: "btn quiet", href, data: {act: "plan"}},
        "Open in the plan",
        h("kbd", {"aria-hidden": "true"}, "o"),
      ),
  )

/** @param {Self} self */
function draw({view}) {
  if (!view.open) return null
  return drawerFrame(
    {title: view.title, kind: "cdrawer", label: "Finding"},
    h("p", {class: `why ${view.ignored ? "note" : "warning"}`}, view.text),
    view.names.length > 0 &&
      h(
        "dl",
        {class: "names", data: {key: "names"}},
        view.names.map(({name, text}) => [h("dt", null, h("bdi", null, name)), h("dd", null, text)]),
      ),
    view.resolutions.length > 0 && [
      h("div", {class: "label", data: {key: "resolutions-label"}}, "Resolve"),
      h("div", {class: "resolutions", data: {key: "resolutions"}}, view.resolutions.map(drawResolution)),
    ],
    drawActions(view),
    view.files.length > 0 && [
      label("Files", {key: "files-label"}),
      h(
        "ul",
        {class: "listing", tabindex: "0", "aria-label": "Files of this finding", data: {key: "files"}},
        view.files.map(drawFile),
        view.more && h("li", null, h("small", null, view.more)),
      ),
    ],
  )
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  // The message names the shown finding, because the server may already show another one.
  resolve: ({send, view}, data) => send("resolve", {subject: view.subject, code: data.code}),
  ignore: ({send, view}) => send("ignore", {subject: view.subject}),
  unignore: ({send, view}) => send("unignore", {subject: view.subject}),
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {...drawer(context, {idField: "subject"}), draw, actions: ACTIONS})
  /** @type {(selector: string) => boolean} */
  const press = selector => {
    const target = self.find(selector)
    target?.click()
    return Boolean(target)
  }
  const isShown = () => self.view.open === true
  /** @type {(key: string, index: number) => [string, KeyBinding]} */
  const resolve = (key, index) => [
    key,
    {
      does: "resolve the finding in this way",
      group: "Resolve",
      act: "resolve",
      when: () => isShown() && self.view.resolutions.length > index,
      run: () => press(`.resolution:nth-child(${index + 1}) button`),
    },
  ]
  keys(context.model, "checks", {
    ...Object.fromEntries(RESOLUTION_KEYS.map(resolve)),
    r: {
      does: "ignore, or open the finding again",
      group: "Resolve",
      act: "ignore",
      when: isShown,
      run: () => press("[data-act=ignore], [data-act=unignore]"),
    },
    o: {
      does: "open in the plan",
      group: "Resolve",
      when: () => isShown() && Boolean(self.view.href),
      run: () => press("[data-act=plan]"),
    },
  })
}
