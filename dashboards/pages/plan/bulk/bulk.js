// Many files at once, in a modal <dialog>. What is chosen is kept here until it is applied; what it would do is asked of
// the server each time, so that the numbers on the screen are the numbers of the database.
const TABS = [
  ["people", "People"],
  ["replace", "Replace"],
  ["templates", "Templates"],
  ["skip", "Skip"],
  ["modes", "Modes"],
  ["media", "Media"],
]
const MANY = 24 // people from which on they can be looked for

export function render(context) {
  const {model} = context
  let me = null,
    tab = "people",
    add = [], // names, as they were typed or are spelt in the files
    remove = [],
    pair = {old: "", new: ""},
    template = "",
    naming = null, // the name of a template that is being made
    keptAs = null, // what was kept last
    day = "next",
    modes = {people: "", comment: ""},
    media = "rescan", // what is done to the media: rescan, lock, unlock
    ticked = new Set(), // fields of it: to be refreshed, too, or to be locked or unlocked
    problem = "",
    shown = 0,
    opened = 0
  const fold = name => name.trim().replace(/\s+/g, " ").toLowerCase()
  const among = (list, name) => list.some(item => fold(item) === fold(name))
  const without = (list, name) => list.filter(item => fold(item) !== fold(name))
  const files = number => `${number.toLocaleString("en")} ${number === 1 ? "file" : "files"}`
  const box = () => me?.root.querySelector("dialog")
  // Closed before it is taken away, the focus goes back where it was.
  const leave = () => {
    if (!box()?.open) return
    box().close()
    document.documentElement.removeAttribute("data-dialog")
  }

  // What the server is asked about in the tab that is shown; null for nothing yet.
  const asked = () => {
    if (tab === "people") return add.length || remove.length ? {add, remove} : null
    if (tab === "replace") return pair.old && pair.new ? {old: pair.old, new: pair.new} : null
    return tab === "templates" && template ? {template} : null
  }
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
  const effect = () => {
    const wanted = asked()
    const found = me.view.effect
    return wanted && found && same(found.asked, wanted) ? found : null
  }
  const ask = () => {
    problem = ""
    me.paint()
    const wanted = asked()
    if (wanted) me.send("look", {serial: me.view.serial, asked: wanted})
  }

  // Fields for names: whom to add, whom to look for, who comes instead.
  const choose = {
    "bulk-add": name => {
      remove = without(remove, name)
      if (!among(add, name)) add = [...add, spelt(name)]
      ask()
    },
    "bulk-old": name => {
      pair = {...pair, old: name}
      ask()
      fields["bulk-new"].input()?.focus()
    },
    "bulk-new": name => {
      pair = {...pair, new: name}
      ask()
    },
  }
  const spelt = name => me.view.people.find(person => fold(person.name) === fold(name))?.name ?? name
  const fields = {}
  const makeFields = self => {
    const labels = {"bulk-add": "Add a person to all files", "bulk-old": "Person to replace", "bulk-new": "Person to put there"}
    const fresh = {
      "bulk-old": name => [`“${name}”`, "just this spelling"],
      "bulk-new": name => [`“${name}”`, "a new person"],
    }
    for (const [id, label] of Object.entries(labels))
      fields[id] = personField(self, {
        id,
        label,
        taken: () => (id === "bulk-add" ? add : []),
        choose: choose[id],
        fresh: fresh[id],
      })
  }
  const fieldOf = node => fields[node?.id]

  // One person: in how many files they are, and what becomes of that. Never a blank that might mean anything.
  const person = ({name, files: number, fresh}, of) => {
    const state = among(add, name) ? "add" : among(remove, name) ? "del" : "keep"
    const whole = number === of
    const says = {
      add: fresh ? `to all ${files(of)}` : `from ${number} to all ${of.toLocaleString("en")}`,
      del: `from ${files(number)}`,
      keep: whole ? (of === 1 ? "in it" : `in all ${of.toLocaleString("en")}`) : `${number.toLocaleString("en")} of ${of.toLocaleString("en")}`,
    }[state]
    const will = {add: `will be added ${says}`, del: `will be removed ${says}`, keep: `stays: ${says}`}[state]
    return h(
      "div",
      {class: `who ${state}${whole ? " whole" : ""}`, role: "group", "aria-label": `${name}: ${will}`, data: {key: `who:${name}`}},
      h("span", {class: "sign", "aria-hidden": "true"}, {add: "+", del: "−", keep: whole ? "●" : "◐"}[state]),
      state === "del" ? h("s", null, h("bdi", null, name)) : h("b", null, h("bdi", null, name)),
      h("small", null, says),
      state === "keep"
        ? [
            !whole && round("+", `Add ${name} to all ${files(of)}`, "more", name),
            round("−", `Remove ${name} from ${files(number)}`, "less", name),
          ]
        : round("↺", fresh ? `Do not add ${name}` : `Leave ${name} as it is`, "keep", name),
    )
  }
  const round = (sign, label, act, name) =>
    h(
      "button",
      {type: "button", class: "round", title: label, "aria-label": label, data: {act, name, key: act}},
      h("span", {"aria-hidden": "true"}, sign),
    )

  const drawPeople = view => {
    const fresh = add.filter(name => !among(view.people.map(item => item.name), name))
    const list = [...fresh.map(name => ({name, files: 0, fresh: true})), ...view.people]
    return [
      h("div", {class: "field-box"}, fields["bulk-add"].draw({placeholder: "Add a person to all of them…", problem, describes: "bulk-problem"})),
      fields["bulk-add"].hint(name => among(add, name)),
      (view.total > MANY || view.found) &&
        h("input", {
          type: "search",
          class: "find",
          "aria-label": "Find a person in these files",
          placeholder: `Find among ${view.total.toLocaleString("en")} people…`,
          data: {key: "find"},
        }),
      list.length > 0
        ? h("div", {class: "whos", role: "group", "aria-label": "People in these files"}, list.map(item => person(item, view.files)))
        : h("p", {class: "hint"}, view.found ? "Nobody here is called so." : "Nobody is in these files yet."),
      view.rest && h("p", {class: "hint"}, view.rest),
      add.length > 0 && !remove.length && drawNaming("these additions"),
    ]
  }

  const chosen = (side, name) =>
    h(
      "span",
      {class: "person", data: {key: `p:${side}`}},
      h("bdi", null, name),
      h("button", {type: "button", "aria-label": `Choose another than ${name}`, data: {act: "drop", side}}, "✕"),
    )
  const drawReplace = () => [
    h("p", {class: "hint"}, "In files that have the first person, the second one comes in their place."),
    ["old", "new"].map(side =>
      h(
        "div",
        {class: "line", data: {key: `line-${side}`}},
        h("span", {class: "label"}, side === "old" ? "Find" : "Replace by"),
        pair[side]
          ? chosen(side, pair[side])
          : h(
              "div",
              {class: "field-box"},
              fields[`bulk-${side}`].draw({placeholder: "A person…", problem, describes: "bulk-problem"}),
            ),
      ),
    ),
    fields["bulk-new"].hint(name => fold(pair.new) === fold(name)),
    pair.old && pair.new && [drawExamples(effect()), drawNaming("this replacement")],
  ]

  const drawNaming = what =>
    naming === null
      ? h(
          "p",
          {class: "saving", data: {key: "saving"}, role: "status"},
          same(keptAs, asked())
            ? h("span", {class: "hint"}, "✓ Kept; it is among the templates now.")
            : button(`Keep ${what} as a template…`, "name", {kind: "link"}),
        )
      : h(
          "div",
          {class: "saving", data: {key: "saving"}},
          h("label", {class: "field"}, "Name of the template", h("input", {type: "text", maxlength: "100", value: naming, autocomplete: "off", data: {key: "naming"}})),
          button("Keep", "save", {kind: "small", disabled: !naming.trim()}),
          button("Cancel", "unname", {kind: "quiet small"}),
        )

  const drawTemplates = view =>
    view.templates.length
      ? [
          h(
            "div",
            {class: "templates", role: "radiogroup", "aria-label": "Templates"},
            view.templates.map(item =>
              h(
                "div",
                {class: item.name === template ? "here" : "", data: {key: `t:${item.name}`}},
                h(
                  "label",
                  null,
                  h("input", {type: "radio", name: "template", checked: item.name === template, data: {change: "template", name: item.name}}),
                  h("span", null, h("b", null, h("bdi", null, item.name)), h("small", null, h("bdi", null, item.does))),
                ),
                h(
                  "button",
                  {type: "button", class: "icon", "aria-label": `Remove the template ${item.name}`, title: "Remove the template", data: {act: "forget", name: item.name}},
                  "✕",
                ),
              ),
            ),
          ),
          template && drawExamples(effect()),
        ]
      : h(
          "div",
          {class: "none"},
          h("p", null, "No template yet."),
          h("p", {class: "hint"}, "What you do often can be kept under a name: choose it in People or in Replace."),
        )

  const drawExamples = found =>
    found?.examples?.length > 0 &&
    h(
      "div",
      {data: {key: "examples"}},
      h("div", {class: "label"}, "For example"),
      h(
        "ul",
        {class: "listing", tabindex: "0", "aria-label": "Files that would change"},
        found.examples.map(item =>
          h("li", {data: {key: item.id}}, fileName(item.name, item.path), h("div", {class: "tags"}, item.tags.length ? item.tags.map(tagSpan) : h("span", {class: "hint"}, "nobody"))),
        ),
      ),
      found.more && h("p", {class: "hint"}, found.more),
    )

  const option = (name, value, now, label, hint) =>
    h(
      "label",
      {class: `option${value === now ? " here" : ""}`, data: {key: `${name}:${value}`}},
      h("input", {type: "radio", name, value, checked: value === now, data: {change: name, value}}),
      h("span", null, h("b", null, label), hint && h("small", null, hint)),
    )
  const drawSkip = view => [
    h("p", {class: "hint"}, "Skipped files are in no list and no write. On their day they come back by themselves."),
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "Skip until"},
      view.days.map(item => option("day", item.day, pickedDay(view), item.label, item.text)),
      h(
        "label",
        {class: `option${day === "date" ? " here" : ""}`, data: {key: "day:date"}},
        h("input", {type: "radio", name: "day", value: "date", checked: day === "date", data: {change: "day", value: "date"}}),
        h("span", null, h("b", null, "A day"), h("input", {type: "date", min: view.least, value: dated(view), "aria-label": "Day", data: {change: "date", key: "date"}})),
      ),
      option("day", "", pickedDay(view), `Until I bring ${view.files === 1 ? "it" : "them"} back`, "no day"),
    ),
  ]
  let date = ""
  const dated = view => date || view.days[1].day
  const pickedDay = view => (day === "next" ? view.days[1].day : day)
  const until = view => (day === "date" ? dated(view) : pickedDay(view))

  const drawModes = () => [
    [
      "people",
      "People",
      [
        ["", "Leave as it is", "each file as it was decided"],
        ["merge", "Merge", "people who are only in the file stay"],
        ["exact", "Exact", "only the people of the database; others are removed"],
      ],
    ],
    [
      "comment",
      "Other text of the comment",
      [
        ["", "Leave as it is", "each file as it was decided"],
        ["preserve", "Preserve", "all other text is kept"],
        ["replace", "Replace", "the comment becomes the people alone; other text is lost"],
      ],
    ],
  ].map(([name, label, list]) =>
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": label, data: {key: name}},
      h("div", {class: "label"}, label),
      list.map(([value, title, hint]) => option(`${name}-mode`, value, modes[name], title, hint)),
    ),
  )

  const tick = (field, label) =>
    h(
      "label",
      {class: "tick", data: {key: `tick:${field}`}},
      h("input", {type: "checkbox", checked: ticked.has(field), data: {change: "tick", field}}),
      label,
    )
  const drawMedia = view => [
    h(
      "div",
      {class: "options", role: "radiogroup", "aria-label": "What to do"},
      option("media", "rescan", media, "Rescan", "read resolution, codecs, frame rate and the like again; locked fields stay"),
      option("media", "lock", media, "Lock", "no scan and no rescan writes these fields any more"),
      option("media", "unlock", media, "Unlock", "they may be written again"),
    ),
    h(
      "fieldset",
      {class: "ticks", data: {key: `ticks-${media}`}},
      h("legend", {class: "label"}, {rescan: "Refresh these, too", lock: "Fields to lock", unlock: "Fields to unlock"}[media]),
      media !== "rescan" &&
        h(
          "label",
          {class: "tick all"},
          h("input", {
            type: "checkbox",
            checked: ticked.size === view.fields.length,
            indeterminate: ticked.size > 0 && ticked.size < view.fields.length,
            data: {change: "tick-all"},
          }),
          "All of them",
        ),
      view.fields.filter(item => media !== "rescan" || item.asked).map(item => tick(item.field, item.label)),
    ),
  ]
  const footMedia = view => {
    const of = files(view.own)
    if (media === "rescan") return {text: "It runs in the background; Jobs shows how far it is.", act: "rescan", label: `Rescan ${of}`, ready: true}
    const what = ticked.size === 1 ? "1 field" : `${ticked.size} fields`
    const verb = media === "lock" ? "Lock" : "Unlock"
    return {text: "", act: "lock", label: ticked.size ? `${verb} ${what} of ${of}` : verb, ready: ticked.size > 0}
  }

  // What is under the tabs: in words what will happen, and the button that does it.
  const foot = view => {
    const waits = asked() && !effect()
    const found = effect()
    if (tab === "skip") {
      const to = until(view)
      return {text: "", act: "skip", label: to ? `Skip ${files(view.files)} until ${readable(view, to)}` : `Skip ${files(view.files)}`, ready: true}
    }
    if (tab === "media") return footMedia(view)
    if (tab === "modes") return {text: "", act: "modes", label: `Set for ${files(view.files)}`, ready: Boolean(modes.people || modes.comment)}
    const nothing = {people: "Choose who is added or removed. Everybody else stays.", replace: "", templates: ""}[tab]
    const verb = {people: "Change", replace: "Replace in", templates: "Apply to"}[tab]
    return {
      text: found ? [found.text, found.rest].filter(Boolean).join(" ") : waits ? "Counting…" : nothing,
      bad: found?.bad,
      warning: found?.warning,
      act: "apply",
      label: found?.files ? `${verb} ${files(found.files)}` : verb.split(" ")[0],
      ready: Boolean(found?.files),
    }
  }
  const readable = (view, to) => {
    const known = view.days.find(item => item.day === to)
    return known && day !== "date" ? known.text : new Date(`${to}T12:00`).toLocaleDateString("en-GB", {day: "numeric", month: "short", year: "numeric"})
  }

  const note = view => (tab === "media" ? view.hidden : view.note)
  const tabs = view => TABS.filter(([name]) => view.tabs.includes(name))
  const body = view => ({people: drawPeople, replace: drawReplace, templates: drawTemplates, skip: drawSkip, modes: drawModes, media: drawMedia})[tab](view)

  function drawDialog(view) {
    const now = foot(view)
    return [
      h(
        "div",
        {class: "d-head"},
        h("h2", {id: "bulk-title", tabindex: "-1"}, view.titles[tab]),
        h("button", {type: "button", class: "icon", "aria-label": "Close", data: {act: "shut"}}, "✕"),
      ),
      h(
        "div",
        {class: "tabs", role: "tablist", "aria-label": "What to edit"},
        tabs(view).map(([name, label]) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              id: `tab-${name}`,
              "aria-selected": String(name === tab),
              "aria-controls": "bulk-panel",
              tabindex: name === tab ? "0" : "-1",
              data: {act: "tab", tab: name, key: `tab-${name}`},
            },
            label,
          ),
        ),
      ),
      h(
        "div",
        {class: "d-body", role: "tabpanel", id: "bulk-panel", "aria-labelledby": `tab-${tab}`, data: {key: `panel-${tab}`}},
        note(view) && h("p", {class: "hint"}, note(view)),
        body(view),
        h("p", {class: "bad-text", id: "bulk-problem", role: "alert"}, problem),
      ),
      h(
        "div",
        {class: "d-foot"},
        h(
          "p",
          {class: `grow sum${now.bad ? " bad-text" : ""}`, "aria-live": "polite"},
          now.text,
          now.warning && h("span", {class: "warn"}, ` ! ${now.warning}`),
        ),
        button("Cancel", "shut", {data: {key: "cancel"}}),
        button(now.label, now.act, {kind: "primary", disabled: !now.ready, data: {key: "go"}}),
      ),
    ]
  }

  const reset = view => {
    tab = view.tab
    add = []
    remove = []
    pair = {old: "", new: ""}
    template = naming = null
    template = ""
    day = "next"
    date = ""
    modes = {people: "", comment: ""}
    media = "rescan"
    ticked.clear()
    problem = ""
    for (const field of Object.values(fields)) field.reset()
  }
  const show = name => {
    tab = name
    problem = ""
    naming = null
    for (const field of Object.values(fields)) field.reset()
    ask()
  }
  // The button that was pressed is gone: the focus stays with the person, or in the field where nobody is left.
  const stay = name => {
    const chip = [...box().querySelectorAll(".who")].find(node => fold(node.dataset.key.slice(4)) === fold(name))
    ;(chip?.querySelector("button") ?? fields["bulk-add"].input())?.focus()
  }
  const first = () => {
    const coarse = matchMedia("(pointer: coarse)").matches // a keyboard would cover what is asked
    const place = coarse ? null : (box().querySelector(".d-body input:checked") ?? box().querySelector(".d-body input"))
    ;(place ?? box().querySelector("h2")).focus()
  }

  me = component(context, {
    draw(view, self) {
      if (!view.open) {
        leave()
        return null
      }
      if (view.serial !== shown) {
        shown = view.serial
        opened = 0
        reset(view)
      }
      const open = self.root.querySelector("dialog")?.open || null
      return h("dialog", {class: "bulk", "aria-labelledby": "bulk-title", open, data: {key: "bulk"}}, drawDialog(view))
    },
    drawn(self) {
      const node = self.root.querySelector("dialog")
      if (node && !node.open) {
        document.documentElement.setAttribute("data-dialog", "")
        node.showModal()
        opened = performance.now()
        first()
      }
      if (self.view.saved && self.view.saved !== self.before?.saved && naming !== null) {
        naming = null
        keptAs = asked()
        self.before = self.view
        self.paint()
      }
    },
    act: {
      shut: () => box().close(),
      tab(data, event, self) {
        show(data.tab)
        self.root.querySelector(`#tab-${data.tab}`)?.focus()
      },
      more(data) {
        choose["bulk-add"](data.name)
        stay(data.name)
      },
      less(data) {
        add = without(add, data.name)
        if (!among(remove, data.name)) remove = [...remove, data.name]
        ask()
        stay(data.name)
      },
      keep(data) {
        add = without(add, data.name)
        remove = without(remove, data.name)
        ask()
        stay(data.name)
      },
      offered: data => fields[data.key.split(":")[0]].pick(Number(data.index)),
      meant(data) {
        if (tab === "people") add = among(add, data.name) ? without(add, data.old) : add.map(name => (name === data.old ? data.name : name))
        else pair = {...pair, new: data.name}
        ask()
        ;(fields["bulk-add"].input() ?? box().querySelector("h2")).focus()
      },
      drop(data, event, self) {
        pair = {...pair, [data.side]: ""}
        self.paint()
        fields[`bulk-${data.side}`].input()?.focus()
      },
      name(data, event, self) {
        naming = ""
        self.paint()
        self.root.querySelector(".saving input")?.focus()
      },
      unname(data, event, self) {
        naming = null
        self.paint()
      },
      save: (data, event, self) => self.send("save", {serial: self.view.serial, name: naming, asked: asked()}),
      template(data) {
        template = data.name
        ask()
      },
      forget(data, event, self) {
        if (template === data.name) template = ""
        self.send("forget", {serial: self.view.serial, name: data.name})
      },
      day(data, event, self) {
        day = data.value
        self.paint()
      },
      date(data, event, self, target) {
        date = target.value
        day = "date"
        self.paint()
      },
      "people-mode": (data, event, self) => {
        modes = {...modes, people: data.value}
        self.paint()
      },
      "comment-mode": (data, event, self) => {
        modes = {...modes, comment: data.value}
        self.paint()
      },
      apply: (data, event, self) => self.send("apply", {serial: self.view.serial, asked: asked()}),
      skip(data, event, self) {
        const input = self.root.querySelector("input[type=date]")
        if (day !== "date" || input.reportValidity()) self.send("skip", {serial: self.view.serial, until: until(self.view)})
      },
      modes: (data, event, self) => self.send("modes", {serial: self.view.serial, ...modes}),
      media(data, event, self) {
        if ((media === "rescan") !== (data.value === "rescan")) ticked.clear()
        media = data.value
        self.paint()
      },
      tick(data, event, self, target) {
        target.checked ? ticked.add(data.field) : ticked.delete(data.field)
        self.paint()
      },
      "tick-all": (data, event, self, target) => {
        ticked.clear()
        if (target.checked) for (const item of self.view.fields) ticked.add(item.field)
        self.paint()
      },
      rescan: (data, event, self) => self.send("rescan", {serial: self.view.serial, refresh: [...ticked]}),
      lock: (data, event, self) => self.send("lock", {serial: self.view.serial, fields: [...ticked], on: media === "lock"}),
    },
    setup(self) {
      makeFields(self)
      self.root.addEventListener("input", event => {
        const field = fieldOf(event.target)
        if (field) field.typed()
        else if (event.target.matches(".find")) find(self, event.target.value)
        else if (event.target.matches(".saving input")) {
          naming = event.target.value
          self.paint()
        }
      })
      self.root.addEventListener("keydown", event => onKey(self, event))
      self.root.addEventListener("click", event => {
        if (event.target.matches("dialog") && !asked()) box().close() // beside it; what was chosen is not lost so easily
      })
      const closed = () => {
        document.documentElement.removeAttribute("data-dialog")
        if (self.view.open) self.send("close", {serial: self.view.serial})
      }
      self.root.addEventListener("close", closed, true)
    },
  })
  let timer = null
  const find = (self, text) => {
    clearTimeout(timer)
    timer = setTimeout(() => self.send("find", {serial: self.view.serial, text}), 120)
  }

  function onKey(self, event) {
    const field = fieldOf(event.target)
    if (field) {
      if (field.key(event)) {
        event.preventDefault()
        event.stopPropagation()
      } else if (event.key === "Enter") event.preventDefault()
    } else if (event.target.matches("[role=tab]")) {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key]
      if (!step) return
      event.preventDefault()
      const names = tabs(self.view).map(([name]) => name)
      const next = names[(names.indexOf(tab) + step + names.length) % names.length]
      show(next)
      self.root.querySelector(`#tab-${next}`).focus()
    } else if (event.key === "Enter" && event.target.matches(".saving input")) {
      event.preventDefault()
      if (naming.trim()) self.send("save", {serial: self.view.serial, name: naming, asked: asked()})
      return
    }
  }
  listen(model, document, "keydown", event => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !box()?.open) return
    event.preventDefault()
    if (!event.repeat && performance.now() - opened > 400) box().querySelector(".d-foot .primary:not(:disabled)")?.click()
  })

  model.on("msg:custom", message => {
    if (message.problem !== undefined) {
      problem = message.problem
      me.paint()
    }
    if (message.offers) for (const field of Object.values(fields)) field.offer(message.offers)
  })
  const open = name => () => me.send("open", {tab: name})
  keys(model, "plan", {
    b: {does: "edit many: who is in what is selected", group: "Decide", run: open("people")},
    S: {does: "skip until a day", group: "Decide", run: open("skip")},
  })
  listen(model, window, "indexium:bulk", event => me.send("open", {tab: event.detail}))
  model.on("remove", leave)
}
