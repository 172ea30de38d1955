// Elements are made from text and attributes only: no string ever becomes markup.

const PROPERTIES = new Set(["checked", "indeterminate", "value", "disabled", "selected", "hidden"])

/**
 * Return a new element. `data` and `style` are objects; null, undefined and false omit an attribute or a child.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) setAttribute(node, name, value)
  }
  for (const child of /** @type {Child[]} */ (children.flat(3))) {
    if (child === null || child === undefined || child === false || child === "") continue
    node.append(child instanceof Node ? child : document.createTextNode(String(child)))
  }
  return node
}

/** @type {(node: any, name: string, value: any) => void} */
function setAttribute(node, name, value) {
  if (PROPERTIES.has(name)) node[name] = value
  if (name === "data") {
    for (const [key, item] of Object.entries(value)) if (item !== null && item !== undefined) node.dataset[key] = item
  } else if (name === "style") {
    for (const [key, item] of Object.entries(value)) node.style.setProperty(key, item)
  } else if (name !== "indeterminate") node.setAttribute(name, value === true ? "" : String(value))
}

/** @type {(node: any) => string | undefined} */
const keyOf = node => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined)
/** @type {(a: Node, b: Node) => boolean} */
const isSameElement = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

/** Return whether a button would become another button, and take the focus along. @type {(old: any, fresh: any) => boolean} */
const isOtherCommand = (old, fresh) => !keyOf(fresh) && old.dataset.act !== fresh.dataset.act

/**
 * Make `parent` show `fresh` and keep unchanged nodes, with focus, scroll position and typed text.
 *
 * An element that has the focus never moves, because a move takes the focus away: its siblings move around it. Nor does
 * it become another command: the next press of Enter would run it. If two nodes have the same key, the first keeps the
 * element.
 *
 * @param {Element} parent
 * @param {Node[]} fresh
 */
export function morph(parent, fresh) {
  const keyed = keyedChildren(parent)
  const {activeElement} = /** @type {ShadowRoot} */ (parent.getRootNode())
  let place = parent.firstChild
  for (const node of fresh) {
    const old = [keyed.get(keyOf(node)), place].find(
      each => each && isSameElement(each, node) && !(each === activeElement && isOtherCommand(each, node)),
    )
    if (!old) {
      parent.insertBefore(node, place)
      continue
    }
    keyed.delete(keyOf(old))
    if (old !== place && activeElement && old.contains(activeElement)) {
      while (place !== old) place = moveBehind(place, old)
    }
    if (old === place) place = place.nextSibling
    else parent.insertBefore(old, place)
    patch(old, node)
  }
  while (place) {
    const next = place.nextSibling
    place.remove()
    place = next
  }
}

/** Move a node behind a later sibling; return the node that followed it. @type {(node: ChildNode, later: ChildNode) => ChildNode} */
function moveBehind(node, later) {
  const next = node.nextSibling
  later.after(node)
  return next
}

/** @type {(parent: Element) => Map<string | undefined, ChildNode>} */
function keyedChildren(parent) {
  const keyed = new Map()
  for (const child of parent.children) if (keyOf(child)) keyed.set(keyOf(child), child)
  return keyed
}

// Element → inputs from which it was made, as JSON.
const INPUTS = new WeakMap()

/**
 * Return the result of `create`; if `inputs` are unchanged, return a placeholder that keeps `old` in the page.
 *
 * @param {Element | undefined} old
 * @param {unknown} inputs
 * @param {() => HTMLElement} create
 * @returns {HTMLElement}
 */
export function reuse(old, inputs, create) {
  const json = JSON.stringify(inputs)
  const isSame = old && INPUTS.get(old) === json
  const node = isSame ? h(/** @type {"div"} */ (old.nodeName), {data: {key: keyOf(old)}}) : create()
  INPUTS.set(node, json)
  return node
}

/**
 * Return the elements below `root` that have a key, by their keys.
 *
 * @param {Element} root
 * @returns {Map<string, Element>}
 */
export const keyedNodes = root => new Map([...root.querySelectorAll("[data-key]")].map(node => [keyOf(node), node]))

/** @type {(old: any, fresh: any) => void} */
function patch(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue
    return
  }
  if (INPUTS.has(fresh)) {
    if (INPUTS.get(fresh) === INPUTS.get(old)) return
    INPUTS.set(old, INPUTS.get(fresh))
  }
  patchAttributes(old, fresh)
  patchProperties(old, fresh)
  morph(old, [...fresh.childNodes])
  if (old.nodeName === "SELECT" && old.value !== fresh.value) old.value = fresh.value
}

/** @type {(old: Element, fresh: Element) => void} */
function patchAttributes(old, fresh) {
  for (const {name} of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const {name, value} of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
}

/** @type {(old: any, fresh: any) => void} */
function patchProperties(old, fresh) {
  if ("checked" in old && old.checked !== fresh.checked) old.checked = fresh.checked
  if ("indeterminate" in old) old.indeterminate = fresh.indeterminate
  if ("disabled" in old && old.disabled !== fresh.disabled) old.disabled = fresh.disabled
  const holdsText =
    (old.nodeName === "INPUT" && !["checkbox", "radio"].includes(old.type)) || old.nodeName === "TEXTAREA"
  const hasFocus = old.getRootNode().activeElement === old
  if (holdsText && !hasFocus && old.value !== fresh.value) old.value = fresh.value
}

/** Return the focused element, also inside shadow roots. */
export function focusedElement() {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return /** @type {HTMLElement} */ (node ?? document.body)
}
