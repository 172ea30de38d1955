"""Writing by a stream copy: FFmpeg makes a new file in which nothing but the comment differs."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.shared.parsing import DEFAULT_TEXT_LIMIT, Option, RemuxLayout, TextLimit
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal, Remux

__all__ = ["StreamCopy"]

# All streams (without `map` FFmpeg takes one of each kind), unknown ones too, their times as they are, all metadata and
# chapters; and no signature of its own, so that the old one can be kept.
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
    """One strategy for all containers: they differ in what FFmpeg has to be told, which examining a file finds out."""

    def __init__(self, name: str, muxer: str, limit: TextLimit = DEFAULT_TEXT_LIMIT) -> None:
        self.name = name
        self._muxer = muxer  # FFmpeg's demuxer has the same name
        self._limit = limit

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Remux | Refusal:
        """Return how FFmpeg is to be called, or why it would lose something."""
        if not isinstance(layout, RemuxLayout) or [change.field for change in changes] != ["comment"]:
            return _refused("Only comments can be written into files of this kind.")
        if layout.obstacle:
            return _refused(f"Rewriting the file would not keep everything. {layout.obstacle}")
        if not means.replace:
            return _refused("The file can only be written by putting another in its place, which is not possible here.")
        texts = {fields.applied(changes[0], place.value) for place in layout.fields}
        if len(texts) > 1:
            return _refused("The file holds several comments, and FFmpeg would write one text into all of them.")
        text = next(iter(texts), fields.applied(changes[0], None)) or ""
        if "\0" in text or not self._limit.allows(text):
            return _refused("The comment is longer than files of this kind can hold.")
        comments = tuple((specifier, f"comment={text}") for specifier in layout.specifiers)
        options = (*_EVERYTHING, *layout.kept, *comments)
        return Remux(demuxer=self._muxer, muxer=self._muxer, options=options, size=reader.size)


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
