// Parts of a file's details that only draw: its picture, path, people, comments, reasons, suggestions and buttons.
import {drawComment, drawPart} from "#face/comment_text.js"
import {dayFromNow} from "#face/days.js"
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {thumbnail} from "#face/images.js"
import {GLYPHS, button, chip, drawTag, iconButton, label} from "#face/widgets.js"
import {andMore, count} from "#face/wording.js"

/** @typedef {import("#face/comment_text.js").Kind} Kind */
/** @typedef {import("#face/file_details.js").View} View */
/** @typedef {{where: string, change: string, old: TextPart[] | null, new: TextPart[] | null}} CommentText */

const MOST_PEOPLE = 12
const LARGE_PHOTO = 1280 // pixels

/** What happens to a text: the level, and words. @type {Record<string, [level: string, text: string]>} */
const TEXT_CHANGES = {
  kept: ["note", "unchanged"],
  changed: ["safe", "changes"],
  added: ["safe", "is added"],
  replaced: ["danger", "is replaced"],
  removed: ["danger", "is removed"],
}

/**
 * A comment whose long unchanged parts are folded.
 *
 * @type {(parts: TextPart[] | null, kind: Kind, name: string, isUnfolded: boolean) => HTMLElement}
 */
export const drawFolded = (parts, kind, name, isUnfolded) =>
  drawComment(parts, kind, name, (part, partKind, index) =>
    part.fold && !isUnfolded
      ? button(`⋯ ${count(part.text.length)} characters ⋯`, "unfold", {kind: "link", data: {key: `f${index}`}})
      : drawPart(part, partKind),
  )

/** @type {(text: CommentText, isUnfolded: boolean) => HTMLElement} */
const drawText = ({where, change, old: now, new: planned}, isUnfolded) =>
  h(
    "div",
    {class: "field", data: {key: `field-${where}`}},
    h("div", {class: "where"}, h("bdi", {dir: "ltr"}, where), chip(...TEXT_CHANGES[change])),
    now && drawFolded(now, change === "kept" ? "same" : "old", `${where}, now`, isUnfolded),
    ["added", "changed", "replaced"].includes(change) && drawFolded(planned, "new", `${where}, planned`, isUnfolded),
  )

/** @type {(texts: CommentText[], isUnfolded: boolean) => Child} */
export const drawTexts = (texts, isUnfolded) =>
  texts.length > 0 && [label("Every comment field of the file"), texts.map(text => drawText(text, isUnfolded))]

/** @type {(view: View, isUnfolded: boolean) => Child} */
export function drawComments({comment_parts: parts, keeps_comment: isSame, comment_texts: texts, item}, isUnfolded) {
  const {old: now, new: planned} = /** @type {{old: TextPart[] | null, new: TextPart[] | null}} */ (
    /** @type {any} */ (parts)
  )
  const nowLabel = texts.length ? "Comment that players show" : "Comment now"
  const isBarred = item.risk_level === "blocked"
  const plannedLabel = isBarred && !isSame ? "Comment planned, not written" : "Comment planned"
  return [
    label(nowLabel),
    drawFolded(now, now?.some(part => part.mark) ? "old" : "same", nowLabel, isUnfolded),
    label(plannedLabel),
    isSame ? h("div", {class: "diff none"}, "Unchanged") : drawFolded(planned, "new", plannedLabel, isUnfolded),
  ]
}

/**
 * Draw a player for a video that the browser can play, otherwise the picture of the file. `states`: "there", "there tall"
 * or "none" by address.
 *
 * @type {(view: View, states: Map<string, string>) => HTMLElement}
 */
export const drawPicture = (view, states) => {
  const {file_id: id, media_kind: kind, caption} = view
  const picture = thumbnail(id, view.picture_version)
  const original = view.is_shown_by_browsers ? `/media/${id}` : ""
  const state = states.get(picture) ?? ""
  const isFilm = kind === "video" && original && states.get(original) !== "none"
  return h(
    "figure",
    {class: `thumb ${isFilm ? "film" : kind} ${state}`, data: {key: isFilm ? "film" : "thumb"}},
    isFilm ? drawPlayer(view.file_name, picture, original) : drawStill(view, picture, original, state),
    caption.length > 0 && h("figcaption", null, caption.join(" · ")),
  )
}

/** @type {(name: string, picture: string, original: string) => HTMLElement} */
const drawPlayer = (name, picture, original) =>
  h("video", {
    src: original,
    poster: picture,
    controls: true,
    preload: "none",
    playsinline: true,
    "aria-label": `Video ${name}`,
    data: {key: original},
  })

/** @type {(view: View, picture: string, original: string, state: string) => HTMLElement} */
const drawStill = ({file_name: name, media_kind: kind}, picture, original, state) => {
  if (!picture || state === "none") return h("span", {class: "nothing"}, "No picture")
  const isPhoto = kind === "photo"
  const image = h("img", {
    src: isPhoto ? `${picture}&width=${LARGE_PHOTO}` : picture,
    alt: isPhoto ? name : `A frame of ${name}`,
    decoding: "async",
    data: {key: picture},
  })
  if (!isPhoto || !original) return image
  return h("a", {href: original, target: "_blank", rel: "noopener", title: "Open the photo in full size"}, image)
}

/** @type {(path: string, place: string, isCopied: boolean) => HTMLElement} */
export const drawPath = (path, place, isCopied) =>
  h(
    "div",
    {class: "path", title: path, data: {key: "path"}},
    h("bdi", {dir: "ltr"}, place),
    button(isCopied ? "Copied" : "Copy path", "copy-path", {kind: "link"}),
    h("span", {class: "vh", role: "status"}, isCopied ? "The path was copied." : ""),
  )

export const drawGrip = () => h("div", {class: "grip", "aria-hidden": "true", data: {key: "grip"}})

/** @type {(sign: string, text: string, by: number) => HTMLElement} */
const drawStep = (sign, text, by) =>
  iconButton(sign, text, {act: "step-file", by, key: `step${by}`}, {class: "icon step"})

export const drawSteps = () => [drawStep("‹", "Previous file", -1), drawStep("›", "Next file", 1)]

/**
 * If there are very many people, the changed ones come first, and a button shows the rest.
 *
 * @type {(tags: Tag[], showsAll: boolean) => HTMLElement}
 */
export const drawPeople = (tags, showsAll) => {
  const restCount = showsAll ? 0 : Math.max(0, tags.length - MOST_PEOPLE)
  const changesFirst = [...tags.filter(tag => tag.kind), ...tags.filter(tag => !tag.kind)]
  const shown = restCount ? changesFirst.slice(0, MOST_PEOPLE) : tags
  return h(
    "div",
    {class: "tags", data: {key: "tags"}},
    tags.length ? shown.map(drawTag) : h("span", {class: "hint"}, "no people"),
    restCount > 0 && button(andMore(restCount), "unfold-part", {kind: "link", data: {which: "everybody"}}),
  )
}

/** @param {Pick<Values.Issue, "severity" | "text" | "remedy">} issue */
export const drawIssue = ({severity, text, remedy}) =>
  h(
    "p",
    {class: `why ${severity}`},
    GLYPHS[severity] && h("span", {"aria-hidden": "true"}, `${GLYPHS[severity]} `),
    text,
    ` ${remedy}`,
  )

/** @param {Pick<Values.Suggestion, "name" | "reason" | "others" | "sure_text" | "replaces">} suggestion */
const drawSuggestion = ({name, reason, others, sure_text: sure, replaces}) =>
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
    button(replaces ? "Replace" : "Add", "add-suggested", {
      kind: "small",
      data: {name, replaces},
      "aria-label": replaces ? `Replace ${replaces} with ${name}` : `Add ${name}`,
    }),
    iconButton(
      "✕",
      `${name} is not in this file`,
      {act: "decline-name", name},
      {title: "Not in this file: do not suggest again"},
    ),
  )

/** @type {(suggestions: Parameters<typeof drawSuggestion>[0][]) => Child} */
export const drawSuggestions = suggestions =>
  suggestions.length > 0 &&
  h(
    "div",
    {class: "suggestions", role: "group", "aria-label": "Suggestions", data: {key: "suggestions"}},
    label("Suggestions"),
    suggestions.map(drawSuggestion),
  )

/** What other programs show: their names, the text, and its kind. @type {(text: string, rows: string[][]) => Child} */
export const drawPrograms = (text, rows) =>
  rows.length > 0 && [
    label(text),
    h(
      "dl",
      {class: "facts shows"},
      rows.map(([programs, shown, kind]) => [h("dt", null, programs), h("dd", {class: kind}, shown)]),
    ),
  ]

// The decisions about the file.

/** @param {boolean} isPostponing */
const drawSkip = isPostponing =>
  h(
    "span",
    {class: "split", data: {key: "skips"}},
    button("Skip", "skip", {key: "s", title: "Exclude the file from lists and writes until you stop skipping it"}),
    button("▾", "skip-choice", {
      "aria-expanded": String(isPostponing),
      "aria-label": "Skip until a day",
      title: "Skip until a day",
    }),
  )

/** @param {string} day */
const drawUntil = day =>
  h(
    "div",
    {class: "until", data: {editor: "", key: "until"}},
    h(
      "label",
      null,
      "Skip until ",
      h("input", {
        type: "date",
        min: dayFromNow(1),
        value: day || dayFromNow(30),
        required: true,
        data: {change: "skip-day", key: "day"},
      }),
    ),
    button("Skip until then", "skip-until", {kind: "small"}),
  )

/**
 * @param {Record<string, string>} offers
 * @param {{isPostponing: boolean, day: string, canEdit: boolean}} state
 */
export function drawOffers({preserve, skip, revoke}, {isPostponing, day, canEdit}) {
  if (!may("decisions.postpone")) return null
  const isPreserve = preserve === "on"
  return h(
    "div",
    {class: "acts bottom", data: {key: "acts"}},
    canEdit && button("Edit", "edit", {key: "e", data: {key: "edit"}}),
    preserve &&
      canEdit &&
      button(isPreserve ? "Preserve" : "Replace instead", "preserve", {
        key: "p",
        title: isPreserve
          ? "Keep the custom text of the comment"
          : "Keep only the people in the comment and remove the custom text",
        data: {key: "preserve"},
      }),
    skip === "off" && button("Stop skipping", "skip", {key: "s", data: {key: "unskip"}}),
    skip === "on" && drawSkip(isPostponing),
    revoke && canEdit && button("Remove my edits", "revoke", {kind: "quiet", title: revoke, data: {key: "revoke"}}),
    isPostponing && skip === "on" && drawUntil(day),
  )
}
