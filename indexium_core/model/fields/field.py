"""A field: its key, title and type, its place in each container, and the values that this place can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal["people", "text", "integer", "rating", "date", "datetime", "list"]
CustomType = Literal["text", "integer", "date", "datetime", "list"]  # of a field that the user defined


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueLimit:
    """The values of a field that a container can hold."""

    remedy: str  # completes "The value cannot be stored: …"
    pattern: str = ".*"  # a regular expression (RE2) that the whole canonical value matches
    lowest: str = ""  # in the order of texts
    highest: str = "\U0010ffff"
    most_bytes: int = 1 << 31  # of the value in UTF-8
    is_utc: bool = False  # a time is stored in UTC, because the place has no time zone

    def allows(self, value: str) -> bool:
        """Return whether a container can hold a canonical value."""
        is_within = self.lowest <= value <= self.highest and len(value.encode("utf-8", "replace")) <= self.most_bytes
        return is_within and re.fullmatch(self.pattern, value, re.ASCII | re.DOTALL) is not None


PHOTO_CONTAINERS = ("jpeg", "png", "tiff", "webp", "heif")

# Programs read no longer text in a FLV.
FLV_TEXT = ValueLimit(remedy="enter at most 1,023 bytes; a letter beyond ASCII has two to four", most_bytes=1_023)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomNames:
    """The names of a field that the user defined, as files have them."""

    tag: str  # of Matroska tags, Vorbis comments, ASF attributes and FLV properties
    mp4_owner: str  # of a free-form item of the iTunes list: who defines its name; "": the name is that of a key
    mp4_name: str
    xmp_prefix: str
    xmp_name: str
    xmp_namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field."""

    key: str  # in searches, commands, JSON and exports
    title: str  # in the interface
    type: FieldType
    about: str  # one sentence: what the field means
    places: Mapping[str, str] = field(default_factory=dict)  # by container: the place of the value, for people
    limits: Mapping[str, ValueLimit] = field(default_factory=dict)  # by container; no entry: every value of the type
    # FFmpeg's names of the field by demuxer, in lower case; "": all other demuxers. Players show the first that exists.
    shown_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    percent_in: frozenset[str] = frozenset()  # FFmpeg's demuxers that show a rating as a number from 1 to 99
    lowest: int = 0  # of an integer
    highest: int = 0
    multiline: bool = False  # a text that may have line breaks
    choices: tuple[str, ...] = ()  # the allowed values, or items of a list; none: all values of the type
    custom: CustomNames | None = None  # of a field that the user defined

    @property
    def utc_in(self) -> frozenset[str]:
        """The containers that store a time of the field in UTC."""
        return frozenset(container for container, limit in self.limits.items() if limit.is_utc)

    def names_in(self, demuxer: str) -> tuple[str, ...]:
        """Return the names under which FFmpeg shows the field; none: FFmpeg does not show it."""
        return self.shown_as.get(demuxer, self.shown_as.get("", ()))

    def problem_in(self, container: str, value: str | None) -> str:
        """Return why files of a container cannot store a canonical value, as a sentence; "" if they can."""
        if container not in self.places:
            return f"Files of this kind have no place for {self.title}."
        return self.value_problem(container, value)

    def value_problem(self, container: str, value: str | None) -> str:
        """Return why a place of a container cannot hold a canonical value, as a sentence; "" if it can."""
        limit = self.limits.get(container)
        if value is None or limit is None or limit.allows(value):
            return ""
        shown = value if len(value) <= 60 else f"{value[:57]}…"
        return f"{self.title} cannot be “{shown}” in files of this kind: {limit.remedy}."


def problem_of_file(problems: Mapping[str, str] | None, key: str, value: str | None) -> str:
    """
    Return why one file cannot store a value of a field, as a sentence; "" if it can.

    `problems` are the `field_problems` of the file; the value None removes the field.
    """
    return (problems or {}).get(f"-{key}" if value is None else key, "")
