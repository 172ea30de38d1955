"""
Sidecars through the whole program: planned, created, updated, rolled back byte for byte; the photo never changes.

The kills, faults and power cuts of the journal are in `tests/crash/test_swap_crash.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from indexium_core import errors, settings
from indexium_core.files import sidecar_reading, volumes
from indexium_core.files.reader import BytesReader
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import heif, photos
from tests.support.studio import OLD

DANGER = WriteOptions(risk=("safe", "warning", "danger"))
XMP = b"application/rdf+xml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as library:
        library.inventory.add(folder, photos=True)
        yield library


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    os.utime(path, (OLD, OLD))
    return path


def without_room() -> bytes:
    """An HEIC whose packet has no room."""
    return heif.heic(photos.picture(), [heif.Item(b"mime", photos.packet("", padding=0), XMP)])


def shown(path: Path) -> Mapping[str, str]:
    _, layout = sidecar_reading.examine(os.fsencode(path), BytesReader(path.read_bytes()))
    return {each.field: each.value for each in layout.fields if each.takes_value}


def known(library: Library) -> Mapping[str, str]:
    """The values of the fields in the database."""
    return library.files.file(1).fields


def write(library: Library, values: Mapping[str, str]) -> int:
    library.decisions.set_fields([1], values)
    status = library.write(library.plan(), DANGER).wait()
    assert (status.status, status.counts["success"]) == ("completed", 1), library.operation(status.id).items
    return status.id


def test_sidecar_is_created_updated_and_removed_by_the_rollback(folder: Path, library: Library) -> None:
    path = put(folder / "photo.heic", without_room())
    original, sidecar = path.read_bytes(), folder / "photo.heic.xmp"
    library.scan()
    first = write(library, {"title": "Sea", "rating": "4", "keywords": "beach; family"})
    assert sidecar.exists()
    assert shown(path) == {"title": "Sea", "rating": "4", "keywords": "beach; family"}
    created = sidecar.read_bytes()
    os.utime(sidecar, (OLD, OLD))
    library.scan()
    assert library.plan().statistics.unchanged_count == 1
    second = write(library, {"title": "The long way home", "rating": "5"})
    assert shown(path) == {"title": "The long way home", "rating": "5", "keywords": "beach; family"}
    (item,) = library.operation(second).items
    assert item.strategy == "sidecar_replace"
    library.rollback(second).wait()
    assert sidecar.read_bytes() == created
    assert sidecar.stat().st_mtime == OLD
    library.rollback(first).wait()
    assert not sidecar.exists()
    assert path.read_bytes() == original
    assert path.stat().st_mtime == OLD
    assert sorted(each.name for each in folder.iterdir()) == ["photo.heic"]


def test_sidecar_of_another_program_is_read_when_it_changes(folder: Path, library: Library) -> None:
    path = put(folder / "photo.heic", without_room())
    library.scan()
    write(library, {"title": "Sea"})
    sidecar = folder / "photo.heic.xmp"
    put(sidecar, sidecar.read_bytes().replace(b"Sea", b"Sun"))
    assert library.scan().changed == 1
    assert known(library) == {"title": "Sun"}
    assert library.scan().changed == 0
    sidecar.unlink()
    assert library.scan().changed == 1
    assert known(library) == {}
    assert shown(path) == {}


def test_changed_sidecar_is_a_conflict_of_the_rollback(folder: Path, library: Library) -> None:
    put(folder / "photo.heic", without_room())
    library.scan()
    operation = write(library, {"title": "Sea"})
    sidecar = folder / "photo.heic.xmp"
    foreign = sidecar.read_bytes() + b" "
    put(sidecar, foreign)
    with pytest.raises(errors.UsageError, match="Another program changed the sidecar after this write"):
        library.rollback(operation)
    assert sidecar.read_bytes() == foreign


def test_plan_announces_the_sidecar(folder: Path, library: Library) -> None:
    put(folder / "photo.heic", without_room())
    library.scan()
    library.decisions.set_fields([1], {"title": "Sea"})
    details = library.files.file(1)
    assert details.strategy == "sidecar_create"
    assert details.strategy_why == (
        "The sidecar photo.heic.xmp is created. The photo has no XMP packet with room for the value."
    )
    assert library.dry_run(library.plan(), DANGER).by_strategy == {"sidecar_create": 1}
    assert not (folder / "photo.heic.xmp").exists()
    write(library, {"title": "Sea"})
    assert library.files.file(1).strategy_why.startswith("The sidecar photo.heic.xmp is updated.")
    folder.rename(folder.with_name("offline"))
    assert library.files.file(1).strategy_why.startswith("The sidecar photo.heic.xmp is updated.")


@pytest.mark.parametrize("owner", ["photo.nef", "photo.JPG"])
def test_plan_names_a_sidecar_that_may_belong_to_another_photo(folder: Path, library: Library, owner: str) -> None:
    put(folder / "photo.heic", without_room())
    theirs = put(folder / "photo.xmp", photos.packet("<rdf:Description><dc:title>Whose?</dc:title></rdf:Description>"))
    library.scan()
    library.decisions.set_fields([1], {"rating": "4"})
    assert library.files.file(1).strategy_why.startswith("The sidecar photo.xmp is updated.")
    put(folder / owner, b"another photo")
    library.scan()
    library.plan()
    details = library.files.file(1)
    assert "title" not in details.fields
    assert details.strategy_why == (
        "The sidecar photo.heic.xmp is created. The photo has no XMP packet with room for the value. "
        f"The sidecar photo.xmp is neither read nor changed for this photo: {owner} has the same name."
    )
    before = theirs.read_bytes()
    write(library, {"rating": "4"})
    assert theirs.read_bytes() == before


def failed(library: Library, values: Mapping[str, str]) -> tuple[str, str, str]:
    library.decisions.set_fields([1], values)
    status = library.write(library.plan(), DANGER).wait()
    (item,) = library.operation(status.id).items
    return item.status, item.code, item.message


LONG = "n" * 247 + ".heic"  # the name of its sidecar would have 256 bytes


@pytest.mark.parametrize(
    ("obstruct", "name", "result"),
    [
        (lambda path: path.with_name(f"{path.name}.xmp").mkdir(), "a.heic", ("conflict", "changed_on_disk")),
        (lambda path: path.with_name(f"{path.name}.xmp").symlink_to("x"), "a.heic", ("conflict", "changed_on_disk")),
        (lambda path: sidecar_of(path, photos.packet("")).chmod(0o444), "a.heic", ("failed", "read_only")),
        (
            lambda path: os.link(sidecar_of(path, photos.packet("")), path.with_name("b")),
            "a.heic",
            ("failed", "hard_linked"),
        ),
        (lambda path: sidecar_of(path, b"<x/>"), "a.heic", ("failed", "no_strategy_yet")),
        (lambda path: sidecar_of(path, b""), "a.heic", ("failed", "no_strategy_yet")),
        (lambda path: path.parent.chmod(0o555), "a.heic", ("failed", "read_only")),
    ],
)
def test_sidecar_that_may_not_be_written_is_refused(
    folder: Path, library: Library, obstruct: object, name: str, result: tuple[str, str]
) -> None:
    path = put(folder / name, without_room())
    library.scan()
    library.decisions.set_fields([1], {"title": "Sea"})
    plan = library.plan()
    volumes.forget()
    obstruct(path)  # type: ignore[operator]  # a lambda
    before = {each.name: each.read_bytes() if each.is_file() else b"" for each in folder.iterdir()}
    try:
        status = library.write(plan, DANGER).wait()
        (item,) = library.operation(status.id).items
        assert (item.status, item.code) == result, item.message
        after = {each.name: each.read_bytes() if each.is_file() else b"" for each in folder.iterdir()}
    finally:
        folder.chmod(0o755)
    assert after == before


def sidecar_of(path: Path, data: bytes) -> Path:
    return put(path.with_name(f"{path.name}.xmp"), data)


def test_value_of_the_sidecar_counts(folder: Path, library: Library) -> None:
    data = photos.with_segments(photos.photo("jpeg"), photos.xmp_segment(photos.packet(photos.ATTRIBUTES)))
    path = put(folder / "a.jpg", data)
    beside = photos.packet('<rdf:Description xmp:Rating="5"><dc:title>Of the sidecar</dc:title></rdf:Description>')
    sidecar = sidecar_of(path, beside)
    library.scan()
    assert known(library)["title"] == "Of the sidecar"
    assert known(library)["rating"] == "5"
    assert known(library)["location"] == "Rom"
    first = write(library, {"title": "New"})
    assert (path.read_bytes(), known(library)["title"]) == (data, "New")
    changed = sidecar.read_bytes()
    operation = write(library, {"location": "Oslo"})  # of the photo alone
    assert sidecar.read_bytes() == changed
    assert path.read_bytes() != data
    assert known(library)["title"] == "New"
    library.rollback(operation).wait()
    assert path.read_bytes() == data
    library.rollback(first).wait()
    assert sidecar.read_bytes() == beside


def test_items_of_a_photo_and_of_its_sidecar_are_rolled_back_together(folder: Path, library: Library) -> None:
    data = photos.with_segments(photos.photo("jpeg"), photos.xmp_segment(photos.packet(photos.ATTRIBUTES)))
    path = put(folder / "a.jpg", data)
    beside = photos.packet("<rdf:Description><dc:title>Of the sidecar</dc:title></rdf:Description>")
    sidecar = sidecar_of(path, beside)
    library.scan()
    first = write(library, {"location": "Oslo"})
    write(library, {"title": "New"})
    write(library, {"location": "Bern"})
    library.rollback(first, with_newer=True).wait()
    assert path.read_bytes() == data
    assert sidecar.read_bytes() == beside


def test_value_of_the_photo_is_not_removed_by_a_sidecar(folder: Path, library: Library) -> None:
    packet = photos.packet("<rdf:Description><dc:title>T</dc:title></rdf:Description>", padding=0)
    put(folder / "a.heic", heif.heic(photos.picture(), [heif.Item(b"mime", packet, XMP, pieces=2)]))
    library.scan()
    assert known(library) == {"title": "T"}
    assert library.decisions.set_fields([1], {"title": ""}).unsupported == 1
    (item,) = library.plan().items
    assert (item.risk_level, [issue.code for issue in item.issues]) == ("blocked", ["field_unsupported"])
    assert "A sidecar cannot remove the value of the photo." in item.issues[0].message
    write(library, {"title": "Other"})
    assert known(library) == {"title": "Other"}


def test_other_properties_of_a_sidecar_are_kept(folder: Path, library: Library) -> None:
    path = put(folder / "a.heic", without_room())
    sidecar = sidecar_of(path, b"\xef\xbb\xbf" + photos.packet(photos.OTHERS, wrapped=False, padding=3) + b"\n")
    library.scan()
    write(library, {"title": "Sea"})
    changed = sidecar.read_bytes()
    assert changed.startswith(b"\xef\xbb\xbf<x:xmpmeta")
    assert changed.endswith(b"</x:xmpmeta>   \n")
    assert b"mine:regions" in changed
    assert b"<!-- kept -->" in changed


def test_name_that_is_too_long_is_blocked_in_the_plan(folder: Path, library: Library) -> None:
    put(folder / LONG, without_room())
    library.scan()
    library.decisions.set_fields([1], {"title": "Sea"})
    (item,) = library.plan().items
    assert (item.risk_level, [issue.code for issue in item.issues]) == ("blocked", ["no_strategy_yet"])
    assert "The name of the sidecar would be longer" in library.files.file(1).strategy_why


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_rebuilt_home_rolls_a_sidecar_back(tmp_path: Path, executor: str) -> None:
    folder, home = tmp_path / "photos", tmp_path / "home"
    folder.mkdir()
    put(folder / "a.heic", without_room())
    with Library.open(home, config=settings.load(home, executor=executor)) as library:
        library.inventory.add(folder, photos=True)
        library.scan()
        operation = write(library, {"title": "Sea"})
        ((details,), _) = library.backups.show(operation)
        assert details.comes_back == "no sidecar: a.heic.xmp is removed"
    Library.rebuild_database(home)
    with Library.open(home) as library:
        (item,) = library.operation(operation).items
        assert item.status == "success"
        library.rollback(operation).wait()
    assert [each.name for each in folder.iterdir()] == ["a.heic"]
