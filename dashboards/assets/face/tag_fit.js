// Which people and fields of a row fit into its cell: two lines at most, in narrow rows one line and every change.
import {stored} from "#face/local_storage.js"

const LINES = 2
const GAP = 4 // pixels between two tags
const PADDING = 16 // pixels of a tag beside its text
/** @type {Record<string, string>} */
const SIGNS = {add: "+ ", set: "→ ", del: "− "}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null
/** @type {Map<string, number>} */
const widths = new Map() // by weight and text
let family = ""

/** The width of the cell in pixels, 0 before the first layout, and the number of fonts that were loaded since. */
export const cell = {width: 0, fonts: 0}

export const isDense = () => stored("indexium.dense") === "1"

/** @type {(text: string, isBold: boolean) => number} */
function widthOf(text, isBold) {
  const key = `${isBold} ${text}`
  if (!widths.has(key)) {
    ruler ??= document.createElement("canvas").getContext("2d")
    family ||= getComputedStyle(document.body).fontFamily
    ruler.font = `${isBold ? 600 : 400} 12.5px ${family}`
    widths.set(key, Math.ceil(ruler.measureText(text).width) + PADDING)
  }
  return widths.get(key)
}

/** Forget measured widths: another font was loaded. */
export function forgetWidths() {
  widths.clear()
  cell.fonts += 1
}

/** @type {(tags: number[], width: number) => number} */
function linesOf(tags, width) {
  let lines = 1
  let used = 0
  for (const tag of tags) {
    const wide = Math.min(tag, width)
    if (used && used + GAP + wide > width) {
      lines += 1
      used = wide
    } else used += (used ? GAP : 0) + wide
  }
  return lines
}

/**
 * Split the people of a row into those that fit and the others. People who stay are left out before changes.
 *
 * @type {(tags: Tag[], more: number, width?: number, isNarrow?: boolean) => {shown: Tag[], hidden: Tag[]}}
 */
export function fitTags(tags, more, width = cell.width, isNarrow = isDense()) {
  const shown = [...tags]
  /** @type {Tag[]} */
  const hidden = []
  const widthsOf = () => {
    const own = shown.map(({text, kind}) => widthOf((SIGNS[kind] ?? "") + text, kind === "add" || kind === "set"))
    const count = hidden.length + more
    return count ? [...own, widthOf(`+${count}`, false)] : own
  }
  while (width > 0 && shown.length > 1 && linesOf(widthsOf(), width) > (isNarrow ? 1 : LINES)) {
    const stays = shown.findLastIndex(tag => tag.kind === "")
    if (stays < 0 && isNarrow) break // a narrow row never hides a change
    hidden.unshift(...shown.splice(stays < 0 ? shown.length - 1 : stays, 1))
  }
  return {shown, hidden}
}
