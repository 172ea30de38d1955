// The style sheets of shadow roots. The page holds the text of each sheet once.

globalThis.indexiumSheets ??= new Map()
const SHEETS = globalThis.indexiumSheets // by name

/** @type {(name: string) => CSSStyleSheet} */
function styleSheet(name) {
  if (!SHEETS.has(name)) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(document.querySelector(`[data-sheet="${name}"]`)?.textContent ?? "")
    SHEETS.set(name, sheet)
  }
  return SHEETS.get(name)
}

/** Let a shadow root use some sheets. @type {(root: any, names: string[]) => void} */
export function adoptSheets(root, names) {
  const present = root.adoptedStyleSheets
  root.adoptedStyleSheets = [...present, ...names.map(styleSheet).filter(sheet => !present.includes(sheet))]
}
