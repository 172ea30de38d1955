"""The ids by which films and series are known: `title_external_ids`, and the id fields of `title_values`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from indexium_core.model.titles.fields import EntityType
from indexium_core.store import sql
from indexium_core.store.connection import Connection


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


def known(reader: Connection) -> list[TitleId]:
    """Return one id of each provider for each film and series."""
    return [TitleId(*row) for row in reader.execute(_sql("known")).fetchall()]


def remember(tx: Connection, library_id: int, *, at: datetime) -> None:
    """Keep what names, NFO files of others and senders say about the titles of a library now."""
    for statement in ("forget_changed", "remember"):
        facts = {"library_id": library_id}
        tx.execute(_sql(statement), facts | {"at": at} if statement == "remember" else facts)


def _sql(name: str) -> str:
    return sql.compose("external_ids")[name]
