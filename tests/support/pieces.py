"""Functions for tests of executors."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from indexium_core.jobs.executors import Processes


def process_of(*_: object) -> int:
    """Return the id of the process that runs this."""
    return os.getpid()


def has_loaded(module: str) -> bool:
    return module in sys.modules


def environment(name: str) -> str | None:
    return os.environ.get(name)


def niceness() -> int:
    return os.nice(0)


def joined(*parts: str, by: str) -> str:
    return by.join(parts)


def answers(home: Any, *questions: str) -> list[Any]:
    """Ask the home every question, each on its own thread."""
    found: list[Any] = [None] * len(questions)

    def ask(number: int) -> None:
        found[number] = home.answer(questions[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def ask_and_hang(home: Any) -> None:
    """Report the id of the process, then run until it is ended."""
    home.here(os.getpid())
    while True:
        time.sleep(60)


def ask_and_survive(home: Any) -> str:
    """Handle an error in the caller."""
    try:
        home.fail()
    except Exception as error:  # noqa: BLE001 - whatever comes over the line
        return f"{type(error).__name__}: {error}"
    return ""


def ask_and_fall(home: Any) -> None:
    home.fail()


def divide(by: int) -> float:
    return 1 / by


def log(name: str) -> None:
    """Log a sentence and an exception."""
    logger = logging.getLogger(f"indexium_core.{name}")
    logger.info("piece.%s", "begun", extra={"film": "ä.mp4"})
    try:
        divide(0)
    except ZeroDivisionError:
        logger.exception("piece.failed")


def unpicklable() -> object:
    return lambda: None


class _Teller:
    def here(self, process: int) -> None:
        print(process, flush=True)

    def is_cancelled(self) -> bool:
        return False


def leave_under_way(lock: str) -> None:
    """Print the id of the process of a call that never ends, and wait for its end."""
    Processes(Path(lock)).call_with_callbacks(_Teller(), ask_and_hang)


def number_of_worker(folder: str, victim: int) -> int:
    """Return the number of this process; the process `victim` waits for a file first."""
    place = Path(folder)
    (place / str(os.getpid())).touch()
    while os.getpid() == victim and not (place / "never").exists():
        time.sleep(0.01)
    return os.getpid()


def ask_report(callbacks: Any, number: int) -> list[bool]:
    """Call `report` of the parent's callbacks some times."""
    return [callbacks.report((each, number)) for each in range(number)]


def report_and_sleep(home: Any, seconds: float) -> bool:
    """Report once, then run for some seconds."""
    answer: bool = home.report((0, 1))
    time.sleep(seconds)
    return answer
