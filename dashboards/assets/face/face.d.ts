// The types of the declarations of pages.

type CellKind = "name" | "picture" | "tags" | "number" | "text" | "link" | "time" | "state"

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
}

type Answers = Record<string, any> // by the names of fields: a text, a boolean of a switch, a list of texts of checks

interface QuestionField {
  name: string
  label: string
  // Default: text. A password is in no storage. The answer of a person is `{id, label}`; a new one has no id.
  kind?: "text" | "password" | "select" | "switch" | "checks" | "person"
  value?: any
  required?: boolean // default: true, and false of checks
  placeholder?: string
  longest?: number // characters
  choices?: {value: string; label: string; hint?: string}[] // of a select; a hint is about what is chosen
  options?: {value: string; label: string; title?: string; hint?: string}[] // of checks
  reads?: ReadCall // in place of `options`: they are read when the question is asked
  optionsOf?(value: any): QuestionField["options"]
  adds?: boolean // of a person: a name that nobody has is a new person
  without?: number[] // ids of people who cannot be chosen
  none?: string // the sentence about checks without a tick
  when?(answers: Answers): boolean // other answers leave the field open; default: always
}

/** A question of `ask`, or a form in the page. */
interface Question {
  title: string
  text?: string | string[]
  warning?: string
  hint?: string
  fields?: QuestionField[]
  check?(answers: Answers): string // why the answers do not fit together; "" if they do
  confirm: string
  risky?: boolean
  stays?: boolean // until the library has made the change: a refusal is shown with what was typed
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
  value(row: Row): any
}

interface ListAction<Row, Head> {
  act: string
  needs?: string // the call that the person must be allowed to make; without it, everybody sees the action
  key?: string
  label: string | ((row: Row, place: Route, head: Head) => string)
  does?: string // in the list of keys; default: the label
  hint?(row: Row, place: Route): string // below the button
  // Of the rows that are meant (default), above the list, beside the title; what `details` draws; the form of an empty list.
  where?: "row" | "all" | "head" | "field" | "empty"
  isSingle?: boolean // of the row at the cursor, also if others are selected
  isPrimary?: boolean
  isQuiet?: boolean
  isRisky?: boolean
  when?(row: Row | undefined, place: Route, head: Head | undefined): boolean
  asks?(rows: Row[], place: Route, head: Head): Question | null | undefined | false
  // The answers of a field in the details are its `value`, whether it is `checked`, and its data.
  call?(rows: Row[], answers: Answers, place: Route, head: Head): CallOf
  // What is asked before the call, from its own answer with `dry_run`; null: nothing would change.
  preview?(rows: Row[], answers: Answers, effect: any): Question | null
  shows?(row: Row, answers: Answers, head: Head): Partial<Row> // what the row shows before the library has answered
  leads?(): string // the address of the page that is opened after it
  run?(rows: Row[], place: Route, head: Head): unknown // in place of a call: it changes nothing
  keeps?: boolean // the rows stay in the list
  done?(result: any, rows: Row[]): string // the sentence after it
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
  head?(place: Route): Record<string, ReadCall> // what the title, the chips and the actions need: values by name
  read(place: Route, perPage: number, head: Head | undefined): ReadCall | null // a ListPage or all rows; null: wait for the head
  more?(row: Row): Record<string, ReadCall> // what only the details of a row need: values by name
  // The row that the address names, if the page does not show it: a call by its id, and the row in the value.
  single?: {read(id: string): ReadCall; row(value: any): Row}
  title(head: Head | undefined, total: number | undefined): string
  summary?(head: Head | undefined, total: number | undefined, place: Route): string
  search?: {placeholder: string; name: string} // a field above the list; its text is in the address under the name
  displays?(place: Route): {label: string; on: boolean; to: Route}[] // the ways in which the rows are shown
  hasTiles?(place: Route): boolean // rows are tiles, side by side
  chips?(head: Head, place: Route): {id: string; label: string; total: number; on: boolean; to: Route}[]
  choice?(head: Head, place: Route): {label: string; name: string; choices: ChoiceView[]}
  above?(head: Head, place: Route): string // a sentence above the rows
  links?: {label: string; href: string; title?: string}[] // beside the title
  turn?(head: Head, place: Route): {label: string; on: boolean; to: Route} | null // a switch above the rows
  name(row: Row): string
  portrait?(row: Row): Portrait // beside the title of the details
  rowOf?(row: Row): Row
  groupOf?(row: Row): string // the heading above rows
  columns: ListColumn<Row>[]
  // `acts`: the actions, those with a hint apart. `more` is undefined until it is read.
  details?(
    row: Row,
    place: Route,
    acts: {hinted: HTMLElement[]; plain: HTMLElement[]},
    known: {head: Head | undefined; more: any},
  ): Child
  selects?: boolean
  actions: ListAction<Row, Head>[]
  empty(place: Route, head: Head | undefined): {title: string; text: string; act?: string} // `act`: its form is shown
}

declare var indexiumEarlyKeys: {event: KeyboardEvent; page: string}[] | null
