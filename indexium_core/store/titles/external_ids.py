"""The ids by which films and series are known: `title_external_ids`, and the id fields of `title_values`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.titles.fields import EntityType
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_ORIGINS = ("nfo", "name", "sender")


class FoundId(NamedTuple):
    """An id that an identification found."""

    entity_type: str
    title_id: int
    provider: str  # kind of the id
    value: str
    origin: str  # nfo, name, sender


class TitleId(NamedTuple):
    """An id of a film or series."""

    entity_type: EntityType
    title_id: int
    provider: str  # kind of the id
    value: str
    origin: str  # hand, provider (of the accepted match), nfo, name, sender
    holder_id: int  # the title of its library that holds the id: another one if two titles have it

    @property
    def is_accepted(self) -> bool:
        """Whether the title holds the id: in a library, one title does."""
        return self.holder_id == self.title_id


def known(reader: Connection, title_ids: Sequence[int] | None = None) -> list[TitleId]:
    """Return one id of each provider for each film and series, or for some."""
    facts = {"ids": None if title_ids is None else list(title_ids)}
    return [TitleId(*row) for row in reader.execute(_sql("known"), facts).fetchall()]


def of_lost(reader: Connection) -> list[TitleId]:
    """Return the ids of films and series that have lost a file or have none, and of those with one of these ids."""
    lost = [number for (number,) in reader.execute(_sql("lost")).fetchall()]
    if not lost:
        return []
    return known(reader, [number for (number,) in reader.execute(_sql("sharing"), {"ids": lost}).fetchall()])


def remember(tx: Connection, found: Iterable[FoundId], *, at: datetime) -> None:
    """Keep what NFO files of others, names and senders say; of each provider, the first of these says the id."""
    ordered = sorted(found, key=lambda each: _ORIGINS.index(each.origin), reverse=True)  # the first one is put last
    rows = list({(each.entity_type, each.title_id, each.provider): each for each in ordered}.values())
    if rows:
        columns = {name: [getattr(each, name) for each in rows] for name in FoundId._fields}
        tx.execute(_sql("forget_changed"), columns)
        tx.execute(_sql("remember"), columns | {"at": at})


def _sql(name: str) -> str:
    return sql.compose("external_ids")[name]
