"""The ledger of side files that are ours (`published_files`), for the comparison with the disk and for a drill."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from blake3 import blake3

from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import sql
from indexium_core.store.connection import Connection

EMPTY_HASH = blake3(b"").hexdigest()  # of a file without a byte


class PublishedFile(NamedTuple):
    """A side file that is ours."""

    entity: Entity
    library_id: int
    library: str  # its name
    root: bytes  # the folder of the library
    is_offline: bool
    path_bytes: bytes
    kind: str  # nfo, or a kind of picture
    content_hash: str  # BLAKE3, hex
    own_elements: str | None  # JSON
    is_left: bool  # a person leaves it as it is: gone


def files(reader: Connection, *, library_id: int | None = None, entity: Entity | None = None) -> list[PublishedFile]:
    """Return the files of a library, of one title or video, or all, by path."""
    kind, number = entity or (None, None)
    facts = {"library_id": library_id, "entity_type": kind, "entity_id": number, "empty": EMPTY_HASH}
    rows = reader.execute(_sql("published"), facts).fetchall()
    return [PublishedFile(Entity(kind, number), *rest) for kind, number, *rest in rows]


def pictures_to_cache(reader: Connection, operation_id: int) -> list[tuple[bytes, str, str]]:
    """Return the pictures of ours that an operation restored and the cache does not have: path, kind and hash."""
    return reader.execute(_sql("pictures_to_cache"), {"operation_id": operation_id}).fetchall()


def forget(tx: Connection, paths: Collection[bytes]) -> None:
    """Delete files from the ledger that are gone and not published any more."""
    tx.execute(_sql("forget_files"), {"paths": list(paths)})


def _sql(name: str) -> str:
    return sql.compose("publishing", "ranked_values")[name]
