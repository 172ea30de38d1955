// Running, waiting and finished jobs, in areas of a fixed height.
import {component} from "../../components/browser/component.js"
import {h} from "#face/dom.js"
import {drawGauge} from "#face/gauge.js"
import {keys} from "../../components/browser/keyboard.js"
import {RowCursor} from "../../components/rows.js"
import {button, chip, cutName, drawSelect, turnButtons} from "#face/widgets.js"

/**
 * @typedef {Component<JobsListView, Set<string>>} Self The state: the areas that had a job; they keep their height.
 * @typedef {RowCursor<JobView>} List
 */

/** @type {("running" | "waiting" | "ended")[]} */
const AREAS = ["running", "waiting", "ended"]
/** @type {Record<string, string>} */
const VERBS = {
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  retry: "Retry",
  resolve: "Resolve",
  log: "Open log:",
}
/** The acts of a key: the key runs the first one that is possible. @type {Record<string, string[]>} */
const ACTS_OF_KEYS = {pause: ["pause", "resume", "resolve"], cancel: ["cancel"], retry: ["retry", "resolve"]}

/** @type {(act: JobActView, row: JobView) => HTMLElement} */
const drawAct = ({label, act, quiet}, row) =>
  button(label, act, {
    kind: quiet ? "small quiet" : "small",
    data: {id: row.id, key: act},
    "aria-label": `${VERBS[act]} ${row.name}`,
  })

/** @type {(row: JobView, rank: {act: string, word: string, sign: string, key: string}, isEnd: boolean) => HTMLElement} */
const drawRankButton = (row, {act, word, sign, key}, isEnd) =>
  h(
    "button",
    {
      type: "button",
      class: "icon",
      title: `${word} (${key})`,
      "aria-label": `${word}: ${row.name}`,
      disabled: isEnd || null,
      data: {act, id: row.id, key: act},
    },
    sign,
  )

/** @param {JobView} row */
const drawRank = row =>
  h(
    "span",
    {class: "rank"},
    drawRankButton(row, {act: "sooner", word: "Sooner", sign: "↑", key: "+"}, row.priority <= 1),
    h("span", {title: "1 comes first, 10 last"}, h("span", {class: "vh"}, "priority "), row.priority),
    drawRankButton(row, {act: "later", word: "Later", sign: "↓", key: "-"}, row.priority >= 10),
  )

/** @type {(row: JobView, area: string, list: List) => HTMLElement} */
const drawRow = (row, area, list) =>
  h(
    "div",
    list.attributes(row, "jrow"),
    h(
      "span",
      {class: "f file", role: "gridcell"},
      h("b", {title: row.name}, cutName(row.name)),
      h("small", {class: "sentence", title: row.text}, h("bdi", null, row.text)),
      row.gauge && drawGauge(row.name, row.gauge),
    ),
    h(
      "span",
      {class: "r", role: "gridcell"},
      chip(row.level, row.status),
      h("small", null, area === "ended" ? row.when : row.pace),
    ),
    h(
      "span",
      {class: "jacts", role: "gridcell"},
      area === "waiting" && drawRank(row),
      row.acts.map(act => drawAct(act, row)),
      area !== "waiting" && drawAct({label: "Open log", act: "log", quiet: area === "ended"}, row),
    ),
  )

/**
 * @param {string} area
 * @param {string} title
 * @param {JobAreaView} page
 * @param {{list: List, none: string, filter?: Child, isFolded: boolean}} options `none`: the text if there is no job.
 */
const drawArea = (area, title, page, {list, none, filter, isFolded}) =>
  h(
    "section",
    {class: `card area ${area}${isFolded ? " folded" : ""}`, "aria-label": title, data: {key: area}},
    h(
      "div",
      {class: "pager top"},
      h("h2", null, title, h("span", null, page.count)),
      isFolded && h("p", {class: "hint"}, none),
      filter,
      page.pages > 1 &&
        h(
          "span",
          {class: "turn"},
          h("span", {"aria-live": "polite"}, page.range),
          turnButtons(page, number => ["turn", {area, page: number}]),
        ),
    ),
    page.rows.length > 0
      ? h(
          "div",
          {class: "rows", role: "grid", "aria-label": title, "aria-rowcount": page.total},
          page.rows.map(row => drawRow(row, area, list)),
        )
      : !isFolded &&
          h("div", {class: "rows none"}, h("div", {class: area === "ended" ? "empty" : ""}, h("p", null, none))),
  )

/** @param {EndedAreaView} area */
const drawFilter = ({shown, value}) =>
  h(
    "label",
    {class: "grow"},
    h("span", {class: "vh"}, "Show"),
    drawSelect(shown, {data: {change: "ended", key: "ended"}}, value),
  )

/** @type {(view: JobsListView, list: List, hadJobs: Set<string>) => Child} */
function draw({error, running, waiting, ended}, list, hadJobs) {
  if (error) {
    const retry = button("Try again", "again", {kind: "primary"})
    const message = h(
      "div",
      {class: "empty", role: "alert"},
      h("b", null, "The jobs cannot be listed now"),
      h("p", null, error),
      retry,
    )
    return h("div", {class: "card", data: {key: "error"}}, message)
  }
  if (!ended) return null
  const pages = {running, waiting, ended}
  for (const name of AREAS) if (pages[name].rows.length) hadJobs.add(name)
  /** @type {(name: string) => {list: List, isFolded: boolean}} */
  const options = name => ({list, isFolded: !hadJobs.has(name)})
  return h(
    "div",
    {class: "areas", data: {key: "areas"}},
    drawArea("running", "Running", running, {...options("running"), none: "No job is running."}),
    drawArea("waiting", "Waiting", waiting, {...options("waiting"), none: "The queue is empty."}),
    drawArea("ended", "Finished", ended, {...options("ended"), none: ended.none, filter: drawFilter(ended)}),
  )
}

/** @param {JobsListView} view */
const rowsOf = view => AREAS.flatMap(area => view[area]?.rows ?? [])

/** @type {(self: Self, id: number, step: number) => void} */
function changePriority(self, id, step) {
  const row = rowsOf(self.view).find(each => each.id === id)
  if (row) self.send("priority", {id, priority: Math.max(1, Math.min(row.priority + step, 10))})
}

/** @type {(list: List) => Record<string, Action<Self>>} */
const actionsOf = list => {
  /** @type {(name: string) => [string, Action<Self>]} */
  const actOnRow = name => [
    name,
    (self, data) => {
      list.point(Number(data.id))
      self.send(name, {id: Number(data.id)})
    },
  ]
  /** @type {(step: number) => Action<Self>} */
  const rank = step => (self, data) => {
    list.point(Number(data.id)) // the keys act on the same job
    changePriority(self, Number(data.id), step)
  }
  return {
    ...Object.fromEntries(["log", "pause", "resume", "cancel", "retry", "resolve"].map(actOnRow)),
    open: (_, data) => list.onClick(data),
    sooner: rank(-1),
    later: rank(1),
    turn: (self, data) => self.send(data.area === "ended" ? "page" : "waiting_page", {page: Number(data.page)}),
    ended: (self, _, target) => self.send("ended", {value: target.value}),
  }
}

/** @type {(self: Self, list: List) => Record<string, KeyBinding>} */
const keysOf = (self, list) => {
  // If a key has no effect on the job, it shows the reason.
  /** @type {(name: string) => () => void} */
  const press = name => () => {
    const row = list.current()
    const item = row.acts.find(each => ACTS_OF_KEYS[name].includes(each.act))
    if (item) self.send(item.act, {id: row.id})
    else self.send("not_possible", {text: `${row.name}: ${row.blocked_actions[name] ?? ""}`})
  }
  /** @type {(step: number) => void} */
  const rank = step => {
    const row = list.current()
    if ((self.view.waiting?.rows ?? []).includes(row)) changePriority(self, row.id, step)
    else self.send("not_possible", {text: "Choose a waiting job: only waiting jobs have a priority."})
  }
  const when = () => Boolean(list.current())
  const group = "Do"
  return {
    ...list.keys("job"),
    P: {does: "pause or resume the job", group, when, run: press("pause")},
    c: {does: "cancel the job…", group, when, run: press("cancel")},
    r: {does: "retry the job", group, when, run: press("retry")},
    l: {does: "open the log of the job", group, when, run: () => self.send("log", {id: list.current().id})},
    "+": {does: "increase the priority of the job", group, run: () => rank(-1)},
    "-": {does: "decrease the priority of the job", group, run: () => rank(1)},
    f: {does: "in a log: follow new lines on or off", group},
  }
}

/** @param {RenderContext} context */
export function render(context) {
  /** @type {List} */
  const list = new RowCursor("jobs", {rowsOf, onMove: (me, id) => me.send("cursor", {id})})
  /** @type {Self} */
  const self = component(context, {
    state: () => new Set(),
    draw: ({view, state}) => draw(view, list, state),
    onSetup: me => list.attach(me),
    onDrawn: me => list.follow(me.view.cursor),
    actions: actionsOf(list),
  })
  keys(context.model, "jobs", keysOf(self, list))
}
