"""Who uses a tab, and what this person may do: pages hide the rest, and the services refuse it."""

from __future__ import annotations

from indexium_core.library import Library
from indexium_core.model.accounts.permissions import Permission
from indexium_core.model.operations.actor import current_actor


class SessionAccount:
    """
    The person of a session. Without accounts, it is the person at this computer, who may do everything.

    A new role or other folders end the sessions of a person, so what the person may do and see is constant.
    """

    def __init__(self, library: Library, session_id: int | None) -> None:
        """Read the account of the present actor, who uses a session."""
        self.session_id = session_id
        actor = current_actor()
        self.is_signed_in = actor.kind == "user"
        self.name = actor.name if self.is_signed_in else ""
        self.user_id = int(actor.id) if self.is_signed_in else None
        self.role = library.sign_in.role_of(self.user_id) if self.user_id is not None else None
        self._offered = library.authority.offered
        grants = library.authority.grants
        self.libraries = None if grants is None else grants.libraries  # that the person sees; None: all

    @property
    def sees_all(self) -> bool:
        """Whether the person sees all folders."""
        return self.libraries is None

    def may(self, permission: Permission) -> bool:
        """Return whether the person has a permission, or may propose what needs it."""
        return self._offered is None or permission in self._offered

    def in_frame(self) -> dict[str, str] | None:
        """Return the name and role of the person, who has signed in; None without accounts."""
        return None if self.role is None else {"name": self.name, "role": self.role}
