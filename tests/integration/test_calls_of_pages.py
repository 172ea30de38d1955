"""Calls of the scripts of a page: what is refused, what runs once, and what the answer says about events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import face
from dashboards.face import OTHER_PERSON, UNSHOWN, Calls
from indexium_core.library import Library
from tests.support.page_calls import calls_of

ONCE = "0123456789abcdef" * 2


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


def answered(calls: Calls, name: str, body: Any = None, **parts: Any) -> tuple[int, dict[str, Any]]:
    raw = json.dumps(parts).encode() if body is None else body
    status, answer = calls.answer(name, raw)
    found: dict[str, Any] = json.loads(answer)
    return status, found


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"text"', b'{"args": 5}', b'{"also": [["a.b"]]}', b'{"also": 7}', b'{"once": "short"}', b"\xff"],
)
def test_body_that_is_no_call_is_refused_in_a_sentence(library: Library, body: bytes) -> None:
    status, answer = answered(calls_of(library), "overview.numbers", body)
    assert (status, answer["error"]) == (422, face._NO_CALL)


def test_reads_after_a_change_have_a_limit(library: Library) -> None:
    calls, one = calls_of(library), ["overview.numbers", {}, {"files": 1}]
    assert (
        answered(calls, "overview.numbers", also=[one] * face.MOST_ALSO)[1]["also"] == [{"files": 0}] * face.MOST_ALSO
    )
    assert answered(calls, "overview.numbers", also=[one] * (face.MOST_ALSO + 1))[0] == 422


def test_only_what_scripts_name_can_be_called_with_its_own_arguments(library: Library) -> None:
    calls = calls_of(library)
    for name in ("scans.run", "events.subscribe", "overview.__init__", "overview.missing"):
        status, answer = answered(calls, name)
        assert (status, answer["error"]) == (422, f"'{name}' cannot be called."), name
    status, answer = answered(calls, "overview.numbers", args={"extra": 1})
    assert status == 422
    assert answer["error"].startswith("'overview.numbers' cannot be called with these arguments")


def test_page_of_somebody_else_is_refused(library: Library) -> None:
    status, answer = answered(calls_of(library), "overview.numbers", user=7)
    assert (status, answer["error"], answer["code"]) == (401, OTHER_PERSON, "signed_out")
    assert answered(calls_of(library), "overview.numbers", user=None)[0] == 200


def test_change_with_the_same_mark_runs_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, runs = calls_of(library), []
    monkeypatch.setattr(library.checks, "ignore", lambda kind, subjects: runs.append((kind, subjects)) or len(runs))
    sent = {"args": {"kind": "differ", "subjects": ["1"]}}
    first = answered(calls, "checks.ignore", once=ONCE, **sent)
    assert answered(calls, "checks.ignore", once=ONCE, **sent) == first
    assert answered(calls, "checks.ignore", once=ONCE[::-1], **sent)[1]["value"] == 2
    assert len(runs) == 2


def test_second_call_waits_for_the_first_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, begun, goes_on, runs = calls_of(library), threading.Event(), threading.Event(), []

    def slow(kind: str, subjects: list[str]) -> int:
        runs.append(kind)
        begun.set()
        goes_on.wait(30)
        return 5

    monkeypatch.setattr(library.checks, "ignore", slow)
    found: list[Any] = []
    sent = {"args": {"kind": "differ", "subjects": []}, "once": ONCE}
    threads = [threading.Thread(target=lambda: found.append(answered(calls, "checks.ignore", **sent))) for _ in "ab"]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    monkeypatch.setattr(face, "LONGEST_WAIT", 0.05)
    assert answered(calls, "checks.ignore", **sent)[0] == 503
    goes_on.set()
    for thread in threads:
        thread.join(30)
    assert [answer["value"] for _, answer in found if "value" in answer][:1] == [5]
    assert runs == ["differ"]


def test_fault_of_a_method_is_a_sentence(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    calls = calls_of(library)
    monkeypatch.setattr(library.overview, "numbers", fail)
    status, answer = answered(calls, "overview.numbers")
    assert (status, answer["code"]) == (500, "unexpected")
    assert "Traceback" not in answer["error"]
    monkeypatch.setattr(library.overview, "numbers", object)
    assert answered(calls, "overview.numbers")[1]["error"] == UNSHOWN


def test_answer_knows_whether_its_events_are_the_only_ones(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, events = calls_of(library), library.events

    def quiet(kind: str, subjects: list[str]) -> int:
        return events.emit("checks:changed").id

    def beside_another(kind: str, subjects: list[str]) -> int:
        other = threading.Thread(target=lambda: events.emit("plan:changed"))
        other.start()
        other.join()
        return quiet(kind, subjects)

    sent = {"args": {"kind": "differ", "subjects": []}}
    monkeypatch.setattr(library.checks, "ignore", quiet)
    status, answer = answered(calls, "checks.ignore", also=[["overview.numbers", {}, {"files": 1}]], **sent)
    assert (status, answer["alone"], answer["event"]) == (200, True, answer["value"])
    monkeypatch.setattr(library.checks, "ignore", beside_another)
    assert answered(calls, "checks.ignore", **sent)[1]["alone"] is False
