// The choice to edit only this file: without it, an edit reaches all copies of the file.
import {h} from "#face/dom.js"

/**
 * @typedef {Component<any, {onlyThis: number}>} Host Its state has the id of the file whose copies edits leave alone.
 */

/** Return whether edits leave the copies of the shown file alone. @param {Host} host */
export const onlyThis = ({view, state}) => Boolean(view.copies) && state.onlyThis === view.id

/** @type {(host: Host, place: string) => Child} */
export const drawOnlyThis = (host, place) =>
  host.view.copies &&
  h(
    "label",
    {class: "tick", data: {key: `only-${place}`}},
    h("input", {type: "checkbox", checked: onlyThis(host), data: {change: "only_this", key: "only"}}),
    host.view.copies,
  )

/** @type {Record<string, Action<Host>>} */
export const ONLY_THIS_ACTIONS = {
  only_this({state, view, paint}, _, target) {
    state.onlyThis = target.checked ? view.id : 0
    paint()
  },
}
