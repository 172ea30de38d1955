// An uploaded list of people: its effect, and its import.
import {h} from "#face/dom.js"
import {button, chip, drawSelect} from "#face/widgets.js"

/** @type {(text: string) => HTMLElement} */
export const drawPromise = text => h("p", {class: "promise"}, h("span", {"aria-hidden": "true"}, "✓ "), text)

/** @type {(label: string, lines: ImportLinesView) => Child} */
const drawLines = (label, {rows, more}) =>
  rows.length > 0 &&
  h(
    "div",
    null,
    h("h3", {class: "label"}, label),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": label},
      rows.map(({line, text}) => h("li", null, h("b", null, line), h("small", null, h("bdi", null, text)))),
    ),
    more && h("p", {class: "hint"}, more),
  )

/** @param {PeopleImportView} list */
const drawModes = ({roots, replace, has_rows}) =>
  h(
    "div",
    {class: "modes"},
    roots.length > 0 &&
      h("label", {class: "inline"}, "Paths start from", drawSelect(roots, {data: {change: "root", key: "root"}})),
    has_rows &&
      h(
        "label",
        {class: "inline"},
        h("input", {type: "checkbox", checked: replace, data: {change: "replace", key: "replace"}}),
        "Replace the people of these files instead of adding",
      ),
  )

/** @param {PeopleImportView} list */
const drawPreview = list =>
  h(
    "section",
    {class: "card pad import", "aria-label": "Import", data: {key: "import"}},
    h("h2", null, h("bdi", {dir: "ltr"}, list.name), h("small", null, list.summary)),
    list.has_rows &&
      h(
        "div",
        {class: "levels"},
        list.levels.map(({count, level, text}) => h("span", null, h("span", {class: "n"}, count), chip(level, text))),
      ),
    h(
      "div",
      {class: "acts"},
      list.confirm && button(list.confirm, "import", {kind: "primary"}),
      button("Discard", "leave", {kind: "quiet"}),
    ),
    list.problems.map(text => h("p", {class: "why warning"}, text)),
    list.facts.map(text => h("p", null, text)),
    list.hint && h("p", {class: "quiet"}, list.hint),
    drawModes(list),
    drawLines("Rejected", list.rejected),
    drawLines("Skipped", list.skipped),
    list.unmatched.rows.length > 0
      ? drawLines("Files that do not match", list.unmatched)
      : drawLines("Waiting for a scan", list.waiting),
    drawPromise("Indexium stores the import in its own database. No file is changed."),
  )

/** @param {PeopleImportView} list */
export const drawPeopleImport = list =>
  list.busy
    ? h(
        "section",
        {class: "card pad import", "aria-label": "Import", data: {key: "import"}},
        h("p", {class: "quiet", role: "status"}, list.busy),
      )
    : drawPreview(list)
