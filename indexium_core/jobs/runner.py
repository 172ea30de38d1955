"""
Working through many items on a few threads, with pause, resume and cancel between items.

Knows nothing of what the work is. Results are delivered in groups, so that whoever stores them does so once or twice a
second and not once an item, and by a thread of their own, so that no worker waits for a database. An item that is to be
tried again waits while others are worked on.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import Enum
from typing import Any, Generic, TypeVar

__all__ = ["RunControl", "RunEnd", "Runner"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class RunEnd(Enum):
    """Why a run came to its end."""

    DONE = "done"  # every item was worked on
    CANCELLED = "cancelled"  # a person gave up the rest
    STOPPED = "stopped"  # the process is going down; the rest can be taken up again
    FAILED = "failed"  # something stands in the way of all that is left; it can be taken up again when that is mended


class RunControl:
    """Pause, resume, cancel and stop, from any thread. Work that is under way is always finished."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._turns = 0
        self._standing = 0
        self._at_rest = False
        self._ending: RunEnd | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after every change, and when somebody stands still by it, on the thread that does that."""
        self._watchers.append(watcher)

    @property
    def paused(self) -> bool:
        return self._paused and self._ending is None

    @property
    def held(self) -> bool:
        """Whether it was paused, also when it has been stopped since."""
        return self._paused

    @property
    def ending(self) -> RunEnd | None:
        return self._ending

    @property
    def turns(self) -> int:
        """How often it was changed: what was seen before a change says nothing of what goes on after it."""
        return self._turns

    @property
    def standing(self) -> int:
        """How many threads stand still because it is paused."""
        return self._standing

    @property
    def at_rest(self) -> bool:
        """Whether nothing goes on any more because it is paused, as whoever does the work has said."""
        return self._at_rest and self.paused

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        self._set(paused=False)

    def cancel(self) -> None:
        self._set(ending=RunEnd.CANCELLED)

    def stop(self) -> None:
        self._set(ending=RunEnd.STOPPED)

    def fail(self) -> None:
        self._set(ending=RunEnd.FAILED)

    def rest(self, turns: int | None = None) -> None:
        """
        Note, where it is paused, that all that was begun has ended or stands still, and is written down.

        `turns`: what `turns` was when that was seen; nothing is noted where it has been changed since.
        """
        with self._changed:
            if self._at_rest or not self.paused or turns not in (None, self._turns):
                return
            self._at_rest = True
            self._changed.notify_all()
        self._tell()

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the thread for one that stands still: it has begun nothing, and will look at this before it does."""
        with self._changed:
            self._standing += 1
        try:
            yield
        finally:
            with self._changed:
                self._standing -= 1

    def wait_while_paused(self) -> None:
        """Return when nobody holds the work up any more."""
        with self._changed:
            if not self.paused:
                return
            self._standing += 1
        self._tell()
        with self._changed:
            self._changed.wait_for(lambda: not self.paused)
            self._standing -= 1

    def wait_for_change(self, seconds: float) -> None:
        """Return when it is paused or comes to its end, or after some seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._paused or self._ending is not None, seconds)

    def _set(self, *, paused: bool | None = None, ending: RunEnd | None = None) -> None:
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._ending = self._ending or ending
            self._at_rest = self._at_rest and self.paused
            self._turns += 1
            self._changed.notify_all()
        self._tell()

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            watcher()


class Runner(Generic[Item, Result]):
    """Run `work` over items on `workers` threads and hand results to `deliver` in groups."""

    GROUP_SECONDS = 0.5  # from the beginning of one delivery to that of the next, at the least …
    LONGEST_SECONDS = 2.0  # … and at the most, where results have come
    DELIVERING = 0.05  # … and in between so many that deliveries take no more than this share of the time
    GROUP_SIZE = 200  # that are delivered whatever the time

    def __init__(
        self,
        work: Callable[[Item], Result],
        deliver: Callable[[list[Result]], None],
        *,
        workers: int,
        control: RunControl,
        key: Callable[[Item], Hashable | None] = lambda _: None,
        again: Callable[[Item, Result], float | None] = lambda _item, _result: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Prepare a run.

        Args:
            work: Does one item; should not raise.
            deliver: Takes results, a group at a time, on a thread of its own.
            workers: Items that are worked on at the same time.
            control: Holds and ends it.
            key: Two items with the same key (not None) are never worked on at the same time, nor is one overtaken by
                the other while it waits to be tried again.
            again: Says after how many seconds an item is to be tried again; None delivers its result.
            clock: Seconds that never jump.

        """
        self._work = work
        self._deliver = deliver
        self._workers = workers
        self._control = control
        self._key = key
        self._again = again
        self._clock = clock
        self._running: dict[Future[Result], Item] = {}
        self._waiting: list[tuple[float, int, Item]] = []  # a heap: when it is tried again, its turn, the item
        self._turns = itertools.count()
        self._results: list[Result] = []
        self._delivery: Future[None] | None = None  # of the group before these
        self._delivered_at = clock()
        self._took = 0.0  # seconds, the last delivery
        self._bell: Future[None] = Future()  # ends when the control changes, so that this is seen at once
        self._ringing = threading.Lock()
        control.watch(self._ring)

    def run(self, items: Iterable[Item]) -> RunEnd:
        """
        Work through `items`; returns how it ended. Results of everything that was begun have then been delivered.

        An item that was to be tried again when the run was ended has no result. An exception from `deliver` or
        `work` ends the run after the work under way.
        """
        source = _ItemSource(iter(items))
        with (
            ThreadPoolExecutor(max_workers=1, thread_name_prefix="indexium-results") as desk,
            ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="indexium-worker") as pool,
        ):
            while True:
                while self._has_room() and (item := self._next(source)) is not None:
                    self._running[pool.submit(self._work, item)] = item
                if self._running:
                    self._collect()
                    self._hand_over(desk)
                    turns = self._control.turns
                    if self._is_quiet():
                        self._control.rest(turns)
                    continue
                if self._hand_over_all(desk):
                    continue
                done = source.is_empty and not self._waiting
                if self._control.ending or done:
                    break
                self._control.rest()
                self._control.wait_while_paused()
                if self._waiting and source.held:
                    self._control.wait_for_change(self._waiting[0][0] - self._clock())
        return self._control.ending if self._control.ending and not done else RunEnd.DONE

    def _has_room(self) -> bool:
        # As many again are ready as are worked on: a worker that is done need not wait until this thread has its turn.
        free = len(self._running) < 2 * self._workers and len(self._results) < self.GROUP_SIZE
        return free and not self._control.paused and self._control.ending is None

    def _next(self, source: _ItemSource[Item]) -> Item | None:
        """Return an item that can be begun now: one that is due to be tried again, else the next one."""
        if self._waiting and self._waiting[0][0] <= self._clock():
            return heapq.heappop(self._waiting)[2]
        item = source.peek()
        source.held = item is None or self._is_barred(item)
        return None if source.held else source.take()

    def _is_barred(self, item: Item) -> bool:
        key = self._key(item)
        if key is None:
            return False
        others = (*self._running.values(), *(item for _, _, item in self._waiting))
        return any(self._key(other) == key for other in others)

    def _collect(self) -> None:
        """Wait for a result, or until the group before is delivered or the control changes."""
        under_way: set[Future[Any]] = {*self._running, self._bell}
        if self._delivery is not None:
            under_way.add(self._delivery)
        done, _ = wait(under_way, timeout=self._patience(), return_when=FIRST_COMPLETED)
        if self._bell in done:
            self._bell = Future()
        for future in [future for future in self._running if future in done]:
            item, result = self._running.pop(future), future.result()
            seconds = self._again(item, result)
            if seconds is None:
                self._results.append(result)
            elif self._control.ending is None:
                heapq.heappush(self._waiting, (self._clock() + seconds, next(self._turns), item))

    def _hand_over(self, desk: ThreadPoolExecutor) -> None:
        """Have results delivered when it is time and the group before them is."""
        if self._delivery is not None and self._delivery.done():
            self._settle()
        pause = min(max(self.GROUP_SECONDS, self._took / self.DELIVERING), self.LONGEST_SECONDS)
        due = self._clock() - self._delivered_at >= pause or len(self._results) >= self.GROUP_SIZE
        if self._results and self._delivery is None and (due or self._control.paused):
            self._deliver_by(desk)

    def _hand_over_all(self, desk: ThreadPoolExecutor) -> bool:
        """Wait until there is nothing to deliver; False where there was nothing."""
        if self._delivery is None and not self._results:
            return False
        self._settle()
        if self._results:
            self._deliver_by(desk)
            self._settle()
        return True

    def _deliver_by(self, desk: ThreadPoolExecutor) -> None:
        group, self._results = self._results, []
        self._delivery, self._delivered_at = desk.submit(self._delivered, group), self._clock()

    def _delivered(self, group: list[Result]) -> None:
        began = self._clock()
        self._deliver(group)
        self._took = self._clock() - began

    def _settle(self) -> None:
        """Wait until the group before is delivered; what went wrong there is raised here."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.result()

    def _is_quiet(self) -> bool:
        """Tell whether all that was begun is delivered, or stands still because it is paused."""
        if self._results or self._delivery is not None:
            return False
        standing = self._control.standing  # first: who stands still then is among those that are counted below
        return sum(future.running() or future.done() for future in self._running) == standing

    def _ring(self) -> None:
        with self._ringing:
            if not self._bell.done():
                self._bell.set_result(None)

    def _patience(self) -> float:
        """Return for how many seconds to wait for a result: not beyond the moment when an item is due again."""
        if not self._waiting or not self._has_room():
            return self.GROUP_SECONDS
        return max(0.0, min(self.GROUP_SECONDS, self._waiting[0][0] - self._clock()))


class _ItemSource(Generic[Item]):
    """Items to come, the next of which can be looked at."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._next: Item | None = None
        self.is_empty = False
        self.held = False  # nothing of it can be begun now

    def peek(self) -> Item | None:
        if self._next is None and not self.is_empty:
            self._next = next(self._items, None)
            self.is_empty = self._next is None
        return self._next

    def take(self) -> Item | None:
        item, self._next = self._next, None
        return item
