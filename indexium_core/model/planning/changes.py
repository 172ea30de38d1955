"""Changes that come back from a spreadsheet, as values: what differs from the plan, and what cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["ChangesPreview", "FileChange", "LineError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """A row that cannot be taken, and why."""

    line: int  # on which it begins
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What a row asks of a file; None where it asks nothing."""

    line: int
    file_id: int
    file_name: str
    file_path: str
    before: list[str]  # people that the plan would write now
    after: list[str] | None = None  # people that the row has
    postponed: bool | None = None
    until: datetime | None = None  # postponed until then; None: until it is brought back
    people_mode: str | None = None
    comment_mode: str | None = None
    removes_everyone: bool = False  # the file names people now, and would name nobody
    conflict: str = ""  # what was decided here since it was exported; such a row is applied only if it is asked for

    @property
    def added(self) -> list[str]:
        """People who come in."""
        return [name for name in self.after or () if name not in self.before]

    @property
    def removed(self) -> list[str]:
        """People who go."""
        return [] if self.after is None else [name for name in self.before if name not in self.after]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPreview:
    """What a file of changes would do."""

    rows: list[FileChange] = field(default_factory=list)  # files that would be changed, in the order of their lines
    unchanged: int = 0  # rows that say what the plan says
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what else the person should know

    @property
    def conflicts(self) -> int:
        """Rows of files about which something else was decided here since."""
        return sum(bool(row.conflict) for row in self.rows)

    def taken(self, *, overwrite: bool = False) -> list[FileChange]:
        """Return the rows that would be applied; `overwrite`: those with a conflict, too."""
        return [row for row in self.rows if overwrite or not row.conflict]

    def counts(self, *, overwrite: bool = False) -> dict[str, int]:
        """Return how many files would get other people, lose everybody, be skipped, brought back, get other modes."""
        rows = self.taken(overwrite=overwrite)
        return {
            "people": _count(row.after is not None for row in rows),
            "removes_everyone": _count(row.removes_everyone for row in rows),
            "postponed": _count(row.postponed is True for row in rows),
            "brought_back": _count(row.postponed is False for row in rows),
            "modes": _count(bool(row.people_mode or row.comment_mode) for row in rows),
        }


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
