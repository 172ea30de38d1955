"""
The details of one file: its content, its people with the reason for each, its strategy, and its history.

All facts come from the last scan, the plan and the ledger. For a photo, Indexium also looks on the disk whether a
sidecar `a.xmp` belongs to another photo.
"""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.files import sidecar_names
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review import targets
from indexium_core.model import wording
from indexium_core.model.fields import readers
from indexium_core.model.fields.field import problem_of_file
from indexium_core.model.fields.table import editable_fields
from indexium_core.model.files import strategies
from indexium_core.model.files.media import Change, FieldValue, MediaKind, StreamFacts
from indexium_core.model.files.properties import (
    FIELDS,
    LABELS,
    FieldLock,
    FileProperty,
    MediaProperties,
    display_value,
    shown_fields,
)
from indexium_core.model.operations.operation import FINISHED_STATES, no_backups_reason
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import StandingDecision, kind_of_field
from indexium_core.model.review.file_details import (
    FieldDetails,
    FileDetails,
    FileEvent,
    Origin,
    PersonDetails,
    TagPlace,
)
from indexium_core.store.catalog import details as store
from indexium_core.store.catalog import locks, media, properties
from indexium_core.store.catalog.details import Assignment
from indexium_core.store.catalog.properties import StoredProperties
from indexium_core.store.database import Database
from indexium_core.store.people.people_index import PeopleIndex
from indexium_core.store.review import decisions

EVENTS = 20  # operations of a file that are returned
NAMES = 8  # people that `names_like` returns
_COPIES = 10


class Details:
    """Reads the details of files. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        planner: MetadataPlanner,
        people_index: PeopleIndex,
        *,
        clock: Callable[[], datetime],
        sidecar_name: Callable[[], str] = lambda: "full",
        rollback_days: Callable[[], int] = lambda: 90,
    ) -> None:
        self._database = database
        self._sidecar_name, self._rollback_days = sidecar_name, rollback_days
        self._planner = planner
        self._people_index = people_index
        self._clock = clock

    @remote()
    def has(self, file_id: int) -> bool:
        """Return whether a file with an id exists."""
        return locks.is_file(self._database.read(), file_id)

    @remote()
    def file(self, file_id: int, plan: MetadataPlan | None = None) -> FileDetails:
        """
        Return the details of a file, with its change in `plan` (default: the newest plan).

        Raises:
            UnknownIdError: The file does not exist.

        """
        reader, file_id = self._database.read(), int(file_id)  # an id of a table is an integer of NumPy
        row = store.file(reader, file_id)
        if row is None:
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        plan = self._planner.generate_plan() if plan is None else plan
        item = self._planned(file_id, plan)
        path = bytes(row["path_bytes"])
        decided = decisions.in_force(reader, at=self._clock(), file_ids=[file_id])
        copies, copies_total = store.copies(reader, file_id, row["file_hash"], count=_COPIES)
        events, events_total = store.history(reader, file_id, count=EVENTS)
        assigned = store.assignments(reader, row["file_hash"], path)
        stored, locked = properties.of(reader, file_id), locks.of(reader, file_id)
        shown_at, date_source = media.date_of(reader, plan.version, file_id)
        return FileDetails(
            **{name: row[name] for name in _AS_STORED},
            est_seconds=item.est_seconds if item and item.can_update else self._seconds(row),
            path_raw=_raw(path),
            mtime=datetime.fromtimestamp(row["mtime_ns"] // 10**9, UTC),
            streams=[_stream(number, each) for number, each in enumerate(row["streams"] or [])],
            tags=_tags(row),
            comment_fields=[FieldValue(**each) for each in row["comment_fields"] or []],
            fields=dict(row["fields"] or {}),
            field_details=_fields(row, decided, locked),
            people=_people(item, assigned, row["people"], decided),
            copies=copies,
            copies_total=copies_total,
            decisions=decided,
            **_strategy(row, by_stem=self._sidecar_name() == "stem"),
            readings=_readings(row, item),
            history=[_event(each, row["library_state"]) for each in events],
            history_total=events_total,
            plan=item,
            properties=_properties(stored, locked, row["media_kind"]),
            read_with=stored.tool if stored else "",
            properties_read_at=stored.read_at if stored else None,
            properties_problem=stored.problem.message if stored and stored.problem else "",
            shown_at=shown_at,
            date_source=date_source,
            rollback_days=self._rollback_days(),
        )

    @remote()
    def item(self, file_id: int, plan: MetadataPlan | None = None) -> PlanItem:
        """
        Return the planned change of a file, also of one that no plan has.

        Raises:
            UnknownIdError: The file does not exist.

        """
        return self.file(file_id, plan).item

    @remote()
    def find(self, text: str) -> int:
        """
        Return the id of a file that a text names: its id, its path, or its path below the only folder that has it.

        Raises:
            UnknownIdError: The text names no scanned file.

        """
        if text.isdecimal():
            return int(text)
        path = Path(text).expanduser()
        reader = self._database.read()
        file_id = store.file_at(reader, os.fsencode(os.path.realpath(path)))
        file_id = store.file_at(reader, os.fsencode(path.absolute())) if file_id is None else file_id
        file_id = store.file_below(reader, os.fsencode(path)) if file_id is None else file_id
        if file_id is None:
            raise errors.UnknownIdError(f"No scan has found the file {text}. Scan its folder first, or give its id.")
        return file_id

    @remote()
    def require(self, target: str | Sequence[int]) -> None:
        """
        Check ids, or those that a search names (`id:12`).

        Raises:
            UnknownIdError: There is no file with one of these ids.
            QueryError: The search is not valid.

        """
        targets.require(self._database.read(), target)

    @remote()
    def of_hash(self, file_hash: str, *, only_this: bool = False) -> list[int]:
        """
        Return the files with this payload; `only_this`: the one file with it.

        Raises:
            UnknownIdError: No file has it.
            UsageError: One file is wanted, and several have it.

        """
        file_ids = store.files_of_hash(self._database.read(), file_hash)
        if not file_ids:
            raise errors.UnknownIdError(f"There is no file with the hash {file_hash}.")
        if only_this and len(file_ids) > 1:
            raise errors.UsageError(
                f"{wording.files(len(file_ids))} have this hash. For only one of them, name it by its id: "
                f"{wording.first_ids(file_ids)}."
            )
        return file_ids

    @remote()
    def names_like(self, text: str, count: int = NAMES) -> list[tuple[str, int]]:
        """
        Return people whose names contain a text, ignoring case and accents, with the number of their videos.

        A person is also found by an alias, if the text is the whole alias.
        """
        folded, key = people_comment.fold(text.strip()), people_comment.person_key(text)
        names = store.names_like(self._database.read(), folded, key, count=count)
        files = self._people_index.files_of(self._planner.newest_version(), names) if names else {}
        return [(name, files[name]) for name in names]

    def _seconds(self, row: dict[str, Any]) -> float:
        """Return the estimated seconds of a write of a file that the plan does not write."""
        rates = self._planner.rates.current().of(row["library_id"])
        rate = rates.copy_rate if strategies.copies(row["strategy"]) else rates.in_place_rate
        return float(row["est_seconds"] * rate)

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
    "media_kind",
    "duration",
    "first_seen_at",
    "scanned_at",
    "comment",
    "fields_differ",
    "strategy",
    "strategy_code",
    "est_bytes",
)


def _raw(path: bytes) -> str:
    """Return a path in percent encoding if it is not UTF-8; else ""."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return urllib.parse.quote(path)
    return ""


def _stream(number: int, known: dict[str, Any]) -> StreamFacts:
    """Return a stored stream. Another home or an older version may have stored fewer facts."""
    return StreamFacts(
        index=known.get("index", number),
        kind=known.get("kind", ""),
        codec=known.get("codec") or "",
        language=known.get("language"),
        details=known.get("details") or {},
    )


def _tags(row: dict[str, Any]) -> list[TagPlace]:
    """Return the tags of each place that has tags, those of the container first."""
    tags = row["tags"] or {}
    places = [("container", tags.get("container") or {})]
    places += [(str(number), each) for number, each in enumerate(tags.get("streams") or [])]
    return [TagPlace(place=place, tags=dict(each)) for place, each in places if each]


def _strategy(row: dict[str, Any], *, by_stem: bool) -> dict[str, Any]:
    """Return the strategy of the file with the reason for it, or the reason why it cannot be written."""
    found = _chosen(row, by_stem=by_stem)
    unread = sidecar_names.unread(row["path_bytes"]) if row["media_kind"] == "photo" else None
    if unread is None:
        return found
    name, owner = (each.decode("utf-8", "replace") for each in (unread.name, unread.owner))
    sentence = f"The sidecar {name} is neither read nor changed for this photo: {owner} has the same name."
    return found | {"strategy_why": f"{found['strategy_why']} {sentence}".strip()}


def _chosen(row: dict[str, Any], *, by_stem: bool) -> dict[str, Any]:
    if strategies.is_sidecar(row["strategy"]):
        if row["sidecar"]:
            name, change = sidecar_names.name_in(row["sidecar"]), "updated"
        else:
            place = sidecar_names.find(bytes(row["path_bytes"]), siblings=(), by_stem=by_stem)
            name, change = place.name.decode("utf-8", "replace"), "created"
        sentence = f"The sidecar {name} is {change}. {row['strategy_message']}".strip()
        return {"strategy_words": strategies.in_words(row["strategy"]), "strategy_why": sentence}
    if row["strategy"]:
        return {"strategy_words": strategies.in_words(row["strategy"]), "strategy_why": strategies.why(row["strategy"])}
    return {"strategy_words": "", "strategy_why": row["strategy_message"] or row["state_message"]}


def _readings(row: dict[str, Any], item: PlanItem | None) -> list[readers.Reading]:
    """Return what programs show: for the planned comment if the file would be written, else for the current comment."""
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
    """Return all people of the file and of the result, each spelling of the result once, with all reasons for it."""
    result = item.result_people if item is not None else list(in_file)
    added = set(item.tags_to_add) if item is not None else set[str]()
    edit = next((each for each in decided if each.kind == "edit"), None)
    reasons = [(each.name, Origin(origin=each.origin, since=each.since, qualifier=each.qualifier)) for each in assigned]
    if edit is not None:
        reasons += [(name, Origin(origin="edit", since=edit.created_at)) for name in edit.people or []]
    reasons += [(name, Origin(origin="comment", since=None)) for name in in_file]
    origins: dict[str, list[Origin]] = {name: [] for name in result}
    spellings = {people_comment.person_key(name): name for name in result}
    for name, origin in reasons:
        shown = name if name in origins else spellings.setdefault(people_comment.person_key(name), name)
        origins.setdefault(shown, []).append(origin if shown == name else replace(origin, spelt=name))
    states = {name: "added" if name in added else "kept" for name in result}
    return [
        PersonDetails(name=name, origins=tuple(of_person), state=states.get(name, "removed"))
        for name, of_person in origins.items()
    ]


def _fields(
    row: dict[str, Any], decided: Sequence[StandingDecision], locked: Sequence[FieldLock]
) -> list[FieldDetails]:
    """Return every field beside the comment with its origin and its lock."""
    in_file, locks_of_fields = dict(row["fields"] or {}), {each.field for each in locked}
    edits = {each.kind: each for each in decided}
    found = []
    for field in editable_fields():
        value, edit = in_file.get(field.key), edits.get(kind_of_field(field.key))
        planned = value if edit is None else edit.value
        found.append(
            FieldDetails(
                field=field.key,
                title=field.title,
                value=value,
                planned=planned,
                origin=("file" if value is not None else "") if edit is None else edit.reason or "edit",
                since=None if edit is None else edit.created_at,
                locked=field.key in locks_of_fields,
                problem=field.problem_in(row["container"] or "", planned)
                or problem_of_file(row["field_problems"], field.key, planned),
                shown=readers.shown_in(field, row["container"] or ""),
            )
        )
    return found


def _properties(
    stored: StoredProperties | None, locked: Sequence[FieldLock], kind: MediaKind | None
) -> list[FileProperty]:
    """Return the properties of a file: those of its kind, and all others that have a value or a lock."""
    by_field = {each.field: each for each in locked}
    values, shown = stored.properties if stored else MediaProperties(), shown_fields(kind)
    return [
        FileProperty(
            field=name,
            label=LABELS[name],
            value=(value := getattr(values, name)),
            text=display_value(name, value),
            lock=by_field.get(name),
        )
        for name in FIELDS
        if name in shown or name in by_field or getattr(values, name) is not None
    ]


def _event(row: Mapping[str, Any], library_state: str) -> FileEvent:
    reason, can_rollback, exact = _rollback_outlook(row, library_state)
    facts = {name: row[name] for name in FileEvent.__dataclass_fields__ if name in row}
    return FileEvent(
        **facts | {"fields": [Change(**change) for change in row["fields"]]},
        can_rollback=can_rollback,
        exact=exact,
        rollback_until=row["expires_at"] if exact else None,
        rollback_reason=reason,
    )


def _rollback_outlook(row: Mapping[str, Any], library_state: str) -> tuple[str, bool, bool]:
    """Return why a rollback of the file is limited, whether it is possible, and whether it is byte for byte."""
    obstacle = _obstacle(row)
    if obstacle:
        return obstacle, False, False
    if row["dropped_at"] is not None or row["kind"] in (None, "tags"):
        reason = f" ({row['evicted_reason']})" if row["evicted_reason"] else ""
        return f"Only the comment can be restored{reason}.", True, False
    if library_state == "offline":
        return "The folder of the file is offline.", False, False
    return "", True, True


def _obstacle(row: Mapping[str, Any]) -> str:
    """Return why a rollback of the file is impossible; "" if it is possible."""
    if row["status"] != "success":
        return "The operation did not change the file."
    if row["origin"]:
        return no_backups_reason(row["origin"])
    if row["operation_status"] not in FINISHED_STATES:
        return "The operation is not finished."
    if row["rolled_back_by"] is not None:
        return f"Operation {row['rolled_back_by']} has rolled it back."
    if row["superseded_by"] is not None:
        return f"Operation {row['superseded_by']} wrote the file later. Roll that one back first, or both."
    return ""
