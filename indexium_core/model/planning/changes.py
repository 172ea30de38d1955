"""Changes from a spreadsheet as values: differences from the plan, and rejected rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """A rejected row and the reason."""

    line: int  # first line of the row
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """A new value of a field beside the comment."""

    field: str
    before: str | None  # the planned value; None: no value
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """The changes of one row for a file; None for what it does not change."""

    line: int
    file_id: int
    file_name: str
    file_path: str
    before: list[str]  # people of the result in the plan
    after: list[str] | None = None  # people of the row
    postponed: bool | None = None
    until: datetime | None = None  # end of the postponement; None: without end
    people_mode: str | None = None
    comment_mode: str | None = None
    fields: list[FieldEdit] = field(default_factory=list)
    removes_everyone: bool = False  # the file has people now and would have no people left
    conflict: str = ""  # a decision after the export that contradicts the row; the row is then applied only on request

    @property
    def added(self) -> list[str]:
        """People that the row adds."""
        return [name for name in self.after or () if name not in self.before]

    @property
    def removed(self) -> list[str]:
        """People that the row removes."""
        return [] if self.after is None else [name for name in self.before if name not in self.after]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPreview:
    """A preview of the changes of a spreadsheet."""

    rows: list[FileChange] = field(default_factory=list)  # files that would change, in the order of their lines
    unchanged: int = 0  # rows that equal the plan
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # further information for the user

    @property
    def conflicts(self) -> int:
        """Number of rows that conflict with a decision made after the export."""
        return sum(bool(row.conflict) for row in self.rows)

    def applicable(self, *, overwrite: bool = False) -> list[FileChange]:
        """Return the rows that would be applied; `overwrite`: also those with a conflict."""
        return [row for row in self.rows if overwrite or not row.conflict]

    def counts(self, *, overwrite: bool = False) -> dict[str, int]:
        """Return the numbers of files by kind of change: people, no people left, fields, postponed or not, modes."""
        rows = self.applicable(overwrite=overwrite)
        return {
            "people": _count(row.after is not None for row in rows),
            "removes_everyone": _count(row.removes_everyone for row in rows),
            "fields": _count(bool(row.fields) for row in rows),
            "postponed": _count(row.postponed is True for row in rows),
            "brought_back": _count(row.postponed is False for row in rows),
            "modes": _count(bool(row.people_mode or row.comment_mode) for row in rows),
        }


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
