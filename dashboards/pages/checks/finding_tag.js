// A name of a finding; `kind` is "odd" if the name differs from the others.
import {h} from "../../components/browser/dom.js"

/** @type {(tag: FindingTagView) => HTMLElement} */
export const drawFindingTag = ({text, kind, note}) =>
  h(
    "span",
    {class: `tag ${kind}`},
    kind === "odd" && [h("span", {class: "vh"}, "differs: "), h("span", {"aria-hidden": "true"}, "≠ ")],
    h("bdi", null, text),
    note && h("span", {class: "note"}, ` ${note}`),
  )
