// The addresses of posters and backdrops. A browser keeps a picture for a minute: the address of one that this tab has
// changed has the picture that is selected now.
import {read} from "#face/calls.js"

export const TITLE_NEWS = ["movie:added", "movie:updated", "series:added", "series:updated"]
const SLOT = {asset_type: 1, season: 1, selected_id: 1}

/** @typedef {Pick<Values.SlotSummary, "asset_type" | "season" | "selected_id">} Slot */
/** @typedef {{id: number, entity_type: Values.TitleItem["entity_type"], series_id: number | null}} Pictured */

/** @type {Set<number>} */
const changed = new Set() // titles

/** Note that this tab has changed the pictures of some titles. @param {number[]} ids */
export const notePictures = ids => {
  for (const id of ids) changed.add(id)
}

/** @type {(entityType: string, id: number) => ReadCall} */
export const slotsOf = (entityType, id) => ["picture_selection.slots", {entity_type: entityType, entity_id: id}, SLOT]

/** Return the id of the picture that a title shows. @type {(slots: Slot[] | undefined, kind: string) => number | null} */
const mainOf = (slots, kind) =>
  slots?.find(({asset_type: own, season}) => own === kind && season === null)?.selected_id ?? null

/** The title whose pictures are shown: that of an episode is its series. @type {(item: Pictured) => [type: string, id: number]} */
export const ownerOf = ({id, entity_type: kind, series_id: series}) => (series ? ["series", series] : [kind, id])

/** Return the address of the poster of a title in a list. @param {Pictured} item */
export function posterOf(item) {
  const [kind, id] = item.entity_type === "episode" ? ownerOf(item) : [item.entity_type, item.id]
  const main = changed.has(id) ? mainOf(read(slotsOf(kind, id), TITLE_NEWS).value, "poster") : null
  return `/poster/${id}${main ? `?v=${main}` : ""}`
}

/** Return the address of a picture on the page of a title. @type {(item: Pictured, kind: "poster" | "backdrop", slots: Slot[] | undefined) => string} */
export function pictureOf(item, kind, slots) {
  const main = mainOf(slots, kind)
  return `/poster/${ownerOf(item)[1]}?kind=${kind}${main ? `&v=${main}` : ""}`
}
