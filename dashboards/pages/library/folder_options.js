// What a new folder holds, and whether its photos are scanned: proposed from its names, and chosen before the first scan.
import {h} from "#face/dom.js"
import {drawSelect} from "#face/widgets.js"

const SETTLED = 400 // milliseconds without a key: the typed path is complete

/**
 * @typedef {{path: string, kind: string, reason: string}} Proposal `kind` is "" if the folder cannot be read.
 *
 * @typedef {object} FolderOptions
 * @property {boolean} photos
 * @property {string} kind The choice of the person, or "".
 * @property {Proposal | null} proposal Of the typed path, or of a former one.
 * @property {string} path The typed path.
 * @property {ReturnType<typeof setTimeout> | undefined} timer
 */

/** @returns {FolderOptions} */
export const newOptions = () => ({photos: true, kind: "", proposal: null, path: "", timer: undefined})

/** Return the proposal for the typed path. @param {FolderOptions} options */
const currentProposal = ({proposal, path}) => (proposal && proposal.path === path ? proposal : null)

/** Ask for a proposal when the typed path has settled. @type {(options: FolderOptions, path: string, ask: (path: string) => void) => void} */
export function follow(options, path, ask) {
  if (path.trim() === options.path) return
  options.path = path.trim()
  clearTimeout(options.timer)
  if (options.path) options.timer = setTimeout(() => ask(options.path), SETTLED)
}

/** @type {(proposal: Proposal | null, kinds: ChoiceView[]) => string} */
function reasonText(proposal, kinds) {
  if (!proposal) return "You can change this later, in Library → Folders."
  const label = kinds.find(each => each.value === proposal.kind)?.label
  return label ? `Proposed: ${label}. ${proposal.reason}` : proposal.reason
}

/** @type {(options: FolderOptions, kinds: ChoiceView[]) => HTMLElement} */
export function drawFolderOptions(options, kinds) {
  const proposal = currentProposal(options)
  return h(
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
        h("input", {type: "checkbox", checked: options.photos, data: {change: "with_photos", key: "with_photos"}}),
        "Photos",
      ),
      h(
        "label",
        {class: "inline"},
        "This folder holds",
        drawSelect(
          [{value: "", label: "What its names propose"}, ...kinds],
          {"aria-describedby": "kind-reason", data: {change: "new_kind", key: "new_kind"}},
          options.kind || proposal?.kind || "",
        ),
      ),
    ),
    h("p", {class: "hint", id: "kind-reason", role: "status"}, reasonText(proposal, kinds)),
  )
}
