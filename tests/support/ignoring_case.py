"""
A file system that ignores case, like those of Windows, macOS and most memory cards: system calls resolve names so.

It keeps the case in which a name was created. Hard links and exclusive renames work; an exchange of names does not.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

from indexium_core.files.journal import disk


def enable(put: Callable[[object, str, object], None] = setattr) -> None:
    """Let the calls of this process that take names resolve them; `put` sets an attribute of a module."""
    calls = {name: getattr(os, name) for name in ("open", "stat", "lstat", "rename", "unlink", "link")}

    def one(name: str) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            return calls[name](_resolved(path, named.get("dir_fd")), *arguments, **named)

        return call

    def two(name: str) -> Callable[..., Any]:
        def call(path: Any, new: Any, **named: Any) -> Any:
            path = _resolved(path, named.get("src_dir_fd"))
            return calls[name](path, _resolved(new, named.get("dst_dir_fd")), **named)

        return call

    def rename_new(name: bytes, new: bytes, *, folder: int) -> bool:
        if _resolved(new, folder) in map(os.fsencode, os.listdir(folder)):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        calls["rename"](name, new, src_dir_fd=folder, dst_dir_fd=folder)
        return True

    for name in ("open", "stat", "lstat", "unlink"):
        put(os, name, one(name))
    for name in ("rename", "link"):
        put(os, name, two(name))
    put(disk, "rename_new", rename_new)
    put(disk, "exchange", lambda *_, **named: False)


def _resolved(path: Any, folder: int | None) -> Any:
    """Return a path with the name that its folder has, whatever its case."""
    if not isinstance(path, str | bytes):
        return path
    place, name = os.path.split(path)
    try:
        names = os.listdir(folder if folder is not None else os.fsdecode(place or b"."))
    except OSError:
        return path
    twin = next((each for each in names if each.casefold() == os.fsdecode(name).casefold()), os.fsdecode(name))
    exact = os.fsdecode(name) if os.fsdecode(name) in names else twin
    return os.path.join(place, os.fsencode(exact) if isinstance(path, bytes) else exact)
