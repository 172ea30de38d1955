"""People who sign in: what administrators do, and when a session ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.accounts import sign_in
from indexium_core.library import Library
from tests.support.cases import each_case

PASSWORD = "correct horse"


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with Library.open(tmp_path / "home", clock=clock) as opened:
        opened.users.add("Ann Lee", PASSWORD, role="admin")
        yield opened


def token_of(library: Library, name: str = "Ann Lee", password: str = PASSWORD, address: str = "10.0.0.2") -> str:
    return library.sign_in.sign_in(name, password, address=address, client="Firefox").token


def test_person_signs_in_with_any_spelling_of_the_name(library: Library, clock: Clock) -> None:
    signed = library.sign_in.sign_in(" ANN lee", PASSWORD, address="10.0.0.2", client="Firefox")
    found = library.sign_in.find(signed.token)
    assert found is not None
    assert (found.name, found.role, found.ends_at) == ("Ann Lee", "admin", clock.now + timedelta(days=30))
    [user] = library.users.list()
    assert (user.has_password, user.sessions, user.last_seen_at) == (True, 1, clock.now)
    [session] = library.users.sessions()
    assert (session.user_name, session.address, session.client) == ("Ann Lee", "10.0.0.2", "Firefox")


@each_case(("name", "password"), [("Ann Lee", "correct horsE"), ("Bob", PASSWORD), ("", "")])
def test_wrong_name_and_wrong_password_have_the_same_answer(library: Library, name: str, password: str) -> None:
    with pytest.raises(errors.SignInError, match="The name or the password is wrong"):
        library.sign_in.sign_in(name, password)


def test_person_who_is_switched_off_cannot_sign_in(library: Library) -> None:
    library.users.add("Bob", PASSWORD)
    token = token_of(library, "Bob")
    library.users.change("bob", enabled=False)
    assert library.sign_in.find(token) is None
    with pytest.raises(errors.SignInError, match="The name or the password is wrong"):
        token_of(library, "Bob")


def test_wrong_passwords_are_throttled_by_name_and_address(library: Library) -> None:
    for count in (sign_in._OF_NAME - 1, sign_in._OF_NAME):
        assert token_of(library), "after a right password, no wrong one counts"
        for _ in range(count):
            with pytest.raises(errors.SignInError, match="is wrong"):
                token_of(library, password="guessed it")
    with pytest.raises(errors.SignInError, match="Too many wrong passwords") as refused:
        token_of(library)
    assert refused.value.reason == "too_many"
    assert token_of(library, address="10.0.0.3"), "another address is not locked out"


@pytest.mark.parametrize(
    ("steps", "is_open"),
    [((23, 23), True), ((25,), False), ((23,) * 31, True), ((23,) * 32, False)],
    ids=["used", "idle", "just below a month", "a month"],
)
def test_session_ends_without_requests_and_after_a_month(
    library: Library, clock: Clock, steps: tuple[int, ...], *, is_open: bool
) -> None:
    token = token_of(library)
    for hours in steps:
        clock.now += timedelta(hours=hours)
        found = library.sign_in.find(token)
    assert (found is not None) == is_open
    assert len(library.users.sessions()) == is_open


def test_session_survives_the_end_of_the_process(tmp_path: Path, library: Library, clock: Clock) -> None:
    token = token_of(library)
    clock.now += timedelta(hours=20)
    assert library.sign_in.find(token)
    library.close()
    clock.now += timedelta(hours=20)
    with Library.open(tmp_path / "home", clock=clock) as again:
        assert again.sign_in.find(token)
        [session] = again.users.sessions("ann lee")
        again.users.end_sessions("Ann Lee", session.id)
        assert again.sign_in.find(token) is None


def test_sign_out_ends_one_session_and_a_new_password_ends_all(library: Library) -> None:
    first, second = token_of(library), token_of(library)
    library.sign_in.sign_out(first)
    assert [library.sign_in.find(each) is None for each in (first, second)] == [True, False]
    library.users.set_password("Ann Lee", "battery staple")
    assert library.sign_in.find(second) is None
    assert library.sign_in.find(token_of(library, password="battery staple"))


def test_change_of_a_role_ends_the_sessions(library: Library) -> None:
    library.users.add("Bob", PASSWORD, role="editor")
    token = token_of(library, "Bob")
    assert library.users.change("Bob", role="viewer", new_name="Bob Ray").role == "viewer"
    assert library.sign_in.find(token) is None


def test_no_secret_is_stored(tmp_path: Path, library: Library) -> None:
    token = token_of(library)
    library.snapshots.take()
    library.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"Ann Lee" in stored
    assert PASSWORD.encode() not in stored
    assert token.encode() not in stored


@each_case(
    ("call", "message"),
    [
        (lambda users: users.add("  ", PASSWORD), "needs a name"),
        (lambda users: users.add("ann  LEE", PASSWORD), "Somebody has the name"),
        (lambda users: users.add("Bob", "short"), "at least 8 characters"),
        (lambda users: users.add("Bob", "x" * 1001), "at most 1000 characters"),
        (lambda users: users.add("Bob", PASSWORD, role="boss"), "There is no role “boss”"),
        (lambda users: users.change("Ann Lee", role="editor"), "is the only administrator"),
        (lambda users: users.change("Ann Lee", enabled=False), "is the only administrator"),
        (lambda users: users.set_password("Bob", PASSWORD), "Nobody has the name “Bob”"),
        (lambda users: users.end_sessions("Ann Lee", 99), "has no open session 99"),
    ],
)
def test_wrong_input_is_one_sentence(library: Library, call: object, message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        call(library.users)  # type: ignore[operator]


def test_last_administrator_can_be_removed_only_as_the_last_person(library: Library) -> None:
    library.users.add("Bob", PASSWORD)
    with pytest.raises(errors.UsageError, match="is the only administrator"):
        library.users.remove("Ann Lee")
    library.users.remove("Bob")
    library.users.remove("Ann Lee")
    assert library.users.list() == []
    with pytest.raises(errors.UsageError, match="The first person is an administrator"):
        library.users.add("Bob", PASSWORD)
