// The switch between the pictures, the table and the folders of the library, beside the title of both pages.
import {h} from "#face/dom.js"

/** @typedef {"pictures" | "table" | "folders"} LibraryView */

/** @type {[view: LibraryView, label: string][]} */
const VIEWS = [
  ["pictures", "Pictures"],
  ["table", "Table"],
  ["folders", "Folders"],
]
const OF_FILES = ["q", "sort"] // values of the address that pictures and table share

/** Return the address of a view; the files of pictures and table stay the same. @type {(view: LibraryView, place: Route) => string} */
export function addressOfView(view, place) {
  if (view === "folders") return "/folders"
  const values = new URLSearchParams(OF_FILES.filter(name => place[name]).map(name => [name, place[name]]))
  if (view === "table") values.set("show", view)
  return values.size ? `/library?${values}` : "/library"
}

/** @type {(shown: LibraryView, place: Route) => HTMLElement} */
export const drawLibrarySwitch = (shown, place) =>
  h(
    "span",
    {class: "library-switch", role: "group", "aria-label": "Show the library as", data: {key: "library-switch"}},
    VIEWS.map(([view, label]) =>
      h(
        "a",
        {href: addressOfView(view, place), "aria-current": view === shown ? "true" : null, data: {key: view}},
        label,
      ),
    ),
  )
