"""People who sign in, and their sessions, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexium_core.model.accounts.permissions import OF_WHOLE_HOME, Role
from indexium_core.model.accounts.sign_in import UserIdentity
from indexium_core.model.accounts.tokens import ApiToken
from indexium_core.model.accounts.users import User, UserSession


def test_person_says_when_it_was_added_and_seen() -> None:
    now = datetime.now(UTC)
    person = User(id=1, name="Ann", role="admin", created_at=now)
    assert (person.added.split()[0], person.seen) == ("today", "never")
    seen = User(id=1, name="Ann", role="admin", created_at=now, last_seen_at=now - timedelta(hours=3))
    assert seen.seen == "3 h ago"


def test_session_names_its_browser() -> None:
    now = datetime.now(UTC)
    session = UserSession(
        id=1,
        user_id=1,
        user_name="Ann",
        address="10.0.0.7",
        client="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        created_at=now,
        last_seen_at=now,
        ends_at=now + timedelta(days=1),
    )
    assert (session.browser, session.seen) == ("Firefox on Linux", "just now")
    assert session.since.startswith("today ")


@pytest.mark.parametrize(("role", "granted"), [("viewer", 1), ("editor", 7), ("approver", 10), ("admin", 14)])
def test_person_has_the_permissions_of_the_role(role: Role, granted: int) -> None:
    found = User(id=1, name="Ann", role=role, created_at=datetime.now(UTC)).permissions
    assert [each.is_granted for each in found].count(True) == granted
    without = [each.name for each in found if each.is_granted and not each.for_tokens]
    assert without == (["users.manage"] if role == "admin" else [])


def test_person_who_sees_some_folders_has_no_permission_for_the_whole_home() -> None:
    person = User(id=1, name="Bob", role="editor", libraries=[1], created_at=datetime.now(UTC))
    assert not {each.name for each in person.permissions if each.is_granted} & OF_WHOLE_HOME


def token(**values: Any) -> ApiToken:
    known: dict[str, Any] = {"permissions": ["plan.read"], "effective": ["plan.read"], "created_at": datetime.now(UTC)}
    return ApiToken(id=1, user_id=1, user_name="Bob", name="scan", **known, **values)


def test_token_says_until_when_it_works_and_when_it_was_used() -> None:
    now = datetime.now(UTC)
    assert (token().ends, token().used) == ("until revoked", "not used yet")
    assert token(ends_at=now).ends.startswith("until today ")
    assert token(ends_at=now, has_ended=True).ends == "ended"
    assert token(last_used_at=now - timedelta(hours=3)).used == "used 3 h ago"


def test_link_says_since_when_it_is_there() -> None:
    now = datetime.now(UTC)
    link = UserIdentity(issuer="https://id.example", subject="bob", user_id=1, user_name="Bob", created_at=now)
    assert link.since.startswith("today ")
