"""The effect of a system call on a file: from the registers that `seccomp` reads to a value for tests."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.seccomp import Notice

FALLOCATE = {0: "allocate", 1: "reserve", 3: "punch", 8: "collapse", 16: "zero", 32: "insert"}
CLONE, CLONE_RANGE, DEDUPE, SET_FLAGS = 0x40049409, 0x4020940D, 0xC0189436, 0x40086602
_HERE = -100  # AT_FDCWD
_NO_OFFSET = -1
_EVERYWHERE = "*"


@dataclass(frozen=True, kw_only=True)
class Call:
    """
    One call that changes something, or makes it durable.

    Kinds: create, write, copy, clone, truncate, allocate, reserve, insert, collapse, punch, zero, sync, link, rename,
    exchange, remove, folder, times, mode, owner, attribute; `unknown` for other calls that may change a file.
    """

    name: str  # of the system call
    kind: str
    path: str  # of the file; rename, exchange and link: its new name
    source: str = ""  # rename, exchange and link: the old name; copy and clone: the source of the bytes
    offset: int = _NO_OFFSET  # write, copy, clone, …: where; truncate: the size
    length: int = 0
    taken: int = _NO_OFFSET  # copy and clone: where in the source
    data: bytes = b""  # write
    inode: int = 0  # of a file that is open
    nameless: bool = False  # the open file has lost the name by which it was opened
    descriptor: int = -1  # through which it is written
    process: int = 0
    number: int = 0  # in the order of those that count
    nth: int = 0  # … and among calls of the same name on the same file: the order of threads varies

    @property
    def is_partial(self) -> bool:
        """Return whether the system may perform a part of the call and report it."""
        return self.kind in {"write", "copy"} and self.length > 1


def decode(notice: Notice, folders: Sequence[str]) -> Call | None:
    """Return the effect of a call; None if it changes nothing below `folders`."""
    call = _DECODERS[notice.name](_Caller(notice))
    if call is None or not any(_is_below(path, folders) for path in (call.path, call.source)):
        return None
    return call


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return path == _EVERYWHERE or any(path == folder or path.startswith(f"{folder}/") for folder in folders)


class _Caller:
    """The process that makes a call: the memory that its registers point to."""

    def __init__(self, notice: Notice) -> None:
        self.name, self.arguments, self._thread = notice.name, notice.arguments, notice.thread
        self.process = _process_of(notice.thread)

    def number(self, at: int) -> int:
        """Return an argument as a signed 32-bit number: a descriptor, flags."""
        return (self.arguments[at] & 0xFFFFFFFF) - ((self.arguments[at] & 0x80000000) << 1)

    def memory(self, address: int, length: int) -> bytes:
        with open(f"/proc/{self._thread}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            return memory.read(length)

    def poke(self, address: int, data: bytes) -> None:
        with open(f"/proc/{self._thread}/mem", "r+b", buffering=0) as memory:
            memory.seek(address)
            memory.write(data)

    def text(self, at: int) -> str:
        address, found = self.arguments[at], b""
        while b"\0" not in found:  # not beyond the page, which may be the last one
            found += self.memory(address + len(found), 4096 - (address + len(found)) % 4096)
        return os.fsdecode(found[: found.index(b"\0")])

    def opened(self, number: int) -> str:
        try:
            return os.readlink(f"/proc/{self._thread}/fd/{number}")
        except OSError:
            return ""

    def named(self, at: int, folder: int = _HERE) -> str:
        """Return the path in argument `at`, absolute; `folder` is the descriptor that it starts from."""
        text = self.text(at)
        base = os.readlink(f"/proc/{self._thread}/cwd") if folder == _HERE else self.opened(folder)
        path = os.path.normpath(os.path.join(base, text))
        return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))

    def through(self, descriptor: int, kind: str, **facts: object) -> Call:
        """Return a call on an open file."""
        inode = 0
        with contextlib.suppress(OSError):
            inode = os.stat(f"/proc/{self._thread}/fd/{descriptor}").st_ino
        shown = self.opened(descriptor)
        path = shown.removesuffix(" (deleted)")
        return self.call(kind, path, inode=inode, descriptor=descriptor, nameless=shown != path, **facts)

    def call(self, kind: str, path: str, **facts: object) -> Call:
        return Call(name=self.name, kind=kind, path=path, process=self.process, **facts)  # type: ignore[arg-type]

    def position(self, descriptor: int) -> int:
        """Return the position of a write without an offset."""
        with open(f"/proc/{self._thread}/fdinfo/{descriptor}") as file:
            facts = dict(line.split(":", 1) for line in file if ":" in line)
        if int(facts["flags"], 8) & os.O_APPEND:
            return os.stat(f"/proc/{self._thread}/fd/{descriptor}").st_size
        return int(facts["pos"])

    def offset(self, at: int, descriptor: int) -> int:
        """Return the offset that argument `at` points to, or the file's own if the pointer is null."""
        if self.arguments[at]:
            return int(struct.unpack("=q", self.memory(self.arguments[at], 8))[0])
        return self.position(descriptor)


def advance(notice: Notice, at: int, amount: int) -> bool:
    """Advance the offset that an argument points to, like the kernel; return False if there is none."""
    caller = _Caller(notice)
    address = caller.arguments[at]
    if address:
        caller.poke(address, struct.pack("=q", caller.offset(at, 0) + amount))
    return bool(address)


def _process_of(thread: int) -> int:
    with open(f"/proc/{thread}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Tgid:"))


Decoder = Callable[[_Caller], Call | None]


def _write(caller: _Caller) -> Call | None:
    """write, pwrite64: (fd, buffer, count, offset)."""
    fd, (_, address, count, offset, *_) = caller.number(0), caller.arguments
    if not caller.opened(fd).startswith("/"):
        return None
    at = offset if caller.name == "pwrite64" else caller.position(fd)
    return caller.through(fd, "write", offset=at, length=count, data=caller.memory(address, count))


def _vector(caller: _Caller) -> Call | None:
    """writev, pwritev: (fd, parts, count, offset)."""
    fd, (_, address, count, offset, *_) = caller.number(0), caller.arguments
    if not caller.opened(fd).startswith("/"):
        return None
    parts = struct.iter_unpack("=QQ", caller.memory(address, 16 * count))
    data = b"".join(caller.memory(start, length) for start, length in parts)
    at = offset if caller.name != "writev" else caller.position(fd)
    return caller.through(fd, "write", offset=at, length=len(data), data=data)


def _copy(caller: _Caller) -> Call:
    """copy_file_range: (in, where in it, out, where in it, count)."""
    source, target = caller.number(0), caller.number(2)
    return caller.through(
        target,
        "copy",
        source=caller.opened(source),
        taken=caller.offset(1, source),
        offset=caller.offset(3, target),
        length=caller.arguments[4],
    )


def _send(caller: _Caller) -> Call:
    """sendfile: (out, in, where in it, count)."""
    target, source = caller.number(0), caller.number(1)
    at = caller.position(target) if caller.opened(target).startswith("/") else 0
    facts = {"source": caller.opened(source), "taken": caller.offset(2, source), "length": caller.arguments[3]}
    return caller.through(target, "copy", offset=at, **facts)


def _ioctl(caller: _Caller) -> Call | None:
    fd, command, argument = caller.number(0), caller.arguments[1] & 0xFFFFFFFF, caller.arguments[2]
    if command == CLONE:
        return caller.through(fd, "clone", source=caller.opened(argument), taken=0, offset=0)
    if command == CLONE_RANGE:
        source, taken, length, offset = struct.unpack("=qQQQ", caller.memory(argument, 32))
        return caller.through(fd, "clone", source=caller.opened(source), taken=taken, offset=offset, length=length)
    return caller.through(fd, "attribute") if command in {DEDUPE, SET_FLAGS} else None


def _open(caller: _Caller) -> Call | None:
    at, folder = (0, _HERE) if caller.name in {"open", "creat"} else (1, caller.number(0))
    flags = {"open": caller.number(1), "openat": caller.number(2), "creat": os.O_CREAT | os.O_TRUNC}.get(caller.name)
    if flags is None:
        flags = struct.unpack("=Q", caller.memory(caller.arguments[2], 8))[0]
    if not flags & (os.O_CREAT | os.O_TRUNC):
        return caller.call("unnamed", caller.named(at, folder)) if flags & 0o20000000 else None
    path = caller.named(at, folder)
    if not os.path.lexists(path):
        return caller.call("create", path) if flags & os.O_CREAT else None
    return caller.call("truncate", path, offset=0) if flags & os.O_TRUNC else None


def _names(at: tuple[int, int], folders: tuple[int, int], kind: str) -> Decoder:
    """A call with an old and a new name: in which arguments they are, and in which the folders (-1: none)."""

    def decoder(caller: _Caller) -> Call:
        old, new = (
            caller.named(name, _HERE if folder < 0 else caller.number(folder))
            for name, folder in zip(at, folders, strict=True)
        )
        return caller.call(kind, new, source=old)

    return decoder


def _renamed(caller: _Caller) -> Call:
    """renameat2: (folder, name, folder, name, flags)."""
    return _names((1, 3), (0, 2), "exchange" if caller.number(4) & 2 else "rename")(caller)


def _linked(caller: _Caller) -> Call:
    """linkat: (folder, name, folder, name, flags); an empty name is the open file itself."""
    call = _names((1, 3), (0, 2), "link")(caller)
    if caller.text(1):
        return call
    source = caller.opened(caller.number(0))
    return caller.call("link", call.path, source=source)


def _named(at: int, kind: str, *, folder: int = -1) -> Decoder:
    return lambda caller: caller.call(kind, caller.named(at, _HERE if folder < 0 else caller.number(folder)))


def _times(caller: _Caller) -> Call:
    """utimensat: (folder, name, times, flags); without a name it is the open file itself."""
    if caller.arguments[1] == 0:
        return caller.through(caller.number(0), "times")
    return caller.call("times", caller.named(1, caller.number(0)))


def _through(kind: str) -> Decoder:
    return lambda caller: caller.through(caller.number(0), kind)


def _fallocate(caller: _Caller) -> Call:
    kind = FALLOCATE.get(caller.number(1), "unknown")
    return caller.through(caller.number(0), kind, offset=caller.arguments[2], length=caller.arguments[3])


_DECODERS: dict[str, Decoder] = {
    **dict.fromkeys(("write", "pwrite64"), _write),
    **dict.fromkeys(("writev", "pwritev", "pwritev2"), _vector),
    "copy_file_range": _copy,
    "sendfile": _send,
    "splice": lambda caller: caller.through(caller.number(2), "unknown"),
    "ioctl": _ioctl,
    **dict.fromkeys(("open", "openat", "openat2", "creat"), _open),
    "truncate": lambda caller: caller.call("truncate", caller.named(0), offset=caller.arguments[1]),
    "ftruncate": lambda caller: caller.through(caller.number(0), "truncate", offset=caller.arguments[1]),
    "fallocate": _fallocate,
    **dict.fromkeys(("fsync", "fdatasync"), _through("sync")),
    "syncfs": _through("unknown"),
    **dict.fromkeys(("sync", "sync_file_range"), lambda caller: None),  # no file has other bytes or is surely durable
    "link": _names((0, 1), (-1, -1), "link"),
    "linkat": _linked,
    "symlink": _named(1, "link"),
    "symlinkat": _named(2, "link", folder=1),
    "rename": _names((0, 1), (-1, -1), "rename"),
    "renameat": _names((1, 3), (0, 2), "rename"),
    "renameat2": _renamed,
    "unlink": _named(0, "remove"),
    "unlinkat": _named(1, "remove", folder=0),
    "rmdir": _named(0, "remove"),
    "mkdir": _named(0, "folder"),
    "mkdirat": _named(1, "folder", folder=0),
    "mknod": _named(0, "create"),
    "mknodat": _named(1, "create", folder=0),
    **dict.fromkeys(("utime", "utimes"), _named(0, "times")),
    "futimesat": _named(1, "times", folder=0),
    "utimensat": _times,
    **dict.fromkeys(("chmod",), _named(0, "mode")),
    **dict.fromkeys(("fchmodat", "fchmodat2"), _named(1, "mode", folder=0)),
    "fchmod": _through("mode"),
    **dict.fromkeys(("chown", "lchown"), _named(0, "owner")),
    "fchownat": _named(1, "owner", folder=0),
    "fchown": _through("owner"),
    **dict.fromkeys(("setxattr", "lsetxattr", "removexattr", "lremovexattr"), _named(0, "attribute")),
    **dict.fromkeys(("fsetxattr", "fremovexattr"), _through("attribute")),
    "io_uring_setup": lambda caller: caller.call("unknown", _EVERYWHERE),
}
