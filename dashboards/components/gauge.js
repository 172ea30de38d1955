// A bar that shows progress.
import {h} from "./browser/dom.js"

/**
 * @typedef {{now: number | null, max: number | null, parts: {kind: string, share: number}[]}} Gauge
 *   `share` is a percentage. `max` is null if the total is unknown: then the bar only shows activity.
 */

/** @type {(label: string, gauge: Gauge) => HTMLElement} */
export const drawGauge = (label, {now, max, parts}) =>
  h(
    "div",
    {
      class: max === null ? "gauge busy-gauge" : "gauge",
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": "0",
      "aria-valuemax": max ?? 100,
      "aria-valuenow": now,
    },
    max === null
      ? h("i", {class: "ok", style: {width: "30%"}, data: {key: "busy"}})
      : parts.map((part, place) =>
          h("i", {class: part.kind, style: {width: `${part.share}%`}, data: {key: `${part.kind}${place}`}}),
        ),
  )
