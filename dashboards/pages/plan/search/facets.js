// The panel of facets: what the search can be narrowed down by, with counts; each list is one tab stop with arrow keys.
const SEEK_DELAY = 140 // milliseconds of rest before values are looked for
const NOUN = {person: "person", folder: "folder"}

function makeFacets(me, closed) {
  let open = false,
    facets = null,
    serial = 0,
    timer = 0
  const order = {} // key -> values as they stood when the panel was opened: nothing moves under the pointer
  const pending = new Map() // what was clicked and is not in the counts yet
  const sought = {} // key -> {text, facet} while somebody looks for values
  const at = {} // key -> the value that Tab comes to

  const toggle = on => {
    if (open === on) return
    open = on
    facets = null
    pending.clear()
    for (const store of [order, sought, at]) for (const key of Object.keys(store)) delete store[key]
    me.send("facets", {on})
    me.paint()
    if (open) me.root.querySelector(".facets").focus({preventScroll: true})
    else closed()
  }
  const show = message => {
    if (!open) return
    const first = facets === null
    facets = message.facets
    for (const {key, values} of facets) {
      order[key] ??= []
      for (const [value, , , on] of values) {
        if (!order[key].includes(value)) order[key].push(value)
        if (pending.get(`${key}:${value}`) === on) pending.delete(`${key}:${value}`)
      }
    }
    me.paint()
    const panel = me.root.querySelector(".facets")
    if (first && panel === me.root.getRootNode().activeElement) panel.querySelector("input")?.focus()
    for (const key of Object.keys(sought)) seek(key, sought[key].text)
  }
  const seek = (key, text) => {
    clearTimeout(timer)
    if (!text.trim()) {
      delete sought[key]
      return me.paint()
    }
    sought[key] = {...sought[key], text}
    const mine = (sought[key].serial = ++serial)
    timer = setTimeout(() => me.send("seek", {facet: key, text: text.trim(), serial: mine}), SEEK_DELAY)
  }
  const showSought = ({serial: answered, facet}) => {
    const asked = sought[facet.key]
    if (!asked || asked.serial !== answered) return
    asked.facet = facet
    me.paint()
  }
  const choose = (key, value, on) => {
    pending.set(`${key}:${value}`, on)
    me.send("facet", {facet: key, value, on})
  }
  const step = (event, target) => {
    const boxes = [...target.closest(".facet").querySelectorAll("input[type=checkbox]")]
    const here = boxes.indexOf(target)
    const next = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: boxes.length - 1}[event.key]
    if (next === undefined) return
    event.preventDefault()
    boxes[Math.max(0, Math.min(next, boxes.length - 1))]?.focus()
  }

  const drawValue = (key, [value, label, count, on], stop) => {
    const is = pending.get(`${key}:${value}`) ?? on
    return h(
      "label",
      {class: count === "0" && !is ? "opt none" : "opt", data: {key: `v${value}`}},
      h("input", {
        type: "checkbox",
        checked: is,
        tabindex: value === stop ? "0" : "-1",
        data: {change: "facet", facet: key, value, key: "in"},
      }),
      h("span", {class: "grow", title: label}, h("bdi", null, label)),
      h("span", {class: "num"}, count),
    )
  }
  const sorted = ({key, values}) => {
    if (sought[key]?.facet) return sought[key].facet.values
    const rank = new Map((order[key] ?? []).map((value, index) => [value, index]))
    return [...values].sort((a, b) => rank.get(a[0]) - rank.get(b[0]))
  }
  const drawFacet = facet => {
    const {key, title, searched, all_of: allOf} = facet
    const values = sorted(facet)
    const total = sought[key]?.facet?.total ?? facet.total
    const chosen = facet.values.filter(value => value[3]).length
    const stop = values.some(([value]) => value === at[key]) ? at[key] : values[0]?.[0]
    return h(
      "fieldset",
      {class: "facet", data: {key}},
      h(
        "legend",
        null,
        title,
        chosen > 0 && button("clear", "only", {kind: "link", data: {facet: key, key: "only"}, "aria-label": `Clear ${title}`}),
      ),
      searched &&
        (facet.total > 8 || sought[key]) &&
        h("input", {
          type: "text",
          class: "seek",
          placeholder: `Find a ${NOUN[key]}`,
          "aria-label": `Find a ${NOUN[key]}`,
          autocomplete: "off",
          spellcheck: "false",
          value: sought[key]?.text ?? "",
          data: {key: "seek", facet: key},
        }),
      h(
        "div",
        {class: "options", data: {key: "options"}},
        values.map(value => drawValue(key, value, stop)),
        sought[key]?.facet && !values.length && h("p", {class: "hint"}, `No ${NOUN[key]} like this here.`),
      ),
      values.length < total && h("p", {class: "hint"}, `${values.length} of ${total.toLocaleString("en")}; type to find more`),
      key === "person" &&
        chosen > 1 &&
        h(
          "label",
          {class: "opt every", data: {key: "every"}},
          h("input", {type: "checkbox", checked: allOf, data: {change: "every", facet: key, key: "in"}}),
          h("span", {class: "grow"}, "All of them in one file"),
        ),
    )
  }
  return {
    toggle,
    show,
    showSought,
    seek,
    choose,
    step,
    isOpen: () => open,
    stopAt(target) {
      const {facet, value} = target.dataset
      if (value === undefined || at[facet] === value) return
      at[facet] = value
      for (const box of target.closest(".facet").querySelectorAll("input[data-value]"))
        box.tabIndex = box === target ? 0 : -1
    },
    drawButton: filtered =>
      button(
        [
          "Filters",
          filtered > 0 ? h("span", {class: "count"}, filtered) : h("span", {"aria-hidden": "true"}, "▾"),
          filtered > 0 && h("span", {class: "vh"}, "chosen"),
        ],
        "filters",
        {
          "aria-expanded": String(open),
          "aria-haspopup": "dialog",
          title: "Filters (f)",
          data: {key: "filters"},
        },
      ),
    draw: ({filtered, found}) =>
      open && [
        h("div", {class: "shade", data: {key: "shade", act: "filters"}}),
        h(
          "div",
          {class: "facets", role: "dialog", "aria-label": "Filters", tabindex: "-1", data: {key: "facets"}},
          h(
            "div",
            {class: "groups", "aria-busy": facets ? null : "true", data: {key: "groups"}},
            facets?.map(drawFacet),
            !facets?.length && h("p", {class: "hint"}, facets ? "There is nothing to choose from." : "counting…"),
          ),
          h(
            "div",
            {class: "foot-row", data: {key: "foot"}},
            button("Clear filters", "clear_filters", {kind: "quiet small", disabled: !filtered}),
            h("span", {class: "grow"}),
            h("span", {class: "hint", "aria-live": "polite"}, found),
            button(["Done", h("span", {class: "phone"}, `· ${found}`)], "filters", {kind: "small"}),
          ),
        ),
      ],
  }
}
