"""The API tokens of the person. The text of a new token is shown once, until the page is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Handler
from dashboards.components.view_types import ChoiceView
from dashboards.pages.account.account_section import Changed
from dashboards.pages.account.view_types import OwnTokensView, OwnTokenView
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PERMISSION_WORDS, PERMISSIONS, Permission
from indexium_core.model.accounts.tokens import WITHOUT_TOKENS, ApiToken, NewToken

_DAYS: list[ChoiceView] = [
    {"value": "30", "label": "30 days"},
    {"value": "90", "label": "90 days"},
    {"value": "365", "label": "a year"},
    {"value": "", "label": "until it is revoked"},
]
_LONGEST = 200  # characters of a typed name


class TokensSection:
    """Lists, adds and revokes tokens."""

    name = "tokens"

    def __init__(self, session: Session, *, changed: Changed) -> None:
        self._session, self._changed = session, changed
        self._problem, self._added = "", 0
        self._new: NewToken | None = None

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers: `add_token` {name, permissions, days}, `revoke_token` {id}, `hide_token`."""
        return {"add_token": self._add, "revoke_token": self._ask_revocation, "hide_token": lambda _: self._hide()}

    def read(self) -> tuple[Sequence[ApiToken], Sequence[Permission]]:
        """Return the tokens, and what a new one may get."""
        library = self._session.library
        identity = library.authority.identity
        return library.tokens.list(identity.name), [each for each in identity.permissions if each not in WITHOUT_TOKENS]

    def view(self, found: tuple[Sequence[ApiToken], Sequence[Permission]]) -> OwnTokensView:
        """Return the list and the form."""
        tokens, allowed = found
        return {
            "rows": [_row(each) for each in tokens],
            "may": [{"value": each, "label": PERMISSION_WORDS[each]} for each in PERMISSIONS if each in allowed],
            "days": _DAYS,
            "problem": self._problem,
            "added": self._added,
            "secret": self._new.secret if self._new else "",
            "new_name": self._new.token.name if self._new else "",
        }

    def forget(self) -> None:
        """Forget the text of the last token, and why the last input was refused."""
        self._new, self._problem = None, ""

    def _add(self, message: Mapping[str, Any]) -> None:
        name, days = str(message["name"])[:_LONGEST], str(message["days"])
        permissions = [str(each) for each in message["permissions"]]
        tokens = self._session.library.tokens

        def done(new: NewToken) -> None:
            self._new, self._problem, self._added = new, "", self._added + 1
            self._changed()

        def failed(error: errors.IndexiumError) -> None:
            self._problem = error.message
            self._changed()

        self._session.bridge.run(
            lambda: tokens.add(name, permissions=permissions, days=int(days) if days else None),
            done,
            name="own_tokens",
            failed=failed,
            once=True,
        )

    def _ask_revocation(self, message: Mapping[str, Any]) -> None:
        token_id = int(message["id"])
        text = "Programs that use this token are refused from now on. The history keeps its name."

        def revoked(token: ApiToken) -> None:
            self._session.bridge.toast("good", f"The token “{token.name}” is revoked.")
            self._hide()

        self._session.dialog.ask(
            "Revoke this token?",
            [{"kind": "text", "text": text}],
            lambda _: self._session.bridge.run(
                lambda: self._session.library.tokens.revoke(token_id), revoked, name="own_tokens", once=True
            ),
            confirm="Revoke",
            risky=True,
        )

    def _hide(self) -> None:
        self.forget()
        self._changed()


def _row(token: ApiToken) -> OwnTokenView:
    until = "ended" if token.has_ended else f"until {wording.when(token.ends_at)}" if token.ends_at else "until revoked"
    used = f"used {wording.ago(token.last_used_at)}" if token.last_used_at else "not used yet"
    folders = "" if token.libraries is None else wording.plural(len(token.libraries), "folder")
    return {
        "id": token.id,
        "name": token.name,
        "may": ", ".join(token.effective) or "nothing any more",
        "facts": " · ".join(filter(None, [until, used, folders])),
        "has_ended": token.has_ended,
    }
