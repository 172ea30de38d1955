// One finding: what disagrees, the files and names concerned, and the ways to settle it.
const drawTag = ({text, kind}) =>
  h(
    "span",
    {class: `tag ${kind}`},
    kind === "odd" && [h("span", {class: "vh"}, "does not agree: "), h("span", {"aria-hidden": "true"}, "≠ ")],
    h("bdi", null, text),
  )

const drawFile = item =>
  h(
    "li",
    null,
    fileName(item.name, item.path),
    h("small", {class: "place"}, h("bdi", null, item.place)),
    item.lists.map(list =>
      h(
        "div",
        {class: "who"},
        list.label && h("small", null, list.label),
        h("span", {class: "tags"}, list.tags.length ? list.tags.map(drawTag) : h("span", {class: "hint"}, "nobody")),
      ),
    ),
  )

const WAYS = ["a", "b", "c"] // the keys of the first ways to settle it: digits lead to pages
const drawMend = (item, index) =>
  h(
    "div",
    {class: "mend", data: {key: item.code}},
    button(item.label, "mend", {
      key: WAYS[index] ?? null,
      kind: "small",
      data: {code: item.code},
      "aria-describedby": `mend-${index}`,
    }),
    h("small", {id: `mend-${index}`}, item.text),
  )

export function render(context) {
  const {model} = context
  const me = component(context, {
    ...drawer(context, {of: "subject"}),
    draw(view) {
      if (!view.open) return null
      return drawerFrame(
        {title: view.title, kind: "cdrawer", label: "Finding"},
        h("p", {class: `why ${view.right ? "note" : "warning"}`}, view.text),
        view.names.length > 0 &&
          h(
            "dl",
            {class: "names", data: {key: "names"}},
            view.names.map(item => [h("dt", null, h("bdi", null, item.name)), h("dd", null, item.text)]),
          ),
        view.mends.length > 0 && [
          h("div", {class: "label", data: {key: "ways"}}, "Ways to settle it"),
          h("div", {class: "mends", data: {key: "mends"}}, view.mends.map(drawMend)),
        ],
        h(
          "div",
          {class: "acts", data: {key: "acts"}},
          view.right
            ? button("Make it a finding again", "back", {key: "r"})
            : button("Right as it is", "right", {key: "r"}),
          view.href &&
            h("a", {class: "btn quiet", href: view.href, data: {act: "plan"}}, "Open in the plan", h("kbd", {"aria-hidden": "true"}, "o")),
        ),
        view.files.length > 0 && [
          h("div", {class: "label", data: {key: "files-label"}}, "Files"),
          h(
            "ul",
            {class: "listing", tabindex: "0", "aria-label": "Files of this finding", data: {key: "files"}},
            view.files.map(drawFile),
            view.more && h("li", null, h("small", null, view.more)),
          ),
        ],
      )
    },
    act: {
      // What is meant is what is shown: somebody may have moved on a moment ago.
      mend: (data, event, self) => self.send("mend", {subject: self.view.subject, code: data.code}),
      right: (data, event, self) => self.send("right", {subject: self.view.subject}),
      back: (data, event, self) => self.send("back", {subject: self.view.subject}),
    },
  })
  const press = selector => {
    const target = me.root.querySelector(selector)
    target?.click()
    return Boolean(target)
  }
  const shown = () => me.view.open === true
  const settle = (key, index) => [
    key,
    {
      does: "settle it in this way",
      group: "Settle",
      when: () => shown() && me.view.mends.length > index,
      run: () => press(`.mend:nth-child(${index + 1}) button`),
    },
  ]
  keys(model, "checks", {
    ...Object.fromEntries(WAYS.map(settle)),
    r: {does: "right as it is, or a finding again", group: "Settle", when: shown, run: () => press("[data-act=right], [data-act=back]")},
    o: {does: "open in the plan", group: "Settle", when: () => shown() && Boolean(me.view.href), run: () => press("[data-act=plan]")},
  })
}
