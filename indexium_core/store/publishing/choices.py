"""What people decide about side files that are not as we left them (`side_file_choices`)."""

from __future__ import annotations

import urllib.parse
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.operations.actor import current_actor
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.connection import Connection
from indexium_core.store.publishing.inputs import STOP


class SideFileChoice(NamedTuple):
    """A decision about a side file. It counts while the file has the same bytes; `stop` counts always."""

    path_bytes: bytes
    content_hash: str  # BLAKE3, hex; "": it is gone
    choice: str  # replace: our file takes its place; keep: theirs stays; stop: it is not published any more


def of_paths(reader: Connection, paths: Collection[bytes]) -> list[SideFileChoice]:
    """Return the decisions about files, by path."""
    rows = reader.execute(_sql("choices_of_paths"), {"paths": list(paths)}).fetchall()
    return [SideFileChoice(*row) for row in rows]


def put(
    tx: Connection, entity: Entity, paths: Collection[bytes], wanted: Sequence[SideFileChoice], *, at: datetime
) -> None:
    """Store decisions about files of a title in place of the former ones."""
    tx.execute(_sql("remove_choices"), {"paths": list(paths)})
    for each in wanted:
        facts = {**each._asdict(), **entity._asdict(), "at": at, **_actor()}
        tx.execute(_sql("set_choice"), facts)
    changers.record_titles(tx, [f"{entity.entity_type}:{entity.entity_id}"])  # who takes a choice back leaves no row
    released = [each.path_bytes for each in wanted if each.choice == STOP]
    tx.execute(_sql("release"), {"paths": list(paths), "released": released})


def stopped_elsewhere(
    reader: Connection, entity: Entity, kinds: Collection[str], known: Collection[bytes]
) -> list[SideFileChoice]:
    """Return the stopped files of a title, of some kinds, that its plan does not have: their media has another name."""
    facts = {**entity._asdict(), "kinds": list(kinds), "known": list(known)}
    rows = reader.execute(_sql("stopped_elsewhere"), facts).fetchall()
    return [SideFileChoice(path, content_hash, STOP) for path, content_hash in rows]


def move(tx: Connection, moved: Mapping[bytes, bytes]) -> None:
    """Give the decisions about files their new paths, because their media or their folders have other names."""
    facts = {"old": list(moved), "new": list(moved.values())}
    tx.execute(_sql("move_choices"), facts)
    tx.execute(_sql("move_flips"), facts)
    for old, new in moved.items():
        quoted = {"old": urllib.parse.quote_from_bytes(old), "new": urllib.parse.quote_from_bytes(new)}
        tx.execute(_sql("move_steps"), quoted)


def forget_flips(tx: Connection, paths: Collection[bytes]) -> None:
    """Forget that other programs changed files, so that these are published again."""
    tx.execute(_sql("forget_flips"), {"paths": list(paths)})


def _actor() -> Mapping[str, str]:
    return current_actor().columns


def _sql(name: str) -> str:
    return sql.compose("publishing", "ranked_values")[name]
