"""Films and episodes that have several files, for their check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from indexium_core.model.titles.fields import KIND_NAMES
from indexium_core.model.titles.titles import title_name
from indexium_core.store import sql
from indexium_core.store.connection import Connection


@dataclass(frozen=True, slots=True)
class SeveralFiles:
    """A film or an episode with several main files that are no parts and no editions."""

    kind: str  # "film" or "episode"
    name: str  # with its year, or with its series and number
    file_ids: list[int]  # the largest picture first


def read(reader: Connection, subjects: Collection[str]) -> dict[str, SeveralFiles]:
    """Return the titles of findings, by subject: the id of the title."""
    text = sql.compose("checks")["titles_with_several_files"]
    rows = reader.execute(text, {"ids": [int(each) for each in subjects]}).fetch_dicts()
    found = {}
    for row in rows:
        subject, file_ids = str(row.pop("id")), row.pop("file_ids")
        found[subject] = SeveralFiles(KIND_NAMES[row["entity_type"]], title_name(**row), file_ids)
    return found
