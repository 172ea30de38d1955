"""Calls of the scripts of a page: what a change of an account answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import face
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from tests.support.page_calls import calls_of

PASSWORD = "correct horse"
PEOPLE = ["users.list", {}, {"name": 1, "role": 1}]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        for name in ("Ann", "Bob"):
            opened.users.add(name, PASSWORD, role="admin")
        yield opened


def call(library: Library, method: str, **args: Any) -> tuple[int, Any]:
    """Call a method as Ann, and read the people after it."""
    body = json.dumps({"args": args, "want": {"name": 1, "role": 1}, "also": [PEOPLE]})
    with library.acting_as(Actor("user", str(library.users.get("Ann").id), "Ann")):
        status, answer = calls_of(library).answer(method, body.encode())
    return status, json.loads(answer)


def test_change_of_an_account_comes_with_the_people_after_it(library: Library) -> None:
    status, answer = call(library, "users.change", name="Bob", role="viewer")
    assert (status, answer["value"]) == (200, {"name": "Bob", "role": "viewer"})
    assert answer["also"] == [[{"name": "Ann", "role": "admin"}, {"name": "Bob", "role": "viewer"}]]


def test_change_that_takes_the_right_to_read_has_been_made(library: Library) -> None:
    status, answer = call(library, "users.change", name="Ann", role="viewer")
    assert (status, answer["value"]) == (200, {"name": "Ann", "role": "viewer"})
    assert "also" not in answer
    assert call(library, "users.list")[0] == 403


def test_refused_change_names_no_password(library: Library) -> None:
    status, answer = call(library, "users.set_password", name="Bob", password="secret1")
    assert status == 422
    assert "secret1" not in json.dumps(answer)


def test_wrong_password_in_a_call_is_no_end_of_the_session(library: Library) -> None:
    """A page that gets 401 is loaded again, and leads to the sign-in."""
    status, answer = call(library, "users.change_own_password", current="guessed it", password="battery staple")
    assert (status, answer["error"]) == (422, "Your present password is wrong.")


def test_answer_with_a_secret_is_kept_only_as_long_as_the_page_asks_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, ann = calls_of(library), Actor("user", str(library.users.get("Ann").id), "Ann")

    def add() -> int:
        with library.acting_as(ann):
            return calls.answer("tokens.add", json.dumps({"args": {"name": "scan"}, "once": "0" * 32}).encode()).status

    assert (add(), add(), len(library.tokens.list())) == (200, 200, 1)
    monkeypatch.setattr(face, "LONGEST_KEPT", 0)
    assert add() == 422  # it runs again: there is a token of this name
