// A bar that shows progress.
import {h} from "#face/dom.js"

/** @type {(label: string, gauge: Bar) => HTMLElement} */
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

/** Return the bar that shows how far a job is: the twin of `components/gauge.py`. @type {(gauge: Values.JobGauge) => Bar} */
export function gaugeOf({done, total, bad, going}) {
  if (!total) return {now: null, max: null, parts: []}
  const now = Math.min(done, total)
  /** @type {[kind: string, number: number][]} */
  const parts = [
    ["ok", now - bad],
    ["bad", bad],
    ["going", Math.min(going, total - now)],
  ]
  const shown = parts.filter(([, number]) => number > 0)
  return {now, max: total, parts: shown.map(([kind, number]) => ({kind, share: (100 * number) / total}))}
}
