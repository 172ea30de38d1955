"""
Which values of an NFO file are ours: what we wrote, as our reader finds it again.

A value that is ours is no knowledge of the user, so it is not read back. One that somebody changed since is theirs. The
values are JSON, for a ledger: one mapping for each root element, with its numbers and its values. The name of a value
is its field; a rating, the people of one job and the name of one season are values of their own (`ratings.imdb`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import SEASON_NAMES, SERIES_TITLE
from indexium_core.model.titles.nfo import NfoDocument

OwnValues: TypeAlias = Sequence[Mapping[str, Any]]  # of each root: kind, season, episode, and values by name

_READ_AS = {"aired": "release_date"}  # our reader has one date for a document


def owned(own: OwnValues, changed: Iterable[str], before: NfoDocument | None, after: NfoDocument) -> Mapping[str, Any]:
    """
    Return what is ours in a document after a write.

    Args:
        own: What was ours in the file.
        changed: The fields that we wrote now.
        before: The document before the write; None for a new one.
        after: The document.

    """
    old, new = named_values(before) if before else {}, named_values(after)
    fields = {_READ_AS.get(name, name) for name in changed}
    fields |= {"year"} if "release_date" in fields else set()  # it is read from the date if there is no `<year>`
    written = {
        name: value for name, value in new.items() if name.partition(".")[0] in fields and old.get(name) != value
    }
    earlier = _of_document(own, before or after)
    kept = {name: value for name, value in earlier.items() if new.get(name) == value}
    return {"kind": after.kind, **_numbers(after), "values": kept | written}


def without_own(documents: Sequence[NfoDocument], own: OwnValues) -> list[NfoDocument]:
    """
    Return documents without the values and ids that are still what we wrote.

    The numbers of seasons and episodes stay: they say which document is the one of which episode.
    """
    return [_without(document, _of_document(own, document)) for document in documents]


def named_values(document: NfoDocument) -> dict[str, Any]:
    """Return what a document says as JSON values by name."""
    values = dict(document.values)
    ratings, crew = values.pop("ratings", {}), values.pop("crew", [])
    values |= {f"ratings.{source}": rating for source, rating in ratings.items()}
    for each in crew:
        values.setdefault(f"crew.{each['job']}", []).append(each["name"])
    values |= {ID_FIELDS[provider]: value for provider, value in document.ids.items() if provider in ID_FIELDS}
    values |= {f"{SEASON_NAMES}.{number}": name for number, name in document.season_names.items()}
    return values | ({SERIES_TITLE: document.series_title} if document.series_title else {})


def _without(document: NfoDocument, own: Mapping[str, Any]) -> NfoDocument:
    found = named_values(document)
    ours = {name for name, value in own.items() if name in found and found[name] == value}
    if not ours:
        return document
    values = {name: value for name, value in document.values.items() if name not in ours}
    if "ratings" in values:
        values["ratings"] = {name: each for name, each in values["ratings"].items() if f"ratings.{name}" not in ours}
    if "crew" in values:
        values["crew"] = [each for each in values["crew"] if f"crew.{each['job']}" not in ours]
    return replace(
        document,
        values={name: value for name, value in values.items() if value not in ({}, [])},
        ids={name: value for name, value in document.ids.items() if ID_FIELDS.get(name) not in ours},
        series_title="" if SERIES_TITLE in ours else document.series_title,
        season_names={
            number: name for number, name in document.season_names.items() if f"{SEASON_NAMES}.{number}" not in ours
        },
    )


def _of_document(own: OwnValues, document: NfoDocument) -> Mapping[str, Any]:
    """Return the values that are ours of one document, found by its kind and its numbers."""
    of_kind = [each for each in own if each["kind"] == document.kind]
    numbers = _numbers(document)
    found = [each for each in of_kind if {name: each[name] for name in numbers} == numbers]
    values: Mapping[str, Any] = (found or (of_kind if len(of_kind) == 1 else []) or [{"values": {}}])[0]["values"]
    return values


def _numbers(document: NfoDocument) -> dict[str, int | None]:
    return {"season": document.season, "episode": document.episodes[0] if document.episodes else None}
