// The start of the frame, and of the pages that the browser draws: each is made when it is shown for the first time.
import {account} from "#face/account.js"
import {accounts} from "#face/accounts.js"
import {activity} from "#face/activity.js"
import {sendAgain} from "#face/calls.js"
import {checks} from "#face/checks.js"
import {connections} from "#face/connections.js"
import {decide} from "#face/decide.js"
import {Deciding} from "#face/deciding.js"
import {FoldersPage} from "#face/folders.js"
import {currentPage, refusalOf} from "#face/frame.js"
import {showFooter} from "#face/footer.js"
import {showFrame} from "#face/frame_view.js"
import {history} from "#face/history.js"
import {askAboutInterruptions} from "#face/interruptions.js"
import {jobs} from "#face/jobs.js"
import {listenToKeys} from "#face/keys.js"
import {List} from "#face/list.js"
import {people} from "#face/people.js"
import {plan} from "#face/plan.js"
import {progress} from "#face/progress.js"
import {QueryPage} from "#face/query.js"
import {drawRefusal} from "#face/refused.js"
import {pictures} from "#face/pictures.js"
import {PicturesPage} from "#face/pictures_page.js"
import {publish} from "#face/publish.js"
import {listenToQuestions} from "#face/questions.js"
import {requests} from "#face/requests.js"
import {Sections} from "#face/sections.js"
import {settings} from "#face/settings.js"
import {showSteps} from "#face/steps.js"
import {title} from "#face/title.js"
import {titles} from "#face/titles.js"

/** @type {ListSpec[]} */
export const LISTS = [
  ...[accounts, activity, checks, decide, history, jobs, people, plan, progress, publish, requests, titles],
]
/** @type {SectionsSpec[]} */
const SECTIONS = [account, connections, settings, title]

/** @typedef {List | Sections | QueryPage} Page */
/** How each page is made. @type {Map<string, (host: HTMLElement) => Page>} */
const PAGES = new Map()
for (const each of LISTS) PAGES.set(each.page, host => new List(each, host))
for (const each of SECTIONS) PAGES.set(each.page, host => new Sections(each, host))
PAGES.set(decide.page, host => new Deciding(decide, host))
PAGES.set(pictures.page, host => new PicturesPage(pictures, host))
PAGES.set("folders", host => new FoldersPage(host))
PAGES.set("query", host => new QueryPage(host))

/** @type {Map<string, Page>} */
const made = new Map()
let shown = ""

function show() {
  const page = currentPage()
  const isOther = page !== shown
  if (isOther) made.get(shown)?.leave()
  shown = page
  if (!PAGES.has(page)) return
  document.querySelector(".boot")?.remove()
  /** @type {HTMLElement} */
  const host = document.querySelector(`[data-face="${page}"]`)
  if (refusalOf(page)) {
    drawRefusal(page, host)
    return
  }
  const known = made.get(page)
  if (!known) made.set(page, PAGES.get(page)(host))
  else if (isOther) known.enter()
  made.get(page).draw()
}

showFrame(document.getElementById("frame"))
showSteps(document.getElementById("steps"))
showFooter(document.getElementById("footer"))
listenToKeys()
listenToQuestions()
new MutationObserver(show).observe(document.documentElement, {attributes: true, attributeFilter: ["data-page"]})
show()
void sendAgain()
void askAboutInterruptions()
