"""
Read one file, in any process: arguments and results are plain values.

This module does not import the database, so that a process that only reads files starts fast and needs little memory.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files import fingerprint, probe, properties, sidecar_reading, volumes
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.model.files import path_map
from indexium_core.model.files.hash_cache import KnownHash
from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.files.properties import MediaReading
from indexium_core.model.people import people_comment

logger = logging.getLogger(__name__)

MISSING = "missing_file"  # code of a file that does not exist
_UNEXPECTED = "The file could not be read. See the log for details."


def probe_file(
    path: bytes, stat: FileStat, *, full: bool, faststart: str, known: KnownHash | None = None
) -> tuple[FileFacts, people_comment.ParsedComment]:
    """Return the facts of a file and its parsed comment. An error never stops the scan: the file becomes `corrupt`."""
    try:
        capabilities = volumes.capabilities(path, nlink=stat.nlink, faststart=faststart)
        facts = probe.probe(path, stat, capabilities=capabilities, full=full, known=known)
        return facts, people_comment.parse(facts.comment)
    except Exception:
        logger.exception("scan.probe_failed", extra={"file_path": path.decode("utf-8", "replace")})
        return FileFacts(state="corrupt", message=_UNEXPECTED), people_comment.parse(None)


def probe_files(
    files: Sequence[tuple[bytes, FileStat, KnownHash | None]], *, full: bool, faststart: str
) -> list[tuple[FileFacts, people_comment.ParsedComment]]:
    """Return the results of `probe_file` for several files, given by path in the service, stat and known hash."""
    return [
        probe_file(path_map.checked_local_path(path), stat, full=full, faststart=faststart, known=known)
        for path, stat, known in files
    ]


def describe_file(path: bytes) -> FileFacts:
    """
    Return the facts that a file states about itself, from one read of its header: without its hash and its strategy.

    Raises:
        FileAccessError: It is missing (`missing_file`) or cannot be read (`unreadable`).

    """
    with FileReader(path) as reader:
        if not reader.size:
            return FileFacts(state="empty", message="The file is empty.")
        family, layout = sidecar_reading.examine(path, reader)
        return probe.described(reader, family, layout)


def describe_files(paths: Sequence[bytes]) -> list[FileFacts]:
    """Return the results of `describe_file` for several files; an error becomes a state and a message."""
    found = []
    for path in paths:
        try:
            found.append(describe_file(path))
        except errors.FileAccessError as error:
            found.append(FileFacts(state="unreadable", message=error.message))
        except Exception:
            logger.exception("file.read_failed", extra={"file_path": path.decode("utf-8", "replace")})
            found.append(FileFacts(state="corrupt", message=_UNEXPECTED))
    return found


def hash_media(path: bytes, stat: FileStat, known: Sequence[str]) -> tuple[list[str], int] | None:
    """
    Return hashes of the media of a file ("" without media), and the hashed bytes; None if the file is not `stat`.

    The hashes are of the kinds of the `known` hashes. `path` is that of the service.

    Raises:
        FileAccessError: The file cannot be read.
        NotMountedError: This process is a worker of a cluster and does not see the file.

    """
    with FileReader(path_map.checked_local_path(path)) as reader:
        now = reader.stat
        if (now.inode, now.size, now.mtime_ns) != (stat.inode, stat.size, stat.mtime_ns):
            return None
        _, layout = registry.examine(reader)
        kinds = [each.startswith("f1:") for each in known]
        hashes = [fingerprint.payload_hash(reader, layout.payload, full=full) or "" for full in kinds]
        return hashes, sum(fingerprint.hashed_bytes(layout.payload, full=full) for full in kinds)


def read_properties(path: bytes) -> MediaReading | tuple[str, str]:
    """
    Return the media properties of a file, or the code and the message of the error; `path` is that of the service.

    Raises:
        NotMountedError: This process is a worker of a cluster and does not see the file.

    """
    path = path_map.checked_local_path(path)
    try:
        for _ in range(2):  # a write of this program may have changed the file during the first attempt
            before = _size_and_mtime(path)
            reading = properties.read(path)
            if _size_and_mtime(path) == before:
                return reading
    except errors.IndexiumError as error:
        return error.reason, error.message
    except Exception:
        logger.exception("rescan.read_failed", extra={"file_path": path.decode("utf-8", "replace")})
        return "unexpected", _UNEXPECTED
    return "changed_on_disk", "The file changed while it was read."


def _size_and_mtime(path: bytes) -> tuple[int, int] | None:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
