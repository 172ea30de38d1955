// The menu for files: the plan as a file to download, and the upload of an edited file.
import {h} from "#face/dom.js"
import {may, toast} from "#face/frame.js"
import {askToImport, tellRefusedImport} from "#face/import_question.js"
import {SearchMenu} from "#face/search_menu.js"
import {upload} from "#face/upload.js"
import {button} from "#face/widgets.js"

const LARGEST = 100_000_000 // bytes of an upload; a plan of 100,000 files has about 60 MB
const FILES = "/files/"

/** @typedef {Pick<Values.PlanNumbers, "export_text" | "whole_export_text">} Exported */

export class ExchangeMenu extends SearchMenu {
  includesAll = false // includes the unchanged and the skipped files
  hasAllFields = false // the CSV has columns for fields that no file has
  sending = "" // name of the file that is being uploaded

  /** @param {import("#face/plan_search.js").PlanSearch} search */
  constructor(search) {
    super(search, {act: "exchange", first: ".exchange a"})
  }

  /** Send an edited CSV, and ask about its changes. @param {File | undefined} file */
  async upload(file) {
    if (!file) return
    if (file.size > LARGEST) {
      toast("This file is larger than 100 MB. Import only the rows that you changed.", {kind: "error"})
      return
    }
    this.sending = file.name
    this.search.paint()
    const answer = await upload(`${FILES}changes`, file, {"Content-Type": "text/csv"})
    const {token = "", refused = ""} = answer.ok ? JSON.parse(answer.text) : {refused: answer.text}
    this.sending = ""
    this.toggle(false)
    void (token ? askToImport(token, file.name) : tellRefusedImport(refused))
  }

  /** @type {(kind: string, label: string, hint: string) => HTMLElement} */
  drawLink(kind, label, hint) {
    const {query, order} = this.search
    const values = {q: query, sort: order.by, desc: order.isDescending ? "1" : "", all: this.includesAll ? "1" : ""}
    const fields = kind === "csv" && this.hasAllFields ? "all" : ""
    const given = Object.entries({...values, fields}).filter(([, value]) => value)
    const href = `${FILES}plan.${kind}?${new URLSearchParams(given)}`
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

  /** @param {Exported} numbers */
  drawExport({export_text: some, whole_export_text: every}) {
    return [
      h("h3", null, "Export ", this.includesAll ? every : some),
      this.drawLink("csv", "CSV", "for a spreadsheet; can be edited and imported"),
      this.drawLink("json", "JSON", "for a program"),
      h(
        "label",
        {class: "fetch-all"},
        h("input", {type: "checkbox", checked: this.includesAll, data: {change: "export-all", key: "all"}}),
        h("span", null, "unchanged and skipped files, too"),
      ),
      h(
        "label",
        {class: "fetch-all"},
        h("input", {type: "checkbox", checked: this.hasAllFields, data: {change: "export-fields", key: "fields"}}),
        h("span", null, "CSV columns for all fields"),
      ),
    ]
  }

  drawImport() {
    return [
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
    ]
  }

  /** @param {Exported} numbers */
  draw(numbers) {
    return h(
      "div",
      {class: "anchor", data: {key: "exchange"}},
      this.drawButton(["Export", h("span", {"aria-hidden": "true"}, "▾")], "Export the plan, or import an edited one"),
      this.drawPanel(
        "exchange",
        "Export and import",
        this.drawExport(numbers),
        may("search.as_sql") &&
          button(
            [h("b", null, "Open as SQL"), h("small", null, "the listed files as a query that you can change")],
            "as-sql",
            {class: "fetch", data: {key: "sql"}},
          ),
        may("changes.apply_upload") && this.drawImport(),
      ),
    )
  }
}
