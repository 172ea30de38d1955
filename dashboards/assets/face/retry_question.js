// The question before a retry: which files or titles an operation did not write, and whether to write them now.
import {visit} from "#face/address.js"
import {ask} from "#face/ask.js"
import {call} from "#face/calls.js"
import {whileDialogOpens} from "#face/dialog_wait.js"
import {CAREFUL, PREVIEW, publication, startOrPropose} from "#face/publish_question.js"
import {askRollback} from "#face/rollback.js"
import {askToWrite} from "#face/write_question.js"

/** Ask whether to write the files that a write has left; return the id of the operation, or null. @param {number} id */
const askForFiles = id =>
  askToWrite(async () => {
    const want = {plan_id: 1, selection: 1, options: 1, hint: 1}
    return await call("retries.preview", {operation_id: id}, want)
  })

/** Ask whether to publish the titles that a publication has left; return the id of the operation, or null. @param {number} id */
async function askForTitles(id) {
  const riskOf = (/** @type {Record<string, string>} */ {leave_out: isCareful}) => isCareful && {risk: CAREFUL}
  const question = publication(async asked => {
    const args = {operation_id: id, ...riskOf(asked)}
    const {selection} = await call("retries.preview_publication", args, {selection: 1})
    return ["previews.of_publication", {selection}, PREVIEW]
  })
  /** @type {number | null} */
  let started = null
  await ask(question, async answers => {
    started = await startOrPropose("retries.begin_publication", {operation_id: id, ...answers})
  })
  return started
}

/** @type {(id: number, type: string, reverted: number | null) => Promise<number | null>} */
const askAgain = (id, type, reverted) =>
  type === "rollback" ? askRollback(reverted ?? id) : type === "publish" ? askForTitles(id) : askForFiles(id)

/** Ask whether to write, publish or restore what an operation has left; then show the new operation. @param {number} id */
export async function askToRetry(id) {
  const {operation_type: type, reverts_id: reverted} = await whileDialogOpens(
    call("history.get", {operation_id: id}, {operation_type: 1, reverts_id: 1}),
  )
  const started = await askAgain(id, type, reverted)
  if (started !== null) visit(`/progress?op=${started}`)
}
