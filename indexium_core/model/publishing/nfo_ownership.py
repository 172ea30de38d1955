"""
Which values of an NFO file are ours: what we wrote, as our reader finds it again.

A value that is ours is no knowledge of the user, so it is not read back. One that somebody changed since is theirs. The
values are JSON, for a ledger: one mapping for each root element, with its numbers and its values. The name of a value
is its field; a rating, the people of one job and the name of one season are values of their own (`ratings.imdb`). Of a
list, the items are ours or theirs, each for itself. Actors that are in a file because of the people of its media have a
name of their own (`people`), so that the ledger tells them from the cast.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from indexium_core.model.people.people_comment import person_key
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import SEASON_NAMES, SERIES_TITLE
from indexium_core.model.titles.nfo import NfoDocument

OwnValues: TypeAlias = Sequence[Mapping[str, Any]]  # of each root: kind, season, episode, values by name, `BY_ITEM`, …
ItemKey: TypeAlias = tuple[str, str]  # what tells the items of a list apart: a text, or the name and role of an actor

CAST, PEOPLE = "cast", "people"
BY_ITEM = "by_item"  # key of a root: each item of its lists has its own owner, as since this version
FORMER = "former"  # key of a root: the sources of the elements of others that gave way to values by hand, by tag
ORDER = "order"  # key of a root with `FORMER`: digests of its elements before the first of them gave way
EMPTY = "empty"  # key of a root: its text before we wrote into it, if it had no element
OF_OTHERS = "of_others"  # key of a root: it was there before us, so no name of a file comes into it
ADDRESS = "address"  # key of a root: we wrote it in front of an address, which is all that the file had
VOTES = "votes"  # key of a root: the votes that we wrote into our ratings, by source
NUMBERS = ("season", "episode")  # of a document; they say which episode it is, so they are never left out
_NUMBERED = frozenset({"season", "episodedetails"})  # kinds whose numbers are elements


def owned(
    own: OwnValues,
    before: NfoDocument | None,
    after: NfoDocument,
    *,
    people: Collection[str] = (),
    written: NfoDocument | None = None,
) -> Mapping[str, Any]:
    """
    Return what is ours in a document after a write of ours.

    Args:
        own: What was ours in the file.
        before: The document before the write; None for a new one.
        after: The document.
        people: The keys (`person_key`) of the people of the files, whose actors are `people`.
        written: What the write had to say; None: all that is new. A value that appears because another one leaves, such
            as the old form of a rating, is not ours.

    """
    wrote = None if written is None else named_values(written, numbers=True)
    old, new = named_values(before, numbers=True) if before else {}, named_values(after, numbers=True)
    earlier = own_of(own, before or after)
    found: dict[str, Any] = {}
    for name, value in new.items():
        if isinstance(value, list):
            former, ours = keys_of(old.get(name)), own_keys(earlier, name)
            if wrote is not None:
                former |= keys_of(value) - keys_of(wrote.get(name))
            items = [each for each in value if item_key(each) in ours or item_key(each) not in former]
            if items:
                found[name] = items
        elif earlier.get(name) == value or (old.get(name) != value and (wrote is None or wrote.get(name) == value)):
            found[name] = value
    _set_people_apart(found, {*people, *map(person_key, earlier.get(PEOPLE, ()))})
    return {"kind": after.kind, **_numbers(after), BY_ITEM: True, "values": found}


def without_own(documents: Sequence[NfoDocument], own: OwnValues) -> list[NfoDocument]:
    """
    Return documents without the values, items and ids that are still what we wrote.

    The numbers of seasons and episodes stay: they say which document is the one of which episode.
    """
    return [_without(document, own_of(own, document)) for document in documents]


def named_values(document: NfoDocument, *, numbers: bool = False) -> dict[str, Any]:
    """Return what a document says as JSON values by name; `numbers`: with those of a season or an episode."""
    values = dict(document.values)
    ratings, crew = values.pop("ratings", {}), values.pop("crew", [])
    values |= {f"ratings.{source}": rating for source, rating in ratings.items()}
    for each in crew:
        values.setdefault(f"crew.{each['job']}", []).append(each["name"])
    values |= {ID_FIELDS[provider]: value for provider, value in document.ids.items() if provider in ID_FIELDS}
    values |= {f"{SEASON_NAMES}.{number}": name for number, name in document.season_names.items()}
    if numbers and document.kind in _NUMBERED:
        values |= {name: number for name, number in _numbers(document).items() if number is not None}
    return values | ({SERIES_TITLE: document.series_title} if document.series_title else {})


def by_item(own: OwnValues) -> bool:
    """Return whether each item of the lists has its own owner; earlier versions stored whole lists."""
    return all(each.get(BY_ITEM) for each in own)


def own_items(root: Mapping[str, Any], is_ours: Callable[[str, Any], bool]) -> Mapping[str, Any]:
    """Return a root of an earlier version with the items of its lists that are ours, by `is_ours(name, item)`."""
    values = {
        name: [each for each in value if is_ours(name, each)] if isinstance(value, list) else value
        for name, value in root["values"].items()
    }
    return {**root, BY_ITEM: True, "values": {name: value for name, value in values.items() if value != []}}


def are_ours(names: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether there are values, by name, and all of them, with all their items, are ours."""
    return bool(names) and all(
        keys_of(value) <= keys_of(own.get(name)) if isinstance(value, list) else own.get(name) == value
        for name, value in names.items()
    )


def with_items(values: Mapping[str, Any], items: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
    """Return the values of a root with further items of its lists, by name."""
    new = {
        name: [each for each in dict.fromkeys(items[name]) if item_key(each) not in keys_of(values.get(name))]
        for name in items
    }
    return {**values, **{name: [*values.get(name, ()), *found] for name, found in new.items() if found}}


def own_of(own: OwnValues, document: NfoDocument) -> Mapping[str, Any]:
    """Return the values that are ours of one document, found by its kind and its numbers."""
    values: Mapping[str, Any] = root_of(own, document).get("values", {})
    return values


def root_of(own: OwnValues, document: NfoDocument) -> Mapping[str, Any]:
    """Return what the ledger knows of one document; {} for nothing."""
    of_kind = [each for each in own if each["kind"] == document.kind]
    numbers = _numbers(document)
    found = [each for each in of_kind if {name: each[name] for name in numbers} == numbers]
    return (found or (of_kind if len(of_kind) == 1 else []) or [{}])[0]


def item_key(item: Any) -> ItemKey:
    """Return what tells an item of a list apart from others."""
    return (item["name"], item.get("character", "")) if isinstance(item, Mapping) else (str(item), "")


def keys_of(items: Iterable[Any] | None) -> set[ItemKey]:
    """Return the keys of the items of a list; None: there is none."""
    return {item_key(each) for each in items or ()}


def own_keys(own: Mapping[str, Any], name: str) -> set[ItemKey]:
    """Return the keys of the items of a list that are ours; of the cast, with the people of the files."""
    found = own.get(name)
    keys = keys_of(found if isinstance(found, list) else ())
    return keys | {(each, "") for each in own.get(PEOPLE, ())} if name == CAST else keys


def _set_people_apart(values: dict[str, Any], people: Collection[str]) -> None:
    """Give the actors that are people of the files their own name."""
    cast = values.pop(CAST, [])
    names = [each["name"] for each in cast if not each.get("character") and person_key(each["name"]) in people]
    others = [each for each in cast if each.get("character") or each["name"] not in names]
    values |= ({CAST: others} if others else {}) | ({PEOPLE: names} if names else {})


def _without(document: NfoDocument, own: Mapping[str, Any]) -> NfoDocument:
    found = named_values(document)
    lists = {name: own_keys(own, name) for name, value in found.items() if isinstance(value, list)}
    ours = {name for name, value in own.items() if name not in lists and found.get(name) == value}
    if not ours and not any(lists.values()):
        return document
    values = {name: value for name, value in document.values.items() if name not in ours}
    for name, keys in lists.items():
        if name in values:
            values[name] = [each for each in values[name] if item_key(each) not in keys]
    if "ratings" in values:
        values["ratings"] = {name: each for name, each in values["ratings"].items() if f"ratings.{name}" not in ours}
    if "crew" in values:
        values["crew"] = [each for each in values["crew"] if (each["name"], "") not in lists[f"crew.{each['job']}"]]
    values = {name: value for name, value in values.items() if value not in ({}, [])}
    return replace(
        document,
        values=values,
        shared=frozenset(name for name in values if _has_ours(name, found, own)),
        # An address behind our elements is of others, and says the id that ours repeat.
        ids={name: value for name, value in document.ids.items() if ID_FIELDS.get(name) not in ours}
        or document.mentioned,
        series_title="" if SERIES_TITLE in ours else document.series_title,
        season_names={
            number: name for number, name in document.season_names.items() if f"{SEASON_NAMES}.{number}" not in ours
        },
    )


def _has_ours(field: str, found: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether a field with several items still has some of ours; the people of the files do not count."""
    return any(
        bool(keys_of(own.get(name)) & keys_of(value)) if isinstance(value, list) else own.get(name) == value
        for name, value in found.items()
        if name.partition(".")[0] == field and (isinstance(value, list) or "." in name)
    )


def _numbers(document: NfoDocument) -> dict[str, int | None]:
    return {"season": document.season, "episode": document.episodes[0] if document.episodes else None}
