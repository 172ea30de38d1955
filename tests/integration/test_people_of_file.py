"""People that an edit of many files gave are in these files on every face, before and after the write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.store.home_files import FILE_NAME, private_part_of
from tests.support.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Four films that name Bob Ray, of whom the database knows nothing; Ann Lee is assigned to them."""
    made = Studio(tmp_path, 4)
    [library] = made.library.inventory.list()
    made.library.publications.set_options(library.library_id, publish="nfo")
    yield made
    made.library.close()


def counts(library: Library, name: str) -> dict[str, int]:
    """Return the number of files of a person, by face."""
    [row] = [each for each in library.people.list() if each.name == name]
    [card] = library.people.page(name).items
    named = f"SELECT count(*) FROM file_people WHERE person = '{name}'"
    [(named_in, files)] = library.queries.run(f"SELECT ({named}), files FROM people WHERE name = '{name}'").rows
    plan = library.plan(f'person:"{name}"')
    return {
        "list": row.files,
        "page": card.files,
        "details": len(library.people.details(row.person_id).files),
        "sql": named_in,
        "table": files,
        "plan": plan.page(1, include_unchanged=True).total,
        "pictures": library.media.count(f'person:"{name}"'),
    }


def test_people_of_a_bulk_edit_are_everywhere_before_and_after_the_write(studio: Studio) -> None:
    library = studio.library
    library.decisions.change_people("", add=["Dee Poe"])
    assert set(counts(library, "Dee Poe").values()) == {4}
    assert set(counts(library, "Ann Lee").values()) == {4}
    assert studio.write().counts == {"success": 4}

    assert set(counts(library, "Dee Poe").values()) == {4}
    quality = library.inventory.quality()
    assert (quality.people, quality.nobody) == (4, 0)
    assert library.queries.run("SELECT count(*) FROM assigned_people WHERE person = 'Dee Poe'").rows == [(0,)]
    selection = PublicationSelection(filter=PublicationFilter())
    assert library.publications.start(selection).wait().counts == {"success": 4}
    for path in studio.paths:
        text = path.with_suffix(".nfo").read_text(encoding="utf-8")
        assert [text.count(f"<name>{name}</name>") for name in ("Ann Lee", "Bob Ray", "Dee Poe")] == [1, 1, 1]


def test_an_old_name_is_never_written_again(studio: Studio) -> None:
    """A name in a file whom the database does not assign, and one in an edit: both are aliases after the rename."""
    library = studio.library
    library.people.remove(studio.paths, ["Ann Lee"])  # so the plan has nothing for these files
    library.people.add(studio.paths[:1], ["Bob Ray"])
    library.decisions.edit("name:0003", ["Bob Ray", "Dee Poe"])
    before = counts(library, "Bob Ray")
    library.people.rename("Bob Ray", "Robert Ray")
    assert counts(library, "Robert Ray")["list"] == before["list"] == 4
    library.decisions.change_people("", add=["Flo Hill"])
    studio.write()

    assert all("Robert Ray" in (comment or "") for comment in studio.comments().values())
    assert not [comment for comment in studio.comments().values() if "Bob Ray" in (comment or "")]
    assert set(counts(library, "Robert Ray").values()) == {4}


def test_rebuild_reads_assignments_also_from_an_older_snapshot(studio: Studio) -> None:
    """An older version has the assignments under the name `file_people`; edits stay edits."""
    library = studio.library
    library.decisions.edit("name:0002", ["Dee Poe"])
    library.snapshots.take()
    people, edits = exported(library), edited(library)
    home = library.home
    library.close()
    [snapshot] = (home / "snapshot").glob("*.duckdb")
    with duckdb.connect(str(snapshot)) as raw:
        raw.execute("DROP TABLE file_people")
        raw.execute("ALTER TABLE assigned_people RENAME TO file_people")
    with duckdb.connect(str(private_part_of(snapshot))) as raw:
        raw.execute("DELETE FROM home.schema_migrations WHERE version > 67")
        for table in (
            "copied_people",
            "title_external_ids",
            "changers",
            "file_changers",
            "title_changers",
            "program_makers",
        ):
            raw.execute(f"DROP TABLE home.{table}")  # that version does not have it
        for column in ("proposed_digest", "proposed_change"):
            raw.execute(f"ALTER TABLE home.approvals DROP COLUMN {column}")
    (home / FILE_NAME).unlink()
    shutil.rmtree(home / "database-backups", ignore_errors=True)

    report = Library.rebuild_database(home)
    assert {each.source.partition(" ")[0] for each in report.origins if each.table == "video_people"} == {"snapshot"}
    studio.library = Library.open(home)
    assert (exported(studio.library), edited(studio.library)) == (people, edits)
    assert set(counts(studio.library, "Dee Poe").values()) == {1}


def exported(library: Library) -> list[tuple[str, str]]:
    return sorted((Path(row.path).name, row.person) for row in library.people.export() if row.path)


def edited(library: Library) -> list[tuple[str, list[str]]]:
    return sorted((Path(row.file_path).name, list(row.people or ())) for row in library.decisions.list())
