"""
The family of ISO base media files: MP4, M4V, MOV, 3GP.

`boxes` reads the tree, `layout` examines a file, `checks` says why one may not be written, `comment` knows where
comments live (their content: `strings`, `items`, `keys`) and `fields` what is put there. `offsets` and `fragments` find
all that points into the file. `strategy` has the ways to write: `patch` turns edits in place into the fewest bytes,
`relocation` makes an index for media that moves, `rebuilding` a new file. `census` proves that nothing else changed.
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
