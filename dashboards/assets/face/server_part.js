// A part of a page that the server draws: a chart, with what stands around it.
import {h, morph} from "#face/dom.js"
import {adoptSheets} from "#face/sheets.js"

/**
 * Put a part into its place, if it was created after the page: Bokeh appends it to the end of the page.
 *
 * BokehJS would send its model back with its first message, as if it were unknown to the server.
 *
 * @param {string} name
 * @param {Element} host
 */
function takePlace(name, host) {
  const place = document.querySelector(`[data-place="${name}"]:empty`)
  if (!place) return
  place.append(host)
  for (const {_new_models: models} of Bokeh.documents) models?.clear()
}

/**
 * Draw a part again for each view that the server sends, and return the function that draws it.
 *
 * @template View
 * @param {RenderContext} context
 * @param {object} spec
 * @param {(view: View) => Child} spec.draw
 * @param {(view: View) => void} spec.onDrawn
 * @param {Record<string, (target: HTMLInputElement) => void>} spec.acts What `data-act` and `data-change` do.
 */
export function drawPart({model, el}, {draw, onDrawn, acts}) {
  const root = h("div", {class: "ix"})
  const tree = /** @type {ShadowRoot} */ (el.getRootNode())
  adoptSheets(tree, model.sheets)
  el.replaceChildren(root)
  takePlace(model.place, tree.host)
  const paint = () => {
    const view = JSON.parse(model.shown)
    morph(root, /** @type {any[]} */ ([draw(view)].flat(3).filter(Boolean)))
    onDrawn(view)
  }
  for (const [type, name] of [
    ["click", "act"],
    ["change", "change"],
  ])
    root.addEventListener(type, ({target}) => {
      const found = /** @type {HTMLInputElement} */ (/** @type {Element} */ (target).closest(`[data-${name}]`))
      if (found) acts[found.dataset[name]](found)
    })
  model.on("shown", paint)
  paint()
  return paint
}
