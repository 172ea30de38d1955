"""The strategy that writes by a stream copy: FFmpeg makes a new file in which only the comment differs."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.parsing import DEFAULT_TEXT_LIMIT, Option, RemuxLayout, TextLimit
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal, Remux

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
