"""The executor that runs the items of jobs in the workers of a Dask cluster; jobs, queue and database stay here."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from indexium_core import errors
from indexium_core.jobs.cluster import task
from indexium_core.jobs.executors import Callbacks, Threads, WorkerLostError, answer
from indexium_core.version import __version__

__all__ = ["Cluster", "ClusterWorker", "is_cluster"]

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

WAIT_SECONDS = 30.0  # longest wait for the scheduler, and for the first worker
_POLL_SECONDS = 1.0  # between two checks of the cluster during a call
_CONNECT_SECONDS = 5.0  # one attempt to connect
_REPLY_SECONDS = 10.0  # longest wait for an answer of the scheduler or of a worker about itself
_SILENCE_SECONDS = 30.0  # a call that ignores a cancellation for this time is lost
_BLIND_SECONDS = 30.0  # a worker that did not see a file gets no calls for this time, if there are others


def is_cluster(setting: str) -> bool:
    """Return whether a value of the setting `executor` is the address of a cluster."""
    return "://" in setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWorker:
    """A worker and what it says about itself."""

    name: str
    threads: int
    version: str  # of Indexium; "" if the worker cannot run Indexium
    unseen: tuple[bytes, ...] = ()  # folders that it does not see
    problem: str = ""  # why it cannot run Indexium


class Cluster(Threads):
    """
    Runs jobs on threads, and their items in the workers of a Dask cluster.

    A call that loses its worker or the scheduler raises `WorkerLostError`; the next call connects again. Dask may run a
    function a second time after it lost a worker, so a function must permit that. If there is no scheduler or no worker
    for some time, a call raises `ClusterError`. A function that raises `path_map.NotMountedError` is called again in
    another worker; a `ClusterError` with the code `no_mount` says that there is none.
    """

    chunk_seconds = 0.3  # a call costs some 20 ms, and the longer way delays the start of the next one

    def __init__(self, url: str) -> None:
        """`url`: the address of the scheduler, `dask://host:port` or, with TLS, `tls://host:port`."""
        super().__init__()
        self.url = url
        self._address = url.replace("dask://", "tcp://", 1)
        self._lock = threading.Lock()
        self._client: Any = None
        self._failure: tuple[float, errors.ClusterError] | None = None  # of the last connection, and when it ended
        self._topic = f"indexium-{uuid.uuid4().hex}"
        self._calls: dict[str, queue.SimpleQueue[list[Any] | None]] = {}  # callbacks that wait, by call
        self._blind: dict[str, float] = {}  # address of a worker → time.monotonic() until which it gets no calls
        self._is_closed = False

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function in a worker of the cluster."""
        return self._run(None, function, args, kwargs)

    def call_with_callbacks(
        self, callbacks: Callbacks, function: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """
        Call a function in a worker that may call back into this process; arguments as `Processes` has them.

        Raises:
            WorkerLostError: The worker or the scheduler was lost, or the function ignored a cancellation.
            ClusterError: The cluster cannot be used.

        After both errors, the function may still run in a worker.

        """
        return self._run(callbacks, function, args, kwargs)

    def max_concurrency(self, requested: int) -> int:
        """Return the number of threads of all workers; `requested` if there is no worker yet."""
        with contextlib.suppress(Exception):  # the first call reports the error
            return sum(self._connected(is_patient=False).nthreads().values()) or requested
        return requested

    def max_writes(self, requested: int) -> int:
        """Return the number of threads of all workers: each of them writes a file."""
        return self.max_concurrency(requested)

    def workers(self, places: Mapping[bytes, bytes]) -> list[ClusterWorker]:
        """
        Return the workers, for the doctor.

        Args:
            places: Folders of the service, each with the name of an entry in it.

        Raises:
            ClusterError: The scheduler cannot be reached.

        """
        client = self._connected(is_patient=False)
        try:
            known = client.scheduler_info(n_workers=-1)["workers"]
            versions = self._ask_all(client, task.own_version)
            unseen = self._ask_all(client, task.sees, dict(places))
        except Exception as error:
            raise self._unreachable(error) from error
        return [
            ClusterWorker(
                name=f"{facts['name']} ({address})",
                threads=int(facts["nthreads"]),
                version="" if _failed(versions.get(address)) else versions[address],
                unseen=() if _failed(unseen.get(address)) else tuple(unseen[address]),
                problem=next((str(each.get(address)) for each in (versions, unseen) if _failed(each.get(address))), ""),
            )
            for address, facts in sorted(known.items())
        ]

    @staticmethod
    def _ask_all(client: Any, function: Callable[..., Any], *args: Any) -> dict[str, Any]:
        """Run a function in every worker at once, and return the results or exceptions by address."""
        found: dict[str, Any] = client.run(function, *args, on_error="return")
        return found

    def close(self) -> None:
        """Leave the cluster. Calls that wait get `WorkerLostError`; their functions may still run."""
        with self._lock:
            self._is_closed = True
            self._disconnect()

    # The connection.

    def _connected(self, *, is_patient: bool = True) -> Any:
        """Return the client of the scheduler. Connect again if the connection was lost; if `is_patient`, retry that."""
        started = time.monotonic()
        with self._lock:
            if self._client is not None and self._client.status == "running":
                return self._client
            if self._failure is not None and self._failure[0] > started:  # while this thread waited for the lock
                raise self._failure[1]
            self._disconnect()
            try:
                self._client = self._connect(started + WAIT_SECONDS * is_patient)
            except errors.ClusterError as error:
                self._failure = time.monotonic(), error
                raise
            return self._client

    def _connect(self, deadline: float) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            message = f"INDEXIUM_EXECUTOR is {self.url}, but Dask is not installed: pip install indexium[cluster]."
            raise errors.ClusterError(message) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors of the connection are our sentences
        while True:
            if self._is_closed:
                raise WorkerLostError("was not started because the program is stopping")
            try:
                self._knock()
                client = Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False, name="indexium")
            except Exception as error:
                if time.monotonic() >= deadline:
                    raise self._unreachable(error) from error
                time.sleep(_POLL_SECONDS / 2)
                continue
            client.subscribe_topic(self._topic, self._receive)
            return client

    def _knock(self) -> None:
        """Raise OSError if nothing listens at the address: an attempt of Dask then leaves a thread behind."""
        host, _, port = self._address.partition("://")[2].rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()

    def _disconnect(self) -> None:
        """Close the client. Callers hold the lock."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # the scheduler is gone
                client.close(timeout=1)

    def _unreachable(self, error: Exception) -> errors.ClusterError:
        logger.warning("cluster.unreachable", extra={"error": str(error)})
        message = f"The Dask scheduler {self.url} does not answer. Start it, or change INDEXIUM_EXECUTOR."
        return errors.ClusterError(message)

    # A call.

    def _run(
        self, callbacks: Callbacks | None, function: Callable[..., R], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> R:
        errors_raised: list[Exception] = []
        while True:
            client = self._connected()
            workers = self._sighted(client) if self._blind else []
            match self._outcome(client, workers, callbacks, (function, args, kwargs), errors_raised):
                case ("done", result):
                    return result  # type: ignore[no-any-return]
                case ("failed", stack_trace):
                    raise errors_raised[-1] if errors_raised else RuntimeError(stack_trace)
                case ("unseen", name, address, path):
                    if callbacks is None and not os.path.lexists(path):
                        return function(*args, **kwargs)  # the file does not exist here either
                    self._blind[address] = time.monotonic() + _BLIND_SECONDS
                    logger.warning("cluster.no_mount", extra={"error": name, "file_path": os.fsdecode(path)})
                    if not self._sighted(client):
                        raise self._no_mount(name, path)
                case ("version", name, version):
                    message = f"The worker {name} has Indexium {version}, but {__version__} runs here."
                    raise errors.ClusterError(f"{message} Install the same version there.")
                case ("settings", name, sentence):
                    raise errors.ClusterError(f"The worker {name} cannot be used. {sentence}")

    def _sighted(self, client: Any) -> list[str]:
        """Return the addresses of the workers that have not missed a file lately."""
        try:
            addresses = list(client.nthreads())
        except Exception as error:
            raise WorkerLostError(f"was not started: {error}") from error
        now = time.monotonic()
        return [each for each in addresses if self._blind.get(each, 0.0) < now]

    def _outcome(
        self,
        client: Any,
        workers: list[str],
        callbacks: Callbacks | None,
        what: tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]],
        errors_raised: list[Exception],
    ) -> tuple[Any, ...]:
        """Submit a call, answer its callbacks, and return the outcome of `task.run`."""
        call, inbox = uuid.uuid4().hex, queue.SimpleQueue[list[Any] | None]()
        self._calls[call] = inbox
        future = None
        try:
            future = client.submit(
                task.run,
                what,
                version=__version__,
                channel=(self._topic, call) if callbacks is not None else None,
                key=f"indexium-{what[0].__name__}-{call}",
                pure=False,
                retries=0,
                workers=workers or None,
                allow_other_workers=bool(workers),
            )
            future.add_done_callback(lambda _: inbox.put(None))
            self._wait(client, future, inbox, callbacks, errors_raised)
            return future.result(timeout=WAIT_SECONDS)  # type: ignore[no-any-return]
        except (WorkerLostError, errors.ClusterError):
            raise
        except Exception as error:
            raise self._meaning(error) from error
        finally:
            del self._calls[call]
            if future is not None:
                with contextlib.suppress(Exception):
                    future.release()

    def _wait(
        self,
        client: Any,
        future: Any,
        inbox: queue.SimpleQueue[list[Any] | None],
        callbacks: Callbacks | None,
        errors_raised: list[Exception],
    ) -> None:
        """Return when the call has ended; answer its callbacks meanwhile."""
        last_worker = time.monotonic()
        cancelled_at: float | None = None
        while not future.done():
            try:
                event = inbox.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                event = None
            if event is not None and callbacks is not None:
                _, address, number, name, args = event
                reply = answer(callbacks, name, tuple(args), errors_raised)
                with contextlib.suppress(Exception):  # the worker is gone: Dask runs the call again
                    client.run(task.deliver, number, reply, workers=[address], wait=False)
                continue
            if future.done():
                return
            now = time.monotonic()
            if client.status != "running" or self._is_closed:
                raise WorkerLostError(f"was lost, because the scheduler {self.url} closed the connection")
            last_worker = now if client.nthreads() else last_worker
            if now - last_worker > WAIT_SECONDS:
                message = f"The Dask cluster {self.url} has no worker. Start one: dask worker {self._address}."
                raise errors.ClusterError(message)
            if cancelled_at is None and callbacks is not None and callbacks.is_cancelled():
                cancelled_at = now
            if cancelled_at is not None and now - cancelled_at > _SILENCE_SECONDS:
                raise WorkerLostError("did not react to the cancellation")

    def _receive(self, event: tuple[float, list[Any]]) -> None:
        """Pass a callback to the thread that waits for its call."""
        message = event[1]
        inbox = self._calls.get(message[0])
        if inbox is not None:
            inbox.put(message)

    def _meaning(self, error: Exception) -> Exception:
        """Return the error for an exception of Dask."""
        from distributed.scheduler import KilledWorker

        if isinstance(error, KilledWorker):
            return WorkerLostError("was lost, and so were the other workers that Dask tried")
        if isinstance(error, CancelledError):
            return WorkerLostError(f"was lost, because the scheduler {self.url} closed the connection")
        if isinstance(error, OSError):  # also a timeout, and a closed connection
            return WorkerLostError(f"was lost: {error}")
        logger.warning("cluster.call_failed", exc_info=error)
        return errors.ClusterError(
            f"A worker of the Dask cluster {self.url} cannot run Indexium: {error}. Install Indexium {__version__} "
            "there: pip install indexium[cluster]."
        )

    def _no_mount(self, name: str, path: bytes) -> errors.ClusterError:
        message = f"The worker {name} does not see {os.fsdecode(path)}. Mount it there or set INDEXIUM_PATH_MAP."
        return errors.ClusterError(message, code="no_mount")


def _failed(reply: object) -> bool:
    """Return whether a worker did not answer, or answered with an exception."""
    return reply is None or isinstance(reply, BaseException)
