"""Writing by a stream copy: FFmpeg makes a new file in which nothing but the comment differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from indexium_core.files.containers import Layout, Means, Reader
from indexium_core.files.containers.remux.found import Option, RemuxLayout
from indexium_core.model.media import Change, Refusal, Remux

__all__ = ["StreamCopy", "original_bytes"]

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
_SURROGATES = re.compile("[\ud800-\udfff]")


class StreamCopy:
    """One strategy for all containers: they differ in what FFmpeg has to be told, which examining a file finds out."""

    def __init__(self, name: str, muxer: str, *, measure: Callable[[str], int], longest: int) -> None:
        self.name = name
        self._muxer = muxer  # FFmpeg's demuxer has the same name
        self._measure = measure
        self._longest = longest

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Means) -> Remux | Refusal:
        """Return how FFmpeg is to be called, or why it would lose something."""
        if not isinstance(layout, RemuxLayout):
            return _refused("It was not examined for a rewrite.")
        if layout.obstacle:
            return _refused(f"Rewriting the file would not keep everything. {layout.obstacle}")
        if not means.replace:
            return _refused("The file can only be written by putting another in its place, which is not possible here.")
        if any(change.field != "comment" for change in changes):
            return _refused("Only comments can be written into files of this kind.")
        text = original_bytes(changes[-1].new or "", layout)
        if "\0" in text or self._measure(text) > self._longest:
            return _refused("The comment is longer than files of this kind can hold.")
        comments = tuple((specifier, f"comment={text}") for specifier in layout.specifiers)
        options = (*_EVERYTHING, *layout.kept, *comments)
        return Remux(demuxer=self._muxer, muxer=self._muxer, options=options, size=reader.size)


def original_bytes(text: str, layout: Layout) -> str:
    """
    Return a new comment with the old one's own bytes in it, where it keeps that one.

    Old files have texts in the character set of their day. Whoever shows or stores such a text has U+FFFD in place of
    what cannot be decoded; in the file it stays what it was.
    """
    for place in layout.fields:
        shown = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", place.value)
        if shown != place.value:
            text = text.replace(shown, place.value)
    return text


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
