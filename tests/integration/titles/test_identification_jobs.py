"""Jobs of identifications: interruptions, changes at the same time, events and processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.titles import identification, parsing
from indexium_core.library import Library
from indexium_core.store.connection import Connection
from indexium_core.store.titles import identified
from indexium_core.store.titles.identified import TitleRow
from tests.support import tables
from tests.support.identified_home import FILES, add, identify, titles


def test_interrupted_job_does_not_read_names_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM title_names WHERE name LIKE 'Pond - S%'")
    read: list[str] = []
    real = parsing.parse_names
    monkeypatch.setattr(parsing, "parse_names", lambda texts: read.extend(texts) or real(texts))
    identify(library)
    assert sorted(read) == ["Pond - S01E01 - Frogs", "Pond - S01E02-E03", "Pond - S02E04"]
    monkeypatch.setattr(parsing, "VERSION", parsing.VERSION + 1)  # other rules read every name
    read.clear()
    identify(library)
    assert len(read) > len(FILES)


def rows_of(library: Library) -> list[list[tuple[object, ...]]]:
    """Return titles, links and values without ids and times."""
    titles = """SELECT entity_type, name_key, title, year, state, season, episode FROM titles
                WHERE entity_type <> 'season' OR series_id IN (SELECT id FROM series) ORDER BY ALL"""
    links = """SELECT f.file_name, t.name_key, l.part, l.role
               FROM title_files AS l JOIN scanned_files AS f USING (file_id) JOIN titles AS t ON t.id = l.entity_id
               ORDER BY ALL"""
    values = """SELECT t.name_key, v.field, v.value::VARCHAR, v.origin FROM title_values AS v
                JOIN titles AS t ON t.id = v.entity_id ORDER BY ALL"""
    queries = (titles, links, values)
    return [tables.rows(library, query) for query in queries]


@pytest.fixture
def empty_library(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Return a library whose files are not identified; an identification stores one title at a time."""
    for seed, name in enumerate(("Alien (1979)", "Brazil (1985)", "Dune (1984)"), 60):
        add(folder / f"Films/{name}.mp4", seed)
    monkeypatch.setattr(identification, "_GROUP", 1)
    with Library.open(tmp_path / "home") as opened:
        library_id = opened.inventory.add(folder, kind="home").library_id
        opened.scan()
        opened.inventory.set_kind(library_id, "mixed")
        with tables.changing(opened) as tx:
            tx.execute("DELETE FROM title_names")
        yield opened


def test_interrupted_identification_continues(empty_library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    identify(empty_library)
    whole = rows_of(empty_library)
    library_id = empty_library.inventory.list()[0].library_id
    empty_library.inventory.set_kind(library_id, "home")
    assert rows_of(empty_library) == [[], [], []]
    with tables.changing(empty_library) as tx:
        tx.execute("UPDATE libraries SET kind = 'mixed'")
    real, calls = identified.put, iter(range(100))

    def put(*values: object, **named: object) -> object:
        if next(calls) == 3:
            raise errors.StoreError("The process was killed.")
        return real(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(identified, "put", put)
    job = empty_library.jobs.wait(empty_library.titles.identify().id, timeout=60)
    assert job.status != "completed"
    assert 0 < len(rows_of(empty_library)[0]) < len(whole[0])
    assert identify(empty_library)["added"] == len(whole[0]) - 3 - 2  # of 3 groups; seasons are not counted
    assert rows_of(empty_library) == whole


@pytest.mark.parametrize("times", [1, 100])
def test_change_by_hand_during_identification_counts(
    empty_library: Library, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A person moves files while titles are resolved; if this happens again and again, one transaction does it all."""
    store, left, real = empty_library._parts.core.store, iter(range(times)), identified.found_values
    query = """SELECT file_id FROM scanned_files WHERE file_name IN ('Thng.mp4', 'Dune (1984).mp4')
               ORDER BY file_name"""

    def change(reader: Connection) -> object:
        if reader is store.read() and next(left, None) is not None:
            dune, thng = (number for (number,) in store.read().execute(query).fetchall())
            with contextlib.suppress(errors.UsageError):
                empty_library.titles.assign_new([thng], "movie", "By hand")
            empty_library.titles.assign_new([dune], "movie", f"By hand {next(left, 'at last')}")
        return real(reader)

    monkeypatch.setattr(identified, "found_values", change)
    identify(empty_library)
    found = {each.title: each.file_count for each in titles(empty_library).values()}
    assert (found.pop("By hand"), "Thng" in found, "Dune" in found) == (1, False, False)
    assert {"Alien", "Brazil", "The Thing"} <= set(found)
    assert len(rows_of(empty_library)[1]) == 10


def test_unchanged_titles_are_not_stored_again(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    real = identified.put

    def put(tx: Connection, rows: Sequence[TitleRow], *more: object, **named: object) -> object:
        stored.extend(row.name_key for row in rows)
        return real(tx, rows, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(identified, "put", put)
    identify(library)
    assert stored == []
    add(folder / "Films/Alien (1979).mp4", 60)
    library.scan()
    assert stored == ["alien|1979"]


def test_job_sends_events(library: Library, folder: Path) -> None:
    seen: list[str] = []
    library.events.subscribe(lambda event: seen.append(event.name))
    add(folder / "Films/Alien (1979).mp4", 60)
    library.scan()
    assert seen.count("movie:added") == 1
    assert "series:added" not in seen
    assert {"identify:started", "identify:completed"} <= set(seen)


@pytest.mark.parametrize("executor", [pytest.param("threads", marks=pytest.mark.further), "processes"], indirect=True)
def test_names_are_read_in_processes(folder: Path, tmp_path: Path, executor: str) -> None:
    with Library.open(tmp_path / "other") as library:
        library.inventory.add(folder, kind="mixed")
        library.scan()
        assert set(titles(library)) == {"The Thing", "Thng"}
