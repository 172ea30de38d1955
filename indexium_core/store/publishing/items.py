"""The items of publications in the ledger of operations, and what follows from their results."""

from __future__ import annotations

import json
import os
import urllib.parse
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model import wording
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.planning.plan import Holder
from indexium_core.model.publishing.publication import PublicationRow, PublishLogEntry, SideFilePlan
from indexium_core.model.publishing.requests import RESTORE
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.connections import players
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import Task, TaskSideFile
from indexium_core.store.publishing.published import EMPTY_HASH
from indexium_core.store.publishing.rows import TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublication:
    """The publication of one title or video."""

    row: PublicationRow
    anchor: bytes  # the media, or the folder, that must exist when the files are written
    bodies: Mapping[bytes, bytes]  # the new NFO files by path
    own_elements: Mapping[bytes, str]  # of an NFO file: what is ours in it, as JSON
    contents_hashes: Mapping[bytes, str | None]  # … and the hash of what it has to say
    forgotten: Sequence[SideFilePlan] = ()  # files that are ours no more; a rollback makes them ours again


def create(
    tx: Connection,
    publications: Sequence[NewPublication],
    *,
    options: Mapping[str, Any],
    user_note: str,
    user_action: str,
    source: str,
    now: datetime,
    expires_at: datetime,
    owner: str = "",
    request: IdempotentRequest | None = None,
) -> int:
    """Record an operation that publishes titles, with items, backups and its job; return its id."""
    operation_id = ledger.new_id(tx, request, now=now)
    subjects = [each.row.entity.subject for each in publications]
    holders = busy(tx, publications)
    messages = {subject: holder.describe("the files of this title") for subject, holder in holders.items()}
    ids = [row[0] for row in tx.execute(_sql("next_item_ids"), {"count": len(publications)}).fetchall()]
    rows = [each.row for each in publications]
    items = {
        "ids": ids,
        "operation_id": operation_id,
        "subjects": subjects,
        "entity_types": [each.entity.entity_type for each in rows],
        "entity_ids": [each.entity.entity_id for each in rows],
        "shown": [each.anchor.decode("utf-8", "replace") for each in publications],
        "anchors": [each.anchor for each in publications],
        "statuses": ["conflict" if subject in messages else "pending" for subject in subjects],
        "codes": ["busy_in_operation" if subject in messages else "" for subject in subjects],
        "messages": [messages.get(subject, "") for subject in subjects],
        "sizes": [each.new_bytes for each in rows],
    }
    tx.execute(_sql("insert_items"), items)
    tx.execute(_sql("insert_side_files"), _side_files(ids, publications))
    ledger.insert_history(tx, operation_id, now=now, expires_at=expires_at)
    counts = ledger.counts_by_status(tx, operation_id)
    what = f"'{user_note}'" if user_note else wording.plural(len(publications), "title")
    ledger.insert_operation(
        tx,
        operation_id,
        operation_type="publish",
        title=f"{'Restore' if user_action == RESTORE else 'Publish'} {what}",
        counts=counts,
        user_note=user_note or ("Restoration" if user_action == RESTORE else ""),
        user_action=user_action,
        source=source,
        plan_id=None,
        reverts_id=None,
        options=json.dumps(dict(options)),
        owner=owner,
        now=now,
    )
    return operation_id


def busy(reader: Connection, publications: Sequence[NewPublication]) -> dict[int, Holder]:
    """Return the operations that use the side files of titles, by subject."""
    subjects = [each.row.entity.subject for each in publications]
    rows = reader.execute(_ledger("busy_among"), {"subjects": subjects}).fetchall()
    return {subject: Holder(operation, status) for subject, operation, status in rows}


def preview_tasks(reader: Connection, publications: Sequence[NewPublication]) -> list[Task]:
    """Return the tasks that a publication would have; nothing is recorded."""
    hashes = [file.after_hash for each in publications for file in each.row.written if file.after_hash]
    pictures = dict(reader.execute(_sql("cache_paths"), {"hashes": hashes}).fetchall())
    return [
        Task(
            item_id=0,
            file_id=None,
            path=each.anchor,
            expected_size=-1,
            expected_mtime_ns=-1,
            expected_hash=None,
            changes=(),
            entity_type=each.row.entity.entity_type,
            entity_id=each.row.entity.entity_id,
            side_files=tuple(
                TaskSideFile(
                    path=file.path_bytes,
                    kind=file.kind,
                    before_hash=file.before_hash,
                    after_hash=file.after_hash,
                    body=None if (body := each.bodies.get(file.path_bytes)) is None else zlib.compress(body),
                    picture=pictures.get(file.after_hash),
                )
                for file in each.row.written
            ),
        )
        for each in publications
    ]


def _side_files(ids: Sequence[int], publications: Sequence[NewPublication]) -> dict[str, list[Any]]:
    found = [
        (item_id, position, each, file)
        for item_id, each in zip(ids, publications, strict=True)
        for position, file in enumerate([*each.row.written, *each.forgotten])
    ]
    bodies = [each.bodies.get(file.path_bytes) for _, _, each, file in found]
    return {
        "item_ids": [item_id for item_id, *_ in found],
        "positions": [position for _, position, *_ in found],
        "library_ids": [each.row.library_id for _, _, each, _ in found],
        "paths": [file.path_bytes for *_, file in found],
        "kinds": [file.kind for *_, file in found],
        "actions": [file.action for *_, file in found],
        "before": [file.before_hash for *_, file in found],
        "before_mtimes": [file.before_mtime_ns for *_, file in found],
        "after": [file.after_hash for *_, file in found],
        "bodies": [None if body is None else zlib.compress(body) for body in bodies],
        "own": [each.own_elements.get(file.path_bytes) for _, _, each, file in found],
        "contents": [each.contents_hashes.get(file.path_bytes) for _, _, each, file in found],
    }


def follow_results(tx: Connection, item_ids: Collection[int], *, at: datetime) -> None:
    """Bring what is ours, the log, the messages to players and the state of titles up to date with results of items."""
    facts = {"ids": list(item_ids)}
    tx.execute(_sql("insert_log"), {**facts, "at": at})
    players.follow_items(tx, item_ids, at=at)
    is_written = bool(tx.value(_sql("has_written"), facts))
    if is_written:
        tx.execute(_sql("forget_ours"), facts)
        tx.execute(_sql("insert_ours"), facts)
        tx.execute(_sql("forget_carried_out"), {**facts, "empty": EMPTY_HASH})
    tx.execute(_sql("forget_absent"), facts)
    if not is_written:
        return
    for kind, table in TABLES.items():
        tx.execute(sql.with_parts(_sql("show_published"), table=table), {**facts, "kind": kind})


def set_states(tx: Connection, states: Mapping[bytes, str], *, lost_with_media: Iterable[bytes], at: datetime) -> None:
    """
    Store how our files are on the disk, by path: published, drifted or missing. A released one stays released.

    `lost_with_media`: missing files whose media is away, too. Perhaps no person deleted them.
    """
    if states:
        facts = {"paths": list(states), "states": list(states.values()), "lost_with_media": list(lost_with_media)}
        tx.execute(_sql("set_states"), {**facts, "at": at})


def cached_sizes(reader: Connection, hashes: Collection[str]) -> dict[str, int]:
    """Return the sizes of the pictures that the cache has, by hash."""
    return dict(reader.execute(_sql("cached_sizes"), {"hashes": list(hashes)}).fetchall())


def has_ours(reader: Connection) -> bool:
    """Return whether any side file is ours, or a person decided about one."""
    return bool(reader.value(_sql("has_ours")))


def ours_below(reader: Connection, folder: bytes) -> dict[bytes, str]:
    """Return our side files below a folder, and those about which a person decided, with their hashes."""
    return dict(reader.execute(_sql("ours_below"), {"first": folder + b"/", "end": folder + b"0"}).fetchall())


def ours_at(reader: Connection, paths: Sequence[bytes]) -> dict[bytes, str]:
    """Return which paths have a side file of ours, with its hash."""
    return dict(reader.execute(_sql("ours_at"), {"paths": paths}).fetchall()) if paths else {}


class OwnContent(NamedTuple):
    """A side file of ours as it was published."""

    path_bytes: bytes
    content_hash: str
    body: bytes | None  # of NFO files


def contents_at(reader: Connection, paths: Sequence[bytes]) -> list[OwnContent]:
    """Return the side files of ours with some paths."""
    rows = reader.execute(_sql("contents_at"), {"paths": paths}).fetchall() if paths else []
    return [OwnContent(path, content_hash, body and zlib.decompress(body)) for path, content_hash, body in rows]


def move(tx: Connection, moved: Mapping[bytes, bytes]) -> None:
    """Store that files of ours have other paths, because other programs renamed them; their items can be undone."""
    found = tx.execute(_sql("anchors_of"), {"paths": list(moved)}).fetchall()
    anchors: dict[int, bytes] = {}
    for item_id, anchor, path, *_ in found:
        old, new = os.path.split(path)[0], os.path.split(moved[path])[0]
        if anchor == old or anchor.startswith(old + b"/"):
            anchors[item_id] = new + anchor[len(old) :]
    states = {
        item_id: [_moved_state(state, anchor, anchors.get(item_id, anchor), moved) for state in recorded]
        for item_id, anchor, _, *recorded in found
        if None not in recorded
    }
    facts = {"old": list(moved), "new": list(moved.values())}
    tx.execute(_sql("move_ours"), facts)
    tx.execute(_sql("drop_former"), facts)
    tx.execute(_sql("move_side_files"), facts)
    tx.execute(_sql("move_anchors"), {"ids": list(anchors), "paths": list(anchors.values())})
    originals, written = zip(*states.values(), strict=True) if states else ((), ())
    tx.execute(_sql("move_states"), {"ids": list(states), "originals": list(originals), "written": list(written)})


def _moved_state(state: str, anchor: bytes, new_anchor: bytes, moved: Mapping[bytes, bytes]) -> str:
    """
    Return a recorded state with the present places of its files; `flows.writing.states` has its form.

    A state in which two files would have one place stays as it is: what was renamed has its first name again.
    """
    prefix, _, files = state.partition(":")
    folder, new_folder = (each if prefix == "folder" else os.path.split(each)[0] for each in (anchor, new_anchor))
    parts = []
    for digest, _, place in (part.rpartition(":") for part in files.split(",")):
        path = os.path.normpath(os.path.join(folder, urllib.parse.unquote_to_bytes(place)))  # noqa: PTH118 - bytes
        parts.append((digest, urllib.parse.quote(os.path.relpath(moved.get(path, path), new_folder))))
    if len({place for _, place in parts}) < len(parts):
        return state
    return f"{prefix}:" + ",".join(f"{digest}:{place}" for digest, place in parts)


def log_of(reader: Connection, entity: Entity, *, count: int) -> list[PublishLogEntry]:
    """Return the publications of a title or a video, newest first."""
    rows = reader.execute(_sql("log_of"), {**entity._asdict(), "count": count}).fetch_dicts()
    lists = ("assets_published", "players_notified")
    return [PublishLogEntry(**row | {name: json.loads(row[name]) for name in lists}) for row in rows]


def last_published(reader: Connection, entity: Entity) -> datetime | None:
    """Return when a title or a video was published the last time; None if nothing of it is published."""
    found: datetime | None = reader.value(_sql("last_published"), entity._asdict())
    return found


def own_elements(reader: Connection, library_id: int) -> dict[bytes, Sequence[Mapping[str, Any]]]:
    """Return what is ours in each NFO file of a library that a publication wrote, by path."""
    rows = reader.execute(_sql("own_elements"), {"library_id": library_id}).fetchall()
    return {path: json.loads(own) for path, own in rows}


def own_hashes(reader: Connection, entity_ids: Collection[int]) -> dict[bytes, str]:
    """Return the hash of each picture of titles, and of the seasons of series, that a publication wrote, by path."""
    return dict(reader.execute(_sql("own_hashes"), {"ids": list(entity_ids)}).fetchall())


def _sql(name: str) -> str:
    return sql.compose("publishing", "ranked_values")[name]


def _ledger(name: str) -> str:
    return sql.compose("ledger")[name]
