// A question or a report in a modal <dialog>: the browser keeps focus inside, Escape closes, focus goes back.
//
// What would confirm is never where the focus starts, and a key that is still held down from before does nothing here.
const CALM = 400 // milliseconds after opening in which Enter is taken for the key that opened it

const dialogItem = item =>
  h(
    "li",
    {data: {key: item.key ?? null}},
    fileName(item.name, item.path),
    (item.chips ?? [{level: item.level, text: item.status, glyph: item.glyph}])
      .filter(each => each.text)
      .map(each => chip(each.level, each.text, each.glyph)),
    item.message && h("small", null, h("bdi", null, item.message)),
    item.text !== undefined && item.text !== null && h("q", null, item.text),
    item.texts?.map(each => [
      each.where && h("small", {class: "where"}, h("bdi", {dir: "ltr"}, each.where)),
      h("q", {dir: "auto"}, each.text),
    ]),
    item.was !== undefined &&
      h(
        "div",
        {class: "was"},
        h("span", {class: "vh"}, "before: "),
        h("del", null, h("bdi", null, item.was || "nothing")),
        h("span", {"aria-hidden": "true"}, " → "),
        h("span", {class: "vh"}, " now: "),
        h("ins", null, h("bdi", null, item.now || "nothing")),
      ),
    item.tags && h("div", {class: "tags"}, item.tags.map(tagSpan)),
  )
const turning = section =>
  section.pages > 1 &&
  h(
    "div",
    {class: "turning"},
    h("span", {"aria-live": "polite"}, section.range),
    button("‹ Previous", "", {
      kind: "link",
      disabled: section.page <= 1,
      data: {do: "turn", list: section.key, page: section.page - 1},
    }),
    button("Next ›", "", {
      kind: "link",
      disabled: section.page >= section.pages,
      data: {do: "turn", list: section.key, page: section.page + 1},
    }),
  )
const listing = section =>
  h(
    "div",
    {data: {key: `list-${section.key ?? section.label}`}},
    h(
      "div",
      {class: "label split"},
      h("span", null, section.label),
      section.choices?.length > 1 &&
        h(
          "select",
          {class: "select", "aria-label": "Show", data: {do: "choose", list: section.key}},
          section.choices.map(each => h("option", {value: each.value, selected: each.on || null}, each.label)),
        ),
    ),
    h(
      "ul",
      {class: `listing ${section.look ?? ""}`, tabindex: "0", "aria-label": section.label},
      section.items.map(dialogItem),
    ),
    turning(section),
    section.more && h("p", {class: "hint"}, section.more),
  )
const SECTIONS = {
  text: ({text}) => h("p", null, text),
  hint: ({text}) => h("p", {class: "hint"}, text),
  levels: ({levels}) =>
    h(
      "div",
      {class: "levels"},
      levels.map(item =>
        h("span", null, h("span", {class: "n"}, item.count), chip(item.level, item.text ?? item.level, item.glyph)),
      ),
    ),
  facts: ({pairs}) => facts(pairs),
  why: ({level, text}) => h("p", {class: `why ${level}`}, text),
  items: listing,
  gauge: ({now, max, text}) =>
    h(
      "div",
      {data: {key: "gauge"}},
      drawGauge(text, {now, max, parts: [{kind: "ok", share: (100 * now) / max}]}),
      h("p", {class: "hint"}, text),
    ),
  links: ({label, links}) =>
    h(
      "p",
      {class: "saving"},
      label && h("span", null, label),
      links.map(link => h("a", {class: "btn small", href: link.href, download: ""}, link.label)),
    ),
}

export function render(context) {
  const {model} = context
  let ticked = false,
    picked = new Set(),
    note = "",
    typed = "",
    shown = 0,
    left = null, // number of the one that was closed last, by the person
    opened = 0
  const box = h("dialog", {"aria-labelledby": "title"})
  const close = () => {
    if (box.open) box.close()
  }
  const root = () => document.documentElement
  const spelt = text => text.trim().replace(/\s+/g, " ").toLowerCase()

  const me = component(context, {
    draw: () => null,
    drawn(self) {
      const {view} = self
      if (!view.open || (view.follows && view.follows === left)) {
        close()
        return
      }
      const fresh = view.serial !== shown
      if (fresh) {
        shown = view.serial
        ticked = false
        picked = new Set()
        note = view.written ?? ""
        typed = ""
      }
      box.className = view.wide ? "wide" : ""
      paint()
      if (!box.open) {
        root().setAttribute("data-dialog", "")
        box.showModal()
      }
      if (fresh) {
        opened = performance.now()
        safePlace()?.focus()
        box.querySelector(".d-body").scrollTop = 0
      }
    },
  })
  // The word that has to be typed does nothing by itself; else what closes, or, where Enter is to confirm, what confirms.
  // A phone's keyboard would cover the question.
  const safePlace = () => {
    if (confirms()) return box.querySelector("[data-do=confirm]")
    const word = matchMedia("(pointer: coarse)").matches ? null : box.querySelector(".typed input")
    return word ?? box.querySelector(".d-body input[type=checkbox]") ?? box.querySelector(".d-foot .btn:not(:disabled)")
  }
  const confirms = () => me.view.enter && Boolean(me.view.confirm) && !blocked(me.view) && !me.view.busy
  const blocked = view =>
    (view.ack && !ticked) ||
    (view.typed && spelt(typed) !== spelt(view.typed.word)) ||
    (view.needs?.length > 0 && !view.needs.some(key => picked.has(key)))
  const paint = () => morph(box, content(me.view).filter(Boolean))
  // What is ticked can add files to those that the button names.
  const confirming = ({confirm, counted}) => {
    const more = [...picked].map(key => counted?.adds[key] ?? 0).reduce((sum, each) => sum + each, 0)
    if (!more) return confirm
    const number = counted.base + more
    return number === 1 ? counted.one : counted.many.replace("{}", number.toLocaleString("en"))
  }

  function content(view) {
    return [
      h(
        "div",
        {class: "d-head"},
        h("h2", {id: "title"}, view.title),
        h("button", {type: "button", class: "icon", "aria-label": "Close", data: {do: "close"}}, "✕"),
      ),
      h(
        "div",
        {class: "d-body"},
        view.sections.map(section => SECTIONS[section.kind](section)),
        view.ack &&
          h(
            "label",
            {class: "ack danger"},
            h("input", {type: "checkbox", checked: ticked, data: {do: "tick"}}),
            h("span", null, view.ack),
          ),
        (view.options ?? []).map(option =>
          h(
            "label",
            {class: "ack note", data: {key: `option-${option.key}`}},
            h("input", {type: "checkbox", checked: picked.has(option.key), data: {do: "pick", option: option.key}}),
            h("span", null, option.label, option.hint && h("span", {class: "hint"}, ` ${option.hint}`)),
          ),
        ),
      ),
      (view.typed || view.note) &&
        h(
          "div",
          {class: "d-ask"},
          view.typed &&
            h(
              "label",
              {class: "field typed danger", data: {key: "typed"}},
              h("span", null, view.typed.before, " ", h("code", null, view.typed.word), " ", view.typed.after),
              h("input", {
                type: "text",
                value: typed,
                autocomplete: "off",
                autocapitalize: "none",
                autocorrect: "off",
                spellcheck: "false",
                "aria-invalid": typed && spelt(typed) !== spelt(view.typed.word) ? "true" : null,
                data: {do: "spell", key: "typed-in"},
              }),
            ),
          view.note &&
            h(
              "label",
              {class: "field", data: {key: "note"}},
              view.note,
              h("input", {
                type: "text",
                value: note,
                maxlength: "200",
                autocomplete: "off",
                class: "note-text",
                data: {do: "note", key: "note-in"},
              }),
            ),
        ),
      h(
        "div",
        {class: "d-foot"},
        button(view.back ?? (view.confirm ? "Cancel" : "Close"), "", {data: {do: "close", key: "close"}}),
        (view.actions ?? []).map(item =>
          button(item.label, "", {kind: item.kind ?? "", data: {do: "act", name: item.act, key: `act-${item.act}`}}),
        ),
        view.confirm &&
          h(
            "button",
            {
              type: "button",
              class: `btn primary${view.risky ? " risky" : ""}`,
              disabled: blocked(view) || view.busy || null,
              data: {do: "confirm", key: "confirm"},
            },
            confirming(view),
          ),
      ),
    ]
  }
  const confirm = () => {
    const {view} = me
    if (view.confirm && !blocked(view) && !view.busy)
      me.send("confirm", {serial: view.serial, note, ticked: [...picked], typed, ack: ticked})
  }
  context.el.append(h("div", {class: "ix", style: {height: "auto"}}, box))
  box.addEventListener("click", event => {
    const target = event.target.closest("[data-do]")
    const {do: name, ...data} = target?.dataset ?? {}
    const {serial} = me.view
    if (event.target === box || name === "close") close()
    if (name === "tick") {
      ticked = event.target.checked
      paint()
    }
    if (name === "pick") {
      if (event.target.checked) picked.add(data.option)
      else picked.delete(data.option)
      paint()
    }
    if (name === "turn") me.send("turn", {serial, list: data.list, page: Number(data.page)})
    if (name === "act") me.send("act", {serial, act: data.name})
    if (name === "confirm") confirm()
  })
  box.addEventListener("change", event => {
    const {do: name, list} = event.target.dataset
    if (name === "choose") me.send("turn", {serial: me.view.serial, list, page: 1, choice: event.target.value})
  })
  box.addEventListener("input", event => {
    const {do: name} = event.target.dataset
    if (name === "note") note = event.target.value
    if (name === "spell") {
      typed = event.target.value
      paint()
    }
  })
  box.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing) return
    const young = event.repeat || performance.now() - opened < CALM
    const field = event.target.matches("input[type=text]")
    const own = event.target.closest("button, a, input, select, textarea, summary") // has its own use for the key
    const meant = field || event.ctrlKey || event.metaKey || (confirms() && !own)
    if (young || meant) event.preventDefault()
    if (!young && meant) confirm()
  })
  box.addEventListener("close", () => {
    if (box.open) return // what was closed is gone already, and this is the next one
    root().removeAttribute("data-dialog")
    if (!me.view.open) return
    left = me.view.serial
    me.send("close", {serial: left})
  })
  model.on("remove", close)
}
