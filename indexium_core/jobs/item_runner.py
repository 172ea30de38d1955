"""
Process many items on a few threads, with pause, resume and cancel between items.

A runner is independent of the kind of work. It delivers results in groups, so that they are stored once or twice a
second instead of once per item. A separate thread delivers them, so that workers never wait for a database. An item
that will be retried waits while others run.
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

Item = TypeVar("Item")
Result = TypeVar("Result")


class RunEnd(Enum):
    """Why a run ended."""

    DONE = "done"  # every item was processed
    CANCELLED = "cancelled"  # a person cancelled the rest
    STOPPED = "stopped"  # the process is stopping; the rest can be resumed
    FAILED = "failed"  # an error concerns all remaining items; they can be resumed when it is fixed


class RunControl:
    """Pause, resume, cancel and stop a run, from any thread. Running items are always finished."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._changes = 0
        self._waiting_threads = 0
        self._is_idle = False
        self._ending: RunEnd | None = None
        self._callbacks: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every change, and when a thread starts to wait, on the thread that causes this."""
        self._callbacks.append(callback)

    @property
    def is_paused(self) -> bool:
        return self._paused and self._ending is None

    @property
    def was_paused(self) -> bool:
        """Whether the run was paused, even if it has been stopped since."""
        return self._paused

    @property
    def ending(self) -> RunEnd | None:
        return self._ending

    @property
    def changes(self) -> int:
        """Number of changes so far. An observation before a change does not describe the state after the change."""
        return self._changes

    @property
    def waiting_threads(self) -> int:
        """Number of threads that have not changed an item and wait, or wait because the run is paused."""
        return self._waiting_threads

    @property
    def is_idle(self) -> bool:
        """Whether the run is paused and all its items have ended or wait, as reported by `mark_idle`."""
        return self._is_idle and self.is_paused

    def pause(self) -> None:
        self._set(is_paused=True)

    def resume(self) -> None:
        self._set(is_paused=False)

    def cancel(self) -> None:
        self._set(ending=RunEnd.CANCELLED)

    def stop(self) -> None:
        self._set(ending=RunEnd.STOPPED)

    def fail(self) -> None:
        self._set(ending=RunEnd.FAILED)

    def mark_idle(self, changes: int | None = None) -> None:
        """
        Record that all items started before the pause have ended or wait, and are stored. Does nothing if not paused.

        `changes` is the number of changes when the caller observed this; after a later change the observation is
        ignored.
        """
        with self._changed:
            if self._is_idle or not self.is_paused or changes not in (None, self._changes):
                return
            self._is_idle = True
            self._changed.notify_all()
        self._notify()

    @contextlib.contextmanager
    def as_waiting(self) -> Iterator[None]:
        """Count this thread as waiting: it has not changed an item, and checks this control before it does."""
        with self._changed:
            self._waiting_threads += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting_threads -= 1

    def wait_while_paused(self) -> None:
        """Return as soon as the run is not paused."""
        with self._changed:
            if not self.is_paused:
                return
            self._waiting_threads += 1
        self._notify()
        with self._changed:
            self._changed.wait_for(lambda: not self.is_paused)
            self._waiting_threads -= 1

    def wait_for_change(self, seconds: float) -> None:
        """Return when the run is paused or ended, or after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._paused or self._ending is not None, seconds)

    def _set(self, *, is_paused: bool | None = None, ending: RunEnd | None = None) -> None:
        with self._changed:
            self._paused = self._paused if is_paused is None else is_paused
            self._ending = self._ending or ending
            self._is_idle = self._is_idle and self.is_paused
            self._changes += 1
            self._changed.notify_all()
        self._notify()

    def _notify(self) -> None:
        for callback in list(self._callbacks):
            callback()


class RunSlots:
    """At most `count` threads of a run have a slot; none gets one while the run is paused."""

    def __init__(self, control: RunControl, count: int) -> None:
        self._control, self._free = control, threading.Semaphore(count)

    @contextlib.contextmanager
    def held(self, waiting: contextlib.AbstractContextManager[None]) -> Iterator[bool]:
        """Wait for a slot within `waiting`, hold it in this block, and yield whether the run continues."""
        with contextlib.ExitStack() as stack:
            with waiting:
                with self._control.as_waiting():
                    self._free.acquire()
                stack.callback(self._free.release)
                self._control.wait_while_paused()
            yield self._control.ending is None


class ItemRunner(Generic[Item, Result]):
    """Runs `work` over items on `workers` threads and passes results to `deliver` in groups."""

    GROUP_SECONDS = 0.5  # shortest interval in seconds between the starts of two deliveries …
    MAX_GROUP_SECONDS = 2.0  # … and the longest interval while results wait
    DELIVERY_SHARE = 0.05  # deliveries take at most this share of the time
    GROUP_SIZE = 200  # this number of results is delivered at once, at any interval

    def __init__(
        self,
        work: Callable[[Item], Result],
        deliver: Callable[[list[Result]], None],
        *,
        workers: int,
        control: RunControl,
        key: Callable[[Item], Hashable | None] = lambda _: None,
        retry_delay: Callable[[Item, Result], float | None] = lambda _item, _result: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Prepare a run.

        Args:
            work: Processes one item; it should not raise.
            deliver: Receives a group of results, on its own thread.
            workers: Items that run at the same time.
            control: Pauses and ends the run.
            key: Two items with the same key (not None) never run at the same time. An item never starts before another
                with the same key that waits for a retry.
            retry_delay: Returns the seconds until an item is retried; None delivers its result.
            clock: A monotonic clock in seconds.

        """
        self._work = work
        self._deliver = deliver
        self._workers = workers
        self._control = control
        self._key = key
        self._retry_delay = retry_delay
        self._clock = clock
        self._running: dict[Future[Result], Item] = {}
        self._waiting: list[tuple[float, int, Item]] = []  # a heap of (time of the retry, number, item)
        self._retry_numbers = itertools.count()
        self._lacks_result = False  # an item ended without a result: a retry is due, but the run ends
        self._results: list[Result] = []
        self._delivery: Future[None] | None = None  # delivery of the previous group
        self._delivered_at = clock()
        self._delivery_seconds = 0.0  # duration of the last delivery
        self._wakeup: Future[None] = Future()  # done when the control changes, to wake the loop
        self._wakeup_lock = threading.Lock()
        control.on_change(self._wake)

    def run(self, items: Iterable[Item]) -> RunEnd:
        """
        Process `items`, deliver all results, and return the reason for the end of the run.

        An item that waits for a retry when the run ends does not have a result. After an exception of `deliver` or
        `work`, the run ends after the running items.
        """
        source = _ItemSource(iter(items))
        with (
            ThreadPoolExecutor(max_workers=1, thread_name_prefix="indexium-results") as delivery_pool,
            ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="indexium-file") as work_pool,
        ):
            while True:
                while self._has_capacity() and (item := self._next(source)) is not None:
                    self._running[work_pool.submit(self._work, item)] = item
                if self._running:
                    self._collect()
                    self._deliver_if_due(delivery_pool)
                    changes = self._control.changes
                    if self._is_idle():
                        self._control.mark_idle(changes)
                    continue
                if self._deliver_all(delivery_pool):
                    continue
                # The run may have been paused or ended before the end of the items was known.
                done = not self._waiting and not self._lacks_result and source.peek() is None
                if self._control.ending or done:
                    break
                self._control.mark_idle()
                self._control.wait_while_paused()
                if self._waiting and source.is_blocked:
                    self._control.wait_for_change(self._waiting[0][0] - self._clock())
        return self._control.ending if self._control.ending and not done else RunEnd.DONE

    def _has_capacity(self) -> bool:
        # Twice as many items as workers are submitted, so that a free worker does not wait for this thread.
        free = len(self._running) < 2 * self._workers and len(self._results) < self.GROUP_SIZE
        return free and not self._control.is_paused and self._control.ending is None

    def _next(self, source: _ItemSource[Item]) -> Item | None:
        """Return an item that can start now: an item that is due for a retry, otherwise the next new item."""
        if self._waiting and self._waiting[0][0] <= self._clock():
            return heapq.heappop(self._waiting)[2]
        item = source.peek()
        source.is_blocked = item is None or self._is_blocked(item)
        return None if source.is_blocked else source.take()

    def _is_blocked(self, item: Item) -> bool:
        key = self._key(item)
        if key is None:
            return False
        others = (*self._running.values(), *(item for _, _, item in self._waiting))
        return any(self._key(other) == key for other in others)

    def _collect(self) -> None:
        """Wait for a result, the end of a delivery or a change of the control."""
        pending: set[Future[Any]] = {*self._running, self._wakeup}
        if self._delivery is not None:
            pending.add(self._delivery)
        done, _ = wait(pending, timeout=self._wait_seconds(), return_when=FIRST_COMPLETED)
        if self._wakeup in done:
            self._wakeup = Future()
        for future in [future for future in self._running if future in done]:
            item, result = self._running.pop(future), future.result()
            seconds = self._retry_delay(item, result)
            if seconds is None:
                self._results.append(result)
            elif self._control.ending is None:
                heapq.heappush(self._waiting, (self._clock() + seconds, next(self._retry_numbers), item))
            else:
                self._lacks_result = True

    def _deliver_if_due(self, delivery_pool: ThreadPoolExecutor) -> None:
        """Deliver results when the interval has passed and the previous group is delivered."""
        if self._delivery is not None and self._delivery.done():
            self._finish_delivery()
        pause = min(max(self.GROUP_SECONDS, self._delivery_seconds / self.DELIVERY_SHARE), self.MAX_GROUP_SECONDS)
        due = self._clock() - self._delivered_at >= pause or len(self._results) >= self.GROUP_SIZE
        if self._results and self._delivery is None and (due or self._control.is_paused):
            self._submit_delivery(delivery_pool)

    def _deliver_all(self, delivery_pool: ThreadPoolExecutor) -> bool:
        """Deliver all results and wait for the delivery; return False without results."""
        if self._delivery is None and not self._results:
            return False
        self._finish_delivery()
        if self._results:
            self._submit_delivery(delivery_pool)
            self._finish_delivery()
        return True

    def _submit_delivery(self, delivery_pool: ThreadPoolExecutor) -> None:
        group, self._results = self._results, []
        self._delivery, self._delivered_at = delivery_pool.submit(self._timed_delivery, group), self._clock()

    def _timed_delivery(self, group: list[Result]) -> None:
        started = self._clock()
        self._deliver(group)
        self._delivery_seconds = self._clock() - started

    def _finish_delivery(self) -> None:
        """Wait for the delivery of the previous group; its exception is raised here."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.result()

    def _is_idle(self) -> bool:
        """Return whether all started items are delivered or wait because of the pause."""
        if self._results or self._delivery is not None:
            return False
        waiting_threads = (
            self._control.waiting_threads
        )  # read first, because a thread that starts to wait later is still counted as running below
        return sum(future.running() or future.done() for future in self._running) == waiting_threads

    def _wake(self) -> None:
        with self._wakeup_lock:
            if not self._wakeup.done():
                self._wakeup.set_result(None)

    def _wait_seconds(self) -> float:
        """Return the seconds to wait for a result: at most until a retry is due."""
        if not self._waiting or not self._has_capacity():
            return self.GROUP_SECONDS
        return max(0.0, min(self.GROUP_SECONDS, self._waiting[0][0] - self._clock()))


class _ItemSource(Generic[Item]):
    """The remaining items; the next one can be read without taking it."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._next: Item | None = None
        self.is_blocked = False  # the next item cannot start now

    def peek(self) -> Item | None:
        if self._next is None:
            self._next = next(self._items, None)
        return self._next

    def take(self) -> Item | None:
        item, self._next = self._next, None
        return item
