// Numbers as a person reads them: the twin of the Python module of the same functions; a test compares the two.

/** Return 1204 as "1,204". @type {(number: number) => string} */
export const count = number => number.toLocaleString("en")

/** Return "1 file", "1,204 files". @type {(number: number, one: string, many?: string) => string} */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`
