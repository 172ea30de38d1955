"""
The ways to write the comment of an MP4 or MOV, best first; each works its edit out as a value, or says why it cannot.

In place: `moov` ends the file, or there is padding in reach. Where the index has to grow and cannot, either the media
is moved away (`Reflink`, `InsertRange`, `Copy`) or the index is (`Append`), and every offset is corrected. Nothing is
moved in a file in which something points in a way that is not understood (`BmffLayout.fixed`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from indexium_core.files import holes
from indexium_core.files.containers import Capabilities, Layout, Reader, Strategy
from indexium_core.files.containers.bmff import boxes, editing, padding, relocation
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.padding import BoxSplice
from indexium_core.files.containers.bmff.relocation import Moved, Site
from indexium_core.files.containers.shared.splices import Splice, build_head, build_patch, build_pieces
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

__all__ = ["PADDING", "STRATEGIES", "Append", "BmffCopy", "BmffInPlace", "InsertRange", "Reflink"]

PADDING = 4096  # bytes of free space that a new file has behind its index, so that the next edit is in place
_MAX_HEADER = boxes.MAX_OPENED  # bytes that are inserted


class BmffInPlace:
    """
    Edit the boxes that hold the comment where they are; what they grow or shrink by is taken from padding.

    Nothing outside the index moves, so this is safe also for files in which nothing may.
    """

    name = "mp4_in_place"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Patch | Refusal:
        """Return the patch, or why `changes` cannot be written in place."""
        del means
        asked = _asked(layout, changes)
        return asked if isinstance(asked, Refusal) else self._plan(reader, *asked)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice]) -> Patch | Refusal:
        assert layout.moov is not None
        splices = padding.fit_in_place(reader, layout, edits)
        if splices is None:
            return _no_room(layout, edits)
        shift = relocation.Shift(list(relocation.between(splices, 0, layout.size + 1)))
        inward = layout.offsets.pointers.aiming(layout.moov.start, layout.behind)  # nothing else moves
        corrected = relocation.corrections(inward, shift)
        if isinstance(corrected, Refusal):
            return corrected
        return build_patch(reader, layout, sorted([*splices, *corrected], key=lambda splice: splice.start))


class Reflink:
    """Make a new file that shares the media with the old one: whole blocks of the file system stay where they are."""

    name = "mp4_reflink"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Rebuild | Refusal:
        """Return the new file, or why the file system or the file does not allow it."""
        if not (means.reflink and means.replace):
            return _refused("The file system cannot share the bytes of two files.")
        asked = _asked(layout, changes)
        made = asked if isinstance(asked, Refusal) else _rebuilt(reader, *asked, block=means.clone_block)
        return made if isinstance(made, Refusal) else replace(made, cloned=True)


class InsertRange:
    """
    Put blocks in front of the file that hold the whole new header.

    They end in a free box that reaches over the old header, up to the first box that stays: no old byte is overwritten,
    and cutting the blocks off again brings the old file back.
    """

    name = "mp4_insert_range"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Patch | Refusal:
        """Return the patch, or why the file system or the file does not allow it."""
        if means.block <= 0:
            return _refused("The file system cannot put room into the front of the file.")
        if holes.has_holes(reader):
            return _refused("The file is sparse: it has stretches without blocks, and only blocks can be moved.")
        asked = _asked(layout, changes)
        return asked if isinstance(asked, Refusal) else self._plan(reader, *asked, block=means.block)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], *, block: int) -> Patch | Refusal:
        assert layout.moov is not None
        start, end = layout.moov.start, layout.behind
        if any(extent.offset < start for extent in layout.payload) or start > _MAX_HEADER:
            return _refused("The file's index (moov) does not stand in front of all media.")

        def length(size: int) -> int:
            return _up(start + size + 8 + boxes.BLANK, block)

        moved = _moved(reader, layout, edits, lambda size: Site(at=start, shift=length(size)))
        if isinstance(moved, Refusal):
            return moved
        inserted = moved.site.shift
        if any(splice.start >= end for splice in moved.fields):
            return _refused("What lies behind the file's index (moov) would have to change too.")
        header = build_head(reader, start, moved.fields) + moved.index
        free_header = boxes.padding_header(inserted - len(header) + end)
        if free_header is None:
            return _refused("The free space in front of the media would have more than 4 GiB.")
        header += free_header
        return Patch(writes=((0, header.ljust(inserted, b"\0")),), size=layout.size + inserted, inserted=inserted)


class Append:
    """Put the new index at the end of the file; the old one becomes free space."""

    name = "mp4_append"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Patch | Refusal:
        """Return the patch, or why the file or the person does not want it."""
        asked = _asked(layout, changes)
        if isinstance(asked, Refusal):
            return asked
        if means.keep_faststart and asked[0].faststart:
            return _refused("The file's index (moov) is to stay in front of the media.")
        return self._plan(reader, *asked)

    def _plan(self, reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice]) -> Patch | Refusal:
        old = layout.moov
        assert old is not None
        if layout.fragmented:
            return _refused("The index (moov) of a film in fragments has to stand in front of them.")
        if layout.junk is not None or layout.boxes[-1].unsized:
            return _refused("Nothing can be put behind the last box of the file.")
        moved = _moved(reader, layout, edits, lambda _: Site(at=layout.size, shift=0))
        if isinstance(moved, Refusal):
            return moved
        blank = bytes(min(boxes.BLANK, old.end - old.body))  # or it would pass for what a camera keeps in free boxes
        freed = [
            Splice(start=old.start + 4, end=old.start + 8, data=b"free"),
            Splice(start=old.body, end=old.body + len(blank), data=blank),
        ]
        added = Splice(start=layout.size, end=layout.size, data=moved.index)
        splices = sorted([*moved.fields, *freed, added], key=lambda splice: splice.start)
        return build_patch(reader, layout, splices)


class BmffCopy:
    """Make a new file with the media copied byte for byte, and free space behind the index."""

    name = "mp4_copy"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Rebuild | Refusal:
        """Return the new file, or why there cannot be one."""
        if not means.replace:
            return _refused("No other file may take the place of this one, and there is no room in it.")
        asked = _asked(layout, changes)
        return asked if isinstance(asked, Refusal) else _rebuilt(reader, *asked, block=1)


STRATEGIES: tuple[Strategy, ...] = (BmffInPlace(), Reflink(), InsertRange(), Append(), BmffCopy())


def _asked(layout: Layout, changes: Sequence[Change]) -> tuple[BmffLayout, list[BoxSplice]] | Refusal:
    """Return the layout and what is to be edited in it, or why nothing is."""
    if layout.problem is not None:
        return layout.problem
    if not isinstance(layout, BmffLayout) or layout.moov is None:
        return _refused("This is not a file that can be edited as MP4.")
    if [change.field for change in changes] != ["comment"]:
        return _refused("Only the comment can be written yet.")
    edits = editing.edits(layout, changes[0])
    return edits if isinstance(edits, Refusal) else (layout, edits)


def _moved(
    reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], site: Callable[[int], Site]
) -> Moved | Refusal:
    return _refused(layout.fixed) if layout.fixed else relocation.moved(reader, layout, edits, site)


def _rebuilt(reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], *, block: int) -> Rebuild | Refusal:
    """Return a new file in which all that follows the index moves by a multiple of `block`."""
    assert layout.moov is not None
    start, room = layout.moov.start, layout.behind - layout.moov.start

    def shift(size: int) -> int:
        return _up(size + PADDING - room, max(block, 1))

    moved = _moved(reader, layout, edits, lambda size: Site(at=start, shift=shift(size)))
    if isinstance(moved, Refusal):
        return moved
    free = room + moved.site.shift - len(moved.index)
    data = moved.index + boxes.header(b"free", free) + bytes(free - 8)
    splices = [*moved.fields, Splice(start=start, end=start + room, data=data)]
    return Rebuild(pieces=build_pieces(reader, layout.size, splices))


def _up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _no_room(layout: BmffLayout, edits: Sequence[BoxSplice]) -> Refusal:
    growth = sum(edit.growth for edit in edits)
    room = padding.free_bytes(layout) or 0
    if growth > room:
        why = f"the comment needs {growth:,} bytes more, and {room:,} are free"
    elif growth > 0:
        why = f"of {room:,} free bytes the comment needs {growth:,}, and a rest must have 8 at least"
    else:
        why = f"the comment becomes {-growth} bytes shorter, and a gap must have 8 at least"
    reason = f" {layout.fixed} So nothing in it is moved." if layout.fixed else ""
    return _refused(f"The file's index has no room at its place in the file: {why}.{reason}")


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
