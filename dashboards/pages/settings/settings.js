// Every setting: what it is for, what it is now, and a field to change it. A number is sent when the field is left.
const SWITCH = {true: "on", false: "off"}

function drawField(row, problem) {
  const bad = problem?.name === row.name
  const common = {
    id: `set-${row.name}`,
    "aria-describedby": `help-${row.name}${bad ? ` bad-${row.name}` : ""}`,
    "aria-invalid": bad ? "true" : null,
    disabled: Boolean(row.locked),
    data: {change: "set", name: row.name, key: `set-${row.name}`},
  }
  if (row.kind === "switch")
    return h(
      "label",
      {class: "switch"},
      h("input", {...common, type: "checkbox", role: "switch", checked: row.value === "true"}),
      h("span", {"aria-hidden": "true"}, SWITCH[row.value]),
    )
  if (row.kind === "choice")
    return h(
      "select",
      {...common, class: "select"},
      row.choices.map(each => h("option", {value: each, selected: each === row.value || null}, each)),
    )
  return h("input", {
    ...common,
    type: "text",
    class: bad ? "set bad" : "set",
    inputmode: row.kind === "number" ? "numeric" : null,
    value: bad ? problem.typed : row.value,
    size: ["folder", "names"].includes(row.kind) ? 34 : 12,
    autocomplete: "off",
    spellcheck: "false",
  })
}

function drawRow(row, problem) {
  const bad = problem?.name === row.name
  const own = row.own && !row.locked
  return h(
    "div",
    {class: "setting", data: {key: row.name}},
    h(
      "div",
      {class: "what"},
      h("label", {for: `set-${row.name}`}, row.label),
      h("p", {id: `help-${row.name}`}, row.help),
      h("code", {title: "Its name in the environment; in settings.toml in small letters, without INDEXIUM_"}, row.variable),
    ),
    h(
      "div",
      {class: "how"},
      drawField(row, problem),
      bad && h("p", {class: "bad-text", id: `bad-${row.name}`, role: "alert"}, problem.text),
      row.locked && h("p", {class: "quiet"}, row.locked),
    ),
    h(
      "div",
      {class: "from"},
      chip(row.level, row.origin, ""),
      own
        ? button(`Back to ${row.kind === "switch" ? SWITCH[row.default] : row.default}`, "unset", {
            kind: "link",
            data: {name: row.name},
            "aria-label": `${row.label}: back to ${row.default}`,
          })
        : h("small", null, row.counts),
    ),
  )
}

export function render(context) {
  component(context, {
    draw(view) {
      if (!view.groups) return h("div", {class: "head"}, h("h1", null, "Settings"))
      return [
        h(
          "div",
          {class: "head", data: {key: "head"}},
          h("h1", null, "Settings"),
          h("p", null, "kept in ", h("bdi", {dir: "ltr"}, view.file), "; the environment wins over it"),
        ),
        view.groups.map(group =>
          h(
            "section",
            {class: "card settings", "aria-label": group.title, data: {key: group.title}},
            h("h2", null, group.title),
            group.rows.map(row => drawRow(row, view.problem)),
          ),
        ),
      ]
    },
    act: {
      set(data, event, self, target) {
        const value = target.type === "checkbox" ? String(target.checked) : target.value
        self.send("set", {name: data.name, value})
      },
    },
    setup(self) {
      self.root.addEventListener("keydown", event => {
        if (!event.target.matches("input.set")) return
        if (event.key === "Enter") event.target.blur()
        if (event.key === "Escape") {
          const row = self.view.groups.flatMap(group => group.rows).find(each => each.name === event.target.dataset.name)
          event.target.value = row.value
          event.target.blur()
        }
      })
    },
  })
}
