"""
Films: groups of payload hashes of the same media, which verified writes of this program changed into each other.

People are assigned to a hash. A rewrite changes the hash of a file and a rollback changes it back, and a scan may find
either hash in a copy. This module links such hashes, and copies the people of known hashes to a new hash of the film.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.catalog import faces
from indexium_core.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class HashPair:
    """Two hashes of one film, and the sizes of the file with each (None: unknown)."""

    old_hash: str
    new_hash: str
    old_size: int | None = None
    new_size: int | None = None


def link(tx: Connection, pairs: Iterable[HashPair], *, at: datetime) -> None:
    """Store that hashes belong to one film, and merge the films that they connect."""
    changed = [each for each in pairs if each.old_hash != each.new_hash]
    if not changed:
        return
    linked = sorted({each.old_hash for each in changed} | {each.new_hash for each in changed})
    rows = tx.execute(_sql("known"), [linked]).fetchall()
    film_of: dict[str, int] = {file_hash: film_id for film_id, file_hash, _ in rows}
    sizes: dict[str, int | None] = {file_hash: size for _, file_hash, size in rows}
    for each in changed:
        for file_hash, size in ((each.old_hash, each.old_size), (each.new_hash, each.new_size)):
            sizes[file_hash] = sizes.get(file_hash) if size is None else size
    groups = _grouped(changed, rows)
    new_ids = [film_id for (film_id,) in tx.execute(_sql("next_ids"), [len(groups)]).fetchall()]
    film_ids, hashes = [], []
    for group, new_id in zip(groups, new_ids, strict=True):
        film_id = min((film_of[each] for each in group if each in film_of), default=new_id)
        hashes += group
        film_ids += [film_id] * len(group)
    tx.execute(_sql("delete"), [hashes])
    values = {"film_ids": film_ids, "hashes": hashes, "sizes": [sizes.get(each) for each in hashes], "at": at}
    tx.execute(_sql("link"), values)


def _grouped(pairs: Iterable[HashPair], rows: Iterable[tuple[int, str, int | None]]) -> list[list[str]]:
    """Return the hashes of each film: the stored films, merged by the pairs."""
    group_of: dict[str, list[str]] = {}
    by_film: dict[int, list[str]] = {}
    for film_id, file_hash, _ in rows:
        group_of[file_hash] = by_film.setdefault(film_id, [])
        group_of[file_hash].append(file_hash)
    for each in pairs:
        one = group_of.setdefault(each.old_hash, [each.old_hash])
        other = group_of.setdefault(each.new_hash, [each.new_hash])
        if one is not other:
            one += other
            group_of |= dict.fromkeys(other, one)
    return list({id(group): group for group in group_of.values()}.values())


def follow(tx: Connection, pairs: Iterable[HashPair]) -> None:
    """Move people from the old hash to the new hash, which the rows of the files already have."""
    hashes = [(each.old_hash, each.new_hash) for each in pairs]
    tx.execute(_sql("rehashed"), {"old": [old for old, _ in hashes], "new": [new for _, new in hashes]})
    _follow(tx)
    tx.execute(_sql("mark_rehashed"))
    tx.execute(_sql("drop_rehashed"))


def find_new_hashes(tx: Connection) -> None:
    """Collect the hashes in `changed` that no file has yet. The batch is not stored yet."""
    tx.execute(_sql("new_hashes" if tx.value(_sql("any_films")) else "no_new_hashes"))


def follow_scan(tx: Connection) -> None:
    """Move people to the new hashes of the files in `changed`. The batch is stored already."""
    tx.execute(_sql("rehashed_by_scan"))
    _follow(tx)
    tx.execute(_sql("drop_rehashed"))


def _follow(tx: Connection) -> None:
    for statement in ("copy_people", "delete_unused"):
        tx.execute(_sql(statement))
    faces.follow(tx)


def _sql(name: str) -> str:
    return sql.load("films")[name]
