"""The jobs page: running, waiting and ended jobs, each with its log and its actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dashboards.components import job_text
from dashboards.components.base import Component
from dashboards.components.paging import page_or_last
from dashboards.pages.jobs import job_actions, job_details, jobs_list
from dashboards.pages.jobs.open_log import OpenLog
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import JobsState
from indexium_core import errors
from indexium_core.model import job_kinds, query
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import Job, JobPage
from indexium_core.model.operations.operation import OperationStatus

PER_PAGE = 10  # ended jobs: as many as fit without scrolling
WAITING = 20
AT_ONCE = 50  # maximum number of listed started jobs
CHANGES = 20  # changed properties on a page
READING = ("scan", "rescan")  # kinds that change properties of files
EVENTS = tuple(f"{noun}:{verb}" for noun in job_kinds.WORDS for verb in ("started", "progress", "completed"))


class JobsScreen(Screen):
    """The lists, one job in detail beside them, and its log."""

    state: JobsState

    def __init__(self, session: Session) -> None:
        self.state = JobsState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._lists, self._drawer = jobs_list.JobsHeader(), jobs_list.JobsList(), job_details.JobDetails()
        self._log = OpenLog(library, bridge, closed=self._close_log)
        self._ticking = False
        acts: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "close": lambda _: self._show_one(None),
            "log": lambda message: self._show_log(int(message["id"])),
            "pause": lambda message: self._act(partial(library.jobs.pause, wait=False), message),
            "resume": lambda message: self._act(library.jobs.resume, message),
            "cancel": lambda message: self._with_job(message, self._cancel),
            "retry": lambda message: self._with_job(message, self._retry),
            "resolve": lambda message: self._with_job(message, self._resolve),
            "priority": self._set_priority,
        }
        self._header.on(
            **acts,
            kind=lambda message: self._narrow(kind=str(message.get("kind", ""))),
            as_sql=lambda _: session.open_as_sql(lambda: query.jobs_as_sql(self.state.kind)),
        )
        self._lists.on(
            **acts,
            open=lambda message: self._show_one(int(message["id"])),
            cursor=self._move,
            ended=lambda message: self._narrow(ended=str(message.get("value", ""))),
            waiting_page=lambda message: self._narrow(waiting=max(1, int(message["page"]))),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
            again=lambda _: self.refresh(),
            not_possible=lambda message: bridge.toast("info", str(message["text"])[:300]),
        )
        self._drawer.on(
            **acts,
            progress=lambda message: self._with_job(message, lambda job: self._follow(job, "progress")),
            history=lambda message: self._with_job(message, lambda job: self._follow(job, "history")),
            file=lambda message: self._open_file(int(message["id"])),
            changes=lambda message: self._update(changes=max(1, int(message["page"]))),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "jobs_header": self._header,
            "jobs": self._lists,
            "job_details": self._drawer,
            "job_log": self._log.view,
        }

    def start(self) -> None:
        """Subscribe to the events of all jobs."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def enter(self) -> None:
        """Show the page, with the log if the address contains it."""
        self.refresh()
        if self.state.log and self.state.job_id is not None:
            self._log.open(self.state.job_id)
        else:
            self._log.close()

    def refresh(self) -> None:
        """Read the lists again, if the page is shown."""
        if self._session.is_showing("jobs"):
            self._bridge.run(self._read, self._show, name="jobs", failed=self._failed)

    def _read(self) -> jobs_list.JobsSnapshot:
        state, jobs = self.state, self._library.jobs
        kinds = (state.kind,) if state.kind else ()
        started = jobs.list(kinds, job_text.STARTED, per_page=AT_ONCE)
        shown = self._one(state.job_id)
        return jobs_list.JobsSnapshot(
            counts=jobs.counts(),
            running=started,
            waiting=self._page(kinds, ("pending",), state.waiting, WAITING),
            ended=self._page(kinds, jobs_list.ENDED[state.ended][1], state.number, PER_PAGE),
            long_paused=[
                job for job in jobs.list((), ("paused",), per_page=AT_ONCE).items if job_text.is_long_paused(job)
            ],
            statuses=self._statuses([*started.items, *([shown] if shown else [])], shown),
            shown=shown,
            changed=self._changed(shown) if shown and shown.job_type in READING else None,
        )

    def _page(self, kinds: Sequence[str], statuses: Sequence[str], number: int, per_page: int) -> JobPage:
        """Return a page of jobs, the last page if there are fewer."""
        read = partial(self._library.jobs.list, kinds, statuses, per_page=per_page)
        return page_or_last(lambda page: read(page=page), number, per_page)

    def _statuses(self, jobs: Sequence[Job], shown: Job | None) -> dict[int, OperationStatus]:
        """
        Return the status of the operations that jobs run, with bytes and the current file.

        The operation of the job that is `shown` in detail is included in every state.
        """
        statuses = {}
        for job in jobs:
            if job.operation_id is not None and (job.status in ("running", "paused") or job is shown):
                try:
                    statuses[job.id] = self._library.status(job.operation_id)
                except errors.UnknownIdError:  # removed after the job was read
                    continue
        return statuses

    def _one(self, job_id: int | None) -> Job | None:
        if job_id is None:
            return None
        try:
            return self._library.jobs.get(job_id)
        except errors.UnknownIdError as error:
            self._bridge.soon(partial(self._forget, error.message))
            return None

    def _forget(self, message: str) -> None:
        """Report that the job of the address does not exist."""
        self._bridge.toast("error", message)
        self.state.param.update(job_id=None, log=False)
        self._session.update_address()

    def _changed(self, job: Job) -> AuditPage:
        """Return a page of the properties that a job changed, the last page if there are fewer."""
        read = partial(self._library.audit.page, job_id=job.id, per_page=CHANGES)
        return page_or_last(lambda page: read(page=page), self.state.changes, CHANGES)

    def _show(self, snapshot: jobs_list.JobsSnapshot) -> None:
        self.state.param.update(waiting=snapshot.waiting.page, number=snapshot.ended.page)
        self._header.put(**jobs_list.header_view(snapshot, kind=self.state.kind))
        self._lists.put(**jobs_list.view(snapshot, self.state))
        shown = snapshot.shown
        if shown is None or shown.id != self.state.job_id:
            self._drawer.put(open=False)
        else:
            self._drawer.put(**job_details.details_view(shown, snapshot.statuses.get(shown.id), snapshot.changed))
        if not self._ticking:  # a large file can take minutes without an event, and so can a waiting time
            self._ticking = True
            is_running = any(job.status == "running" for job in snapshot.running.items)
            self._bridge.after(1000 if is_running else 2000, self._tick)

    def _failed(self, error: errors.IndexiumError) -> None:
        self._lists.put(error=error.message)

    def _tick(self) -> None:
        self._ticking = False
        self.refresh()

    def _retry(self, job: Job) -> None:
        """Retry a job; for an operation, first ask which files to write."""
        operation_id = job.operation_id
        if operation_id is None:
            self._act(self._library.jobs.retry, {"id": job.id})
            return
        self._bridge.run(
            lambda: self._library.operation(operation_id, per_page=1).operation,
            self._session.retry,
            name="retry",
            once=True,
        )

    # The state of the page.

    def _update(self, *, push: bool = False, **values: Any) -> None:
        """Change the state, the address and the lists; `push` adds a step to the browser's history."""
        self.state.param.update(**values)
        self._session.update_address(push=push)
        self.refresh()

    def _narrow(self, **values: Any) -> None:
        pages: dict[str, Any] = {} if {"waiting", "number"} & values.keys() else {"waiting": 1, "number": 1}
        self._update(**pages, **values)

    def _show_one(self, job_id: int | None, *, push: bool = True) -> None:
        self._update(push=push, job_id=job_id, log=False, changes=1)

    def _move(self, message: Mapping[str, Any]) -> None:
        if self.state.job_id is not None:  # keys apply to the job that is shown in detail
            self._show_one(int(message["id"]), push=False)

    def _show_log(self, job_id: int) -> None:
        changes = self.state.changes if job_id == self.state.job_id else 1
        self.state.param.update(job_id=job_id, log=True, changes=changes)
        self._session.update_address(push=True)
        self._log.open(job_id)
        self.refresh()

    def _close_log(self) -> None:
        self.state.log = False
        self._session.update_address(push=True)

    def _follow(self, job: Job, page: str) -> None:
        self._session.go(page, operation_id=job.operation_id)

    def _open_file(self, file_id: int) -> None:
        self._session.go("plan", cursor=file_id, details=True, track=file_id)

    # Actions.

    def _act(self, call: Callable[..., Job], message: Mapping[str, Any], *more: Any) -> None:
        job_id = int(message["id"])
        self._bridge.run(lambda: call(job_id, *more), lambda _: self.refresh(), name=f"job{job_id}", once=True)

    def _with_job(self, message: Mapping[str, Any], act: Callable[[Job], None]) -> None:
        job_id = int(message["id"])
        self._bridge.run(lambda: self._library.jobs.get(job_id), act, name="job", once=True)

    def _set_priority(self, message: Mapping[str, Any]) -> None:
        self._act(self._library.jobs.set_priority, message, int(message["priority"]))

    def _cancel(self, job: Job) -> None:
        """Show what remains after a cancellation, ask, and cancel."""
        if why := job_actions.blocker(job, "cancel"):
            self._bridge.toast("info", why)
            return
        self._dialog.ask(
            f"Cancel “{job_text.name(job)}”?",
            [{"kind": "text", "text": job_text.cancel_effect(job)}],
            lambda _: self._act(self._library.jobs.cancel, {"id": job.id}),
            confirm="Cancel the rest" if job.progress_current else "Cancel the job",
            back="Keep running",
            risky=True,
        )

    def _resolve(self, job: Job) -> None:
        if job.operation_id is not None:
            self._session.interrupted.show(job.operation_id)
