"""The name, the role, and what the person may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.components.base import Handler
from dashboards.pages.account.view_types import ProfileView
from dashboards.session import Session
from indexium_core.model.accounts.permissions import PERMISSION_WORDS, PERMISSIONS, ROLE_WORDS, Permission
from indexium_core.model.accounts.users import User


class ProfileSection:
    """The first card of the page."""

    name = "profile"

    def __init__(self, session: Session) -> None:
        self._library = session.library

    def handlers(self) -> Mapping[str, Handler]:
        """Return no handlers: an administrator changes name and role."""
        return {}

    def read(self) -> tuple[User, frozenset[Permission], Sequence[str]]:
        """Return the person, the permissions, and the names of the folders that the person sees."""
        allowed = frozenset(self._library.authority.identity.permissions)
        return self._library.users.own(), allowed, [each.name for each in self._library.inventory.list()]

    def view(self, found: tuple[User, frozenset[Permission], Sequence[str]]) -> ProfileView:
        """Return the person in words."""
        user, allowed, folders = found
        return {
            "name": user.name,
            "role": user.role,
            "meaning": ROLE_WORDS[user.role],
            "folders": None if user.libraries is None else list(folders),
            "may": [PERMISSION_WORDS[each] for each in PERMISSIONS if each in allowed],
            "may_not": [PERMISSION_WORDS[each] for each in PERMISSIONS if each not in allowed],
        }

    def forget(self) -> None:
        """Forget nothing."""
