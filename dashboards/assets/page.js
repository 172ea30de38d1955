// Runs before anything is drawn: applies the theme that was chosen last, and watches the connection to the server.
;(() => {
  const {dataset} = document.currentScript
  // Panel imports the modules of components with this function of a polyfill, which costs time and is not needed. Its
  // maps of imports name no module of these pages.
  const importShim = Object.assign((/** @type {string} */ address) => import(address), {addImportMap() {}})
  Object.assign(globalThis, {importShim})
  const root = document.documentElement
  const darkScheme = window.matchMedia("(prefers-color-scheme: dark)")
  const PATIENCE = 12_000 // milliseconds after which an interruption is no longer a short one
  const RETRY_DELAY = 1500 // milliseconds
  const TIMEOUT = 5000 // milliseconds
  const CHECK_INTERVAL = 20_000 // milliseconds

  // A private window may have no storage.
  const stored = () => {
    try {
      return localStorage.getItem("indexium.theme")
    } catch {
      return null
    }
  }
  const applyTheme = () => {
    const theme = stored() ?? (darkScheme.matches ? "dark" : "light")
    if (root.dataset.theme !== theme) root.dataset.theme = theme
    window.dispatchEvent(new CustomEvent("indexium:theme", {detail: theme}))
  }
  applyTheme()
  // The page in front of the sign-in is no page that was restored: an open page leads here if its session has ended.
  if (root.dataset.page === "door") {
    try {
      const hasEnded = sessionStorage.getItem("indexium.back")
      sessionStorage.removeItem("indexium.back")
      if (hasEnded)
        document.addEventListener("DOMContentLoaded", () => document.getElementById("ended")?.removeAttribute("hidden"))
    } catch {
      // Without storage, there is nothing to remove.
    }
    // After a wrong password, the way back leads to the form, and does not ask to send it again.
    const {address} = dataset
    if (address && !location.search) history.replaceState(null, "", address)
  }
  darkScheme.addEventListener("change", applyTheme)
  window.addEventListener("storage", applyTheme)

  // Return the identity of the server, or null if it does not answer.
  const serverIdentity = async () => {
    const signal = AbortSignal.timeout(TIMEOUT)
    try {
      const answer = await fetch("/healthz", {cache: "no-store", signal})
      return answer.ok ? (await answer.json()).instance_id : null
    } catch {
      return null
    }
  }

  // A page without its socket cannot continue after a restart of the server or a lost connection. Its view is in
  // the address and its selection in sessionStorage, so a reload loses nothing.
  const reload = (/** @type {string} */ identity) => {
    try {
      sessionStorage.setItem("indexium.back", identity === dataset.instance ? "line" : "restarted")
    } catch {
      // Without storage, no message follows the reload.
    }
    location.reload()
  }
  const showConnection = (/** @type {"lost" | "gone"} */ state) =>
    window.dispatchEvent(new CustomEvent("indexium:connection", {detail: state}))
  const waitForServer = async (/** @type {number} */ since) => {
    const identity = await serverIdentity()
    if (identity) {
      reload(identity)
      return
    }
    if (Date.now() - since > PATIENCE) showConnection("gone")
    setTimeout(() => waitForServer(since), RETRY_DELAY)
  }
  let isLost = false
  window.addEventListener("indexium:lost", () => {
    if (isLost) return
    isLost = true
    showConnection("lost")
    setTimeout(() => waitForServer(Date.now()), 800)
  })

  // A socket can end without an event, for example in a suspended page: the identity of the server shows this.
  let failedChecks = 0
  const checkServer = async () => {
    if (document.hidden || isLost || !dataset.instance) return
    const identity = await serverIdentity()
    failedChecks = identity ? 0 : failedChecks + 1
    if (identity && identity !== dataset.instance) reload(identity)
    else if (failedChecks > 1) window.dispatchEvent(new Event("indexium:lost"))
  }
  document.addEventListener("visibilitychange", checkServer)
  setInterval(checkServer, CHECK_INTERVAL)
})()

// Dialogs and charts come through the websocket of a page. The first component removes this place, also after this sentence.
;(() => {
  const {dataset} = document.currentScript
  const SOCKET_PATIENCE = 10_000 // milliseconds until a page without its websocket says so
  const element = (/** @type {string} */ name, /** @type {string} */ text, href = "") => {
    const made = document.createElement(name)
    made.textContent = text
    if (href) made.setAttribute("href", href)
    return made
  }
  const explainEmptyPage = () => {
    if ("connected" in document.documentElement.dataset) return
    const place = document.querySelector(".boot") ?? element("div", "")
    place.classList.add("boot", "told")
    place.removeAttribute("aria-hidden")
    place.setAttribute("role", "alert")
    place.replaceChildren(
      element("h1", "This page is not connected"),
      element(
        "p",
        "It has waited ten seconds for its websocket. Mostly, a reverse proxy or a filter blocks websockets.",
      ),
      element(
        "p",
        "Let the proxy pass the headers Upgrade and Connection on with HTTP/1.1. In nginx: proxy_http_version 1.1; " +
          'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade". Caddy does so by itself.',
      ),
      element("a", "Read without websockets", "/reading"),
      element("a", "Try again", location.href),
    )
    if (!place.isConnected) document.querySelector("main")?.prepend(place)
  }
  if (dataset.instance) setTimeout(explainEmptyPage, SOCKET_PATIENCE)
})()

// The keys that a person presses before the modules of the page are there: keys.js takes them over.
;(() => {
  /** @type {{event: KeyboardEvent, page: string, at: number}[]} */
  const early = []
  globalThis.indexiumEarlyKeys = early
  const keep = (/** @type {KeyboardEvent} */ event) => {
    if (!globalThis.indexiumEarlyKeys) window.removeEventListener("keydown", keep, true)
    else if (!event.ctrlKey && !event.metaKey && !event.altKey && event.target === document.body)
      early.push({event, page: document.documentElement.dataset.page, at: performance.now()})
  }
  window.addEventListener("keydown", keep, true)
})()
