// Modal <dialog> elements. While one is open, the keys of the page do nothing.
import {h} from "./dom.js"

const root = document.documentElement

export const isDialogOpen = () => root.hasAttribute("data-dialog")
export const markDialogClosed = () => root.removeAttribute("data-dialog")

/** @type {(box: HTMLDialogElement) => void} */
export function openDialog(box) {
  root.setAttribute("data-dialog", "")
  window.dispatchEvent(new Event("indexium:answered"))
  box.showModal()
}

/**
 * Return whether a text field may have the focus when a dialog opens: the keyboard of a phone would cover the question.
 */
export const mayFocusText = () => !matchMedia("(pointer: coarse)").matches

/** Put a dialog beside the root of a component. @type {(el: HTMLElement, box: HTMLDialogElement) => void} */
export const placeDialog = (el, box) => el.append(h("div", {class: "ix", style: {height: "auto"}}, box))
