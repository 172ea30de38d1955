// Days as fields have them: `2026-12-01`, in local time.

/** @param {Date} date */
const dayOf = date =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part, index) => String(part).padStart(index ? 2 : 4, "0"))
    .join("-")

/** @type {(from: Date, days: number) => Date} */
const later = (from, days) => new Date(from.getFullYear(), from.getMonth(), from.getDate() + days)

/** Return a day from now. @param {number} days */
export const dayFromNow = days => dayOf(later(new Date(), days))

/** Return the moment at which a day begins, as calls take it. @param {string} day */
export const startOf = day => new Date(`${day}T00:00`).toISOString()

/** Return a day in words: "Tue 1 Dec". @param {string} day */
const inWords = day => {
  const date = new Date(`${day}T12:00`)
  const part = (/** @type {Intl.DateTimeFormatOptions} */ options) => date.toLocaleDateString("en-GB", options)
  return `${part({weekday: "short"})} ${date.getDate()} ${part({month: "short"})}`
}

/**
 * Return the days until which files are often skipped: tomorrow, next Monday, the first of the next month; each once.
 *
 * @param {Date} [today]
 */
export function skipDays(today = new Date()) {
  const weekday = today.getDay() || 7 // from Monday, 1
  /** @type {Map<string, string>} */
  const labels = new Map()
  for (const [label, date] of /** @type {[string, Date][]} */ ([
    ["Tomorrow", later(today, 1)],
    ["Next week", later(today, 8 - weekday)],
    ["Next month", new Date(today.getFullYear(), today.getMonth() + 1, 1)],
  ]))
    if (!labels.has(dayOf(date))) labels.set(dayOf(date), label)
  return [...labels].map(([day, label]) => ({day, label, text: inWords(day)}))
}
