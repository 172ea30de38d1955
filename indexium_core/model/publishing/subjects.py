"""
What is published: films, series, seasons, episodes and videos, and the subject of an item of an operation.

An item changes a media file, or the side files of one of these. Its subject is the id of the file, or a negative number
for the other ones, so that two items of one thing are recognised by one number.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from indexium_core import errors
from indexium_core.model.titles.fields import KIND_NAMES

PublishedType: TypeAlias = Literal["movie", "series", "season", "episode", "video"]
PUBLISHED_TYPES: tuple[PublishedType, ...] = get_args(PublishedType)
VIDEO = "video"  # a file that belongs to no title
_MOST_DIGITS = 15  # of an id
_PLACES = 8  # more than the types


class Entity(NamedTuple):
    """A title, or a video that belongs to no title."""

    entity_type: str  # PUBLISHED_TYPES
    entity_id: int  # of a video, the id of its file

    @property
    def subject(self) -> int:
        """The subject of items that change its side files."""
        return -(self.entity_id * _PLACES + PUBLISHED_TYPES.index(self.entity_type))

    @property
    def address(self) -> str:
        """The entity as one word: `movie:12`."""
        return f"{self.entity_type}:{self.entity_id}"

    @classmethod
    def of_subject(cls, subject: int) -> Entity:
        """Return the entity of a negative subject."""
        entity_id, place = divmod(-subject, _PLACES)
        return cls(PUBLISHED_TYPES[place], entity_id)

    @classmethod
    def of_address(cls, text: str) -> Entity:
        """Return the entity of an address. Raises UsageError if it is none."""
        kind, _, number = text.partition(":")
        require_published_type(kind)
        if not number.isdecimal() or len(number) > _MOST_DIGITS:
            raise errors.UsageError(f"“{text[:40]}” names no title. An example is movie:12.")
        return cls(kind, int(number))


def require_published_type(name: str) -> None:
    """Raise UsageError if nothing of this type is published."""
    if name not in PUBLISHED_TYPES:
        known = ", ".join(PUBLISHED_TYPES)
        raise errors.UsageError(f"There is no kind of title “{name[:40]}”. Choose one of: {known}.")


def name_of_type(entity_type: str) -> str:
    """Return a type in words: `film`, `video`."""
    return KIND_NAMES.get(entity_type, entity_type)


def columns_of(entities: Collection[Entity]) -> dict[str, Any]:
    """Return titles and videos as lists of `types` and `ids`, the parameters of statements."""
    return {"types": [each.entity_type for each in entities], "ids": [each.entity_id for each in entities]}
