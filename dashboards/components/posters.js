// The poster of a title, or its initials if there is none.
import {h} from "#face/dom.js"
import {drawImage} from "#face/images.js"

/** @type {(poster: PosterView, ...more: Child[]) => HTMLElement} */
export const drawPoster = ({poster, initials}, ...more) =>
  h(
    "span",
    {class: "poster"},
    h("span", {class: "initials", "aria-hidden": "true"}, initials),
    drawImage(poster, "lazy"),
    more,
  )
