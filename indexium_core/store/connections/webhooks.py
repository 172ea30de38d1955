"""Sources of events (`webhook_sources`), their events (`webhook_events`), and the ids that they give (`sender_ids`)."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from indexium_core.model.connections.folder_map import FolderRule
from indexium_core.model.connections.webhooks import EventState, WebhookEvent, WebhookSource
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_MOST_EVENTS = 20_000  # that are kept besides the waiting ones


class SecretRow(NamedTuple):
    """What the receipt of an event needs of its source."""

    source_id: int
    secret_hash: str
    enabled: bool


class FolderGroup(NamedTuple):
    """A folder with waiting events."""

    library_id: int
    folder: str
    not_before: datetime  # when it is quiet for long enough
    events: int


class ClaimedEvent(NamedTuple):
    """An event of a reaction."""

    id: int
    source_id: int
    folder: str
    other_folders: list[str]
    upgraded: list[str]  # folders in which the sender removed files
    event_type: str
    name: str
    received_at: datetime
    result: str  # why it was not handled before; "": this is the first attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event to store."""

    source_id: int
    key: str
    digest: str
    received_at: datetime
    event_type: str = ""
    name: str = ""
    body: str  # JSON
    library_id: int | None = None
    folder: str = ""
    other_folders: tuple[str, ...] = ()
    is_upgrade: bool = False
    upgraded: tuple[str, ...] = ()
    times: int = 1
    state: EventState
    not_before: datetime | None = None
    handled_at: datetime | None = None
    result: str = ""
    title_type: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # of the title of the folder


def sources(reader: Connection, *, since: datetime) -> list[WebhookSource]:
    """Return the sources; `since` is the start of the month that is counted."""
    rows = reader.execute(_sql("sources"), {"since": since}).fetch_dicts()
    found = []
    for row in rows:
        row.pop("secret_hash")
        rules = tuple(FolderRule(*pair) for pair in json.loads(row.pop("folder_map")))
        found.append(WebhookSource(rules=rules, **row))
    return found


def source_to_check(reader: Connection, name: str) -> SecretRow | None:
    """Return the hash of the secret of a source; None if there is no such source."""
    row = reader.execute(_sql("source_to_check"), {"name": name}).fetchone()
    return None if row is None else SecretRow(*row)


def add_source(
    tx: Connection, *, kind: str, name: str, secret_hash: str, rules: Sequence[FolderRule], anchor: str, now: datetime
) -> int:
    """Add a source and return its id."""
    facts = {"kind": kind, "name": name, "secret_hash": secret_hash, "anchor": anchor, "now": now}
    return int(tx.value(_sql("add_source"), {**facts, "folder_map": _map_text(rules)}))


def change_source(
    tx: Connection, source_id: int, *, rules: Sequence[FolderRule], anchor: str, is_enabled: bool
) -> None:
    """Set the folders, the anchor and the switch of a source."""
    facts = {"id": source_id, "folder_map": _map_text(rules), "anchor": anchor, "enabled": is_enabled}
    tx.execute(_sql("change_source"), facts)


def set_secret(tx: Connection, source_id: int, secret_hash: str, *, now: datetime) -> None:
    """Set the hash of the secret of a source."""
    tx.execute(_sql("set_secret"), {"id": source_id, "secret_hash": secret_hash, "now": now})


def remove_source(tx: Connection, source_id: int) -> None:
    """Remove a source with its events and the ids that it gave."""
    tx.execute(_sql("remove_events_of_source"), {"id": source_id})
    tx.execute(_sql("remove_ids_of_source"), {"id": source_id})
    tx.execute(_sql("remove_source"), {"id": source_id})


def read_files(reader: Connection) -> set[str]:
    """Return the files whose events are rows already."""
    return {name for (name,) in reader.execute(_sql("read_files")).fetchall()}


def add_files(tx: Connection, names: Collection[str]) -> None:
    """Note that the events of files are rows."""
    for name in names:
        tx.execute(_sql("add_file"), {"name": name})


def forget_files(tx: Connection, names: Collection[str]) -> None:
    """Forget files that are removed."""
    tx.execute(_sql("forget_files"), {"names": list(names)})


def put_event(tx: Connection, event: NewEvent) -> int:
    """Add an event, or count it with an equal one that still waits; return its id."""
    tx.execute(_sql("set_last_event"), {"id": event.source_id, "received_at": event.received_at})
    if event.library_id is not None and event.ids:
        _put_ids(tx, event, event.library_id)
    if event.state == "waiting":
        same = {name: _stored(getattr(event, name)) for name in ("source_id", "digest", "library_id", "folder")}
        found = tx.value(_sql("same_waiting"), same)
        if found is not None:
            facts = {"id": found, "key": event.key, "times": event.times, "not_before": event.not_before}
            tx.execute(_sql("repeat_event"), facts)
            return int(found)
    statement = _sql("add_event")
    facts = {name: _stored(getattr(event, name)) for name in event.__slots__}
    return int(tx.value(statement, sql.parameters(statement, facts)))


def is_waiting(reader: Connection) -> bool:
    """Return whether an event waits."""
    return bool(reader.value(_sql("is_waiting")))


def groups(reader: Connection) -> list[FolderGroup]:
    """Return the folders with waiting events that no reaction has taken, the first due one first."""
    return [FolderGroup(*row) for row in reader.execute(_sql("groups")).fetchall()]


def claim(tx: Connection, job_id: int, library_id: int, folders: Collection[str]) -> list[ClaimedEvent]:
    """Give the waiting events of folders to a reaction, and return them."""
    tx.execute(_sql("claim"), {"job_id": job_id, "library_id": library_id, "folders": list(folders)})
    return [ClaimedEvent(*row) for row in tx.execute(_sql("claimed"), {"job_id": job_id}).fetchall()]


def release(
    tx: Connection,
    job_id: int,
    result: str,
    *,
    now: datetime,
    shortest: timedelta = timedelta(0),
    longest: timedelta = timedelta(0),
) -> None:
    """
    Let the events of a reaction wait again, each as long as it has waited already, within two limits.

    So an event is tried ever more rarely. Without limits, it is tried at once.
    """
    limits = {"shortest": shortest, "longest": longest}
    tx.execute(_sql("release"), {"job_id": job_id, "result": _stored(result), "now": now, **limits})


def note_pause(tx: Connection, result: str) -> None:
    """Note why events wait while all automation is paused."""
    tx.execute(_sql("note_pause"), {"result": result})


def look_now(tx: Connection, event_id: int, *, now: datetime) -> None:
    """Let the waiting events of the folder of an event wait no longer."""
    tx.execute(_sql("look_now"), {"id": event_id, "now": now})


def jobs_of_waiting(reader: Connection) -> list[int]:
    """Return the jobs of reactions that have taken events which still wait."""
    return [int(job_id) for (job_id,) in reader.execute(_sql("jobs_of_waiting")).fetchall()]


def source_of_group(reader: Connection, library_id: int, folder: str) -> tuple[int, str]:
    """Return id and name of the source of the last waiting event of a folder."""
    row = reader.execute(_sql("source_of_group"), {"library_id": library_id, "folder": folder}).fetchone()
    return (0, "") if row is None else (int(row[0]), str(row[1]))


def finish(
    tx: Connection,
    job_id: int,
    result: str,
    *,
    state: EventState,
    now: datetime,
    event_ids: Collection[int] | None = None,
) -> None:
    """Store the result of a reaction for its events, or only for some of them."""
    ids = None if event_ids is None else list(event_ids)
    tx.execute(_sql("finish"), {"job_id": job_id, "state": state, "result": _stored(result), "now": now, "ids": ids})


def requeue(tx: Connection, event_id: int, event: NewEvent) -> None:
    """Let an event wait again, as it is read now."""
    statement = _sql("requeue")
    facts = {name: _stored(getattr(event, name)) for name in event.__slots__}
    tx.execute(statement, sql.parameters(statement, {**facts, "id": event_id}))
    if event.library_id is not None and event.ids:
        _put_ids(tx, event, event.library_id)


def events(
    reader: Connection,
    *,
    source_id: int | None = None,
    state: str = "",
    event_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[WebhookEvent]:
    """Return one page of events, newest first."""
    found = {"source_id": source_id, "state": state, "id": event_id, "limit": limit, "offset": offset}
    rows = reader.execute(_sql("events"), found).fetch_dicts()
    return [
        WebhookEvent(
            **{name: row[name] for name in WebhookEvent.__slots__ if name != "body"}, body=json.loads(row["body"])
        )
        for row in rows
    ]


def count_events(reader: Connection, *, source_id: int | None = None, state: str = "") -> int:
    """Return the number of events."""
    return int(reader.value(_sql("count_events"), {"source_id": source_id, "state": state}))


def prune(tx: Connection, *, before: datetime) -> None:
    """Forget events from before a moment that wait for nothing, and the oldest beyond the most that are kept."""
    tx.execute(_sql("prune"), {"before": before, "most": _MOST_EVENTS})


def ids_of_library(reader: Connection, library_id: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the type of title ("": not known) and the ids by provider that senders gave, by folder."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    rows = reader.execute(_sql("ids_of_library"), {"library_id": library_id}).fetchall()
    for folder, title_type, provider, value in rows:
        found.setdefault(folder, (title_type, {}))[1][provider] = value
    return found


def titles_below(reader: Connection, library_id: int, folders: Collection[bytes]) -> list[tuple[str, int]]:
    """Return type and id of the films, series and videos with files below folders, given as absolute paths."""
    rows = reader.execute(_sql("titles_below"), _below(library_id, folders)).fetchall()
    return [(kind, int(number)) for kind, number in rows]


def titles_in(reader: Connection, library_id: int, folders: Collection[bytes]) -> list[tuple[str, int]]:
    """
    Return type and id of the films, episodes and videos with files in folders.

    Files in folders inside a folder count only if it has a slash at its end.
    """
    whole = tuple(folder for folder in folders if folder.endswith(b"/"))
    rows = reader.execute(_sql("titles_of_paths"), _below(library_id, folders)).fetchall()
    found = {
        (kind, int(number)): None
        for path, kind, number in rows
        if path.rpartition(b"/")[0] in folders or path.startswith(whole)
    }
    return list(found)


def retry_now(tx: Connection, source_id: int, *, now: datetime) -> None:
    """Let the events of a source that are retried later be tried at once."""
    tx.execute(_sql("retry_now"), {"source_id": source_id, "now": now})


def folder_of_ids(reader: Connection, entity_type: str, ids: Mapping[str, str]) -> tuple[int, str] | None:
    """Return the library and the path of a file of the title with one of these ids (field → id); None without one."""
    for name, value in ids.items():
        facts = {"entity_type": entity_type, "field": name, "value": value}
        row = reader.execute(_sql("title_of_ids"), facts).fetchone()
        if row is not None:
            return int(row[0]), os.fsdecode(row[1])
    return None


def _put_ids(tx: Connection, event: NewEvent, library_id: int) -> None:
    place = {"library_id": library_id, "folder": _stored(event.folder)}
    tx.execute(_sql("remove_ids"), place)
    names = {"title_type": event.title_type, "providers": list(event.ids), "values": list(event.ids.values())}
    tx.execute(_sql("put_ids"), {**place, **names, "source_id": event.source_id, "received_at": event.received_at})


def _below(library_id: int, folders: Collection[bytes]) -> dict[str, Any]:
    """Return the parameters of `files_below`."""
    prefixes = [(folder.rstrip(b"/") + b"/").hex().upper() for folder in folders]
    return {"library_id": library_id, "prefixes": prefixes}


def _map_text(rules: Sequence[FolderRule]) -> str:
    return json.dumps([[each.theirs, each.ours] for each in rules])


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return [*map(replace_surrogates, value)]
    return replace_surrogates(value) if isinstance(value, str) else value


def _sql(name: str) -> str:
    return sql.compose("webhooks")[name]
