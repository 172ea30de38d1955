"""The declarations of list pages, in Node with values of the library: titles, questions, actions and empty lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexium_core.model.check import BULK_KINDS, CheckGroup, Kind, Resolution
from tests.support.scripts import evaluate


def group(kind: Any = "differ", total: int = 3, dismissed: int = 0, at_once: int | None = None) -> CheckGroup:
    at_once = (total if kind in BULK_KINDS else 0) if at_once is None else at_once
    return CheckGroup(
        kind=kind, title="Title", text="What is listed.", total=total, dismissed=dismissed, at_once=at_once
    )


def checks(*groups: CheckGroup, place: dict[str, str] | None = None) -> Any:
    """Return what stands above the list of findings."""
    script = """(({checks}) => ({
        title: checks.title(head),
        summary: checks.summary(head),
        chips: checks.chips(head, place).map(({label, total, on}) => [label, total, on]),
        above: checks.above(head, place),
        turn: checks.turn(head, place),
        empty: checks.empty(place, head),
        all: checks.actions
            .filter(({where, when}) => where === "all" && when(undefined, place, head))
            .map(each => ({
                label: each.label(undefined, place, head),
                call: each.call([], {}, place, head),
                ...each.asks([], place, head),
            })),
    }))(await face("checks"))"""
    return evaluate(script, head={"groups": list(groups)}, place=place or {})


def test_head_of_checks_counts_open_and_ignored_findings() -> None:
    shown = checks(group("copies", 1200), group("differ", 34, 2), place={"kind": "differ"})
    assert shown["title"] == "1,234 findings"
    assert shown["summary"].endswith("the database and the files · 2 ignored findings")
    assert shown["chips"] == [["Title", 1200, False], ["Title", 34, True]]
    assert shown["turn"] == {"label": "2 ignored", "on": False, "to": {"right": "1", "kind": "differ"}}
    assert checks(group(total=0))["title"] == "No findings"
    ignored = checks(group(total=2), place={"kind": "differ", "right": "1"})
    assert (ignored["turn"]["label"], ignored["all"]) == ("Back to 2 open findings", [])


def test_first_check_with_findings_is_shown() -> None:
    shown = checks(group("copies", 0), group("differ", 2), group("spelling", 3))
    assert [on for _, _, on in shown["chips"]] == [False, True, False]
    assert [on for _, _, on in checks(group("copies", 0), group("differ", 0))["chips"]] == [True, False]


@pytest.mark.parametrize("kind", BULK_KINDS)
def test_all_findings_of_a_kind_are_resolved_after_a_question_of_their_own(kind: Kind) -> None:
    """The answers about recordings add more than names."""
    first, ignore = checks(group(kind, 3))["all"]
    is_answer = kind == "other_recording"
    assert first["confirm"] == ("Answer all 3" if is_answer else "Add all 3")
    assert ("recording" in first["text"]) == is_answer
    assert first["label"] == ("Answer all 3…" if is_answer else "Add all 3 to the database…")
    assert first["call"] == ["checks.resolve_all", {"kind": kind}]
    assert (ignore["label"], ignore["call"]) == ("Ignore all 3…", ["checks.ignore_all", {"kind": kind}])
    assert checks(group(kind, 1))["all"] == []


def test_questions_without_sure_evidence_are_in_no_answer_to_all() -> None:
    first = checks(group("other_recording", 3, at_once=2))["all"][0]
    assert (first["title"], first["confirm"]) == ("Are these 2 the same recordings?", "Answer 2 with sure evidence")
    assert first["hint"] == "1 file without sure evidence waits."
    assert [each["label"] for each in checks(group("other_recording", 3, at_once=0))["all"]] == ["Ignore all 3…"]


def test_every_empty_check_has_an_explanation() -> None:
    assert checks(group("copies", 0))["empty"]["text"] == "All copies of a file have the same people."
    assert checks(group("copies", 0), place={"right": "1"})["empty"]["title"] == "No ignored findings"
    texts = [checks(group(kind, 0))["empty"]["text"] for kind in ("shared_id", "placeholder")]
    assert len(set(texts)) == 2


def test_finding_is_resolved_in_each_of_its_ways() -> None:
    add = Resolution(code="add", label="Add", text="Adds.", files=0)
    remove = Resolution(code="remove", label="Remove", text="Removes.", files=3, asks=True)
    script = """(({checks}) => checks.actions
        .filter(({act, when}) => act.startsWith("resolve-") && act !== "resolve-all" && when(row, place))
        .map(each => [each.key, each.label(row), each.asks([row])?.confirm ?? null, each.call([row])])
    )(await face("checks"))"""
    row = {"kind": "differ", "subject": "7", "mends": [add, remove]}
    assert evaluate(script, row=row, place={}) == [
        ["a", "Add", None, ["checks.resolve", {"kind": "differ", "subject": "7", "code": "add"}]],
        ["b", "Remove…", "Remove (3 files)", ["checks.resolve", {"kind": "differ", "subject": "7", "code": "remove"}]],
    ]
    assert evaluate(script, row=row, place={"right": "1"}) == []


def test_days_are_named_as_people_say_them() -> None:
    now = datetime.now(UTC).astimezone()
    days = [now, now - timedelta(days=1), datetime(2019, 5, 3, 12, tzinfo=UTC)]
    assert evaluate('days.map((await face("cells")).dayOf)', days=days) == ["Today", "Yesterday", "3 May 2019"]
