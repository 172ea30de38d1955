"""
The strategies of AVI, ASF, FLV and Ogg without FFmpeg: they edit fields and keep every other byte.

An editor works in place if there is room. Otherwise it makes a new file from ranges of the old one, with room for the
next edits. Both ways need a completely understood file; any other file goes to the stream copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.parsing import (
    DEFAULT_TEXT_LIMIT,
    CutShortError,
    MalformedHeaderError,
    RemuxLayout,
    TextLimit,
)
from indexium_core.model.fields.table import COMMENT, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

PADDING = 4096  # least free bytes in a new file, so that the next edit is in place
MAX_COMMENTS = 100  # most comments that one edit changes


class NotEditableError(Exception):
    """A strategy, or every strategy, cannot edit the file; the message is a sentence for the user."""

    code = "no_strategy_yet"


class UnstorableValueError(NotEditableError):
    """The container cannot hold the new value of a field."""

    code = "invalid_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """Changes of one or more fields, and their limits."""

    changes: tuple[Change, ...]  # one for each field
    capabilities: Capabilities
    limit: TextLimit

    @property
    def fields(self) -> list[str]:
        """The keys of the changed fields."""
        return [change.field for change in self.changes]

    def text(self, change: Change, old: str | None) -> str | None:
        """
        Return the new text of a field for its old text or for no text; None to remove it.

        Raises NotEditableError if the container cannot hold the text.
        """
        text = fields.apply_change(change, old)
        if text is None or self.limit.allows(text):
            return text
        if change.field == COMMENT:
            raise NotEditableError("The comment is longer than files of this kind can hold.")
        most = f"{self.limit.max_bytes:,} bytes"
        raise UnstorableValueError(f"The {change.field} is longer than the {most} that files of this kind can hold.")


# Returns the edit of a file. Raises NotEditableError, CutShortError, MalformedHeaderError.
MakeEdit = Callable[[Reader, Layout, EditRequest], Patch | Rebuild]


class EditStrategy:
    """One strategy; each container has its own function that makes the edit."""

    def __init__(self, name: str, make: MakeEdit, limit: TextLimit = DEFAULT_TEXT_LIMIT) -> None:
        self.name = name
        self._make = make
        self._limit = limit

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Rebuild | Refusal:
        """Return the edit, or the reason for no edit."""
        if layout.problem is not None:
            return layout.problem
        try:
            edit = self._make(reader, layout, self._request(layout, changes, capabilities))
        except NotEditableError as error:
            return Refusal(code=error.code, message=str(error))
        except CutShortError:
            return refusals.not_writable("The file ends within one of its parts.")
        except (MalformedHeaderError, errors.ConflictError) as error:
            return refusals.not_writable(f"The file is not understood: {str(error).rstrip('.')}.")
        if isinstance(edit, Rebuild) and not capabilities.replace:
            return refusals.not_writable(refusals.NO_REPLACEMENT)
        return edit

    def _request(self, layout: Layout, changes: Sequence[Change], capabilities: Capabilities) -> EditRequest:
        without_place = [change.field for change in changes if not _has_place(change.field, layout.container)]
        if not isinstance(layout, RemuxLayout) or without_place:
            raise NotEditableError(refusals.no_place(without_place))
        if not layout.payload or layout.payload[0].offset == 0:  # without media, the whole file counts as payload
            raise NotEditableError("The file holds no media.")
        for change in changes:
            if change.segment is None and "\0" in (change.new or ""):
                raise NotEditableError(refusals.has_nul(change.field))
        return EditRequest(changes=tuple(changes), capabilities=capabilities, limit=self._limit)


def _has_place(field: str, container: str) -> bool:
    return container in known_field(field).stored.by_container


def media_shift(needed: int, capabilities: Capabilities, *, step: int = 1) -> int:
    """Return the bytes by which the media move: at least `needed`, in whole blocks if files can share blocks."""
    step = max(step, capabilities.clone_block if capabilities.reflink else 1)
    return -(-needed // step) * step
