// The choice between pictures, table and folders.
import {h} from "#face/dom.js"

/** The buttons that choose how the library is shown. @param {string} shows */
export const drawShows = shows =>
  h(
    "span",
    {class: "shows", role: "group", "aria-label": "Show the library as", data: {key: "shows"}},
    ["Pictures", "Table", "Folders"].map(label =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(label.toLowerCase() === shows),
          data: {act: "show", as: label.toLowerCase(), key: label},
        },
        label,
      ),
    ),
  )
