// The files of one operation: a list with pages, a filter, a search, and a choice of files to roll back.
import {drawComment, drawFieldValues} from "../../components/comment_text.js"
import {h} from "#face/dom.js"
import {button, chip, cutName, drawTag, facts, label, pager} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @param {OperationFileDetailView} detail */
const drawComments = ({before, after, same, beside, done}) =>
  !beside &&
  (same
    ? [label("Comment, unchanged"), drawComment(after, "same", "Comment")]
    : [
        label("Comment before"),
        drawComment(before, "old", "Old comment"),
        label(done ? "Comment after" : "Comment planned"),
        drawComment(after, "new", "New comment"),
      ])

/** @type {(detail: OperationFileDetailView, id: number) => HTMLElement} */
const drawDetail = (detail, id) => {
  const {fields, done, proof, tries, facts: pairs} = detail
  return h(
    "div",
    {class: "detail", data: {key: `detail-${id}`}},
    drawComments(detail),
    fields.length > 0 && [label(done ? "Fields" : "Fields, planned"), drawFieldValues(fields)],
    proof.length > 0 && [
      label("Verification"),
      h(
        "ul",
        {class: "proof"},
        proof.map(text => h("li", null, h("span", {"aria-hidden": "true"}, "✓ "), text)),
      ),
    ],
    tries.length > 0 && [
      label("Earlier attempts"),
      h(
        "ul",
        {class: "proof", "aria-label": "Earlier attempts"},
        tries.map(text => h("li", null, h("bdi", null, text))),
      ),
    ],
    facts(pairs),
  )
}

/** @param {OperationFileView} row */
const drawTick = ({id, name, may, on, why}) =>
  h(
    "label",
    {class: "hit", title: why || null},
    h("input", {
      type: "checkbox",
      checked: on,
      disabled: may ? null : true,
      "aria-label": `Choose ${name}`,
      data: {change: "choose", id},
    }),
  )

/** @type {(row: OperationFileView, isChoosing: boolean) => HTMLElement} */
const drawRow = (row, isChoosing) =>
  h(
    "li",
    {class: isChoosing ? "choosable" : "", data: {key: row.id}},
    isChoosing && drawTick(row),
    h(
      "button",
      {
        type: "button",
        class: "file-open",
        "aria-expanded": String(row.open),
        title: row.path,
        data: {act: "file", id: row.id, key: `open-${row.id}`},
      },
      h("i", {"aria-hidden": "true"}, "›"),
      cutName(row.name, {dir: "ltr"}),
    ),
    chip(row.level, row.status, row.glyph),
    row.tags.length > 0 && h("span", {class: "tags"}, row.tags.map(drawTag)),
    row.message && h("small", null, h("bdi", null, row.message)),
    isChoosing && row.why && row.why !== row.message && h("small", null, row.why),
    row.detail && drawDetail(row.detail, row.id),
  )

/** @param {OperationFilesView} files */
const drawFilter = ({shown, value, searchable, query}) =>
  h(
    "div",
    {class: "narrowing", data: {key: "narrowing"}},
    h(
      "label",
      null,
      h("span", {class: "vh"}, "Show files"),
      h(
        "select",
        {class: "select", data: {change: "files", key: "files"}},
        shown.map(each =>
          h(
            "option",
            {value: each.value, selected: each.value === value || null},
            `${each.label} ${count(each.count)}`,
          ),
        ),
      ),
    ),
    searchable &&
      h("input", {
        class: "select find",
        type: "search",
        value: query,
        placeholder: "Find a file or person …",
        "aria-label": "Find in this operation",
        autocomplete: "off",
        spellcheck: "false",
        data: {key: "find"},
      }),
  )

/** @param {OperationFilesView} files */
const drawChoice = ({rows, chosen, choice, found}) =>
  h(
    "div",
    {class: "choosing", data: {key: "choosing"}},
    h("span", {"aria-live": "polite"}, chosen ? `${count(chosen)} chosen` : "Choose files below."),
    choice && button(choice, "chosen", {kind: "small", data: {key: "choice"}}),
    found && button(found, "found", {kind: "small", data: {key: "found"}}),
    rows.some(row => row.may && !row.on) &&
      button("All on this page", "choose_page", {kind: "link", data: {key: "all"}}),
    chosen > 0 && button("None", "none", {kind: "link", data: {key: "none"}}),
  )

/** @type {(files: OperationFilesView & PagedView) => Child} */
export const drawFiles = files => [
  label("Files", {key: "files-label"}),
  drawFilter(files),
  files.choosing && drawChoice(files),
  files.rows.length > 0
    ? h(
        "ul",
        {class: "listing files", "aria-label": "Files of this operation", data: {key: "files"}},
        files.rows.map(row => drawRow(row, files.choosing)),
      )
    : h("p", {class: "hint", data: {key: "no-files"}}, "No file of the operation matches."),
  files.pages > 1 && pager(files),
]
