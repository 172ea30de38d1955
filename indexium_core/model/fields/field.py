"""
A field: its key, title and type, its place in each family of containers, and the values that this place can hold.

The classes of places are plain names as the specifications have them; `places` has those of the fields of the table.
The families of containers (`files/containers`) read and write there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

FieldType = Literal["people", "text", "integer", "rating", "date", "datetime", "list"]
CustomType = Literal["text", "integer", "date", "datetime", "list"]  # of a field that the user defined

PHOTO_CONTAINERS = ("jpeg", "png", "tiff", "webp", "heif")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffPlace:
    """
    A place in MP4, MOV and 3GP: names of four characters, and the name of a key.

    A new value of an MP4 gets the item, else the string; that of a MOV gets the string. Both get the key if there is
    neither. All other places are read, and edited where they exist.
    """

    item: str = ""  # of the iTunes list
    string: str = ""  # of `udta`; its name begins with ©
    key: str = ""  # the name of a key; with an owner, of a free-form item of the iTunes list
    owner: str = ""  # who defines the name of a free-form item
    others: tuple[str, ...] = ()  # further items; those with © are strings, too
    unshown: tuple[str, ...] = ()  # … that FFmpeg does not show, or under another name
    boxes_3gp: tuple[str, ...] = ()  # of `udta` in a 3GPP file
    label: str = ""  # for people, if it is none of these names

    @property
    def items(self) -> tuple[str, ...]:
        """The names of all items and strings."""
        return tuple(filter(None, (self.item, self.string, *self.others, *self.unshown)))

    def words_in(self, container: str) -> str:
        """Return the place of a new value, for people; "" if the container has none."""
        key = f"----:{self.owner}:{self.key}" if self.owner else self.key
        item = "" if container == "mov" else self.item
        return self.label or item or self.string or key


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaPlace:
    """The tags of a field in Matroska and WebM: their names and their target."""

    names: tuple[str, ...]  # players show the first that exists; a new tag gets the first
    level: int = 50  # TargetTypeValue; 50 is the file itself, which is the default
    kind: str = ""  # TargetType of a new tag; "" for none
    kinds: frozenset[str] = frozenset()  # of tags that belong to the field, "" for none; empty: all of this level
    all_equal: bool = False  # a write gives every tag the new text; otherwise one tag, and removes the others
    label: str = ""  # for people, if it is not the first name with its target

    @property
    def words(self) -> str:
        """The place of a new value, for people."""
        return self.label or (f"{self.kind}/{self.names[0]}" if self.kind else self.names[0])

    def takes(self, level: int, kind: str) -> bool:
        """Return whether tags of a target belong to this field."""
        return level == self.level and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsfPlace:
    """A place in ASF: a text of the content description, or an attribute."""

    text: str = ""  # title, author, copyright or description
    attribute: str = ""  # the name of a new one, if there is no text
    others: tuple[str, ...] = ()  # further names of attributes that FFmpeg shows as the field
    label: str = ""  # for people, if it is none of these names

    @property
    def words(self) -> str:
        """The place of a new value, for people."""
        return self.label or (f"Content Description {self.text}" if self.text else self.attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpPlace:
    """A property of XMP: its name, and the form in which it is written."""

    uris: tuple[str, ...]  # the namespaces under which it is read; it is added under the first
    prefix: str  # of a new property
    name: str
    form: str = ""  # Alt, Bag or Seq; "" for a text
    label: str = ""  # for people, if the property is not the only place

    @property
    def words(self) -> str:
        """The place of a new value, for people."""
        return self.label or f"XMP {self.prefix}:{self.name}"


@dataclass(frozen=True, kw_only=True)  # without slots: `by_container` is computed once
class Places:
    """Where the files of each family of containers store a field, and under which names programs show it there."""

    # Each family is named: None, "" and () mean that its files do not store the field.
    bmff: BmffPlace | None
    matroska: MatroskaPlace | None
    asf: AsfPlace | None
    avi: str  # the chunk of the list INFO
    flv: str  # the property of `onMetaData`
    ogg: tuple[str, ...]  # the names of a comment; a new one gets the first
    xmp: XmpPlace | None  # of all photos
    limits: Mapping[str, ValueLimit] = field(default_factory=dict)  # by container; no entry: every value of the type
    # FFmpeg's names by demuxer, in lower case; "": all other demuxers. Players show the first that exists.
    ffmpeg: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    percent_in: frozenset[str] = frozenset()  # FFmpeg's demuxers that show a rating as a number from 1 to 99
    # Program → first container of a group of `readers.CONTAINERS` → name; "" if the program does not show the field.
    programs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def by_container(self) -> Mapping[str, str]:
        """The place of a new value by container, for people; no entry: the container has no place for the field."""
        found = {"avi": self.avi, "flv": f"onMetaData {self.flv}" if self.flv else "", "ogg": next(iter(self.ogg), "")}
        if self.bmff is not None:
            found |= {container: self.bmff.words_in(container) for container in ("mp4", "mov", "3gp")}
        if self.matroska is not None:
            found |= dict.fromkeys(("matroska", "webm"), self.matroska.words)
        if self.asf is not None:
            found["asf"] = self.asf.words
        if self.xmp is not None:
            found |= dict.fromkeys(PHOTO_CONTAINERS, self.xmp.words)
        return {container: place for container, place in found.items() if place}


NOWHERE = Places(bmff=None, matroska=None, asf=None, avi="", flv="", ogg=(), xmp=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field."""

    key: str  # in searches, commands, JSON and exports
    title: str  # in the interface
    type: FieldType
    about: str  # one sentence: what the field means
    stored: Places = NOWHERE
    lowest: int = 0  # of an integer
    highest: int = 0
    multiline: bool = False  # a text that may have line breaks
    choices: tuple[str, ...] = ()  # the allowed values, or items of a list; none: all values of the type
    custom: bool = False  # the user defined it

    @property
    def places(self) -> Mapping[str, str]:
        """The place of the value by container, for people; none for the comment, whose place follows from the file."""
        if self.type == "people":
            return {}
        return self.stored.by_container

    @property
    def limits(self) -> Mapping[str, ValueLimit]:
        """The values that containers can hold; a container without an entry holds every value of the type."""
        return self.stored.limits

    @property
    def utc_in(self) -> frozenset[str]:
        """The containers that store a time of the field in UTC."""
        return frozenset(container for container, limit in self.limits.items() if limit.is_utc)

    def names_in(self, demuxer: str) -> tuple[str, ...]:
        """Return the names under which FFmpeg shows the field; none: FFmpeg does not show it."""
        return self.stored.ffmpeg.get(demuxer, self.stored.ffmpeg.get("", ()))

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
