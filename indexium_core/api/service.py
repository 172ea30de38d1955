"""
The file `service.json` in the home, by which a command finds the running service. Only its owner can read it.

It holds the token for programs. `serve` writes the file when the service accepts requests, and removes it at its end.
The file of a killed service remains, but no service at its address answers with the same `instance_id`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from indexium_core.version import __version__

if TYPE_CHECKING:  # a command that finds no service does not import it
    import http.client

FILE = "service.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service."""

    url: str
    token: str
    pid: int
    instance_id: str  # of this run of the service
    version: str

    @property
    def is_alive(self) -> bool:
        """Whether its process runs; a process of another program may have got its number."""
        try:
            os.kill(self.pid, 0)
        except OSError as error:
            return isinstance(error, PermissionError)
        return True


def connection(url: str, *, timeout: float | None) -> http.client.HTTPConnection:
    """Return a connection to the service at `url`, which is not open yet; `timeout` in seconds."""
    import http.client

    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=timeout)


def running_instance(url: str, *, timeout: float) -> str:
    """Return the `instance_id` of the service that answers at `url` within `timeout` seconds; "" if none answers."""
    import http.client

    with contextlib.closing(connection(url, timeout=timeout)) as request:
        try:
            request.request("GET", "/healthz")
            health = json.load(request.getresponse())
        except (OSError, http.client.HTTPException, ValueError):
            return ""
    return str(health.get("instance_id", "")) if isinstance(health, dict) else ""


def new_token() -> str:
    """Return a random token."""
    import secrets

    return secrets.token_urlsafe(32)


@contextlib.contextmanager
def announced(home: Path, *, url: str, token: str, instance_id: str) -> Iterator[None]:
    """Write the file for the duration of a `with` block. Raises OSError if the home cannot be written."""
    record = Service(url=url, token=token, pid=os.getpid(), instance_id=instance_id, version=__version__)
    path = home / FILE
    _write(path, json.dumps(asdict(record), indent=2).encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, text: bytes) -> None:
    """Write the file atomically, readable only for its owner."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    temporary.replace(path)


def read(home: Path) -> Service | None:
    """Return the service that the file describes; None if the file is missing or invalid."""
    try:
        fields = json.loads((home / FILE).read_bytes())
        found = Service(**{name: kind(fields[name]) for name, kind in _FIELDS.items()})
        parts = urlsplit(found.url)
        whole = parts.scheme == "http" and parts.hostname and parts.port
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return found if whole and _TOKEN.fullmatch(found.token) else None  # callers need a valid URL and a valid token


_TOKEN = re.compile(r"[!-~]+")  # characters that a header may contain
_FIELDS = {"url": str, "token": str, "pid": int, "instance_id": str, "version": str}
