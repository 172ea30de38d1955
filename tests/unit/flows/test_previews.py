"""Previews: the value that each front end shows before a write, a publication or a rollback starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from indexium_core.flows.approvals.previews import Previews
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.preview import WritePreview
from indexium_core.model.operations.rollback import RollbackCheck, RollbackOptions
from indexium_core.model.planning.plan import (
    SAFE,
    WRITABLE,
    FieldChangeCount,
    Holder,
    Selection,
    SelectionChanges,
    SelectionDigest,
)
from indexium_core.model.publishing.requests import PublicationSelection, PublicationSummary
from indexium_core.store.database import Database
from tests.support.catalog import NOW, scanned, store

ALL = WriteOptions(risk=WRITABLE)
EVERY = Selection(query="")
SAFE_ONE, TEXT_ONE, OTHER = 1, 2, 3  # a new person; a text of somebody else that is lost; nothing yet


class Stage:
    """The real plan of three films, with stand-ins for operations, history and the rule of approvals."""

    def __init__(self, database: Database) -> None:
        self.planner = MetadataPlanner(database, clock=lambda: NOW)
        self.decisions = Decisions(database, clock=lambda: NOW)
        self.holders: list[Holder] = []
        self.asked: list[tuple[Any, ...]] = []  # what the rule of approvals was asked
        self.waiting: Callable[[str, Any], bool] = lambda _kind, _by_risk: False
        self.check = RollbackCheck(operation_id=4, restorable=3, conflicts=[], can_rollback=True, reason="")
        self.summary = PublicationSummary(
            titles=2, rows=1, by_risk={"safe": 2}, actions={"create": 5}, new_bytes=700, excluded={}, digest="abc"
        )
        parts: dict[str, Any] = {
            "planner": self.planner,
            "writer": SimpleNamespace(holders_of=lambda _plan, _selection, _options: self.holders),
            "history": SimpleNamespace(check=lambda _id, _options, *, on_progress: self.check),
            "publications": SimpleNamespace(summary=lambda _selection: self.summary),
            "approvals": SimpleNamespace(reasons=self._reasons),
        }
        self.previews = Previews(**parts)

    def _reasons(
        self,
        kind: str,
        by_risk: Any,
        *,
        levels: Sequence[str] = (),
        file_bytes: int = 0,
        item_ids: frozenset[int] = frozenset(),
    ) -> tuple[str, ...]:
        self.asked.append((kind, by_risk, tuple(levels), file_bytes, item_ids))
        return ("they wait",) if self.waiting(kind, by_risk) else ()

    def of_write(self, options: WriteOptions = ALL, selection: Selection | None = EVERY, **more: Any) -> WritePreview:
        return self.previews.of_write(self.planner.plan(), options, selection=selection, **more)


@pytest.fixture
def stage(database: Database) -> Stage:
    store(database, [scanned("a.mp4"), scanned("b.mp4", "Shot at sea"), scanned("c.mp4", "People: Zoe")])
    made = Stage(database)
    made.decisions.edit([SAFE_ONE], ["Ann Lee"])
    made.decisions.edit([TEXT_ONE], ["Bob Ray"])
    return made


def test_write_has_numbers_changes_digest_and_title(stage: Stage) -> None:
    stage.decisions.set_fields([SAFE_ONE], {"title": "Sea"})
    found = stage.of_write(within="name:a")

    assert (found.summary.count, found.summary.by_risk) == (2, {"safe": 1, "danger": 1})
    assert (found.summary.tags_to_add, found.summary.loses_text, found.summary.hidden) == (2, 1, 1)
    title = FieldChangeCount(field="title", files=1, replaced=0, removed=0)
    assert found.changes == SelectionChanges(comments=2, fields=[title])
    assert found.digest == stage.planner.digest(stage.planner.plan(), EVERY)
    assert (found.digest.count, found.digest.size) == (2, 2000)
    assert (found.stale.count, list(found.holders), found.danger_count, found.options) == (0, [], 1, ALL)
    assert found.title == ""
    assert stage.of_write(selection=Selection(query="person:Ann")).title == "Ann"
    assert stage.of_write(WriteOptions(user_note="Party"), Selection(query="person:Ann")).title == "Party"


def test_options_choose_files_fields_and_backup(stage: Stage) -> None:
    stage.decisions.set_fields([SAFE_ONE], {"title": "Sea"})
    usual = stage.of_write(WriteOptions(), None)
    assert (usual.summary.by_risk, usual.summary.excluded, usual.danger_count) == ({"safe": 1}, {"danger": 1}, 0)
    assert usual.digest == stage.planner.digest(stage.planner.plan(), EVERY, risk=SAFE)
    assert stage.of_write(WriteOptions()).digest == usual.digest
    only_title = stage.of_write(WriteOptions(fields=("title",)), None)
    assert (only_title.changes.comments, [each.field for each in only_title.changes.fields]) == (0, ["title"])
    assert not stage.of_write(WriteOptions(create_backup=False)).summary.backup


def test_write_of_safe_files_alone_needs_no_more_than_that(stage: Stage) -> None:
    stage.waiting = lambda _kind, by_risk: "danger" in by_risk
    every, safe = stage.of_write(), stage.of_write(selection=Selection(query="risk:safe"))

    assert (every.options.risk, every.reasons) == (WRITABLE, ("they wait",))
    assert (safe.options, safe.reasons) == (WriteOptions(risk=SAFE), ())
    assert [(kind, levels, size) for kind, _, levels, size, _ in stage.asked] == [
        ("write", WRITABLE, 2000),
        ("write", SAFE, 1000),
    ]


def test_dangerous_files_are_counted_whatever_they_lose(stage: Stage) -> None:
    stage.decisions.edit([OTHER], [])
    found = stage.of_write()
    assert (found.danger_count, found.summary.loses_text, found.summary.removes_all_people) == (2, 1, 1)


def test_files_in_use_are_counted(stage: Stage) -> None:
    assert not stage.of_write(selection=Selection(query="name:nobody")).all_in_use  # no file is none in use
    stage.holders = [Holder(7, "paused", 1)]
    some = stage.of_write()
    stage.holders = [Holder(7, "paused", 1), Holder(8, "in_progress", 1)]
    every = stage.of_write()

    assert (some.files_in_use, some.all_in_use) == (1, False)
    assert (every.files_in_use, every.all_in_use, every.holders) == (2, True, stage.holders)


def test_other_result_than_shown_is_stale_and_numbers_stay_those_of_the_shown_plan(stage: Stage) -> None:
    shown = stage.planner.plan()
    stage.decisions.edit([OTHER], ["Cy Orr"])
    found = stage.previews.of_write(shown, ALL, selection=EVERY)

    assert [(each.file_id, each.now) for each in found.stale.items] == [(OTHER, "People: Cy Orr")]
    assert (found.stale.count, found.summary.count, found.digest.count) == (1, 2, 3)


def test_file_of_a_level_that_is_left_out_is_not_stale(stage: Stage) -> None:
    shown = stage.planner.plan()
    stage.decisions.edit([TEXT_ONE], ["Di Fox"])
    usual, every = (stage.previews.of_write(shown, options) for options in (WriteOptions(), ALL))
    assert (usual.stale.count, usual.summary.count, every.stale.count) == (0, 1, 1)


def test_same_results_are_counted_in_the_newest_plan(stage: Stage) -> None:
    """A file that is skipped since keeps its result, and is written no more."""
    shown = stage.planner.plan()
    stage.decisions.postpone([TEXT_ONE])
    found = stage.previews.of_write(shown, ALL, selection=EVERY)

    assert (found.stale.count, found.summary.count, found.digest.count) == (0, 1, 1)
    assert (found.summary.excluded["postponed"], found.options.risk) == (1, SAFE)


@pytest.mark.parametrize(("read", "count"), [("digest", 1), ("summary", 2)])
def test_digest_and_numbers_are_of_the_same_files(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, read: str, count: int
) -> None:
    """A file that is skipped just before one of the two reads is in both, or in neither."""
    real, late = getattr(stage.planner, read), iter([[TEXT_ONE]])

    def after_a_change(*arguments: Any, **named: Any) -> Any:
        for file_ids in late:
            stage.decisions.postpone(file_ids)
        return real(*arguments, **named)

    monkeypatch.setattr(stage.planner, read, after_a_change)
    found = stage.of_write()
    assert (found.digest.count, found.summary.count) == (count, count)


def test_plan_that_never_rests_has_an_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []

    def never_the_same(*_: Any, **__: Any) -> SelectionDigest:
        reads.append(1)
        return SelectionDigest(count=100 + len(reads), digest=1)

    monkeypatch.setattr(stage.planner, "digest", never_the_same)
    assert (stage.of_write().digest.count, len(reads)) == (103, 3)


def test_publication_has_its_numbers_and_reasons(stage: Stage) -> None:
    selection = PublicationSelection(addresses=("movie:7",))
    assert stage.previews.of_publication(selection).reasons == ()
    stage.waiting = lambda kind, by_risk: (kind, by_risk) == ("publish", {"safe": 2})
    found = stage.previews.of_publication(selection)

    assert (found.summary, found.reasons) == (stage.summary, ("they wait",))
    assert stage.asked[0] == ("publish", {"safe": 2}, (), 700, frozenset())


def rollback_check(**changes: Any) -> RollbackCheck:
    facts: dict[str, Any] = {"restorable": 3, "item_ids": frozenset({1, 2}), "can_rollback": True} | changes
    return RollbackCheck(operation_id=4, conflicts=[], reason="", **facts)


def test_rollback_has_its_check_and_reasons(stage: Stage) -> None:
    stage.check = rollback_check()
    stage.waiting = lambda _kind, by_risk: "danger" in by_risk
    plain = stage.previews.of_rollback(4)
    replaced = stage.previews.of_rollback(4, RollbackOptions(changed="replace"))

    assert (plain.check, plain.reasons, plain.waiting_choices) == (stage.check, (), frozenset())
    assert replaced.reasons == ("they wait",)
    assert stage.asked == [
        ("rollback", {"safe": 3}, (), 0, frozenset({1, 2})),
        ("rollback", {"danger": 3}, (), 0, frozenset({1, 2})),
    ]


def test_rollback_names_choices_with_which_it_would_wait(stage: Stage) -> None:
    stage.check = rollback_check(comment_only=1, replaceable=4, superseded=3, both=2, newer=(5,))
    stage.waiting = lambda _kind, by_risk: "danger" in by_risk or by_risk.get("warning") == 4
    found = stage.previews.of_rollback(4)

    assert stage.check.more_by_choice == {"comment": 1, "replace": 2, "newer": 1}
    assert [by_risk for _, by_risk, *_ in stage.asked] == [{"safe": 3}, {"warning": 4}, {"danger": 5}, {"warning": 4}]
    assert (found.reasons, found.waiting_choices) == ((), {"comment", "replace", "newer"})
    stage.waiting = lambda _kind, by_risk: "danger" in by_risk
    assert stage.previews.of_rollback(4).waiting_choices == {"replace"}


@pytest.mark.parametrize(
    "options",
    [RollbackOptions(person="Ann Lee"), RollbackOptions(changed="comment"), RollbackOptions(with_newer=True)],
    ids=["person", "comment", "newer"],
)
def test_rollback_that_is_chosen_offers_no_choices(stage: Stage, options: RollbackOptions) -> None:
    stage.check = rollback_check(comment_only=1, replaceable=4, superseded=3, newer=(5,))
    stage.waiting = lambda _kind, by_risk: "danger" in by_risk
    assert stage.previews.of_rollback(4, options).waiting_choices == frozenset()


def test_rollback_that_waits_has_no_choice_that_waits_too(stage: Stage) -> None:
    stage.check = rollback_check(replaceable=4)
    stage.waiting = lambda _kind, _by_risk: True
    found = stage.previews.of_rollback(4)
    assert (found.reasons, found.waiting_choices) == (("they wait",), frozenset())
