"""
Edits of ASF without FFmpeg: a new header object; all bytes behind it stay.

An ASF file holds no file offsets. Indices count packets (Simple Index), or bytes from the first packet (Index, Media
Object Index, Timecode Index); markers count bytes from the start of the data (ASF specification 3.7, 6.1 to 6.4). The
header stores only the size of the file (3.2) and the number of its objects (3.1).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.asf import places, structure
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import (
    PADDING,
    EditRequest,
    NotEditableError,
    UnstorableValueError,
    media_shift,
)
from indexium_core.files.containers.shared.splices import Splice, build_patch
from indexium_core.model.fields.table import CREATION_TIME
from indexium_core.model.files.media import Change, Extent, Patch, Rebuild

_PADDING = structure.guid_of("1806d474-cadf-4509-a4ba-9aabcb96aae8")
_PROTECTED = {  # objects that depend on the rest of the header
    structure.guid_of("2211b3fc-bd23-11d2-b4b7-00a0c955fc6e"): "It is signed.",
    structure.guid_of("2211b3fb-bd23-11d2-b4b7-00a0c955fc6e"): "It is encrypted.",
    structure.guid_of("298ae614-2622-4c17-b935-dae07ee9289c"): "It is encrypted.",
    structure.guid_of("43058533-6981-49e6-9b74-ad12cb86d58c"): "It is encrypted.",
}
# Objects without file offsets that FFmpeg does not rewrite.
_KNOWN = structure.REWRITTEN | {
    structure.guid_of(text)
    for text in (
        "8cabdca1-a947-11cf-8ee4-00c00c205365",  # file properties
        "b7dc0791-a9b7-11cf-8ee6-00c00c205365",  # stream properties
        "14e6a5cb-c672-4332-8399-a96952065b5a",  # … extended
        "75b22633-668e-11cf-a6d9-00aa0062ce6c",  # description
        "d2d0a440-e307-11d2-97f0-00a0c95ea850",  # … extended
        "c5f8cbea-5baf-4877-8467-aa8c44fa4cca",  # metadata
        "44231c94-9498-49d1-a141-1d134e457054",  # … library
        "1efb1a30-0b62-11d0-a39b-00a0c90348f6",  # script commands
        "2211b3fa-bd23-11d2-b4b7-00a0c955fc6e",  # branding
        "75b22635-668e-11cf-a6d9-00aa0062ce6c",  # error correction
        "d6e229dc-35da-11d1-9034-00a0c90349be",  # mutual exclusion of streams
        "a08649cf-4775-4670-8a16-6e35357566cd",
        "d4fed15b-88d3-454f-81f0-ed5c45999e24",  # stream priorities
        "a69609e6-517b-11d2-b6af-00c04fd908e9",  # bandwidth sharing
        "d6e229df-35da-11d1-9034-00a0c90349be",  # parameters of the indices
        "6b203bad-3f11-48e4-aca8-d7613de2cfa7",
        "f55e496d-9797-4b5d-8c8b-604dfe9bfb24",
        "feb103f8-12ad-4c64-840f-2a1d2f7ad48c",  # more indices
        "3cb73fd0-0c4a-4803-953d-edf7b6228f0c",
        "be7acfcb-97a9-42e8-9c71-999491e3afac",  # XMP
    )
}
_CREATED_AT = slice(24, 32)  # bytes of the file properties


@dataclass(frozen=True, slots=True)
class _HeaderPart:
    """An object of the header; `inner` has the objects of a header extension."""

    guid: bytes
    body: bytes
    inner: tuple[_HeaderPart, ...] | None = None

    @property
    def raw(self) -> bytes:
        body = self.body
        if self.inner is not None:
            data = b"".join(part.raw for part in self.inner)
            body = body[:18] + struct.pack("<I", len(data)) + data
        return self.guid + struct.pack("<Q", 24 + len(body)) + body


@dataclass(frozen=True, slots=True)
class _Attribute:
    """An attribute of an extended description or of a metadata object (which has more bytes before the name)."""

    prefix: bytes
    name: bytes
    kind: int
    value: bytes

    @property
    def field(self) -> str:
        """Our field of the attribute, "" for none."""
        return places.field_of(places.text_before_nul(self.name))

    @property
    def value_of_field(self) -> str:
        """The value of our field, "" for none. Raises NotEditableError if it is not understood."""
        value = places.value_of(self.field, self.kind, self.value)
        if value is None and self.kind == places.TEXT:
            raise NotEditableError(f"It holds a text that is not Unicode, or not a value: {self.shown_name}.")
        if value is None:
            raise NotEditableError(f"It holds an attribute that is not a text: {self.shown_name}.")
        return value

    @property
    def shown_name(self) -> str:
        """The name in messages."""
        return parsing.printable_name(places.text_before_nul(self.name))

    def with_value(self, kind: int, value: bytes) -> _Attribute:
        return replace(self, kind=kind, value=value)


# Strategies


def in_place(reader: Reader, layout: Layout, request: EditRequest) -> Patch:
    """Return the patch that takes the bytes for the texts from padding in the header. Raises NotEditableError."""
    head, parts = _parsed(reader)
    fitted = _fit_padding(_with_fields(parts, request), len(head), request.fields)
    if fitted is None:
        raise NotEditableError("The file's header has no room for the text.")
    splice = Splice(start=0, end=len(head), data=_header(head, fitted))
    return build_patch(reader, layout, [splice])


def copy(reader: Reader, layout: Layout, request: EditRequest) -> Rebuild:
    """Return a new file: a new header with padding, then all other bytes unchanged. Raises NotEditableError."""
    head, parts = _parsed(reader)
    unknown = next((guid for guid in _types(reader, parts, len(head)) if guid not in _KNOWN), None)
    if unknown is not None:
        name = uuid.UUID(bytes_le=unknown)
        raise NotEditableError(f"It holds an object that is not understood, so nothing in it can be moved: {name}.")
    wanted = [part for part in _with_fields(parts, request) if part.guid != _PADDING]
    wanted.insert(_last_text(wanted, request.fields) + 1, _HeaderPart(_PADDING, b""))
    growth = media_shift(max(len(_header(head, wanted)) + PADDING - len(head), 0), request.capabilities)
    fitted = _fit_padding(wanted, len(head) + growth, request.fields)
    assert fitted is not None
    new = _header(head, _resized(fitted, layout.size, layout.size + growth))
    rest = Extent(len(head), layout.size - len(head))
    return Rebuild(pieces=(new, rest), cloned=request.capabilities.reflink)


def _parsed(reader: Reader) -> tuple[bytes, list[_HeaderPart]]:
    """Return the header object and its parts; raises NotEditableError if the parts do not fill the object."""
    head = structure.header_of(reader)
    parts = [_part(each) for each in structure.objects(head[30:])]
    if _header(head, parts) != head or int.from_bytes(head[24:28], "little") != len(parts):
        raise NotEditableError("The objects of the file's header do not fill it.")
    for part in _all(parts):
        if part.guid in _PROTECTED:
            raise NotEditableError(f"{_PROTECTED[part.guid]} So its header cannot be changed.")
        if part.guid == structure.EXTENSION and part.inner is None:
            raise NotEditableError("The extension of the file's header is not understood.")
    return head, parts


def _part(one: structure.AsfObject) -> _HeaderPart:
    body = one.body
    if one.guid != structure.EXTENSION or len(body) < 22 or int.from_bytes(body[18:22], "little") != len(body) - 22:
        return _HeaderPart(one.guid, body)
    return _HeaderPart(
        one.guid, body[:22], tuple(_HeaderPart(inner.guid, inner.body) for inner in structure.objects(body[22:]))
    )


def _header(head: bytes, parts: Sequence[_HeaderPart]) -> bytes:
    data = b"".join(part.raw for part in parts)
    return head[:16] + struct.pack("<QI", 30 + len(data), len(parts)) + head[28:30] + data


def _all(parts: Sequence[_HeaderPart]) -> Iterator[_HeaderPart]:
    for part in parts:
        yield part
        yield from _all(part.inner or ())


def _types(reader: Reader, parts: Sequence[_HeaderPart], end: int) -> Iterator[bytes]:
    yield from (part.guid for part in _all(parts) if part.inner is None)
    yield from (guid for guid in structure.types_behind(reader, end) if guid != structure.DATA)


def _resized(parts: Sequence[_HeaderPart], old: int, new: int) -> list[_HeaderPart]:
    """Return the parts with the new file size, if the old size was correct."""
    resized = []
    for part in parts:
        body = part.body
        if part.guid == structure.FILE and body[16:24] == struct.pack("<Q", old):
            body = body[:16] + struct.pack("<Q", new) + body[24:]
        resized.append(replace(part, body=body))
    return resized


# Padding


def _fit_padding(parts: list[_HeaderPart], length: int, fields: Collection[str]) -> list[_HeaderPart] | None:
    """Return the parts with padding that makes the header `length` bytes long; None if no padding can do so."""
    growth = length - 30 - sum(len(part.raw) for part in parts)
    if not growth:
        return parts
    for index, part in _paddings(parts, fields):
        new = 24 + len(part.body) + growth
        if new == 0 or new >= 24:
            padded = (_HeaderPart(_PADDING, bytes(new - 24)),) if new else ()
            return _replaced_part(parts, index, padded)
    return [*parts, _HeaderPart(_PADDING, bytes(growth - 24))] if growth >= 24 else None


def _paddings(parts: Sequence[_HeaderPart], fields: Collection[str]) -> list[tuple[tuple[int, ...], _HeaderPart]]:
    """Return all padding with its numbers. Padding close behind the fields comes first: few bytes move."""
    numbered: list[tuple[tuple[int, ...], _HeaderPart]] = [((at,), part) for at, part in enumerate(parts)]
    numbered += [((at, nth), one) for at, part in enumerate(parts) for nth, one in enumerate(part.inner or ())]
    last = _last_text(parts, fields)
    return sorted(
        ((number, part) for number, part in numbered if part.guid == _PADDING),
        key=lambda each: (each[0][0] < last, abs(each[0][0] - last)),
    )


def _last_text(parts: Sequence[_HeaderPart], fields: Collection[str]) -> int:
    """Return the number of the last part with a text of the fields, or of the last part if no part has one."""
    return max((at for at, part in enumerate(parts) if any(_texts([part], fields))), default=len(parts) - 1)


def _replaced_part(
    parts: Sequence[_HeaderPart], place: tuple[int, ...], new: tuple[_HeaderPart, ...]
) -> list[_HeaderPart]:
    at, *deeper = place
    if deeper:
        outer = parts[at]
        new = (replace(outer, inner=tuple(_replaced_part(outer.inner or (), tuple(deeper), new))),)
    return [*parts[:at], *new, *parts[at + 1 :]]


# Fields


def _with_fields(parts: Sequence[_HeaderPart], request: EditRequest) -> list[_HeaderPart]:
    """Return the parts with every text of the fields changed, or with a new one where there is none."""
    edited = list(parts)
    for change in request.changes:
        if change.field == CREATION_TIME:
            edited = _with_creation_time(edited, change)
        else:
            edited = _with_field(edited, request, change)
    return edited


def _with_field(parts: Sequence[_HeaderPart], request: EditRequest, change: Change) -> list[_HeaderPart]:
    edited = [_changed(part, request, change) for part in parts]
    has_text = any(_texts(parts, [change.field]))
    text = request.text(change, None) if places.is_list(change.field) or not has_text else None
    if text is None:
        return edited
    name = places.new_name(change.field)
    if name is not None:
        added = [_Attribute(b"", _encoded(name), kind, value) for kind, value in _values(change.field, text)]
        at, part = _first(edited, structure.ATTRIBUTES, bytes(2))
        new = replace(part, body=_joined(part.guid, [*_attributes(part), *added]))
    else:
        at, part = _first(edited, structure.DESCRIPTION, bytes(10))
        new = _with_description(part, change.field, text)
    return [*edited[:at], new, *edited[at + 1 :]]


def _first(parts: Sequence[_HeaderPart], guid: bytes, empty: bytes) -> tuple[int, _HeaderPart]:
    """Return the first part of a type and its number; a new one, behind all parts, if there is none."""
    at = next((nth for nth, part in enumerate(parts) if part.guid == guid), len(parts))
    return at, parts[at] if at < len(parts) else _HeaderPart(guid, empty)


def _texts(parts: Sequence[_HeaderPart], fields: Collection[str]) -> Iterator[bool]:
    """Yield for each possible place of the fields whether it holds a text."""
    for part in _all(parts):
        if part.guid == structure.DESCRIPTION:
            for number, field in enumerate(places.DESCRIPTION_FIELDS):
                if field in fields:
                    yield bool(_decoded(_description_texts(part.body)[number]))
        elif part.guid in _ATTRIBUTED:
            yield from (each.field in fields and bool(each.value_of_field) for each in _attributes(part))


def _changed(part: _HeaderPart, request: EditRequest, change: Change) -> _HeaderPart:
    """Return a part with every text of a field changed; the attributes of a list are removed."""
    if part.inner is not None:
        return replace(part, inner=tuple(_changed(inner, request, change) for inner in part.inner))
    if part.guid == structure.DESCRIPTION and change.field in places.DESCRIPTION_FIELDS:
        old = _decoded(_description_texts(part.body)[places.DESCRIPTION_FIELDS.index(change.field)])
        return _with_description(part, change.field, request.text(change, old)) if old else part
    if part.guid not in _ATTRIBUTED:
        return part
    kept = []
    for each in _attributes(part):
        if each.field != change.field:
            kept.append(each)
            continue
        if each.prefix[2:4] not in {b"", b"\0\0"}:
            message = f"A stream has a separate attribute, which Indexium cannot replace: {each.shown_name}."
            raise NotEditableError(message)
        old = each.value_of_field  # an empty text is no value
        text = request.text(change, old) if old and not places.is_list(change.field) else None
        if text is not None:
            kept += [each.with_value(kind, value) for kind, value in _values(change.field, text)]
    return replace(part, body=_joined(part.guid, kept))


def _with_creation_time(parts: Sequence[_HeaderPart], change: Change) -> list[_HeaderPart]:
    try:
        new = struct.pack("<Q", places.created_ticks(change.new or None))
    except ValueError as error:
        raise UnstorableValueError(str(error)) from error
    if not any(part.guid == structure.FILE and len(part.body) >= _CREATED_AT.stop for part in parts):
        raise NotEditableError("Its header has no file properties.")
    return [_with_time(part, new) if part.guid == structure.FILE else part for part in parts]


def _with_time(part: _HeaderPart, new: bytes) -> _HeaderPart:
    return replace(part, body=part.body[: _CREATED_AT.start] + new + part.body[_CREATED_AT.stop :])


def _values(field: str, text: str) -> list[tuple[int, bytes]]:
    try:
        return list(places.attribute_values(field, text))
    except UnicodeEncodeError:
        raise NotEditableError(f"The {field} holds characters that are not Unicode.") from None


def _decoded(value: bytes) -> str:
    text = places.whole_text(value)
    if text is None:
        raise NotEditableError("It holds a text that is not Unicode.")
    return text


def _with_description(part: _HeaderPart, field: str, text: str | None) -> _HeaderPart:
    """Return a content description (3.10) with a new text. It has five 16-bit lengths and five texts."""
    texts = _description_texts(part.body)
    [(_, value)] = [(0, b"")] if text is None else _values(field, text)
    texts[places.DESCRIPTION_FIELDS.index(field)] = value
    return replace(part, body=struct.pack("<5H", *map(len, texts)) + b"".join(texts))


def _description_texts(body: bytes) -> list[bytes]:
    if len(body) < 10 or len(body) != 10 + sum(struct.unpack("<5H", body[:10])):
        raise NotEditableError("Its description is not understood.")
    texts, at = [], 10
    for length in struct.unpack("<5H", body[:10]):
        texts.append(body[at : at + length])
        at += length
    return texts


def _encoded(name: str) -> bytes:
    return f"{name}\0".encode("utf-16-le")


# Attributes (3.11, 4.7, 4.8): a count, then for each attribute
#   name length 16, name, type 16, value length 16, value
#   language 16, stream 16, name length 16, type 16, value length 32, name, value

_ATTRIBUTED = {structure.ATTRIBUTES, structure.METADATA, structure.LIBRARY}


def _attributes(part: _HeaderPart) -> list[_Attribute]:
    body, read = part.body, _read_short if part.guid == structure.ATTRIBUTES else _read_long
    attributes, at = [], 2
    for _ in range(int.from_bytes(body[:2], "little")):
        attribute, at = read(body, at)
        attributes.append(attribute)
    if at > len(body) or _joined(part.guid, attributes) != body:
        raise NotEditableError("Its attributes are not understood.")
    return attributes


def _read_short(body: bytes, at: int) -> tuple[_Attribute, int]:
    name_end = at + 2 + int.from_bytes(body[at : at + 2], "little")
    kind, length = int.from_bytes(body[name_end : name_end + 2], "little"), body[name_end + 2 : name_end + 4]
    end = name_end + 4 + int.from_bytes(length, "little")
    return _Attribute(b"", body[at + 2 : name_end], kind, body[name_end + 4 : end]), end


def _read_long(body: bytes, at: int) -> tuple[_Attribute, int]:
    prefix, head = body[at : at + 4], body[at + 4 : at + 12].ljust(8, b"\0")
    named, kind, valued = struct.unpack("<HHI", head)
    middle = at + 12 + named
    return _Attribute(prefix, body[at + 12 : middle], kind, body[middle : middle + valued]), middle + valued


def _joined(guid: bytes, attributes: Sequence[_Attribute]) -> bytes:
    parts = [struct.pack("<H", len(attributes))]
    for each in attributes:
        if guid == structure.ATTRIBUTES:
            parts += [struct.pack("<H", len(each.name)), each.name, struct.pack("<HH", each.kind, len(each.value))]
        else:
            parts += [each.prefix, struct.pack("<HHI", len(each.name), each.kind, len(each.value)), each.name]
        parts.append(each.value)
    return b"".join(parts)


# Census


def census(reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]:
    """
    Return a digest of every part of the file except edited fields, padding and media, in order.

    The file size and the number of parts count only as correct or wrong. Raises CutShortError,
    MalformedHeaderError.
    """
    head = structure.header_of(reader)
    parts = [_part(each) for each in structure.objects(head[30:])]
    facts = {"header": parsing.digest_bytes(head[:16] + head[28:30])}
    facts["parts not counted"] = str(len(parts) - int.from_bytes(head[24:28], "little"))
    facts["header's rest"] = parsing.digest_bytes(head[30 + sum(len(part.raw) for part in parts) :])
    facts |= _part_facts("part", parts, layout, edited)
    return facts | _ranges_behind(reader, layout, len(head))


def _part_facts(name: str, parts: Sequence[_HeaderPart], layout: Layout, edited: Collection[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    numbers = count(1)
    for part in parts:
        if part.inner is not None:
            here = f"{name} {next(numbers)}"
            facts |= {
                here: parsing.digest_bytes(part.guid + part.body[:18]),
                **_part_facts(f"{here}.", part.inner, layout, edited),
            }
        elif rest := _kept_digest(part, layout, edited):
            facts[f"{name} {next(numbers)} ({uuid.UUID(bytes_le=part.guid)})"] = rest
    return facts


def _kept_digest(part: _HeaderPart, layout: Layout, edited: Collection[str]) -> str:
    """Return a digest of what an edit must keep of a part; "" for nothing."""
    body = part.body
    if part.guid == _PADDING:
        return ""
    if part.guid == structure.FILE and body[16:24] == struct.pack("<Q", layout.size):
        body = body[:16] + b"the size" + body[24:]
    if part.guid == structure.FILE and CREATION_TIME in edited:
        body = _with_time(replace(part, body=body), b"the time").body
    try:
        if part.guid == structure.DESCRIPTION:
            fields = places.DESCRIPTION_FIELDS
            texts = [
                b"" if field in edited else text for field, text in zip(fields, _description_texts(body), strict=True)
            ]
            return parsing.digest_bytes(repr(texts).encode()) if any(texts) else ""
        if part.guid in _ATTRIBUTED:
            kept = [each for each in _attributes(part) if each.field not in edited]
            return parsing.digest_bytes(repr(kept).encode()) if kept else ""
    except NotEditableError:
        pass
    return parsing.digest_bytes(part.guid + body)


def _ranges_behind(reader: Reader, layout: Layout, start: int) -> dict[str, str]:
    """Return a digest of each range outside the header and the media."""
    facts: dict[str, str] = {}
    for number, extent in enumerate([*layout.payload, Extent(layout.size, 0)], start=1):
        facts[f"range {number}"] = parsing.digest_range(reader, start, max(start, extent.offset))
        start = max(start, extent.end)
    return facts
