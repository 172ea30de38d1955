// Parts of publications that the list and the details draw.
import {drawPoster} from "#face/images.js"
import {h} from "#face/dom.js"

/** @param {PublishSideFileView} file */
export const drawSideFile = ({kind, sign, name, word}) =>
  h(
    "span",
    {class: `side-file ${kind}`},
    h("span", {"aria-hidden": "true"}, `${sign} `),
    kind === "gone" ? h("s", null, h("bdi", null, name)) : h("b", null, h("bdi", null, name)),
    ` ${word}`,
  )

/** What happens to the file, beside its name. @param {PublishSideFileView} file */
export const drawAction = ({kind, sign, word}) => h("span", {class: `side-file ${kind}`}, `${sign} ${word}`)

/** @param {PublishPictureView} picture */
export const drawPicture = picture => h("span", {class: picture.wide ? "pic wide" : "pic"}, drawPoster(picture))

/** @type {(people: string[], more?: number) => Child} */
export const drawActors = (people, more = 0) =>
  people.length > 0 &&
  h(
    "p",
    {class: "actors"},
    "actors ",
    people.map(name => h("span", {class: "tag"}, h("bdi", null, name))),
    more > 0 && h("span", {class: "tag"}, `+${more}`),
  )
