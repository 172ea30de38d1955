"""The form for the own password. The passwords come with one message, and are passed on; nothing here keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.components.base import Handler
from dashboards.pages.account.account_section import Changed
from dashboards.pages.account.view_types import OwnPasswordView
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model.accounts.users import User


class PasswordSection:
    """Changes the password of the person. The other sessions end."""

    name = "password"

    def __init__(self, session: Session, *, changed: Changed) -> None:
        self._session, self._changed = session, changed
        self._problem, self._saved = "", 0

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers: `password` {current, password, again}."""
        return {"password": self._change}

    def read(self) -> str:
        """Return the name of the person."""
        return self._session.account.name

    def view(self, found: str) -> OwnPasswordView:
        """Return the form."""
        return {"name": found, "problem": self._problem, "saved": self._saved}

    def forget(self) -> None:
        """Forget why the last input was refused."""
        self._problem = ""

    def _change(self, message: Mapping[str, Any]) -> None:
        current, password, again = (str(message[name]) for name in ("current", "password", "again"))
        library, kept = self._session.library, self._session.account.session_id

        def change() -> User:
            if password != again:
                raise errors.UsageError("The two new passwords differ. Type the same password twice.")
            return library.users.change_own_password(current, password, kept)

        def done(_: User) -> None:
            self._problem, self._saved = "", self._saved + 1
            self._session.bridge.toast("good", "Your password is changed. Other browsers have to sign in again.")
            self._changed()

        def failed(error: errors.IndexiumError) -> None:
            self._problem = error.message
            self._changed()

        self._session.bridge.run(change, done, name="own_password", failed=failed, once=True)
