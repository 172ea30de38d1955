// Runs before anything is drawn: the theme that was chosen last, and what to do when the server goes away.
;(() => {
  const self = document.currentScript
  const root = document.documentElement
  const dark = window.matchMedia("(prefers-color-scheme: dark)")
  const stored = () => {
    try {
      return localStorage.getItem("indexium.theme")
    } catch {
      return null
    }
  }
  const apply = () => {
    const theme = stored() ?? (dark.matches ? "dark" : "light")
    if (root.dataset.theme !== theme) root.dataset.theme = theme
    window.dispatchEvent(new CustomEvent("indexium:theme", {detail: theme}))
  }
  apply()
  dark.addEventListener("change", apply)
  window.addEventListener("storage", apply)

  const say = lost => window.dispatchEvent(new CustomEvent("indexium:connection", {detail: lost}))
  const healthy = async () => {
    try {
      const {healthz} = self.dataset
      const answer = await fetch(healthz || location.href, {cache: "no-store", method: healthz ? "GET" : "HEAD"})
      return answer.ok ? (healthz ? (await answer.json()).instance_id : "here") : null
    } catch {
      return null
    }
  }
  // A page whose socket is gone cannot be revived, whether the server was restarted or only the line was cut. Its view
  // is in the address and its selection in sessionStorage, so a reload loses nothing.
  const wait = async () => {
    if (await healthy()) location.reload()
    else setTimeout(wait, 1500)
  }
  let lost = false
  window.addEventListener("indexium:lost", () => {
    if (lost) return
    lost = true
    say(true)
    setTimeout(wait, 800)
  })
  // The socket of a page that slept may die without a word; the server's identity tells when it comes back.
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || lost || !self.dataset.instance) return
    const instance = await healthy()
    if (instance && instance !== self.dataset.instance) location.reload()
  })
})()
