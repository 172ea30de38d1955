"""
The paths of a worker of a cluster that sees the shared storage at another path than the service.

A path map translates the paths of the service into the paths of the worker and back. It is in effect only while a task
of the cluster runs; everywhere else, paths stay as they are. Paths are translated at the border of a task: when it
receives them, and when it returns them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class NotMountedError(Exception):
    """A worker of a cluster does not see a file of the service; `path` is its path in the service."""

    def __init__(self, path: bytes) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class PathMap:
    """Pairs of a folder of the service and the folder of the worker that has the same files."""

    pairs: Sequence[tuple[bytes, bytes]] = ()

    def local(self, path: bytes) -> bytes:
        """Return the path in the worker of a path in the service."""
        return _moved(path, self.pairs)

    def of_service(self, path: bytes) -> bytes:
        """Return the path in the service of a path in the worker."""
        return _moved(path, [(worker, service) for service, worker in self.pairs])

    def text_of_service(self, text: str) -> str:
        """Return a message with the paths of the service."""
        for service, worker in self.pairs:
            text = text.replace(os.fsdecode(worker) + "/", os.fsdecode(service) + "/")
        return text


def _moved(path: bytes, pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return a path with its longest known start replaced."""
    starts = [(old, new) for old, new in pairs if path == old or path.startswith(old + b"/")]
    old, new = max(starts, key=lambda pair: len(pair[0]), default=(b"", b""))
    return new + path[len(old) :]


def parse(text: str) -> PathMap:
    """
    Return the path map of a text such as `/service/path=/worker/path:/other=/mnt/other`; links of the worker resolved.

    Raises:
        ValueError: The text has another form; the message is one sentence.

    """
    pairs = []
    for part in filter(None, text.split(":")):
        service, equals, worker = part.partition("=")
        if not equals or not service.startswith("/") or not worker.startswith("/"):
            raise ValueError(
                f"INDEXIUM_PATH_MAP of a worker has “{part}”, but /service/path=/worker/path is needed, and a colon "
                "between two pairs."
            )
        pairs.append((os.fsencode(service.rstrip("/")), os.path.realpath(os.fsencode(worker))))
    return PathMap(tuple(pairs))


_active: ContextVar[PathMap | None] = ContextVar("path_map", default=None)


@contextmanager
def active(path_map: PathMap) -> Iterator[None]:
    """Put a path map into effect for the block, in this thread."""
    token = _active.set(path_map)
    try:
        yield
    finally:
        _active.reset(token)


def current() -> PathMap:
    """Return the path map that is in effect; an empty one outside a task of a cluster."""
    return _active.get() or PathMap()


def checked_local_path(path: bytes) -> bytes:
    """
    Return the path in this process of a file of the service.

    Raises:
        NotMountedError: This process is a worker of a cluster and does not see the file.

    """
    local_path = current().local(path)
    if _active.get() is not None and not os.path.lexists(local_path):
        raise NotMountedError(path)
    return local_path
