// The person who has signed in: a menu at the end of the rail, and on a phone a group of the other pages.
import {currentPage} from "../components/browser/component.js"
import {h} from "#face/dom.js"

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

/** @param {string} href */
const drawLink = href =>
  h(
    "a",
    {
      href,
      class: "rest",
      "aria-current": currentPage() === "account" ? "page" : null,
      data: {act: "go", page: "account"},
    },
    "My account",
  )

/** @type {(account: AccountView, isOpen: boolean) => HTMLElement} */
export const drawAccount = ({name, role, href}, isOpen) =>
  h(
    "div",
    {class: "account", data: {key: "account"}},
    isOpen &&
      h(
        "div",
        {class: "account-menu", role: "group", "aria-label": `Account of ${name}`, data: {key: "menu"}},
        drawLink(href),
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

/** The same on a phone, above the bar of the pages. @param {AccountView} account */
export const drawAccountGroup = ({name, role, href}) =>
  h(
    "div",
    {class: "group of-account", role: "group", "aria-label": `Account of ${name}`, data: {key: "of-account"}},
    h("span", {class: "name", "aria-hidden": "true"}, h("bdi", null, name), ` · ${role}`),
    drawLink(href),
    h("button", {type: "button", class: "rest", data: {act: "sign-out", key: "phone-sign-out"}}, "Sign out"),
  )
