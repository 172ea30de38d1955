// The media properties of one file: each with a padlock, set by hand with a click, read again by *Rescan*.
function mediaProperties() {
  let setting = null, // the field that is being set by hand
    typed = "",
    problem = "",
    busy = false
  const refresh = new Set() // what is ticked beside *Rescan*: nothing, for each file anew
  const padlock = () => h("i", {"aria-hidden": "true"})
  const end = self => {
    const field = setting
    setting = null
    problem = ""
    self.paint()
    self.root.querySelector(`.props [data-act=change][data-field=${field}]`)?.focus()
  }
  const save = self => self.send("set", {id: self.view.id, field: setting, text: typed})

  const drawSetter = row =>
    h(
      "div",
      {class: "setter", data: {key: `set-${row.field}`}},
      h("input", {
        type: "text",
        value: typed,
        autocomplete: "off",
        spellcheck: "false",
        maxlength: "60",
        "aria-label": row.label,
        "aria-invalid": problem ? "true" : null,
        "aria-describedby": "set-problem",
        data: {key: "in"},
      }),
      button("Save", "put", {kind: "small"}),
      button("Cancel", "unset", {kind: "small"}),
      h("p", {class: problem ? "bad-text" : "hint", id: "set-problem", role: "alert"}, problem || "What you set is locked."),
    )
  const drawRow = (row, editable) =>
    h(
      "li",
      {class: row.locked ? "locked" : "", data: {key: `m-${row.field}`}},
      h("span", {class: "name"}, row.label),
      setting === row.field
        ? drawSetter(row)
        : editable
          ? h(
              "button",
              {
                type: "button",
                class: "value",
                title: "Set by hand",
                "aria-label": `${row.label}: ${row.text === "-" ? "none" : row.text}. Set by hand`,
                data: {act: "change", field: row.field, key: "value"},
              },
              row.text,
            )
          : h("span", {class: "value"}, row.text),
      h(
        "button",
        {
          type: "button",
          class: "icon lock",
          "aria-pressed": String(row.locked),
          "aria-label": `Lock ${row.label.toLowerCase()}`,
          title: row.locked ? `${row.who}. Unlock it` : "Lock it: no scan and no rescan writes it any more",
          data: {act: "lock", field: row.field, on: row.locked ? "" : "1", key: "lock"},
        },
        padlock(),
      ),
    )
  const box = (field, label) =>
    h(
      "label",
      {class: "also"},
      h("input", {type: "checkbox", checked: refresh.has(field), disabled: busy, data: {change: "also", field, key: `also-${field}`}}),
      label,
    )

  return {
    draw: view => [
      h(
        "ul",
        {class: "props", data: {key: "props"}},
        view.media.rows.map(row => drawRow(row, view.media.editable)),
      ),
      view.media.problem && h("p", {class: "bad-text"}, view.media.problem),
      h(
        "div",
        {class: "again", role: "group", "aria-label": "Read the media again", data: {key: "again"}},
        button(busy ? "Reading…" : "Rescan", "rescan", {kind: "small", disabled: busy, title: "Read the media of this file again"}),
        h("span", {class: "hint"}, "also"),
        box("duration", "duration"),
        box("size", "size"),
      ),
      h("p", {class: "hint"}, view.media.read),
    ],
    act: {
      lock: (data, event, self) => self.send("lock", {id: self.view.id, field: data.field, on: data.on === "1"}),
      change(data, event, self) {
        const row = self.view.media.rows.find(each => each.field === data.field)
        setting = data.field
        typed = row.text === "-" ? "" : row.text
        problem = ""
        self.paint()
        self.root.querySelector(".setter input")?.select()
      },
      put: (data, event, self) => save(self),
      unset: (data, event, self) => end(self),
      also: (data, event, self, target) => {
        target.checked ? refresh.add(data.field) : refresh.delete(data.field)
      },
      rescan(data, event, self) {
        busy = true
        self.paint()
        self.send("rescan", {id: self.view.id, refresh: [...refresh]})
      },
    },
    listen(self) {
      self.root.addEventListener("input", event => {
        if (event.target.matches(".setter input")) typed = event.target.value
      })
    },
    // True where the key was meant for what is being set.
    key(self, event) {
      if (!event.target.matches?.(".setter input")) return false
      if (event.key !== "Enter" && event.key !== "Escape") return !event.ctrlKey && event.key !== "Tab"
      event.preventDefault()
      event.stopPropagation()
      event.key === "Enter" ? save(self) : end(self)
      return true
    },
    told(self, message) {
      if (message.rescanned) {
        busy = false
        self.paint()
      }
      if (message.set === "" && setting) end(self)
      else if (message.set) {
        problem = message.set
        self.paint()
        self.root.querySelector(".setter input")?.focus()
      }
    },
    reset() {
      setting = null
      problem = ""
      busy = false
      refresh.clear()
    },
  }
}
