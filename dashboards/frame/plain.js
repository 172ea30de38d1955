// The rail of a page without a session: its entries are plain links, and the theme is a matter of the browser alone.
const rail = document.querySelector(".rail")
const pages = JSON.parse(document.getElementById("pages").textContent)
const drawRail = () => morph(rail, [drawNav({pages})])
rail.addEventListener("click", event => {
  if (event.target.closest("[data-act=theme]")) turnTheme()
})
window.addEventListener("indexium:theme", drawRail)
drawRail()
