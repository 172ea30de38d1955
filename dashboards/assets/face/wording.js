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

/** Return a number with one decimal if it is below 10; a trailing `.0` is left out. @param {number} number */
const decimal = number => (number < 9.95 ? rounded(number, 1, 0.25).replace(/\.0$/, "") : rounded(number, 0, 0.5))

/** Round a number; one in the middle (`half`, where a binary number has no error) to the even digit, as Python does. @type {(number: number, digits: number, half: number) => string} */
function rounded(number, digits, half) {
  const isMiddle = number % half === 0 && number % (2 * half) !== 0
  const isEven = Math.floor(number * 10 ** digits) % 2 === 0
  return (isMiddle && isEven ? number - 1e-9 : number).toFixed(digits)
}

const UNITS = ["KB", "MB", "GB", "TB", "PB"]

/** Return a number of bytes: "3 bytes", "1.5 MB". @type {(bytes: number) => string} */
export const size = bytes => {
  if (bytes < 1000) return plural(Math.trunc(bytes), "byte")
  let number = bytes / 1000
  let unit = 0
  while (number >= 999.5 && unit < UNITS.length - 1) {
    number /= 1000
    unit += 1
  }
  return `${decimal(number)} ${UNITS[unit]}`
}

/** Return a duration: "3 ms", "2.1 s", "4 min", "1 h 5 min". @type {(seconds: number) => string} */
export const duration = seconds => {
  if (seconds < 0.9995) return `${Math.max(1, Math.round(seconds * 1000))} ms`
  if (seconds < 59.5) return `${decimal(seconds)} s`
  const minutes = Math.round(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}

/** Return an estimated duration: "under 1 s", "about 2.1 s". @type {(seconds: number) => string} */
export const estimate = seconds => (seconds < 1 ? "under 1 s" : `about ${duration(seconds)}`)
