// A sheet over the page closes when a person pulls it down by its grip.
const CLOSING_DISTANCE = 90 // pixels

/** @type {(self: Component<any, any>, onClose: () => void) => void} */
export function closeByDragging({root, find}, onClose) {
  /** @type {number | null} */
  let startY = null
  root.addEventListener("pointerdown", event => {
    const grip = /** @type {Element} */ (event.target)
    if (!grip.closest(".grip")) return
    startY = event.clientY
    grip.setPointerCapture(event.pointerId)
  })
  root.addEventListener("pointermove", event => {
    if (startY !== null) find(".drawer").style.transform = `translateY(${Math.max(0, event.clientY - startY)}px)`
  })
  /** @param {PointerEvent} event */
  const onEnd = event => {
    if (startY === null) return
    const isFar = event.type === "pointerup" && event.clientY - startY > CLOSING_DISTANCE
    startY = null
    find(".drawer").style.transform = ""
    if (isFar) onClose()
  }
  root.addEventListener("pointerup", onEnd)
  root.addEventListener("pointercancel", onEnd)
}
