"""Who is in a file has one answer: every face gives the same files of a person, and a rename changes no number."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from indexium_core.model.people.people_comment import fold, person_key
from indexium_core.model.people.person import PersonRow
from indexium_core.model.query import compile_query
from indexium_core.store import sql
from indexium_core.store.catalog import catalog, details, inventory, properties
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people, persons
from indexium_core.store.people.people_index import PeopleIndex
from tests.support.catalog import ids
from tests.support.effort import effort
from tests.unit.flows.test_learning import Court

NAMES = ["Ann Lee", "ANN LEE", "Bob Ray", "Zoë Öz", "Robert Ray", "Ghost"]
FILES = [f"{number}.mp4" for number in range(6)]
LISTS = st.lists(st.sampled_from(NAMES), max_size=3, unique_by=person_key)


@dataclass(frozen=True)
class Home:
    """A generated home, by the names of its files."""

    comments: Mapping[str, list[str]]
    assigned: Mapping[str, list[str]]
    edits: Mapping[str, list[str]]
    exact: list[str]  # files in mode `exact`
    has_alias: bool  # Bob Ray is merged into Robert Ray
    has_aunt: bool  # a file of Ann Lee belongs to a second one
    missing: str | None
    has_copies: bool  # the last two files have one payload


HOMES = st.builds(
    Home,
    comments=st.fixed_dictionaries(dict.fromkeys(FILES, LISTS)),
    assigned=st.dictionaries(st.sampled_from(FILES), LISTS, max_size=5),
    edits=st.dictionaries(st.sampled_from(FILES), LISTS, max_size=3),
    exact=st.lists(st.sampled_from(FILES), max_size=2, unique=True),
    has_alias=st.booleans(),
    has_aunt=st.booleans(),
    missing=st.sampled_from([None, *FILES]),
    has_copies=st.booleans(),
)
# An edit names a person whom nothing else gives to the file; another edit takes one away; a comment has an old name.
EDITED = Home(
    comments={path: [] for path in FILES} | {"3.mp4": ["Bob Ray"], "4.mp4": ["Robert Ray", "Bob Ray"]},
    assigned={"0.mp4": ["Ann Lee"], "1.mp4": ["Ann Lee", "Robert Ray"], "2.mp4": ["Bob Ray"]},
    edits={"5.mp4": ["Ann Lee", "Bob Ray"], "1.mp4": ["Robert Ray"]},
    exact=[],
    has_alias=True,
    has_aunt=False,
    missing=None,
    has_copies=False,
)


@contextmanager
def built(home: Home) -> Iterator[Court]:
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "home") as database:
        court = Court(database)
        content = {path: "one" if home.has_copies and path in FILES[-2:] else path for path in FILES}
        court.films({path: ", ".join(names) or None for path, names in home.comments.items()}, content=content)
        court.say({path: "; ".join(names) for path, names in home.assigned.items() if names})
        decide(court, home)
        yield court


def decide(court: Court, home: Home) -> None:
    by_name, known = ids(court.database), {row.name for row in court.people.list()}
    for path, names in home.edits.items():
        court.decisions.edit([by_name[path]], names)
    for path in home.exact:
        court.decisions.set_mode([by_name[path]], mode="exact")
    if home.has_alias and {"Bob Ray", "Robert Ray"} <= known:
        court.people.merge(["Bob Ray"], "Robert Ray")
    of_ann = [path for path, names in home.assigned.items() if "Ann Lee" in names]
    if home.has_aunt and of_ann and "Ann Lee" in known:
        court.people.split("Ann Lee", [f"/films/{of_ann[0]}"], into="Ann Lee", qualifier="aunt")
    if home.missing:
        with court.database.atomic() as tx:
            catalog.mark_missing(tx, [by_name[home.missing]])


def alone(listed: list[PersonRow]) -> list[PersonRow]:
    """Return the people whose name means nobody else."""
    keys = Counter(person_key(row.name) for row in listed)
    return [row for row in listed if keys[person_key(row.name)] == 1]


def searched(court: Court, text: str) -> int:
    """Return the number of files that a search of the pictures finds."""
    reader, version = court.database.read(), court.planner.newest_version()
    return inventory.search_page(
        reader,
        properties.matching_ids(reader, compile_query(text), version),
        sort="path",
        descending=False,
        page=1,
        per_page=1,
    ).total


def counts_in_sql(reader: Connection) -> dict[int, int]:
    table = sql.load("snapshot")["file_people"]
    text = f"SELECT person_id, count(*) FROM ({table}) WHERE person_id IS NOT NULL GROUP BY person_id"
    return dict(reader.execute(text).fetchall())


def faces(court: Court) -> dict[str, dict[int, int]]:
    """Return the number of files of each person, by face; a name that several people share is searched by id only."""
    reader, listed = court.database.read(), court.people.list()
    everybody = [row.person_id for row in listed]
    spelled, named = dict(people.files_by_name(reader)), alone(listed)
    index, version = PeopleIndex(court.database), court.planner.newest_version()
    index.at(version)
    likely = {
        row.person_id: details.names_like(reader, fold(row.name), person_key(row.name), count=50) for row in named
    }
    completed = {row.person_id: index.files_of(version, likely[row.person_id])[row.name] for row in named}
    found = {
        "list": {row.person_id: row.files for row in listed},
        "cards": {card.person_id: card.files for card in court.people.page(per_page=100).items},
        "details": {row.person_id: len(court.people.details(row.person_id).files) for row in listed},
        "order": persons.file_counts(reader),
        "indexed order": persons.file_counts(reader, index.name),
        "indexed cards": {card.person_id: card.files for card in persons.cards(reader, everybody, index.name)},
        "indexed details": {each: len(persons.files(reader, each, count=100, index=index.name)) for each in everybody},
        "sql": counts_in_sql(reader),
        "person_id:": {row.person_id: searched(court, f"person_id:{row.person_id}") for row in listed},
        "person:": {row.person_id: searched(court, f'person:"{row.name}"') for row in named},
        "spelling": {row.person_id: spelled[row.name] for row in named},
        "completion": completed,
    }
    return {face: {person: files for person, files in of.items() if files} for face, of in found.items()}


def numbers(court: Court) -> dict[int, int]:
    """Return the number of files of each person who has some."""
    return {row.person_id: row.files for row in court.people.list() if row.files}


def check_faces(court: Court, expected: dict[int, int]) -> None:
    """Compare every face with these numbers; a face that asks by name has only people whose name means nobody else."""
    named = {row.person_id for row in alone(court.people.list())}
    unique = {person: files for person, files in expected.items() if person in named}
    for face, found in faces(court).items():
        assert found == (unique if face in {"person:", "spelling", "completion"} else expected), face


def planned(court: Court) -> dict[int, list[str]]:
    """Return the keys of the people whom a write would leave in each file of the plan that is not missing."""
    items = court.planner.generate_plan().page(1, per_page=0, include_unchanged=True).items
    present = set(ids(court.database).values())
    return {
        each.file_id: sorted({person_key(name) for name in each.result_people})
        for each in items
        if each.file_id in present
    }


def seen(court: Court, file_ids: Mapping[int, Any]) -> dict[int, list[str]]:
    text = "SELECT file_id, list(name) FROM people_of_file GROUP BY file_id"
    found = dict(court.database.read().execute(text).fetchall())
    return {file_id: sorted({person_key(name) for name in found.get(file_id, [])}) for file_id in file_ids}


@effort.examples(5, 60)
@given(home=HOMES)
@example(home=EDITED)
def test_every_face_gives_the_same_number_of_files(home: Home) -> None:
    with built(home) as court:
        check_faces(court, numbers(court))
        quality = inventory.quality(court.database.read())
        with_people = "SELECT count(DISTINCT file_id) FROM people_of_file"
        assert quality.people == court.database.read().value(with_people)
        assert quality.people + quality.nobody == quality.all


@effort.examples(4, 60)
@given(home=HOMES)
@example(home=EDITED)
def test_what_people_see_is_what_the_plan_would_write(home: Home) -> None:
    with built(home) as court:
        result = planned(court)
        assert seen(court, result) == result


@effort.examples(4, 60)
@given(home=HOMES, renamed=st.sampled_from(NAMES[:5]))
@example(home=EDITED, renamed="Robert Ray")
def test_rename_changes_no_number(home: Home, renamed: str) -> None:
    with built(home) as court:
        listed = {row.name: row for row in alone(court.people.list())}
        if renamed not in listed:
            return
        before = numbers(court)
        court.people.rename(f"#{listed[renamed].person_id}", "Cleo New")
        check_faces(court, before)
        result = planned(court)
        assert seen(court, result) == result
        assert not [names for names in result.values() if person_key(renamed) in names]


@effort.examples(5, 60)
@given(home=HOMES, edits=st.dictionaries(st.sampled_from(FILES), LISTS, min_size=1), more=st.sampled_from(FILES))
def test_index_follows_changes(home: Home, edits: dict[str, list[str]], more: str) -> None:
    """An edit, a new person, an end of all edits, and a new name: the index has what the relation has."""
    with built(home) as court:
        index, by_name = PeopleIndex(court.database), ids(court.database)

        def check() -> None:
            reader = index.at(court.planner.newest_version())
            assert persons.file_counts(reader, index.name) == persons.file_counts(reader)

        check()
        for path, names in edits.items():
            if path in by_name:
                court.decisions.edit([by_name[path]], names)
        check()
        court.people.add([f"/films/{more}"], ["Zoe Oz"])
        court.decisions.revoke_of(list(by_name.values()), ["edit"])
        check()
        for row in alone(court.people.list())[:1]:
            court.people.rename(row.label, "Cleo New")
        check()
