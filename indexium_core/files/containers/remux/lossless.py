"""
Writing without FFmpeg: the comment's own element is edited, and every other byte of the file stays what it was.

In place where there is room; else as a new file of the old one's stretches, with room for the next edits. Both are for
files whose structure is wholly understood; of any other the stream copy is asked next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.remux.found import CutShortError, MalformedHeaderError, RemuxLayout
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

__all__ = ["PADDING", "PLACES", "FieldRequest", "Lossless", "Make", "NotUnderstoodError", "room"]

PADDING = 4096  # bytes at least that a new file has free, so that the next edit is in place
PLACES = 100  # comments of one file that are brought in line


class NotUnderstoodError(Exception):
    """A file is not edited, or not in this way; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRequest:
    """What is to be written."""

    change: Change
    means: Capabilities
    measure: Callable[[str], int]  # of a text …
    longest: int  # … and how long it may be in these units

    def text(self, old: str | None) -> str | None:
        """
        Return the comment in place of an old one, or of none; None where there is to be none.

        Raises NotUnderstoodError where the container cannot hold it.
        """
        text = fields.applied(self.change, old)
        if text is not None and self.measure(text) > self.longest:
            raise NotUnderstoodError("The comment is longer than files of this kind can hold.")
        return text


Make = Callable[
    [Reader, Layout, FieldRequest], Patch | Rebuild
]  # raises NotUnderstoodError, CutShortError, MalformedError


class Lossless:
    """One strategy; containers differ in how the edit is worked out."""

    def __init__(
        self,
        name: str,
        make: Make,
        *,
        measure: Callable[[str], int],
        longest: int,
    ) -> None:
        self.name = name
        self._make = make
        self._measure = measure
        self._longest = longest

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities
    ) -> Patch | Rebuild | Refusal:
        """Return the edit, or why there is none."""
        if layout.problem is not None:
            return layout.problem
        try:
            edit = self._make(reader, layout, self._wish(layout, changes, means))
        except NotUnderstoodError as error:
            return _refused(str(error))
        except CutShortError:
            return _refused("The file ends within one of its parts.")
        except (MalformedHeaderError, errors.ConflictError) as error:
            return _refused(f"The file is not understood: {str(error).rstrip('.')}.")
        if isinstance(edit, Rebuild) and not means.replace:
            return _refused("There is no room for the comment, and no other file may take the place of this one.")
        return edit

    def _wish(self, layout: Layout, changes: Sequence[Change], means: Capabilities) -> FieldRequest:
        if not isinstance(layout, RemuxLayout) or [change.field for change in changes] != ["comment"]:
            raise NotUnderstoodError("Only comments can be written into files of this kind.")
        if not layout.payload or layout.payload[0].offset == 0:  # all of it counts as media where none was found
            raise NotUnderstoodError("It holds no media.")
        if changes[0].segment is None and "\0" in (changes[0].new or ""):
            raise NotUnderstoodError("The comment holds a NUL, where players stop reading.")
        return FieldRequest(change=changes[0], means=means, measure=self._measure, longest=self._longest)


def room(needed: int, means: Capabilities, *, step: int = 1) -> int:
    """Return by how many bytes the media move: `needed` at least, whole blocks where they can be shared."""
    step = max(step, means.clone_block if means.reflink else 1)
    return -(-needed // step) * step


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
