"""
Ogg edited without FFmpeg: the comment is a text of a stream's second packet, the comment header.

Only the pages that hold this packet are laid out anew; they stay as many as they were wherever the packet fits, so that
the numbers of all later pages stay true and these are taken over as they are. Where it needs another page, the later
pages of that stream get another number and checksum. File positions (an index in a Skeleton) are
corrected. Zeros behind the texts are padding: libvorbis, libtheora and FFmpeg do not read behind the last text, and
RFC 7845 (section 5.2) says so for Opus.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.ogg import comments as ogg_comments
from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg import skeleton, structure
from indexium_core.files.containers.ogg.comments import FLAC, Comments
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.ogg.structure import OggHead, OggStream
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import PADDING, PLACES, CommentRequest, NotEditableError
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice, build_patch, build_pieces
from indexium_core.model.files.media import Patch, Rebuild
from indexium_core.model.people import people_comment

__all__ = ["census", "copied", "in_place", "media_census"]

_NEW = b"DESCRIPTION"  # name of a comment where there is none: FFmpeg writes and all programs read it
_COMMENT = re.compile(rb"(?i)(?:comment|description)=.")
_START = bytes(8)  # position of a page of headers


@dataclass(frozen=True, slots=True)
class _OggEdit:
    """Other comments for a stream."""

    stream: OggStream
    old: Comments
    new: Comments

    @property
    def pads(self) -> bool:
        return self.old.padding is not None

    def of_length(self, length: int) -> bytes:
        """Return the new packet with as much padding as makes it so long. Raises NotUnderstoodError."""
        bare = self.new.padded(0) if self.pads else self.new
        missing = length - len(bare.packet)
        if missing < 0 or (missing and not self.pads):
            raise NotEditableError("There is no room for the comment in front of the media.")
        return bare.padded(missing).packet if self.pads else bare.packet


# Strategies


def in_place(reader: Reader, layout: Layout, wish: CommentRequest) -> Patch:
    """Return the patch that takes what the comment needs from padding. Raises NotUnderstoodError."""
    edits = _edits(structure.headers(reader), wish)
    packets = [(edit.stream, edit.of_length(len(edit.stream.packets[1]))) for edit in edits]
    return build_patch(reader, layout, _sorted(splice for each in packets for splice in _relaid(*each)))


def copied(reader: Reader, layout: Layout, wish: CommentRequest) -> Rebuild:
    """Return a new file with padding behind the comments. Raises NotUnderstoodError."""
    head = structure.headers(reader)
    splices = list[Splice]()
    is_aligned = False
    for edit in _edits(head, wish):
        packet, is_aligned = _roomy(edit, wish.means, sum(splice.growth for splice in splices))
        splices += _relaid(edit.stream, packet)
        splices += _renumbered(reader, edit.stream, len(_ends(edit.stream, packet)) - len(edit.stream.pages) + 1)
    growth = sum(splice.growth for splice in splices)
    if sum(len(body) for _, body in head.pages) + growth > structure.LARGEST_HEADER:
        raise NotEditableError("Its comments would be longer than reason.")
    splices += _places_moved(reader, head, growth)
    pieces = build_pieces(reader, layout.size, splices)
    later = any(splice.start >= head.media for splice in splices)
    return Rebuild(pieces=pieces, cloned=wish.means.reflink and is_aligned and not later, renumbered=later)


def _sorted(splices: Iterator[Splice]) -> list[Splice]:
    return sorted(splices, key=lambda splice: splice.start)


# Comments


def _edits(head: OggHead, wish: CommentRequest) -> list[_OggEdit]:
    """Return what changes every comment that there is, or puts one into the first stream in which all readers look."""
    _check_unknown(head)
    known = {number: stream for number, stream in enumerate(head.streams.values()) if stream.comments is not None}
    texts = {number: _texts(stream, wish) for number, stream in known.items() if structure.places(stream)}
    added = None if texts else wish.text(None)
    if added is not None:
        if not known:
            raise NotEditableError("None of its streams is of a kind whose comments are understood.")
        number = min(known, key=lambda number: structure.rank(known[number]))
        texts = {number: (*_comments(known[number]).texts, _NEW + b"=" + _encoded(added))}
    edits = []
    for number, new in texts.items():
        old = _checked(known[number])
        edits.append(_OggEdit(known[number], old, replace(old, texts=new)))
    return edits


def _texts(stream: OggStream, wish: CommentRequest) -> tuple[bytes, ...]:
    """Return all texts of a stream after a change. Raises NotUnderstoodError."""
    changed: dict[int, str | None] = {}
    for place in structure.places(stream):
        changed |= _said(place, wish)
    texts = list[bytes]()
    for index, old in enumerate(_comments(stream).texts):
        value = changed.get(index)
        if index not in changed:
            texts.append(old)
        elif value is not None:
            texts.append(old.partition(b"=")[0] + b"=" + _encoded(value))
    return tuple(texts)


def _said(place: structure.JoinedComment, wish: CommentRequest) -> Mapping[int, str | None]:
    """
    Return what each comment of one name says after a change, None for one that goes.

    Replace mode keeps one. Preserve mode puts the People segment where the joined text has it: where the first people
    are, else at the end. Raises NotUnderstoodError where that cannot be told.
    """
    wanted = wish.text(place.value)
    first, *others = place.texts
    if wish.change.segment is None or not others:
        return {first: wanted, **dict.fromkeys(others)}
    with_people = [index for index, value in place.texts.items() if people_comment.parse(value).people]
    chosen = next(iter(with_people), others[-1])
    said: dict[int, str | None] = dict(place.texts)
    said |= {index: people_comment.splice(place.texts[index], "") for index in with_people}
    said[chosen] = people_comment.splice(place.texts[chosen], wish.change.segment)
    joined = ";".join(value for value in said.values() if value is not None)
    if joined != (wanted or "") or "\0" in joined:
        raise NotEditableError("It holds several comments of one name, which players join to a text with other people.")
    return said


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _comments(stream: OggStream) -> Comments:
    comments = stream.comments
    assert comments is not None
    return comments


def _check_unknown(head: OggHead) -> None:
    """Raise NotUnderstoodError where a stream that we do not know has a comment that FFmpeg shows (OGM)."""
    for stream in head.streams.values():
        is_shown = stream.codec is None and stream.packets[0].startswith(b"\x01")
        if is_shown and any(_COMMENT.search(body) for _, body in _pages_of(head, stream)):
            raise NotEditableError("A stream of an unknown kind holds a comment of its own.")


def _checked(stream: OggStream) -> Comments:
    """Return the comments of a stream whose header is understood in full. Raises NotUnderstoodError."""
    comments = _comments(stream)
    packet = stream.packets[1]
    told = comments.lead
    if comments.codec is FLAC:
        is_right = told[:1] in {b"\x04", b"\x84"} and told[1:] == (len(packet) - 4).to_bytes(3, "big")
    else:
        is_right = told == comments.codec.lead
    closed = comments.rest.startswith(comments.codec.closing)
    if not is_right or not closed or comments.packet != packet or stream.missing > 0:
        raise NotEditableError("Its comments are in a form that is not understood.")
    if sum(len(place.texts) for place in structure.places(stream)) > PLACES:
        raise NotEditableError("It holds too many comments.")
    _check_pages([page for page, _ in stream.pages], stream)
    return comments


def _check_pages(pages: Sequence[OggPage], stream: OggStream) -> None:
    first, *others = pages
    ends = [length for page in others for length in page.lacing if length < 255]
    if _numbered(stream.pages) != "in order" or any(page.flags & ogg_pages.ENDS for page in pages[:-1]):
        raise NotEditableError("The pages of its header are not in order, or a checksum is wrong.")
    if len(ends) != len(stream.packets) - 1 or not others[-1].lacing or others[-1].lacing[-1] == 255:
        raise NotEditableError("Its header shares a page with its media.")
    if sum(length < 255 for length in first.lacing) != 1 or first.lacing[-1] == 255:
        raise NotEditableError("Its first page holds more than it may.")
    if any(page.head[4] or page.position not in {_START, ogg_pages.UNFINISHED} for page in pages):
        raise NotEditableError("The pages of its header are not understood.")


# Pages


def _ends(stream: OggStream, packet: bytes) -> list[int]:
    """Return after how many segments each page of the header ends that holds this comment header."""
    ends, count = list[int](), 0
    for page, _ in stream.pages[1:]:
        count += len(page.lacing)
        ends.append(count)
    return ogg_pages.breaks(ends, len(ogg_pages.laced(stream.packets[1])), len(ogg_pages.laced(packet)))


def _relaid(stream: OggStream, packet: bytes) -> Iterator[Splice]:
    """Yield what changes in the pages of a stream's header once it has another comment header."""
    pages = stream.pages[1:]
    old = stream.packets[1]
    lacing = b"".join(page.lacing for page, _ in pages)
    lacing = ogg_pages.laced(packet) + lacing[len(ogg_pages.laced(old)) :]
    content = packet + b"".join(body for _, body in pages)[len(old) :]
    parts = list(_laid_out(stream, lacing, content, _ends(stream, packet)))
    for index, (page, body) in enumerate(pages):
        is_last = index == len(pages) - 1
        data = b"".join(parts[index:] if is_last else parts[index : index + 1])
        if data != page.head + page.lacing + body:
            yield Splice(start=page.offset, end=page.end, data=data)


def _laid_out(stream: OggStream, lacing: bytes, content: bytes, ends: Sequence[int]) -> Iterator[bytes]:
    """Yield the pages of a header behind the first one."""
    first, (last, _) = stream.pages[1][0], stream.pages[-1]
    start = at = 0
    for index, end in enumerate(ends):
        segments = lacing[start:end]
        flags = ogg_pages.CONTINUED if start and lacing[start - 1] == 255 else 0
        if end == len(lacing):
            flags |= last.flags & ogg_pages.ENDS
        position = _START if any(length < 255 for length in segments) else ogg_pages.UNFINISHED
        body = content[at : at + sum(segments)]
        number = first.number + index
        yield ogg_pages.made(first, flags=flags, number=number, position=position, lacing=segments, body=body)
        start, at = end, at + len(body)


def _roomy(edit: _OggEdit, means: Capabilities, before: int) -> tuple[bytes, bool]:
    """
    Return the new packet with padding, if no more pages are needed for that, and whether whole blocks can be shared.

    `before`: by how many bytes other edits have moved the media.
    """
    pages = len(edit.stream.pages) - 1
    least = len((edit.new.padded(0) if edit.pads else edit.new).packet)
    if not edit.pads:
        return edit.of_length(least), False
    others = sum(len(page.lacing) for page, _ in edit.stream.pages[1:])
    others -= len(ogg_pages.laced(edit.stream.packets[1]))
    most = (255 * pages - others) * 255 - 1  # bytes that fit on as many pages
    if least > most:
        return edit.of_length(least + PADDING), False
    if not means.reflink:
        return edit.of_length(min(least + PADDING, most)), False
    old, block = _size(edit.stream.packets[1]), means.clone_block
    for length in range(min(least + PADDING, most), min(least + PADDING + 2 * block, most) + 1):
        if (length + length // 255 - old + before) % block == 0:
            return edit.of_length(length), True
    return edit.of_length(min(least + PADDING, most)), False


def _size(packet: bytes) -> int:
    """Return how many bytes a packet takes on pages, one less."""
    return len(packet) + len(packet) // 255


def _renumbered(reader: Reader, stream: OggStream, by: int) -> Iterator[Splice]:
    """Yield the numbers and checksums of a stream's pages behind its header, higher by so many."""
    if not by:
        return
    last, _ = stream.pages[-1]
    end = structure.end_of_pages(reader)
    for page in ogg_pages.pages(reader, last.end, parsing.MOST_PIECES):
        if page.serial == last.serial:
            if page.begins:
                return  # another stream, in a file behind the first one
            yield Splice(start=page.offset + 18, end=page.offset + 26, data=ogg_pages.renumbered(page, by))
        if page.end >= end:
            return


# Places


def _pages_of(head: OggHead, stream: OggStream) -> list[tuple[OggPage, bytes]]:
    """Return all pages of a stream in front of the media."""
    serial = stream.pages[0][0].serial
    return [(page, body) for page, body in head.pages if page.serial == serial]


def _skeletons(head: OggHead) -> list[list[tuple[OggPage, bytes]]]:
    found_here = [_pages_of(head, stream) for stream in head.streams.values() if stream.codec is None]
    return [pages for pages in found_here if pages[0][1].startswith(skeleton.MAGIC)]


def _places_moved(reader: Reader, head: OggHead, growth: int) -> Iterator[Splice]:
    """Yield the corrections of file positions after the media have moved. Raises NotUnderstoodError."""
    if not growth:
        return
    for pages in _skeletons(head):
        if not pages[-1][0].flags & ogg_pages.ENDS and _continues(reader, head, pages[0][0].serial):
            raise NotEditableError("The index of its pictures lies among its media, so nothing in it is moved.")
        yield from skeleton.moved(pages, growth)


def _continues(reader: Reader, head: OggHead, serial: bytes) -> bool:
    """Tell whether a stream has more content behind the headers of all others."""
    for page in ogg_pages.pages(reader, head.media, parsing.STEPS):
        if page.serial == serial:
            return page.end > page.body or not page.flags & ogg_pages.ENDS
    return False


# Census


def census(reader: Reader, layout: Layout) -> Mapping[str, str]:
    """
    Return a digest of everything in front of the media but comments and padding, stream by stream.

    Raises CutShortError, MalformedError.
    """
    head = structure.headers(reader)
    facts = {"behind the end": parsing.digest(reader, structure.end_of_pages(reader), layout.size)}
    behind = _first_numbers(reader, head)
    for number, (serial, stream) in enumerate(head.streams.items()):
        said = {"serial": serial.hex(), "first page": parsing.digest_of(b"".join(_bytes_of(stream.pages[:1])))}
        if stream.codec is None:
            said |= _said_of_unknown(head, stream)
        else:
            said |= _said_of_known(stream)
            following = behind.get(serial)
            last = stream.pages[-1][0].number
            said["numbers"] = "end" if following is None else f"{following - last:+d}"
        facts |= {f"stream {number} {name}": value for name, value in said.items()}
    return facts


def _said_of_unknown(head: OggHead, stream: OggStream) -> Mapping[str, str]:
    pages = _pages_of(head, stream)
    if pages[0][1].startswith(skeleton.MAGIC):
        return {**dict(skeleton.facts(pages, head.media)), "first page": "", "pages": _numbered(pages)}
    return {"pages": parsing.digest_of(b"".join(_bytes_of(pages)))}


def _said_of_known(stream: OggStream) -> Mapping[str, str]:
    said = {f"header {number}": parsing.digest_of(each) for number, each in enumerate(stream.packets) if number != 1}
    said["pages"] = _numbered(stream.pages)
    comments = stream.comments
    if comments is None:
        return said
    is_padded = comments.padding is not None
    rest = (comments.padded(0) if is_padded else comments).rest
    lead = comments.lead[:1] if comments.codec is FLAC else comments.lead
    said |= {"vendor": parsing.digest_of(lead + comments.vendor), "behind the texts": parsing.digest_of(rest)}
    ours = {index for place in structure.places(stream) for index in place.texts}
    others = [text for index, text in enumerate(comments.texts) if index not in ours]
    said["texts"] = str(comments.count - len(comments.texts) + len(others))
    for order, text in enumerate(others, start=1):
        said[f"text {order} {parsing.shown(ogg_comments.named(text))}"] = parsing.digest_of(text)
    return said


def _bytes_of(pages: Sequence[tuple[OggPage, bytes]]) -> Iterator[bytes]:
    for page, body in pages:
        yield page.head + page.lacing + body


def _numbered(pages: Sequence[tuple[OggPage, bytes]]) -> str:
    """Return whether pages have the numbers, flags and checksums that they must have."""
    wrong = list[str]()
    is_open = False
    for index, (page, body) in enumerate(pages):
        flags = (ogg_pages.BEGINS if not index else 0) | (ogg_pages.CONTINUED if is_open else 0)
        flags |= page.flags & ogg_pages.ENDS
        number = pages[0][0].number + index
        right = ogg_pages.made(page, flags=flags, number=number, position=page.position, lacing=page.lacing, body=body)
        if right != page.head + page.lacing + body:
            wrong.append(str(index))
        is_open = page.lacing[-1:] == b"\xff"
    return f"wrong: {', '.join(wrong)}" if wrong else "in order"


def _first_numbers(reader: Reader, head: OggHead) -> Mapping[bytes, int]:
    """Return the number of the first page of each known stream behind the headers, of those that begin soon."""
    wanted = {serial for serial, stream in head.streams.items() if stream.codec is not None}
    numbers: dict[bytes, int] = {}
    with contextlib.suppress(CutShortError, MalformedHeaderError):
        for page in ogg_pages.pages(reader, head.media, parsing.STEPS):
            numbers.setdefault(page.serial, page.number)
            if wanted <= numbers.keys():
                break
    return numbers


def media_census(reader: Reader) -> Mapping[str, str]:
    """
    Return a digest of all pages of the media, with numbers that count from the stream's header.

    For a file in which these numbers, and the checksums with them, change. Raises CutShortError, MalformedError.
    """
    head = structure.headers(reader)
    last = {serial: stream.pages[-1][0].number for serial, stream in head.streams.items()}
    end = structure.end_of_pages(reader)
    digest, count = hashlib.blake2b(digest_size=16), 0
    for page in ogg_pages.pages(reader, head.media, parsing.MOST_PIECES):
        if page.begins:
            last.pop(page.serial, None)  # another stream, in a file behind the first one
        number = page.number - last.get(page.serial, 0) & 0xFFFFFFFF
        digest.update(page.head[:18] + number.to_bytes(4, "little") + page.lacing)
        digest.update(parsing.exactly(reader, page.body, page.end - page.body))
        count += 1
        if page.end >= end:
            break
    return {"media pages": f"{count}, {digest.hexdigest()}"}
