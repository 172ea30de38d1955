// The file of a question with what it says, and the queue of the next questions.
import {h} from "#face/dom.js"
import {drawImage} from "#face/images.js"

const LINES = 8 // of the queue

/** @type {(question: QuestionView) => HTMLElement} */
export const drawFile = question =>
  h(
    "section",
    {class: "card this", "aria-label": "The file", data: {key: "file"}},
    h(
      "div",
      {class: "still"},
      drawImage(question.still, "eager"),
      question.stillText && h("span", null, question.stillText),
    ),
    h(
      "div",
      null,
      h(
        "h2",
        {class: "raw"},
        h(
          "bdi",
          {dir: "ltr"},
          question.file.map(([text, isOn]) => (isOn ? h("mark", null, text) : text)),
        ),
      ),
      h("p", {class: "where"}, h("bdi", {dir: "ltr"}, question.where)),
    ),
    h(
      "dl",
      {class: "says"},
      question.facts.map(({name, text, source}) => [
        h("dt", null, name),
        h("dd", null, h("b", {dir: "auto"}, text), " ", h("small", null, source)),
      ]),
    ),
  )

/** @type {(items: QuestionView[], shown: QuestionView, done: {id: number, name: string, text: string}[], more: string) => HTMLElement} */
export function drawQueue(items, shown, done, more) {
  const place = Math.max(0, Math.min(items.indexOf(shown) - 1, items.length - LINES + done.length))
  const listed = items.slice(place, place + LINES - done.length)
  return h(
    "section",
    {class: "card queue", "aria-label": "Queue", data: {key: "queue"}},
    h("h2", null, h("span", null, "Queue"), h("span", null, more)),
    h(
      "ul",
      null,
      done.map(({id, name, text}) =>
        h(
          "li",
          {data: {key: `done${id}`}},
          h("span", {class: "done"}, h("b", {dir: "auto"}, name), h("small", null, text)),
        ),
      ),
      listed.map(({id, name, best}) =>
        h(
          "li",
          {data: {key: `q${id}`}},
          h(
            "button",
            {type: "button", "aria-current": id === shown.id ? "true" : null, data: {act: "open", id}},
            h("b", {dir: "auto", title: name}, name),
            h("small", null, best),
          ),
        ),
      ),
    ),
  )
}
