"""Nobody approves what they caused: each change that another work would be written, by any way in."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import permissions_of
from indexium_core.model.approval import Approval
from indexium_core.model.operations.actor import Actor
from tests.integration.approvals.test_approvals import Team, comment, team
from tests.integration.test_actors import CHANGES, first
from tests.support import media
from tests.support.call_rules import RESTRICTED
from tests.support.studio import OLD, Studio

Change = Callable[[Library], object]


def imported(library: Library) -> None:
    """Import people for the first film from a file."""
    path = Path(library.plan().items[0].file_path)
    source = path.with_name("people.csv")
    source.write_text(f"path,person\n{path.name},Cy Orr\n")
    library.people.import_file(source, root=path.parent)


def taken(library: Library) -> None:
    """Import people for the first film from a list that was sent."""
    path = Path(library.plan().items[0].file_path)
    source = path.with_name("sent.csv")
    source.write_text(f"path,person\n{path.name},Cy Orr\n")
    library.people_lists.take(library.people_lists.keep(source, "people.csv"), root=str(path.parent))


# Calls of which no table of records says who made them, and that can change what would be written into the files.
OTHERS: dict[str, Change] = {
    "people.add_to_files": lambda library: library.people.add_to_files([first(library)], ["Cy Orr"]),
    "people.add_typed": lambda library: library.people.add_typed(first(library), "Cy Orr"),
    "people.import_file": imported,
    "people_lists.take": taken,
    "inventory.set_modes": lambda library: library.inventory.set_modes(1, mode="exact"),
    "inventory.set_exclude": lambda library: library.inventory.set_exclude(1, [library.plan().items[0].file_name]),
}
# The other calls of the list change nothing of what a write of files writes: by service, and by call.
_UNCHANGING = """
    approvals artwork artwork_jobs automation backups database_backups disaster_recovery enrichment hash_cache history
    identities jobs matches operations picture_search picture_selection players provider_keys providers publications
    queries query_results retries saved_queries schedules second_factor series snapshots thumbnail_jobs tokens users
    verification views webhooks
"""
UNCHANGING = frozenset(_UNCHANGING.split())
_UNCHANGING_CALLS = """
    checks.as_sql checks.ignore checks.ignore_all checks.unignore fields.change fields.define fields.remove
    people.as_sql people.files_as_sql search.as_sql
    inventory.add inventory.as_sql inventory.browse inventory.exclude_removal inventory.forget_missing
    inventory.media_removal inventory.missing_removal inventory.remove inventory.remove_empty_folders
    inventory.set_cast_people inventory.set_kind inventory.set_media inventory.set_metadata_language
    inventory.set_write_ratings
    people.set_picture people_lists.check people_lists.comparison people_lists.discard
    people.take_from_files rescans.prune_audit rescans.read_file
    interruptions.postpone scans.cancel scans.take_resumed templates.remove templates.save titles.follow
    titles.unassign configuration.file configuration.row configuration.set configuration.table
"""
UNCHANGING_CALLS = frozenset(_UNCHANGING_CALLS.split())
# Calls that record who made them, and after which a request is what was proposed: the test would find another one.
_SAME = """
    artwork_jobs.add history.start_rollback locks.lock locks.set locks.unlock matches.ignore
    operations.start_operation operations.write_single_file picture_selection.reject_candidate
    picture_selection.select_candidate publications.choose publications.discard_changes publications.start
    rescans.add scans.add scans.run steps.undo thumbnail_jobs.add titles.assign_new titles.lock
    titles.set titles.set_library_kind titles.unlock verification.add
"""
SAME = frozenset(_SAME.split())
WALK = {**{name: call for name, call in CHANGES.items() if callable(call)}, **OTHERS}
# Calls for which another one of the list stands: it has their effect by the same code, or the same work waits.
_LIKE_OTHERS = """
    decisions.change_people decisions.replace_person decisions.set_all decisions.set_each history.start_rollback
    locks.lock matches.ignore operations.write_single_file picture_selection.reject_candidate publications.choose
    publications.discard_changes scans.run templates.apply titles.assign_new titles.lock titles.unlock
"""
LIKE_OTHERS = frozenset(_LIKE_OTHERS.split())
NIGHT = Actor("schedule", "scan", "scan")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Team]:
    studio = Studio(tmp_path, 3)
    made = team(studio)
    studio.library.users.add("Eve", "correct horse", role="admin")
    studio.library.configuration.set("approval_risk", "safe")
    yield made
    studio.library.close()


def token_of(library: Library, name: str) -> Actor:
    """Return a token of an administrator, with everything that a token can do."""
    made = library.tokens.add("all", permissions=sorted(permissions_of("admin") - {"users.manage"}), user=name)
    return Actor("token", str(made.token.id), f"{name} (all)")


def why_not(library: Library, request: Approval, actor: Actor) -> str:
    with library.acting_as(actor):
        return library.approvals.why_not_approve(request.id)


def test_each_change_is_walked() -> None:
    walked = {*CHANGES, *OTHERS}
    left = {call for call in RESTRICTED if call not in walked and call.partition(".")[0] not in UNCHANGING}
    assert left == UNCHANGING_CALLS, "Say in OTHERS how the call changes what would be written, or that it does not."


EXCLUDING = {"decisions.postpone", "inventory.set_exclude", "people.remove_from"}  # the file leaves the work


def cases(names: Iterable[str], usual: Collection[str]) -> list[Any]:
    """Return a case for each call; those that are not `usual` are further ones."""
    return [pytest.param(name, marks=[] if name in usual else pytest.mark.further) for name in names]


@pytest.mark.parametrize("name", cases(WALK, WALK.keys() - LIKE_OTHERS))
def test_who_changes_what_would_be_written_does_not_approve_it(home: Team, name: str) -> None:
    """
    A token makes the change, somebody else finds that the digest differs, and the person of the token approves.

    Then a program proposes the same work, which nobody has looked at.
    """
    library = home.library
    request = home.proposed(home.bob)
    with library.acting_as(token_of(library, "Root")), contextlib.suppress(errors.ApprovalNeededError):
        WALK[name](library)
    if name in SAME:
        home.ended(home.approve(request, home.ann))
        return
    with pytest.raises(errors.StalePlanError):
        home.approve(request, home.ann)
    assert why_not(library, request, home.ann) == ""
    assert "omebody else has to approve it" in why_not(library, request, home.root)
    with pytest.raises(errors.ForbiddenError, match="omebody else has to approve it"):
        home.approve(request, home.root)
    assert library.history().total == 0

    with library.acting_as(home.bob):
        library.approvals.withdraw(request.id)
    proposed = home.proposed(NIGHT)
    found = why_not(library, proposed, home.root)
    if name in EXCLUDING:  # the other files are as they were
        assert found == ""
    else:
        assert found.startswith("You changed what would be written of ")
    assert why_not(library, proposed, home.ann) == ""


WRITTEN = {"decisions.edit", "inventory.set_exclude", "people.import_file", "people.rename"}


@pytest.mark.parametrize("name", cases(sorted(WALK.keys() - SAME), WRITTEN))
def test_author_before_the_proposal_of_a_program_does_not_approve_it(home: Team, name: str) -> None:
    """Nobody has looked at what a program proposes; a person who proposes it has."""
    library = home.library
    with library.acting_as(home.root):
        WALK[name](library)
    own = home.proposed(home.bob)
    assert why_not(library, own, home.root) == ""
    with library.acting_as(home.bob):
        library.approvals.withdraw(own.id)
    request = home.proposed(NIGHT)
    if name in EXCLUDING:  # the other files are as they were
        assert why_not(library, request, home.root) == ""
        return
    with pytest.raises(errors.ForbiddenError, match=r"You changed what would be written of [123] files? of request 2"):
        home.approve(request, home.root)
    home.ended(home.approve(request, home.ann))
    with library.acting_as(home.bob):
        library.decisions.edit([1], ["Di Fox"])
    again = home.proposed(NIGHT)
    home.ended(home.approve(again, home.root))  # what Root changed is written


def test_who_only_looks_is_no_author(home: Team) -> None:
    """The page of a request reads the plan, which the first reader after a change refreshes."""
    library = home.library
    request = home.proposed(home.bob)
    with library.acting_as(home.bob):
        library.decisions.edit([first(library)], ["Di Fox"])
    with library.acting_as(home.ann):
        assert library.plan().items
        assert library.approvals.get(request.id)
    with pytest.raises(errors.StalePlanError):
        home.approve(request, home.ann)
    home.ended(home.approve(request, home.ann))


def test_revoked_token_belongs_to_its_person_and_to_who_made_it(home: Team) -> None:
    library = home.library
    request = home.proposed(home.bob)
    with library.acting_as(home.root):
        token = token_of(library, "Eve")
    with library.acting_as(token):
        library.people.rename("Ann Lee", "Anna Lee")
    library.tokens.revoke(int(token.id))
    eve = Actor("user", str(library.users.get("Eve").id), "Eve")
    for actor in (eve, home.root):
        with pytest.raises(errors.ForbiddenError, match="You changed what would be written of 3 files"):
            home.approve(request, actor)
    assert library.history().total == 0


def test_undone_change_that_somebody_looked_at_is_a_change(home: Team) -> None:
    library = home.library
    request = home.proposed(home.bob)
    with library.acting_as(home.root):
        library.decisions.edit([first(library)], ["Mallory"])
    with pytest.raises(errors.StalePlanError):
        home.approve(request, home.ann)
    with library.acting_as(home.root):
        library.steps.undo()
    with pytest.raises(errors.ForbiddenError, match="You changed what would be written of 1 file"):
        home.approve(request, home.root)
    home.ended(home.approve(home.proposed(home.bob), home.root))  # Bob has looked at it again


def test_work_of_a_schedule_and_of_a_sender_is_the_work_of_who_made_it(home: Team) -> None:
    library = home.library
    with library.acting_as(home.root):
        library.schedules.set("reconciliation", enabled=True)
        library.webhooks.add("radarr")
    programs = (
        Actor("schedule", "reconciliation", "reconciliation"),
        Actor("webhook", str(library.webhooks.get("radarr").id), "radarr"),
    )
    for program in programs:
        own = home.proposed(program)
        with pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
            home.approve(own, home.root)
        with library.acting_as(home.ann):
            library.approvals.reject(own.id, "Not now.")
    request = home.proposed(home.bob)
    with library.acting_as(programs[0]):
        library.people.add_to_files([first(library)], ["Cy Orr"])
    with pytest.raises(errors.ForbiddenError, match="You changed what would be written of 1 file"):
        home.approve(request, home.root)


def test_change_of_no_file_counts_if_the_request_is_not_what_was_proposed(home: Team) -> None:
    """Everybody who changed anything since the proposal may have caused it; who proposes it again has looked at it."""
    library = home.library
    request = home.proposed(home.bob)
    with library.acting_as(home.root):
        library.configuration.set("metadata_language", "de")
    assert why_not(library, request, home.root) == ""
    comment(home.studio.paths[0], "People: Di Fox")
    with pytest.raises(errors.ForbiddenError, match="not what Bob proposed any more, and you changed something since"):
        home.approve(request, home.root)
    assert home.proposed(home.bob).id == request.id
    home.ended(home.approve(request, home.root))


def test_people_given_to_a_path_before_its_file_is_there_are_of_who_gave_them(home: Team) -> None:
    """An import for a file that the next scan finds, and a rename of the person before that."""
    library = home.library
    folder = Path(library.plan().items[0].file_path).parent
    source = folder / "people.csv"
    source.write_text("path,person\nlater.mp4,Cy Orr\n")
    with library.acting_as(home.ann):
        library.people.import_file(source, root=folder)
    with library.acting_as(home.root):
        library.people.rename("Cy Orr", "Cy Orrin")
    media.build("mp4", folder, name="later.mp4", seed=77)
    os.utime(folder / "later.mp4", (OLD, OLD))
    library.scan([folder])
    [file_id] = [item.file_id for item in library.plan().items if item.file_name == "later.mp4"]
    request = home.proposed(NIGHT, query="name:later")
    assert [each.item for each in library.approvals.items(request.id).items] == [f"file:{file_id}"]
    for actor in (home.ann, home.root):
        assert "You changed what would be written of 1 file" in why_not(library, request, actor)
    eve = next(each for each in library.users.list() if each.name == "Eve")
    home.ended(home.approve(request, Actor("user", str(eve.id), "Eve")))


def test_people_of_a_later_copy_are_of_who_gave_them_to_the_film(home: Team) -> None:
    library = home.library
    film = Path(library.plan().items[0].file_path)
    with library.acting_as(home.ann):
        library.people.add_to_files([first(library)], ["Cy Orr"])
    copy = film.with_name("copy.mp4")
    shutil.copy2(film, copy)
    library.scan([film.parent])
    request = home.proposed(NIGHT, query="name:copy")
    assert "You changed what would be written of 1 file" in why_not(library, request, home.ann)
    assert why_not(library, request, home.root) == ""


def test_authors_of_a_film_outlive_its_library(home: Team) -> None:
    library = home.library
    folder = Path(library.plan().items[0].file_path).parent
    with library.acting_as(home.ann):
        library.people.add_to_files([first(library)], ["Cy Orr"])
    with library.acting_as(home.root):
        library.inventory.remove(1)
        library.scan([folder])
    request = home.proposed(NIGHT, query='person:"Cy Orr"')
    assert "You changed what would be written of 1 file" in why_not(library, request, home.ann)
