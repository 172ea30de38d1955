// The small pictures of the tiles: those in sight are loaded, the first ones first, a few at a time.
import {h} from "#face/dom.js"

const MOST = 6 // that are loaded at one time: the providers and the other parts of the page need the connections, too
const AHEAD = "300px" // around the part that is in sight
const LONGEST = 200 // characters of a sentence

/** @typedef {{state: "waits" | "loading" | "ready" | "failed", text: string}} Preview */

export class Previews {
  /** @type {Map<string, Preview>} */
  byAddress = new Map()
  /** @type {Set<Element>} */
  inSight = new Set()
  /** @type {IntersectionObserver | null} */
  observer = null
  /** @type {WeakSet<Element>} */
  known = new WeakSet()

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed
  }

  /** @type {(address: string) => Preview} */
  of(address) {
    return this.byAddress.get(address) ?? {state: "waits", text: ""}
  }

  /** @type {(address: string, state: Preview["state"], text?: string) => void} */
  set(address, state, text = "") {
    this.byAddress.set(address, {state, text})
  }

  /** Forget what is in sight, and what is being loaded: its images leave the page. */
  stop() {
    this.observer?.disconnect()
    this.observer = null
    this.inSight.clear()
    this.known = new WeakSet()
    for (const [address, {state}] of this.byAddress) if (state === "loading") this.byAddress.delete(address)
  }

  /** Watch which tiles are in sight. @param {Element} list It scrolls. */
  watch(list) {
    this.observer ??= new IntersectionObserver(entries => this.see(entries), {root: list, rootMargin: AHEAD})
    for (const tile of list.children) {
      if (this.known.has(tile)) continue
      this.known.add(tile)
      this.observer.observe(tile)
    }
    for (const tile of this.inSight) if (!tile.isConnected) this.inSight.delete(tile)
    this.begin()
  }

  /** @param {IntersectionObserverEntry[]} entries */
  see(entries) {
    for (const {target, isIntersecting} of entries) this.inSight[isIntersecting ? "add" : "delete"](target)
    this.begin()
  }

  /** Begin to load the first tiles in sight that have no picture yet. */
  begin() {
    const loading = [...this.byAddress.values()].filter(({state}) => state === "loading").length
    const tiles = /** @type {HTMLElement[]} */ ([...this.inSight])
    const next = tiles
      .filter(({dataset}) => dataset.preview && this.of(dataset.preview).state === "waits")
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))
      .slice(0, Math.max(0, MOST - loading))
    for (const {dataset} of next) this.set(dataset.preview, "loading")
    if (next.length) this.changed()
  }

  /** Note that an image is there. @param {string} address */
  loaded(address) {
    if (this.of(address).state === "ready") return
    this.set(address, "ready")
    this.begin()
    this.changed()
  }

  /** Read why an image is not there: an image of a page has no text. @param {string} address */
  async failed(address) {
    const reason = await reasonOf(address)
    if (this.of(address).state !== "loading") return // the list shows other pictures now
    this.set(address, "failed", reason)
    this.begin()
    this.changed()
  }

  /** @param {string} address */
  again(address) {
    this.set(address, "waits")
    this.begin()
  }
}

const UNKNOWN = "The picture cannot be loaded."

/** @type {(address: string) => Promise<string>} */
async function reasonOf(address) {
  try {
    const answer = await fetch(address)
    const isText = answer.headers.get("Content-Type")?.startsWith("text/plain")
    return (isText && (await answer.text()).trim().slice(0, LONGEST)) || UNKNOWN
  } catch {
    return "The service does not answer."
  }
}

/** @type {(preview: Preview, address: string) => Child} */
export const drawPreview = ({state}, address) =>
  (state === "loading" || state === "ready") &&
  h("img", {src: address, alt: "", decoding: "async", class: state, data: {preview: address, key: address}})
