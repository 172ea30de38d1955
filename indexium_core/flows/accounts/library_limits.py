"""
What an actor with some libraries may call, and what it gets.

The database shows such an actor only what belongs to its libraries (`store/accounts/limited_reader`), so most reads
need no check. A change knows the whole home. So it is allowed only if the actor sees everything that its arguments
name, or if it changes what a search finds, which the libraries limit.
"""

from __future__ import annotations

import inspect
import itertools
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.needs import HOME, NAMED, NO_LIBRARY, SEEN, CallRule
from indexium_core.model.artwork.assets import PictureSlot
from indexium_core.model.event import Event
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.publishing.requests import PublicationSelection
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import limited_reader
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database

# By argument: what its ids name, in the words of the messages.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "file_id": "file",
        "file_ids": "file",
        "texts": "file",  # by the ids of files
        "title_id": "title",
        "title_ids": "title",
        "candidate_id": "candidate",
        "decision_ids": "decision",
        "operation_id": "operation",
        "operation_item_id": "item",
        "job_id": "job",
        "approval_id": "request",
        "library_id": "library",
        "library_ids": "library",
    }
)
# Events that say only that something changed, and not what.
_SIGNALS = frozenset(
    {"checks:changed", "locks:changed", "matches:changed", "plan:changed", "publications:changed", "views:changed"}
)


class LibraryLimits:
    """Checks the calls of actors with some libraries. It may be used from any thread, while the actor acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def require(
        self, rule: CallRule, method: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]
    ) -> None:
        """Raise ForbiddenError or UnknownIdError for a call that concerns more than the libraries of the actor."""
        if rule.scope is HOME:
            raise errors.ForbiddenError("This concerns all folders of the home: ask somebody who sees all of them.")
        if rule.scope in {NO_LIBRARY, SEEN}:
            return
        try:
            given = inspect.signature(method).bind(*args, **named).arguments
        except TypeError:
            return  # the call itself raises the error
        if given.get("others"):
            raise errors.ForbiddenError(
                "Decide about this title alone, because others may be in folders that you do not see."
            )
        names_something = self._require_seen(given)
        if rule.scope is NAMED and not names_something:
            raise errors.ForbiddenError(
                "Name the files, titles or folders, because without them this concerns all folders of the home."
            )

    def shown(self, rule: CallRule, found: Any) -> Any:
        """Return the result of a call without what its actor may not see."""
        if rule.shows_events:
            return [*self._shown_events(found)]
        return rule.instead[0] if rule.instead else found

    def _require_seen(self, given: Mapping[str, Any]) -> bool:
        """Check everything that arguments name; return whether they name anything."""
        reader, names_something = self._database.read(), False
        for noun, ids in _named(given):
            missing = sorted(set(ids) - limited_reader.seen(reader, noun, ids))
            if missing and noun == "operation" and limited_reader.seen(reader, "part", missing):
                raise errors.ForbiddenError(
                    f"Operation {wording.first_ids(missing)} also changed files of folders that you do not see: ask "
                    "somebody who sees all of them."
                )
            if missing:
                raise errors.UnknownIdError(f"There is no {noun} with the id {wording.first_ids(missing)}.")
            names_something = names_something or bool(ids)
        if "dirs" in given:
            folders = {os.fsencode(each) for each in given["dirs"]}
            known = {row.path_bytes for row in catalog.libraries(reader)}
            if not folders <= known:
                raise errors.ForbiddenError(
                    "Name each folder by its path in 'indexium libraries list': you may scan only these."
                )
            names_something = names_something or bool(folders)
        return names_something

    def _shown_events(self, found: Iterable[Event]) -> Iterator[Event]:
        """Yield the events about what the actor sees. No view limits those that are not stored yet."""
        events, reader = list(found), self._database.read()
        named = [[pair for pair in _named(event.data) if pair[1]] for event in events]
        ids: dict[str, list[int]] = {}
        for noun, numbers in itertools.chain.from_iterable(named):
            ids.setdefault(noun, []).extend(numbers)
        seen = {noun: limited_reader.seen(reader, noun, numbers) for noun, numbers in ids.items()}
        for event, pairs in zip(events, named, strict=True):
            if event.name in _SIGNALS:
                yield replace(event, data={})
            elif pairs and all(seen[noun].issuperset(numbers) for noun, numbers in pairs):
                yield event


def _named(given: Mapping[str, Any]) -> Iterator[tuple[str, list[int]]]:
    """Yield what arguments name: the noun, and ids."""
    for value in given.values():
        if isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], PlanItem):
            yield "file", [each.file_id for each in value]
    entities = list(_entities(given))
    for noun, is_video in (("file", True), ("title", False)):
        ids = [each.entity_id for each in entities if (each.entity_type == "video") == is_video]
        if ids:
            yield noun, ids
    for name, noun in _NAMES.items():
        value = given.get(name)
        if value is not None:
            yield noun, _ids(name, value if isinstance(value, Iterable) else [value])


def _entities(given: Mapping[str, Any]) -> Iterator[Entity]:
    """Yield the titles and videos that arguments name."""
    if "address" in given:
        yield Entity.of_address(given["address"])
    if "entity_type" in given:
        numbers = given["entity_ids"] if "entity_ids" in given else [given["entity_id"]]
        yield from (Entity(str(given["entity_type"]), number) for number in numbers)
    for value in given.values():
        if isinstance(value, PublicationSelection):
            yield from value.entities
        elif isinstance(value, PictureSlot):
            yield Entity(value.entity_type, value.entity_id)


def _ids(name: str, values: Iterable[Any]) -> list[int]:
    try:
        return [*map(operator.index, values)]
    except TypeError:
        raise errors.UsageError(f"'{name}' takes ids, which are whole numbers.") from None
