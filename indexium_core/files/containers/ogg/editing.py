"""
Edits of Ogg without FFmpeg: each field is a text in a stream's second packet, the comment header.

Only the pages that hold this packet are made again. If the packet fits, the number of these pages stays, so that all
later pages keep their numbers and are copied. If the packet needs another page, the later pages of that stream get a
new number and checksum. File offsets (an index in a Skeleton) are corrected. Zeros behind the texts are padding:
libvorbis, libtheora and FFmpeg do not read behind the last text, and RFC 7845 (section 5.2) allows padding for Opus.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.ogg import comments as ogg_comments
from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg import skeleton, structure
from indexium_core.files.containers.ogg.comments import FLAC, Comments
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.ogg.structure import OggHead, OggStream
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import MAX_COMMENTS, PADDING, EditRequest, NotEditableError
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice, build_patch, build_pieces
from indexium_core.model.fields.table import known_field
from indexium_core.model.files.media import Change, Patch, Rebuild
from indexium_core.model.people import people_comment

_START = bytes(8)  # granule position of a page of headers


@dataclass(frozen=True, slots=True)
class _OggEdit:
    """The old and the new comments of a stream."""

    stream: OggStream
    old: Comments
    new: Comments

    @property
    def allows_padding(self) -> bool:
        return self.old.padding is not None

    def of_length(self, length: int) -> bytes:
        """Return the new packet, padded to `length`. Raises NotEditableError if it is longer."""
        bare = self.new.padded(0) if self.allows_padding else self.new
        missing = length - len(bare.packet)
        if missing < 0 or (missing and not self.allows_padding):
            raise NotEditableError("There is no room for the text in front of the media.")
        return bare.padded(missing).packet if self.allows_padding else bare.packet


# Strategies


def in_place(reader: Reader, layout: Layout, request: EditRequest) -> Patch:
    """Return the patch that takes the bytes for the comment from padding. Raises NotEditableError."""
    edits = _edits(structure.headers(reader), request)
    packets = [(edit.stream, edit.of_length(len(edit.stream.packets[1]))) for edit in edits]
    return build_patch(reader, layout, _in_file_order(splice for each in packets for splice in _page_splices(*each)))


def copy(reader: Reader, layout: Layout, request: EditRequest) -> Rebuild:
    """Return a new file with padding behind the comments. Raises NotEditableError."""
    head = structure.headers(reader)
    splices = list[Splice]()
    is_aligned = False
    for edit in _edits(head, request):
        packet, is_aligned = _padded_packet(edit, request.capabilities, sum(splice.growth for splice in splices))
        splices += _page_splices(edit.stream, packet)
        splices += _renumbering_splices(
            reader, edit.stream, len(_page_ends(edit.stream, packet)) - len(edit.stream.pages) + 1
        )
    growth = sum(splice.growth for splice in splices)
    if sum(len(body) for _, body in head.pages) + growth > structure.LARGEST_HEADER:
        raise NotEditableError("Its comments would be too long.")
    splices += _skeleton_splices(reader, head, growth)
    pieces = build_pieces(reader, layout.size, splices)
    later = any(splice.start >= head.media for splice in splices)
    return Rebuild(pieces=pieces, cloned=request.capabilities.reflink and is_aligned and not later, renumbered=later)


def _in_file_order(splices: Iterator[Splice]) -> list[Splice]:
    return sorted(splices, key=lambda splice: splice.start)


# Fields


def _edits(head: OggHead, request: EditRequest) -> list[_OggEdit]:
    """Return the edits that change every text of the fields, or add one to the first stream that all programs read."""
    _check_unknown_streams(head, request.fields)
    known = {number: stream for number, stream in enumerate(head.streams.values()) if stream.comments is not None}
    changed: dict[int, dict[int, str | None]] = {}
    added: dict[int, list[bytes]] = {}
    for change in request.changes:
        places = [(number, each) for number, one in known.items() for each in structure.texts_of(one, [change.field])]
        for number, place in places:
            changed.setdefault(number, {}).update(_changed_values(place, request, change))
        text = None if places else request.text(change, None)
        if text is None:
            continue
        if not known:
            raise NotEditableError("None of its streams has a codec whose comments are understood.")
        number = min(known, key=lambda number: structure.rank(known[number]))
        added.setdefault(number, []).append(_named(known_field(change.field).stored.ogg[0].encode(), text))
    edits = []
    for number in sorted({*changed, *added}):
        old = _editable_comments(known[number], request.fields)
        texts = (*_changed_texts(old, changed.get(number, {})), *added.get(number, ()))
        edits.append(_OggEdit(known[number], old, replace(old, texts=texts)))
    return edits


def _changed_texts(comments: Comments, changed: Mapping[int, str | None]) -> Iterator[bytes]:
    """Yield all texts of a stream after the change."""
    for index, old in enumerate(comments.texts):
        value = changed.get(index)
        if index not in changed:
            yield old
        elif value is not None:
            yield _named(old.partition(b"=")[0], value)


def _changed_values(place: structure.JoinedText, request: EditRequest, change: Change) -> Mapping[int, str | None]:
    """
    Return each text of one name after the change, None for a removed text.

    Replace mode keeps one text. Preserve mode puts the People segment at its place in the joined text: that of the
    first people, else the end. Raises NotEditableError if the joined text would differ from the planned text.
    """
    wanted = request.text(change, place.value)
    first, *others = place.texts
    if change.segment is None or not others:
        return {first: wanted, **dict.fromkeys(others)}
    with_people = [index for index, value in place.texts.items() if people_comment.parse(value).people]
    chosen = next(iter(with_people), others[-1])
    values: dict[int, str | None] = dict(place.texts)
    values |= {index: people_comment.splice(place.texts[index], "") for index in with_people}
    values[chosen] = people_comment.splice(place.texts[chosen], change.segment)
    joined = ";".join(value for value in values.values() if value is not None)
    if joined != (wanted or "") or "\0" in joined:
        raise NotEditableError(
            "It holds several comments of one name, and players would join them to a text with other people."
        )
    return values


def _named(name: bytes, value: str) -> bytes:
    return name + b"=" + value.encode("utf-8", "surrogateescape")


def _check_unknown_streams(head: OggHead, fields: Collection[str]) -> None:
    """Raise NotEditableError if a stream of an unknown codec has a text of a field that FFmpeg shows (OGM)."""
    unknown = [stream for stream in head.streams.values() if stream.codec is None]
    bodies = [body for each in unknown if each.packets[0].startswith(b"\x01") for _, body in _pages_of(head, each)]
    for field in fields:
        names = "|".join(known_field(field).stored.ogg)
        if any(re.search(f"(?i)(?:{names})=.".encode(), body) for body in bodies):
            raise NotEditableError(f"A stream of an unknown codec has its own {field}.")


def _editable_comments(stream: OggStream, fields: Collection[str]) -> Comments:
    """Return the comments of a stream. Raises NotEditableError if its header is not fully understood."""
    comments = stream.comments
    assert comments is not None
    packet = stream.packets[1]
    prefix = comments.prefix
    if comments.codec is FLAC:
        is_right = prefix[:1] in {b"\x04", b"\x84"} and prefix[1:] == (len(packet) - 4).to_bytes(3, "big")
    else:
        is_right = prefix == comments.codec.prefix
    closed = comments.rest.startswith(comments.codec.end_marker)
    if not is_right or not closed or comments.packet != packet or stream.missing > 0:
        raise NotEditableError("Its comments are in a form that is not understood.")
    for field in fields:
        if sum(len(place.texts) for place in structure.texts_of(stream, [field])) > MAX_COMMENTS:
            raise NotEditableError(f"It holds too many texts of the field {field}.")
    _check_pages([page for page, _ in stream.pages], stream)
    return comments


def _check_pages(pages: Sequence[OggPage], stream: OggStream) -> None:
    first, *others = pages
    ends = [length for page in others for length in page.lacing if length < 255]
    if _page_state(stream.pages) != "in order" or any(page.flags & ogg_pages.ENDS for page in pages[:-1]):
        raise NotEditableError("The pages of its header are not in order, or a checksum is wrong.")
    if len(ends) != len(stream.packets) - 1 or not others[-1].lacing or others[-1].lacing[-1] == 255:
        raise NotEditableError("Its header shares a page with its media.")
    if sum(length < 255 for length in first.lacing) != 1 or first.lacing[-1] == 255:
        raise NotEditableError("Its first page holds more than it may.")
    if any(page.head[4] or page.position not in {_START, ogg_pages.NO_PACKET_ENDS} for page in pages):
        raise NotEditableError("The pages of its header are not understood.")


# Pages


def _page_ends(stream: OggStream, packet: bytes) -> list[int]:
    """Return the number of segments up to the end of each header page, for this comment header."""
    ends, count = list[int](), 0
    for page, _ in stream.pages[1:]:
        count += len(page.lacing)
        ends.append(count)
    return ogg_pages.page_ends(ends, len(ogg_pages.lacing_of(stream.packets[1])), len(ogg_pages.lacing_of(packet)))


def _page_splices(stream: OggStream, packet: bytes) -> Iterator[Splice]:
    """Yield the splices of the pages of a stream's header for a new comment header."""
    pages = stream.pages[1:]
    old = stream.packets[1]
    lacing = b"".join(page.lacing for page, _ in pages)
    lacing = ogg_pages.lacing_of(packet) + lacing[len(ogg_pages.lacing_of(old)) :]
    content = packet + b"".join(body for _, body in pages)[len(old) :]
    parts = list(_new_pages(stream, lacing, content, _page_ends(stream, packet)))
    for index, (page, body) in enumerate(pages):
        is_last = index == len(pages) - 1
        data = b"".join(parts[index:] if is_last else parts[index : index + 1])
        if data != page.head + page.lacing + body:
            yield Splice(start=page.offset, end=page.end, data=data)


def _new_pages(stream: OggStream, lacing: bytes, content: bytes, ends: Sequence[int]) -> Iterator[bytes]:
    """Yield the pages of a header behind the first one."""
    first, (last, _) = stream.pages[1][0], stream.pages[-1]
    start = at = 0
    for index, end in enumerate(ends):
        segments = lacing[start:end]
        flags = ogg_pages.CONTINUED if start and lacing[start - 1] == 255 else 0
        if end == len(lacing):
            flags |= last.flags & ogg_pages.ENDS
        position = _START if any(length < 255 for length in segments) else ogg_pages.NO_PACKET_ENDS
        body = content[at : at + sum(segments)]
        number = first.number + index
        yield ogg_pages.make_page(first, flags=flags, number=number, position=position, lacing=segments, body=body)
        start, at = end, at + len(body)


def _padded_packet(edit: _OggEdit, capabilities: Capabilities, before: int) -> tuple[bytes, bool]:
    """
    Return the new packet, with padding if the number of pages stays, and whether files can share whole blocks.

    `before` is by how many bytes other edits have moved the media.
    """
    pages = len(edit.stream.pages) - 1
    least = len((edit.new.padded(0) if edit.allows_padding else edit.new).packet)
    if not edit.allows_padding:
        return edit.of_length(least), False
    others = sum(len(page.lacing) for page, _ in edit.stream.pages[1:])
    others -= len(ogg_pages.lacing_of(edit.stream.packets[1]))
    most = (255 * pages - others) * 255 - 1  # bytes that fit on the same number of pages
    if least > most:
        return edit.of_length(least + PADDING), False
    if not capabilities.reflink:
        return edit.of_length(min(least + PADDING, most)), False
    old, block = _size_on_pages(edit.stream.packets[1]), capabilities.clone_block
    for length in range(min(least + PADDING, most), min(least + PADDING + 2 * block, most) + 1):
        if (length + length // 255 - old + before) % block == 0:
            return edit.of_length(length), True
    return edit.of_length(min(least + PADDING, most)), False


def _size_on_pages(packet: bytes) -> int:
    """Return the bytes that a packet takes on its pages, minus one."""
    return len(packet) + len(packet) // 255


def _renumbering_splices(reader: Reader, stream: OggStream, by: int) -> Iterator[Splice]:
    """Yield the splices of number and checksum of a stream's pages behind its header; each number grows by `by`."""
    if not by:
        return
    last, _ = stream.pages[-1]
    end = structure.end_of_pages(reader)
    for page in ogg_pages.pages(reader, last.end, parsing.MAX_MEDIA_PIECES):
        if page.serial == last.serial:
            if page.begins:
                return  # another stream, in a chained file
            yield Splice(start=page.offset + 18, end=page.offset + 26, data=ogg_pages.renumbered_field(page, by))
        if page.end >= end:
            return


# Offsets


def _pages_of(head: OggHead, stream: OggStream) -> list[tuple[OggPage, bytes]]:
    """Return all pages of a stream in front of the media."""
    serial = stream.pages[0][0].serial
    return [(page, body) for page, body in head.pages if page.serial == serial]


def _skeletons(head: OggHead) -> list[list[tuple[OggPage, bytes]]]:
    unknown = [_pages_of(head, stream) for stream in head.streams.values() if stream.codec is None]
    return [pages for pages in unknown if pages[0][1].startswith(skeleton.MAGIC)]


def _skeleton_splices(reader: Reader, head: OggHead, growth: int) -> Iterator[Splice]:
    """Yield the splices of file offsets after the media have moved. Raises NotEditableError."""
    if not growth:
        return
    for pages in _skeletons(head):
        if not pages[-1][0].flags & ogg_pages.ENDS and _continues(reader, head, pages[0][0].serial):
            raise NotEditableError("Its Skeleton index lies among its media, so nothing in it can be moved.")
        yield from skeleton.offset_splices(pages, growth)


def _continues(reader: Reader, head: OggHead, serial: bytes) -> bool:
    """Return whether a stream has more content behind the headers of all streams."""
    for page in ogg_pages.pages(reader, head.media, parsing.MAX_ELEMENTS):
        if page.serial == serial:
            return page.end > page.body or not page.flags & ogg_pages.ENDS
    return False


# Census


def census(reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]:
    """
    Return a digest of everything before the media except edited fields and padding, by stream.

    Raises CutShortError, MalformedHeaderError.
    """
    head = structure.headers(reader)
    facts = {"behind the end": parsing.digest_range(reader, structure.end_of_pages(reader), layout.size)}
    behind = _first_numbers(reader, head)
    for number, (serial, stream) in enumerate(head.streams.items()):
        stream_facts = {
            "serial": serial.hex(),
            "first page": parsing.digest_bytes(b"".join(_bytes_of(stream.pages[:1]))),
        }
        if stream.codec is None:
            stream_facts |= _unknown_stream_facts(head, stream)
        else:
            stream_facts |= _known_stream_facts(stream, edited)
            following = behind.get(serial)
            last = stream.pages[-1][0].number
            stream_facts["numbers"] = "end" if following is None else f"{following - last:+d}"
        facts |= {f"stream {number} {name}": value for name, value in stream_facts.items()}
    return facts


def _unknown_stream_facts(head: OggHead, stream: OggStream) -> Mapping[str, str]:
    pages = _pages_of(head, stream)
    if pages[0][1].startswith(skeleton.MAGIC):
        return {**dict(skeleton.facts(pages, head.media)), "first page": "", "pages": _page_state(pages)}
    return {"pages": parsing.digest_bytes(b"".join(_bytes_of(pages)))}


def _known_stream_facts(stream: OggStream, edited: Collection[str]) -> Mapping[str, str]:
    facts = {
        f"header {number}": parsing.digest_bytes(each) for number, each in enumerate(stream.packets) if number != 1
    }
    facts["pages"] = _page_state(stream.pages)
    comments = stream.comments
    if comments is None:
        return facts
    is_padded = comments.padding is not None
    rest = (comments.padded(0) if is_padded else comments).rest
    prefix = comments.prefix[:1] if comments.codec is FLAC else comments.prefix
    facts |= {"vendor": parsing.digest_bytes(prefix + comments.vendor), "behind the texts": parsing.digest_bytes(rest)}
    edited_indexes = {index for place in structure.texts_of(stream, edited) for index in place.texts}
    others = [text for index, text in enumerate(comments.texts) if index not in edited_indexes]
    facts["texts"] = str(comments.count - len(comments.texts) + len(others))
    for order, text in enumerate(others, start=1):
        facts[f"text {order} {parsing.printable_name(ogg_comments.name_of(text))}"] = parsing.digest_bytes(text)
    return facts


def _bytes_of(pages: Sequence[tuple[OggPage, bytes]]) -> Iterator[bytes]:
    for page, body in pages:
        yield page.head + page.lacing + body


def _page_state(pages: Sequence[tuple[OggPage, bytes]]) -> str:
    """Return "in order" for pages with correct numbers, flags and checksums, else the wrong pages."""
    wrong = list[str]()
    is_open = False
    for index, (page, body) in enumerate(pages):
        flags = (ogg_pages.BEGINS if not index else 0) | (ogg_pages.CONTINUED if is_open else 0)
        flags |= page.flags & ogg_pages.ENDS
        number = pages[0][0].number + index
        right = ogg_pages.make_page(
            page, flags=flags, number=number, position=page.position, lacing=page.lacing, body=body
        )
        if right != page.head + page.lacing + body:
            wrong.append(str(index))
        is_open = page.lacing[-1:] == b"\xff"
    return f"wrong: {', '.join(wrong)}" if wrong else "in order"


def _first_numbers(reader: Reader, head: OggHead) -> Mapping[bytes, int]:
    """Return the number of the first page behind the headers of each known stream that has one nearby."""
    wanted = {serial for serial, stream in head.streams.items() if stream.codec is not None}
    numbers: dict[bytes, int] = {}
    with contextlib.suppress(CutShortError, MalformedHeaderError):
        for page in ogg_pages.pages(reader, head.media, parsing.MAX_ELEMENTS):
            numbers.setdefault(page.serial, page.number)
            if wanted <= numbers.keys():
                break
    return numbers


def media_census(reader: Reader) -> Mapping[str, str]:
    """
    Return a digest of all pages of the media, with numbers that count from the stream's header.

    It is for an edit that changes these numbers and the checksums. Raises CutShortError, MalformedHeaderError.
    """
    head = structure.headers(reader)
    last = {serial: stream.pages[-1][0].number for serial, stream in head.streams.items()}
    end = structure.end_of_pages(reader)
    digest, count = hashlib.blake2b(digest_size=16), 0
    for page in ogg_pages.pages(reader, head.media, parsing.MAX_MEDIA_PIECES):
        if page.begins:
            last.pop(page.serial, None)  # another stream, in a chained file
        number = page.number - last.get(page.serial, 0) & 0xFFFFFFFF
        digest.update(page.head[:18] + number.to_bytes(4, "little") + page.lacing)
        digest.update(parsing.read_exactly(reader, page.body, page.end - page.body))
        count += 1
        if page.end >= end:
            break
    return {"media pages": f"{count}, {digest.hexdigest()}"}
