"""
Copies: files with the payload of another file. They share its people, and an edit of one of them reaches all.

Every answer to an edit names the copies that it reached: a report of the edit has them (`copies`, `copy_files`), and
`sentence` says so in each front end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model import wording

NAMED = 1_000  # copies that a report names; it counts all of them
_SHOWN = 3  # copies in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCopy:
    """Another file with the same payload."""

    file_id: int
    file_path: str


def sentence(total: int, named: Sequence[FileCopy]) -> str:
    """Return which copies an edit reached: `It reached 2 copies, too: /a.mp4 and /b.mp4.`; "" for none."""
    if not total:
        return ""
    paths = [each.file_path for each in named[:_SHOWN]]
    shown = (
        f"{', '.join(paths)} {wording.and_more(total - len(paths))}" if total > len(paths) else wording.list_of(paths)
    )
    return f"It reached {wording.plural(total, 'copy', 'copies')}, too: {shown}."
