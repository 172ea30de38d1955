// The start of the frame, and of the pages that the browser draws: the module of a page has its name. A page is made when
// it is shown for the first time. The modules of the others are read when nothing else is to do: no visit waits for them.
import {sendAgain} from "#face/calls.js"
import {showFooter} from "#face/footer.js"
import {currentPage, pages, refusalOf, toast} from "#face/frame.js"
import {showFrame} from "#face/frame_view.js"
import {askAboutInterruptions} from "#face/interruptions.js"
import {awaitKeys, listenToKeys} from "#face/keys.js"
import {drawRefusal} from "#face/refused.js"
import {showSteps} from "#face/steps.js"

const UNREAD = "The script of this page could not be read from the server. Reload the page."

/** @typedef {{draw(): void, enter(): void, leave(): void}} Page */
/** @typedef {{makePage: (host: HTMLElement) => Page}} PageModule */

/** @param {string} page @returns {Promise<PageModule>} */
const readModule = page => import(`#face/${page}.js`)

/** @type {Map<string, Page>} */
const made = new Map()
let shown = ""

async function show() {
  const page = currentPage()
  const isOther = page !== shown
  if (isOther) made.get(shown)?.leave()
  shown = page
  /** @type {HTMLElement | null} */
  const host = document.querySelector(`[data-face="${page}"]`)
  if (!host) return
  if (refusalOf(page)) {
    document.querySelector(".boot")?.remove()
    drawRefusal(page, host)
    return
  }
  if (made.has(page)) {
    if (isOther) made.get(page).enter()
    made.get(page).draw()
    return
  }
  awaitKeys(page)
  try {
    const {makePage} = await readModule(page)
    if (!made.has(page)) made.set(page, makePage(host))
  } catch (error) {
    toast(UNREAD, {kind: "error"})
    throw error
  } finally {
    document.querySelector(".boot")?.remove()
  }
  if (currentPage() === page) made.get(page).draw()
}

/** Read the modules of the other pages. */
const readOthers = () => pages.filter(({id}) => !refusalOf(id)).forEach(({id}) => void readModule(id).catch(() => {}))

showFrame(document.getElementById("frame"))
showSteps(document.getElementById("steps"))
showFooter(document.getElementById("footer"))
listenToKeys()
new MutationObserver(() => void show()).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-page"],
})
void show()
void sendAgain()
void askAboutInterruptions()
window.addEventListener("indexium:frame", () => requestIdleCallback(readOthers), {once: true})
