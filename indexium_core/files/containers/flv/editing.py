"""
Edits of FLV without FFmpeg: each field is a property of the object in the script tag `onMetaData`.

Everything else in the object keeps its bytes. File offsets and sizes are corrected: the index of key frames
(`keyframes.filepositions`), `lastkeyframelocation`, `filesize`, and the length behind the tag. FLV has no padding that
players skip, so a text of a new length needs a new file.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.flv import amf, structure
from indexium_core.files.containers.flv.amf import Metadata, Number
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import MAX_COMMENTS, EditRequest, NotEditableError
from indexium_core.files.containers.shared.parsing import MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice, build_patch, build_pieces
from indexium_core.model.fields.table import known_field
from indexium_core.model.files.media import Change, Patch, Rebuild

_FILTERED = 0x20  # flag of a tag: it is encrypted
_LARGEST = 0xFFFFFF  # bytes of a tag's body
_EXACT = 1 << 53  # a double holds every whole number up to this one
_NUMBER = 0  # type of a value
_PLAIN = frozenset({_NUMBER, 1, 2, 12})  # … boolean, text, long text
_SHORT = 64  # up to this many bytes, the census has hexadecimal, not a digest
_OFFSETS = {("keyframes", "filepositions"), ("lastkeyframelocation",)}
_SIZE = ("filesize",)
_OFFSET_NAMES = ("offset", "position", "location")  # in the names of numbers that may be file offsets


_Text = tuple[amf.Property, str]  # a property of a field and its text, "" for a value of another type


@dataclass(frozen=True, slots=True)
class _Script:
    """A script tag before the media; `data` is its object, None if the tag is not metadata."""

    start: int
    head: bytes  # 11 bytes
    body: bytes
    behind: bytes  # the length, repeated
    data: Metadata | None

    @property
    def at(self) -> int:
        """Offset of its body."""
        return self.start + 11

    def texts(self, field: str) -> list[_Text]:
        """Return the texts of a field. Raises NotEditableError if the metadata is not understood."""
        outer = [] if self.data is None else [one for one in self.data.properties if len(one.path) == 1]
        values = amf.read_metadata(self.body)[1] if outer else []
        if [name for name, _ in values] != [one.path[0] for one in outer]:
            raise NotEditableError("Its metadata is not understood.")
        return [(one, value or "") for one, (_, value) in zip(outer, values, strict=True) if _is_of(one, field)]


@dataclass(frozen=True, slots=True)
class _ScriptHead:
    """Everything in front of the media."""

    start: int  # of the first tag
    scripts: tuple[_Script, ...]
    media: int  # offset of the media


# Strategies


def in_place(reader: Reader, layout: Layout, request: EditRequest) -> Patch:
    """Return the patch for texts as long as the old ones. Raises NotEditableError."""
    splices = _field_splices(_checked_head(reader, request.fields), request)
    if any(splice.growth for splice in splices):
        raise NotEditableError("The text has another length than before, and FLV has no padding.")
    return build_patch(reader, layout, splices)


def copy(reader: Reader, layout: Layout, request: EditRequest) -> Rebuild:
    """Return a new file with the new texts and corrected offsets. Raises NotEditableError."""
    head = _checked_head(reader, request.fields)
    edits = _field_splices(head, request)
    splices = [*edits, *_length_splices(head, edits), *_offset_splices(head, edits, layout.size)]
    return Rebuild(pieces=build_pieces(reader, layout.size, sorted(splices, key=_by_offset), payload=layout.payload))


def _by_offset(splice: Splice) -> tuple[int, int]:
    return splice.start, splice.end


def _checked_head(reader: Reader, fields: Sequence[str]) -> _ScriptHead:
    head = _head(reader)
    if any(script.head[0] & _FILTERED for script in head.scripts):
        raise NotEditableError("Its metadata is encrypted.")
    for field in fields:
        if sum(len(script.texts(field)) for script in head.scripts) > MAX_COMMENTS:
            raise NotEditableError(f"It holds too many texts of the field {field}.")
        for script in head.scripts:
            nested = script.data.properties if script.data is not None else ()
            if any(len(one.path) > 1 and _is_of(one, field) for one in nested):
                raise NotEditableError(f"It holds a text of the field {field} within other metadata.")
            if any(not _is_plain(script, text) for text in script.texts(field)):
                raise NotEditableError(f"It holds a value of the field {field} that is not a text.")
    return head


def _is_plain(script: _Script, text: _Text) -> bool:
    """Return whether a value is a text, or can become one: a fraction cannot."""
    kind = script.body[text[0].value]
    return kind in _PLAIN and (kind != _NUMBER or text[1] != "")


def _is_of(one: amf.Property, field: str) -> bool:
    return structure.field_of(one.path[-1]) == field


def _head(reader: Reader) -> _ScriptHead:
    start = int.from_bytes(parsing.read_exactly(reader, 5, 4), "big") + 4
    scripts, media, budget = [], start, amf.AmfBudget()
    for tag in structure.tags(reader, start, parsing.MAX_ELEMENTS):
        if tag.kind & 0x1F != structure.SCRIPT:
            break
        if tag.end > structure.LARGEST_HEAD:
            raise MalformedHeaderError("its metadata is too large")
        raw = parsing.read_exactly(reader, tag.body - 11, tag.end + 4 - tag.body + 11)
        body = raw[11:-4]
        data = amf.read_offsets(body, budget)
        kept = data if data is not None and data.name == "onMetaData" else None
        scripts.append(_Script(tag.body - 11, raw[:11], body, raw[-4:], kept))
        media = tag.end + 4
    return _ScriptHead(start, tuple(scripts), media)


# Edits


def _field_splices(head: _ScriptHead, request: EditRequest) -> list[Splice]:
    """Return splices that change every text of the fields, and add missing ones; without splices of sizes."""
    holders = [script for script in head.scripts if script.data is not None]
    added = list[bytes]()
    for change in request.changes:
        is_present = any(text for script in holders for _, text in script.texts(change.field))
        text = None if is_present else request.text(change, None)
        if text is not None:
            added.append(amf.property_of(structure.name_of(change.field), _on_disk(change, text)))
    if added and not holders:
        return [Splice(start=head.start, end=head.start, data=_new_tag(added))]
    return [
        splice
        for script in holders
        for splice in _changed_texts(script, request, added if script is holders[0] else [])
    ]


def _changed_texts(script: _Script, request: EditRequest, added: Sequence[bytes]) -> list[Splice]:
    """Return the splices of the fields of a tag; a text that FFmpeg cannot read moves to the front."""
    assert script.data is not None
    splices, moved = [], list(added)
    for change in request.changes:
        for one, text in script.texts(change.field):
            new = request.text(change, text) if text else None  # an empty text is no value
            start, data = one.start, b""
            if new is not None and one.end > script.data.readable:
                moved.append(amf.property_of(structure.name_of(change.field), _on_disk(change, new)))
            elif new is not None:
                start, data = one.value, amf.text_of(_on_disk(change, new))
            splices.append(Splice(start=script.at + start, end=script.at + one.end, data=data))
    removed = sum(not splice.data for splice in splices)
    return [*sorted(splices, key=_by_offset), *_prepended(script, moved, len(moved) - removed)]


def _on_disk(change: Change, text: str) -> str:
    """Return a text as files have it: the items of a list with commas."""
    return text.replace("; ", ", ") if known_field(change.field).type == "list" else text


def _prepended(script: _Script, properties: Sequence[bytes], more: int) -> list[Splice]:
    """Return the splices that add properties in front and increase the number of properties by `more`."""
    assert script.data is not None
    at = script.at + script.data.start
    data = b"".join(properties)
    return [*_count_splices(script, more), *([Splice(start=at, end=at, data=data)] if data else [])]


def _count_splices(script: _Script, more: int) -> list[Splice]:
    """Return the splice of the number of properties, if it is stored."""
    assert script.data is not None
    at = script.data.count
    if at is None or not more:
        return []
    count = int.from_bytes(script.body[at : at + 4], "big")
    if not count:
        return []
    at += script.at
    return [Splice(start=at, end=at + 4, data=struct.pack(">I", max(0, count + more) & 0xFFFFFFFF))]


def _new_tag(properties: Sequence[bytes]) -> bytes:
    """Return a new script tag with some properties."""
    head = amf.text_of("onMetaData") + b"\x08" + struct.pack(">I", len(properties))
    body = head + b"".join(properties) + b"\0\0\x09"
    return b"\x12" + len(body).to_bytes(3, "big") + bytes(7) + body + (11 + len(body)).to_bytes(4, "big")


def _length_splices(head: _ScriptHead, edits: Sequence[Splice]) -> Iterator[Splice]:
    """Yield the splices of the lengths before and behind changed tags; a wrong length stays wrong."""
    for script in head.scripts:
        end = script.at + len(script.body)
        growth = sum(edit.growth for edit in edits if script.start < edit.start <= end)
        length = len(script.body) + growth
        if not growth:
            continue
        if length > _LARGEST:
            raise NotEditableError("Its metadata would be longer than an FLV file can hold.")
        yield Splice(start=script.start + 1, end=script.start + 4, data=length.to_bytes(3, "big"))
        if script.behind == (11 + len(script.body)).to_bytes(4, "big"):
            yield Splice(start=end, end=end + 4, data=(11 + length).to_bytes(4, "big"))


# Offsets


def _offset_splices(head: _ScriptHead, edits: Sequence[Splice], size: int) -> Iterator[Splice]:
    """Yield the splices of file offsets after the media have moved. Raises NotEditableError."""
    growth = sum(edit.growth for edit in edits)
    for script in head.scripts:
        if script.data is None:
            continue
        body = bytearray(script.body)
        for number in script.data.numbers:
            if _is_moving(number, head, size):
                body[number.at : number.at + 8] = struct.pack(">d", number.value + growth)
        for one in script.data.properties:
            new = bytes(body[one.start : one.end])
            if len(one.path) == 1 and new != script.body[one.start : one.end]:
                yield Splice(start=script.at + one.start, end=script.at + one.end, data=new)


def _is_moving(number: Number, head: _ScriptHead, size: int) -> bool:
    """Return whether a number changes when the media move; raises NotEditableError if that is uncertain."""
    if number.path == _SIZE:
        return number.value == size
    if number.path in _OFFSETS:
        if number.value.is_integer() and (number.value <= head.start or head.media <= number.value < _EXACT):
            return number.value > head.start
        raise NotEditableError("Its index of key frames is not understood.")
    name = number.path[-1].lower()
    if any(word in name for word in _OFFSET_NAMES) and head.start < number.value <= size:
        shown = parsing.printable_name(number.path[-1])
        raise NotEditableError(f"It holds a number that may be a file offset, so nothing in it can be moved: {shown}.")
    return False


# Census


def census(reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]:
    """
    Return a digest of everything before the media except edited fields, in order; offsets count from the media.

    Raises CutShortError, MalformedHeaderError.
    """
    head = _head(reader)
    facts = {"header": parsing.digest_range(reader, 0, head.start)}
    for script in head.scripts:
        facts_of_tag = dict(_facts(script, head, layout.size, edited))
        if facts_of_tag != _EMPTY_TAG:
            facts |= {f"script {len(facts)}, {name}": value for name, value in facts_of_tag.items()}
    return facts


# The facts of a tag made by Indexium, without its fields.
_EMPTY_TAG = {"tag": "1200000000000000", "length behind": "right", "count": "0", "rest": "000009"}


def _facts(script: _Script, head: _ScriptHead, size: int, edited: Collection[str]) -> Iterator[tuple[str, str]]:
    right = (11 + len(script.body)).to_bytes(4, "big")
    yield "tag", (script.head[:1] + script.head[4:]).hex()
    yield "length behind", "right" if script.behind == right else script.behind.hex()
    if script.data is None:
        yield "content", parsing.digest_bytes(script.body)
        return
    yield "count", _stored_count(script, edited)
    body = _relative_body(script, head, size)
    end = script.data.start
    order = 0
    for one in script.data.properties:
        if len(one.path) > 1:
            continue
        end = one.end
        if not _is_edited(one, edited):
            order += 1
            yield f"{order} {parsing.printable_name(one.path[0])}", parsing.digest_bytes(body[one.start : end])
    yield "rest", body[end:].hex() if len(body) - end < _SHORT else parsing.digest_bytes(body[end:])


def _is_edited(one: amf.Property, edited: Collection[str]) -> bool:
    return len(one.path) == 1 and any(_is_of(one, field) for field in edited)


def _stored_count(script: _Script, edited: Collection[str]) -> str:
    """Return the stored number of properties, without those of edited fields."""
    assert script.data is not None
    if script.data.count is None:
        return "none"
    count = int.from_bytes(script.body[script.data.count : script.data.count + 4], "big")
    left = count - sum(_is_edited(one, edited) for one in script.data.properties)
    return str(max(0, left) if count else 0)


def _relative_body(script: _Script, head: _ScriptHead, size: int) -> bytes:
    """Return the body with offsets relative to the media and without the file size."""
    assert script.data is not None
    body = bytearray(script.body)
    for number in script.data.numbers:
        if number.path == _SIZE and number.value == size:
            body[number.at : number.at + 8] = b"the size"
        elif number.path in _OFFSETS and head.media <= number.value < _EXACT:
            body[number.at : number.at + 8] = struct.pack(">d", number.value - head.media)
    return bytes(body)
