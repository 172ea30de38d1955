// A bar that shows progress.
import {h} from "#face/dom.js"

/** @type {(label: string, gauge: GaugeView) => HTMLElement} */
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
