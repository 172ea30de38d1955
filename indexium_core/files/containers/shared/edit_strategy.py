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
from indexium_core.files.containers.shared.parsing import (
    DEFAULT_TEXT_LIMIT,
    CutShortError,
    MalformedHeaderError,
    RemuxLayout,
    TextLimit,
)
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

__all__ = ["PADDING", "PLACES", "CommentRequest", "EditStrategy", "MakeEdit", "NotEditableError", "room"]

PADDING = 4096  # bytes at least that a new file has free, so that the next edit is in place
PLACES = 100  # comments of one file that are brought in line


class NotEditableError(Exception):
    """A file is not edited, or not in this way; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRequest:
    """What is to be written."""

    change: Change
    means: Capabilities
    limit: TextLimit

    def text(self, old: str | None) -> str | None:
        """
        Return the comment in place of an old one, or of none; None where there is to be none.

        Raises NotUnderstoodError where the container cannot hold it.
        """
        text = fields.applied(self.change, old)
        if text is not None and not self.limit.allows(text):
            raise NotEditableError("The comment is longer than files of this kind can hold.")
        return text


MakeEdit = Callable[
    [Reader, Layout, CommentRequest], Patch | Rebuild
]  # raises NotUnderstoodError, CutShortError, MalformedError


class EditStrategy:
    """One strategy; containers differ in how the edit is worked out."""

    def __init__(self, name: str, make: MakeEdit, limit: TextLimit = DEFAULT_TEXT_LIMIT) -> None:
        self.name = name
        self._make = make
        self._limit = limit

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities
    ) -> Patch | Rebuild | Refusal:
        """Return the edit, or why there is none."""
        if layout.problem is not None:
            return layout.problem
        try:
            edit = self._make(reader, layout, self._wish(layout, changes, means))
        except NotEditableError as error:
            return _refused(str(error))
        except CutShortError:
            return _refused("The file ends within one of its parts.")
        except (MalformedHeaderError, errors.ConflictError) as error:
            return _refused(f"The file is not understood: {str(error).rstrip('.')}.")
        if isinstance(edit, Rebuild) and not means.replace:
            return _refused("There is no room for the comment, and no other file may take the place of this one.")
        return edit

    def _wish(self, layout: Layout, changes: Sequence[Change], means: Capabilities) -> CommentRequest:
        if not isinstance(layout, RemuxLayout) or [change.field for change in changes] != ["comment"]:
            raise NotEditableError("Only comments can be written into files of this kind.")
        if not layout.payload or layout.payload[0].offset == 0:  # all of it counts as media where none was found
            raise NotEditableError("It holds no media.")
        if changes[0].segment is None and "\0" in (changes[0].new or ""):
            raise NotEditableError("The comment holds a NUL, where players stop reading.")
        return CommentRequest(change=changes[0], means=means, limit=self._limit)


def room(needed: int, means: Capabilities, *, step: int = 1) -> int:
    """Return by how many bytes the media move: `needed` at least, whole blocks where they can be shared."""
    step = max(step, means.clone_block if means.reflink else 1)
    return -(-needed // step) * step


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
