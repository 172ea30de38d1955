// The menu for files: the plan as a file to download, and the upload of an edited file.
import {h} from "#face/dom.js"
import {Menu} from "./search/menu.js"
import {upload} from "../../components/browser/upload.js"

export class ExchangeMenu extends Menu {
  includesAll = false // includes the unchanged and the skipped files
  hasAllFields = false // the CSV has columns for fields that no file has
  sending = "" // name of the file that is being uploaded

  /** @param {Component<{exchange: ExchangeView}, any>} host */
  constructor(host) {
    super(host, {act: "exchange", first: ".exchange a"})
  }

  /** @param {boolean} includesAll */
  setIncludesAll(includesAll) {
    this.includesAll = includesAll
    this.host.paint()
  }

  /** @param {boolean} hasAllFields */
  setHasAllFields(hasAllFields) {
    this.hasAllFields = hasAllFields
    this.host.paint()
  }

  /** Upload an edited CSV. @param {File | undefined} file */
  async upload(file) {
    const {files, largest, too_large: tooLarge} = this.host.view.exchange
    if (!file) return
    if (file.size > largest) {
      this.host.send("upload_failed", {text: tooLarge})
      return
    }
    this.sending = file.name
    this.host.paint()
    const answer = await upload(`${files}changes`, file, {"Content-Type": "text/csv"})
    const {token, refused} = answer.ok ? JSON.parse(answer.text) : {token: "", refused: answer.text}
    if (token) this.host.send("uploaded", {token, name: file.name})
    else this.host.send("upload_failed", {text: refused})
    this.sending = ""
    this.toggle(false)
  }

  /** @type {(exchange: ExchangeView, kind: string, label: string, hint: string) => HTMLElement} */
  drawLink({files, search}, kind, label, hint) {
    const fields = kind === "csv" && this.hasAllFields ? "&fields=all" : ""
    const href = `${files}plan.${kind}?${search}${this.includesAll ? "&all=1" : ""}${fields}`
    return h("a", {class: "fetch", href, download: "", data: {key: kind}}, h("b", null, label), h("small", null, hint))
  }

  drawUpload() {
    const {sending} = this
    return h(
      "label",
      {class: "btn small choose", "aria-busy": sending ? "true" : null},
      h("span", {role: "status"}, sending ? ["Reading ", h("bdi", null, sending), "…"] : "Choose an edited CSV…"),
      h("input", {
        type: "file",
        class: "vh",
        accept: ".csv,text/csv",
        "aria-label": "CSV file with changes",
        disabled: Boolean(sending) || null,
        data: {change: "upload", key: "file"},
      }),
    )
  }

  /** @param {ExchangeView} exchange */
  drawExport(exchange) {
    return [
      h("h3", null, "Export ", this.includesAll ? exchange.every : exchange.what),
      this.drawLink(exchange, "csv", "CSV", "for a spreadsheet; can be edited and imported"),
      this.drawLink(exchange, "json", "JSON", "for a program"),
      h(
        "label",
        {class: "fetch-all"},
        h("input", {type: "checkbox", checked: this.includesAll, data: {change: "export_all", key: "all"}}),
        h("span", null, "unchanged and skipped files, too"),
      ),
      h(
        "label",
        {class: "fetch-all"},
        h("input", {type: "checkbox", checked: this.hasAllFields, data: {change: "export_fields", key: "fields"}}),
        h("span", null, "CSV columns for all fields"),
      ),
    ]
  }

  /** @param {{exchange?: ExchangeView}} view */
  draw({exchange}) {
    if (!exchange?.files) return null
    return h(
      "div",
      {class: "anchor", data: {key: "exchange"}},
      this.drawButton(
        ["Export", h("span", {"aria-hidden": "true"}, "▾")],
        "Export the plan, or import an edited one",
        "button",
      ),
      this.drawPanel(
        "exchange",
        "Export and import",
        this.drawExport(exchange),
        h(
          "button",
          {type: "button", class: "fetch", data: {act: "as_sql", key: "sql"}},
          h("b", null, "Open as SQL"),
          h("small", null, "the listed files as a query that you can change"),
        ),
        h("h3", null, "Import changes"),
        h(
          "p",
          {class: "hint"},
          "Edit ",
          h("code", null, "result_people"),
          ", another ",
          h("code", null, "result_"),
          " column, ",
          h("code", null, "postponed"),
          " or the modes in an exported CSV. A preview shows the changes first.",
        ),
        this.drawUpload(),
      ),
    )
  }
}
