// A text field that offers people while somebody types: a combobox whose list the server fills (person_field.py), first
// with those whose names have the text in them, then with those whom it may mean.
// `me` is the component that draws it; `taken` tells names that are not offered; `choose(name, known)` takes one.
// `fresh`: what is said of a name that nobody has, and beside it.
function personField(me, {id, label, taken, choose, fresh = name => [`Add “${name}”`, "a new person"]}) {
  let text = "",
    offers = null,
    active = -1,
    open = false,
    timer = null,
    asked = ""
  const input = () => me.root.querySelector(`#${id}`)
  const same = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase()
  const free = name => !taken().some(other => same(other, name))

  // What the list holds: whom a misspelt name may mean, people with the text in their names, and the text as it is.
  const options = () => {
    if (!open || !offers || offers.for !== text) return []
    const mean = offers.similar.filter(item => free(item.name))
    const known = offers.names.filter(item => free(item.name))
    const unknown = text.trim() && !offers.known && free(text) ? [{name: text.trim().replace(/\s+/g, " "), fresh: true}] : []
    return [...mean.map(item => ({...item, mean: true})), ...known, ...unknown]
  }
  const close = () => {
    open = false
    active = -1
    clearTimeout(timer)
  }
  const clear = () => {
    text = ""
    close()
    if (input()) input().value = ""
  }
  const take = (name, isKnown) => {
    clear()
    asked = isKnown ? "" : name
    choose(name)
    if (asked) me.send("typing", {text: name})
    input()?.focus()
  }
  const drawOption = (item, index) =>
    h(
      "li",
      {
        role: "option",
        id: `${id}-${index}`,
        class: index === active ? "here" : "",
        "aria-selected": String(index === active),
        data: {act: "offered", index, key: `${id}:${item.fresh ? "fresh:" : ""}${item.name}`},
      },
      item.mean && h("small", null, "Did you mean "),
      h("bdi", null, item.fresh ? fresh(item.name)[0] : item.name),
      h("small", {class: "num"}, item.fresh ? fresh(item.name)[1] : `${item.files} ${item.files === 1 ? "file" : "files"}`),
      item.mean && h("small", {class: "wide"}, item.reason),
    )

  return {
    input,
    clear,
    text: () => input()?.value ?? "",
    // Forget everything: the editor was closed.
    reset() {
      clear()
      offers = null
      asked = ""
    },
    draw({placeholder, problem, describes}) {
      const list = options()
      return [
        h("input", {
          type: "text",
          id,
          role: "combobox",
          "aria-label": label,
          "aria-autocomplete": "list",
          "aria-expanded": String(list.length > 0),
          "aria-controls": `${id}-list`,
          "aria-activedescendant": active >= 0 && list.length ? `${id}-${active}` : null,
          "aria-invalid": problem ? "true" : null,
          "aria-describedby": describes,
          placeholder,
          autocomplete: "off",
          autocapitalize: "words",
          spellcheck: "false",
          enterkeyhint: "done",
          data: {key: id},
        }),
        h(
          "ul",
          {class: "offers", role: "listbox", id: `${id}-list`, "aria-label": "People", hidden: list.length === 0, data: {key: `${id}-list`}},
          list.map(drawOption),
        ),
      ]
    },
    // What to say of a name that was added though somebody else is called nearly so; null for nothing.
    hint(isThere) {
      const mean = asked && offers?.for === asked && isThere(asked) && offers.similar[0]
      if (!mean) return null
      const files = `${mean.files} ${mean.files === 1 ? "file" : "files"}`
      return h(
        "p",
        {class: "mean", role: "status", data: {key: `${id}-mean`}},
        h("span", null, "Did you mean ", h("b", null, h("bdi", null, mean.name)), `? In ${files}: ${mean.reason}.`),
        button("Use that name", "meant", {kind: "link", data: {old: asked, name: mean.name}}),
      )
    },
    // The server's answer; it may be about what was typed meanwhile, or about a name that was just added.
    offer(found) {
      if (found.for !== text && found.for !== asked) return
      if (offers?.for === found.for && offers.similar.length > found.similar.length) return // asked twice: the fuller one
      offers = found
      me.paint()
    },
    typed() {
      text = input().value
      open = Boolean(text.trim())
      active = -1
      clearTimeout(timer)
      if (open) timer = setTimeout(() => me.send("typing", {text}), 90)
      me.paint()
    },
    pick(index) {
      const item = options()[index]
      if (item) take(item.name, !item.fresh)
    },
    // Whether a key was for the field.
    key(event) {
      const list = options()
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
      if (step && list.length) {
        active = (active + step + list.length + (active < 0 && step < 0 ? 1 : 0)) % list.length
        me.paint()
        me.root.querySelector(`#${id}-${active}`)?.scrollIntoView({block: "nearest"})
        return true
      }
      if (event.key === "Escape" && list.length) {
        close()
        me.paint()
        return true
      }
      if ((event.key === "Enter" || event.key === ",") && active >= 0 && list[active]) {
        take(list[active].name, !list[active].fresh)
        return true
      }
      if (event.key === "Enter" && input().value.trim()) {
        const name = input().value.trim().replace(/\s+/g, " ")
        take(name, offers?.for === text && offers.known)
        return true
      }
      return false
    },
  }
}
