// A sheet over the page closes when a person pulls it down by its grip.
const CLOSING_DISTANCE = 90 // pixels

/** @type {(root: HTMLElement, onClose: () => void) => void} */
export function closeByDragging(root, onClose) {
  /** @type {number | null} */
  let startY = null
  root.addEventListener("pointerdown", event => {
    const grip = /** @type {Element} */ (event.target)
    if (!grip.closest(".grip")) return
    startY = event.clientY
    grip.setPointerCapture(event.pointerId)
  })
  const sheet = () => /** @type {HTMLElement} */ (root.querySelector(".drawer"))
  root.addEventListener("pointermove", event => {
    if (startY !== null) sheet().style.transform = `translateY(${Math.max(0, event.clientY - startY)}px)`
  })
  /** @param {PointerEvent} event */
  const onEnd = event => {
    if (startY === null) return
    const isFar = event.type === "pointerup" && event.clientY - startY > CLOSING_DISTANCE
    startY = null
    sheet().style.transform = ""
    if (isFar) onClose()
  }
  root.addEventListener("pointerup", onEnd)
  root.addEventListener("pointercancel", onEnd)
}
