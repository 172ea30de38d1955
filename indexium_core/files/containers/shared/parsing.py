"""Shared code of the AVI, ASF, FLV and Ogg readers: errors, limits, digests, texts, and options for FFmpeg."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Layout, Reader
from indexium_core.model.files.media import Extent, FieldValue

MAX_ELEMENTS = 10_000  # elements read in one header: a hostile file must not take minutes
MAX_MEDIA_PIECES = 5_000_000  # most media chunks, tags or pages counted: a day of video in the smallest ones
MAX_TEXT_BYTES = 100_000  # of one text: Linux allows 128 KiB for a program argument

_CHUNK = 1 << 20  # bytes per read

Option = tuple[str, str]  # an FFmpeg option: its name without the dash, its value


@dataclass(frozen=True, slots=True)
class TextLimit:
    """The longest comment."""

    max_bytes: int = MAX_TEXT_BYTES  # in …
    encoding: str = "utf-8"  # … this encoding
    errors: str = "surrogateescape"  # error handler of `str.encode`

    def allows(self, text: str) -> bool:
        """Return whether a comment is short enough."""
        return len(text.encode(self.encoding, self.errors)) <= self.max_bytes


DEFAULT_TEXT_LIMIT = TextLimit()


class CutShortError(Exception):
    """An element ends behind the end of the file."""


class MalformedHeaderError(Exception):
    """The structure is contradictory; the message is a part of a sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What the header of a file holds."""

    payload: tuple[Extent, ...]
    fields: tuple[FieldValue, ...] = ()
    options: tuple[Option, ...] = ()  # FFmpeg options that keep data which are lost by default
    specifiers: tuple[str, ...] = ("metadata",)  # options that set the comment, one for each place
    obstacle: str = ""  # data that FFmpeg cannot copy, as a sentence
    added: str = ""  # where a write adds a comment to existing ones


@dataclass(frozen=True, slots=True, kw_only=True)
class RemuxLayout(Layout):
    """A layout with the options of a stream copy; the fields are those of `HeaderFacts`."""

    options: tuple[Option, ...] = ()
    specifiers: tuple[str, ...] = ("metadata",)
    obstacle: str = ""


def read_exactly(reader: Reader, offset: int, length: int) -> bytes:
    """Return `length` bytes at `offset`; raises CutShortError if the file is too short."""
    data = reader.read_at(offset, length)
    if len(data) < length:
        raise CutShortError
    return data


def digest_range(reader: Reader, start: int, end: int) -> str:
    """Return a digest of a file range, in little memory; raises CutShortError if the file is too short."""
    state = hashlib.blake2b(digest_size=16)
    while start < end:
        block = read_exactly(reader, start, min(_CHUNK, end - start))
        state.update(block)
        start += len(block)
    return state.hexdigest()


def digest_bytes(data: bytes) -> str:
    """Return a digest of bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def text_of(data: bytes) -> str:
    """Return a text up to its first NUL; invalid UTF-8 becomes lone surrogates, which encode to the same bytes."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def whole_text_of(data: bytes) -> str:
    """Return a text without the NULs at its end; NULs inside stay. Invalid UTF-8 as in `text_of`."""
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")


def is_comment_name(name: str) -> bool:
    """Return whether FFmpeg treats a tag of this name as the comment, as it does the description of Ogg and ASF."""
    return name.lower() in {"comment", "description"}


def tag_options(tags: Iterable[tuple[str, str]], *, option: str = "metadata") -> tuple[Option, ...]:
    """
    Return the options that pass tags to FFmpeg under the container's own names.

    FFmpeg translates names when it reads a file, and back when it writes one; some names only in one direction. FFmpeg
    does not change the container's own names.
    """
    return tuple((option, f"{name}={value}") for name, value in tags)


def tags_obstacle(tags: Sequence[tuple[str, str]], *, longest: int = MAX_TEXT_BYTES) -> str:
    """Return why tags cannot be passed to FFmpeg, else "". FFmpeg accepts each name once, and no empty value."""
    names = Counter(name.lower() for name, _ in tags)
    lengths = [len(value.encode("utf-8", "surrogateescape")) for _, value in tags]
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        return f"It holds the tag {printable_name(twice)} several times, and FFmpeg keeps only one."
    bad = next((name for name, value in tags if not value or not name or "=" in name), None)
    if bad is not None:
        return f"It holds a tag that FFmpeg drops: {printable_name(bad) or 'one without a name'}."
    if max(lengths, default=0) > longest or sum(lengths) > 8 * MAX_TEXT_BYTES:
        return "It holds longer tags than FFmpeg reads."
    return ""


def printable_name(name: str) -> str:
    """Return the name of an element in a form for sentences."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:40]).strip()


def tag_facts(tags: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return tags as facts by lower-case name; tags of the same name get a number."""
    seen: Counter[str] = Counter()
    facts: dict[str, str] = {}
    for name, value in sorted((name.lower(), value) for name, value in tags):
        seen[name] += 1
        facts[f"tag {name}" if seen[name] == 1 else f"tag {name} ({seen[name]})"] = value
    return facts
