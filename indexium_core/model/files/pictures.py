"""The report of a job that makes thumbnails, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class ThumbnailReport:
    """The result of a job that makes thumbnails. `processed` is the sum of the counts below it."""

    total: int = 0  # videos and photos
    processed: int = 0
    made: int = 0
    known: int = 0  # files with a thumbnail, or known to have no picture
    without: int = 0  # files without a picture that can be shown
    unread: int = 0  # files that could not be read, that changed since the scan, or that a write has
    is_full: bool = False  # most of the budget is used, so the job has ended early
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserFile:
    """A file that a browser can show."""

    file_id: int
    path: bytes  # without links
    size: int  # bytes
    mtime_ns: int
    media_type: str
