// What the dialog of pictures knows: the pictures as the library has them, with the actions that are not read yet, the
// filters, and the cursor.
import {read} from "#face/calls.js"
import {TITLE_NEWS} from "#face/title_pictures.js"

/**
 * @typedef {"select" | "reject" | "restore" | "release" | "undo" | "title"} ActionName
 * @typedef {{name: ActionName, id: number, reason: string, since: number}} Pending An action whose effect is not read yet;
 *   `since`: a read that is sent later has it.
 * @typedef {{provider: string, language: string, least: number}} ArtworkFilters "" and 0: all.
 * @typedef {{id: number, entity_type: Values.TitleItem["entity_type"], name: string, seasons: number[]}} PicturedTitle
 * @typedef {{id: number, text: string, title: PicturedTitle}} Step That can be undone.
 * @typedef {{label: string, points: number, most: number, reason: string}} Part Of a score.
 *
 * @typedef {object} Picture
 * @property {number} id
 * @property {string} version
 * @property {string} size_text
 * @property {number | null} width
 * @property {string} language
 * @property {string} provider
 * @property {string} label
 * @property {string} source
 * @property {string} votes_text
 * @property {number | null} auto_score
 * @property {Part[]} score_parts
 * @property {boolean} is_selected
 * @property {boolean} is_rejected
 * @property {string} chosen_by
 * @property {string} chosen_when
 * @property {boolean} is_of_former_match
 * @property {string} reject_reason
 * @property {number | null} duplicate_of
 *
 * @typedef {{asset_type: string, season: number | null, total: number, rejected: number, selected_id: number | null,
 *   is_by_person: boolean}} Slot
 * @typedef {{key: string, type: string, season: number | null, label: string, name: string, named: string, count: number | null,
 *   isChosen: boolean}} Kind An entry of the list of kinds.
 *
 * @typedef {object} ArtworkSearch
 * @property {Pick<Values.ProviderStatus, "provider" | "name" | "is_on"> & {plain_reason: string}[]} providers
 * @property {Set<string>} running Providers that are searched.
 * @property {Map<string, Values.PictureSearchResult>} results
 * @property {string} problem
 *
 * @typedef {object} ArtworkState
 * @property {PicturedTitle} title
 * @property {string} key The kind that is shown, and perhaps the season.
 * @property {number[]} order Ids: a picture stays where it is until the kind is shown again.
 * @property {number} cursor The id of a picture, 0 without one.
 * @property {ArtworkFilters} filters
 * @property {Pending[]} pending
 * @property {Step[]} steps
 * @property {string} message
 * @property {string} problem
 * @property {string[]} queued Keys that a person pressed while the pictures were not there yet.
 * @property {number} parts The picture whose parts of the score are shown, 0 for none.
 * @property {boolean} isPinned They stay until a person closes them.
 * @property {number} sharp The picture whose original the large view shows.
 * @property {boolean} isFull The large view shows each pixel.
 * @property {string} reason Of the rejection that a person describes: one of the list, or "other".
 * @property {string} text The text of another reason.
 * @property {any | null} search
 * @property {Set<string>} unticked Providers that a person leaves out of the search.
 *
 * @typedef {import("#face/artwork.js").Artwork} Self
 */

export const NO_FILTERS = {provider: "", language: "", least: 0}
/** @type {Record<string, string[]>} */
const KINDS = {
  movie: ["poster", "backdrop", "logo", "banner", "clearart", "disc", "thumb"],
  series: ["poster", "backdrop", "logo", "banner", "clearart", "thumb"],
  season: ["poster", "banner", "thumb"],
  episode: ["still"],
}
/** The kinds as they are called in sentences, if they are called otherwise. @type {Record<string, string>} */
const WORDS = {disc: "disc picture", clearart: "clear art"}
const SLOT = {asset_type: 1, season: 1, total: 1, rejected: 1, selected_id: 1, is_by_person: 1}
const PICTURE = {
  ...{id: 1, version: 1, size_text: 1, width: 1, language: 1, provider: 1, label: 1, source: 1, votes_text: 1},
  ...{auto_score: 1, score_parts: {label: 1, points: 1, most: 1, reason: 1}},
  ...{is_selected: 1, is_rejected: 1, is_by_person: 1, chosen_by: 1, chosen_when: 1, is_of_former_match: 1},
  ...{reject_reason: 1, duplicate_of: 1},
}

const NAMES = new Intl.DisplayNames(["en"], {type: "language", fallback: "code"})

/** The value of a filter for the language of a picture. @param {Picture} picture */
export const languageKey = ({language, provider}) => language || (provider === "local" ? "?" : "-")

/** @param {string} key */
export function languageName(key) {
  if (key === "-") return "no text"
  if (key === "?") return "not known"
  try {
    return NAMES.of(key)
  } catch {
    return key // a provider can send what is no code
  }
}

/** The width and the height of a kind. @type {Record<string, [number, number]>} */
const SHAPES = {
  poster: [2, 3],
  logo: [800, 310],
  banner: [1000, 185],
  disc: [1, 1],
}

/** @param {string} type */
export const shapeOf = type => SHAPES[type] ?? [16, 9]

// Kinds.

/** @type {(type: string, season: number | null) => string} */
export const keyOf = (type, season) => (season === null ? type : `${type}-${season}`)

/** @param {string} key @returns {[type: string, season: number | null]} */
function partsOf(key) {
  const [type, season] = key.split("-")
  return [type, season === undefined ? null : Number(season)]
}

/** @type {(type: string, season: number | null, slot: Slot | undefined, isRead: boolean) => Kind} */
function kindFrom(type, season, slot, isRead) {
  const name = WORDS[type] ?? type
  const of = season === null ? "" : season ? `season ${season}` : "specials"
  const label = type === "clearart" ? "Clear art" : type[0].toUpperCase() + type.slice(1)
  return {
    ...{key: keyOf(type, season), type, season, name},
    label: of ? `${label}, ${of}` : label,
    named: `${type === "clearart" ? "" : "a "}${name}${of && ` of ${of}`}`,
    count: isRead ? (slot ? slot.total + slot.rejected : 0) : null,
    isChosen: slot?.is_by_person ?? false,
  }
}

/** The kinds of a title, then those of its seasons. @param {Self} self @returns {Kind[]} */
export function kindsOf({state: {title, key}}) {
  const slots = /** @type {Slot[] | undefined} */ (read(readSlots(title), TITLE_NEWS).value)
  const isSeason = title.entity_type === "season"
  const known = new Map((slots ?? []).map(slot => [keyOf(slot.asset_type, isSeason ? null : slot.season), slot]))
  const keys = [...known.keys(), key].map(partsOf)
  const ofSeasons = [...title.seasons.map(season => partsOf(keyOf("poster", season))), ...keys]
    .filter(([, season]) => season !== null)
    .sort(([typeA, a], [typeB, b]) => a - b || typeA.localeCompare(typeB))
  const own = [...KINDS[title.entity_type].map(partsOf), ...keys.filter(([, season]) => season === null)]
  const all = new Map([...own, ...ofSeasons].map(([type, season]) => [keyOf(type, season), [type, season]]))
  return [...all].map(([each, [type, season]]) =>
    kindFrom(/** @type {string} */ (type), /** @type {number | null} */ (season), known.get(each), Boolean(slots)),
  )
}

/** @param {Self} self */
export const kindOf = self => kindsOf(self).find(({key}) => key === self.state.key)

/** Return whether a type of titles has a kind of pictures. @type {(entityType: string, type: string) => boolean} */
export const hasKind = (entityType, type) => KINDS[entityType].includes(type)

// Reads.

/** @param {PicturedTitle} title @returns {ReadCall} */
export const readSlots = ({entity_type: kind, id}) => [
  "picture_selection.slots",
  {entity_type: kind, entity_id: id},
  SLOT,
]

/** @param {Self} self @returns {ReadCall} */
export function readPictures({state: {title, key}}) {
  const [type, season] = partsOf(key)
  return [
    "picture_selection.candidates",
    {entity_type: title.entity_type, entity_id: title.id, asset_type: type, season},
    {items: PICTURE},
  ]
}

/** Return what is known of the pictures of the kind; actions tell themselves what they have changed. @param {Self} self @returns {{value?: {items: Picture[]}, error?: Error, sentAt?: number}} */
export const found = self =>
  read(
    readPictures(self),
    TITLE_NEWS,
    self.state.pending.some(({since}) => since === Number.POSITIVE_INFINITY),
  )

/** Return whether the pictures of the kind or of the next title are not there yet. @param {Self} self */
export const isWaiting = self => {
  const {value, error} = found(self)
  return (!value && !error) || self.state.pending.some(({name}) => name === "title")
}

/** How an action changes its picture. @type {Record<ActionName, Partial<Picture>>} */
const CHANGES = {
  select: {is_selected: true, chosen_by: "you", chosen_when: "just now", is_of_former_match: false, is_rejected: false},
  reject: {is_selected: false, chosen_by: "", is_of_former_match: false, is_rejected: true},
  restore: {is_rejected: false},
  release: {chosen_by: "", chosen_when: "", is_of_former_match: false},
  undo: {}, // only the library knows what the step has changed
  title: {},
}
const PASSED_OVER = {is_selected: false, chosen_by: "", is_of_former_match: false}

/** Return the pictures as they are after an action. @type {(pictures: Picture[], action: Pending, several: boolean) => Picture[]} */
function withAction(pictures, {name, id, reason}, several) {
  const own = name === "reject" ? {...CHANGES.reject, reject_reason: reason} : CHANGES[name]
  const other = name === "select" && !several ? PASSED_OVER : {}
  return pictures.map(each => ({...each, ...(each.id === id || name === "release" ? own : other)}))
}

/** Return all pictures of the kind, with the actions that are not read yet. @param {Self} self */
export function allPictures(self) {
  if (isWaiting(self)) return []
  const {state} = self
  const read = new Map((found(self).value?.items ?? []).map(each => [each.id, each]))
  const known = state.order.filter(id => read.has(id))
  state.order = [...known, ...[...read.keys()].filter(id => !known.includes(id))]
  return state.pending.reduce(
    (list, each) => withAction(list, each, state.key === "backdrop"),
    state.order.map(id => read.get(id)),
  )
}

/** Return the id of the picture that the title shows, 0 without one. @param {Self} self */
export function mainOf(self) {
  const {pending} = self.state
  const chosen = pending.findLast(({name}) => name === "select")
  if (chosen) return chosen.id
  const main = (found(self).value?.items ?? []).find(each => each.is_selected)?.id ?? 0
  return pending.some(({name, id}) => name === "reject" && id === main) ? 0 : main
}

/** The place of a picture by its score: `2nd of 14`. @type {(pictures: Picture[], id: number) => string} */
export function rankOf(pictures, id) {
  const scored = pictures.filter(each => each.auto_score !== null && !each.is_rejected)
  scored.sort((a, b) => b.auto_score - a.auto_score)
  const place = scored.findIndex(each => each.id === id) + 1
  return place ? `${ordinal(place)} of ${scored.length}` : ""
}

const ORDINALS = new Intl.PluralRules("en", {type: "ordinal"})
/** @type {Record<string, string>} */
const ENDINGS = {one: "st", two: "nd", few: "rd", other: "th"}

/** @param {number} number */
export const ordinal = number => `${number}${ENDINGS[ORDINALS.select(number)]}`

/** @param {Picture} picture */
export const scoreOf = ({auto_score: score}) => (score === null ? "" : score.toFixed(2))

/** @param {Picture} picture */
export const isLocal = ({provider}) => provider === "local"

/** A picture that a person has selected is not rejected for this title. @param {Picture} picture */
export const isRejected = ({is_rejected: isOut, chosen_by: by}) => isOut && !by

/** The addresses of a picture in its small size, and as it is. @param {Picture} picture */
export const addressesOf = ({id, version}) => {
  const mark = version ? `?v=${version}` : ""
  return {preview: `/picture/${id}${mark}`, original: `/picture/${id}/original${mark}`}
}

/** @type {(picture: Picture, filters: ArtworkFilters) => boolean} */
const passes = (picture, {provider, language, least}) =>
  (!provider || picture.provider === provider) &&
  (!language || languageKey(picture) === language) &&
  (!least || picture.width === null || picture.width >= least)

/** Return the pictures that pass the filters. @param {Self} self */
export const shownPictures = self => allPictures(self).filter(each => passes(each, self.state.filters))

/** @param {Self} self */
export const isFiltered = ({state: {filters}}) => Boolean(filters.provider || filters.language || filters.least)

/** Return the picture at the cursor. @type {(self: Self) => Picture | undefined} */
export const currentPicture = self => shownPictures(self).find(({id}) => id === self.state.cursor)

/** @type {(box: Element, selector: string) => void} */
export const focusIn = (box, selector) => /** @type {HTMLElement | null} */ (box.querySelector(selector))?.focus()

/** @param {KeyboardEvent} event */
export const hasModifier = ({ctrlKey, metaKey, altKey}) => ctrlKey || metaKey || altKey

// The keys of the dialog, for the list of keys: the dialog itself handles them.

/** @type {[does: string, keys: string[]][]} */
const LINES = [
  ["move", ["ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"]],
  ["select the picture", ["Enter"]],
  ["reject it with a reason, or offer it again", ["x"]],
  ["show it large, beside the chosen one", [" "]],
  ["show the parts of its score", ["i"]],
  ["undo the last step", ["u"]],
  ["the previous and the next kind", ["[", "]"]],
  ["the next and the previous title of the list", ["n", "p"]],
]

/** @type {[key: string, does: string][]} */
export const ARTWORK_KEYS = LINES.flatMap(([does, keys]) =>
  keys.map(key => /** @type {[string, string]} */ ([key, does])),
)
