"""
Take snapshots: after a change, a job copies the published tables into a new file and makes it the newest one.

The schedule `snapshot` starts the jobs. Several changes within a short time lead to one snapshot. Each snapshot has a
new file name, because DuckDB keeps open databases by their paths. A reader keeps its file open, so an old file can be
deleted at any time.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.flows.snapshots import analysis
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds
from indexium_core.model.accounts.needs import internal, needs
from indexium_core.model.accounts.permissions import QUERY_RUN, SETTINGS_MANAGE
from indexium_core.model.analysis import SnapshotReport
from indexium_core.model.event import Event
from indexium_core.model.remote_calls import remote
from indexium_core.store import home_files, snapshot
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Version
from indexium_core.version import __version__

logger = logging.getLogger(__name__)

# A snapshot starts some seconds after the last change, because a decision beside it takes twice as long, and not later
# than the second number after the first one; the pause after the last snapshot may be longer.
_DELAY_SECONDS = 2.0
_LONGEST_SECONDS = 10.0
_RETRY_SECONDS = 60.0  # after a snapshot that failed, for example because the disk is full
# How long the next snapshot waits after one that takes a second, in seconds. Work changes the tables all the time, and
# each snapshot delays the pages. A decision of a person is in no file, so it waits less.
_PAUSE, _PAUSE_OF_DECISION = 30, 10
_KEPT = 3  # the newest files; a reader may have read the pointer and not yet opened its file


class Snapshots:
    """The snapshots of a home."""

    def __init__(
        self,
        database: Database,
        *,
        version: Callable[[], Version],
        findings: Callable[[], snapshot.Findings],
        clock: Callable[[], datetime],
        is_enabled: Callable[[], bool],
        scheduler: Scheduler,
    ) -> None:
        """
        Prepare the snapshots of a home.

        Args:
            database: The database of the home.
            version: Refreshes the plan with the default modes, and returns its version.
            findings: Returns the findings of the checks.
            clock: Returns the current time (UTC).
            is_enabled: Returns whether changes lead to snapshots.
            scheduler: Starts the snapshots after changes.

        """
        self._database = database
        self._folder = database.home / home_files.SNAPSHOTS
        self._version, self._findings, self._clock, self._is_enabled = version, findings, clock, is_enabled
        self._scheduler = scheduler
        self._taking = threading.Lock()
        self._is_changed = False
        self._is_of_job = False  # the newest snapshot has the job that took it as running
        # The change of the database at which this process took the newest snapshot; None: it took none, or failed. With
        # the setting, `_is_changed` covers all changes since; without it, only a comparison with this number does.
        self._change: int | None = None
        self._last = (0.0, float("-inf"))  # the seconds and the end (time.monotonic()) of the last snapshot of a job
        self._pause = _PAUSE  # of the changes since the last snapshot, the shortest
        self._retry_at = float("-inf")  # time.monotonic() before which a failed snapshot is not retried

    @internal
    def on_event(self, _event: Event) -> None:
        """Take a snapshot soon after an event that reports a change of published data, see `occasions`."""
        self.take_soon()

    @internal
    def follow_decision(self) -> None:
        """Take a snapshot soon after a decision of a person: without the database, a rebuild takes it from there."""
        self.take_soon(_PAUSE_OF_DECISION)

    @needs(SETTINGS_MANAGE)
    def take_soon(self, pause: int = _PAUSE) -> None:
        """
        Take a snapshot after a moment without a further change, or some seconds after the first one.

        After the end of the last snapshot, it waits for its duration times the shortest `pause` of the changes since.
        """
        self._is_changed, self._pause = True, min(pause, self._pause)
        if self._is_enabled():
            last_seconds, ended_at = self._last
            earliest = max(ended_at + self._pause * last_seconds, self._retry_at)
            seconds = max(_DELAY_SECONDS, earliest - time.monotonic())
            self._scheduler.add_soon(
                job_kinds.SNAPSHOT, seconds, longest=_LONGEST_SECONDS, has_work=lambda: self._is_changed
            )

    def handle(self, _job: JobContext) -> Mapping[str, Any]:
        """Run a job of the schedule. A stop does not end it: a snapshot is short."""
        started = time.monotonic()
        try:
            report = self.take()
            self._is_of_job = True
        finally:
            ended_at = time.monotonic()
            self._last = (ended_at - started, ended_at)
            self._scheduler.forget(job_kinds.SNAPSHOT)  # a change during the snapshot did not know when it ends
            if self._is_changed:
                self.take_soon(self._pause)
        logger.info("snapshot.taken", extra={"path": str(report.path), "seconds": round(report.seconds, 3)})
        return {"message": report.path.name}

    @needs(SETTINGS_MANAGE)
    @remote()
    def take(self, out: Path | None = None) -> SnapshotReport:
        """
        Take a snapshot now and make it the newest one; with `out`, write it into this file instead.

        Raises:
            UsageError: `out` exists.
            StoreError: The file cannot be written, for example because the disk is full.

        """
        with self._taking:
            return self._take(out)

    def _take(self, out: Path | None) -> SnapshotReport:
        """Take a snapshot, see `take`. Callers hold the lock."""
        if out is None:
            self._pause = _PAUSE
            self._is_changed = False  # under the lock: another thread that sees no change finds the snapshot complete
        try:
            return self._write(out)
        except BaseException:
            if out is None:
                self._is_changed, self._change = True, None  # the next query takes a snapshot, or the schedule later
                self._retry_at = time.monotonic() + _RETRY_SECONDS
            raise

    @needs(QUERY_RUN)
    @remote()
    def export_parquet(self, folder: Path) -> list[Path]:
        """
        Write every table, as of now, into `folder` as `<table>.parquet`; return the files.

        Raises:
            UsageError: The folder cannot be written.
            StoreError: The disk of the home is full.

        """
        self.refresh()
        return analysis.export_parquet(self._database.home, folder)

    @needs(SETTINGS_MANAGE)
    @remote()
    def refresh(self) -> str:
        """
        Take a snapshot if something may have changed since the newest one.

        If that fails and there is an older one, return a sentence with the reason and the moment of the older one,
        otherwise "".

        Raises:
            StoreError: It fails, for example because the disk is full, and there is no older one.

        """
        with self._taking:  # a snapshot that another thread is taking now has the last change
            is_followed = self._is_enabled() or self._database.last_change() == self._change
            if not self._is_changed and is_followed and self._change is not None:
                return ""
            try:
                self._take(None)
            except errors.StoreError as error:
                logger.warning("snapshot.failed", extra={"error": str(error)})
                notice = analysis.notice_of_present(self._database.home, error)
                if not notice:
                    raise
                return notice
        return ""

    def close(self) -> None:
        """Take a last snapshot if something has changed since the newest one, also its own job; an error is logged."""
        if self._is_enabled() and (self._is_changed or self._is_of_job):
            try:
                self.take()
            except errors.IndexiumError as error:
                logger.warning("snapshot.failed", extra={"error": str(error)})

    def _write(self, out: Path | None) -> SnapshotReport:
        """Write a snapshot and publish it, see `take`. Callers hold the lock."""
        started, moment, change = time.monotonic(), self._clock(), self._database.last_change()
        version = self._version()
        path, private = (out, None) if out else self._next_paths()
        if out is not None and out.exists():
            raise errors.UsageError(f"The file {out} exists. Delete it, or choose another name.")
        unfinished = {each: each.with_name(f"{each.name}.part") for each in (private, path) if each}
        leftovers = [each for part in unfinished.values() for each in (part, home_files.log_of(part))]
        findings = self._findings()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            for leftover in leftovers:  # of a process that was killed
                leftover.unlink(missing_ok=True)
            snapshot.write(
                self._database.read(),
                unfinished[path],
                version.parameters | {"snapshot_at": moment, "program": __version__, "home": str(self._database.home)},
                findings,
                private=unfinished[private] if private else None,
            )
            size = unfinished[path].stat().st_size
            for each, part in unfinished.items():  # the private file first: a published snapshot has one
                part.replace(each)
            if out is None:
                self._is_of_job = False
                self._publish(path)
                self._change, self._retry_at = change, float("-inf")
        except OSError as error:
            message = f"The snapshot {path} cannot be written: {error.strerror}. Check the folder and its free space."
            raise errors.StoreError(message) from error
        finally:
            for leftover in leftovers:
                leftover.unlink(missing_ok=True)
        return SnapshotReport(path=path, snapshot_at=moment, seconds=time.monotonic() - started, size=size)

    def _next_paths(self) -> tuple[Path, Path]:
        """Return the files of the next snapshot: the published and the private one."""
        newest = next((int(path.stem) for path in home_files.snapshots(self._database.home)), 0)
        path = self._folder / f"{newest + 1}.duckdb"
        return path, home_files.private_part_of(path)

    def _publish(self, path: Path) -> None:
        """Make a snapshot the newest one, and delete the old ones."""
        pointer = self._folder / analysis.POINTER
        unfinished = pointer.with_name(f"{analysis.POINTER}.part")
        unfinished.write_text(f"{path.name}\n", encoding="utf-8")
        unfinished.replace(pointer)
        for old in home_files.snapshots(self._database.home)[_KEPT:]:
            with contextlib.suppress(OSError):
                home_files.private_part_of(old).unlink(missing_ok=True)
                old.unlink()
