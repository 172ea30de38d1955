// What the browser and Panel bring along, and the types that all components share.

/** The Python component as Panel shows it to its module. */
interface PanelModel {
  shown: string // the view, as JSON
  sheets: string[]
  forbidden: string[] // actions that the person may not use
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

/** Any event of a component, with an element as its target. */
type PageEvent = KeyboardEvent & PointerEvent & {target: HTMLInputElement}

/** A component in the page: `view` is what the server shows, `state` what only the browser knows. */
interface Component<View, State = undefined> {
  root: HTMLElement
  model: PanelModel
  view: View
  before: View | undefined // the view that was drawn before this one
  state: State
  send(type: string, data?: object): void
  paint(): void
  find(selector: string): HTMLInputElement | null
  focus(selector: string): void
}

type Action<Self> = (self: Self, data: DOMStringMap, target: HTMLInputElement, event: PageEvent) => unknown

interface ComponentSpec<View, State = undefined> {
  state?: () => State
  draw(self: Component<View, State>): Child
  onSetup?(self: Component<View, State>): void // before the first view is drawn
  onDrawn?(self: Component<View, State>): void
  onMessage?(self: Component<View, State>, message: any): void
  actions?: Record<string, Action<Component<View, State>>> // by `data-act` and `data-change`; others go to the server
  listeners?: Record<string, (self: Component<View, State>, event: PageEvent) => void> // on the root, by event name
}

/** A key of a page; see `keys` in keyboard.js. */
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

// Each component has its own copy of the modules that it imports; these belong to the page.
declare var indexiumSheets: Map<string, CSSStyleSheet>
declare var indexiumDialogs: Set<HTMLDialogElement>
declare var indexiumDrafts: Map<number, any>
declare var indexiumRoots: Set<HTMLElement>
declare var indexiumKeys: Set<ListedKey>
declare var indexiumDismissed: string[]
