// Accounts: the people who sign in, what they may do and see, and where they are signed in.
import {List} from "#face/list.js"
import {h} from "#face/dom.js"
import {selectField, switchField, tickFields} from "#face/form.js"
import {isLocal, me, roles} from "#face/frame.js"
import {button, facts, label} from "#face/widgets.js"
import {plural} from "#face/wording.js"

const ROW = {id: 1, name: 1, role: 1, libraries: 1, enabled: 1, has_password: 1, sessions: 1, added: 1, seen: 1}
const OPEN = "Nobody is left then: on this computer, everybody may do everything, without a sign-in."
const CLOSED = "Nobody is left then: the service is closed until 'indexium users add NAME --role admin' adds somebody."
const OF_PERSON = "Folders that the person sees"
const NO_FOLDER = "This person sees no file."

/**
 * @typedef {Pick<Values.User, "id" | "name" | "role" | "libraries" | "enabled" | "has_password" | "sessions" | "added" | "seen">} Row
 * @typedef {Pick<Values.LibraryRow, "library_id" | "name" | "path">} Folder
 * @typedef {{people: Pick<Values.User, "id" | "role" | "enabled">[], folders: Folder[]}} Head
 * @typedef {Pick<Values.UserSession, "id" | "browser" | "client" | "address" | "seen">} Session
 */

const ROLES = Object.entries(roles).map(([role, hint]) => ({value: role, label: role, hint}))

/** @param {Row} row */
function signIn({enabled, has_password: hasPassword}) {
  if (!enabled) return {level: "blocked", text: "off", glyph: "–"}
  if (!hasPassword) return {level: "warning", text: "needs a password", glyph: "!"}
  return {level: "safe", text: "can sign in", glyph: "✓"}
}

/** @type {(folders: Folder[], isOn: (id: number) => boolean) => {value: string, label: string, title: string, on: boolean}[]} */
const ticks = (folders, isOn) =>
  folders.map(({library_id: id, name, path}) => ({value: String(id), label: name, title: path, on: isOn(id)}))

// Questions. A password is in the answer to one, and nothing keeps it.

/** @type {QuestionField} */
const NAME = {name: "name", label: "Name", longest: 60}
/** @type {QuestionField[]} */
const PASSWORDS = [
  {name: "password", kind: "password", label: "Password", placeholder: "at least 8 characters", longest: 1000},
  {name: "again", kind: "password", label: "Password, once more", longest: 1000},
]

/** @param {Answers} answers */
const areSame = ({password, again}) =>
  password === again ? "" : "The two passwords differ. Type the same password twice."

/** The folders of a new person: an administrator sees all of them. @type {(folders: Folder[]) => QuestionField[]} */
const folderQuestions = folders =>
  folders.length
    ? [
        {name: "all", kind: "switch", label: "sees all folders", value: true, when: ({role}) => role !== "admin"},
        {
          name: "folders",
          kind: "checks",
          label: OF_PERSON,
          options: ticks(folders, () => false),
          none: NO_FOLDER,
          when: ({role, all}) => role !== "admin" && !all,
        },
      ]
    : []

// Details.

/** @type {(row: Row, folders: Folder[]) => Child} */
function drawFolders({role, libraries}, folders) {
  if (role === "admin" || !folders.length)
    return h(
      "p",
      {class: "hint", data: {key: "all-folders"}},
      folders.length ? "An administrator sees all folders." : "none",
    )
  return [
    switchField("sees all folders", libraries === null, {change: "see-all", key: "see-all"}),
    libraries !== null &&
      tickFields({
        label: OF_PERSON,
        options: ticks(folders, id => libraries.includes(id)),
        none: NO_FOLDER,
        dataOf: folder => ({change: "see", folder}),
      }),
  ]
}

/** @param {Session} session */
const drawSession = ({id, browser, client, address, seen}) =>
  h(
    "li",
    {data: {key: id}},
    h("b", {title: client}, browser),
    button("End", "end", {
      kind: "link",
      data: {session: id},
      "aria-label": `End the session of ${browser}, used ${seen}`,
    }),
    h("small", null, "from ", h("bdi", null, address), ` · used ${seen}`),
  )

/** @param {Session[]} [sessions] */
function drawSessions(sessions) {
  if (!sessions) return h("p", {class: "bone line", data: {key: "reading"}}, h("span", {class: "vh"}, "loading"))
  if (!sessions.length) return h("p", {class: "hint", data: {key: "no-sessions"}}, "nowhere")
  return h("ul", {class: "listing", "aria-label": "Sessions", data: {key: "sessions"}}, sessions.map(drawSession))
}

/** @type {(row: Row, place: Route, acts: {plain: HTMLElement[]}, known: {head: Head, more: {sessions: Session[]}}) => Child} */
const drawDetails = (row, _place, {plain}, {head, more}) => [
  facts([
    ["Added", row.added],
    ["Last seen", row.seen],
  ]),
  selectField({label: "Role", choices: ROLES, value: row.role, data: {change: "role", key: "role"}}),
  switchField(row.enabled ? "can sign in" : "cannot sign in", row.enabled, {change: "enable", key: "enable"}),
  label("Folders", {key: "folders-label"}),
  drawFolders(row, head?.folders ?? []),
  h("div", {class: "acts", data: {key: "acts"}}, plain),
  label("Signed in", {key: "sessions-label"}),
  drawSessions(more?.sessions),
]

// Actions.

/** @param {Values.User} user */
const told = ({name, libraries}) =>
  `${name} sees ${libraries === null ? "all folders" : plural(libraries.length, "folder")} now, and has to sign in again.`

/** The folders of a person after a tick. @type {(row: Row, answers: Answers) => number[]} */
const seenAfter = ({libraries}, {folder, checked}) => {
  const others = (libraries ?? []).filter(id => id !== Number(folder))
  return (checked ? [...others, Number(folder)] : others).sort((a, b) => a - b)
}

/** @type {(answers: Answers, head: Head) => number[] | null} */
const allOrEach = ({checked}, {folders}) => (checked ? null : folders.map(({library_id: id}) => id))

/** What a field or a button in the details changes. @type {ListAction<Row, Head>[]} */
const FIELDS = [
  {
    act: "role",
    needs: "users.change",
    where: "field",
    label: "Role",
    keeps: true,
    shows: (_, {value}) => (value === "admin" ? {role: value, libraries: null} : {role: value}),
    call: ([{name}], {value}) => ["users.change", {name, role: value}],
    done: user => `${user.name} is ${user.role} now, and has to sign in again.`,
  },
  {
    act: "enable",
    needs: "users.change",
    where: "field",
    label: "can sign in",
    keeps: true,
    shows: (_, {checked}) => ({enabled: checked}),
    call: ([{name}], {checked}) => ["users.change", {name, enabled: checked}],
    done: user => `${user.name} ${user.enabled ? "can" : "cannot"} sign in.`,
  },
  {
    act: "see-all",
    needs: "users.set_libraries",
    where: "field",
    label: "sees all folders",
    keeps: true,
    shows: (_, answers, head) => ({libraries: allOrEach(answers, head)}),
    call: ([{name}], answers, _, head) => ["users.set_libraries", {name, libraries: allOrEach(answers, head)}],
    done: told,
  },
  {
    act: "see",
    needs: "users.show_library",
    where: "field",
    label: OF_PERSON,
    keeps: true,
    shows: (row, answers) => ({libraries: seenAfter(row, answers)}),
    call: ([{name}], {folder, checked}) => [
      "users.show_library",
      {name, library_id: Number(folder), is_shown: checked},
    ],
    done: told,
  },
  {
    act: "end",
    needs: "users.end_sessions",
    where: "field",
    label: "End",
    keeps: true,
    call: ([{name}], {session}) => ["users.end_sessions", {name, session_id: Number(session)}],
    done: (ended, [{name}]) => `${plural(ended, "session")} of ${name} ended.`,
  },
]

/** @type {ListSpec<Row, Head>} */
export const accounts = {
  page: "accounts",
  noun: "person",
  nouns: "people",
  id: "id",
  opens: "person",
  folds: true,
  news: ["users:changed"],
  crumb: {label: "Settings /", href: "/settings"},
  head: () => ({
    people: ["users.list", {}, {id: 1, role: 1, enabled: 1}],
    folders: ["inventory.list", {}, {library_id: 1, name: 1, path: 1}],
  }),
  read: () => ["users.list", {}, ROW],
  more: ({name}) => ({
    sessions: ["users.sessions", {name}, {id: 1, browser: 1, client: 1, address: 1, seen: 1}],
  }),
  title: () => "Accounts",
  summary: head => {
    if (!head) return ""
    const admins = head.people.filter(({role, enabled}) => role === "admin" && enabled).length
    return head.people.length
      ? `${plural(head.people.length, "person", "people")} · ${plural(admins, "administrator")}`
      : "who may use Indexium, and what for"
  },
  name: ({name}) => name,
  columns: [
    {
      kind: "name",
      head: "Name",
      width: "minmax(140px, 1.6fr)",
      phone: "first",
      value: ({id, name}) => ({title: name, aside: id === me ? "you" : ""}),
    },
    {
      kind: "text",
      head: "Role",
      width: "90px",
      phone: "below",
      value: ({role, libraries}) => ({text: role, below: libraries === null ? "" : plural(libraries.length, "folder")}),
    },
    {kind: "state", head: "Sign-in", width: "160px", phone: "end", value: signIn},
    {kind: "number", head: "Last seen", width: "104px", phone: "last", value: ({seen}) => seen},
    {
      kind: "number",
      head: "Sessions",
      width: "92px",
      isSpare: true,
      value: ({sessions}) => (sessions ? plural(sessions, "session") : ""),
    },
  ],
  details: drawDetails,
  actions: [
    {
      act: "add",
      needs: "users.add",
      where: "head",
      label: "Add a person…",
      isPrimary: true,
      when: (_, _place, head) => Boolean(head?.people.length),
      asks: (_, _place, {folders}) => ({
        title: "Add a person",
        fields: [
          NAME,
          {name: "role", kind: "select", label: "Role", choices: ROLES, value: "viewer"},
          ...PASSWORDS,
          ...folderQuestions(folders),
        ],
        check: areSame,
        confirm: "Add",
        stays: true,
      }),
      call: (_, {name, role, password, all, folders}) => [
        "users.add",
        {name, role, password, libraries: all === false ? folders.map(Number) : null},
      ],
      done: user => `${user.name} is added as ${user.role}.`,
    },
    {
      act: "first",
      needs: "users.add",
      where: "empty",
      label: "First administrator",
      asks: () => ({
        title: "First administrator",
        fields: [NAME, ...PASSWORDS],
        check: areSame,
        confirm: "Make the first administrator",
      }),
      call: (_, {name, password}) => ["users.add", {name, role: "admin", password, libraries: null}],
      leads: () => `/sign-in?next=${encodeURIComponent(location.pathname)}`, // from now on, everything needs a sign-in
    },
    {
      act: "password",
      needs: "users.set_password",
      label: "New password…",
      keeps: true,
      asks: ([{name}]) => ({
        title: `New password of ${name}`,
        fields: PASSWORDS,
        check: areSame,
        confirm: "Set the password",
        stays: true,
      }),
      call: ([{name}], {password}) => ["users.set_password", {name, password}],
      done: user => `${user.name} has a new password, and has to sign in again.`,
    },
    {
      act: "rename",
      needs: "users.change",
      label: "Rename…",
      isQuiet: true,
      keeps: true,
      asks: ([{name}]) => ({
        title: `Rename ${name}`,
        hint: "The name to sign in with. The history keeps the former name.",
        fields: [{...NAME, label: "New name", value: name}],
        confirm: "Rename",
        stays: true,
      }),
      call: ([row], {name}) => ["users.change", {name: row.name, new_name: name}],
      done: (user, [{name}]) => `${name} is ${user.name} now.`,
    },
    {
      act: "end-all",
      needs: "users.end_sessions",
      label: "End all sessions",
      isQuiet: true,
      keeps: true,
      when: row => Boolean(row?.sessions),
      call: ([{name}]) => ["users.end_sessions", {name}],
      done: (ended, [{name}]) => `${plural(ended, "session")} of ${name} ended.`,
    },
    {
      act: "remove",
      needs: "users.remove",
      label: "Remove…",
      isQuiet: true,
      isRisky: true,
      asks: ([{name}], _place, {people}) => ({
        title: `Remove ${name}?`,
        text: `${name} cannot sign in any more. The history keeps the name.`,
        warning: people.length > 1 ? "" : isLocal ? OPEN : CLOSED,
        confirm: "Remove",
        risky: true,
        stays: true,
      }),
      call: ([{name}]) => ["users.remove", {name}],
      done: user => `${user.name} is removed.`,
    },
    ...FIELDS,
  ],
  empty: () => ({
    title: "Nobody has an account",
    text: "Without any account, no sign-in is needed: everybody at this computer may do everything. As soon as there is one, the pages and REST need a sign-in, and you decide who may do what.",
    act: "first",
  }),
}

/** @param {HTMLElement} host */
export const makePage = host => new List(accounts, host)
