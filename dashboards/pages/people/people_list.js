// A page of people, as pictures or as rows.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {cutName, emptyState, pager} from "#face/widgets.js"
import {hideBroken} from "#face/posters.js"
import {drawPortrait} from "./portrait.js"

/**
 * @typedef {Component<PeopleListView>} Self
 */

const NARROW = window.matchMedia("(max-width: 1080px)")

/** @param {PersonView} person */
const drawQualifier = ({qualifier}) => qualifier && h("span", {class: "qualifier"}, "(", h("bdi", null, qualifier), ")")

/** @type {(person: PersonView, list: RowCursor<PersonView>, isPicture: boolean) => HTMLElement} */
const drawPerson = (person, list, isPicture) =>
  h(
    "div",
    list.attributes(person, isPicture ? "portrait-card" : "person-row"),
    h("span", {class: "face", role: "gridcell", "aria-hidden": "true"}, drawPortrait(person)),
    h(
      "span",
      {class: "file", role: "gridcell"},
      h("b", {title: person.name}, cutName(person.name), !isPicture && [" ", drawQualifier(person)]),
      isPicture && h("small", null, drawQualifier(person)),
      person.aliases && h("small", null, "also ", h("bdi", null, person.aliases)),
    ),
    h("span", {class: "about num", role: "gridcell"}, [person.files, person.years].filter(Boolean).join(" · ")),
  )

const drawKeys = () =>
  h(
    "span",
    {class: "keys"},
    h("span", null, h("kbd", null, "j"), h("kbd", null, "k"), "move"),
    h("span", null, h("kbd", null, "o"), "open in the plan"),
  )

/** @type {(view: PeopleListView, list: RowCursor<PersonView>) => Child} */
function draw(view, list) {
  if (!view.rows) return null
  const isPicture = view.display === "pictures"
  return h(
    "div",
    {class: "card"},
    view.empty
      ? emptyState(view.empty.title, view.empty.text)
      : h(
          "div",
          {
            role: "grid",
            class: isPicture ? "portraits" : "",
            "aria-label": "People",
            "aria-rowcount": view.total,
            data: {key: view.display},
          },
          view.rows.map(person => drawPerson(person, list, isPicture)),
        ),
    pager({...view, hint: drawKeys()}),
  )
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {RowCursor<PersonView>} */
  const list = new RowCursor("people", {
    rowsOf: (/** @type {PeopleListView} */ view) => view.rows ?? [],
    onMove: (self, id) => (!NARROW.matches || self.view.open) && self.send("open", {id}),
  })
  component(context, {
    draw: (/** @type {Self} */ self) => draw(self.view, list),
    onSetup(self) {
      hideBroken(self.root)
      list.attach(self)
    },
    onDrawn: self => list.follow(self.view.open),
    actions: {
      open: (_, data) => list.onClick(data),
      page: (self, data) => self.send("page", {page: Number(data.page)}),
    },
  })
  keys(context.model, "people", list.keys("person"))
}
