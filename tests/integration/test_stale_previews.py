"""A write, a rollback or an import applies only to the files that the preview showed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dashboards.read_cache import ReadCache
from indexium_core import errors
from indexium_core.flows.approvals import previews
from indexium_core.flows.approvals.previews import Previews
from indexium_core.flows.review.decisions import Decisions
from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails, WriteOptions
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.plan import PlanItem, Selection
from indexium_core.store.operations import ledger
from tests.support import demo_home
from tests.support.holding import Gate
from tests.support.waiting import PATIENCE

ALL = WriteOptions(risk=("safe", "warning", "danger"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stage")


@pytest.fixture
def library(stage: Path, tmp_path: Path) -> Any:
    with demo_home.home(tmp_path / "home", demo_home.lay_out(stage)) as opened:
        yield opened


def some(library: Library, query: str = "risk:safe") -> PlanItem:
    return library.plan(query).items[0]


def only(*items: PlanItem) -> Selection:
    return Selection(included=frozenset(item.file_id for item in items))


def test_decision_during_start_of_write_is_not_written(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, item = library.plan(), some(library)
    begin = ledger.Ledger.create_write

    def late(self: ledger.Ledger, **facts: Any) -> int:
        library.edit([item.file_id], ["Never Shown"])
        library.plan()
        return begin(self, **facts)

    monkeypatch.setattr(ledger.Ledger, "create_write", late)

    with pytest.raises(errors.StalePlanError, match=item.file_name):
        library.write(plan, ALL, selection=only(item))

    assert library.history().total == 0


def rename(library: Library, item: PlanItem) -> None:
    path = Path(item.file_path)
    path.rename(path.with_name(f"Found later {path.name}"))
    library.scan()


def rename_out(library: Library) -> None:
    """Replace a film with a similar one elsewhere, so that the search finds the same number of files."""
    one, other = library.plan("container:mp4 risk:safe").items[:2]
    os.replace(other.file_path, one.file_path)
    library.scan()
    library.scan(really_gone=True)


@pytest.mark.parametrize(
    ("query", "change"),
    [
        ('name:"Found later"', lambda library: rename(library, some(library))),
        ("container:mp4", rename_out),
        ("risk:safe,warning,danger", lambda library: library.decisions.postpone([some(library).file_id])),
    ],
    ids=["another name", "another film in the place of one", "one less"],
)
def test_search_with_other_files_than_shown_writes_none(
    library: Library, query: str, change: Callable[[Library], object]
) -> None:
    plan, chosen = library.plan(), Selection(query=query)
    preview = library.previews.of_write(plan, ALL, selection=chosen)
    change(library)

    with pytest.raises(errors.StalePlanError):
        library.write(plan, ALL, selection=chosen, expected=preview.digest)

    assert library.history().total == 0


def test_plan_without_files_is_not_replaced_by_whole_plan(library: Library) -> None:
    empty = library.plan(file_ids=[])

    assert library.preview(Selection(query=""), empty).count == 0
    assert library.files.file(some(library).file_id, plan=empty).plan is not None
    with pytest.raises(TypeError, match="no truth value"):
        bool(empty)


def test_shown_files_only_are_written(library: Library) -> None:
    plan, chosen = library.plan(), Selection(query="risk:safe")
    preview = library.previews.of_write(plan, ALL, selection=chosen)

    status = library.write(plan, preview.options, selection=chosen, expected=preview.digest).wait()

    number = preview.summary.count
    assert (preview.digest.count, status.total, status.counts["success"]) == (number, number, number)


def test_question_has_the_version_from_before_its_preview(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write compares each result with this version, so it refuses a result that is in no preview."""
    item = some(library)
    of_write = Previews.of_write

    def changed_meanwhile(self: Previews, *given: Any, **more: Any) -> Any:
        found = of_write(self, *given, **more)
        library.edit([item.file_id], ["Never Shown"])
        return found

    monkeypatch.setattr(Previews, "of_write", changed_meanwhile)
    found = library.previews.before_write(library.plan(), only(item))
    shown = library.plan(plan_id=found.plan_id)

    assert found.stale.count == 0
    with pytest.raises(errors.StalePlanError, match=item.file_name):
        library.operations.begin_write(shown, only(item), options=found.options, expected=found.expected)
    assert library.history().total == 0


def test_question_about_a_plan_that_has_changed_keeps_its_version(library: Library) -> None:
    plan, item = library.plan(), some(library)
    library.edit([item.file_id], ["Never Shown"])
    found = library.previews.before_write(plan, only(item))

    assert (found.plan_id, found.stale.count, found.action) == (plan.id, 1, "")
    assert library.previews.before_write(plan.newest(), only(item)).plan_id == library.plan().id


def test_write_of_a_question_is_that_of_a_dashboard(library: Library) -> None:
    plan, chosen = library.plan(), Selection(query="risk:safe,danger")
    found = library.previews.before_write(plan, chosen, options=WriteOptions(user_action="write_all_safe"))
    careful = library.previews.before_write(plan, chosen, leaves_out_danger=True)

    assert found.danger == found.dangers.total == len(found.dangers.items) > 0
    assert (careful.danger, careful.dangers.total) == (0, 0)
    assert careful.number == found.number - found.danger
    with pytest.raises(errors.StalePlanError, match="The selection finds other files now"):
        library.operations.begin_write(plan, chosen, options=careful.options, expected=found.expected)
    number = library.operations.begin_write(plan, chosen, options=careful.options, expected=careful.expected)
    library.operations.join(number)
    operation = library.operation(number).operation
    assert (operation.success_count, operation.source) == (careful.number, "dashboard")


def test_pages_of_dangerous_files_have_each_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "_PER_PAGE", 3)
    pages = [
        library.previews.before_write(library.plan(), Selection(query=""), page=number).dangers for number in (1, 2)
    ]
    ids = [each.file_id for page in pages for each in page.items]
    assert sorted(ids) == sorted(item.file_id for item in library.plan("risk:danger").items)
    assert [(page.page, page.total) for page in pages] == [(1, len(ids)), (2, len(ids))]


def test_outdated_items_are_rejected(library: Library) -> None:
    item = some(library)
    library.edit([item.file_id], ["Never Shown"])

    with pytest.raises(errors.StalePlanError, match=item.file_name):
        library.operations.write_single_file(item)


# --- Rolling back -------------------------------------------------------------------------------------------------


def write(library: Library, *items: PlanItem) -> int:
    handle = library.write(library.plan(), ALL, selection=only(*items))
    assert set(handle.wait().counts) == {"success"}
    return handle.id


def test_only_named_newer_writes_are_rolled_back(library: Library) -> None:
    item, other = library.plan("risk:safe").items[:2]
    oldest = write(library, item, other)
    library.edit([item.file_id], ["Ann Lee", "First Newer"])
    named = write(library, item)
    check = library.rollback_check(oldest)
    assert (check.restorable, check.newer) == (1, (named,))
    library.edit([item.file_id], ["Ann Lee", "Second Newer"])
    write(library, item)

    back = library.rollback(oldest, with_newer=check.newer)

    assert back.wait().counts == {"success": 1, "conflict": 1}
    assert library.plan().item(item.file_id).existing_people == ["Ann Lee", "Second Newer"]


def test_rollback_excludes_files_found_after_preview(library: Library) -> None:
    item, other = library.plan("risk:safe").items[:2]
    operation_id = write(library, item, other)
    part = RollbackOptions(query=f'"{Path(item.file_path).stem}"')
    shown = library.previews.before_rollback(operation_id, part)
    assert shown.item_ids is not None
    path = Path(other.file_path)
    path.rename(path.with_name(f"{Path(item.file_path).stem} 2{path.suffix}"))
    library.scan()

    started = library.history.begin_rollback(operation_id, RollbackOptions(item_ids=frozenset(shown.item_ids)))

    assert [each.file_id for each in finished(library, started)] == [item.file_id]
    assert library.history.get(started).source == "dashboard"


def finished(library: Library, operation_id: int) -> Sequence[ItemDetails]:
    library.operations.join(operation_id)
    return library.operation(operation_id).items


# --- Decisions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "values"), [("postpone", {}), ("set_mode", {"comment_mode": "preserve"})])
def test_offered_undo_step_belongs_to_decision(library: Library, act: str, values: dict[str, str]) -> None:
    """Another session decides after this session decided, and before this session shows its message."""
    item, other = library.plan("risk:safe").items[:2]
    report = getattr(library.decisions, act)([item.file_id], **values)
    library.edit([other.file_id], ["Of Another Session"])

    newest, ours = library.steps.list()[:2]
    assert newest.label == "edited the people of 1 file"
    assert report.step_id == ours.step_id


def test_import_does_not_overwrite_concurrent_decisions(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    item = some(library)
    preview = library.changes.read(f"file_id,result_people\n{item.file_id},Of The Spreadsheet\n")
    begin, pending = Decisions.step, [["Decided Here"]]

    def late(self: Decisions, *label: Any, **named: Any) -> Any:
        if pending:
            library.edit([item.file_id], pending.pop())
        return begin(self, *label, **named)

    monkeypatch.setattr(Decisions, "step", late)

    with pytest.raises(errors.StalePlanError, match=item.file_name):
        library.changes.apply(preview)

    assert library.plan().item(item.file_id).result_people[0] == "Decided Here"


def test_renamed_file_is_shown_and_found_by_new_name(library: Library) -> None:
    """Its plan and its version are unchanged, but the read data is outdated."""
    shelf = ReadCache(library)
    item = some(library)

    def names(query: str) -> list[str]:
        plan = shelf.plan(query)
        return [each.file_name for each in plan.page(1, sort="name").items]

    version = shelf.plan().id
    assert item.file_name in names("risk:safe")
    assert names('name:"Found later"') == []
    rename(library, item)

    assert shelf.plan().id == version
    assert names('name:"Found later"') == [f"Found later {item.file_name}"]
    assert item.file_name not in names("risk:safe")


def test_plan_has_results_of_paused_write(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = ReadCache(library)
    before = shelf.plan().statistics.safe_count
    gate = Gate(monkeypatch, 2)
    handle = gate.write(library, WriteOptions(risk=("safe",)))
    told = threading.Event()
    library.events.subscribe(lambda event: told.set() if event.name == "plan:changed" else None)
    gate.pause(library, handle.id, by="Ann")
    assert told.wait(PATIENCE)
    done = library.status(handle.id).current
    assert done
    assert shelf.plan().statistics.safe_count == before - done
