"""What every person may do with the own account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.users import SignedIn, browser_of
from indexium_core.model.operations.actor import Actor

PASSWORD, NEW = "correct horse", "battery staple"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        opened.users.add("Ann Lee", PASSWORD, role="admin")
        opened.users.add("Bob", PASSWORD)
        yield opened


def signed_in(library: Library, name: str = "Bob", password: str = PASSWORD) -> tuple[SignedIn, Actor]:
    signed = library.sign_in.sign_in(name, password, address="10.0.0.2", client="Firefox")
    return signed, Actor("user", str(signed.session.user_id), signed.session.user_name)


def test_viewer_changes_the_own_password_and_stays_signed_in_here(library: Library) -> None:
    here, bob = signed_in(library)
    other, _ = signed_in(library)
    with library.acting_as(bob):
        changed = library.users.change_own_password(PASSWORD, NEW, here.session.id)
    assert (changed.name, changed.sessions) == ("Bob", 1)
    assert library.sign_in.find(here.token)
    assert library.sign_in.find(other.token) is None
    signed_in(library, password=NEW)
    with pytest.raises(errors.SignInError):
        signed_in(library)


def test_own_password_needs_the_present_one(library: Library) -> None:
    _, bob = signed_in(library)
    with library.acting_as(bob):
        with pytest.raises(errors.SignInError, match="Your present password is wrong"):
            library.users.change_own_password("guessed it", NEW)
        with pytest.raises(errors.UsageError, match="at least 8 characters"):
            library.users.change_own_password(PASSWORD, "short")
    signed_in(library)


def test_present_password_cannot_be_guessed_many_times(library: Library) -> None:
    _, bob = signed_in(library)
    with library.acting_as(bob):
        for _ in range(10):
            with pytest.raises(errors.SignInError, match="is wrong"):
                library.users.change_own_password("guessed it", NEW)
        with pytest.raises(errors.SignInError, match="Wait five minutes"):
            library.users.change_own_password(PASSWORD, NEW)
    signed_in(library)  # with attempts of its own


def test_person_sees_and_ends_only_own_sessions(library: Library) -> None:
    first, bob = signed_in(library)
    second, _ = signed_in(library)
    ann, _ = signed_in(library, "Ann Lee")
    with library.acting_as(bob):
        assert [each.id for each in library.users.own_sessions()] == [second.session.id, first.session.id]
        assert library.users.end_own_sessions(first.session.id) == 1
        with pytest.raises(errors.UnknownIdError, match="has no open session"):
            library.users.end_own_sessions(ann.session.id)
        with pytest.raises(errors.ForbiddenError):
            library.users.sessions("Ann Lee")
        assert library.users.end_own_sessions() == 1
    assert library.sign_in.find(second.token) is None
    assert library.sign_in.find(ann.token)


def test_command_has_no_own_account(library: Library) -> None:
    with pytest.raises(errors.UsageError, match="Nobody has signed in here"):
        library.users.own()


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl"),
        ("", "a program without a name"),
    ],
)
def test_browser_is_named_in_words(client: str, words: str) -> None:
    assert browser_of(client) == words
