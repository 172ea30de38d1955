"""
FLV edited without FFmpeg: the comment is a property of the object in the script tag `onMetaData`.

Everything else in the object keeps its bytes. What tells of places in the file is corrected: the index of the pictures
(`keyframes.filepositions`), `lastkeyframelocation`, `filesize`, and the length behind the tag. There is no padding that
players would pass over, so what is longer or shorter than before takes a new file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.flv import amf, structure
from indexium_core.files.containers.flv.amf import Metadata, Number
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import PLACES, CommentRequest, NotEditableError
from indexium_core.files.containers.shared.parsing import MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice, build_patch, build_pieces
from indexium_core.model.files.media import Patch, Rebuild

__all__ = ["census", "copied", "in_place"]

_FILTERED = 0x20  # flag of a tag: it is encrypted
_LARGEST = 0xFFFFFF  # bytes of a tag's body
_EXACT = 1 << 53  # up to here every whole number is a double
_NAME = "comment"
_PLAIN = frozenset({0, 1, 2, 12})  # types of values: number, truth, text, long text
_SHORT = 64  # bytes that are shown as they are
_PLACES = {("keyframes", "filepositions"), ("lastkeyframelocation",)}
_SIZE = ("filesize",)
_SUSPICIOUS = ("offset", "position", "location")  # in the names of numbers that may be places


@dataclass(frozen=True, slots=True)
class _Script:
    """A script tag in front of the media; `data` is its object, None where it has none that is read as metadata."""

    start: int
    head: bytes  # 11 bytes
    body: bytes
    behind: bytes  # the length again
    data: Metadata | None

    @property
    def at(self) -> int:
        """Where its body starts."""
        return self.start + 11

    @property
    def comments(self) -> list[amf.Property]:
        if self.data is None:
            return []
        return [one for one in self.data.properties if len(one.path) == 1 and one.path[0].lower() == _NAME]

    @property
    def texts(self) -> list[str]:
        """What each of the comments says; "" where that is no text."""
        return [value or "" for name, value in amf.read_metadata(self.body)[1] if name.lower() == _NAME]


@dataclass(frozen=True, slots=True)
class _ScriptHead:
    """What is in front of the media."""

    start: int  # of the first tag
    scripts: tuple[_Script, ...]
    media: int  # where that starts


# Strategies


def in_place(reader: Reader, layout: Layout, wish: CommentRequest) -> Patch:
    """Return the patch for a comment as long as the one before. Raises NotUnderstoodError."""
    splices = _edited(_opened(reader), wish)
    if any(splice.growth for splice in splices):
        raise NotEditableError("The comment has another length than before, and there is no padding.")
    return build_patch(reader, layout, splices)


def copied(reader: Reader, layout: Layout, wish: CommentRequest) -> Rebuild:
    """Return a new file with another comment, and what tells of places corrected. Raises NotUnderstoodError."""
    head = _opened(reader)
    edits = _edited(head, wish)
    splices = [*edits, *_sized(head, edits), *_corrected(head, edits, layout.size)]
    return Rebuild(pieces=build_pieces(reader, layout.size, sorted(splices, key=_order)))


def _order(splice: Splice) -> tuple[int, int]:
    return splice.start, splice.end


def _opened(reader: Reader) -> _ScriptHead:
    head = _head(reader)
    if sum(len(script.comments) for script in head.scripts) > PLACES:
        raise NotEditableError("It holds too many comments.")
    for script in head.scripts:
        if script.head[0] & _FILTERED:
            raise NotEditableError("Its metadata is encrypted.")
        if len(script.texts) != len(script.comments):
            raise NotEditableError("Its metadata is not understood.")
        nested = script.data.properties if script.data is not None else ()
        if any(len(one.path) > 1 and one.path[-1].lower() == _NAME for one in nested):
            raise NotEditableError("It holds a comment within other metadata.")
        if any(script.body[one.value] not in _PLAIN for one in script.comments):
            raise NotEditableError("It holds a comment that is no text.")
    return head


def _head(reader: Reader) -> _ScriptHead:
    start = int.from_bytes(parsing.exactly(reader, 5, 4), "big") + 4
    scripts, media, budget = [], start, amf.AmfBudget()
    for tag in structure.tags(reader, start, parsing.STEPS):
        if tag.kind & 0x1F != structure.SCRIPT:
            break
        if tag.end > structure.LARGEST_HEAD:
            raise MalformedHeaderError("its metadata is longer than reason")
        raw = parsing.exactly(reader, tag.body - 11, tag.end + 4 - tag.body + 11)
        body = raw[11:-4]
        data = amf.skim(body, budget)
        kept = data if data is not None and data.name == "onMetaData" else None
        scripts.append(_Script(tag.body - 11, raw[:11], body, raw[-4:], kept))
        media = tag.end + 4
    return _ScriptHead(start, tuple(scripts), media)


# Edits


def _edited(head: _ScriptHead, wish: CommentRequest) -> list[Splice]:
    """Return the splices that change every comment, or add one where there is none; sizes not counted."""
    holders = [script for script in head.scripts if script.data is not None]
    added = None if any(text for script in holders for text in script.texts) else wish.text(None)
    if added is not None and not holders:
        return [Splice(start=head.start, end=head.start, data=_tag(added))]
    return [
        splice
        for script in holders
        for splice in _changed(script, wish, [added] if added is not None and script is holders[0] else [])
    ]


def _changed(script: _Script, wish: CommentRequest, added: Sequence[str]) -> list[Splice]:
    """Return the splices of the comments of a tag; those that FFmpeg does not reach move to the front."""
    assert script.data is not None
    splices, moved = [], list(added)
    for one, text in zip(script.comments, script.texts, strict=True):
        new = wish.text(text) if text else None  # an empty one says nothing
        if new is not None and one.end > script.data.readable:
            moved.append(new)
            new = None
        if new is None:
            splices.append(Splice(start=script.at + one.start, end=script.at + one.end, data=b""))
        else:
            splices.append(Splice(start=script.at + one.value, end=script.at + one.end, data=amf.text_of(new)))
    gone = sum(not splice.data for splice in splices)
    return [*splices, *_put_first(script, moved, len(moved) - gone)]


def _put_first(script: _Script, texts: Sequence[str], more: int) -> list[Splice]:
    """Return the splices that add comments in front and correct the number of properties by `more`."""
    assert script.data is not None
    at = script.at + script.data.start
    data = b"".join(amf.property_of(_NAME, text) for text in texts)
    return [*_counted(script, more), *([Splice(start=at, end=at, data=data)] if data else [])]


def _counted(script: _Script, more: int) -> list[Splice]:
    """Return the splice for the number of properties, where it is told."""
    assert script.data is not None
    at = script.data.count
    if at is None or not more:
        return []
    count = int.from_bytes(script.body[at : at + 4], "big")
    if not count:
        return []
    at += script.at
    return [Splice(start=at, end=at + 4, data=struct.pack(">I", max(0, count + more) & 0xFFFFFFFF))]


def _tag(text: str) -> bytes:
    """Return a script tag of its own."""
    body = amf.text_of("onMetaData") + b"\x08" + struct.pack(">I", 1) + amf.property_of(_NAME, text) + b"\0\0\x09"
    return b"\x12" + len(body).to_bytes(3, "big") + bytes(7) + body + (11 + len(body)).to_bytes(4, "big")


def _sized(head: _ScriptHead, edits: Sequence[Splice]) -> Iterator[Splice]:
    """Yield the lengths of the tags that change, in front and behind; one that was wrong stays."""
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


# Places


def _corrected(head: _ScriptHead, edits: Sequence[Splice], size: int) -> Iterator[Splice]:
    """Yield the numbers that tell of places, after the media have moved. Raises NotUnderstoodError."""
    growth = sum(edit.growth for edit in edits)
    for script in head.scripts:
        if script.data is None:
            continue
        body = bytearray(script.body)
        for number in script.data.numbers:
            if _moves(number, head, size):
                body[number.at : number.at + 8] = struct.pack(">d", number.value + growth)
        for one in script.data.properties:
            new = bytes(body[one.start : one.end])
            if len(one.path) == 1 and new != script.body[one.start : one.end]:
                yield Splice(start=script.at + one.start, end=script.at + one.end, data=new)


def _moves(number: Number, head: _ScriptHead, size: int) -> bool:
    """Tell whether a number moves with the media; raises NotUnderstoodError where that cannot be told."""
    if number.path == _SIZE:
        return number.value == size
    if number.path in _PLACES:
        if number.value.is_integer() and (number.value <= head.start or head.media <= number.value < _EXACT):
            return number.value > head.start
        raise NotEditableError("The index of its pictures is not understood.")
    name = number.path[-1].lower()
    if any(word in name for word in _SUSPICIOUS) and head.start < number.value <= size:
        shown = parsing.shown(number.path[-1])
        message = f"It holds what may be a place in the file, so nothing in it is moved: {shown}."
        raise NotEditableError(message)
    return False


# Census


def census(reader: Reader, layout: Layout) -> Mapping[str, str]:
    """
    Return a digest of everything in front of the media but the comments, in order; places count from the media.

    Raises CutShortError, MalformedError.
    """
    head = _head(reader)
    facts = {"header": parsing.digest(reader, 0, head.start)}
    for script in head.scripts:
        said = dict(_facts(script, head, layout.size))
        if said != _NOTHING:
            facts |= {f"script {len(facts)}, {name}": value for name, value in said.items()}
    return facts


# What there is to be said of a tag that we made, beside the comment in it.
_NOTHING = {"tag": "1200000000000000", "length behind": "right", "count": "0", "rest": "000009"}


def _facts(script: _Script, head: _ScriptHead, size: int) -> Iterator[tuple[str, str]]:
    right = (11 + len(script.body)).to_bytes(4, "big")
    yield "tag", (script.head[:1] + script.head[4:]).hex()
    yield "length behind", "right" if script.behind == right else script.behind.hex()
    if script.data is None:
        yield "content", parsing.digest_of(script.body)
        return
    yield "count", _count_said(script)
    body = _neutral(script, head, size)
    end = script.data.start
    order = 0
    for one in script.data.properties:
        if len(one.path) > 1:
            continue
        end = one.end
        if one.path[0].lower() != _NAME:
            order += 1
            yield f"{order} {parsing.shown(one.path[0])}", parsing.digest_of(body[one.start : end])
    yield "rest", body[end:].hex() if len(body) - end < _SHORT else parsing.digest_of(body[end:])


def _count_said(script: _Script) -> str:
    """Return how many properties are told of, without the comments."""
    assert script.data is not None
    if script.data.count is None:
        return "none"
    count = int.from_bytes(script.body[script.data.count : script.data.count + 4], "big")
    return str(max(0, count - len(script.comments)) if count else 0)


def _neutral(script: _Script, head: _ScriptHead, size: int) -> bytes:
    """Return the body with places as they are counted from the media, and the size of the file as nought."""
    assert script.data is not None
    body = bytearray(script.body)
    for number in script.data.numbers:
        if number.path == _SIZE and number.value == size:
            body[number.at : number.at + 8] = b"the size"
        elif number.path in _PLACES and head.media <= number.value < _EXACT:
            body[number.at : number.at + 8] = struct.pack(">d", number.value - head.media)
    return bytes(body)
