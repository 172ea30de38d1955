// The start of the pages that the browser draws: each is made when it is shown for the first time.
import {accounts} from "#face/accounts.js"
import {activity} from "#face/activity.js"
import {sendAgain} from "#face/calls.js"
import {checks} from "#face/checks.js"
import {currentPage, refusalOf} from "#face/frame.js"
import {listenToKeys} from "#face/keys.js"
import {List} from "#face/list.js"
import {people} from "#face/people.js"
import {drawRefusal} from "#face/refused.js"

/** @type {ListSpec[]} */
export const LISTS = [accounts, activity, checks, people]

/** @type {Map<string, List>} */
const made = new Map()
let shown = ""

function show() {
  const page = currentPage()
  const isOther = page !== shown
  shown = page
  const spec = LISTS.find(each => each.page === page)
  if (!spec) return
  document.querySelector(".boot")?.remove()
  /** @type {HTMLElement} */
  const host = document.querySelector(`[data-face="${page}"]`)
  if (refusalOf(page)) {
    drawRefusal(page, host)
    return
  }
  const known = made.get(page)
  if (!known) made.set(page, new List(spec, host))
  else if (isOther) known.enter()
  made.get(page).draw()
}

listenToKeys()
new MutationObserver(show).observe(document.documentElement, {attributes: true, attributeFilter: ["data-page"]})
show()
void sendAgain()
