"""The work that the footer and the navigation show; all sessions that see the same files read it together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from dashboards.read_cache import ReadCache
from indexium_core.library import Library
from indexium_core.model import job_words
from indexium_core.model.job import Job, UnrecordedResults
from indexium_core.model.operations.operation import ACTIVE_STATES, MetadataOperation, OperationStatus

RUNNING, WAITING = 2, 2  # maximum number of rows of each kind
OWN_ROWS = ("write", "rollback", "publish", "scan")  # kinds of jobs that have rows of their own
_PROGRESS_SECONDS, _LIST_SECONDS = 0.4, 5.0  # for which a read is used again, without an event in between
_UNFINISHED = (*ACTIVE_STATES, "interrupted")


class _Operations(NamedTuple):
    """The operations that the footer may show. An event tells when one starts, pauses or ends."""

    number: int  # of all operations, also of those that ended
    active: list[MetadataOperation]
    interrupted: list[MetadataOperation]
    newest: list[MetadataOperation]  # empty while one runs


class CurrentWork(NamedTuple):
    """Operations and jobs that run or wait."""

    number: int  # of all operations, also of those that ended
    running: list[tuple[MetadataOperation, OperationStatus]]
    interrupted: list[MetadataOperation]
    newest: list[MetadataOperation]  # the newest operation; empty while one runs
    jobs: list[Job]  # running jobs of the other kinds, see OWN_ROWS
    long_paused: list[Job]  # paused for more than a day
    unrecorded: Sequence[UnrecordedResults]  # jobs whose result cannot be stored


def read(library: Library, cache: ReadCache) -> CurrentWork:
    """Return the current work; the progress may be a moment old."""
    return cache.polled("work", _PROGRESS_SECONDS, partial(_read, library, cache))


def _read(library: Library, cache: ReadCache) -> CurrentWork:
    operations = cache.polled("operations", _LIST_SECONDS, partial(_read_operations, library))
    jobs = library.jobs.list((), ("running", "paused"), per_page=0).items
    running = [job for job in jobs if job.status == "running" and job.job_type not in OWN_ROWS]
    paused = [job for job in jobs if job.status == "paused" and job_words.is_long_paused(job)]
    return CurrentWork(
        number=operations.number,
        running=[(each, library.status(each.id)) for each in operations.active[:RUNNING]],
        interrupted=operations.interrupted[:WAITING],
        newest=operations.newest,
        jobs=running[:RUNNING],
        long_paused=paused[:WAITING],
        unrecorded=library.jobs.unrecorded(),
    )


def _read_operations(library: Library) -> _Operations:
    """Read the lists only if there are operations: a list costs ten times as much as the numbers."""
    by_status = library.history.counts().by_status
    has_unfinished = any(by_status.get(status) for status in _UNFINISHED)
    unfinished = library.history(status=_UNFINISHED, per_page=0).items if has_unfinished else []
    active = [each for each in unfinished if each.status in ACTIVE_STATES]
    return _Operations(
        number=sum(by_status.values()),
        active=active,
        interrupted=[each for each in unfinished if each.status == "interrupted"],
        newest=library.history(per_page=1).items if by_status and not active else [],
    )
