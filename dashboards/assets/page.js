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

  const say = line => window.dispatchEvent(new CustomEvent("indexium:connection", {detail: line}))
  const healthy = async () => {
    try {
      const {healthz} = self.dataset
      const how = {cache: "no-store", method: healthz ? "GET" : "HEAD", signal: AbortSignal.timeout(5000)}
      const answer = await fetch(healthz || location.href, how)
      if (!healthz) return answer.status < 500 ? "here" : null // such a page has no head, but its server has answered
      return answer.ok ? (await answer.json()).instance_id : null
    } catch {
      return null
    }
  }
  // A page whose socket is gone cannot be revived, whether the server was restarted or only the line was cut. Its view
  // is in the address and its selection in sessionStorage, so a reload loses nothing.
  const comeBack = instance => {
    try {
      sessionStorage.setItem("indexium.back", instance === self.dataset.instance ? "line" : "restarted")
    } catch {
      /* then nothing is said of it */
    }
    location.reload()
  }
  const PATIENCE = 12_000 // milliseconds after which it is no short interruption any more
  const wait = async since => {
    const instance = await healthy()
    if (instance) return comeBack(instance)
    if (Date.now() - since > PATIENCE) say("gone")
    setTimeout(() => wait(since), 1500)
  }
  let lost = false
  window.addEventListener("indexium:lost", () => {
    if (lost) return
    lost = true
    say("lost")
    setTimeout(() => wait(Date.now()), 800)
  })
  // A socket may die without a word, in a page that slept above all: the server's identity tells, if it answers at all.
  let silent = 0
  const listen = async () => {
    if (document.hidden || lost || !self.dataset.instance) return
    const instance = await healthy()
    silent = instance ? 0 : silent + 1
    if (instance && instance !== self.dataset.instance) comeBack(instance)
    else if (silent > 1) window.dispatchEvent(new Event("indexium:lost"))
  }
  document.addEventListener("visibilitychange", listen)
  setInterval(listen, 20_000)
})()
