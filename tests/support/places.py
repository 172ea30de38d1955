"""Folders on file systems of a chosen kind: existing ones, and those that root can create in a file and mount."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexium_core.files import volumes
from tests.support.oracles import oracle

MEGABYTES = {"ext4": 64, "xfs": 320, "btrfs": 128}  # no kind allows a much smaller size
FOLDERS = {"memory": Path("/dev/shm")}


@contextlib.contextmanager
def folder(kind: str, where: Path) -> Iterator[Path]:
    """
    Yield a fresh folder on a file system of a kind; skips the test where there is none and none can be made.

    Kinds: "any" (`where`, whatever it is on), "memory" (tmpfs), "ext4", "xfs", "btrfs".
    """
    if kind == "any" or (kind == kind_of(where) and _does_its_best(kind, where)):
        yield Path(tempfile.mkdtemp(prefix="films-", dir=where))
        return
    if kind == "memory":
        base = FOLDERS["memory"]
        if not os.access(base, os.W_OK):
            pytest.skip(f"there is no {base} to write to")
        made = Path(tempfile.mkdtemp(prefix="indexium-films-", dir=base))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return
    with mounted(kind, where) as made:
        (made / "films").mkdir()
        yield made / "films"


@contextlib.contextmanager
def mounted(
    kind: str, where: Path, *, megabytes: int = 0, options: str = "", make: Sequence[str] = ()
) -> Iterator[Path]:
    """
    Yield the root of a new file system of a kind (also "tmpfs"); skips without root or the kernel's support.

    `options` are of mounting it, `make` are arguments of that program.
    """
    _must_be_root()
    # Not below `where`: pytest deletes the folders of other runs, and fails at mounted ones.
    point = Path(tempfile.mkdtemp(prefix=f"indexium-{kind}-"))
    with contextlib.ExitStack() as after:
        after.callback(point.rmdir)
        if kind == "tmpfs":
            command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "indexium-test", str(point)]
        else:
            image = after.enter_context(_image(kind, where, megabytes or MEGABYTES[kind], make))
            command = ["mount", "-o", ",".join(filter(None, ("loop", options))), str(image), str(point)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{kind} cannot be mounted here: {done.stderr.strip()}")
        after.callback(lambda: subprocess.run(["umount", str(point)], check=True))
        volumes.forget()  # a new mount is not in a table that was read in the same second
        yield point


@contextlib.contextmanager
def _image(kind: str, where: Path, megabytes: int, make: Sequence[str]) -> Iterator[Path]:
    program = oracle(f"mkfs.{kind}")
    fd, name = tempfile.mkstemp(prefix=f"{kind}-", suffix=".image", dir=where)
    os.ftruncate(fd, megabytes << 20)
    os.close(fd)
    try:
        subprocess.run([program, "-q", *make, name], check=True, capture_output=True)
        yield Path(name)
    finally:
        os.unlink(name)


def kind_of(path: Path) -> str:
    """Return the kind of file system of a path, from /proc/self/mountinfo; "" if that is missing."""
    best, found = "", ""
    with contextlib.suppress(OSError), open("/proc/self/mountinfo") as file:
        for line in file:
            fields = line.split()
            point, kind = fields[4], fields[fields.index("-") + 1]
            inside = str(path.resolve()) == point or str(path.resolve()).startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, found = point, kind
    return found


def _does_its_best(kind: str, where: Path) -> bool:
    """
    Return whether a file system has the features that its kind needs: an ext4 without a journal cannot insert blocks
    safely.
    """
    return kind != "ext4" or volumes.of(os.fsencode(where)).block > 0


def _must_be_root() -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
