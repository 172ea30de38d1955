"""One running operation: its items, its progress and its pauses."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from indexium_core.flows.writing.policy import FileProgress
from indexium_core.flows.writing.running.throughput import Throughput
from indexium_core.jobs.item_runner import RunControl
from indexium_core.model.job import JobProgress
from indexium_core.model.operations.operation import Attempt, OperationStatus
from indexium_core.store.operations.ledger_rows import Task

_FINISH_SECONDS = 5.0  # for this time, a paused operation finishes running files; then they pause, too


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInProgress:
    """An item that is running."""

    name: str  # of its file
    progress: FileProgress

    @property
    def seconds(self) -> float:
        """Running time, without pauses."""
        return time.monotonic() - self.progress.started_at - self.progress.paused_seconds


@dataclass(slots=True, kw_only=True)
class OperationRun:
    """An operation that runs in this process."""

    operation_id: int
    job_id: int
    kind: str  # write, rollback
    started_at: datetime  # UTC
    total: int
    initial_processed: int  # items that had a result when the run started
    control: RunControl
    throughput: Throughput
    postpone: bool  # rollback: rolled-back files are postponed
    processed: int = 0  # items of this run that have a result
    active_items: dict[int, ItemInProgress] = field(default_factory=dict)  # also those that wait for a worker
    failure_reasons: dict[int, str] = field(default_factory=dict)  # by item that was not written
    on_activity: Callable[[], None] = lambda: None  # called when work advances
    attempts: dict[int, list[Attempt]] = field(default_factory=dict)  # failed attempts by item that is retried
    blocker: str = ""  # a problem of all remaining items, as a sentence
    unknown_paths: list[bytes] = field(default_factory=list)  # of files in an unknown state
    paused_at: float = 0.0  # time.monotonic() of the last pause
    is_planned: bool = False  # the operation writes a plan: one item for each file
    seconds_before: float = 0.0  # running time of earlier runs
    outcomes: Counter[str] = field(default_factory=Counter)  # items by result

    @property
    def current_file(self) -> str:
        """The name of the running file that was started first; "" if none runs."""
        return self.first_active()[0]

    def first_active(self) -> tuple[str, float | None]:
        """Return the name as `current_file`, and the finished fraction of its new file; None if no new file is made."""
        items = [item for _, item in self._edited()]
        return (items[0].name, items[0].progress.fraction) if items else ("", None)

    @property
    def eta_seconds(self) -> float | None:
        """The remaining seconds; None while there is no estimate or the operation is paused."""
        return None if self.control.is_paused else self.throughput.eta_seconds

    @property
    def seconds(self) -> float:
        """Running time of all runs of the operation, without pauses."""
        return self.seconds_before + self.throughput.seconds

    def progress(self) -> JobProgress:
        """Return the progress of the operation."""
        return JobProgress(
            job_id=self.job_id,
            current=self.initial_processed + self.processed,
            total=self.total,
            message=self.current_file,
            rate=self.throughput.rate,
            eta_seconds=self.eta_seconds,
            counters=dict(self.outcomes),
            seconds=self.seconds,
        )

    def active_seconds(self) -> dict[int, float]:
        """Return the running items, each with its running time in seconds."""
        return {item_id: item.seconds for item_id, item in self._edited()}

    def fractions(self) -> dict[int, float]:
        """Return the running items for which a new file is made, each with its finished fraction."""
        fractions = {item_id: item.progress.fraction for item_id, item in self._edited()}
        return {item_id: fraction for item_id, fraction in fractions.items() if fraction is not None}

    def _edited(self) -> list[tuple[int, ItemInProgress]]:
        return [(item_id, item) for item_id, item in tuple(self.active_items.items()) if not item.progress.is_waiting]

    def live(self, stored: OperationStatus) -> OperationStatus:
        """Return a stored progress with what only the run knows: which files are written now, and how fast."""
        current, fraction = self.first_active()
        return replace(
            stored,
            current_file=current,
            current_fraction=fraction,
            idle=stored.idle and self.control.is_idle,
            working=self.active_seconds(),
            fractions=self.fractions(),
            rate=self.throughput.rate,
            eta_seconds=self.eta_seconds,
        )

    def start_item(self, item_id: int, name: str, progress: FileProgress) -> bool:
        """Start an item, after a pause if there is one. Return False if the operation ends."""
        self.control.wait_while_paused()
        if self.is_ending():
            return False
        progress.start()
        self.active_items[item_id] = ItemInProgress(name=name, progress=progress)
        return True

    def newer_failure(self, task: Task) -> str:
        """Return why a newer write of the same file, which must come first, was not rolled back; "" if it was."""
        if task.after_item is None:
            return ""
        return self.failure_reasons.get(task.after_item, task.after_item_failure)

    def is_ending(self) -> bool:
        """Return whether the operation ends before its last file."""
        return self.control.ending is not None

    def end_item(self, item_id: int) -> None:
        """End an item."""
        self.active_items.pop(item_id, None)
        self.on_activity()

    def on_file_progress(self, progress: FileProgress) -> None:
        """Record that long work on a file advances. If the operation has been paused for some seconds, wait."""
        self.on_activity()
        if self.control.is_paused and time.monotonic() - self.paused_at > _FINISH_SECONDS:
            with progress.paused():
                self.control.wait_while_paused()
            self.on_activity()
