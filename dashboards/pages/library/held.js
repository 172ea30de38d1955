// The home in numbers; each number opens its list of files, a page at a time.
function drawTile(tile) {
  return h(
    "button",
    {
      type: "button",
      class: "stat held",
      "aria-pressed": String(tile.on),
      data: {act: "kind", kind: tile.on ? "" : tile.kind, key: tile.kind},
    },
    h("b", {class: tile.level}, tile.count),
    h("small", null, tile.label),
  )
}

function drawFile(row) {
  return h(
    "div",
    {class: "row frow", role: "row", data: {key: row.id}},
    h(
      "span",
      {class: "f file", role: "cell"},
      fileName(row.name, row.path),
      h("small", {class: "place"}, h("bdi", {dir: "ltr"}, row.place), h("span", null, "· ", row.size)),
    ),
    h(
      "span",
      {class: "t tags", role: "cell"},
      row.people.map(name => tagSpan({text: name, kind: ""})),
      row.only_named && h("span", {class: "quiet"}, "by the film itself"),
      row.what && h("span", {class: "sum"}, h("bdi", null, row.what)),
    ),
    h(
      "span",
      {class: "r", role: "cell"},
      row.state && chip(row.level, row.state),
      button("Add people…", "add_people", {kind: "link", data: {id: row.id, name: row.name}, "aria-label": `Add people to ${row.name}`}),
    ),
  )
}

function drawList(list) {
  return h(
    "section",
    {class: "card", "aria-label": list.title, data: {key: `list-${list.kind}`}},
    h(
      "div",
      {class: "pager top"},
      h("b", null, list.title),
      h(
        "span",
        {class: "turn"},
        list.take && button(list.take, "take", {kind: "link"}),
        list.planned && button("Those in the plan", "planned", {kind: "link", data: {query: list.planned}}),
        h("button", {type: "button", class: "icon", "aria-label": "Close the list", data: {act: "kind", kind: ""}}, "✕"),
      ),
    ),
    list.texts.length > 0 &&
      h(
        "ul",
        {class: "texts", "aria-label": "Texts that are there more than once"},
        list.texts.map(each => h("li", null, h("q", null, h("bdi", null, each.text)), h("span", {class: "num"}, each.files))),
      ),
    list.rows.length
      ? h("div", {role: "table", "aria-label": list.title, "aria-rowcount": list.total}, list.rows.map(drawFile))
      : h("div", {class: "empty"}, h("p", null, "No such file.")),
    pager(list),
  )
}

const drawHeld = view =>
  view.tiles && [
    h(
      "div",
      {class: "chips tiles", role: "group", "aria-label": "Files by what is known of them", data: {key: "tiles"}},
      view.tiles.map(drawTile),
    ),
    view.list && drawList(view.list),
  ]
