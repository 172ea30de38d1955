"""The life of an open home: what is put right when it is opened, and in what order all comes to an end."""

from __future__ import annotations

import atexit
import errno
import os
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from indexium_core import assembly, errors, logs, settings
from indexium_core.flows import strays
from indexium_core.jobs import executors
from indexium_core.model.job import Job
from indexium_core.store import backups as backups_store
from indexium_core.store import database
from indexium_core.store.lock import HomeLock

__all__ = ["OpenHome"]

_NOTICES = 3  # of interrupted operations, and of jobs that go on, that are told of at a start; lists have all

# Open homes, each with the process that opened it: a fork has neither the threads nor the lock of its parent.
_open_homes: weakref.WeakKeyDictionary[OpenHome, int] = weakref.WeakKeyDictionary()


class OpenHome(assembly.Assembly):
    """The services of a home, from when it is opened until it is closed."""

    @classmethod
    def open(
        cls,
        home: Path | str | None = None,
        *,
        url: str = "",
        config: settings.Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        take_over: Literal["nothing", "safe", "all"] = "safe",
    ) -> Self:
        """
        Open a home, making it where there is none, and put right what a killed process left.

        Args:
            home: Folder of the home; default: as the settings say.
            url: Where the dashboard of this process is, for others that find the home in use.
            config: Settings to use instead of those of environment and file.
            clock: Source of the present moment (UTC).
            take_over: Which jobs that former processes left go on by themselves: `safe`: scans and the like; `all`:
                operations that were stopped in good order, too, as a service does; `nothing`: as a short command does.

        Raises:
            HomeInUseError: Another process holds it, and which.
            HomeVersionError: A newer program made it.
            StoreError: The database is damaged or cannot be written.
            UsageError: A setting cannot be read.

        """
        config = config or settings.load(home)
        try:
            store = database.Database.open(config.home, url=url)
        except errors.StoreError:
            _heal_without_database(config.home)
            raise
        try:
            logs.attach(config.home / "logs", days=config.log_retention_days)
            library = cls(store, config, clock=clock)
            _await_former(config.home)
            library._start(take_over)
        except OSError as error:
            store.close()
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                message = f"The disk of the home {config.home} is full: make room on it, then try again."
                raise errors.StoreError(message) from error
            raise
        except BaseException:
            store.close()
            raise
        _open_homes[library] = os.getpid()
        return library

    def _start(self, take_over: str) -> None:
        known = backups_store.Backups(self._store).journals()
        strays_healed = strays.put_aside(self._backups_folder, known)
        report = self.recovered = self.recover()
        report.of_no_operation(strays_healed)
        if report.undone:
            files = "1 file was" if report.undone == 1 else f"{report.undone} files were"
            self.notices.append(f"{files} in the middle of a write, now as before again.")
        self.notices += report.problems
        self._backups.tidy()
        self._event_rows.prune(now=self._clock())
        self.jobs.tidy()
        going_on = self._queue.start_worker(take_over=take_over)
        self.notices += [_goes_on(self.jobs.get(job_id)) for job_id in going_on[:_NOTICES]]
        if len(going_on) > _NOTICES:
            self.notices.append(f"{len(going_on) - _NOTICES:,} more go on, or wait for their turn.")
        cut_off = self._interruptions.operations(files=0)[:_NOTICES]
        self.notices += [f"{each.say()} {each.what_to_type()}" for each in cut_off]

    def begin_nothing(self) -> None:
        """
        Begin no further file or job, and return at once: the program was told to stop, and `close` follows.

        What has to be done before that takes its time, in which an operation would go on to many more files.
        """
        self._queue.begin_nothing()

    def close(self, interrupt: Literal["stop", "person"] = "stop") -> None:
        """
        Finish the files under way, interrupt what is left, stop a scan, and let the home go.

        Operations that are interrupted by a `stop` go on by themselves at the next start of a service; by a `person`
        they are offered only.
        """
        _open_homes.pop(self, None)
        self._queue.stop_worker(by=interrupt)
        self._rescanner.close()
        self._processes.close()
        self._recorder.close()
        self._store.close()
        self._progress_log.close()
        logs.detach()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close("person" if kind is KeyboardInterrupt else "stop")


@atexit.register
def _close_open_homes() -> None:
    """Close the homes that a program leaves open: DuckDB prints a page about a connection that is open at the end."""
    for home in [home for home, process in _open_homes.items() if process == os.getpid()]:
        home.close()


def _await_former(home: Path) -> None:
    """Return when no process is at work on a file any more that belonged to one which held this home before."""
    if not executors.wait_for_former(home / assembly.PROCESSES):
        message = (
            f"A process that worked for the home {home} before is still there: it waits for a disk, perhaps. Have the "
            "disk answer or end the process, then open the home again."
        )
        raise errors.HomeInUseError(message)


def _goes_on(job: Job) -> str:
    """Return that a job which a former run left goes on, and how far it is."""
    name = f"Job {job.id}" if job.operation_id is None else f"Operation {job.operation_id}"
    far = "" if not job.progress_total else f", {job.progress_current:,} of {job.progress_total:,} files are done"
    return f"{name} ({job.title}) goes on{far}."


def _heal_without_database(home: Path) -> None:
    """Put back what was in the middle of a write: the journals alone say it, whatever became of the database."""
    try:
        lock = HomeLock.take(home)
    except errors.IndexiumError:  # somebody is at work there, or nothing can be written
        return
    try:
        _await_former(home)
        strays.heal(home / "backups")
    except errors.HomeInUseError:
        return
    finally:
        lock.release()
