"""
Cuts of power, simulated: what may be on the disk when the machine dies, given what was written and synced so far.

Between syncs a disk may have taken any of the writes, in any order, whole or in part. `record` notes the calls of an
action; `outcomes` goes through every moment and every such state of the files.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest


@dataclass(frozen=True)
class Op:
    """One call that changes what is on disk, or makes it durable."""

    kind: str  # create, write, truncate, sync
    path: str  # of the folder, for the sync that makes a creation durable
    offset: int = 0  # truncate: the size
    data: bytes = b""


Files = dict[str, bytes]


def record(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> list[Op]:
    """Run `action` and return what it did to the disk."""
    ops: list[Op] = []
    paths: dict[int, str] = {}
    real = {name: getattr(os, name) for name in ("open", "write", "pwrite", "ftruncate", "fsync", "fdatasync")}

    def opened(path: Any, flags: int, *mode: int, **named: Any) -> int:
        fd: int = real["open"](path, flags, *mode, **named)
        paths[fd] = os.fsdecode(path)
        if flags & os.O_CREAT:
            ops.append(Op("create", paths[fd]))
        return fd

    def write(fd: int, data: bytes) -> int:
        if fd in paths:
            ops.append(Op("write", paths[fd], os.fstat(fd).st_size, bytes(data)))
        return real["write"](fd, data)

    def pwrite(fd: int, data: bytes, offset: int) -> int:
        ops.append(Op("write", paths[fd], offset, bytes(data)))
        return real["pwrite"](fd, data, offset)

    def ftruncate(fd: int, size: int) -> None:
        ops.append(Op("truncate", paths[fd], size))
        real["ftruncate"](fd, size)

    def sync(name: str) -> Callable[[int], None]:
        def call(fd: int) -> None:
            ops.append(Op("sync", paths[fd]))
            real[name](fd)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opened)
        patch.setattr(os, "write", write)
        patch.setattr(os, "pwrite", pwrite)
        patch.setattr(os, "ftruncate", ftruncate)
        patch.setattr(os, "fsync", sync("fsync"))
        patch.setattr(os, "fdatasync", sync("fdatasync"))
        action()
    return ops


def outcomes(before: Files, ops: list[Op]) -> Iterator[tuple[int, Files]]:
    """Yield (how many calls had returned, what is then on disk) for every cut; may repeat itself."""
    content, linked, pending = dict(before), set(before), list[Op]()  # a file that no folder names is lost
    for done in range(len(ops) + 1):
        for choice in itertools.product(*map(_choices, pending)):
            taken = [op for op in choice if op is not None]
            names = linked | {op.path for op in taken if op.kind == "create"}
            yield done, {path: data for path, data in _after(content, taken).items() if path in names}
        if done < len(ops):
            _advance(ops[done], content, linked, pending)


def _advance(op: Op, content: Files, linked: set[str], pending: list[Op]) -> None:
    if op.kind != "sync":
        pending.append(op)
        return
    settled = [one for one in pending if op.path == (os.path.dirname(one.path) if one.kind == "create" else one.path)]
    content.update(_after(content, settled))
    linked.update(one.path for one in settled if one.kind == "create")
    pending[:] = [one for one in pending if one not in settled]


def _choices(op: Op) -> tuple[Op | None, ...]:
    """Return what may have become of a call that no sync came after: nothing, all, half."""
    return (None, op, replace(op, data=op.data[: len(op.data) // 2])) if op.kind == "write" else (None, op)


def _after(files: Files, ops: list[Op]) -> Files:
    result = dict(files)
    for op in ops:
        old = result.get(op.path, b"")
        if op.kind == "truncate":
            result[op.path] = old[: op.offset].ljust(op.offset, b"\0")
        elif op.kind == "write":
            result[op.path] = old[: op.offset].ljust(op.offset, b"\0") + op.data + old[op.offset + len(op.data) :]
    return result
