"""The planner: pages, counts, selections and versions; and no work for each file."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

from benchmarks import plan as synthetic
from indexium_core import errors
from indexium_core.flows.planning import plan as plan_module
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.model import query
from indexium_core.model.planning.plan import RISK_LEVELS, SORT_KEYS, PlanItem, PlanQuery, Selection, checked_modes
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.review import decisions
from tests.support.cases import each_case
from tests.support.catalog import NOW, hash_of, ids, scanned, store

FILES = {  # path: comment; Ann Lee is in all of them
    "Family/a.mp4": None,
    "Family/b.mp4": "People: Bob Ray",
    "Family/2019/c.mp4": "Our own text",
    "Trips/d.mp4": "People: Ann Lee",
    "Trips/e.mp4": "People: ann lee",
    "f.mp4": None,
    "g.avi": None,
    "h.mp4": "Text",
}


@pytest.fixture
def films(database: Database) -> Database:
    """Two safe files, two dangerous ones, a warning, a blocked one, two unchanged ones."""
    changes: dict[str, dict[str, Any]] = {
        "f.mp4": {"nlink": 2},
        "g.avi": {"strategy": "", "strategy_code": "no_strategy_yet", "container": "avi"},
    }
    store(database, [scanned(path, comment, **changes.get(path, {})) for path, comment in FILES.items()])
    with database.atomic() as tx:
        paths = [os.fsencode(f"/films/{path}") for path in FILES]
        people.assign(tx, [AssignmentRequest(name="Ann Lee", path_bytes=path) for path in paths], at=NOW)
        tx.execute("UPDATE scanned_files SET est_seconds = 0.5, est_bytes = 100")
    return database


@pytest.fixture
def planner(films: Database) -> MetadataPlanner:
    return MetadataPlanner(films, clock=lambda: NOW)


def names(items: Any) -> list[str]:
    return [item.file_name for item in items]


def decide(database: Database, kind: str, name: str, *arguments: Any, **facts: Any) -> None:
    with database.atomic() as tx:
        file_id = next(file_id for path, file_id in ids(database).items() if path.endswith(name))
        target = {file_id: list(arguments)} if kind == "edit" else [file_id]
        getattr(decisions, kind)(tx, target, at=NOW, **facts)


# Cost.


def calls_of(work: Callable[[], object]) -> int:
    """Return the number of Python functions and built-ins that a function calls."""
    count = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()  # callbacks of the garbage collector would be counted, too
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


def costs(home: Path, files: int) -> list[tuple[int, int]]:
    """
    Return the statements and calls of a new plan, its counts, a page of ten, a selection and a plan after an edit.
    """
    with Database.open(home) as database:
        synthetic.fill(database, files=files, changing=True)
        planner = MetadataPlanner(database, clock=lambda: NOW)
        made: list[MetadataPlan] = []

        def edited() -> None:
            with database.atomic() as tx:
                decisions.edit(tx, {1: ["Li Wei"]}, at=NOW)
            made.append(planner.generate_plan())

        steps: list[Callable[[], object]] = [
            lambda: made.append(planner.generate_plan()),
            lambda: made[0].statistics,
            lambda: made[0].page(1, per_page=1),
            lambda: planner.summary(made[0], made[0].select()),
            edited,
        ]
        found = []
        for step in steps:
            before = database.statements
            calls = calls_of(step)
            found.append((database.statements - before, calls))
    return found


def test_plan_cost_does_not_depend_on_file_count(empty_home: Path, tmp_path: Path) -> None:
    for name in ("first", "few", "many"):
        shutil.copytree(empty_home, tmp_path / name)
    costs(tmp_path / "first", 10)  # work that is done once in a process
    few, many = costs(tmp_path / "few", 10), costs(tmp_path / "many", 100_000)

    assert few == many


# Counts.


def test_statistics_count_all_files_of_query(planner: MetadataPlanner) -> None:
    found = planner.generate_plan().statistics

    assert asdict(found) == {
        "total_files": 8,
        "safe_count": 2,
        "warning_count": 1,
        "danger_count": 2,
        "blocked_count": 1,
        "unchanged_count": 2,
        "postponed_count": 0,
        "edited_count": 0,
        "total_tags_to_add": 5,
        "total_tags_to_remove": 0,
        "will_overwrite_custom": 2,
        "bytes_to_write": 500,
        "est_seconds": 2.5,
        "by_category": {"add": 4, "unchanged": 2, "merge": 1, "blocked": 1},
        "by_container": {"mp4": 5, "avi": 1},
        "by_issue": {"shown_as_plot": 3, "custom_comment": 2, "hard_linked": 1, "no_strategy_yet": 1},
    }


@pytest.mark.parametrize(
    ("query", "total"),
    [("folder:Family", 3), ("risk:danger", 2), ("risk:unchanged", 2), ("nothing", 0), ("-ext:avi", 7)],
)
def test_levels_of_query_sum_to_total(planner: MetadataPlanner, query: str, total: int) -> None:
    found = planner.plan(PlanQuery(query=query)).statistics

    assert found.total_files == total
    assert sum(getattr(found, f"{level}_count") for level in RISK_LEVELS) == total
    assert sum(found.by_category.values()) == total


def test_search_for_all_files_equals_no_search(planner: MetadataPlanner) -> None:
    """The empty search has separate statements, which read no file."""
    whole, all_found = planner.generate_plan(), planner.plan(PlanQuery(query="-nothing"))

    assert whole.statistics == all_found.statistics
    for sort in SORT_KEYS:
        assert whole.page(sort=sort).items == all_found.page(sort=sort).items


def test_postponed_files_count_separately_unless_requested(films: Database, planner: MetadataPlanner) -> None:
    decide(films, "postpone", "c.mp4", until=None)
    default, asked = planner.generate_plan(), planner.plan(PlanQuery(query="postponed:yes"))

    assert (default.statistics.total_files, default.statistics.danger_count) == (7, 1)
    assert default.statistics.postponed_count == asked.statistics.postponed_count == 1
    assert "c.mp4" not in names(default.items)
    assert names(asked.items) == ["c.mp4"]
    assert asked.statistics.danger_count == 1


# Lists.


def test_lists_omit_unchanged_files_unless_requested(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()

    assert names(plan.page().items) == ["c.mp4", "h.mp4", "f.mp4", "a.mp4", "b.mp4", "g.avi"]
    assert names(plan.page(include_unchanged=True).items)[-2:] == ["d.mp4", "e.mp4"]
    assert names(planner.plan(PlanQuery(query="risk:unchanged")).items) == ["d.mp4", "e.mp4"]
    assert (plan.page().total, plan.page(include_unchanged=True).total) == (6, 8)


def test_page_has_its_position_and_total(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    page, all_of_it, beyond = plan.page(2, per_page=4), plan.page(per_page=0), plan.page(9, per_page=4)

    assert (len(page.items), page.total, page.page, page.per_page, page.plan_id) == (2, 6, 2, 4, plan.id)
    assert page.statistics == plan.statistics
    assert (len(all_of_it.items), all_of_it.page, all_of_it.total) == (6, 1, 6)
    assert (beyond.items, beyond.total) == ([], 6)


def test_deep_pages_continue_the_first_ones(
    films: Database, planner: MetadataPlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deep page comes from a kept order, which is that of its own plan, sort and search."""
    monkeypatch.setattr(plan_module, "_DEEP", 2)
    before = planner.generate_plan()
    for sort in SORT_KEYS:
        for descending in (False, True):
            order = {"sort": sort, "descending": descending}
            whole = names(before.page(per_page=0, **order).items)
            assert (
                names(item for number in (1, 2, 3) for item in before.page(number, per_page=2, **order).items) == whole
            )
    before.edit(ids(films)["f.mp4"], ["Ann Lee"])
    decide(films, "postpone", "h.mp4", until=None)
    after = planner.generate_plan()
    assert names(after.page(2, per_page=2).items) == names(after.page(per_page=0).items)[2:4]
    searched = planner.generate_plan("folder:Family OR h.mp4")
    assert names(searched.page(2, per_page=2).items) == names(searched.page(per_page=0).items)[2:4]


def test_pages_have_size_of_settings(films: Database) -> None:
    planner = MetadataPlanner(films, config=Settings(metadata_preview_page_size=3), clock=lambda: NOW)

    assert len(planner.generate_plan().page().items) == 3


@pytest.mark.parametrize("wrong", [{"sort": "colour"}, {"number": 0}, {"per_page": -1}])
def test_invalid_page_is_rejected(planner: MetadataPlanner, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError):
        planner.generate_plan().page(**wrong)


def test_items_are_sequence_read_on_use(films: Database, planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    items = plan.items
    listed = plan.page().items

    assert len(items) == len(plan) == 6
    assert list(items) == listed
    assert (items[0], items[-1], items[1:3], items[::-2]) == (listed[0], listed[-1], listed[1:3], listed[::-2])
    assert items[3:3] == []
    assert listed[4] in items
    with pytest.raises(IndexError):
        items[6]
    before = films.statements
    assert [items[place].file_id for place in range(6)] == [item.file_id for item in listed]
    assert films.statements - before <= 2  # all of them are in one chunk


def test_categories_hold_every_level(planner: MetadataPlanner) -> None:
    categories = planner.plan(PlanQuery(query="-ext:avi")).categories

    assert {level: names(items) for level, items in categories.items()} == {
        "safe": ["a.mp4", "b.mp4"],
        "warning": ["f.mp4"],
        "danger": ["c.mp4", "h.mp4"],
        "blocked": [],
        "unchanged": ["d.mp4", "e.mp4"],
    }


def test_table_has_column_for_each_field_of_item(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    table = plan.df()
    item = plan.page().items[0]

    assert set(table.columns) == set(PlanItem.__dataclass_fields__) - {"changes"}
    assert list(table["file_name"]) == names(plan.page().items)
    for column in ("existing_comment", "result_comment", "risk_level", "est_seconds"):
        assert table[column][0] == getattr(item, column)
    assert table["mtime"][0] == datetime.fromisoformat(item.mtime)
    assert table["issues"][0] == ["custom_comment"]
    assert table["tags_to_add"][0] == item.tags_to_add
    assert table[["mtime", "risk_level", "size", "file_name"]].dtypes.astype("str").tolist() == [
        "datetime64[ns, UTC]",
        "category",
        "int64",
        "str",
    ]


def test_plan_covers_some_files_without_blocked_ones(planner: MetadataPlanner) -> None:
    hashes = [hash_of(f"/films/{path}".encode()) for path in ("f.mp4", "g.avi")]

    assert names(planner.generate_plan(hashes).items) == ["f.mp4", "g.avi"]
    assert names(planner.generate_plan(hashes, include_blocked=False).items) == ["f.mp4"]
    assert planner.generate_plan(include_blocked=False).statistics.blocked_count == 0
    assert names(planner.generate_plan([]).items) == []


def test_risk_by_counts_what_would_change(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    by_container = planner.risk_by(plan, "container")
    by_folder = planner.risk_by(plan, "folder")

    assert by_container.to_dict("list") == {
        "group": ["mp4", "avi"],
        "safe": [2, 0],
        "warning": [1, 0],
        "danger": [2, 0],
        "blocked": [0, 1],
    }
    assert list(by_folder["group"]) == ["", "Family"]
    assert list(planner.risk_by(plan, "tags")["group"]) == ["1"]


# The methods of the contract.


def test_items_are_grouped_and_filtered_as_values(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    groups = planner.categorize_items(plan.items)

    assert list(groups) == list(RISK_LEVELS)
    assert names(groups["safe"]) == ["a.mp4", "b.mp4"]
    assert planner.calculate_statistics(plan) == plan.statistics
    for filters, found in (
        ({"risk_level": "blocked"}, ["g.avi"]),
        ({"risk_level": ["warning", "blocked"]}, ["f.mp4", "g.avi"]),
        ({"search": "FAMILY", "min_tags": 2}, ["b.mp4"]),
        ({"person": "bob ray"}, ["b.mp4"]),
        ({"issue": "hard_linked", "max_tags": 1}, ["f.mp4"]),
        ({}, names(plan.items)),
    ):
        assert names(planner.filter_items(plan.items, filters)) == found
    with pytest.raises(errors.UsageError, match="colour"):
        planner.filter_items(plan.items, {"colour": "red"})


def test_modes_are_checked() -> None:
    assert checked_modes(None, "preserve") == (None, "preserve")
    with pytest.raises(errors.UsageError, match="merge or exact"):
        checked_modes("mrege", None)
    with pytest.raises(errors.UsageError, match="replace or preserve"):
        checked_modes(None, "keep")


# Selections.


def chosen(planner: MetadataPlanner, selection: Selection) -> list[str]:
    plan = planner.generate_plan()
    return [plan.item(file_id).file_name for file_id in plan.ids(selection)]


def test_selection_is_query_with_exceptions(films: Database, planner: MetadataPlanner) -> None:
    found = {path.rpartition("/")[2]: file_id for path, file_id in ids(films).items()}
    some = frozenset({found["a.mp4"], found["h.mp4"], found["g.avi"], found["d.mp4"]})

    assert chosen(planner, Selection(query="")) == ["a.mp4", "b.mp4", "c.mp4", "f.mp4", "h.mp4"]
    assert chosen(planner, Selection(query="", risk=("safe",))) == ["a.mp4", "b.mp4"]
    assert chosen(planner, Selection(query="", excluded=some)) == ["b.mp4", "c.mp4", "f.mp4"]
    assert chosen(planner, Selection(included=some)) == ["a.mp4", "h.mp4"]
    assert chosen(planner, Selection(query="folder:2019", included=some)) == ["a.mp4", "c.mp4", "h.mp4"]
    assert chosen(planner, Selection(query="", risk=("safe",), included=some)) == ["a.mp4", "b.mp4", "h.mp4"]
    assert chosen(planner, Selection()) == []


def test_postponed_files_are_in_no_selection_to_write(films: Database, planner: MetadataPlanner) -> None:
    decide(films, "postpone", "a.mp4", until=None)
    plan = planner.generate_plan()
    everything = Selection(query="postponed:yes OR -postponed:yes")

    assert "a.mp4" not in chosen(planner, everything)
    assert len(planner.file_ids(plan, everything, include_unlisted=True)) == 8
    assert planner.summary(plan, everything).excluded == {"postponed": 1, "blocked": 1}


def test_summary_names_excluded_files(planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    safe = planner.summary(plan, plan.select(risk=("safe",)))
    everything = planner.summary(plan, plan.select(), risk=("safe", "warning"))

    assert (safe.count, safe.by_risk, safe.excluded) == (2, {"safe": 2}, {"warning": 1, "danger": 2, "blocked": 1})
    assert (everything.count, everything.excluded) == (3, {"danger": 2, "blocked": 1})
    assert (everything.tags_to_add, everything.est_bytes, everything.est_seconds) == (3, 300, 1.5)


def test_writable_ids_have_requested_levels(films: Database, planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    everyone = Selection(included=frozenset(ids(films).values()))
    found = planner.writable_ids(plan, everyone, risk=("safe", "warning"))

    assert sorted(plan.item(file_id).file_name for file_id in found) == ["a.mp4", "b.mp4", "f.mp4"]
    assert plan.ids(plan.select("folder:Family", risk=("danger",))) == [ids(films)["Family/2019/c.mp4"]]


def test_plan_of_query_selects_its_files_only(planner: MetadataPlanner) -> None:
    plan = planner.plan(PlanQuery(query="folder:Family OR f.mp4"))

    assert plan.select().query == "folder:Family OR f.mp4"
    assert [plan.item(file_id).file_name for file_id in plan.ids(plan.select("-risk:danger"))] == [
        "a.mp4",
        "b.mp4",
        "f.mp4",
    ]
    with pytest.raises(errors.QueryError):
        plan.select("risk:purple")


def test_ids_select_items_of_the_plan(films: Database, planner: MetadataPlanner) -> None:
    plan, file_ids = planner.plan(PlanQuery(query="folder:Family OR f.mp4")), ids(films)
    safe, danger, other = file_ids["Family/a.mp4"], file_ids["Family/2019/c.mp4"], file_ids["Trips/d.mp4"]

    assert plan.select(np.array([danger, safe])) == Selection(included=frozenset({safe, danger}))  # type: ignore[arg-type]
    assert plan.select([danger, safe], risk=("safe",)) == Selection(included=frozenset({safe}))
    for missing in (other, 99999):
        with pytest.raises(errors.UnknownIdError, match=f"The plan has no file with the id {missing}"):
            plan.select([safe, missing])


@pytest.mark.parametrize("base", ["", "folder:Family OR h.mp4", None])
def test_part_of_a_selection_has_ids_and_a_search(films: Database, planner: MetadataPlanner, base: str | None) -> None:
    plan, known = planner.generate_plan(), ids(films)
    some = frozenset({known["h.mp4"], known["f.mp4"]})
    selection = Selection(query=base, included=some, excluded=frozenset({known["Family/a.mp4"]} if base else ()))
    part = plan.ids(selection, also="issue:custom_comment")

    assert part == [item.file_id for item in plan.sample(selection, "issue:custom_comment", limit=9)[0]]
    assert set(part) < set(plan.ids(selection))
    found = plan.narrowed(plan.search_for(selection, "issue:custom_comment")).page(per_page=0).items
    assert sorted(item.file_id for item in found if item.can_update) == part


@each_case(
    ("text", "title"),
    [
        ("", ""),
        ("risk:safe", ""),
        ("folder:/Family/2019 risk:safe", "Family/2019"),
        ("folder:/", ""),
        ("folder:Family", "Family"),
        ("folder:Family/2019/ risk:safe", "Family/2019"),
        ('folder:"Family Photos"', "Family Photos"),
        ('folder:"/Family Photos/2019"', "Family Photos/2019"),
        ("folder:Family folder:2019", "Family, 2019"),
        ('folder:"Family Photos" OR folder:/Work', "Family Photos, Work"),
        ("(folder:Family OR folder:Work) (risk:safe OR risk:warning)", "Family, Work"),
        ('folder:Family person:"Ann Lee"', "Family, Ann Lee"),
        ("seaside folder:Family -name:raw", "Family, seaside -name:raw"),
        ("-folder:Family", "-folder:Family"),
        ("folder:Family OR seaside", "folder:Family OR seaside"),
        ("folder:" + 70 * "x", 59 * "x" + "…"),
        ('person:"Ann Lee"', "Ann Lee"),
        ("person:ann", "ann"),
        ('person:"Ann Lee" OR person:"Bob Ray"', "Ann Lee, Bob Ray"),
        ("seaside -name:raw risk:danger", "seaside -name:raw"),
        ("name:" + 70 * "x", "name:" + 54 * "x" + "…"),
    ],
)
def test_search_gives_title_of_operation(text: str, title: str) -> None:
    assert query.title_of(text) == title


def test_selected_files_give_title_of_operation(films: Database, planner: MetadataPlanner) -> None:
    plan, known = planner.generate_plan(), ids(films)

    def title(*paths: str) -> str:
        return plan.title_of(Selection(included=frozenset(known[path] for path in paths)))

    assert title("Family/a.mp4", "Family/2019/c.mp4") == "Family"
    assert title("Family/a.mp4", "f.mp4") == "Ann Lee"
    assert plan.title_of(Selection()) == ""


def test_search_of_too_many_single_files_is_refused() -> None:
    with pytest.raises(errors.UsageError, match="at most 2,000 single files"):
        query.search_of(Selection(included=frozenset(range(2_001))))


def test_selection_of_page_and_sample_are_returned(films: Database, planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    page = [item.file_id for item in plan.page(per_page=3).items]  # c, h, f
    shown, count = plan.sample(plan.select(), "issue:custom_comment", limit=1)

    assert plan.selected_among(plan.select(risk=("warning",)), page) == {ids(films)["f.mp4"]}
    assert plan.selected_among(plan.select(), []) == frozenset()
    assert (names(shown), count) == (["c.mp4"], 2)


# Versions.


def test_edit_by_plan_appears_in_next_plan(films: Database, planner: MetadataPlanner) -> None:
    before = planner.generate_plan()
    file_id = ids(films)["Family/a.mp4"]
    assert before.edit(file_id, ["Li Wei"]).files == 1
    after = planner.generate_plan()

    assert after.id > before.id
    assert after.item(file_id).result_people == ["Li Wei"]
    assert before.item(file_id).result_people == ["Ann Lee"]
    assert after.statistics.edited_count == 1
    assert planner.plan(PlanQuery(plan_id=before.id)).item(file_id) == before.item(file_id)


def test_plan_by_id_keeps_its_modes(planner: MetadataPlanner) -> None:
    exact = planner.plan(PlanQuery(mode="exact"))
    again = planner.plan(PlanQuery(plan_id=exact.id))

    assert (again.id, again.variant_id, again.modes) == (exact.id, exact.variant_id, exact.modes)
    with pytest.raises(errors.UnknownIdError, match="no plan 999"):
        planner.plan(PlanQuery(plan_id=999))
    with pytest.raises(errors.UnknownIdError, match="no file 999"):
        exact.item(999)


def test_plan_is_stale_if_selected_result_changed(films: Database, planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    planner.raise_if_stale(plan, plan.select())
    decide(films, "edit", "a.mp4", "Li Wei")

    planner.raise_if_stale(plan, plan.select("-a.mp4"))
    with pytest.raises(errors.StalePlanError, match=r"1 file differs .*: a\.mp4\. Refresh"):
        planner.raise_if_stale(plan, plan.select())
    planner.raise_if_stale(planner.generate_plan(), plan.select())


def test_selected_file_without_changes_makes_plan_stale(films: Database, planner: MetadataPlanner) -> None:
    plan = planner.generate_plan()
    with films.atomic() as tx:
        library_id = catalog.add_library(tx, b"/films")
        catalog.upsert_files(tx, library_id, [scanned("Family/a.mp4", "People: Ann Lee")], at=NOW)

    with pytest.raises(errors.StalePlanError, match=r"a\.mp4"):
        planner.raise_if_stale(plan, plan.select())


def test_plan_has_short_representation(planner: MetadataPlanner) -> None:
    plan = planner.plan(PlanQuery(query="folder:Family"))

    assert repr(plan) == f"<plan {plan.id} of 'folder:Family': 2 safe, 0 warning, 1 danger, 0 blocked, 0 unchanged>"
    assert repr(plan.items) == "<3 plan items>"


def test_invalid_query_makes_no_plan(films: Database, planner: MetadataPlanner) -> None:
    with pytest.raises(errors.QueryError):
        planner.plan(PlanQuery(query="risk:"))
    assert films.read().value("SELECT count(*) FROM plans") == 0
