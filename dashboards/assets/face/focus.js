// The focus inside a part of the page that covers the rest.

const FOCUSABLE = "button:not(:disabled), a[href], input:not(:disabled), select, summary, [tabindex='0']"

/** Let Tab go from the last stop of a part to its first one, and back. @type {(box: HTMLElement, event: KeyboardEvent) => void} */
export function keepFocusInside(box, event) {
  const stops = [.../** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(FOCUSABLE))].filter(
    stop => stop.offsetParent,
  )
  const [first, last] = [stops[0], stops.at(-1)]
  const active = /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (box.getRootNode()).activeElement)
  const leaves = event.shiftKey ? active === first || !stops.includes(active) : active === last
  if (!leaves) return
  event.preventDefault()
  const next = event.shiftKey ? last : first
  next.focus()
}
