"""The foot of every page in one session: what runs, what waits for a decision, and what was just done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dashboards.bridge import Bridge
from dashboards.components import job_text
from dashboards.components.dialog import Dialog
from dashboards.frame import footer
from dashboards.questions import cancel_question, rollback_question
from dashboards.read_cache import ReadCache
from indexium_core.model.job import Job, UnrecordedResults
from indexium_core.model.operations.operation import FINISHED_STATES, HOLDING_STATES, MetadataOperation, OperationStatus

if TYPE_CHECKING:
    from indexium_core.library import Library, ScanProgress

__all__ = ["FooterPanel"]

EVENTS = tuple(
    f"{noun}:{verb}"
    for noun in ("scan", "rescan", "write", "rollback")
    for verb in ("started", "progress", "completed")
)
FRESH = timedelta(days=1)  # how long what another program did is news
RUNNING, WAITING = 2, 2  # rows of each kind, at most
TOLD = ("write", "rollback", "scan")  # kinds of jobs that have rows of their own


class _Operations(NamedTuple):
    """What is told of."""

    at_work: list[tuple[MetadataOperation, OperationStatus]]
    cut: list[MetadataOperation]
    newest: list[MetadataOperation]
    jobs: list[Job]  # at work, of kinds that have no row of their own
    held: list[Job]  # paused for more than a day
    unrecorded: Sequence[UnrecordedResults]  # whose end cannot be written down


class FooterSession(Protocol):
    """What the footer needs of its session."""

    library: Library
    read_cache: ReadCache
    bridge: Bridge
    dialog: Dialog

    def go(self, page: str, **values: Any) -> None:
        """Show a page with some of its state set."""

    def is_showing(self, page: str) -> bool:
        """Return whether a page is the one that is shown."""

    def shown_operation(self) -> int | None:
        """Return the operation whose progress the page shows, None where it shows none."""


class FooterPanel:
    """Shows it and acts on it; the same on all pages."""

    def __init__(self, session: FooterSession, *, since: datetime) -> None:
        """`since`: when this service began; what ended after that is news until somebody dismisses it."""
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._session, self._since = library, bridge, session, since
        self._ticking = False
        self.view = footer.Footer()
        self.view.on(
            pause=lambda message: self._act(partial(library.pause, wait=False), message),
            resume=lambda message: self._act(library.resume, message),
            cancel=lambda message: cancel_question.ask_cancel(library, bridge, dialog, _id(message)),
            details=lambda message: self._show(message, ""),
            why=lambda message: self._show(message, "failed"),
            undo=lambda message: rollback_question.ask(library, bridge, dialog, _id(message), lambda _: self.refresh()),
            job=lambda message: session.go("jobs", job_id=_id(message)),
            job_pause=lambda message: self._act(partial(library.jobs.pause, wait=False), message),
            job_resume=lambda message: self._act(library.jobs.resume, message),
            scan=lambda _: session.go("library"),
            stop_scan=lambda _: bridge.run(library.scans.cancel, lambda _: self.refresh(), name="stop_scan", once=True),
        )

    def start(self) -> None:
        """Follow the process's events; every 500 ms at most."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def refresh(self) -> None:
        """Look again at what goes on."""
        self._bridge.run(self._read, self._draw, name="foot")

    def _read(self) -> tuple[list[dict[str, Any]], bool]:
        at_work, cut, newest, working, held, lost = self._session.read_cache.lately("foot", 0.4, self._read_operations)
        here = at_work
        if self._session.is_showing("jobs"):  # which tells all of them
            here, working, held = [], [], []
        told = {job.operation_id for job in held} | {job.operation_id for job in lost}
        rows = [
            *(footer.unrecorded(each) for each in lost),
            *(footer.held(each) for each in held),
            *(footer.running(each, s) for each, s in here if not self._is_shown(each) and each.id not in told),
            *(footer.working(each) for each in working),
            *([footer.scanning(scan)] if (scan := self._scan_elsewhere()) else []),
            *(footer.interrupted(each) for each in cut if not self._is_shown(each)),
            *(footer.done(each) for each in newest if self._is_news(each) and not at_work),
        ]
        return rows, bool(at_work or working or lost)

    def _read_operations(self) -> _Operations:
        library = self._library
        at_work = library.history(status=HOLDING_STATES, per_page=RUNNING).items
        others = [job for job in library.jobs.list((), ("running",)).items if job.job_type not in TOLD]
        return _Operations(
            jobs=others[:RUNNING],
            held=[job for job in library.jobs.list((), ("paused",)).items if job_text.is_long_paused(job)][:WAITING],
            at_work=[(each, library.status(each.id)) for each in at_work],
            cut=library.history(status="interrupted", per_page=WAITING).items,
            newest=library.history(per_page=1).items,
            unrecorded=library.jobs.unrecorded(),
        )

    def _draw(self, found: tuple[list[dict[str, Any]], bool]) -> None:
        rows, at_work = found
        self.view.put(rows=rows)
        if at_work and not self._ticking:  # a large file may take minutes without any news
            self._ticking = True
            self._bridge.after(1000, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.refresh()

    def _scan_elsewhere(self) -> ScanProgress | None:
        """Return how far a scan is, unless the page that is looked at tells it."""
        told = self._session.is_showing("library") or self._session.is_showing("jobs")
        return None if told else self._library.scans.progress()

    def _is_shown(self, operation: MetadataOperation) -> bool:
        """Tell whether the page that is looked at tells all of an operation itself."""
        return self._session.shown_operation() == operation.id

    def _is_news(self, operation: MetadataOperation) -> bool:
        """Tell whether an operation has ended since this service started, or not long before."""
        if operation.status not in FINISHED_STATES or operation.status == "interrupted" or self._is_shown(operation):
            return False
        ended = operation.completed_at
        return ended is not None and ended > min(self._since, datetime.now(UTC) - FRESH)

    # What the person does.

    def _act(self, call: Any, message: Mapping[str, Any]) -> None:
        operation_id = _id(message)
        self._bridge.run(lambda: call(operation_id), lambda _: self.refresh(), name="operation", once=True)

    def _show(self, message: Mapping[str, Any], status: str) -> None:
        self._session.go("progress", operation_id=_id(message), status=status, number=1)


def _id(message: Mapping[str, Any]) -> int:
    return int(message["id"])
