"""Photos through the whole program: scanned, planned, written, verified by Pillow, rolled back byte for byte."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import photos
from tests.support.studio import OLD

DANGER = WriteOptions(risk=("safe", "warning", "danger"))
TAKEN = "2019-07-31T18:30:00"
KINDS = [family.name for family in registry.PHOTOS]


def shown(path: Path) -> Mapping[str, str]:
    _, layout = registry.examine(BytesReader(path.read_bytes()))
    return {each.field: each.value for each in layout.fields if each.takes_value}


def test_photo_of_every_kind_is_written_and_rolled_back(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = {kind: folder / f"photo.{kind}" for kind in KINDS}
    for kind, path in paths.items():
        path.write_bytes(photos.photo(kind, exif=photos.exif(rating=2)))
        os.utime(path, (OLD, OLD))
    originals = {kind: path.read_bytes() for kind, path in paths.items()}
    steps = (
        ({"title": "Sea", "rating": "4", "keywords": "beach; family", "creation_time": TAKEN}, ["Ann", "Zoë Öz"]),
        ({"title": "long " * 60, "rating": "5"}, ["Ann"]),
        ({"title": "", "rating": "", "keywords": "", "creation_time": ""}, []),
    )
    with Library.open(tmp_path / "home") as library:
        library.inventory.add(folder, photos=True)
        library.scan()
        ids = list(range(1, len(KINDS) + 1))
        operations = []
        for values, people in steps:
            library.decisions.set_fields(ids, values)
            library.decisions.edit(ids, people)
            status = library.write(library.plan(), DANGER).wait()
            assert (status.status, status.counts) == ("completed", {"success": len(KINDS)}), library.operation(
                status.id
            ).items
            operations.append(status.id)
            wanted = {key: value.strip() for key, value in values.items() if value}
            if people:
                wanted["comment"] = f"People: {', '.join(people)}"
            assert [kind for kind, path in paths.items() if not wanted.items() <= shown(path).items()] == []
            assert library.plan().statistics.unchanged_count == len(KINDS)
        assert {kind: shown(path) for kind, path in paths.items()} == {kind: {} for kind in KINDS}
        for operation in reversed(operations):
            library.rollback(operation).wait()
    assert [kind for kind, path in paths.items() if path.read_bytes() != originals[kind]] == []


def test_people_of_a_photo_are_those_of_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    path = folder / "photo.JPG"
    packet = photos.xmp_segment(photos.packet(photos.ATTRIBUTES))
    path.write_bytes(photos.with_segments(photos.photo("jpeg"), packet))
    os.utime(path, (OLD, OLD))
    with Library.open(tmp_path / "home") as library:
        library.inventory.add(folder, photos=True)
        library.scan()
        library.decisions.edit([1], ["Anna", "Bob"])
        (item,) = library.plan().items
        assert item.existing_people == ["Anna", "Zoë Öz"]
        status = library.write(library.plan(), DANGER).wait()
        assert status.counts["success"] == 1
    assert shown(path)["comment"] == "People: Anna, Bob"
    assert b"mine:own" in path.read_bytes()
