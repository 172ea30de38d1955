"""
The work of a worker of a Dask cluster: one call of a function, which may call back into the service.

Only plain values cross the wire: an outcome is a tuple with a word in front, and an exception is a text. A callback is
an event for the service; its answer comes by `deliver`, which the service runs in the worker. While the service has
no answer yet, because the operation is paused, it delivers ("wait",) several times a minute.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexium_core import errors, settings
from indexium_core.model.fields import custom
from indexium_core.model.fields.custom import Definitions
from indexium_core.model.files import path_map
from indexium_core.version import __version__

ANSWER_SECONDS = 60.0  # a callback without an answer for this time fails: the service or the scheduler may be gone
_answers: dict[str, queue.SimpleQueue[tuple[Any, ...]]] = {}  # by id of the callback, in this worker


def run(
    call_spec: tuple[Callable[..., Any], Sequence[Any], Mapping[str, Any]],
    *,
    version: str,
    fields: Definitions,
    channel: tuple[str, str] | None,
) -> tuple[Any, ...]:
    """
    Call a function in this worker and return its outcome.

    Args:
        call_spec: The function and its arguments, by position and by name.
        version: The version of Indexium in the service; another version may have other values.
        fields: The custom fields of the home.
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
    function, args, kwargs = call_spec
    proxies = [_ServiceCallbacks(worker, *channel)] if channel is not None else []
    try:
        with path_map.active(pairs), custom.active(fields):
            return "done", function(*proxies, *args, **kwargs)
    except path_map.NotMountedError as error:
        return "unseen", name, worker.address, error.path
    except Exception:  # noqa: BLE001 - the service raises it
        return "failed", pairs.text_of_service(traceback.format_exc())


class _ServiceCallbacks:
    """A proxy of the callbacks in the service. One thread at a time calls them."""

    def __init__(self, worker: Any, topic: str, call: str) -> None:
        self._worker, self._topic, self._call = worker, topic, call
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._ask(name, args)

    def _ask(self, name: str, args: tuple[Any, ...]) -> Any:
        callback_id = uuid.uuid4().hex  # a new process at the same address gets no answer of an earlier one
        with self._lock:
            answers = _answers[callback_id] = queue.SimpleQueue()
            try:
                self._worker.log_event(self._topic, [self._call, self._worker.address, callback_id, name, args])
                while True:
                    match answers.get(timeout=ANSWER_SECONDS):
                        case ("wait",):  # the operation is paused
                            continue
                        case ("result", value):
                            return value
                        case (_, message, code):
                            raise errors.StoreError(message, code=code)
            except queue.Empty as error:
                message = f"The worker got no answer from Indexium for {ANSWER_SECONDS:.0f} seconds."
                raise errors.MetadataError(message, code="process_lost") from error
            finally:
                del _answers[callback_id]


async def deliver(callback_id: str, answer: tuple[Any, ...]) -> None:
    """Deliver the answer of a callback, if one waits for it. A coroutine, so that the service need not wait."""
    if callback_id in _answers:
        _answers[callback_id].put(answer)


def own_version() -> str:
    """Return the version of Indexium in this worker."""
    return __version__


def unseen_folders(sample_entries: Mapping[bytes, bytes]) -> list[bytes]:
    """
    Return the folders of the service that this worker does not see.

    Args:
        sample_entries: Each folder with the name of an entry in it; b"" if it is empty.

    """
    pairs = path_map.parse(settings.worker_path_map())
    return [folder for folder, name in sample_entries.items() if not os.path.lexists(pairs.local(folder) + b"/" + name)]
