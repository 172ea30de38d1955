// The session of the page on the server. Its scripts (Panel, BokehJS and the components) run for half a second, so a page
// that the browser draws starts them after its first rows.

let isStarted = false

/** @param {Element} each */
function copyOf(each) {
  const made = document.createElement("script")
  for (const {name, value} of each.attributes) made.setAttribute(name, value)
  made.textContent = each.textContent
  return made
}

/** Run the scripts of the session in their order. A second call does nothing, and so does that of a page that has run them. */
export async function startSession() {
  const {content} = /** @type {HTMLTemplateElement | null} */ (document.getElementById("session")) ?? {}
  if (isStarted || !content) return
  isStarted = true
  for (const each of content.querySelectorAll("script")) {
    const made = copyOf(each)
    const loaded = made.src && new Promise(resolve => made.addEventListener("load", resolve))
    document.body.append(made)
    await loaded
  }
}
