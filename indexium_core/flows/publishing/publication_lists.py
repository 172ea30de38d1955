"""The list of publications: rows for people, and the search of the stored rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from indexium_core.model.operations.outcomes import ACTION_WORDS
from indexium_core.model.people.people_comment import fold
from indexium_core.model.publishing import risks
from indexium_core.model.publishing.options import LibraryPublishing, published_by
from indexium_core.model.publishing.publication import (
    PublicationChoice,
    PublicationItem,
    PublicationOverview,
    PublicationRow,
    action_counts,
)
from indexium_core.model.publishing.requests import PublicationFilter
from indexium_core.model.publishing.risks import BY_HAND, PUBLICATION_CODES, PUBLISHED_RISKS
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


def overview(
    reader: Connection,
    wanted: PublicationFilter,
    libraries: Sequence[LibraryPublishing],
    *,
    rollback_until: datetime,
) -> PublicationOverview:
    """Return what stands above the list of a filter. The numbers of a filter are those without its own choice."""
    found = search(wanted)
    totals = rows.totals(reader, found)
    counted = [name for name in totals if not wanted.risk or name in wanted.risk]
    actions = _actions(totals, counted)
    any_action = totals if not wanted.action else rows.totals(reader, replace(found, actions=()))
    codes = rows.code_totals(reader, replace(found, codes=()))
    by_library = rows.library_totals(reader, replace(found, library_id=None))
    return PublicationOverview(
        risks={name: count for name, (count, _, _) in totals.items()},
        actions=actions,
        new_bytes=sum(totals[name][1] for name in counted),
        titles=sum(totals[name][0] for name in PUBLISHED_RISKS if name in totals),
        selectable=len(selectable(reader, wanted)),
        by_action=_choices(ACTION_WORDS, _actions(any_action, counted), wanted.action),
        by_code=_choices({code: each.label for code, each in PUBLICATION_CODES.items()}, codes, wanted.code),
        by_library=_choices(
            {str(each.library_id): each.name for each in libraries},
            {str(number): count for number, count in by_library.items()},
            () if wanted.library_id is None else (str(wanted.library_id),),
        ),
        has_libraries=bool(libraries),
        about=published_by(libraries),
        rollback_until=rollback_until,
    )


def selectable(reader: Connection, wanted: PublicationFilter) -> dict[str, str]:
    """Return the rows that can be selected all at once, by their addresses with their risks."""
    levels = [each for each in wanted.risk or PUBLISHED_RISKS if each in PUBLISHED_RISKS]
    found = rows.selectable(reader, search(wanted), risks=levels, without=list(BY_HAND))
    return {entity.address: risk for entity, risk in found.items()}


def _actions(totals: Mapping[str, tuple[int, int, list[str]]], counted: Collection[str]) -> dict[str, int]:
    return dict(Counter(action for name in counted if name in totals for action in totals[name][2]))


def _choices(labels: Mapping[str, str], counts: Mapping[str, int], chosen: Collection[str]) -> list[PublicationChoice]:
    """Return the values of a filter that find something, and those that are chosen."""
    return [
        PublicationChoice(value=value, label=label, total=counts.get(value, 0))
        for value, label in labels.items()
        if counts.get(value) or value in chosen
    ]


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
