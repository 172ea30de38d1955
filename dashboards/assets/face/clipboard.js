// The clipboard.
import {h} from "#face/dom.js"

/**
 * Copy a text; return whether this worked. A page from another machine cannot use the clipboard: it copies a selection.
 *
 * @param {string} text
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = h("textarea", {style: {position: "fixed", opacity: "0"}})
    area.value = text
    document.body.append(area)
    area.select()
    const isCopied = document.execCommand("copy")
    area.remove()
    return isCopied
  }
}
