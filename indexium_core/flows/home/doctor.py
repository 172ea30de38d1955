"""
`indexium doctor`: is everything here that is needed, and what may be promised for the files where they lie.

It looks and changes nothing. Each check is one sentence and, where something is to be done, the remedy. A warning is
something to know; a problem is something without which files cannot be written.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import av

import indexium_core
from indexium_core import errors
from indexium_core.files import program, volumes
from indexium_core.flows.history.interrupted import Interruptions
from indexium_core.flows.home import clock as clockwork
from indexium_core.flows.jobs import job_service
from indexium_core.flows.scanning import roots
from indexium_core.model import wording
from indexium_core.model.operations.backup import BackupUse
from indexium_core.model.operations.interrupted import InterruptedOperation
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import LibraryRow
from indexium_core.store.operations import ledger

__all__ = ["LITTLE", "Check", "Doctor", "check_library"]

State = Literal["ok", "warning", "problem"]

_PACKAGES = ("duckdb", "av", "numpy", "pandas", "panel", "pydantic", "typer")
_OLDEST_PYTHON = (3, 11)
LITTLE, _TOO_LITTLE = 1_000_000_000, 50_000_000  # bytes free
_SEARCH_SECONDS = 20.0  # for leftover files; a library on a slow network may be large
_JOBS = 200  # that are looked at
_FEW = 5  # operations of a kind that are named
_GOING = {"pending": "waits for its turn", "in_progress": "is at work", "paused": "is paused"}
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_TEMPORARY = re.compile(rb"\.indexium-\d+-[0-9a-f]{8}\.tmp")
_COPIES = "INDEXIUM_BACKUP_BUDGET sets how much may be kept; 'indexium backups list' shows of what."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str  # python, packages, ffmpeg_libraries, ffmpeg, home, lock, clock, backups …, library
    state: State
    message: str  # one sentence
    remedy: str = ""  # what to do, where something is to be done
    details: dict[str, Any] = field(default_factory=dict)  # the same for programs, JSON-ready


class Doctor:
    """Looks after a home that this process holds."""

    def __init__(
        self,
        store: database.Database,
        *,
        folder: Path,
        use: BackupUse,
        at_work: frozenset[int],
        clock: Callable[[], datetime],
        started: clockwork.StartTime,
        jobs: job_service.JobService,
    ) -> None:
        """Take `folder` for that of the journals; `at_work` for the operations of this process."""
        self._store = store
        self._folder = folder
        self._use = use
        self._at_work = at_work
        self._clock = clock
        self._started = started
        self._jobs = jobs

    def run(self) -> list[Check]:
        """Return every check, in the order in which a person reads them."""
        volumes.forget()
        libraries = catalog.libraries(self._store.read())
        return [
            _python(),
            _packages(),
            _libraries_of_ffmpeg(),
            _ffmpeg(),
            _ffprobe(),
            _home(self._store.home),
            _lock(self._store.home),
            self._time(),
            _logs(self._store.home / "logs"),
            self._backups(),
            self._operations(),
            self._queue(),
            self._leftovers(libraries),
            *map(check_library, libraries),
        ]

    def _time(self) -> Check:
        now = self._clock()
        found = clockwork.doubts(self._store.read(), now=now, started=self._started)
        details = {"now": now.isoformat(), **{name: value for each in found for name, value in each.details.items()}}
        said = f"The clock says {now.astimezone():%Y-%m-%d %H:%M}"
        if not found:
            message = f"{said}, and nothing speaks against it."
            return Check(name="clock", state="ok", message=message, details=details)
        message = " ".join([f"{said}.", *(each.message for each in found)])
        remedy = "Have the clock set by the network: the history, retries and the age of files go by it."
        return Check(name="clock", state="warning", message=message, remedy=remedy, details=details)

    def _backups(self) -> Check:
        found = [entry.stat().st_size for entry in self._folder.glob("*.journal")]
        used, budget = self._use.bytes, self._use.budget
        details = {"journals": len(found), "journal_bytes": sum(found), "bytes": used, "budget": budget}
        journals = "is 1 journal" if len(found) == 1 else f"are {len(found)} journals"
        room = f"{wording.size(used)} of {wording.size(budget)}"
        message = f"What is kept to take writes back takes {room}; there {journals}."
        if used > budget * 9 // 10:
            return Check(name="backups", state="warning", message=message, remedy=_COPIES, details=details)
        return Check(name="backups", state="ok", message=message, details=details)

    def _operations(self) -> Check:
        states = {each: status for each, _, status in ledger.Ledger(self._store).unfinished()}
        cut = Interruptions(self._store, at_work=lambda: self._at_work).operations(files=0)
        going = {each: _GOING[status] for each, status in states.items() if status in _GOING}
        unclear = sorted({*states, *(each.id for each in cut if each.counts.get("unclear"))} - {*going, *_whole(cut)})
        details = {
            "operations": sorted({*states, *(each.id for each in cut)}),
            "interrupted": [each.id for each in cut],
        }
        said = [each.say() for each in cut[:_FEW]]
        said += [f"Operation {each} has files whose state is unclear." for each in unclear[:_FEW]]
        said += [f"Operation {each} {state}." for each, state in list(going.items())[:_FEW]]
        if not cut and not unclear:
            message = " ".join(said) or "No operation is unfinished."
            return Check(name="operations", state="ok", message=message, details=details)
        todo = [each.what_to_type() for each in cut[:_FEW]]
        todo += ["'indexium recover' looks at unclear files again, once their disk is there."] if unclear else []
        message = " ".join(said)
        return Check(name="operations", state="warning", message=message, remedy=" ".join(todo), details=details)

    def _queue(self) -> Check:
        now = self._clock()
        open_jobs = self._jobs.list(statuses=("running", "paused", "pending"), per_page=_JOBS).items
        failed = self._jobs.list(statuses=("failed",), per_page=_JOBS).items
        found = {
            "give no sign of life": [job.id for job in open_jobs if job.stalled],
            "are paused for more than a day": [job.id for job in open_jobs if _since(job.paused_at, now) > _A_DAY],
            "failed in the last week": [job.id for job in failed if _since(job.completed_at, now) < _A_WEEK],
        }
        details = {"open": len(open_jobs), **{what.replace(" ", "_"): ids for what, ids in found.items()}}
        said = [f"{what}: {', '.join(map(str, ids))}" for what, ids in found.items() if ids]
        lost = self._jobs.unrecorded()
        if lost:
            details["unrecorded"] = [each.job_id for each in lost]
            message = " ".join(each.description for each in lost)
            remedy = "Make room on the disk of the home; it is tried again until then. " + lost[0].assurance
            return Check(name="jobs", state="problem", message=message, remedy=remedy, details=details)
        if not said:
            number = (
                "No job is" if not open_jobs else "1 job is" if len(open_jobs) == 1 else f"{len(open_jobs)} jobs are"
            )
            return Check(name="jobs", state="ok", message=f"{number} at work or waiting.", details=details)
        message = f"Jobs that {'; that '.join(said)}."
        remedy = "'indexium jobs log ID' says why; 'indexium jobs resume ID' goes on, 'jobs cancel ID' gives up."
        return Check(name="jobs", state="warning", message=message, remedy=remedy, details=details)

    def _leftovers(self, libraries: list[LibraryRow]) -> Check:
        name = "temporary_files"
        if self._at_work:
            return Check(name=name, state="ok", message="An operation is under way and may have some.")
        deadline = time.monotonic() + _SEARCH_SECONDS
        here = [library.path_bytes for library in libraries if library.state == "online"]
        found = [shown.decode("utf-8", "replace") for root in here for shown in _temporary(root, deadline)]
        part = ", as far as there was time to look" if time.monotonic() > deadline else ""
        if not found:
            return Check(name=name, state="ok", message=f"No temporary file was left behind{part}.")
        one = len(found) == 1
        files = "1 temporary file was" if one else f"{len(found):,} temporary files were"
        message = f"{files} left behind that no journal knows{part}: {found[0]}."
        what = "It is a copy that was never finished; remove it" if one else "They are unfinished copies; remove them"
        remedy = f"{what} if no other Indexium is at work there."
        return Check(name=name, state="warning", message=message, remedy=remedy, details={"files": found})


def _whole(cut: list[InterruptedOperation]) -> set[int]:
    """Return those of which it is known what became of every file."""
    return {each.id for each in cut if not each.counts.get("unclear")}


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return timedelta() if moment is None else now - moment


def _python() -> Check:
    version = platform.python_version()
    message = f"Indexium {indexium_core.__version__} on Python {version}, {platform.system()} {platform.machine()}."
    details = {"indexium": indexium_core.__version__, "python": version, "system": platform.platform()}
    if sys.version_info < _OLDEST_PYTHON:
        return Check(name="python", state="problem", message=message, remedy="Install Python 3.11 or newer.")
    return Check(name="python", state="ok", message=message, details=details)


def _packages() -> Check:
    found = {name: version for name in _PACKAGES if (version := _version(name))}
    missing = [name for name in _PACKAGES if name not in found]
    message = ", ".join(f"{name} {version}" for name, version in found.items()) + "."
    if missing:
        remedy = f"Install them again: pip install {' '.join(missing)}."
        return Check(name="packages", state="problem", message=f"Missing: {', '.join(missing)}.", remedy=remedy)
    return Check(name="packages", state="ok", message=message, details=dict(found))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _libraries_of_ffmpeg() -> Check:
    found = {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    message = f"FFmpeg's libraries in PyAV: libavformat {found.get('libavformat', '?')}."
    return Check(name="ffmpeg_libraries", state="ok", message=message, details=found)


def _ffmpeg() -> Check:
    name = "ffmpeg"
    remedy = "Install ffmpeg so that it is on PATH; some AVI, FLV, WMV and OGG files need it, all others do not."
    try:
        where = program.executable()
        version = program.version(where)
    except errors.FFmpegError as error:
        return Check(name=name, state="warning", message=error.message, remedy=remedy)
    origin = "on PATH" if shutil.which("ffmpeg") else "of imageio-ffmpeg"
    details = {"path": where, "version": version}
    return Check(name=name, state="ok", message=f"ffmpeg {version}, the one {origin}.", details=details)


def _ffprobe() -> Check:
    """Look for the program that a rescan asks of what PyAV cannot open; many do well without it."""
    name, where = "ffprobe", shutil.which("ffprobe")
    needed = "it is asked only of a file that the built-in libraries cannot open"
    if where is None:
        return Check(name=name, state="ok", message=f"There is no ffprobe on PATH; {needed}.")
    try:
        version = program.version(where)
    except errors.FFmpegError as error:
        return Check(name=name, state="warning", message=error.message, remedy="Install ffmpeg again, or remove it.")
    details = {"path": where, "version": version}
    return Check(name=name, state="ok", message=f"ffprobe {version} on PATH; {needed}.", details=details)


def _home(home: Path) -> Check:
    volume, free = volumes.of(os.fsencode(home)), shutil.disk_usage(home).free
    details = {"path": str(home), "free_bytes": free, **_facts(volume)}
    message = f"{home} is on {volume.label}, {wording.size(free)} free."
    if free < LITTLE:
        state: State = "problem" if free < _TOO_LITTLE else "warning"
        remedy = "Make room there: a file is written only where its undo record can be."
        return Check(name="home", state=state, message=message, remedy=remedy, details=details)
    if not volume.durable:
        remedy = "Choose a folder on a local disk with --home: undo records must outlive a power cut."
        return Check(name="home", state="warning", message=message, remedy=remedy, details=details)
    return Check(name="home", state="ok", message=message, details=details)


def _lock(home: Path) -> Check:
    if volumes.of(os.fsencode(home)).network:
        message = "One process holds the home, but on a network another machine may not see its lock."
        remedy = "Use the home from one machine only."
        return Check(name="lock", state="warning", message=message, remedy=remedy, details={"pid": os.getpid()})
    message = f"Process {os.getpid()}, which says this, holds the home: no other can change it meanwhile."
    return Check(name="lock", state="ok", message=message, details={"pid": os.getpid()})


def _logs(folder: Path) -> Check:
    sizes_found = [entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()]
    files = wording.files(len(sizes_found))
    message = f"What happened is told in {folder}: {files}, {wording.size(sum(sizes_found))}."
    details = {"path": str(folder), "files": len(sizes_found), "bytes": sum(sizes_found)}
    return Check(name="logs", state="ok", message=message, details=details)


def check_library(library: LibraryRow) -> Check:
    """Return what may be promised for the files of one root where they lie."""
    volume, free = volumes.of(library.path_bytes), roots.free_bytes(library)
    details = {
        "library_id": library.library_id,
        "path": library.path,
        "online": library.state == "online",
        "free_bytes": free,
        "writable": _is_writable(library.path_bytes),
        "without_room": _way(volume),
        **_facts(volume),
    }
    state, message, remedy = _judged(library, volume, free, writable=bool(details["writable"]))
    return Check(name="library", state=state, message=message, remedy=remedy, details=details)


def _judged(library: LibraryRow, volume: volumes.Volume, free: int | None, *, writable: bool) -> tuple[State, str, str]:
    if library.state != "online":
        reason = library.state_reason or f"The folder {library.path} is offline."
        return "warning", reason, "Connect the drive or mount the share, then scan again."
    if not os.path.isdir(library.path_bytes):  # noqa: PTH112 - names that no text can hold
        return "warning", f"The folder {library.path} is not there.", "Connect the drive or mount the share."
    room = "" if free is None else f", {wording.size(free)} free"
    way = f"an MP4 without room in its header is written by {_way(volume)}"
    message = f"{library.path} is on {volume.label}{room}; {way}. The file system ({volume.label}): {volume.note}"
    if not writable:
        return "warning", f"{library.path} may not be written.", "Give your user the right to write there."
    if free is not None and free < LITTLE:
        return "warning", message, "Make room: a file that has to be copied needs as much as it takes itself."
    if not (volume.durable and volume.atomic_replace):
        return "warning", message, "Nothing to do if you know that; of what you cannot lose, keep a copy elsewhere."
    return "ok", message, ""


def _is_writable(path: bytes) -> bool:
    """Tell whether names can be changed in a folder; one that is marked read-only is respected by root too."""
    try:
        marked = os.lstat(path).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    except OSError:
        return False
    return bool(marked) and os.access(path, os.W_OK | os.X_OK)


def _way(volume: volumes.Volume) -> str:
    """Return how an MP4 is written there whose index stands in front and has no room for more."""
    if volume.reflink:
        return "a new file that shares the media of the old one"
    return "making room in front of it" if volume.block else "copying it"


def _facts(volume: volumes.Volume) -> dict[str, Any]:
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


def _temporary(root: bytes, deadline: float) -> Iterator[bytes]:
    """Yield files below a folder that have the name of one of our temporary files; stops at the deadline."""
    waiting = [root]
    while waiting and time.monotonic() < deadline:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif _TEMPORARY.fullmatch(entry.name):
                        yield entry.path
        except OSError:  # a folder that cannot be listed is the scan's to report
            continue
