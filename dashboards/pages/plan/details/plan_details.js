// What would change in one file and why: beside the table on wide screens, a sheet from below on narrow ones.
const runs = (list, kind, whole) =>
  list.map((part, index) => {
    if (part.fold && !whole)
      return button(`⋯ ${part.text.length.toLocaleString("en")} characters ⋯`, "unfold", {kind: "link", data: {key: `f${index}`}})
    const text = part.show ?? part.text
    return part.mark ? h(kind === "old" ? "del" : "ins", null, text) : text
  })

// One comment: none at all, an empty one, or its text with what changes marked.
const comment = (label, list, kind, whole, name = label) => [
  label && h("div", {class: "label"}, label),
  list === null
    ? h("div", {class: "diff none"}, "No comment")
    : list.length === 0
      ? h("div", {class: "diff none"}, "An empty comment")
      : h(
          "div",
          {class: `diff ${kind}`, tabindex: "0", role: "region", "aria-label": name, dir: "auto"},
          runs(list, kind, whole),
        ),
]

// Every comment of a file that holds several: what it says now, and what it will say.
const drawTexts = (texts, whole) =>
  texts.length > 0 && [
    h("div", {class: "label"}, "Every comment field of the file"),
    texts.map(text =>
      h(
        "div",
        {class: "field", data: {key: `field-${text.where}`}},
        h("div", {class: "where"}, h("bdi", {dir: "ltr"}, text.where), chip(...FATES[text.fate])),
        text.old && comment("", text.old, text.fate === "kept" ? "same" : "old", whole, `${text.where}, now`),
        ["added", "changed", "replaced"].includes(text.fate) && comment("", text.new, "new", whole, `${text.where}, planned`),
      ),
    ),
  ]
const FATES = {
  kept: ["note", "stays as it is"],
  changed: ["safe", "changes"],
  added: ["safe", "is added"],
  replaced: ["danger", "is replaced"],
  removed: ["danger", "is removed"],
}

function drawPicture(view, state) {
  return h(
    "figure",
    {class: `thumb ${state}`, data: {key: "thumb"}},
    view.picture && state !== "none"
      ? h("img", {src: view.picture, alt: `A frame of ${view.name}`, decoding: "async", data: {key: view.picture}})
      : h("span", {class: "nothing"}, "No picture"),
    view.over.length > 0 && h("figcaption", null, view.over.join(" · ")),
  )
}

const grip = () => h("div", {class: "grip", "aria-hidden": "true"})
const step = (label, by, sign) =>
  h("button", {type: "button", class: "icon step", "aria-label": label, data: {act: "step", by}}, sign)

const drawPath = (view, copied) =>
  h(
    "div",
    {class: "path", title: view.path, data: {key: "path"}},
    h("bdi", {dir: "ltr"}, view.place),
    button(copied ? "Copied" : "Copy path", "copy", {kind: "link"}),
    h("span", {class: "vh", role: "status"}, copied ? "The path was copied." : ""),
  )

// Of very many people those come first who come or go: the rest is shown when asked for.
const MANY = 12
const drawTags = (tags, all) => {
  const rest = all ? 0 : Math.max(0, tags.length - MANY)
  const first = rest ? [...tags.filter(tag => tag.kind), ...tags.filter(tag => !tag.kind)].slice(0, MANY) : tags
  return h(
    "div",
    {class: "tags"},
    tags.length ? first.map(tagSpan) : h("span", {class: "hint"}, "nobody"),
    rest > 0 && button(`and ${rest} more`, "more", {kind: "link", data: {which: "everybody"}}),
  )
}

function drawEditor(draft, field, problem) {
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
      field.draw({
        placeholder: draft.length ? "Add another…" : "Nobody. Add a person…",
        problem,
        describes: "edit-problem",
      }),
    ),
    field.hint(name => draft.includes(name)),
    h("p", {class: "bad-text", id: "edit-problem", role: "alert"}, problem),
    h(
      "p",
      {class: "hint"},
      "Enter adds a name, Backspace takes the last one away. Your list stays in force after the write, until you revoke it.",
    ),
    h("div", {class: "acts"}, button("Save", "save", {kind: "primary"}), button("Cancel", "cancel_edit")),
  )
}

function drawSuggestions(view) {
  return (
    view.suggestions.length > 0 &&
    h(
      "div",
      {class: "suggestions", role: "group", "aria-label": "Suggestions", data: {key: "suggestions"}},
      h("div", {class: "label"}, "Suggestions"),
      view.suggestions.map(item =>
        h(
          "div",
          {class: "suggestion", data: {key: `s:${item.name}`}},
          h(
            "p",
            {title: item.others.join(" ") || null},
            h("b", null, h("bdi", null, item.name)),
            item.sure && h("span", {class: "sure"}, item.sure),
            h("small", null, item.reason, item.others.length > 0 && ` And ${item.others.length} more.`),
          ),
          button(item.replaces ? "Replace" : "Add", "add", {
            kind: "small",
            data: {name: item.name, replaces: item.replaces},
            "aria-label": item.replaces ? `Replace ${item.replaces} with ${item.name}` : `Add ${item.name}`,
          }),
          h(
            "button",
            {
              type: "button",
              class: "icon",
              "aria-label": `${item.name} is not in this file`,
              title: "Not in this file: do not suggest again",
              data: {act: "decline", name: item.name},
            },
            "✕",
          ),
        ),
      ),
    )
  )
}

// Something that is only looked at now and then; what is open stays open for the next file.
const more = (opened, key, label, body) => {
  const open = opened.has(key)
  return h(
    "section",
    {class: "more", data: {key}},
    h(
      "button",
      {type: "button", class: "fold", "aria-expanded": String(open), data: {act: "more", which: key}},
      h("span", {"aria-hidden": "true"}, open ? "▾" : "▸"),
      label,
    ),
    open && h("div", {class: "inside"}, body),
  )
}

const drawEvent = (event, opened, whole) => {
  const key = `event${event.id}`
  return h(
    "li",
    {class: "event", data: {key}},
    h(
      "div",
      {class: "line"},
      button(`${event.title} ${event.id}`, "operation", {kind: "link", data: {id: event.id}}),
      h("span", null, event.when),
      chip(event.level, event.status),
    ),
    event.tags.length > 0 && h("div", {class: "tags"}, event.tags.map(tagSpan)),
    event.note && h("p", {class: "note-text"}, h("bdi", null, event.note)),
    event.message && h("p", {class: "hint"}, event.message),
    event.back && h("p", {class: "hint"}, event.back),
    button(opened.has(key) ? "Hide the comments" : "Before and after", "more", {
      kind: "link",
      data: {which: key},
      "aria-expanded": String(opened.has(key)),
    }),
    opened.has(key) && [comment("Before", event.old, "old", whole), comment("After", event.new, "new", whole)],
  )
}

const drawLine = line =>
  h(
    "li",
    {data: {key: line.id}},
    h("dl", {class: "changed"}, drawChange(line)),
    h("small", null, line.job === null ? line.who : button(line.who, "job", {kind: "link", data: {id: line.job}, title: "See this job"})),
  )

function drawMore(view, opened, whole) {
  const tags = view.places.reduce((sum, place) => sum + place.rows.length, 0)
  return [
    view.past > 0 &&
      more(opened, "history", `History of this file (${view.past.toLocaleString("en")})`, [
        h(
          "ul",
          null,
          view.history.map(event => drawEvent(event, opened, whole)),
        ),
        view.past > view.history.length && button(`All ${view.past.toLocaleString("en")} on the History page`, "past", {kind: "link"}),
      ]),
    view.changes.total > 0 &&
      more(opened, "changes", `Changes of its properties (${view.changes.total.toLocaleString("en")})`, [
        h("ul", {class: "changes"}, view.changes.lines.map(drawLine)),
        view.changes.all && button(`All ${view.changes.total.toLocaleString("en")} changes`, "changes", {kind: "link", data: {page: 1}}),
        !view.changes.all && view.changes.pages > 1 && pager(view.changes, ["Newer", "Older"]),
      ]),
    view.streams.length > 0 &&
      more(opened, "streams", `Streams (${view.streams.length})`, facts(view.streams)),
    tags > 0 &&
      more(
        opened,
        "tags",
        `All tags (${tags})`,
        view.places.map(place => [h("div", {class: "label"}, place.name), facts(place.rows)]),
      ),
    more(opened, "file", "The file on its disk", facts(view.facts)),
  ]
}

function drawActs(view, until, day) {
  if (!view.acts) return null
  const {edit, preserve, skip, revoke} = view.acts
  return h(
    "div",
    {class: "acts bottom", data: {key: "acts"}},
    edit && button("Edit", "edit", {key: "e"}),
    preserve &&
      button(preserve === "on" ? "Preserve" : "Replace instead", "preserve", {
        key: "p",
        title: preserve === "on" ? "Keep the other text of the comment" : "Let the comment become the people alone",
      }),
    skip === "off" && button("Bring back", "skip", {key: "s"}),
    skip === "on" &&
      h(
        "span",
        {class: "split"},
        button("Skip", "skip", {key: "s", title: "Leave it out of lists and writes until you bring it back"}),
        button("▾", "until", {"aria-expanded": String(until), "aria-label": "Leave out until a day", title: "Skip until a day"}),
      ),
    revoke && button("Undo my changes", "revoke", {kind: "quiet", title: revoke}),
    until &&
      skip === "on" &&
      h(
        "div",
        {class: "until", data: {key: "until"}},
        h(
          "label",
          null,
          "Skip it until ",
          h("input", {type: "date", min: view.until.least, value: day || view.until.offered, required: true, data: {change: "day"}}),
        ),
        button("Skip until then", "skip_until", {kind: "small"}),
      ),
  )
}

export function render(context) {
  const {model} = context
  let draft = null,
    problem = "",
    until = false,
    day = "",
    whole = false,
    copied = false
  const opened = new Set(["history", "media"])
  const media = mediaProperties()
  const pictures = new Map() // by address: there, none
  const named = (list, name) => list.some(item => item.toLowerCase() === name.toLowerCase())
  const begin = self => {
    draft = [...self.view.people]
    problem = ""
    until = false
    field.reset()
    self.paint()
    field.input()?.focus()
    self.root.querySelector(".editor")?.scrollIntoView({block: "nearest"})
  }
  const end = self => {
    draft = null
    problem = ""
    field.reset()
    self.paint()
    ;(self.root.querySelector("[data-act=edit]") ?? self.root).focus?.()
  }
  const save = self => {
    const rest = field.text().trim().replace(/\s+/g, " ")
    if (rest && !named(draft, rest)) draft = [...draft, rest]
    field.clear()
    self.paint()
    self.send("save", {id: self.view.id, people: draft})
  }
  // The place beside the table reaches down to the foot, however far the page is scrolled: its end is always in sight.
  const fit = () => {
    const side = document.querySelector(".page-plan .side")
    side?.style.setProperty("--top", `${Math.max(16, Math.round(side.getBoundingClientRect().top))}px`)
  }
  const overview = shown => {
    const card = document.querySelector(".overview")
    if (card) card.hidden = !shown
  }
  const beside = drawer(context, {placed: open => overview(!open)})
  const skipUntil = self => {
    const input = self.root.querySelector(".until input")
    if (input.reportValidity()) self.send("skip", {id: self.view.id, until: input.value})
  }

  let field = null // made in `setup`, before the first view is drawn
  const me = component(context, {
    draw(view, self) {
      if (!view.open) return null
      const steps = [step("Previous file", -1, "‹"), step("Next file", 1, "›")]
      return drawerFrame(
        {title: view.name, kind: "details", dir: "ltr", before: grip(), more: steps},
        drawPath(view, copied),
        drawPicture(view, pictures.get(view.picture) ?? ""),
        h(
          "div",
          {class: "strip", data: {key: "strip"}},
          view.strip.join(" · "),
        ),
        view.issues.map(issue => h("p", {class: `why ${issue.severity}`}, chipless(issue.severity), issue.message)),
        draft
          ? drawEditor(draft, field, problem)
          : [
              h("div", {class: "label"}, "People"),
              drawTags(view.tags, opened.has("everybody")),
              view.origins.sum &&
                more(opened, "origins", `Where they come from: ${view.origins.sum}`, facts(view.origins.each)),
              comment(view.texts.length ? "Comment that players show" : "Comment now", view.old, view.old?.some(part => part.mark) ? "old" : "same", whole),
              view.same
                ? [h("div", {class: "label"}, "Comment planned"), h("div", {class: "diff none"}, "Stays as it is")]
                : comment(view.barred ? "Comment planned, not written" : "Comment planned", view.new, "new", whole),
              view.fields.length > 0 && [h("div", {class: "label"}, "Where it lies in the file"), facts(view.fields)],
              drawTexts(view.texts, whole),
              drawSuggestions(view),
            ],
        view.shows.rows.length > 0 && [h("div", {class: "label"}, view.shows.label), drawShows(view.shows.rows)],
        h("div", {class: "label"}, "How it is written"),
        facts(view.how),
        more(opened, "media", "Media properties", media.draw(view)),
        drawMore(view, opened, whole),
        !draft && drawActs(view, until, day),
      )
    },
    act: {
      ...media.act,
      edit: (data, event, self) => begin(self),
      cancel_edit: (data, event, self) => end(self),
      remove(data, event, self) {
        draft = draft.filter((_, index) => index !== Number(data.index))
        problem = ""
        self.paint()
        field.input().focus()
      },
      offered: data => field.pick(Number(data.index)),
      meant(data, event, self) {
        draft = named(draft, data.name)
          ? draft.filter(name => name !== data.old)
          : draft.map(name => (name === data.old ? data.name : name))
        self.paint()
        field.input().focus()
      },
      save: (data, event, self) => save(self),
      preserve: (data, event, self) => self.send("preserve", {id: self.view.id}),
      skip: (data, event, self) => self.send("skip", {id: self.view.id}),
      until(data, event, self) {
        until = !until
        self.paint()
        self.root.querySelector(".until input")?.focus()
      },
      day(data, event, self, target) {
        day = target.value
      },
      skip_until: (data, event, self) => skipUntil(self),
      revoke: (data, event, self) => self.send("revoke", {id: self.view.id}),
      add: (data, event, self) => self.send("add", {id: self.view.id, name: data.name, replaces: data.replaces ?? ""}),
      decline: (data, event, self) => self.send("decline", {id: self.view.id, name: data.name}),
      operation: (data, event, self) => self.send("operation", {id: Number(data.id)}),
      job: (data, event, self) => self.send("job", {id: Number(data.id)}),
      changes: (data, event, self) => self.send("changes", {page: Number(data.page)}),
      page: (data, event, self) => self.send("changes", {page: Number(data.page)}),
      more(data, event, self) {
        opened.has(data.which) ? opened.delete(data.which) : opened.add(data.which)
        self.paint()
      },
      unfold(data, event, self) {
        whole = true
        self.paint()
      },
      step: data => window.dispatchEvent(new CustomEvent("indexium:step", {detail: Number(data.by)})),
      async copy(data, event, self) {
        copied = await copy(self.view.path)
        self.paint()
        setTimeout(() => {
          copied = false
          self.paint()
        }, 2000)
      },
    },
    setup(self) {
      media.listen(self)
      field = personField(self, {
        id: "add-person",
        label: "Add a person",
        taken: () => draft ?? [],
        choose(name) {
          if (!named(draft, name)) draft = [...draft, name]
          problem = ""
          self.paint()
        },
      })
      self.root.addEventListener("input", event => {
        if (event.target === field.input()) field.typed()
      })
      self.root.addEventListener("keydown", event => onKey(self, event))
      beside.setup(self)
      for (const name of ["load", "error"])
        self.root.addEventListener(
          name,
          event => {
            if (!event.target.matches?.(".thumb img")) return
            const {naturalWidth: wide, naturalHeight: high} = event.target
            pictures.set(event.target.getAttribute("src"), name === "error" ? "none" : wide < 1.5 * high ? "there tall" : "there")
            self.paint()
          },
          true,
        )
      dragging(self, () => self.send("close"))
      listen(model, window, "scroll", fit)
      listen(model, window, "resize", fit)
    },
    drawn(self) {
      const {view, before = {}} = self
      fit()
      document.documentElement.toggleAttribute("data-sheet", Boolean(view.open) && NARROW.matches)
      beside.drawn(self)
      if (view.id !== before.id) {
        until = whole = copied = false
        day = ""
        media.reset()
        if (draft) {
          draft = null
          problem = ""
          field.reset()
          self.before = view
          self.paint()
          return
        }
      }
      if (view.open && view.edit && view.edit !== before.edit) {
        self.before = view
        begin(self)
      }
    },
  })

  function onKey(self, event) {
    if (media.key(self, event)) return
    if (event.target === field.input()) {
      if (field.key(event)) {
        event.preventDefault()
        event.stopPropagation()
        return
      }
      if (event.key === "Enter") {
        event.preventDefault()
        save(self)
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
    if (event.key === "Escape" && (draft || until)) {
      event.stopPropagation()
      event.preventDefault()
      if (draft) end(self)
      else {
        until = false
        self.paint()
        self.root.querySelector("[data-act=until]")?.focus()
      }
    }
    if (event.key === "Enter" && event.target.matches(".until input")) {
      event.preventDefault()
      skipUntil(self)
    }
    const act = {e: "edit", p: "preserve", s: "skip"}[event.key]
    if (!act || draft || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return
    const target = self.root.querySelector(`.bottom [data-act=${act}]`)
    if (target) {
      event.preventDefault()
      target.click()
    }
  }

  model.on("msg:custom", message => {
    if (message.problem !== undefined) {
      problem = message.problem
      me.paint()
      field.input()?.focus()
    }
    if (message.saved) end(me)
    media.told(me, message)
    if (message.offers) field.offer(message.offers)
  })
  model.on("remove", () => document.documentElement.removeAttribute("data-sheet"))
}

const drawShows = rows =>
  h(
    "dl",
    {class: "facts shows"},
    rows.map(([programs, text, kind]) => [h("dt", null, programs), h("dd", {class: kind}, text)]),
  )

const chipless = severity => (GLYPH[severity] ? h("span", {"aria-hidden": "true"}, GLYPH[severity] + " ") : null)

// Put a text on the clipboard; pages that are not served by this machine may only do it the old way.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = h("textarea", {style: {position: "fixed", opacity: "0"}})
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand("copy")
    area.remove()
    return done
  }
}

// A sheet is pulled down by its grip, as any sheet on a phone; far enough, and it goes.
function dragging(self, away) {
  let from = null
  const sheet = () => self.root.querySelector(".drawer")
  self.root.addEventListener("pointerdown", event => {
    if (!event.target.closest(".grip")) return
    from = event.clientY
    event.target.setPointerCapture(event.pointerId)
  })
  self.root.addEventListener("pointermove", event => {
    if (from !== null) sheet().style.transform = `translateY(${Math.max(0, event.clientY - from)}px)`
  })
  const end = event => {
    if (from === null) return
    const far = event.type === "pointerup" && event.clientY - from > 90
    from = null
    sheet().style.transform = ""
    if (far) away()
  }
  self.root.addEventListener("pointerup", end)
  self.root.addEventListener("pointercancel", end)
}
