"""A rewritten film keeps its identity: in this home, in another home, rolled back, renamed and moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.flows.writing import file_edit
from indexium_core.library import Library
from tests.support import media, tables
from tests.support.rewriting import Rewriter
from tests.support.studio import ALL, OLD, Studio


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Two films, and writes that change their hashes."""
    monkeypatch.setattr(file_edit, "edit", Rewriter())
    made = Studio(tmp_path, 2)
    yield made
    made.library.close()


def facts(library: Library) -> dict[str, tuple[int, str, list[str]]]:
    """Return the id, the hash and the database people of every present file."""
    query = """SELECT f.file_name, f.file_id, f.file_hash, coalesce(list(p.name ORDER BY assignment_id)
                   FILTER (p.name IS NOT NULL), [])
               FROM scanned_files f LEFT JOIN assigned_people e USING (file_id) LEFT JOIN people p USING (person_id)
               WHERE f.state = 'ok' GROUP BY ALL"""
    return {row[0]: row[1:] for row in tables.rows(library, query)}


def export(studio: Studio, capsys: pytest.CaptureFixture[str], target: Path, *flags: str) -> None:
    studio.library.close()
    assert cli.main(["--home", str(studio.library.home), "people", "export", *flags]) == 0
    target.write_text(capsys.readouterr().out, encoding="utf-8")
    studio.library = Library.open(studio.library.home)


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["csv", "json"])
def test_people_are_found_after_file_changes_in_any_home(
    studio: Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    """Write, export, scan in a new second home, roll back, rename and move."""
    before = facts(studio.library)
    assert studio.write().counts == {"success": 2}
    written = facts(studio.library)
    for name, (file_id, file_hash, names) in written.items():
        assert (file_id, names) == (before[name][0], ["Ann Lee"])
        assert file_hash != before[name][1]

    export(studio, capsys, tmp_path / "people", *flags)
    for path in studio.paths:  # the second home has them in another folder, so that no path can match
        target = tmp_path / "elsewhere" / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(path, target)
    with Library.open(tmp_path / "second") as second:
        report = second.people.import_file(tmp_path / "people")
        assert (report.waiting, report.rejected) == (2, [])
        second.scan([tmp_path / "elsewhere"])
        assert [names for _, _, names in facts(second).values()] == [["Ann Lee"]] * 2
        assert second.plan().statistics.unchanged_count == 2

        assert studio.back(1).counts == {"success": 2}
        assert studio.bytes() == studio.old
        assert facts(studio.library) == before
        for path in studio.paths:  # the second home gets the old files, under other names in another folder
            (tmp_path / "elsewhere" / path.name).unlink()
            target = tmp_path / "elsewhere" / "taken back" / f"again {path.name}"
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(path, target)
        ids = {file_id for file_id, *_ in facts(second).values()}
        second.scan()
        found = facts(second)
        assert set(found) == {"again 0000.mp4", "again 0001.mp4"}
        assert [names for _, _, names in found.values()] == [["Ann Lee"]] * 2
        assert {file_id for file_id, *_ in found.values()} == ids

    renamed, moved = studio.films / "renamed.mp4", studio.films / "deep" / "down" / "moved.mp4"
    moved.parent.mkdir(parents=True)
    studio.paths[0].rename(renamed)
    studio.paths[1].rename(moved)
    studio.library.scan()
    ends = facts(studio.library)
    assert ends == {"renamed.mp4": before["0000.mp4"], "moved.mp4": before["0001.mp4"]}


def test_rewrite_and_rename_keep_edit_and_history(studio: Studio) -> None:
    studio.library.edit("0000", ["Cem Öz"])
    studio.write()
    target = studio.films / "other name.mp4"
    studio.paths[0].rename(target)
    studio.library.scan()

    [item] = studio.library.plan("name:other").page(include_unchanged=True).items
    assert (item.edited, item.result_people) == (True, ["Cem Öz"])
    assert studio.back(1, "other name").counts == {"success": 1}
    assert target.read_bytes() == studio.old[studio.paths[0]]


def test_unwritten_copy_keeps_people_and_own_plan(studio: Studio) -> None:
    copy = studio.films / "copy.mp4"
    shutil.copy2(studio.paths[0], copy)
    os.utime(copy, (OLD, OLD))
    studio.library.scan()
    studio.library.write(studio.library.plan("name:0000")).wait()
    found = facts(studio.library)

    assert found["0000.mp4"][2] == found["copy.mp4"][2] == ["Ann Lee"]
    assert found["0000.mp4"][1] != found["copy.mp4"][1]
    [item] = studio.library.plan("name:copy").items
    assert (item.tags_to_add, item.issues) == (["Ann Lee"], [])


def test_next_scan_finds_no_change(studio: Studio) -> None:
    studio.write()
    report = studio.library.scan()

    assert (report.changed, report.new, report.moved, report.unchanged) == (0, 0, 0, 2)


def test_former_hash_of_people_file_must_match(studio: Studio, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"file_hash,person,previous_hashes\nx1:{'0' * 32},Zed Zee,x1:{'1' * 32} nonsense\n")

    [rejected] = studio.library.people.import_file(rows).rejected
    assert (rejected.line, "nonsense" in rejected.reason) == (2, True)


def test_real_rewrite_keeps_identity(tmp_path: Path) -> None:
    """For every strategy of an Ogg file, and for every resulting hash."""
    films = tmp_path / "films"
    films.mkdir()
    path = media.build("ogv", films)
    os.utime(path, (OLD, OLD))
    old = path.read_bytes()
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.people.add([path], ["Ann Lee"])
        [before] = facts(library).values()
        assert library.write(library.plan(), ALL).wait().counts == {"success": 1}
        [after] = facts(library).values()
        assert (after[0], after[2]) == (before[0], ["Ann Lee"])
        assert library.scan().unchanged == 1

        shutil.copy2(path, tmp_path / "written.ogv")
        assert library.rollback(1).wait().counts == {"success": 1}
        assert path.read_bytes() == old
        assert list(facts(library).values()) == [before]
        path.unlink()
        (films / "again.ogv").write_bytes((tmp_path / "written.ogv").read_bytes())
        report = library.scan()
        assert report.moved + report.new == 1
        assert facts(library)["again.ogv"][1:] == after[1:]


def test_hard_links_separate_only_if_chosen(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    path, other = media.build("ogv", films), films / "other name.ogv"
    os.utime(path, (OLD, OLD))
    os.link(path, other)
    old = path.read_bytes()
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.people.add([path], ["Ann Lee"])
        plan = library.plan("name:clip")
        assert [(item.risk_level, item.issues[0].code) for item in plan.items] == [("blocked", "hard_linked")]
        with pytest.raises(errors.UsageError, match="nothing to write"):
            library.write(plan, ALL)

        options = replace(ALL, hard_links="break")
        assert library.dry_run(plan, options, selection=plan.select()).counts == {"success": 1}
        assert library.write(plan, options, selection=plan.select()).wait().counts == {"success": 1}
        assert other.read_bytes() == old != path.read_bytes()
        assert path.stat().st_nlink == other.stat().st_nlink == 1
        library.scan()
        [item] = library.plan("name:other").items
        assert "hard_linked" not in [issue.code for issue in item.issues]
        with pytest.raises(errors.UsageError, match="choose block or break"):
            library.plan(hard_links="both")
