// A modal dialog that is a step of the history: *Back* and Escape close the topmost one.
import {layer} from "#face/address.js"
import {markDialogClosed, openDialog} from "#face/modal.js"

export class ModalStep {
  /** Takes the step out of the history. @type {() => void} */
  leave = () => {}

  /**
   * @param {HTMLDialogElement} box
   * @param {() => void} onClosed
   */
  constructor(box, onClosed) {
    this.box = box
    this.onClosed = onClosed
    box.addEventListener("cancel", event => {
      event.preventDefault()
      this.close()
    })
  }

  get isOpen() {
    return this.box.open
  }

  open() {
    if (this.isOpen) return
    openDialog(this.box)
    this.leave = layer(() => {
      this.box.close()
      markDialogClosed()
      this.onClosed()
    })
  }

  close() {
    if (this.isOpen) this.leave()
  }
}
