// The picture of a person, over the initials, which stay if there is none.
import {h} from "../../components/browser/dom.js"
import {drawImage} from "../../components/posters.js"

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name
 * @property {string} qualifier
 * @property {string} initials
 * @property {string} picture Address of the picture, or "".
 * @property {string} files
 * @property {string} years
 * @property {string} aliases
 */

/** @type {(person: {initials: string, picture: string}) => HTMLElement} */
export const drawPortrait = ({initials, picture}) =>
  h("span", {class: "portrait", data: {key: picture || "none"}}, initials, drawImage(picture, "lazy"))
