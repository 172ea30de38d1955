// Requests: work that waits for another person, and what people decided about it.
import {List} from "#face/list.js"
import {showPlan, visit} from "#face/address.js"
import {dangerousWord, drawSection, lostFiles} from "#face/dialog_sections.js"
import {h} from "#face/dom.js"
import {may} from "#face/frame.js"
import {button, chip, drawTag, facts, fileName, label, pager, placeOf} from "#face/widgets.js"
import {count, plural} from "#face/wording.js"

/**
 * @typedef {Pick<Values.Approval, "id" | "kind" | "state" | "title" | "by_risk"> & Record<"proposed" | "proposed_by" | "reason" | "items" | "summary" | "noun", string>} Row
 * @typedef {{notice: Values.ApprovalNotice}} Head
 * @typedef {Values.Approval & Record<"proposed" | "why" | "size" | "risks" | "expires" | "decided" | "state_words" | "noun", string>} Shown
 * @typedef {{when: string, words: string, text: string}} Step
 * @typedef {Omit<Values.RequestDetails, "approval"> & {approval: Shown & {entries: Step[]}}} Details
 */

const ROW = {
  id: 1,
  kind: 1,
  state: 1,
  title: 1,
  by_risk: 1,
  proposed: 1,
  proposed_by: 1,
  reason: 1,
  items: 1,
  summary: 1,
  noun: 1,
}
const APPROVAL = {
  ...ROW,
  ...{why: 1, note: 1, files: 1, size: 1, risks: 1, expires: 1, decided: 1, decided_by: 1, state_words: 1},
  ...{reverts_id: 1, operation_id: 1, entries: {when: 1, words: 1, text: 1}},
}
const DETAILS = {approval: APPROVAL, may_decide: 1, why_not: 1, may_withdraw: 1, files: 1, search: 1}

/** The word and the level of each state. @type {Record<string, [text: string, level: string]>} */
const STATES = {
  waiting: ["waiting", "warning"],
  approved: ["running", "note"],
  rejected: ["rejected", "danger"],
  withdrawn: ["withdrawn", "unchanged"],
  expired: ["expired", "unchanged"],
  done: ["done", "safe"],
}

/** @param {string} text */
const capital = text => text[0].toUpperCase() + text.slice(1)

// Details.

/** @param {Step} step */
const drawStep = ({when, words, text}) =>
  h(
    "li",
    null,
    h("b", null, h("bdi", null, words)),
    h("span", {class: "num"}, when),
    text && h("small", null, h("bdi", null, text)),
  )

/** @param {Values.RequestedFile} file */
const drawFile = ({file_id: id, name, path, tags, more, risk, reason, texts}) =>
  h(
    "li",
    null,
    id === null
      ? fileName(name, path)
      : h("a", {class: "btn link", href: `/track/${id}`, title: path}, h("bdi", {dir: "ltr"}, name)),
    risk && chip(risk, reason),
    tags.length > 0 &&
      h(
        "span",
        {class: "tags"},
        tags.map(tag => drawTag(/** @type {any} */ (tag))),
        more > 0 && h("span", {class: "tag"}, `+${count(more)}`),
      ),
    texts.map(({where, text}) => h("q", {dir: "auto", title: where}, text)),
  )

/** @type {(approval: Shown, files: Values.RequestedFilePage) => Child} */
function drawFiles({kind}, files) {
  const noun = kind === "publish" ? "Titles" : "Files"
  const place = placeOf(files)
  return [
    label(`${noun} (${count(files.total)})`, {key: "files-label"}),
    h("ul", {class: "listing qfiles", "aria-label": noun, data: {key: "files"}}, files.items.map(drawFile)),
    place.pages > 1 && pager({...place, name: "files"}),
  ]
}

/** @param {Details} details */
function drawButtons({
  approval: {state, operation_id: operation, reverts_id: reverted},
  may_decide: mayDecide,
  why_not: whyNot,
  may_withdraw: mayWithdraw,
  search,
}) {
  return [
    mayDecide && !whyNot && button("Approve…", "approve", {kind: "primary", data: {key: "approve"}}),
    mayDecide && button("Reject…", "reject", {data: {key: "reject"}}),
    mayWithdraw && may("approvals.withdraw") && button("Withdraw…", "withdraw", {data: {key: "withdraw"}}),
    state === "waiting" && may("approvals.comment") && button("Comment…", "comment", {data: {key: "comment"}}),
    search && button("Show in the plan", "plan", {data: {key: "plan", search}}),
    operation !== null && button("Show the operation", "history", {data: {key: "operation", operation}}),
    reverted !== null && button("Show what it rolls back", "history", {data: {key: "reverts", operation: reverted}}),
  ].filter(Boolean)
}

/** @type {(row: Row, place: Route, acts: object, known: {more: {details: Details} | undefined}) => Child} */
function drawDetails(_row, _place, _acts, {more}) {
  if (!more) return h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
  const {details} = more
  const {approval, files, why_not: whyNot} = details
  const isWaiting = approval.state === "waiting"
  const text = isWaiting ? `${approval.why} ${approval.note}`.trim() : approval.note
  const hint =
    approval.operation_id !== null ? "The operation has the changes and the result of each file." : isWaiting && whyNot
  return [
    h("div", {class: "path"}, `Request ${approval.id} · proposed by ${approval.proposed_by} · ${approval.proposed}`),
    h(
      "p",
      {class: `why ${STATES[approval.state][1]}`, data: {key: "verdict"}},
      h("b", null, capital(approval.state_words)),
      text && h("span", null, h("bdi", null, text)),
    ),
    h("div", {class: "acts", data: {key: "acts"}}, drawButtons(details)),
    hint && h("p", {class: "hint", data: {key: "hint"}}, hint),
    facts([
      [capital(`${approval.noun}s`), count(approval.files)],
      ["Size", approval.size],
      ["Risk", approval.risks],
      ...(isWaiting ? [["Expires", approval.expires]] : []),
      ...(approval.decided ? [["Decided", `by ${approval.decided_by}, ${approval.decided}`]] : []),
    ]),
    label("Steps", {key: "steps-label"}),
    h("ol", {class: "listing steps-of", "aria-label": "Steps", data: {key: "steps"}}, approval.entries.map(drawStep)),
    drawFiles(approval, files),
  ]
}

// The question before an approval.

const CHANGED =
  "The plan of these files has changed since the proposal. An approval shows what differs, and starts nothing."
const PROMISE = "What was proposed is what is written: if a file differs by then, nothing starts."

/** What would be lost; nothing without dangerous files. @param {Values.RequestLosses} losses */
function lossSections({loses_text: texts, removes_all_people: everyone, files}) {
  if (!files.total) return []
  const lines = [
    plural(files.total, "dangerous file"),
    texts && `${plural(texts, "file")} would lose custom text`,
    everyone && `${plural(everyone, "file")} would have no people left`,
  ].filter(Boolean)
  return [
    {kind: "lines", level: "danger", lines: lines.map(text => ({text, actions: /** @type {object[]} */ ([])}))},
    lostFiles(files),
  ]
}

/** @type {(row: Row) => Question} */
const approval = row => ({
  title: `Approve the ${row.summary}?`,
  titleOf: ({summary}) => `Approve the ${summary}?`,
  reads: ({dangers = "1"}) => ["approvals.losses", {approval_id: row.id, page: Number(dangers)}],
  parts: (/** @type {Values.RequestLosses} */ losses) =>
    [
      losses.has_changed && {kind: "why", level: "warning", text: CHANGED},
      {kind: "text", text: `It starts at once, as an operation of ${row.proposed_by}. ${losses.why}`},
      {
        kind: "levels",
        levels: Object.entries(losses.by_risk).map(([level, number]) => ({level, count: count(number)})),
      },
      ...lossSections(losses),
      {kind: "hint", text: PROMISE},
    ]
      .filter(Boolean)
      .map(section => drawSection(/** @type {any} */ (section))),
  typed: ({danger}) => danger > 0 && dangerousWord("approve", danger, row.noun),
  answers: ({digest}) => ({expected: digest}),
  fields: [{name: "note", label: "Comment (optional)", required: false, longest: 2000}],
  confirm: "Approve",
  risky: row.by_risk.danger > 0,
  stays: true,
})

/** @type {ListSpec<Row, Head>} */
export const requests = {
  page: "requests",
  noun: "request",
  id: "id",
  opens: "request",
  ofRow: ["files"],
  folds: true,
  news: ["approvals:changed", "write:completed", "publish:completed", "rollback:completed", "plan:changed"],
  head: () => ({notice: ["approvals.notice", {}, {to_decide: 1, proposed: 1}]}),
  read: ({show = "", page}, perPage) => [
    "approvals.list",
    {state: show, page: Number(page), per_page: perPage},
    {items: ROW, total: 1, page: 1},
  ],
  one: id => ["approvals.get", {approval_id: Number(id)}, ROW],
  more: ({id}, {files}) => ({
    details: ["approvals.details", {approval_id: id, page: Math.max(1, Math.trunc(Number(files)) || 1)}, DETAILS],
  }),
  title: () => "Requests",
  summary: head =>
    head
      ? [
          head.notice.to_decide && `${plural(head.notice.to_decide, "waits", "wait")} for you`,
          head.notice.proposed && plural(head.notice.proposed, "of yours waits", "of yours wait"),
        ]
          .filter(Boolean)
          .join(" · ")
      : "",
  choice: (_, {show = ""}) => ({
    label: "State",
    name: "show",
    choices: [
      {value: "", label: "All requests", on: !show},
      ...Object.entries(STATES).map(([value, [text]]) => ({value, label: capital(text), on: show === value})),
    ],
  }),
  name: ({title}) => title,
  columns: [
    {
      kind: "name",
      width: "minmax(150px, 1.4fr)",
      phone: "first",
      value: ({title, proposed_by: by, proposed}) => ({title, below: `by ${by} · ${proposed}`}),
    },
    {kind: "number", width: "76px", value: ({items}) => items},
    {kind: "text", width: "minmax(120px, 1.6fr)", phone: "below", value: ({reason}) => reason},
    {
      kind: "state",
      width: "110px",
      phone: "end",
      value: ({state}) => ({text: STATES[state][0], level: STATES[state][1]}),
    },
  ],
  details: drawDetails,
  actions: [
    {
      act: "approve",
      where: "field",
      needs: "approvals.approve",
      label: "Approve…",
      keeps: true,
      asks: ([row]) => approval(row),
      call: ([{id}], {expected, note}) => ["approvals.approve", {approval_id: id, expected, note}],
      done: (_, [{id}]) => `Request ${id} is approved, and runs.`,
    },
    {
      act: "reject",
      where: "field",
      needs: "approvals.reject",
      label: "Reject…",
      keeps: true,
      asks: ([{summary, proposed_by: by}]) => ({
        title: `Reject the ${summary}?`,
        text: `Nothing of it is written. ${by} sees your reason.`,
        fields: [{name: "reason", label: "Reason", longest: 2000}],
        confirm: "Reject",
        risky: true,
        stays: true,
      }),
      call: ([{id}], {reason}) => ["approvals.reject", {approval_id: id, reason}],
      done: (_, [{id}]) => `Request ${id} is rejected.`,
    },
    {
      act: "withdraw",
      where: "field",
      needs: "approvals.withdraw",
      label: "Withdraw…",
      keeps: true,
      asks: ([{summary}]) => ({
        title: `Withdraw the ${summary}?`,
        text: "Nothing of it is written. You can propose it again.",
        fields: [{name: "note", label: "Comment (optional)", required: false, longest: 2000}],
        confirm: "Withdraw",
        stays: true,
      }),
      call: ([{id}], {note}) => ["approvals.withdraw", {approval_id: id, note}],
      done: (_, [{id}]) => `Request ${id} is withdrawn.`,
    },
    {
      act: "comment",
      where: "field",
      needs: "approvals.comment",
      label: "Comment…",
      keeps: true,
      asks: ([{id, title, proposed_by: by}]) => ({
        title: `Comment on request ${id}`,
        text: `${title}, proposed by ${by}.`,
        fields: [{name: "text", label: "Comment", longest: 2000}],
        confirm: "Add the comment",
        stays: true,
      }),
      call: ([{id}], {text}) => ["approvals.comment", {approval_id: id, text}],
      done: () => "Your comment is added.",
    },
    {
      act: "plan",
      where: "field",
      label: "Show in the plan",
      run: (_rows, _place, _head, {search}) => showPlan(search),
    },
    {
      act: "history",
      where: "field",
      label: "Show the operation",
      run: (_rows, _place, _head, {operation}) => visit(`/history?op=${operation}`),
    },
  ],
  empty: ({show}) =>
    show
      ? {title: "No such request", text: "Choose another state above."}
      : {
          title: "Nothing waits for approval",
          text: "Work above the limits in Settings, under Approval, waits here until another person approves it.",
        },
}

/** @param {HTMLElement} host */
export const makePage = host => new List(requests, host)
