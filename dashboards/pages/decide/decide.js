// To decide: one question with its candidates. A key shows the next question at once; the server follows.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {button, loadingPage} from "#face/widgets.js"
import {drawSearchField} from "#face/search_field.js"
import {drawImage, hideBroken} from "#face/images.js"
import {drawFile, drawQueue} from "./decide_file.js"
import {SHOWN, drawCandidates} from "./decide_candidates.js"
import {
  current,
  canPutOff,
  drawKeysLine,
  drawReplacement,
  listed,
  noteSeen,
  openItems,
  placeText,
  replacement,
} from "./decide_shown.js"

/**
 *
 * @typedef {object} State
 * @property {Set<number>} answered Questions whose decision the server has not processed.
 * @property {{id: number, name: string, text: string}[]} done The last decisions.
 * @property {number | null} at The shown question.
 * @property {{segment: string, question: QuestionView, place: number} | null} seen The shown question as the person sees it.
 * @property {number} first Place of the first shown candidate.
 * @property {boolean} all The decision counts for the others, too.
 * @property {number} sent The number of the last decision; the server says which one it has processed.
 * @property {number} opened The number of the last question that the server opened.
 * @property {number | null} told The question that the address of the page names.
 * @property {boolean} isStep The person has opened the question from the queue: *back* returns from it.
 * @property {string} searching
 *
 * @typedef {Component<DecideListView, State>} Self
 */

const KEPT = 2 // decisions that the queue still shows

/** Show the question that has replaced the shown one. @param {Self} self */
function showReplacement(self) {
  const items = openItems(self)
  const next = items[Math.min(self.state.seen.place, items.length - 1)]
  show(self, (listed(self) ?? next)?.id ?? null)
}

/** @type {(self: Self, id: number | null) => void} */
function show(self, id) {
  Object.assign(self.state, {at: id, seen: null, first: 0, all: false, searching: ""})
  self.paint()
  const top = self.root.getBoundingClientRect().top
  if (top < 0) window.scrollBy({top})
}

/** Show the neighbour of the question. @type {(self: Self, step: number) => void} */
function move(self, step) {
  const items = openItems(self)
  const shown = items.findIndex(({id}) => id === current(self)?.id)
  const place = shown < 0 ? self.state.seen.place + Math.min(step, 0) : shown + step
  if (place < 0) return
  if (place >= items.length - 1) self.send("more")
  if (items[place]) show(self, items[place].id)
}

/**
 * Send a decision about the question, and show the next one. If others have replaced the question, only show the new one.
 *
 * @type {(self: Self, type: string, text: string, data?: object, others?: number[]) => void}
 */
function decide(self, type, text, data = {}, others = []) {
  const {state} = self
  const question = current(self)
  if (!question) return
  if (replacement(self)) {
    showReplacement(self)
    return
  }
  const items = openItems(self)
  const gone = new Set([question.id, ...(state.all ? others : [])])
  const place = items.indexOf(question)
  const next = [...items.slice(place + 1), ...items.slice(0, place)].find(({id}) => !gone.has(id))
  state.sent += 1
  const decision = {number: state.sent, revision: question.revision, others: state.all && others.length > 0}
  self.send(type, {id: question.id, ...decision, ...data})
  for (const id of gone) state.answered.add(id)
  state.done = [...state.done, {id: question.id, name: question.name, text}].slice(-KEPT)
  show(self, next?.id ?? null)
}

/** @type {(self: Self, number: number) => boolean | void} */
function accept(self, number) {
  const question = current(self)
  const candidate = question?.candidates[self.state.first + number - 1]
  if (!candidate || candidate.accepted) return false
  const data = {position: candidate.position, expected: candidate.key}
  decide(self, "accept", "✓ matched", data, question.same)
}

/** The video is a film or an episode. @type {(self: Self) => boolean | void} */
function confirm(self) {
  const question = current(self)
  if (!question?.kept && !question?.ignored) return false
  decide(self, "confirm", "a film", {}, question.kept ? question.others : [])
}

/** The video is no film and no series. @type {(self: Self) => boolean | void} */
function ignore(self) {
  const question = current(self)
  if (!question || question.ignored) return false
  decide(self, "ignore", "ignored", {}, question.others)
}

/** @type {(self: Self) => boolean | void} */
function putOff(self) {
  const question = current(self)
  if (!question || !canPutOff(self.view, question)) return false
  decide(self, "later", "later")
}

/**
 * Run a decision, but not for the second click of a double click: it would decide the next question.
 *
 * @type {(run: (self: Self, data: DOMStringMap) => unknown) => Action<Self>}
 */
const once = run => (self, data, _, event) => {
  if (event.detail < 2) run(self, data)
}

/** @type {(self: Self) => void} */
function showMore(self) {
  const question = current(self)
  if (!question) return
  self.state.first += SHOWN
  if (self.state.first >= question.candidates.length) self.state.first = 0
  self.paint()
}

/** @type {(self: Self) => void} */
function toggleAll(self) {
  self.state.all = !self.state.all
  self.paint()
}

/** @param {DecideActView} act */
const drawAct = ({label, act, kind, state}) => button(label, act, {kind: `small ${kind ?? ""}`, data: {state}})

/** @type {(self: Self) => Child} */
function drawHead(self) {
  const {progress, segments, notice} = self.view
  const place = placeText(self)
  return [
    h(
      "div",
      {class: "head", data: {key: "head"}},
      h("h1", {tabindex: "-1"}, "To decide"),
      h("p", null, place && h("b", null, place), place && progress.text && " · ", progress.text),
      h("span", {class: "grow"}),
      h(
        "div",
        {class: "seg", role: "group", "aria-label": "Titles"},
        segments.map(({state, label, count, on}) =>
          h(
            "button",
            {type: "button", "aria-pressed": String(on), data: {act: "segment", state, key: state}},
            label,
            h("span", null, ` ${count}`),
          ),
        ),
      ),
      button(
        [h("span", {"aria-hidden": "true"}, "↶ "), "Undo", h("span", {class: "vh"}, " the last decision")],
        "undo",
        {
          kind: "quiet small",
          key: "z",
        },
      ),
    ),
    h(
      "div",
      {
        class: "through",
        role: "progressbar",
        "aria-label": "Decided",
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": String(Math.round(progress.percent)),
        data: {key: "through"},
      },
      h("i", {style: {width: `${progress.percent}%`}}),
    ),
    notice &&
      h(
        "div",
        {class: `notice ${notice.level}`, role: "status", data: {key: "notice"}},
        h("span", null, notice.text),
        notice.acts.map(drawAct),
      ),
  ]
}

/** @type {(self: Self, question: QuestionView) => Child} */
const drawOther = ({view, state}, question) =>
  h(
    "div",
    {class: "card other", data: {key: "other"}},
    !question.kept &&
      drawSearchField("", false, {
        "aria-label": "Search by title or id",
        placeholder: "Title, or id: tt0118767, tmdb:48211",
        data: {key: `search${question.id}`},
      }),
    question.ignored && button("It is a film or an episode", "confirm", {key: "f"}),
    !question.kept && !question.ignored && button("Not a film or series", "ignore", {key: "s"}),
    canPutOff(view, question) && button("Later", "later", {key: "l"}),
    question.candidates.length > SHOWN &&
      button(`${question.candidates.length - SHOWN} more`, "candidates", {kind: "quiet", key: "m"}),
    state.searching && h("p", {class: "hint", role: "status"}, `Searching “${state.searching}” …`),
    !state.searching &&
      (question.searched || question.byHand) &&
      h(
        "p",
        {class: "hint", data: {key: "searched"}},
        question.searched || "Searched by hand.",
        question.byHand && [
          " ",
          button("Show the suggestions again", "suggest", {kind: "link", data: {key: "suggest"}}),
        ],
      ),
    question.allText &&
      h(
        "label",
        {class: "for-all"},
        h("input", {type: "checkbox", checked: state.all, data: {change: "all"}}),
        h("span", null, `${question.allText} `, h("kbd", {"aria-hidden": "true"}, "a")),
      ),
  )

/** The pictures of the next question, so that the browser has them. @type {(self: Self, question: QuestionView) => Child} */
function drawAhead(self, question) {
  const items = openItems(self)
  const next = items[items.indexOf(question) + 1]
  if (!next) return null
  const wanted = [next.still, ...next.candidates.slice(0, SHOWN).map(({poster}) => poster)]
  return h(
    "div",
    {class: "ahead", "aria-hidden": "true", data: {key: "ahead"}},
    wanted.map(src => drawImage(src, "eager")),
  )
}

/** @param {{title: string, text: string, acts: DecideActView[]}} empty */
const drawEmpty = ({title, text, acts}) =>
  h(
    "div",
    {class: "card done-card", data: {key: "empty"}},
    h("b", null, title),
    h("p", null, text),
    h("div", {class: "acts"}, acts.map(drawAct)),
  )

/** @param {Self} self */
function draw(self) {
  const {view, state} = self
  if (!view.segments) return loadingPage("To decide")
  const question = current(self)
  if (!question) {
    const waits = state.answered.size > 0 || !view.empty
    return [
      drawHead(self),
      waits ? h("p", {class: "hint", role: "status"}, "Loading the next questions …") : drawEmpty(view.empty),
    ]
  }
  if (state.first >= question.candidates.length) state.first = 0 // another question is first now
  const items = openItems(self)
  state.done = state.done.filter(done => !items.some(({id}) => id === done.id)) // an undone decision is a question again
  return [
    drawHead(self),
    drawReplacement(self),
    h(
      "div",
      {class: "triage", data: {key: "triage"}},
      h("div", null, drawFile(question), drawQueue(items, question, state.done, view.more)),
      h(
        "div",
        null,
        drawCandidates(question, state.first),
        (!question.kept || question.allText) && drawOther(self, question),
        drawKeysLine(view, question),
      ),
    ),
    h("p", {class: "vh", role: "status", data: {key: "said"}}, `${question.name}. ${question.why}`),
    drawAhead(self, question),
  ]
}

/** Take what the server has processed and opened, and note what the person sees. @param {Self} self */
function onDrawn(self) {
  const {view, state} = self
  let isStale = false
  if (view.segments && view.settled >= state.sent && state.answered.size > 0 && view !== self.before) {
    state.answered.clear()
    isStale = true
  }
  const {number = 0, title = null} = view.opened ?? {}
  if (number && number !== state.opened) {
    state.opened = number
    Object.assign(state, {at: title ?? state.at, seen: null, first: 0, all: false, searching: ""})
    isStale = true
  }
  if (isStale) {
    self.before = view
    self.paint()
    return
  }
  noteSeen(self)
  tellShown(self)
}

/** Let the address name the question. @param {Self} self */
function tellShown({state, send}) {
  if (state.at === null || state.at === state.told) return
  const step = state.isStep
  Object.assign(state, {told: state.at, isStep: false})
  send("shown", {id: state.at, step})
}

/** @type {(self: Self, event: PageEvent) => void} */
function onKeydown(self, event) {
  const target = event.target
  if (!target.matches("input.q")) return
  if (event.key === "Escape") target.blur()
  if (event.key !== "Enter" || event.isComposing || event.repeat || !target.value.trim()) return
  event.preventDefault()
  const question = current(self)
  self.state.searching = target.value.trim()
  self.send("search", {id: question.id, text: target.value.trim()})
  target.select() // the focus stays: keys that follow are text for the next search, and decide nothing
  self.paint()
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    state: /** @returns {State} */ () => ({
      answered: new Set(),
      done: [],
      at: null,
      seen: null,
      first: 0,
      all: false,
      sent: Date.now(), // above the numbers of a page that was drawn before
      opened: 0,
      told: null,
      isStep: false,
      searching: "",
    }),
    draw,
    onSetup: me => hideBroken(me.root),
    onDrawn,
    onMessage(me) {
      me.state.searching = ""
      me.paint()
    },
    listeners: {keydown: onKeydown},
    actions: {
      accept: once((me, data) => accept(me, Number(data.number))),
      ignore: once(ignore),
      confirm: once(confirm),
      later: once(putOff),
      candidates: showMore,
      replacement: showReplacement,
      all: toggleAll,
      empty: me => me.focus("input.q"),
      open(me, data) {
        me.state.isStep = true
        show(me, Number(data.id))
      },
      suggest(me) {
        const {id, name} = current(me)
        me.state.searching = name
        me.send("suggest", {id})
        me.paint()
      },
      segment(me, data) {
        Object.assign(me.state, {at: null, seen: null, first: 0, all: false, done: []})
        me.send("segment", {state: data.state})
      },
    },
  })
  const hasQuestion = () => Boolean(current(self))
  /** @type {(does: string, run: () => unknown) => KeyBinding} */
  const act = (does, run) => ({does, group: "Decide", act: "accept", when: hasQuestion, run})
  keys(context.model, "decide", {
    1: act("accept the candidate", () => accept(self, 1)),
    2: act("accept the candidate", () => accept(self, 2)),
    3: act("accept the candidate", () => accept(self, 3)),
    s: act("not a film or series", () => ignore(self)),
    f: act("a film or an episode", () => confirm(self)),
    l: act("later", () => putOff(self)),
    a: act("apply to the whole folder", () => current(self).allText !== "" && toggleAll(self)),
    m: act("other candidates", () => showMore(self)),
    z: {does: "undo the last decision", group: "Decide", act: "undo", run: () => self.send("undo")},
    "/": {does: "search by title or id", group: "Find", when: hasQuestion, run: () => self.focus("input.q")},
    Escape: {does: "leave the search field", group: "Find", when: hasQuestion},
    j: {does: "next question", group: "Move", when: hasQuestion, repeats: true, run: () => move(self, 1)},
    k: {does: "previous question", group: "Move", when: hasQuestion, repeats: true, run: () => move(self, -1)},
  })
}
