"""
TIFF and DNG: directories of entries whose values lie anywhere in the file (TIFF 6.0; DNG 1.7; XMP part 3).

The XMP packet is the entry 700 of the first directory. Nothing in the file ever moves, because image strips, further
directories and the notes of cameras are found by absolute offsets: a packet without room is appended, and its entry
points to it. Without an entry, a copy of the first directory with this entry is appended, too, and the header points to
it. The bytes of the old packet or directory stay as a gap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos.exif import TiffBlock, TiffEntry
from indexium_core.files.containers.photos.photo import PhotoParts, masked_digest, padded, splice_in_room
from indexium_core.files.containers.photos.xmp import XmpPacket
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError, digest_range
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Extent

_XMP, _SUB_DIRECTORIES, _MAKE, _DNG_VERSION = 700, 330, 0x010F, 0xC612
_POINTERS = (_SUB_DIRECTORIES, 0x8769, 0x8825, 0xA005)  # to directories of images, EXIF, GPS, interoperability
_IMAGES = ((273, 279), (324, 325), (513, 514))  # offsets and lengths of strips, tiles and JPEG images
_KIND, _WIDTH, _HEIGHT = 254, 256, 257
_MAX_DIRECTORIES = 10_000
_MAX_PIECES = 1_000_000
_LARGEST = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory of the file, and the names of those that lead to it."""

    name: str
    offset: int
    entries: tuple[TiffEntry, ...]
    next: int


def recognises(head: bytes) -> bool:
    """Check the first bytes; Canon's raw files have a mark of their own, and are not written."""
    return head[:4] in {b"II*\0", b"MM\0*"} and head[8:10] != b"CR"


def read(reader: Reader) -> PhotoParts:
    """Return the parts of a photo. Raises CutShortError, MalformedHeaderError."""
    block = TiffBlock(reader, Extent(0, reader.size))
    directories = list(_directories(block))
    main = {entry.tag: entry for entry in directories[0].entries}
    packet, obstacle, not_writable = main.get(_XMP), "", ""
    if packet is not None and packet.type not in {1, 7}:
        obstacle = "The XMP packet of the photo has an unknown type."
    if _MAKE in main and _SUB_DIRECTORIES in main and _DNG_VERSION not in main:
        not_writable = "Raw files of cameras other than DNG are not written."
    width, height = _dimensions(block, directories)
    return PhotoParts(
        width=width,
        height=height,
        payload=_payload(block, directories),
        exif=block.where,
        packet=Extent(packet.at, packet.length) if packet is not None else None,
        obstacle=obstacle,
        not_writable=not_writable,
    )


def _directories(block: TiffBlock) -> Iterator[_Directory]:
    """Yield the directories: those of the chain in order, each followed by those that it points to."""
    waiting, seen = [("image 1", block.first)], set[int]()
    number = 1
    while waiting:
        name, offset = waiting.pop()
        if offset in seen and "/" in name:
            continue
        if offset in seen or max(len(seen), len(waiting)) > _MAX_DIRECTORIES:
            raise MalformedHeaderError("its directories form a loop, or are too many")
        seen.add(offset)
        found = block.directory(offset)
        if found is None:
            if "/" in name:
                continue  # EXIF is optional
            raise CutShortError if offset >= block.where.length else MalformedHeaderError("a directory is malformed")
        entries, following = found
        yield _Directory(name, offset, entries, following)
        if following and "/" not in name:
            number += 1
            waiting.append((f"image {number}", following))
        for entry in entries:
            if entry.tag in _POINTERS:
                pointers = enumerate(block.numbers(entry, 64))
                waiting += [(f"{name}/{entry.tag}.{at}", each) for at, each in pointers if each not in seen]


def _leads_behind(block: TiffBlock, directory: _Directory) -> bool:
    """Return whether a value or a directory would lie in bytes that are appended."""
    raw = block.read(directory.offset, 2)
    for number in range(block.number(raw)):
        entry = block.entry(directory.offset + 2 + 12 * number)
        if entry.length and entry.at + entry.length > block.where.length:
            return True
        if entry.tag in _POINTERS and any(block.directory(each) is None for each in block.numbers(entry, 64)):
            return True
    return False


def _dimensions(block: TiffBlock, directories: Sequence[_Directory]) -> tuple[int, int]:
    """Return the size of the first full image: the first directory of a DNG has only a preview."""
    sizes = []
    for each in directories:
        found = {entry.tag: next(iter(block.numbers(entry, 1)), 0) for entry in each.entries}
        if found.get(_WIDTH) and found.get(_HEIGHT):
            sizes.append((found.get(_KIND, 0) & 1, found[_WIDTH], found[_HEIGHT]))
    return min(sizes, key=lambda size: size[0])[1:] if sizes else (0, 0)


def _payload(block: TiffBlock, directories: Sequence[_Directory]) -> tuple[Extent, ...]:
    """Return the image data of every directory, in file order; adjacent ranges are joined."""
    pieces: list[tuple[int, int]] = []
    for each in directories:
        entries = {entry.tag: entry for entry in each.entries}
        for places, lengths in _IMAGES:
            if places in entries and lengths in entries:
                numbers = [block.numbers(entries[tag], _MAX_PIECES) for tag in (places, lengths)]
                pieces += zip(*numbers, strict=False)
        if len(pieces) > _MAX_PIECES:
            raise MalformedHeaderError("its images have too many parts")
    joined: list[Extent] = []
    for start, length in sorted(pieces):
        if joined and start <= joined[-1].end:
            end = max(joined[-1].end, start + length)
            joined[-1] = Extent(joined[-1].offset, end - joined[-1].offset)
        elif length:
            joined.append(Extent(start, length))
    if not joined:
        raise MalformedHeaderError("it has no image data")
    if joined[-1].end > block.where.length:
        raise CutShortError
    return tuple(joined)


def facts(reader: Reader, parts: PhotoParts, masked: Sequence[Extent]) -> Iterator[tuple[str, str]]:
    """Yield the digest of each entry with its value, except the packet's; nothing moves, so offsets count."""
    del parts
    block = TiffBlock(reader, Extent(0, reader.size))
    for directory in _directories(block):
        yield f"{directory.name}, next", str(directory.next)
        count = block.number(block.read(directory.offset, 2))
        for number in range(count):
            at = directory.offset + 2 + 12 * number
            raw = block.read(at, 12)
            tag = block.number(raw[:2])
            if tag == _XMP and directory.name == "image 1":
                continue
            for each in masked:
                if at + 8 <= each.offset and each.end <= at + 12:
                    start = each.offset - at
                    raw = raw[:start] + bytes(each.length) + raw[start + each.length :]
            entry = next((each for each in directory.entries if each.tag == tag and each.length > 4), None)
            value = _digest(reader, entry, masked) if entry else ""
            yield f"{directory.name}, {tag}", hashlib.blake2b(raw, digest_size=16).hexdigest() + value


def _digest(reader: Reader, entry: TiffEntry, masked: Sequence[Extent]) -> str:
    end = entry.at + entry.length
    if any(entry.at <= each.offset and each.end <= end for each in masked):
        return masked_digest(reader, Extent(entry.at, entry.length), masked)
    return digest_range(reader, entry.at, end)


def in_place(reader: Reader, parts: PhotoParts, packet: XmpPacket) -> Sequence[Splice]:
    """Return the packet in the room of the old one, or at the end of the file; raises NotEditableError."""
    splice = splice_in_room(parts, packet)
    block = TiffBlock(reader, Extent(0, reader.size))
    if splice is not None:
        return _checked(block, [splice])
    if any(_leads_behind(block, each) for each in _directories(block)):
        raise NotEditableError("A value of the photo lies behind the end of the file, so the file cannot grow.")
    data = padded(packet)
    is_last = parts.packet is not None and parts.packet.end == reader.size and parts.packet.offset % 2 == 0
    start = parts.packet.offset if parts.packet is not None and is_last else reader.size
    at = start + start % 2
    appended = bytes(at - start) + data + bytes(len(data) % 2)
    count = block.number(block.read(block.first, 2))
    raw = [block.read(block.first + 2 + 12 * number, 12) for number in range(count)]
    entry = next((number for number, each in enumerate(raw) if block.number(each[:2]) == _XMP), None)
    if entry is not None:
        where = block.first + 2 + 12 * entry + 4
        patch = Splice(start=where, end=where + 8, data=_number(block, len(data)) + _number(block, at))
    else:
        kind = _number(block, _XMP, 2) + _number(block, 1, 2)
        raw = sorted(
            [*raw, kind + _number(block, len(data)) + _number(block, at)], key=lambda each: block.number(each[:2])
        )
        following = block.read(block.first + 2 + 12 * count, 4)
        patch = Splice(start=4, end=8, data=_number(block, start + len(appended)))
        appended += _number(block, count + 1, 2) + b"".join(raw) + following
    if start + len(appended) > _LARGEST:
        raise NotEditableError("The photo would be larger than 4 GB.")
    return _checked(block, [patch, Splice(start=start, end=reader.size, data=appended)])


def _checked(block: TiffBlock, changes: Sequence[Splice]) -> Sequence[Splice]:
    """Return changes that touch no other value; raises NotEditableError if parts of the file overlap."""
    for directory in _directories(block):
        for entry in directory.entries:
            is_packet = entry.tag == _XMP and directory.name == "image 1"
            is_other = entry.length > 4 and not is_packet
            end = entry.at + entry.length
            if is_other and any(
                each.start < end and entry.at < each.end and (each.start, each.end) != (entry.at, end)
                for each in changes
            ):
                raise NotEditableError("Parts of the photo overlap.")
    return changes


def with_exif(
    reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
) -> Sequence[Splice]:
    """Return the changes, and new values in entries of the first directory, or of its copy if the changes have one."""
    del parts
    block = TiffBlock(reader, Extent(0, reader.size))
    pointer = next((block.number(each.data) for each in changes if each.start == 4), None)
    end = block.first + 2 + 12 * block.number(block.read(block.first, 2))
    inside = [each for each in values if block.first <= each.start < end]
    outside = [each for each in values if each not in inside]
    if pointer is None or not inside:
        return _checked(block, [*changes, *values])
    (appended,) = (each for each in changes if each.start != 4)
    data, first = bytearray(appended.data), pointer - appended.start
    count = block.number(bytes(data[first : first + 2]))
    places = {bytes(data[at : at + 2]): at for at in range(first + 2, first + 2 + 12 * count, 12)}
    for each in inside:
        at = places[block.read(each.start - 8, 2)] + 8
        data[at : at + len(each.data)] = each.data
    others = [*outside, *(each for each in changes if each.start == 4)]
    return [*_checked(block, others), Splice(start=appended.start, end=appended.end, data=bytes(data))]


def _number(block: TiffBlock, value: int, length: int = 4) -> bytes:
    return value.to_bytes(length, "little" if block.order == "<" else "big")
