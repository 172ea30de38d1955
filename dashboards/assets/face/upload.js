// Sending a file to the service.

/**
 * Send a file and return the text of the answer: the reason if `ok` is false.
 *
 * @type {(address: string, file: File, headers: Record<string, string>) => Promise<{ok: boolean, text: string}>}
 */
export async function upload(address, file, headers) {
  try {
    const answer = await fetch(address, {method: "POST", headers, body: file})
    return {ok: answer.ok, text: await answer.text()}
  } catch {
    return {ok: false, text: "The file could not be sent: the service did not answer."}
  }
}
