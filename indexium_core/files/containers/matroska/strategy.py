"""Writing the comment into a Matroska or WebM file in place: nothing moves but the tags."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.containers import Estimate, Layout, Reader, Writable
from indexium_core.files.containers.matroska import names, placement, tags
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.model.media import Change, Patch, Refusal

__all__ = ["InPlace"]

_SECONDS = 0.005  # some small writes and two fsyncs, whatever the film's length


class InPlace:
    """Tags are merged and put where they fit; media, indices and all other elements keep their bytes and places."""

    name = "matroska_in_place"

    def eligible(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Refusal | None:
        """Return why `changes` cannot be written in place, or None where they can."""
        outcome = self.appraise(reader, layout, changes)
        return outcome if isinstance(outcome, Refusal) else None

    def estimate(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate:
        """Return what the write would cost. Raises as `patch`."""
        writes = self.patch(reader, layout, changes).writes
        return Estimate(seconds=_SECONDS if writes else 0.0, bytes_written=sum(len(data) for _, data in writes))

    def appraise(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Estimate | Refusal:
        """Return what the write would cost, or why `changes` cannot be written in place."""
        try:
            return self.estimate(reader, layout, changes)
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError) as error:
            return Refusal(code=error.reason, message=error.message)

    def write(self, file: Writable, layout: Layout, changes: Sequence[Change]) -> None:
        """Write `changes`; where the file says so already, nothing is touched. Raises as `patch`, before any byte."""
        patch = self.patch(file, layout, changes)
        if patch.writes:
            file.apply(patch)

    def patch(self, reader: Reader, layout: Layout, changes: Sequence[Change]) -> Patch:
        """
        Work out what would be written.

        Raises:
            CorruptFileError, RefusedError: The file cannot be written with certainty.
            ValidationError: The text cannot be stored in a Matroska string.

        """
        assert isinstance(layout, MatroskaLayout)
        if layout.problem:
            raise errors.RefusedError(layout.problem.message, code=layout.problem.code)
        old = b"".join(content_of(reader, element) for element in layout.named(names.TAGS))
        new = old
        for change in changes:
            new = tags.edited(new, _text(change))
        return placement.arranged(reader, layout, new)


def _text(change: Change) -> str | None:
    """Return the new comment; an empty one is none."""
    if (change.field, change.where) != ("comment", "container"):
        message = f"Indexium does not know how to write {change.field} ({change.where}) into a Matroska file."
        raise errors.RefusedError(message)
    if change.new and "\0" in change.new:
        message = "A comment with a NUL character would be cut there by every reader."
        raise errors.ValidationError(message)
    return change.new or None
