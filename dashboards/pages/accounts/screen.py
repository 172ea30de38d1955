"""The page of accounts: who can sign in, with which role, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import param

from dashboards.components.base import Component, Handler
from dashboards.pages.accounts import accounts_list
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import AddressedState
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.users import User, UserSession
from indexium_core.model.files.inventory import LibraryRow

_LONGEST = 200  # characters of a typed name
OPEN = "Nobody is left then: on this computer, everybody may do everything, without a sign-in."
CLOSED = "Nobody is left then: the service is closed until 'indexium users add NAME --role admin' adds somebody."

T = TypeVar("T")


class AccountsState(AddressedState):
    """The person in detail."""

    person = param.Integer(default=None, bounds=(1, 2**53), allow_None=True, doc="Id of the person in detail.")

    _address: ClassVar[Mapping[str, str]] = {"person": "person"}


class AccountsScreen(Screen):
    """The page of accounts in one session."""

    state: AccountsState

    def __init__(self, session: Session) -> None:
        self.state = AccountsState()
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._dialog = session.dialog
        self._page, self._drawer = accounts_list.AccountsPage(), accounts_list.AccountDetails()
        self._people: Sequence[User] = ()
        self._sessions: Sequence[UserSession] = ()
        self._folders: Sequence[LibraryRow] = ()
        self._problems: dict[str, str] = {}  # by `add`, or `person`
        self._added = self._saved = 0
        self._page.on(
            settings=lambda _: session.go("settings"),
            open=lambda message: self._open(int(message["id"])),
            close=lambda _: self._open(None),
            add=self._add,
        )
        self._drawer.on(
            close=lambda _: self._open(None),
            role=self._of_shown(self._change_role),
            enable=self._of_shown(self._switch),
            see_all=self._of_shown(self._see_all),
            see=self._of_shown(self._see),
            rename=self._of_shown(lambda user, _: self._ask_name(user)),
            password=self._of_shown(self._set_password),
            end=self._of_shown(lambda user, message: self._end(user, int(message["session"]))),
            end_all=self._of_shown(lambda user, _: self._end(user, None)),
            remove=self._of_shown(lambda user, _: self._ask_removal(user)),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"accounts": self._page, "accounts_details": self._drawer}

    def reset(self) -> None:
        """Close the person in detail."""
        self.state.person = None

    def enter(self) -> None:
        """Show the page, without what a former visit has left."""
        self._problems.clear()
        self.refresh()

    def refresh(self) -> None:
        """Read the people again, if the page is shown."""
        if self._session.is_showing("accounts"):
            self._bridge.run(self._read, lambda found: self._show(*found), name="accounts", failed=self._failed)

    def _read(self) -> tuple[Sequence[User], Sequence[UserSession], Sequence[LibraryRow]]:
        people, shown = self._library.users.list(), self.state.person
        user = next((each for each in people if each.id == shown), None)
        return people, self._library.users.sessions(user.name) if user else (), self._library.inventory.list()

    def _failed(self, error: errors.IndexiumError) -> None:
        self._page.put(error=error.message, settings=self._session.address_of("settings"))

    def _show(self, people: Sequence[User], sessions: Sequence[UserSession], folders: Sequence[LibraryRow]) -> None:
        self._people, self._sessions, self._folders = people, sessions, folders
        self._page.put(
            **accounts_list.list_view(
                people,
                folders,
                settings=self._session.address_of("settings"),
                own_id=self._session.account.user_id,
                shown=self.state.person,
                problem=self._problems.get("add", ""),
                added=self._added,
            )
        )
        shown = next((each for each in people if each.id == self.state.person), None)
        problem = self._problems.get("person", "")
        self._drawer.put(**accounts_list.details_view(shown, sessions, folders, problem=problem, saved=self._saved))

    def _open(self, person: int | None) -> None:
        """Show a person in detail, or none."""
        self._problems.pop("person", None)
        self.state.person = person
        self._session.update_address(push=True)
        self.refresh()

    def _of_shown(self, act: Callable[[User, Mapping[str, Any]], None]) -> Handler:
        """Return a handler that ignores messages about another person than the shown one."""

        def handle(message: Mapping[str, Any]) -> None:
            user = next((each for each in self._people if each.id == self.state.person == message["id"]), None)
            if user is not None:
                act(user, message)

        return handle

    def _run(self, place: str, work: Callable[[], T], done: Callable[[T], str]) -> None:
        """Run a change, show the sentence that `done` returns, and read the page again; or show why it is refused."""

        def succeed(result: T) -> None:
            self._problems.pop(place, None)
            self._bridge.toast("good", done(result))
            self.refresh()

        def fail(error: errors.IndexiumError) -> None:
            self._problems[place] = error.message
            self.refresh()

        self._bridge.run(work, succeed, name=f"accounts_{place}", failed=fail, once=True)

    # Changes. A password comes with one message, and is passed on; nothing here keeps it.

    def _add(self, message: Mapping[str, Any]) -> None:
        name, role = str(message["name"])[:_LONGEST], str(message["role"])
        password, libraries = _same(message), message["libraries"]

        def done(user: User) -> str:
            self._added += 1
            return f"{user.name} is added as {user.role}."

        self._run("add", lambda: self._library.users.add(name, password(), role=role, libraries=libraries), done)

    def _change_role(self, user: User, message: Mapping[str, Any]) -> None:
        role = str(message["role"])
        self._run(
            "person",
            lambda: self._library.users.change(user.name, role=role),
            lambda changed: f"{changed.name} is {changed.role} now, and has to sign in again.",
        )

    def _switch(self, user: User, message: Mapping[str, Any]) -> None:
        is_on = bool(message["on"])
        self._run(
            "person",
            lambda: self._library.users.change(user.name, enabled=is_on),
            lambda changed: f"{changed.name} {'can' if changed.enabled else 'cannot'} sign in.",
        )

    def _see_all(self, user: User, message: Mapping[str, Any]) -> None:
        self._limit(user, None if bool(message["on"]) else [each.library_id for each in self._folders])

    def _see(self, user: User, message: Mapping[str, Any]) -> None:
        folder, seen = int(message["folder"]), set(user.libraries or ())
        self._limit(user, sorted(seen | {folder} if bool(message["on"]) else seen - {folder}))

    def _limit(self, user: User, libraries: Sequence[int] | None) -> None:
        def done(changed: User) -> str:
            folders = "all folders" if libraries is None else wording.plural(len(libraries), "folder")
            return f"{changed.name} sees {folders} now, and has to sign in again."

        self._run("person", lambda: self._library.users.set_libraries(user.name, libraries), done)

    def _set_password(self, user: User, message: Mapping[str, Any]) -> None:
        password = _same(message)

        def done(changed: User) -> str:
            self._saved += 1
            return f"{changed.name} has a new password, and has to sign in again."

        self._run("person", lambda: self._library.users.set_password(user.name, password()), done)

    def _ask_name(self, user: User) -> None:
        def rename(typed: str) -> None:
            self._run(
                "person",
                lambda: self._library.users.change(user.name, new_name=typed),
                lambda changed: f"{user.name} is {changed.name} now.",
            )

        hint = {"kind": "hint", "text": "The name to sign in with. The history keeps the former name."}
        self._dialog.ask(f"Rename {user.name}", [hint], rename, note="New name", written=user.name, confirm="Rename")

    def _end(self, user: User, session_id: int | None) -> None:
        self._run(
            "person",
            lambda: self._library.users.end_sessions(user.name, session_id),
            lambda ended: f"{wording.plural(ended, 'session')} of {user.name} ended.",
        )

    def _ask_removal(self, user: User) -> None:
        is_last = len(self._people) == 1
        text = f"{user.name} cannot sign in any more. The history keeps the name."
        sections: list[dict[str, Any]] = [{"kind": "text", "text": text}]
        if is_last:
            sections.append({"kind": "why", "level": "warning", "text": OPEN if self._session.local else CLOSED})

        def removed(_: User) -> str:
            self.state.person = None
            self._session.update_address()
            return f"{user.name} is removed."

        self._dialog.ask(
            f"Remove {user.name}?",
            sections,
            lambda _: self._run("person", lambda: self._library.users.remove(user.name), removed),
            confirm="Remove",
            risky=True,
        )


def _same(message: Mapping[str, Any]) -> Callable[[], str]:
    """Return a function that returns the password of a form; it raises UsageError if the two fields differ."""
    password, again = str(message["password"]), str(message["again"])

    def same() -> str:
        if password != again:
            raise errors.UsageError("The two passwords differ. Type the same password twice.")
        return password

    return same
