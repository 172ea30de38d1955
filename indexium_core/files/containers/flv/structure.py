"""
FLV: a header of 9 bytes, then audio (8), video (9) and script (18) tags; each length is stored before and behind.

The first script tag, `onMetaData`, holds the metadata as AMF0. FFmpeg reads its texts of up to 1,023 bytes and stops
at a longer text. FFmpeg calculates some values and writes all others as text: a whole number keeps its digits, a
fraction would be rounded, an object or array would be lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.flv import amf
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import (
    CutShortError,
    HeaderFacts,
    MalformedHeaderError,
    Option,
    TextLimit,
)
from indexium_core.model.fields import custom, table, values
from indexium_core.model.fields.table import known_field
from indexium_core.model.files.media import Extent, FieldValue

# The properties of our fields, in lower case.
FIELDS: Mapping[str, str] = {each.stored.flv.lower(): each.key for each in table.FIELDS if each.stored.flv}
TEXT_LIMIT = TextLimit(amf.MAX_TEXT_BYTES)
LARGEST_HEAD = 64 << 20  # bytes in front of the media
SCRIPT = 18
# Properties that FFmpeg calculates when it writes a file, with an index of the key frames.
_INDEX = frozenset(
    {"keyframes", "hasKeyframes", "hasVideo", "hasAudio", "hasMetadata", "canSeekToEnd", "datasize", "videosize"}
    | {"audiosize", "lasttimestamp", "lastkeyframetimestamp", "lastkeyframelocation"}
)
DERIVED = _INDEX | frozenset(
    {"duration", "filesize", "width", "height", "framerate", "videodatarate", "videocodecid", "audiodatarate"}
    | {"audiosamplerate", "audiosamplesize", "audiocodecid", "stereo", "totalframes", "hasCuePoints", "encoder"}
)


@dataclass(frozen=True, slots=True)
class FlvTag:
    """A tag; `body` is the offset of its content, behind a header of eleven bytes."""

    kind: int
    body: int
    end: int  # offset of the length behind the tag


@dataclass
class _FlvHead:
    """The script tags in front of the media."""

    media: int = 0  # offset of the media
    properties: list[tuple[str, str | None]] = field(default_factory=list)
    metadata_tags: int = 0  # number of tags with these properties
    scripts: list[str] = field(default_factory=list)  # digests of all other script tags


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head.startswith(b"FLV\x01")


def examine(reader: Reader) -> HeaderFacts:
    """Find media and the texts of our fields. Raises CutShortError, MalformedHeaderError."""
    head = _head(reader)
    _check_end(reader, head.media)
    others = _others(head)
    return HeaderFacts(
        payload=(Extent(head.media, reader.size - head.media),) if head.media < reader.size else (),
        fields=tuple(
            FieldValue(field=key, where=f"onMetaData/{name}", value=text)
            for name, value in head.properties
            if (key := field_of(name)) is not None and (text := values.stored(known_field(key), value or ""))
        ),
        options=(*_index(head), *parsing.tag_options((name, value) for name, value in others if value is not None)),
        obstacle=_obstacle(head),
    )


def field_of(name: str) -> str | None:
    """Return the field of a property by its name, None for none."""
    return FIELDS.get(name.lower()) or custom.current().by_tag.get(name.lower())


def name_of(field: str) -> str:
    """Return the name of the property of a field."""
    return known_field(field).stored.flv


def census(reader: Reader) -> Mapping[str, str]:
    """Return the metadata that FFmpeg does not calculate, and the number of tags of each type."""
    head = _head(reader)
    counts = Counter(_media_kinds(reader, head.media))
    scripts = {f"script {digest}": "present" for digest in head.scripts}
    named = parsing.tag_facts((name, value or "…") for name, value in _others(head))
    return {**named, **scripts, **{f"tags of kind {kind}": str(count) for kind, count in counts.items()}}


def _others(head: _FlvHead) -> list[tuple[str, str | None]]:
    return [(name, value) for name, value in head.properties if name.lower() != "comment" and name not in DERIVED]


def _index(head: _FlvHead) -> Iterator[Option]:
    """Yield the option that makes FFmpeg write a new index of key frames, if the file has one."""
    if any(name in _INDEX for name, _ in head.properties):
        yield "flvflags", "+add_keyframe_index"


def _obstacle(head: _FlvHead) -> str:
    if head.metadata_tags > 1:
        return "It holds its metadata several times, and FFmpeg keeps only one."
    if head.scripts:
        return "It holds a script beside its metadata, which FFmpeg would turn into a stream."
    others = _others(head)
    lost = next((name for name, value in others if value is amf.NOT_TEXT), None)
    if lost is not None:
        return f"It holds metadata that FFmpeg would round or leave out: {parsing.printable_name(lost)}."
    return parsing.tags_obstacle(
        [(name, value) for name, value in others if value is not None], longest=amf.MAX_TEXT_BYTES
    )


def _head(reader: Reader) -> _FlvHead:
    head = _FlvHead(media=int.from_bytes(parsing.read_exactly(reader, 5, 4), "big") + 4)
    budget = amf.AmfBudget()
    for tag in tags(reader, head.media, parsing.MAX_ELEMENTS):
        if tag.kind & 0x1F != SCRIPT:
            break
        if tag.end > LARGEST_HEAD:
            raise MalformedHeaderError("its metadata is too large")
        body = parsing.read_exactly(reader, tag.body, tag.end - tag.body)
        name, properties = amf.read_metadata(body, budget)
        if name == "onMetaData":
            head.metadata_tags += 1
            head.properties += properties
        else:
            head.scripts.append(hashlib.blake2b(body, digest_size=16).hexdigest())
        head.media = tag.end + 4
    return head


def _check_end(reader: Reader, media: int) -> None:
    """Raise CutShortError if the last tag is not complete: its length is repeated behind it."""
    if media >= reader.size:
        return
    length = int.from_bytes(parsing.read_exactly(reader, reader.size - 4, 4), "big")
    start = reader.size - 4 - length
    if start < media or 11 + int.from_bytes(parsing.read_exactly(reader, start, 4)[1:], "big") != length:
        raise CutShortError


def tags(reader: Reader, offset: int, limit: int) -> Iterator[FlvTag]:
    """Yield the tags from `offset` on. Raises MalformedHeaderError for more than `limit` tags."""
    for _ in range(limit):
        head = reader.read_at(offset, 11)
        if len(head) < 11:
            return
        body = offset + 11
        end = body + int.from_bytes(head[1:4], "big")
        yield FlvTag(head[0], body, end)
        offset = end + 4
    raise MalformedHeaderError("it has too many tags")


def _media_kinds(reader: Reader, media: int) -> Iterator[str]:
    """Yield the type of each media tag; tags that only configure a codec are skipped: the muxer writes them."""
    for tag in tags(reader, media, parsing.MAX_MEDIA_PIECES):
        first = reader.read_at(tag.body, min(2, tag.end - tag.body))
        if len(first) == 2 and not _configures(tag.kind & 0x1F, first):
            yield str(tag.kind)


def _configures(kind: int, first: bytes) -> bool:
    if kind == 8:
        return first[0] >> 4 == 10 and first[1] == 0  # AAC
    if kind == 9 and first[0] & 0x80:  # enhanced: the low bits are the packet type
        return first[0] & 0x0F in {0, 2, 4}
    return kind == 9 and first[0] & 0x0F == 7 and first[1] in {0, 2}  # AVC
