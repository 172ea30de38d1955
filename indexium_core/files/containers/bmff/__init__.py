"""
ISO base media files: MP4, M4V, MOV, 3GP (ISO/IEC 14496-12, QuickTime File Format).

Reading: `boxes` reads the tree, `layout` examines a file, `checks` says why it may not be written, `comment` finds the
comments, `strings`, `items` and `macintosh` read their content, `offsets` and `fragments` find all that points into the
file. Writing: `strategy` has the strategies, `editing` says what each comment becomes, `padding` fits it into the index
in place, `relocation` makes an index for media that moves. `census` digests everything that has to stay.

Comes in: a reader and a change. Goes out: a layout, a patch in place, or a new file.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.files.containers import Layout, Reader, Strategy
from indexium_core.files.containers.bmff import layout as layouts
from indexium_core.files.containers.bmff.census import census
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.strategy import STRATEGIES

__all__ = ["FAMILY", "Bmff", "BmffLayout"]


class Bmff:
    """The family, as the registry knows it."""

    def recognises(self, head: bytes) -> bool:
        """Tell by the first 8 bytes or more."""
        return layouts.recognises(head)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> BmffLayout:
        """Parse the structure; media bytes are never read, so `known` saves nothing. Raises FileAccessError only."""
        del known
        return layouts.examine(reader)

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        """Return a digest of every box that a metadata write must leave alone."""
        return census(reader, layout)

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, best first."""
        return STRATEGIES


FAMILY = Bmff()
