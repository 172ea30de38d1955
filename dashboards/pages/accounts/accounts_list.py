"""The people who sign in: the list, and one person in detail."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.components.base import Component, module
from dashboards.components.view_types import ChipView, ChoiceView
from dashboards.pages.accounts.view_types import AccountDetailsView, AccountRowView, AccountsView, SeenFolderView
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import ROLE_WORDS, ROLES
from indexium_core.model.accounts.users import User, UserSession, browser_of
from indexium_core.model.files.inventory import LibraryRow

ROLE_CHOICES: list[ChoiceView] = [{"value": role, "label": role} for role in ROLES]


class AccountsPage(Component):
    """
    The list, and the form for a new person.

    Messages: `settings`, `open` {id}, `close`, `add` {name, role, password, again, libraries}.
    """

    _esm = module("accounts")
    _view = AccountsView
    _styles = ("house.css", "accounts.css")


class AccountDetails(Component):
    """
    One person.

    Messages with the `id` of the person: `role` {role}, `enable` {on}, `see_all` {on}, `see` {folder, on}, `rename`,
    `password` {password, again}, `end` {session}, `end_all`, `remove`. Other messages: `close`.
    """

    _esm = module("accounts_details")
    _view = AccountDetailsView
    _styles = ("house.css", "accounts.css")


def list_view(
    people: Sequence[User],
    libraries: Sequence[LibraryRow],
    *,
    settings: str,
    own_id: int | None,
    shown: int | None,
    problem: str,
    added: int,
) -> AccountsView:
    """
    Return the list.

    Args:
        people: Who can sign in.
        libraries: The folders that a new person may see.
        settings: Address of the page of settings.
        own_id: The person who looks at the list.
        shown: The person in detail.
        problem: Why the last new person was refused.
        added: How many people this page has added.

    """
    admins = sum(each.role == "admin" and each.enabled for each in people)
    counts = f"{wording.plural(len(people), 'person', 'people')} · {wording.plural(admins, 'administrator')}"
    return {
        "settings": settings,
        "summary": counts if people else "who may use Indexium, and what for",
        "rows": [_row(each, own_id) for each in people],
        "roles": ROLE_CHOICES,
        "meaning": {role: ROLE_WORDS[role] for role in ROLES},
        "folders": _folders(libraries, ()),
        "open": shown,
        "problem": problem,
        "added": added,
    }


def _row(user: User, own_id: int | None) -> AccountRowView:
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "folders": "" if user.libraries is None else wording.plural(len(user.libraries), "folder"),
        "state": _state(user),
        "seen": wording.ago(user.last_seen_at) if user.last_seen_at else "never",
        "sessions": wording.plural(user.sessions, "session") if user.sessions else "",
        "is_own": user.id == own_id,
    }


def _folders(libraries: Sequence[LibraryRow], seen: Sequence[int] | None) -> list[SeenFolderView]:
    """Return the folders, with those that a person sees; None: all of them."""
    return [
        {"id": each.library_id, "name": each.name, "path": each.path, "on": seen is None or each.library_id in seen}
        for each in libraries
    ]


def _state(user: User) -> ChipView:
    if not user.enabled:
        return {"level": "blocked", "text": "off"}
    if not user.has_password:
        return {"level": "warning", "text": "needs a password"}
    return {"level": "safe", "text": "can sign in"}


def details_view(
    user: User | None,
    sessions: Sequence[UserSession],
    libraries: Sequence[LibraryRow],
    *,
    problem: str,
    saved: int,
) -> AccountDetailsView:
    """Return one person in detail; None closes the drawer."""
    if user is None:
        return {"open": False}
    return {
        "open": True,
        "id": user.id,
        "title": user.name,
        "facts": [
            ["Added", wording.when(user.created_at)],
            ["Last seen", wording.ago(user.last_seen_at) if user.last_seen_at else "never"],
        ],
        "role": user.role,
        "roles": ROLE_CHOICES,
        "meaning": ROLE_WORDS[user.role],
        "folders": _folders(libraries, user.libraries),
        "sees_all": user.libraries is None,
        "is_limitable": user.role != "admin" and len(libraries) > 0,
        "enabled": user.enabled,
        "sessions": [
            {
                "id": each.id,
                "browser": browser_of(each.client),
                "client": each.client,
                "address": each.address,
                "seen": wording.ago(each.last_seen_at),
            }
            for each in sessions
        ],
        "problem": problem,
        "saved": saved,
    }
