// The dialog that lists the keys of the page.
import {h, morph} from "#face/dom.js"
import {currentPage} from "#face/frame.js"
import {bindings} from "#face/keys.js"
import {markDialogClosed, openDialog} from "#face/modal.js"
import {closeButton} from "#face/widgets.js"

/** @typedef {[does: string, keys: string[]]} Line */

const GROUPS = ["Move", "Select", "Decide", "Act", "Find", "Page", "Everywhere"] // other groups precede the last two
/** @type {Record<string, string>} */
const KEY_NAMES = {
  Escape: "Esc",
  PageDown: "PgDn",
  PageUp: "PgUp",
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  " ": "Space",
}
/** @type {Record<string, string>} */
const SEARCH_HINTS = {
  plan: 'In the search box: bare words match names, folders and people; risk:danger, person:"Ann Lee", -path:archive, size:>1gb narrow it. Enter goes to the list.',
  history:
    'In the search box: bare words match paths, people and notes; person:"Ann Lee" and path:2019 narrow it. Enter goes to the list.',
}

/** @type {(binding: ListedKey) => boolean} */
const isListed = ({does, pages, when}) =>
  Boolean(does) && (!pages || pages.includes(currentPage())) && (!when || when())

/** @type {(group: string) => number} */
const placeOf = group => (GROUPS.includes(group) ? GROUPS.indexOf(group) : GROUPS.length - 2.5)

/** Return the lines of each group for the page that is shown. @returns {[group: string, lines: Line[]][]} */
function keyGroups() {
  /** @type {Map<string, Map<string, string[]>>} */
  const groups = new Map()
  for (const {key, pages, does, group, when} of bindings()) {
    if (!isListed({key, pages, does, when})) continue
    const name = group ?? (pages ? "Page" : "Everywhere")
    const text = typeof does === "function" ? does() : does
    const lines = groups.get(name) ?? new Map()
    groups.set(name, lines.set(text, [...new Set([...(lines.get(text) ?? []), key])]))
  }
  return [...groups].sort((a, b) => placeOf(a[0]) - placeOf(b[0])).map(([name, lines]) => [name, [...lines]])
}

/** @param {Line} line */
const drawLine = ([does, names]) => [
  h(
    "dt",
    null,
    names.map(name => name.split(/(?<=.) (?=.)/).map(key => h("kbd", null, KEY_NAMES[key] ?? key))),
  ),
  h("dd", null, does),
]

function drawKeyList() {
  const groups = keyGroups()
  return [
    h("div", {class: "d-head"}, h("h2", {id: "keys"}, "Keys"), closeButton("Close", {act: "help"})),
    h(
      "div",
      {class: "d-body", tabindex: "0", role: "region", "aria-labelledby": "keys"},
      h(
        "div",
        {class: "keygroups"},
        groups.map(([group, lines]) =>
          h(
            "section",
            {"aria-label": group},
            h("h3", {class: "label"}, group === "Page" ? "On this page" : group),
            h("dl", {class: "keylist"}, lines.map(drawLine)),
          ),
        ),
      ),
      groups.some(([name]) => name === "Find") && h("p", {class: "hint"}, SEARCH_HINTS[currentPage()] ?? ""),
    ),
  ]
}

/** Return the dialog, closed. */
export function makeKeyList() {
  const box = h("dialog", {"aria-labelledby": "keys", class: "keysheet", data: {key: "help"}})
  // Escape fires "cancel" at once and "close" later: the next key may arrive in between and belongs to the page.
  for (const name of ["cancel", "close"]) box.addEventListener(name, markDialogClosed)
  box.addEventListener("click", ({target}) => {
    if (target === box || /** @type {Element} */ (target).closest("[data-act]")) box.close()
  })
  return {
    box,
    open() {
      morph(box, drawKeyList())
      openDialog(box)
    },
  }
}
