"""Writing the comment of an MP4 in place: `moov` ends the file, or there is padding in reach."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.containers import Estimate, Layout, Reader, Writable
from indexium_core.files.containers.bmff import comment, patch
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.patch import Splice
from indexium_core.model.media import Change, Patch, Refusal

__all__ = ["InPlace"]

_SECONDS = 0.003  # of one edit: three fsyncs and the checks around them
_BYTES_PER_SECOND = 100e6


class InPlace:
    """
    Edit the boxes that hold the comment where they are; every one of them gets the same text.

    Where there is none, `udta/meta/ilst/©cmt` is added; `None` and the empty text remove them all.
    """

    name = "mp4_in_place"

    def eligible(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Refusal | None:
        """Return why `changes` cannot be written in place, or None."""
        outcome = plan(reader, layout, changes)
        return outcome if isinstance(outcome, Refusal) else None

    def estimate(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate:
        """Return what the write would cost; nothing where it is not eligible."""
        outcome = self.appraise(reader, layout, changes)
        return Estimate(seconds=0.0, bytes_written=0) if isinstance(outcome, Refusal) else outcome

    def appraise(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate | Refusal:
        """Return what the write would cost, or why `changes` cannot be written in place."""
        outcome = plan(reader, layout, changes)
        if isinstance(outcome, Refusal):
            return outcome
        written = sum(len(data) for _, data in outcome.writes)
        return Estimate(seconds=_SECONDS + written / _BYTES_PER_SECOND, bytes_written=written)

    def write(self, file: Writable, layout: Layout, changes: Sequence[Change]) -> None:
        """
        Apply the patch.

        Raises:
            RefusedError: Not eligible.
            ConflictError: The file is not the one that was examined.

        """
        outcome = plan(file, layout, changes)
        if isinstance(outcome, Refusal):
            raise errors.RefusedError(outcome.message, code=outcome.code)
        if not _is_as_examined(file, layout):
            raise errors.ConflictError("The file changed since it was examined.")
        file.apply(outcome)


def plan(reader: Reader, layout: Layout, changes: Sequence[Change]) -> Patch | Refusal:
    """Return the patch that makes `changes`, or why there is none."""
    if layout.problem is not None:
        return layout.problem
    if not isinstance(layout, BmffLayout) or layout.moov is None:
        return _refused("This is not a file that can be edited as MP4.")
    if [change.field for change in changes] != ["comment"]:
        return _refused("Only the comment can be written yet.")
    edits = _edits(layout, changes[0].new)
    if isinstance(edits, Refusal):
        return edits
    return patch.build(reader, layout, edits) or _no_room(layout, edits)


def _edits(layout: BmffLayout, text: str | None) -> list[Splice] | Refusal:
    """Return what to put in place of each box that holds the comment."""
    if not text:
        return [_replaced(place, b"") for place in layout.places]
    encoded = _encoded(text)
    if isinstance(encoded, Refusal):
        return encoded
    if len(encoded) > comment.MAX_STRING and any(place.strings for place in layout.places):
        return _refused("The comment is too long for the QuickTime text field that this file has.")
    if layout.places:
        return [_replaced(place, comment.rebuilt(place, encoded)) for place in layout.places]
    return _added(layout, encoded)


def _encoded(text: str) -> bytes | Refusal:
    try:
        encoded = text.encode("utf-8", "surrogateescape")  # bytes that came from a file go back as they were
    except UnicodeEncodeError:
        return Refusal(code="invalid_value", message="The comment holds characters that cannot be written.")
    if b"\0" in encoded:
        return Refusal(code="invalid_value", message="The comment holds a NUL, where most programs stop reading.")
    if len(encoded) > comment.MAX_BYTES:
        return Refusal(code="invalid_value", message=f"The comment has more than {comment.MAX_BYTES:,} bytes.")
    return encoded


def _replaced(place: comment.Place, data: bytes) -> Splice:
    return Splice(start=place.box.start, end=place.box.end, data=data, around=place.around)


def _added(layout: BmffLayout, text: bytes) -> list[Splice] | Refusal:
    home = layout.vacancy
    if home is None:
        return _refused("The file's tags are of a make that Indexium cannot add a comment to yet.")
    at = home.around[-1].tail
    return [Splice(start=at, end=at, data=comment.shelled(home.missing, text), around=home.around)]


def _no_room(layout: BmffLayout, edits: Sequence[Splice]) -> Refusal:
    growth = sum(edit.growth for edit in edits)
    room = patch.room(layout) or 0
    if growth > room:
        why = f"the comment needs {growth:,} bytes more, and {room:,} are free"
    elif growth > 0:
        why = f"of {room:,} free bytes the comment needs {growth:,}, and a rest must have 8 at least"
    else:
        why = f"the comment becomes {-growth} bytes shorter, and a gap must have 8 at least"
    return _refused(f"The file's index stands in front of the media, which Indexium cannot move yet: {why}.")


def _is_as_examined(reader: Reader, layout: Layout) -> bool:
    """Compare the size and the places themselves; boxes around them are compared when their sizes are written."""
    places = layout.places if isinstance(layout, BmffLayout) else ()
    return reader.size == layout.size and all(
        reader.read_at(place.box.body, len(place.content)) == place.content for place in places
    )


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
