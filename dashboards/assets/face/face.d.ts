// The types of the declarations of pages.

type CellKind =
  | "name"
  | "file"
  | "picture"
  | "poster"
  | "tags"
  | "changes"
  | "risk"
  | "cost"
  | "number"
  | "text"
  | "link"
  | "time"
  | "state"
  | "own"

interface NameTag {
  name: string
  differs?: boolean
  note?: string
  kind?: string // the class of a name that differs
}

/** A picture, and the letters in its place if there is none. */
interface Portrait {
  initials: string
  src: string // "" without a picture
}

interface KeyLayer {
  isReady(): boolean // false: keys are kept until `pressDelayed`
  table: Record<string, KeyBinding>
  isEditing?(): boolean // of a page: no key but Escape has an effect
  isComing?: boolean // a page that is not made yet: all keys are kept
}

/** A page; one without a group has no entry in the navigation. */
interface PageLink {
  id: string
  label: string
  href: string
  group: string
}

type Answers = Record<string, any> // by the names of fields: a text, a boolean of a switch, a list of checks or of pairs
type OfAnswers = string | ((answers: Answers, found?: any) => string) // a word that other answers decide, or what the question has read

interface QuestionField {
  name: string
  label: OfAnswers
  // Default: text. A password is in no storage. The answer of a person is `{id, label}`, of several a list of them.
  // Lines are a text of several lines. That of an offer is the offer: a person types, and chooses one of those that `finds` returns.
  kind?: "text" | "lines" | "password" | "time" | "select" | "switch" | "checks" | "pairs" | "person" | "offer"
  value?: any
  required?: boolean // default: true, and false of checks and pairs
  placeholder?: OfAnswers
  title?: string // what a text is for
  longest?: number // characters
  autocomplete?: string // what a password manager or a phone fills in, in the words of HTML
  inputmode?: string // the keys of a phone, in the words of HTML
  choices?: {value: string; label: string; hint?: string}[] // of a select; a hint is about what is chosen
  options?: {value: string; label: string; title?: string; hint?: string}[] // of checks
  optionsOf?(found: any): QuestionField["options"] // in place of `options`: from the value that the question reads
  isMany?: boolean // of a person: several can be chosen
  finds?(text: string): Promise<FieldOffer[]>
  adds?(text: string): FieldOffer[] // that stand behind those
  without?: number[] // ids of people who cannot be chosen
  none?: string // the sentence about checks without a tick, or about no pair
  pairs?: PairsField // of pairs
  when?(answers: Answers): boolean // other answers leave the field open; default: always
}

/** What a person can choose in a field of the kind offer; the answer may have more. */
interface FieldOffer {
  value: string
  label: string
  hint: string
  [more: string]: any
}

/** Two texts in each row, of which a person adds and removes some. */
interface PairsField {
  columns: {
    part: 0 | 1 // of a pair
    head: string
    label: string // for a screen reader; the number of the row follows
    placeholder?: string
    offers?: string[] // of the browser, while a person types
  }[]
  add: string
  remove(pair: string[], row: string): string
  aside?: {head: string; draw(pair: string[]): Child} // behind each pair
  isMarked?(pair: string[]): boolean
}

/** A word that a person types before dangerous work: `Type WORD to …`. */
interface TypedWord {
  before: string
  word: string
  after: string
}

/** A question of `ask`, or a form in the page. */
interface Question {
  title: string
  text?: string | string[]
  warning?: string
  hint?: string
  // What only a dialog shows: a call that is read when it opens and when a list in it is turned (`turned`: the pages of
  // lists by name), what is drawn from its value, the word to type, and what the answers get from the value. The word
  // and the answers are those of the first value: a page that is turned later may belong to something newer.
  // Its call may need another one before. `first`: the value that was shown first, if a list is turned.
  reads?(turned: Record<string, string>, first?: any): ReadCall | Promise<ReadCall>
  // What buttons of its sections do, by their names; if an act returns true, everything is read again. A button without
  // an act asks about something else: `reads` gets its name.
  acts?: Record<string, (found: any, close: () => void) => unknown>
  insteadOf?(found: any): {label: string; act: string} | null | false // what the button does in place of confirming
  // In place of `reads`: work that tells what it has found until its end. A closed dialog (`isOpen`) ends it.
  works?(tell: (found: any) => void, isOpen: () => boolean): Promise<any>
  titleOf?(found: any): string // in place of the title
  confirmOf?(found: any, answers: Answers): string // in place of `confirm`; "": the dialog only tells something
  allows?(found: any, answers: Answers): boolean // whether these answers can be confirmed; default: true
  fieldsOf?(found: any): QuestionField[] // in place of `fields`
  parts?(found: any, turned: Record<string, string>, answers: Answers): Child
  below?(found: any, answers: Answers, turned: Record<string, string>): Child // the fields
  typed?(found: any): TypedWord | null | false
  answers?(found: any, asked: Record<string, string>): Answers // `asked`: what else `reads` was asked for, see `act` in `ask.js`
  // Buttons beside the one that confirms. `run` works while the dialog stays open; without it, the answer is the `act`.
  others?(found: any): {label: string; act: string; run?(): unknown}[]
  isOver?(): boolean // whether the question needs no answer any more: the dialog closes
  isWide?: boolean
  account?: string // whose password is asked for, for the password manager
  fields?: QuestionField[]
  check?(answers: Answers): string // why the answers do not fit together; "" if they do
  confirm: string
  back?: string // the button that changes nothing; default: Cancel
  risky?: boolean
  stays?: boolean // until the library has made the change: a refusal is shown with what was typed
  // Of a form in the page: its answers stay when it is sent. A draft is the stored value until a person changes it, and
  // has buttons only while it is changed.
  lasts?: "text" | "draft"
}

type Route = Record<string, string> // the values of the address
type CallName = keyof Values.Calls
/** A call by its name, with its arguments. */
type CallOf<Name extends CallName = CallName> = {[Each in Name]: [name: Each, args: Values.Calls[Each][0]]}[Name]
type ReadCall = {[Each in CallName]: [name: Each, args: Values.Calls[Each][0], want?: object]}[CallName]

interface ListColumn<Row> {
  kind: CellKind
  width: string // of the grid
  phone?: "start" | "first" | "below" | "end" | "last" // its place on a phone; none: hidden there
  head?: string // the title of the column; a list has one for each column, or none
  isSpare?: boolean // left out beside the details
  only?: "tiles" | "rows" // shown only if the rows are tiles, or only if they are not
  sort?: string // the order of the address that a click on its head leads to
  value(row: Row, head: any): any // the head is undefined until it is read
}

/** The selection of a list over all its pages: a fixed set, in the version that is shown when it is made. */
interface ListSelection<Row = any, Head = any> {
  canHave(row: Row): boolean
  search(place: Route): string // whose rows *all* selects
  searches: string // the name of the search in the address
  able(head: Head | undefined): number | undefined // number of rows that *all* selects
  read(selection: import("#face/list_selection.js").Chosen, place: Route, ids: number[]): ReadCall // its numbers
}

/** What stands above the rows in place of the search and the filters of a list. */
interface ListFinding {
  enter(): void // the page is shown
  followAddress(): void
  follow(): void // the list has been drawn
  draw(): Child[]
  acts(target: HTMLElement): Record<string, () => unknown>
  keys(): Record<string, KeyBinding>
  onKey(event: KeyboardEvent): boolean // whether it has used the key
  onType(target: HTMLInputElement): boolean
  onChange(event: Event): boolean
  close(): boolean // whether something was open
  isWaiting(): boolean // for a search that a person has entered: keys are kept
  goOn(): void // goes to the next row that a person has to decide
}

/** The details of a row, where they have more than a declaration says: editors, drafts, parts that open. */
interface ListDetails<Row = any> {
  follow(): void // the list has been drawn
  draw(row: Row, more: {value?: any; error?: Error}): HTMLElement
  acts(target: HTMLElement): Record<string, () => unknown>
  keys(): Record<string, KeyBinding>
  isEditing(): boolean // an editor is open: the page has no keys
  leaveEditor(): void
  onKey(event: KeyboardEvent): boolean
  onType(target: HTMLInputElement): boolean
  onChange(event: Event): boolean
}

/** Rows of a page that has several groups of them, each with its place also while it is empty. */
interface ListArea<Row> {
  id: string
  title: string
  note?: string // beside the title
  none: string // in the place of its rows
  page?: {items: Row[]; total: number; page: number; per_page: number} // what the head has read; none: the rows of the list
  turn?: string // the name of its page number in the address
  choice?: {label: string; name: string; choices: Choice[]}
}

/** An action of a list, or of a section: then its head is what the section has read. */
interface ListAction<Row, Head> {
  act: string
  needs?: string // the call that the person must be allowed to make; without it, everybody sees the action
  key?: string
  refuses?(row: Row | undefined, place: Route): string // why its key has no effect now: a toast says it
  sign?: string // in place of the label, on a small button
  label: string | ((row: Row, place: Route, head: Head, selected?: number) => string) // `selected`: of a bar, how many rows
  does?: string // in the list of keys; default: the label
  hint?(row: Row, place: Route): string // below the button
  // Of the rows that are meant (default), above the list, beside the title; what `details` or `card` draws; the form of an
  // empty list.
  // `bar`: of the selection. If it is `lasting`, `rows` are `Chosen` values; else its answers have it as an argument of calls.
  where?: "row" | "all" | "head" | "card" | "field" | "empty" | "bar"
  takesCursor?: boolean // in the bar: it means the row at the cursor if nothing is selected
  isHidden?: boolean // in the bar: it has a key only
  isOptional?: boolean // in the bar: left out on a phone
  suits?(numbers: any): boolean // in the bar: the numbers of the selection, once they are read, make it useful
  isInline?: boolean | "only" | ((row: Row) => boolean) // of a list with details: also in the rows, or only there
  isSingle?: boolean // of the row at the cursor, also if others are selected
  isPrimary?: boolean
  isQuiet?: boolean // in a row: a link
  isRisky?: boolean
  when?(row: Row | undefined, place: Route, head: Head | undefined): boolean
  asks?(rows: Row[], place: Route, head: Head): Question | null | undefined | false
  // The answers of a field in the details are its `value`, whether it is `checked`, and its data.
  call?(rows: Row[], answers: Answers, place: Route, head: Head): CallOf
  want?: object // the attributes of the result that it needs; default: the outer form
  // What is asked before the call, from the answer to the same call with `dry_run`; null: nothing would change.
  preview?(rows: Row[], answers: Answers, effect: any): Question | null | false
  // In place of the same call: then false of `preview` means that nothing is asked, and so does null.
  weighs?(rows: Row[], answers: Answers): CallOf | null
  // What the row shows before the library has answered; of an action of a section without a row, what is read by name.
  shows?(row: Row, answers: Answers, head: Head): Partial<Row> | Partial<Head> | Record<string, any>
  leads?(result: any): string // the address of the page that is opened after it
  visits?(result: any, rows: Row[]): string // the address that is shown after it; "": as before
  shownAt?(result: any): Record<string, string> // the values of the address with which its effect is shown
  follows?(result: any, rows: Row[], answers: Answers): unknown // the work that it leads to; it tells its own errors
  // The section shows its result: a secret until another action, or anything until another row is opened. Neither is
  // kept on another page.
  holds?: boolean | "open"
  isForm?: boolean // what it asks is a form in the section, which its button opens
  isRefusedInPlace?: boolean // why it is refused stands where the section draws `refusal`; otherwise, a toast says it
  run?(rows: Row[], place: Route, head: Head, given: Answers): unknown // in place of a call: it changes nothing
  sets?(state: any, answers: Answers): Record<string, any> // in place of a call: what it changes in the `state` of the details
  keeps?: boolean // the rows stay in the list
  takes?(rows: Row[], answers: Answers): any[] // ids of other rows that leave the list, too
  decides?: string // what the row is then, in a word: it is a decision about a question
  isOwn?: boolean | ((value: any) => boolean) // it has changed no other row of the list
  selectsFound?(place: Route): ReadCall // in place of a call: it selects exactly the rows that this call finds
  clears?: boolean // nothing is selected after it; a `run` that returns false has done nothing
  picks?(answers: Answers): boolean // whether its rows are selected after it
  done?(result: any, rows: Row[], answers: Answers): string | Told // the sentence after it; a text offers to undo the `step_id` of the result
}

/** A sentence after an action; `undo` is the step that its button undoes, `plan` a search of the plan that it offers. */
interface Told {
  text: string
  kind?: "good" | "info" | "error"
  undo?: number | null
  plan?: string
}

/** A button that leads on: with `to`, the act is *to*. */
interface LeadingButton {
  label: string
  act: string
  to?: Route
  isPrimary?: boolean
}

/** What a person can choose in a menu: each choice leads to an address. */
interface ListOption {
  id: string
  label: string
  total?: number
  on: boolean
  to: Route
}

interface ListOptions {
  label: string
  isMany?: boolean // several can be chosen
  options: ListOption[]
  none?: string // the sentence without any
}

interface ListDay {
  name: string // in the address
  label: string
  value: string
  min?: string
  max?: string
}

/** A filter with several groups of choices, behind a button. */
interface ListMenu {
  name: string
  label: string // of the button
  sign?: number // of choices that are on
  groups?: ListOptions[]
  reads?: ReadCall // in place of `groups`: what the groups are made of, which is read when the menu opens
  groupsOf?(found: any): ListOptions[]
  days?: ListDay[]
}

/** A filter with one choice. */
interface ListSelect {
  label: string
  name: string // in the address
  choices: Choice[]
  isOrder?: boolean // the same rows in another order: the selection stays
}

/** A filter above the list; `parts` are its numbers by state, in place of the total, and `mark` is a warning. */
interface ListChip {
  id: string
  label: string
  total: number
  on: boolean
  to: Route
  parts?: {label: string; total: number; level: string}[]
  mark?: string
  level?: string // of a risk
  hint?: string // beside a risk
}

/** A selection that stays for all pages and filters, see `lasting_selection.js`. */
interface ListLasting<Row, Head> {
  can(row: Row): boolean // it can be selected
  knows(row: Row): any // what stays known of a selected row
  all(place: Route): ReadCall // what is known of the rows that can be selected at once, by their ids; or their ids
  able(head: Head, total: number): number // their number; `total` is that of the list
  text(chosen: {id: any; known: any; isFound: boolean}[], head: Head): {title: string; note: string} // of its bar
  takes?: {name: string; read(ids: string[]): ReadCall} // ids in the address, which another page has selected
}

/** What the drawing function of a section may use. */
interface SectionParts<Row = any> extends SectionState<Row> {
  /** The button of an action that is possible now. */
  act(act: string, row?: Row, attributes?: object): HTMLElement | null
  /** The form of an action, if it is open; `more` stands beside its button. */
  form(act: string, row?: Row, ...more: Child[]): HTMLElement | null
  /** A button that ends the time in which a held value is shown. */
  drop(label: string, attributes?: object): HTMLElement
  /** Why an action was refused, and with which answers, until the next try. */
  refused(act: string, row?: Row): {text: string; given: Answers} | undefined
  refusal(act: string, row?: Row): Child
  /** A switch without a visible word that runs an action. */
  toggle(act: string, row: Row | undefined, label: string, isOn: boolean, data?: object): Child
  /** A button that shows or hides a part with a name. */
  fold(name: string, label: string, attributes?: object): HTMLElement
  /** A button that copies a text. */
  copy(label: string, text: string, attributes?: object): HTMLElement
}

/** What a section shows for a while, without the library. */
interface SectionState<Row = any> {
  /** What an action has returned that `holds` it; undefined: nothing, or no longer. */
  held(act: string, row?: Row): any
  isUnfolded(name: string): boolean
}

/**
 * A part of a page: facts, a form, a small list. Its rows are elements with their ids as `data.row`; a button in one with
 * `data.act` *open* opens it, or closes it. An element with `data.first` takes the focus from one that has gone.
 */
interface SectionSpec<Row = any, Known = any> {
  name: string // of the class of its element, too
  title: string
  label?: string // for a screen reader; default: the title
  isWide?: boolean
  isFlush?: boolean // its rows reach the edges
  side?: "main" | "aside" // its column, if the page has two
  news?: string[] // the events after which it is read again; default: those of the page
  isInHead?: boolean // it stands beside the title of the page, without a title of its own
  hasNoTitle?: boolean
  isBare?: boolean // it is no card: it draws its own
  beside?(known: Known, parts: SectionParts<Row>): Child // its title
  reads?(place: Route): Record<string, ReadCall> // what it needs: values by name
  // What it also needs because of these values. They are in `known.more`, each of them as soon as it is read.
  more?(known: Known, place: Route, state: SectionState<Row>): Record<string, ReadCall>
  rows?: string & keyof Known // the read that has its rows
  rowsOf?(known: Known): Row[] // in place of `rows`: its rows are made from what it has read
  id?: string // the attribute that identifies a row
  opens?: string // the name of the open row in the address
  hasForm?: boolean // a form in the open row gets the focus; Escape closes the row
  ofRow?: string[] // names in the address of what belongs to the open row
  when?(known: Known): boolean // it is shown; default: always
  draw(known: Known, parts: SectionParts<Row>, place: Route): Child
  actions?: ListAction<Row, Known>[]
}

/** What a page shows in place of its sections. */
interface ClosedPage {
  title: string
  text: string
  link: {label: string; href: string}
}

/** A page of sections. */
interface SectionsSpec<Head = any> {
  page: string
  title: string | ((head: Head | undefined) => string) // a page that is about one thing is called as it, and so is the window
  hasOwnHead?: boolean // a section draws the title
  crumb?: {label: string; href: string} // the page above it
  links?(): {label: string; href: string}[] // beside the title
  beside?(place: Route, head: Head | undefined): Child // the title, behind links and actions
  // The name in the address of what has the focus first: an element with this value as `data.start`, or a section.
  starts?: string
  sheets?: string[] // style sheets of this page alone
  keys?: Record<string, KeyBinding>
  lists?: {key: string; does: string; group: string}[] // keys of its dialogs, for the list of keys
  head?(place: Route): Record<string, ReadCall> // what the title needs: values by name
  summary?(head: Head | undefined): string
  news: string[] // as in `ListSpec`; without any, all other sections are read again after an action
  sections: SectionSpec[]
  about?(): string // what the page is about: forms, edits and held values are not kept for another thing
  closed?(head: () => {value?: Head; error?: Error & {code?: string}}): string | ClosedPage // why there are no sections; "" if there are
}

/** A link beside the title; `sign` is a number in it. */
interface ListLink {
  label: string
  href: string
  title?: string
  kind?: string // of a button; default: quiet
  sign?: string
}

/** A page that is one list. */
interface ListSpec<Row = any, Head = any> {
  page: string
  noun: string
  nouns?: string // default: the noun with an s
  id: string // the attribute that identifies a row
  opens?: string // the name of the open row in the address; default: of
  folds?: boolean // the details are shown for the row in the address only; default: if there is room, for the cursor
  perPage?: number
  news: string[] // names of the events after which the list is read again; a list without any is read again when its page is shown
  crumb?: {label: string; href: string} // the page above it
  /** Parts of the head and of `more`, and the `rows`, that also change at other events, and as time passes: they alone are read again then. */
  live?: {parts: string[]; news: string[]; pace(head: Head): number} // milliseconds; 0: they do not change
  areas?(head: Head, place: Route): ListArea<Row>[] // the list's own rows are in one without a page
  one?(id: string): ReadCall // the row that the address names, if the list does not have it
  ofRow?: string[] // names in the address of what belongs to the open row
  follow?(): void // shows what the address opens above the page; called at each drawing
  notices?(head: Head): {row: Row; text: string}[] // rows that need a person, above all others
  head?(place: Route): Record<string, ReadCall> // what the title, the chips and the actions need: values by name
  isHeadLate?: boolean // the rows do not depend on it and are read first
  read(place: Route, perPage: number, head: Head | undefined): ReadCall | null // a ListPage or all rows; null: wait for the head
  more?(row: Row, place: Route): Record<string, ReadCall> // what only the details of a row need: values by name
  later?(row: Row, place: Route): Record<string, ReadCall> // what takes longer: the details show each value when it is known
  state?: Record<string, any> // what a person changes in the details at the start, by actions with `sets`
  search?: {name: string; label: string; placeholder: string} // a field above the list; its text is in the address by this name
  filters?(head: Head | undefined, place: Route): (ListMenu | ListSelect)[] // beside the search
  narrowed?(head: Head | undefined, place: Route): {label: string; to: Route}[] // each part of the search and the filters, with the address without it
  // Values of the address that components of the server in this page need: they stand below the title. Or other values
  // that the server has to know; null: not yet.
  tells?: string[]
  displays?(place: Route): {label: string; on: boolean; to: Route}[] // the ways in which the rows can be shown, beside the search
  hasTiles?(place: Route): boolean // rows are tiles, side by side
  title(head: Head | undefined, total?: number): string
  summary?(head: Head | undefined, total: number | undefined, place: Route): string
  chips?(head: Head, place: Route): ListChip[]
  choice?(head: Head, place: Route): {label: string; name: string; choices: Choice[]}
  above?(head: Head, place: Route): string // a sentence above the rows
  card?(head: Head, acts: HTMLElement[]): Child // what stands below the title, with the actions of its place
  links?: ListLink[] | ((head: Head | undefined, place: Route) => ListLink[]) // beside the title
  beside?(place: Route, head: Head | undefined): Child // the title, behind links and actions
  turn?(head: Head, place: Route): {label: string; on: boolean; to: Route} | null // a switch above the rows
  name(row: Row): string
  portrait?(row: Row): Portrait // beside the title of the details
  rowOf?(row: Row): Row
  groupOf?(row: Row): string // the heading above rows
  columns: ListColumn<Row>[]
  inlineWidth?: string // of the actions in the rows; default: max-content
  // `acts`: the actions, those with a hint apart. `more` is undefined until it is read; `later` has what is known.
  href?(row: Row): string // in place of `details`: the page of a row
  below?(row: Row): Child // below its cells
  details?(
    row: Row,
    place: Route,
    acts: {hinted: HTMLElement[]; plain: HTMLElement[]},
    known: {head: Head | undefined; more: any; later: Record<string, any>; state: any; isSelected: boolean},
  ): Child
  selects?: boolean
  lasting?: ListLasting<Row, Head> // rows can be selected, over all pages
  selection?: ListSelection<Row, Head> // files of the plan can be selected, over all pages
  finding?(list: import("#face/list.js").List<any, any>): ListFinding
  opensDetails?(list: import("#face/list.js").List<any, any>): ListDetails<Row>
  holds?: boolean // rows that an action `keeps` stay at their places until another list is shown
  goesOn?(place: Route, head: Head | undefined): boolean // the details show the next row when theirs has gone
  order?: string // the default order; the address has another one as `sort` and `desc`
  asides?: boolean // the components of the server stand in the place of the details
  narrows?: boolean // the rows can be narrow
  returns?: boolean // the navigation leads to the filters that the page had last
  isFaded?(row: Row): boolean
  parts?(head: Head | undefined, place: Route): Child[] // what stands between the filters and the rows
  foot?(head: Head | undefined, place: Route): Child // what stands below the list
  sheets?: string[] // style sheets of this page alone
  entered?(): void // the page is shown
  isBare?(head: Head, place: Route): boolean // the empty list has neither chips nor a search
  actions: ListAction<Row, Head>[]
  // `act`: its form is shown. A button of an action that the person may not use is left out.
  empty(
    place: Route,
    head: Head | undefined,
  ): {title: string; text: string; act?: string; acts?: LeadingButton[]; more?: Child}
}

/** What the drawing function of a question may use. */
interface DecidingParts {
  state: Record<string, any>
  searching: string // the text of a search that runs; "" for none
  /** The button of an action that is possible now; `more` follows its label. */
  act(act: string, options?: {more?: Child; [attribute: string]: any}): HTMLElement | null
  has(act: string): boolean // whether it is possible now
}

/** A page of questions that a person decides, one after the other: each row is one of them. */
interface DecidingSpec<Row = any, Head = any> extends ListSpec<Row, Head> {
  empty(place: Route, head: Head): {title: string; text: string; acts: LeadingButton[]}
  isOpen(place: Route): boolean // the list has what waits for a decision: then its progress is shown
  entry(place: Route, head: Head, total: number): Route | null // what is shown in place of the list when the page is opened
  state: {all: boolean} // a decision counts for others, too
  undo: CallName // with the id of a decision
  factsOf(row: Row): string // what a decision depends on
  warning(head: Head, place: Route): {text: string; acts: LeadingButton[]} | null
  file(row: Row): Child // what the question is about
  draw(row: Row, place: Route, parts: DecidingParts): Child // what can be decided
  pictures(row: Row): string[] // addresses, which are read ahead
  best(row: Row): string // beside its name in the queue
  said(row: Row): string // for a screen reader
}

declare var indexiumEarlyKeys: {event: KeyboardEvent; page: string; at: number}[] | null
