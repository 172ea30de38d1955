// A question or a report in a modal <dialog>: the browser keeps focus inside, Escape closes, focus goes back.
const SECTIONS = {
  text: ({text}) => h("p", null, text),
  hint: ({text}) => h("p", {class: "hint"}, text),
  levels: ({levels}) =>
    h(
      "div",
      {class: "levels"},
      levels.map(item => h("span", null, h("span", {class: "n"}, item.count), chip(item.level, item.level))),
    ),
  facts: ({pairs}) => facts(pairs),
  lost: ({label, items, more}) =>
    h(
      "div",
      null,
      h("div", {class: "label"}, label),
      h(
        "ul",
        {class: "lost"},
        items.map(item => h("li", null, fileName(item.name), h("q", null, item.text))),
      ),
      more && h("p", {class: "hint"}, more),
    ),
  why: ({level, text}) => h("p", {class: `why ${level}`}, text),
  items: ({label, items, more}) =>
    h(
      "div",
      null,
      h("div", {class: "label"}, label),
      h(
        "ul",
        {class: "listing", tabindex: "0", "aria-label": label},
        items.map(item =>
          h(
            "li",
            null,
            fileName(item.name),
            chip(item.level, item.status),
            item.message && h("small", null, item.message),
          ),
        ),
      ),
      more && h("p", {class: "hint"}, more),
    ),
}

export function render(context) {
  const {model} = context
  let ticked = false,
    picked = new Set(),
    shown = 0
  const box = h("dialog", {"aria-labelledby": "title"})
  const close = () => {
    if (box.open) box.close()
  }
  const root = () => document.documentElement

  const me = component(context, {
    draw: () => null,
    drawn(self) {
      const {view} = self
      if (!view.open) {
        close()
        return
      }
      if (view.serial !== shown) {
        shown = view.serial
        ticked = false
        picked = new Set()
      }
      morph(box, content(view))
      if (!box.open) {
        root().setAttribute("data-dialog", "")
        box.showModal()
        box.querySelector(".d-body input[type=checkbox], .d-foot .btn:not(:disabled)")?.focus()
      }
    },
  })
  function content(view) {
    const blocked = (view.ack && !ticked) || (view.needs?.length > 0 && !view.needs.some(key => picked.has(key)))
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
        view.note &&
          h(
            "label",
            {class: "field"},
            view.note,
            h("input", {
              type: "text",
              maxlength: "200",
              autocomplete: "off",
              class: "note-text",
              style: {color: "inherit"},
            }),
          ),
      ),
      h(
        "div",
        {class: "d-foot"},
        button(view.confirm ? "Cancel" : "Close", "", {data: {do: "close"}}),
        view.confirm &&
          h(
            "button",
            {
              type: "button",
              class: `btn primary${view.risky ? " risky" : ""}`,
              disabled: blocked || view.busy || null,
              data: {do: "confirm"},
            },
            view.confirm,
          ),
      ),
    ]
  }
  context.el.append(h("div", {class: "ix", style: {height: "auto"}}, box))
  box.addEventListener("click", event => {
    const name = event.target.closest("[data-do]")?.dataset.do
    if (event.target === box || name === "close") close()
    if (name === "tick") {
      ticked = event.target.checked
      morph(box, content(me.view))
    }
    if (name === "pick") {
      const key = event.target.dataset.option
      if (event.target.checked) picked.add(key)
      else picked.delete(key)
      morph(box, content(me.view))
    }
    if (name === "confirm")
      me.send("confirm", {
        serial: me.view.serial,
        note: box.querySelector(".note-text")?.value ?? "",
        ticked: [...picked],
      })
  })
  box.addEventListener("close", () => {
    root().removeAttribute("data-dialog")
    if (me.view.open) me.send("close", {serial: me.view.serial})
  })
  model.on("remove", close)
}
