"""
The selection of pictures: the rules of libraries, and what people selected and rejected.

The tables: `asset_selection_config`, `rejected_assets`, and the columns of `asset_candidates` about the selection.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.artwork.assets import AUTO, AssetCandidate, PictureSlot
from indexium_core.model.artwork.selection_config import ASSET_TYPES, AssetSelectionConfig, default_config
from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class ScoreRow(NamedTuple):
    """What the rule says about a candidate."""

    id: int
    score: float | None
    is_selected: bool


def libraries(reader: Connection, title_ids: Collection[int]) -> dict[int, int]:
    """Return the library of each title."""
    return dict(reader.execute(_sql("libraries"), {"ids": list(title_ids)}).fetchall())


def pictured_titles(reader: Connection, library_id: int | None = None, *, below: bool = False) -> list[int]:
    """Return the films and series (of a library) that have pictures; `below`: also their seasons and episodes."""
    facts = {"library_id": library_id, "below": below}
    return [each for (each,) in reader.execute(_sql("pictured_titles"), facts).fetchall()]


def seed_configs(tx: Connection, library_id: int) -> None:
    """Give a library the rule that a new one has for each kind of picture, where it has none."""
    counts = [default_config(library_id, each).max_count for each in ASSET_TYPES]
    facts = {"library_id": library_id, "asset_types": list(ASSET_TYPES), "max_counts": counts}
    tx.execute(_sql("seed_configs"), facts)


def configs(reader: Connection, library_ids: Collection[int]) -> dict[tuple[int, str], AssetSelectionConfig]:
    """Return the rules of libraries, by library and kind of picture."""
    rows = reader.execute(_sql("configs"), {"library_ids": list(library_ids)}).fetch_dicts()
    found = {}
    for row in rows:
        row["provider_priority"] = tuple(json.loads(row["provider_priority"]))
        found[row["library_id"], row["asset_type"]] = AssetSelectionConfig(**row)
    return found


def config(reader: Connection, library_id: int, asset_type: str) -> AssetSelectionConfig:
    """Return the rule of a library for a kind of picture; of an unknown library, that of a new one."""
    found = configs(reader, [library_id]).get((library_id, asset_type))
    return found or default_config(library_id, asset_type)


def set_config(tx: Connection, config: AssetSelectionConfig) -> None:
    """Store the rule of a library for a kind of picture."""
    seed_configs(tx, config.library_id)
    facts = asdict(config) | {"provider_priority": json.dumps(config.provider_priority)}
    tx.execute(_sql("set_config"), sql.parameters(_sql("set_config"), facts))


def remove_configs(tx: Connection, library_id: int) -> None:
    """Delete the rules of a library."""
    tx.execute(_sql("remove_configs"), {"library_id": library_id})


def set_scores(tx: Connection, rows: Sequence[ScoreRow], *, at: datetime) -> None:
    """Store scores and the selection by the rule; what a person selected must stay selected in `rows`."""
    facts = {
        "ids": [each.id for each in rows],
        "scores": [each.score for each in rows],
        "selected": [each.is_selected for each in rows],
    }
    tx.execute(_sql("set_scores"), facts | {"auto": AUTO, "at": at})


# Decisions of people.


def select(tx: Connection, ids: Collection[int], *, at: datetime) -> None:
    """Select pictures as the present actor, for the present matches of their titles."""
    tx.execute(_sql("select"), {"ids": list(ids), "at": at, **current_actor().columns})


def release(tx: Connection, ids: Collection[int]) -> None:
    """Forget that people selected pictures."""
    tx.execute(_sql("release"), {"ids": list(ids)})


def reject(tx: Connection, picture: AssetCandidate, reason: str, *, at: datetime) -> None:
    """Reject a picture as the present actor, for all titles."""
    facts = {"provider": picture.provider, "provider_url": picture.provider_url, "asset_type": picture.asset_type}
    tx.execute(_sql("reject"), facts | {"reason": reason, "at": at, **current_actor().columns})
    tx.execute(_sql("mark_rejected"), {"urls": [url_key(picture)]})


def take_back(tx: Connection, urls: Collection[str]) -> None:
    """Forget that pictures are rejected; `urls` are results of `url_key`."""
    facts = {"urls": list(urls)}
    tx.execute(_sql("remove_rejections"), facts)
    tx.execute(_sql("mark_rejected"), facts)


def titles_of_pictures(reader: Connection, urls: Collection[str]) -> list[int]:
    """Return the titles for which pictures are candidates; `urls` are results of `url_key`."""
    return [each for (each,) in reader.execute(_sql("titles_of_pictures"), {"urls": list(urls)}).fetchall()]


def url_key(picture: AssetCandidate) -> str:
    """Return what a rejection is known by: the provider and the address."""
    return f"{picture.provider} {picture.provider_url}"


def decisions(reader: Connection, slots: Collection[PictureSlot], urls: Collection[str]) -> str:
    """Return what people selected for slots, and which pictures they rejected, as a JSON object for `restore`."""
    facts = {"slots": [each.subject for each in slots], "urls": list(urls)}
    return str(reader.value(_sql("decisions"), facts))


def restore(tx: Connection, before: str, slots: Collection[PictureSlot], urls: Collection[str]) -> None:
    """Restore what people decided about slots and pictures (see `decisions`)."""
    rows = tx.execute(_sql("selected"), {"slots": [each.subject for each in slots]}).fetchall()
    release(tx, [each for (each,) in rows])
    kept: Mapping[str, str] = {"before": before}
    tx.execute(_sql("remove_rejections"), {"urls": list(urls)})
    tx.execute(_sql("restore_rejected"), kept)
    tx.execute(_sql("restore_candidates"), kept)
    tx.execute(_sql("restore_selected"), kept)
    tx.execute(_sql("mark_rejected"), {"urls": list(urls)})


def _sql(name: str) -> str:
    return sql.compose("artwork", "selection")[name]
