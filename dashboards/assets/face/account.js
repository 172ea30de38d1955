// My account: the role of the person who has signed in, the password, the second factor, linked accounts, the browsers
// and programs that are signed in.
import {Sections} from "#face/sections.js"
import {h} from "#face/dom.js"
import {me, mySession, roles} from "#face/frame.js"
import {secondFactor} from "#face/second_factor.js"
import {chip} from "#face/widgets.js"
import {plural} from "#face/wording.js"

/**
 * @typedef {Pick<Values.User, "name" | "role" | "libraries" | "permissions">} User
 * @typedef {Pick<Values.UserSession, "id" | "browser" | "client" | "address" | "seen" | "since">} Session
 * @typedef {Pick<Values.UserIdentity, "subject" | "issuer" | "since">} Identity
 * @typedef {Pick<Values.ApiToken, "id" | "name" | "effective" | "libraries" | "ends" | "used" | "has_ended">} Token
 */

/** @type {ReadCall} */
const USER = ["users.own", {}, {name: 1, role: 1, libraries: 1, permissions: 1}]

// The role.

/** @type {(title: string, permissions: User["permissions"], kind: string) => Child} */
const drawPermissions = (title, permissions, kind) =>
  permissions.length > 0 &&
  h(
    "div",
    {data: {key: kind}},
    h("h3", {class: "label"}, title),
    h(
      "ul",
      {class: `permissions ${kind}`},
      permissions.map(({name, text}) => h("li", {data: {key: name}}, text)),
    ),
  )

/** @type {SectionSpec<any, {user: User, folders: Pick<Values.LibraryRow, "name">[]}>} */
const profile = {
  name: "profile",
  title: "Role",
  reads: () => ({user: USER, folders: ["inventory.list", {}, {name: 1}]}),
  draw({user: {role, libraries, permissions}, folders}) {
    const [may, mayNot] = [true, false].map(isGranted => permissions.filter(each => each.is_granted === isGranted))
    const names = folders.map(({name}) => name)
    return [
      h("p", {class: "role"}, h("b", null, role), ` ${roles[role]}.`),
      libraries && h("p", {class: "hint", data: {key: "folders"}}, `You see ${names.join(", ") || "no folder"}.`),
      h(
        "div",
        {class: "both"},
        drawPermissions("You may", may, "may"),
        drawPermissions("You may not", mayNot, "may-not"),
      ),
      mayNot.length > 0 && h("p", {class: "hint"}, "An administrator can give you another role."),
    ]
  },
}

// The password.

/** @type {SectionSpec<any, {user: User}>} */
const password = {
  name: "password",
  title: "Password",
  reads: () => ({user: USER}),
  draw: (_, {form}) => form("change-password"),
  actions: [
    {
      act: "change-password",
      needs: "users.change_own_password",
      label: "Change the password",
      asks: (_rows, _place, {user}) => ({
        title: "Change the password",
        account: user.name,
        fields: [
          {
            name: "current",
            kind: "password",
            label: "Present password",
            autocomplete: "current-password",
            longest: 1000,
          },
          {
            name: "password",
            kind: "password",
            label: "New password",
            placeholder: "at least 8 characters",
            longest: 1000,
          },
          {name: "again", kind: "password", label: "New password, once more", longest: 1000},
        ],
        check: answers =>
          answers.password === answers.again ? "" : "The two new passwords differ. Type the same password twice.",
        confirm: "Change the password",
        hint: "Your other browsers have to sign in again.",
      }),
      call: (_, answers) => [
        "users.change_own_password",
        {current: answers.current, password: answers.password, kept_session: mySession},
      ],
      done: () => "Your password is changed. Other browsers have to sign in again.",
    },
  ],
}

// Accounts of other programs.

/** @type {SectionSpec<Identity, {identities: Identity[], provider: string}>} */
const linked = {
  name: "linked",
  title: "Linked accounts",
  reads: () => ({
    identities: ["identities.own", {}, {subject: 1, issuer: 1, since: 1}],
    provider: ["identities.provider", {}],
  }),
  rows: "identities",
  id: "subject",
  when: ({identities, provider}) => Boolean(provider) || identities.length > 0,
  draw: ({identities, provider}, {act}) => [
    h(
      "p",
      {class: "hint"},
      identities.length
        ? "You can sign in with these accounts, too."
        : `You can sign in with an account of ${provider}, too.`,
    ),
    h(
      "ul",
      {class: "entries", data: {key: "linked"}},
      identities.map(row =>
        h(
          "li",
          {data: {row: row.subject, key: `${row.issuer} ${row.subject}`}},
          h(
            "span",
            null,
            h("b", null, h("bdi", null, row.subject)),
            h("small", null, h("bdi", null, row.issuer), ` · since ${row.since}`),
          ),
          act("unlink", row, {"aria-label": `Remove the link to ${row.subject}`}),
        ),
      ),
    ),
    provider && h("div", {class: "acts"}, act("link")),
  ],
  actions: [
    {
      act: "link",
      needs: "identities.ticket",
      label: (_row, _place, {provider}) => `Link an account of ${provider}`,
      call: () => ["identities.ticket", {}], // a ticket counts once: each press makes another one
      leads: ticket => `/sign-in/openid?ticket=${ticket}`,
    },
    {
      act: "unlink",
      needs: "identities.unlink_own",
      label: "Remove",
      isQuiet: true,
      call: ([{subject}]) => ["identities.unlink_own", {subject}],
      done: () => "The link is removed.",
    },
  ],
}

// Browsers.

/** @type {(session: Session, end: Child) => HTMLElement} */
const drawSession = ({id, browser, client, address, seen, since}, end) =>
  h(
    "li",
    {data: {row: id, key: id}},
    h(
      "span",
      null,
      h("b", {title: client}, browser),
      id === mySession && [" ", chip("safe", "this browser", "✓")],
      h("small", null, "from ", h("bdi", null, address), ` · signed in ${since}`),
    ),
    h("span", {class: "num"}, `used ${seen}`),
    end,
  )

/** @type {SectionSpec<Session, {sessions: Session[]}>} */
const sessions = {
  name: "sessions",
  title: "Where you are signed in",
  label: "Sessions",
  isWide: true,
  reads: () => ({
    sessions: ["users.own_sessions", {}, {id: 1, browser: 1, client: 1, address: 1, seen: 1, since: 1}],
  }),
  rows: "sessions",
  id: "id",
  draw: ({sessions: rows}, {act}) => [
    h(
      "ul",
      {class: "entries", data: {key: "list"}},
      [...rows]
        .sort((a, b) => Number(b.id === mySession) - Number(a.id === mySession))
        .map(row =>
          drawSession(row, act("end", row, {"aria-label": `End the session of ${row.browser}, used ${row.seen}`})),
        ),
    ),
    rows.length > 1 && h("div", {class: "acts", data: {key: "acts"}}, act("end-all")),
  ],
  actions: [
    {
      act: "end",
      needs: "users.end_own_sessions",
      label: "End",
      isQuiet: true,
      when: row => row?.id !== mySession,
      call: ([{id}]) => ["users.end_own_sessions", {session_id: id}],
      done: () => "The session is ended: that browser has to sign in again.",
    },
    {
      act: "end-all",
      needs: "users.end_own_sessions",
      label: "Sign out everywhere…",
      asks: () => ({
        title: "Sign out everywhere?",
        text: "Every browser in which you have signed in has to sign in again, also this one.",
        confirm: "Sign out everywhere",
        risky: true,
      }),
      call: () => ["users.end_own_sessions", {}],
      leads: () => location.pathname, // the page of the sign-in is in its place
    },
  ],
}

// Programs.

const DAYS = [
  {value: "30", label: "30 days"},
  {value: "90", label: "90 days"},
  {value: "365", label: "a year"},
  {value: "", label: "until it is revoked"},
]

/** @param {Token} token */
const factsOf = ({ends, used, libraries}) =>
  [ends, used, libraries && plural(libraries.length, "folder")].filter(Boolean).join(" · ")

/** @type {(token: Token, revoke: Child) => HTMLElement} */
const drawToken = (token, revoke) =>
  h(
    "li",
    {class: token.has_ended ? "over" : "", data: {row: token.id, key: token.id}},
    h(
      "span",
      null,
      h("b", null, h("bdi", null, token.name)),
      h("small", null, token.effective.join(", ") || "nothing any more"),
    ),
    h("span", {class: "num"}, factsOf(token)),
    revoke,
  )

/** @type {(added: Values.NewToken, drop: SectionParts["drop"]) => HTMLElement} */
const drawSecret = ({token: {name}, secret}, drop) =>
  h(
    "div",
    {class: "new-token", role: "status", data: {key: "new-token"}},
    h("p", null, "Keep the text of “", h("bdi", null, name), "” in a safe place. It is not shown again."),
    h("code", {tabindex: "0"}, secret),
    h("div", {class: "acts"}, drop("I have kept it", {kind: "primary"})),
  )

/** @type {SectionSpec<Token, {tokens: Token[], user: User}>} */
const tokens = {
  name: "tokens",
  title: "API tokens",
  isWide: true,
  reads: () => ({
    user: USER,
    tokens: ["tokens.own", {}, {id: 1, name: 1, effective: 1, libraries: 1, ends: 1, used: 1, has_ended: 1}],
  }),
  rows: "tokens",
  id: "id",
  draw({tokens: rows}, {act, held, drop}) {
    const added = held("add-token")
    return [
      h("p", {class: "hint"}, "A program signs in with a token, and may do a part of what you may."),
      rows.length > 0 &&
        h(
          "ul",
          {class: "entries", data: {key: "list"}},
          rows.map(row => drawToken(row, act("revoke", row, {"aria-label": `Revoke the token ${row.name}`}))),
        ),
      added ? drawSecret(added, drop) : h("div", {class: "acts", data: {key: "acts"}}, act("add-token")),
    ]
  },
  actions: [
    {
      act: "add-token",
      needs: "tokens.add",
      label: "Add a token…",
      holds: true,
      asks: (_rows, _place, {user}) => {
        const options = user.permissions
          .filter(each => each.for_tokens)
          .map(({name, text}) => ({value: name, label: text}))
        return {
          title: "Add a token",
          fields: [
            {name: "name", label: "Name", longest: 60, placeholder: "what the token is for", required: false},
            {name: "days", kind: "select", label: "Ends", choices: DAYS, value: "90", required: false},
            {
              name: "permissions",
              kind: "checks",
              label: "The token may",
              options,
              value: [options[0].value],
              none: "This token may do nothing.",
            },
          ],
          confirm: "Add the token",
          stays: true,
        }
      },
      call: (_, {name, days, permissions}) => ["tokens.add", {name, permissions, days: days ? Number(days) : null}],
    },
    {
      act: "revoke",
      needs: "tokens.revoke",
      label: "Revoke",
      isQuiet: true,
      asks: () => ({
        title: "Revoke this token?",
        text: "Programs that use this token are refused from now on. The history keeps its name.",
        confirm: "Revoke",
        risky: true,
      }),
      call: ([{id}]) => ["tokens.revoke", {token_id: id}],
      done: token => `The token “${token.name}” is revoked.`,
    },
  ],
}

/** @type {SectionsSpec<{user: User}>} */
export const account = {
  page: "account",
  title: "My account",
  news: [],
  head: () => ({user: USER}),
  summary: head => head?.user.name ?? "",
  sections: [profile, password, secondFactor, linked, sessions, tokens],
  closed: () =>
    me === null
      ? "Nobody has signed in: without an account, this page has nothing to show. Settings, Accounts adds one."
      : "",
}

/** @param {HTMLElement} host */
export const makePage = host => new Sections(account, host)
