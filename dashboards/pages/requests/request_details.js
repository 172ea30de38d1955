// One request: its state, what people did with it, and its files as the plan has them.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {button, chip, drawTag, facts, fileName, label, pager} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {Component<RequestDetailsView>} Self
 */

/** @param {RequestStepView} step */
const drawStep = ({at, text, note}) =>
  h(
    "li",
    null,
    h("b", null, h("bdi", null, text)),
    h("span", {class: "num"}, at),
    note && h("small", null, h("bdi", null, note)),
  )

/** @param {RequestFileView} file */
const drawFile = ({id, name, path, tags, more, risk, reason, texts}) =>
  h(
    "li",
    null,
    id === null
      ? fileName(name, path)
      : button(h("bdi", {dir: "ltr"}, name), "file", {kind: "link", data: {id, key: `file-${id}`}, title: path}),
    risk && chip(risk, reason),
    tags.length > 0 &&
      h("span", {class: "tags"}, tags.map(drawTag), more > 0 && h("span", {class: "tag"}, `+${count(more)}`)),
    texts.map(({where, text}) => h("q", {dir: "auto", title: where}, text)),
  )

/** @param {RequestFilesView} files */
const drawFiles = files => [
  label(`${files.noun} (${count(files.total)})`, {key: "files-label"}),
  h("ul", {class: "listing qfiles", "aria-label": files.noun, data: {key: "files"}}, files.rows.map(drawFile)),
  files.pages > 1 && pager(files),
]

/** @param {Self} self */
function draw({view}) {
  if (!view.open) return null
  return drawerFrame(
    {title: view.title},
    h("div", {class: "path"}, view.when),
    h(
      "p",
      {class: `why ${view.level}`, data: {key: "verdict"}},
      h("b", null, view.state),
      view.text && h("span", null, h("bdi", null, view.text)),
    ),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      view.acts.map(({label: text, act, kind}) => button(text, act, {kind, data: {key: act}})),
    ),
    view.hint && h("p", {class: "hint", data: {key: "hint"}}, view.hint),
    facts(view.facts),
    label("Steps", {key: "steps-label"}),
    h("ol", {class: "listing steps-of", "aria-label": "Steps", data: {key: "steps"}}, view.steps.map(drawStep)),
    drawFiles(view.files),
  )
}

/** @param {RenderContext} context */
export function render(context) {
  component(context, {
    ...drawer(context),
    draw,
    actions: {
      file: (self, data) => self.send("file", {id: Number(data.id)}),
      page: (self, data) => self.send("page", {page: Number(data.page)}),
    },
  })
}
