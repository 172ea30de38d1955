// The fields of the forms for a person.
import {h} from "../../components/browser/dom.js"

/** @type {(label: string, part: string, attributes?: object) => HTMLElement} */
export const textField = (label, part, attributes) =>
  h(
    "label",
    {class: "field", data: {key: `field-${part}`}},
    label,
    h("input", {type: "text", spellcheck: "false", ...attributes, data: {part, key: `part-${part}`}}),
  )

const SECRET = {type: "password", autocomplete: "new-password", maxlength: "1000"}

/** The new password, twice. */
export const passwordFields = () => [
  textField("Password", "password", {...SECRET, placeholder: "at least 8 characters"}),
  textField("Password, once more", "again", SECRET),
]
