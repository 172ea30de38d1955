"""
A working library in a separate process, to be paused, stopped and killed: `Child(long_write.run, home, what)`.

`what` is `write`, or `back` to roll operation 1 back; either resumes an interrupted operation. It prints `begun ID`,
then `done STATUS`; on the inputs `pause` and `resume` it pauses and resumes, and prints `paused` and `resumed`.
"""

from __future__ import annotations

import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexium_core.flows.writing import protocol
from indexium_core.flows.writing.operation_runner import OperationRunner
from indexium_core.library import Library
from indexium_core.model.operations.operation import MetadataOperation, WriteOptions

ALL = WriteOptions(risk=("safe", "warning", "danger"))
_PACE = 0.01  # additional seconds for each file, so that a pause is possible


def _slow_down() -> None:
    real = OperationRunner._edit

    def edit(*arguments: Any) -> protocol.EditResult:
        time.sleep(_PACE)
        return real(*arguments)

    OperationRunner._edit = edit  # type: ignore[method-assign]


def _cut_off(library: Library, kind: str) -> MetadataOperation | None:
    newest = next(iter(library.history(operation_type=kind).items), None)
    return newest if newest is not None and newest.status == "interrupted" else None


def _listen(pipe: Connection, library: Library, operation_id: int) -> None:
    while True:
        word = pipe.recv()
        if word == "pause":
            library.pause(operation_id)
            pipe.send("paused")
        elif word == "resume":
            library.resume(operation_id)
            pipe.send("resumed")


def run(pipe: Connection, home: Path, what: str) -> None:
    """Write or roll back the films of `home`, controlled by the other end of the pipe."""
    _slow_down()
    with Library.open(home) as library:
        left = _cut_off(library, "rollback" if what == "back" else "write")
        if left is not None:
            handle = library.resume(left.id)
        elif what == "back":
            handle = library.rollback(1)
        else:
            handle = library.write(library.plan(), ALL)
        pipe.send(f"begun {handle.id}")
        threading.Thread(target=_listen, args=(pipe, library, handle.id), daemon=True).start()
        pipe.send(f"done {handle.wait().status}")
