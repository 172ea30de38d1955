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
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from indexium_core import errors
from indexium_core.jobs.cluster import task
from indexium_core.jobs.executors import Callbacks, ClusterLostError, Threads, WorkerLostError, answer
from indexium_core.model.fields import custom
from indexium_core.version import __version__

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

WAIT_SECONDS = 30.0  # longest wait for the scheduler, and for the first worker
_POLL_SECONDS = 1.0  # between two checks of the cluster during a call
_CONNECT_SECONDS = 5.0  # one attempt to connect
_REPLY_SECONDS = 10.0  # longest wait for an answer of the scheduler, or of a worker about itself
_ALIVE_SECONDS = task.ANSWER_SECONDS / 4  # between two messages to a worker whose callback has no answer yet
_SILENCE_SECONDS = 30.0  # a call that ignores a cancellation for this time is lost
_EXCLUDED_SECONDS = 30.0  # a worker that did not see a file gets no calls for this time, if there are others


def is_cluster(setting: str) -> bool:
    """Return whether a value of the setting `executor` is the address of a cluster."""
    return "://" in setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWorker:
    """A worker and its reported facts."""

    name: str
    threads: int
    version: str  # of Indexium; "" if the worker cannot run Indexium
    unseen: tuple[bytes, ...] = ()  # folders that it does not see
    problem: str = ""  # why it cannot run Indexium, or does not answer


class Cluster(Threads):
    """
    Runs jobs on threads, and their items in the workers of a Dask cluster.

    A call that loses its worker raises `WorkerLostError`. A call without callbacks that loses the scheduler is repeated
    once; with callbacks, it raises `ClusterLostError`. The next call connects again. Dask may run a
    function a second time after it lost a worker, so a function must permit that. If there is no scheduler or no worker
    for some time, a call raises `ClusterError`. A function that raises `path_map.NotMountedError` is called again in
    another worker; a `ClusterError` with the code `no_mount` says that there is none.
    """

    chunk_seconds = 0.3  # a call costs some 20 ms, and the network delays the next call

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
        self._excluded_until: dict[str, float] = {}  # time.monotonic() of each worker that gets no calls, by address
        self._answering: dict[str, tuple[Any, str]] = {}  # client and worker of each callback without an answer
        self._alive_thread: threading.Thread | None = None
        self._closed = threading.Event()

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Call the function in a worker of the cluster; call it again if the connection was lost.

        Raises:
            WorkerLostError: The worker was lost, and so were others that Dask tried.
            ClusterError: The cluster cannot be used, or the connection was lost twice.

        """
        with contextlib.suppress(ClusterLostError):
            return self._run(None, function, args, kwargs)
        try:
            return self._run(None, function, args, kwargs)
        except ClusterLostError as lost:
            message = (
                f"The connection to the Dask cluster {self.url} was lost twice. Check its scheduler, then try again."
            )
            raise errors.ClusterError(message) from lost

    def call_with_callbacks(
        self, callbacks: Callbacks, function: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """
        Call a function in a worker that may call back into this process; arguments as `Processes` has them.

        Raises:
            WorkerLostError: The worker was lost, or the function ignored a cancellation.
            ClusterLostError: The connection was lost.
            ClusterError: The cluster cannot be used.

        After each of these errors, the function may still run in a worker.

        """
        return self._run(callbacks, function, args, kwargs)

    def max_concurrency(self, requested: int) -> int:
        """Return the number of threads of all workers; `requested` if there is no worker yet."""
        with contextlib.suppress(Exception):  # the first call reports the error
            return sum(_threads(self._connected(is_patient=False)).values()) or requested
        return requested

    max_writes = max_concurrency  # each thread writes a file

    def workers(self, sample_entries: Mapping[bytes, bytes]) -> list[ClusterWorker]:
        """
        Return the workers, for the doctor.

        Args:
            sample_entries: Folders of the service, each with the name of an entry in it.

        Raises:
            ClusterError: The scheduler cannot be reached.

        """
        client = self._connected(is_patient=False)
        try:
            identity = client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=_REPLY_SECONDS)
        except Exception as error:
            raise self._unreachable(error) from error
        workers = sorted(identity["workers"].items())
        with ThreadPoolExecutor(max(1, len(workers)), thread_name_prefix="cluster-check") as pool:
            return list(pool.map(lambda each: self._facts(client, each[0], each[1], sample_entries), workers))

    @staticmethod
    def _facts(
        client: Any, address: str, facts: Mapping[str, Any], sample_entries: Mapping[bytes, bytes]
    ) -> ClusterWorker:
        """Return the facts of one worker. It is asked alone, so that a frozen worker delays no other."""
        name, threads = f"{facts['name']} ({address})", int(facts["nthreads"])
        try:
            version = _ask(client, address, task.own_version)
            is_same = version == __version__  # another version may not have the next function
            unseen = _ask(client, address, task.unseen_folders, dict(sample_entries)) if is_same else ()
        except TimeoutError:
            problem = f"it gave no answer for {_REPLY_SECONDS:.0f} seconds"
            return ClusterWorker(name=name, threads=threads, version="", problem=problem)
        except Exception as error:  # noqa: BLE001 - any exception of the worker
            return ClusterWorker(name=name, threads=threads, version="", problem=str(error) or type(error).__name__)
        return ClusterWorker(name=name, threads=threads, version=version, unseen=tuple(unseen))

    def close(self) -> None:
        """Leave the cluster. Calls that wait get `WorkerLostError`; their functions may still run."""
        self._closed.set()  # a thread that connects holds the lock until it sees this
        with self._lock:
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
            if self._alive_thread is None:
                self._alive_thread = threading.Thread(target=self._report_alive, name="cluster-alive", daemon=True)
                self._alive_thread.start()
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
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # Indexium reports connection errors itself.
        while not self._closed.is_set():
            client: Any = None
            try:
                self._require_listener()
                client = Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False, name="indexium")
                client.subscribe_topic(self._topic, self._receive)
            except Exception as error:
                _close(client)
                if time.monotonic() >= deadline:
                    raise self._unreachable(error) from error
                self._closed.wait(_POLL_SECONDS / 2)
            else:
                return client
        raise ClusterLostError("was not started because the program is stopping")

    def _require_listener(self) -> None:
        """Raise OSError if nothing listens at the address: an attempt of Dask then leaves a thread behind."""
        host, _, port = self._address.partition("://")[2].rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()

    def _disconnect(self) -> None:
        """Close the client. Callers hold the lock."""
        client, self._client = self._client, None
        _close(client)

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
            workers = self._usable_workers(client) if self._excluded_until else []
            match self._outcome(client, workers, callbacks, (function, args, kwargs), errors_raised):
                case ("done", result):
                    return result  # type: ignore[no-any-return]
                case ("failed", stack_trace):
                    raise errors_raised[-1] if errors_raised else RuntimeError(stack_trace)
                case ("unseen", name, address, path):
                    if callbacks is None and not os.path.lexists(path):
                        return function(*args, **kwargs)  # the file does not exist here either
                    self._excluded_until[address] = time.monotonic() + _EXCLUDED_SECONDS
                    logger.warning("cluster.no_mount", extra={"error": name, "file_path": os.fsdecode(path)})
                    if not self._usable_workers(client):
                        raise self._no_mount(name, path)
                case ("version", name, version):
                    message = f"The worker {name} has Indexium {version}, but {__version__} runs here."
                    raise errors.ClusterError(f"{message} Install the same version there.")
                case ("settings", name, sentence):
                    raise errors.ClusterError(f"The worker {name} cannot be used. {sentence}")

    def _usable_workers(self, client: Any) -> list[str]:
        """Return the addresses of the workers that have not missed a file lately."""
        try:
            addresses = list(_threads(client))
        except Exception as error:
            raise ClusterLostError(f"was not started: {error}") from error
        now = time.monotonic()
        return [each for each in addresses if self._excluded_until.get(each, 0.0) < now]

    def _outcome(
        self,
        client: Any,
        workers: list[str],
        callbacks: Callbacks | None,
        call_spec: tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]],
        errors_raised: list[Exception],
    ) -> tuple[Any, ...]:
        """Submit a call, answer its callbacks, and return the outcome of `task.run`."""
        call, inbox = uuid.uuid4().hex, queue.SimpleQueue[list[Any] | None]()
        self._calls[call] = inbox
        future = None
        try:
            future = client.submit(
                task.run,
                call_spec,
                version=__version__,
                fields=custom.current().definitions,
                channel=(self._topic, call) if callbacks is not None else None,
                key=f"indexium-{call_spec[0].__name__}-{call}",
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
            raise self._translated_error(error) from error
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
        last_worker = checked_at = time.monotonic()
        cancelled_at: float | None = None
        while not future.done():
            with contextlib.suppress(queue.Empty):
                event = inbox.get(timeout=_POLL_SECONDS)
                if event is not None and callbacks is not None:
                    self._answer(client, callbacks, event, errors_raised)
                    last_worker = time.monotonic()
            now = time.monotonic()
            if now - checked_at < _POLL_SECONDS or future.done():
                continue
            checked_at = now
            if client.status != "running" or self._closed.is_set():
                raise ClusterLostError(f"was lost, because the scheduler {self.url} closed the connection")
            problem = self._problem_of_workers(client)
            if problem is None:
                last_worker = now
            elif now - last_worker > WAIT_SECONDS:
                raise problem
            if cancelled_at is None and callbacks is not None and callbacks.is_cancelled():
                cancelled_at = now
            if cancelled_at is not None and now - cancelled_at > _SILENCE_SECONDS:
                raise WorkerLostError("did not react to the cancellation")

    def _problem_of_workers(self, client: Any) -> errors.ClusterError | None:
        """Return the error of a cluster without workers, or of a scheduler that does not answer; None without one."""
        try:
            if _threads(client):
                return None
        except TimeoutError as error:
            return self._unreachable(error)
        message = f"The Dask cluster {self.url} has no worker. Start one: dask worker {self._address}."
        return errors.ClusterError(message)

    def _answer(self, client: Any, callbacks: Callbacks, event: list[Any], errors_raised: list[Exception]) -> None:
        """Answer a callback. This takes as long as a pause of the operation; the worker waits meanwhile."""
        _, address, callback_id, name, args = event
        self._answering[callback_id] = client, address
        try:
            reply = answer(callbacks, name, tuple(args), errors_raised)
        finally:
            del self._answering[callback_id]
        _deliver(client, address, callback_id, reply)

    def _report_alive(self) -> None:
        """Send ("wait",) for each callback without an answer, until the cluster is closed."""
        while not self._closed.wait(_ALIVE_SECONDS):
            for callback_id, (client, address) in list(self._answering.items()):
                _deliver(client, address, callback_id, ("wait",))

    def _receive(self, event: tuple[float, list[Any]]) -> None:
        """Pass a callback to the thread that waits for its call."""
        message = event[1]
        inbox = self._calls.get(message[0])
        if inbox is not None:
            inbox.put(message)

    def _translated_error(self, error: Exception) -> Exception:
        """Return the error for an exception of Dask."""
        from distributed.scheduler import KilledWorker

        if isinstance(error, KilledWorker):
            return WorkerLostError("was lost, and so were the other workers that Dask tried")
        if isinstance(error, CancelledError):
            return ClusterLostError(f"was lost, because the scheduler {self.url} closed the connection")
        if isinstance(error, OSError):  # also a timeout, and a closed connection
            return ClusterLostError(f"was lost: {error}")
        logger.warning("cluster.call_failed", exc_info=error)
        reason = str(error).rstrip(".")
        return errors.ClusterError(
            f"A worker of the Dask cluster {self.url} cannot run Indexium: {reason}. Install Indexium {__version__} "
            "there: pip install indexium[cluster]."
        )

    def _no_mount(self, name: str, path: bytes) -> errors.ClusterError:
        message = f"The worker {name} does not see {os.fsdecode(path)}. Mount it there or set INDEXIUM_PATH_MAP."
        return errors.ClusterError(message, code="no_mount")


def _ask(client: Any, address: str, function: Callable[..., R], *args: Any) -> R:
    """Run a function in one worker, even if all its threads are busy, and return the result."""
    replies: dict[str, R] = client.run(function, *args, workers=[address], callback_timeout=_REPLY_SECONDS)
    return replies[address]


def _deliver(client: Any, address: str, callback_id: str, reply: tuple[Any, ...]) -> None:
    """Send the answer of a callback to its worker."""
    with contextlib.suppress(Exception):  # the worker is gone: Dask runs the call again
        client.run(task.deliver, callback_id, reply, workers=[address], wait=False, callback_timeout=_REPLY_SECONDS)


def _threads(client: Any) -> dict[str, int]:
    """Return the number of threads of each worker, by address."""
    threads: dict[str, int] = client.nthreads(callback_timeout=_REPLY_SECONDS)
    return threads


def _close(client: Any) -> None:
    if client is not None:
        with contextlib.suppress(Exception):  # the scheduler is gone
            client.close(timeout=1)
