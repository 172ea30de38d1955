// What is offered for the word at the cursor of the search box: a combobox with a list box (ARIA), never in the way of
// typing. Nothing is chosen before an arrow was pressed, so Enter always searches for what was typed.
const OFFER_DELAY = 90 // milliseconds of rest before anything is asked for

// The server counts characters, the browser halves of some of them.
const lengthOf = text => [...text].length

// `box()` is the input; `go()` searches for what is in it.
function makeOffers(me, box, go) {
  let items = [],
    active = -1,
    serial = 0,
    timer = 0
  const close = () => {
    clearTimeout(timer)
    serial += 1 // an answer that is on its way is too late
    if (!items.length) return false
    items = []
    active = -1
    me.paint()
    return true
  }
  // `wanted`: asked for by an arrow, also where there is no word yet.
  const ask = wanted => {
    const {value, selectionStart: at, selectionEnd} = box()
    const before = value.slice(0, at)
    if (at !== selectionEnd || (!wanted && (!before || /[\s()]$/.test(before)))) return close()
    clearTimeout(timer)
    const mine = ++serial
    timer = setTimeout(
      () => me.send("complete", {text: value, position: lengthOf(before), serial: mine}),
      wanted ? 0 : OFFER_DELAY,
    )
  }
  const show = answer => {
    if (answer.serial !== serial || me.root.getRootNode().activeElement !== box()) return
    items = answer.items
    active = -1
    me.paint()
  }
  const move = step => {
    active = active < 0 && step < 0 ? items.length - 1 : active + step
    if (active >= items.length) active = -1
    me.paint()
    me.root.querySelector(".offers [aria-selected=true]")?.scrollIntoView({block: "nearest"})
  }
  const accept = index => {
    const item = items[index]
    const letters = [...box().value]
    const rest = letters.slice(item.end).join("")
    const goesOn = item.text.endsWith(":")
    const text = item.text + (goesOn || /^[\s)]/.test(rest) ? "" : " ")
    const before = letters.slice(0, item.start).join("") + text
    box().value = before + rest
    box().setSelectionRange(before.length, before.length)
    close()
    if (goesOn) ask(true)
    else go()
  }
  // What Tab takes where no arrow was pressed: only what goes on as it was begun.
  const begun = () => {
    const {value, selectionStart: at} = box()
    const typed = [...value.slice(0, at)].slice(items[0].start).join("").toLowerCase()
    return typed && items[0].text.toLowerCase().startsWith(typed) ? 0 : -1
  }
  const KEYS = {
    ArrowDown: () => (items.length ? move(1) : ask(true), true),
    ArrowUp: () => items.length > 0 && (move(-1), true),
    Enter: () => (active >= 0 ? (accept(active), true) : (close(), false)),
    Tab(event) {
      const index = event.shiftKey || !items.length ? -1 : active >= 0 ? active : begun()
      if (index >= 0) accept(index)
      else close()
      return index >= 0
    },
    Escape: close,
    ArrowLeft: () => (close(), false),
    ArrowRight: () => (close(), false),
    Home: () => (close(), false),
    End: () => (close(), false),
  }
  return {
    ask,
    close,
    show,
    accept,
    // Tells whether a key was for the list.
    key(event) {
      const done = event.isComposing ? false : (KEYS[event.key]?.(event) ?? false)
      if (done) event.preventDefault()
      return done
    },
    attributes: () => ({
      role: "combobox",
      "aria-expanded": String(items.length > 0),
      "aria-controls": "offers",
      "aria-autocomplete": "list",
      "aria-activedescendant": active >= 0 ? `offer${active}` : null,
    }),
    draw: () =>
      h(
        "ul",
        {
          class: "offers",
          id: "offers",
          role: "listbox",
          "aria-label": "Ways to go on",
          hidden: !items.length,
          data: {key: "offers"},
        },
        items.map((item, index) =>
          h(
            "li",
            {
              id: `offer${index}`,
              role: "option",
              "aria-selected": String(index === active),
              data: {act: "offer", index, key: item.text},
            },
            h("b", null, h("bdi", null, item.label)),
            h("span", {class: "grow"}, item.hint),
            item.count !== "" && h("span", {class: "num"}, item.count),
          ),
        ),
      ),
  }
}
