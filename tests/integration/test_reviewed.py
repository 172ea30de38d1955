"""What is written is what was looked at: nothing that comes in between gets into a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.pages import rollback
from indexium_core import demo, errors
from indexium_core.library import Library
from indexium_core.model.operation import ItemDetails, WriteOptions
from indexium_core.model.plan import PlanItem, Selection
from indexium_core.store import ledger

ALL = WriteOptions(risk=("safe", "warning", "danger"))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips") / "demo"
    demo.build(folder)
    return folder


@pytest.fixture
def library(clips: Path, tmp_path: Path) -> Any:
    folder = tmp_path / "demo"
    shutil.copytree(clips, folder, copy_function=shutil.copy2)
    with Library.open(tmp_path / "home") as opened:
        demo.prepare(opened, folder)
        yield opened


def some(library: Library, query: str = "risk:safe") -> PlanItem:
    return library.plan(query).items[0]


def only(*items: PlanItem) -> Selection:
    return Selection(included=frozenset(item.file_id for item in items))


def test_a_decision_made_while_a_write_begins_does_not_get_into_the_file(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.parametrize(
    ("query", "change"),
    [
        ('name:"Found later"', lambda library: rename(library, some(library))),
        ("container:mp4", lambda library: rename_out(library)),
        ("risk:safe,warning,danger", lambda library: library.postpone([some(library).file_id])),
    ],
    ids=["another name", "another film in the place of one", "one less"],
)
def test_a_search_that_finds_other_files_than_were_shown_writes_none(
    library: Library, query: str, change: Callable[[Library], object]
) -> None:
    plan, chosen = library.plan(), Selection(query=query)
    sealed = library.seal(plan, chosen, ALL)
    change(library)

    with pytest.raises(errors.StalePlanError):
        library.write(plan, ALL, selection=chosen, sealed=sealed)

    assert library.history().total == 0


def rename_out(library: Library) -> None:
    """Put a film of the same look in the place of another, and take that one away: as many are found as before."""
    items: Sequence[PlanItem] = [each for each in library.plan("container:mp4 risk:safe").items]
    one, other = items[0], items[1]
    os.replace(other.file_path, one.file_path)
    library.scan()
    library.scan(really_gone=True)


def test_files_that_are_just_those_that_were_shown_are_written(library: Library) -> None:
    plan, chosen = library.plan(), Selection(query="risk:safe")
    sealed = library.seal(plan, chosen, ALL)

    status = library.write(plan, ALL, selection=chosen, sealed=sealed).wait()

    assert (status.total, status.counts["success"]) == (sealed.count, sealed.count)


def test_items_that_are_out_of_date_are_refused(library: Library) -> None:
    item = some(library)
    library.edit([item.file_id], ["Never Shown"])

    with pytest.raises(errors.StalePlanError, match=item.file_name):
        library._writer.write_single_file(item)


# --- Taking back -------------------------------------------------------------------------------------------------


def write(library: Library, *items: PlanItem) -> int:
    handle = library.write(library.plan(), ALL, selection=only(*items))
    assert set(handle.wait().counts) == {"success"}
    return handle.id


def test_only_newer_writes_that_were_named_are_taken_back(library: Library) -> None:
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


def test_a_search_that_finds_another_file_by_now_does_not_take_it_back(library: Library) -> None:
    asked: list[Any] = []
    dialog = SimpleNamespace(choose=lambda *args, **_: asked.append(args[3]), report=lambda *_: None)
    bridge = SimpleNamespace(run=lambda work, done, **_: done(work()), toast=lambda *_: None)
    item, other = library.plan("risk:safe").items[:2]
    operation_id, started = write(library, item, other), []
    rollback.ask(library, bridge, dialog, operation_id, started.append, query=f'"{Path(item.file_path).stem}"')  # type: ignore[arg-type]
    path = Path(other.file_path)
    path.rename(path.with_name(f"{Path(item.file_path).stem} 2{path.suffix}"))
    library.scan()

    asked[0]("", frozenset())

    library.operation(started[0])
    assert [each.file_id for each in finished(library, started[0])] == [item.file_id]


def finished(library: Library, operation_id: int) -> Sequence[ItemDetails]:
    library._operations.join(operation_id)
    return library.operation(operation_id).items
