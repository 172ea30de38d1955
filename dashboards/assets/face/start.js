// The start of the pages that the browser draws: each is made when it is shown for the first time.
import {activity} from "#face/activity.js"
import {sendAgain} from "#face/calls.js"
import {checks} from "#face/checks.js"
import {currentPage} from "#face/frame.js"
import {listenToKeys} from "#face/keys.js"
import {List} from "#face/list.js"

/** @type {ListSpec[]} */
export const LISTS = [activity, checks]

/** @type {Map<string, List>} */
const made = new Map()

function show() {
  const page = currentPage()
  const spec = LISTS.find(each => each.page === page)
  if (!spec) return
  document.querySelector(".boot")?.remove()
  if (!made.has(page)) made.set(page, new List(spec, document.querySelector(`[data-face="${page}"]`)))
  made.get(page).draw()
}

listenToKeys()
new MutationObserver(show).observe(document.documentElement, {attributes: true, attributeFilter: ["data-page"]})
show()
void sendAgain()
