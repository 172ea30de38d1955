"""Films and series of one library that have one id, for their check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from indexium_core.model.titles.fields import KIND_NAMES
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles import matches, titles

_MOST_FILES = 4  # of each title that a finding shows


@dataclass(frozen=True, slots=True)
class SharedId:
    """An id that several titles of one library have; one of them holds it."""

    kind: str  # "film" or "series"
    provider: str  # kind of the id
    value: str
    names: list[str]  # of the titles, the one that holds the id first
    file_ids: list[int]  # some of each title
    file_count: int


def read(reader: Connection, subjects: Collection[str]) -> dict[str, SharedId]:
    """Return the titles of findings, by subject: the ids of their rows."""
    text = sql.compose("checks", "external_ids")["titles_with_shared_id"]
    rows = reader.execute(text, {"subjects": list(subjects), "ids": None}).fetchall()
    ids = [title_id for *_, title_ids in rows for title_id in title_ids]
    items, files = {each.id: each for each in titles.by_ids(reader, ids)}, matches.files(reader, ids, _MOST_FILES)
    return {
        subject: SharedId(
            kind=KIND_NAMES[entity_type],
            provider=provider,
            value=value,
            names=[items[each].name for each in title_ids],
            file_ids=[file.file_id for each in title_ids for file in files.get(each, ())],
            file_count=sum(items[each].file_count for each in title_ids),
        )
        for subject, entity_type, provider, value, title_ids in rows
    }
