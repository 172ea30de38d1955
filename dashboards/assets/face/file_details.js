// The details of one file of a list: what would change in it and why, its editors, and its record.
import {go, place, visit} from "#face/address.js"
import {read} from "#face/calls.js"
import {copyText} from "#face/clipboard.js"
import {MediaEditing} from "#face/details_media.js"
import {PeopleEditing} from "#face/details_people.js"
import {ValueEditing} from "#face/details_values.js"
import {startOf} from "#face/days.js"
import {h} from "#face/dom.js"
import {drawDrafts} from "#face/draft_notes.js"
import {draftOf, dropDraft, keepDraft} from "#face/edit_drafts.js"
import {
  drawComments,
  drawGrip,
  drawIssue,
  drawOffers,
  drawPath,
  drawPeople,
  drawPicture,
  drawPrograms,
  drawSteps,
  drawSuggestions,
  drawTexts,
} from "#face/file_parts.js"
import {FEW_CHANGES, drawRecord} from "#face/file_record.js"
import {canEdit, may, toast} from "#face/frame.js"
import {ListPart} from "#face/list_part.js"
import {closeByDragging} from "#face/sheet_dragging.js"
import {closeButton, facts, label} from "#face/widgets.js"

/** @typedef {import("#face/list.js").List<any, any>} List */
/** @typedef {import("#face/edit_drafts.js").DraftKind} DraftKind */
/** @typedef {Values.FileDetails} View */
/** @typedef {Pick<Values.AuditPage, "total" | "page" | "per_page"> & {items: Values.AuditEvent[]}} Changes */

const CHANGES_PER_PAGE = 20
const COPIED_FOR = 2000 // milliseconds
const EVENT = {
  ...{operation_id: 1, title: 1, when_text: 1, state: 1, message: 1, note: 1, change_tags: 1, rollback_text: 1},
  ...{comments: 1, keeps_comment: 1, changed_fields: 1},
}
const FILE = {
  ...{file_id: 1, file_name: 1, file_path: 1, folder_text: 1, media_kind: 1, newest_decision: 1, copies_text: 1},
  ...{picture_version: 1, is_shown_by_browsers: 1, caption: 1, main_facts: 1, disk_facts: 1, stream_facts: 1},
  ...{tag_facts: 1, read_text: 1, field_rows: 1, field_names: 1, origin_sum: 1, comment_parts: 1, keeps_comment: 1},
  ...{comment_texts: 1, same_texts: 1, program_rows: 1, method_facts: 1, offers: 1, history_total: 1},
  ...{properties_problem: 1},
  item: {
    ...{result_people: 1, people_tags: 1, risk_level: 1, can_update: 1, postponed: 1, comment_mode: 1},
    ordered_issues: {code: 1, severity: 1, text: 1, remedy: 1},
  },
  people: {name: 1, origins_text: 1},
  properties: {field: 1, label: 1, text: 1, lock: {text: 1}},
  history: EVENT,
}
const CHANGE = {id: 1, label: 1, done: 1, before: 1, after: 1, source: 1, job_id: 1}

/** What the details of a file need. @type {(row: {file_id: number}, place: Route) => Record<string, ReadCall>} */
export const fileReads = ({file_id: id}, {changes}) => ({
  file: ["files.file", {file_id: id, plan: {}}, FILE],
  changes: [
    "audit.page",
    {file_id: id, page: Number(changes) || 1, per_page: changes ? CHANGES_PER_PAGE : FEW_CHANGES},
    {items: CHANGE, total: 1, page: 1, per_page: 1},
  ],
})

/** What takes longer. @type {(row: {file_id: number}) => Record<string, ReadCall>} */
export const fileReadsLater = ({file_id: id}) =>
  canEdit && may("decisions.edit")
    ? {
        suggestions: ["suggestions.suggest", {file_id: id}, {name: 1, reason: 1, others: 1, sure_text: 1, replaces: 1}],
      }
    : {}

/** The editor of each kind of draft. @type {Record<DraftKind, "editor" | "values" | "media">} */
const EDITORS = {people: "editor", field: "values", media: "media"}

export class FileDetails extends ListPart {
  id = 0 // of the file that is shown
  /** @type {any} */
  row // of the list
  /** @type {View | undefined} */
  view // undefined until it is read
  /** @type {Set<string>} */
  sections = new Set(["history", "media", "fields"]) // keys of the open parts, which stay open for the next file
  isUnfolded = false // comments are shown in full
  isPostponing = false // the field for the day is shown
  day = ""
  isCopied = false
  onlyThis = 0 // the file whose copies edits leave alone
  /** @type {Map<string, string>} */
  pictures = new Map() // by address: "there", "there tall" or "none"

  /** @param {List} list */
  constructor(list) {
    super(list)
    this.editor = new PeopleEditing(this)
    this.values = new ValueEditing(this)
    this.media = new MediaEditing(this)
    for (const name of ["load", "error"]) this.root.addEventListener(name, event => this.onPicture(event), true)
    this.root.addEventListener("pointerdown", () => {
      this.values.isByKey = false
    })
    this.root.addEventListener("focusout", ({target}) => this.values.onLeave(/** @type {HTMLElement} */ (target)))
    closeByDragging(this.root, () => go(list.opening("")))
    window.addEventListener("indexium:drafts", () => this.paint())
    window.addEventListener("pagehide", () => this.keepUnsaved(this.id))
    for (const name of ["scroll", "resize"]) window.addEventListener(name, () => this.fitHeight())
  }

  mayEdit() {
    return canEdit && may("decisions.edit")
  }

  isEditing() {
    const {editor, values, media} = this
    return this.id > 0 && Boolean(editor.draft || values.edited || media.edited || this.isPostponing)
  }

  /** Close the editor that is open: what is typed stays as a draft. */
  leaveEditor() {
    for (const each of [this.media, this.values]) if (each.edited) each.leave()
    if (this.editor.draft) this.editor.leave()
    if (!this.isPostponing) return
    this.isPostponing = false
    this.paint()
    this.focus("[data-act=skip-choice]")
  }

  /** Whether no editor of the file is open. */
  isFree() {
    return this.id > 0 && !this.isEditing()
  }

  /** The details reach down to the footer, at any scroll position, so that the last line is always reachable. */
  fitHeight() {
    const side = this.find(".side")
    side?.style.setProperty("--top", `${Math.max(16, Math.round(side.getBoundingClientRect().top))}px`)
  }

  /** Show another file: what is typed stays as a draft. @type {(row: any) => void} */
  turn(row) {
    const id = row?.file_id ?? 0
    this.row = row
    if (id === this.id) return
    this.keepUnsaved(this.id)
    this.id = id
    Object.assign(this, {isPostponing: false, isUnfolded: false, isCopied: false, onlyThis: 0, day: ""})
    this.view = undefined
    this.editor.discard()
    this.values.reset()
    this.media.reset()
  }

  /** Keep what is typed in the open editors as drafts of a file. @param {number} id */
  keepUnsaved(id) {
    const {editor, values, media} = this
    if (id) keepDraft(id, {people: editor.unsaved(), field: values.unsaved(), media: media.unsaved()})
  }

  /** The list has been drawn. */
  follow() {
    const isOpen = Boolean(this.find(".drawer"))
    if (!isOpen) this.turn(undefined)
    document.documentElement.toggleAttribute("data-sheet", isOpen && this.list.hasSheet)
    if (isOpen) this.fitHeight() // it costs a layout
    this.editor.follow()
    this.readNeighbours()
  }

  /** Read the files before and after the one that is shown: the next key may lead there. */
  readNeighbours() {
    if (!this.id || !this.view) return
    const shown = this.list.rows.shown()
    const at = shown.findIndex(row => row.file_id === this.id)
    for (const row of [shown[at - 1], shown[at + 1]]) {
      if (at < 0 || !row) continue
      for (const own of Object.values(fileReads(row, place()))) read(own, this.list.spec.news)
    }
  }

  /** Open the editor of the people within the key press. @param {{file_id: number}} row */
  edit(row) {
    if (!row) return
    if (!canEdit) {
      toast("Editing is switched off by INDEXIUM_METADATA_ENABLE_INLINE_EDIT.", {kind: "info"})
      return
    }
    this.list.open(row.file_id)
    this.startEditing()
  }

  startEditing() {
    this.isPostponing = false
    this.editor.open()
  }

  /** Make a decision about the file, which the row shows at once. @type {(act: string, answers: Answers) => Promise<void>} */
  decide(act, answers) {
    const {list, row} = this
    const action = list.actions.find(each => each.act === act)
    const only = this.onlyThis === this.id
    return list.perform(action, [row], {...answers, only}, {at: place(), head: list.knownTo(), question: null})
  }

  /** @param {Error} error */
  complain({message}) {
    toast(message, {kind: "error"})
  }

  // What a person clicks and types.

  /** @param {HTMLElement} target @returns {Record<string, () => unknown>} */
  acts({dataset: {index, name, old, field, stars, kind, which, by, id, replaces}}) {
    const {editor, values, media, list} = this
    /** @type {(act: string, answers: Answers) => () => void} */
    const decides = (act, answers) => () => void this.decide(act, answers).catch(error => this.complain(error))
    return {
      edit: () => this.edit(this.row),
      "cancel-edit": () => editor.cancel(),
      "save-draft": () => editor.save(),
      "remove-name": () => editor.remove(Number(index)),
      meant: () => editor.replace(old, name),
      ...(editor.draft && {option: () => editor.field.pick(Number(index))}),
      "edit-field": () => values.startEditing(field),
      "rate-field": () => values.rate(field, Number(stars)),
      "revoke-field": decides("revoke-value", {field}),
      lock: decides("lock-field", {field}),
      unlock: decides("unlock-field", {field}),
      "edit-property": () => media.startEditing(field),
      "save-property": () => media.save(),
      "cancel-property": () => media.cancel(),
      "rescan-file": () => media.rescan(),
      "continue-draft": () => this.continueDraft(/** @type {DraftKind} */ (kind)),
      "apply-draft": () => {
        this.continueDraft(/** @type {DraftKind} */ (kind))
        this[EDITORS[/** @type {DraftKind} */ (kind)]].save()
      },
      "drop-draft": () => {
        dropDraft(this.id, /** @type {DraftKind} */ (kind))
        this.paint()
        this.focus("h2")
      },
      "add-suggested": decides("add-name", {name, replaces: replaces ?? ""}),
      "decline-name": decides("refuse-name", {name}),
      "skip-choice": () => {
        this.isPostponing = !this.isPostponing
        this.paint()
        this.focus(".until input")
      },
      "skip-until": () => this.skipUntil(),
      "unfold-part": () => {
        if (!this.sections.delete(which)) this.sections.add(which)
        this.paint()
      },
      unfold: () => {
        this.isUnfolded = true
        this.paint()
      },
      "step-file": () => list.move(Number(by)),
      "copy-path": () => void this.copyPath(),
      "to-operation": () => visit(`/history?op=${id}`),
      "to-job": () => visit(`/jobs?job=${id}`),
      "to-history": () =>
        visit(`/history?${new URLSearchParams({q: `path:"${this.view.file_path.replaceAll('"', '""')}"`})}`),
    }
  }

  skipUntil() {
    const input = this.find(".until input")
    if (!input.reportValidity()) return
    this.isPostponing = false
    void this.decide("skip", {until: startOf(input.value)}).catch(error => this.complain(error))
  }

  async copyPath() {
    this.isCopied = await copyText(this.view.file_path)
    this.paint()
    setTimeout(() => {
      this.isCopied = false
      this.paint()
    }, COPIED_FOR)
  }

  /** Open the editor of a draft, with its values. @param {DraftKind} kind */
  continueDraft(kind) {
    const {[kind]: draft} = draftOf(this.id)
    if (kind === "people") {
      this.startEditing()
      return
    }
    const {key} = /** @type {import("#face/edit_drafts.js").ValueDraft} */ (draft)
    for (const name of kind === "media" ? ["media"] : ["fields", "more_fields"]) this.sections.add(name)
    if (kind === "media") this.media.startEditing(key)
    else this.values.startEditing(key)
  }

  /** @param {HTMLInputElement} target Whether it is a field of the details. */
  onType(target) {
    if (this.editor.draft && target === this.editor.field.input()) {
      this.editor.field.onTyped()
      return true
    }
    return this.media.onType(target) || this.values.onType(target)
  }

  /** @param {Event} event Whether it is of the details. */
  onChange(event) {
    const target = /** @type {HTMLInputElement} */ (event.target)
    const {change: name, field} = target.dataset
    if (name === "only-this") {
      this.onlyThis = target.checked ? this.id : 0
      this.paint()
    } else if (name === "skip-day") this.day = target.value
    else if (name === "refresh-also") this.media.refreshed[target.checked ? "add" : "delete"](field)
    else return this.values.onChange(target) || Boolean(target.closest("[data-editor]"))
    return true
  }

  /** Handle a key; return whether an open part used it. @param {KeyboardEvent} event */
  onKey(event) {
    if (this.media.onKey(event) || this.values.onKey(event) || this.editor.onKey(event)) return true
    const {key} = event
    const target = /** @type {HTMLElement} */ (event.target)
    if (key === "Escape" && (this.editor.draft || this.isPostponing)) {
      event.stopPropagation()
      event.preventDefault()
      this.leaveEditor()
      return true
    }
    if (key === "Enter" && target.matches(".until input")) {
      event.preventDefault()
      this.skipUntil()
      return true
    }
    return false
  }

  /** @returns {Record<string, KeyBinding>} */
  keys() {
    const {list} = this
    const group = "Decide"
    return {
      e: {does: "edit the people", group, when: () => may("decisions.edit"), run: () => this.edit(list.current())},
      p: {
        does: "preserve the comment’s custom text",
        group,
        when: () => may("decisions.set_mode"),
        run: () => this.preserve(list.current()),
      },
    }
  }

  preserving = 0 // the file that a review is about to preserve

  /** Preserve the text. In a review the next file follows, and a quick second key takes nothing back. @param {any} row */
  preserve(row) {
    const {list} = this
    if (!row) return
    const isKnown = list.knownTo() !== undefined // otherwise it may be a review
    if (!list.goesOn()) {
      if (isKnown || row.comment_mode !== "preserve") list.runKey("p")
    } else if (row.risk_level !== "danger") list.goOn()
    else if (this.preserving !== row.file_id) {
      this.preserving = row.file_id
      const action = list.actions.find(each => each.act === "preserve")
      const asked = {at: place(), head: list.knownTo(), question: /** @type {any} */ (null)}
      list.perform(action, [row], {}, asked).then(
        () => list.cursorId() === row.file_id && list.goOn(),
        error => this.complain(error),
      )
    }
  }

  /** Remember whether a picture could be shown, and its shape. @param {Event} event */
  onPicture({type, target}) {
    const image = /** @type {HTMLImageElement} */ (target)
    if (image.matches?.(".thumb video") && type === "error") this.pictures.set(image.dataset.key, "none")
    else if (image.matches?.(".thumb img")) {
      const shape = image.naturalWidth < 1.5 * image.naturalHeight ? "there tall" : "there"
      this.pictures.set(image.dataset.key, type === "error" ? "none" : shape)
    } else return
    this.paint()
  }

  // Drawing.

  /** A part that stays open for the next file. @type {(key: string, text: string, draw: () => Child) => HTMLElement} */
  drawSection(key, text, draw) {
    const isOpen = this.sections.has(key)
    return h(
      "section",
      {class: "more", data: {key}},
      h(
        "button",
        {type: "button", class: "fold", "aria-expanded": String(isOpen), data: {act: "unfold-part", which: key}},
        h("span", {"aria-hidden": "true"}, isOpen ? "▾" : "▸"),
        text,
      ),
      isOpen && h("div", {class: "inside"}, draw()),
    )
  }

  /** The choice to leave the copies of the file alone. @param {string} where */
  drawOnlyThis(where) {
    const text = this.view?.copies_text
    return (
      text &&
      h(
        "label",
        {class: "tick", data: {key: `only-${where}`}},
        h("input", {
          type: "checkbox",
          checked: this.onlyThis === this.id,
          data: {change: "only-this", key: "only"},
        }),
        text,
      )
    )
  }

  /**
   * @param {any} row
   * @param {{value?: {file: View, changes: Changes}, error?: Error}} more
   */
  draw(row, {value, error}) {
    this.turn(row)
    const known = value?.file.file_id === this.id ? value : undefined
    if (known) this.view = known.file
    return h(
      "div",
      {class: "side", data: {key: "side"}},
      h("div", {class: "veil", data: {act: "close", key: "veil"}}),
      h(
        "aside",
        {class: "card drawer details", "aria-label": "Details", data: {key: "drawer"}},
        h(
          "div",
          {class: "top", data: {key: `top-${this.id}`}},
          drawGrip(),
          h("h2", {tabindex: "-1"}, h("bdi", {dir: "ltr"}, row.file_name)),
          drawSteps(),
          closeButton("Close details", {act: "close"}),
        ),
        error && h("p", {class: "bad-text", role: "alert", data: {key: "error"}}, error.message),
        h(
          "div",
          {class: "facing", data: {row: this.id, key: `facing-${this.id}`}},
          known ? this.drawKnown(known.changes) : this.drawUnknown(),
        ),
        known &&
          !this.editor.draft &&
          h(
            "div",
            {class: "footing", data: {row: this.id, key: `footing-${this.id}`}},
            drawOffers(/** @type {any} */ (this.view.offers), {
              isPostponing: this.isPostponing,
              day: this.day,
              canEdit: this.mayEdit(),
            }),
          ),
      ),
    )
  }

  /** Before the details are read, the editor can be open already. */
  drawUnknown() {
    return [
      h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading")),
      this.editor.draft && this.editor.draw(),
    ]
  }

  /** @param {Changes} changes */
  drawKnown(changes) {
    const {view, editor, values, media} = this
    const {item} = view
    return [
      drawPath(view.file_path, view.folder_text, this.isCopied),
      drawPicture(view, this.pictures),
      h("div", {class: "strip", data: {key: "strip"}}, view.main_facts.join(" · ")),
      drawDrafts(this.id, {people: Boolean(editor.draft), field: Boolean(values.edited), media: Boolean(media.edited)}),
      !editor.draft && drawComments(view, this.isUnfolded),
      item.ordered_issues.filter(({code}) => code !== "shown_as_plot").map(drawIssue), // the part on programs has more
      editor.draft ? editor.draw() : this.drawPlanned(),
      this.drawSection("fields", "Fields", () => values.draw()),
      drawPrograms(`What other programs ${item.can_update ? "will show" : "show now"}`, view.program_rows),
      label("Write method"),
      facts(view.method_facts),
      this.drawSection("media", "Media properties", () => media.draw()),
      drawRecord(view, changes, this),
    ]
  }

  drawPlanned() {
    const {view, row} = this
    const {suggestions} = this.list.rows.later(row)
    const tags = row.people_tags ?? view.item.people_tags
    const sources = view.people.map(({name, origins_text: text}) => [name, text])
    return [
      label("People"),
      drawPeople(tags, this.sections.has("everybody")),
      view.origin_sum && this.drawSection("origins", `Sources: ${view.origin_sum}`, () => facts(sources)),
      view.same_texts.length > 0 && [label("Places in the file"), facts(view.same_texts)],
      drawTexts(/** @type {any} */ (view.comment_texts), this.isUnfolded),
      drawSuggestions(/** @type {any} */ (suggestions?.value ?? [])),
    ]
  }
}
