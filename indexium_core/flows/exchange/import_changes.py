"""
Import of an edited export: a plan that was changed in a spreadsheet becomes decisions.

Each row is compared with the plan version that was exported (column `plan_id`), so only an edited cell is a change.
If the plan also changed since the export, the row is a conflict, which is applied only on request. `read` returns
a preview and decides nothing; `apply` makes all decisions as one review step.
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
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.step import Step
from indexium_core.model import moments, wording
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.fields import values
from indexium_core.model.fields.entry import CURRENT, PLANNED, read_cell
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import editable_fields
from indexium_core.model.planning import cells
from indexium_core.model.planning.changes import ChangesPreview, FieldEdit, FileChange, LineError, ShownChanges
from indexium_core.model.planning.plan import checked_modes
from indexium_core.model.remote_calls import remote
from indexium_core.model.result_cache import ResultCache
from indexium_core.model.review.reports import DecisionReport
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Version
from indexium_core.store.planning import exchange as store
from indexium_core.store.planning import plan_read
from indexium_core.store.planning.exchange import Facts

_MODES = {"people_mode": ("merge", "exact"), "comment_mode": ("replace", "preserve")}
_MAX_NAMED = 10  # files that a sentence names
_MAX_EXTRA_ROWS = 10_000  # rows in excess of the files: their files no longer exist, or are in another home


@dataclass(slots=True)
class _Row:
    """One row, with its file or the reason why it is rejected."""

    line: int
    cells: Mapping[str, str]
    file_id: int = 0
    problem: str = ""
    locked: str = ""  # the cells that are skipped, because their fields are locked
    unsupported: str = ""  # why the container cannot store a value; the plan shows the edit with the reason


class PlanImport:
    """Reads and applies edited exports of a home."""

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
        self._uploads = ResultCache()

    # Reading.

    @reads_home
    @remote(paths=("source",))
    def read(self, source: spreadsheets.Source) -> ChangesPreview:
        """
        Compare an edited CSV with the plan; make no decisions.

        Args:
            source: The file, its text or its bytes: UTF-8 with or without a byte order mark, or UTF-16; separated by
                commas, semicolons or tabs.

        Raises:
            UsageError: The source cannot be read as a whole: it is not a text, lacks columns, or has an unclosed quote.

        """
        columns, lines = spreadsheets.read(source)
        reader = self._database.read()
        limited = _limited(lines, store.count(reader))
        rows = [_Row(line.line, line.cells, problem=line.problem) for line in limited]
        _find_files(reader, rows)
        _reject_duplicates(rows)
        comparison = _Comparison(reader, self._planner, rows, now=self._clock())
        changes = [change for row in rows if not row.problem and (change := _change(row, comparison)) is not None]
        changes = _without_contradictions(rows, changes, comparison.current)
        problems = [LineError(line=row.line, message=each) for row in rows if (each := row.problem or row.locked)]
        changed = {change.line for change in changes}
        unchanged = sum(not (row.problem or row.locked or row.line in changed) for row in rows)
        notes = [*spreadsheets.notes(columns), *comparison.notes, *_unsupported(rows)]
        return ChangesPreview(rows=changes, unchanged=unchanged, errors=problems, notes=notes)

    # The upload of a page, which the page shows and applies.

    @reads_home
    def read_upload(self, source: bytes) -> str:
        """Read an edited CSV as `read`, and return the ticket of its preview, which is kept for some time."""
        return self._uploads.keep(self.read(source))

    @reads_home
    @remote()
    def uploaded(self, ticket: str, *, page: int = 1, errors_page: int = 1, per_page: int = 25) -> ShownChanges:
        """Return the preview of an upload. Raises UnknownIdError if it is no longer kept."""
        preview = self._uploads.find(ticket, ChangesPreview)
        return ShownChanges.of(preview, page=page, errors_page=errors_page, per_page=per_page)

    @needs(PLAN_EDIT)
    @remote()
    def apply_upload(self, ticket: str, *, overwrite: bool = False) -> DecisionReport:
        """Make the decisions of an upload as `apply`. Raises UnknownIdError if it is no longer kept."""
        return self.apply(self._uploads.find(ticket, ChangesPreview), overwrite=overwrite)

    # Applying.

    @needs(PLAN_EDIT)
    @remote()
    def apply(self, preview: ChangesPreview, *, overwrite: bool = False) -> DecisionReport:
        """
        Make the decisions of a preview, as one review step; rows with errors are not applied.

        `overwrite` also applies rows with a conflict.

        Raises:
            UsageError: There is nothing to apply.
            StalePlanError: Decisions about some of the files changed since the preview.

        """
        rows = preview.applicable(overwrite=overwrite)
        if not rows:
            raise errors.UsageError("There is nothing to apply: no row differs from the plan.", code="nothing_to_apply")
        with self._decisions.step(_label) as step:
            reader, newest = step.now()
            _check_stale(reader, newest, rows)  # in the transaction of the decisions: no change can intervene
            copies = _decide(step, reader, rows)
            named = store.named(reader, copies)
        return replace(step.report, copies=len(copies), copy_files=named)


# --- The file of each row ----------------------------------------------------------------------------------------


def _limited(lines: Iterator[spreadsheets.SheetRow], file_count: int) -> Iterator[spreadsheets.SheetRow]:
    """Yield the rows. A source with far more rows than files is not an export, and might fill the memory."""
    for number, line in enumerate(lines):
        if number > file_count + _MAX_EXTRA_ROWS:
            raise errors.UsageError(
                f"This file has more than {number:,} rows, but the library has {wording.files(file_count)}. Choose an "
                "edited export."
            )
        yield line


def _find_files(reader: Connection, rows: Sequence[_Row]) -> None:
    """Set the file of each row, by the most precise column that the row fills."""
    valid = [row for row in rows if not row.problem]
    ids = store.find(reader, "id", filter(None, (_number(row.cells.get("file_id", "")) for row in valid)))
    without_id = [row for row in valid if not row.cells.get("file_id", "").strip()]
    paths = store.find(reader, "path", filter(None, map(_path, without_id)))
    hashes = store.find(reader, "hash", filter(None, (row.cells.get("file_hash", "").strip() for row in without_id)))
    for row in valid:
        row.file_id, row.problem = _file_of(row, ids, paths, hashes)


def _file_of(
    row: _Row, ids: Mapping[int, list[int]], paths: Mapping[bytes, list[int]], hashes: Mapping[str, list[int]]
) -> tuple[int, str]:
    """Return the file of a row and "", or 0 and the reason."""
    id_cell, file_hash = row.cells.get("file_id", "").strip(), row.cells.get("file_hash", "").strip()
    if id_cell:
        number = _number(id_cell)
        return (number, "") if number in ids else (0, f"there is no file with the id {id_cell[:30]}")
    if path := _path(row):
        at_path = paths.get(path, [])
        return (at_path[0], "") if at_path else (0, f"the file is not scanned: {path.decode('utf-8', 'replace')[:200]}")
    with_hash = hashes.get(file_hash, [])
    if len(with_hash) == 1:
        return with_hash[0], ""
    return 0, "several files have this file_hash; add file_id or file_path" if with_hash else "the row names no file"


def _number(cell: str) -> int:
    """Return a whole number, also from a decimal like `5.0`; 0 for any other cell."""
    digits = cell.strip().removesuffix(".0").replace("\u00a0", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0  # a BIGINT


def _path(row: _Row) -> bytes:
    raw = row.cells.get("path_raw", "").strip()
    return unquote_to_bytes(raw) if raw else row.cells.get("file_path", "").encode("utf-8", "replace")


def _reject_duplicates(rows: Iterable[_Row]) -> None:
    line_by_file: dict[int, int] = {}
    for row in rows:
        if row.problem:
            continue
        if row.file_id in line_by_file:
            row.problem = f"the same file as in line {line_by_file[row.file_id]}; a file can have only one row"
        line_by_file.setdefault(row.file_id, row.line)


# --- The changes -------------------------------------------------------------------------------------------------


class _Comparison:
    """The files in the plan versions of their export, and in the current version."""

    def __init__(self, reader: Connection, planner: MetadataPlanner, rows: Sequence[_Row], *, now: datetime) -> None:
        self._reader = reader
        self._planner = planner
        self.now = now
        self.notes: list[str] = []
        file_ids = [row.file_id for row in rows if not row.problem]
        self.current = store.facts(reader, planner.newest_version(), file_ids)
        self._exported: dict[int, dict[int, Facts]] = {}
        for plan_id in {self._plan_of(row) for row in rows if not row.problem}:
            of_plan = [row.file_id for row in rows if not row.problem and self._plan_of(row) == plan_id]
            self._exported[plan_id] = self._read(plan_id, of_plan)

    def exported(self, row: _Row) -> Facts:
        """Return the file of a row as it was exported; as it is now if that version of the plan no longer exists."""
        return self._exported[self._plan_of(row)].get(row.file_id) or self.current[row.file_id]

    @staticmethod
    def _plan_of(row: _Row) -> int:
        return _number(row.cells.get("plan_id", ""))

    def _read(self, plan_id: int, file_ids: Sequence[int]) -> dict[int, Facts]:
        try:
            version, _ = plan_read.version(self._reader, plan_id)
        except errors.UnknownIdError:
            if plan_id:
                self.notes.append(
                    f"Plan {plan_id} no longer exists, so every difference from the current plan counts as a change."
                )
            return {}
        return store.facts(self._reader, version, file_ids)


def _change(row: _Row, comparison: _Comparison) -> FileChange | None:
    """Return the change of a row, or None. If the row cannot be applied, its problem is set."""
    exported, current = comparison.exported(row), comparison.current[row.file_id]
    row.problem = _path_mismatch(row, current)
    if row.problem:
        return None
    change = FileChange(
        line=row.line,
        file_id=row.file_id,
        file_name=current.file_name,
        file_path=current.file_path,
        before=current.people,
    )
    try:
        change = _with_people(change, row.cells.get("result_people"), exported, current)
        change = _with_postponed(change, row.cells.get("postponed", ""), exported, current, now=comparison.now)
        change = _with_modes(change, row.cells, exported, current)
        change = _with_fields(change, row, exported, current)
    except errors.IndexiumError as error:
        row.problem = error.message
        return None
    requested = (change.after, change.postponed, change.people_mode, change.comment_mode)
    return None if all(each is None for each in requested) and not change.fields else change


def _path_mismatch(row: _Row, current: Facts) -> str:
    """Return a problem if path and id of a row belong to different files, as in an export of another home."""
    path, file_hash = row.cells.get("file_path"), row.cells.get("file_hash")
    if not path or _is_same_text(path, current.file_path) or (file_hash and file_hash == current.file_hash):
        return ""
    return f"file {row.file_id} is {current.file_path[:200]}, not {path[:200]}"


def _is_same_text(one: str, other: str) -> bool:
    """Compare texts; ignore the kind of line break, because spreadsheets change it."""
    return _unified_breaks(one) == _unified_breaks(other)


def _unified_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _with_people(change: FileChange, cell: str | None, exported: Facts, current: Facts) -> FileChange:
    exported_cell = cells.listed(exported.people)
    if cell is None or cell == exported_cell:
        return change
    names = list(_names(cell))
    if names in (exported.people, current.people):
        return change
    if _has_lost_letters(cell, exported_cell):
        message = "letters of the names were lost when the file was saved; save it as “CSV UTF-8 (comma delimited)”"
        raise errors.ValidationError(message)
    conflict = ""
    if current.people != exported.people:
        conflict = f"changed here since the export: {cells.listed(current.people) or 'no people'}"
    removes_everyone = bool(current.existing) and not names
    return replace(change, after=names, removes_everyone=removes_everyone, conflict=conflict)


@lru_cache(maxsize=4096)  # the same few people are in many rows
def _names(cell: str) -> tuple[str, ...]:
    return tuple(valid_names(cells.split(cell)))


def _has_lost_letters(cell: str, exported_cell: str) -> bool:
    """Return whether a cell is the exported cell with question marks in place of letters."""
    return len(cell) == len(exported_cell) and all(
        one == other or (one == "?" and not other.isascii()) for one, other in zip(cell, exported_cell, strict=True)
    )


def _with_postponed(change: FileChange, cell: str, exported: Facts, current: Facts, *, now: datetime) -> FileChange:
    if not cell.strip():
        return change
    postponed, until = cells.truth(cell), None
    if postponed is None:
        until, postponed = _day(cell, now), True
    elif postponed == exported.postponed:
        return change
    if postponed == current.postponed and until is None:
        return change
    return replace(change, postponed=postponed, until=until)


def _day(cell: str, now: datetime) -> datetime:
    try:
        day = moments.parse(cell.strip())
    except errors.IndexiumError:
        day = None
    if day is None:
        raise errors.ValidationError(f"“{cell.strip()[:40]}” in postponed is not yes, no or a day such as 2027-01-31")
    if day <= now:
        message = f"the day “{cell.strip()[:40]}” in postponed is in the past; write a later day, or no"
        raise errors.ValidationError(message)
    return day


def _with_modes(change: FileChange, row: Mapping[str, str], exported: Facts, current: Facts) -> FileChange:
    modes: dict[str, str | None] = {}
    for column, choices in _MODES.items():
        mode = row.get(column, "").strip().casefold()
        if mode and mode not in choices:
            raise errors.ValidationError(f"“{mode[:40]}” is not a {column}; choose {' or '.join(choices)}")
        is_unchanged = mode in ("", getattr(exported, column), getattr(current, column))
        modes[column] = None if is_unchanged else mode
    return replace(change, people_mode=modes["people_mode"], comment_mode=modes["comment_mode"])


def _with_fields(change: FileChange, row: _Row, exported: Facts, current: Facts) -> FileChange:
    """
    Return the change with the edited fields; the row gets a sentence for cells of locked fields.

    ValidationError has a sentence for each invalid cell.
    """
    edits, conflicts, problems = list[FieldEdit](), [change.conflict] if change.conflict else [], list[str]()
    locked = list[str]()
    for field in editable_fields():
        cell = row.cells.get(f"{PLANNED}{field.key}")
        in_file = None if field.key in (exported.edits or ()) else row.cells.get(f"{CURRENT}{field.key}")
        if cell is None or cell == in_file:
            continue
        before, known = current.planned(field.key), _known_value(field, exported, in_file)
        value, problem = _value_of(field, cell, known, current)
        if problem:
            problems.append(problem)
            continue
        if value in (known, before):
            continue
        if field.key in (current.locked or ()):
            locked.append(f"{PLANNED}{field.key}")
            continue
        if value is not None and (reason := field.problem_in(current.container, value)):
            row.unsupported = reason
        edits.append(FieldEdit(field=field.key, before=before, after=value))
        if before != known:
            conflicts.append(f"{field.key} changed here since the export: {before or 'no value'}")
    if problems:
        raise errors.ValidationError(" ".join(problems))
    row.locked = f"skipped, because the field is locked in this file: {', '.join(locked)}" if locked else ""
    return replace(change, fields=edits, conflict="; ".join(conflicts))


def _value_of(field: Field, cell: str, known: str | None, current: Facts) -> tuple[str | None, str]:
    """Return the value of a cell, and what is wrong with it; "" for nothing."""
    try:
        return values.as_stored(field, read_cell(field, cell, known), current.container), ""
    except errors.ValidationError as error:
        return None, f"{PLANNED}{field.key}: {error.message}"


def _unsupported(rows: Sequence[_Row]) -> list[str]:
    """Return a note about the values that the containers of their files cannot store."""
    found = [row for row in rows if row.unsupported]
    if not found:
        return []
    files = wording.files(len(found))
    return [f"Not possible in {files}: line {found[0].line}: {found[0].unsupported} The plan has all reasons."]


def _known_value(field: Field, exported: Facts, in_file: str | None) -> str | None:
    """Return the value that the export showed; `in_file`: the cell with the value of the file, where it is the same."""
    now = exported.planned(field.key)
    try:
        return now if in_file is None else read_cell(field, in_file, now)
    except errors.ValidationError:  # another program wrote another form
        return now


def _without_contradictions(
    rows: Sequence[_Row], changes: list[FileChange], current: Mapping[int, Facts]
) -> list[FileChange]:
    """Return the changes; omit a copy whose new values differ from those of the first copy in the spreadsheet."""
    first: dict[tuple[str, str], tuple[int, object]] = {}
    consistent = []
    row_by_line = {row.line: row for row in rows}
    for change in changes:
        payload = current[change.file_id].file_hash
        shared: dict[str, object] = {each.field: each.after for each in change.fields} if payload else {}
        shared |= {"people": change.after} if payload and change.after is not None else {}
        others = {key: first.get((payload or "", key), (change.line, value)) for key, value in shared.items()}
        differing = next((key for key, value in shared.items() if others[key][1] != value), None)
        if differing is not None:
            verb = "differ from those" if differing == "people" else "differs from that"
            line = others[differing][0]
            problem = f"the {differing} {verb} in line {line}, which is a copy of the same file"
            row_by_line[change.line].problem = problem
            continue
        first.update({(payload or "", key): other for key, other in others.items()})
        consistent.append(change)
    return consistent


# --- The decisions -----------------------------------------------------------------------------------------------


def _check_stale(reader: Connection, version: Version, rows: Sequence[FileChange]) -> None:
    """Raise `StalePlanError` if the people or an edited field of a file changed since the preview."""
    facts = store.facts(reader, version, [row.file_id for row in rows])
    stale = [row for row in rows if row.file_id not in facts or _is_stale(row, facts[row.file_id])]
    if stale:
        names = ", ".join(row.file_name for row in stale[:_MAX_NAMED])
        message = f"{wording.files(len(stale))} changed since the preview: {names}. Refresh the preview."
        raise errors.StalePlanError(message)


def _is_stale(row: FileChange, facts: Facts) -> bool:
    return facts.people != row.before or any(facts.planned(each.field) != each.before for each in row.fields)


def _decide(step: Step, reader: Connection, rows: Sequence[FileChange]) -> set[int]:
    """Make the decisions of the rows; return the copies that get the same people or values."""
    edits = {row.file_id: row.after for row in rows if row.after is not None}
    copy_of = store.copies(reader, list(edits))
    step.edit_each({copy: edits[original] for copy, original in copy_of.items()} | edits)
    copies = set(copy_of)
    values: dict[str, dict[int, str | None]] = {}
    for row in rows:
        for edit in row.fields:
            values.setdefault(edit.field, {})[row.file_id] = edit.after
    for key, of_field in values.items():
        copy_of = store.copies(reader, list(of_field))
        step.set_values(key, {copy: of_field[original] for copy, original in copy_of.items()} | of_field)
        copies |= set(copy_of)
    for until in {row.until for row in rows if row.postponed}:
        step.postpone([row.file_id for row in rows if row.postponed and row.until == until], until=until)
    reinstated = [row.file_id for row in rows if row.postponed is False]
    if reinstated:
        step.end_postponements(reinstated)
    for modes in {(row.people_mode, row.comment_mode) for row in rows} - {(None, None)}:
        file_ids = [row.file_id for row in rows if (row.people_mode, row.comment_mode) == modes]
        people_mode, comment_mode = checked_modes(*modes)
        step.set_mode(file_ids, people_mode=people_mode, comment_mode=comment_mode)
    return copies


def _label(files: int) -> str:
    return f"imported changes of {wording.files(files)} from a spreadsheet"
