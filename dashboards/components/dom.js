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

// A part that is drawn anew only where its facts are others: `old`, which stands in the page, is else left alone.
const FACTS = new WeakMap()
function lasting(old, facts, make) {
  const said = JSON.stringify(facts)
  const node = old && FACTS.get(old) === said ? h(old.nodeName, {data: {key: keyOf(old)}}) : make()
  FACTS.set(node, said)
  return node
}
const standing = root => new Map([...root.querySelectorAll("[data-key]")].map(node => [keyOf(node), node]))

function refresh(old, node) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== node.nodeValue) old.nodeValue = node.nodeValue
    return
  }
  if (FACTS.has(node)) {
    if (FACTS.get(node) === FACTS.get(old)) return
    FACTS.set(old, FACTS.get(node))
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

// The page holds every style sheet as text, once; all components share what is made of it.
const SHEETS = (globalThis.indexiumSheets ??= new Map())
function sheet(name) {
  if (!SHEETS.has(name)) {
    const made = new CSSStyleSheet()
    made.replaceSync(document.querySelector(`[data-sheet="${name}"]`)?.textContent ?? "")
    SHEETS.set(name, made)
  }
  return SHEETS.get(name)
}
function dress(root, names) {
  const worn = root.adoptedStyleSheets
  root.adoptedStyleSheets = [...worn, ...names.map(sheet).filter(each => !worn.includes(each))]
}

// One component: `draw(view)` returns what is shown, `act` holds what its buttons do (default: tell the server).
function component({model, el}, {draw, act = {}, drawn, setup}) {
  const root = h("div", {class: "ix"})
  dress(el.getRootNode(), model.sheets)
  el.replaceChildren(root)
  const me = {
    root,
    view: {},
    send: (type, data = {}) => model.send_msg({type, ...data}),
    paint() {
      const tree = root.getRootNode()
      const held = root.contains(tree.activeElement)
      morph(root, [draw(me.view, me)].flat(3).filter(Boolean))
      drawn?.(me)
      me.before = me.view
      if (held && !tree.activeElement) window.dispatchEvent(new Event("indexium:adrift"))
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

// What a browser keeps of how a person likes to see things; a private window keeps it as long as the page lives.
function keep(name, value) {
  try {
    localStorage.setItem(name, value)
  } catch {
    /* not kept, then */
  }
}
function kept(name) {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

// Listeners on the document and the window live as long as the component does.
function listen(model, target, name, handler) {
  target.addEventListener(name, handler)
  model.on("remove", () => target.removeEventListener(name, handler))
}

const page = () => document.documentElement.dataset.page
const NOT_TYPED = "input:is([type=checkbox], [type=radio], [type=button], [type=submit], [type=file], [type=range])"
const busyTyping = event => {
  const target = event.composedPath()[0]
  if (event.isComposing || target?.isContentEditable) return true
  return (target?.matches?.("input, textarea, select") && !target.matches(NOT_TYPED)) ?? false
}
const dialogOpen = () => document.documentElement.hasAttribute("data-dialog")
const pressable = event => event.composedPath()[0]?.closest?.("button, a, input, select, summary, [role=button]")

// Every binding that lives, for the list of keys: one list a page, though each component has its own copy of this file.
const bindings = () => (globalThis.indexiumKeys ??= new Set())
// What scrolls, moves the focus or belongs to the browser's own menus is never bound to a page.
const RESERVED = /^(Tab|Backspace| |Page(Up|Down)|Home|End|Arrow\w+|F\d+|Alt|Control|Meta|Shift|Dead|Process)$/

// Single keys are for the page that is shown, never while typing, in a dialog or with a modifier.
//
// `where`: a page, several, or null for everywhere. `table`: key -> {does, run, group?, when?}. `does` is what the `?`
// sheet says, a text or what returns one (without it the key is not listed), under `group`; keys of one group with the
// same words share a line.
// `run(event)` has done it unless it returns false; without `run` the key is only listed (what a grid handles itself).
// Where `when()` is false the key is neither heard nor listed. A plain function has done it if it returns anything.
function keys(model, where, table) {
  const pages = where === null ? null : [where].flat()
  const mine = Object.entries(table).map(([key, entry]) => {
    const plain = typeof entry === "function"
    const {does, run, group, when} = plain ? {run: entry} : entry
    if (run && RESERVED.test(key)) throw new Error(`${key} is the browser's own`)
    return {key, pages, does, group, when, run: plain ? event => run(event) !== undefined : run}
  })
  for (const entry of mine) bindings().add(entry)
  model.on("remove", () => mine.forEach(entry => bindings().delete(entry)))
  listen(model, document, "keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (pages && !pages.includes(page())) return
    if (dialogOpen() || busyTyping(event)) return
    if (event.key === "Enter" && pressable(event)) return
    const entry = mine.find(item => item.key === event.key && item.run && (item.when?.() ?? true))
    if (entry && entry.run(event) !== false) event.preventDefault()
  })
}

// What Escape does in a list with details beside it; what else it closes, it closes all the same.
const closesDetails = me => ({
  does: "close the details",
  group: "Move",
  run() {
    me().send("close")
    return false
  },
})

const GLYPH = {safe: "✓", warning: "!", danger: "▲", blocked: "■", unchanged: "=", done: "✓"}
const chip = (level, text, glyph = GLYPH[level]) =>
  h("span", {class: `risk ${level}`}, h("span", {"aria-hidden": "true"}, glyph ? glyph + " " : ""), text)
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
