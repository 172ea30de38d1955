"""What reading the header of one of these containers comes to, and what its readers share."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Layout, Reader
from indexium_core.model.files.media import Extent, FieldValue

__all__ = [
    "DEFAULT_TEXT_LIMIT",
    "LONGEST",
    "MOST_PIECES",
    "STEPS",
    "CutShortError",
    "HeaderFacts",
    "MalformedHeaderError",
    "Option",
    "RemuxLayout",
    "TextLimit",
    "digest",
    "digest_of",
    "exactly",
    "handed",
    "is_comment",
    "named",
    "shown",
    "text_of",
    "unfit",
    "whole_text_of",
]

STEPS = 10_000  # elements looked at in the header of one file: a hostile one must not cost minutes
MOST_PIECES = 5_000_000  # chunks, tags or pages of media that are counted: of the smallest kind, a day of film
LONGEST = 100_000  # bytes of one text: an argument of a program ends at 128 KiB on Linux

_CHUNK = 1 << 20  # bytes read at a time

Option = tuple[str, str]  # name without its dash, value


@dataclass(frozen=True, slots=True)
class TextLimit:
    """How long a comment may be."""

    most: int = LONGEST  # bytes in …
    encoding: str = "utf-8"  # … this encoding
    errors: str = "surrogateescape"  # as `str.encode` takes it: how bytes that are no text are written

    def allows(self, text: str) -> bool:
        """Tell whether a comment is short enough."""
        return len(text.encode(self.encoding, self.errors)) <= self.most


DEFAULT_TEXT_LIMIT = TextLimit()


class CutShortError(Exception):
    """An element says that it reaches past the end of the file."""


class MalformedHeaderError(Exception):
    """The structure contradicts itself; the message is what a person may know of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What the header of a file holds."""

    payload: tuple[Extent, ...]
    fields: tuple[FieldValue, ...] = ()
    kept: tuple[Option, ...] = ()  # with these FFmpeg keeps what it would lose by itself
    specifiers: tuple[str, ...] = ("metadata",)  # options that set a comment, one for each place that is to hold it
    obstacle: str = ""  # what FFmpeg cannot carry over, as a sentence
    added: str = ""  # where a write adds a comment although there are some


@dataclass(frozen=True, slots=True, kw_only=True)
class RemuxLayout(Layout):
    """A layout with what a stream copy has to be told; the names are those of `Found`."""

    kept: tuple[Option, ...] = ()
    specifiers: tuple[str, ...] = ("metadata",)
    obstacle: str = ""


def exactly(reader: Reader, offset: int, length: int) -> bytes:
    """Return so many bytes; raises CutShortError where the file ends before."""
    data = reader.read_at(offset, length)
    if len(data) < length:
        raise CutShortError
    return data


def digest(reader: Reader, start: int, end: int) -> str:
    """Return a digest of a stretch of a file, in little memory; raises CutShortError where the file ends before."""
    state = hashlib.blake2b(digest_size=16)
    while start < end:
        block = exactly(reader, start, min(_CHUNK, end - start))
        state.update(block)
        start += len(block)
    return state.hexdigest()


def digest_of(data: bytes) -> str:
    """Return a digest of bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def text_of(data: bytes) -> str:
    """Return a text up to its first NUL; bytes that are no UTF-8 come as lone surrogates, and go back as they were."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def whole_text_of(data: bytes) -> str:
    """Return a text with what stands behind a NUL, without the NULs at its end; bytes as `text_of` has them."""
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")


def is_comment(name: str) -> bool:
    """Tell whether FFmpeg takes a tag for the comment: Ogg's and ASF's description is the same to it."""
    return name.lower() in {"comment", "description"}


def handed(tags: Iterable[tuple[str, str]], *, option: str = "metadata") -> tuple[Option, ...]:
    """
    Return the options that hand tags to FFmpeg under the container's own names.

    FFmpeg translates names when it reads a file and back when it writes one, but not all of them both ways; a name that
    the container itself uses is passed through.
    """
    return tuple((option, f"{name}={value}") for name, value in tags)


def unfit(tags: Sequence[tuple[str, str]], *, longest: int = LONGEST) -> str:
    """Return why tags cannot be handed to FFmpeg, "" where they can: it knows each name once, and no empty value."""
    names = Counter(name.lower() for name, _ in tags)
    lengths = [len(value.encode("utf-8", "surrogateescape")) for _, value in tags]
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        return f"It holds the tag {shown(twice)} several times, and FFmpeg keeps only one."
    bad = next((name for name, value in tags if not value or not name or "=" in name), None)
    if bad is not None:
        return f"It holds a tag that FFmpeg drops: {shown(bad) or 'one without a name'}."
    if max(lengths, default=0) > longest or sum(lengths) > 8 * LONGEST:
        return "It holds longer tags than FFmpeg reads."
    return ""


def shown(name: str) -> str:
    """Return the name of something in a file as a sentence can hold it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:40]).strip()


def named(tags: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return tags as facts by name, in lower case; of several with one name, each counts."""
    seen: Counter[str] = Counter()
    facts: dict[str, str] = {}
    for name, value in sorted((name.lower(), value) for name, value in tags):
        seen[name] += 1
        facts[f"tag {name}" if seen[name] == 1 else f"tag {name} ({seen[name]})"] = value
    return facts
