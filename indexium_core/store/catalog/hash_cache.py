"""
The hash cache: the hash of the media of a file by device, inode, size and modification time.

A row is valid as long as the file on disk has these facts. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from indexium_core.model.files.hash_cache import HashCacheStats, KnownHash
from indexium_core.model.files.media import FileStat
from indexium_core.store import rows, sql
from indexium_core.store.connection import Connection

Identity: TypeAlias = tuple[int, int, int, int]  # `FileStat.identity`


class FileToVerify(NamedTuple):
    """A present file with its known hashes, at most one of each kind."""

    file_id: int
    library_id: int
    path: bytes
    stat: FileStat
    hashes: list[str]


def find(reader: Connection, stats: Iterable[FileStat], *, full: bool) -> dict[Identity, KnownHash]:
    """Return the newest known hashes by `FileStat.identity`; with `full`, only hashes of all media."""
    parameters = rows.columns_of_identities(stats) | {"full": full}
    found = reader.execute(_sql("find"), parameters).fetchall()
    return {(device, inode, size, mtime): KnownHash(*known) for device, inode, size, mtime, *known in found}


def ambiguous(reader: Connection, stats: Iterable[FileStat]) -> set[Identity]:
    """
    Return the identities for whose device, size and time the cache has another hash.

    The inode alone does not tell which of these files it is: a file system uses it again.
    """
    return {*reader.execute(_sql("ambiguous"), rows.columns_of_identities(stats)).fetchall()}


def put(tx: Connection, hashes: Sequence[tuple[FileStat, KnownHash]], *, at: datetime) -> None:
    """Store new hashes. They replace older hashes of the same kind (`x1:`, `f1:`) and inode."""
    if not hashes:
        return
    columns = rows.columns_of_identities(stat for stat, _ in hashes)
    columns |= {"file_hash": [known.file_hash for _, known in hashes]}
    tx.execute(_sql("replace"), {name: columns[name] for name in ("device", "inode", "file_hash")})
    tx.execute(_sql("put"), columns | {"seconds": [known.seconds for _, known in hashes], "at": at})


def follow_write(tx: Connection, written: Mapping[int, FileStat]) -> None:
    """
    Keep the hashes of written files whose media has not changed, by file id, under their new stat facts.

    The catalog must still have the stat facts before the write.
    """
    columns = rows.columns_of_identities(written.values())
    tx.execute(_sql("follow_write"), columns | {"file_id": list(written)})
    tx.execute(_sql("drop_outdated"), columns)


def stats(reader: Connection, *, in_memory: int) -> HashCacheStats:
    """Return the numbers of entries."""
    entries, sampled, full, stale, verified, differing = reader.execute(_sql("count")).fetchall()[0]
    return HashCacheStats(
        entries=entries,
        sampled=sampled,
        full=full,
        stale=stale,
        verified=verified,
        differing=differing,
        in_memory=in_memory,
    )


def clean(tx: Connection) -> int:
    """Delete the entries without a known file; return their number."""
    return int(tx.value(_sql("clean")))


def to_verify(
    reader: Connection, *, after: int, count: int, file_ids: Sequence[int] | None = None
) -> list[FileToVerify]:
    """Return the next `count` present files with a known hash and an id above `after`: of all files, or of some."""
    facts = {"after": after, "count": count, "file_ids": None if file_ids is None else list(file_ids)}
    return [
        FileToVerify(
            file_id,
            library_id,
            bytes(path),
            FileStat(size=size, mtime_ns=mtime_ns, device=device, inode=inode, nlink=1, mode=0),
            hashes,
        )
        for file_id, library_id, path, device, inode, size, mtime_ns, hashes in reader.execute(
            _sql("to_verify"), facts
        ).fetchall()
    ]


def count_to_verify(reader: Connection, *, after: int, file_ids: Sequence[int] | None = None) -> int:
    """Return the number of the files that `to_verify` returns in all its batches."""
    facts = {"after": after, "file_ids": None if file_ids is None else list(file_ids)}
    return int(reader.value(_sql("count_to_verify"), facts))


def put_verified(tx: Connection, results: Sequence[tuple[FileToVerify, Sequence[str]]], *, at: datetime) -> None:
    """Store the results of a verification: for each file its present hashes, in the order of its known hashes."""
    pairs = [
        (file.stat, known, None if present == known else present)
        for file, hashes in results
        for known, present in zip(file.hashes, hashes, strict=True)
    ]
    if not pairs:
        return
    columns = rows.columns_of_identities(stat for stat, _, _ in pairs)
    columns |= {"file_hash": [known for _, known, _ in pairs], "differing_hash": [each for _, _, each in pairs]}
    tx.execute(_sql("verified"), columns | {"at": at})


def _sql(name: str) -> str:
    return sql.load("hash_cache")[name]
