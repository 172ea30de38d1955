"""The operations that run in this process: each has a job, whose thread runs its `OperationRunner`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.flows.writing.running.operation_run import OperationRun
from indexium_core.flows.writing.running.operation_runner import OperationRunner, RunnerParts
from indexium_core.flows.writing.running.throughput import Throughput
from indexium_core.jobs.job_run import JobRun
from indexium_core.model.operations.operation import postpones
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.store.recovery import files


class OperationRuns:
    """Runs the operations of jobs, and knows those that run."""

    def __init__(
        self,
        parts: RunnerParts,
        *,
        max_concurrent: Callable[[], int],
        settings: Callable[[], Mapping[str, Any]],
    ) -> None:
        """
        `max_concurrent`: how many files are written at once, read at the start of each operation.

        `settings`: the present settings of a write, for operations that were recorded without theirs.
        """
        self.parts = parts
        self._max_concurrent = max_concurrent
        self._settings = settings
        self._running: dict[int, OperationRunner] = {}
        self._lock = threading.Lock()

    def run(self, job: JobRun) -> Mapping[str, Any]:
        """Run the operation of a job, whose items are in the ledger; return when it has ended or was stopped."""
        runner = self._runner(job)
        with self._lock:
            self._running[runner.run.operation_id] = runner
        job.operation = runner
        runner.execute()
        return {"counts": dict(runner.run.outcomes)}

    def find(self, operation_id: int) -> OperationRun | None:
        """Return the run of an operation; None if the operation does not run here."""
        runner = self._running.get(operation_id)
        return None if runner is None else runner.run

    def _forget(self, operation_id: int) -> None:
        with self._lock:
            self._running.pop(operation_id, None)

    def _runner(self, job: JobRun) -> OperationRunner:
        """Return the runner of a job, with what the ledger knows of its operation."""
        parts, operation_id = self.parts, int(job.payload["operation_id"])
        facts, counts = parts.ledger.start_facts(operation_id), parts.ledger.counts(operation_id)
        kind, options = job.job.job_type, facts.options
        first = parts.batch(operation_id, after=-1, is_planned=facts.is_planned)
        outcomes = {status: count for status, count in counts.items() if status not in ("pending", "writing")}
        run = OperationRun(
            operation_id=operation_id,
            job_id=job.job_id,
            kind=kind,
            started_at=parts.clock(),
            total=sum(counts.values()),
            initial_processed=sum(outcomes.values()),
            control=job.control,
            throughput=Throughput(self._expected_seconds(operation_id, first)),
            postpone=postpones(kind, options),
            outcomes=Counter(outcomes),
            is_planned=facts.is_planned,
            seconds_before=facts.seconds,
            on_activity=job.note_activity,
        )
        policy = WritePolicy(
            backups=parts.backups,
            pictures=parts.store.home / files.PICTURES,
            **self._settings_of(kind, options),
            break_links=options.get("hard_links") == "break",
            keep_backup=options.get("keep_backup", True),
            reserve_space=parts.reserve_space,
            is_cancelled=run.is_ending,
            on_progress=run.on_file_progress,
        )
        return OperationRunner(
            parts, run, job, first, policy=policy, workers=self._max_concurrent(), on_end=self._forget
        )

    def _expected_seconds(self, operation_id: int, first: Sequence[Task]) -> Mapping[bool, float]:
        """Return the estimated seconds of remaining items, in place (False) and rewritten (True); `first`: a batch."""
        if self.parts.is_full(first):
            return self.parts.ledger.expected_seconds(operation_id, self.parts.rates())
        return {kind: sum(task.expected_seconds for task in first if task.is_rewrite is kind) for kind in (False, True)}

    def _settings_of(self, kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a write, as they were when it was recorded. A rollback restores the former time."""
        found = dict(self._settings())
        found |= {name: options[name] for name in found if options.get(name) is not None}
        return found if kind == "write" else {**found, "preserve_mtime": False}
