// One title: values with origin and padlock, people, files, seasons with gaps, match and related titles.
import {component, currentPage} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {keys} from "../../components/browser/keyboard.js"
import {button, drawProviderRequests, pager} from "#face/widgets.js"
import {drawImage, drawPoster, hideBroken} from "#face/images.js"
import {artworkKeys} from "./artwork_dialog/artwork_keys.js"
import {drawValues, section} from "./title_values.js"

/**
 * @typedef {Component<TitleContentView>} Self
 */

/** @param {TitleContentView} view */
const drawHead = view =>
  h(
    "div",
    {class: "title-head", data: {key: "head"}},
    h("span", {class: "backdrop", "aria-hidden": "true"}, drawImage(view.backdrop, "eager")),
    drawPoster(view),
    h(
      "div",
      {class: "title-main"},
      h(
        "p",
        {class: "crumbs"},
        h("a", {class: "btn link", href: "/titles", data: {act: "back"}}, "‹ Titles"),
        view.series && [
          " / ",
          h(
            "a",
            {class: "btn link", href: view.series.href, data: {act: "open", id: view.series.id}},
            h("bdi", null, view.series.title),
          ),
        ],
      ),
      h("h1", {tabindex: "-1"}, h("bdi", null, view.title)),
      h("p", {class: "facts-line"}, view.about),
      h(
        "p",
        {class: "states"},
        h(
          "span",
          {class: `risk ${view.state.name === "enriched" || view.state.name === "published" ? "safe" : "note"}`},
          view.state.label,
        ),
        h("small", null, view.publish?.text ? `${view.publish.text}.` : view.state.text),
      ),
      view.no_poster && h("p", {class: "quiet"}, `No poster: ${view.no_poster}`),
      view.plot && h("p", {class: "plot"}, h("bdi", null, view.plot)),
      (view.can_plan || view.publish?.label || view.look_up || view.choose || view.can_ignore) &&
        h(
          "div",
          {class: "acts"},
          view.can_plan && button("Plan these values", "plan", {kind: "small primary", data: {key: "plan"}}),
          view.publish?.label && button(view.publish.label, "publish", {kind: "small", data: {key: "publish"}}),
          view.look_up && button(view.look_up, "look_up", {kind: "small", data: {key: "look_up"}}),
          view.choose &&
            button(view.choose, "pictures", {
              kind: "small",
              key: "c",
              data: {number: -1, key: "pictures"},
            }),
          view.can_ignore &&
            button(view.ignored ? "It is a film or series" : "Not a film or series", "ignore", {
              kind: "small",
              data: {on: view.ignored ? "" : "1", key: "ignore"},
            }),
        ),
    ),
  )

/** @type {(title: string, key: string, people: CastView[]) => Child} */
const drawPeople = (title, key, people) =>
  people.length > 0 &&
  section(
    title,
    key,
    h(
      "ul",
      {class: "people"},
      people.map(({key: filter, name, part}) =>
        h(
          "li",
          {data: {key: name}},
          filter
            ? h(
                "a",
                {href: `/titles?${filter}=${encodeURIComponent(name)}`, data: {act: "person", filter, name}},
                h("bdi", null, name),
              )
            : h("bdi", null, name),
          part && h("small", null, h("bdi", null, part)),
        ),
      ),
    ),
  )

/** @param {TitleContentView} view */
const drawFiles = ({files, files_total: total, nfo_problems: problems}) =>
  section(
    total,
    "files",
    problems.map(text => h("p", {class: "why warning gap"}, h("bdi", {dir: "ltr"}, text))),
    h(
      "ul",
      {class: "title-files"},
      files.map(({id, href, name, path, about}) =>
        h(
          "li",
          {data: {key: id}},
          h("a", {href, title: path}, h("bdi", {dir: "ltr"}, name)),
          h("small", null, about),
          button("Move to another title", "move", {
            kind: "link",
            "aria-label": `Move to another title: ${name}`,
            data: {id, key: "move"},
          }),
        ),
      ),
    ),
  )

/** @param {EpisodeView} episode */
const drawEpisode = ({id, href, code, title, about}) =>
  h(
    "li",
    {data: {key: id}},
    h("span", {class: "code"}, code),
    h("a", {href, data: {act: "open", id}}, h("bdi", null, title)),
    about && h("small", null, about),
  )

/** @param {string[]} gaps */
const drawGaps = gaps => gaps.map(text => h("p", {class: "why warning gap"}, text))

/** @param {TitleContentView} view */
function drawSeasons({seasons, gaps, episodes, choose}) {
  if (episodes.length) return section("Episodes", "seasons", h("ol", {class: "episodes"}, episodes.map(drawEpisode)))
  if (!seasons.length) return null
  const own = seasons.flatMap(each => each.gaps)
  return section(
    "Seasons",
    "seasons",
    drawGaps(gaps.filter(text => !own.includes(text))),
    seasons.map((each, place) =>
      h(
        "div",
        {class: "one-season", data: {key: `season${each.number}`}},
        h(
          "details",
          {open: seasons.length < 3 || place === 0 || null, data: {key: "details"}},
          h(
            "summary",
            null,
            h("b", null, each.title),
            " ",
            h("small", null, each.about),
            each.gaps.length > 0 && h("span", {class: "risk warning"}, "incomplete"),
          ),
          drawGaps(each.gaps),
          h("ol", {class: "episodes"}, each.episodes.map(drawEpisode)),
        ),
        choose &&
          each.number >= 0 &&
          button("Poster…", "pictures", {
            kind: "link",
            "aria-label": `Poster… of ${each.title}`,
            data: {number: each.number, key: "pictures"},
          }),
      ),
    ),
  )
}

/** @param {TitleMatchView} match */
const drawMatch = ({text, explanation, by, candidate, score, reasons, href}) =>
  section(
    "Match",
    "match",
    h("p", null, candidate ? h("b", null, h("bdi", null, candidate)) : text),
    (by || score) && h("p", {class: "quiet"}, [by, score && `score ${score} of 1`].filter(Boolean).join(", ")),
    explanation && h("p", {class: "quiet"}, explanation),
    reasons.length > 0 &&
      h(
        "dl",
        {class: "reasons"},
        reasons.map(each => [h("dt", null, each.text), h("dd", null, each.points)]),
      ),
    href &&
      h(
        "div",
        {class: "acts"},
        h("a", {class: "btn small", href, data: {act: "decide"}}, candidate ? "Decide again" : "Decide"),
      ),
  )

/** @param {TitleContentView} view */
const drawRelated = ({related}) =>
  related.length > 0 &&
  section(
    "Related titles",
    "related",
    h(
      "ul",
      {class: "posters small"},
      related.map(each =>
        h(
          "li",
          {data: {key: each.id}},
          h(
            "a",
            {class: "title-tile", href: each.href, data: {act: "open", id: each.id}},
            drawPoster(each),
            h("b", null, h("bdi", null, each.title)),
            h("small", null, [each.year, each.why].filter(Boolean).join(" · ")),
          ),
        ),
      ),
    ),
  )

/** @param {TitleContentView} view */
const drawRequests = ({requests, answers}) =>
  requests &&
  section(
    "Requests to providers",
    "provider-log",
    answers.length > 0 &&
      h(
        "p",
        {class: "answers"},
        answers.map(({name, text}) => h("span", {data: {key: name}}, h("b", null, name), ` ${text}`)),
      ),
    requests.rows.length
      ? drawProviderRequests(requests.rows)
      : h("p", {class: "quiet"}, "No request for this title has left this machine."),
    pager(requests, ["Newer", "Older"]),
  )

/** @type {(missing: {title: string, text: string}) => HTMLElement} */
const drawMissing = ({title, text}) =>
  h(
    "article",
    {class: "title-page", data: {key: "missing"}},
    h(
      "div",
      {class: "card empty", role: "alert"},
      h("h1", {tabindex: "-1"}, title),
      h("p", null, text),
      h("div", {class: "acts"}, h("a", {class: "btn small", href: "/titles", data: {act: "back"}}, "All titles")),
    ),
  )

/** @param {Self} self */
function draw({view}) {
  if (view.missing) return drawMissing(view.missing)
  if (view.hidden || !view.id) return null
  return h(
    "article",
    {class: "title-page", data: {key: `title${view.id}`}},
    drawHead(view),
    h(
      "div",
      {class: "title-columns", data: {key: "columns"}},
      h("div", null, drawValues(view), drawSeasons(view)),
      h(
        "div",
        null,
        view.match && drawMatch(view.match),
        drawPeople("Cast", "cast", view.cast),
        drawPeople("Crew", "crew", view.crew),
        drawFiles(view),
      ),
    ),
    drawRelated(view),
    drawRequests(view),
  )
}

/** @type {Record<string, Action<Self>>} */
const ACTIONS = {
  open: (self, {id}) => self.send("open", {id: Number(id)}),
  pictures: (self, {number}) => self.send("pictures", {number: Number(number)}),
  move: (self, {id}) => self.send("move", {id: Number(id)}),
  choose: (self, {field, place}) => self.send("choose", {field, place: Number(place)}),
  person: (self, {filter, name}) => self.send("person", {key: filter, name}),
  ignore: (self, {on}) => self.send("ignore", {on: Boolean(on)}),
  page: (self, {page}) => self.send("page", {page: Number(page)}),
  add: (self, _, target) => target.value && self.send("value", {field: target.value}),
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {Self} */
  const self = component(context, {
    draw,
    onSetup: me => hideBroken(me.root),
    onDrawn(me) {
      const {view, before} = me
      if (view.id && view.id !== before?.id) {
        window.scrollTo({top: 0})
        me.focus("h1")
      } else if (view.opened && view.opened !== before?.opened) me.focus("#title-value")
    },
    listeners: {
      submit(me, event) {
        event.preventDefault()
        const form = /** @type {HTMLElement} */ (event.target)
        const input = /** @type {HTMLInputElement} */ (form.querySelector("#title-value"))
        me.send("set", {field: form.dataset.field, text: input.value})
      },
      keydown(me, event) {
        const {opened} = me.view
        if (event.key !== "Escape" || !opened) return
        event.preventDefault()
        event.stopPropagation()
        me.send("value", {field: opened})
        me.focus(`[data-act=value][data-field=${opened}]`)
      },
    },
    actions: ACTIONS,
  })
  const when = () => currentPage() === "titles" && Boolean(self.view.id || self.view.missing)
  const canChoose = () => when() && Boolean(self.view.choose)
  keys(context.model, "titles", {
    u: {does: "back to the list of titles", group: "Move", when, run: () => self.send("back")},
    c: {
      does: "choose its poster and other pictures",
      group: "Act",
      act: "pictures",
      when: canChoose,
      run: () => self.send("pictures", {number: -1}),
    },
  })
  keys(context.model, "titles", artworkKeys(canChoose))
}
