"""People who sign in, and their sessions, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
