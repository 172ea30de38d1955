// The parts of the page of a title that show what is known: seasons, people, files, the match, and related titles.
import {h} from "#face/dom.js"
import {drawPoster} from "#face/images.js"
import {tileOf} from "#face/titles.js"
import {button, drawProviderRequests, pager, placeOf} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/** @typedef {import("#face/title.js").Title} Title */

/** @param {Values.CreditedPerson[]} people */
export const drawPeople = people =>
  h(
    "ul",
    {class: "people", data: {key: "people"}},
    people.map(({name, part, filter}) =>
      h(
        "li",
        {data: {key: name}},
        filter
          ? h("a", {href: `/titles?${new URLSearchParams({[filter]: name})}`}, h("bdi", null, name))
          : h("bdi", null, name),
        part && h("small", null, h("bdi", null, part)),
      ),
    ),
  )

/** @type {(title: Title, parts: SectionParts) => Child} */
export const drawFiles = ({files, nfo_sentences: problems}, {act}) => [
  problems.map(text => h("p", {class: "why warning gap"}, h("bdi", {dir: "ltr"}, text))),
  h(
    "ul",
    {class: "title-files", data: {key: "files"}},
    files.map(file =>
      h(
        "li",
        {data: {row: file.file_id, key: file.file_id}},
        h("a", {href: `/track/${file.file_id}`, title: file.file_path}, h("bdi", {dir: "ltr"}, file.name)),
        h("small", null, file.about),
        h(
          "span",
          {class: "acts"},
          act("move-file", file, {class: "btn link", "aria-label": `Move to another title: ${file.name}`}),
          act("identify-file", file, {class: "btn link", "aria-label": `Identify the file again: ${file.name}`}),
        ),
      ),
    ),
  ),
]

// Seasons.

/** @typedef {{id: number, code: string, title: string, hasFile: boolean}} Episode */

/** @param {Episode} episode */
const drawEpisode = ({id, code, title, hasFile}) =>
  h(
    "li",
    {data: {key: id}},
    h("span", {class: "code"}, code),
    h("a", {href: `/titles/${id}`}, h("bdi", null, title)),
    !hasFile && h("small", null, "no file"),
  )

/** @param {Episode[]} episodes */
const drawEpisodes = episodes => h("ol", {class: "episodes"}, episodes.map(drawEpisode))

/** @param {string[]} gaps */
const drawGaps = gaps => gaps.map(text => h("p", {class: "why warning gap"}, text))

/** The episodes of a season. @param {Title} title */
export const drawOwnEpisodes = ({children}) =>
  drawEpisodes(children.map(({id, code, title, file_count: files}) => ({id, code, title, hasFile: files > 0})))

/** @type {(title: Title, seasons: Pick<Values.SeasonCollection, "number" | "title" | "episodes" | "videos">[], mayChoose: boolean) => Child} */
export function drawSeasons({gaps}, seasons, mayChoose) {
  const numbers = new Set(seasons.map(({number}) => number))
  return [
    drawGaps(gaps.filter(({season}) => !numbers.has(season)).map(({text}) => text)),
    seasons.map(({number, title, episodes, videos}, place) => {
      const own = gaps.filter(({season}) => season === number).map(({text}) => text)
      return h(
        "div",
        {class: "one-season", data: {key: `season${number}`}},
        h(
          "details",
          {open: seasons.length < 3 || place === 0 || null, data: {key: "details"}},
          h(
            "summary",
            null,
            h("b", null, title),
            " ",
            h("small", null, plural(episodes, "episode")),
            own.length > 0 && h("span", {class: "risk warning"}, "incomplete"),
          ),
          drawGaps(own),
          drawEpisodes(
            videos.map(({id, code, title: name, file_ids: files}) => ({
              id,
              code,
              title: name,
              hasFile: files.length > 0,
            })),
          ),
        ),
        mayChoose &&
          number !== null &&
          button("Poster…", "season-pictures", {
            kind: "link",
            "aria-label": `Poster… of ${title}`,
            data: {number, key: "pictures"},
          }),
      )
    }),
  ]
}

// The match.

const DECIDED = {hand: "Decided by hand", automatic: "Accepted automatically"}

/**
 * @typedef {{state: Values.MatchQuestion["state"], state_text: string, explanation: string, decided_by: string, revision: string,
 *   accepted: {label: string, score: number, reasons: {text: string, points: number}[]} | null}} Match
 */

/** @param {number} points */
const signed = points => `${points < 0 ? "" : "+"}${points.toFixed(2)}`

/** @type {(match: Match, id: number) => Child} */
export function drawMatch({state, state_text: text, explanation, decided_by: by, accepted}, id) {
  const decided = DECIDED[/** @type {keyof typeof DECIDED} */ (by)]
  const how = [decided, accepted && `score ${accepted.score.toFixed(2)} of 1`].filter(Boolean).join(", ")
  return [
    h("p", {data: {key: "what"}}, accepted ? h("b", null, h("bdi", null, accepted.label)) : text),
    how && h("p", {class: "quiet", data: {key: "how"}}, how),
    explanation && h("p", {class: "quiet", data: {key: "why"}}, explanation),
    accepted?.reasons.length > 0 &&
      h(
        "dl",
        {class: "reasons", data: {key: "reasons"}},
        accepted.reasons.map(each => [h("dt", null, each.text), h("dd", null, signed(each.points))]),
      ),
    h(
      "div",
      {class: "acts", data: {key: "acts"}},
      h(
        "a",
        {class: "btn small", href: `/titles/decide?show=${state}&title=${id}`},
        accepted ? "Decide again" : "Decide",
      ),
    ),
  ]
}

// Related titles.

/** @param {Values.RelatedTitle[]} related */
export const drawRelated = related =>
  h(
    "ul",
    {class: "posters small", data: {key: "related"}},
    related.map(({item, why}) =>
      h(
        "li",
        {data: {key: item.id}},
        h(
          "a",
          {class: "title-tile", href: `/titles/${item.id}`},
          drawPoster(tileOf(item)),
          h("b", null, h("bdi", null, item.title || "Without a title")),
          h("small", null, h("bdi", null, why)),
        ),
      ),
    ),
  )

// Requests to providers.

/** @typedef {import("#face/widgets.js").ProviderRequest} Request */
/** @typedef {{name: string, text: string}} Answer What a provider has said. */

/** Return how many values of a title each provider has, and since when. @type {(candidates: import("#face/title_values.js").Value[]) => Answer[]} */
export function answersOf(candidates) {
  const own = candidates.filter(({origin}) => origin === "provider")
  return [...new Set(own.map(({origin_text: name}) => name))].map(name => {
    const values = own.filter(each => each.origin_text === name)
    const newest = values.reduce((last, each) => (each.fetched_at > last.fetched_at ? each : last))
    return {name, text: `${plural(values.length, "value")}, ${newest.since}`}
  })
}

/** @type {(page: {items: Request[], total: number, page: number, per_page: number}, answers: Answer[]) => Child} */
export const drawRequests = (page, answers) => [
  answers.length > 0 &&
    h(
      "p",
      {class: "answers", data: {key: "answers"}},
      answers.map(({name, text}) => h("span", {data: {key: name}}, h("b", null, name), ` ${text}`)),
    ),
  page.items.length
    ? drawProviderRequests(page.items)
    : h("p", {class: "quiet", data: {key: "none"}}, "No request for this title has left this machine."),
  pager({...placeOf(page), name: "requests"}, ["Newer", "Older"]),
]
