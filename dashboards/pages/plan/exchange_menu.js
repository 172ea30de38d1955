// The menu beside the saved views: the plan as a file to be fetched, and an edited one that comes back.
function makeExchange(me, closed) {
  let open = false,
    everything = false,
    busy = ""

  const toggle = on => {
    if (open === on) return
    open = on
    me.paint()
    if (open) me.root.querySelector(".exchange a")?.focus()
    else closed()
  }
  const refuse = text => me.send("upload_failed", {text})
  const upload = async file => {
    const {files, largest, too_large} = me.view.exchange
    if (!file) return
    if (file.size > largest) {
      refuse(too_large)
      return
    }
    busy = file.name
    me.paint()
    try {
      const answer = await fetch(`${files}changes`, {method: "POST", headers: {"Content-Type": "text/csv"}, body: file})
      const {token, refused} = answer.ok ? await answer.json() : {refused: await answer.text()}
      if (token) me.send("uploaded", {token, name: file.name})
      else refuse(refused)
    } catch {
      refuse("The file could not be sent: the service did not answer.")
    }
    busy = ""
    open = false
    me.paint()
    closed()
  }
  const link = (view, kind, label, hint) =>
    h(
      "a",
      {
        class: "fetch",
        href: `${view.files}plan.${kind}?${view.search}${everything ? "&all=1" : ""}`,
        download: "",
        data: {key: kind},
      },
      h("b", null, label),
      h("small", null, hint),
    )
  return {
    toggle,
    upload,
    isOpen: () => open,
    setEverything(on) {
      everything = on
      me.paint()
    },
    draw: ({exchange: view}) =>
      view?.files &&
      h(
        "div",
        {class: "anchor", data: {key: "exchange"}},
        button(["Export", h("span", {"aria-hidden": "true"}, "▾")], "exchange", {
          "aria-expanded": String(open),
          "aria-haspopup": "dialog",
          title: "Export the plan, or bring an edited one back",
          data: {key: "button"},
        }),
        open && h("div", {class: "shade", data: {key: "shade", act: "exchange"}}),
        open &&
          h(
            "div",
            {class: "pop exchange", role: "dialog", "aria-label": "Export and import", data: {key: "pop"}},
            h("h3", null, "Export ", everything ? view.every : view.what),
            link(view, "csv", "CSV", "for a spreadsheet; can be edited and come back"),
            link(view, "json", "JSON", "for a program"),
            h(
              "label",
              {class: "fetch-all"},
              h("input", {type: "checkbox", checked: everything, data: {change: "export_all", key: "all"}}),
              h("span", null, "unchanged and skipped files, too"),
            ),
            h("h3", null, "Bring changes back"),
            h(
              "p",
              {class: "hint"},
              "Edit ",
              h("code", null, "result_people"),
              ", ",
              h("code", null, "postponed"),
              " or the modes in an exported CSV. You see what would change before anything does.",
            ),
            h(
              "label",
              {class: "btn small choose", "aria-busy": busy ? "true" : null},
              h("span", {role: "status"}, busy ? ["Reading ", h("bdi", null, busy), "…"] : "Choose an edited CSV…"),
              h("input", {
                type: "file",
                class: "vh",
                accept: ".csv,text/csv",
                "aria-label": "CSV file with changes",
                disabled: Boolean(busy) || null,
                data: {change: "upload", key: "file"},
              }),
            ),
          ),
      ),
  }
}
