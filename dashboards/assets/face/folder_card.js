// One folder of the library: its state, its settings, and its actions.
import {h} from "#face/dom.js"
import {KINDS} from "#face/folder_options.js"
import {button, chip, drawSelect} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @typedef {Pick<Values.LibraryDetails, "library_id" | "name" | "path" | "is_online" | "about" | "states" | "problem" | "remedy" | "promise" | "file_system" | "people_mode" | "comment_mode" | "audio" | "photos" | "exclude" | "kind" | "cast_people" | "metadata_language" | "write_ratings" | "file_count" | "bytes" | "scanned_at" | "scanned_text"> & {publish?: string}} Folder
 *   `publish`: what a person has just chosen.
 * @typedef {{library_id: number, options: {publish: string, is_on: boolean, summary: string}}} Publishing What a folder publishes.
 * @typedef {{folders: Folder[], publishing: Publishing[], scanning: object | null}} Known `scanning`: a scan runs.
 * @typedef {SectionParts<Folder>} Parts
 */

/** The words and the level of the states of files that cannot be used. @type {Record<string, [text: string, level: string]>} */
export const FILE_STATES = {
  missing: ["missing", "warning"],
  corrupt: ["damaged", "danger"],
  empty: ["empty", "danger"],
  unreadable: ["unreadable", "danger"],
  not_video: ["no media", "blocked"],
}

/** @typedef {{field: "people_mode" | "comment_mode", label: string, choices: [value: string, label: string][]}} Mode */
/** @type {Mode[]} */
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
/** The kinds of media that scans may include: the attribute of a folder, and their name. @type {Record<string, ["audio" | "photos", string]>} */
export const MEDIA = {audio: ["audio", "audio files"], photo: ["photos", "photos"]}
const CAST = [
  {value: "off", label: "is not used"},
  {value: "suggest", label: "is suggested as people"},
  {value: "add", label: "is added as people"},
]
const PUBLISH = [
  {value: "off", label: "nothing"},
  {value: "nfo", label: "NFO files"},
  {value: "artwork", label: "pictures"},
  {value: "both", label: "NFO files and pictures"},
]

/** @type {(label: string, choices: Choice[], change: string, value: string, data?: object) => HTMLElement} */
const drawChoice = (label, choices, change, value, data = {}) =>
  h("label", {class: "inline"}, label, drawSelect(choices, {data: {change, key: change, ...data}}, value))

/** @type {(folder: Folder, mode: Mode) => HTMLElement} */
const drawMode = (folder, {field, label, choices}) =>
  drawChoice(
    label,
    choices.map(([value, text]) => ({value, label: text})),
    "set-mode",
    folder[field] ?? "",
    {field, key: field},
  )

/** @type {(label: string, isOn: boolean, change: string, data?: object) => HTMLElement} */
const drawBox = (label, isOn, change, data = {}) =>
  h(
    "label",
    {class: "inline"},
    h("input", {type: "checkbox", checked: isOn, data: {change, key: change, ...data}}),
    label,
  )

/** @param {Folder} folder */
const drawMedia = folder =>
  Object.entries(MEDIA).map(([kind, [attribute, name]]) =>
    drawBox(`Include ${name} in scans`, folder[attribute], "include-media", {kind, key: kind}),
  )

/** @type {(folder: Folder, parts: Parts) => HTMLElement} */
function drawExclude(folder, {refused, refusal}) {
  const {library_id: id, exclude} = folder
  const text = refused("set-exclude", folder)?.given.value ?? exclude.join("\n")
  return h(
    "label",
    {class: "inline patterns"},
    "Leave out",
    h("textarea", {
      value: text,
      rows: Math.max(2, text.split("\n").length),
      placeholder: "Extras\n2019/*.avi",
      "aria-describedby": `exclude-help${id}`,
      autocomplete: "off",
      spellcheck: "false",
      data: {change: "set-exclude", key: "exclude"},
    }),
    h(
      "small",
      {id: `exclude-help${id}`, class: "quiet"},
      "One pattern on each line: the name of a file or folder, or a path below this folder; * is any text.",
    ),
    refusal("set-exclude", folder),
  )
}

/** @type {(folder: Folder, parts: Parts) => HTMLElement} */
function drawLanguage(folder, {refused, refusal}) {
  const problem = refused("set-language", folder)
  return h(
    "span",
    {class: "language", data: {key: "language"}},
    h(
      "label",
      {class: "inline", title: "Two letters, such as de. Without them, the language of the settings counts."},
      "Language of its titles",
      h("input", {
        type: "text",
        class: "select",
        value: problem ? problem.given.value : folder.metadata_language,
        maxlength: 2,
        size: 3,
        autocomplete: "off",
        spellcheck: "false",
        "aria-invalid": problem ? "true" : null,
        data: {change: "set-language", key: "language-in"},
      }),
    ),
    refusal("set-language", folder),
  )
}

/** @type {(folder: Folder, publishing: Publishing | undefined) => HTMLElement} */
function drawPublish({name, publish}, publishing) {
  const {is_on: isOn = false, summary = ""} = publishing?.options ?? {}
  return h(
    "div",
    {class: "publishing", data: {key: "publishing"}},
    drawChoice("Publishes beside the media", PUBLISH, "set-publish", publish ?? publishing?.options.publish ?? "off"),
    isOn && h("small", {class: "quiet"}, summary[0].toUpperCase() + summary.slice(1)),
    isOn &&
      button("Programs and pictures…", "publish-options", {
        kind: "link",
        "aria-label": `Programs and pictures of ${name}`,
      }),
  )
}

/** @type {(folder: Folder, known: Known, parts: Parts) => HTMLElement} */
const drawSettings = (folder, {publishing}, parts) =>
  h(
    "fieldset",
    {class: "modes", "aria-label": `Settings of ${folder.name}`, data: {key: "settings"}},
    drawChoice("This folder holds", KINDS, "set-kind", folder.kind),
    folder.kind !== "home" && drawLanguage(folder, parts),
    folder.kind !== "home" && drawChoice("Cast of its films", CAST, "set-cast", folder.cast_people),
    drawPublish(
      folder,
      publishing.find(each => each.library_id === folder.library_id),
    ),
    MODES.map(mode => drawMode(folder, mode)),
    drawMedia(folder),
    drawBox("Write a rating to the file at once", folder.write_ratings === "at-once", "write-ratings"),
    drawExclude(folder, parts),
  )

/** @type {(folder: Folder, known: Known, parts: Parts) => HTMLElement} */
function drawMore(folder, known, parts) {
  const {is_online: isOnline, states, promise, file_system: system} = folder
  const {act} = parts
  const disabled = Boolean(known.scanning)
  return h(
    "div",
    {class: "more", data: {key: "more"}},
    isOnline && h("p", {class: "quiet"}, `${system}: ${promise}`),
    act("set-kind", folder) && drawSettings(folder, known, parts),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      act("read-folder", folder, {disabled}),
      isOnline && act("find-missing", folder, {disabled}),
      isOnline && act("find-empty", folder, {disabled}),
      states.missing > 0 && act("forget-missing", folder),
      act("folder-sql", folder, {kind: "quiet"}),
      act("remove-folder", folder, {kind: "quiet"}),
    ),
  )
}

/** @type {(folder: Folder, known: Known, parts: Parts) => HTMLElement} */
function drawHead(folder, {scanning}, {act, fold, isUnfolded}) {
  const {library_id: id, name, path, is_online: isOnline, about, states} = folder
  const bad = Object.entries(FILE_STATES).filter(([state]) => states[state])
  const more = `more-${id}`
  const word = isUnfolded(more) ? "Less" : "More"
  return h(
    "div",
    {class: "folder-head", data: {key: "head"}},
    h(
      "div",
      {class: "grow"},
      h("h2", null, h("bdi", null, name), chip(isOnline ? "safe" : "warning", isOnline ? "online" : "offline")),
      h("p", {class: "path"}, h("bdi", {dir: "ltr"}, path)),
      h("p", {class: "quiet"}, about),
      bad.length > 0 &&
        h(
          "p",
          {class: "chips-line"},
          bad.map(([state, [text, level]]) => chip(level, `${count(states[state])} ${text}`)),
        ),
    ),
    h(
      "div",
      {class: "folder-acts"},
      act("scan-folder", folder, {disabled: Boolean(scanning)}),
      fold(more, word === "More" ? "More…" : word, {kind: "quiet", "aria-label": `${word} about ${name}`}),
    ),
  )
}

/** @type {(folder: Folder, known: Known, parts: Parts) => Child} */
function drawPhotosHint(folder, {scanning}, {act}) {
  const button = act("include-photos", folder, {
    kind: "link",
    disabled: Boolean(scanning),
    "aria-label": `Include the photos of ${folder.name} and scan`,
  })
  return (
    button && h("p", {class: "quiet", data: {key: "photos"}}, "Scans leave out the photos of this folder. ", button)
  )
}

/** @type {(folder: Folder, known: Known, parts: Parts) => HTMLElement} */
export function drawFolder(folder, known, parts) {
  const {library_id: id, name, is_online: isOnline, photos, problem, remedy} = folder
  return h(
    "section",
    {class: "card pad folder", "aria-label": name, data: {row: id, key: `folder${id}`}},
    drawHead(folder, known, parts),
    problem && h("p", {class: "why warning", data: {key: "problem"}}, problem, remedy && ` ${remedy}`),
    !isOnline &&
      h(
        "div",
        {class: "acts", data: {key: "deleted"}},
        parts.act("mark-deleted", folder, {disabled: Boolean(known.scanning)}),
      ),
    isOnline && !photos && drawPhotosHint(folder, known, parts),
    parts.isUnfolded(`more-${id}`) && drawMore(folder, known, parts),
  )
}
