// The selection of the wall: files by their places, also those whose tiles are not read, or all of a search.
import {call} from "#face/calls.js"
import {toast} from "#face/frame.js"
import {LastingSelection} from "#face/lasting_selection.js"

/** @typedef {import("#face/pictures_page.js").PicturesPage} PicturesPage */

export class TileSelection extends LastingSelection {
  from = -1 // the place from which a range is selected
  changes = 0 // that a person has made
  clears = 0
  /** @type {{query: string, changes: number} | null} */
  whole = null // the search whose files were selected as a whole, after how many changes

  /** @returns {PicturesPage} */
  get wall() {
    return /** @type {any} */ (this.list)
  }

  /** @param {() => void} make @override */
  change(make) {
    this.changes += 1
    super.change(make)
  }

  /** @override */
  clear() {
    this.from = -1
    this.clears += 1
    super.clear()
  }

  /** Select all files of the search that is shown. @override */
  async all() {
    const {changes} = this
    const {query} = this.wall.tiles.overview
    await super.all()
    this.whole = {query, changes}
  }

  /** Return the search whose files are selected, and no others; null if a person has chosen them. */
  wholeSearch() {
    return this.whole?.changes === this.changes ? this.whole.query : null
  }

  /** @param {number} at */
  toggle(at) {
    const id = this.wall.tiles.at(at)?.file_id
    this.from = at
    if (id === undefined) return
    this.change(() => this.setOne(id, !this.known.has(id))) // all files may be on their way: then it means their state
    this.list.draw()
  }

  /** Select the files from the last one that was selected to a place. @param {number} at */
  selectTo(at) {
    if (this.from < 0) this.from = this.wall.cursorPlace
    const [first, last] = [Math.min(this.from, at), Math.max(this.from, at)]
    void this.setPlaces(first, last - first + 1, true)
  }

  /** Select or deselect consecutive files. @type {(first: number, number: number, isOn: boolean) => Promise<void>} */
  async setPlaces(first, number, isOn) {
    const {tiles: rows} = this.wall
    const tiles = Array.from({length: Math.min(number, rows.shown().length + 1)}, (_, place) => rows.at(first + place))
    if (tiles.length === number && tiles.every(Boolean)) this.set(tiles, isOn)
    else await this.setUnread(first, number, isOn)
    this.list.draw()
  }

  /** @type {(first: number, number: number, isOn: boolean) => Promise<void>} */
  async setUnread(first, number, isOn) {
    const {clears} = this
    const {query, sort, list_id: list} = this.wall.tiles.overview
    try {
      const ids = await call("media.ids", {query, sort, list_id: list, plan: {}})
      if (clears === this.clears) this.setIds(ids.slice(first, first + number), isOn)
    } catch (error) {
      toast(/** @type {Error} */ (error).message, {kind: "error"})
      this.wall.tiles.readAgain()
    }
  }

  /** @type {(ids: number[], isOn: boolean) => void} */
  setIds(ids, isOn) {
    this.change(() => {
      for (const id of ids) this.setOne(id, isOn)
    })
  }

  /** @type {(id: number, isOn: boolean) => void} */
  setOne(id, isOn) {
    if (isOn) this.known.set(id, null)
    else this.known.delete(id)
    this.found.delete(id)
  }
}
