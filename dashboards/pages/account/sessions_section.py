"""The browsers in which the person has signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Handler
from dashboards.pages.account.account_section import Changed
from dashboards.pages.account.view_types import OwnSessionsView, OwnSessionView
from dashboards.session import Session
from indexium_core.model import wording
from indexium_core.model.accounts.users import UserSession, browser_of


class SessionsSection:
    """Shows the sessions, and ends one or all of them."""

    name = "sessions"

    def __init__(self, session: Session, *, changed: Changed) -> None:
        self._session, self._changed = session, changed

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers: `end` {id}, `end_all`."""
        return {"end": lambda message: self._end(int(message["id"])), "end_all": self._ask_all}

    def read(self) -> Sequence[UserSession]:
        """Return the open sessions."""
        return self._session.library.users.own_sessions()

    def view(self, found: Sequence[UserSession]) -> OwnSessionsView:
        """Return the sessions, that of this tab first."""
        here = self._session.account.session_id
        rows = sorted((self._row(each) for each in found), key=lambda row: row["id"] != here)
        return {"rows": rows, "others": len(rows) > 1}

    def _row(self, each: UserSession) -> OwnSessionView:
        return {
            "id": each.id,
            "browser": browser_of(each.client),
            "client": each.client,
            "address": each.address,
            "seen": wording.ago(each.last_seen_at),
            "since": wording.when(each.created_at),
            "is_here": each.id == self._session.account.session_id,
        }

    def forget(self) -> None:
        """Forget nothing."""

    def _end(self, session_id: int) -> None:
        self._session.bridge.run(
            lambda: self._session.library.users.end_own_sessions(session_id),
            lambda _: self._ended("The session is ended: that browser has to sign in again."),
            name="own_sessions",
            once=True,
        )

    def _ended(self, sentence: str) -> None:
        self._session.bridge.toast("good", sentence)
        self._changed()

    def _ask_all(self, _: Mapping[str, Any]) -> None:
        self._session.dialog.ask(
            "Sign out everywhere?",
            [
                {
                    "kind": "text",
                    "text": "Every browser in which you have signed in has to sign in again, also this one.",
                }
            ],
            lambda _: self._session.bridge.run(
                self._session.library.users.end_own_sessions, lambda _: None, name="own_sessions", once=True
            ),
            confirm="Sign out everywhere",
            risky=True,
        )
