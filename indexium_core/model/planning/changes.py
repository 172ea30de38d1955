"""Changes from a spreadsheet as values: differences from the plan, and rejected rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.shapes import ListPage, Shaped

_PLAN_ONLY = "This import does not write any files. It only changes the plan."
_COUNTED = (
    ("people", "Other people"),
    ("fields", "Other fields"),
    ("postponed", "Skipped"),
    ("brought_back", "No longer skipped"),
    ("modes", "Other modes"),
)
_Row = TypeVar("_Row")


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

    @property
    def tags(self) -> list[dict[str, str]] | None:
        """The people: kept, then removed (`kind` is `del`), then added ones (`add`); None if they stay as they are."""
        if self.after is None:
            return None
        return [
            *({"text": name, "kind": ""} for name in self.after if name in self.before),
            *({"text": name, "kind": "del"} for name in self.removed),
            *({"text": name, "kind": "add"} for name in self.added),
        ]

    @property
    def chips(self) -> list[dict[str, str]]:
        """What a person should notice: a level and a text each."""
        flags = (
            (bool(self.conflict), "warning", "edited here"),
            (self.removes_everyone, "danger", "removes all people"),
            (self.postponed is True, "note", "skip"),
            (self.postponed is False, "note", "no longer skipped"),
        )
        return [{"level": level, "text": text} for is_meant, level, text in flags if is_meant]

    @property
    def message(self) -> str:
        """The other changes, the conflict and the line, in words."""
        return " · ".join(part for part in (self._note, self.conflict, f"line {self.line}") if part)

    @property
    def _note(self) -> str:
        parts = [
            f"{title_of(each.field)}: {each.before or 'no value'} → {each.after or 'no value'}" for each in self.fields
        ]
        parts += [mode for mode in (self.people_mode, self.comment_mode) if mode]
        parts += [f"until {wording.day(self.until)}"] if self.until else []
        if self.after is not None and not self.added and not self.removed:
            parts.append("another order")
        return ", ".join(parts)


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

    @property
    def files(self) -> int:
        """The number of files that would change without a choice."""
        return len(self.applicable())

    @property
    def facts(self) -> list[list[str]]:
        """The numbers of files by kind of change, with a label each."""
        counts = self.counts(overwrite=True)
        found = [[label, wording.files(counts[kind])] for kind, label in _COUNTED if counts[kind]]
        return [*found, ["Unchanged", wording.files(self.unchanged)]]

    @property
    def loss(self) -> str:
        """How many files would have no people left, as a sentence; "" for none."""
        lost = self.counts(overwrite=True)["removes_everyone"]
        return f"{wording.files(lost)} would have no people left: the cell of the people is empty." if lost else ""

    @property
    def hint(self) -> str:
        """What an import does and does not do, in sentences."""
        return " ".join([_PLAN_ONLY, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChangePage(ListPage):
    """One page of the files that would change."""

    items: list[FileChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineErrorPage(ListPage):
    """One page of the rejected rows."""

    items: list[LineError]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChanges(Shaped):
    """What a person sees before the import of an edited export."""

    preview: ChangesPreview
    rows: FileChangePage
    errors: LineErrorPage

    @classmethod
    def of(cls, preview: ChangesPreview, *, page: int, errors_page: int, per_page: int) -> ShownChanges:
        """Return one page of each list of a preview."""
        page, errors_page = max(1, page), max(1, errors_page)
        rows, problems = preview.rows, preview.errors
        return cls(
            preview=preview,
            rows=FileChangePage(items=_part(rows, page, per_page), total=len(rows), page=page, per_page=per_page),
            errors=LineErrorPage(
                items=_part(problems, errors_page, per_page), total=len(problems), page=errors_page, per_page=per_page
            ),
        )


def _part(rows: Sequence[_Row], page: int, per_page: int) -> list[_Row]:
    return list(rows[(page - 1) * per_page : page * per_page])


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
