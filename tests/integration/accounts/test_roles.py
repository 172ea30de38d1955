"""What each role may do: the services refuse everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import ROLES, Permission, Role, permissions_of
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import WriteOptions
from tests.integration.test_actors import CHANGES, WITHOUT_RECORD, first
from tests.support.call_rules import INTERNAL, RESTRICTED
from tests.support.cases import each_case
from tests.support.studio import ALL, Studio

PASSWORD = "correct horse"
SAFE = WriteOptions(risk=("safe",))
CALLS: dict[Permission, Callable[[Library], object]] = {
    "plan.read": lambda library: library.plan(),
    "query.run": lambda library: library.queries.run("SELECT 1"),
    "plan.edit": lambda library: library.decisions.edit([first(library)], ["Ann Lee"]),
    "people.edit": lambda library: library.people.rename("Ann Lee", "Anna Lee"),
    "titles.edit": lambda library: library.series.detect_and_organize_series(),
    "jobs.manage": lambda library: library.scan(),
    "undo.any": lambda library: library.steps.undo(library.steps.list()[-1].step_id),
    "write.safe": lambda library: library.write(library.plan("id:1"), SAFE).wait(),
    "write.any": lambda library: library.write(library.plan("id:2"), ALL).wait(),
    "rollback": lambda library: library.rollback(1).wait(),
    "publish": lambda library: library.disaster_recovery.validate_integrity(),
    "libraries.manage": lambda library: library.inventory.set_kind(1, "mixed"),
    "settings.manage": lambda library: library.webhooks.add("radarr"),
    "users.manage": lambda library: library.users.list(),
}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    with made.library:
        yield made


def person(library: Library, role: Role) -> Actor:
    """Add an administrator, and a person with a role; return the person."""
    library.users.add("Root", PASSWORD, role="admin")
    user = library.users.add("Bob", PASSWORD, role=role)
    return Actor("user", str(user.id), user.name)


@pytest.fixture
def bob(studio: Studio, role: Role) -> Actor:
    """A person with the role of the test, in a home with a write and a step of somebody else."""
    library = studio.library
    library.write(library.plan("id:3"), ALL).wait()
    library.decisions.set_fields([3], {"title": "A"})
    return person(library, role)


@pytest.mark.parametrize(
    "role",
    [pytest.param(role, marks=[] if role in {ROLES[0], ROLES[-1]} else pytest.mark.further) for role in ROLES],
)
@each_case("permission", sorted(CALLS, key=lambda each: each in {"people.edit", "undo.any"}))
def test_role_may_do_what_it_has_and_nothing_else(
    studio: Studio, bob: Actor, role: Role, permission: Permission
) -> None:
    library = studio.library
    with library.acting_as(bob):
        if permission in permissions_of(role):
            CALLS[permission](library)
        else:
            with pytest.raises(errors.ForbiddenError, match=rf"for a role with ({permission}|plan\.edit)"):
                CALLS[permission](library)


def test_each_change_names_its_permission() -> None:
    assert {*CHANGES, *WITHOUT_RECORD.split()} - RESTRICTED.keys() - INTERNAL == set()


def test_role_counts_as_it_is_now(studio: Studio) -> None:
    library = studio.library
    bob = person(library, "viewer")
    for role, is_allowed in (("viewer", False), ("editor", True), ("viewer", False)):
        library.users.change("Bob", role=role)
        with library.acting_as(bob):
            if is_allowed:
                library.decisions.edit([first(library)], ["Ann Lee"])
            else:
                with pytest.raises(errors.ForbiddenError):
                    library.decisions.edit([first(library)], ["Ann Lee"])
    library.users.change("Bob", enabled=False)
    with library.acting_as(bob), pytest.raises(errors.ForbiddenError):
        library.plan()


def test_work_goes_on_after_its_person_lost_the_role(studio: Studio) -> None:
    library = studio.library
    bob = person(library, "approver")
    with library.acting_as(bob):
        handle = library.write(library.plan(), ALL)
    library.users.change("Bob", role="viewer")
    assert set(handle.wait().counts) == {"success"}


def test_commands_and_notebooks_of_this_computer_may_do_everything(studio: Studio) -> None:
    person(studio.library, "viewer")
    studio.library.scan()
    assert studio.library.authority.grants is None


def test_service_that_is_called_itself_is_checked(studio: Studio) -> None:
    library = studio.library
    bob = person(library, "viewer")
    library.users.change("Bob", enabled=False)
    with library.acting_as(bob), pytest.raises(errors.ForbiddenError):
        library.history()
    assert library.history().total == 0
