// The question that the page shows, its place in the list, and whether others have replaced it.
import {h} from "#face/dom.js"
import {button} from "#face/widgets.js"
import {count} from "#face/wording.js"

/**
 * @import {Self} from "./decide.js"
 */

/** @param {Self} self */
export const openItems = ({view, state}) => (view.items ?? []).filter(({id}) => !state.answered.has(id))

/** @param {Self} self */
export const listed = self => openItems(self).find(({id}) => id === self.state.at)

/** What a decision depends on. @param {QuestionView} question */
const facts = ({revision, candidates}) => [revision, ...candidates.map(({key}) => key)].join()

/**
 * Return what others have done to the shown question; "" if it is still the same.
 *
 * The page keeps it until the person moves on: a key that was meant for it must not decide another one.
 *
 * @param {Self} self
 */
export function replacement(self) {
  const {seen, searching} = self.state
  if (!seen || searching || seen.segment !== self.view.segment) return ""
  const now = listed(self)
  if (!now) return "has changed the list, and this title is no longer in it"
  return facts(now) === facts(seen.question) ? "" : "has changed this question"
}

/** @param {Self} self */
export const current = self => (replacement(self) ? self.state.seen.question : (listed(self) ?? openItems(self)[0]))

/** Note the question that the person sees now. @param {Self} self */
export function noteSeen(self) {
  const {view, state} = self
  const question = current(self)
  if (!question || replacement(self)) return
  state.at = question.id
  state.seen = {segment: view.segment, question, place: openItems(self).indexOf(question)}
}

/** Return the place of the shown question in the list: "3 of 11"; "" if it is not in it. @param {Self} self */
export function placeText(self) {
  const {items, progress} = self.view
  const shown = current(self)
  const place = (items ?? []).findIndex(({id}) => id === shown?.id)
  const number = progress.before + place + 1
  return place < 0 ? "" : `${count(number)} of ${count(Math.max(number, progress.total))}`
}

/** @param {Self} self */
export function drawReplacement(self) {
  const change = replacement(self)
  return (
    change &&
    h(
      "div",
      {class: "notice warning", role: "status", data: {key: "replaced"}},
      h("span", null, `Another page, a command or a job ${change}. Your next decision only shows what is there now.`),
      button("Show it", "replacement", {kind: "small"}),
    )
  )
}

const KEYS_LINE = [
  ["1 2 3", "accept"],
  ["s", "not a film or series"],
  ["l", "later"],
  ["j k", "move"],
  ["z", "undo"],
  ["?", "all keys"],
]

const KEPT_LINE = [
  ["f", "a film or an episode"],
  ["s", "a home video"],
  ["a", "the whole folder"],
  ...KEYS_LINE.slice(3),
]

const IGNORED_LINE = [KEYS_LINE[0], KEPT_LINE[0], ...KEYS_LINE.slice(3)]

/** Return whether a question can wait: a title that was not searched is none. @type {(view: DecideListView, question: QuestionView) => boolean} */
export const canPutOff = ({segment}, {kept, ignored}) => !kept && !ignored && !["later", "unsearched"].includes(segment)

/** @type {(view: DecideListView, question: QuestionView) => string[][]} */
const keysOf = (view, question) => {
  if (question.kept) return KEPT_LINE
  if (question.ignored) return IGNORED_LINE
  return KEYS_LINE.filter(([names]) => names !== "l" || canPutOff(view, question))
}

/** @type {(view: DecideListView, question: QuestionView) => Child} */
export const drawKeysLine = (view, question) =>
  h(
    "p",
    {class: "keysline", "aria-hidden": "true", data: {key: "keysline"}},
    keysOf(view, question).map(([names, does]) =>
      h(
        "span",
        null,
        names.split(" ").map(name => [h("kbd", null, name), " "]),
        does,
      ),
    ),
  )
