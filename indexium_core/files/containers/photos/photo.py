"""
The family of photos: one layout and two strategies for every kind of photo.

Each kind is a module that finds the parts of a file (image data, EXIF block, XMP packet) and where the packet can
stay or go. Here the fields are read from the packet, edits are made, and the census compares everything else. Image
data are never decoded and never written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from indexium_core import errors
from indexium_core.files.containers import COMMENT_ONLY, Capabilities, Choice, Family, Layout, Reader, Strategy
from indexium_core.files.containers.photos import exif, face_regions, photo_dates, xmp, xmp_fields
from indexium_core.files.containers.photos.exif import ExifFacts
from indexium_core.files.containers.photos.xmp import XmpError, XmpPacket
from indexium_core.files.containers.photos.xmp_fields import ValueRefusedError
from indexium_core.files.containers.shared import refusals, splices
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError, digest_range
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.fields.table import CREATION_TIME, RATING
from indexium_core.model.fields.values import PERCENT_OF_STARS
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Extent, FieldValue, Patch, PhotoFacts, Rebuild, Refusal
from indexium_core.model.surrogates import replace_surrogates

PADDING = 4096  # bytes of a new packet's padding
NO_ROOM = "The photo has no XMP packet with room for the value."
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPictures:
    """The pictures of a HEIF that show the photo, by their numbers in the file: one, or the tiles of the photo."""

    numbers: tuple[int, ...] = ()  # in rows, from the top left
    columns: int = 1
    is_turned: bool = True  # the decoder knows the rotation; False: it is that of the photo


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoParts:
    """The parts of a photo."""

    width: int  # pixels as stored
    height: int
    payload: tuple[Extent, ...]  # the compressed image data
    insert_at: int = 0  # where a new packet goes
    exif: Extent | None = None  # the block from its byte order on
    packet: Extent | None = None
    pieces: tuple[Extent, ...] = ()  # the packet, if it is in several ranges (HEIF)
    slot: Extent | None = None  # the packet with its segment or chunk
    kept: tuple[tuple[str, Extent], ...] = ()  # every other part, in file order
    further: tuple[tuple[Extent, ...], ...] = ()  # packets beside the first one, with the ranges of each
    orientation: int = 0  # as in EXIF, for a kind of photo that has its own; 0: that of EXIF
    stills: StillPictures = StillPictures()  # of a HEIF
    obstacle: str = ""  # why the photo cannot be written, as a sentence
    not_writable: str = ""  # why its packet cannot be written although it is understood, as a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSidecar:
    """The sidecar of a photo."""

    name: bytes  # of the file, or of the one that a write would create
    stamp: str = ""  # another text after each change of the file; "": there is no sidecar yet
    content: bytes | None = None
    packet: XmpPacket | None = None
    fields: frozenset[str] = frozenset()  # those that it has
    refusal: Refusal | None = None  # why it cannot be changed


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLayout(Layout):
    """The layout of a photo."""

    parts: PhotoParts | None = None  # None for a damaged photo
    packet: XmpPacket | None = None
    exif: ExifFacts = field(default_factory=ExifFacts)
    blocked: frozenset[str] = frozenset()  # fields that the photo has in a form or place that is not written
    sidecar: PhotoSidecar | None = None  # None: unknown
    own_fields: tuple[FieldValue, ...] = ()  # with a sidecar: the fields of the photo itself

    @property
    def photo(self) -> PhotoFacts:
        """The properties that the header contains."""
        width, height = self.dimensions
        return PhotoFacts(
            width=width,
            height=height,
            camera=replace_surrogates(self.exif.camera),
            lens=replace_surrogates(self.exif.lens),
            taken=self.exif.taken,
            position=self.exif.gps,
            faces=self.faces,
        )

    @property
    def sidecar_stamp(self) -> str:
        """Another text after each change of the sidecar; "" without one."""
        return self.sidecar.stamp if self.sidecar else ""

    @property
    def itself(self) -> PhotoLayout:
        """The layout of the photo without its sidecar."""
        return self if self.sidecar is None else replace(self, fields=self.own_fields, own_fields=(), sidecar=None)

    @property
    def faces(self) -> tuple[str, ...]:
        """The names of face regions: those of the sidecar if it has regions, otherwise those of the photo."""
        packets = (self.sidecar.packet if self.sidecar else None, self.packet)
        valid = next((each for each in packets if each is not None and face_regions.has_regions(each)), None)
        return face_regions.face_names(valid) if valid is not None else ()

    @property
    def dimensions(self) -> tuple[int, int]:
        """Width and height as shown, after the rotation by the orientation; (0, 0) for a damaged photo."""
        if self.parts is None:
            return 0, 0
        size = self.parts.width, self.parts.height
        return size if (self.parts.orientation or self.exif.orientation) < 5 else (size[1], size[0])


class PhotoFormat(Protocol):
    """One kind of photo; every function may raise CutShortError and MalformedHeaderError."""

    def recognises(self, head: bytes) -> bool: ...
    def read(self, reader: Reader) -> PhotoParts: ...

    # The changes of a file that give it this packet; raises NotEditableError.
    def in_place(self, reader: Reader, parts: PhotoParts, packet: XmpPacket) -> Sequence[Splice]: ...

    # These changes and new values within the EXIF block, with everything that depends on its bytes
    def with_exif(
        self, reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
    ) -> Sequence[Splice]: ...

    # Digests of everything except payload, packet and the masked ranges
    def facts(self, reader: Reader, parts: PhotoParts, masked: Sequence[Extent]) -> Iterator[tuple[str, str]]: ...


# The changes of a new file with this packet and so much padding; raises NotEditableError.
CopyEdit = Callable[[Reader, PhotoParts, XmpPacket, int], Sequence[Splice]]


class HeadReader:
    """A reader that keeps the first 64 KiB, where most photos have all their metadata."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._head = reader, reader.read_at(0, _HEAD)

    @property
    def size(self) -> int:
        return self._reader.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the file."""
        if offset >= 0 and offset + length <= len(self._head):
            return self._head[offset : offset + length]
        return self._reader.read_at(offset, length)


ChooseSidecar: TypeAlias = "Callable[[PhotoLayout, Sequence[Change], Capabilities], Choice | Refusal]"


class PhotoFamily(Family):
    """The family of one kind of photo."""

    def __init__(
        self, name: str, label: str, form: PhotoFormat, sidecar: ChooseSidecar, *, copy: CopyEdit | None = None
    ) -> None:
        """Make the family; `label` is its name in messages. Without `copy`, a new file could hold no more."""
        self.name = name
        self._label, self._form, self._sidecar = label, form, sidecar
        in_place = PhotoStrategy(name, form)
        self._strategies = (in_place,) if copy is None else (in_place, PhotoStrategy(name, form, copy))

    def recognises(self, head: bytes) -> bool:
        """Check the first 64 bytes or more."""
        return self._form.recognises(head)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> PhotoLayout:
        """Read the header of a photo; image data are not read, so `known` is not used."""
        del known
        head = HeadReader(reader)
        try:
            parts = self._form.read(head)
        except (CutShortError, MalformedHeaderError) as error:
            problem = refusals.corrupt(self._damage_message(error))
            whole = (Extent(0, reader.size),)
            return PhotoLayout(container=self.name, size=reader.size, payload=whole, problem=problem)
        values = exif.read_exif(head, parts.exif)
        obstacle, packet, blocked = parts.obstacle, None, frozenset[str]()
        pieces = parts.pieces or ((parts.packet,) if parts.packet else ())
        if pieces:
            try:
                packet = _packet_of(head, pieces)
                blocked = frozenset(xmp_fields.properties()) - xmp_fields.writable_fields(packet)
                blocked |= frozenset().union(*(_fields_in(head, each) for each in parts.further))
                obstacle = obstacle or (packet.problem and f"The XMP packet cannot be changed: {packet.problem}.")
            except XmpError as error:
                obstacle = obstacle or f"The XMP packet is not understood: {error}."
        found = xmp_fields.fields_of(
            packet or xmp_fields.new_packet(), other_ratings=values.other_ratings, dates=values.dates
        )
        return PhotoLayout(
            container=self.name,
            size=reader.size,
            payload=parts.payload,
            fields=fields.with_unique_places(found),
            problem=refusals.not_writable(obstacle) if obstacle else None,
            parts=parts,
            packet=packet,
            exif=values,
            blocked=blocked,
            field_problems=_removal_problems(parts, packet, found, blocked),
        )

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = COMMENT_ONLY) -> Mapping[str, str]:
        """Return the facts that an edit must keep; raises CorruptFileError."""
        assert isinstance(layout, PhotoLayout)
        reader = HeadReader(reader)
        if layout.parts is None:
            raise errors.CorruptFileError(layout.problem.message if layout.problem else "")
        masked = layout.exif.places_of(edited)
        try:
            facts = dict(self._form.facts(reader, layout.parts, masked))
        except (CutShortError, MalformedHeaderError) as error:
            raise errors.CorruptFileError(self._damage_message(error)) from error
        rest = b""
        if layout.packet is not None:
            rest = xmp_fields.remainder(layout.packet, edited)
        elif layout.parts.packet is not None:
            rest = _bytes_of(reader, layout.parts.packet)
        return {**facts, **({"XMP": _digest(rest)} if rest else {})}

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies: in place, and by a new file if it can hold more."""
        return self._strategies

    def beside(self, layout: Layout, changes: Sequence[Change], capabilities: Capabilities) -> Choice | Refusal | None:
        """Return the edit of the sidecar, if its place is known."""
        assert isinstance(layout, PhotoLayout)
        return None if layout.sidecar is None else self._sidecar(layout, changes, capabilities)

    def _damage_message(self, error: CutShortError | MalformedHeaderError) -> str:
        if isinstance(error, CutShortError):
            return f"The photo is incomplete: a part of the {self._label} file reaches past its end."
        return f"The photo is damaged: {error}."


class PhotoStrategy:
    """A strategy: change the bytes of the packet and of EXIF's ratings, in place or by a new file."""

    def __init__(self, name: str, form: PhotoFormat, copy: CopyEdit | None = None) -> None:
        self.name = f"{name}_copy" if copy else f"{name}_in_place"
        self._form, self._copy = form, copy

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Rebuild | Refusal:
        """Return the edit, or the reason for no edit."""
        assert isinstance(layout, PhotoLayout)
        reader = HeadReader(reader)
        refused = self._refusal(layout, changes, capabilities)
        if refused is not None or layout.parts is None:
            return refused or refusals.not_writable(NO_ROOM)
        try:
            parts = self._edits(reader, layout, layout.parts, changes)
            if self._copy is None:
                return splices.build_patch(reader, layout, parts)
            growth, block = sum(each.growth for each in parts), capabilities.clone_block
            is_aligned = capabilities.reflink and growth % block == 0
            if capabilities.reflink and not is_aligned:  # files share blocks if the image data move by whole blocks
                longer = self._edits(reader, layout, layout.parts, changes, PADDING + -growth % block)
                is_aligned = sum(each.growth for each in longer) % block == 0
                parts = longer if is_aligned else parts
            return Rebuild(splices.build_pieces(reader, layout.size, parts, payload=layout.payload), cloned=is_aligned)
        except ValueRefusedError as error:
            return refusals.invalid_value(str(error))
        except NotEditableError as error:
            return refusals.not_writable(str(error))
        except (CutShortError, MalformedHeaderError, errors.ConflictError):
            return refusals.not_writable("The photo is not understood.")

    def _refusal(self, layout: PhotoLayout, changes: Sequence[Change], capabilities: Capabilities) -> Refusal | None:
        """Return why this strategy can write none of these changes, None if it may."""
        if layout.problem is not None:
            return layout.problem
        reason = layout.parts.not_writable if layout.parts is not None else ""
        if self._copy is not None and not capabilities.replace:
            reason = reason or "The photo has no room for the value, and no new file may take its place."
        beside = frozenset[str]() if layout.sidecar is None else layout.sidecar.fields
        for each in (change.field for change in changes):
            if xmp_fields.place_of(each) is None:
                reason = reason or f"Photos have no place for the field {each}."
            elif each in beside:
                reason = reason or f"The sidecar of the photo has its {each}."
            elif each in layout.blocked:
                reason = reason or f"The photo has its {each} in a form that Indexium does not change."
        return refusals.not_writable(reason) if reason else None

    def _edits(
        self, reader: Reader, layout: PhotoLayout, parts: PhotoParts, changes: Sequence[Change], padding: int = PADDING
    ) -> list[Splice]:
        present = layout.packet or xmp_fields.new_packet()
        packet = xmp_fields.edited(present, changes, dates=layout.exif.dates)
        is_same = packet.text == present.text
        found: list[Splice] = []
        if not is_same:
            edited = self._copy(reader, parts, packet, padding) if self._copy else None
            found = list(self._form.in_place(reader, parts, packet) if edited is None else edited)
        values = [splice for change in changes for splice in _exif_splices(layout, change)]
        if values and parts.exif is not None:
            if exif.overlapping_entries(reader, parts.exif, [Extent(each.start, len(each.data)) for each in values]):
                raise NotEditableError("Parts of the EXIF block overlap, so its values are not changed.")
            found = list(self._form.with_exif(reader, parts, found, values))
        return sorted(found, key=lambda each: (each.start, each.end))


def _exif_splices(layout: PhotoLayout, change: Change) -> Iterator[Splice]:
    """Yield the new bytes of the field's entries in EXIF."""
    if change.field == RATING:
        yield from _rating_splices(layout.exif, change.new or "")
    elif change.field == CREATION_TIME:
        old = next((each.value for each in layout.fields if each.field == CREATION_TIME), None)
        for where, data in photo_dates.exif_edits(layout.exif.dates, old, change.new):
            yield Splice(start=where.offset, end=where.end, data=data)


def _rating_splices(facts: ExifFacts, stars: str) -> Iterator[Splice]:
    """Yield the new numbers of EXIF's ratings; 0 means that there is no rating."""
    percent = PERCENT_OF_STARS.get(stars, 0)
    numbers = {exif.PERCENT: percent, exif.STARS: int(stars) if percent else 0}
    for tag, (where, _) in facts.ratings.items():
        data = numbers[tag].to_bytes(2, "little" if facts.order == "<" else "big")
        yield Splice(start=where.offset, end=where.end, data=data)


def append_extent(extents: list[Extent], more: Extent) -> None:
    """Add an extent; if it follows the last one directly, both become one."""
    if extents and extents[-1].end == more.offset:
        extents[-1] = Extent(extents[-1].offset, more.end - extents[-1].offset)
    else:
        extents.append(more)


def splice_in_room(parts: PhotoParts, packet: XmpPacket) -> Splice | None:
    """Return the packet in the room of the old one; None if there is none with enough room."""
    data = packet.bytes_for(parts.packet.length) if parts.packet else None
    if parts.packet is None or data is None:
        return None
    return Splice(start=parts.packet.offset, end=parts.packet.end, data=data)


def only_in_room(reader: Reader, parts: PhotoParts, packet: XmpPacket) -> Sequence[Splice]:
    """Return the packet in the room of the old one; raises NotEditableError."""
    del reader
    splice = splice_in_room(parts, packet)
    if splice is None:
        raise NotEditableError(NO_ROOM)
    return [splice]


def padded(packet: XmpPacket, padding: int = PADDING, *, limit: int = xmp.MAX_PACKET) -> bytes:
    """Return a packet with new padding, at most `limit` bytes; raises ValueRefusedError if it is longer."""
    least = packet.least_size()
    room = min(padding, limit - least)
    size = least + (room if packet.encoding == "utf-8" else room // 4 * 4)
    data = packet.bytes_for(size) if size <= limit else None
    if data is None or least > limit:
        raise ValueRefusedError(f"The XMP packet of the photo would be longer than {limit:,} bytes.")
    return data


def masked_digest(reader: Reader, where: Extent, masked: Iterable[Extent]) -> str:
    """Return the digest of a range with zeros in the masked ranges."""
    data = bytearray(_bytes_of(reader, where))
    for each in masked:
        if where.offset <= each.offset and each.end <= where.end:
            data[each.offset - where.offset : each.end - where.offset] = bytes(each.length)
    return _digest(bytes(data))


def kept_facts(reader: Reader, parts: PhotoParts, masked: Sequence[Extent]) -> Iterator[tuple[str, str]]:
    """Yield the digests of every part that is kept, and of the EXIF block."""
    for number, (name, where) in enumerate(parts.kept):
        yield f"part {number}, {name}", digest_range(reader, where.offset, where.end)
    if parts.exif is not None:
        yield "EXIF", masked_digest(reader, parts.exif, masked)


def _removal_problems(
    parts: PhotoParts, packet: XmpPacket | None, found: Iterable[FieldValue], blocked: Collection[str]
) -> dict[str, str]:
    """Return why fields of the photo itself cannot be removed; a sidecar takes a new value, but removes nothing."""
    reasons: dict[str, str] = {}
    for each in found:
        reason = parts.not_writable
        if not reason and each.field in blocked:
            reason = f"The photo has its {each.field} in a form that Indexium does not change."
        if not reason and packet is not None:
            reason = xmp_fields.not_removable(packet, each.field)
        if reason:
            reasons[f"-{each.field}"] = f"{reason} A sidecar cannot remove the value of the photo."
    return reasons


def _packet_of(reader: Reader, pieces: Sequence[Extent]) -> XmpPacket:
    """Return the packet in some ranges; raises XmpError."""
    if sum(piece.length for piece in pieces) > xmp.MAX_PACKET:
        raise XmpError(xmp.TOO_LARGE)
    return xmp.read_packet(b"".join(_bytes_of(reader, piece) for piece in pieces))


def _fields_in(reader: Reader, pieces: Sequence[Extent]) -> frozenset[str]:
    """Return the fields in another packet of a photo; programs ignore one that is malformed."""
    try:
        packet = _packet_of(reader, pieces)
    except XmpError:
        return frozenset()
    return xmp_fields.fields_in(packet)


def _bytes_of(reader: Reader, where: Extent) -> bytes:
    return reader.read_at(where.offset, where.length)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
