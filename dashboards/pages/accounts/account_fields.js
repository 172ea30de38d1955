// The fields of the forms for a person. They keep what is typed while the page is drawn again.
import {h} from "../../components/browser/dom.js"

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
