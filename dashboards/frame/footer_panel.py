"""The footer in one session: running work, open decisions, and the newest result."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, Protocol

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.frame import current_work, footer
from dashboards.questions import cancel_question, rollback_question
from dashboards.read_cache import ReadCache
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.approval import Approval
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.operations.operation import FINISHED_STATES, MetadataOperation

_WORK = tuple(
    f"{noun}:{verb}"
    for noun in ("scan", "rescan", "write", "rollback", "publish")
    for verb in ("started", "progress", "completed")
)
EVENTS = (*_WORK, "approvals:changed")
FRESH = timedelta(days=1)  # operations that ended longer ago are not shown


class FooterSession(Protocol):
    """What the footer needs of its session."""

    library: Library
    read_cache: ReadCache
    bridge: Bridge
    dialog: Dialog

    def go(self, page: str, **values: Any) -> None:
        """Show a page with some of its state set."""

    def is_showing(self, page: str) -> bool:
        """Return whether a page is displayed."""

    def shown_operation(self) -> int | None:
        """Return the operation whose progress the page shows; None if it shows none."""


class _FooterRows(NamedTuple):
    """What the footer shows."""

    rows: list[dict[str, Any]]
    is_running: bool
    proposed: tuple[int, ...]  # requests of the person that wait
    decided: list[Approval]  # requests of the person that waited at the last look


class FooterPanel:
    """Shows the footer and runs its actions; all pages have the same footer."""

    def __init__(self, session: FooterSession, *, since: datetime) -> None:
        """Create the footer; `since`: the start of this service. A later result is shown until a person closes it."""
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._session, self._since = library, bridge, session, since
        self._ticking = False
        self._proposed: tuple[int, ...] = ()  # requests of the person that waited at the last look
        self.view = footer.Footer()
        self.view.on(
            pause=lambda message: self._act(partial(library.pause, wait=False), message),
            resume=lambda message: self._act(library.resume, message),
            cancel=lambda message: cancel_question.ask_cancel(library, bridge, dialog, _id(message)),
            details=lambda message: self._show(message, ""),
            why=lambda message: self._show(message, "failed"),
            roll_back=lambda message: rollback_question.ask(
                library, bridge, dialog, _id(message), lambda _: self.refresh()
            ),
            job=lambda message: session.go("jobs", job_id=_id(message)),
            job_pause=lambda message: self._act(partial(library.jobs.pause, wait=False), message),
            job_resume=lambda message: self._act(library.jobs.resume, message),
            scan=lambda _: session.go("folders"),
            requests=lambda _: session.go("requests"),
            stop_scan=lambda _: bridge.run(library.scans.cancel, lambda _: self.refresh(), name="stop_scan", once=True),
        )

    def start(self) -> None:
        """Subscribe to the events of scans, writes and rollbacks."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def refresh(self) -> None:
        """Read the footer again."""
        self._bridge.run(self._read, self._draw, name="footer")

    def _read(self) -> _FooterRows:
        work = current_work.read(self._library, self._session.read_cache)
        shown, jobs, paused = work.running, work.jobs, work.long_paused
        if self._session.is_showing("jobs"):  # that page shows all jobs
            shown, jobs, paused = [], [], []
        notice = self._library.approvals.notice()
        decided = list(self._decided(notice.own))
        listed = {job.operation_id for job in paused} | {job.operation_id for job in work.unrecorded}
        rows = [
            *(footer.unrecorded(each) for each in work.unrecorded),
            *(footer.long_paused(each) for each in paused),
            *(footer.running(each, s) for each, s in shown if not self._is_shown(each) and each.id not in listed),
            *(footer.working(each) for each in jobs),
            *([footer.scanning(scan)] if (scan := self._scan()) else []),
            *(footer.interrupted(each) for each in work.interrupted if not self._is_shown(each)),
            *footer.requests(notice, is_shown=self._session.is_showing("requests")),
            *(footer.done(each) for each in work.newest if self._is_new(each)),
        ]
        return _FooterRows(rows, bool(work.running or jobs or work.unrecorded), notice.own, decided)

    def _decided(self, waiting: Collection[int]) -> Iterator[Approval]:
        """Yield the requests of the person that do not wait any more, since the last look."""
        for each in self._proposed:
            if each not in waiting:
                with contextlib.suppress(errors.UnknownIdError):  # of files that the person no longer sees
                    yield self._library.approvals.get(each)

    def _draw(self, found: _FooterRows) -> None:
        rows, is_running, self._proposed, decided = found
        self.view.put(rows=rows)
        for each in decided:
            if each.state != "withdrawn":  # the person did that
                self._bridge.toast("info", footer.decided(each))
        if is_running and not self._ticking:  # a large file can take minutes without an event
            self._ticking = True
            self._bridge.after(1000, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.refresh()

    def _scan(self) -> ScanProgress | None:
        """Return the progress of a scan, unless the page already shows it."""
        is_shown = self._session.is_showing("folders") or self._session.is_showing("jobs")
        return None if is_shown else self._library.scans.progress()

    def _is_shown(self, operation: MetadataOperation) -> bool:
        """Return whether the page already shows the operation."""
        return self._session.shown_operation() == operation.id

    def _is_new(self, operation: MetadataOperation) -> bool:
        """Return whether an operation ended after this service started, or not more than a day ago."""
        if operation.status not in FINISHED_STATES or operation.status == "interrupted" or self._is_shown(operation):
            return False
        ended = operation.completed_at
        return ended is not None and ended > min(self._since, datetime.now(UTC) - FRESH)

    # Actions.

    def _act(self, call: Any, message: Mapping[str, Any]) -> None:
        operation_id = _id(message)
        self._bridge.run(lambda: call(operation_id), lambda _: self.refresh(), name="operation", once=True)

    def _show(self, message: Mapping[str, Any], status: str) -> None:
        self._session.go("progress", operation_id=_id(message), status=status, number=1)


def _id(message: Mapping[str, Any]) -> int:
    return int(message["id"])
