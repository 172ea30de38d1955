// Parts of a file's details that only draw: the picture, the path, people, comments, suggestions and buttons.
import {h} from "#face/dom.js"
import {drawFolded} from "./file_history.js"
import {GLYPHS, button, chip, drawTag, iconButton, label} from "#face/widgets.js"
import {andMore} from "#face/wording.js"

/**
 * @typedef {object} Shown
 * @property {string} [name]
 * @property {string} [picture] Address of the picture, or "".
 * @property {string} [original] Address of the file, or "" if browsers cannot show it.
 * @property {string} [kind] video, audio, photo.
 * @property {string[]} [over] Texts over the picture.
 */

const MOST_PEOPLE = 12

/** @type {Record<TextChangeView, [level: string, text: string]>} */
const TEXT_CHANGES = {
  kept: ["note", "unchanged"],
  changed: ["safe", "changes"],
  added: ["safe", "is added"],
  replaced: ["danger", "is replaced"],
  removed: ["danger", "is removed"],
}

/** @type {(text: CommentTextView, isUnfolded: boolean) => HTMLElement} */
const drawText = ({where, change, old: now, new: planned}, isUnfolded) =>
  h(
    "div",
    {class: "field", data: {key: `field-${where}`}},
    h("div", {class: "where"}, h("bdi", {dir: "ltr"}, where), chip(...TEXT_CHANGES[change])),
    now && drawFolded(now, change === "kept" ? "same" : "old", `${where}, now`, isUnfolded),
    ["added", "changed", "replaced"].includes(change) && drawFolded(planned, "new", `${where}, planned`, isUnfolded),
  )

/** @type {(texts: CommentTextView[], isUnfolded: boolean) => Child} */
export const drawTexts = (texts, isUnfolded) =>
  texts.length > 0 && [label("Every comment field of the file"), texts.map(text => drawText(text, isUnfolded))]

/** @type {(comments: PlanCommentsView, isUnfolded: boolean) => Child} */
export function drawComments({old: now, new: planned, same, barred, texts}, isUnfolded) {
  const nowLabel = texts.length ? "Comment that players show" : "Comment now"
  const plannedLabel = barred && !same ? "Comment planned, not written" : "Comment planned"
  return [
    label(nowLabel),
    drawFolded(now, now?.some(part => part.mark) ? "old" : "same", nowLabel, isUnfolded),
    label(plannedLabel),
    same ? h("div", {class: "diff none"}, "Unchanged") : drawFolded(planned, "new", plannedLabel, isUnfolded),
  ]
}

/**
 * Draw a player for a video that the browser can play, otherwise the picture of the file.
 *
 * @type {(file: Shown, state: string, isPlayable: boolean) => HTMLElement}
 */
export const drawPicture = (file, state, isPlayable) => {
  const {over, kind, original} = file
  const isFilm = kind === "video" && original && isPlayable
  return h(
    "figure",
    {class: `thumb ${isFilm ? "film" : kind} ${state}`, data: {key: isFilm ? "film" : "thumb"}},
    isFilm ? drawPlayer(file) : drawStill(file, state),
    over.length > 0 && h("figcaption", null, over.join(" · ")),
  )
}

/** @param {Shown} file */
const drawPlayer = ({name, picture, original}) =>
  h("video", {
    src: original,
    poster: picture,
    controls: true,
    preload: "none",
    playsinline: true,
    "aria-label": `Video ${name}`,
    data: {key: original},
  })

/** @type {(file: Shown, state: string) => HTMLElement} */
const drawStill = ({name, picture, kind, original}, state) => {
  if (!picture || state === "none") return h("span", {class: "nothing"}, "No picture")
  const isPhoto = kind === "photo"
  const alt = isPhoto ? name : `A frame of ${name}`
  const image = h("img", {
    src: isPhoto ? `${picture}&width=1280` : picture,
    alt,
    decoding: "async",
    data: {key: picture},
  })
  if (!isPhoto || !original) return image
  return h("a", {href: original, target: "_blank", rel: "noopener", title: "Open the photo in full size"}, image)
}

/** @type {(file: {path?: string, place?: string}, isCopied: boolean) => HTMLElement} */
export const drawPath = ({path, place}, isCopied) =>
  h(
    "div",
    {class: "path", title: path, data: {key: "path"}},
    h("bdi", {dir: "ltr"}, place),
    button(isCopied ? "Copied" : "Copy path", "copy", {kind: "link"}),
    h("span", {class: "vh", role: "status"}, isCopied ? "The path was copied." : ""),
  )

export const drawGrip = () => h("div", {class: "grip", "aria-hidden": "true"})

/** @type {(sign: string, text: string, by: number) => HTMLElement} */
const drawStep = (sign, text, by) => iconButton(sign, text, {act: "step", by}, {class: "icon step"})

export const drawSteps = () => [drawStep("‹", "Previous file", -1), drawStep("›", "Next file", 1)]

/**
 * If there are very many people, the changed ones come first, and a button shows the rest.
 *
 * @type {(tags: TagView[], showsAll: boolean) => HTMLElement}
 */
export const drawPeople = (tags, showsAll) => {
  const restCount = showsAll ? 0 : Math.max(0, tags.length - MOST_PEOPLE)
  const changesFirst = [...tags.filter(tag => tag.kind), ...tags.filter(tag => !tag.kind)]
  const shown = restCount ? changesFirst.slice(0, MOST_PEOPLE) : tags
  return h(
    "div",
    {class: "tags"},
    tags.length ? shown.map(drawTag) : h("span", {class: "hint"}, "no people"),
    restCount > 0 && button(andMore(restCount), "more", {kind: "link", data: {which: "everybody"}}),
  )
}

/** @param {IssueView} issue */
export const drawIssue = ({severity, message, remedy}) =>
  h(
    "p",
    {class: `why ${severity}`},
    GLYPHS[severity] && h("span", {"aria-hidden": "true"}, `${GLYPHS[severity]} `),
    message,
    ` ${remedy}`,
  )

/** @param {NameSuggestionView} suggestion */
const drawSuggestion = ({name, reason, others, sure, replaces}) =>
  h(
    "div",
    {class: "suggestion", data: {key: `s:${name}`}},
    h(
      "p",
      {title: others.join(" ") || null},
      h("b", null, h("bdi", null, name)),
      sure && h("span", {class: "sure"}, sure),
      h("small", null, reason, others.length > 0 && ` And ${others.length} more.`),
    ),
    button(replaces ? "Replace" : "Add", "add", {
      kind: "small",
      data: {name, replaces},
      "aria-label": replaces ? `Replace ${replaces} with ${name}` : `Add ${name}`,
    }),
    iconButton(
      "✕",
      `${name} is not in this file`,
      {act: "decline", name},
      {title: "Not in this file: do not suggest again"},
    ),
  )

/** @type {(suggestions: NameSuggestionView[]) => Child} */
export const drawSuggestions = suggestions =>
  suggestions.length > 0 &&
  h(
    "div",
    {class: "suggestions", role: "group", "aria-label": "Suggestions", data: {key: "suggestions"}},
    label("Suggestions"),
    suggestions.map(drawSuggestion),
  )

/**
 * How programs show the file.
 *
 * @type {(shows: {label: string, rows: [programs: string, text: string, kind: string][]}) => Child}
 */
export const drawShows = ({label: text, rows}) =>
  rows.length > 0 && [
    label(text),
    h(
      "dl",
      {class: "facts shows"},
      rows.map(([programs, shown, kind]) => [h("dt", null, programs), h("dd", {class: kind}, shown)]),
    ),
  ]

/** @param {boolean} isPostponing */
const drawSkip = isPostponing =>
  h(
    "span",
    {class: "split"},
    button("Skip", "skip", {key: "s", title: "Exclude the file from lists and writes until you stop skipping it"}),
    button("▾", "until", {
      "aria-expanded": String(isPostponing),
      "aria-label": "Skip until a day",
      title: "Skip until a day",
    }),
  )

/** @type {(until: {least: string, offered: string}, day: string) => HTMLElement} */
const drawUntil = ({least, offered}, day) =>
  h(
    "div",
    {class: "until", data: {editor: "", key: "until"}},
    h(
      "label",
      null,
      "Skip until ",
      h("input", {type: "date", min: least, value: day || offered, required: true, data: {change: "day"}}),
    ),
    button("Skip until then", "skip_until", {kind: "small"}),
  )

/**
 * @param {PlanActsView | null} acts
 * @param {{least: string, offered: string}} until The first day that can be chosen, and the suggested day.
 * @param {{isPostponing: boolean, day: string}} state
 */
export function drawActs(acts, until, {isPostponing, day}) {
  if (!acts) return null
  const {edit, preserve, skip, revoke} = acts
  const isPreserve = preserve === "on"
  return h(
    "div",
    {class: "acts bottom", data: {key: "acts"}},
    edit && button("Edit", "edit", {key: "e"}),
    preserve &&
      button(isPreserve ? "Preserve" : "Replace instead", "preserve", {
        key: "p",
        title: isPreserve
          ? "Keep the custom text of the comment"
          : "Keep only the people in the comment and remove the custom text",
      }),
    skip === "off" && button("Stop skipping", "skip", {key: "s"}),
    skip === "on" && drawSkip(isPostponing),
    revoke && button("Remove my edits", "revoke", {kind: "quiet", title: revoke}),
    isPostponing && skip === "on" && drawUntil(until, day),
  )
}
