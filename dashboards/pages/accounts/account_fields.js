// The fields of a person, for the form and the drawer. Text fields keep what is typed while the page is drawn again.
import {h} from "#face/dom.js"

/** @typedef {{find(selector: string): HTMLInputElement | null}} FormOwner */

/** The text in a field now. @type {(owner: FormOwner, part: string) => string} */
export const typedIn = (owner, part) => owner.find(`[data-part=${part}]`)?.value ?? ""

/** @type {(owner: FormOwner, label: string, part: string, attributes?: object) => HTMLElement} */
export const textField = (owner, label, part, attributes) =>
  h(
    "label",
    {class: "field", data: {key: `field-${part}`}},
    label,
    h("input", {
      type: "text",
      spellcheck: "false",
      value: typedIn(owner, part),
      ...attributes,
      data: {part, key: `part-${part}`},
    }),
  )

const SECRET = {type: "password", autocomplete: "new-password", maxlength: "1000"}

/** The new password, twice. @param {FormOwner} owner */
export const passwordFields = owner => [
  textField(owner, "Password", "password", {...SECRET, placeholder: "at least 8 characters"}),
  textField(owner, "Password, once more", "again", SECRET),
]

/** @param {SeenFolderView} folder */
const drawFolder = ({id, name, path, on}) =>
  h(
    "label",
    {class: "tick", title: path, data: {key: id}},
    h("input", {type: "checkbox", checked: on, data: {change: "see", folder: id, key: `see-${id}`}}),
    h("bdi", null, name),
  )

/** The folders that a person sees. Actions: `see_all`, `see`. @type {(seesAll: boolean, folders: SeenFolderView[]) => Child} */
export const folderFields = (seesAll, folders) => [
  h(
    "label",
    {class: "switch", data: {key: "sees-all"}},
    h("input", {type: "checkbox", role: "switch", checked: seesAll, data: {change: "see_all", key: "see-all"}}),
    h("span", null, "sees all folders"),
  ),
  !seesAll &&
    h(
      "div",
      {class: "folders", role: "group", "aria-label": "Folders that the person sees", data: {key: "folders"}},
      folders.map(drawFolder),
      !folders.some(({on}) => on) && h("p", {class: "hint", data: {key: "none"}}, "This person sees no file."),
    ),
]
