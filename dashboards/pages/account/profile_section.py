"""The name, the role, and what the person may do."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Handler
from dashboards.pages.account.view_types import ProfileView
from dashboards.session import Session
from indexium_core.model.accounts.permissions import PERMISSION_WORDS, PERMISSIONS, ROLE_WORDS, permissions_of
from indexium_core.model.accounts.users import User


class ProfileSection:
    """The first card of the page."""

    name = "profile"

    def __init__(self, session: Session) -> None:
        self._library = session.library

    def handlers(self) -> Mapping[str, Handler]:
        """Return no handlers: an administrator changes name and role."""
        return {}

    def read(self) -> User:
        """Return the person."""
        return self._library.users.own()

    def view(self, found: User) -> ProfileView:
        """Return the person in words."""
        allowed = permissions_of(found.role)
        return {
            "name": found.name,
            "role": found.role,
            "meaning": ROLE_WORDS[found.role],
            "may": [PERMISSION_WORDS[each] for each in PERMISSIONS if each in allowed],
            "may_not": [PERMISSION_WORDS[each] for each in PERMISSIONS if each not in allowed],
        }

    def forget(self) -> None:
        """Forget nothing."""
