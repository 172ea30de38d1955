// The connection of a page with its session: what the server tells the page, and what the page tells the server.

/** @type {(name: string, detail?: any) => void} */
const announce = (name, detail) => window.dispatchEvent(new CustomEvent(`indexium:${name}`, {detail}))

/** @param {any} message */
function onMessage(message) {
  if (message.started) announce("frame")
  if (message.text) announce("toast", message)
  if (message.place) announce("place", message.place)
  if (message.events) announce("events", message.events)
}

/** @param {RenderContext} context */
export function render({model}) {
  const send = (/** @type {string} */ type, /** @type {object} */ data) => model.send_msg({type, ...data})
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ react) =>
    window.addEventListener(`indexium:${name}`, event => react(/** @type {CustomEvent} */ (event).detail))
  model.on("msg:custom", onMessage)
  document.documentElement.dataset.connected = ""
  on("theme", theme => send("theme", {theme}))
  on("tell", ({type, ...data}) => send(type, data))
  for (const each of Bokeh.documents) each.on_event("connection_lost", () => announce("lost"))
  send("hello", {theme: document.documentElement.dataset.theme})
}
