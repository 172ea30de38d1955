"""Every field of odd files: a field is written or announced, and none blocks another."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.flows.writing import recording
from indexium_core.library import Library
from indexium_core.model.fields.table import title_of
from indexium_core.model.files.media import Change
from indexium_core.model.operations.operation import WriteOptions
from tests.integration.test_cli import Command
from tests.support import field_values, media, shapes, tables
from tests.support.effort import effort
from tests.support.odd_files import ODD
from tests.support.studio import OLD

DANGER = WriteOptions(risk=("safe", "warning", "danger"))
# Each has a form beside it that ends in the same way, and a test of its container in tests/unit/files.
ALIKE = ("HEIC with a packet beside the media", "AVIF", "empty tags in QuickTime's form")
# The first value meets the odd form, and no value removes it; a second value meets what the first write has made.
ROUNDS = (0, 1, None) if effort.exhaustive else (0, None)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.further] if name in ALIKE else []) for name in ODD]
)
def test_every_field_is_written_or_named(tmp_path: Path, name: str) -> None:
    odd, films = ODD[name], tmp_path / "films"
    films.mkdir()
    path = odd.make(films)
    os.utime(path, (OLD, OLD))
    original = path.read_bytes()
    fields = [*field_values.fields_of(odd.container), *field_values.custom_fields_of(odd.container)]
    with Library.open(tmp_path / "home") as library:
        field_values.define(library, *(each.key for each in fields))
        library.inventory.add(films, photos=True)
        library.scan()
        operations = []
        for at in ROUNDS:
            wanted = {
                each.key: "" if at is None else field_values.values_of(each, odd.container)[at] for each in fields
            }
            library.decisions.edit([1], [f"Person {at}"])  # a change that every one of these files takes
            expected = odd.unstorable if at is not None else odd.lasting
            preview = library.bulk.preview_fields([1], wanted)
            assert preview.unsupported == bool(expected)
            assert library.decisions.set_fields([1], wanted).unsupported == bool(expected)
            [planned] = library.plan().items
            named = " ".join(issue.message for issue in planned.issues)
            codes = {issue.code for issue in planned.issues}
            operation = library.write(library.plan(), DANGER)
            assert operation.wait().counts == {"success": 1}, library.operation(operation.id).items
            operations.append(operation.id)
            [item] = library.operation(operation.id).items
            library.scan()
            [[found]] = tables.rows(library, "SELECT fields FROM scanned_files")
            found = found or {}
            left = {key for key, value in wanted.items() if (found.get(key) or "") != value}
            assert left == expected
            assert item.tags_added == [f"Person {at}"]
            assert (item.code, item.message) == ("", ""), "the plan has announced them"
            assert "cannot store" not in named
            loses = at is None and odd.unstorable != {each.key for each in fields}
            assert ("Would remove the value" in named, "value_lost" in codes) == (loses, loses)
            assert not any(re.search(rf"\b{each.title}, {each.title}\b", named) for each in fields)
            assert ("field_unsupported" in codes) == bool(left)
            assert {change.field for change in item.fields}.isdisjoint(left)
        for operation_id in reversed(operations):
            library.rollback(operation_id).wait()
    assert path.read_bytes() == original


def test_film_that_only_ffmpeg_rewrites_gets_its_fields_after_the_comment(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    path = films / "clip.ogv"
    path.write_bytes(shapes.film("ogv, odd"))
    os.utime(path, (OLD, OLD))
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.decisions.edit([1], ["Ann Lee"])
        assert library.decisions.set_fields([1], {"title": "At sea", "artist": "Bob"}).unsupported == 1
        [planned] = library.plan().items
        assert {change.field for change in planned.changes} == {"comment"}
        [announced] = [each.message for each in planned.issues if each.code == "field_unsupported"]
        assert announced == "The pages of its header are not understood. The other changes are written."
        assert library.write(library.plan(), DANGER).wait().counts == {"success": 1}
        [planned] = library.plan().items
        assert {change.field for change in planned.changes} == {"title", "artist"}
        assert library.write(library.plan(), DANGER).wait().counts == {"success": 1}
        assert library.plan().statistics.unchanged_count == 1


def a_film(folder: Path) -> Library:
    """Return a home with one film that gets people and three fields."""
    films = folder / "films"
    films.mkdir()
    os.utime(media.build("mp4", films), (OLD, OLD))
    library = Library.open(folder / "home")
    library.scan([films])
    library.decisions.edit([1], ["Ann Lee"])
    library.decisions.set_fields([1], {"title": "At sea", "artist": "Bob", "genre": "Drama"})
    return library


def failing(monkeypatch: pytest.MonkeyPatch, *bad: str, named: bool = False) -> None:
    """Let the verification fail if one of these fields is written."""
    real = verify.compare

    def compare(before: verify.Evidence, after: verify.Evidence, changes: Sequence[Change], **more: Any) -> object:
        found = {change.field for change in changes} & set(bad)
        if found:
            raise errors.VerificationError("Undone. It is wrong.", fields=found if named else (), difference="wrong")
        return real(before, after, changes, **more)

    monkeypatch.setattr(verify, "compare", compare)


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("bad", ["artist", "comment"])
def test_field_whose_verification_fails_is_omitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str, *, is_named: bool
) -> None:
    failing(monkeypatch, bad, named=is_named)
    with a_film(tmp_path) as library:
        handle = library.write(library.plan(), DANGER)
        assert (handle.wait().status, handle.status().counts) == ("completed", {"success": 1})
        details = library.operation(handle.id)
        [item] = details.items
        assert item.code == "field_unsupported"
        assert item.message == f"Not written: {title_of(bad)}. A check found: wrong."
        assert {change.field for change in item.fields} == {"title", "artist", "genre"} - {bad}
        assert item.tags_added == ([] if bad == "comment" else ["Ann Lee"])
        assert details.operation.tags_added == len(item.tags_added)
        assert (item.new_comment is None) == (bad == "comment")
        [left] = library.plan().items  # it stays in the plan
        assert {change.field for change in left.changes} == {bad}
        assert title_of(bad) not in [each["label"] for each in item.changed_fields]
        library.rollback(handle.id).wait()
        assert library.operation(handle.id).operation.status == "rolled_back"


def test_write_that_nobody_recorded_names_the_fields_that_it_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, a_film(tmp_path) as library:
        failing(patch, "artist", named=True)

        def ending(*_: object, **__: object) -> None:
            raise errors.StoreError("The process ends.")

        patch.setattr(recording, "record_results", ending)
        handle = library.write(library.plan(), DANGER)
        with contextlib.suppress(errors.IndexiumError):
            handle.wait()
    with Library.open(tmp_path / "home") as library:
        [item] = library.operation(handle.id).items
        assert (item.status, item.code) == ("success", "field_unsupported")
        assert (
            item.message == "Not written: Artist. The process ended before it stored why. Write the file again to "
            "see the reason."
        )
        assert "recovered" in item.proof
        assert {change.field for change in item.fields} == {"title", "genre"}
        assert item.tags_added == ["Ann Lee"]
        [left] = library.plan().items
        assert {change.field for change in left.changes} == {"artist"}


def test_several_fields_whose_verification_fails_without_a_name_leave_one_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "comment", "title", "genre")
    with a_film(tmp_path) as library:
        handle = library.write(library.plan(), DANGER)
        assert handle.wait().counts == {"success": 1}
        [item] = library.operation(handle.id).items
        assert [change.field for change in item.fields] == ["artist"]
        assert item.message == "Not written: Comment, Genre and Title. A check found: wrong."


def test_refused_field_and_one_whose_verification_fails_are_both_omitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "genre")
    films = tmp_path / "films"
    films.mkdir()
    path = ODD["texts of 3GPP"].make(films)
    os.utime(path, (OLD, OLD))
    original = path.read_bytes()
    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.decisions.set_fields([1], {"title": "T", "genre": "G", "location": "+48.13745+011.57549/"})
        handle = library.write(library.plan(), DANGER)
        assert handle.wait().counts == {"success": 1}
        [item] = library.operation(handle.id).items
        assert {change.field for change in item.fields} == {"title"}
        assert item.message.startswith("Not written: Location. The location (loci) of this file has four digits")
        assert item.message.endswith("Not written: Genre. A check found: wrong.")
        library.rollback(handle.id).wait()
    assert path.read_bytes() == original


def test_large_file_is_not_copied_again_for_a_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "artist")
    with a_film(tmp_path) as library:
        with tables.changing(library) as tx:
            tx.execute("UPDATE scanned_files SET strategy = 'mp4_copy'")
        handle = library.write(library.plan(), DANGER)
        assert handle.wait().counts == {"failed": 1}


def test_fields_that_all_fail_are_the_failure_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "comment", "title", "genre", "artist")
    with a_film(tmp_path) as library:
        path = tmp_path / "films" / "clip.mp4"
        before = path.read_bytes(), path.stat().st_mtime_ns
        handle = library.write(library.plan(), DANGER)
        assert handle.wait().counts == {"failed": 1}
        [item] = library.operation(handle.id).items
        assert (item.code, item.message) == ("verification_failed", "Undone. It is wrong.")
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_commands_name_the_field_that_was_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    films, home = tmp_path / "films", tmp_path / "home"
    films.mkdir()
    os.utime(ODD["texts of 3GPP"].make(films), (OLD, OLD))
    run, found = Command(home, capsys), "Not written: Location. The location (loci) of this file has four digits"
    assert run("scan", films) == 0
    assert run("edit", "id:1", "--set", "location=+48.13745+011.57549/", "--set", "artist=Bob") == 0
    assert run("write", "--dry-run") == 0
    assert found in run.out + run.err
    assert run("write", "--yes") == 1
    assert found in run.out + run.err
    assert "1 file written" in run.out + run.err
    run("operations", "show", "1")
    assert found in run.out
    [item] = run.json("operations", "show", "1")["items"]
    assert (item["status"], item["code"], {each["field"] for each in item["fields"]}) == (
        "success",
        "field_unsupported",
        {"artist"},
    )
