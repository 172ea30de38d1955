// Values that a browser stores; a private window may store nothing.

/**
 * Store a value; return whether this worked.
 *
 * @type {(name: string, value: string, storage?: () => Storage) => boolean}
 */
export function store(name, value, storage = () => localStorage) {
  try {
    storage().setItem(name, value)
    return true
  } catch {
    return false
  }
}

/** @type {(name: string, storage?: () => Storage) => string | null} */
export function stored(name, storage = () => localStorage) {
  try {
    return storage().getItem(name)
  } catch {
    return null
  }
}

/** Return the storage that lives as long as the tab. */
export const ofTab = () => sessionStorage
