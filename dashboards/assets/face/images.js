// Pictures of files, people and titles. Where there is none, the initials below it are seen.
import {h} from "#face/dom.js"

/** @type {Set<string>} */
const MISSING = new Set() // addresses without a picture

/** Note that the server does not have a picture. @param {string} src */
export const noteMissing = src => MISSING.add(src)

/** Whether an address may have a picture. @param {string} src */
export const hasImage = src => Boolean(src) && !MISSING.has(src)

/** Ask the server again for pictures that it did not have: a job may have fetched them. */
export const forgetMissing = () => MISSING.clear()

/** An image, unless the server does not have it. @type {(src: string, loading: "lazy" | "eager") => Child} */
export const drawImage = (src, loading) =>
  hasImage(src) && h("img", {src, alt: "", loading, decoding: "async", data: {key: src}})

/** @type {(poster: {title?: string, poster: string, initials: string}, ...more: Child[]) => HTMLElement} */
export const drawPoster = ({poster, initials}, ...more) =>
  h(
    "span",
    {class: "poster"},
    h("span", {class: "initials", "aria-hidden": "true"}, initials),
    drawImage(poster, "lazy"),
    more,
  )

/** Show the initials in place of a picture that the server does not have. @param {HTMLElement} root */
export const hideBroken = root =>
  root.addEventListener(
    "error",
    event => {
      const image = /** @type {HTMLImageElement} */ (event.target)
      noteMissing(image.getAttribute("src"))
      image.hidden = true
    },
    true,
  )

/** Return the address of the picture of a file; "" without one. @type {(fileId: number | null, version: string) => string} */
export const thumbnail = (fileId, version) => (fileId !== null && version ? `/thumbnail/${fileId}?v=${version}` : "")

/** A picture over the initials, which stay if there is none. @param {Portrait} portrait */
export const drawPortrait = ({initials, src}) =>
  h("span", {class: "portrait", "aria-hidden": "true", data: {key: src || "none"}}, initials, drawImage(src, "lazy"))
