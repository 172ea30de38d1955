"""The check of a Dask cluster: its scheduler, its workers, and the folders that a worker does not see."""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexium_core import errors
from indexium_core.jobs.cluster.client import Cluster, ClusterWorker
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.scanning.health import Check
from indexium_core.version import __version__

_REMEDY = (
    "Start the scheduler and its workers with the same version of Indexium. Mount the folders there, or set "
    "INDEXIUM_PATH_MAP of the worker."
)


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
