"""Where work on files runs: on threads, in worker processes, or in a cluster."""

from __future__ import annotations

import math
from pathlib import Path

from indexium_core.flows.scanning import file_facts
from indexium_core.flows.titles import nfo_reading, parsing
from indexium_core.flows.writing.workers import worker_side
from indexium_core.jobs.cluster.client import Cluster, is_cluster
from indexium_core.jobs.executors import Executor, Processes, Threads
from indexium_core.settings import Settings
from indexium_core.store.home_files import PROCESSES

# `auto` selects processes from here on:
_MIN_PROCESS_SECONDS = 0.2  # while a dashboard is served: shorter work is over before it could delay a page
_MIN_PROCESS_FILES = 500  # otherwise: with fewer files, the start of the processes takes longer than they save
# Modules of the functions that run in worker processes:
_FILE_WORK = (file_facts.__name__, nfo_reading.__name__, parsing.__name__, worker_side.__name__)


class FileExecutors:
    """The executors of a home."""

    def __init__(self, home: Path, config: Settings, *, is_served: bool) -> None:
        """`is_served`: this process serves a dashboard of the home."""
        self.threads = Threads()
        self.processes = Processes(home / PROCESSES, modules=_FILE_WORK, spare=1 if is_served else 0)
        self._settings, self._is_served = config, is_served
        self._clusters: dict[str, Cluster] = {}  # by address; the setting may change while one is in use

    def choose(self, files: int = 0, seconds: float = math.inf) -> Executor:
        """
        Return the executor for work on files, by the present setting.

        `files`: how many files are read or written, 0 for a rescan or side files.
        `seconds`: how long this takes by the estimate.
        """
        kind = self._settings.executor
        cluster = self.cluster()
        if cluster is not None:
            return cluster
        is_worth_it = seconds >= _MIN_PROCESS_SECONDS if self._is_served else files >= _MIN_PROCESS_FILES
        return self.processes if kind == "processes" or (kind == "auto" and is_worth_it) else self.threads

    def cluster(self) -> Cluster | None:
        """Return the cluster of the present setting; None if it names no cluster."""
        address = self._settings.executor
        if not is_cluster(address):
            return None
        return self._clusters.get(address) or self._clusters.setdefault(address, Cluster(address))

    def warm(self) -> None:
        """Prepare worker processes if this process serves a dashboard and uses them."""
        if self._is_served and self.choose() is self.processes:
            self.processes.warm()

    def close(self) -> None:
        """Kill the worker processes and leave the clusters."""
        self.processes.close()
        for cluster in self._clusters.values():
            cluster.close()
