"""Findings about titles, for their checks: several files of one title, and one id of several titles in a library."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from indexium_core.model.titles.fields import KIND_NAMES
from indexium_core.model.titles.titles import title_name
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles import matches, titles

_MOST_FILES = 4  # of each title that a finding shows


@dataclass(frozen=True, slots=True)
class SeveralFiles:
    """A film or an episode with several main files that are no parts and no editions."""

    kind: str  # "film" or "episode"
    name: str  # with its year, or with its series and number
    file_ids: list[int]  # the largest picture first


def several_files(reader: Connection, subjects: Collection[str]) -> dict[str, SeveralFiles]:
    """Return the titles of findings, by subject: the id of the title."""
    text = sql.compose("checks")["titles_with_several_files"]
    rows = reader.execute(text, {"ids": [int(each) for each in subjects]}).fetch_dicts()
    found = {}
    for row in rows:
        subject, file_ids = str(row.pop("id")), row.pop("file_ids")
        found[subject] = SeveralFiles(KIND_NAMES[row["entity_type"]], title_name(**row), file_ids)
    return found


@dataclass(frozen=True, slots=True)
class SharedId:
    """An id that several titles of one library have; one of them holds it."""

    kind: str  # "film" or "series"
    provider: str  # kind of the id
    value: str
    names: list[str]  # of the titles, the one that holds the id first
    file_ids: list[int]  # some of each title
    file_count: int


def shared_ids(reader: Connection, subjects: Collection[str]) -> dict[str, SharedId]:
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
