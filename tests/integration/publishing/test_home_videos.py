"""Home videos: their people are the cast of an NFO file with the name of the video."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexium_core.files.titles import nfo
from indexium_core.library import Library
from tests.support.copied_home import SettledHome
from tests.support.published_home import ALL, PUBLISHING_FAMILY, VIDEOS, tree


@pytest.fixture
def prepared() -> SettledHome:
    return PUBLISHING_FAMILY


@pytest.fixture(autouse=True)
def only_nfo_files(library: Library) -> None:
    [found] = library.inventory.list()
    library.publications.set_options(found.library_id, publish="nfo")


def document(path: Path) -> nfo.NfoDocument:
    [found] = nfo.read(os.fsencode(path))[0]
    return found


def publish(library: Library) -> int:
    handle = library.publications.start(ALL)
    assert set(handle.wait().counts) == {"success"}
    return handle.id


def test_only_videos_with_people_or_values_by_hand_are_published(library: Library, folder: Path) -> None:
    assert library.publications.plan().total == 0
    before = tree(folder)
    library.people.add([folder / VIDEOS[0]], ["Ann Lee", "Bob Ray"])
    operation = publish(library)
    path = (folder / VIDEOS[0]).with_suffix(".nfo")
    assert set(tree(folder)) - set(before) == {os.fsdecode(path.relative_to(folder))}
    found = document(path)
    assert (found.kind, found.values["title"]) == ("movie", "Zoë's birthday")
    assert [each["name"] for each in found.values["cast"]] == ["Ann Lee", "Bob Ray"]
    library.history.rollback_operation(operation)
    assert tree(folder) == before


def test_edited_people_and_values_are_those_of_the_decisions(library: Library, folder: Path) -> None:
    library.people.add([folder / VIDEOS[0]], ["Ann Lee", "Bob Ray"])
    file_id = library.files.find(str(folder / VIDEOS[0]))
    library.decisions.edit([file_id], ["Ann Lee"])
    library.decisions.set_fields([file_id], {"title": "The birthday", "date": "2021-06-12"})
    publish(library)
    values = document((folder / VIDEOS[0]).with_suffix(".nfo")).values
    assert [each["name"] for each in values["cast"]] == ["Ann Lee"]
    assert (values["title"], values["release_date"], values["year"]) == ("The birthday", "2021-06-12", 2021)


def test_people_stay_out_if_the_library_says_so(library: Library, folder: Path) -> None:
    library.people.add([folder / VIDEOS[0]], ["Ann Lee"])
    [found] = library.inventory.list()
    library.publications.set_options(found.library_id, people=False)
    publish(library)
    assert "cast" not in document((folder / VIDEOS[0]).with_suffix(".nfo")).values


def test_renamed_person_makes_a_new_edit(library: Library, folder: Path) -> None:
    library.people.add([folder / VIDEOS[0]], ["Ann Lee"])
    publish(library)
    library.people.rename("Ann Lee", "Ann Lee-Ray")
    [row] = library.publications.plan().items
    assert (row.risk, row.action_counts) == ("safe", {"update": 1})
    publish(library)
    [person] = document((folder / VIDEOS[0]).with_suffix(".nfo")).values["cast"]
    assert person["name"] == "Ann Lee-Ray"


def test_moved_folder_keeps_its_files_as_ours(library: Library, folder: Path) -> None:
    library.people.add([folder / VIDEOS[0]], ["Ann Lee"])
    publish(library)
    (folder / "Family").rename(folder / "All of us")
    library.scan()
    library.publications.refresh()
    library.people.rename("Ann Lee", "Ann Lee-Ray")
    [row] = library.publications.plan().items
    assert (row.risk, row.codes) == ("safe", [])


def test_last_person_who_is_removed_leaves_the_file(library: Library, folder: Path) -> None:
    library.people.add([folder / VIDEOS[0]], ["Ann Lee"])
    publish(library)
    library.people.remove([folder / VIDEOS[0]], ["Ann Lee"])
    assert library.publications.unpublished_count() == 1
    publish(library)
    assert "cast" not in document((folder / VIDEOS[0]).with_suffix(".nfo")).values


def test_two_videos_with_one_name_do_not_share_an_nfo_file(library: Library, folder: Path) -> None:
    twin = (folder / VIDEOS[0]).with_suffix(".mkv")
    twin.write_bytes((folder / VIDEOS[1]).read_bytes())
    library.scan()
    library.people.add([folder / VIDEOS[0]], ["Ann Lee"])
    library.people.add([twin], ["Bob Ray"])
    publish(library)
    library.publications.refresh()
    rows = library.publications.plan("birthday", risk=("blocked", "unchanged")).items
    assert sorted((each.risk, each.codes) for each in rows) == [("blocked", ["name_taken"]), ("unchanged", [])]
