// The question before a write: the numbers, what would be lost, and whether the plan has changed since it was shown.
import {visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call, change, read} from "#face/calls.js"
import {dangerousWord, drawSection, lostFiles} from "#face/dialog_sections.js"
import {startOrPropose} from "#face/publish_question.js"
import {andMore, count, plural} from "#face/wording.js"

const SHOWN = {
  ...{plan_id: 1, number: 1, danger: 1, loses_text: 1, removes_all_people: 1, action: 1, is_proposal: 1, waits: 1},
  ...{by_risk: 1, facts: 1, all_in_use: 1, holders: 1, holder_id: 1, stale: 1, expected: 1, options: 1, title: 1},
  dangers: 1,
}
const STALE = 50 // changed files that are listed

/** The files of each loss, as a further search. */
const LOSSES = {danger: "risk:danger", text: "issue:custom_comment", everyone: "issue:tag_removal_all"}

/**
 * What a person wants to write: a selection, in the version of the plan that is shown.
 * @typedef {NonNullable<Values.Calls["previews.before_write"][0]["selection"]>} Chosen
 * @typedef {{selection: Chosen, plan_id?: number, within?: string, options?: Partial<Values.WriteOptions>, hint?: string}} Target
 * @typedef {Omit<Values.ShownWrite, "preview">} Found
 * @typedef {{text: string, undo: () => Promise<unknown>}} ChangeOfQuestion What a person has changed in the question.
 */

/** @type {(text: string, name: string, number: number, more?: object[]) => object} */
const lossLine = (text, name, number, more = []) => ({
  text,
  actions: [...more, {label: number > 1 ? "Show these" : "Show it", act: `show-${name}`}],
})

/** What would be lost, with the actions for these files. @param {Found} found */
function lossSections({number, danger, loses_text: texts, removes_all_people: everyone, dangers}) {
  if (!danger) return []
  const leave = danger < number ? [{label: "Exclude dangerous files", act: "leave-out"}] : []
  const preserve = [{label: texts > 1 ? `Preserve all ${count(texts)}` : "Preserve it", act: "preserve"}]
  const lines = [
    lossLine(plural(danger, "dangerous file"), "danger", danger, leave),
    texts > 0 && lossLine(`${plural(texts, "file")} would lose custom text`, "text", texts, preserve),
    everyone > 0 && lossLine(`${plural(everyone, "file")} would have no people left`, "everyone", everyone),
  ]
  return [{kind: "lines", level: "danger", lines: lines.filter(Boolean)}, lostFiles(dangers)]
}

/** @param {ChangeOfQuestion[]} changes */
const changeSection = changes => ({
  kind: "lines",
  level: "safe",
  lines: changes.map(({text}, at) => ({
    text,
    actions: at === changes.length - 1 ? [{label: "Undo", act: "undo"}] : [],
  })),
})

/** @param {Values.StaleFiles} stale */
export function staleSections({count: total, items}) {
  const these = total === 1 ? "1 of these files" : `${count(total)} of these files`
  return [
    {
      kind: "why",
      level: "warning",
      text: `${these} changed since they were shown. Nothing was written. Refresh the preview first.`,
    },
    {
      kind: "items",
      key: "stale",
      label: "Planned content: as it was shown, and now",
      items: items.map(({file_id: key, file_name: name, file_path: path, reason: status, shown, now}) => ({
        ...{key, name, path, status, level: "warning", was: shown ?? "", now: now ?? ""},
      })),
      more: andMore(total - items.length),
    },
  ]
}

/** The sections of the question. @type {(found: Found, changes?: ChangeOfQuestion[], hint?: string) => object[]} */
export function sectionsOf(found, changes = [], hint = "") {
  const {all_in_use: isInUse, holders, number, waits, by_risk: levels, facts} = found
  const inUse = holders.map(text => ({kind: "why", level: "warning", text}))
  if (isInUse) return inUse
  if (!number)
    return [
      changes.length > 0 && changeSection(changes),
      {kind: "text", text: "There is nothing to write: no selected file would change."},
    ].filter(Boolean)
  return [
    waits && {kind: "why", level: "warning", text: waits},
    {kind: "levels", levels: Object.entries(levels).map(([level, files]) => ({level, count: count(files)}))},
    {kind: "facts", pairs: facts},
    ...inUse,
    hint && {kind: "hint", text: hint},
    changes.length > 0 && changeSection(changes),
    ...lossSections(found),
  ].filter(Boolean)
}

/** What is asked about, and what a person has changed in the question. */
class WriteRequest {
  /** @type {Target | undefined} */
  target // undefined: the files are planned again
  /** @type {number | undefined} */
  version // of the plan; undefined: the newest
  /** @type {ChangeOfQuestion[]} */
  changes = []
  leavesOutDanger = false
  old = 0 // the version that the question itself has changed, which is no news

  /** @param {Target | (() => Promise<Target>)} wanted */
  constructor(wanted) {
    const isFound = typeof wanted === "function"
    this.find = isFound ? wanted : async () => ({...wanted, plan_id: /** @type {undefined} */ (undefined)})
    if (!isFound) this.take(wanted)
  }

  /** @param {Target} target */
  take(target) {
    this.target = target
    this.version = target.plan_id
  }

  /** @type {(turned: Record<string, string>, first: Found | undefined) => Promise<ReadCall>} */
  async reads({dangers = "1"}, first) {
    if (!this.target) this.take(await this.find())
    const {selection, within = ""} = this.target
    const options = /** @type {Values.WriteOptions} */ (this.target.options)
    return [
      "previews.before_write",
      {
        ...{plan: {plan_id: first?.plan_id ?? this.version}, selection, options, within},
        ...{leaves_out_danger: this.leavesOutDanger, page: Number(dangers)},
      },
      SHOWN,
    ]
  }

  /** Return the files that have changed since they were shown. @param {Found} found @returns {Values.StaleFiles} */
  stale(found) {
    const {stale, plan_id: version} = found
    if (!this.target || stale.count || version === this.old) return stale
    const args = {plan: {plan_id: version}, selection: this.target.selection, limit: STALE}
    return read(["plans.stale", args], ["plan:changed"]).value ?? stale
  }

  /** @param {Found} found */
  isStale(found) {
    return this.stale(found).count > 0
  }

  /** Ask about the newest plan. @param {Found} found */
  renew({plan_id: version}) {
    this.old = version
    this.target = undefined
    return true
  }

  /** Return the files of the question that a further search finds. @type {(found: Found, also: string) => {plan: object, selection: Chosen, also: string}} */
  part({plan_id: version}, also) {
    return {plan: {plan_id: version}, selection: this.target.selection, also}
  }

  /** Keep the custom texts of all files that would lose one, as one step. @param {Found} found */
  async preserve(found) {
    const target = await call("plan.ids", this.part(found, LOSSES.text))
    const want = {label: 1, step_id: 1}
    this.old = found.plan_id
    const {label, step_id: id} = (await change("decisions.set_mode", {target, comment_mode: "preserve"}, {want})).value
    this.changes.push({
      text: `${label[0].toUpperCase()}${label.slice(1)}.`,
      undo: () => change("steps.undo", {step_id: id}),
    })
    return this.renew(found)
  }

  /** Leave the dangerous files out of this write. @param {Found} found */
  leaveOut({danger}) {
    const text = `${plural(danger, "file")} of the level danger ${danger === 1 ? "is" : "are"} not written.`
    this.leavesOutDanger = true
    this.changes.push({text, undo: async () => (this.leavesOutDanger = false)})
    return true
  }

  /** Undo the last change. @param {Found} found */
  async undo(found) {
    this.old = found.plan_id
    await this.changes.at(-1).undo()
    this.changes.pop()
    return this.renew(found)
  }

  /** Show the files of a loss in the plan; the selection does not change. @type {(found: Found, close: () => void, also: string) => Promise<void>} */
  async show(found, close, also) {
    const query = await call("plan.search_for", this.part(found, also))
    close()
    visit(`/plan?${new URLSearchParams({q: query})}`)
  }

  /** @returns {NonNullable<Question["acts"]>} */
  acts() {
    const losses = Object.entries(LOSSES).map(([name, also]) => [
      `show-${name}`,
      (/** @type {Found} */ found, /** @type {() => void} */ close) => this.show(found, close, also),
    ])
    return {
      ...Object.fromEntries(losses),
      preserve: found => this.preserve(found),
      "leave-out": found => this.leaveOut(found),
      undo: found => this.undo(found),
      renew: found => this.renew(found),
      "show-operation": ({holder_id: id}, close) => {
        close()
        visit(`/progress?op=${id}`)
      },
    }
  }

  /** @param {Found} found */
  title(found) {
    if (found.all_in_use) return "None of these files can be written now"
    if (this.isStale(found)) return "The plan has changed"
    return found.action ? `${found.action}?` : "Nothing to write"
  }

  /** Return what the button does in place of a write. @param {Found} found */
  insteadOf(found) {
    if (found.all_in_use) return {label: "Show the operation", act: "show-operation"}
    return this.isStale(found) && {label: "Refresh the preview", act: "renew"}
  }

  /** @param {Found} found */
  sections(found) {
    if (!found.all_in_use && this.isStale(found)) return staleSections(this.stale(found))
    return sectionsOf(found, this.changes, this.target?.hint)
  }

  /** @param {Found} found */
  answers({plan_id: version, expected, options, is_proposal}) {
    this.version = version // if it is refused, what differs from this version is shown
    return {plan: {plan_id: version}, selection: this.target.selection, expected, options, is_proposal}
  }

  /** @returns {Question} */
  question() {
    return {
      title: "Write the files?",
      titleOf: found => this.title(found),
      reads: (turned, first) => this.reads(turned, first),
      acts: this.acts(),
      insteadOf: found => this.insteadOf(found),
      parts: found => this.sections(found).map(section => drawSection(/** @type {any} */ (section))),
      typed: ({danger, is_proposal: isProposal, action}) =>
        danger > 0 && action && dangerousWord(isProposal ? "propose" : "write", danger, "file"),
      answers: found => this.answers(found),
      fields: [
        {
          name: "note",
          label: "Title or note for the history (optional)",
          placeholder: (_, found) => found?.title,
          required: false,
          longest: 200,
        },
      ],
      confirm: "Write",
      confirmOf: ({action}) => action,
      stays: true,
      isWide: true,
    }
  }
}

/**
 * Ask whether to write files, and start; return the id of the operation, or null.
 *
 * @param {Target | (() => Promise<Target>)} wanted A function plans the files again.
 * @returns {Promise<number | null>}
 */
export async function askToWrite(wanted) {
  /** @type {number | null} */
  let started = null
  await ask(new WriteRequest(wanted).question(), async ({note, options, ...answers}) => {
    started = await startOrPropose("operations.begin_write", {
      ...answers,
      options: {...options, ...(note && {user_note: note})},
    })
  })
  return started
}
