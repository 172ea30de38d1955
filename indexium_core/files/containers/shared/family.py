"""
A family whose files FFmpeg can rewrite by a stream copy: AVI, ASF (WMV), FLV, Ogg (OGV).

Each has a small reader of its header, which never writes. The reader finds the media bytes, the comments, the FFmpeg
options that keep everything, and anything that FFmpeg cannot keep; then the stream copy is refused. Verification finds
other losses in the copy: it counts the content without FFmpeg.

The stream copy is the last strategy. Most files are edited without FFmpeg (`edit_strategy`) and without loss.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from indexium_core import errors
from indexium_core.files.containers import COMMENT_ONLY, Capabilities, Family, Layout, Reader, Strategy
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.edit_strategy import EditRequest, EditStrategy
from indexium_core.files.containers.shared.parsing import (
    DEFAULT_TEXT_LIMIT,
    CutShortError,
    HeaderFacts,
    MalformedHeaderError,
    Option,
    RemuxLayout,
    TextLimit,
)
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Extent, FieldValue, Patch, Rebuild, Refusal, Remux

# All streams (without `map` FFmpeg takes one of each kind), unknown ones too, with unchanged timestamps, all metadata
# and chapters. FFmpeg writes no signature of its own, so that the old one can be kept.
_EVERYTHING: tuple[Option, ...] = (
    ("map", "0"),
    ("c", "copy"),
    ("copy_unknown", ""),
    ("copyts", ""),
    ("map_metadata", "0"),
    ("map_chapters", "0"),
    ("fflags", "+bitexact"),
)


class StreamCopy:
    """One strategy for all containers; only the FFmpeg options differ, and the layout has them."""

    def __init__(self, name: str, muxer: str, limit: TextLimit = DEFAULT_TEXT_LIMIT) -> None:
        self.name = name
        self._muxer = muxer  # FFmpeg's demuxer has the same name
        self._limit = limit

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Remux | Refusal:
        """Return the call of FFmpeg, or the reason why it would lose data."""
        if not isinstance(layout, RemuxLayout) or [change.field for change in changes] != [COMMENT]:
            return refusals.not_writable("FFmpeg can write only the comment into files of this kind.")
        if layout.obstacle:
            return refusals.not_writable(f"Rewriting the file would not keep everything. {layout.obstacle}")
        if not capabilities.replace:
            return refusals.not_writable(refusals.NO_REPLACEMENT)
        texts = {fields.apply_change(changes[0], each.value) for each in layout.fields if each.field == COMMENT}
        if len(texts) > 1:
            return refusals.not_writable(
                "The file holds several comments, and FFmpeg would write one text into all of them."
            )
        text = next(iter(texts), fields.apply_change(changes[0], None)) or ""
        if "\0" in text or not self._limit.allows(text):
            return refusals.not_writable("The comment is longer than files of this kind can hold.")
        comments = tuple((specifier, f"comment={text}") for specifier in layout.specifiers)
        options = (*_EVERYTHING, *layout.options, *comments)
        return Remux(demuxer=self._muxer, muxer=self._muxer, options=options, size=reader.size)


class Structure(Protocol):
    """The reader of a container; `examine` and `census` raise CutShortError and MalformedHeaderError."""

    def recognises(self, head: bytes) -> bool: ...
    def examine(self, reader: Reader) -> HeaderFacts: ...
    def census(self, reader: Reader) -> Mapping[str, str]: ...  # facts that a stream copy must keep


class Editing(Protocol):
    """The editors of a container; `census` raises CutShortError and MalformedHeaderError."""

    def in_place(self, reader: Reader, layout: Layout, request: EditRequest) -> Patch: ...
    def copy(self, reader: Reader, layout: Layout, request: EditRequest) -> Rebuild: ...
    # facts that an edit of some fields must keep
    def census(self, reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]: ...


class RemuxableFamily(Family):
    """The family of one container: the modules that read and edit it, and its strategies."""

    def __init__(
        self,
        name: str,
        label: str,
        structure: Structure,
        editing: Editing,
        *,
        limit: TextLimit = DEFAULT_TEXT_LIMIT,
        media_census: Callable[[Reader], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """
        Make the family of a container. `name` is that of FFmpeg's demuxer and muxer; messages use `label`.

        `limit` is the longest text. `media_census` returns the facts that renumbered media keep; it raises
        CutShortError and MalformedHeaderError.
        """
        self.name = name
        self._label, self._structure, self._editing, self._media_census = label, structure, editing, media_census
        self._strategies: tuple[Strategy, ...] = (
            EditStrategy(f"{name}_in_place", editing.in_place, limit),
            EditStrategy(f"{name}_copy", editing.copy, limit),
            StreamCopy(f"{name}_remux", name, limit),
        )

    def recognises(self, head: bytes) -> bool:
        """Check the first 12 bytes or more."""
        return self._structure.recognises(head)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> RemuxLayout:
        """Read the header; media bytes are not read, so `known` is not used. Raises only FileAccessError."""
        del known
        whole = (Extent(0, reader.size),)
        try:
            read = self._structure.examine(reader)
        except (CutShortError, MalformedHeaderError) as error:
            problem = refusals.corrupt(self._damage_message(error))
            return RemuxLayout(container=self.name, size=reader.size, payload=whole, problem=problem)
        return RemuxLayout(
            container=self.name,
            size=reader.size,
            payload=read.payload or whole,
            fields=fields.with_unique_places(read.fields),
            added=_numbered(read.fields, read.added),
            options=read.options,
            specifiers=read.specifiers,
            obstacle=read.obstacle,
        )

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = COMMENT_ONLY) -> Mapping[str, str]:
        """Return the facts that an edit must keep; raises CorruptFileError."""
        return self._checked(lambda: self._editing.census(reader, layout, edited))

    def content(self, reader: Reader) -> Mapping[str, str]:
        """Return the facts that a stream copy must keep, without FFmpeg; raises CorruptFileError."""
        return self._checked(lambda: self._structure.census(reader))

    def media_census(self, reader: Reader) -> Mapping[str, str]:
        """Return the facts that an edit with new page numbers must keep; raises CorruptFileError."""
        return self._checked(lambda: self._media_census(reader))

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies: first those without FFmpeg, then the stream copy."""
        return self._strategies

    def _checked(self, take: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        try:
            return take()
        except (CutShortError, MalformedHeaderError) as error:
            raise errors.CorruptFileError(self._damage_message(error)) from error

    def _damage_message(self, error: CutShortError | MalformedHeaderError) -> str:
        if isinstance(error, CutShortError):
            return f"The file is incomplete: the {self._label} structure reaches past the end of the file."
        return f"The file is damaged: {error}."


def _numbered(texts: Sequence[FieldValue], where: str) -> str:
    """Return the place of a text that a write adds, numbered if fields have the same place; "" for no text."""
    return (
        fields.with_unique_places([*texts, FieldValue(field=COMMENT, where=where, value="")])[-1].where if where else ""
    )
