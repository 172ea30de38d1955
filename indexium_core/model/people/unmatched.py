"""A file of a legacy .db file that no scanned file matches, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedFile:
    """What a legacy database has for one file; all of it waits for a scan of the path."""

    path: str  # for display; the legacy hash where the database has no path
    people: int
    suggestions: int
    operations: int  # its entries in the history
