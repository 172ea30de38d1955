"""Candidates of pictures (`asset_candidates`) and the inventory of the cache (`cache_inventory`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.artwork.assets import LOCAL, AssetCandidate
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class Offer(NamedTuple):
    """A picture that a provider or a folder offers."""

    asset_type: str
    provider: str
    url: str
    metadata: Mapping[str, Any]
    width: int | None = None
    height: int | None = None


class OriginalRow(NamedTuple):
    """An image of the cache, and whether titles show it."""

    file_path: str  # below the folder of the cache
    file_size: int
    reference_count: int
    is_selected: bool
    is_protected: bool  # a person selected it, or it is published


class OrphanedImage(NamedTuple):
    """An image of the cache that nothing uses."""

    content_hash: str
    file_path: str  # below the folder of the cache
    file_size: int


class TitleOwner(NamedTuple):
    """What a title is, and where it belongs."""

    entity_type: str
    id: int
    series_id: int | None
    season: int | None
    may_download: bool = True  # titles of its library are looked up


class LocalFile(NamedTuple):
    """A video of a title."""

    library_id: int
    root: bytes
    path: bytes
    folder: str  # below the root, for display
    season: int | None


def candidates(reader: Connection, title_ids: Collection[int], asset_type: str | None = None) -> list[AssetCandidate]:
    """Return the pictures of titles, perhaps only of one kind."""
    return _pictures(reader, "candidates", {"ids": list(title_ids), "asset_type": asset_type})


def candidate(reader: Connection, candidate_id: int) -> AssetCandidate | None:
    """Return a picture; None if there is none with this id."""
    return next(iter(_pictures(reader, "candidate", {"id": candidate_id})), None)


def _pictures(reader: Connection, statement: str, facts: Mapping[str, Any]) -> list[AssetCandidate]:
    """Read pictures. The present matches are read only where a person selected one: pages read pictures often."""
    found = [AssetCandidate(**row) for row in reader.execute(_sql(statement), facts).fetch_dicts()]
    chosen = {each.entity_id for each in found if each.selected_match is not None and each.provider != LOCAL}
    if not chosen:
        return found
    matches = dict(reader.execute(_sql("matches"), {"ids": list(chosen)}).fetchall())
    return [
        replace(each, is_of_former_match=each.selected_match != matches.get(each.entity_id))
        if each.is_selected and each.selected_match is not None and each.provider != LOCAL
        else each
        for each in found
    ]


def put(
    tx: Connection,
    offers: Mapping[tuple[str, int], Sequence[Offer]],
    *,
    is_local: bool,
    kept: Collection[str] = (),
    at: datetime,
) -> None:
    """
    Store what is offered for titles in place of what was offered before.

    Args:
        tx: The transaction.
        offers: The pictures by type and id of their title.
        is_local: They are all pictures of folders; otherwise they are of providers.
        kept: Providers whose earlier pictures stay.
        at: The time.

    """
    rows = [(*title, each) for title, some in offers.items() for each in some]
    titles = {"entity_type": [kind for kind, _ in offers], "entity_id": [number for _, number in offers]}
    columns = {name: [getattr(each, name) for *_, each in rows] for name in Offer._fields if name != "metadata"}
    texts = [json.dumps(dict(each.metadata), sort_keys=True) for *_, each in rows]
    owners = {"entity_type": [kind for kind, *_ in rows], "entity_id": [number for _, number, _ in rows]}
    tx.execute(_sql("incoming_titles"), titles)
    hashes = [each for (each,) in tx.execute(_sql("hashes_of_incoming")).fetchall()]
    tx.execute(_sql("incoming_candidates"), owners | columns | {"metadata": texts})
    tx.execute(_sql("remove_candidates"), {"is_local": is_local, "kept": list(kept)})
    tx.execute(_sql("update_candidates"))
    tx.execute(_sql("insert_candidates"), {"at": at})
    tx.execute(_sql("drop_incoming"))
    tx.execute(_sql("drop_incoming_titles"))
    if hashes:
        count_references(tx, at=at, hashes=hashes)


def set_content(tx: Connection, candidate_id: int, content_hash: str) -> list[int]:
    """Store which image of the cache a candidate is, and return its title; none if the candidate is gone."""
    facts = {"candidate_id": candidate_id, "content_hash": content_hash}
    return [title_id for (title_id,) in tx.execute(_sql("set_content"), facts).fetchall()]


def set_perceptual_hash(tx: Connection, candidate_id: int, perceptual_hash: str) -> list[int]:
    """Store the perceptual hash of a candidate that has none, and return its title; none if it has a hash."""
    facts = {"candidate_id": candidate_id, "perceptual_hash": perceptual_hash}
    return [title_id for (title_id,) in tx.execute(_sql("set_perceptual_hash"), facts).fetchall()]


def add_cached(tx: Connection, facts: Mapping[str, Any]) -> None:
    """Add an image of the cache, if it is not known; `facts` has its columns and the time `at`."""
    tx.execute(_sql("add_cached"), dict(facts))


def cached(reader: Connection) -> dict[str, str]:
    """Return the path of each image of the cache by its hash."""
    return dict(reader.execute(_sql("cached")).fetchall())


def is_cached(reader: Connection, content_hash: str) -> bool:
    """Return whether an image is in the cache, for an actor with some libraries as one of a title that is seen."""
    return bool(reader.value(_sql("is_cached"), {"content_hash": content_hash}))


def remove_cached(tx: Connection, hashes: Collection[str]) -> None:
    """Delete images that are not in the cache any more."""
    facts = {"hashes": list(hashes)}
    tx.execute(_sql("remove_cached"), facts)
    tx.execute(_sql("mark_removed"), facts)


def count_references(tx: Connection, *, at: datetime, hashes: Collection[str] | None = None) -> None:
    """Count how many candidates and published files use each image of the cache, or those with some hashes."""
    tx.execute(_sql("count_references"), {"at": at, "hashes": None if hashes is None else list(hashes)})


def mark_used(tx: Connection, hashes: Collection[str], *, at: datetime) -> None:
    """Store that images of the cache were used."""
    tx.execute(_sql("mark_used"), {"hashes": list(hashes), "at": at})


def orphans(reader: Connection, *, before: datetime) -> list[OrphanedImage]:
    """Return the images of the cache that nothing has used since a moment."""
    return [OrphanedImage(*row) for row in reader.execute(_sql("orphans"), {"before": before}).fetchall()]


def is_orphaned(reader: Connection, content_hash: str) -> bool:
    """Return whether an image is in the cache and nothing uses it."""
    return bool(reader.value(_sql("is_orphaned"), {"content_hash": content_hash}))


def originals(reader: Connection) -> list[OriginalRow]:
    """Return the images of the cache, the most recently used first."""
    return [OriginalRow(*row) for row in reader.execute(_sql("originals")).fetchall()]


def is_selected_by_person(reader: Connection, candidate_id: int) -> bool:
    """Return whether a person selected a picture."""
    found = candidate(reader, candidate_id)
    return found is not None and found.is_by_person


def remove_orphans(tx: Connection) -> None:
    """Delete the candidates of titles that do not exist any more."""
    tx.execute(_sql("remove_orphans"))


def owner(reader: Connection, title_id: int) -> TitleOwner | None:
    """Return what a title is; None if there is none with this id."""
    row = reader.execute(_sql("owner"), {"id": title_id}).fetchone()
    return None if row is None else TitleOwner(*row)


def changed_owners(reader: Connection, since: datetime) -> list[TitleOwner]:
    """Return the films, series and episodes in libraries of titles that are new or changed since a moment."""
    return [TitleOwner(*row) for row in reader.execute(_sql("changed_owners"), {"since": since}).fetchall()]


def proposed_poster(reader: Connection, title_id: int, position: int) -> tuple[str, str] | None:
    """Return provider and address of the poster of a proposed match; None if it has none."""
    row = reader.execute(_sql("proposed_poster"), {"id": title_id, "position": position}).fetchone()
    return None if row is None or not row[1] else (row[0], row[1])


def files_of(reader: Connection, title_ids: Collection[int]) -> dict[int, list[LocalFile]]:
    """Return the videos of titles by title; of a series, those of its episodes."""
    found: dict[int, list[LocalFile]] = {}
    for title_id, *facts in reader.execute(_sql("files_of"), {"ids": list(title_ids)}).fetchall():
        found.setdefault(title_id, []).append(LocalFile(*facts))
    return found


def titles_below(reader: Connection, library_id: int, folder: str) -> int:
    """Return the number of films and series in a folder and below it."""
    return int(reader.value(_sql("titles_below"), {"library_id": library_id, "folder": folder}))


def titles_of_folder(reader: Connection, library_id: int, folder: str) -> list[int]:
    """Return the films and series in a folder and below it."""
    rows = reader.execute(_sql("titles_of_folder"), {"library_id": library_id, "folder": folder}).fetchall()
    return [number for (number,) in rows]


def seasons(reader: Connection, series_id: int) -> list[tuple[int, int]]:
    """Return id and number of each season of a series."""
    return reader.execute(_sql("seasons"), {"id": series_id}).fetchall()


def to_fetch(
    reader: Connection, *, after: int, count: int, ids: Sequence[int] | None, since: datetime | None
) -> list[int]:
    """Return a page of films and series behind an id: those among `ids`, those that were enriched since a moment."""
    facts = {"after": after, "count": count, "ids": _list(ids), "since": since}
    return [number for (number,) in reader.execute(_sql("to_fetch"), facts).fetchall()]


def to_keep(reader: Connection, title_ids: Sequence[int]) -> list[int]:
    """Return the pictures of films and series that people selected, or that are published, and the cache has not."""
    rows = reader.execute(_sql("to_keep"), {"ids": list(title_ids)}).fetchall()
    return [candidate_id for (candidate_id,) in rows]


def count_to_fetch(reader: Connection, *, after: int, ids: Sequence[int] | None, since: datetime | None) -> int:
    """Return the number of films and series that `to_fetch` returns on all pages."""
    return int(reader.value(_sql("count_to_fetch"), {"after": after, "ids": _list(ids), "since": since}))


def _list(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


def _sql(name: str) -> str:
    return sql.compose("artwork")[name]
