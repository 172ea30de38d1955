"""
Changes that come back: an exported plan, edited in a spreadsheet, as decisions.

A row is compared with what the plan said when it was exported (the column `plan_id` tells), so only what somebody
changed in it is a change. Where something else was decided here since, it is a conflict, and left alone unless it is
asked for. Nothing is decided by reading: that is a preview, and `apply` makes all of it one step that can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from indexium_core import errors
from indexium_core.flows.exchange import spreadsheets
from indexium_core.flows.people.people_service import valid_names
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import DecisionReport, Decisions, Step
from indexium_core.model import moments, wording
from indexium_core.model.planning import cells
from indexium_core.model.planning.changes import ChangesPreview, FileChange, LineError
from indexium_core.model.planning.plan import checked_modes
from indexium_core.model.remote_calls import remote
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.planning import exchange as store
from indexium_core.store.planning import plans
from indexium_core.store.planning.exchange import Facts

__all__ = ["PlanImport"]

_MODES = {"people_mode": ("merge", "exact"), "comment_mode": ("replace", "preserve")}
_SHOWN = 10  # files that a sentence names
_SPARE = 10_000  # rows that may be there beyond the files: those of files that are gone, or of another home


@dataclass(slots=True)
class _Row:
    """One row, as far as it has been understood."""

    line: int
    cells: Mapping[str, str]
    file_id: int = 0
    problem: str = ""


class PlanImport:
    """Reads changes and applies them. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        planner: MetadataPlanner,
        decisions: Decisions,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._planner = planner
        self._decisions = decisions
        self._clock = clock

    # Reading.

    @remote(paths=("source",))
    def read(self, source: spreadsheets.Source) -> ChangesPreview:
        """
        Compare an edited CSV with the plan; decides nothing.

        Args:
            source: The file, its text or its bytes: UTF-8 with or without a byte order mark, UTF-16; split by commas,
                semicolons or tabs.

        Raises:
            UsageError: It cannot be understood as a whole: no text, no such columns, a quote that is not closed.

        """
        columns, lines = spreadsheets.read(source)
        reader = self._database.read()
        found = [_Row(line.line, line.cells, problem=line.problem) for line in _sane(lines, store.count(reader))]
        _find_files(reader, found)
        _refuse_twice(found)
        facts = _Comparison(reader, self._planner, found, now=self._clock())
        changes = [change for row in found if not row.problem and (change := _change(row, facts)) is not None]
        changes = _without_quarrels(found, changes, facts.now)
        problems = [LineError(line=row.line, message=row.problem) for row in found if row.problem]
        unchanged = len(found) - len(changes) - len(problems)
        return ChangesPreview(
            rows=changes, unchanged=unchanged, errors=problems, notes=[*spreadsheets.notes(columns), *facts.notes]
        )

    # Applying.

    @remote()
    def apply(self, preview: ChangesPreview, *, overwrite: bool = False) -> DecisionReport:
        """
        Decide what a preview showed, all of it at once and as one step that can be undone.

        Args:
            preview: What was read; rows with errors are not in it.
            overwrite: Also where something else was decided here since the export.

        Raises:
            UsageError: There is nothing to apply.
            StalePlanError: Something else was decided about some of the files since the preview.

        """
        rows = preview.taken(overwrite=overwrite)
        if not rows:
            raise errors.UsageError("There is nothing to apply: no row differs from the plan.", code="nothing_to_apply")
        with self._decisions.step(_label) as step:
            reader, newest = step.now()
            _refuse_stale(reader, newest, rows)  # in the transaction that decides: nothing comes in between
            copies = _decide(step, rows, store.copies(reader, [row.file_id for row in rows if row.after is not None]))
        return replace(step.report, copies=copies)


# --- Which files -------------------------------------------------------------------------------------------------


def _sane(lines: Iterator[spreadsheets.SheetRow], files: int) -> Iterator[spreadsheets.SheetRow]:
    """Yield the rows; a file with far more of them than there are files is none of ours, and might fill the memory."""
    for number, line in enumerate(lines):
        if number > files + _SPARE:
            message = f"This has more than {number:,} rows, and there are {files:,} files here: is it an exported plan?"
            raise errors.UsageError(message)
        yield line


def _find_files(reader: Connection, rows: Sequence[_Row]) -> None:
    """Say of each row which file it means, by the best of its names; the others must not speak against it."""
    open_rows = [row for row in rows if not row.problem]
    ids = store.find(reader, "id", filter(None, (_number(row.cells.get("file_id", "")) for row in open_rows)))
    bare = [row for row in open_rows if not row.cells.get("file_id", "").strip()]
    paths = store.find(reader, "path", filter(None, map(_path, bare)))
    hashes = store.find(reader, "hash", filter(None, (row.cells.get("file_hash", "").strip() for row in bare)))
    for row in open_rows:
        row.file_id, row.problem = _file_of(row, ids, paths, hashes)


def _file_of(
    row: _Row, ids: Mapping[int, list[int]], paths: Mapping[bytes, list[int]], hashes: Mapping[str, list[int]]
) -> tuple[int, str]:
    """Return the file that a row means, or why there is none."""
    told, file_hash = row.cells.get("file_id", "").strip(), row.cells.get("file_hash", "").strip()
    if told:
        number = _number(told)
        return (number, "") if number in ids else (0, f"there is no file with the id {told[:30]}")
    if path := _path(row):
        here = paths.get(path, [])
        return (here[0], "") if here else (0, f"no scan knows the file {path.decode('utf-8', 'replace')[:200]}")
    there = hashes.get(file_hash, [])
    if len(there) == 1:
        return there[0], ""
    return 0, "several files are copies of it; name one by file_id or file_path" if there else "it names no file"


def _number(cell: str) -> int:
    """Return a whole number, also as a spreadsheet writes it; 0 for anything else."""
    digits = cell.strip().removesuffix(".0").replace("\u00a0", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0  # a BIGINT


def _path(row: _Row) -> bytes:
    raw = row.cells.get("path_raw", "").strip()
    return unquote_to_bytes(raw) if raw else row.cells.get("file_path", "").encode("utf-8", "replace")


def _refuse_twice(rows: Iterable[_Row]) -> None:
    seen: dict[int, int] = {}
    for row in rows:
        if row.problem:
            continue
        if row.file_id in seen:
            row.problem = f"the same file as in line {seen[row.file_id]}; it can be there only once"
        seen.setdefault(row.file_id, row.line)


# --- What differs ------------------------------------------------------------------------------------------------


class _Comparison:
    """What the plan said of the files when they were exported, and what it says now."""

    def __init__(self, reader: Connection, planner: MetadataPlanner, rows: Sequence[_Row], *, now: datetime) -> None:
        self._reader = reader
        self._planner = planner
        self.moment = now
        self.notes: list[str] = []
        wanted = [row.file_id for row in rows if not row.problem]
        self.now = store.facts(reader, planner.newest(planner.generate_plan()), wanted)
        self._then: dict[int, dict[int, Facts]] = {}
        for plan_id in {self._plan_of(row) for row in rows if not row.problem}:
            of_plan = [row.file_id for row in rows if not row.problem and self._plan_of(row) == plan_id]
            self._then[plan_id] = self._read(plan_id, of_plan)

    def then(self, row: _Row) -> Facts:
        """Return what the plan said of a row's file when it was exported; where that is forgotten, what it says now."""
        return self._then[self._plan_of(row)].get(row.file_id) or self.now[row.file_id]

    @staticmethod
    def _plan_of(row: _Row) -> int:
        return _number(row.cells.get("plan_id", ""))

    def _read(self, plan_id: int, file_ids: Sequence[int]) -> dict[int, Facts]:
        try:
            version, _ = plans.version(self._reader, plan_id)
        except errors.UnknownIdError:
            if plan_id:
                self.notes.append(
                    f"Plan {plan_id}, of which this was exported, is not kept any more: all that differs from the "
                    "present plan counts as a change."
                )
            return {}
        return store.facts(self._reader, version, file_ids)


def _change(row: _Row, comparison: _Comparison) -> FileChange | None:
    """Return what a row asks for, None for nothing; a row that cannot be taken gets its problem."""
    then, now = comparison.then(row), comparison.now[row.file_id]
    row.problem = _mistaken(row, now)
    if row.problem:
        return None
    change = FileChange(
        line=row.line, file_id=row.file_id, file_name=now.file_name, file_path=now.file_path, before=now.people
    )
    try:
        change = _with_people(change, row.cells.get("result_people"), then, now)
        change = _with_postponed(change, row.cells.get("postponed", ""), then, now, at=comparison.moment)
        change = _with_modes(change, row.cells, then, now)
    except errors.IndexiumError as error:
        row.problem = error.message
        return None
    asks = (change.after, change.postponed, change.people_mode, change.comment_mode)
    return None if all(each is None for each in asks) else change


def _mistaken(row: _Row, now: Facts) -> str:
    """Return why a row seems to mean another file than its id says: of another home, say; "" where all is well."""
    path, file_hash = row.cells.get("file_path"), row.cells.get("file_hash")
    if not path or _same_text(path, now.file_path) or (file_hash and file_hash == now.file_hash):
        return ""
    return f"file {row.file_id} is {now.file_path[:200]} here, not {path[:200]}"


def _same_text(one: str, other: str) -> bool:
    """Compare as spreadsheets leave text: they have one kind of line break."""
    return _breaks(one) == _breaks(other)


def _breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _with_people(change: FileChange, cell: str | None, then: Facts, now: Facts) -> FileChange:
    told = cells.listed(then.people)
    if cell is None or cell == told:
        return change
    names = list(_names(cell))
    if names in (then.people, now.people):
        return change
    if _lost_letters(cell, told):
        message = "letters of its names were lost when it was saved; save it as “CSV UTF-8 (comma delimited)”"
        raise errors.ValidationError(message)
    conflict = "" if now.people == then.people else f"decided here since: {cells.listed(now.people) or 'nobody'}"
    gone = bool(now.existing) and not names
    return replace(change, after=names, removes_everyone=gone, conflict=conflict)


@lru_cache(maxsize=4096)  # the same few people are in many rows
def _names(cell: str) -> tuple[str, ...]:
    return tuple(valid_names(cells.split(cell)))


def _lost_letters(cell: str, told: str) -> bool:
    """Tell whether a cell is what was told but for letters that became question marks."""
    return len(cell) == len(told) and all(
        one == other or (one == "?" and not other.isascii()) for one, other in zip(cell, told, strict=True)
    )


def _with_postponed(change: FileChange, cell: str, then: Facts, now: Facts, *, at: datetime) -> FileChange:
    if not cell.strip():
        return change
    wanted, until = cells.truth(cell), None
    if wanted is None:
        until, wanted = _day(cell, at), True
    elif wanted == then.postponed:
        return change
    return change if wanted == now.postponed and until is None else replace(change, postponed=wanted, until=until)


def _day(cell: str, at: datetime) -> datetime:
    try:
        day = moments.parse(cell.strip())
    except errors.IndexiumError:
        day = None
    if day is None:
        message = f"“{cell.strip()[:40]}” in postponed is neither yes nor no nor a day like 2027-01-31"
        raise errors.ValidationError(message)
    if day <= at:
        message = f"the day in postponed, “{cell.strip()[:40]}”, has begun; write a later one, or no"
        raise errors.ValidationError(message)
    return day


def _with_modes(change: FileChange, row: Mapping[str, str], then: Facts, now: Facts) -> FileChange:
    modes: dict[str, str | None] = {}
    for column, choices in _MODES.items():
        wanted = row.get(column, "").strip().casefold()
        if wanted and wanted not in choices:
            message = f"“{wanted[:40]}” is no {column}; choose {' or '.join(choices)}"
            raise errors.ValidationError(message)
        known = wanted in ("", getattr(then, column), getattr(now, column))
        modes[column] = None if known else wanted
    return replace(change, people_mode=modes["people_mode"], comment_mode=modes["comment_mode"])


def _without_quarrels(rows: Sequence[_Row], changes: list[FileChange], now: Mapping[int, Facts]) -> list[FileChange]:
    """Return the changes but for those of copies of one film that have other people than the first of them."""
    first: dict[str, FileChange] = {}
    taken = []
    by_line = {row.line: row for row in rows}
    for change in changes:
        payload = now[change.file_id].file_hash
        if change.after is not None and payload:
            other = first.setdefault(payload, change)
            if other.after != change.after:
                by_line[
                    change.line
                ].problem = f"other people than in line {other.line}, which is a copy of the same film"
                continue
        taken.append(change)
    return taken


# --- Deciding ----------------------------------------------------------------------------------------------------


def _refuse_stale(reader: Connection, version: plans.Version, rows: Sequence[FileChange]) -> None:
    facts = store.facts(reader, version, [row.file_id for row in rows])
    stale = [row for row in rows if row.file_id not in facts or facts[row.file_id].people != row.before]
    if stale:
        number = "1 file was" if len(stale) == 1 else f"{len(stale):,} files were"
        names = ", ".join(row.file_name for row in stale[:_SHOWN])
        message = f"{number} decided about here since this was looked at: {names}. Look at the changes again."
        raise errors.StalePlanError(message)


def _decide(step: Step, rows: Sequence[FileChange], copy_of: Mapping[int, int]) -> int:
    """Decide what rows ask for; returns how many copies get the people of a row, too."""
    edits = {row.file_id: row.after for row in rows if row.after is not None}
    copies = {copy: edits[of] for copy, of in copy_of.items()}
    step.edit_each({**copies, **edits})
    for until in {row.until for row in rows if row.postponed}:
        step.postpone([row.file_id for row in rows if row.postponed and row.until == until], until=until)
    back = [row.file_id for row in rows if row.postponed is False]
    if back:
        step.bring_back(back)
    for modes in {(row.people_mode, row.comment_mode) for row in rows} - {(None, None)}:
        those = [row.file_id for row in rows if (row.people_mode, row.comment_mode) == modes]
        people_mode, comment_mode = checked_modes(*modes)
        step.set_mode(those, people_mode=people_mode, comment_mode=comment_mode)
    return len(copies)


def _label(files: int) -> str:
    return f"imported changes of {wording.files(files)} from a spreadsheet"
