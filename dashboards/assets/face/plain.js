// The rail of a page without a session: its entries are plain links, and only the browser stores the theme.
import {morph} from "#face/dom.js"
import {drawNavigation, switchTheme} from "#face/navigation.js"

const rail = document.querySelector(".rail")
const pages = JSON.parse(document.getElementById("pages").textContent)
const drawRail = () => morph(rail, [drawNavigation({pages}, {isOpen: true})])
rail.addEventListener("click", event => {
  if (/** @type {Element} */ (event.target).closest("[data-act=theme]")) switchTheme()
})
window.addEventListener("indexium:theme", drawRail)
drawRail()
