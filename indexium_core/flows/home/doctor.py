"""
`indexium doctor`: check the installation, the home and the library folders.

The doctor makes no changes. A check has one sentence and, if the user can act, a remedy. A warning is information; a
problem prevents writes.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import av

from indexium_core import errors
from indexium_core.files import program, volumes
from indexium_core.flows.history.history_service import Interruptions
from indexium_core.flows.home import clock
from indexium_core.flows.jobs import job_service
from indexium_core.flows.scanning.folder_health import LOW_SPACE_BYTES, check_library, file_system_facts
from indexium_core.jobs.cluster.client import Cluster, ClusterWorker
from indexium_core.model import wording
from indexium_core.model.accounts.needs import reads_home
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.health import Check, CheckState
from indexium_core.model.lookups.traffic import ProviderStatus
from indexium_core.model.operations.backup import BackupUse
from indexium_core.model.remote_calls import remote
from indexium_core.store import database, home_files, start_work
from indexium_core.store.catalog import catalog
from indexium_core.version import __version__

_PACKAGES = ("duckdb", "av", "numpy", "pandas", "panel", "pydantic", "typer")
_MIN_PYTHON = (3, 11)
_CRITICAL_SPACE_BYTES = 50_000_000  # below this free space, the home has a problem
_SEARCH_SECONDS = 20.0  # limit of the search for temporary files: a library on a network may be slow
_MAX_JOBS = 200  # jobs that are checked
_MAX_NAMED = 5  # operations per sentence
_STATUS_TEXTS = {"pending": "is waiting", "in_progress": "is running", "paused": "is paused"}
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_UNUSED = "Delete {} if no other Indexium is running there."
_TEMPORARY = re.compile(rb"\.indexium-\d+-[0-9a-f]{8}\.tmp")
_BACKUPS_REMEDY = (
    "INDEXIUM_BACKUP_BUDGET sets the size of the backups; 'indexium backups list' shows the backups of each operation."
)
_REMEDY = (
    "Start the scheduler and its workers with the same version of Indexium. Mount the folders there, or set "
    "INDEXIUM_PATH_MAP of the worker."
)


class Doctor:
    """Runs the checks of a home that this process has open."""

    def __init__(
        self,
        store: database.Database,
        *,
        folder: Path,
        use: Callable[[], BackupUse],
        running: Callable[[], frozenset[int]],
        now: Callable[[], datetime],
        started: clock.StartTime,
        jobs: job_service.JobService,
        cluster: Callable[[], Cluster | None],
        providers: Callable[[], list[ProviderStatus]],
    ) -> None:
        """
        Prepare the checks of a home.

        `use` returns the disk space that the backups use, `running` the ids of the operations that run in this process.
        `started` is when this process started; `cluster` returns the cluster that works on files, if there is one;
        `providers` returns the state of the providers of metadata.
        """
        self._store = store
        self._folder = folder
        self._use = use
        self._running = running
        self._now = now
        self._started = started
        self._jobs = jobs
        self._cluster = cluster
        self._providers = providers

    @reads_home
    @remote()
    def run(self) -> list[Check]:
        """Run all checks, and return them in the order of display."""
        volumes.forget()
        libraries = catalog.libraries(self._store.read())
        cluster = self._cluster()
        return [
            _python(),
            _packages(),
            _libraries_of_ffmpeg(),
            _ffmpeg(),
            _ffprobe(),
            _home(self._store.home),
            _lock(self._store.home),
            self._system_clock(),
            _logs(self._store.home / "logs"),
            self._backups(),
            self._operations(),
            self._queue(),
            _provider_check(self._providers()),
            *([] if cluster is None else [check_cluster(cluster, libraries)]),
            self._temporary_files(libraries),
            *map(check_library, libraries),
        ]

    def _system_clock(self) -> Check:
        now = self._now()
        warnings = clock.warnings(self._store.read(), now=now, started=self._started)
        details = {"now": now.isoformat(), **{name: value for each in warnings for name, value in each.details.items()}}
        shown = f"The clock shows {now.astimezone():%Y-%m-%d %H:%M}"
        if not warnings:
            message = f"{shown}, which agrees with the database and the files."
            return Check(name="clock", state="ok", message=message, details=details)
        message = " ".join([f"{shown}.", *(each.message for each in warnings)])
        remedy = "Set the clock by a network time server: the history, retries and the age of files depend on it."
        return Check(name="clock", state="warning", message=message, remedy=remedy, details=details)

    def _backups(self) -> Check:
        journal_sizes = [entry.stat().st_size for entry in self._folder.glob("*.journal")]
        use = self._use()
        count, used, budget = len(journal_sizes), use.bytes, use.budget
        details = {"journals": count, "journal_bytes": sum(journal_sizes), "bytes": used, "budget": budget}
        journals = wording.plural(count, "journal")
        message = f"The backups use {wording.size(used)} of {wording.size(budget)} and have {journals}."
        if moved := [path for path in home_files.journals(self._folder) if path.parent != self._folder]:
            details["moved_journals"] = len(moved)
            found = wording.plural(len(moved), "journal of a former database is", "journals of a former database are")
            message = f"{message} {found} in {moved[0].parent}."
            remedy = "'indexium db rebuild' adds their writes to the history."
            return Check(name="backups", state="warning", message=message, remedy=remedy, details=details)
        if used > budget * 9 // 10:
            return Check(name="backups", state="warning", message=message, remedy=_BACKUPS_REMEDY, details=details)
        return Check(name="backups", state="ok", message=message, details=details)

    def _operations(self) -> Check:
        statuses = {
            operation_id: status for operation_id, _, status in start_work.unfinished_operations(self._store.read())
        }
        interrupted = Interruptions(self._store, running=self._running).operations(files=0)
        active = {each: _STATUS_TEXTS[status] for each, status in statuses.items() if status in _STATUS_TEXTS}
        with_unknown = {each.id for each in interrupted if each.counts.get("unknown")}
        without_unknown = {each.id for each in interrupted} - with_unknown
        unknown = sorted({*statuses, *with_unknown} - {*active, *without_unknown})
        details = {
            "operations": sorted({*statuses, *(each.id for each in interrupted)}),
            "interrupted": [each.id for each in interrupted],
        }
        sentences = [each.summary() for each in interrupted[:_MAX_NAMED]]
        sentences += [f"Operation {each} has files with an unknown state." for each in unknown[:_MAX_NAMED]]
        sentences += [f"Operation {each} {state}." for each, state in list(active.items())[:_MAX_NAMED]]
        if not interrupted and not unknown:
            message = " ".join(sentences) or "No operation is unfinished."
            return Check(name="operations", state="ok", message=message, details=details)
        remedies = [each.next_commands() for each in interrupted[:_MAX_NAMED]]
        if unknown:
            remedies.append("Connect the disk of the files, then run 'indexium recover' to check them again.")
        message = " ".join(sentences)
        return Check(name="operations", state="warning", message=message, remedy=" ".join(remedies), details=details)

    def _queue(self) -> Check:
        now = self._now()
        open_jobs = self._jobs.list(statuses=("running", "paused", "pending"), per_page=_MAX_JOBS).items
        failed = self._jobs.list(statuses=("failed",), per_page=_MAX_JOBS).items
        stalled_ids = [job.id for job in open_jobs if job.stalled]
        paused_ids = [job.id for job in open_jobs if _age(job.paused_at, now) > _DAY]
        failed_ids = [job.id for job in failed if _age(job.completed_at, now) < _WEEK]
        details = {
            "open": len(open_jobs),
            "give_no_sign_of_life": stalled_ids,
            "are_paused_for_more_than_a_day": paused_ids,
            "failed_in_the_last_week": failed_ids,
        }
        unrecorded = self._jobs.unrecorded()
        if unrecorded:
            details["unrecorded"] = [each.job_id for each in unrecorded]
            message = " ".join(each.description for each in unrecorded)
            remedy = "Free some space on the disk of the home; Indexium retries until then. " + unrecorded[0].assurance
            return Check(name="jobs", state="problem", message=message, remedy=remedy, details=details)
        groups = {
            "stalled": stalled_ids,
            "paused for more than a day": paused_ids,
            "failed in the last week": failed_ids,
        }
        problems = [f"{state}: {', '.join(map(str, job_ids))}" for state, job_ids in groups.items() if job_ids]
        if not problems:
            count = len(open_jobs)
            number = "No job is" if not count else "1 job is" if count == 1 else f"{count} jobs are"
            return Check(name="jobs", state="ok", message=f"{number} running or waiting.", details=details)
        message = f"Jobs {'; '.join(problems)}."
        remedy = "'indexium jobs log ID' shows why. 'indexium jobs resume ID' and 'indexium jobs cancel ID' follow up."
        return Check(name="jobs", state="warning", message=message, remedy=remedy, details=details)

    def _temporary_files(self, libraries: list[LibraryRow]) -> Check:
        name = "temporary_files"
        if self._running():
            message = "Not checked: an operation is running and may use temporary files."
            return Check(name=name, state="ok", message=message)
        deadline = time.monotonic() + _SEARCH_SECONDS
        roots = [library.path_bytes for library in libraries if library.state == "online"]
        paths = [path.decode("utf-8", "replace") for root in roots for path in _temporary_below(root, deadline)]
        limit = f" (the search stopped after {_SEARCH_SECONDS:.0f} seconds)" if time.monotonic() > deadline else ""
        if not paths:
            return Check(name=name, state="ok", message=f"No temporary file was left behind{limit}.")
        if len(paths) == 1:
            message = f"1 temporary file was left behind that is in no journal{limit}: {paths[0]}."
            remedy = "It is an incomplete copy, or an old NFO file, picture or sidecar. " + _UNUSED.format("it")
        else:
            count = f"{len(paths):,} temporary files were"
            message = f"{count} left behind that are in no journal{limit}, the first is {paths[0]}."
            remedy = "They are incomplete copies, or old NFO files, pictures or sidecars. " + _UNUSED.format("them")
        return Check(name=name, state="warning", message=message, remedy=remedy, details={"files": paths})


def _age(moment: datetime | None, now: datetime) -> timedelta:
    """Return the time since a moment; 0 for None."""
    return timedelta() if moment is None else now - moment


def _python() -> Check:
    version = platform.python_version()
    message = f"Indexium {__version__} on Python {version}, {platform.system()} {platform.machine()}."
    details = {"indexium": __version__, "python": version, "system": platform.platform()}
    if sys.version_info < _MIN_PYTHON:
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
        path = program.executable()
        version = program.version(path)
    except errors.FFmpegError as error:
        return Check(name=name, state="warning", message=error.message, remedy=remedy)
    origin = "from PATH" if shutil.which("ffmpeg") else "from imageio-ffmpeg"
    details = {"path": path, "version": version}
    return Check(name=name, state="ok", message=f"ffmpeg {version} {origin}.", details=details)


def _ffprobe() -> Check:
    """Check ffprobe, which is optional: a rescan uses it for files that PyAV cannot open."""
    name, path = "ffprobe", shutil.which("ffprobe")
    use = "a rescan uses it only for files that the built-in libraries cannot open"
    if path is None:
        return Check(name=name, state="ok", message=f"There is no ffprobe on PATH; {use}.")
    try:
        version = program.version(path)
    except errors.FFmpegError as error:
        return Check(name=name, state="warning", message=error.message, remedy="Install ffmpeg again, or remove it.")
    details = {"path": path, "version": version}
    return Check(name=name, state="ok", message=f"ffprobe {version} on PATH; {use}.", details=details)


def _home(home: Path) -> Check:
    volume, free = volumes.of(os.fsencode(home)), shutil.disk_usage(home).free
    details = {"path": str(home), "free_bytes": free, **file_system_facts(volume)}
    message = f"{home} is on {volume.label}, {wording.size(free)} free."
    if free < LOW_SPACE_BYTES:
        state: CheckState = "problem" if free < _CRITICAL_SPACE_BYTES else "warning"
        remedy = "Free some disk space: Indexium writes a file only if its backup fits on this disk."
        return Check(name="home", state=state, message=message, remedy=remedy, details=details)
    if not volume.durable:
        remedy = "Choose a folder on a local disk with --home: backups must survive a power failure."
        return Check(name="home", state="warning", message=message, remedy=remedy, details=details)
    return Check(name="home", state="ok", message=message, details=details)


def _lock(home: Path) -> Check:
    if volumes.of(os.fsencode(home)).network:
        message = "This process has locked the home, but on a network another machine may not see the lock."
        remedy = "Use the home from one machine only."
        return Check(name="lock", state="warning", message=message, remedy=remedy, details={"pid": os.getpid()})
    message = f"This process ({os.getpid()}) has locked the home: no other process can change it."
    return Check(name="lock", state="ok", message=message, details={"pid": os.getpid()})


def _provider_check(providers: list[ProviderStatus]) -> Check:
    """Check the providers of metadata; a provider without a key is no problem."""
    on, paused, off = ([each.name for each in providers if each.state == state] for state in ("on", "paused", "off"))
    sentences = [f"{wording.list_of(on)} can be asked for films and series."] if on else []
    for names, state in ((paused, "paused"), (off, "off")):
        sentences += [f"{wording.list_of(names)} {'is' if len(names) == 1 else 'are'} {state}."] if names else []
    failed = list(dict.fromkeys(each.reason for each in providers if each.needs_action))
    details = {each.provider: each.reason for each in providers}
    message = " ".join([*sentences, *failed])
    if failed:
        remedy = "Check the keys, the network and the addresses of the providers: 'indexium providers status'."
        return Check(name="providers", state="warning", message=message, remedy=remedy, details=details)
    return Check(name="providers", state="ok", message=message, details=details)


def _logs(folder: Path) -> Check:
    file_sizes = [entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()]
    count, total = len(file_sizes), sum(file_sizes)
    message = f"The logs are in {folder}: {wording.files(count)}, {wording.size(total)}."
    details = {"path": str(folder), "files": count, "bytes": total}
    return Check(name="logs", state="ok", message=message, details=details)


def _temporary_below(root: bytes, deadline: float) -> Iterator[bytes]:
    """Yield the files below a folder that are named like our temporary files; stop at the deadline."""
    waiting = [root]
    while waiting and time.monotonic() < deadline:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif _TEMPORARY.fullmatch(entry.name):
                        yield entry.path
        except OSError:  # a scan reports folders that cannot be listed
            continue


def check_cluster(cluster: Cluster, libraries: Sequence[LibraryRow]) -> Check:
    """Return whether every worker has this version of Indexium and sees an entry of each online folder."""
    sample_entries = {row.path_bytes: _entry_of(row.path_bytes) for row in libraries if row.state == "online"}
    try:
        workers = cluster.workers(sample_entries)
    except errors.ClusterError as error:
        return Check(name="cluster", state="problem", message=error.message, remedy=_REMEDY)
    threads = sum(worker.threads for worker in workers)
    details = {"address": cluster.url, "threads": threads, "workers": [worker.name for worker in workers]}
    count = wording.plural(len(workers), "worker")
    message = f"The Dask cluster {cluster.url} has {count} with {wording.plural(threads, 'thread')}."
    problems = [problem for worker in workers for problem in _problems(worker)]
    if workers and not problems:
        return Check(name="cluster", state="ok", message=message, details=details)
    return Check(
        name="cluster", state="problem", message=" ".join([message, *problems]), remedy=_REMEDY, details=details
    )


def _problems(worker: ClusterWorker) -> list[str]:
    if worker.problem:
        return [f"The worker {worker.name} cannot run Indexium: {worker.problem.rstrip('.')}."]
    if worker.version != __version__:
        return [f"The worker {worker.name} has Indexium {worker.version}, but {__version__} runs here."]
    return [f"The worker {worker.name} does not see {os.fsdecode(path)}." for path in worker.unseen]


def _entry_of(folder: bytes) -> bytes:
    """Return the name of one entry of a folder; b"" if it is empty or cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return next((entry.name for entry in entries), b"")
    except OSError:
        return b""
