"""
How a command finds the service that runs on a home: `service.json` in it, which only its owner can read.

It holds the token that lets a program in. `serve` writes it when it answers, and removes it at its end; one that a
killed service left is told apart by whether the address answers under the name of that run.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from indexium_core.version import __version__

__all__ = ["FILE", "Service", "announced", "new_token", "read"]

FILE = "service.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that runs."""

    url: str
    token: str
    pid: int
    instance_id: str  # of this run of it
    version: str


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


@contextlib.contextmanager
def announced(home: Path, *, url: str, token: str, instance_id: str) -> Iterator[None]:
    """Let commands find this process for the length of a `with` block. OSError: the home cannot be written."""
    said = Service(url=url, token=token, pid=os.getpid(), instance_id=instance_id, version=__version__)
    path = home / FILE
    _write(path, json.dumps(asdict(said), indent=2).encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, text: bytes) -> None:
    """Put the file there in one step, so that nobody reads half of it, and never readable for others."""
    waiting = path.with_name(f"{path.name}.new")
    waiting.unlink(missing_ok=True)
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    waiting.replace(path)


def read(home: Path) -> Service | None:
    """Return what the home says of its service; None where it says nothing that can be understood."""
    try:
        said = json.loads((home / FILE).read_bytes())
        found = Service(**{name: kind(said[name]) for name, kind in _FIELDS.items()})
        parts = urlsplit(found.url)
        whole = parts.scheme == "http" and parts.hostname and parts.port
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return found if whole and _TOKEN.fullmatch(found.token) else None  # who asks it relies on both


_TOKEN = re.compile(r"[!-~]+")  # what a header takes
_FIELDS = {"url": str, "token": str, "pid": int, "instance_id": str, "version": str}
