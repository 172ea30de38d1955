// Numbers as text: the twin of indexium_core/model/wording.py, with functions of the same names. A test compares both.

/** Return 1204 as "1,204". @type {(number: number) => string} */
export const count = number => number.toLocaleString("en")

/** Return "1 file", "1,204 files". @type {(number: number, one: string, many?: string) => string} */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`

/** Return "51–100 of 1,204". @type {(first: number, last: number, total: number) => string} */
export const rangeOf = (first, last, total) => `${count(first)}–${count(last)} of ${count(total)}`

/**
 * Return the end of a shortened list: "and 1,204 more"; "" for a complete list.
 *
 * @type {(number: number) => string}
 */
export const andMore = number => (number > 0 ? `and ${count(number)} more` : "")

/** Return how many names are not searched: "1 name is kept back: it may be a home video." @type {(number: number) => string} */
export const keptBack = number =>
  `${plural(number, "name is", "names are")} kept back: ${number === 1 ? "it" : "each"} may be a home video.`
