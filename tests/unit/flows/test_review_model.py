"""
A review, compared with a naive model of its rules after every single thing that is done in it.

Hypothesis makes up what is done: edits, bulk changes, skipping, modes, undo and redo, and between them what else
happens to a library: people who are assigned, taken out or renamed, files that other programs write.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.planning.plan import PlanItem, Selection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from tests.support import review_model as model
from tests.support.catalog import NOW, hash_of, scanned, store
from tests.support.effort import effort
from tests.support.review_model import Film, Home

# Names that differ only in case, accents or form, that look like something else, or that read right to left.
NAMES = ["Ann", "ann", "Zoë Öz", "100%", "a_b", "O'Neil", "Lee, Jr.", "🎬 Bo", "שרה", "Straße", "STRASSE", "risk:safe"]
CONTENT = {1: "one", 2: "one", 3: "two", 4: "three", 5: "four"}  # 1 and 2 are copies of each other
COMMENTS = [None, "At sea", "People: Ann", "People: ann, 🎬 Bo", 'At sea\nPeople: "Lee, Jr.", Old', "People: STRASSE"]
TABLES = [
    *("scanned_files", "people", "person_aliases", "video_people", "touched_files", "decisions", "steps"),
    *("issue_sets", "plan_marks", "plan_rows", "plans", "plan_variants"),
]


class Desk:
    """A home, its decisions, and the model of both."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self.decisions = Decisions(database, clock=self._clock)
        self.review = StepService(database, clock=self._clock)
        self.planner = MetadataPlanner(database, clock=self._clock)
        self.bulk = BulkEdits(database, clock=self._clock)
        self.people = PeopleService(database, clock=self._clock)
        self.home = Home(films={})

    def _clock(self) -> datetime:
        return self.now

    def begin(self, comments: list[str | None]) -> None:
        self.now = NOW
        with self.database.atomic() as tx:
            for table in TABLES:
                tx.execute(f"DELETE FROM {table}")
        films = dict(zip(CONTENT, comments, strict=True))
        store(self.database, [scanned(f"{n}.mp4", each, content=CONTENT[n]) for n, each in films.items()])
        found = self.database.read().execute("SELECT file_id, file_name FROM scanned_files").fetchall()
        self.ids = {int(name.removesuffix(".mp4")): file_id for file_id, name in found}
        self.home = Home(films={self.ids[n]: Film(self.ids[n], hash_of(CONTENT[n]), each) for n, each in films.items()})

    # Events. Each changes the home and the model.

    def edit(self, file_ids: list[int], names: list[str]) -> None:
        report = self.decisions.edit(file_ids, names)
        reached = self.home.copies(file_ids)
        assert {each.file_id for each in report.copy_files} == set(reached) - set(file_ids)
        assert (report.files, report.copies) == (len(reached), len(report.copy_files))
        self.home.edit(dict.fromkeys(reached, model.unique(names)))

    def edit_only(self, file_ids: list[int], names: list[str]) -> None:
        report = self.decisions.edit(file_ids, names, only_this=True)
        assert (report.files, report.copies) == (len(file_ids), 0)
        self.home.edit(dict.fromkeys(file_ids, model.unique(names)))

    def add_only(self, file_ids: list[int], names: list[str]) -> None:
        self.decisions.change_people(file_ids, add=names, only_this=True)
        self.home.change(file_ids, model.with_added(model.unique(names)), only_this=True)

    def add(self, file_ids: list[int], names: list[str]) -> None:
        before = self.bulk.preview(file_ids, add=names)
        report = self.decisions.change_people(file_ids, add=names)
        assert (before.changed, before.added, before.removed) == (report.files, report.added, report.removed)
        self.home.change(file_ids, model.with_added(model.unique(names)))

    def remove(self, file_ids: list[int], names: list[str]) -> None:
        gone = self._gone(names)
        self.decisions.change_people(file_ids, remove=names)
        self.home.change(file_ids, model.without(gone))

    def replace(self, file_ids: list[int], names: list[str]) -> None:
        old, new = names[0], names[-1]
        gone = self._gone([old])
        self.decisions.replace_person(file_ids, old, new)
        self.home.change(file_ids, model.instead(gone, new))

    def skip(self, file_ids: list[int], days: int | None) -> None:
        until = None if days is None else self.now + timedelta(days=days)
        self.decisions.postpone(file_ids, until=until)
        self.home.decide({(file_id, "postpone"): until or "until removed" for file_id in file_ids})

    def mode(self, file_ids: list[int], modes: tuple[str | None, str | None]) -> None:
        self.decisions.set_mode(file_ids, mode=modes[0], comment_mode=modes[1])
        wanted: dict[model.Slot, object] = {}
        for file_id in file_ids:
            before: Any = self.home.decided.get((file_id, "mode")) or (None, None)
            wanted[file_id, "mode"] = (modes[0] or before[0], modes[1] or before[1])
        self.home.decide(wanted)

    def revoke(self, file_ids: list[int], kinds: list[str]) -> None:
        self.decisions.revoke_of(file_ids, kinds)
        self.home.decide({(file_id, kind): None for file_id in file_ids for kind in kinds})

    def undo(self, *_: object) -> None:
        assert (self.review.undo() is not None) == self.home.undo()
        self.home.expire(self.now)

    def redo(self, *_: object) -> None:
        assert (self.review.redo() is not None) == self.home.redo()
        self.home.expire(self.now)

    def assign(self, file_ids: list[int], names: list[str]) -> None:
        wanted = [
            AssignmentRequest(name=name, file_hash=self.home.films[file_id].payload)
            for file_id in file_ids
            for name in names
        ]
        with self.database.atomic() as tx:
            people.assign(tx, wanted, at=self.now)
        for file_id in file_ids:
            cast = self.home.cast.setdefault(self.home.films[file_id].payload, [])
            cast += [name for name in dict.fromkeys(names) if name not in cast]

    def takeout(self, file_ids: list[int], names: list[str]) -> None:
        """The database removes a person from files; a person without files is deleted."""
        with self.database.atomic() as tx:
            found = people.find(tx, names[:1])
            ids = found.get(names[0], [])
            spelt = {person.name for person in people.names_of(tx, ids)}
            concerned = self.home.copies(file_ids)
            people.remove(tx, ids, file_ids=concerned)
        for file_id in concerned:
            if spelt & set(self.home.known(file_id)):
                self.home.touched.add(file_id)
        for payload in {self.home.films[file_id].payload for file_id in file_ids}:
            self.home.cast[payload] = [name for name in self.home.cast.get(payload, []) if name not in spelt]

    def written(self, file_ids: list[int], comment: str | None) -> None:
        """A scan finds another comment."""
        files = []
        for number, file_id in self.ids.items():
            if file_id in file_ids:
                self.home.films[file_id].comment = comment
                files.append(scanned(f"{number}.mp4", comment, content=CONTENT[number], mtime_ns=2 * 10**18))
        store(self.database, files)

    def later(self, _: object, days: int | None) -> None:
        self.now += timedelta(days=days or 1)
        self.home.expire(self.now)

    def _gone(self, names: list[str]) -> set[str]:
        return {model.key_of(name) for name in names}

    # Comparisons.

    def agrees(self) -> None:
        plan = self.planner.generate_plan()
        items = {item.file_id: item for item in plan.page(1, per_page=0, include_unchanged=True).items}
        expected = {file_id: self.home.planned(file_id) for file_id in self.home.films}
        assert {file_id for file_id, each in expected.items() if each} == set(items)
        for file_id, item in items.items():
            assert seen(item) == expected[file_id]
        writable = {
            file_id: each
            for file_id, each in expected.items()
            if each and not each.postponed and each.risk not in ("unchanged", "blocked")
        }
        summary = self.planner.summary(plan, Selection(query=""))
        assert summary.count == len(writable)
        assert summary.tags_to_add == sum(len(each.added) for each in writable.values())
        assert summary.tags_to_remove == sum(len(each.removed) for each in writable.values())
        assert set(plan.ids(Selection(query=""))) == set(writable)
        odd = {file_id for file_id in self.home.films if file_id % 2}
        assert set(plan.ids(Selection(query="", excluded=frozenset(odd)))) == set(writable) - odd
        assert set(plan.ids(Selection(included=frozenset(odd)))) == set(writable) & odd
        self.counts_people()
        found = self.review.next()
        assert ((found.undo is None), (found.redo is None)) == (not self.home.done, not self.home.undone)

    def counts_people(self) -> None:
        everybody = [model.keys(self.home.people_of(file_id)) for file_id in self.home.films]
        counted = self.bulk.people_in(list(self.home.films))
        assert {model.key_of(each.name): each.files for each in counted.people} == {
            key: sum(key in who for who in everybody) for key in set().union(*everybody)
        }


def seen(item: PlanItem) -> model.Planned:
    return model.Planned(
        result=item.result_people,
        added=item.tags_to_add,
        removed=item.tags_to_remove,
        comment=item.result_comment,
        category=item.category,
        risk=item.risk_level,
        edited=item.edited,
        postponed=item.postponed,
    )


@pytest.fixture(scope="module")
def desk(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("review") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as database:
        yield Desk(database)


WHICH = st.lists(st.sampled_from(list(CONTENT)), min_size=1, max_size=3, unique=True)
SOME = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
MODES = st.sampled_from([("exact", None), ("merge", None), (None, "preserve"), ("exact", "replace")])
ACTS = st.one_of(
    st.tuples(st.sampled_from(["undo", "undo", "redo"]), st.just([1]), st.none()),
    st.tuples(st.sampled_from(["edit", "edit_only"]), WHICH, st.lists(st.sampled_from(NAMES), max_size=3)),
    st.tuples(st.sampled_from(["add", "add_only", "remove", "replace", "assign", "assign", "takeout"]), WHICH, SOME),
    st.tuples(st.sampled_from(["skip", "later"]), WHICH, st.sampled_from([None, 1, 2])),
    st.tuples(st.just("mode"), WHICH, MODES),
    st.tuples(st.just("revoke"), WHICH, st.lists(st.sampled_from(["edit", "mode", "postpone"]), min_size=1)),
    st.tuples(st.just("written"), WHICH, st.sampled_from(COMMENTS)),
)


@effort.examples(5, 8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(COMMENTS), min_size=5, max_size=5), st.lists(ACTS, min_size=2, max_size=7))
def test_review_matches_naive_model(
    desk: Desk, comments: list[str | None], acts: list[tuple[str, list[int], Any]]
) -> None:
    desk.begin(comments)
    for name, which, what in acts:
        getattr(desk, name)([desk.ids[number] for number in which], what)
        desk.agrees()
