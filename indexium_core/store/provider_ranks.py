"""What statements need to know about the providers: their ranks and ids, as rows."""

from __future__ import annotations

import duckdb

from indexium_core.model.providers import registry
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.store import sql
from indexium_core.store.connection import transaction

_TITLE_KINDS: tuple[tuple[str, TitleKind], ...] = (("movie", "movie"), ("series", "tv"))


def fill(raw: duckdb.DuckDBPyConnection) -> None:
    """Store the present providers of the program, if the database has others."""
    ranks = [(name, provider, rank) for (name, provider), rank in registry.ranks().items()]
    kinds = [(each.field, each.name, each.rank) for each in registry.id_kinds().values()]
    ids = [
        (entity_type, each.id, name)
        for each in registry.PROVIDERS.values()
        for entity_type, kind in _TITLE_KINDS
        for name in each.kinds_of(kind)
    ]
    statements = sql.load("provider_ranks")
    plain = {*ranks, *kinds, *((entity_type, f"{own}:{name}", 0) for entity_type, own, name in ids)}
    if set(raw.execute(statements["stored"]).fetchall()) == plain:
        return
    with transaction(raw):
        for table, rows in (("rank", ranks), ("id_kind", kinds), ("provider_id", ids)):
            raw.execute(statements[f"delete_{table}s"])
            raw.executemany(statements[f"add_{table}"], rows)
