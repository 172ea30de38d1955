"""
Dry runs of pages: a page asks for one part after the other, and shows how far it is.

Nothing runs while nobody asks, so a closed page stops its dry run. The report may be as long as the library: a page
gets its numbers and one page of its files, and downloads the rest.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from indexium_core.flows.approvals.approval_service import Approvals
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.writing.writer import MetadataWriter, WriteTrial
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.dry_run_state import DryRunFile, DryRunFilePage, DryRunState
from indexium_core.model.operations.operation import WriteOptions, WriteResult
from indexium_core.model.planning.plan import Selection
from indexium_core.model.remote_calls import remote
from indexium_core.model.result_cache import ResultCache

_SECONDS = 0.5  # in which a call checks files before it tells how far it is
_SHOWN: Mapping[str, Sequence[bool]] = {"": (True, False), "ready": (True,), "not": (False,)}


class DryRuns:
    """The dry runs that pages make and read. Any thread may use it."""

    def __init__(self, writer: MetadataWriter, approvals: Approvals) -> None:
        self._writer, self._approvals = writer, approvals
        self._kept = ResultCache()

    @remote()
    def begin(self, plan: MetadataPlan, selection: Selection) -> DryRunState:
        """
        Check the first files of a selection as a write by the present actor would; no file is opened for writing.

        Raises:
            UsageError: A problem would make every file fail.
            StalePlanError: A result differs from the plan.

        """
        options = WriteOptions(risk=self._approvals.levels_of_writes())
        run = _DryRun(self._writer, self._writer.trial(plan, options, selection=selection))
        ticket = self._kept.keep(run)
        return run.go_on(ticket)

    @remote()
    def go_on(self, ticket: str) -> DryRunState:
        """Check the next files. Raises UnknownIdError if the dry run is no longer kept."""
        return self._run(ticket).go_on(ticket)

    @remote()
    def page(self, ticket: str, *, shown: str = "", page: int = 1, per_page: int = 25) -> DryRunFilePage:
        """
        Return one page of the checked files, those that would not be written first.

        Args:
            ticket: The dry run.
            shown: `ready`, `not` (written), or "" for all.
            page: From 1.
            per_page: Files of a page.

        Raises:
            UnknownIdError: The dry run is no longer kept.

        """
        run, page = self._run(ticket), max(1, page)
        wanted = _SHOWN.get(shown, _SHOWN[""])
        found = [each for each in run.report().failures_first if (each.status == "success") in wanted]
        part = found[(page - 1) * per_page : page * per_page]
        ids = frozenset(each.file_id for each in part if each.file_id is not None)
        items, _ = run.plan.sample(Selection(included=ids), "", limit=per_page)
        named = {item.file_id: item for item in items}
        return DryRunFilePage(
            items=[DryRunFile.of(each, named.get(each.file_id or 0)) for each in part],
            total=len(found),
            page=page,
            per_page=per_page,
        )

    @remote()
    def ready(self, ticket: str) -> list[int]:
        """Return the files that would be written. Raises UnknownIdError if the dry run is no longer kept."""
        return sorted(self._run(ticket).report().ready)

    def find(self, ticket: str) -> tuple[DryRunReport, MetadataPlan]:
        """Return the report and the plan of a dry run. Raises UnknownIdError if it is no longer kept."""
        run = self._run(ticket)
        return run.report(), run.plan

    def _run(self, ticket: str) -> _DryRun:
        return self._kept.find(ticket, _DryRun)


class _DryRun:
    """A dry run, and how far it is."""

    def __init__(self, writer: MetadataWriter, trial: WriteTrial) -> None:
        self._writer, self._trial = writer, trial
        self._results: dict[int, WriteResult] = {}  # by file
        self._seconds = 0.0
        self._lock = threading.Lock()

    @property
    def plan(self) -> MetadataPlan:
        return self._trial.plan

    def go_on(self, ticket: str) -> DryRunState:
        """Check files for a short time, and return how far the dry run is."""
        with self._lock:
            started = time.monotonic()
            left = [each for each in self._trial.tasks if each.file_id not in self._results]
            until = started + _SECONDS
            found = self._writer.check_tasks(left, self._trial.check, lambda *_: time.monotonic() < until).items
            self._results |= {each.file_id: each for each in found if each.file_id is not None}
            self._seconds += time.monotonic() - started
        return DryRunState(ticket=ticket, report=self.report())

    def report(self) -> DryRunReport:
        """Return what is known now."""
        items = [self._results[file_id] for file_id in sorted(self._results)]
        return DryRunReport(
            items=items,
            counts=dict(Counter(each.status for each in items)),
            excluded=dict(self._trial.excluded),
            plan_id=self._trial.plan.id,
            total=len(self._trial.tasks),
            seconds=self._seconds,
        )
