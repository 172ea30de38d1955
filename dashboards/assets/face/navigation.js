// The navigation rail: the pages, the state of the folders, the theme and the account.
import {h} from "#face/dom.js"
import {store} from "#face/local_storage.js"

/**
 * @typedef {PageLink & {count?: string, live?: number | null}} Entry `live`: the percentage of running work that is done.
 * @typedef {{name: string, role: string}} Account The person who has signed in.
 */

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
const ABOVE = {
  ...{accounts: "settings", activity: "history", connections: "settings", folders: "library"},
  ...{publish: "titles", title: "titles"},
}

/** Return the page whose entry is the current one. @type {(pages: Entry[], page: string) => string} */
const currentEntry = (pages, page) => (ABOVE[page] && pages.every(({id}) => id !== page) ? ABOVE[page] : page)

/** @type {(page: Entry, current: string) => HTMLElement} */
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
    Number.isFinite(live)
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

/** @type {(isOpen: boolean, page: string, waiting: string | undefined) => HTMLElement} */
const drawMore = (isOpen, page, waiting) =>
  h(
    "button",
    {
      type: "button",
      class: `more${TABS.has(page) ? "" : " here"}`,
      "aria-expanded": String(isOpen),
      data: {act: "more", key: "more"},
    },
    "More",
    waiting && h("b", {"aria-hidden": "true", title: "Requests that wait"}, waiting),
  )

/** @type {(name: string, pages: Entry[], current: string) => HTMLElement} */
const drawGroup = (name, pages, current) =>
  h(
    "div",
    {class: "group", role: "group", "aria-label": name, data: {key: name}},
    h("span", {class: "name", "aria-hidden": "true"}, name),
    pages.map(page => drawLink(page, current)),
  )

/** @type {(pages: Entry[], current: string) => HTMLElement[]} */
const drawGroups = (pages, current) =>
  [...new Set(pages.map(({group}) => group))].map(name =>
    drawGroup(
      name,
      pages.filter(({group}) => group === name),
      current,
    ),
  )

/** @param {string} name */
const initialsOf = name =>
  name
    .split(" ")
    .slice(0, 2)
    .map(word => [...word][0])
    .join("")
    .toUpperCase()

/** Leave the session, and go to the sign-in. The page is closed at once, so it must not wait for a connection. */
export async function signOut() {
  try {
    await fetch("/sign-out", {method: "POST", redirect: "manual"})
  } finally {
    location.assign("/sign-in")
  }
}

/** @param {string} current */
const drawAccountLink = current =>
  h(
    "a",
    {
      href: "/account",
      class: "rest",
      "aria-current": current === "account" ? "page" : null,
      data: {act: "go", page: "account"},
    },
    "My account",
  )

/** The person who has signed in: a menu at the end of the rail. @type {(account: Account, current: string, isOpen: boolean) => HTMLElement} */
const drawAccount = ({name, role}, current, isOpen) =>
  h(
    "div",
    {class: "account", data: {key: "account"}},
    isOpen &&
      h(
        "div",
        {class: "account-menu", role: "group", "aria-label": `Account of ${name}`, data: {key: "menu"}},
        drawAccountLink(current),
        h("button", {type: "button", data: {act: "sign-out", key: "sign-out"}}, "Sign out"),
      ),
    h(
      "button",
      {
        type: "button",
        class: "who",
        "aria-expanded": String(isOpen),
        title: name,
        data: {act: "account", key: "who"},
      },
      h("span", {class: "initials", "aria-hidden": "true"}, initialsOf(name)),
      h("span", {class: "name"}, h("bdi", null, name), h("small", null, role)),
    ),
  )

/** The same on a phone, above the bar of the pages. @type {(account: Account, current: string) => HTMLElement} */
const drawAccountGroup = ({name, role}, current) =>
  h(
    "div",
    {class: "group of-account", role: "group", "aria-label": `Account of ${name}`, data: {key: "of-account"}},
    h("span", {class: "name", "aria-hidden": "true"}, h("bdi", null, name), ` · ${role}`),
    drawAccountLink(current),
    h("button", {type: "button", class: "rest", data: {act: "sign-out", key: "phone-sign-out"}}, "Sign out"),
  )

/** @param {{folders: number, online_folders: number}} numbers */
const areOnline = ({folders, online_folders: online}) => folders > 0 && online === folders

/**
 * Draw the rail.
 *
 * @param {{pages: Entry[], page?: string, account?: Account | null,
 *   numbers?: Pick<Values.HomeNumbers, "folders" | "online_folders" | "folder_text" | "scan_text"> | null}} shown
 *   `page`: the name of the page that is shown.
 * @param {{isOpen: boolean, isMenuOpen?: boolean}} state
 *   `isOpen`: on a phone, the other pages are shown above the bar. `isMenuOpen`: the menu of the account is open.
 */
export const drawNavigation = ({pages, page, account, numbers}, {isOpen, isMenuOpen}) =>
  h(
    "nav",
    {"aria-label": "Pages", class: isOpen ? "open" : ""},
    h("div", {class: "brand"}, "Index", h("i", null, "ium")),
    drawGroups(pages, currentEntry(pages, page)),
    account && drawAccountGroup(account, page),
    drawMore(isOpen, currentEntry(pages, page), pages.find(({id}) => id === "requests")?.count),
    h(
      "div",
      {class: "root"},
      h(
        "p",
        null,
        numbers && [
          h("span", {class: areOnline(numbers) ? "dot" : "dot off", "aria-hidden": "true"}, "● "),
          numbers.folder_text,
          h("br"),
          numbers.scan_text,
        ],
      ),
      drawThemeButton(),
    ),
    account && drawAccount(account, page, isMenuOpen),
  )
