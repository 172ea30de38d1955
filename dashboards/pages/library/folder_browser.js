// The folders of this machine, one level at a time: places on top, then the folders inside the opened one.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/**
 * @typedef {{path: string, name: string, known: boolean}} Folder `known`: the folder is scanned already.
 * @typedef {object} Listing
 * @property {string} path The opened folder, "" for none.
 * @property {string} parent The folder above it, "" for none.
 * @property {Folder[]} places The home folder, folders with media, mounted disks, and the root.
 * @property {Folder[]} folders The folders inside the opened one.
 * @property {string} problem Why the folders cannot be listed.
 */

/** @param {Folder} folder */
const drawFolder = ({path, name, known}) =>
  h(
    "li",
    {data: {key: path}},
    button(h("bdi", null, name), "browse", {kind: "link", data: {path}}),
    known && h("small", null, "scanned already"),
  )

/** @param {Listing} listing */
const drawOpened = ({path, parent, folders, problem}) => [
  h(
    "div",
    {class: "at", data: {key: "at"}},
    button("↑ Up", "browse", {kind: "small", disabled: !parent, data: {path: parent, key: "up"}}),
    h("bdi", {class: "grow", dir: "ltr"}, path),
    button("Use this folder", "use", {kind: "small", data: {path, key: "use"}}),
  ),
  problem && h("p", {class: "hint", role: "alert"}, problem),
  !problem && !folders.length && h("p", {class: "hint"}, "No folder is inside this folder."),
  folders.length > 0 && h("ul", {"aria-label": `Folders in ${path}`}, folders.map(drawFolder)),
]

/** @param {Listing} listing */
export const drawBrowser = listing =>
  h(
    "section",
    {class: "browser", "aria-label": "Folders of this machine", data: {key: "browser"}},
    h(
      "div",
      {class: "places", role: "group", "aria-label": "Places"},
      listing.places.map(({path, name}) =>
        button(h("bdi", null, name), "browse", {kind: "small", title: path, data: {path, key: path}}),
      ),
    ),
    listing.path && drawOpened(listing),
  )
