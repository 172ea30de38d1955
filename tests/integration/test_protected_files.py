"""Files that no one may change: immutable, append-only and read-only ones are blocked in the plan, with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import volumes
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.library import Library
from indexium_core.model.planning.plan import PlanItem
from tests.support import media
from tests.support.attributes import protected

IMMUTABLE = "The file is immutable: remove the attribute with 'chattr -i'"
APPEND_ONLY = "The file is append-only: remove the attribute with 'chattr -a'"


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    path = media.build("mp4", folder, name="sea.mp4", seed=1)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    return path


def planned(library: Library, film: Path) -> PlanItem:
    """Return the planned file with a person."""
    library.people.add([film], ["Ann Lee"])
    (item,) = library.plan().items
    return item


def blocks(item: PlanItem) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in item.issues if each.severity == "blocked"]


def test_protected_file_is_blocked_until_a_scan_without_its_attribute(library: Library, film: Path) -> None:
    library.scan([film.parent])
    library.people.add([film], ["Ann Lee"])
    for attribute, reason in (("i", IMMUTABLE), ("a", APPEND_ONLY)):
        with protected(film, attribute):
            library.scan(full=True)
            (item,) = library.plan().items
            assert (item.risk_level, blocks(item)) == (
                "blocked",
                [("read_only", f"The file cannot be written. {reason}.")],
            )
            assert library.inventory.quality().unwritable == 1
            (listed,) = library.inventory.files("unwritable").items
            assert listed.message == f"{reason}."
            library.scan()  # nothing has changed
            assert library.plan().items[0].risk_level == "blocked"
        library.scan()
        assert library.plan().items[0].risk_level == "safe"
        assert library.inventory.quality().unwritable == 0
    assert library.write(library.plan()).wait().counts["success"] == 1


def test_file_that_becomes_protected_after_the_scan_fails_with_the_reason(library: Library, film: Path) -> None:
    library.scan([film.parent])
    planned(library, film)
    before = film.read_bytes()
    with protected(film):
        status = library.write(library.plan()).wait()
        (outcome,) = library.operation(status.id).items
        assert (outcome.status, outcome.code) == ("failed", "read_only")
        assert "immutable" in (outcome.message)
        assert film.read_bytes() == before


def test_read_only_file_is_counted_where_the_plan_blocks_it(library: Library, film: Path) -> None:
    film.chmod(0o444)
    library.scan([film.parent])

    assert blocks(planned(library, film)) == [("read_only", "The file cannot be written: it is read-only (mode 444).")]
    assert library.inventory.quality().unwritable == 1
    (listed,) = library.inventory.files("unwritable").items
    assert (listed.file_name, listed.message) == ("sea.mp4", "It is read-only (mode 444).")
    film.chmod(0o644)
    library.scan()
    assert library.inventory.quality().unwritable == 0


def test_side_files_are_judged_by_their_attributes(tmp_path: Path) -> None:
    folder, nfo = tmp_path / "Alpha", tmp_path / "Alpha" / "movie.nfo"
    folder.mkdir()
    nfo.write_text("<movie/>")
    for attribute, reason in (("i", IMMUTABLE), ("a", APPEND_ONLY)):
        with protected(nfo, attribute), pytest.raises(errors.RefusedError, match=reason) as refused:
            FolderReader({}).present(os.fsencode(nfo))
        assert refused.value.reason == "not_replaceable"
        with protected(folder, attribute):
            assert not FolderReader({}).is_writable(os.fsencode(folder))
    assert FolderReader({}).present(os.fsencode(nfo))
    assert FolderReader({}).is_writable(os.fsencode(folder))


def test_file_in_protected_folder_is_not_replaced(film: Path) -> None:
    path = os.fsencode(film)
    assert volumes.capabilities(path, nlink=1, faststart="keep").replace
    for attribute in "ia":
        with protected(film.parent, attribute):
            volumes.forget()
            found = volumes.capabilities(path, nlink=1, faststart="keep")
            assert (found.replace, found.protected) == (False, "")
    assert volumes.protection(b"/no/such/file") == ""
