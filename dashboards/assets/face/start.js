// The start of the frame, and of the pages that the browser draws: each is made when it is shown for the first time.
import {account} from "#face/account.js"
import {accounts} from "#face/accounts.js"
import {activity} from "#face/activity.js"
import {onNews, sendAgain} from "#face/calls.js"
import {checks} from "#face/checks.js"
import {currentPage, refusalOf} from "#face/frame.js"
import {showFrame} from "#face/frame_view.js"
import {jobs} from "#face/jobs.js"
import {listenToKeys} from "#face/keys.js"
import {List} from "#face/list.js"
import {drawRefusal} from "#face/refused.js"
import {requests} from "#face/requests.js"
import {Sections} from "#face/sections.js"
import {startSession} from "#face/session.js"
import {showSteps} from "#face/steps.js"

/** @type {ListSpec[]} */
export const LISTS = [accounts, activity, checks, jobs, requests]
/** @type {SectionsSpec[]} */
const SECTIONS = [account]

const SESSION_DELAY = 1500 // milliseconds after which the session starts, also if the rows are late
/** @type {Map<string, List | Sections>} */
const made = new Map()
let shown = ""

/** Start the session when the page has its rows, and has drawn them. */
function followRows() {
  if (made.get(shown)?.isSettled() ?? true) requestAnimationFrame(() => setTimeout(startSession))
}

function show() {
  const page = currentPage()
  const isOther = page !== shown
  if (isOther) made.get(shown)?.leave()
  shown = page
  const list = LISTS.find(each => each.page === page)
  const sections = SECTIONS.find(each => each.page === page)
  if (!list && !sections) return
  document.querySelector(".boot")?.remove()
  /** @type {HTMLElement} */
  const host = document.querySelector(`[data-face="${page}"]`)
  if (refusalOf(page)) {
    drawRefusal(page, host)
    return
  }
  const known = made.get(page)
  if (!known) made.set(page, list ? new List(list, host) : new Sections(sections, host))
  else if (isOther) known.enter()
  made.get(page).draw()
}

function showPage() {
  show()
  followRows()
}

onNews(followRows)
showFrame(document.getElementById("frame"))
showSteps(document.getElementById("steps"))
listenToKeys()
new MutationObserver(showPage).observe(document.documentElement, {attributes: true, attributeFilter: ["data-page"]})
showPage()
setTimeout(startSession, SESSION_DELAY)
void sendAgain()
