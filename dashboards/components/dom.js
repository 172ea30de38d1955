// Shared by every component (base.py puts it in front of each module, so that none needs an import).
// Elements are made from text and attributes only: no string ever becomes markup.

const PROPERTIES = new Set(["checked", "indeterminate", "value", "disabled", "selected", "hidden"])

function h(tag, attributes, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (PROPERTIES.has(name)) node[name] = value
    if (name === "data")
      for (const [key, item] of Object.entries(value)) {
        if (item !== null && item !== undefined) node.dataset[key] = item
      }
    else if (name === "style") for (const [key, item] of Object.entries(value)) node.style.setProperty(key, item)
    else if (name !== "indeterminate") node.setAttribute(name, value === true ? "" : String(value))
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false || child === "") continue
    node.append(child instanceof Node ? child : document.createTextNode(String(child)))
  }
  return node
}

const keyOf = node => (node.nodeType === 1 ? node.dataset.key : undefined)
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

// Make `parent` show `fresh` while keeping the nodes that stay: focus, scroll and what is being typed survive.
function morph(parent, fresh) {
  const keyed = new Map()
  for (const child of parent.children) if (keyOf(child)) keyed.set(keyOf(child), child)
  let place = parent.firstChild
  for (const node of fresh) {
    let old = keyOf(node) ? keyed.get(keyOf(node)) : null
    if (old && !alike(old, node)) old = null
    if (!old && place && alike(place, node)) old = place
    if (!old) {
      parent.insertBefore(node, place)
      continue
    }
    if (old === place) place = place.nextSibling
    else parent.insertBefore(old, place)
    refresh(old, node)
  }
  while (place) {
    const next = place.nextSibling
    place.remove()
    place = next
  }
}

function refresh(old, node) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== node.nodeValue) old.nodeValue = node.nodeValue
    return
  }
  for (const {name} of [...old.attributes]) if (!node.hasAttribute(name)) old.removeAttribute(name)
  for (const {name, value} of [...node.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  if ("checked" in old && old.checked !== node.checked) old.checked = node.checked
  if ("indeterminate" in old) old.indeterminate = node.indeterminate
  if ("disabled" in old && old.disabled !== node.disabled) old.disabled = node.disabled
  const typing = old.getRootNode().activeElement === old
  const typed = (old.nodeName === "INPUT" && !["checkbox", "radio"].includes(old.type)) || old.nodeName === "TEXTAREA"
  if (typed && !typing && old.value !== node.value) old.value = node.value
  if (old.nodeName === "SELECT") {
    morph(old, [...node.childNodes])
    if (old.value !== node.value) old.value = node.value
    return
  }
  morph(old, [...node.childNodes])
}

// One component: `draw(view)` returns what is shown, `act` holds what its buttons do (default: tell the server).
function component({model, el}, {draw, act = {}, drawn, setup}) {
  const root = h("div", {class: "ix"})
  el.replaceChildren(root)
  const me = {
    root,
    view: {},
    send: (type, data = {}) => model.send_msg({type, ...data}),
    paint() {
      morph(root, [draw(me.view, me)].flat(3).filter(Boolean))
      drawn?.(me)
      me.before = me.view
    },
  }
  const read = () => {
    const old = me.view
    me.view = JSON.parse(model.shown)
    me.before = old
    me.paint()
  }
  const perform = (target, event) => {
    const {act: name, ...data} = target.dataset
    if (act[name]) act[name](data, event, me, target)
    else me.send(name, data)
  }
  root.addEventListener("click", event => {
    const target = event.target.closest("[data-act]")
    if (!target || !root.contains(target) || target.getAttribute("aria-disabled") === "true") return
    if (target.matches("a") && (event.metaKey || event.ctrlKey || event.shiftKey || event.button)) return
    if (target.matches("a")) event.preventDefault()
    perform(target, event)
  })
  root.addEventListener("change", event => {
    const target = event.target.closest("[data-change]")
    if (target) act[target.dataset.change]?.(target.dataset, event, me, target)
  })
  model.on("shown", read)
  setup?.(me, model)
  read()
  return me
}

// Listeners on the document and the window live as long as the component does.
function listen(model, target, name, handler) {
  target.addEventListener(name, handler)
  model.on("remove", () => target.removeEventListener(name, handler))
}

const page = () => document.documentElement.dataset.page
const busyTyping = event => {
  const target = event.composedPath()[0]
  return target?.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]") ?? false
}
const dialogOpen = () => document.documentElement.hasAttribute("data-dialog")

// Single keys are for the page that is shown, never while typing, in a dialog or with a modifier.
function keys(model, where, table) {
  listen(model, document, "keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (where && page() !== where) return
    if (dialogOpen() || busyTyping(event)) return
    if (table[event.key]?.(event) !== undefined) event.preventDefault()
  })
}

const GLYPH = {safe: "✓", warning: "!", danger: "▲", blocked: "■", unchanged: "=", done: "✓"}
const chip = (level, text) =>
  h("span", {class: `risk ${level}`}, h("span", {"aria-hidden": "true"}, GLYPH[level] ? GLYPH[level] + " " : ""), text)
const button = (label, act, options = {}) => {
  const {kind = "", key, data = {}, disabled, ...rest} = options
  return h(
    "button",
    {type: "button", class: `btn ${kind}`, data: {act, ...data}, disabled: disabled || null, ...rest},
    label,
    key && h("kbd", {"aria-hidden": "true"}, key),
  )
}
const tagSpan = ({text, kind}) =>
  kind === "del"
    ? h(
        "span",
        {class: "tag del"},
        h("span", {class: "vh"}, "removed "),
        h("span", {"aria-hidden": "true"}, "− "),
        h("s", null, h("bdi", null, text)),
      )
    : h(
        "span",
        {class: `tag ${kind}`},
        kind === "add" && [h("span", {class: "vh"}, "added "), h("span", {"aria-hidden": "true"}, "+ ")],
        h("bdi", null, text),
      )
const pager = (view, what) =>
  view.total > 0 &&
  h(
    "div",
    {class: "pager"},
    h("span", {"aria-live": "polite"}, view.range),
    view.hint,
    view.pages > 1 &&
      h(
        "span",
        {class: "turn"},
        button("‹ " + (what?.[0] ?? "Previous"), "page", {
          kind: "link",
          data: {page: view.page - 1},
          disabled: view.page <= 1,
        }),
        button((what?.[1] ?? "Next") + " ›", "page", {
          kind: "link",
          data: {page: view.page + 1},
          disabled: view.page >= view.pages,
        }),
      ),
  )
const facts = pairs =>
  h(
    "dl",
    {class: "facts"},
    pairs.map(([name, text]) => [h("dt", null, h("bdi", null, name)), h("dd", null, h("bdi", null, text))]),
  )
// A name of a file reads from left to right, as everywhere in a file manager; what it is called may read either way.
const fileName = (name, path) => h("b", {title: path ?? name}, h("bdi", {dir: "ltr"}, name))
