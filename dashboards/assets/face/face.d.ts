// The types of the declarations of pages.

type CellKind = "name" | "tags" | "number" | "text" | "link" | "time" | "state"

interface NameTag {
  name: string
  differs?: boolean
  note?: string
  kind?: string // the class of a name that differs
}

interface KeyLayer {
  isReady(): boolean // false: keys are kept until `pressDelayed`
  table: Record<string, KeyBinding>
}

/** A question of `ask`: its fields are texts by name. */
interface Question {
  title: string
  text?: string | string[]
  hint?: string
  fields?: {name: string; label: string; value?: string; required?: boolean}[]
  confirm: string
  risky?: boolean
  from?: HTMLElement // gets the focus back; default: the element that has it
}

type Route = Record<string, string> // the values of the address
type CallName = keyof Values.Calls
/** A call by its name, with its arguments. */
type CallOf<Name extends CallName = CallName> = {[Each in Name]: [name: Each, args: Values.Calls[Each][0]]}[Name]
type ReadCall = {[Each in CallName]: [name: Each, args: Values.Calls[Each][0], want?: object]}[CallName]

interface ListColumn<Row> {
  kind: CellKind
  width: string // of the grid
  phone?: "first" | "below" | "end" | "last" // its place on a phone; none: hidden there
  value(row: Row): any
}

interface ListAction<Row, Head> {
  act: string
  needs?: string // the call that the person must be allowed to make; default: that of `call`
  key?: string
  label: string | ((row: Row, place: Route, head: Head) => string)
  does?: string // in the list of keys; default: the label
  hint?(row: Row, place: Route): string // below the button
  where?: "row" | "all" | "head" // of the rows that are meant (default), above the list, or beside the title
  when?(row: Row | undefined, place: Route, head: Head | undefined): boolean
  asks?(rows: Row[], place: Route, head: Head): Question | null | undefined | false
  call?(rows: Row[], answers: Record<string, string>, place: Route, head: Head): CallOf
  run?(rows: Row[], place: Route, head: Head): unknown // in place of a call: it changes nothing
  keeps?: boolean // the rows stay in the list
  done?(result: any, rows: Row[]): string // the sentence after it
}

/** A page that is one list. */
interface ListSpec<Row = any, Head = any> {
  page: string
  noun: string
  id: string // the attribute that identifies a row
  perPage?: number
  news: string[] // names of the events after which the list is read again
  head?(place: Route): Record<string, ReadCall> // what the title, the chips and the actions need: values by name
  read(place: Route, perPage: number, head: Head | undefined): ReadCall | null // a ListPage; null: wait for the head
  title(head: Head | undefined): string
  summary?(head: Head | undefined, total: number | undefined): string
  chips?(head: Head, place: Route): {id: string; label: string; total: number; on: boolean; to: Route}[]
  choice?(head: Head, place: Route): {label: string; name: string; choices: ChoiceView[]}
  above?(head: Head, place: Route): string // a sentence above the rows
  links?: {label: string; href: string; title?: string}[] // beside the title
  turn?(head: Head, place: Route): {label: string; on: boolean; to: Route} | null // a switch above the rows
  name(row: Row): string
  rowOf?(row: Row): Row
  groupOf?(row: Row): string // the heading above rows
  columns: ListColumn<Row>[]
  details?(row: Row, place: Route, acts: {hinted: HTMLElement[]; plain: HTMLElement[]}): Child // `acts`: the actions, those with a hint apart
  selects?: boolean
  actions: ListAction<Row, Head>[]
  empty(place: Route, head: Head | undefined): {title: string; text: string}
}

declare var indexiumEarlyKeys: KeyboardEvent[] | null
