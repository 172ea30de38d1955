"""
ASF (WMV): objects with a GUID and a little-endian 64-bit length of the whole object; the first is the header.

Texts are UTF-16. A stream copy by FFmpeg keeps the content description and its extended attributes (a number becomes
text), languages, aspect ratios and markers. It loses everything that belongs to one stream, and everything else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from indexium_core.files.containers import Reader
from indexium_core.files.containers.asf import places
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import (
    CutShortError,
    HeaderFacts,
    MalformedHeaderError,
    Option,
    TextLimit,
)
from indexium_core.model.fields import values
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, known_field
from indexium_core.model.files.media import Extent, FieldValue

# Bytes of a text as UTF-16: its length is a 16-bit number.
TEXT_LIMIT = TextLimit(65_000, "utf-16-le", "surrogatepass")


def guid_of(text: str) -> bytes:
    """Return the bytes of a GUID in a file."""
    return uuid.UUID(text).bytes_le


HEADER = guid_of("75b22630-668e-11cf-a6d9-00aa0062ce6c")
DATA = guid_of("75b22636-668e-11cf-a6d9-00aa0062ce6c")
FILE = guid_of("8cabdca1-a947-11cf-8ee4-00c00c205365")
STREAM = guid_of("b7dc0791-a9b7-11cf-8ee6-00c00c205365")
EXTENSION = guid_of("5fbf03b5-a92e-11cf-8ee3-00c00c205365")
DESCRIPTION = guid_of("75b22633-668e-11cf-a6d9-00aa0062ce6c")
ATTRIBUTES = guid_of("d2d0a440-e307-11d2-97f0-00a0c95ea850")
METADATA = guid_of("c5f8cbea-5baf-4877-8467-aa8c44fa4cca")
LIBRARY = guid_of("44231c94-9498-49d1-a141-1d134e457054")
EXTENDED_STREAM = guid_of("14e6a5cb-c672-4332-8399-a96952065b5a")
# Objects that FFmpeg writes again from the values it read, and padding.
REWRITTEN = {
    guid_of("86d15240-311d-11d0-a3a4-00a0c90348f6"),  # names of the codecs
    guid_of("f487cd01-a951-11cf-8ee6-00c00c205365"),  # markers: the chapters
    guid_of("7bf875ce-468d-11d1-8d82-006097c9a2b2"),  # bit rates
    guid_of("7c4346a9-efe0-4bfc-b229-393ede415c85"),  # languages
    guid_of("d1465a40-5a79-4338-b71b-e36b8fd6c249"),  # streams that differ in language
    guid_of("1806d474-cadf-4509-a4ba-9aabcb96aae8"),  # padding
    guid_of("26f18b5d-4584-47ec-9f5f-0e651f0452c9"),  # compatibility: reserved
    guid_of("33000890-e5b1-11cf-89f4-00a0c90349cb"),  # indices, behind the data
    guid_of("d6e229d3-35da-11d1-9034-00a0c90349be"),
}
LARGEST_HEADER = 64 << 20
_MAX_PARTS = 20_000  # objects of the header and all their attributes; real files have fewer than 100
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AsfObject:
    """An object of the file: its type and its content."""

    guid: bytes
    body: bytes


@dataclass
class _Header:
    """The content of the header object."""

    tags: list[tuple[str, str]] = field(default_factory=list)
    places: list[FieldValue] = field(default_factory=list)  # every text of our fields
    created: int = 0  # in 100 ns since 1601
    streams: list[str] = field(default_factory=list)  # the type of each stream
    obstacles: list[str] = field(default_factory=list)
    budget: int = _MAX_PARTS  # how many more parts may be read

    def spend(self) -> None:
        """Count an object or an attribute. Raises MalformedHeaderError if there are too many."""
        self.budget -= 1
        if self.budget < 0:
            raise MalformedHeaderError("it has too many objects")

    def add_place(self, where: str, name: str, value: str | None) -> None:
        """Add the value of a text or an attribute, if it has one of our fields; "" and None are no value."""
        if value and places.field_of(name):
            self.places.append(FieldValue(field=places.field_of(name), where=f"{where}/{name}", value=value))


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head.startswith(HEADER)


def examine(reader: Reader) -> HeaderFacts:
    """Find media and texts. Raises CutShortError, MalformedHeaderError."""
    payload = tuple(_media_extents(reader))
    header = _parsed_header(reader)
    attributes = _once(header.tags)
    return HeaderFacts(
        payload=payload,
        fields=(*_joined_lists(header.places), *_created_fields(header)),
        options=(*_created(header), *parsing.tag_options(attributes)),
        obstacle=next(iter(header.obstacles), "") or parsing.tags_obstacle(attributes),
    )


def _joined_lists(texts: Sequence[FieldValue]) -> Iterator[FieldValue]:
    """Yield the fields; the attributes of a list are one value, at the place of the first one."""
    items: dict[str, list[FieldValue]] = {}
    for text in texts:
        if places.is_list(text.field):
            items.setdefault(text.field, []).append(text)
        else:
            yield replace(text, value=values.stored(known_field(text.field), text.value))
    for field_name, found in items.items():
        if value := values.stored(known_field(field_name), "; ".join(each.value for each in found)):
            yield replace(found[0], value=value)


def _created_fields(header: _Header) -> Iterator[FieldValue]:
    if text := places.created_text(header.created):
        yield FieldValue(field=CREATION_TIME, where="File Properties/Creation Date", value=text)


def census(reader: Reader) -> Mapping[str, str]:
    """Return the texts (each once: FFmpeg repeats some), the creation time of the file, and its streams."""
    header = _parsed_header(reader)
    streams = {f"stream {number}": kind for number, kind in enumerate(header.streams)}
    made = {"made": str(header.created // 10)}
    return {**parsing.tag_facts(_once(header.tags)), **streams, **made}


def _once(tags: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return tags without repetitions: a file stores its title in two places."""
    return list({(name.lower(), value): (name, value) for name, value in reversed(tags)}.values())[::-1]


def _created(header: _Header) -> Iterator[Option]:
    """Yield the option that keeps the creation time; without it FFmpeg writes 1970."""
    try:
        moment = _EPOCH + timedelta(microseconds=header.created // 10)
    except OverflowError:
        return
    yield "metadata", f"creation_time={moment:%Y-%m-%dT%H:%M:%S.%fZ}"


# Objects


def _media_extents(reader: Reader) -> Iterator[Extent]:
    """Yield the content of the Data object, after a check that every object is complete."""
    offset = 0
    for _ in range(parsing.MAX_ELEMENTS):
        head = reader.read_at(offset, 24)
        if len(head) < 24:
            return
        length = int.from_bytes(head[16:], "little")
        if head[:16] == DATA and not length:  # a broadcast stores no length
            length = reader.size - offset
        if length < 24:
            raise MalformedHeaderError("one of its objects has no size")
        if offset + length > reader.size:
            raise CutShortError
        if head[:16] == DATA:
            yield Extent(offset + 24, length - 24)
        offset += length


def header_of(reader: Reader) -> bytes:
    """Return the header object. Raises CutShortError, MalformedHeaderError."""
    length = int.from_bytes(parsing.read_exactly(reader, 16, 8), "little")
    if not 30 <= length <= LARGEST_HEADER:
        raise MalformedHeaderError("its header has an invalid size")
    return parsing.read_exactly(reader, 0, length)


def _parsed_header(reader: Reader) -> _Header:
    data = header_of(reader)
    header = _Header()
    for item in objects(data[30:]):
        _read(item, header)
    for kind in types_behind(reader, len(data)):
        if kind not in REWRITTEN and kind != DATA:
            header.obstacles.append(_unknown(kind))
    return header


def objects(data: bytes) -> Iterator[AsfObject]:
    """Yield the objects in an object's body. Raises MalformedHeaderError."""
    at = 0
    for _ in range(parsing.MAX_ELEMENTS):
        if at + 24 > len(data):
            return
        length = int.from_bytes(data[at + 16 : at + 24], "little")
        if length < 24 or at + length > len(data):
            raise MalformedHeaderError("the sizes of its objects contradict each other")
        yield AsfObject(data[at : at + 16], data[at + 24 : at + length])
        at += length
    raise MalformedHeaderError("it has too many objects")


def types_behind(reader: Reader, offset: int) -> Iterator[bytes]:
    """Yield the types of the objects behind the header; their sizes are already checked."""
    for _ in range(parsing.MAX_ELEMENTS):
        head = reader.read_at(offset, 24)
        if len(head) < 24:
            return
        yield head[:16]
        offset += int.from_bytes(head[16:], "little") or reader.size


def _read(item: AsfObject, header: _Header, *, in_extension: bool = False) -> None:
    """Add an object to the header, with `in_extension` one from the extension (which holds no extension)."""
    header.spend()
    if item.guid == FILE:
        header.created = int.from_bytes(item.body[24:32], "little")
    elif item.guid == STREAM:
        _read_stream(item.body, header)
    elif item.guid == EXTENSION and not in_extension:
        for inner in objects(item.body[22:]):
            _read(inner, header, in_extension=True)
    elif item.guid == DESCRIPTION:
        _read_description(item.body, header)
    elif item.guid == ATTRIBUTES:
        _read_attributes(item.body, header)
    elif item.guid in {METADATA, LIBRARY}:
        _read_metadata(item, header)
    elif item.guid == EXTENDED_STREAM:
        if item.body[60:] != bytes(4):
            header.obstacles.append("It holds names or details of single streams, which FFmpeg would leave out.")
    elif item.guid not in REWRITTEN:
        header.obstacles.append(_unknown(item.guid))


def _unknown(guid: bytes) -> str:
    return f"It holds an object that FFmpeg would leave out: {uuid.UUID(bytes_le=guid)}."


def _read_stream(body: bytes, header: _Header) -> None:
    if len(body) < 54:
        raise MalformedHeaderError("the description of a stream is cut short")
    header.streams.append(str(uuid.UUID(bytes_le=body[:16])))
    if int.from_bytes(body[32:40], "little"):
        header.obstacles.append("One of its streams starts later than the others, and FFmpeg would not keep that.")
    if body[49] & 0x80:
        header.obstacles.append("It is encrypted.")


# Texts


def _read_description(body: bytes, header: _Header) -> None:
    """Read five lengths and five texts (3.10); FFmpeg does not write the rating."""
    at = 10
    for number, name in enumerate(places.DESCRIPTION_TEXTS):
        length = int.from_bytes(body[2 * number : 2 * number + 2], "little")
        data = body[at : at + length]
        shown = _text_before_nul(data, header)
        value = _decoded_text(data, header) if places.field_of(name) == COMMENT else places.whole_text(data)
        at += length
        header.add_place("Content Description", name, value)
        if shown and places.field_of(name) != COMMENT:
            header.tags.append((name, shown))
        if shown and name == "rating":
            header.obstacles.append("It holds a rating, which FFmpeg would leave out.")
    if at > len(body):
        raise MalformedHeaderError("a text is cut short")


def _read_attributes(body: bytes, header: _Header) -> None:
    """Read a count, then name, type and value of each attribute, all with 16-bit lengths (section 3.11)."""
    at = 2
    for _ in range(int.from_bytes(body[:2], "little")):
        header.spend()
        raw_name, at = _field(body, at)
        kind = int.from_bytes(body[at : at + 2], "little")
        value, at = _field(body, at + 2)
        name = _text_before_nul(raw_name, header)
        own = places.field_of(name)
        text = _attribute_text(kind, value, header)
        if text is None:
            shown = parsing.printable_name(name)
            header.obstacles.append(f"It holds an attribute that FFmpeg would leave out: {shown}.")
        elif own == COMMENT:
            whole = _decoded_text(value, header) if kind == places.TEXT else text
            header.add_place("Extended Content Description", name, whole)
        else:
            header.add_place("Extended Content Description", name, places.value_of(own, kind, value) if own else None)
            header.tags.append((name, text))
        if own and places.is_rating(own) and kind != places.TEXT:
            header.obstacles.append("It holds the number of a rating, which FFmpeg would turn into a text.")


def _field(body: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(body[at : at + 2], "little")
    if end > len(body):
        raise MalformedHeaderError("a text is cut short")
    return body[at + 2 : end], end


def _attribute_text(kind: int, value: bytes, header: _Header) -> str | None:
    """Return an attribute as text; only text (0), boolean (2) and numbers (3 to 5) convert."""
    return _text_before_nul(value, header) if kind == places.TEXT else places.number_of(kind, value)


def _read_metadata(item: AsfObject, header: _Header) -> None:
    """Read metadata attributes; FFmpeg keeps only the aspect ratio unchanged."""
    at = 2
    for _ in range(int.from_bytes(item.body[:2], "little")):
        header.spend()
        head = item.body[at : at + 12]
        if len(head) < 12:
            raise MalformedHeaderError("a text is cut short")
        name_length, value_length = int.from_bytes(head[4:6], "little"), int.from_bytes(head[8:12], "little")
        name = _text_before_nul(item.body[at + 12 : at + 12 + name_length], header)
        value = item.body[at + 12 + name_length : at + 12 + name_length + value_length]
        kind, own = int.from_bytes(head[6:8], "little"), places.field_of(name)
        if own == COMMENT and head[2:4] == bytes(2) and kind == places.TEXT:  # a text of the whole file
            header.add_place("Metadata", name, _decoded_text(value, header))
        elif own and own != COMMENT and head[2:4] == bytes(2):
            header.add_place("Metadata", name, places.value_of(own, kind, value))
        if name not in {"AspectRatioX", "AspectRatioY"}:
            header.obstacles.append(
                f"It holds an attribute that FFmpeg would move or leave out: {parsing.printable_name(name)}."
            )
        at += 12 + name_length + value_length


def _decoded_text(data: bytes, header: _Header) -> str:
    """Return a text of 16-bit units without the NULs at its end; NULs inside stay."""
    if len(data) > TEXT_LIMIT.max_bytes:
        header.obstacles.append("It holds longer tags than FFmpeg reads.")
    units = data[: len(data) & ~1]
    try:
        return units.decode("utf-16-le").rstrip("\0")
    except UnicodeDecodeError:
        header.obstacles.append("It holds a text that is not Unicode.")
        return units.decode("utf-16-le", "replace").rstrip("\0")


def _text_before_nul(data: bytes, header: _Header) -> str:
    """Return a text of 16-bit units up to its first NUL."""
    return _decoded_text(data, header).partition("\0")[0]
