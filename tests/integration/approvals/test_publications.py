"""Approval of publications, and of work that schedules and senders start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.cli import app
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.published_home import HOME, states, tree

PASSWORD = "correct horse"
ALL = PublicationSelection(filter=PublicationFilter())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(tmp_path / "home", folder) as opened:
        [found] = opened.inventory.list()
        opened.publications.set_options(found.library_id, publish="nfo")
        for name, role in (("Root", "admin"), ("Ann", "approver"), ("Bob", "editor")):
            opened.users.add(name, PASSWORD, role=role)
        opened.configuration.set("approval_files", "1")
        yield opened


ROOT, ANN, BOB = (Actor("user", str(number), name) for number, name in enumerate(("Root", "Ann", "Bob"), 1))


def test_publication_is_approved_written_and_rolled_back(library: Library, folder: Path) -> None:
    before = states(folder)
    with library.acting_as(BOB), pytest.raises(errors.ApprovalNeededError) as error:
        library.publications.start(ALL)
    request = library.approvals.get(error.value.approval_id)
    assert (request.kind, request.state, request.noun) == ("publish", "waiting", "title")
    with library.acting_as(BOB):
        preview = library.previews.of_publication(ALL)
    assert (request.files, request.reasons) == (preview.summary.titles, list(preview.reasons))
    assert preview.summary.digest == library.publications.summary(ALL).digest
    assert states(folder) == before

    film = next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")
    library.titles.set(film, "plot", "Another plot.")
    with (
        library.acting_as(ANN),
        pytest.raises(errors.StalePlanError, match="1 title differs from what was proposed: The Lantern Keeper"),
    ):
        library.approvals.approve(request.id)
    assert states(folder) == before

    with library.acting_as(ANN):
        approved = library.approvals.approve(request.id)
    assert approved.operation_id is not None
    assert set(library.handle(approved.operation_id).wait(60).counts) == {"success"}
    assert b"Another plot." in tree(folder)["Films/The Lantern Keeper (2014)/movie.nfo"]
    operation = library.operation(approved.operation_id).operation
    assert operation.people == "proposed by Bob, approved by Ann"

    with library.acting_as(ANN), pytest.raises(errors.ApprovalNeededError) as error:
        library.rollback(operation.id)
    rollback = library.approvals.get(error.value.approval_id)
    assert (rollback.kind, rollback.reverts_id) == ("rollback", operation.id)
    done = library.approvals.approve(rollback.id)  # by who uses this computer
    assert done.operation_id is not None
    library.handle(done.operation_id).wait(60)
    assert tree(folder) == {name: each.content for name, each in before.items()}


def test_command_says_that_the_publication_waits(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(library.home)
    library.close()
    code = app.main(["--home", home, "publish", "--yes"])
    said = " ".join(capsys.readouterr().err.split())
    question, _, waits = said.partition("Nothing is written before another person approves it: ")
    assert (code, " titles would be published " in question) == (4, True)
    assert waits.startswith("it has 9 titles, and more than 1 wait.")


def test_publication_of_a_schedule_waits_too(library: Library) -> None:
    schedule = Actor("schedule", "library-update", "library-update")
    with library.acting_as(schedule), pytest.raises(errors.ApprovalNeededError):
        library.publications.publish(ALL)
    assert library.approvals.list("waiting").total == 1
    assert library.history().total == 0


def test_author_of_a_title_does_not_approve_its_publication(library: Library, folder: Path) -> None:
    """The person who made a step since the proposal, also if it is undone."""
    film = next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")
    one = PublicationSelection(addresses=(f"movie:{film}",), alone=True)
    library.configuration.set("approval_files", None)
    library.configuration.set("approval_risk", "safe")
    before = states(folder)
    with library.acting_as(BOB), pytest.raises(errors.ApprovalNeededError) as error:
        library.publications.start(one)
    request = error.value.approval_id
    with library.acting_as(ANN):
        library.titles.set(film, "plot", "Another plot.")
    with library.acting_as(ANN), pytest.raises(errors.ForbiddenError, match=r"written of 1 title of request"):
        library.approvals.approve(request)
    with library.acting_as(ROOT), pytest.raises(errors.StalePlanError, match="1 title differs"):
        library.approvals.approve(request)
    with library.acting_as(ANN):
        library.steps.undo(library.steps.list()[0].step_id)
    with library.acting_as(ANN), pytest.raises(errors.ForbiddenError, match=r"written of 1 title of request"):
        library.approvals.approve(request)
    assert states(folder) == before
    with library.acting_as(ROOT):
        with pytest.raises(errors.StalePlanError, match="1 title differs"):
            library.approvals.approve(request)
        done = library.approvals.approve(request)
    assert done.operation_id is not None
    library.handle(done.operation_id).wait(60)
    with library.acting_as(BOB):
        library.titles.set(film, "plot", "A third plot.")
        with pytest.raises(errors.ApprovalNeededError) as error:
            library.publications.start(one)
    with library.acting_as(ANN):
        assert library.approvals.why_not_approve(error.value.approval_id) == ""  # what Ann changed is published
