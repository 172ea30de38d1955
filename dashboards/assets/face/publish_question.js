// The question before a publication, and the dry run: what would be written, what would be lost, and what is left out.
import {ask} from "#face/ask.js"
import {call, change} from "#face/calls.js"
import {choicesOf, dangerousWord, drawSection} from "#face/dialog_sections.js"
import {toast} from "#face/frame.js"
import {placeOf} from "#face/widgets.js"
import {andMore, count, duration, plural, size} from "#face/wording.js"

export const CAREFUL = ["safe", "warning"] // risks without a loss
const AT_ONCE = 50 // titles that are checked by one call
const PER_PAGE = 25 // checked titles
export const PREVIEW = {
  ...{rows: 1, by_risk: 1, danger: 1, action: 1, waits: 1, left_out: 1, facts: 1, dangers: 1, reasons: 1},
  summary: {notes: 1, digest: 1},
}

/**
 * What a person wants to publish: titles chosen one by one, and titles selected all at once.
 * @typedef {{addresses?: string[], found?: string[], risk?: string[], alone?: boolean}} Wish
 * @typedef {Pick<Values.PublicationPreview, "rows" | "by_risk" | "danger" | "action" | "waits" | "left_out" | "facts" | "dangers" | "reasons"> & {summary: Pick<Values.PublicationSummary, "notes" | "digest">}} Preview
 */

/** Start work; one that has to wait for another person is proposed. @type {(name: CallName, args: object) => Promise<any>} */
export async function startOrPropose(name, args) {
  try {
    return (await change(name, args)).value
  } catch (error) {
    const {code, message} = /** @type {Error & {code?: string}} */ (error)
    if (code !== "approval_needed") throw error
    toast(message, {kind: "info"})
    return null
  }
}

/** The kind of the tag of a side file. @type {Record<string, string>} */
export const TAGS = {create: "add", update: "set", replace: "set", remove: "del", unchanged: "same", blocked: "same"}

/** @type {(preview: Preview) => object} */
const dangerousTitles = ({danger, dangers}) => ({
  kind: "items",
  key: "dangers",
  style: "losses",
  label: plural(danger, "dangerous title"),
  items: dangers.map(({address: key, name, folder: path, labels, files, message}) => ({
    ...{key, name, path, message},
    chips: labels.map(text => ({level: "danger", text})),
    tags: files.length ? files.map(({path: text, action}) => ({text, kind: action === "remove" ? "del" : ""})) : null,
  })),
  more: andMore(danger - dangers.length),
})

/** The sections of the question. @param {Preview} preview */
export function sectionsOf(preview) {
  const {rows, danger, dangers, waits, left_out: leftOut, summary} = preview
  if (!rows) return [{kind: "text", text: `There is nothing to publish${leftOut && `: ${leftOut}`}.`}]
  const lost = `${plural(danger, "title")}: something of others would be lost`
  const leave = {label: danger === 1 ? "Leave it out" : "Leave them out", act: "leave_out"}
  return [
    waits && {kind: "why", level: "warning", text: waits},
    {
      kind: "levels",
      levels: Object.entries(preview.by_risk).map(([level, number]) => ({level, count: count(number)})),
    },
    {kind: "facts", pairs: preview.facts},
    danger > 0 && {
      kind: "lines",
      level: "danger",
      lines: [{text: lost, actions: danger < rows ? [leave] : []}],
    },
    dangers.length > 0 && dangerousTitles(preview),
    ...summary.notes.map(text => ({kind: "hint", text})),
  ].filter(Boolean)
}

/** The question about a publication, however it is previewed. @param {Question["reads"]} reads @returns {Question} */
export const publication = reads => ({
  title: "Publish?",
  titleOf: ({action, rows}) => (rows ? `${action}?` : "Nothing to publish"),
  reads,
  parts: preview => sectionsOf(preview).map(section => drawSection(/** @type {any} */ (section))),
  typed: ({danger, reasons}) => danger > 0 && dangerousWord(reasons.length ? "propose" : "publish", danger, "title"),
  answers: ({summary, reasons}, {leave_out: isCareful}) => ({
    expected: summary.digest,
    is_proposal: reasons.length > 0,
    ...(isCareful && {risk: CAREFUL}),
  }),
  fields: [{name: "note", label: "Title or note for the history (optional)", required: false, longest: 2000}],
  confirm: "Publish",
  confirmOf: ({action, rows}) => (rows ? action : ""),
  stays: true,
})

/** Ask whether to publish titles, and start; return whether the publication has started. @param {Wish} wish */
export async function askPublication(wish) {
  const question = publication(({leave_out: isCareful}) => [
    "previews.of_titles",
    {...wish, ...(isCareful && {risk: CAREFUL})},
    PREVIEW,
  ])
  let hasStarted = false
  await ask(question, async answers => {
    hasStarted = (await startOrPropose("publications.start_titles", {...wish, ...answers})) !== null
  })
  return hasStarted
}

// The dry run.

/** @typedef {{titles: Values.CheckedTitle[], bytes: number, seconds: number, done: number, total: number}} Report */

/** @param {Values.CheckedTitle} title */
const isReady = ({status}) => status === "success"

/** The order of a report: failures, then titles with nothing to do, then the others. @param {Values.CheckedTitle} title */
const placeInReport = ({status}) => ["skipped", "success"].indexOf(status) + 1

/** Check titles, some at a time, until all are checked or nobody wants to know it any more. @type {(wish: Wish, tell: (report: Report) => void, isOpen: () => boolean) => Promise<Report>} */
async function check({addresses = [], found = []}, tell, isOpen) {
  const wanted = [...addresses.map(each => [each, true]), ...found.map(each => [each, false])]
  /** @type {Report} */
  let report = {titles: [], bytes: 0, seconds: 0, done: 0, total: wanted.length}
  tell(report)
  while (report.done < wanted.length && isOpen()) {
    const part = wanted.slice(report.done, report.done + AT_ONCE)
    const of = (/** @type {boolean} */ byHand) => part.filter(each => each[1] === byHand).map(([each]) => String(each))
    const {
      titles,
      bytes_to_write: bytes,
      seconds,
    } = await call("publications.check_titles", {
      addresses: of(true),
      found: of(false),
    })
    report = {
      titles: [...report.titles, ...titles],
      bytes: report.bytes + bytes,
      seconds: report.seconds + seconds,
      done: report.done + part.length,
      total: wanted.length,
    }
    tell(report)
  }
  return {...report, titles: report.titles.sort((a, b) => placeInReport(a) - placeInReport(b))}
}

/** The titles of a report that a person wants to see. @type {Record<string, (title: Values.CheckedTitle) => boolean>} */
const SHOWN = {"": () => true, not: title => !isReady(title), ready: isReady}

/** @type {(report: Report, turned: Record<string, string>) => object} */
function checkedTitles({titles}, turned) {
  const {results: page = "1", "results-shown": shown = ""} = turned
  const listed = titles.filter(SHOWN[shown])
  const items = listed.slice((Number(page) - 1) * PER_PAGE, Number(page) * PER_PAGE)
  const isMixed = titles.some(isReady) && !titles.every(isReady)
  return {
    kind: "items",
    key: "results",
    label: titles.every(isReady) ? "Titles" : "Titles, those that would not be written first",
    items: items.map(({address: key, name, folder: path, text: status, level, glyph, message}) => ({
      ...{key, name, path, status, level, glyph, message},
    })),
    ...placeOf({items, total: listed.length, page: Number(page), per_page: PER_PAGE}),
    choices: isMixed ? choicesOf({done: titles.length, ready: titles.filter(isReady).length, shown}) : [],
  }
}

/** The numbers of a report by outcome. @param {Values.CheckedTitle[]} titles */
function outcomes(titles) {
  /** @type {Map<string, Values.CheckedTitle[]>} */
  const groups = new Map()
  for (const each of titles) groups.set(each.status, [...(groups.get(each.status) ?? []), each])
  /** @type {Record<string, string>} */
  const words = {success: "would be written", skipped: "nothing to do"}
  return [...groups]
    .sort(([a], [b]) => Number(b === "success") - Number(a === "success"))
    .map(([status, [{text, level, glyph}, ...others]]) => ({
      ...{level, glyph, text: words[status] ?? text},
      count: count(others.length + 1),
    }))
}

/** The sections of a dry run: its progress, then its report. @type {(report: Report, turned: Record<string, string>) => object[]} */
export function reportSections(report, turned) {
  const {titles, bytes, seconds, done, total} = report
  if (done < total) {
    const text = `${count(done)} of ${plural(total, "title")} checked. Nothing is changed.`
    return [{kind: "gauge", now: done, max: total, text}]
  }
  const ready = titles.filter(isReady).length
  const part = ready === titles.length ? plural(ready, "title") : `${count(ready)} of ${plural(titles.length, "title")}`
  const groups = outcomes(titles)
  return [
    {
      kind: "why",
      level: ready && ready === titles.length ? "safe" : "warning",
      text: `${part} would be written. Nothing was changed.`,
    },
    ...(groups.length > 1 ? [{kind: "levels", levels: groups}] : []),
    {
      kind: "facts",
      pairs: [
        ...(ready ? [["Written", size(bytes)]] : []),
        ["Checked", `${plural(titles.length, "title")} in ${duration(seconds)}`],
      ],
    },
    checkedTitles(report, turned),
  ]
}

/** Return what is published after a dry run: the titles that are ready. @type {(wish: Wish, titles: Values.CheckedTitle[]) => Wish} */
export function readyWish(wish, titles) {
  const ready = titles.filter(isReady)
  if (ready.length === titles.length) return wish
  const byHand = new Set(wish.addresses)
  return {
    addresses: ready.filter(({top}) => byHand.has(top)).map(({address}) => address),
    found: ready.filter(({top}) => !byHand.has(top)).map(({address}) => address),
    alone: true,
  }
}

/** Check titles without writing, and offer to publish those that are ready; return whether a publication has started. @param {Wish} wish */
export async function dryRun(wish) {
  /** @type {Report | undefined} */
  let report
  const confirmed = await ask({
    title: "Dry run",
    works: async (tell, isOpen) => {
      report = await check(wish, tell, isOpen)
      return report
    },
    parts: (found, turned) => reportSections(found, turned).map(section => drawSection(/** @type {any} */ (section))),
    confirm: "Publish…",
    confirmOf: ({titles}) => {
      const ready = titles.filter(isReady).length
      return ready ? `Publish ${plural(ready, "title")}…` : ""
    },
    back: "Close",
    isWide: true,
  })
  return confirmed ? askPublication(readyWish(wish, report.titles)) : false
}
