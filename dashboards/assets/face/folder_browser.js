// The folders of this machine, one level at a time: places on top, then the folders inside the opened one.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"

/** @param {Values.FolderSuggestion} folder */
const drawFolder = ({path, name, known}) =>
  h(
    "li",
    {data: {key: path}},
    button(h("bdi", null, name), "browse", {kind: "link", data: {path}}),
    known && h("small", null, "scanned already"),
  )

/** @param {Values.FolderListing} listing */
const drawOpened = ({path, parent, folders, problem}) => [
  h(
    "div",
    {class: "at", data: {key: "at"}},
    button("↑ Up", "browse", {kind: "small", disabled: !parent, data: {path: parent, key: "up"}}),
    h("bdi", {class: "grow", dir: "ltr"}, path),
    button("Use this folder", "use-folder", {kind: "small", data: {path, key: "use"}}),
  ),
  problem && h("p", {class: "hint", role: "alert"}, problem),
  !problem && !folders.length && h("p", {class: "hint"}, "No folder is inside this folder."),
  folders.length > 0 && h("ul", {"aria-label": `Folders in ${path}`}, folders.map(drawFolder)),
]

/** @param {Values.FolderListing} listing */
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
