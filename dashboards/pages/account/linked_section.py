"""The accounts of the OpenID Connect provider with which the person signs in, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Handler
from dashboards.pages.account.account_section import Changed
from dashboards.pages.account.view_types import LinkedView
from dashboards.session import Session
from indexium_core.model import wording
from indexium_core.model.accounts.sign_in import UserIdentity


class LinkedSection:
    """Lists the linked accounts, links another one, and removes a link."""

    name = "linked"

    def __init__(self, session: Session, *, changed: Changed) -> None:
        self._session, self._changed = session, changed
        self._address = ""  # to which the browser goes next

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers: `link`, `unlink` {subject}."""
        return {"link": lambda _: self._link(), "unlink": self._unlink}

    def read(self) -> Sequence[UserIdentity]:
        """Return the links."""
        return self._session.library.identities.own()

    def view(self, found: Sequence[UserIdentity]) -> LinkedView:
        """Return the links; without a provider and without links, the card is not shown."""
        return {
            "provider": self._session.library.open_id.label,
            "address": self._address,
            "rows": [
                {"subject": each.subject, "issuer": each.issuer, "since": wording.when(each.created_at)}
                for each in found
            ],
        }

    def forget(self) -> None:
        """Forget the address of a former visit."""
        self._address = ""

    def _link(self) -> None:
        """Send the browser to the provider. A ticket counts once, so each press makes another one."""

        def go(ticket: str) -> None:
            self._address = f"/sign-in/openid?ticket={ticket}"
            self._changed()

        self._session.bridge.run(self._session.library.identities.ticket, go, name="own_identities", once=True)

    def _unlink(self, message: Mapping[str, Any]) -> None:
        subject = str(message["subject"])

        def removed(_: UserIdentity) -> None:
            self._session.bridge.toast("good", "The link is removed.")
            self._changed()

        self._session.bridge.run(
            lambda: self._session.library.identities.unlink_own(subject), removed, name="own_identities", once=True
        )
