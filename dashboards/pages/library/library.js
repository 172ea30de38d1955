// The folders with their state, the scan while it runs, the first steps, and a list of people that was sent.
const MODES = {
  people_mode: ["People", [["", "as set for all"], ["merge", "keep whom the file names"], ["exact", "only those known"]]],
  comment_mode: ["Comment", [["", "as set for all"], ["replace", "replace all of it"], ["preserve", "keep other text"]]],
}

const drawPromise = text => h("p", {class: "promise"}, h("span", {"aria-hidden": "true"}, "✓ "), text)

function drawSteps(view, body) {
  return h(
    "ol",
    {class: "card steps", "aria-label": "First steps", data: {key: "steps"}},
    view.steps.map((step, index) =>
      h(
        "li",
        {
          class: `step${step.done ? " done" : ""}${step.now ? " current" : ""}`,
          "aria-current": step.now ? "step" : null,
          data: {key: `step${index}`},
        },
        h("span", {class: "place", "aria-hidden": "true"}, step.done ? "✓" : index + 1),
        h(
          "div",
          null,
          h("h2", null, step.title, step.done && h("span", {class: "vh"}, " (done)")),
          step.now && [h("p", null, step.text), drawPromise(step.promise), body(index)],
        ),
      ),
    ),
  )
}

function drawScan(scan) {
  return h(
    "section",
    {class: "card pad scan", "aria-label": "Scan", data: {key: "scan"}},
    h(
      "div",
      {class: "pline"},
      h("b", null, scan.count),
      h("span", {class: "grow"}, scan.what),
      h("span", null, scan.pace),
    ),
    drawGauge("Scan", scan.bar),
    h(
      "div",
      {class: "acts"},
      h("p", {class: "grow now"}, scan.folder && ["in ", h("bdi", {dir: "ltr"}, scan.folder)]),
      button(scan.stopping ? "Stopping…" : "Stop the scan", "stop", {kind: "small", disabled: scan.stopping}),
    ),
    drawPromise("A scan only reads. It goes on if you close this page."),
  )
}

function drawMode(folder, field) {
  const [label, choices] = MODES[field]
  return h(
    "label",
    {class: "inline"},
    label,
    h(
      "select",
      {class: "select", data: {change: "mode", id: folder.id, field, key: `${field}${folder.id}`}},
      choices.map(([value, text]) => h("option", {value, selected: value === folder[field] || null}, text)),
    ),
  )
}

function drawAudio(folder) {
  return h(
    "label",
    {class: "inline"},
    h("input", {type: "checkbox", checked: folder.audio, data: {change: "audio", id: folder.id, key: `audio${folder.id}`}}),
    "Include audio files in scans",
  )
}

function drawFolder(folder, view, open) {
  return h(
    "section",
    {class: "card pad folder", "aria-label": folder.name, data: {key: `folder${folder.id}`}},
    h(
      "div",
      {class: "folder-head"},
      h(
        "div",
        {class: "grow"},
        h("h2", null, h("bdi", null, folder.name), chip(folder.online ? "safe" : "warning", folder.state)),
        h("p", {class: "path"}, h("bdi", {dir: "ltr"}, folder.path)),
        h("p", {class: "quiet"}, folder.facts),
        folder.chips.length > 0 && h("p", {class: "chips-line"}, folder.chips.map(each => chip(each.level, each.text))),
      ),
      h(
        "div",
        {class: "folder-acts"},
        button("Scan", "scan", {data: {id: folder.id}, disabled: !view.can_scan}),
        button(open ? "Less" : "More…", "more", {
          kind: "quiet",
          data: {id: folder.id},
          "aria-expanded": String(open),
          "aria-label": `${open ? "Less" : "More"} about ${folder.name}`,
        }),
      ),
    ),
    folder.problem && h("p", {class: "why warning"}, folder.problem, folder.remedy && ` ${folder.remedy}`),
    !folder.online &&
      h(
        "div",
        {class: "acts"},
        button("These files are really gone…", "gone", {data: {id: folder.id}, disabled: !view.can_scan}),
      ),
    open &&
      h(
        "div",
        {class: "more", data: {key: "more"}},
        folder.promise && h("p", {class: "quiet"}, folder.promise),
        h("div", {class: "modes"}, drawMode(folder, "people_mode"), drawMode(folder, "comment_mode"), drawAudio(folder)),
        h(
          "div",
          {class: "acts"},
          button("Read every file again", "scan", {data: {id: folder.id, full: "1"}, disabled: !view.can_scan}),
          folder.online && button("Look for files that are gone…", "gone", {data: {id: folder.id}, disabled: !view.can_scan}),
          folder.missing > 0 &&
            button(`Forget ${folder.missing.toLocaleString("en")} missing…`, "forget", {data: {id: folder.id}}),
          button("Remove this folder…", "remove", {kind: "quiet", data: {id: folder.id}}),
        ),
      ),
  )
}

function drawLines(label, lines) {
  if (!lines.rows.length) return null
  return h(
    "div",
    null,
    h("h3", {class: "label"}, label),
    h(
      "ul",
      {class: "listing", tabindex: "0", "aria-label": label},
      lines.rows.map(each => h("li", null, h("b", null, each.line), h("small", null, h("bdi", null, each.text)))),
    ),
    lines.more && h("p", {class: "hint"}, lines.more),
  )
}

function drawImport(upload) {
  return h(
    "section",
    {class: "card pad import", "aria-label": "Import", data: {key: "import"}},
    h("h2", null, h("bdi", {dir: "ltr"}, upload.name), h("small", null, upload.summary)),
    h(
      "div",
      {class: "levels"},
      upload.levels.map(each => h("span", null, h("span", {class: "n"}, each.count), chip(each.level, each.text))),
    ),
    upload.hint && h("p", {class: "quiet"}, upload.hint),
    h(
      "div",
      {class: "modes"},
      upload.roots.length > 0 &&
        h(
          "label",
          {class: "inline"},
          "Paths start from",
          h(
            "select",
            {class: "select", data: {change: "root", key: "root"}},
            upload.roots.map(each => h("option", {value: each.value, selected: each.on || null}, each.label)),
          ),
        ),
      h(
        "label",
        {class: "inline"},
        h("input", {type: "checkbox", checked: upload.replace, data: {change: "replace", key: "replace"}}),
        "Set the people of these films, instead of adding to them",
      ),
    ),
    drawLines("Cannot be taken", upload.rejected),
    drawLines("Are skipped", upload.skipped),
    drawLines("Wait for a scan", upload.waiting),
    h(
      "div",
      {class: "acts"},
      upload.confirm && button(upload.confirm, "import", {kind: "primary"}),
      button("Leave it", "leave", {kind: "quiet"}),
    ),
    drawPromise("This is kept in Indexium’s own home; no film is changed."),
  )
}

export function render(context) {
  const {model} = context
  let open = null, // the folder that is shown in full
    adding = false,
    sending = ""
  const add = path => {
    if (path.trim()) me.send("add", {path})
  }
  let field
  const pick = () => me.root.querySelector("#people-file").click()
  const send = async file => {
    if (!file) return
    sending = file.name
    me.paint()
    try {
      const headers = {"Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)}
      const answer = await fetch(`${me.view.files}people`, {method: "POST", headers, body: file})
      if (answer.ok) me.send("uploaded", {token: (await answer.json()).token, name: file.name})
      else me.send("upload_failed", {text: await answer.text()})
    } catch {
      me.send("upload_failed", {text: "The file could not be sent: the service did not answer."})
    }
    sending = ""
    me.paint()
  }
  const drawAdd = view =>
    h(
      "div",
      {class: "add", data: {key: "add"}},
      field.draw(),
      button("Add and scan", "add", {kind: "primary", disabled: !view.can_scan}),
    )
  const drawPeople = view =>
    h(
      "div",
      {class: "acts", data: {key: "people"}},
      view.files && button(sending ? `Sending ${sending}…` : "Import a list…", "pick", {key: "i", disabled: Boolean(sending)}),
      view.people.take && button(view.people.take, "take"),
      button("Add by hand…", "by_hand", {kind: "quiet"}),
      h("input", {
        id: "people-file",
        type: "file",
        accept: ".csv,.tsv,.txt,.json,.db,.sqlite,.sqlite3",
        hidden: true,
        tabindex: "-1",
        "aria-label": "A list of people",
        data: {change: "picked", key: "file"},
      }),
    )
  const body = view => index =>
    [
      () => drawAdd(view),
      () => (view.scan ? null : h("div", {class: "acts"}, button("Scan now", "scan", {kind: "primary"}))),
      () => [
        drawPeople(view),
        h("p", {class: "hint"}, "A list is a CSV with the columns path and people (split by ;), a JSON, or the database of the former program."),
      ],
      () => h("div", {class: "acts"}, button("Review the plan", "plan", {kind: "primary"})),
    ][index]()

  const me = component(context, {
    draw(view, self) {
      if (!view.headline) return h("div", {class: "head"}, h("h1", null, "Library"), h("p", null, "looking…"))
      const guided = Boolean(view.steps)
      return [
        h(
          "div",
          {class: "head", data: {key: "head"}},
          h("h1", null, guided && !view.folders.length ? "Welcome to Indexium" : view.headline),
          h("p", {class: "grow"}, guided && !view.folders.length ? "Four steps to your first plan." : view.summary),
          !guided && [
            button("Scan all", "scan", {key: "s", disabled: !view.can_scan || !view.folders.length}),
            button("Add a folder…", "adding", {key: "f", "aria-expanded": String(adding)}),
          ],
        ),
        view.steps && drawSteps(view, body(view)),
        !guided && adding && h("section", {class: "card pad", data: {key: "adding"}}, drawAdd(view), drawPromise("A scan only reads; nothing in the folder is touched.")),
        view.scan && drawScan(view.scan),
        view.import && drawImport(view.import),
        view.report &&
          h(
            "section",
            {class: `card pad report`, "aria-label": "Last scan", data: {key: "report"}},
            h("p", {role: "status"}, view.report.text),
            view.report.messages.map(each => h("p", {class: "why warning"}, each)),
            h(
              "button",
              {type: "button", class: "icon", "aria-label": "Dismiss", data: {act: "dismiss"}},
              "✕",
            ),
          ),
        drawHeld(view),
        h(
          "div",
          {class: "folder-list", data: {key: "folders"}},
          view.folders.map(folder => drawFolder(folder, view, open === folder.id)),
        ),
        !guided &&
          h(
            "section",
            {class: "card pad", "aria-label": "People", data: {key: "people-card"}},
            h("h2", null, "Who is in which film ", h("small", null, [view.people.known, view.people.waiting].filter(Boolean).join(" · "))),
            drawPeople(view),
          ),
      ]
    },
    act: {
      add() {
        add(me.root.querySelector("#folder").value)
      },
      adding() {
        adding = !adding
        me.paint()
        if (adding) me.root.querySelector("#folder").focus()
      },
      hint(data) {
        field.accept(Number(data.index))
      },
      more(data) {
        open = open === Number(data.id) ? null : Number(data.id)
        me.paint()
      },
      mode(data, event, self, target) {
        self.send("mode", {id: Number(data.id), field: data.field, value: target.value})
      },
      audio(data, event, self, target) {
        self.send("audio", {id: Number(data.id), on: target.checked})
        target.checked = !target.checked // the view shows the setting when it is in force
      },
      root(data, event, self, target) {
        self.send("root", {path: target.value})
      },
      replace(data, event, self, target) {
        self.send("replace", {on: target.checked})
      },
      page(data, event, self) {
        self.send("page", {page: Number(data.page)})
      },
      add_people(data, event, self) {
        self.send("add_people", {id: Number(data.id), name: data.name})
      },
      pick,
      picked(data, event, self, target) {
        send(target.files[0])
        target.value = ""
      },
    },
    setup(self) {
      field = makeFolderField(self, add)
      field.setup()
    },
    drawn(self) {
      // What was asked for is there: the field is done with.
      if (self.before?.folders && self.view.folders?.length > self.before.folders.length) {
        adding = false
        field.close()
        const box = self.root.querySelector("#folder")
        if (box) box.value = ""
      }
    },
  })
  model.on("msg:custom", message => {
    if (message.hints) field.show(message)
  })
  keys(model, "library", {
    s: {
      does: "scan all folders",
      group: "Act",
      when: () => Boolean(me.view.can_scan && me.view.folders?.length),
      run: () => me.send("scan", {}),
    },
    f: {
      does: "add a folder",
      group: "Act",
      run() {
        adding = true
        me.paint()
        me.root.querySelector("#folder")?.focus()
      },
    },
    i: {
      does: "import a list of people",
      group: "Act",
      when: () => Boolean(me.view.files && me.root.querySelector("#people-file")),
      run: pick,
    },
  })
}
