"""Custom fields of a home: their definitions, and every part of the library that shows and edits them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors, settings
from indexium_core.flows.writing import recording
from indexium_core.library import Library
from indexium_core.model.fields.table import all_fields, title_of
from indexium_core.model.operations.operation import WriteOptions
from tests.support import field_values, homes, shapes, tables
from tests.support.cases import each_case
from tests.support.oracles import oracle
from tests.support.studio import OLD

DANGER = WriteOptions(risk=("safe", "warning", "danger"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "films"
    found.mkdir()
    for container in ("mp4", "matroska"):
        os.utime(field_values.build(container, found), (OLD, OLD))
    return found


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with homes.opened(tmp_path / "home", folder) as opened:
        yield opened


def values_of(library: Library, key: str) -> list[str | None]:
    """Return the value of a field in each file."""
    found = [library.files.file(file_id).field_details for file_id in (1, 2)]
    return [next(each.value for each in details if each.field == key) for details in found]


def write(library: Library, value: str, key: str = "tape_number") -> int:
    library.decisions.set_fields("", {key: value})
    status = library.write(library.plan(), DANGER).wait()
    assert status.counts == {"success": 2}, library.operation(status.id).items
    return status.id


def test_scan_after_a_definition_reads_the_values_of_all_files(library: Library, folder: Path, tmp_path: Path) -> None:
    library.fields.define("tape_number", "integer")
    write(library, "12")
    library.close()
    with Library.open(tmp_path / "other") as other:
        assert other.scan([folder]).seen == 2
        assert other.plan("field:title").statistics.total_files == 0
        other.fields.define("tape_number", "integer")
        assert values_of(other, "tape_number") == [None, None]
        assert other.scan().changed == 2
        assert values_of(other, "tape_number") == ["12", "12"]
        assert other.scan().changed == 0
        other.fields.remove("tape_number")
        assert other.scan().changed == 2
        with pytest.raises(errors.UsageError):
            other.plan("tape_number:12")
        with pytest.raises(errors.ValidationError, match="was a field with other names in files: TAPE_NUMBER"):
            other.fields.define("tape_number", tag="OTHER")
        with pytest.raises(errors.ValidationError, match="belongs to the removed field Tape number"):
            other.fields.define("other_number", tag="TAPE_NUMBER")
        other.fields.define("tape_number", "list")
        other.scan()
        assert values_of(other, "tape_number") == ["12", "12"]


def test_first_scan_by_a_version_with_a_new_field_reads_all_files(library: Library, folder: Path) -> None:
    def files_read() -> int:
        return library.scan().cache.hits  # a file that is read asks for its hash

    for path in folder.iterdir():
        os.utime(path, (OLD, OLD))  # scans read files again that changed just before
    library.scan()
    assert files_read() == 0
    with tables.changing(library) as transaction:
        transaction.execute("DELETE FROM finished_upgrades WHERE name = 'field genre'")  # a home of an earlier version
    assert files_read() == 2
    assert files_read() == 0


def test_scan_reads_a_field_that_was_defined_during_a_write(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.fields.define("tape_number", "integer")
    write(library, "12")
    library.close()
    for path in folder.iterdir():
        os.utime(path, (OLD, OLD))
    with Library.open(tmp_path / "other") as other:
        other.scan([folder])
        other.decisions.set_fields("", {"title": "A day at the lake"})
        store = recording.record_results

        def define_then_store(*args: Any, **facts: Any) -> None:  # the worker has read the file before
            if not other.fields.list():
                other.fields.define("tape_number", "integer")
            store(*args, **facts | {"now": datetime.now(UTC)})

        monkeypatch.setattr(recording, "record_results", define_then_store)
        assert other.write(other.plan(), DANGER).wait().counts == {"success": 2}
        other.scan()
        assert values_of(other, "tape_number") == ["12", "12"]


def test_scan_after_a_definition_finds_deleted_files(library: Library, folder: Path) -> None:
    library.fields.define("tape_number", "integer")
    next(iter(folder.iterdir())).unlink()
    assert library.scan().missing == 1


def test_field_is_searched_ruled_locked_exported_and_imported(library: Library, tmp_path: Path) -> None:
    library.fields.define("tape_number", "integer", highest=99)
    library.fields.define("camera_body", choices=["Sony FX3", "Canon R5"])
    write(library, "12")
    assert library.plan("tape_number:>3").statistics.total_files == 2
    assert library.plan("tape_number:<3 OR field:camera_body").statistics.total_files == 0
    library.decisions.set_fields([1], {"camera_body": "sony fx3", "title": "Tape {tape_number}"})
    assert {each.field: each.new for each in library.plan("changed:camera_body").items[0].field_changes} == {
        "camera_body": "Sony FX3",
        "title": "Tape 12",
    }
    with pytest.raises(errors.ValidationError, match="It can be Sony FX3 or Canon R5"):
        library.decisions.set_fields([1], {"camera_body": "Nikon"})
    with pytest.raises(errors.ValidationError, match="from 0 to 99"):
        library.decisions.set_fields([1], {"tape_number": "100"})
    sheet = "".join(library.exporter.plan("", "csv", everything=True))
    assert "existing_tape_number,result_tape_number" in sheet
    applied = tmp_path / "plan.csv"
    applied.write_text(sheet.replace(",12,12", ",12,13"), encoding="utf-8")
    library.changes.apply(library.changes.read(applied))
    assert library.plan("tape_number:13").statistics.total_files == 2
    library.locks.lock([2], ["tape_number"])
    assert library.plan("locked:tape_number").statistics.total_files == 1
    found = library.queries.run("SELECT fields['tape_number'] FROM files ORDER BY file_id")
    assert found.rows == [("12",), ("12",)]


def test_removal_waits_for_edits_and_keeps_the_history(library: Library, folder: Path) -> None:
    before = [path.read_bytes() for path in sorted(folder.iterdir())]
    library.fields.define("tape_number", "integer", title="Tape")
    library.decisions.set_fields([1], {"tape_number": "3"})
    with pytest.raises(errors.UsageError, match=r"Tape has edits in 1 file that wait"):
        library.fields.remove("tape_number")
    operation = write(library, "12")
    library.decisions.set_fields([1], {"tape_number": "3"})
    with pytest.raises(errors.UsageError, match="would not be valid any more"):
        library.fields.change("tape_number", lowest=5)
    library.decisions.revoke([each.decision_id for each in library.decisions.list()])
    library.fields.remove("tape_number")
    assert library.fields.list() == []
    assert title_of("tape_number") == "Tape"
    with pytest.raises(errors.UsageError, match="no field 'tape_number'"):
        library.decisions.set_fields([1], {"tape_number": "4"})
    with pytest.raises(errors.UnknownIdError, match="There are no custom fields"):
        library.fields.get("tape_number")
    items = library.operation(operation).items
    assert [(each.field, each.new) for item in items for each in item.fields] == [("tape_number", "12")] * 2
    library.scan()
    assert library.rollback(operation).wait().counts == {"success": 2}
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == before


def test_edit_that_a_container_cannot_store_does_not_prevent_a_removal(library: Library, folder: Path) -> None:
    os.utime(field_values.build("avi", folder), (OLD, OLD))
    library.scan()
    library.fields.define("tape_number", "integer")
    library.decisions.set_fields("container:avi", {"tape_number": "3"})
    library.fields.remove("tape_number")
    assert library.decisions.list() == []


def test_command_shows_the_values(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    library.fields.define("tape_number", "integer", title="Reel")
    write(library, "12")
    library.decisions.set_fields([1], {"tape_number": "13"})
    home = str(library.home)
    library.close()
    assert cli.main(["--home", home, "show", "1"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("Reel")]
    assert rows == [["Reel", "now", "12"], ["Reel", "planned", "13"]]


def test_undo_does_not_restore_edits_of_a_removed_field(library: Library) -> None:
    library.fields.define("tape_number", "integer")
    library.decisions.set_fields([1], {"tape_number": "12"})
    write(library, "13")
    library.fields.remove("tape_number")
    library.steps.undo()
    assert library.decisions.list() == []
    assert library.plan().statistics.total_files == 0
    assert library.steps.list() == []


def test_removed_key_can_be_defined_again_with_another_type(library: Library) -> None:
    library.fields.define("tape_number", "integer")
    library.fields.remove("tape_number")
    assert library.fields.define("tape_number", "list").type == "list"
    assert [each.type for each in library.fields.list()] == ["list"]


@pytest.fixture
def with_own_field(library: Library) -> Library:
    library.fields.define("own")
    return library


@each_case(
    ("facts", "word"),
    [
        ({"key": "camera"}, "my_camera"),  # a property
        ({"key": "title"}, "my_title"),
        ({"key": "folder"}, "my_folder"),  # a search key
        ({"key": "oldest"}, "my_oldest"),  # a placeholder
        ({"title": "Genre"}, "Genre"),
        ({"tag": "genre"}, "genre"),
        ({"tag": "encoder"}, "encoder"),
        ({"tag": "Part_Number"}, "Part_Number"),
        ({"mp4": "com.apple.quicktime.title"}, "com.apple.quicktime.title"),
        ({"xmp": "dc:title"}, "dc:title"),
        ({"xmp": "MicrosoftPhoto:Rating"}, "MicrosoftPhoto:Rating"),
        ({"tag": "OWN"}, "Own"),  # of the other custom field
        ({"xmp": "indexium:own"}, "Own"),
        ({"mp4": "org.other:OWN"}, "Own"),
    ],
)
def test_name_with_another_meaning_is_refused(with_own_field: Library, facts: dict[str, str], word: str) -> None:
    library = with_own_field
    with pytest.raises(errors.ValidationError) as raised:
        library.fields.define(**{"key": "tape_number"} | facts)  # type: ignore[arg-type]
    assert word in raised.value.message
    with pytest.raises(errors.UsageError, match="already"):
        library.fields.define("own")


def test_closed_home_leaves_no_field_behind(tmp_path: Path, library: Library) -> None:
    library.fields.define("tape_number", "integer")
    with pytest.raises(errors.UsageError, match=r"has other custom fields than the home"):
        Library.open(tmp_path / "other")
    library.close()
    assert "tape_number" not in {each.key for each in all_fields()}
    with Library.open(tmp_path / "other") as other:
        assert other.fields.list() == []
    with Library.open(tmp_path / "home") as again:
        assert [each.key for each in again.fields.list()] == ["tape_number"]


def test_worker_processes_know_the_fields(tmp_path: Path, folder: Path) -> None:
    config = settings.load(tmp_path / "home")
    config.executor = "processes"
    with Library.open(tmp_path / "home", config=config) as library:
        library.fields.define("tape_number", "integer")
        library.scan([folder])
        operation = write(library, "12")
        library.scan(full=True)
        assert values_of(library, "tape_number") == ["12", "12"]
        assert library.rollback(operation).wait().counts == {"success": 2}


def test_other_programs_show_the_values(tmp_path: Path) -> None:
    exiftool, mkvextract = oracle("exiftool"), oracle("mkvextract")
    folder = tmp_path / "films"
    folder.mkdir()
    paths = {container: field_values.build(container, folder) for container in ("mp4", "matroska", "jpeg")}
    for path in paths.values():
        os.utime(path, (OLD, OLD))
    with Library.open(tmp_path / "home") as library:
        library.fields.define("tape_number", "integer")
        library.fields.define("own_key", mp4="com.example.tape")
        library.inventory.add(folder, photos=True)
        library.scan()
        library.decisions.set_fields("", {"tape_number": "12", "own_key": "Box 7"})
        assert library.write(library.plan(), DANGER).wait().counts == {"success": 3}

    def shown(*words: str) -> str:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    [film] = json.loads(shown(exiftool, "-json", "-G1", str(paths["mp4"])))
    assert (film["iTunes:TAPE_NUMBER"], film["Keys:ExampleTape"]) == (12, "Box 7")
    [photo] = json.loads(shown(exiftool, "-json", "-G1", str(paths["jpeg"])))
    assert (photo["XMP-indexium:Tape_number"], photo["XMP-indexium:Own_key"]) == (12, "Box 7")
    tags = shown(mkvextract, str(paths["matroska"]), "tags")
    assert "<Name>TAPE_NUMBER</Name>" in tags
    assert "<String>12</String>" in tags


def test_photo_without_room_gets_the_values_in_a_sidecar(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo = folder / "photo.heif"
    photo.write_bytes(shapes.film("heif, no sidecar"))
    os.utime(photo, (OLD, OLD))
    with Library.open(tmp_path / "home") as library:
        library.fields.define("tape_number", "integer")
        library.fields.define("places", "list")
        library.inventory.add(folder, photos=True)
        library.scan()
        library.decisions.set_fields([1], {"tape_number": "12", "places": "sea; hill"})
        status = library.write(library.plan(), DANGER).wait()
        assert status.counts == {"success": 1}
        packet = (folder / "photo.heif.xmp").read_text(encoding="utf-8")
        assert 'xmlns:indexium="urn:indexium:fields:1.0/"' in packet
        assert "<indexium:tape_number>12</indexium:tape_number>" in packet
        assert (
            "<indexium:places><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>hill</rdf:li></rdf:Bag></indexium:places>" in packet
        )
        library.scan(full=True)
        details = {each.field: each.value for each in library.files.file(1).field_details}
        assert (details["tape_number"], details["places"]) == ("12", "sea; hill")
        library.rollback(status.id).wait()
    assert [path.name for path in folder.iterdir()] == ["photo.heif"]
