// The card with the role of the person, and what it allows.
import {h} from "#face/dom.js"

/** @type {(title: string, items: string[], kind: string) => Child} */
const drawList = (title, items, kind) =>
  items.length > 0 &&
  h(
    "div",
    {data: {key: kind}},
    h("h3", {class: "label"}, title),
    h(
      "ul",
      {class: `rights ${kind}`},
      items.map(text => h("li", {data: {key: text}}, text)),
    ),
  )

/** @param {ProfileView} profile */
export const drawProfile = ({role, meaning, folders, may, may_not: mayNot}) =>
  h(
    "section",
    {class: "card pad profile", "aria-label": "Role", data: {key: "profile"}},
    h("h2", null, "Role"),
    h("p", {class: "role"}, h("b", null, role), " ", meaning, "."),
    folders && h("p", {class: "hint", data: {key: "folders"}}, `You see ${folders.join(", ") || "no folder"}.`),
    h("div", {class: "both"}, drawList("You may", may, "may"), drawList("You may not", mayNot, "may-not")),
    mayNot.length > 0 && h("p", {class: "hint"}, "An administrator can give you another role."),
  )
