"""An earlier publication is rolled back after its film got another name, or after its files were lost and restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.publishing.requests import PublicationSelection
from tests.integration.publishing.test_upgrades import NEW, OLD, beside, ledger, shown, upgrade
from tests.support.effort import effort
from tests.support.published_home import ALL, FOREIGN, tree

BOTH = [(False, "renamed"), (True, "replaced"), (True, "renamed"), (False, "replaced")]


def _film(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "Copper Sky")


@pytest.mark.parametrize(
    ("extras", "is_followed", "how"),
    [(extras, *both) for both, extras in effort.pairs(BOTH, ["deleted", "kept", "renamed"])],
)
def test_publication_under_the_former_name_is_rolled_back(
    library: Library, folder: Path, first: int, *, how: str, is_followed: bool, extras: str
) -> None:
    upgrade(library, folder, how=how, extras=extras)
    film = _film(library)
    if shown(library, film).risk == "safe" and is_followed:
        library.publications.start(ALL).wait()
    before = tree(folder)
    is_asked = extras == "deleted"
    check = library.history.check(first)
    assert check.replaceable == is_asked
    operation = library.rollback(first, with_newer=True, changed="replace" if is_asked else "skip")
    assert set(operation.wait().counts) == {"success"}
    assert beside(folder) == {f"{NEW if extras == 'renamed' else OLD}.nfo": FOREIGN}
    assert ledger(library, film) == []
    library.history.rollback_operation(operation.id)
    assert tree(folder) == before


def test_own_file_comes_back_after_its_edit_was_lost_and_restored(library: Library, folder: Path, first: int) -> None:
    nfo = folder / f"Films/{OLD}.nfo"
    nfo.unlink()
    assert library.disaster_recovery.validate_integrity(repair=True).is_good
    [conflict] = [each for each in library.history.check(first).conflicts if "Copper" in each.file_path]
    assert (conflict.code, conflict.choices) == ("superseded_by", ("newer",))
    assert set(library.rollback(first, with_newer=True).wait().counts) == {"success"}
    assert beside(folder) == {nfo.name: FOREIGN}


def test_change_between_two_publications_is_a_choice(library: Library, folder: Path, first: int) -> None:
    nfo = folder / f"Films/{OLD}.nfo"
    theirs = nfo.read_bytes().replace(b"</movie>", b"<mine>1</mine></movie>")
    nfo.write_bytes(theirs)
    library.titles.set(_film(library), "plot", "Another plot.")
    library.publications.refresh(disk=True)
    library.publications.start(PublicationSelection(addresses=(f"movie:{_film(library)}",))).wait()
    before = tree(folder)
    check = library.history.check(first)
    [conflict] = check.conflicts
    assert conflict.choices == ("newer", "replace")
    assert conflict.message.endswith("this file later and another program changed or deleted Copper Sky (2013).nfo.")
    assert (check.replaceable, check.superseded) == (1, 1)
    for options in ({"with_newer": True}, {"changed": "replace"}):
        assert [each.file_path for each in library.history.check(first, RollbackOptions(**options)).conflicts] == [
            conflict.file_path
        ]
    operation = library.rollback(first, with_newer=True, changed="replace")
    assert set(operation.wait().counts) == {"success"}
    assert beside(folder) == {nfo.name: FOREIGN}
    library.history.rollback_operation(operation.id)
    assert tree(folder) == before


def test_film_and_files_that_get_their_first_names_again_can_be_rolled_back(
    library: Library, folder: Path, first: int
) -> None:
    upgrade(library, folder, how="renamed", extras="kept")
    film = _film(library)
    assert shown(library, film).risk == "safe"
    second = library.publications.start(ALL)
    second.wait()
    for each in list((folder / "Films").glob(f"{NEW}*")):
        each.rename(each.with_name(each.name.replace(NEW, OLD)))
    library.scan()
    assert shown(library, film).risk == "unchanged"
    for operation in (second.id, first):
        assert library.history.check(operation).noun == "title"
    assert set(library.rollback(first, with_newer=True).wait().counts) <= {"success", "skipped"}
    assert beside(folder) == {f"{OLD}.nfo": FOREIGN}
    assert ledger(library, film) == []


def test_poster_that_a_person_deletes_is_asked_about_although_the_title_was_published_again(
    library: Library, folder: Path, first: int
) -> None:
    library.titles.set(_film(library), "plot", "Another plot.")
    library.publications.refresh()
    library.publications.start(ALL).wait()
    (folder / f"Films/{OLD}-poster.jpg").write_bytes(b"")  # as an interrupted copy leaves it
    [conflict] = [each for each in library.history.check(first).conflicts if "Copper" in each.file_path]
    assert conflict.choices == ("newer", "replace")
    assert conflict.message.endswith(f"and another program changed or deleted {OLD}-poster.jpg.")


def test_rollback_beside_a_deleted_film_is_refused_in_advance(library: Library, folder: Path, first: int) -> None:
    (folder / f"Films/{OLD}.mp4").unlink()
    library.scan()
    [conflict] = library.history.check(first).conflicts
    assert (conflict.code, conflict.message.endswith("no longer exists.")) == ("missing_file", True)
