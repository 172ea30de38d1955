// What the browser and Panel bring along, and the types that all components share.

/** The Python component as Panel shows it to its module. */
interface PanelModel {
  shown: string // the view, as JSON
  sheets: string[]
  place: string // the name of its place in page.html
  send_msg(message: object): void
  on(event: string, handler: (message: any) => void): void
  get_child(name: string): HTMLElement | null
}

interface RenderContext {
  model: PanelModel
  el: HTMLElement
}

/** What `h` takes as a child; empty ones are left out. */
type Child = Node | string | number | boolean | null | undefined | Child[]

/** A key of a page; see keys.js. */
interface KeyBinding {
  does?: string | (() => string)
  group?: string
  when?(): boolean
  act?: string // the action that it runs: a person who may not use it does not have the key
  repeats?: boolean
  isFree?: boolean // it does not need the rows of the page
  run?(event: KeyboardEvent): unknown
}

interface ListedKey extends KeyBinding {
  key: string
  pages: string[] | null
}

declare const Bokeh: {documents: {_new_models: Set<object>; on_event(name: string, handler: () => void): void}[]}

// They belong to the page.
declare var indexiumSheets: Map<string, CSSStyleSheet>
declare var indexiumDialogs: Set<HTMLDialogElement>
declare var indexiumDrafts: Map<number, any>
declare var indexiumKeys: Set<ListedKey>

// What several modules draw in the same way.

interface Tag {
  text: string
  kind: string // its class
  title?: string
}

/** A part of a text of which some parts are marked, shown in another form, or folded. */
interface TextPart {
  text: string
  mark: boolean
  show?: string
  fold?: boolean
}

/** A value before and after a change. */
interface ChangedValue {
  label: string
  old: TextPart[] | null
  new: TextPart[] | null
}

interface Choice {
  value: string
  label: string
  on?: boolean
}

interface Bar {
  now: number | null
  max: number | null // null: the total is unknown
  parts: {kind: string; share: number; label?: string}[]
}

interface DialogLevel {
  level: string
  count: string
  text?: string
  glyph?: string
}

interface DialogItem {
  key?: string | number
  name: string
  path?: string
  chips?: {level: string; text: string; glyph?: string}[] // without them, one chip of `level`, `status` and `glyph`
  level?: string
  status?: string
  glyph?: string
  message?: string
  text?: string // a quotation
  texts?: {where: string; text: string}[] // quotations with their places
  was?: string // the old value; `now` is the new one
  now?: string
  values?: {label: string; was: string; now: string}[] // changed fields
  pictures?: {source: string; text: string}[] // before and after the change; a source may be ""
  tags?: Tag[] | null
}

interface DialogListing {
  kind: "items"
  label: string
  items: DialogItem[]
  key?: string // a listing with a key has pages and choices
  style?: string // its class
  choices?: Choice[]
  more?: string
  page?: number
  pages?: number
  range?: string
}

type DialogSection =
  | {kind: "text" | "hint"; text: string}
  | {kind: "levels"; levels: DialogLevel[]}
  | {kind: "facts"; pairs: string[][]}
  | {kind: "why"; level: string; text: string}
  | {kind: "lines"; level: string; lines: {text: string; actions: {label: string; act: string}[]}[]}
  | {kind: "gauge"; now: number; max: number | null; text: string}
  | {kind: "links"; label: string; links: {label: string; href: string}[]}
  | DialogListing

interface RiskCount {
  level: string
  count: number
  shown: string
  hint: string
  on: boolean
}

interface PlaceInList {
  total: number
  range: string
  page: number
  pages: number
}

interface PersonOffer {
  name: string
  files: number
  reason?: string
}
