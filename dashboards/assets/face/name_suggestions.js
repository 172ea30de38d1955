// What a field for names offers while a person types: people whose names contain the text, then similar names.
import {call} from "#face/calls.js"
import {toast} from "#face/frame.js"
import {PersonField, cleanName, includesName} from "#face/person_field.js"

const MOST_SIMILAR = 2

/** @typedef {import("#face/person_field.js").Offers} Offers */

/** @type {(text: string) => Promise<Offers>} */
async function namesLike(text) {
  const typed = cleanName(text)
  const found = typed ? await call("files.names_like", {text: typed}) : []
  const names = /** @type {any[]} */ (found).map(([name, files]) => ({name, files}))
  const known =
    !typed ||
    includesName(
      names.map(({name}) => name),
      typed,
    )
  return {for: text, names, known, complete: known, similar: []}
}

/** @type {(offers: Offers) => Promise<Offers>} */
async function withSimilar(offers) {
  const shown = offers.names.map(({name}) => name)
  const similar = await call("people.similar", {name: cleanName(offers.for), limit: MOST_SIMILAR})
  return {...offers, similar: similar.filter(({name}) => !shown.includes(name)), complete: true}
}

/**
 * Offer people for a text, then similar names. A name that was entered before its suggestions arrived (`entered`) gets one
 * answer with everything, also after an error.
 *
 * @type {(message: {text: string, entered?: boolean}, offer: (offers: Offers) => void) => Promise<void>}
 */
async function suggestNames({text, entered}, offer) {
  try {
    let offers = await namesLike(text)
    if (!entered) offer(offers)
    if (!offers.complete) offers = await withSimilar(offers)
    if (entered || offers.similar.length || !offers.known) offer({...offers, complete: true, ...(entered && {entered})})
  } catch (/** @type {any} */ error) {
    toast(error.message, {kind: "error"})
    offer({for: text, names: [], similar: [], known: true, complete: true, ...(entered && {entered})})
  }
}

/**
 * Return a field for names that asks the library itself.
 *
 * @type {(place: Omit<import("#face/combobox.js").Host, "send">, options: ConstructorParameters<typeof PersonField>[1]) => PersonField}
 */
export function nameField(place, options) {
  /** @type {PersonField} */
  const field = new PersonField(
    {...place, send: (_, message) => void suggestNames(/** @type {any} */ (message), each => field.onOffers(each))},
    options,
  )
  return field
}
