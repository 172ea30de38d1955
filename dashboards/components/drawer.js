// Details beside a list if there is room, otherwise in a sheet over the page.
import {focusedElement, h} from "#face/dom.js"
import {keepFocusInside} from "#face/focus.js"
import {isDialogOpen} from "#face/modal.js"
import {closeButton} from "#face/widgets.js"

export const NARROW = window.matchMedia("(max-width: 1080px)")

/**
 * @typedef {object} DrawerHead
 * @property {string} title
 * @property {string} [kind] A class of the drawer.
 * @property {string} [label]
 * @property {"ltr" | null} [dir] The direction of the title.
 * @property {Child} [before] Content before the title.
 * @property {Child} [after]
 */

/** @type {(head: DrawerHead, ...body: Child[]) => Child} */
export const drawerFrame = (
  {title, kind = "", label = "Details", dir = null, before = null, after = null},
  ...body
) => [
  h("div", {class: "veil", data: {act: "close", key: "veil"}}),
  h(
    "aside",
    {class: `card drawer ${kind}`, "aria-label": label, data: {key: "drawer"}},
    h(
      "div",
      {class: "top", data: {key: "top"}},
      before,
      h("h2", {tabindex: "-1"}, h("bdi", {dir}, title)),
      after,
      closeButton("Close details", {act: "close"}),
    ),
    ...body,
  ),
]

/** @typedef {Component<any, any>} DrawerOwner */

/**
 * Return the behaviour of every drawer, as parts of the specification of its component.
 *
 * Escape closes the drawer. Another item starts at the top. A drawer that covers the page (phone) takes
 * and keeps the focus, and closing gives it back.
 *
 * @param {RenderContext} context
 * @param {object} [options]
 * @param {string} [options.idField] The property of a view that identifies an item.
 * @param {(isOpen: boolean) => void} [options.onPlaced] Makes room for the drawer in the page.
 */
export function drawer({el}, {idField = "id", onPlaced} = {}) {
  /** @type {(isOpen: boolean) => void} */
  const placeBeside = isOpen => {
    const host = /** @type {ShadowRoot} */ (el.getRootNode()).host
    host?.closest(".work")?.classList.toggle("single", !isOpen)
  }
  const place = onPlaced ?? placeBeside
  /** @type {HTMLElement | null} */
  let focusedBefore = null
  return {
    /** @param {DrawerOwner} self */
    onSetup(self) {
      self.root.addEventListener("keydown", event => onKey(self, /** @type {PageEvent} */ (event)))
    },
    /** @param {DrawerOwner} self */
    onDrawn(self) {
      const {isOpen, wasOpen, isOther} = transition(self, idField)
      place(isOpen)
      if (wasOpen && isOpen && isOther) self.find(".drawer").scrollTop = 0
      if (isOpen && !isDialogOpen()) {
        if (!wasOpen) focusedBefore = focusedElement()
        if (NARROW.matches) takeFocus(self, wasOpen)
      }
      if (!isOpen && wasOpen) {
        giveFocusBack(self, focusedBefore)
        focusedBefore = null
      }
    },
  }
}

/** @type {(self: Component<any, any>, idField: string) => {isOpen: boolean, wasOpen: boolean, isOther: boolean}} */
const transition = ({view, before = {}}, idField) => ({
  isOpen: Boolean(view.open),
  wasOpen: Boolean(before.open),
  isOther: view[idField] !== before[idField],
})

/** @type {(self: DrawerOwner, event: PageEvent) => void} */
function onKey(self, event) {
  if (event.key === "Tab" && NARROW.matches) keepFocusInside(self.find(".drawer"), event)
  // Escape in a search field empties the field; open parts of the drawer have handled the key before.
  if (event.key !== "Escape" || event.target.type === "search" || event.defaultPrevented) return
  event.stopPropagation()
  event.preventDefault()
  self.send("close")
}

/** @type {(self: DrawerOwner, wasOpen: boolean) => void} */
function takeFocus(self, wasOpen) {
  const isFocusLost = focusedElement() === document.body
  if (!wasOpen || isFocusLost) self.find("h2").focus({preventScroll: true})
}

/** @type {(self: DrawerOwner, focusedBefore: HTMLElement | null) => void} */
function giveFocusBack(self, focusedBefore) {
  const focused = focusedElement()
  if (focused !== document.body && !self.root.contains(focused)) return
  // The keys act on the row at the cursor; perhaps another row opened the drawer.
  const isUsable = focusedBefore !== document.body && focusedBefore?.isConnected && !focusedBefore.matches("[role=row]")
  if (isUsable) focusedBefore.focus({preventScroll: true})
  else window.dispatchEvent(new Event("indexium:list"))
}
