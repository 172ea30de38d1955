// What the dialog of pictures knows in the browser: the pictures with the actions that the server has not answered yet,
// the filters, and the cursor.

/**
 * @typedef {"select" | "reject" | "restore" | "release" | "undo" | "title"} ActionName
 * @typedef {{number: number, name: ActionName, id: number, reason: string}} Pending An action without an answer.
 * @typedef {{provider: string, language: string, least: number}} ArtworkFilters "" and 0: all.
 *
 * @typedef {object} ArtworkState
 * @property {HTMLDialogElement} box
 * @property {HTMLDialogElement} large
 * @property {HTMLDialogElement} rejecting
 * @property {HTMLDialogElement} searching
 * @property {boolean} isSearchWanted A person opened the search, and the server has not answered yet.
 * @property {Set<string>} unticked Providers that a person leaves out of the search.
 * @property {import("./artwork_previews.js").Previews} previews
 * @property {number} serial The opening that is shown.
 * @property {string} key The kind that is shown; the server may still send another one.
 * @property {number} cursor The id of a picture, 0 without one.
 * @property {ArtworkFilters} filters
 * @property {Pending[]} pending
 * @property {string[]} queued Keys that a person pressed while the pictures were not there yet.
 * @property {number} parts The picture whose parts of the score are shown, 0 for none.
 * @property {boolean} isPinned They stay until a person closes them.
 * @property {number} sharp The picture whose original the large view shows.
 * @property {boolean} isFull The large view shows each pixel.
 * @property {string} reason Of the rejection that a person describes: one of the list, or "other".
 * @property {string} text The text of another reason.
 *
 * @typedef {Component<ArtworkDialogView, ArtworkState>} Self
 */

export const NO_FILTERS = {provider: "", language: "", least: 0}
/** The number of the last action: it counts for all openings. */
let lastNumber = 0

const NAMES = new Intl.DisplayNames(["en"], {type: "language", fallback: "code"})

/** The value of a filter for the language of a picture. @param {ArtworkPictureView} picture */
export const languageKey = ({language, local}) => language || (local ? "?" : "-")

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

/** @param {Self} self */
export const kindOf = ({view, state}) => view.kinds.find(({key}) => key === state.key)

/** Return whether the pictures of the kind or of the next title are not there yet. @param {Self} self */
export const isWaiting = ({view, state}) =>
  view.waits || view.key !== state.key || state.pending.some(({name}) => name === "title")

/** How an action changes its picture. @type {Record<ActionName, Partial<ArtworkPictureView>>} */
const CHANGES = {
  select: {selected: true, by: "you", when: "just now", former: false, rejected: false},
  reject: {selected: false, by: "", former: false, rejected: true},
  restore: {rejected: false},
  release: {by: "", when: "", former: false},
  undo: {}, // only the server knows what the step has changed
  title: {},
}
const PASSED_OVER = {selected: false, by: "", former: false}

/** Return the pictures as they are after an action. @type {(pictures: ArtworkPictureView[], action: Pending, several: boolean) => ArtworkPictureView[]} */
function withAction(pictures, {name, id, reason}, several) {
  const own = name === "reject" ? {...CHANGES.reject, reason} : CHANGES[name]
  const other = name === "select" && !several ? PASSED_OVER : {}
  return pictures.map(each => ({...each, ...(each.id === id || name === "release" ? own : other)}))
}

/** Return all pictures of the kind, with the actions that the server has not answered. @param {Self} self */
export function allPictures(self) {
  if (isWaiting(self)) return []
  const {view, state} = self
  return state.pending.reduce((list, each) => withAction(list, each, view.key === "backdrop"), view.pictures)
}

/** Return the id of the picture that the title shows, 0 without one. @param {Self} self */
export function mainOf({view, state}) {
  const chosen = state.pending.findLast(({name}) => name === "select")
  if (chosen) return chosen.id
  return state.pending.some(({name, id}) => name === "reject" && id === view.main) ? 0 : (view.main ?? 0)
}

/** @type {(picture: ArtworkPictureView, filters: ArtworkFilters) => boolean} */
const passes = (picture, {provider, language, least}) =>
  (!provider || picture.provider === provider) &&
  (!language || languageKey(picture) === language) &&
  (!least || picture.width === null || picture.width >= least)

/** Return the pictures that pass the filters. @param {Self} self */
export const shownPictures = self => allPictures(self).filter(each => passes(each, self.state.filters))

/** @param {Self} self */
export const isFiltered = ({state: {filters}}) => Boolean(filters.provider || filters.language || filters.least)

/** Return the picture at the cursor. @type {(self: Self) => ArtworkPictureView | undefined} */
export const currentPicture = self => shownPictures(self).find(({id}) => id === self.state.cursor)

/** Show an action at once, and send it. @type {(self: Self, name: ActionName, id: number, reason?: string) => void} */
export function act(self, name, id, reason = "") {
  lastNumber += 1
  self.state.pending = [...self.state.pending, {number: lastNumber, name, id, reason}]
  self.send(name, {id, reason, number: lastNumber})
}

/** @param {Self} self */
export function undo(self) {
  if (!self.view.undo && !self.state.pending.length) return
  act(self, "undo", 0)
}

/** @type {(box: Element, selector: string) => void} */
export const focusIn = (box, selector) => /** @type {HTMLElement | null} */ (box.querySelector(selector))?.focus()
