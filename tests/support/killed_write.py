"""What runs in the process that is killed in the middle of a whole operation."""

from __future__ import annotations

from pathlib import Path

from indexium_core.library import Library
from indexium_core.model.operation import WriteOptions
from tests.support.crashes import Bomb

ALL = WriteOptions(risk=("safe", "warning", "danger"))


def write(home: Path, at: int, moment: str) -> None:
    """Write the plan of `home`, killed at the `at`-th call that changes something on disk (0: at none)."""
    with Library.open(home) as library:
        plan = library.plan()
        Bomb(at, moment)
        counts = library.write(plan, ALL).wait().counts
        assert set(counts) == {"success"}, counts


def roll_back(home: Path, operation_id: int, at: int, moment: str) -> None:
    """Take an operation of `home` back, killed likewise."""
    with Library.open(home) as library:
        Bomb(at, moment)
        counts = library.rollback(operation_id).wait().counts
        assert set(counts) == {"success"}, counts
