// What would change in one file and why: beside the table on wide screens, a sheet from below on narrow ones.
const parts = list => list.map(part => (part.mark ? h("mark", null, part.text) : part.text))
const comment = (label, list, kind) => [
  h("div", {class: "label"}, label),
  list === null
    ? h("div", {class: "diff none"}, "none")
    : h("div", {class: `diff ${kind}`, tabindex: "0", role: "region", "aria-label": label}, parts(list)),
]

function drawEditor(names, draft, problem) {
  return h(
    "div",
    {class: "editor", data: {key: "editor"}},
    h("div", {class: "label", id: "people-label"}, "People in this file"),
    h(
      "div",
      {class: "people", role: "group", "aria-labelledby": "people-label"},
      draft.map((name, index) =>
        h(
          "span",
          {class: "person", data: {key: `p:${name}`}},
          h("bdi", null, name),
          h("button", {type: "button", "aria-label": `Remove ${name}`, data: {act: "remove", index}}, "✕"),
        ),
      ),
      h("input", {
        type: "text",
        "aria-label": "Add a person",
        placeholder: draft.length ? "Add another…" : "Nobody. Add a person…",
        list: "names",
        autocomplete: "off",
        spellcheck: "false",
        "aria-invalid": problem ? "true" : null,
        "aria-describedby": "edit-problem",
        data: {key: "add"},
      }),
      h(
        "datalist",
        {id: "names"},
        names.map(name => h("option", {value: name})),
      ),
    ),
    h("p", {class: "bad-text", id: "edit-problem", role: "alert"}, problem),
    h(
      "p",
      {class: "hint"},
      "Enter adds a name, Backspace takes the last one away. Your list stays in force after the write, until you revoke it.",
    ),
    h("div", {class: "acts"}, button("Save", "save", {kind: "primary"}), button("Cancel", "cancel_edit")),
  )
}

function drawActs(view) {
  if (!view.acts) return null
  const {edit, preserve, skip, revoke} = view.acts
  return h(
    "div",
    {class: "acts", data: {key: "acts"}},
    edit && button("Edit", "edit", {key: "e"}),
    preserve &&
      button(preserve === "on" ? "Preserve" : "Replace instead", "preserve", {
        key: "p",
        title: preserve === "on" ? "Keep the other text of the comment" : "Let the comment become the people alone",
      }),
    skip &&
      button(skip === "on" ? "Skip" : "Bring back", "skip", {
        key: "s",
        title: skip === "on" ? "Leave it out of lists and writes until you bring it back" : null,
      }),
    revoke && button("Undo my changes", "revoke", {kind: "quiet", title: revoke}),
  )
}

export function render(context) {
  const {model} = context
  let draft = null,
    problem = "",
    back = null,
    names = []
  const narrow = () => window.matchMedia("(max-width: 1080px)").matches
  const field = me => me.root.querySelector(".editor input")
  const begin = me => {
    draft = [...me.view.people]
    problem = ""
    me.paint()
    field(me)?.focus()
  }
  const add = me => {
    const name = field(me).value.trim().replace(/\s+/g, " ")
    if (name && !draft.some(item => item.toLowerCase() === name.toLowerCase())) draft = [...draft, name]
    field(me).value = ""
    problem = ""
    me.paint()
  }
  const end = me => {
    draft = null
    problem = ""
    me.paint()
    ;(me.root.querySelector("[data-act=edit]") ?? me.root).focus?.()
  }
  const overview = shown => {
    const card = document.querySelector(".overview")
    if (card) card.hidden = !shown
  }

  const me = component(context, {
    draw(view, self) {
      if (!view.open) return null
      return [
        h("div", {class: "veil", data: {act: "close", key: "veil"}}),
        h(
          "aside",
          {class: "card drawer", "aria-label": "Details", data: {key: "drawer"}},
          h(
            "div",
            {class: "top"},
            h("h2", {tabindex: "-1"}, h("bdi", {dir: "ltr"}, view.name)),
            h("button", {type: "button", class: "icon", "aria-label": "Close details", data: {act: "close"}}, "✕"),
          ),
          h("div", {class: "path"}, h("bdi", {dir: "ltr"}, view.path)),
          h(
            "div",
            {class: "strip"},
            view.strip.map(text => h("span", null, text)),
          ),
          view.issues.map(issue => h("p", {class: `why ${issue.severity}`}, chipless(issue.severity), issue.message)),
          draft
            ? drawEditor(names, draft, problem)
            : [
                h("div", {class: "label"}, "People"),
                h(
                  "div",
                  {class: "tags"},
                  view.tags.length ? view.tags.map(tagSpan) : h("span", {class: "hint"}, "nobody"),
                ),
                comment("Comment now", view.old, view.same ? "same" : "old"),
                comment("Comment planned", view.new, view.same ? "same" : "new"),
              ],
          view.shows.length > 0 && [h("div", {class: "label"}, "What others will show"), facts(view.shows)],
          h("div", {class: "label"}, "How it is written"),
          facts(view.how),
          !draft && drawActs(view),
        ),
      ]
    },
    act: {
      edit(data, event, self) {
        begin(self)
      },
      cancel_edit(data, event, self) {
        end(self)
      },
      remove(data, event, self) {
        draft = draft.filter((_, index) => index !== Number(data.index))
        problem = ""
        self.paint()
        field(self).focus()
      },
      save(data, event, self) {
        if (field(self).value.trim()) add(self)
        self.send("save", {id: self.view.id, people: draft})
      },
      preserve(data, event, self) {
        self.send("preserve", {id: self.view.id})
      },
      skip(data, event, self) {
        self.send("skip", {id: self.view.id})
      },
      revoke(data, event, self) {
        self.send("revoke", {id: self.view.id})
      },
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (event.target.matches(".editor input")) {
          if (event.key === "Enter") {
            event.preventDefault()
            field(self).value.trim() ? add(self) : self.send("save", {id: self.view.id, people: draft})
          }
          if (event.key === "Backspace" && !event.target.value && draft.length) {
            draft = draft.slice(0, -1)
            self.paint()
          }
          if (event.key === "Escape") {
            event.stopPropagation()
            event.preventDefault()
            end(self)
          }
          return
        }
        if (event.key === "Escape") {
          event.stopPropagation()
          if (draft) end(self)
          else self.send("close")
        }
        if (event.key === "Tab" && narrow()) trap(self.root.querySelector(".drawer"), event)
      })
    },
    drawn(self) {
      const {view, before = {}} = self
      overview(!view.open)
      if (view.id !== before.id && draft) {
        draft = null
        problem = ""
        self.before = view
        self.paint()
        return
      }
      if (view.open && view.edit && view.edit !== before.edit) {
        self.before = view
        begin(self)
        return
      }
      if (view.open && !before.open && narrow()) {
        back = deepFocus()
        self.root.querySelector("h2").focus()
      }
      if (!view.open && before.open && back) {
        back.focus?.()
        back = null
      }
    },
  })
  model.on("msg:custom", message => {
    if (message.problem !== undefined) {
      problem = message.problem
      me.paint()
      field(me)?.focus()
    }
    if (message.saved) end(me)
    if (message.names) {
      names = message.names
      me.paint()
    }
  })
}

const chipless = severity => (GLYPH[severity] ? h("span", {"aria-hidden": "true"}, GLYPH[severity] + " ") : null)

function deepFocus() {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node
}

function trap(box, event) {
  const stops = [...box.querySelectorAll("button:not(:disabled), input, [tabindex='0']")]
  const [first, last] = [stops[0], stops.at(-1)]
  const here = box.getRootNode().activeElement
  if (event.shiftKey && (here === first || !stops.includes(here))) {
    event.preventDefault()
    last.focus()
  } else if (!event.shiftKey && here === last) {
    event.preventDefault()
    first.focus()
  }
}
