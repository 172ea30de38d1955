"""
The gate that every call of a process passes that changes a file in chosen folders.

A `Trap` names one call and an action: kill the process (before the call, or in the middle of a write), fail the call,
or perform a part of it. Calls of all threads and child processes are counted together, in the order in which the kernel
receives them, so the same run can be interrupted at its first call, its second and so on.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.support import calls, seccomp
from tests.support.calls import Call

PATIENCE = 60  # seconds without a call, after which the process counts as stalled
Deed = Literal["pass", "kill", "orphan", "fail", "short", "meddle"]


@dataclass(frozen=True, kw_only=True)
class Trap:
    """
    The action at the gate.

    Actions: kill (the process and all its descendants), orphan (only the process; its descendants continue), fail (with
    `error`), short (only `part` bytes are done, and the system reports that), meddle (another program performs `action`
    first).
    """

    folders: tuple[str, ...]  # calls on files below these folders count
    at: int | Call = 0  # the call of the trap, by number or by its name in another run; 0: none
    deed: Deed = "pass"
    part: int = 0  # bytes of the write that are done first; a negative number counts from its end
    error: int = 0
    sticky: bool = False  # fail: the same call on the same file fails from then on
    action: Callable[[], object] | None = None  # meddle: goes by pickle
    keep: bool = False  # keep the bytes of writes in the report


@dataclass(kw_only=True)
class Report:
    """The calls that passed, and the end of the process."""

    calls: list[Call] = field(default_factory=list)
    code: int = 0  # exit code; negative: the signal that killed it
    hung: bool = False
    hit: Call | None = None  # the call of the trap

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL and not self.hung


def watch(child: int, link: socket.socket, trap: Trap) -> Report:
    """Supervise a process that surrenders to `link`, until it and all its descendants have ended."""
    watcher = _Watcher(child, trap)
    with contextlib.suppress(EOFError), seccomp.Listener(link) as listener:
        for notice in _notices(listener, watcher.give_up):
            watcher.meet(listener, notice)
    watcher.report.code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return watcher.report


def _notices(listener: seccomp.Listener, give_up: Callable[[], None]) -> Iterator[seccomp.Notice]:
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        ready = poll.poll(PATIENCE * 1000)
        if not ready:
            give_up()
        elif ready[0][1] & select.POLLIN:
            notice = listener.receive()
            if notice is not None:
                yield notice
        elif ready[0][1] & select.POLLHUP:  # no process is left
            return


class _Watcher:
    def __init__(self, child: int, trap: Trap) -> None:
        self.child, self.trap, self.report = child, trap, Report()
        self._sticks: Call | None = None
        self._seen: Counter[tuple[str, str]] = Counter()

    def give_up(self) -> None:
        self.report.hung = True
        self._kill_all()

    def meet(self, listener: seccomp.Listener, notice: seccomp.Notice) -> None:
        try:
            call = calls.decode(notice, self.trap.folders)
        except OSError:  # killed, or an invalid pointer: the kernel will report it
            call = None
        if call is None:
            listener.let_pass(notice)
            return
        number, about = len(self.report.calls) + 1, _about(call)
        nth = self._seen[about] = self._seen[about] + 1
        call = replace(call, number=number, nth=nth, data=call.data if self.trap.keep else b"")
        self.report.calls.append(call)
        if self._is_meant(call):
            self.report.hit = call
            self._spring(listener, notice, call)
        elif self._sticks and (call.name, call.path) == (self._sticks.name, self._sticks.path):
            listener.answer(notice, error=self.trap.error)
        else:
            listener.let_pass(notice)

    def _is_meant(self, call: Call) -> bool:
        at = self.trap.at
        if isinstance(at, int):
            return call.number == at
        return (_about(call), call.nth) == (_about(at), at.nth)

    def _spring(self, listener: seccomp.Listener, notice: seccomp.Notice, call: Call) -> None:
        trap = self.trap
        if trap.deed == "fail":
            self._sticks = call if trap.sticky else None
            listener.answer(notice, error=trap.error)
            return
        if trap.action is not None:
            trap.action()
        done = _do_part(notice, call, trap.part) if trap.part and call.is_partial else 0
        if trap.deed == "kill":
            self._kill_all()
            return  # an answer could reach the process before its death, and the call would be made after all
        if trap.deed == "orphan":
            _kill(self.child)
        if trap.deed == "short" and done:
            listener.answer(notice, done)
        else:
            listener.let_pass(notice)

    def _kill_all(self) -> None:
        """Kill the process and its descendants; stop it first, so that it starts no further one."""
        alive = [self.child]
        for process in alive:
            _kill(process, signal.SIGSTOP)
            alive += _children(process)
        for process in alive:
            _kill(process)


def _about(call: Call) -> tuple[str, str]:
    """Return the names of a call and of its file, without the random part of a temporary name."""
    return call.name, re.sub(r"(/\.indexium-\d+-)[0-9a-f]+", r"\1", call.path)


def _do_part(notice: seccomp.Notice, call: Call, part: int) -> int:
    """Perform the first bytes of a write or copy for the process, and return their number."""
    length = max(1, min(part if part > 0 else call.length + part, call.length - 1))
    target = seccomp.descriptor_of(call.process, call.descriptor)
    try:
        if call.kind == "copy":
            return _copy_part(notice, call, target, length)
        data = _first_bytes(notice, length)
        return os.pwrite(target, data, call.offset) if call.name.startswith("pwrite") else os.write(target, data)
    finally:
        os.close(target)


def _first_bytes(notice: seccomp.Notice, length: int) -> bytes:
    found = calls.decode(notice, ("",))
    assert found is not None
    return found.data[:length]


def _copy_part(notice: seccomp.Notice, call: Call, target: int, length: int) -> int:
    """
    Copy a part; offsets that were given by pointer are advanced, otherwise the offsets of the files have advanced.
    """
    incoming, given = (0, (1, 3)) if call.name == "copy_file_range" else (1, (2,))
    source = seccomp.descriptor_of(call.process, notice.arguments[incoming])
    try:
        pointers = [notice.arguments[at] for at in given]
        taken = call.taken if pointers[0] else None
        placed = call.offset if len(pointers) > 1 and pointers[1] else None
        done = os.copy_file_range(source, target, length, taken, placed)
    finally:
        os.close(source)
    for at in given:
        calls.advance(notice, at, done)
    return done


def _children(process: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                found += [int(number) for number in file.read().split()]
    return found


def _kill(process: int, number: int = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)
