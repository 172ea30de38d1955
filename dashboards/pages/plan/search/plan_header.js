// Headline, risk chips, search with its facets and saved views, what is shown in plain words, and its order.
const SEARCH_DELAY = 220 // milliseconds of rest before what is typed is searched for
const PATIENCE = 1200 // milliseconds of rest before a word that is being typed is called wrong

function drawError(error, query) {
  const {message, position, word} = error
  const letters = [...query]
  const before = letters.slice(0, position).join("")
  const rest = letters.slice(position).join("")
  return h(
    "div",
    {class: "complain danger", role: "alert", id: "complaint", data: {key: "complaint"}},
    message,
    word && rest.startsWith(word) && h("code", null, before, h("mark", null, word), rest.slice(word.length)),
  )
}

const drawProblem = text =>
  h(
    "div",
    {class: "complain warning", role: "alert", data: {key: "problem"}},
    text,
    " What you see is from before. ",
    button("Try again", "retry", {kind: "link"}),
  )

const drawChips = chips =>
  h(
    "div",
    {class: "chips", role: "group", "aria-label": "Risk", data: {key: "chips"}},
    chips.map(item =>
      h(
        "button",
        {
          type: "button",
          class: item.count ? "stat" : "stat none",
          "aria-pressed": String(item.on),
          data: {act: "risk", level: item.level, key: item.level},
        },
        h("b", null, item.shown),
        chip(item.level, item.level),
        h("small", null, item.hint),
      ),
    ),
  )

const drawPart = (text, place, query) =>
  h(
    "button",
    {
      type: "button",
      class: "term",
      "aria-label": `Remove ${text}`,
      title: "Take this out of the search",
      data: {act: "drop", place, query, key: `${place}${text}`},
    },
    h("bdi", null, text),
    h("span", {"aria-hidden": "true"}, "✕"),
  )

// What can be done at once; nothing is offered that would do nothing.
function drawActs(view) {
  const count = number => `(${number.toLocaleString("en")})`
  const back = view.brings_back
  return [
    view.review > 0 && button(`Review danger ${count(view.review)}`, "review", {kind: "link"}),
    view.safe > 0 &&
      button(`Select all safe ${count(view.safe)}`, "select_safe", {
        kind: "link",
        title: "All safe files of this search, also those that its risk leaves out",
      }),
    view.safe > 0 && button("Write all safe…", "write_safe", {kind: "link"}),
    back > 0 && button(back === 1 ? "Bring it back" : `Bring all ${back.toLocaleString("en")} back`, "bring_back", {kind: "link"}),
    view.skipped > 0 && button(`${view.skipped.toLocaleString("en")} skipped`, "skipped", {kind: "link"}),
  ]
    .filter(Boolean)
    .flatMap((act, index) => (index ? [h("span", {"aria-hidden": "true"}, "·"), act] : [act]))
}

const drawMeaning = view =>
  h(
    "div",
    {class: "meaning", data: {key: "meaning"}},
    h("p", {class: "line", data: {key: "acts"}}, drawActs(view)),
    view.parts.length > 0 && h("span", {class: "sep", "aria-hidden": "true", data: {key: "sep"}}, "|"),
    h("p", {class: "vh", id: "meaning", "aria-live": "polite", data: {key: "told"}}, view.meaning),
    view.parts.length > 0 &&
      h(
        "div",
        {class: "line", data: {key: "parts"}},
        h("span", {"aria-hidden": "true"}, "shown:"),
        view.parts.map((text, place) => drawPart(text, place, view.shown)),
        h("span", {"aria-hidden": "true", class: "found"}, view.found),
      ),
  )

const drawSort = ({key, descending, order, turned, options}, found) =>
  h(
    "div",
    {class: "sorter", data: {key: "sorter"}},
    found && h("span", {class: "phone found", data: {key: "found"}}, found),
    h(
      "label",
      null,
      h("span", null, "Sort"),
      h(
        "select",
        {class: "select", "aria-label": "Sort", value: key, data: {change: "sort", key: "by"}},
        options.map(([value, label]) => h("option", {value, selected: value === key}, label)),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon",
        "aria-label": `${order}; turn to ${turned}`,
        title: `${order} (click: ${turned})`,
        data: {act: "turn", sort: key, descending: descending ? "" : "1", key: "turn"},
      },
      descending ? "↓" : "↑",
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon close-rows",
        "aria-label": "Narrow rows",
        "aria-pressed": String(kept("indexium.dense") === "1"),
        title: "Narrow rows",
        data: {act: "dense", key: "dense"},
      },
      "≡",
    ),
  )

export function render(context) {
  const {model} = context
  const sent = [] // searches of ours that may still come back while somebody goes on typing
  let timer = 0,
    later = 0,
    typedAt = -PATIENCE,
    me
  const input = () => me.root.querySelector("input.q")
  const search = now => {
    clearTimeout(timer)
    const send = () => {
      timer = 0
      const query = input().value
      if (query === sent.at(-1) && !now) return
      sent.push(query)
      me.send("search", {query, typed: !now})
    }
    if (now) send()
    else timer = setTimeout(send, SEARCH_DELAY)
  }
  // What is wrong with the search; a word that is still being typed is not wrong yet.
  const wrong = ({error, query}) => {
    clearTimeout(later)
    if (!error) return null
    const rest = PATIENCE - (performance.now() - typedAt)
    const unfinished = error.position + lengthOf(error.word) >= lengthOf(query) && !/\s$/.test(query)
    if (rest <= 0 || !unfinished) return error
    later = setTimeout(() => me.paint(), rest)
    return null
  }
  // Enter in the box searches and goes on to what is found, so that the keys of the list work.
  let going = null
  const arrive = self => {
    const {error, problem, shown, listed} = self.view
    if (going === null || error || problem || shown?.trim() !== going.trim()) return
    going = null
    if (listed) setTimeout(() => window.dispatchEvent(new CustomEvent("indexium:list", {detail: "first"})))
  }
  const put = query => {
    input().value = query
    input().focus()
    offers.close()
    search(true)
  }
  const focus = selector => me.root.querySelector(selector)?.focus()
  const host = {
    send: (...given) => me.send(...given),
    paint: () => me.paint(),
    get root() {
      return me.root
    },
    get view() {
      return me.view
    },
  }
  const offers = makeOffers(host, input, () => search(true))
  const facets = makeFacets(host, () => focus("[data-act=filters]"))
  const views = makeViews(host, () => focus("[data-act=views]"))
  const exchange = makeExchange(host, () => focus("[data-act=exchange]"))
  const menus = [facets, views, exchange]
  const turn = menu => {
    const on = !menu.isOpen()
    for (const other of menus) if (other !== menu) other.toggle(false)
    menu.toggle(on)
  }

  const drawSearch = (view, error) =>
    h(
      "div",
      {class: "seeker", data: {key: "seeker"}},
      h(
        "label",
        {class: error ? "search bad" : "search"},
        h("kbd", {"aria-hidden": "true"}, "/"),
        h("input", {
          class: "q",
          type: "text",
          ...offers.attributes(),
          value: view.query,
          "aria-label": "Search the plan",
          placeholder: "Search names, folders, people, or risk:danger …",
          autocomplete: "off",
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
          enterkeyhint: "search",
          "aria-invalid": error ? "true" : null,
          "aria-describedby": error ? "complaint" : "meaning",
          data: {key: "q"},
        }),
        view.query &&
          h(
            "button",
            {type: "button", class: "icon", "aria-label": "Clear the search", data: {act: "empty", key: "empty"}},
            "✕",
          ),
      ),
      offers.draw(),
    )

  me = component(context, {
    draw(view) {
      if (!view.headline) return h("div", {class: "head"}, h("h1", null, "Plan"), h("p", null, "reading the plan…"))
      const error = wrong(view)
      return [
        h("div", {class: "head", data: {key: "head"}}, h("h1", null, view.headline), h("p", null, view.summary)),
        drawChips(view.chips),
        h(
          "div",
          {class: "bar", data: {key: "bar"}},
          drawSearch(view, error),
          facets.drawButton(view.filtered),
          facets.draw(view),
          views.draw(view),
          exchange.draw(view),
        ),
        error && drawError(error, view.query),
        view.problem && drawProblem(view.problem),
        h("div", {class: "under", data: {key: "under"}}, drawMeaning(view), drawSort(view.sort, view.found)),
        views.drawRemoved(),
      ]
    },
    act: {
      offer: data => offers.accept(Number(data.index)),
      empty: () => put(""),
      filters: () => turn(facets),
      facet: (data, event, self, target) => facets.choose(data.facet, data.value, target.checked),
      every: (data, event, self, target) => self.send("every", {facet: data.facet, on: target.checked}),
      sort: (data, event, self, target) => self.send("sort", {sort: target.value, descending: false}),
      dense(data, event, self) {
        keep("indexium.dense", kept("indexium.dense") === "1" ? "" : "1")
        window.dispatchEvent(new Event("indexium:dense"))
        self.paint()
      },
      turn: (data, event, self) => self.send("sort", {sort: data.sort, descending: data.descending === "1"}),
      drop: (data, event, self) => self.send("drop", {place: Number(data.place), query: data.query}),
      views: () => turn(views),
      exchange: () => turn(exchange),
      export_all: (data, event, self, target) => exchange.setEverything(target.checked),
      upload(data, event, self, target) {
        exchange.upload(target.files[0])
        target.value = "" // the same file can be chosen once more
      },
      everything: (data, event, self) => {
        views.toggle(false)
        self.send("everything")
      },
      open_view: (data, event, self) => {
        views.toggle(false)
        self.send("open_view", {id: data.id})
      },
      default_view: (data, event, self) => {
        const already = self.view.views.find(item => String(item.id) === data.id)?.default
        self.send("default_view", {id: already ? null : data.id})
      },
      rename: data => views.rename(Number(data.id)),
      renamed: data => views.renamed(Number(data.id)),
      save: () => views.save(),
      update: data => views.update(data.name),
      forget: () => views.forget(),
      put_back(data, event, self) {
        views.forget()
        self.send("put_back")
      },
    },
    setup(self) {
      self.root.addEventListener("submit", event => event.preventDefault())
      self.root.addEventListener("input", event => {
        const {target} = event
        if (target.matches(".q")) {
          typedAt = performance.now()
          going = null
          search(false)
          if (!event.isComposing) offers.ask(false)
        }
        if (target.matches(".facet .seek")) facets.seek(target.dataset.facet, target.value)
        if (target.matches(".save .seek")) views.typed(target.value)
      })
      self.root.addEventListener("focusin", event => facets.stopAt(event.target))
      self.root.addEventListener("focusout", event => {
        if (!event.target.matches(".q")) return
        offers.close()
        if (timer) search(true) // what was typed counts before whatever is pressed next
        sent.length = 0
        going = null
      })
      self.root.addEventListener("pointerdown", event => {
        if (event.target.closest(".offers")) event.preventDefault() // the search box keeps the focus
      })
      self.root.addEventListener("keydown", pressed)
      listen(model, document, "pointerdown", event => {
        const inside = kind => event.composedPath().some(node => node.matches?.(kind))
        if (facets.isOpen() && !inside(".facets, [data-act=filters]")) facets.toggle(false)
        if (views.isOpen() && !inside(".anchor[data-key=views]")) views.toggle(false)
        if (exchange.isOpen() && !inside(".anchor[data-key=exchange]")) exchange.toggle(false)
      })
    },
    drawn(self) {
      const {query} = self.view
      // What comes back late must not take away what was typed since; anything else is what the box has to say.
      if (query !== self.before?.query && input() && !sent.includes(query)) input().value = query
      arrive(self)
    },
  })

  function pressed(event) {
    const {target, key} = event
    if (target.matches(".q")) {
      if (offers.key(event)) return
      if (key === "Enter") {
        typedAt = -PATIENCE
        search(true)
        going = target.value
        arrive(me)
      }
      if (key === "Escape") target.value ? put("") : target.blur()
      return
    }
    if (target.closest(".exchange") && key === "Escape") {
      exchange.toggle(false)
      event.stopPropagation()
    }
    if (!target.closest(".facets, .views")) return
    if (key === "Escape") {
      if (!views.stopRenaming()) facets.isOpen() ? facets.toggle(false) : views.toggle(false)
      event.stopPropagation()
    } else if (target.matches(".options input")) facets.step(event, target)
    else if (target.matches(".facet .seek") && key === "ArrowDown") {
      event.preventDefault()
      target.closest(".facet").querySelector(".options input")?.focus()
    } else if (target.matches(".view-open")) views.step(event, target)
    else if (key === "Enter" && target.matches("[data-rename], .save .seek")) {
      event.preventDefault() // the focus goes to a button, which must not be pressed by the same key
      target.matches("[data-rename]") ? views.renamed(Number(target.dataset.rename)) : views.save()
    }
    if (key.length === 1) event.stopPropagation() // the page's single keys are not meant
  }

  model.on("msg:custom", message => {
    if (message.completions) offers.show(message.completions)
    if (message.facets) facets.show(message)
    if (message.sought) facets.showSought(message.sought)
    if (message.removed) views.removed(message.removed)
  })
  keys(model, "plan", {
    "/": {
      does: "search",
      group: "Find",
      run() {
        input()?.focus()
        input()?.select()
      },
    },
    f: {does: "filters", group: "Find", run: () => turn(facets)},
    E: {does: "export and import", group: "Find", run: () => turn(exchange)},
    v: {does: "saved views", group: "Find", run: () => turn(views)},
    Escape() {
      const open = menus.find(menu => menu.isOpen())
      open?.toggle(false)
      return open
    },
  })
}
