"""
What one file says of itself, read anywhere: plain values in, plain values out.

Knows nothing of the database, so that a process that only reads needs little room and little time to begin.
"""

from __future__ import annotations

import logging
import os

from indexium_core import errors
from indexium_core.files import probe, properties, volumes
from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.files.properties import MediaReading
from indexium_core.model.people import people_comment

__all__ = ["MISSING", "found_in", "read_again"]

logger = logging.getLogger(__name__)

MISSING = "missing_file"  # code of a file that is not there


def found_in(
    path: bytes, stat: FileStat, *, full: bool, faststart: str
) -> tuple[FileFacts, people_comment.ParsedComment]:
    """Read a file for a scan. Nothing that it contains may stop the scan, not even a mistake of ours."""
    try:
        means = volumes.means(path, nlink=stat.nlink, faststart=faststart)
        facts = probe.probe(path, stat, means=means, full=full)
        return facts, people_comment.parse(facts.comment)
    except Exception:
        logger.exception("scan.probe_failed", extra={"file_path": path.decode("utf-8", "replace")})
        return FileFacts(
            state="corrupt", message="The file could not be read; the log says more."
        ), people_comment.parse(None)


def read_again(path: bytes) -> MediaReading | tuple[str, str]:
    """Read the media properties of a file, or say why not, by code and sentence; nothing stops a rescan either."""
    try:
        for _ in range(2):  # a write of ours may have been at it: that is over in a moment
            before = _stamp(path)
            reading = properties.read(path)
            if _stamp(path) == before:
                return reading
    except errors.IndexiumError as error:
        return error.reason, error.message
    except Exception:
        logger.exception("rescan.read_failed", extra={"file_path": path.decode("utf-8", "replace")})
        return "unexpected", "The file could not be read; the log says more."
    return "changed_on_disk", "The file was changed while it was read."


def _stamp(path: bytes) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
