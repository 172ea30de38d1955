"""What statements need to know about the providers: their ranks and ids, as rows."""

from __future__ import annotations

import contextlib

import duckdb

from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.registry import PROVIDERS, id_kinds
from indexium_core.store import sql

_TITLE_KINDS: tuple[tuple[str, TitleKind], ...] = (("movie", "movie"), ("series", "tv"))


def fill(raw: duckdb.DuckDBPyConnection) -> None:
    """Store the present providers of the program, if the database has others."""
    providers = PROVIDERS.values()
    ranks = [(name, each.id, rank) for each in providers for name, rank in each.ranks.items()]
    kinds = [(each.field, each.name, each.rank) for each in id_kinds().values()]
    ids = [
        (entity_type, each.id, name)
        for each in providers
        for entity_type, kind in _TITLE_KINDS
        for name in each.kinds_of(kind)
    ]
    statements = sql.load("provider_ranks")
    plain = {*ranks, *kinds, *((entity_type, f"{own}:{name}", 0) for entity_type, own, name in ids)}
    if set(raw.execute(statements["stored"]).fetchall()) == plain:
        return
    raw.begin()
    try:
        for table in ("ranks", "id_kinds", "provider_ids"):
            raw.execute(statements[f"delete_{table}"])
        raw.executemany(statements["add_rank"], ranks)
        raw.executemany(statements["add_id_kind"], kinds)
        raw.executemany(statements["add_provider_id"], ids)
        raw.commit()
    except BaseException:
        with contextlib.suppress(duckdb.Error):
            raw.rollback()
        raise
