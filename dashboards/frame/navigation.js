// The navigation rail: the pages, the state of the folders and the theme.
import {currentPage} from "../components/browser/component.js"
import {h} from "#face/dom.js"
import {store} from "../components/browser/local_storage.js"
import {drawAccount, drawAccountGroup} from "./account_menu.js"

const TABS = new Set(["plan", "library", "progress", "history", "jobs"]) // on a phone the others are under *More*

const isDark = () => document.documentElement.dataset.theme === "dark"

export function switchTheme() {
  const theme = isDark() ? "light" : "dark"
  store("indexium.theme", theme)
  document.documentElement.dataset.theme = theme
  window.dispatchEvent(new CustomEvent("indexium:theme", {detail: theme}))
}

// The page whose entry is the current one while a page has none of its own.
/** @type {Record<string, string>} */
const ABOVE = {accounts: "settings", activity: "history", connections: "settings", publish: "titles"}

/** Return the page whose entry is the current one. @param {PageLinkView[]} pages */
const currentEntry = pages => {
  const page = currentPage()
  return ABOVE[page] && pages.every(({id}) => id !== page) ? ABOVE[page] : page
}

/** @type {(page: PageLinkView, current: string) => HTMLElement} */
const drawLink = ({id, label, href, count, live}, current) =>
  h(
    "a",
    {
      href,
      class: TABS.has(id) ? "" : "rest",
      "aria-current": id === current ? "page" : null,
      data: {act: "go", page: id},
    },
    label,
    live !== undefined && live !== null
      ? h(
          "span",
          {class: "live", role: "img", "aria-label": `${live} percent done`},
          h("i", {style: {width: `${live}%`}}),
        )
      : h("span", null, count),
  )

function drawThemeButton() {
  const dark = isDark()
  return h(
    "button",
    {
      type: "button",
      class: dark ? "icon theme dark" : "icon theme",
      data: {act: "theme"},
      title: dark ? "Light theme" : "Dark theme",
      "aria-label": dark ? "Use the light theme" : "Use the dark theme",
    },
    h("span", {class: "word", "aria-hidden": "true"}, dark ? "Light" : "Dark"),
  )
}

/** @type {(isOpen: boolean, waiting: string | undefined) => HTMLElement} */
const drawMore = (isOpen, waiting) =>
  h(
    "button",
    {
      type: "button",
      class: `more${TABS.has(currentPage()) ? "" : " here"}`,
      "aria-expanded": String(isOpen),
      data: {act: "more", key: "more"},
    },
    "More",
    waiting && h("b", {"aria-hidden": "true", title: "Requests that wait"}, waiting),
  )

/** @type {(name: string, pages: PageLinkView[], current: string) => HTMLElement} */
const drawGroup = (name, pages, current) =>
  h(
    "div",
    {class: "group", role: "group", "aria-label": name, data: {key: name}},
    h("span", {class: "name", "aria-hidden": "true"}, name),
    pages.map(page => drawLink(page, current)),
  )

/** @param {PageLinkView[]} pages */
const drawGroups = pages =>
  [...new Set(pages.map(({group}) => group))].map(name =>
    drawGroup(
      name,
      pages.filter(({group}) => group === name),
      currentEntry(pages),
    ),
  )

/** @type {(navigation: NavigationView, isOpen: boolean, isMenuOpen?: boolean) => HTMLElement} */
export const drawNavigation = ({pages, roots, offline, scanned, account}, isOpen, isMenuOpen = false) =>
  h(
    "nav",
    {"aria-label": "Pages", class: isOpen ? "open" : ""},
    h("div", {class: "brand"}, "Index", h("i", null, "ium")),
    drawGroups(pages ?? []),
    account && drawAccountGroup(account),
    drawMore(isOpen, pages?.find(({id}) => id === "requests")?.count),
    h(
      "div",
      {class: "root"},
      h(
        "p",
        null,
        roots && [
          h("span", {class: offline ? "dot off" : "dot", "aria-hidden": "true"}, "● "),
          roots,
          h("br"),
          scanned,
        ],
      ),
      drawThemeButton(),
    ),
    account && drawAccount(account, isMenuOpen),
  )
