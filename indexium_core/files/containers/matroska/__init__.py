"""
Matroska and WebM: what such a file holds, and how its tags are written in place.

The one rule: no cluster moves and no byte of one changes, so that every position in the file stays true. `ebml` is the
syntax, `layout` walks a file, `tags` and `seekhead` know the two elements that change, `zones` lays elements anew,
`placement` decides where, `census` counts what stayed.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.files.containers import Family, Layout, Reader, Strategy
from indexium_core.files.containers.matroska.census import census
from indexium_core.files.containers.matroska.layout import MAGIC, MatroskaLayout, examine
from indexium_core.files.containers.matroska.strategy import InPlace

__all__ = ["FAMILY", "InPlace", "MatroskaLayout"]


class _Matroska:
    """Every document that begins with the EBML magic; which kind it is, its header says."""

    def recognises(self, head: bytes) -> bool:
        return head.startswith(MAGIC)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> MatroskaLayout:
        return examine(reader, known=known if isinstance(known, MatroskaLayout) else None)

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        assert isinstance(layout, MatroskaLayout)
        return census(reader, layout)

    def strategies(self) -> tuple[Strategy, ...]:
        return (InPlace(),)


FAMILY: Family = _Matroska()
