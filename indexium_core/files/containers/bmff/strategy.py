"""
The strategies that write the fields of an MP4 or MOV, best first; each returns an edit or a Refusal.

An edit in place needs `moov` at the end of the file, or padding near the edit. If the index cannot grow, either the
media moves (`Reflink`, `InsertRange`, `BmffCopy`) or the index moves (`Append`), and every offset is corrected. A file
with unknown offsets is only edited in place (`BmffLayout.not_movable`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from indexium_core.files.containers import Capabilities, Layout, Reader, Strategy, holes
from indexium_core.files.containers.bmff import boxes, editing, padding, relocation
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.padding import BoxSplice
from indexium_core.files.containers.bmff.relocation import IndexPlace, MovedIndex
from indexium_core.files.containers.bmff.tags import field_map
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.splices import Splice, build_head, build_patch, build_pieces
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

PADDING = 4096  # bytes of free space behind the index of a new file, so that the next edit is in place
_MAX_HEADER = boxes.MAX_OPENED  # most bytes inserted


class BmffInPlace:
    """
    Edit the boxes of the fields in their place; padding balances their growth.

    Bytes outside the index never move, so this also serves files in which nothing may move.
    """

    name = "mp4_in_place"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Refusal:
        """Return the patch, or why `changes` cannot be written in place."""
        del capabilities
        requested = _requested_edits(reader, layout, changes)
        return requested if isinstance(requested, Refusal) else self._plan(reader, *requested)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice]) -> Patch | Refusal:
        assert layout.moov is not None
        splices = padding.fit_in_place(reader, layout, edits)
        if splices is None:
            return _no_room(layout, edits)
        offset_map = relocation.OffsetMap(list(relocation.kept_ranges(splices, 0, layout.size + 1)))
        inward = layout.offsets.pointers.pointing_into(layout.moov.start, layout.behind)  # other offsets do not change
        corrected = relocation.corrections(inward, offset_map)
        if isinstance(corrected, Refusal):
            return corrected
        return build_patch(reader, layout, sorted([*splices, *corrected], key=lambda splice: splice.start))


class Reflink:
    """Make a new file that shares whole file system blocks of the media with the old file."""

    name = "mp4_reflink"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Rebuild | Refusal:
        """Return the new file, or why the file system or the file does not allow it."""
        if not (capabilities.reflink and capabilities.replace):
            return refusals.not_writable("The file system cannot share the bytes of two files.")
        requested = _requested_edits(reader, layout, changes)
        made = (
            requested
            if isinstance(requested, Refusal)
            else _rebuilt(reader, *requested, block=capabilities.clone_block)
        )
        return made if isinstance(made, Refusal) else replace(made, cloned=True)


class InsertRange:
    """
    Insert blocks in front of the file that hold the whole new header.

    The blocks end with a `free` box that covers the old header, up to the first box that stays. So every old byte is
    kept, and removing the blocks restores the old file.
    """

    name = "mp4_insert_range"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Refusal:
        """Return the patch, or why the file system or the file does not allow it."""
        if capabilities.block <= 0:
            return refusals.not_writable("The file system cannot insert blocks in front of the file.")
        if holes.has_holes(reader):
            return refusals.not_writable(
                "The file is sparse: it has ranges without blocks, and only blocks can be moved."
            )
        requested = _requested_edits(reader, layout, changes)
        return requested if isinstance(requested, Refusal) else self._plan(reader, *requested, block=capabilities.block)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], *, block: int) -> Patch | Refusal:
        assert layout.moov is not None
        start, end = layout.moov.start, layout.behind
        if any(extent.offset < start for extent in layout.payload) or start > _MAX_HEADER:
            return refusals.not_writable("The file's index (moov) is not in front of all media.")

        def length(size: int) -> int:
            return _round_up(start + size + 8 + boxes.BLANK, block)

        moved = _moved_index(reader, layout, edits, lambda size: IndexPlace(at=start, shift=length(size)))
        if isinstance(moved, Refusal):
            return moved
        inserted = moved.place.shift
        if any(splice.start >= end for splice in moved.fields):
            return refusals.not_writable("Data behind the file's index (moov) would have to change too.")
        header = build_head(reader, start, moved.fields) + moved.index
        free_header = boxes.padding_header(inserted - len(header) + end)
        if free_header is None:
            return refusals.not_writable("The free space in front of the media would have more than 4 GiB.")
        header += free_header
        return Patch(writes=((0, header.ljust(inserted, b"\0")),), size=layout.size + inserted, inserted=inserted)


class Append:
    """Put the new index at the end of the file; the old index becomes free space."""

    name = "mp4_append"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Refusal:
        """Return the patch, or why the file or the settings do not allow it."""
        requested = _requested_edits(reader, layout, changes)
        if isinstance(requested, Refusal):
            return requested
        if capabilities.keep_faststart and requested[0].faststart:
            return refusals.not_writable("The file's index (moov) has to stay in front of the media (MP4 fast start).")
        return self._plan(reader, *requested)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice]) -> Patch | Refusal:
        old = layout.moov
        assert old is not None
        if layout.fragmented:
            return refusals.not_writable("The index (moov) of a file with fragments has to be in front of them.")
        if layout.junk is not None or layout.boxes[-1].unsized:
            return refusals.not_writable("Nothing can be added behind the last box of the file.")
        moved = _moved_index(reader, layout, edits, lambda _: IndexPlace(at=layout.size, shift=0))
        if isinstance(moved, Refusal):
            return moved
        blank = bytes(min(boxes.BLANK, old.end - old.body))  # otherwise `free` would seem to hold camera data
        freed = [
            Splice(start=old.start + 4, end=old.start + 8, data=b"free"),
            Splice(start=old.body, end=old.body + len(blank), data=blank),
        ]
        added = Splice(start=layout.size, end=layout.size, data=moved.index)
        splices = sorted([*moved.fields, *freed, added], key=lambda splice: splice.start)
        return build_patch(reader, layout, splices)


class BmffCopy:
    """Make a new file with a copy of the media, byte for byte, and free space behind the index."""

    name = "mp4_copy"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Rebuild | Refusal:
        """Return the new file, or why it cannot be made."""
        if not capabilities.replace:
            return refusals.not_writable(refusals.NO_REPLACEMENT)
        requested = _requested_edits(reader, layout, changes)
        return requested if isinstance(requested, Refusal) else _rebuilt(reader, *requested, block=1)


STRATEGIES: tuple[Strategy, ...] = (BmffInPlace(), Reflink(), InsertRange(), Append(), BmffCopy())


def _requested_edits(
    reader: Reader, layout: Layout, changes: Sequence[Change]
) -> tuple[BmffLayout, list[BoxSplice]] | Refusal:
    """Return the layout and its edits, or a Refusal."""
    if layout.problem is not None:
        return layout.problem
    if not isinstance(layout, BmffLayout) or layout.moov is None:
        return refusals.not_writable("The file cannot be edited as MP4.")
    without_place = [change.field for change in changes if not field_map.is_writable(change.field)]
    if without_place:
        return refusals.not_writable(refusals.no_place(without_place))
    if len({change.field for change in changes}) != max(1, len(changes)):
        return refusals.not_writable("A write changes each field once.")
    edits = editing.edits(reader, layout, changes)
    return edits if isinstance(edits, Refusal) else (layout, edits)


def _moved_index(
    reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], place_of: Callable[[int], IndexPlace]
) -> MovedIndex | Refusal:
    return (
        refusals.not_writable(layout.not_movable)
        if layout.not_movable
        else relocation.moved_index(reader, layout, edits, place_of)
    )


def _rebuilt(reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], *, block: int) -> Rebuild | Refusal:
    """Return a new file; everything behind the index moves by a multiple of `block`."""
    assert layout.moov is not None
    start, room = layout.moov.start, layout.behind - layout.moov.start

    def shift(size: int) -> int:
        return _round_up(size + PADDING - room, max(block, 1))

    moved = _moved_index(reader, layout, edits, lambda size: IndexPlace(at=start, shift=shift(size)))
    if isinstance(moved, Refusal):
        return moved
    free = room + moved.place.shift - len(moved.index)
    data = moved.index + boxes.header(b"free", free) + bytes(free - 8)
    splices = [*moved.fields, Splice(start=start, end=start + room, data=data)]
    return Rebuild(pieces=build_pieces(reader, layout.size, splices, payload=layout.payload))


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _no_room(layout: BmffLayout, edits: Sequence[BoxSplice]) -> Refusal:
    growth = sum(edit.growth for edit in edits)
    room = padding.free_bytes(layout) or 0
    if growth > room:
        shortage = f"the new text needs {growth:,} bytes more, and {room:,} are free"
    elif growth > 0:
        shortage = f"the new text needs {growth:,} of {room:,} free bytes, and a rest must have at least 8"
    else:
        shortage = f"the text becomes {-growth} bytes shorter, and a gap must have at least 8"
    immovable = f" {layout.not_movable} So nothing in it can be moved." if layout.not_movable else ""
    return refusals.not_writable(f"The file's index has no room at its place: {shortage}.{immovable}")
