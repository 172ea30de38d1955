"""
Working through many items on a few threads, with pause, resume and cancel between items.

Knows nothing of what the work is. Results are delivered in groups on the calling thread, so that whoever stores them
does so a few times a second and not once an item.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import Enum
from typing import Generic, TypeVar

__all__ = ["Control", "Ending", "Runner"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Ending(Enum):
    """Why a run came to its end."""

    DONE = "done"  # every item was worked on
    CANCELLED = "cancelled"  # a person gave up the rest
    STOPPED = "stopped"  # the process is going down; the rest can be taken up again


class Control:
    """Pause, resume, cancel and stop, from any thread. Work that is under way is always finished."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._ending: Ending | None = None

    @property
    def paused(self) -> bool:
        return self._paused and self._ending is None

    @property
    def held(self) -> bool:
        """Whether it was paused, also when it has been stopped since."""
        return self._paused

    @property
    def ending(self) -> Ending | None:
        return self._ending

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        self._set(paused=False)

    def cancel(self) -> None:
        self._set(ending=Ending.CANCELLED)

    def stop(self) -> None:
        self._set(ending=Ending.STOPPED)

    def wait_while_paused(self) -> None:
        """Return when nobody holds the work up any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self.paused)

    def _set(self, *, paused: bool | None = None, ending: Ending | None = None) -> None:
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._ending = self._ending or ending
            self._changed.notify_all()


class Runner(Generic[Item, Result]):
    """Run `work` over items on `workers` threads and hand results to `deliver` in groups."""

    GROUP_SECONDS = 0.25
    GROUP_SIZE = 200

    def __init__(
        self,
        work: Callable[[Item], Result],
        deliver: Callable[[list[Result]], None],
        *,
        workers: int,
        control: Control,
        key: Callable[[Item], Hashable | None] = lambda _: None,
    ) -> None:
        self._work = work
        self._deliver = deliver
        self._workers = workers
        self._control = control
        self._key = key  # two items with the same key (not None) are never worked on at the same time
        self._running: dict[Future[Result], Hashable | None] = {}
        self._results: list[Result] = []
        self._delivered_at = time.monotonic()

    def run(self, items: Iterable[Item]) -> Ending:
        """
        Work through `items`; returns how it ended. Results of everything that was begun have then been delivered.

        An exception from `deliver` ends the run after the work under way; `work` should not raise.
        """
        source = iter(items)
        waiting: Item | None = None
        exhausted = False
        with ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="indexium-worker") as pool:
            while True:
                while self._has_room() and not exhausted:
                    waiting = next(source, None) if waiting is None else waiting
                    exhausted = waiting is None
                    if waiting is None or self._is_running(waiting):
                        break
                    self._running[pool.submit(self._work, waiting)] = self._key(waiting)
                    waiting = None
                self._collect()
                if self._running:
                    continue
                if self._control.ending or exhausted:
                    break
                self._control.wait_while_paused()
        return self._control.ending if self._control.ending and not exhausted else Ending.DONE

    def _has_room(self) -> bool:
        free = len(self._running) <= self._workers
        return free and not self._control.paused and self._control.ending is None

    def _is_running(self, item: Item) -> bool:
        key = self._key(item)
        return key is not None and key in self._running.values()

    def _collect(self) -> None:
        done, _ = wait(self._running, timeout=self.GROUP_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            del self._running[future]
            self._results.append(future.result())
        due = time.monotonic() - self._delivered_at >= self.GROUP_SECONDS or len(self._results) >= self.GROUP_SIZE
        if self._results and (due or not self._running):
            group, self._results = self._results, []
            self._deliver(group)
            self._delivered_at = time.monotonic()
