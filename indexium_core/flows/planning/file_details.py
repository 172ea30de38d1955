"""
One file in full: what it holds, who is in it and why, how it would be written, and what became of it so far.

Nothing here decides anything and nothing is read from the disk: it is what the last scan, the plan and the ledger say.
"""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.flows.planning.planner import MetadataPlan, MetadataPlanner
from indexium_core.model.files import readers
from indexium_core.model.files.details import FileDetails, FileEvent, Origin, PersonDetails, StandingDecision, TagPlace
from indexium_core.model.files.media import FieldValue, StreamFacts
from indexium_core.model.files.properties import FIELDS, LABELS, FieldLock, FileProperty, MediaProperties, in_words
from indexium_core.model.operations import strategies
from indexium_core.model.operations.operation import FINISHED_STATES
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import details as store
from indexium_core.store.catalog import locks, properties
from indexium_core.store.catalog.details import Assignment, ItemRow
from indexium_core.store.catalog.properties import Stored
from indexium_core.store.database import Database

__all__ = ["EVENTS", "NAMES", "Details"]

EVENTS = 20  # operations of a file that are told in full
NAMES = 8  # people that a text offers
_COPIES = 10


class Details:
    """Tells everything about one file. One instance serves a home."""

    def __init__(self, database: Database, planner: MetadataPlanner, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._planner = planner
        self._clock = clock

    @remote()
    def has(self, file_id: int) -> bool:
        """Tell whether there is a file with an id."""
        return locks.is_file(self._database.read(), file_id)

    @remote()
    def file(self, file_id: int, plan: MetadataPlan | None = None) -> FileDetails:
        """Return one file in full, as it is in `plan` (None: the newest); `UnknownIdError` where there is none."""
        reader = self._database.read()
        row = store.file(reader, file_id)
        if row is None:
            message = f"There is no file with the id {file_id}."
            raise errors.UnknownIdError(message)
        item = self._planned(file_id, plan or self._planner.generate_plan())
        path = bytes(row["path_bytes"])
        decided = store.decisions(reader, file_id, now=self._clock())
        copies, copies_total = store.copies(reader, file_id, row["file_hash"], count=_COPIES)
        events, events_total = store.history(reader, file_id, count=EVENTS)
        assigned = store.assignments(reader, row["file_hash"], path)
        stored = properties.of(reader, file_id)
        return FileDetails(
            **{name: row[name] for name in _AS_STORED},
            path_raw=_raw(path),
            mtime=datetime.fromtimestamp(row["mtime_ns"] // 10**9, UTC),
            streams=[_stream(number, each) for number, each in enumerate(row["streams"] or [])],
            tags=_tags(row),
            comment_fields=[FieldValue(**each) for each in row["comment_fields"] or []],
            people=_people(item, assigned, row["people"], decided),
            copies=copies,
            copies_total=copies_total,
            decisions=decided,
            **_strategy(row),
            readings=_readings(row, item),
            history=[_event(each, row["library_state"]) for each in events],
            history_total=events_total,
            plan=item,
            properties=_properties(stored, locks.of(reader, file_id)),
            read_with=stored.tool if stored else "",
            properties_read_at=stored.read_at if stored else None,
            properties_problem=stored.problem.message if stored and stored.problem else "",
        )

    @remote()
    def find(self, text: str) -> int:
        """
        Return the id of the file that a person means: its id, its path, or its path below the one folder that has it.

        Raises:
            UnknownIdError: No scan has met such a file.

        """
        if text.isdecimal():
            return int(text)
        path = Path(text).expanduser()
        named = os.fsencode(path.absolute())
        reader = self._database.read()
        found = store.file_at(reader, os.fsencode(os.path.realpath(path)))
        found = store.file_at(reader, named) if found is None else found
        found = store.file_below(reader, os.fsencode(path)) if found is None else found
        if found is None:
            message = f"No scan has met the file {text}. Scan its folder first, or name its id."
            raise errors.UnknownIdError(message)
        return found

    @remote()
    def of_hash(self, file_hash: str) -> list[int]:
        """Return the files with this payload; UnknownIdError where there is none."""
        found = store.files_of_hash(self._database.read(), file_hash)
        if not found:
            message = f"There is no file with the hash {file_hash}."
            raise errors.UnknownIdError(message)
        return found

    @remote()
    def names_like(self, text: str, count: int = NAMES) -> list[tuple[str, int]]:
        """Return people whose name has a text in it, whatever case and accents, and in how many films each is."""
        return store.names_like(self._database.read(), people_comment.fold(text.strip()), count=count)

    def _planned(self, file_id: int, plan: MetadataPlan) -> PlanItem | None:
        return next(iter(self._planner.items_of(plan, [file_id])), None)


_AS_STORED = (
    "file_id",
    "file_path",
    "file_name",
    "file_ext",
    "folder",
    "library_id",
    "library",
    "library_path",
    "library_state",
    "library_reason",
    "state",
    "state_message",
    "size",
    "nlink",
    "read_only",
    "file_hash",
    "container",
    "duration",
    "first_seen_at",
    "scanned_at",
    "comment",
    "fields_differ",
    "strategy",
    "strategy_code",
    "est_seconds",
    "est_bytes",
)


def _raw(path: bytes) -> str:
    """Return a path that cannot be shown as text, percent-encoded; "" for all others."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return urllib.parse.quote(path)
    return ""


def _stream(number: int, known: dict[str, Any]) -> StreamFacts:
    """Return a stream as it is stored; another home, or an older program, may have left something out."""
    return StreamFacts(
        index=known.get("index", number),
        kind=known.get("kind", ""),
        codec=known.get("codec") or "",
        language=known.get("language"),
        details=known.get("details") or {},
    )


def _tags(row: dict[str, Any]) -> list[TagPlace]:
    """Return the tags of each place that has any, those of the container first."""
    tags = row["tags"] or {}
    places = [("container", tags.get("container") or {})]
    places += [(str(number), each) for number, each in enumerate(tags.get("streams") or [])]
    return [TagPlace(place=place, tags=dict(each)) for place, each in places if each]


def _strategy(row: dict[str, Any]) -> dict[str, Any]:
    """Return how the file would be written and why so, or why not at all."""
    if row["strategy"]:
        return {"strategy_words": strategies.in_words(row["strategy"]), "strategy_why": strategies.why(row["strategy"])}
    return {"strategy_words": "", "strategy_why": row["strategy_message"] or row["state_message"]}


def _readings(row: dict[str, Any], item: PlanItem | None) -> list[readers.Reading]:
    """Return what programs will show: of what would be written, where something would be."""
    comment = item.result_comment if item is not None and item.can_update else row["comment"]
    tags = (row["tags"] or {}).get("container") or {}
    places = [each["where"] for each in row["comment_fields"] or []]
    return readers.readings(row["container"], comment, tags=tags, places=places)


def _people(
    item: PlanItem | None,
    assigned: Sequence[Assignment],
    in_file: Sequence[str],
    decided: Sequence[StandingDecision],
) -> list[PersonDetails]:
    """Return everybody who is in the file, or would be, each spelling of the result once, with every reason for it."""
    result = item.result_people if item is not None else list(in_file)
    added = set(item.tags_to_add) if item is not None else set[str]()
    edit = next((each for each in decided if each.kind == "edit"), None)
    reasons = [(each.name, Origin(origin=each.origin, since=each.since)) for each in assigned]
    if edit is not None:
        reasons += [(name, Origin(origin="edit", since=edit.created_at)) for name in edit.people or []]
    reasons += [(name, Origin(origin="comment", since=None)) for name in in_file]
    found: dict[str, list[Origin]] = {name: [] for name in result}
    spelt = {people_comment.person_key(name): name for name in result}
    for name, origin in reasons:
        shown = name if name in found else spelt.setdefault(people_comment.person_key(name), name)
        found.setdefault(shown, []).append(origin if shown == name else replace(origin, spelt=name))
    states = {name: "added" if name in added else "kept" for name in result}
    return [
        PersonDetails(name=name, origins=tuple(origins), state=states.get(name, "removed"))
        for name, origins in found.items()
    ]


def _properties(stored: Stored | None, locked: Sequence[FieldLock]) -> list[FileProperty]:
    by_field = {each.field: each for each in locked}
    values = stored.properties if stored else MediaProperties()
    return [
        FileProperty(
            field=name,
            label=LABELS[name],
            value=(value := getattr(values, name)),
            text=in_words(name, value),
            lock=by_field.get(name),
        )
        for name in FIELDS
    ]


def _event(row: ItemRow, library_state: str) -> FileEvent:
    why, able, exact = _judged(row, library_state)
    return FileEvent(
        operation_id=row.operation_id,
        item_id=row.item_id,
        operation_type=row.operation_type,
        at=row.at,
        note=row.note,
        status=row.status,
        code=row.code,
        message=row.message,
        before=row.before,
        after=row.after,
        tags_added=row.tags_added,
        tags_removed=row.tags_removed,
        strategy=row.strategy,
        can_rollback=able,
        exact=exact,
        rollback_until=row.expires_at if exact else None,
        rollback_reason=why,
    )


def _judged(row: ItemRow, library_state: str) -> tuple[str, bool, bool]:
    """Return why the file cannot be taken back out of an operation, whether it can, and whether byte for byte."""
    barred = _barred(row)
    if barred:
        return barred, False, False
    if row.dropped_at is not None or row.kind in (None, "tags"):
        why = f" ({row.evicted_reason})" if row.evicted_reason else ""
        return f"Only the comment can be restored{why}.", True, False
    if library_state == "offline":
        return "Its folder is offline.", False, False
    return "", True, True


def _barred(row: ItemRow) -> str:
    """Return what stands in the way of taking it back by any means, "" for nothing."""
    if row.status != "success":
        return "Nothing was changed by it."
    if row.operation_status not in FINISHED_STATES:
        return "The operation has not ended yet."
    if row.rolled_back_by is not None:
        return f"Operation {row.rolled_back_by} has taken it back."
    if row.superseded_by is not None:
        return f"Operation {row.superseded_by} wrote the file since: take that back first, or both."
    return ""
