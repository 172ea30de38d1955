// One person: numbers, companions, files, and the changes of the person.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {drawer, drawerFrame} from "../../components/drawer.js"
import {hideBroken} from "#face/posters.js"
import {button, facts, fileName, label} from "#face/widgets.js"
import {drawPortrait} from "./portrait.js"

/**
 * @typedef {Component<PersonDrawerView>} Self
 */

/** @param {PersonDrawerView} view */
const drawActs = ({href, can_split: canSplit}) =>
  h(
    "div",
    {class: "acts", data: {key: "acts"}},
    h("a", {class: "btn", href, data: {act: "plan"}}, "Open in the plan", h("kbd", {"aria-hidden": "true"}, "o")),
    button("List the files", "files", {kind: "quiet", key: "f"}),
    button("Rename…", "rename", {kind: "quiet", key: "e"}),
    button("Merge…", "merge", {kind: "quiet", key: "m"}),
    canSplit && button("Split…", "split", {kind: "quiet", key: "s"}),
  )

/** @param {PersonFileView} file */
const drawFile = ({id, name, path, place, picture, is_shown: isShown}) =>
  h(
    "li",
    {data: {key: id}},
    drawPortrait({initials: name.slice(0, 1).toUpperCase(), picture}),
    h("span", {class: "file"}, fileName(name, path), h("small", null, h("bdi", null, place))),
    isShown
      ? h("span", {class: "num"}, "the picture")
      : picture &&
          button("Use as picture", "picture", {
            kind: "link",
            data: {file: id},
            "aria-label": `Use as picture: ${name}`,
          }),
  )

/** @param {Self} self */
function draw({view}) {
  if (!view.open) return null
  return drawerFrame(
    {title: view.title, kind: "pdrawer", label: "Person", before: drawPortrait(view)},
    facts(view.facts),
    drawActs(view),
    view.companions.length > 0 && [
      label("Together with", {key: "companions-label"}),
      h(
        "div",
        {class: "tags", data: {key: "companions"}},
        view.companions.map(({id, name, files}) =>
          h(
            "button",
            {type: "button", class: "tag", data: {act: "person", other: id, key: id}},
            h("bdi", null, name),
            h("span", {class: "num"}, " ", files),
          ),
        ),
      ),
    ],
    view.merged.length > 0 && [
      label("Merged into this person", {key: "merged-label"}),
      h(
        "ul",
        {class: "listing merged", data: {key: "merged"}},
        view.merged.map(name =>
          h(
            "li",
            {data: {key: name}},
            h("span", {class: "grow"}, h("bdi", null, name)),
            button("Separate…", "unmerge", {kind: "link", data: {merged: name}, "aria-label": `Separate… ${name}`}),
          ),
        ),
      ),
    ],
    view.shown_files.length > 0 && [
      label("Files", {key: "files-label"}),
      h(
        "ul",
        {class: "listing person-files", tabindex: "0", "aria-label": "Newest files", data: {key: "files"}},
        view.shown_files.map(drawFile),
        view.more && h("li", null, h("small", null, view.more)),
      ),
    ],
  )
}

// Each message names the shown person, because the server may already show another one.
/** @type {(name: string) => Action<Self>} */
const ofPerson = name => (self, data) =>
  self.send(name, {id: self.view.id, merged: data.merged ?? "", file: Number(data.file ?? 0)})

/** @param {RenderContext} context */
export function render(context) {
  const beside = drawer(context)
  /** @type {Self} */
  const self = component(context, {
    ...beside,
    onSetup(me) {
      hideBroken(me.root)
      beside.onSetup(me)
    },
    draw,
    actions: {
      ...Object.fromEntries(
        ["plan", "files", "rename", "merge", "split", "unmerge", "picture"].map(name => [name, ofPerson(name)]),
      ),
      person: ({send}, data) => send("person", {other: Number(data.other)}),
    },
  })
  /** @type {(does: string, act: string) => KeyBinding} */
  const press = (does, act) => ({
    does,
    group: "Person",
    when: () => self.view.open === true && Boolean(self.find(`[data-act=${act}]`)),
    run: () => self.find(`[data-act=${act}]`).click(),
  })
  keys(context.model, "people", {
    o: press("open in the plan", "plan"),
    f: press("list the files", "files"),
    e: press("rename", "rename"),
    m: press("merge", "merge"),
    s: press("split", "split"),
  })
}
