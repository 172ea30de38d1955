"""Searches and facets, made up by hypothesis and compared with looking at every file of the plan, one by one."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from indexium_core.flows.planning.plan_search import Finder
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.model import query
from indexium_core.model.people.people_comment import fold, person_key
from indexium_core.model.planning.facets import FACETS
from indexium_core.model.planning.plan import PlanItem, PlanQuery
from indexium_core.store.catalog import locks
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.review import decisions
from tests.support.catalog import NOW, scanned, store
from tests.support.effort import effort

# Alike but for case, accents or their form; separators and jokers of the grammar and of SQL; right to left; an emoji.
NAMES = ["Ann", "ann", "Zoë Öz", "Straße", "STRASSE", "100%", "a_b", "O'Neil", "Lee, Jr.", "🎬 Bo", "שרה"]
NAMES += ["risk:safe", "OR", "-x", "(y)", "a:b"]
COMMENTS = [
    None,
    "At sea",
    "People: Ann",
    "People: ANN, Annie",
    'At 100%\nPeople: "Lee, Jr.", straße',
    "People: שרה, Straße",
]
FOLDERS = ["", "a b", "100%", "Łódź/x_y", "łódź", "O'Neil", "שרה", "-x/OR"]

Test = Callable[[PlanItem], bool]
Atom = tuple[str, Test]


LOCKED = ["duration", "resolution", "people"]
LOCKS: set[tuple[int, str]] = set()  # of the room: what is locked of which file


class Room:
    """Fifty files of all sorts, which are only read."""

    def __init__(self, database: Database) -> None:
        chance = random.Random(11)
        files = [
            scanned(
                "/".join(filter(None, [chance.choice(FOLDERS), f"{number}.mp4"])),
                chance.choice(COMMENTS),
                container=chance.choice(["mp4", "matroska"]),
                state=chance.choice(["ok", "ok", "ok", "corrupt"]),
                size=chance.choice([10, 1000, 10**9]),
            )
            for number in range(50)
        ]
        store(database, files)
        with database.atomic() as tx:
            given = [
                AssignmentRequest(name=name, path_bytes=file.path_bytes)
                for file in files
                for name in chance.sample(NAMES, chance.randint(0, 3))
            ]
            people.assign(tx, given, at=NOW)
            person_id = people.person_named(tx, "Zoë Öz")
            assert person_id is not None
            people.add_alias(tx, person_id, "Annie", at=NOW)
            ids = [file_id for (file_id,) in tx.execute("SELECT file_id FROM scanned_files ORDER BY ALL").fetchall()]
            for file_id in chance.sample(ids, 12):
                decisions.edit(tx, {file_id: chance.sample([*NAMES, "Nobody Else"], chance.randint(0, 2))}, at=NOW)
            decisions.postpone(tx, chance.sample(ids, 8), until=NOW + timedelta(days=1), at=NOW)
            decisions.set_mode(tx, chance.sample(ids, 9), people_mode="exact", comment_mode="preserve", at=NOW)
            self.locked = [
                (file_id, field) for file_id in chance.sample(ids, 15) for field in LOCKED[: file_id % 3 + 1]
            ]
            for file_id, field in self.locked:
                locks.lock(tx, [file_id], [field], by="", at=NOW)
        self.planner = MetadataPlanner(database, clock=lambda: NOW)
        self.finder = Finder(database)
        self.items = self.planner.generate_plan().page(1, per_page=0, include_unchanged=True).items
        self.items += self.planner.plan(PlanQuery(query="postponed:yes risk:unchanged")).page(1, per_page=0).items
        self.items = list({item.file_id: item for item in self.items}.values())


@pytest.fixture(scope="module")
def room(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    home = tmp_path_factory.mktemp("room") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as database:
        made = Room(database)
        LOCKS.update(made.locked)
        yield made
        LOCKS.clear()


def everybody(item: PlanItem) -> list[str]:
    return [*item.db_people, *item.existing_people, *item.result_people]


def means(name: str) -> str:
    return person_key("Zoë Öz") if person_key(name) == "annie" else person_key(name)


def is_person(name: str) -> Test:
    return lambda item: means(name) in map(means, everybody(item))


def below(folder: str) -> Test:
    wanted = fold(f"/{folder}/")
    return lambda item: fold(f"/{item.folder}/").startswith(wanted) if folder else item.folder == ""


def words(text: str) -> Test:
    return lambda item: fold(text) in fold(item.file_path) or any(fold(text) in fold(name) for name in everybody(item))


def is_locked(item: PlanItem, what: str) -> bool:
    """Tell whether a field is locked, or anything (yes), or nothing (no); an edit by hand locks the people."""
    locked = {field for file_id, field in LOCKS if file_id == item.file_id} | ({"people"} if item.edited else set())
    return {"yes": bool(locked), "no": not locked}.get(what, what in locked)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# What a facet chooses, by key.
VALUES: dict[str, tuple[list[str], Callable[[str], Test]]] = {
    "risk": (["safe", "warning", "danger", "blocked", "unchanged"], lambda v: lambda item: item.risk_level == v),
    "category": (["add", "merge", "remove", "rewrite"], lambda v: lambda item: item.category == v),
    "issue": (["custom_comment", "corrupt"], lambda v: lambda item: v in {issue.code for issue in item.issues}),
    "container": (["mp4", "matroska"], lambda v: lambda item: item.container == v),
    "folder": ([f"/{folder}" for folder in FOLDERS], lambda v: below(v.strip("/"))),
    "person": ([*NAMES, "Annie", "Zoe\u0308 O\u0308z", "Nobody Else"], is_person),
    "tags": (["0", "1", "2", "3"], lambda v: lambda item: len(item.result_people) == int(v)),
    "locked": ([*LOCKED, "size"], lambda v: lambda item: is_locked(item, v)),
}


def chosen(key: str, values: list[str]) -> Atom:
    tests = [VALUES[key][1](value) for value in values]
    return query.with_values("", key, values), lambda item: any(test(item) for test in tests)


def negated(atom: Atom) -> Atom:
    return f"-({atom[0]})", lambda item: not atom[1](item)


def either(one: Atom, other: Atom) -> Atom:
    return f"({one[0]} OR {other[0]})", lambda item: one[1](item) or other[1](item)


def both(one: Atom, other: Atom) -> Atom:
    return f"({one[0]} {other[0]})", lambda item: one[1](item) and other[1](item)


def part(key: str, column: str) -> Callable[[str], Atom]:
    def of(text: str) -> Atom:
        # Quoted, a name means a person; without quotes a part of one: those that need quotes are left to `is_person`.
        return f"{key}:{text}", lambda item: any(fold(text) in fold(name) for name in getattr(item, column))

    return of


SIMPLE = st.sampled_from(["an", "ZOE", "100%", "_", "'", "שר", "bo", "strasse"])
ATOMS: st.SearchStrategy[Atom] = st.one_of(
    st.sampled_from([*NAMES, "sea", "1", "%", "x_y", "lodz"]).map(lambda text: (quoted(text), words(text))),
    SIMPLE.map(part("db", "db_people")),
    SIMPLE.map(part("has", "existing_people")),
    SIMPLE.map(part("adds", "tags_to_add")),
    SIMPLE.map(part("removes", "tags_to_remove")),
    st.sampled_from([True, False]).map(
        lambda on: (f"edited:{'yes' if on else 'no'}", lambda item: item.edited is on),
    ),
    st.sampled_from([True, False]).map(
        lambda on: (f"postponed:{'yes' if on else 'no'}", lambda item: item.postponed is on),
    ),
    st.just(("mode:exact,preserve", lambda item: item.people_mode == "exact" or item.comment_mode == "preserve")),
    st.just(("size:>1kb", lambda item: item.size > 1000)),
    # Not as one term of its key: that is a choice, which `chosen` makes.
    st.just(("-(tags:0 OR tags:>2)", lambda item: 1 <= len(item.result_people) <= 2)),
    st.just(("-locked:no", lambda item: is_locked(item, "yes"))),
)
SEARCHES = st.recursive(
    ATOMS, lambda of: st.one_of(of.map(negated), st.builds(either, of, of), st.builds(both, of, of)), max_leaves=4
)
CHOICES = st.lists(st.sampled_from(FACETS), max_size=2, unique=True).flatmap(
    lambda found: st.fixed_dictionaries(
        {key: st.lists(st.sampled_from(VALUES[key][0]), min_size=1, max_size=2, unique=True) for key in found}
    )
)


@effort.examples(25, 60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.none(), SEARCHES), CHOICES)
def test_search_and_counts_match_naive_model(room: Room, search: Atom | None, choices: dict[str, list[str]]) -> None:
    own = {key: chosen(key, values) for key, values in choices.items()}
    rest: Atom = search or ("", lambda _: True)
    text = " ".join(filter(None, [rest[0], *(atom[0] for atom in own.values())]))
    plan = room.planner.plan(PlanQuery(query=text))
    unchanged, postponed = "unchanged" in text, "postponed:" in text

    def found(but: str = "", *, levels: bool = False) -> list[PlanItem]:
        tests = [rest[1], *(atom[1] for key, atom in own.items() if key != but)]
        return [
            item
            for item in room.items
            if (postponed or not item.postponed)
            and (levels or unchanged or item.risk_level != "unchanged")
            and all(test(item) for test in tests)
        ]

    assert {item.file_id for item in plan.page(1, per_page=0).items} == {item.file_id for item in found()}
    facets = room.finder.facets(plan, most=1000)
    for key in FACETS:
        near = found(key, levels=key in ("risk", "category"))
        counted = {value.value: value.files for value in facets[key].values}
        assert counted == {value: sum(map(VALUES[key][1](value), near)) for value in counted}
        there = {value for value in VALUES[key][0] if any(map(VALUES[key][1](value), near))}
        same = means if key == "person" else fold
        assert {same(value) for value in there} <= {same(value) for value in counted}
    assert all(near.files for near in room.finder.wider(plan))
