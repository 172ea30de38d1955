"""
ISO base media files: MP4, M4V, MOV, 3GP (ISO/IEC 14496-12, QuickTime File Format).

Reading: `boxes` reads the tree, `layout` examines a file, `refusal_rules` has the reasons against writing, `tags` finds
the fields and reads their content, `offsets` and `fragments` find all file offsets. Writing: `strategy` has the
strategies, `editing` makes the edits of each field, `padding` fits them into the index in place, `relocation` makes an
index for media that moves. `census` digests everything that must stay. Input: a reader and changes. Output: a layout, a
patch in place, or a new file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from indexium_core.files.containers import COMMENT_ONLY, Family, Layout, Reader, Strategy
from indexium_core.files.containers.bmff import layout as layouts
from indexium_core.files.containers.bmff.census import census
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.strategy import STRATEGIES

__all__ = ["FAMILY", "Bmff", "BmffLayout"]


class Bmff(Family):
    """The family, for the registry."""

    def recognises(self, head: bytes) -> bool:
        """Check the first 8 bytes or more."""
        return layouts.recognises(head)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> BmffLayout:
        """Parse the structure; media bytes are never read, so `known` is not used. Raises only FileAccessError."""
        del known
        return layouts.examine(reader)

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = COMMENT_ONLY) -> Mapping[str, str]:
        """Return a digest of every box that a metadata write must not change."""
        return census(reader, layout, edited)

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, the best one first."""
        return STRATEGIES


FAMILY = Bmff()
