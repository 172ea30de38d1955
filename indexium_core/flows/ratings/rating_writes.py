"""
Write ratings as soon as they are set, in the folders that are set so.

A decision about a rating is in the plan like every other. A short time after the last one, a delayed job starts an
operation for each person whose ratings wait, as work of this person: it writes the ratings, and nothing else of these
files. So the rating of one person never starts, or proposes, the work of another. A file that cannot be written stays
in the plan with its reason, and a file that another operation uses waits for the end of that operation. A file whose
write failed by an error that may pass is written again at a later occasion. What waits follows from the database alone,
so a service that starts writes the ratings that were set before a crash.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds, wording
from indexium_core.model.fields.table import RATING
from indexium_core.model.operations.actor import Actor, acting_as, whole_home
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import WRITABLE, Selection
from indexium_core.store.database import Database
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.review import ratings

logger = logging.getLogger(__name__)

QUIET_SECONDS = 0.8  # without a decision, before the write starts
LONGEST_SECONDS = 5.0  # of collecting decisions, if they do not stop
CLOSE_SECONDS = 30.0  # longest wait for the write that the end of the process starts
RETRY_SECONDS = 60.0  # after a failure that may pass, so that its own operation is not the occasion of the next one


class RatingWrites:
    """Starts the writes of ratings. One instance serves a home."""

    def __init__(
        self,
        store: Database,
        planner: MetadataPlanner,
        writer: MetadataWriter,
        *,
        scheduler: Scheduler,
        max_files: int,
    ) -> None:
        """`scheduler` adds the delayed jobs; `max_files`: of one operation, the others are written after it."""
        self._store, self._planner, self._writer, self._scheduler = store, planner, writer, scheduler
        self._max_files = max_files
        self._writing = threading.Lock()
        self._handles: list[OperationHandle] = []  # of the last write
        self._is_open = True
        self._is_due = False  # an occasion came after the last write started
        self._tried: dict[int, int] = {}  # by file, the decision that an operation of this process has written

    def close(self) -> None:
        """Write the ratings that were set a moment ago, and start no further write."""
        self._is_open = False
        self._scheduler.forget(job_kinds.RATINGS)
        is_writing = self._writing.locked()
        with self._writing:
            if self._is_due:
                self._handles = self._start_safely()
            elif not is_writing:
                return
        for handle in self._handles:
            handle.wait(CLOSE_SECONDS)

    def handle(self, _job: JobContext) -> Mapping[str, Any]:
        """Run a delayed job: it starts the operations, which have jobs of their own."""
        ids = [f"Operation {started.id}" for started in self.write()]
        return {"message": ", ".join(ids)} if ids else {}

    def write(self) -> list[OperationHandle]:
        """Start an operation for each person whose ratings wait and can be written; none after `close`."""
        with self._writing:
            self._handles = self._start_safely() if self._is_open else []
            return self._handles

    def _start(self, busy: Collection[int], actor: Actor, new: Mapping[int, int]) -> list[OperationHandle]:
        """Start the operation of an actor for its ratings, by file id the decision, if any can be written."""
        plan = self._planner.generate_plan()
        free = Selection(included=frozenset(file_id for file_id in new if file_id not in busy))
        file_ids = self._planner.writable_ids(plan, free, risk=WRITABLE)[: self._max_files]
        if not file_ids:
            return []
        options = WriteOptions(
            risk=WRITABLE,
            fields=(RATING,),
            user_note=f"Rating of {wording.files(len(file_ids))}",
            user_action="rate",
            source=RATING,
        )
        selection = Selection(included=frozenset(file_ids))
        with acting_as(actor), whole_home():
            handle = self._writer.start_operation(plan, options, selection=selection)
        self._tried.update((file_id, new[file_id]) for file_id in file_ids)
        return [handle]

    def _new(self) -> dict[Actor, dict[int, int]]:
        """Return the files whose rating waits, except those whose write failed: by actor, with each decision."""
        reader = self._store.read()
        waiting = ratings.waiting(reader)
        tried = {file_id for file_id, rating in waiting.items() if self._tried.get(file_id) == rating.decision}
        if tried:
            before = datetime.now(UTC) - timedelta(seconds=RETRY_SECONDS)
            tried -= ratings.failed_before(reader, tried, codes=errors.RETRIED, before=before)
        found: dict[Actor, dict[int, int]] = {}
        for file_id, rating in waiting.items():
            if file_id not in tried:
                found.setdefault(rating.actor, {})[file_id] = rating.decision
        return found

    def schedule(self) -> None:
        """Start the write when no decision follows for a moment."""
        if self._is_open:
            self._is_due = True
            self._scheduler.add_later(
                job_kinds.RATINGS, QUIET_SECONDS, longest=LONGEST_SECONDS, has_work=lambda: bool(self._new())
            )

    def _start_safely(self) -> list[OperationHandle]:
        """Start the writes; what waits, because the plan or the home changes meanwhile, the next occasion starts."""
        self._is_due = False
        handles = list[OperationHandle]()
        with _noting():
            new = self._new()
            busy = Ledger(self._store).busy_files() if new else frozenset[int]()
            for actor, files in new.items():
                with _noting():
                    handles += self._start(busy, actor, files)
        return handles


@contextlib.contextmanager
def _noting() -> Iterator[None]:
    """Note an error of the block: its ratings wait."""
    try:
        yield
    except errors.IndexiumError as error:
        logger.info("ratings.waiting", extra={"error": error.message})
