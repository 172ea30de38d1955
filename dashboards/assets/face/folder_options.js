// What a new folder holds, and whether its photos are scanned: proposed from its names, and chosen before the first scan.
import {h} from "#face/dom.js"
import {drawSelect} from "#face/widgets.js"

/** @typedef {Values.LibraryDetails["kind"]} Kind */
/** @typedef {{path: string, kind: Kind | "", reason: string}} Proposal `kind` is "" if the folder cannot be read. */

/** @type {Record<Kind, string>} */
const KIND_LABELS = {
  home: "Home videos: nothing is identified",
  movies: "Films",
  series: "Series",
  mixed: "Films and series",
  educational: "Courses and lectures",
  other: "Other videos",
}
export const KINDS = Object.entries(KIND_LABELS).map(([value, label]) => ({value, label}))

/** @param {Proposal | null} proposal */
function reasonOf(proposal) {
  if (!proposal) return "You can change this later, in Library → Folders."
  const {kind, reason} = proposal
  return kind ? `Proposed: ${KIND_LABELS[kind]}. ${reason}` : reason
}

/** @param {{photos: boolean, kind: string, proposal: Proposal | null}} options `kind`: the choice of the person, or "". */
export const drawFolderOptions = ({photos, kind, proposal}) =>
  h(
    "div",
    {class: "folder-options", data: {key: "folder-options"}},
    h(
      "div",
      {class: "modes"},
      h(
        "span",
        {class: "inline"},
        h("input", {type: "checkbox", checked: true, disabled: true, "aria-label": "Videos are always scanned"}),
        "Videos",
      ),
      h(
        "label",
        {class: "inline"},
        h("input", {type: "checkbox", checked: photos, data: {change: "with-photos", key: "with-photos"}}),
        "Photos",
      ),
      h(
        "label",
        {class: "inline"},
        "This folder holds",
        drawSelect(
          [{value: "", label: "What its names propose"}, ...KINDS],
          {"aria-describedby": "kind-reason", data: {change: "new-kind", key: "new-kind"}},
          kind || proposal?.kind || "",
        ),
      ),
    ),
    h("p", {class: "hint", id: "kind-reason", role: "status"}, reasonOf(proposal)),
  )
