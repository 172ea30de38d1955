"""The people who sign in, for administrators: names, roles, passwords and sessions."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts import passwords
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.model import wording
from indexium_core.model.accounts.needs import NO_LIBRARY, needs, only_for_people
from indexium_core.model.accounts.permissions import PLAN_READ, USERS_MANAGE, Role, checked_role
from indexium_core.model.accounts.users import User, UserSession, checked_password, checked_user_name, name_key
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.store.accounts import activity
from indexium_core.store.accounts import users as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database


@only_for_people
@checked_arguments
class UserService:
    """The people of a home. As soon as there is one, everything needs a sign-in."""

    def __init__(
        self,
        database: Database,
        sign_in: SignIn,
        *,
        clock: Callable[[], datetime],
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        """`on_change` is called after each change of the people."""
        self._database, self._sign_in, self._clock, self._on_change = database, sign_in, clock, on_change

    @needs(USERS_MANAGE)
    @remote()
    def list(self) -> builtins.list[User]:
        """Return the people."""
        return self._users(self._database.read())

    @needs(USERS_MANAGE)
    @remote()
    def get(self, name: str) -> User:
        """Return a person by the name; UnknownIdError if there is none."""
        return self._found(self._database.read(), name)

    @needs(USERS_MANAGE)
    @remote()
    def add(self, name: str, password: str, *, role: str = "viewer", libraries: Sequence[int] | None = None) -> User:
        """
        Add a person. The first one becomes an administrator, and from then on everything needs a sign-in.

        Args:
            name: Unique without regard to case.
            password: At least 8 characters.
            role: `viewer`, `editor`, `approver` or `admin`.
            libraries: The ids of the folders that the person sees; None: all of them.

        Raises:
            UnknownIdError: There is no such folder.
            UsageError: The name, the password or the role is not valid, the name is taken, an administrator would not
                see all folders, or the first person would be no administrator.

        """
        wanted, chosen = checked_user_name(name), checked_role(role)
        password_hash = passwords.hashed(checked_password(password))
        with self._database.atomic() as tx:
            if store.count(tx) == 0 and chosen != "admin":
                raise errors.UsageError("The first person is an administrator. Use the role admin.")
            self._require_free(tx, wanted)
            user_id = store.add(tx, name=wanted, name_key=name_key(wanted), role=chosen, now=self._clock())
            store.set_password(tx, user_id, password_hash, now=self._clock())
            _set_libraries(tx, user_id, chosen, libraries)
            self._record(tx, f"added {wanted} as {chosen}")
        self._sign_in.read_again()
        self._on_change()
        return self.get(wanted)

    @needs(USERS_MANAGE)
    @remote()
    def change(
        self, name: str, *, new_name: str | None = None, role: str | None = None, enabled: bool | None = None
    ) -> User:
        """
        Change the name, the role or the switch of a person; None keeps a part. A new role or switch ends the sessions.

        Raises:
            UnknownIdError: There is no such person.
            UsageError: The name or the role is not valid, the name is taken, or no administrator would be left.

        """
        wanted = None if new_name is None else checked_user_name(new_name)
        chosen = None if role is None else checked_role(role)
        with self._database.atomic() as tx:
            user = self._found(tx, name)
            renamed = user.name if wanted is None else wanted
            if name_key(renamed) != name_key(user.name):
                self._require_free(tx, renamed)
            new_role = user.role if chosen is None else chosen
            is_enabled = user.enabled if enabled is None else enabled
            if new_role != "admin" or not is_enabled:
                self._require_other_admin(tx, user)
            if new_role == "admin":
                store.set_libraries(tx, user.id, None)  # an administrator sees all folders
            store.change(tx, user.id, name=renamed, name_key=name_key(renamed), role=new_role, is_enabled=is_enabled)
            if done := list(_changes(user, renamed, new_role, is_enabled=is_enabled)):
                self._record(tx, wording.list_of(done))
        if (new_role, is_enabled) != (user.role, user.enabled):
            self._sign_in.end(user_id=user.id)
        self._sign_in.read_again()
        self._on_change()
        return self.get(renamed)

    @needs(USERS_MANAGE)
    @remote()
    def set_libraries(self, name: str, libraries: Sequence[int] | None) -> User:
        """
        Show a person only some folders, by their ids; None: all of them. That ends the sessions.

        Files of other folders do not exist for this person: not in lists, counts, searches, the history and pictures.

        Raises:
            UnknownIdError: There is no such person, or no such folder.
            UsageError: The person is an administrator, who sees all folders.

        """
        return self._show(name, lambda _: libraries)

    @needs(USERS_MANAGE)
    @remote()
    def show_library(self, name: str, library_id: int, is_shown: bool = True) -> User:  # noqa: FBT001, FBT002
        """
        Show one folder to a person, or hide it, and keep what the person sees of the others. That ends the sessions.

        Raises:
            UnknownIdError: There is no such person, or no such folder.
            UsageError: The person sees all folders.

        """

        def after(user: User) -> Sequence[int]:
            if user.libraries is None:
                raise errors.UsageError(f"{user.name} sees all folders. Set the folders that {user.name} sees first.")
            return sorted({*user.libraries, library_id} if is_shown else {*user.libraries} - {library_id})

        return self._show(name, after)

    def _show(self, name: str, after: Callable[[User], Sequence[int] | None]) -> User:
        """Let a person see the folders that `after` returns for the person as it is."""
        with self._database.atomic() as tx:
            user = self._found(tx, name)
            libraries = after(user)
            _set_libraries(tx, user.id, user.role, libraries)
            seen = "all folders" if libraries is None else wording.plural(len(set(libraries)), "folder")
            self._record(tx, f"let {user.name} see {seen}")
        self._sign_in.end(user_id=user.id)
        self._on_change()
        return self.get(name)

    @needs(USERS_MANAGE)
    @remote()
    def set_password(self, name: str, password: str) -> User:
        """
        Set the password of a person, and end the sessions.

        Raises:
            UnknownIdError: There is no such person.
            UsageError: The password is too short or too long.

        """
        user, password_hash = self.get(name), passwords.hashed(checked_password(password))
        with self._database.atomic() as tx:
            store.set_password(tx, user.id, password_hash, now=self._clock())
            self._record(tx, f"set the password of {user.name}")
        self._sign_in.end(user_id=user.id)
        self._on_change()
        return self.get(name)

    @needs(USERS_MANAGE)
    @remote()
    def remove(self, name: str) -> User:
        """
        Remove a person, and return the person as it was. The history keeps the name.

        Raises:
            UnknownIdError: There is no such person.
            UsageError: No administrator would be left, and other people would.

        """
        with self._database.atomic() as tx:
            user = self._found(tx, name)
            if store.count(tx) > 1:
                self._require_other_admin(tx, user)
            store.remove(tx, user.id)
            self._record(tx, f"removed {user.name}")
        self._sign_in.end(user_id=user.id)
        self._on_change()
        return user

    @needs(USERS_MANAGE)
    @remote()
    def sessions(self, name: str = "") -> builtins.list[UserSession]:
        """Return the open sessions, of one person or of all, newest first. Raises UnknownIdError."""
        user_id = self.get(name).id if name else None
        reader = self._database.read()
        return store.sessions(reader, now=self._clock(), seen_after=self._sign_in.seen_after, user_id=user_id)

    @needs(USERS_MANAGE)
    @remote()
    def end_sessions(self, name: str, session_id: int | None = None) -> int:
        """
        End a session of a person, or all of them, and return how many ended.

        Raises:
            UnknownIdError: There is no such person, or no such session of this person.

        """
        found = [each.id for each in self.sessions(name) if session_id in (None, each.id)]
        if session_id is not None and not found:
            raise errors.UnknownIdError(f"{name} has no open session {session_id}.")
        user = self.get(name)
        if found:
            self._sign_in.end(
                session_id=session_id,
                user_id=user.id,
                note=f"ended {wording.plural(len(found), 'session')} of {user.name}",
            )
            self._on_change()
        return len(found)

    # What every person may do with the own account.

    @remote()
    def own(self) -> User:
        """Return the account of the person who acts. Raises UsageError if nobody has signed in."""
        actor = current_actor()
        found = [each for each in self._users(self._database.read()) if str(each.id) == actor.id]
        if actor.kind != "user" or not found:
            raise errors.UsageError("Nobody has signed in here. Use the commands 'indexium users'.")
        return found[0]

    @remote()
    def own_sessions(self) -> builtins.list[UserSession]:
        """Return the open sessions of the person who acts, newest first. Raises UsageError if nobody has signed in."""
        return self.sessions(self.own().name)

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def change_own_password(self, current: str, password: str, kept_session: int | None = None) -> User:
        """
        Set the password of the person who acts, and end the other sessions of this person.

        Args:
            current: The present password.
            password: The new one, of at least 8 characters.
            kept_session: The session that stays open.

        Raises:
            SignInError: The present password is wrong, or too many were.
            UsageError: The new password is too short or too long, or nobody has signed in.

        """
        user, password_hash = self.own(), passwords.hashed(checked_password(password))
        self._sign_in.require_password(user.id, current)
        with self._database.atomic() as tx:
            store.set_password(tx, user.id, password_hash, now=self._clock())
            self._record(tx, "changed their own password")
        self._sign_in.end(user_id=user.id, kept_session=kept_session)
        return self.own()

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def end_own_sessions(self, session_id: int | None = None) -> int:
        """
        End a session of the person who acts, or all of them, and return how many ended.

        Raises:
            UnknownIdError: The person has no such session.
            UsageError: Nobody has signed in.

        """
        return self.end_sessions(self.own().name, session_id)

    def _record(self, tx: Connection, label: str) -> None:
        activity.record(tx, label, now=self._clock())

    def _users(self, reader: Connection) -> builtins.list[User]:
        return store.users(reader, now=self._clock(), seen_after=self._sign_in.seen_after)

    def _found(self, reader: Connection, name: str) -> User:
        for each in self._users(reader):
            if name_key(each.name) == name_key(name):
                return each
        raise errors.UnknownIdError(f"Nobody has the name “{name[:40]}”. 'indexium users list' shows the names.")

    def _require_free(self, reader: Connection, name: str) -> None:
        if store.credentials(reader, name_key(name)) is not None:
            raise errors.UsageError(f"Somebody has the name “{name}” already. Choose another name.")

    def _require_other_admin(self, reader: Connection, user: User) -> None:
        others = [each for each in self._users(reader) if each.id != user.id and each.role == "admin" and each.enabled]
        if user.role == "admin" and user.enabled and not others:
            raise errors.UsageError(
                f"{user.name} is the only administrator. Make somebody else an administrator first."
            )


def _set_libraries(tx: Connection, user_id: int, role: Role, libraries: Sequence[int] | None) -> None:
    chosen = None if libraries is None else sorted(set(libraries))
    if chosen is not None and role == "admin":
        raise errors.UsageError("An administrator sees all folders. Choose another role, or all folders.")
    if missing := store.unknown_libraries(tx, chosen or ()):
        raise errors.UnknownIdError(
            f"There is no folder with the id {wording.first_ids(missing)}. 'indexium libraries list' shows the ids."
        )
    store.set_libraries(tx, user_id, chosen)


def _changes(user: User, name: str, role: str, *, is_enabled: bool) -> Iterator[str]:
    if name != user.name:
        yield f"renamed {user.name} to {name}"
    if role != user.role:
        yield f"made {name} {role}"
    if is_enabled != user.enabled:
        yield f"switched {name} {'on' if is_enabled else 'off'}"
