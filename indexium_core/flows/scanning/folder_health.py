"""
The health of a library folder: whether it is online and writable, its free space, and its file system's guarantees.

`indexium doctor` uses these values too: `Check`, `LOW_SPACE_BYTES` and `file_system_facts`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import asdict
from typing import Any

from indexium_core.files import volumes
from indexium_core.flows.scanning import roots
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryDetails, LibraryRow
from indexium_core.model.health import Check, CheckState

LOW_SPACE_BYTES = 1_000_000_000  # below this free space, a check gives a warning


def check_library(library: LibraryRow) -> Check:
    """Return whether files in a root can be written, and the guarantees of its file system."""
    volume, free = volumes.of(library.path_bytes), roots.free_bytes(library)
    writable = _is_writable(library.path_bytes)
    details = {
        "library_id": library.library_id,
        "path": library.path,
        "online": library.state == "online",
        "free_bytes": free,
        "writable": writable,
        "without_room": _method_without_room(volume),
        **file_system_facts(volume),
    }
    state, message, remedy = _assess(library, volume, free, writable=writable)
    return Check(name="library", state=state, message=message, remedy=remedy, details=details)


def _assess(
    library: LibraryRow, volume: volumes.Volume, free: int | None, *, writable: bool
) -> tuple[CheckState, str, str]:
    """Return the state, the message and the remedy."""
    if library.state != "online":
        reason = library.state_reason or f"The folder {library.path} is offline."
        return "warning", reason, "Connect the drive or mount the share, then scan again."
    if not os.path.isdir(library.path_bytes):  # noqa: PTH112 - the path may not be text
        return "warning", f"The folder {library.path} does not exist.", "Connect the drive or mount the share."
    space = "" if free is None else f", {wording.size(free)} free"
    method = f"an MP4 without room in its header is written by {_method_without_room(volume)}"
    message = f"{library.path} is on {volume.label}{space}; {method}. The file system ({volume.label}): {volume.note}"
    if not writable:
        remedy = "Give your user account write permission for this folder."
        return "warning", f"The folder {library.path} is not writable.", remedy
    if free is not None and free < LOW_SPACE_BYTES:
        remedy = "Free some disk space: a file that has to be copied needs as much free space as its size."
        return "warning", message, remedy
    if not (volume.durable and volume.atomic_replace):
        remedy = "If you know this, there is nothing to do. Keep a copy of important files on another disk."
        return "warning", message, remedy
    return "ok", message, ""


def _is_writable(path: bytes) -> bool:
    """Return whether a user may change names in a folder. A folder without a write bit is read-only, also for root."""
    try:
        write_bits = os.lstat(path).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    except OSError:
        return False
    return bool(write_bits) and os.access(path, os.W_OK | os.X_OK)


def _method_without_room(volume: volumes.Volume) -> str:
    """Return how an MP4 is written if its index is at the start and has no room to grow."""
    if volume.reflink:
        return "a new file that shares the media of the old one"
    return "making room in front of it" if volume.block else "copying it"


def file_system_facts(volume: volumes.Volume) -> dict[str, Any]:
    """Return the facts of a file system, JSON-ready."""
    return {
        "file_system": volume.kind,
        "label": volume.label,
        "promise": volume.note,
        "durable": volume.durable,
        "atomic_replace": volume.atomic_replace,
        "network": volume.network,
        "reflink": volume.reflink,
        "insert_range": volume.block > 0,
        "case_insensitive": volume.case_insensitive,
        "mtime_step_ns": volume.mtime_step_ns,
    }


def library_details(row: LibraryRow, states: dict[str, int], size: int) -> LibraryDetails:
    """Return a library with the states of its files, their `size` in bytes, and its health."""
    check = check_library(row)
    promise, free = str(check.details["promise"]), check.details["free_bytes"]
    # If the only warning is about the file system's guarantees, it is not a problem: `promise` already shows it.
    is_low = free is not None and free < LOW_SPACE_BYTES
    has_problem = check.state != "ok" and (promise not in check.message or is_low)
    return LibraryDetails(
        **asdict(row) | {"free_bytes": free},
        bytes=size,
        states=states,
        problem=check.message if has_problem else "",
        remedy=check.remedy if has_problem else "",
        promise=promise,
        file_system=str(check.details["label"]),
    )
