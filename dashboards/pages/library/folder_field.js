// A field for the path of a folder: a combobox with a list box (ARIA) of the folders that what was typed may mean.
// Tab takes what goes on as it was begun, so a path is typed a folder at a time, as in a shell.
function makeFolderField(me, add) {
  let hints = [],
    active = -1,
    serial = 0,
    timer = 0
  const box = () => me.root.querySelector("#folder")
  const close = () => {
    clearTimeout(timer)
    serial += 1 // an answer that is on its way is too late
    if (!hints.length) return false
    hints = []
    active = -1
    me.paint()
    return true
  }
  const ask = () => {
    if (!me.view.local) return
    clearTimeout(timer)
    const mine = ++serial
    timer = setTimeout(() => me.send("hints", {text: box().value, serial: mine}), 90)
  }
  const show = answer => {
    if (answer.serial !== serial || me.root.getRootNode().activeElement !== box()) return
    hints = answer.hints
    active = -1
    me.paint()
  }
  const accept = index => {
    box().value = `${hints[index].path}/`
    close()
    box().focus()
    ask()
  }
  const move = step => {
    if (!hints.length) return ask()
    active = active < 0 && step < 0 ? hints.length - 1 : active + step
    if (active >= hints.length) active = -1
    me.paint()
    me.root.querySelector(".offers [aria-selected=true]")?.scrollIntoView({block: "nearest"})
  }
  const KEYS = {
    ArrowDown: () => (move(1), true),
    ArrowUp: () => hints.length > 0 && (move(-1), true),
    Enter: () => (active >= 0 ? accept(active) : add(box().value), true),
    Tab(event) {
      const index = event.shiftKey || !hints.length || !box().value ? -1 : Math.max(active, 0)
      if (index >= 0) accept(index)
      else close()
      return index >= 0
    },
    Escape: close,
  }
  return {
    show,
    close,
    accept,
    setup() {
      me.root.addEventListener("input", event => {
        if (event.target === box()) ask()
      })
      me.root.addEventListener("focusin", event => {
        if (event.target === box() && !box().value) ask()
      })
      me.root.addEventListener("focusout", event => {
        if (event.target === box()) setTimeout(close, 150)
      })
      me.root.addEventListener("keydown", event => {
        if (event.target !== box() || event.isComposing) return
        if (KEYS[event.key]?.(event)) event.preventDefault()
      })
    },
    draw: () =>
      h(
        "div",
        {class: "folder-field", data: {key: "field"}},
        h("input", {
          id: "folder",
          type: "text",
          "aria-label": "Folder of your films",
          placeholder: "~/Videos, or a whole path: /media/films",
          autocomplete: "off",
          autocapitalize: "off",
          spellcheck: "false",
          role: "combobox",
          "aria-expanded": String(hints.length > 0),
          "aria-controls": "folders-found",
          "aria-autocomplete": "list",
          "aria-activedescendant": active >= 0 ? `found${active}` : null,
          data: {key: "folder"},
        }),
        h(
          "ul",
          {
            class: "offers",
            id: "folders-found",
            role: "listbox",
            "aria-label": "Folders of this machine",
            hidden: !hints.length,
            data: {key: "offers"},
          },
          hints.map((each, index) =>
            h(
              "li",
              {
                id: `found${index}`,
                role: "option",
                "aria-selected": String(index === active),
                data: {act: "hint", index, key: each.path},
              },
              h("bdi", {class: "grow", dir: "ltr"}, each.path),
              each.known && h("small", null, "scanned already"),
            ),
          ),
        ),
      ),
  }
}
