"""
Matroska and WebM (RFC 9559, on EBML, RFC 8794): what such a file holds, and the two ways to write its tags.

An edit in place keeps all clusters, their places and bytes, so that every position in the file stays correct. If this
is not possible, a new file is made from the parts of the old file, with every position corrected.

Reading: `ebml` is the syntax and `ids` has the element IDs. `walk` examines a file into a `layout`, with a damaged end.
`tag_places` has the place of each field, `tags`, `texts` and `info` read the fields, `seekhead` and `cues` the
positions. Writing: `strategy` has the strategies and joins two edits, `editing` makes the new tags, `placement` and
`zones` put them in place, `relocation` makes a new file. `census` digests everything that must stay. Input: a reader
and changes. Output: a layout, a patch in place, or a new file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from indexium_core.files.containers import COMMENT_ONLY, Family, Layout, Reader, Strategy
from indexium_core.files.containers.matroska.census import census
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.files.containers.matroska.strategy import MatroskaCopy, MatroskaInPlace
from indexium_core.files.containers.matroska.walk import MAGIC, examine

__all__ = ["FAMILY", "MatroskaCopy", "MatroskaInPlace", "MatroskaLayout"]


class _Matroska(Family):
    """The family of all documents with the EBML magic; the header has the type."""

    def recognises(self, head: bytes) -> bool:
        return head.startswith(MAGIC)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> MatroskaLayout:
        return examine(reader, known=known if isinstance(known, MatroskaLayout) else None)

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = COMMENT_ONLY) -> Mapping[str, str]:
        assert isinstance(layout, MatroskaLayout)
        return census(reader, layout, edited)

    def strategies(self) -> tuple[Strategy, ...]:
        return (MatroskaInPlace(), MatroskaCopy())


FAMILY = _Matroska()
