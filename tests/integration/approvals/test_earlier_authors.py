"""Nobody has looked at what a program proposes: who changed it since it was written last does not approve it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import permissions_of
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.store.review import steps
from tests.integration.approvals.test_approvals import Team, team
from tests.integration.test_swapped_files import remux
from tests.support import media, tables
from tests.support.published_home import FAMILY, HOME, SettledHome, picture, select_picture, tree
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import until

NIGHT = Actor("schedule", "scan", "scan")
ROOT, ANN = Actor("user", "1", "Root"), Actor("user", "2", "Ann")
YOURS = "You changed what would be written of {} of request"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Team]:
    studio = Studio(tmp_path, 2)
    yield team(studio)
    studio.library.close()


def films_at_night(home: Team, query: str = "") -> str:
    """Return why Ann does not approve the films of a schedule; the request is rejected."""
    home.library.configuration.set("approval_risk", "safe")
    request = home.proposed(NIGHT, query=query)
    with home.library.acting_as(home.ann):
        found = home.library.approvals.why_not_approve(request.id)
        home.library.approvals.reject(request.id, "Later.")
    home.library.configuration.set("approval_risk", None)
    return found


def opened(settled: SettledHome, folder: Path) -> Library:
    media_folder = settled.lay_out(folder / "media")
    library = settled.open(folder / "home", media_folder)
    library.publications.set_options(1, publish="both")
    for name, role in (("Root", "admin"), ("Ann", "approver")):
        library.users.add(name, "correct horse", role=role)
    return library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with opened(HOME, tmp_path) as library:
        yield library


def titles_at_night(library: Library, *addresses: str, approver: Actor = ANN) -> str:
    """Return why somebody does not approve a publication of a schedule; the request is rejected."""
    library.configuration.set("approval_risk", "safe")
    selection = PublicationSelection(addresses=addresses, alone=True, risk=("safe", "warning", "danger"))
    with library.acting_as(NIGHT), pytest.raises(errors.ApprovalNeededError) as error:
        library.publications.start(selection)
    with library.acting_as(approver):
        found = library.approvals.why_not_approve(error.value.approval_id)
        library.approvals.reject(error.value.approval_id, "Later.")
    library.configuration.set("approval_risk", None)
    return found


def film(library: Library, title: str) -> int:
    return next(each.id for each in library.titles.list(per_page=100).items if each.title == title)


def test_author_stays_when_the_step_is_deleted(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MAX_STEPS", 1)
    keeper, tram = film(library, "The Lantern Keeper"), film(library, "Night Tram")
    with library.acting_as(ANN):
        library.titles.set(keeper, "plot", "Another plot.")
        library.titles.set(tram, "plot", "A third plot.")
    assert len(library.steps.list()) == 1
    assert YOURS.format("1 title") in titles_at_night(library, f"movie:{keeper}")


def test_who_takes_the_choice_of_another_back_is_an_author(library: Library) -> None:
    tram = film(library, "Night Tram")
    library.publications.start(PublicationSelection(addresses=(f"movie:{tram}",), alone=True)).wait()
    stopped = library.publications.choose(f"movie:{tram}", "stop")
    library.titles.set(tram, "plot", "Another plot.")
    assert stopped.step_id is not None
    with library.acting_as(ROOT):
        library.steps.undo(stopped.step_id)
    assert YOURS.format("1 title") in titles_at_night(library, f"movie:{tram}", approver=ROOT)
    assert titles_at_night(library, f"movie:{tram}") == ""


def test_author_of_a_series_is_one_of_its_episodes(library: Library) -> None:
    [(series,)] = tables.rows(library, "SELECT min(series_id) FROM episodes")
    [(episode,)] = tables.rows(library, f"SELECT min(id) FROM episodes WHERE series_id = {series}")
    library.publications.start(PublicationSelection(filter=PublicationFilter())).wait()
    with library.acting_as(ANN):
        library.titles.set(series, "title", "Another Show")
    assert YOURS.format("1 title") in titles_at_night(library, f"episode:{episode}")


def test_author_of_a_home_video_is_one_of_its_file(tmp_path: Path) -> None:
    with opened(FAMILY, tmp_path) as library:
        [path] = (tmp_path / "media").rglob("Garden.mp4")
        file_id = int(library.files.find(str(path)))
        with library.acting_as(ANN):
            library.decisions.edit([file_id], ["Cy Orr"])
        assert YOURS.format("1 title") in titles_at_night(library, f"video:{file_id}")


def test_restored_files_are_not_what_an_author_changed(library: Library, tmp_path: Path) -> None:
    tram = film(library, "Night Tram")
    select_picture(library, tram, picture("red"))
    one = PublicationSelection(addresses=(f"movie:{tram}",), alone=True)
    library.publications.start(one).wait()
    with library.acting_as(ANN):
        library.titles.set(tram, "plot", "Another plot.")
    [poster] = (tmp_path / "media").rglob("Night Tram*/poster.jpg")
    poster.unlink()
    restore = PublicationSelection(addresses=one.addresses, alone=True, restore=True)
    assert library.publications.start(restore).wait().counts == {"success": 1}
    assert not [name for name, content in tree(tmp_path / "media").items() if b"Another plot." in content]
    assert YOURS.format("1 title") in titles_at_night(library, f"movie:{tram}")


def test_schedule_that_a_person_starts_is_a_program(library: Library) -> None:
    with library.acting_as(ANN):
        library.titles.set(film(library, "Night Tram"), "plot", "Another plot.")
    library.configuration.set("approval_risk", "safe")
    with library.acting_as(ROOT):
        changes = {"auto_publish": True, "scheduled_scan": True, "automation_mode": "automatic"}
        library.automation.change(1, changes)
        library.schedules.run("scan")
    until(lambda: library.approvals.list("waiting").total == 1)
    [request] = library.approvals.list("waiting").items
    assert str(request.proposer) == str(ROOT)
    with acting_as(ANN):
        assert YOURS.format("1 title") in library.approvals.why_not_approve(request.id)


def test_removal_of_one_person_is_not_what_an_author_changed(home: Team) -> None:
    library = home.library
    file_id = int(library.files.find(str(home.studio.paths[0])))
    operation = library.write(library.plan(), ALL)
    operation.wait()
    with library.acting_as(home.ann):
        library.decisions.set_fields([file_id], {"title": "Another title"})
        assert library.rollback(operation.id, person="Ann Lee", replan=True).wait().counts == {"success": 2}
    assert YOURS.format("1 file") in films_at_night(home)


def test_import_counts_after_its_file_has_moved(home: Team) -> None:
    library, folder = home.library, home.studio.films
    source = folder / "people.csv"
    source.write_text("path,person\nlater.mp4,Cy Orr\n")
    with library.acting_as(home.ann):
        library.people.import_file(source, root=folder)
    path = media.build("mp4", folder, name="later.mp4", seed=77)
    os.utime(path, (OLD, OLD))
    with library.acting_as(NIGHT):
        library.scan([folder])
    path.rename(folder / "moved.mp4")
    with library.acting_as(NIGHT):
        library.scan([folder])
    assert YOURS.format("1 file") in films_at_night(home, "name:moved")


def test_person_of_a_film_counts_for_copies_after_another_program_wrote_it(home: Team) -> None:
    library, path = home.library, home.studio.paths[0]
    with library.acting_as(home.ann):
        library.people.add_to_files([library.plan().items[0].file_id], ["Cy Orr"])
    remux(path, "matroska")
    path = path.rename(path.with_suffix(".mkv"))
    os.utime(path, (OLD + 5, OLD + 5))
    with library.acting_as(NIGHT):
        library.scan([path.parent])
    path.with_name("copy.mkv").write_bytes(path.read_bytes())
    os.utime(path.with_name("copy.mkv"), (OLD + 5, OLD + 5))
    with library.acting_as(NIGHT):
        library.scan([path.parent])
    assert YOURS.format("1 file") in films_at_night(home, "name:copy")


def test_token_of_the_only_other_person_who_decides_does_not_write_at_once(home: Team) -> None:
    library = home.library
    library.configuration.set("approval_risk", "safe")
    with library.acting_as(home.root):
        made = library.tokens.add("night", permissions=sorted(permissions_of("approver")), user="Ann")
    request = home.proposed(Actor("token", str(made.token.id), "Ann (night)"))
    for actor in (home.root, home.ann):
        with library.acting_as(actor):
            assert "somebody else has to decide" in library.approvals.why_not_approve(request.id)
