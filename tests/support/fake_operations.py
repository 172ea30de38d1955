"""Operations in memory, like those of `Library`: each runs in its own thread, and can be paused and rolled back."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd

from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import query
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import (
    ACTIVE_STATES,
    FINISHED_STATES,
    ItemDetails,
    MetadataOperation,
    OperationCounts,
    OperationDetails,
    OperationStatus,
    PaginatedOperations,
    WriteOptions,
    WriteResult,
)
from indexium_core.model.operations.rollback import RollbackCheck
from indexium_core.model.people import people_comment as names
from indexium_core.model.planning.plan import Holder, PlanItem, Selection, SelectionDigest
from tests.support.fake_plan import FakePlan, written


class FakeOperations:
    """The writes and rollbacks of some files, and their history."""

    def __init__(self, items: dict[int, PlanItem], *, pace: float) -> None:
        self.items = items
        self.version = 1
        self.events = EventBus()
        self.pace = pace  # seconds that one file takes
        self._runs: dict[int, _Run] = {}

    def close(self, interrupt: str = "stop") -> None:
        for run in self._runs.values():
            run.cancelled = True
            run.going.set()

    def _changed(self) -> None:
        self.version += 1
        self.events.emit("plan:changed", plan_id=self.version)

    def dry_run(
        self, plan: FakePlan, options: WriteOptions, *, selection: Selection, progress: Any = None
    ) -> DryRunReport:
        results = [
            WriteResult(
                item_id=None,
                file_id=file_id,
                status="success",
                code="",
                message="",
                strategy="mp4_in_place",
                seconds=0.001,
            )
            for file_id in plan.ids(selection)
        ]
        counts = {"success": len(results)}
        return DryRunReport(items=results, counts=counts, excluded={}, plan_id=plan.id, total=len(results))

    def _held(self, plan: FakePlan, selection: Selection, options: WriteOptions | None = None) -> list[Holder]:
        return []

    def _seal(self, plan: FakePlan, selection: Selection, *, risk: Sequence[str] = ()) -> SelectionDigest:
        ids = sorted(plan.ids(selection))
        return SelectionDigest(count=len(ids), digest=hash(tuple(ids)))

    def write(
        self,
        plan: FakePlan,
        options: WriteOptions,
        *,
        selection: Selection,
        expected: SelectionDigest | None = None,
        request: Any = None,
    ) -> Any:
        chosen = [self.items[file_id] for file_id in plan.ids(selection)]
        return self._launch("write", chosen, options.user_note, options.source, None)

    def rollback_check(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        progress: Any = None,
    ) -> RollbackCheck:
        done = [item for item in self._run(operation_id).rows if item.status == "success"]
        return RollbackCheck(
            operation_id=operation_id,
            restorable=len(done),
            conflicts=[],
            can_rollback=bool(done),
            reason="",
            exact=len(done),
        )

    def _operation_people(self, operation_id: int) -> list[Any]:
        return []

    def rollback(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        replan: bool = False,
        note: str = "",
        source: str = "",
        request: Any = None,
    ) -> Any:
        run = self._run(operation_id)
        run.operation = dataclasses.replace(run.operation, status="rolled_back", can_rollback=False)
        chosen = [run.before[row.file_id] for row in run.rows if row.status == "success"]
        return self._launch("rollback", chosen, note, source, operation_id)

    def _launch(self, kind: str, chosen: list[PlanItem], note: str, source: str, reverts: int | None) -> Any:
        run = _Run(self, len(self._runs) + 1, kind, chosen, note, source, reverts)
        self._runs[run.id] = run
        run.thread.start()
        return SimpleNamespace(id=run.id)

    def _run(self, operation_id: int) -> _Run:
        if operation_id not in self._runs:
            message = f"There is no operation {operation_id}."
            raise errors.UnknownIdError(message)
        return self._runs[operation_id]

    def operation(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = (), query: str = ""
    ) -> OperationDetails:
        run = self._run(operation_id)
        rank = {"failed": 0, "conflict": 0, "unknown": 0, "writing": 1, "success": 2, "skipped": 3, "pending": 4}
        rows = sorted(
            (row for row in run.rows if not statuses or row.status in statuses), key=lambda row: rank[row.status]
        )
        shown = rows[(page - 1) * per_page : page * per_page]
        return OperationDetails(
            operation=run.operation, status=run.status(), items=shown, total=len(rows), page=page, per_page=per_page
        )

    def status(self, operation_id: int) -> OperationStatus:
        return self._run(operation_id).status()

    def _interrupted(self, *, files: int = 50) -> list[Any]:
        return []

    def _interrupted_files(
        self, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 50
    ) -> list[Any]:
        return []

    def pause(self, operation_id: int, *, wait: bool = True) -> bool:
        run = self._run(operation_id)
        run.going.clear()
        run.to("paused")
        return True

    def resume(self, operation_id: int) -> Any:
        run = self._run(operation_id)
        run.to("in_progress")
        run.going.set()
        return SimpleNamespace(id=operation_id)

    def cancel(self, operation_id: int) -> None:
        run = self._run(operation_id)
        run.cancelled = True
        run.going.set()

    def _list_operations(
        self,
        text: str = "",
        *,
        since: Any = None,
        until: Any = None,
        status: Any = None,
        page: int = 1,
        per_page: int = 50,
    ) -> PaginatedOperations:
        sought = query.parse_history(text)
        states = (status,) if isinstance(status, str) else tuple(status or ())
        found = [
            run.operation
            for run in reversed(self._runs.values())
            if (not states or run.operation.status in states)
            and (not since or run.operation.started_at >= since)
            and (not until or run.operation.started_at <= until)
            and all(
                any(names.fold(word) in names.fold(f"{row.file_path} {row.tags_added}") for row in run.rows)
                for word in sought.words + sought.people + sought.paths
            )
        ]
        return PaginatedOperations(
            items=found[(page - 1) * per_page : page * per_page], total=len(found), page=page, per_page=per_page
        )

    def _history_counts(
        self,
        query: str = "",
        *,
        since: Any = None,
        until: Any = None,
        status: Any = None,
        operation_type: Any = None,
        error: str = "",
    ) -> OperationCounts:
        found = self._list_operations(query, since=since, until=until, per_page=10_000).items
        kinds = Counter(operation.operation_type for operation in found)
        return OperationCounts(by_status=dict(Counter(operation.status for operation in found)), by_type=dict(kinds))

    # Figures.

    def _days(self, days: int = 42, *, since: Any = None, until: Any = None) -> pd.DataFrame:
        done = [run.operation for run in self._runs.values()]
        rows = [
            {
                "day": operation.started_at.date(),
                "until": operation.started_at.date(),
                "written": operation.success_count,
                "restored": 0,
                "failed": operation.failure_count,
            }
            for operation in done
        ]
        made = pd.DataFrame(rows, columns=["day", "until", "written", "restored", "failed"])
        return made.groupby(["day", "until"], as_index=False).sum()

    def _most(self, count: int = 5, *, since: Any = None, until: Any = None) -> pd.DataFrame:
        written = Counter(
            name
            for run in self._runs.values()
            for row in run.rows
            if row.status == "success"
            for name in row.tags_added
        )
        return pd.DataFrame(written.most_common(count), columns=["person", "files"])

    def _totals(self) -> dict[str, int]:
        done = [run.operation for run in self._runs.values()]
        return {
            "operations": len(done),
            "written": sum(each.success_count for each in done),
            "refused": sum(each.failure_count for each in done),
            "rolled_back": sum(each.status == "rolled_back" for each in done),
        }


class _Run:
    """One operation that runs in a thread."""

    def __init__(
        self,
        library: FakeOperations,
        number: int,
        kind: str,
        chosen: list[PlanItem],
        note: str,
        source: str,
        reverts: int | None,
    ) -> None:
        self.id, self.library, self.chosen = number, library, chosen
        self.before = {item.file_id: item for item in chosen}
        self.rows = [row_of(number * 100_000 + place, item, "pending") for place, item in enumerate(chosen)]
        self.cancelled = False
        self.going = threading.Event()
        self.going.set()
        self.operation = MetadataOperation(
            id=number,
            operation_type=kind,
            status="in_progress",
            started_at=datetime.now(UTC),
            completed_at=None,
            file_count=len(chosen),
            success_count=0,
            failure_count=0,
            skipped_count=0,
            conflict_count=0,
            unknown_count=0,
            seconds=0.0,
            error_message="",
            user_note=note,
            user_action=kind,
            user_name="tester",
            source=source,
            plan_id=library.version,
            reverts_id=reverts,
            can_rollback=False,
            rollback_reason="It is still running.",
        )
        self.thread = threading.Thread(target=self._work, daemon=True)

    def to(self, status: str, **changes: Any) -> None:
        self.operation = dataclasses.replace(self.operation, status=status, **changes)
        verb = "completed" if status in FINISHED_STATES else "progress"
        self.library.events.emit(f"{self.operation.operation_type}:{verb}", operation_id=self.id)

    def status(self) -> OperationStatus:
        operation = self.operation
        return OperationStatus(
            id=self.id,
            operation_type=operation.operation_type,
            status=operation.status,
            counts=dict(Counter(row.status for row in self.rows)),
            current_file="",
            rate=1 / self.library.pace if operation.status in ACTIVE_STATES else 0.0,
            eta_seconds=None,
            started_at=operation.started_at,
            completed_at=operation.completed_at,
            can_rollback=operation.can_rollback,
            rollback_reason=operation.rollback_reason,
        )

    def _work(self) -> None:
        self.library.events.emit(f"{self.operation.operation_type}:started", operation_id=self.id)
        for place, item in enumerate(self.chosen):
            self.going.wait()
            if self.cancelled:
                break
            time.sleep(self.library.pace)
            self._finish(place, item)
        done = sum(row.status == "success" for row in self.rows)
        good = self.operation.operation_type == "write" and done > 0
        self.to(
            "cancelled" if self.cancelled else "completed",
            completed_at=datetime.now(UTC),
            seconds=done * self.library.pace,
            success_count=done,
            can_rollback=good,
            rollback_reason="" if good else "It is a rollback.",
            tags_added=sum(len(row.tags_added) for row in self.rows),
            expires_at=datetime.now(UTC) + timedelta(days=90),
            backup_bytes=400 * done,
        )
        self.library._changed()

    def _finish(self, place: int, item: PlanItem) -> None:
        self.rows[place] = row_of(self.rows[place].id, item, "success")
        back = self.operation.operation_type == "rollback"
        done = dataclasses.replace(item, postponed=True) if back else written(item)
        self.library.items[item.file_id] = done
        self.library.events.emit(
            f"{self.operation.operation_type}:progress", operation_id=self.id, current=place + 1, total=len(self.chosen)
        )


def row_of(number: int, item: PlanItem, status: str) -> ItemDetails:
    done = status == "success"
    return ItemDetails(
        id=number,
        file_id=item.file_id,
        file_path=item.file_path,
        file_name=item.file_name,
        status=status,
        code="",
        message="",
        previous_comment=item.existing_comment,
        new_comment=item.result_comment,
        tags_added=item.tags_to_add,
        tags_removed=item.tags_to_remove,
        strategy=item.strategy if done else "",
        seconds=0.002 if done else None,
        proof={},
        processed_at=datetime.now(UTC) if done else None,
    )
