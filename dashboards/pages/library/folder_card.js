// One folder of the library: its state, its settings, and its actions.
import {h} from "#face/dom.js"
import {button, chip, drawSelect} from "#face/widgets.js"
import {count} from "#face/wording.js"

/** @type {{field: "people_mode" | "comment_mode", label: string, choices: [value: string, label: string][]}[]} */
const MODES = [
  {
    field: "people_mode",
    label: "People",
    choices: [
      ["", "default setting"],
      ["merge", "keep people of the file"],
      ["exact", "only known people"],
    ],
  },
  {
    field: "comment_mode",
    label: "Comment",
    choices: [
      ["", "default setting"],
      ["replace", "replace the whole comment"],
      ["preserve", "keep custom text"],
    ],
  },
]

/** @type {(folder: FolderView, mode: (typeof MODES)[number]) => HTMLElement} */
const drawMode = (folder, {field, label, choices}) =>
  h(
    "label",
    {class: "inline"},
    label,
    drawSelect(
      choices.map(([value, text]) => ({value, label: text})),
      {data: {change: "mode", id: folder.id, field, key: `${field}${folder.id}`}},
      folder[field],
    ),
  )

/** @param {FolderView} folder */
const drawMedia = ({id, media}) =>
  media.map(({kind, label, on}) =>
    h(
      "label",
      {class: "inline"},
      h("input", {type: "checkbox", checked: on, data: {change: "media", id, kind, key: `${kind}${id}`}}),
      label,
    ),
  )

/** @param {FolderView} folder */
const drawExclude = ({id, exclude}) =>
  h(
    "label",
    {class: "inline patterns"},
    "Leave out",
    h("textarea", {
      value: exclude,
      rows: Math.max(2, exclude.split("\n").length),
      placeholder: "Extras\n2019/*.avi",
      "aria-describedby": `exclude-help${id}`,
      autocomplete: "off",
      spellcheck: "false",
      data: {change: "exclude", id, key: `exclude${id}`},
    }),
    h(
      "small",
      {id: `exclude-help${id}`, class: "quiet"},
      "One pattern on each line: the name of a file or folder, or a path below this folder; * is any text.",
    ),
  )

/** @type {(folder: FolderView, canScan: boolean, isOpen: boolean) => HTMLElement} */
const drawHead = (folder, canScan, isOpen) =>
  h(
    "div",
    {class: "folder-head"},
    h(
      "div",
      {class: "grow"},
      h("h2", null, h("bdi", null, folder.name), chip(folder.online ? "safe" : "warning", folder.state)),
      h("p", {class: "path"}, h("bdi", {dir: "ltr"}, folder.path)),
      h("p", {class: "quiet"}, folder.facts),
      folder.chips.length > 0 &&
        h(
          "p",
          {class: "chips-line"},
          folder.chips.map(each => chip(each.level, each.text)),
        ),
    ),
    h(
      "div",
      {class: "folder-acts"},
      button("Scan", "scan", {data: {id: folder.id}, disabled: !canScan}),
      button(isOpen ? "Less" : "More…", "more", {
        kind: "quiet",
        data: {id: folder.id},
        "aria-expanded": String(isOpen),
        "aria-label": `${isOpen ? "Less" : "More"} about ${folder.name}`,
      }),
    ),
  )

/** @param {FolderView} folder */
const drawRatings = ({id, write_ratings}) =>
  h(
    "label",
    {class: "inline", title: "Otherwise a rating waits in the plan, like every other edit."},
    h("input", {type: "checkbox", checked: write_ratings, data: {change: "ratings", id, key: `ratings${id}`}}),
    "Write a rating to the file at once",
  )

/** @type {(folder: FolderView, kinds: ChoiceView[]) => HTMLElement} */
const drawKind = ({id, kind}, kinds) =>
  h(
    "label",
    {class: "inline"},
    "This folder holds",
    drawSelect(kinds, {data: {change: "kind_of", id, key: `kind${id}`}}, kind),
  )

/** @param {FolderView} folder */
const drawLanguage = ({id, language}) =>
  h(
    "label",
    {class: "inline", title: "Two letters, such as de. Without them, the language of the settings counts."},
    "Language of its titles",
    h("input", {
      class: "select",
      value: language,
      maxlength: 2,
      size: 3,
      autocomplete: "off",
      spellcheck: "false",
      data: {change: "language", id, key: `language${id}`},
    }),
  )

/** @type {(folder: FolderView, choices: ChoiceView[]) => HTMLElement} */
const drawPublish = ({id, name, publish, publishes}, choices) =>
  h(
    "div",
    {class: "publishing"},
    h(
      "label",
      {class: "inline"},
      "Publishes beside the media",
      drawSelect(choices, {data: {change: "publish", id, key: `publish${id}`}}, publish),
    ),
    publishes && h("small", {class: "quiet"}, publishes[0].toUpperCase() + publishes.slice(1)),
    publishes &&
      button("Programs and pictures…", "publish_options", {
        kind: "link",
        "aria-label": `Programs and pictures of ${name}`,
        data: {id, key: `publish-options${id}`},
      }),
  )

/** @type {(folder: FolderView, canScan: boolean, choices: FolderChoices) => HTMLElement} */
const drawMore = (folder, canScan, {kinds, publish}) => {
  const {id, online, missing, promise} = folder
  const disabled = !canScan
  return h(
    "div",
    {class: "more", data: {key: "more"}},
    promise && h("p", {class: "quiet"}, promise),
    h(
      "div",
      {class: "modes"},
      drawKind(folder, kinds),
      folder.kind !== "home" && drawLanguage(folder),
      drawPublish(folder, publish),
      MODES.map(mode => drawMode(folder, mode)),
      drawMedia(folder),
      drawRatings(folder),
      drawExclude(folder),
    ),
    h(
      "div",
      {class: "acts"},
      button("Read every file again", "scan", {data: {id, full: "1"}, disabled}),
      online && button("Find missing files…", "gone", {data: {id}, disabled}),
      online && button("Find empty folders…", "empty", {data: {id}, disabled}),
      missing > 0 && button(`Forget ${count(missing)} missing…`, "forget", {data: {id}}),
      button("Open files as SQL", "as_sql", {kind: "quiet", data: {id}}),
      button("Remove this folder…", "remove", {kind: "quiet", data: {id}}),
    ),
  )
}

/** @type {(folder: FolderView, canScan: boolean) => HTMLElement} */
const drawPhotosHint = ({id, name}, canScan) =>
  h(
    "p",
    {class: "quiet"},
    "Scans leave out the photos of this folder. ",
    button("Include photos and scan", "photos", {
      kind: "link",
      data: {id},
      disabled: !canScan,
      "aria-label": `Include the photos of ${name} and scan`,
    }),
  )

/** @typedef {{kinds: ChoiceView[], publish: ChoiceView[]}} FolderChoices What a folder can hold and publish. */

/** @type {(folder: FolderView, canScan: boolean, isOpen: boolean, choices: FolderChoices) => HTMLElement} */
export const drawFolder = (folder, canScan, isOpen, choices) =>
  h(
    "section",
    {class: "card pad folder", "aria-label": folder.name, data: {key: `folder${folder.id}`}},
    drawHead(folder, canScan, isOpen),
    folder.problem && h("p", {class: "why warning"}, folder.problem, folder.remedy && ` ${folder.remedy}`),
    !folder.online &&
      h(
        "div",
        {class: "acts"},
        button("These files were deleted…", "gone", {data: {id: folder.id}, disabled: !canScan}),
      ),
    folder.online && folder.without_photos && drawPhotosHint(folder, canScan),
    isOpen && drawMore(folder, canScan, choices),
  )
