// A sentence that says what work does not do.
import {h} from "#face/dom.js"

/** @param {string} text */
export const drawPromise = text => h("p", {class: "promise"}, h("span", {"aria-hidden": "true"}, "✓ "), text)
