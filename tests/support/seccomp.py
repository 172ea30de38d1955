"""
Supervision of the system calls of a process and its descendants: read each call, allow it, or answer it.

Linux asks a supervisor before it performs a call that a filter names (`SECCOMP_RET_USER_NOTIF`). So the supervisor
receives the real calls of the real program in their order, from every thread, library and child process, and the
program does not know it. (`strace -e inject` counts the calls of each thread separately, so that some can never be
named, and strace is ten times as slow.) Nothing here uses the product's code.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import fcntl
import functools
import os
import platform
import socket
import struct
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

_LIBC = ctypes.CDLL(None, use_errno=True)
# Numbers of the calls through which bytes, names and attributes change: on x86-64 and, where there is one, on ARM64.
# Not among them: writing through a mapping, which no filter sees; `test_complete` checks that.
NUMBERS = {
    "write": (1, 64),
    "pwrite64": (18, 68),
    "writev": (20, 66),
    "pwritev": (296, 70),
    "pwritev2": (328, 287),
    "sendfile": (40, 71),
    "splice": (275, 76),
    "copy_file_range": (326, 285),
    "ioctl": (16, 29),
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "sync_file_range": (277, 84),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "io_uring_setup": (425, 425),
}
_COLUMN = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
_AUDIT = (0xC000003E, 0xC00000B7)
_SECCOMP, _PIDFD_GETFD = (317, 277), (438, 438)

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # of the filter's machine
_NOTIFY, _ALLOW = 0x7FC00000, 0x7FFF0000
_NEW_LISTENER, _SET_FILTER, _NO_NEW_PRIVILEGES = 8, 1, 38
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_NOTICE = struct.Struct("=QIIiIQ6Q")
_REPLY = struct.Struct("=QqiI")
_CONTINUE = 1


@dataclass(frozen=True)
class Notice:
    """A call that waits for a decision."""

    id: int
    thread: int
    name: str
    arguments: tuple[int, ...]  # as in the registers


@functools.cache
def _names() -> dict[int, str]:
    assert _COLUMN is not None
    found = {numbers[_COLUMN]: name for name, numbers in NUMBERS.items()}
    return {number: name for number, name in found.items() if number is not None}


def why_not() -> str:
    """Return the reason why this is not possible here, or ""."""
    if _COLUMN is None:
        return f"system calls of {platform.system()} on {platform.machine()} cannot be stood in front of"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail") as file:
            return "" if "user_notif" in file.read() else "this kernel cannot hand system calls to a supervisor"
    except OSError:
        return "this kernel has no seccomp filters"


def surrender(to: socket.socket, names: Collection[str] = NUMBERS) -> None:
    """Send every call of that name, of this process and its descendants, to the supervisor at the other end."""
    assert _COLUMN is not None
    numbers = [number for number, name in _names().items() if name in names]
    program = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(numbers) + 1, _AUDIT[_COLUMN]), (_LOAD, 0, 0, 0)]
    program += [(_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    program += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOTIFY)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    _must(_LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    listener = _must(_LIBC.syscall(_SECCOMP[_COLUMN], _SET_FILTER, _NEW_LISTENER, head))
    socket.send_fds(to, [b"."], [listener])
    os.close(listener)


class Listener:
    """The end of the supervisor."""

    def __init__(self, link: socket.socket) -> None:
        _, fds, _, _ = socket.recv_fds(link, 1, 1)
        if not fds:
            raise EOFError
        self._fd = fds[0]

    def fileno(self) -> int:
        return self._fd

    def receive(self) -> Notice | None:
        """Return the next call; None if its process was killed."""
        notice = array.array("B", bytes(_NOTICE.size))
        try:
            fcntl.ioctl(self._fd, _RECEIVE, notice)
        except FileNotFoundError:
            return None
        number, thread, _, call, _, _, *arguments = _NOTICE.unpack(notice)
        return Notice(number, thread, _names()[call], tuple(arguments))

    def let_pass(self, notice: Notice) -> None:
        self._send(_REPLY.pack(notice.id, 0, 0, _CONTINUE))

    def answer(self, notice: Notice, value: int = 0, *, error: int = 0) -> None:
        """Answer in place of the kernel; the call itself is not performed."""
        self._send(_REPLY.pack(notice.id, value, -error, 0))

    def _send(self, reply: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):  # its process was killed
            fcntl.ioctl(self._fd, _ANSWER, array.array("B", reply))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)


def descriptor_of(process: int, number: int) -> int:
    """
    Return a descriptor of this process for a file that another process has open as `number`: same file and position.
    """
    process_fd = os.pidfd_open(process)
    try:
        return _must(_LIBC.syscall(_PIDFD_GETFD[_COLUMN or 0], process_fd, number, 0))
    finally:
        os.close(process_fd)


def _must(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
