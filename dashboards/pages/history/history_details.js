// One operation of the past: what it did, file by file, and what taking it back would do.

// A button that cannot work now can be reached all the same, and says why: what disables it stands below it.
const offer = (item, index) =>
  h(
    "button",
    {
      type: "button",
      class: `btn ${item.kind ?? ""}`,
      "aria-disabled": item.why ? "true" : null,
      "aria-describedby": item.why ? "why-not" : null,
      "aria-expanded": item.on === undefined ? null : String(item.on),
      title: item.why || null,
      data: {act: item.act, key: `offer-${index}`, ...(item.data ?? {})},
    },
    item.label,
  )

const offers = list => {
  const reasons = [...new Set(list.map(item => item.why).filter(Boolean))]
  return [
    h("div", {class: "acts", data: {key: "acts"}}, list.map(offer)),
    reasons.length > 0 && h("p", {class: "hint", id: "why-not", data: {key: "why-not"}}, reasons.join(" ")),
  ]
}

const outlook = (check, shown) =>
  check && [
    h("div", {class: "label", data: {key: "outlook"}}, "If you roll back now"),
    check.text && h("p", {class: "hint", "aria-live": "polite", data: {key: "looking"}}, check.text),
    check.pairs?.length > 0 && h("div", {class: "counted", data: {key: "pairs"}}, facts(check.pairs)),
    check.hints?.map(text => h("p", {class: "hint"}, text)),
    check.conflicts?.length > 0 && [
      h(
        "p",
        {class: "hint", data: {key: "which"}},
        button(shown ? "Hide these files" : "Show these files", "conflicts", {
          kind: "link",
          "aria-expanded": String(shown),
        }),
      ),
      shown &&
        h(
          "ul",
          {class: "listing", tabindex: "0", "aria-label": "Files that would be left alone", data: {key: "left"}},
          check.conflicts.map(item =>
            h(
              "li",
              null,
              fileName(item.name, item.path),
              chip("warning", item.status),
              h("small", null, h("bdi", null, item.message)),
            ),
          ),
          check.more && h("li", null, h("small", null, check.more)),
        ),
    ],
  ]

const people = list =>
  list &&
  h(
    "ul",
    {class: "listing people", "aria-label": "Take out only this person", data: {key: "people"}},
    list.map(item =>
      h(
        "li",
        {data: {key: item.name}},
        h(
          "button",
          {
            type: "button",
            class: "btn link",
            "aria-disabled": item.why ? "true" : null,
            title: item.why || null,
            data: {act: "person", name: item.name},
          },
          "Only “",
          h("bdi", null, item.name),
          "”…",
        ),
        h("span", {class: "num"}, item.files),
        item.why && h("small", null, item.why),
      ),
    ),
  )

const said = (list, kind) =>
  list === null
    ? h("div", {class: "diff none"}, "No comment")
    : list.length === 0
      ? h("div", {class: "diff none"}, "An empty comment")
      : h(
          "div",
          {class: `diff ${kind}`, tabindex: "0", role: "region", "aria-label": `Comment ${kind}`, dir: "auto"},
          list.map(part => {
            const text = part.show ?? part.text
            return part.mark ? h(kind === "old" ? "del" : "ins", null, text) : text
          }),
        )

const inDetail = item =>
  h(
    "div",
    {class: "detail", data: {key: `detail-${item.id}`}},
    h("div", {class: "label"}, "Comment before"),
    said(item.before, "old"),
    h("div", {class: "label"}, item.done ? "Comment after" : "Comment planned"),
    said(item.after, "new"),
    item.proof.length > 0 && [
      h("div", {class: "label"}, "What was proven"),
      h(
        "ul",
        {class: "proof"},
        item.proof.map(text => h("li", null, h("span", {"aria-hidden": "true"}, "✓ "), text)),
      ),
    ],
    item.tries.length > 0 && [
      h("div", {class: "label"}, "Earlier tries"),
      h(
        "ul",
        {class: "proof", "aria-label": "Earlier tries"},
        item.tries.map(text => h("li", null, h("bdi", null, text))),
      ),
    ],
    facts(item.facts),
  )

const file = (item, choosing) =>
  h(
    "li",
    {class: choosing ? "choosable" : "", data: {key: item.id}},
    choosing &&
      h(
        "label",
        {class: "hit", title: item.why || null},
        h("input", {
          type: "checkbox",
          checked: item.on,
          disabled: item.may ? null : true,
          "aria-label": `Choose ${item.name}`,
          data: {change: "choose", id: item.id},
        }),
      ),
    h(
      "button",
      {
        type: "button",
        class: "file-open",
        "aria-expanded": String(item.open),
        title: item.path,
        data: {act: "file", id: item.id, key: `open-${item.id}`},
      },
      h("i", {"aria-hidden": "true"}, "›"),
      h("bdi", {dir: "ltr"}, item.name),
    ),
    chip(item.level, item.status, item.glyph),
    item.tags.length > 0 && h("span", {class: "tags"}, item.tags.map(tagSpan)),
    item.message && h("small", null, h("bdi", null, item.message)),
    choosing && item.why && item.why !== item.message && h("small", null, item.why),
    item.detail && inDetail({...item.detail, id: item.id}),
  )

const narrowing = view =>
  h(
    "div",
    {class: "narrowing", data: {key: "narrowing"}},
    h(
      "label",
      null,
      h("span", {class: "vh"}, "Show files"),
      h(
        "select",
        {class: "select", data: {change: "files", key: "files"}},
        view.shown.map(item =>
          h(
            "option",
            {value: item.value, selected: item.value === view.value || null},
            `${item.label} ${item.count.toLocaleString("en")}`,
          ),
        ),
      ),
    ),
    view.searchable &&
      h("input", {
        class: "select find",
        type: "search",
        value: view.query,
        placeholder: "Find a file or person …",
        "aria-label": "Find in this operation",
        autocomplete: "off",
        spellcheck: "false",
        data: {key: "find"},
      }),
  )

const files = view => [
  h("div", {class: "label", data: {key: "files-label"}}, "Files"),
  narrowing(view),
  view.choosing &&
    h(
      "div",
      {class: "choosing", data: {key: "choosing"}},
      h(
        "span",
        {"aria-live": "polite"},
        view.chosen ? `${view.chosen.toLocaleString("en")} chosen` : "Choose files below.",
      ),
      view.choice && button(view.choice, "chosen", {kind: "small", data: {key: "choice"}}),
      view.found && button(view.found, "found", {kind: "small", data: {key: "found"}}),
      view.rows.some(item => item.may && !item.on) &&
        button("All on this page", "choose_page", {kind: "link", data: {key: "all"}}),
      view.chosen > 0 && button("None", "none", {kind: "link", data: {key: "none"}}),
    ),
  view.rows.length > 0
    ? h(
        "ul",
        {class: "listing files", "aria-label": "Files of this operation", data: {key: "files"}},
        view.rows.map(item => file(item, view.choosing)),
      )
    : h("p", {class: "hint", data: {key: "no-files"}}, "No file of it matches."),
  view.pages > 1 && pager(view),
]

export function render(context) {
  const {model} = context
  const beside = drawer(context)
  let conflicts = false,
    timer = 0
  const me = component(context, {
    draw(view) {
      if (!view.open) return null
      return drawerFrame(
        {title: view.title},
        h("div", {class: "path"}, view.when),
        view.verdict && h("p", {class: `why ${view.verdict.level}`}, view.verdict.text),
        facts(view.facts),
        outlook(view.check, conflicts),
        offers(view.buttons),
        people(view.people),
        files(view.files),
      )
    },
    act: {
      page: (data, event, self) => self.send("page", {page: Number(data.page)}),
      file: (data, event, self) => self.send("file", {id: Number(data.id)}),
      person: (data, event, self) => self.send("person", {name: data.name}),
      choose: (data, event, self, target) => self.send("choose", {id: Number(data.id), on: target.checked}),
      files: (data, event, self, target) => self.send("files", {value: target.value}),
      conflicts(data, event, self) {
        conflicts = !conflicts
        self.paint()
      },
    },
    setup(self) {
      beside.setup(self)
      self.root.addEventListener("input", event => {
        if (!event.target.matches(".find")) return
        clearTimeout(timer)
        const query = event.target.value
        timer = setTimeout(() => self.send("find", {query}), 220)
      })
    },
    drawn(self) {
      beside.drawn(self)
      if (self.view.id !== self.before?.id) conflicts = false
    },
  })
  model.on("remove", () => clearTimeout(timer))
}
