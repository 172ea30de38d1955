// The questions about several titles: which values become edits of their files, and which pictures are chosen.
import {read} from "#face/calls.js"
import {drawSection} from "#face/dialog_sections.js"
import {h} from "#face/dom.js"
import {TITLE_NEWS} from "#face/title_pictures.js"
import {placeOf} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

const FILES = 20 // of a page
const CHANGES = 20 // of a page
const WITHOUT_TEXT = "none" // as a language of a rule
const CLEAR = new Set(["logo", "clearart", "disc"]) // kinds that are often light, without a background

/** @param {any[]} sections */
const drawSections = sections =>
  sections.filter(Boolean).map(section => drawSection(/** @type {DialogSection} */ (section)))

// Values.

/** @param {Values.PlannedValues} found */
export const valueSections = found => [
  {
    kind: "text",
    text:
      found.nothing ||
      `${plural(found.changed, "file")} of ${count(found.files)} would get other values. Nothing is written yet.`,
  },
  found.total > 0 && {
    kind: "items",
    key: "files",
    label: "Values before and after",
    style: "values",
    items: found.items.map(({file_id: key, file_name: name, values}) => ({key, name, values})),
    ...placeOf(found),
  },
  found.exceptions.length > 0 && {
    kind: "facts",
    pairs: found.exceptions.map(([label, files]) => [label, plural(Number(files), "file")]),
  },
  found.changed > 0 && {
    kind: "hint",
    text: "The values become edits in the plan. The next write stores them in the files.",
  },
]

/** The question before the values of titles are planned. @type {(ids: number[]) => Question} */
export const valuesQuestion = ids => ({
  title: "Plan these values?",
  isWide: true,
  reads: ({files = "1"}) => ["titles.planned_values", {title_ids: ids, page: Number(files), per_page: FILES}],
  parts: found => drawSections(valueSections(found)),
  answers: ({search}) => ({search}),
  confirm: "Plan",
  confirmOf: ({changed}) => (changed ? `Plan ${plural(changed, "file")}` : ""), // without changes, it only says why
  stays: true,
})

/** The sentence after values are planned. @type {(report: Values.DecisionReport, rows: any[], answers: Answers) => Told} */
export const toldValues = ({label, step_id: undo}, _rows, {search: plan}) => ({
  text: `${capital(label)}.`,
  undo,
  plan,
})

// Pictures.

/** @typedef {{asset_type: string, language: string, provider: string}} Rule */

/** The kinds of pictures. @type {Record<string, string>} */
export const PICTURE_KINDS = {
  poster: "poster",
  backdrop: "backdrop",
  logo: "logo",
  banner: "banner",
  still: "still",
  thumb: "thumb",
  clearart: "clear art",
  disc: "disc",
}

/** @param {string} text */
export const capital = text => text[0].toUpperCase() + text.slice(1)

/** @type {(answers: Answers) => any} */
export const ruleOf = ({asset_type: kind, by, language, provider}) => ({
  asset_type: kind,
  language: by === "language" ? language : "",
  provider: by === "provider" ? provider : "",
})

/** @type {(picture: Values.AssetCandidate | null) => {source: string, text: string}} */
const pictured = picture =>
  picture
    ? {
        source: `/picture/${picture.id}`,
        text: `${picture.label}, ${picture.language_text}, ${picture.size_text.replaceAll(" × ", "\u00a0×\u00a0")}`,
      }
    : {source: "", text: "none"}

/** @param {Values.PictureChange & {title_id: number}} change */
function itemOf({title_id: key, title, old, new: next}) {
  const isSame = old && next && old.id === next.id
  const decides = old?.is_by_person ? "The rule decides from now on" : "It counts as your selection"
  return {
    name: title,
    key,
    pictures: (isSame ? [next] : [old, next]).map(pictured),
    ...(isSame && {message: `The picture stays. ${decides}.`}),
  }
}

/** @type {(preview: Values.SelectionPreview, rule: Rule, page: number) => any[]} */
export function pictureSections(preview, rule, page) {
  const kind = PICTURE_KINDS[rule.asset_type]
  const without =
    preview.without > 0 &&
    `${plural(preview.without, "title has", "titles have")} no ${kind} that fits, and would not change.`
  if (!preview.total) return [{kind: "text", text: ["No picture would change.", without].filter(Boolean).join(" ")}]
  const shown = preview.changes.slice((page - 1) * CHANGES, page * CHANGES)
  const hidden = preview.total - preview.changes.length
  const stays =
    rule.language || rule.provider
      ? "The new pictures count as your selection: they stay selected after any look-up."
      : "The rule of the library selects again, also where a person had selected a picture."
  return [
    {
      kind: "text",
      text: `${count(preview.total)} of ${plural(preview.titles, "title")} would change. Nothing has changed yet.`,
    },
    {
      kind: "items",
      key: "changes",
      label: "Pictures before and after",
      style: CLEAR.has(rule.asset_type) ? "paired clear" : "paired",
      items: shown.map(itemOf),
      ...(hidden > 0 && {more: plural(hidden, "more title would change.", "more titles would change.")}),
      ...placeOf({items: shown, total: preview.changes.length, page, per_page: CHANGES}),
    },
    {kind: "hint", text: [without, stays].filter(Boolean).join(" ")},
  ]
}

const PICTURE = {id: 1, label: 1, language_text: 1, size_text: 1, is_by_person: 1}
const PREVIEW = {
  ...{titles: 1, total: 1, without: 1},
  changes: {title_id: 1, title: 1, old: PICTURE, new: PICTURE},
}

/** What a rule would change, as far as it is known. @type {(ids: number[], answers: Answers) => {value?: Values.SelectionPreview, error?: Error}} */
const previewOf = (ids, answers) =>
  read(["picture_selection.preview", {title_ids: ids, rule: ruleOf(answers)}, PREVIEW], TITLE_NEWS)

/** The fields of the rule. @type {(choices: Values.PictureChoices) => QuestionField[]} */
function ruleFields({language, languages, providers}) {
  const named = Object.entries(languages).sort(([, a], [, b]) => a.localeCompare(b, "en"))
  return [
    {
      name: "asset_type",
      kind: "select",
      label: "Kind",
      value: "poster",
      choices: Object.entries(PICTURE_KINDS).map(([value, label]) => ({value, label: capital(label)})),
    },
    {
      name: "by",
      kind: "select",
      label: "Choose",
      value: "rule",
      choices: [
        {value: "rule", label: "Automatic (the rule of the library)"},
        {value: "language", label: "In a language"},
        {value: "provider", label: "From a provider"},
      ],
    },
    {
      name: "language",
      kind: "select",
      label: "Language",
      value: language,
      choices: [
        {value: WITHOUT_TEXT, label: "Without text"},
        ...named.map(([value, label]) => ({value, label: `${label} (${value})`})),
      ],
      when: ({by}) => by === "language",
    },
    {
      name: "provider",
      kind: "select",
      label: "Provider",
      value: Object.keys(providers)[0],
      choices: Object.entries(providers).map(([value, label]) => ({value, label})),
      when: ({by}) => by === "provider",
    },
  ]
}

/** @type {(ids: number[], answers: Answers, turned: Record<string, string>) => Child} */
function drawPreview(ids, answers, {changes = "1"}) {
  const {value, error} = previewOf(ids, answers)
  if (value) return drawSections(pictureSections(value, ruleOf(answers), Number(changes)))
  const text = error ? error.message : "Looking for the pictures that would change…"
  return h("p", {class: error ? "bad-text" : "hint", role: error ? "alert" : null, data: {key: "looking"}}, text)
}

/** The question which pictures are chosen for titles. @type {(ids: number[]) => Question} */
export const picturesQuestion = ids => ({
  title: "Choose pictures",
  isWide: true,
  reads: () => ["picture_selection.choices", {}],
  fieldsOf: ruleFields,
  below: (_, answers, turned) => drawPreview(ids, answers, turned),
  allows: (_, answers) => Boolean(previewOf(ids, answers).value?.total),
  confirm: "Choose pictures",
  confirmOf: (_, answers) => {
    const total = previewOf(ids, answers).value?.total
    return total ? `Choose pictures of ${plural(total, "title")}` : "Choose pictures"
  },
  stays: true,
})
