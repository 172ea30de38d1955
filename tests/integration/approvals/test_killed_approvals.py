"""An approval that is killed, or made twice at the same time, starts its work at most once, and loses nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.store.approvals import approvals as store
from tests.support.forks import Forks
from tests.support.studio import ALL, Studio

PASSWORD = "correct horse"
ANN, BOB = Actor("user", "2", "Ann"), Actor("user", "3", "Bob")
KILLED = 9


def proposed(folder: Path) -> Studio:
    """Return a studio with a request of an editor that waits."""
    studio = Studio(folder, 3)
    library = studio.library
    for name, role in (("Root", "admin"), ("Ann", "approver"), ("Bob", "editor")):
        library.users.add(name, PASSWORD, role=role)
    library.configuration.set("approval_risk", "safe")
    with library.acting_as(BOB), pytest.raises(errors.ApprovalNeededError):
        library.write(library.plan(), ALL)
    return studio


def die(*_: Any, **__: Any) -> None:
    os._exit(KILLED)


def before_commit(_: Library) -> None:
    store.add_entry = die


def after_commit(library: Library) -> None:
    library._parts.writing.operations.begin = die  # type: ignore[method-assign, assignment]


def approve(home: Path, trap: Callable[[Library], None]) -> None:
    with Library.open(home) as library:
        trap(library)
        with library.acting_as(ANN):
            library.approvals.approve(1)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """Processes with a whole library."""
    with Forks(__name__) as server:
        yield server


@pytest.mark.parametrize(
    ("trap", "operations", "state"), [(before_commit, 0, "waiting"), (after_commit, 1, "approved")]
)
def test_killed_approval_starts_its_work_once_or_not_at_all(
    forks: Forks, tmp_path: Path, trap: Callable[[Library], None], operations: int, state: str
) -> None:
    studio = proposed(tmp_path)
    home = studio.library.home
    studio.library.close()
    assert forks.run(approve, home, trap) == KILLED

    with Library.open(home, take_over="nothing") as library:
        assert library.approvals.get(1).state == state
        assert library.history().total == operations
        with library.acting_as(ANN):
            if operations:
                with pytest.raises(errors.UsageError, match="nobody can decide about it any more"):
                    library.approvals.approve(1)
                operation_id = library.approvals.get(1).operation_id or 0
                library.resume(operation_id)
            else:
                operation_id = library.approvals.approve(1).operation_id or 0
        assert library.handle(operation_id).wait(60).counts == {"success": 3}
        assert library.history().total == 1
        assert library.approvals.get(1).state == "done"


def test_two_approvals_at_once_start_one_operation(tmp_path: Path) -> None:
    studio = proposed(tmp_path)
    library = studio.library
    barrier, results = threading.Barrier(2), list[str]()

    def decide(actor: Actor) -> None:
        with library.acting_as(actor):
            barrier.wait()
            try:
                results.append(library.approvals.approve(1).state)
            except errors.IndexiumError as error:
                results.append(error.reason)

    threads = [threading.Thread(target=decide, args=[each]) for each in (ANN, Actor("user", "1", "Root"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert "wrong_state" in results
    assert len(results) == 2
    [operation] = library.history().items
    library.handle(operation.id).wait(60)
    library.close()
