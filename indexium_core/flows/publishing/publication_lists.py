"""The list of publications: rows for people, and the search of the stored rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from indexium_core.model.people.people_comment import fold
from indexium_core.model.publishing import risks
from indexium_core.model.publishing.publication import PublicationItem, PublicationRow, action_counts
from indexium_core.model.publishing.requests import PublicationFilter
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store.connection import Connection
from indexium_core.store.publishing import rows
from indexium_core.store.publishing.rows import ListedRow, PublicationSearch

_SHOWN_FILES = 8  # of a row of the list: more are counted


def items(reader: Connection, listed: Sequence[ListedRow], *, most: int | None = _SHOWN_FILES) -> list[PublicationItem]:
    """Return rows of the list with their first files, those that change first; `most`: None for all files."""
    members: dict[Entity, list[PublicationRow]] = {}
    for row in rows.members(reader, [each.top for each in listed]):
        members.setdefault(row.top, []).append(row)
    return [_item(each, members.get(each.top, []), most=most) for each in listed]


def search(wanted: PublicationFilter) -> PublicationSearch:
    """Return a filter in the form that the store reads. Raises UsageError if a risk is unknown."""
    wanted.check()
    return PublicationSearch(
        words=tuple(map(fold, wanted.query.split())),
        risks=wanted.risk,
        codes=wanted.code,
        actions=wanted.action,
        library_id=wanted.library_id,
        unpublished=wanted.unpublished,
    )


def _item(listed: ListedRow, members: Sequence[PublicationRow], *, most: int | None) -> PublicationItem:
    own = [each for row in members if row.entity == listed.top for each in row.files]
    others = [each for row in members if row.entity != listed.top for each in row.files]
    shown = [*own, *sorted(others, key=lambda each: not (each.codes or each.is_written))]
    people = dict.fromkeys(name for row in members for name in row.people)
    return PublicationItem(
        entity_type=listed.top.entity_type,
        entity_id=listed.top.entity_id,
        library_id=listed.library_id,
        name=listed.name,
        folder=listed.folder,
        risk=listed.risk,
        codes=risks.in_order(listed.codes),
        files=shown[:most],
        people=list(people),
        is_unpublished=listed.is_unpublished,
        new_bytes=listed.new_bytes,
        members=listed.members,
        action_counts=dict(Counter(listed.actions)),
    )


def alone(row: PublicationRow) -> PublicationItem:
    """Return a season or an episode as a row of its own."""
    return PublicationItem(
        entity_type=row.entity.entity_type,
        entity_id=row.entity.entity_id,
        library_id=row.library_id,
        name=row.name,
        folder=row.folder,
        risk=row.risk,
        codes=list(row.codes),
        files=list(row.files),
        people=list(row.people),
        is_unpublished=row.is_unpublished,
        new_bytes=row.new_bytes,
        members=1,
        action_counts=action_counts(row.files),
    )
