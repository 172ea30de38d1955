"""
The history of writes of which only the journals are left: every change of every field, and a rollback byte for byte.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails
from indexium_core.store.home_files import FILE_NAME
from tests.support import field_values, own_fields, photos, tables
from tests.support.studio import ALL, OLD

VALUES = {"title": "Hello", "genre": "a; b", "creation_time": "2019-07-31T18:30:00Z", "rating": "4"}
SIDECAR = "heif"  # a photo whose values go into a sidecar
_COLUMNS = "file_path, operation_id, status, previous_comment, new_comment, tags_added, tags_removed, changes"


@dataclass
class Written:
    """A home with a write of all fields into a file of each container, and what its history knew."""

    home: Path
    folder: Path
    old: dict[Path, bytes] = field(default_factory=dict)
    new: dict[Path, tuple[bytes, int]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(library: Library) -> dict[str, Any]:
    found = tables.rows(library, f"SELECT {_COLUMNS} FROM metadata_operation_items")
    return {f"{path} {operation}": rest for path, operation, *rest in found}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    base = tmp_path_factory.mktemp("written")
    made = Written(base / "home", base / "media")
    for container in field_values.CONTAINERS:
        (made.folder / container).mkdir(parents=True)
        field_values.build(container, made.folder / container)
    (made.folder / "beside").mkdir()
    (made.folder / "beside/photo.heic").write_bytes(photos.heic(xmp=photos.packet("", padding=0)))
    for path in contents(made.folder):
        os.utime(path, (OLD, OLD))
    made.old = contents(made.folder)
    with Library.open(made.home) as library:
        own_fields_of(library)
        library.inventory.add(made.folder, photos=True)
        library.scan()
        known = [library.files.find(str(path)) for path in made.old]
        library.decisions.edit(known, ["Eva Late"])
        library.decisions.set_fields(known, VALUES | {"own_text": "of my own"})
        library.database_backups.make()
        done = library.write(library.plan(), ALL).wait()
        assert done.counts == {"success": len(made.old)}
        made.rows = rows(library)
    made.new = {path: (content, path.stat().st_mtime_ns) for path, content in contents(made.folder).items()}
    return made


def own_fields_of(library: Library) -> None:
    field_values.define(library, own_fields.CUSTOM[0].key, "own_text")


@pytest.fixture
def home(written: Written, tmp_path: Path) -> Iterator[Path]:
    """A copy of the home; the files are afterwards as the write left them."""
    yield Path(shutil.copytree(written.home, tmp_path / "home"))
    for path, (content, mtime_ns) in written.new.items():
        path.write_bytes(content)
        os.utime(path, ns=(mtime_ns, mtime_ns))


def roll_back(home: Path) -> list[ItemDetails]:
    """Roll the write back, and return the items that were not restored."""
    with Library.open(home) as library:
        done = library.rollback(1).wait()
        return [item for item in library.operation(done.id, per_page=0).items if item.status != "success"]


def test_restored_history_knows_every_change_and_rolls_back(home: Path, written: Written) -> None:
    Library.restore_database(home)
    with Library.open(home) as library:
        found = rows(library)
    assert found == written.rows
    assert roll_back(home) == []
    assert contents(written.folder) == written.old


def test_history_of_journals_alone_knows_every_change_and_rolls_back(home: Path, written: Written) -> None:
    for path in [home / FILE_NAME, *(home / "database-backups").iterdir()]:
        path.unlink()
    Library.rebuild_database(home, scan=False)
    with Library.open(home) as library:
        found = rows(library)
    assert {name: row[:-1] for name, row in found.items()} == {name: row[:-1] for name, row in written.rows.items()}
    known = {name: [each for each in row[-1] if each["field"] != "own_text"] for name, row in written.rows.items()}
    assert {name: row[-1] for name, row in found.items()} == known  # the definition of the own field is lost
    assert roll_back(home) == []
    assert contents(written.folder) == written.old


def test_one_write_goes_into_a_sidecar(written: Written) -> None:
    assert len([path for path in written.new if path.suffix == ".xmp"]) == 1
