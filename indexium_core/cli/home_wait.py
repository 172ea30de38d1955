"""Waiting for a home that another process has open: a short command, or a service that is busy, starts or ends."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from indexium_core import errors
from indexium_core.api import service
from indexium_core.cli import output
from indexium_core.model import wording

_T = TypeVar("_T")
_QUIET = 2.0  # seconds for which a command waits without a note
_PAUSE = 0.1  # seconds between two attempts


class HomeWait:
    """The wait of one command, at most `INDEXIUM_HOME_WAIT_SECONDS`; a note on stderr says for which process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._since = time.monotonic()
        self._is_noted = False
        self.seconds_of_answer = _QUIET  # for which the next attempt waits for the answer of a service

    @functools.cached_property
    def _limit(self) -> int:
        from indexium_core import settings  # here: a command that needs not wait needs no settings

        return settings.load(self._home).home_wait_seconds

    def pause(self, error: errors.HomeInUseError) -> None:
        """
        Wait shortly before the next attempt to open the home, which another process has open.

        Raises:
            HomeInUseError: The wait is over; or this process itself has the home open.

        """
        if error.pid == os.getpid():
            raise error
        left = self._since + self._limit - time.monotonic()
        if left <= 0:
            raise self._no_answer(error) if error.url else error
        if not self._is_noted and time.monotonic() - self._since >= _QUIET:
            output.note(f"{self._holder(error)} This command waits up to {self._duration}; Ctrl-C ends the wait.")
            self._is_noted = True
        time.sleep(min(_PAUSE, left))
        # The file of a killed service may name the port of another program; that of the holder names a running service.
        self.seconds_of_answer = max(_QUIET, left) if _is_announced(self._home, error) else _QUIET

    def _holder(self, error: errors.HomeInUseError) -> str:
        if error.url:
            return f"The service of the home {self._home} (process {error.pid}) does not answer yet."
        known = f" ({error.pid})" if error.pid else ""
        return f"Another process{known} has the home {self._home} open."

    @property
    def _duration(self) -> str:
        return wording.duration(max(_QUIET, self._limit))

    def _no_answer(self, error: errors.HomeInUseError) -> errors.HomeInUseError:
        message = (
            f"The service of the home {self._home} (process {error.pid}, {error.url}) has not answered for "
            f"{self._duration}. It is busy or suspended, and nothing is lost: run the command again later."
        )
        return errors.HomeInUseError(message, pid=error.pid, url=error.url)


def _is_announced(home: Path, error: errors.HomeInUseError) -> bool:
    """Return whether the process that has the home open is a service that has started."""
    found = service.read(home)
    return bool(error.url) and found is not None and found.pid == error.pid


def open_alone(home: Path, open_home: Callable[[], _T]) -> _T:
    """
    Return the result of `open_home`, which opens a home in this process.

    Wait while another command has the home open, or a service that starts or ends.

    Raises:
        HomeInUseError: A running service has the home open, or the wait is over.

    """
    wait = HomeWait(home)
    while True:
        try:
            return open_home()
        except errors.HomeInUseError as error:
            if _is_announced(home, error):
                raise
            wait.pause(error)
