// The search field of a page, with the key that moves the focus there and a button that empties the field.
import {h} from "#face/dom.js"
import {closeButton} from "#face/widgets.js"

export const SEARCH_DELAY = 220 // milliseconds without typing before the search starts

/** @type {(query: string, hasError: boolean, attributes: object) => HTMLElement} */
export const drawSearchField = (query, hasError, attributes) =>
  h(
    "label",
    {class: hasError ? "search bad" : "search"},
    h("kbd", {"aria-hidden": "true"}, "/"),
    h("input", {
      class: "q",
      type: "text",
      value: query,
      autocomplete: "off",
      spellcheck: "false",
      "aria-invalid": hasError ? "true" : null,
      ...attributes,
    }),
    query && closeButton("Clear the search", {act: "empty", key: "empty"}),
  )

/**
 * Moves the focus from the search field to the results after Enter, so that the keys of the list work.
 */
export class ResultJump {
  /** @type {string | null} */
  query = null // the query whose results will get the focus
  /** @type {string | null} */
  left = null // the query that another one will replace, whose results will get the focus

  /** @param {string} [detail] The detail of the event for the list. */
  constructor(detail) {
    this.detail = detail
  }

  cancel() {
    this.query = null
    this.left = null
  }

  /** Go to the results of the next query. @param {string} shown The query that is shown now. */
  leave(shown) {
    this.cancel()
    this.left = shown
  }

  /**
   * Go to the results of `shown`, if it is the query that was searched for, or follows the one that was left.
   *
   * @param {string | undefined} shown
   * @param {boolean} [hasResults]
   */
  follow(shown, hasResults = true) {
    const isReached = this.left === null ? shown?.trim() === this.query?.trim() : shown !== this.left
    if ((this.query ?? this.left) === null || !isReached) return
    this.cancel()
    const event = new CustomEvent("indexium:list", {detail: this.detail})
    if (hasResults) setTimeout(() => window.dispatchEvent(event))
  }
}
