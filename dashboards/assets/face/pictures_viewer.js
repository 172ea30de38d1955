// One file over the whole window: the picture or the video of the tile at the cursor, its rating, and the next file. *Back*
// closes it.
import {h, morph} from "#face/dom.js"
import {hasImage, noteMissing} from "#face/images.js"
import {ModalStep} from "#face/modal_step.js"
import {STARS, dayText, drawPeople, pictureOf, starText} from "#face/pictures_tiles.js"
import {button, closeButton, iconButton} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/** @typedef {import("#face/pictures_page.js").PicturesPage} PicturesPage */
/** @typedef {import("#face/pictures_rows.js").Tile} Tile */

const SWIPE = 50 // pixels
const PREVIEW = 1280 // pixels of the width of the picture that is shown before the original
const KEYS_LINE = "← → next · 0–5 rate · f favourite · b people · i details · Esc back"

/** Return the address of the file itself; "" if browsers do not show it. @param {Tile} tile */
function originalOf({file_id: id, is_shown_by_browsers: isShown}) {
  const address = isShown ? `/media/${id}` : ""
  return hasImage(address) ? address : ""
}

/** Return the address of its preview; "" if there is none. @param {Tile} tile */
function previewOf(tile) {
  const address = pictureOf(tile, PREVIEW)
  return hasImage(address) ? address : ""
}

/** @type {(tile: Tile) => Child} */
function drawMedia(tile) {
  const {file_id: id, file_name: name, kind} = tile
  const [preview, original] = [previewOf(tile), originalOf(tile)]
  if (kind === "video" && original)
    return h("video", {
      src: original,
      poster: preview || null,
      controls: true,
      autoplay: true,
      playsinline: true,
      "aria-label": `Video ${name}`,
      data: {key: `video${id}`},
    })
  const isPhoto = kind === "photo"
  if (!preview) return h("p", {class: "nothing", data: {key: `none${id}`}}, "No picture")
  return [
    h("img", {src: preview, alt: isPhoto ? name : `A frame of ${name}`, data: {key: `preview${id}`}}),
    isPhoto &&
      original &&
      h("img", {class: "whole", src: original, alt: "", decoding: "async", data: {key: `whole${id}`}}),
    kind === "video" && h("p", {class: "cannot"}, "The browser cannot play this video."),
  ]
}

/** @type {(tile: Tile, isAdvancing: boolean) => HTMLElement} */
const drawStars = (tile, isAdvancing) =>
  h(
    "span",
    {class: "v-stars", role: "group", "aria-label": `Rating: ${starText(tile)}`, data: {key: "stars"}},
    STARS.map(star => {
      const isRemoval = star === tile.rating && !isAdvancing // a quick run confirms a rating with the same star
      const label = isRemoval ? "Remove the rating" : plural(star, "star")
      return h(
        "button",
        {
          type: "button",
          class: star <= tile.rating ? "on" : "",
          "aria-label": label,
          "aria-pressed": String(star === tile.rating),
          title: `${label}${star === 5 && !isRemoval ? ": a favourite" : ""} (${isRemoval ? 0 : star})`,
          data: {do: "rate", stars: isRemoval ? 0 : star, key: `star${star}`},
        },
        star <= tile.rating ? "★" : "☆",
      )
    }),
  )

/** @param {Tile} tile */
const drawFavorite = ({favorite}) =>
  h(
    "button",
    {
      type: "button",
      class: favorite ? "v-heart on" : "v-heart",
      "aria-pressed": String(favorite),
      "aria-label": "Favourite",
      title: favorite ? "No favourite any more (f)" : "Make it a favourite: 5 stars (f)",
      data: {do: "favorite", key: "favorite"},
    },
    favorite ? "♥\uFE0E" : "♡\uFE0E",
  )

/** What the browser reads before it is shown. @type {(tile: Tile | undefined) => Child} */
const drawAhead = tile =>
  tile && previewOf(tile) && h("img", {class: "v-ahead", src: previewOf(tile), alt: "", data: {key: "ahead"}})

/** @type {Record<string, [act: string, data?: DOMStringMap]>} */
const KEYS = {
  ArrowRight: ["step", {by: "1"}],
  ArrowLeft: ["step", {by: "-1"}],
  l: ["step", {by: "1"}],
  j: ["step", {by: "1"}],
  h: ["step", {by: "-1"}],
  k: ["step", {by: "-1"}],
  i: ["details"],
  ...Object.fromEntries([0, 1, 2, 3, 4, 5].map(stars => [String(stars), ["rate", {stars: String(stars)}]])),
  f: ["favorite"],
  b: ["people"],
}
const EDITS = new Set(["rate", "favorite", "people"])

export class PictureViewer {
  said = "" // what the last decision about the file did: the viewer covers the toasts
  startX = Number.NaN // of a touch
  hasFocus = false // from its opening until the focus is on its tile again

  /** @param {PicturesPage} page */
  constructor(page) {
    this.page = page
    this.box = h("dialog", {class: "viewer", "aria-labelledby": "viewed"})
    page.root.after(h("div", {class: "ix", style: {height: "auto"}}, this.box))
    this.step = new ModalStep(this.box, () => this.onClosed())
    this.box.addEventListener("click", event => this.onClick(event))
    this.box.addEventListener("keydown", event => this.onKey(event), true)
    this.box.addEventListener("error", ({target}) => this.onBroken(/** @type {Element} */ (target)), true)
    this.box.addEventListener("touchstart", ({touches}) => {
      this.startX = touches.length === 1 ? touches[0].clientX : Number.NaN
    })
    this.box.addEventListener("touchend", ({changedTouches}) => this.onTouched(changedTouches[0].clientX))
    window.addEventListener("indexium:toast", event => {
      if (this.step.isOpen) this.say(/** @type {CustomEvent} */ (event).detail.text)
    })
  }

  get isOpen() {
    return this.step.isOpen
  }

  open() {
    if (!this.page.tile() || this.isOpen) return
    this.said = ""
    this.hasFocus = true
    this.step.open()
    this.paint()
    this.box.querySelector("h2").focus()
  }

  onClosed() {
    morph(this.box, []) // a video stops
    this.hasFocus = false
    this.page.focusCursor()
  }

  /** @param {string} text */
  say(text) {
    this.said = text
    this.paint()
  }

  /** Draw the viewer again while it is open. */
  paint() {
    if (this.isOpen) morph(this.box, /** @type {any} */ (this.draw().flat(3).filter(Boolean)))
  }

  /** @param {Element} image */
  onBroken(image) {
    noteMissing(image.getAttribute("src"))
    this.paint()
  }

  /** @param {number} x */
  onTouched(x) {
    const moved = x - this.startX
    if (Math.abs(moved) > SWIPE) this.acts({by: String(-Math.sign(moved))}).step()
  }

  /** @param {DOMStringMap} data @returns {Record<string, () => void>} */
  acts({by, stars}) {
    const {page} = this
    const files = page.tileFiles()
    return {
      close: () => this.step.close(),
      step: () => {
        this.said = ""
        page.moveTo(page.cursorPlace + Number(by))
      },
      rate: () => page.rate(Number(stars), files),
      favorite: () => page.favor(files),
      people: () => page.editMany("people", files),
      advance: () => page.setAdvancing(!page.isAdvancing()),
      details: () => {
        this.step.close()
        page.open(page.cursor)
      },
    }
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-do]"))
    if (target) this.acts(target.dataset)[target.dataset.do]()
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.key === " " && !(/** @type {Element} */ (event.target).matches("button, input"))) {
      event.preventDefault()
      this.playOrPause()
      return
    }
    const [act, data = {}] = KEYS[event.key] ?? []
    if (!act || (EDITS.has(act) && !this.page.isEditable())) return
    event.preventDefault()
    if (this.page.tile() || act === "step") this.acts(data)[act]()
  }

  playOrPause() {
    const video = this.box.querySelector("video")
    if (video?.paused) video.play().catch(() => {})
    else video?.pause()
  }

  draw() {
    const {page} = this
    const [tile, at, total] = [page.tile(), page.cursorPlace, page.tiles.total]
    return [
      h(
        "div",
        {class: "v-head", data: {key: "head"}},
        h("h2", {id: "viewed", tabindex: "-1"}, h("bdi", null, tile?.shown_title ?? "Loading…")),
        h("span", {class: "num", role: "status"}, `${count(at + 1)} of ${count(total)}`),
        closeButton("Close", {do: "close"}),
      ),
      h(
        "div",
        {class: "v-media", data: {key: "media"}},
        tile ? drawMedia(tile) : h("span", {class: "gauge", role: "status"}, "Loading…"),
        iconButton(
          "‹",
          "Previous file",
          {do: "step", by: -1, key: "back"},
          {class: "icon v-step back", disabled: at === 0},
        ),
        iconButton(
          "›",
          "Next file",
          {do: "step", by: 1, key: "next"},
          {class: "icon v-step next", disabled: at === total - 1},
        ),
      ),
      h("div", {class: "v-foot", data: {key: "foot"}}, tile && this.drawFoot(tile)),
      drawAhead(page.tiles.at(at + 1)),
    ]
  }

  /** @param {Tile} tile */
  drawFoot(tile) {
    const {page} = this
    const isEditable = page.isEditable()
    return [
      h(
        "div",
        {class: "v-facts", data: {key: "facts"}},
        h(
          "span",
          null,
          [dayText(tile.shown_at.slice(0, 10)), tile.place, tile.badge, tile.size_text].filter(Boolean).join(" · "),
        ),
        drawPeople(tile),
        h("span", {class: "v-said", role: "status", data: {key: "said"}}, this.said),
      ),
      h(
        "div",
        {class: "v-acts", data: {key: "acts"}},
        isEditable && [drawStars(tile, page.isAdvancing()), drawFavorite(tile)],
        isEditable &&
          page.has("edit-many") &&
          button("People…", "", {kind: "small", data: {do: "people", key: "people"}}),
        button("Details", "", {kind: "small", data: {do: "details", key: "details"}}),
        isEditable &&
          h(
            "label",
            {class: "v-switch", data: {key: "advance"}},
            h("input", {type: "checkbox", checked: page.isAdvancing(), data: {do: "advance", key: "box"}}),
            "Next file after a rating",
          ),
      ),
      h("p", {class: "v-keys", "aria-hidden": "true", data: {key: "keys"}}, KEYS_LINE),
    ]
  }
}
