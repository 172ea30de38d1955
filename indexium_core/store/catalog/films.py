"""
Films: hashes of media that are the same film, because one became the other through a verified write of ours.

A payload is known by its hash, and so are its people. A rewrite changes the hash, a rollback changes it back, and
either may be met again in a copy, another folder or another home. Here they are tied together, and people go where a
film is found: to a hash that is new, from those that it had before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.catalog import faces
from indexium_core.store.connection import Connection

__all__ = ["HashPair", "follow", "follow_scan", "look_for_fresh", "tie"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashPair:
    """Two hashes of one film, with the sizes of the file when it had them (None: not known)."""

    old_hash: str
    new_hash: str
    old_size: int | None = None
    new_size: int | None = None


def tie(tx: Connection, ties: Iterable[HashPair], *, at: datetime) -> None:
    """Remember that hashes belong to one film; films that turn out to be the same become one."""
    found = [each for each in ties if each.old_hash != each.new_hash]
    if not found:
        return
    asked = sorted({each.old_hash for each in found} | {each.new_hash for each in found})
    rows = tx.execute(_sql("known"), [asked]).fetchall()
    film_of: dict[str, int] = {file_hash: film_id for film_id, file_hash, _ in rows}
    sizes: dict[str, int | None] = {file_hash: size for _, file_hash, size in rows}
    for each in found:
        for file_hash, size in ((each.old_hash, each.old_size), (each.new_hash, each.new_size)):
            sizes[file_hash] = sizes.get(file_hash) if size is None else size
    groups = _grouped(found, rows)
    new_ids = [film_id for (film_id,) in tx.execute(_sql("next_ids"), [len(groups)]).fetchall()]
    film_ids, hashes = [], []
    for group, new_id in zip(groups, new_ids, strict=True):
        film_id = min((film_of[each] for each in group if each in film_of), default=new_id)
        hashes += group
        film_ids += [film_id] * len(group)
    tx.execute(_sql("forget"), [hashes])
    values = {"film_ids": film_ids, "hashes": hashes, "sizes": [sizes.get(each) for each in hashes], "at": at}
    tx.execute(_sql("tie"), values)


def _grouped(ties: Iterable[HashPair], rows: Iterable[tuple[int, str, int | None]]) -> list[list[str]]:
    """Return the hashes that are one film each: what is known already, joined by the ties."""
    group_of: dict[str, list[str]] = {}
    by_film: dict[int, list[str]] = {}
    for film_id, file_hash, _ in rows:
        group_of[file_hash] = by_film.setdefault(film_id, [])
        group_of[file_hash].append(file_hash)
    for each in ties:
        one = group_of.setdefault(each.old_hash, [each.old_hash])
        other = group_of.setdefault(each.new_hash, [each.new_hash])
        if one is not other:
            one += other
            group_of |= dict.fromkeys(other, one)
    return list({id(group): group for group in group_of.values()}.values())


def follow(tx: Connection, ties: Iterable[HashPair]) -> None:
    """Let people go from the old hash to the new one; to be called when the files have their new hashes already."""
    pairs = [(each.old_hash, each.new_hash) for each in ties]
    tx.execute(_sql("rehashed"), {"old": [old for old, _ in pairs], "new": [new for _, new in pairs]})
    _follow(tx)
    tx.execute(_sql("mark_rehashed"))
    tx.execute(_sql("drop_rehashed"))


def look_for_fresh(tx: Connection) -> None:
    """Find which hashes of a scan's `changed` no file had so far; to be called before the batch is stored."""
    tx.execute(_sql("fresh_hashes" if tx.value(_sql("any_films")) else "no_fresh_hashes"))


def follow_scan(tx: Connection) -> None:
    """Let people go to where the `changed` files of a scan have their films; the files are stored already."""
    tx.execute(_sql("rehashed_by_scan"))
    _follow(tx)
    tx.execute(_sql("drop_rehashed"))


def _follow(tx: Connection) -> None:
    for statement in ("follow_people", "leave_hash"):
        tx.execute(_sql(statement))
    faces.follow(tx)


def _sql(name: str) -> str:
    return sql.load("films")[name]
