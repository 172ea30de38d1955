"""
The work of a worker of a Dask cluster: one call of a function, which may call back into the service.

Only plain values cross the wire: an outcome is a tuple with a word in front, and an exception is a text. A callback is
an event for the service; its answer comes by `deliver`, which the service runs in the worker.
"""

from __future__ import annotations

import itertools
import os
import queue
import socket
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexium_core import errors, settings
from indexium_core.model.files import path_map
from indexium_core.version import __version__

__all__ = ["deliver", "own_version", "run", "sees"]

ANSWER_SECONDS = 60.0  # a callback without an answer for this time fails: the service or the scheduler may be gone
_numbers = itertools.count()
_answers: dict[int, queue.SimpleQueue[tuple[Any, ...]]] = {}  # by number of the callback, in this worker


def run(
    what: tuple[Callable[..., Any], Sequence[Any], Mapping[str, Any]], *, version: str, channel: tuple[str, str] | None
) -> tuple[Any, ...]:
    """
    Call a function in this worker and return its outcome.

    Args:
        what: The function and its arguments, by position and by name.
        version: The version of Indexium in the service; another version may have other values.
        channel: The topic of the callbacks, and the name of the call in the service; the function gets a proxy of the
            callbacks as its first argument. None: there are no callbacks.

    Returns ("done", result), ("failed", stack trace), ("unseen", worker, address, path), ("version", worker, version)
    or ("settings", worker, sentence).

    """
    from distributed import get_worker

    worker = get_worker()
    name = f"{worker.name} on {socket.gethostname()}"
    if __version__ != version:
        return "version", name, __version__
    try:
        pairs = path_map.parse(settings.worker_path_map())
    except ValueError as error:
        return "settings", name, str(error)
    function, args, kwargs = what
    proxies = [_ServiceCallbacks(worker, *channel)] if channel is not None else []
    try:
        with path_map.active(pairs):
            return "done", function(*proxies, *args, **kwargs)
    except path_map.NotMountedError as error:
        return "unseen", name, worker.address, error.path
    except Exception:  # noqa: BLE001 - the service raises it
        return "failed", traceback.format_exc()


class _ServiceCallbacks:
    """A proxy of the callbacks in the service. One thread at a time calls them."""

    def __init__(self, worker: Any, topic: str, call: str) -> None:
        self._worker, self._topic, self._call = worker, topic, call
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._ask(name, args)

    def _ask(self, name: str, args: tuple[Any, ...]) -> Any:
        number = next(_numbers)
        with self._lock:
            answers = _answers[number] = queue.SimpleQueue()
            try:
                self._worker.log_event(self._topic, [self._call, self._worker.address, number, name, args])
                match answers.get(timeout=ANSWER_SECONDS):
                    case ("result", value):
                        return value
                    case (_, message, code):
                        raise errors.StoreError(message, code=code)
            except queue.Empty as error:
                message = "The worker got no answer from Indexium for a minute. The file is unchanged."
                raise errors.MetadataError(message, code="process_lost") from error
            finally:
                del _answers[number]


async def deliver(number: int, answer: tuple[Any, ...]) -> None:
    """Deliver the answer of a callback, if one waits for it. A coroutine, so that the service need not wait."""
    if number in _answers:
        _answers[number].put(answer)


def own_version() -> str:
    """Return the version of Indexium in this worker."""
    return __version__


def sees(places: Mapping[bytes, bytes]) -> list[bytes]:
    """
    Return the folders of the service that this worker does not see.

    Args:
        places: Each folder with the name of an entry in it; b"" if it is empty.

    """
    pairs = path_map.parse(settings.worker_path_map())
    return [folder for folder, name in places.items() if not os.path.lexists(pairs.local(folder) + b"/" + name)]
