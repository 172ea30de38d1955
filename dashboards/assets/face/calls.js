// Calls of the library, and what they returned: a read is answered from memory until an event makes it old.
import {home, me, toast} from "#face/frame.js"
import {ofTab, store} from "#face/local_storage.js"
import {plural} from "#face/wording.js"

/** The events of the start and the end of an operation. */
export const OPERATIONS = [
  "write:started",
  "write:completed",
  "rollback:started",
  "rollback:completed",
  "publish:started",
  "publish:completed",
]
const MOST_KEPT = 200 // reads
const OUTBOX = "indexium.outbox"
const RETRY = 2000 // milliseconds between two tries of a change that the server has not answered
const LONGEST_RETRY = 600_000 // milliseconds for which a change is sent again
const LOST = "Indexium does not answer."
const ANY = "*" // the newest event of any name before the session told events

/** @typedef {[name: string, args: object, want?: object]} Read */
/**
 * @typedef {object} Kept A read that was made.
 * @property {any} [value]
 * @property {Error} [error]
 * @property {number} event The id of the newest event before it was read.
 * @property {number} sentAt When it was sent, see `clock`.
 * @property {boolean} isOld An event has made it old: it is read again when it is asked for.
 * @property {Promise<void>} [promise] While it is read.
 * @property {string[]} news Names of the events that make it old.
 */
/** @typedef {{value: any, also?: any[], event: number, alone: boolean}} Answer See `dashboards/face.py`. */
/** @typedef {{value: any, answeredAt: number, event: number, isAlone: boolean}} Made What a change has made. */
/** @typedef {{once: string, name: string, args: object | (() => object), want?: object, also?: Read[], home: string, user: number | null, at: number}} Change */

/** @type {Map<string, Kept>} */
const kept = new Map() // by the call as JSON; those used last are at the end
/** @type {Record<string, number>} */
const newest = {} // ids of the newest events by name
/** @type {Set<() => void>} */
const listeners = new Set()
let clock = 0 // counts what was sent and answered: it orders reads and changes

/** Call a function when a read has another value, until the returned function is called. @param {() => void} listener */
export function onNews(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Let the pages draw what is known now. */
export function announce() {
  for (const listener of listeners) listener()
}

/** The server did not answer; whether it has the call is unknown. */
class LostError extends Error {}

/** Nobody, or somebody else, has signed in. */
class SignedOutError extends Error {}

/** Return the JSON of an answer; text of a refusal becomes its error. @param {Response} response */
async function contentOf(response) {
  const text = await response.text().catch(() => "")
  try {
    return JSON.parse(text)
  } catch {
    return response.status < 500 && text ? {error: text, code: "refused"} : {}
  }
}

/**
 * Call a method of the library.
 *
 * @param {string} name `service.method`
 * @param {object} [args]
 * @param {{want?: object, also?: Read[], once?: string}} [options] See `dashboards/face.py`.
 * @returns {Promise<Answer>}
 */
async function send(name, args = {}, {want, also, once} = {}) {
  let response
  try {
    response = await fetch(`/call/${name}`, {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify({args, want, also, once, user: me}),
    })
  } catch {
    throw new LostError(LOST)
  }
  const answer = await contentOf(response)
  if (response.status === 401) {
    store("indexium.back", "line", ofTab) // the page of the sign-in says that the session has ended
    location.reload()
    throw new SignedOutError("Sign in again.")
  }
  if (answer.code) throw Object.assign(new Error(answer.error ?? answer.detail), answer)
  if (response.ok) return answer
  throw new LostError(LOST)
}

/**
 * Return the value of a call that changes nothing.
 *
 * @template {CallName} Name
 * @param {Name} name
 * @param {Values.Calls[Name][0]} [args]
 * @param {object} [want]
 * @returns {Promise<Values.Calls[Name][1]>}
 */
export const call = async (name, args, want) => (await send(name, args, {want})).value

/** @param {Read} read */
const keyOf = ([name, args, want]) => JSON.stringify([name, args, want ?? null])

/** @type {(news: string[]) => Kept} */
const unread = news => ({event: 0, sentAt: 0, isOld: true, news})

/**
 * Return what is known of a read now; it is read if nothing is known, or if an event in `news` has made it old.
 *
 * @param {Read} read
 * @param {string[]} news
 * @param {boolean} [isQuiet] A value that is old will do for now.
 * @returns {Kept}
 */
export function read([name, args, want], news, isQuiet = false) {
  const key = keyOf([name, args, want])
  const found = kept.get(key) ?? unread(news)
  kept.delete(key)
  kept.set(key, found)
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value)
  if (found.isOld && !found.promise && !(isQuiet && found.value !== undefined))
    found.promise = refresh(found, [name, args, want])
  return found
}

/** Return what is known of a read; nothing is read. @param {ReadCall} own @returns {Kept} */
export const known = own => kept.get(keyOf(own)) ?? unread([])

/**
 * Return the values of several reads by their names, once all of them are known, and when the earliest was sent.
 *
 * @param {Record<string, ReadCall>} calls
 * @param {(own: ReadCall, part: string) => Kept} readOne
 * @returns {{value?: any, error?: Error, sentAt?: number}}
 */
export function readAll(calls, readOne) {
  const reads = Object.entries(calls).map(/** @returns {[string, Kept]} */ ([name, own]) => [name, readOne(own, name)])
  const error = reads.map(([, found]) => found.error).find(Boolean)
  if (reads.some(([, {value}]) => value === undefined)) return {error}
  const sentAt = Math.min(...reads.map(([, found]) => found.sentAt))
  return {value: Object.fromEntries(reads.map(([name, {value}]) => [name, value])), error, sentAt}
}

/** @type {(found: Kept, read: Read) => Promise<void>} */
async function refresh(found, [name, args, want]) {
  clock += 1
  const sentAt = clock
  try {
    const {value, event} = await send(name, args, {want})
    take(found, value, event, sentAt)
  } catch (error) {
    Object.assign(found, {error, isOld: false})
  }
  found.promise = undefined
  announce()
}

/** Return whether an event that makes a read old is newer than it. @param {Kept} found */
const isOlder = ({news, event}) => news.some(name => newest[name] > event)

/** Keep a value, unless a later one is known. @type {(found: Kept, value: any, event: number, sentAt: number) => void} */
function take(found, value, event, sentAt) {
  if (sentAt < found.sentAt) return
  Object.assign(found, {value, event, sentAt, error: undefined})
  found.isOld = isOlder(found)
}

/**
 * Return a function that returns the value of a read as far as it is known. However many events make it old, it is read
 * once in an interval at most, and not while the page is hidden.
 *
 * @param {Read} own
 * @param {string[]} news
 * @param {number} interval Milliseconds.
 * @param {number} [delay] Milliseconds before it is read for the first time.
 * @returns {() => any}
 */
export function paced(own, news, interval, delay = 0) {
  let due = performance.now() + delay
  let timer = 0
  let isRead = false
  /** @param {number} milliseconds */
  function wake(milliseconds) {
    if (timer) return
    timer = setTimeout(() => {
      timer = 0
      announce()
    }, milliseconds)
  }
  return () => {
    const left = due - performance.now()
    if (left > 0 && !isRead) {
      wake(left)
      return undefined
    }
    isRead = true
    const found = read(own, news, left > 0 || document.hidden || unanswered > 0) // an answer may have its value
    if (left <= 0 && found.promise) due = performance.now() + interval
    if (left > 0 && found.isOld) wake(left)
    return found.value
  }
}

/** Make every read of some calls old. @param {(name: string, args: object) => boolean} isMeant */
export function forget(isMeant) {
  for (const [key, found] of [...kept]) {
    const [name, args] = JSON.parse(key)
    if (isMeant(name, args)) found.isOld = true
  }
  announce()
}

/**
 * Note that some reads have what is known until an event: their page shows the only change since then by itself.
 *
 * @type {(isMeant: (name: string, args: object) => boolean, event: number) => void}
 */
export function keepUntil(isMeant, event) {
  for (const [key, found] of kept) {
    const [name, args] = JSON.parse(key)
    if (!isMeant(name, args) || found.event >= event) continue
    found.event = event
    found.isOld = isOlder(found) // the event may have been told before the answer
  }
}

/** @param {Event} event */
function onEvents(event) {
  const {detail} = /** @type {CustomEvent<Record<string, number>>} */ (event)
  for (const [name, id] of Object.entries(detail)) newest[name] = Math.max(id, newest[name] ?? 0)
  let isAnyOld = false
  for (const found of [...kept.values()]) {
    const isOld = [...found.news, ANY].some(name => detail[name] > found.event)
    if (!found.isOld && isOld) isAnyOld = found.isOld = true
  }
  if (isAnyOld) announce()
}
window.addEventListener("indexium:events", onEvents)

// Changes.

/** @returns {Change[]} */
function outbox() {
  try {
    return JSON.parse(sessionStorage.getItem(OUTBOX) ?? "[]")
  } catch {
    return []
  }
}

/** @param {Change[]} changes */
function storeOutbox(changes) {
  try {
    sessionStorage.setItem(OUTBOX, JSON.stringify(changes))
  } catch {
    // Without storage, a change does not survive a reload.
  }
}

/** @param {Change} own */
function remove(own) {
  storeOutbox(outbox().filter(each => each.once !== own.once))
}

/** @type {(change: Change) => Promise<Answer>} */
async function deliver(change) {
  const args = typeof change.args === "function" ? change.args() : change.args
  let isTold = false
  for (;;) {
    try {
      return await send(change.name, args, {want: change.want, also: change.also, once: change.once})
    } catch (error) {
      if (!(error instanceof LostError) || Date.now() - change.at > LONGEST_RETRY) throw error
      if (!isTold) toast(`${LOST} Your change is kept and sent again.`, {kind: "error"})
      isTold = true
      await new Promise(resolve => setTimeout(resolve, RETRY))
    }
  }
}

/** @type {Promise<unknown>} */
let last = Promise.resolve() // the change that was made last
let unanswered = 0 // changes

/**
 * Call a method that changes something. Changes are sent one after the other, in the order in which they were made. If
 * the server does not answer, a change is sent again, also after a reload; the server does not run it twice.
 *
 * @param {string} name
 * @param {object | (() => object)} args A function: what the changes before have returned decides. A reload forgets the change.
 * @param {{want?: object, also?: Read[], isSecret?: boolean}} [options]
 *   `also`: reads that the change concerns; their new values come with the last answer. `isSecret`: the arguments have a
 *   password, so they are not stored, and a reload forgets the change.
 * @returns {Promise<Made>}
 */
export function change(name, args, {want, also = [], isSecret = false} = {}) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const once = Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")
  const own = {once, name, args, want, also, home, user: me, at: Date.now()}
  if (!isSecret && typeof args === "object") storeOutbox([...outbox(), own])
  return inOrder(own)
}

/** @param {Change} own @returns {Promise<Made>} */
function inOrder(own) {
  unanswered += 1
  const before = last
  const settled = /** @returns {Promise<Made>} */ (async () => {
    await before.catch(() => {})
    return settle(unanswered > 1 ? {...own, also: []} : own) // the last one reads what the others have changed, too
  })()
  last = settled
  return settled
}

/** @param {Change} own */
async function settle(own) {
  try {
    const answer = await deliver(own)
    clock += 1
    own.also?.forEach((read, index) => {
      const found = kept.get(keyOf(read))
      if (found && answer.also) take(found, answer.also[index], answer.event, clock)
    })
    remove(own)
    return {value: answer.value, answeredAt: clock, event: answer.event, isAlone: answer.alone}
  } catch (error) {
    if (!(error instanceof SignedOutError)) remove(own) // after a sign-in, it is sent again
    throw error
  } finally {
    unanswered -= 1
  }
}

/** Send the changes again that had no answer when the page was left. */
export async function sendAgain() {
  const own = outbox().filter(each => each.home === home && each.user === me)
  const left = own.filter(({at}) => Date.now() - at < LONGEST_RETRY)
  storeOutbox(left)
  const late = own.length - left.length
  if (late)
    toast(`${plural(late, "change")} had no answer for ten minutes. Check whether it was made.`, {kind: "error"})
  const results = await Promise.allSettled(left.map(inOrder))
  for (const each of results) if (each.status === "rejected") toast(each.reason.message, {kind: "error"})
  if (left.length) forget(() => true)
}
