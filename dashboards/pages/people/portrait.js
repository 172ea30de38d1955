// The picture of a person, over the initials, which stay if there is none.
import {h} from "#face/dom.js"
import {drawImage} from "#face/posters.js"

/** @type {(person: {initials: string, picture: string}) => HTMLElement} */
export const drawPortrait = ({initials, picture}) =>
  h("span", {class: "portrait", data: {key: picture || "none"}}, initials, drawImage(picture, "lazy"))
