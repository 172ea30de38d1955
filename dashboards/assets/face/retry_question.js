// The question before a retry. That of a write or a publication is a dialog of the server.
import {visit} from "#face/address.js"
import {call} from "#face/calls.js"
import {tell} from "#face/frame.js"
import {askRollback} from "#face/rollback.js"

/** Ask whether to write, publish or restore what an operation has left; then show the new operation. @param {number} id */
export async function askToRetry(id) {
  const operation = await call("history.get", {operation_id: id}, {operation_type: 1, reverts_id: 1})
  if (operation.operation_type !== "rollback") {
    tell("retry", {id})
    return
  }
  const started = await askRollback(operation.reverts_id ?? id)
  if (started !== null) visit(`/progress?op=${started}`)
}
