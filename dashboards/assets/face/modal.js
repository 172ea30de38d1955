// Modal <dialog> elements. While one is open, the keys of the page do nothing.
import {h} from "#face/dom.js"

globalThis.indexiumDialogs ??= new Set()
const root = document.documentElement

export const isDialogOpen = () => root.hasAttribute("data-dialog")

/**
 * Note that a dialog closes or is closed; another dialog may still be open below it.
 *
 * @param {Event} [event] The event `cancel` of a dialog, which is still open then.
 */
export function markDialogClosed(event) {
  const boxes = globalThis.indexiumDialogs
  for (const box of boxes) if (!box.open || !box.isConnected || box === event?.target) boxes.delete(box)
  root.toggleAttribute("data-dialog", boxes.size > 0)
}

/** @type {(box: HTMLDialogElement) => void} */
export function openDialog(box) {
  globalThis.indexiumDialogs.add(box)
  root.setAttribute("data-dialog", "")
  box.showModal()
}

/**
 * Return whether a text field may have the focus when a dialog opens: the keyboard of a phone would cover the question.
 */
export const mayFocusText = () => !matchMedia("(pointer: coarse)").matches

/** Put a dialog beside the root of a component. @type {(el: HTMLElement, box: HTMLDialogElement) => void} */
export const placeDialog = (el, box) => el.append(h("div", {class: "ix", style: {height: "auto"}}, box))
