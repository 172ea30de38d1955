// The poster of a title, or its initials if there is none.
import {h} from "../../components/browser/dom.js"

/** @typedef {{title: string, poster: string, initials: string}} Poster */

/** @type {Set<string>} */
const MISSING = new Set() // addresses without a picture

/** @type {(poster: Poster, ...more: Child[]) => HTMLElement} */
export const drawPoster = ({poster, initials}, ...more) =>
  h(
    "span",
    {class: "poster"},
    h("span", {class: "initials", "aria-hidden": "true"}, initials),
    poster && !MISSING.has(poster) && h("img", {src: poster, alt: "", loading: "lazy", decoding: "async"}),
    more,
  )

/** Show the initials in place of a picture that the server does not have. @param {HTMLElement} root */
export const hideBroken = root =>
  root.addEventListener(
    "error",
    event => {
      const image = /** @type {HTMLImageElement} */ (event.target)
      MISSING.add(image.getAttribute("src"))
      image.hidden = true
    },
    true,
  )
