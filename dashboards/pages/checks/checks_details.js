// One finding: what disagrees, the files and names concerned, and the ways to resolve it.
import {component} from "../../components/browser/component.js"
import {h} from "../../components/browser/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {drawFindingTag} from "./finding_tag.js"
import {keys} from "../../components/browser/keyboard.js"
import {button, fileName, label} from "../../components/widgets.js"

/** @import {FindingTag} from "./finding_tag.js" */

/**
 * @typedef {{name: string, path: string, place: string, lists: {label: string, tags: FindingTag[]}[]}} File
 * @typedef {{code: string, label: string, text: string}} Resolution
 *
 * @typedef {object} View
 * @property {boolean} open
 * @property {string} [subject] What tells findings apart.
 * @property {string} [title]
 * @property {string} [text]
 * @property {boolean} [right] The finding is ignored.
 * @property {{name: string, text: string}[]} [names]
 * @property {Resolution[]} [mends]
 * @property {File[]} [files]
 * @property {string} [more]
 * @property {string} [href] The files in the plan.
 *
 * @typedef {Component<View>} Self
 */

const RESOLUTION_KEYS = ["a", "b", "c"] // digits lead to pages

/** @param {File} file */
const drawFile = ({name, path, place, lists}) =>
  h(
    "li",
    null,
    fileName(name, path),
    h("small", {class: "place"}, h("bdi", null, place)),
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

/** @type {(resolution: Resolution, index: number) => HTMLElement} */
const drawResolution = ({code, label: text, text: description}, index) =>
  h(
    "div",
    {class: "mend", data: {key: code}},
    button(text, "mend", {
      key: RESOLUTION_KEYS[index] ?? null,
      kind: "small",
      data: {code},
      "aria-describedby": `mend-${index}`,
    }),
    h("small", {id: `mend-${index}`}, description),
  )

/** @param {View} view */
const drawActions = ({right, href}) =>
  h(
    "div",
    {class: "acts", data: {key: "acts"}},
    right ? button("Open the finding again", "back", {key: "r"}) : button("Ignore", "right", {key: "r"}),
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
    h("p", {class: `why ${view.right ? "note" : "warning"}`}, view.text),
    view.names.length > 0 &&
      h(
        "dl",
        {class: "names", data: {key: "names"}},
        view.names.map(({name, text}) => [h("dt", null, h("bdi", null, name)), h("dd", null, text)]),
      ),
    view.mends.length > 0 && [
      h("div", {class: "label", data: {key: "ways"}}, "Ways to settle it"),
      h("div", {class: "mends", data: {key: "mends"}}, view.mends.map(drawResolution)),
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
  // The message names the finding that is shown: the server may show another one meanwhile.
  mend: ({send, view}, data) => send("mend", {subject: view.subject, code: data.code}),
  right: ({send, view}) => send("right", {subject: view.subject}),
  back: ({send, view}) => send("back", {subject: view.subject}),
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
      does: "settle it in this way",
      group: "Resolve",
      when: () => isShown() && self.view.mends.length > index,
      run: () => press(`.mend:nth-child(${index + 1}) button`),
    },
  ]
  keys(context.model, "checks", {
    ...Object.fromEntries(RESOLUTION_KEYS.map(resolve)),
    r: {
      does: "ignore, or open the finding again",
      group: "Resolve",
      when: isShown,
      run: () => press("[data-act=right], [data-act=back]"),
    },
    o: {
      does: "open in the plan",
      group: "Resolve",
      when: () => isShown() && Boolean(self.view.href),
      run: () => press("[data-act=plan]"),
    },
  })
}
